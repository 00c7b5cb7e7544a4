// Intervals and sets of classes that hold the truth as often as they say. Whatever the model, the errors it made on rows it has not learned
// from say how wide an interval has to be: the next error is, with probability k / (n + 1), at most the k-th smallest of n, as long as
// rows come from one world. Where the world drifts: adaptive.h.
#ifndef LEARN_CONFORMAL_H
#define LEARN_CONFORMAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum { CONFORMAL_MAX_CATEGORIES = 10000, CONFORMAL_MAX_CLASSES = 1000, CONFORMAL_LEAST_ROWS = 50 };

// The score that the next one is at most with probability `level`: the ceil((n + 1) level)-th smallest of n, +infinity where there are too few.
// The rank is that of the real product: 0.9 of 9 + 1 is 9.
//   in      sorted (n) rising; level in (0, 1). NaN for other levels
//   source  V. Vovk, A. Gammerman, G. Shafer: Algorithmic Learning in a Random World, 2005; J. Lei et al., JASA 113 (2018) 1094-1111
double conformal_quantile(const double *sorted, uint32_t n, double level);

// ---- numbers

enum conformal_kind {
    CONFORMAL_SYMMETRIC,  // one width on both sides
    CONFORMAL_ASYMMETRIC, // each side misses half of what may be missed
    N_CONFORMAL_KIND
};

struct conformal_input {
    double level;        // such as 0.8
    const double *truth; // (n)
    // (n) what the model says: two quantiles, or twice the same array for one answer
    const double *low, *high;
    const double *scale; // (n) above 0: how wrong the model takes itself to be; NULL: 1 everywhere
    // (n) below n_category, such as the product: each gets widths of its own; NULL: none
    const uint32_t *category;
    uint32_t n, n_category;
    // rows that a category needs for widths of its own; 0: CONFORMAL_LEAST_ROWS. Never less than
    // the level needs
    uint32_t least;
    uint8_t kind; // enum conformal_kind
};

struct conformal {
    uint8_t kind;
    bool is_scaled;
    double level;
    // (n_category + 1) what is added on a side, times scale; the last is that of all rows
    const double *below, *above;
    const bool *is_own; // (n_category) false: too few rows, so below and above are those of all
    uint32_t n, n_category;
};

// Learn the widths. Where even all rows are too few for the level, they are infinite, and so are the intervals.
//   memory  from `arena`
//   errors  MARU_E_RANGE: a value that is not finite, low above high, a scale not above 0, a category or level out of range;
//           MARU_E_LIMIT; what the arena says
//   cost    O(n log n)
//   source  Y. Romano, E. Patterson, E. J. Candes: Conformalized quantile regression, NeurIPS 2019, eq. 6 and 14; H. Papadopoulos et al.,
//           ECML 2002 (scale); V. Vovk: Conditional validity of inductive conformal predictors, ACML 2012 (categories)
MARU_MUST_USE maru_status conformal_fit(const struct conformal_input *input, struct arena *arena,
                                        struct conformal *out, maru_error *err);

// Is it one that conformal_around may be asked? For those that were kept as bytes.
//   errors  MARU_E_INPUT
MARU_MUST_USE maru_status conformal_check(const struct conformal *c, maru_error *err);

struct conformal_interval {
    // low > high where quantiles of the model were too wide for all there is: then nothing is left
    // between
    double low, high;
};

// The interval for one row. A category that is out of range, such as UINT32_MAX for a new one, gets the widths of all rows; scale is
// ignored where none was learned.
struct conformal_interval conformal_around(const struct conformal *c, double low, double high,
                                           double scale, uint32_t category);

// ---- classes

enum conformal_sets_kind {
    CONFORMAL_LEAST, // LAC: every class that is likely enough; the smallest sets on average, sometimes empty
    CONFORMAL_ADAPTIVE, // APS: the likeliest classes until enough is together; larger where the model is unsure, never empty
    N_CONFORMAL_SETS_KIND
};

struct conformal_sets_input {
    uint8_t kind; // enum conformal_sets_kind
    // each class is held as often as `level`, so that a rare one is not paid for by the others
    bool by_class;
    double level;
    const double *probability; // (n x n_class) row by row, in [0, 1]
    const uint32_t *truth;     // (n) below n_class
    uint32_t n, n_class;
    uint32_t least; // as above, for by_class
};

struct conformal_sets {
    uint8_t kind;
    double level;
    uint32_t n, n_class;
    const double *bound; // (n_class) a class is in where its score is at most this
    const bool *is_own;  // (n_class) by_class, and with enough rows
};

//   memory, errors, cost: as conformal_fit
//   source  M. Sadinle, J. Lei, L. Wasserman, JASA 114 (2019) 223-234 (LAC); Y. Romano, M. Sesia, E. J. Candes: Classification with valid
//           and adaptive coverage, NeurIPS 2020 (APS, without its lot: sets are a little larger than they need to be)
MARU_MUST_USE maru_status conformal_sets_fit(const struct conformal_sets_input *input,
                                             struct arena *arena, struct conformal_sets *out,
                                             maru_error *err);

// The set for one row; the number of classes in it.
//   in      probability (n_class)
//   out     is_in (n_class)
//   cost    O(n_class), for APS O(n_class^2) at most
uint32_t conformal_set_of(const struct conformal_sets *sets, const double *probability,
                          bool *is_in);

#endif
