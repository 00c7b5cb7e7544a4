// Gradient boosted trees, fitted by XGBoost: rows in, a booster out, and what it says of each feature.
//
// The same rows, options and seed give the same bytes of a model. Live answers come from learn/trees/forest.h, which reads these bytes.
#ifndef TRAIN_BOOSTING_H
#define TRAIN_BOOSTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"

enum {
    BOOSTING_MAX_ROWS = 10000000,
    BOOSTING_MAX_FEATURES = 20000,
    BOOSTING_MAX_ROUNDS = 10000,
    BOOSTING_MAX_DEPTH = 16,
    BOOSTING_MAX_CLASSES = 256,
    BOOSTING_MAX_THREADS = 256,
    BOOSTING_MAX_CUTS = 4096,
};

enum boosting_goal {
    BOOSTING_YES_NO, // y is 0 or 1; answers a probability
    BOOSTING_CLASS,  // y is 0 to n_class - 1; answers a probability for each
    BOOSTING_NUMBER, // y is any number; answers a number
    N_BOOSTING_GOAL
};

struct boosting_rows {
    const float *x;      // (n_row, n_feature), row after row; NaN: missing
    const float *y;      // (n_row); NULL where only an answer is wanted
    const float *weight; // (n_row), above 0; NULL: 1 for each
    uint32_t n_row, n_feature;
};

struct boosting_options {
    enum boosting_goal goal;
    uint32_t n_class;  // of BOOSTING_CLASS, 2 or more
    uint32_t n_round;  // trees of each class
    uint32_t n_depth;  // 1 to BOOSTING_MAX_DEPTH
    uint32_t patience; // rounds without a better loss on the judging rows before it stops; 0: never
    uint32_t n_thread; // the bytes of the model do not depend on it
    uint32_t seed;
    uint32_t n_cut;          // a column is cut in so many places at most; 0: 256
    double eta;              // above 0, at most 1
    double min_child_weight; // at least 0
    double subsample;        // rows of each tree, above 0, at most 1
    double colsample;        // features of each tree, above 0, at most 1
    double lambda;           // at least 0
    double scale_pos_weight; // weight of y = 1 for BOOSTING_YES_NO, above 0
    bool (*goes_on)(
        const void *context); // asked before each round; false: stop. NULL: nobody stops it
    const void *context;
};

struct boosting;

// Options that suit a few thousand rows: 300 rounds of depth 6, one thread.
struct boosting_options boosting_usual(enum boosting_goal goal);

// Fit. judge (may be NULL) are the rows on which patience looks, no others: rows that nobody learns from. The booster keeps the rounds
// up to its best on them.
//   out     *out, to be freed with boosting_free
//   errors  MARU_E_RANGE: an option or a value outside; MARU_E_LIMIT; MARU_E_INPUT: what XGBoost refuses; MARU_E_MEMORY; MARU_E_STOPPED
//   cost    O(rounds, depth, values)
//   source  T. Chen, C. Guestrin, KDD 2016, doi 10.1145/2939672.2939785
MARU_MUST_USE maru_status boosting_fit(const struct boosting_rows *rows,
                                       const struct boosting_rows *judge,
                                       const struct boosting_options *options,
                                       struct boosting **out, maru_error *err);

// A booster from the bytes that boosting_model wrote. They are trusted: XGBoost reads them. Bytes of strangers go through
// forest_read_xgboost first.
MARU_MUST_USE maru_status boosting_open(const char *bytes, size_t n, struct boosting **out,
                                        maru_error *err);
void boosting_free(struct boosting *boosting);

// The model as XGBoost's JSON, appended to `out`.
MARU_MUST_USE maru_status boosting_model(struct boosting *boosting, struct text *out,
                                         maru_error *err);

// Trees of each class that were kept, values that an answer has, features.
uint32_t boosting_n_round(const struct boosting *boosting);
uint32_t boosting_n_group(const struct boosting *boosting);
uint32_t boosting_n_feature(const struct boosting *boosting);

enum boosting_question {
    BOOSTING_ANSWER, // probability or number: (n_row, n_group)
    BOOSTING_MARGIN, // what the trees add up to: (n_row, n_group)
    BOOSTING_SHAP, // Shapley values of the margin, the last of each is the mean: (n_row, n_group, n_feature + 1)
    N_BOOSTING_QUESTION
};

// Ask XGBoost itself.
//   in      rows: only x is looked at
//   out     answer, with the shape above
//   errors  MARU_E_RANGE: another number of features, an infinite value; MARU_E_INPUT
//   source  S. Lundberg, G. Erion, S.-I. Lee, arXiv 1802.03888 (TreeSHAP)
MARU_MUST_USE maru_status boosting_ask(struct boosting *boosting, const struct boosting_rows *rows,
                                       enum boosting_question question, float *answer,
                                       maru_error *err);

// How much the splits of each feature lowered the loss in all; 0 for one that is in no split.
//   out     gain (n_feature)
MARU_MUST_USE maru_status boosting_gain(struct boosting *boosting, double *gain, maru_error *err);

#endif
