// A question to the twin of a plant as somebody asks it, and the whole answer: simulate it, or
// compare variants of it on the same luck.
#ifndef STUDY_ENQUIRY_H
#define STUDY_ENQUIRY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "study/comparison.h"
#include "study/study.h"

enum { ENQUIRY_MAX_SETTINGS = 64, ENQUIRY_MAX_ANSWER_BYTES = 1 << 28 };

struct enquiry {
    const maru_plant *plant;
    const char *name; // what to call the plant where it has no name of its own
    maru_time warmup_us, until_us;
    uint64_t seed;
    size_t n_rep;
    struct setting setting[ENQUIRY_MAX_SETTINGS]; // options for all variants
    size_t n_setting;
    const char *variant[COMPARISON_MAX_VARIANTS]; // settings as text, variant_parse
    size_t n_variant;                             // 0: simulate; from 2 on: compare
};

struct answer {
    struct text json, report_ko, report_en, sentence_ko, sentence_en;
    struct text figures; // of a simulation: study_add_figures; of a comparison empty
    bool is_cut;         // stopped, or a limit was reached: the answer is of what there is
};

// Could it be asked? Options, rules and variants are compiled, nothing is run.
//   errors  MARU_E_USAGE: says which setting and why; MARU_E_RANGE, MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status enquiry_check(const struct enquiry *enquiry, maru_error *err);

// Ask it. `plan` says threads and who looks on; its times are taken from the enquiry.
//   memory  answer_fini frees, also after an error
//   errors  as enquiry_check; MARU_E_STOPPED: stopped before there was anything to tell
MARU_MUST_USE maru_status enquiry_ask(const struct enquiry *enquiry, const struct runs_plan *plan,
                                      struct answer *answer, maru_error *err);
void answer_fini(struct answer *answer);

#endif
