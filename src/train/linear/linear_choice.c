#include "train/linear/linear.h"

#include <math.h>

#include "base/arena.h"
#include "base/status.h"
#include "learn/measures/measures.h"
#include "train/trees/boosting_choice.h"

// Each fold is answered by the models of all options and penalties, fitted without it; what a fold says counts by its rows, and for
// yes or no by its rows of yes, of which there are few. Where two do equally well the first is taken.

struct choosing {
    const struct boosting_rows *rows;
    const struct splits *splits;
    const struct linear_options *option;
    uint32_t n_option, n_lambda;
    const double *lambda;
    double *loss; // (n_option, n_lambda) sums
    double weight;
    uint32_t n_fit;
    struct arena arena; // of a fold
};

static maru_status take_part(struct choosing *c, uint32_t fold, enum splits_side side,
                             struct boosting_rows *out, maru_error *err) {
    uint32_t *row = arena_take(&c->arena, c->rows->n_row, sizeof *row);
    if (!row) {
        return arena_refusal(&c->arena, err);
    }
    const uint32_t n = splits_rows(c->splits, fold, side, row);
    return boosting_rows_of(c->rows, row, n, &c->arena, out, err);
}

// How much a fold counts; 0: it says nothing.
static double weight_of(const struct choosing *c, const struct boosting_rows *train,
                        const struct boosting_rows *test) {
    if (train->n_row == 0 || c->option->goal != LINEAR_YES_NO) {
        return train->n_row == 0 ? 0 : test->n_row;
    }
    uint32_t n_yes = 0;
    for (uint32_t i = 0; i < test->n_row; i++) {
        n_yes += test->y[i] > 0;
    }
    return n_yes < test->n_row ? n_yes : 0;
}

// 1 - AUC, the mean of -ln(probability of what was true), or the mean squared error.
static maru_status loss_of(struct choosing *c, const struct linear_model *model,
                           const struct boosting_rows *test, double *loss, maru_error *err) {
    const uint32_t n = test->n_row, n_group = linear_model_draft(model)->shape.n_group;
    double *value = arena_take(&c->arena, (size_t)n * n_group + 1, sizeof *value);
    uint8_t *is_yes = arena_take(&c->arena, (size_t)n + 1, sizeof *is_yes);
    if (!value || !is_yes) {
        return arena_refusal(&c->arena, err);
    }
    linear_model_margins(model, test->x, n, value);
    double sum = 0;
    if (c->option->goal == LINEAR_YES_NO) {
        for (uint32_t i = 0; i < n; i++) {
            is_yes[i] = test->y[i] > 0;
        }
        struct scored scored;
        const maru_status st = scored_init(value, is_yes, n, &c->arena, &scored, err);
        *loss = st == MARU_OK ? 1 - measure_auc(&scored, NULL) : 0;
        return st;
    }
    linear_model_answers(model, n, value);
    for (uint32_t i = 0; i < n; i++) {
        const double off = value[i] - (double)test->y[i];
        sum += c->option->goal == LINEAR_NUMBER
                   ? off * off
                   : -log(fmax(value[(size_t)i * n_group + (uint32_t)test->y[i]], 1e-15));
    }
    *loss = sum / n;
    return MARU_OK;
}

static maru_status try_option(struct choosing *c, uint32_t option,
                              const struct boosting_rows *train, const struct boosting_rows *test,
                              maru_error *err) {
    struct linear_model *model[LINEAR_MAX_LAMBDAS] = {0};
    const double weight = weight_of(c, train, test);
    maru_status st = linear_fit(train, &c->option[option], c->lambda, c->n_lambda, model, err);
    for (uint32_t i = 0; st == MARU_OK && i < c->n_lambda; i++) {
        double loss = 0;
        st = loss_of(c, model[i], test, &loss, err);
        c->loss[(size_t)option * c->n_lambda + i] += weight * loss;
        c->n_fit++;
    }
    for (uint32_t i = 0; i < c->n_lambda; i++) {
        linear_model_free(model[i]);
    }
    return st;
}

static maru_status try_fold(struct choosing *c, uint32_t fold, maru_error *err) {
    struct boosting_rows train = {0}, test = {0};
    arena_init(&c->arena, SIZE_MAX);
    maru_status st = take_part(c, fold, SPLITS_TRAIN, &train, err);
    if (st == MARU_OK) {
        st = take_part(c, fold, SPLITS_TEST, &test, err);
    }
    if (st == MARU_OK && weight_of(c, &train, &test) > 0) {
        c->weight += weight_of(c, &train, &test);
        for (uint32_t i = 0; st == MARU_OK && i < c->n_option; i++) {
            st = try_option(c, i, &train, &test, err);
        }
    }
    arena_fini(&c->arena);
    return st;
}

static maru_status check(const struct choosing *c, maru_error *err) {
    if (c->n_option == 0 || c->n_option > LINEAR_MAX_OPTIONS || c->n_lambda == 0 ||
        c->n_lambda > LINEAR_MAX_LAMBDAS) {
        return fail(err, MARU_E_RANGE, "there is nothing to choose from, or too much");
    }
    for (uint32_t i = 1; i < c->n_option; i++) {
        if (c->option[i].goal != c->option->goal) {
            return fail(err, MARU_E_RANGE, "a choice between models for different goals");
        }
    }
    return c->splits->n_row == c->rows->n_row
               ? MARU_OK
               : fail(err, MARU_E_RANGE, "the folds are those of other rows");
}

maru_status linear_choose(const struct boosting_rows *rows, const struct splits *splits,
                          const struct linear_grid *grid, struct linear_choice *out,
                          maru_error *err) {
    double loss[LINEAR_MAX_OPTIONS * LINEAR_MAX_LAMBDAS] = {0};
    struct choosing c = {.rows = rows,
                         .splits = splits,
                         .option = grid->option,
                         .n_option = grid->n_option,
                         .n_lambda = grid->n_lambda,
                         .lambda = grid->lambda,
                         .loss = loss};
    maru_status st = check(&c, err);
    for (uint32_t i = 0; st == MARU_OK && i < splits->n_fold; i++) {
        st = try_fold(&c, splits->first + i, err);
    }
    if (st == MARU_OK && c.weight == 0) {
        st = fail(err, MARU_E_RANGE, "no fold says which model is better");
    }
    if (st != MARU_OK) {
        return st;
    }
    uint32_t best = 0;
    for (uint32_t i = 1; i < c.n_option * c.n_lambda; i++) {
        best = loss[i] < loss[best] ? i : best;
    }
    *out = (struct linear_choice){best / c.n_lambda, best % c.n_lambda, loss[best] / c.weight,
                                  c.n_fit};
    return MARU_OK;
}
