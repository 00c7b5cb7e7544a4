#include "train/linear/linear.h"

#include <math.h>
#include <string.h>

#include <cblas.h>
#include <lapacke.h>

#include "base/alloc.h"
#include "base/status.h"
#include "train/linear/linear_columns.h"
#include "train/linear/linear_newton.h"

// Where there are more columns than rows, the weights of least penalty lie in the space of the rows: with A A' = U L U', the design is
// U sqrt(L), as many columns as rows have independent values, and the weights are A' U beta / sqrt(L). The penalty is the same in both
// spaces, so this is exact for every goal (Hastie, Tibshirani, Friedman 2009, 18.3.5).
//
// LAPACK runs on one thread (the serial OpenBLAS), so that sums have one order.

struct solving {
    const struct linear_options *options;
    struct linear_columns columns;
    struct arena arena;
    struct linear_problem problem;
    double *design; // (n_unknown, n_row)
    double *turn; // (n_penalized, n_row) U / sqrt(L); NULL: the design is of the columns themselves
    double *beta; // (n_group, n_unknown)
    double *weight; // (n_column) of one group
    double *row;    // (n_row)
};

struct linear_options linear_usual(enum linear_goal goal) {
    return (struct linear_options){.goal = goal, .n_class = 2, .clip = 5, .max_missing = 0.5};
}

// ---- what may be asked

static maru_status check_options(const struct linear_options *o, maru_error *err) {
    if ((unsigned)o->goal >= N_LINEAR_GOAL || !(o->clip >= 0 && o->clip <= 1e6) ||
        !(o->max_missing >= 0 && o->max_missing <= 1) || !(o->least_t >= 0 && o->least_t <= 1e6) ||
        o->n_trend > LINEAR_MAX_TREND) {
        return fail(err, MARU_E_RANGE, "an option of the linear model is outside its range");
    }
    if (o->goal == LINEAR_CLASS && (o->n_class < 2 || o->n_class > LINEAR_MAX_CLASSES)) {
        return fail(err, MARU_E_RANGE, "the number of classes is from 2 to %d", LINEAR_MAX_CLASSES);
    }
    return MARU_OK;
}

static maru_status check_lambdas(const double *lambda, uint32_t n, maru_error *err) {
    if (n == 0 || n > LINEAR_MAX_LAMBDAS) {
        return fail(err, MARU_E_RANGE, "the number of penalties is from 1 to %d",
                    LINEAR_MAX_LAMBDAS);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!(lambda[i] >= LINEAR_LEAST_LAMBDA && lambda[i] <= LINEAR_MOST_LAMBDA)) {
            return fail(err, MARU_E_RANGE, "a penalty is outside its range");
        }
    }
    return MARU_OK;
}

static bool is_answer(const struct linear_options *o, float y) {
    switch (o->goal) {
    case LINEAR_YES_NO:
        return y == 0.0F || y == 1.0F;
    case LINEAR_CLASS:
        return y >= 0 && y < (float)o->n_class && y == floorf(y);
    case LINEAR_NUMBER:
    case N_LINEAR_GOAL:
    default:
        return isfinite(y) && fabsf(y) <= 1e30F;
    }
}

static maru_status check_rows(const struct boosting_rows *rows, const struct linear_options *o,
                              maru_error *err) {
    if (rows->n_row == 0 || rows->n_feature == 0) {
        return fail(err, MARU_E_RANGE, "there is nothing to learn from: no rows or no columns");
    }
    if (rows->n_row > LINEAR_MAX_ROWS || rows->n_feature > LINEAR_MAX_COLUMNS) {
        return fail(err, MARU_E_LIMIT, "more than %d rows or %d columns", LINEAR_MAX_ROWS,
                    LINEAR_MAX_COLUMNS);
    }
    for (uint32_t i = 0; i < rows->n_row; i++) {
        if (!is_answer(o, rows->y[i])) {
            return fail_at(err, MARU_E_RANGE, NULL, i + 1, 0,
                           "what is to be predicted is missing, or is none of its classes");
        }
        if (rows->weight && !(rows->weight[i] > 0 && rows->weight[i] <= 1e9F)) {
            return fail_at(err, MARU_E_RANGE, NULL, i + 1, 0, "a weight is not above 0");
        }
        for (uint32_t k = 0; k < rows->n_feature; k++) {
            if (isinf(rows->x[(size_t)i * rows->n_feature + k])) {
                return fail_at(err, MARU_E_RANGE, NULL, i + 1, k + 1, "a value is infinite");
            }
        }
    }
    return MARU_OK;
}

// ---- the design

// U and L of the columns' products between rows: n_row x n_row, of which only what is above rounding is kept.
static maru_status turn_rows(struct solving *s, double *value, double *vector, maru_error *err) {
    const struct linear_columns *c = &s->columns;
    const int n = (int)c->n_row;
    cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, n, (int)c->n_column, 1, c->a, n, 0, vector,
                n);
    return LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', n, vector, n, value) == 0
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "the columns have no principal axes in doubles");
}

// The design of the turned rows, and what leads back from it.
static maru_status design_of_rows(struct solving *s, uint32_t *n_kept, maru_error *err) {
    const struct linear_columns *c = &s->columns;
    const size_t n = c->n_row;
    double *value = arena_take(&s->arena, n, sizeof *value);
    double *vector = arena_take(&s->arena, n * n, sizeof *vector);
    s->turn = arena_take(&s->arena, n * n, sizeof *s->turn);
    if (!value || !vector || !s->turn) {
        return arena_refusal(&s->arena, err);
    }
    const maru_status st = turn_rows(s, value, vector, err);
    if (st != MARU_OK) {
        return st;
    }
    uint32_t kept = 0;
    for (size_t k = n; k-- > 0 && value[k] > 1e-10 * value[n - 1];) {
        const double root = sqrt(value[k]);
        for (size_t i = 0; i < n; i++) {
            s->design[kept * n + i] = vector[k * n + i] * root;
            s->turn[kept * n + i] = vector[k * n + i] / root;
        }
        kept++;
    }
    *n_kept = kept;
    return MARU_OK;
}

static maru_status make_design(struct solving *s, maru_error *err) {
    const struct linear_columns *c = &s->columns;
    const size_t n = c->n_row;
    uint32_t kept = c->n_column < c->n_row ? c->n_column : c->n_row;
    const size_t n_unknown = (size_t)kept + c->n_trend + 1;
    if (n_unknown * c->n_group > LINEAR_MAX_UNKNOWNS || n_unknown * n > LINEAR_MAX_VALUES) {
        return fail(err, MARU_E_LIMIT, "a linear model with more than %d unknowns",
                    LINEAR_MAX_UNKNOWNS);
    }
    s->design = arena_take(&s->arena, n_unknown * n, sizeof *s->design);
    if (!s->design) {
        return arena_refusal(&s->arena, err);
    }
    if (c->n_column > c->n_row) {
        const maru_status st = design_of_rows(s, &kept, err);
        if (st != MARU_OK) {
            return st;
        }
    } else {
        memcpy(s->design, c->a, n * kept * sizeof *s->design);
    }
    memcpy(s->design + n * kept, c->trend, n * c->n_trend * sizeof *s->design);
    for (size_t i = 0; i < n; i++) {
        s->design[n * (kept + c->n_trend) + i] = 1;
    }
    s->problem = (struct linear_problem){
        s->options->goal, c->n_row,  c->n_group, kept + c->n_trend + 1, kept,
        s->design,        c->weight, c->target};
    return MARU_OK;
}

// ---- the model

struct drafting {
    struct linear_draft draft;
    double *base, *weight, *missing;
};

static maru_status new_draft(struct solving *s, uint32_t n_feature, struct drafting *out,
                             maru_error *err) {
    const struct linear_columns *c = &s->columns;
    const size_t n = (size_t)n_feature * c->n_group;
    out->base = arena_take(&s->arena, c->n_group, sizeof(double));
    out->weight = arena_take(&s->arena, n, sizeof(double));
    out->missing = arena_take(&s->arena, n, sizeof(double));
    s->weight = arena_take(&s->arena, (size_t)c->n_column + 1, sizeof(double));
    s->beta = arena_take(&s->arena, (size_t)c->n_group * s->problem.n_unknown, sizeof(double));
    s->row = arena_take(&s->arena, c->n_row, sizeof(double));
    if (!s->row || !out->base || !out->weight || !out->missing || !s->weight || !s->beta) {
        return arena_refusal(&s->arena, err);
    }
    out->draft = (struct linear_draft){{s->options->goal, n_feature, c->n_group},
                                       c->low,
                                       c->high,
                                       c->center,
                                       out->base,
                                       out->weight,
                                       out->missing};
    return MARU_OK;
}

// The weights of the columns of one group, from those of the design.
static void turn_back(const struct solving *s, const double *beta) {
    const struct linear_columns *c = &s->columns;
    const int n = (int)c->n_row;
    if (!s->turn) {
        memcpy(s->weight, beta, c->n_column * sizeof *beta);
        return;
    }
    cblas_dgemv(CblasColMajor, CblasNoTrans, n, (int)s->problem.n_penalized, 1, s->turn, n, beta, 1,
                0, s->row, 1);
    cblas_dgemv(CblasColMajor, CblasTrans, n, (int)c->n_column, 1, c->a, n, s->row, 1, 0, s->weight,
                1);
}

static void draft_group(const struct solving *s, const struct drafting *d, uint32_t group) {
    const struct linear_columns *c = &s->columns;
    const struct linear_problem *p = &s->problem;
    const double *beta = s->beta + (size_t)group * p->n_unknown;
    const size_t begin = (size_t)group * d->draft.shape.n_feature;
    turn_back(s, beta);
    double base = beta[p->n_unknown - 1];
    for (uint32_t t = 0; t < c->n_trend; t++) {
        base += beta[p->n_penalized + t] * c->trend[(size_t)t * c->n_row + c->n_row - 1];
    }
    for (uint32_t k = 0; k < c->n_column; k++) {
        const struct linear_column *column = &c->column[k];
        const double weight = s->weight[k] * column->unit;
        if (column->is_flag) {
            d->missing[begin + column->feature] = weight;
            base -= weight * column->mean;
        } else {
            d->weight[begin + column->feature] = weight;
        }
    }
    d->base[group] = base;
}

static maru_status fit_one(struct solving *s, struct linear_newton *newton, double lambda,
                           struct drafting *d, struct linear_model **out, maru_error *err) {
    const maru_status st = linear_newton_solve(newton, lambda, s->beta, err);
    if (st != MARU_OK) {
        return st;
    }
    for (uint32_t g = 0; g < s->problem.n_group; g++) {
        draft_group(s, d, g);
    }
    return linear_model_make(&d->draft, out, err);
}

static maru_status fit_prepared(struct solving *s, const struct boosting_rows *rows,
                                const double *lambda, uint32_t n_lambda,
                                struct linear_model **model, maru_error *err) {
    maru_status st = linear_columns_make(rows, s->options, &s->arena, &s->columns, err);
    if (st == MARU_OK) {
        st = make_design(s, err);
    }
    struct drafting drafting = {0};
    if (st == MARU_OK) {
        st = new_draft(s, rows->n_feature, &drafting, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    struct linear_newton *newton = linear_newton_new(&s->problem, &s->arena);
    if (!newton) {
        return arena_refusal(&s->arena, err);
    }
    uint32_t n_made = 0;
    for (; st == MARU_OK && n_made < n_lambda; n_made++) {
        st = fit_one(s, newton, lambda[n_made], &drafting, &model[n_made], err);
    }
    for (uint32_t i = 0; st != MARU_OK && i + 1 < n_made; i++) {
        linear_model_free(model[i]);
        model[i] = NULL;
    }
    return st;
}

maru_status linear_fit(const struct boosting_rows *rows, const struct linear_options *options,
                       const double *lambda, uint32_t n_lambda, struct linear_model **model,
                       maru_error *err) {
    maru_status st = check_options(options, err);
    if (st == MARU_OK) {
        st = check_lambdas(lambda, n_lambda, err);
    }
    if (st == MARU_OK) {
        st = check_rows(rows, options, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    struct linear_model *made[LINEAR_MAX_LAMBDAS] = {0};
    struct solving s = {.options = options};
    arena_init(&s.arena, SIZE_MAX);
    st = fit_prepared(&s, rows, lambda, n_lambda, made, err);
    arena_fini(&s.arena);
    if (st == MARU_OK) {
        memcpy(model, made, n_lambda * sizeof(*model));
    }
    return st;
}
