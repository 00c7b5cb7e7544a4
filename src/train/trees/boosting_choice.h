// Which options of trees do best on folds that they have not seen, what they answer there, and a mean of several forests.
#ifndef TRAIN_BOOSTING_CHOICE_H
#define TRAIN_BOOSTING_CHOICE_H

#include "learn/splits/splits.h"
#include "train/trees/boosting.h"

enum { BOOSTING_MAX_OPTIONS = 64, BOOSTING_MAX_BLEND = 64 };

struct boosting_grid {
    const struct boosting_options *option; // (n_option), of one goal
    uint32_t n_option;
    uint32_t n_seed; // forests that are averaged, each with the next seed
};

struct boosting_choice {
    uint32_t option; // the place of the best
    double loss; // its mean loss of a row: -ln(probability of what was true), or the squared error
};

// Choose by the mean loss on the folds.
//   in      splits of these rows
//   out     answer (n_row, n_group) of the best on rows that it has not seen, NaN where a row is never tried; may be NULL
//   errors  as boosting_fit; MARU_E_RANGE: other rows, or nothing to choose from
//   cost    n_option x folds x n_seed fits
MARU_MUST_USE maru_status boosting_choose(const struct boosting_rows *rows,
                                          const struct splits *splits,
                                          const struct boosting_grid *grid,
                                          struct boosting_choice *out, float *answer,
                                          maru_error *err);

// The mean answer of n_seed forests fitted to `rows`, for the rows `asked`.
//   out     answer (asked->n_row, n_group)
//   errors  as boosting_fit
MARU_MUST_USE maru_status boosting_blend(const struct boosting_rows *rows,
                                         const struct boosting_options *options, uint32_t n_seed,
                                         const struct boosting_rows *asked, float *answer,
                                         maru_error *err);

// Rows of a list, out of `arena`.
//   errors  what the arena says
MARU_MUST_USE maru_status boosting_rows_of(const struct boosting_rows *rows, const uint32_t *row,
                                           uint32_t n, struct arena *arena,
                                           struct boosting_rows *out, maru_error *err);

#endif
