// The columns of a linear model: held, brought to mean 0 and spread 1, and weighed by what each says alone.
#ifndef TRAIN_LINEAR_COLUMNS_H
#define TRAIN_LINEAR_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "train/linear/linear.h"

struct linear_column {
    uint32_t feature;
    bool is_flag; // of whether the value is missing
    double mean;  // of the flag
    double unit;  // what a unit of the value, or of the flag, is here
};

struct linear_columns {
    uint32_t n_row, n_column, n_group, n_trend;
    struct linear_column *column; // (n_column)
    double *a;                    // (n_column, n_row), column after column
    double *trend;                // (n_trend, n_row)
    double *weight;               // (n_row), their sum is 1
    double *target;               // (n_group, n_row): 0 and 1, or the number
    float *low, *high, *center;   // (n_feature)
};

// Everything out of `arena`.
//   errors  MARU_E_LIMIT: more than LINEAR_MAX_VALUES; MARU_E_MEMORY
MARU_MUST_USE maru_status linear_columns_make(const struct boosting_rows *rows,
                                              const struct linear_options *options,
                                              struct arena *arena, struct linear_columns *out,
                                              maru_error *err);

#endif
