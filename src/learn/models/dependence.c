// Partial dependence. The rows asked are spread evenly over the training rows, so that a table in order of time is seen from end to end; the
// same rows are asked with each value, so that differences between values are the feature's alone.

#include "learn/models/dependence.h"

#include <math.h>
#include <string.h>

#include "base/distribution.h"
#include "base/status.h"

#define DEPENDENCE_MAX_BYTES ((size_t)4 << 30)

struct asking {
    const struct fitted_model *model;
    uint32_t feature, n_row, n_curve;
    struct arena arena;
    float *x; // (n_row, n_feature), of which a column is replaced
    struct model_answer *answer;
    double *probability; // (n_row, n_class) CLASS
    double *curve;       // (MODEL_MAX_POINTS, n_curve)
};

// ---- where to ask

// Different ones of sorted values, at most `most`; more of them: most + 1.
static uint32_t distinct(const double *sorted, uint32_t n, uint32_t most, double *out) {
    uint32_t n_out = 0;
    for (uint32_t i = 0; i < n && n_out <= most; i++) {
        if (i == 0 || sorted[i] != sorted[i - 1]) {
            out[n_out < most ? n_out : most - 1] = sorted[i];
            n_out++;
        }
    }
    return n_out;
}

static uint32_t find_values(double *value, uint32_t n, double *out) {
    double at[MODEL_MAX_POINTS];
    uint32_t n_finite = 0;
    for (uint32_t i = 0; i < n; i++) {
        value[n_finite] = value[i];
        n_finite += isfinite(value[i]) != 0;
    }
    empirical_sort(value, n_finite);
    const uint32_t n_distinct = distinct(value, n_finite, MODEL_MAX_POINTS, out);
    if (n_distinct <= MODEL_MAX_POINTS) {
        return n_distinct;
    }
    for (uint32_t i = 0; i < MODEL_MAX_POINTS; i++) {
        at[i] = empirical_quantile(value, n_finite, (i + 0.5) / MODEL_MAX_POINTS);
    }
    return distinct(at, MODEL_MAX_POINTS, MODEL_MAX_POINTS, out);
}

// ---- asking

// Values are put in rising order, so that "no" is asked while the other words of the column still are as they were.
static void put(const struct asking *a, double at) {
    const struct recipe *recipe = &a->model->recipe;
    const struct feature *asked = &recipe->feature[a->feature];
    const bool is_yes = asked->form == FEATURE_WORD && at > 0.5;
    for (uint32_t i = 0; i < a->n_row; i++) {
        float *row = a->x + (size_t)i * recipe->n_feature;
        for (uint32_t f = 0; is_yes && f < recipe->n_feature; f++) {
            const struct feature *other = &recipe->feature[f];
            const bool is_sibling = other->form == FEATURE_WORD && other->column == asked->column;
            row[f] = is_sibling ? 0 : row[f];
        }
        row[a->feature] = (float)at;
        if (asked->form != FEATURE_COMBINED) { // what it is a part of follows it
            recipe_finish_row(recipe, row);
        }
    }
}

static void add_up(const struct asking *a, double *curve) {
    for (uint32_t i = 0; i < a->n_row; i++) {
        for (uint32_t k = 0; k < a->n_curve; k++) {
            curve[k] +=
                a->probability ? a->probability[(size_t)i * a->n_curve + k] : a->answer[i].value;
        }
    }
    for (uint32_t k = 0; k < a->n_curve; k++) {
        curve[k] /= a->n_row;
    }
}

static maru_status follow(struct asking *a, struct card_dependence *out, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t p = 0; st == MARU_OK && p < out->n_point; p++) {
        put(a, out->point[p].at);
        st = fitted_model_answer_rows(a->model, a->x, a->n_row, a->answer, a->probability, err);
        if (st == MARU_OK) {
            add_up(a, a->curve + (size_t)p * a->n_curve);
        }
    }
    return st;
}

// Of curves (n_point, n_curve) the one that moves most.
static uint32_t liveliest(const struct asking *a, uint32_t n_point) {
    uint32_t best = 0;
    double widest = -1;
    for (uint32_t k = 0; k < a->n_curve; k++) {
        double low = a->curve[k], high = a->curve[k];
        for (uint32_t p = 1; p < n_point; p++) {
            const double value = a->curve[(size_t)p * a->n_curve + k];
            low = value < low ? value : low;
            high = value > high ? value : high;
        }
        best = high - low > widest ? k : best;
        widest = high - low > widest ? high - low : widest;
    }
    return best;
}

static maru_status find(struct asking *a, const float *x, uint32_t n_row,
                        struct card_dependence *out, maru_error *err) {
    const struct recipe *recipe = &a->model->recipe;
    const bool is_class = a->model->goal == MODEL_CLASS;
    double *value = arena_take(&a->arena, (size_t)n_row + 1, sizeof *value);
    double at[MODEL_MAX_POINTS];
    a->n_curve = is_class ? a->model->n_class : 1;
    a->x = arena_take(&a->arena, (size_t)a->n_row * recipe->n_feature + 1, sizeof *a->x);
    a->answer = arena_take(&a->arena, (size_t)a->n_row + 1, sizeof *a->answer);
    a->probability =
        is_class ? arena_take(&a->arena, (size_t)a->n_row * a->n_curve + 1, sizeof *a->probability)
                 : NULL;
    a->curve = arena_take(&a->arena, (size_t)MODEL_MAX_POINTS * a->n_curve, sizeof *a->curve);
    if (!value || !a->x || !a->answer || !a->curve || (is_class && !a->probability)) {
        return arena_refusal(&a->arena, err);
    }
    memset(a->curve, 0, (size_t)MODEL_MAX_POINTS * a->n_curve * sizeof *a->curve);
    for (uint32_t i = 0; i < n_row; i++) {
        value[i] = (double)x[(size_t)i * recipe->n_feature + a->feature];
    }
    for (uint32_t i = 0; i < a->n_row; i++) {
        memcpy(a->x + (size_t)i * recipe->n_feature,
               x + (uint64_t)i * n_row / a->n_row * recipe->n_feature,
               recipe->n_feature * sizeof *x);
    }
    const uint32_t n_at = find_values(value, n_row, at);
    *out = (struct card_dependence){.feature = a->feature, .n_point = n_at >= 2 ? n_at : 0};
    for (uint32_t p = 0; p < out->n_point; p++) {
        out->point[p].at = at[p];
    }
    return follow(a, out, err);
}

maru_status dependence_find(const struct fitted_model *model, const float *x, uint32_t n_row,
                            uint32_t feature, struct card_dependence *out, maru_error *err) {
    struct asking a = {.model = model,
                       .feature = feature,
                       .n_row = n_row < DEPENDENCE_ROWS ? n_row : DEPENDENCE_ROWS};
    arena_init(&a.arena, DEPENDENCE_MAX_BYTES);
    struct card_dependence made;
    const maru_status st = find(&a, x, n_row, &made, err);
    if (st == MARU_OK) {
        const uint32_t k = liveliest(&a, made.n_point);
        made.of_class = model->goal == MODEL_CLASS ? k : UINT32_MAX;
        for (uint32_t p = 0; p < made.n_point; p++) {
            made.point[p].value = a.curve[(size_t)p * a.n_curve + k];
        }
        *out = made;
    }
    arena_fini(&a.arena);
    return st;
}
