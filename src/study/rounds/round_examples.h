// Rounds to begin with, and applications by chance.
#ifndef STUDY_ROUND_EXAMPLES_H
#define STUDY_ROUND_EXAMPLES_H

#include "base/text.h"
#include "rounds/round_tables.h"

// Applications as a first national round has them: sizes in eights from 8 to 128 GPUs, three classes, four regions, two types,
// three criteria by two reviewers each. The same numbers give the same bytes.
struct round_generated {
    uint64_t seed;
    uint32_t n;    // applications
    uint32_t gpus; // that they ask for together: 8 an application at least, a multiple of 8
    uint32_t n_institution;
    const char *first_quarter, *last_quarter;
};
//   out     the tables applications.csv and scores.csv
void round_generate(const struct round_generated *what, struct text *applications,
                    struct text *scores);

// A small round that works, national_2026 or korea_260k; "small" is the first. Tables that it does not have stay empty.
//   in      file: initialised, empty
//   errors  MARU_E_USAGE: there is no such example; MARU_E_MEMORY
MARU_MUST_USE maru_status round_example(const char *name, struct text file[ROUND_FILES],
                                        maru_error *err);

#endif
