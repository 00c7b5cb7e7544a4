#include "study/words/korean.h"

#include <string.h>

#include "study/words/korean_list.h"

// A pattern is text with places {1} to {9}, in rising order. It fits a sentence when its text stands in it in
// this order, from the first byte to the last; a place takes as little as possible, the last one what is left.
// What a place has taken is looked up as well ("a tool group" inside "there is no such name: not {1}"), but
// only as a whole, so there is no search in a search.

enum { MAX_PLACES = 9, PLACE_BYTES = 320 };

static const struct pattern {
    const char *english, *korean;
} patterns[] = {
#define X(english, korean) {english, korean},
    KOREAN_SENTENCES(X)
#undef X
};

enum { N_PATTERN = sizeof patterns / sizeof patterns[0] };

struct taken {
    char text[MAX_PLACES][PLACE_BYTES];
};

static bool is_place(const char *at) {
    return at[0] == '{' && at[1] >= '1' && at[1] <= '9' && at[2] == '}';
}

// The bytes up to the next place.
static size_t plain_length(const char *pattern) {
    size_t n = 0;
    while (pattern[n] && !is_place(pattern + n)) {
        n++;
    }
    return n;
}

// The end of what a place takes: before the first `n` bytes of `next`, or the end where nothing follows.
static const char *end_of_place(const char *sentence, const char *next, size_t n) {
    if (n == 0) {
        return sentence + strlen(sentence);
    }
    if (next[n] == '\0') { // the last text: it has to end the sentence
        const size_t left = strlen(sentence);
        return left > n && memcmp(sentence + left - n, next, n) == 0 ? sentence + left - n : NULL;
    }
    for (const char *at = sentence; *at; at++) {
        if (at > sentence && strncmp(at, next, n) == 0) {
            return at;
        }
    }
    return NULL;
}

static bool fits(const char *pattern, const char *sentence, struct taken *taken) {
    for (;;) {
        const size_t n = plain_length(pattern);
        if (strncmp(sentence, pattern, n) != 0) {
            return false;
        }
        pattern += n;
        sentence += n;
        if (*pattern == '\0') {
            return *sentence == '\0';
        }
        const char *end = end_of_place(sentence, pattern + 3, plain_length(pattern + 3));
        const size_t n_taken = end ? (size_t)(end - sentence) : PLACE_BYTES;
        if (n_taken == 0 || n_taken >= PLACE_BYTES) {
            return false;
        }
        char *to = taken->text[pattern[1] - '1'];
        memcpy(to, sentence, n_taken);
        to[n_taken] = '\0';
        pattern += 3;
        sentence = end;
    }
}

// The Korean of a text that is a pattern as it stands; else the text.
static const char *whole(const char *text) {
    for (size_t i = 0; i < N_PATTERN; i++) {
        if (strcmp(patterns[i].english, text) == 0) {
            return patterns[i].korean;
        }
    }
    return text;
}

static bool add_fitting(struct text *out, const char *sentence) {
    struct taken taken;
    for (size_t i = 0; i < N_PATTERN; i++) {
        memset(&taken, 0, sizeof taken);
        if (fits(patterns[i].english, sentence, &taken)) {
            const char *argument[MAX_PLACES + 1] = {0};
            for (size_t k = 0; k < MAX_PLACES; k++) {
                argument[k] = whole(taken.text[k]);
            }
            words_fill(out, LANG_KO, patterns[i].korean, argument);
            return true;
        }
    }
    return false;
}

// The shortest part of a sentence, up to one of its colons, that is known: what stands behind the colon. NULL: none.
static const char *add_part(struct text *out, const char *sentence) {
    char part[PLACE_BYTES];
    const char *colon = strstr(sentence, ": "); // one may stand inside a name
    for (; colon; colon = strstr(colon + 2, ": ")) {
        const size_t n = (size_t)(colon - sentence);
        if (n >= sizeof part) {
            return NULL;
        }
        memcpy(part, sentence, n);
        part[n] = '\0';
        if (add_fitting(out, part)) {
            text_addz(out, ": ");
            return colon + 2;
        }
    }
    return NULL;
}

static bool add_parts(struct text *out, const char *sentence) {
    bool is_known = false;
    for (const char *at = sentence;;) { // "'x': not a number: a number and a unit"
        if (add_fitting(out, at)) {
            return true;
        }
        const char *next = add_part(out, at);
        const char *colon = strstr(at, ": ");
        is_known = is_known || next;
        if (!next && !colon) {
            text_addz(out, at);
            return is_known;
        }
        if (!next) {
            next = colon + 2;
            text_add(out, at, (size_t)(next - at));
        }
        at = next;
    }
}

// A fault of a rule says behind the rest at which character it is; NULL where a sentence does not.
static const char *character_of(const char *sentence) {
    static const char mark[] = " (character ";
    const char *at = strstr(sentence, mark);
    const char *number = at ? at + sizeof mark - 1 : "";
    const size_t n = strspn(number, "0123456789");
    return n > 0 && strcmp(number + n, ")") == 0 ? at : NULL;
}

bool korean_add(struct text *out, const char *sentence) {
    char before[MARU_ERROR_TEXT_BYTES];
    const char *character = character_of(sentence);
    const size_t n = character ? (size_t)(character - sentence) : sizeof before;
    if (n >= sizeof before) {
        return add_parts(out, sentence);
    }
    memcpy(before, sentence, n);
    before[n] = '\0';
    const bool is_known = add_parts(out, before);
    const char *number = strpbrk(character, "0123456789");
    text_addf(out, "(%.*s번째 글자)", (int)strspn(number, "0123456789"), number);
    return is_known;
}

void sentence_add(struct text *out, enum lang lang, const char *sentence) {
    if (lang == LANG_KO) {
        (void)korean_add(out, sentence);
    } else {
        text_addz(out, sentence);
    }
}
