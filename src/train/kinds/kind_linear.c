// Linear models, from a strong penalty to a weak one; with screening, which trusts columns that speak clearly on their own, and with a
// trend of time that explains no defect. Where rows are few and columns many, they drift less than trees.

#include "train/kinds/kinds.h"

#include <math.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/status.h"
#include "train/linear/linear.h"

static const struct {
    double lambda, least_t;
    uint32_t n_trend;
} settings[] = {
    {1, 0, 0}, {0.1, 0, 0}, {0.01, 0, 0}, {0.001, 0, 0}, {0.1, 1.5, 0}, {0.1, 1.5, 2},
};
enum { GAIN_ROWS = 1000 }; // looked at for what columns are worth

static void describe(uint32_t try, char out[KIND_NAME_BYTES]) {
    if (settings[try].n_trend > 0) {
        snprintf(out, KIND_NAME_BYTES, "linear: penalty %g, screened, no trend",
                 settings[try].lambda);
    } else if (settings[try].least_t > 0) {
        snprintf(out, KIND_NAME_BYTES, "linear: penalty %g, screened", settings[try].lambda);
    } else {
        snprintf(out, KIND_NAME_BYTES, "linear: penalty %g", settings[try].lambda);
    }
}

// A column is worth how much it moves answers: the mean of |what it adds - its mean|, over rows spread over all of them.
static maru_status find_gain(const struct linear_model *model, const struct boosting_rows *rows,
                             double *gain, maru_error *err) {
    const struct linear_shape shape = linear_model_draft(model)->shape;
    const uint32_t n = rows->n_row < GAIN_ROWS ? rows->n_row : GAIN_ROWS;
    double *added = alloc_new((size_t)shape.n_feature * n, sizeof *added);
    if (!added) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t f = 0; f < shape.n_feature; f++) {
        gain[f] = 0;
    }
    for (uint32_t g = 0; g < shape.n_group; g++) {
        for (uint32_t i = 0; i < n; i++) {
            const size_t row = (size_t)((uint64_t)i * rows->n_row / n);
            linear_model_why(model, rows->x + row * shape.n_feature, g,
                             added + (size_t)i * shape.n_feature);
        }
        for (uint32_t f = 0; f < shape.n_feature; f++) {
            double mean = 0;
            for (uint32_t i = 0; i < n; i++) {
                mean += added[(size_t)i * shape.n_feature + f] / n;
            }
            for (uint32_t i = 0; i < n; i++) {
                gain[f] += fabs(added[(size_t)i * shape.n_feature + f] - mean) / n;
            }
        }
    }
    alloc_free(added);
    return MARU_OK;
}

static maru_status fit(const struct kind_task *task, uint32_t try, struct kind_fitted *fitted,
                       maru_error *err) {
    static const enum linear_goal goals[N_MODEL_GOAL] = {
        [MODEL_YES_NO] = LINEAR_YES_NO,
        [MODEL_CLASS] = LINEAR_CLASS,
        [MODEL_NUMBER] = LINEAR_NUMBER,
    };
    struct linear_options options = linear_usual(goals[task->goal]);
    options.n_class = task->goal == MODEL_CLASS ? task->n_class : options.n_class;
    options.least_t = settings[try].least_t;
    options.n_trend = settings[try].n_trend;
    struct linear_model *model = NULL;
    maru_status st = linear_fit(task->rows, &options, &settings[try].lambda, 1, &model, err);
    st = st == MARU_OK ? linear_model_write(model, &fitted->bytes, err) : st;
    if (st == MARU_OK && fitted->gain) {
        st = find_gain(model, task->rows, fitted->gain, err);
    }
    linear_model_free(model);
    return st;
}

const struct kind kind_linear = {
    .name = "linear",
    .predictor = PREDICTOR_LINEAR,
    .n_try = sizeof settings / sizeof *settings,
    .describe = describe,
    .fit = fit,
};
