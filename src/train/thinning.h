// A part of many rows that says what all of them say: common classes are thinned out and their rows weighted, rare ones keep all rows.
#ifndef TRAIN_THINNING_H
#define TRAIN_THINNING_H

#include <stdint.h>

#include "base/arena.h"

struct thinning {
    const float *y; // of all rows: the class of a row; NULL: there are none
    uint32_t n_class;
    uint64_t n_most; // rows that are kept, about
};

// Keep every so many-th row of each class.
//   in/out  row (n) of y, kept ones at the front
//   out     weight (n) how many rows each kept one stands for, NULL: not wanted; *n_kept
//   memory  scratch from `arena`
//   errors  what the arena says
MARU_MUST_USE maru_status thinning_keep(const struct thinning *thinning, uint32_t *row, uint32_t n,
                                        float *weight, struct arena *arena, uint32_t *n_kept,
                                        maru_error *err);

#endif
