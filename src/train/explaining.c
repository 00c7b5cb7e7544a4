#include "train/explaining.h"

#include "base/alloc.h"
#include "base/status.h"
#include "learn/models/linear_model.h"
#include "train/trees/boosting.h"

struct explainer {
    const struct fitted_model *model;
    struct boosting *boosting;         // of trees, or NULL
    const struct linear_model *linear; // of the model's predictor, or NULL
    uint32_t n_feature, n_group;
};

maru_status explainer_open(const struct fitted_model *model, struct explainer **out,
                           maru_error *err) {
    const struct predictor_shape shape = predictor_shape_of(model->predictor);
    struct explainer *made = alloc_new(1, sizeof *made);
    if (!made) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    *made = (struct explainer){.model = model,
                               .linear = predictor_linear(model->predictor),
                               .n_feature = shape.n_feature,
                               .n_group = shape.n_group};
    maru_status st = MARU_OK;
    if (!made->linear) {
        // The booster is read by XGBoost itself, so it must be the one that the checked trees came from.
        st = predictor_is_of(model->predictor, model->source, model->n_source, err);
        st = st == MARU_OK ? boosting_open(model->source, model->n_source, &made->boosting, err)
                           : st;
    }
    if (st != MARU_OK) {
        explainer_close(made);
        return st;
    }
    *out = made;
    return MARU_OK;
}

void explainer_close(struct explainer *explainer) {
    if (explainer) {
        boosting_free(explainer->boosting);
        alloc_free(explainer);
    }
}

static void ask_linear(const struct explainer *e, const struct explained *rows, double *added,
                       double *usual) {
    for (uint32_t i = 0; i < rows->n_row; i++) {
        const uint32_t group = rows->group ? rows->group[i] : 0;
        linear_model_why(e->linear, rows->x + (size_t)i * e->n_feature, group,
                         added + (size_t)i * e->n_feature);
        usual[i] = linear_model_draft(e->linear)->base[group];
    }
}

maru_status explainer_ask(struct explainer *e, const struct explained *rows, double *added,
                          double *usual, maru_error *err) {
    if (e->linear) {
        ask_linear(e, rows, added, usual);
        return MARU_OK;
    }
    const size_t width = (size_t)e->n_feature + 1;
    float *shapley = alloc_new((size_t)rows->n_row * e->n_group * width + 1, sizeof *shapley);
    if (!shapley) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const struct boosting_rows asked = {rows->x, NULL, NULL, rows->n_row, e->n_feature};
    const maru_status st = boosting_ask(e->boosting, &asked, BOOSTING_SHAP, shapley, err);
    for (uint32_t i = 0; st == MARU_OK && i < rows->n_row; i++) {
        const uint32_t group = rows->group ? rows->group[i] : 0;
        const float *of = shapley + ((size_t)i * e->n_group + group) * width;
        for (uint32_t f = 0; f < e->n_feature; f++) {
            added[(size_t)i * e->n_feature + f] = (double)of[f];
        }
        usual[i] = (double)of[e->n_feature];
    }
    alloc_free(shapley);
    return st;
}
