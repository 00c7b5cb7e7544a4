// Learn which of several known faults it is (learn/faults/fault_trees.h): boosted trees, and rows held out that say from when on an answer
// is sure enough, and how far rows may lie outside of all that was learnt from.
#ifndef TRAIN_DIAGNOSIS_H
#define TRAIN_DIAGNOSIS_H

#include "learn/faults/fault_trees.h"
#include "learn/splits/splits.h"
#include "train/trees/boosting.h"

struct diagnosis_rows {
    const float *x;        // (n_row, n_feature), NaN: missing
    const uint32_t *fault; // (n_row) below n_fault
    uint32_t n_row, n_feature;
    uint32_t n_fault; // 2 or more
};

struct diagnosis_options {
    struct boosting_options trees; // goal and n_class follow from the rows
    uint32_t n_member;             // boosters of different seeds, whose answers are averaged
    // share of held-out rows with a right answer that may be called unknown for being unsure, and of all for lying outside; in [0, 0.5]
    double lost;
};

// 40 rounds of depth 4, one booster, 5 % lost for each reason.
struct diagnosis_options diagnosis_usual(void);

// Learn. Rows of one run resemble each other: `splits` (learn/splits) must hold out what is far enough from what is learnt from.
//   in      splits of the same rows
//   out     *out, to be given back with fault_trees_fini
//   errors  MARU_E_RANGE: an option, a fault out of range, other splits; of boosting_fit; MARU_E_MEMORY
//   cost    (folds + 1) n_member fits
MARU_MUST_USE maru_status diagnosis_fit(const struct diagnosis_rows *rows,
                                        const struct splits *splits,
                                        const struct diagnosis_options *options,
                                        struct fault_trees *out, maru_error *err);

#endif
