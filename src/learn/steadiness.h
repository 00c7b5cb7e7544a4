// Does a process stay where it was? For many columns at once: when each changed its level, if it did, guarded against having looked at
// all of them and at every moment.
#ifndef LEARN_STEADINESS_H
#define LEARN_STEADINESS_H

#include <stdint.h>

#include "maru/status.h"

enum {
    STEADINESS_SIDE = 3,
    STEADINESS_MOST_SHUFFLES = 100000
}; // periods on each side of a change, at least

struct change {
    uint32_t at;          // the first period of the new level
    uint32_t n;           // periods with a value
    double before, after; // mean levels
    double t;             // of the difference, by the scatter within both sides
    double
        p; // that any column of a steady process would change as much at any moment; NaN: too few periods
};

// Find the largest change of level of each column. Under a steady process the order of periods means nothing: so the same is looked for
// in n_shuffle shuffled orders, in all columns together, and p is the share of orders whose largest |t| of any column is at least as large.
//   in      mean of each column in each period, row by row (n_column x n_period), NaN: no value; n_shuffle up to STEADINESS_MOST_SHUFFLES
//   out     change (n_column)
//   errors  MARU_E_RANGE, MARU_E_MEMORY
//   cost    O(n_shuffle x n_column x n_period)
//   source  P. H. Westfall, S. S. Young: Resampling-based multiple testing (1993), max-T
MARU_MUST_USE maru_status steadiness_find(const double *mean, uint32_t n_column, uint32_t n_period,
                                          uint32_t n_shuffle, uint64_t seed, struct change *change,
                                          maru_error *err);

#endif
