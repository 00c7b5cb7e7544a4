// Which rows of a table are odd, when nobody has said what odd is: rows are learnt as they are, most of them good, and a row is judged by
// how far it lies from what its columns do together, and by how many of the known rows, held out, lie as far.
//
// Each column is brought to a common scale that odd values hardly move; then the correlation of the columns, shrunk towards none, says
// how far a row is (Mahalanobis' distance: in principal components that is T2 of the large ones and SPE of the small ones, each by
// its own variance). So a row is found whose values are all usual and only do not belong together, which methods that cut one column
// after the other (isolation forests) do not see. What has no neighbor in one tight group but lies between two groups of a table is not
// found: tables of several products are to be judged product by product.
#ifndef LEARN_ANOMALY_H
#define LEARN_ANOMALY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum {
    ANOMALY_MAX_COLUMNS = 1024,
    ANOMALY_MAX_ROWS = 1000000,
    ANOMALY_MAX_FOLDS = 10,
    ANOMALY_MAX_CAUSES = 5,
    ANOMALY_LEAST_ROWS = 20,
};

struct anomaly_options {
    uint32_t n_fold; // 2 to ANOMALY_MAX_FOLDS parts, each judged by what the others teach
    bool
        is_in_order; // neighboring rows share their luck: parts are blocks; else every n_fold-th row
    double
        shrinkage; // of correlations, in (0, 1]; 0: the one under which held-out rows are likeliest
};

struct anomaly_rows {
    const double *value; // (n_row, n_column); what is not finite is missing
    uint32_t n_row, n_column;
};

// Frozen once fitted; all arrays lie in the arena.
struct anomaly {
    uint32_t n_column, n_row, n_moving; // columns that move
    double shrinkage;
    const uint32_t *moving;  // (n_moving) columns
    const uint32_t *fixed;   // (n_column - n_moving) columns that have one value or none
    const double *center;    // (n_column); NaN: no value was ever there
    const double *scale;     // (n_column) 0: never moved
    const double *precision; // (n_moving, n_moving), the inverse of the shrunk correlation
    const double *held;      // (n_held) scores of the rows, held out, rising
    uint32_t n_held;
};

// Five parts in order, shrinkage by likelihood.
struct anomaly_options anomaly_usual(void);

// Learn what rows look like.
//   memory  *out stands in `arena`; `scratch` may be reset afterwards: (n_fold + 4) n_column^2 doubles and n_row
//   errors  MARU_E_RANGE: an option; MARU_E_INPUT: fewer than ANOMALY_LEAST_ROWS rows with a value, no column that moves; MARU_E_LIMIT;
//           what the arenas say
//   cost    O(n_row n_column^2 + 20 n_fold n_column^3)
//   source  shrinkage: O. Ledoit, M. Wolf, J. Multivariate Analysis 88 (2004) 365-411, here by likelihood of rows held out; location: P. J. Huber,
//           Annals of Mathematical Statistics 35 (1964) 73-101, one step from the median
MARU_MUST_USE maru_status anomaly_fit(const struct anomaly_options *options,
                                      const struct anomaly_rows *rows, struct arena *arena,
                                      struct arena *scratch, struct anomaly *out, maru_error *err);

// Doubles that a question needs as its scratch, one array for each thread.
size_t anomaly_work(const struct anomaly *anomaly);

struct anomaly_verdict {
    // About standard normal for good rows of normal columns, whatever is missing; NaN: nothing of the row is known.
    double score;
    double
        tail; // share of good rows that lie as far, at least 1 / (n_held + 1); NaN where score is
    uint32_t n_missing; // values of columns that move
    uint32_t
        n_new; // columns that never moved and now have another value: odd whatever the score is
};

// Judge a row that was not learnt from. The share of good rows with tail <= a is at most about a, for any a: where rows come from one
// world.
//   in      row (n_column); work (anomaly_work)
//   cost    O(n_column^2 + missing^3)
void anomaly_judge(const struct anomaly *anomaly, const double *row, double *work,
                   struct anomaly_verdict *verdict);

struct anomaly_cause {
    double value, expected, sd; // expected of the columns that are no causes, give or take sd
    double left;                // the score that is left without this column and those before it
    uint32_t column;
    bool is_new; // never moved before: sd is 0
};

// Which columns make a row odd: first those that never moved, then the one without which the rest is least odd, and so on until what is
// left is as near as half of all good rows, or ANOMALY_MAX_CAUSES are found. In a row that is else in the middle of
// everything, the one value that is off comes first, always.
//   out     cause (ANOMALY_MAX_CAUSES); the number of them
uint32_t anomaly_explain(const struct anomaly *anomaly, const double *row, double *work,
                         struct anomaly_cause *cause);

#endif
