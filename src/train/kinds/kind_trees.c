// Gradient boosted trees, from stumps to deep ones. More trees of a smaller step and subsamples of rows and columns keep them from learning
// by heart; which of it suits is for tuning.

#include "train/kinds/kinds.h"

#include <math.h>
#include <stdio.h>

#include "base/status.h"
#include "learn/trees/forest.h"

static const struct {
    uint32_t n_depth, n_round;
    double eta, min_child_weight, colsample;
} settings[] = {
    {1, 150, 0.1, 1, 1},    {2, 150, 0.05, 1, 0.5}, {3, 150, 0.05, 3, 0.5},
    {4, 300, 0.03, 3, 0.5}, {6, 200, 0.05, 3, 0.5}, {6, 500, 0.03, 1, 0.3},
};

static void describe(uint32_t try, char out[KIND_NAME_BYTES]) {
    snprintf(out, KIND_NAME_BYTES, "trees: depth %u, %u rounds", settings[try].n_depth,
             settings[try].n_round);
}

static struct boosting_options options_of(const struct kind_task *task, uint32_t try) {
    static const enum boosting_goal goals[N_MODEL_GOAL] = {
        [MODEL_YES_NO] = BOOSTING_YES_NO,
        [MODEL_CLASS] = BOOSTING_CLASS,
        [MODEL_NUMBER] = BOOSTING_NUMBER,
    };
    struct boosting_options options = boosting_usual(goals[task->goal]);
    options.n_class = task->goal == MODEL_CLASS ? task->n_class : options.n_class;
    options.n_depth = settings[try].n_depth;
    options.n_round = settings[try].n_round;
    options.eta = settings[try].eta;
    options.min_child_weight = settings[try].min_child_weight;
    options.colsample = settings[try].colsample;
    options.subsample = 0.8;
    options.patience = 0;
    options.n_thread = task->n_thread;
    options.seed = (uint32_t)task->seed;
    options.goes_on = task->goes_on;
    options.context = task->context;
    return options;
}

static maru_status fit(const struct kind_task *task, uint32_t try, struct kind_fitted *fitted,
                       maru_error *err) {
    const struct boosting_options options = options_of(task, try);
    struct boosting *boosting = NULL;
    struct forest *forest = NULL;
    maru_status st = boosting_fit(task->rows, NULL, &options, &boosting, err);
    st = st == MARU_OK ? boosting_model(boosting, &fitted->source, err) : st;
    st = st == MARU_OK
             ? forest_read_xgboost(fitted->source.bytes, fitted->source.n_bytes, &forest, err)
             : st;
    st = st == MARU_OK ? forest_write(forest, &fitted->bytes, err) : st;
    if (st == MARU_OK && fitted->gain) {
        st = boosting_gain(boosting, fitted->gain, err);
    }
    forest_free(forest);
    boosting_free(boosting);
    return st;
}

const struct kind kind_trees = {
    .name = "trees",
    .predictor = PREDICTOR_TREES,
    .n_try = sizeof settings / sizeof *settings,
    .describe = describe,
    .fit = fit,
};
