// Products, ratios, differences and sums of two columns that say more than both of them apart: "Torque × Rotational speed".
//
// A tree needs many cuts for what one product says, and a reader understands the product. Candidates are judged by what a model of
// the single columns leaves over, beside what the same search finds when rows are shuffled.
#ifndef LEARN_COMBINATIONS_H
#define LEARN_COMBINATIONS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

enum {
    COMBINATIONS_MAX_FEATURES = 128,
    COMBINATIONS_MAX_ROWS = 10000000,
    COMBINATIONS_MAX_BINS = 96,
    COMBINATIONS_MAX_SHUFFLES = 1000,
};

enum combination_kind {
    COMBINATION_PRODUCT, // a × b
    COMBINATION_RATIO, // a ÷ b; b ÷ a has the same order where signs do not change, and is left out
    COMBINATION_DIFFERENCE, // a − b, of one unit
    COMBINATION_SUM,        // a + b, of one unit
    N_COMBINATION_KIND
};

struct combination {
    enum combination_kind kind;
    uint32_t a, b; // features
};

struct combination_rows {
    const float *x; // (n_row, n_feature), NaN: missing
    uint32_t n_row, n_feature;
    const char *const
        *unit; // (n_feature) such as "K", or NULL where it is not known; NULL: none is known
};

// The value of a row: NaN where a part is missing or the result is no finite number.
float combination_value(const struct combination *combination, const float *row);

// Its name of the names of its parts, appended to `out`. The same in all languages.
//   in      name (n_feature)
void combination_name(const struct combination *combination, const char *const *name,
                      struct text *out);

// What may be combined: columns with more than two values; differences and sums where the units are one, or not known and the columns
// of a size.
//   out     *out (*n), from `arena`
//   errors  MARU_E_RANGE: no rows or columns; MARU_E_LIMIT: more than the caps; what the arena says
//   cost    O(rows x columns x log rows)
MARU_MUST_USE maru_status combinations_list(const struct combination_rows *rows,
                                            struct arena *arena, struct combination **out,
                                            uint32_t *n, maru_error *err);

// What a model without them leaves over: for each group of what is predicted (a class, or one) what was true less what it expected.
struct combination_left {
    const double *left;     // (n_group, n_row)
    const double *variance; // (n_group, n_row), of `left` as the model expects it, at least 0
    uint32_t n_group;
    uint32_t n_shuffle; // 1 to COMBINATIONS_MAX_SHUFFLES
    uint64_t seed;
};

struct combination_score {
    uint32_t best; // its place in the list
    double
        score; // the chi-square of what is left over in bins of the candidate, for each degree of freedom
    double
        chance; // the largest such score of any candidate, over all shuffles: a real one lies above it
};

// The candidate that explains most of what is left over.
//   in      list (n), at least 1
//   memory  scratch from `arena`: a byte a candidate and row
//   errors  MARU_E_RANGE: no candidates, shuffles; what the arena says
//   cost    O(candidates x rows x (log rows + groups x shuffles))
//   source  score test (C. R. Rao 1948), the largest of runs: M. Kulldorff, Comm. Statistics 26 (1997) 1481-1496;
//           chance by shuffling: P. Westfall, S. Young: Resampling-Based Multiple Testing, 1993, 2.3
MARU_MUST_USE maru_status combinations_best(const struct combination_rows *rows,
                                            const struct combination *list, uint32_t n,
                                            const struct combination_left *left,
                                            struct arena *arena, struct combination_score *out,
                                            maru_error *err);

#endif
