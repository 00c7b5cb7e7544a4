// The rows of a table run by run: rows of one run, unit or tool follow each other in time, those of different ones do not.
#ifndef LEARN_RUN_ORDER_H
#define LEARN_RUN_ORDER_H

#include "signal/frame.h"

struct run_order {
    const uint32_t *row; // (n) of the frame
    const uint32_t *run; // (n) of each of them, rising from 0
    uint32_t n, n_run;   // n: rows that have a run and a time
};

// Put them into order. Runs come in the order of their numbers, words or times; rows of one time stay as they stand.
//   in      unit: column of numbers, words or times, UINT32_MAX: all rows are one run; order: of numbers or times, UINT32_MAX: as
//           they stand
//   memory  from `arena`
//   errors  MARU_E_INPUT: a column of another kind; what the arena says
//   cost    O(n log n)
MARU_MUST_USE maru_status run_order_find(const struct frame *frame, uint32_t unit, uint32_t order,
                                         struct arena *arena, struct run_order *out,
                                         maru_error *err);

#endif
