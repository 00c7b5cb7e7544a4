#include "study/words/words.h"

#include <stddef.h>
#include <string.h>

// Two arrays made of one list, so that no word can lack a language without the test seeing it.
//
// Which particle: a Hangul syllable is 0xAC00 + (lead * 21 + vowel) * 28 + tail, so the tail is
// what 28 leaves. Digits and Latin letters are taken as they are read aloud (1 is "il", L is "el");
// after a tail of L, "ro" stays without "eu".

enum { SYLLABLE_FIRST = 0xAC00, SYLLABLE_LAST = 0xD7A3, TAILS = 28, TAIL_L = 8, TAIL_OTHER = 1 };

#define WORD_EN(id, en, ko) en,
#define WORD_KO(id, en, ko) ko,
static const char *const texts[N_LANG][N_WORD] = {
    {WORDS(WORD_EN) KIND_WORDS(WORD_EN) MAP_WORDS(WORD_EN) FAULT_WORDS(WORD_EN) POOL_WORDS(WORD_EN)
         REPLAY_WORDS(WORD_EN) ROUND_WORDS(WORD_EN) HELP_WORDS(WORD_EN)},
    {WORDS(WORD_KO) KIND_WORDS(WORD_KO) MAP_WORDS(WORD_KO) FAULT_WORDS(WORD_KO) POOL_WORDS(WORD_KO)
         REPLAY_WORDS(WORD_KO) ROUND_WORDS(WORD_KO) HELP_WORDS(WORD_KO)},
};
#undef WORD_EN
#undef WORD_KO

const char *word(enum lang lang, enum word id) { return texts[lang][id]; }

// The tail consonant that a text is read with: 0 for none.
static unsigned tail_of(const char *text) {
    size_t n = strlen(text);
    if (n > 0 && text[n - 1] == '%') {
        return 0; // "peosenteu"
    }
    // Closing marks are not read.
    while (n > 0 && strchr(")]'\" .", text[n - 1])) {
        n--;
    }
    if (n == 0) {
        return 0;
    }
    const unsigned char *at = (const unsigned char *)text + n - 1;
    if (*at < 0x80) {
        static const char with_l[] = "178lLrR", with_other[] = "036mMnN";
        return strchr(with_l, *at) ? TAIL_L : strchr(with_other, *at) ? TAIL_OTHER : 0;
    }
    if (n < 3 || (at[-2] & 0xF0) != 0xE0) {
        return 0;
    }
    const unsigned code = (at[-2] & 0x0Fu) << 12 | (at[-1] & 0x3Fu) << 6 | (at[0] & 0x3Fu);
    return code >= SYLLABLE_FIRST && code <= SYLLABLE_LAST ? (code - SYLLABLE_FIRST) % TAILS : 0;
}

// Append the form of "[first/second]" that fits behind `before`; gives what follows the bracket.
static const char *add_particle(struct text *out, const char *bracket, const char *before) {
    const char *slash = strchr(bracket, '/');
    const char *end = strchr(bracket, ']');
    if (!slash || !end || slash > end) {
        text_add(out, bracket, 1);
        return bracket + 1;
    }
    const unsigned tail = tail_of(before);
    const bool is_ro = strncmp(slash + 1, "로", strlen("로")) == 0;
    const bool is_first = tail != 0 && !(is_ro && tail == TAIL_L);
    if (is_first) {
        text_add(out, bracket + 1, (size_t)(slash - bracket - 1));
    } else {
        text_add(out, slash + 1, (size_t)(end - slash - 1));
    }
    return end + 1;
}

void words_add(struct text *out, enum lang lang, enum word id, const char *const *arguments) {
    words_fill(out, lang, word(lang, id), arguments);
}

void words_fill(struct text *out, enum lang lang, const char *text, const char *const *arguments) {
    const char *at = text;
    const char *last = "";
    while (*at) {
        if (at[0] == '{' && at[1] >= '1' && at[1] <= '9' && at[2] == '}') {
            last = arguments[at[1] - '1'];
            text_addz(out, last);
            at += 3;
        } else if (at[0] == '[' && lang == LANG_KO && last[0] != '\0') {
            at = add_particle(out, at, last);
        } else {
            const size_t n = 1 + strcspn(at + 1, "{[");
            text_add(out, at, n);
            at += n;
        }
    }
}

enum lang words_language(const char *lc_all, const char *lc_messages, const char *lang) {
    const char *wanted = lc_all && *lc_all             ? lc_all
                         : lc_messages && *lc_messages ? lc_messages
                                                       : lang;
    return wanted && strncmp(wanted, "ko", 2) == 0 ? LANG_KO : LANG_EN;
}
