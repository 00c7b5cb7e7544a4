// Linear models with a penalty on their weights, fitted through LAPACK: rows in, models out that answer by learn/models/linear_model.h.
//
// Preparing the columns is part of the model: each is held within bounds found on the rows that it learns from, brought to mean 0 and
// spread 1, and a missing value counts as the mean. More columns than rows are fine. The same rows and options give the same bytes on
// the same machine.
#ifndef TRAIN_LINEAR_H
#define TRAIN_LINEAR_H

#include <stdbool.h>
#include <stdint.h>

#include "learn/models/linear_model.h"
#include "learn/splits/splits.h"
#include "maru/status.h"
#include "train/trees/boosting.h"

enum {
    LINEAR_MAX_ROWS = 10000000,
    LINEAR_MAX_COLUMNS = 20000,
    LINEAR_MAX_VALUES = 1 << 27,
    LINEAR_MAX_UNKNOWNS = 4096,
    LINEAR_MAX_LAMBDAS = 64,
    LINEAR_MAX_TREND = 6,
    LINEAR_MAX_OPTIONS = 32,
};

#define LINEAR_LEAST_LAMBDA 1e-6
#define LINEAR_MOST_LAMBDA 1e6

struct linear_options {
    enum linear_goal goal;
    uint32_t n_class; // of LINEAR_CLASS, 2 or more
    double clip;      // bounds: the median and so many robust standard deviations; 0: what was seen
    double max_missing; // a column of which a larger share is missing is left out, 0 to 1
    double least_t;   // how clearly a column must speak, in its t; what is clearer is trusted more
    uint32_t n_trend; // rows in order of time: a trend of this degree explains no defect; 0: none
    bool knows_missing; // that a value is missing counts on its own
    bool is_balanced;   // classes weigh the same, however rare
};

// Options that suit measurements of a factory: bounds at 5, half may be missing, no screening, no trend.
struct linear_options linear_usual(enum linear_goal goal);

// Fit a model for each penalty: the mean loss of a row and lambda / 2 times the sum of the squares of the weights of columns with
// spread 1. With least_t, the variance that a weight is given beforehand is 1 - least_t / |t|, of the t of its column alone: 0 below.
// With n_trend, a polynomial of the place of a row explains what it can, without a penalty; the model stays where it ends.
//   in      rows as in boosting.h, infinite values refused; lambda (n_lambda), from LINEAR_LEAST_LAMBDA to LINEAR_MOST_LAMBDA
//   out     model (n_lambda), each to be freed with linear_model_free; one class alone, or constant columns, give a model that says
//           little
//   errors  MARU_E_RANGE: an option or a value outside; MARU_E_LIMIT; MARU_E_INPUT: no solution in doubles; MARU_E_MEMORY
//   cost    O(rows x m^2 + m^3) a step of Newton's, m the smaller of rows and columns, times the classes
//   source  T. Hastie, R. Tibshirani, J. Friedman: The Elements of Statistical Learning, 2nd ed., 2009, 3.4.1, 4.4, 18.3.5
MARU_MUST_USE maru_status linear_fit(const struct boosting_rows *rows,
                                     const struct linear_options *options, const double *lambda,
                                     uint32_t n_lambda, struct linear_model **model,
                                     maru_error *err);

// What may be chosen from: each option with each penalty.
struct linear_grid {
    const struct linear_options *option; // (n_option), of one goal
    uint32_t n_option;
    const double *lambda; // (n_lambda)
    uint32_t n_lambda;
};

struct linear_choice {
    uint32_t option, lambda; // the places of the best ones
    double loss;             // for yes or no 1 - AUC, else the mean loss of a row; over all folds
    uint32_t n_fit;          // fits that were made
};

// Which options and which penalty do best on folds that the models have not seen. Folds count by their rows, for yes or no by their
// rows of yes; those that have one class alone say nothing.
//   in      splits of these rows
//   errors  as linear_fit; MARU_E_RANGE: other rows, or no fold that says anything
MARU_MUST_USE maru_status linear_choose(const struct boosting_rows *rows,
                                        const struct splits *splits, const struct linear_grid *grid,
                                        struct linear_choice *out, maru_error *err);

#endif
