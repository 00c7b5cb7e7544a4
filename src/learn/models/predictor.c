#include "learn/models/predictor.h"

#include "base/alloc.h"
#include "base/status.h"
#include "learn/models/fitted_model.h"
#include "learn/trees/forest.h"
#include "learn/trees/onnx.h"

struct predictor {
    uint8_t kind;
    struct forest *forest;
};

_Static_assert((int)MODEL_YES_NO == (int)FOREST_YES_NO && (int)MODEL_CLASS == (int)FOREST_CLASS &&
                   (int)MODEL_NUMBER == (int)FOREST_NUMBER,
               "same numbers");

maru_status predictor_read(enum predictor_kind kind, const void *bytes, size_t n,
                           struct predictor **out, maru_error *err) {
    struct predictor *made = alloc_new(1, sizeof *made);
    if (!made) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    made->kind = (uint8_t)kind;
    maru_status st;
    switch (kind) {
    case PREDICTOR_TREES:
        st = forest_read(bytes, n, &made->forest, err);
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
    return forest_write(predictor->forest, out, err);
}

void predictor_free(struct predictor *predictor) {
    if (predictor) {
        forest_free(predictor->forest);
        alloc_free(predictor);
    }
}

struct predictor_shape predictor_shape_of(const struct predictor *predictor) {
    const struct forest_shape shape = forest_shape_of(predictor->forest);
    return (struct predictor_shape){predictor->kind, (uint8_t)shape.goal, shape.n_feature,
                                    shape.n_group};
}

size_t predictor_scratch_bytes(const struct predictor *predictor) {
    return forest_scratch_bytes(predictor->forest);
}

void predictor_margins(const struct predictor *predictor, const float *x, size_t n_row,
                       void *scratch, float *margin) {
    forest_margins(predictor->forest, x, n_row, scratch, margin);
}

maru_status predictor_onnx(const struct predictor *predictor, struct text *out, maru_error *err) {
    return onnx_write(predictor->forest, out, err);
}
