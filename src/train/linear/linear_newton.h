// The weights of a linear model: Newton's method on a convex loss with a penalty, through LAPACK.
#ifndef TRAIN_LINEAR_NEWTON_H
#define TRAIN_LINEAR_NEWTON_H

#include <stdint.h>

#include "base/arena.h"
#include "learn/models/linear_model.h"
#include "maru/status.h"

struct linear_problem {
    enum linear_goal goal;
    uint32_t n_row, n_group;
    uint32_t n_unknown;   // columns of the design, the last of them 1 in each row
    uint32_t n_penalized; // the first of them, which the penalty holds
    const double *design; // (n_unknown, n_row), column after column
    const double *weight; // (n_row), their sum is 1
    const double *target; // (n_group, n_row)
};

struct linear_newton; // its scratch

// Scratch for a problem out of `arena`; NULL: none left.
struct linear_newton *linear_newton_new(const struct linear_problem *problem, struct arena *arena);

// Minimize the mean loss and lambda / 2 times the squares of the penalized unknowns, from `beta` on.
//   in      beta (n_group, n_unknown): where to begin, such as the solution for another penalty
//   out     beta
//   errors  MARU_E_INPUT: the equations have no solution in doubles
//   source  S. Boyd, L. Vandenberghe: Convex Optimization, 2004, 9.5
MARU_MUST_USE maru_status linear_newton_solve(struct linear_newton *newton, double lambda,
                                              double *beta, maru_error *err);

#endif
