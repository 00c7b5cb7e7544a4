// What shortens lives: Cox's regression. The hazard of a unit is that of all times exp(sum of coefficient * (value - mean)), nothing else assumed.
#ifndef LEARN_COX_H
#define LEARN_COX_H

#include <stdbool.h>

#include "base/arena.h"
#include "learn/survival/lifetimes.h"

enum { COX_MAX_COLUMNS = 200 };

struct cox_input {
    struct lifetimes lives;
    const double *x; // (n x n_column) row by row, finite
    uint32_t n_column;
    // at least 0: penalty ridge / 2 * sum of (coefficient * sd of its column)^2; 0: none, 1e-3:
    // little
    double ridge;
    double level;
};

struct cox_effect {
    // ln of the hazard ratio of one unit of the column; se from the information with the ridge
    double coefficient, se;
    double ratio, low, high; // hazard ratio
    double p;                // Wald, two-sided
    double mean, sd;         // of the column
    bool is_constant;        // coefficient 0, nothing known
};

struct cox {
    const struct cox_effect *effect; // (n_column)
    uint32_t n_column, n, n_failed;
    double log_likelihood, log_likelihood_0; // partial, without the ridge; with all coefficients 0
    // chi-square with the columns that are not constant; of all columns together
    double likelihood_ratio, p;
    // of pairs whose order is known, those where the higher risk fails first; ties of risk count
    // half
    double concordance;
    bool is_few; // fewer than 10 failures a column: coefficients flatter
    // (n_step) cumulative hazard of a unit with all columns at their mean, at each age of a
    // failure
    const double *time, *hazard;
    uint32_t n_step;
};

// Partial likelihood with Efron's way of ties, by Newton's steps, halved where they go too far.
//   memory  from `arena`: about 8 (n n_column + 6 n + 3 n_column^2) bytes
//   errors  MARU_E_RANGE: no failure, a value not finite, no maximum (a column that separates failures: set a ridge); MARU_E_LIMIT;
//           what the arena says
//   cost    O(n n_column^2) a step, and O(n log n) for concordance
//   source  D. R. Cox, JRSS B 34 (1972) 187-220; B. Efron, JASA 72 (1977) 557-565; F. E. Harrell et al., JAMA 247 (1982) 2543-2546
MARU_MUST_USE maru_status cox_fit(const struct cox_input *input, struct arena *arena,
                                  struct cox *out, maru_error *err);

// Sum of coefficient * (value - mean): ln of the hazard over that of a mean unit.
double cox_risk(const struct cox *cox, const double *x);

// The share of units with this risk that survives `age`; NaN beyond the last failure.
double cox_surviving(const struct cox *cox, double risk, double age);

#endif
