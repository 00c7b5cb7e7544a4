// Of 500 columns 25 have p < 0.05 although nothing has happened. These two say which ones are left if one asks of all at once.
#ifndef LEARN_MANY_TESTS_H
#define LEARN_MANY_TESTS_H

#include <stdint.h>

#include "base/arena.h"

// Adjusted p-values: those at most q are to be believed. NaN stays NaN and is not counted as a test.
//   in      p (n) in [0, 1] or NaN
//   out     adjusted (n), may be p itself
//   memory  scratch from `arena`
//   errors  MARU_E_RANGE; what the arena says
//   cost    O(n log n)

// Holm: any false one at all has probability q at most, however columns depend on each other.
//   source  S. Holm, Scandinavian Journal of Statistics 6 (1979) 65-70
MARU_MUST_USE maru_status many_tests_holm(const double *p, uint32_t n, struct arena *arena,
                                          double *adjusted, maru_error *err);

// Benjamini and Hochberg: of those believed, a share of q is false on average, where columns are independent or rise together.
//   source  Y. Benjamini, Y. Hochberg, JRSS B 57 (1995) 289-300
MARU_MUST_USE maru_status many_tests_bh(const double *p, uint32_t n, struct arena *arena,
                                        double *adjusted, maru_error *err);

#endif
