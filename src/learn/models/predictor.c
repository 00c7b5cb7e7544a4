#include "learn/models/predictor.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"
#include "learn/models/fitted_model.h"
#include "learn/models/linear_model.h"
#include "learn/models/onnx_linear.h"
#include "learn/trees/forest.h"
#include "learn/trees/onnx.h"

struct predictor {
    struct forest *forest;       // or NULL
    struct linear_model *linear; // or NULL
};

_Static_assert((int)MODEL_YES_NO == (int)FOREST_YES_NO && (int)MODEL_CLASS == (int)FOREST_CLASS &&
                   (int)MODEL_NUMBER == (int)FOREST_NUMBER &&
                   (int)MODEL_YES_NO == (int)LINEAR_YES_NO &&
                   (int)MODEL_CLASS == (int)LINEAR_CLASS && (int)MODEL_NUMBER == (int)LINEAR_NUMBER,
               "same numbers");

maru_status predictor_read(enum predictor_kind kind, const void *bytes, size_t n,
                           struct predictor **out, maru_error *err) {
    struct predictor *made = alloc_new(1, sizeof *made);
    if (!made) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st;
    switch (kind) {
    case PREDICTOR_TREES:
        st = forest_read(bytes, n, &made->forest, err);
        break;
    case PREDICTOR_LINEAR:
        st = linear_model_read(bytes, n, &made->linear, err);
        break;
    case N_PREDICTOR_KIND:
    default:
        st = fail(err, MARU_E_INPUT, "a kind of model that is not known here");
        break;
    }
    if (st != MARU_OK) {
        alloc_free(made);
        return st;
    }
    *out = made;
    return MARU_OK;
}

maru_status predictor_write(const struct predictor *predictor, struct text *out, maru_error *err) {
    return predictor->forest ? forest_write(predictor->forest, out, err)
                             : linear_model_write(predictor->linear, out, err);
}

void predictor_free(struct predictor *predictor) {
    if (predictor) {
        forest_free(predictor->forest);
        linear_model_free(predictor->linear);
        alloc_free(predictor);
    }
}

struct predictor_shape predictor_shape_of(const struct predictor *predictor) {
    if (predictor->linear) {
        const struct linear_shape linear = linear_model_draft(predictor->linear)->shape;
        return (struct predictor_shape){PREDICTOR_LINEAR, (uint8_t)linear.goal, linear.n_feature,
                                        linear.n_group};
    }
    const struct forest_shape shape = forest_shape_of(predictor->forest);
    return (struct predictor_shape){PREDICTOR_TREES, (uint8_t)shape.goal, shape.n_feature,
                                    shape.n_group};
}

const struct linear_model *predictor_linear(const struct predictor *predictor) {
    return predictor->linear;
}

maru_status predictor_is_of(const struct predictor *predictor, const void *source, size_t n,
                            maru_error *err) {
    struct forest *forest = NULL;
    if (!predictor->forest || n == 0) {
        return fail(err, MARU_E_INPUT, "the model does not carry what explains it");
    }
    const maru_status st = forest_read_xgboost(source, n, &forest, err);
    if (st != MARU_OK) {
        return st;
    }
    char ours[33], theirs[33];
    forest_fingerprint(predictor->forest, ours);
    forest_fingerprint(forest, theirs);
    forest_free(forest);
    return strcmp(ours, theirs) == 0
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "what explains the model is of another one");
}

size_t predictor_scratch_bytes(const struct predictor *predictor) {
    return predictor->forest ? forest_scratch_bytes(predictor->forest)
                             : predictor_shape_of(predictor).n_group * sizeof(double);
}

// Row by row through the scratch, since weights add up in double precision.
static void linear_margins(const struct linear_model *linear, const float *x, size_t n_row,
                           double *scratch, float *margin) {
    const struct linear_shape shape = linear_model_draft(linear)->shape;
    for (size_t i = 0; i < n_row; i++) {
        linear_model_margins(linear, x + i * shape.n_feature, 1, scratch);
        for (uint32_t k = 0; k < shape.n_group; k++) {
            margin[i * shape.n_group + k] = (float)scratch[k];
        }
    }
}

void predictor_margins(const struct predictor *predictor, const float *x, size_t n_row,
                       void *scratch, float *margin) {
    if (predictor->forest) {
        forest_margins(predictor->forest, x, n_row, scratch, margin);
    } else {
        linear_margins(predictor->linear, x, n_row, scratch, margin);
    }
}

void predictor_soften(double *margin, uint32_t n) {
    double most = margin[0], sum = 0;
    for (uint32_t k = 1; k < n; k++) {
        most = fmax(most, margin[k]);
    }
    for (uint32_t k = 0; k < n; k++) {
        margin[k] = exact_exp(margin[k] - most);
        sum += margin[k];
    }
    for (uint32_t k = 0; k < n; k++) {
        margin[k] /= sum;
    }
}

maru_status predictor_onnx(const struct predictor *predictor, const struct onnx_columns *columns,
                           struct text *out, maru_error *err) {
    return predictor->forest ? onnx_write(predictor->forest, columns, out, err)
                             : onnx_write_linear(predictor->linear, columns, out, err);
}
