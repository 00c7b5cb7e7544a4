// Which of several known faults is it? Boosted trees say how likely each is; rows held out say from when on that is sure enough, and how
// far rows may lie outside of all that was learnt from. Else the answer is that it is none that is known: a fault that nobody has seen
// gets no wrong name.
#ifndef TRAIN_DIAGNOSIS_H
#define TRAIN_DIAGNOSIS_H

#include <stdbool.h>
#include <stdint.h>

#include "learn/splits/splits.h"
#include "train/trees/boosting.h"

enum { DIAGNOSIS_MAX_MEMBERS = 16 };

struct diagnosis_rows {
    const float *x;        // (n_row, n_feature), NaN: missing
    const uint32_t *fault; // (n_row) below n_fault
    uint32_t n_row, n_feature;
    uint32_t n_fault; // 2 or more
};

struct diagnosis_options {
    struct boosting_options trees; // goal and n_class follow from the rows
    uint32_t n_member;             // boosters of different seeds, whose answers are averaged
    double
        lost; // share of held-out rows with a right answer that may be called unknown for being unsure, and of all for lying outside; in [0, 0.5]
};

struct diagnosis;

// 40 rounds of depth 4, one booster, 5 % lost for each reason.
struct diagnosis_options diagnosis_usual(void);

struct diagnosis_facts {
    double accuracy;     // of rows held out, unknown or not
    double least;        // probability from which on an answer is sure
    double most_outside; // share of features that may lie outside
    uint32_t n_held;     // rows held out
};

// Learn. Rows of one run resemble each other: `splits` (learn/splits) must hold out what is far enough from what is learnt from.
//   in      splits of the same rows
//   out     *out, to be freed with diagnosis_free
//   errors  MARU_E_RANGE: an option, a fault out of range, other splits; of boosting_fit; MARU_E_MEMORY
//   cost    (folds + 1) n_member fits
MARU_MUST_USE maru_status diagnosis_fit(const struct diagnosis_rows *rows,
                                        const struct splits *splits,
                                        const struct diagnosis_options *options,
                                        struct diagnosis **out, maru_error *err);
void diagnosis_free(struct diagnosis *diagnosis); // accepts NULL

struct diagnosis_facts diagnosis_facts_of(const struct diagnosis *diagnosis);

struct diagnosis_answer {
    uint32_t fault;  // the likeliest, also where it is unknown
    bool is_unknown; // is_unsure or is_outside
    bool is_unsure;  // less probable than facts.least
    bool is_outside; // more of its features outside than facts.most_outside
    float probability;
    float
        outside; // share of its features, of those that are there, beyond all rows that were learnt from
};

// Diagnose rows.
//   in      x (n_row, n_feature) of the same features
//   out     answer (n_row); probability (n_row, n_fault) or NULL
//   errors  of boosting_ask; MARU_E_MEMORY
MARU_MUST_USE maru_status diagnosis_ask(struct diagnosis *diagnosis, const float *x, uint32_t n_row,
                                        struct diagnosis_answer *answer, float *probability,
                                        maru_error *err);

#endif
