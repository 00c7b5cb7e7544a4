// The answers of a quality report as sentences in English and Korean, in the order in which a foreman asks.
#ifndef STUDY_SENTENCES_H
#define STUDY_SENTENCES_H

#include "io/clock.h"
#include "study/quality/quality.h"
#include "study/quality/sentence_list.h"
#include "study/words/numerals.h"
#include "study/words/words.h"

enum told_section {
#define X(name, english, korean) TOLD_##name,
    TOLD_SECTIONS(X)
#undef X
        N_TOLD_SECTION
};

enum told_mood { TOLD_PLAIN, TOLD_GOOD, TOLD_BAD, TOLD_UNSURE };

struct told_sentence {
    uint8_t section, mood;
    uint32_t column;          // of the frame that it is about, UINT32_MAX: none
    uint32_t cause;           // of quality.causes, UINT32_MAX: none
    const char *text[N_LANG]; // plain
};

struct told {
    struct arena arena;
    struct told_sentence *sentence; // (n), section by section
    uint32_t n, cap;
};

//   memory  told_fini
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status told_find(const struct quality *quality, struct told *out,
                                    maru_error *err);
void told_fini(struct told *told); // accepts an all-zero one

// A section's heading.
//   memory  static
const char *told_heading(enum told_section section, enum lang lang);

// When a period begins, by the local clock; the number of its first row where no time is known.
void told_when(const struct quality *quality, uint32_t period, char out[CLOCK_TEXT_BYTES]);

// A measured number as people write it: four digits that matter.
struct numeral told_number(double value);
// A share with as many digits as its size deserves: 12 %, 2.1 %, 0.034 %.
struct numeral told_share(double share);

#endif
