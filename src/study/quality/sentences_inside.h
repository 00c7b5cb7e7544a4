// What the parts of the teller share: sentences.c has the sections, sentences_read.c what was understood.
#ifndef STUDY_QUALITY_SENTENCES_INSIDE_H
#define STUDY_QUALITY_SENTENCES_INSIDE_H

#include "base/text.h"
#include "study/quality/sentences.h"

enum {
    TOLD_LIST_MOST = 5,
    TOLD_LIST_BYTES = 1 << 12
}; // words, or columns, of a list in a sentence

enum told_word {
#define X(id, english, korean) TW_##id,
    TOLD_WORDS(X)
#undef X
        N_TOLD_WORD
};

struct telling {
    const struct quality *q;
    struct told *told;
    maru_error *err;
    maru_status status;
};

// Add a sentence of sentence_list.h with its arguments, for each language its own or the same for both; NULL: there was no memory.
struct told_sentence *told_say_each(struct telling *t, enum told_section section,
                                    enum told_mood mood, enum told_word id,
                                    const char *const *const arguments[N_LANG]);
struct told_sentence *told_say(struct telling *t, enum told_section section, enum told_mood mood,
                               enum told_word id, const char *const *arguments);

const char *told_name(const struct telling *t, uint32_t column);

// "a, b, c and 3 more" as a list in quotes.
void told_list_words(const struct frame_column *column, const uint32_t *word, uint32_t n,
                     struct text *out);

// "9.95 to 10.05", or "≤ 0.03" where there is one side alone.
void told_add_range(const struct specification *spec, enum lang lang, struct text *out);

void told_read(struct telling *t);

#endif
