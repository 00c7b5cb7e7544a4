#include "train/trees/boosting_choice.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/status.h"

// Options are compared on the same folds by the mean loss of all rows that are tried, a proper score: it asks for probabilities that
// are right, not only for the right order.

struct choosing {
    const struct boosting_rows *rows;
    const struct splits *splits;
    const struct boosting_grid *grid;
    uint32_t n_group;
    float *answer, *best; // (n_row, n_group)
    struct arena arena;   // of the choice
};

maru_status boosting_rows_of(const struct boosting_rows *rows, const uint32_t *row, uint32_t n,
                             struct arena *arena, struct boosting_rows *out, maru_error *err) {
    const size_t n_feature = rows->n_feature;
    float *x = arena_take(arena, n * n_feature + 1, sizeof *x);
    float *y = arena_take(arena, (size_t)n + 1, sizeof *y);
    float *weight = arena_take(arena, (size_t)n + 1, sizeof *weight);
    if (!x || !y || !weight) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        memcpy(x + i * n_feature, rows->x + row[i] * n_feature, n_feature * sizeof *x);
        y[i] = rows->y ? rows->y[row[i]] : 0;
        weight[i] = rows->weight ? rows->weight[row[i]] : 1;
    }
    *out = (struct boosting_rows){x, rows->y ? y : NULL, rows->weight ? weight : NULL, n,
                                  rows->n_feature};
    return MARU_OK;
}

maru_status boosting_blend(const struct boosting_rows *rows, const struct boosting_options *options,
                           uint32_t n_seed, const struct boosting_rows *asked, float *answer,
                           maru_error *err) {
    if (n_seed == 0 || n_seed > BOOSTING_MAX_BLEND) {
        return fail(err, MARU_E_RANGE, "the number of forests is from 1 to %d", BOOSTING_MAX_BLEND);
    }
    const uint32_t n_group = options->goal == BOOSTING_CLASS ? options->n_class : 1;
    const size_t n = (size_t)asked->n_row * n_group;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    float *one = arena_take(&arena, n + 1, sizeof *one);
    double *sum = arena_take(&arena, n + 1, sizeof *sum);
    maru_status st = one && sum ? MARU_OK : arena_refusal(&arena, err);
    for (uint32_t s = 0; st == MARU_OK && s < n_seed; s++) {
        struct boosting_options seeded = *options;
        seeded.seed += s;
        struct boosting *model = NULL;
        st = boosting_fit(rows, NULL, &seeded, &model, err);
        if (st == MARU_OK) {
            st = boosting_ask(model, asked, BOOSTING_ANSWER, one, err);
        }
        boosting_free(model);
        for (size_t i = 0; st == MARU_OK && i < n; i++) {
            sum[i] += (double)one[i] / n_seed;
        }
    }
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        answer[i] = (float)sum[i];
    }
    arena_fini(&arena);
    return st;
}

static maru_status answer_fold(struct choosing *c, uint32_t fold,
                               const struct boosting_options *options, maru_error *err) {
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    uint32_t *row = arena_take(&arena, c->rows->n_row, sizeof *row);
    struct boosting_rows train = {0}, test = {0};
    maru_status st = row ? MARU_OK : arena_refusal(&arena, err);
    if (st == MARU_OK) {
        const uint32_t n = splits_rows(c->splits, fold, SPLITS_TRAIN, row);
        st = boosting_rows_of(c->rows, row, n, &arena, &train, err);
    }
    uint32_t n = 0;
    float *answer = NULL;
    if (st == MARU_OK) {
        n = splits_rows(c->splits, fold, SPLITS_TEST, row);
        answer = arena_take(&arena, (size_t)n * c->n_group + 1, sizeof *answer);
        st = answer ? boosting_rows_of(c->rows, row, n, &arena, &test, err)
                    : arena_refusal(&arena, err);
    }
    if (st == MARU_OK && n > 0) {
        st = boosting_blend(&train, options, c->grid->n_seed, &test, answer, err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        memcpy(c->answer + (size_t)row[i] * c->n_group, answer + (size_t)i * c->n_group,
               c->n_group * sizeof *answer);
    }
    arena_fini(&arena);
    return st;
}

// The mean loss of the rows that have an answer; NaN without one.
static double loss_of(const struct choosing *c) {
    double sum = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->rows->n_row; i++) {
        const float *answer = c->answer + (size_t)i * c->n_group;
        const double y = (double)c->rows->y[i];
        if (isnan(answer[0])) {
            continue;
        }
        n++;
        switch (c->grid->option->goal) {
        case BOOSTING_YES_NO:
            sum -= log(fmax(y > 0 ? (double)answer[0] : 1 - (double)answer[0], 1e-15));
            break;
        case BOOSTING_CLASS:
            sum -= log(fmax((double)answer[(uint32_t)y], 1e-15));
            break;
        case BOOSTING_NUMBER:
        case N_BOOSTING_GOAL:
        default:
            sum += ((double)answer[0] - y) * ((double)answer[0] - y);
            break;
        }
    }
    return n > 0 ? sum / n : (double)NAN;
}

static maru_status try_option(struct choosing *c, uint32_t option, struct boosting_choice *best,
                              maru_error *err) {
    const size_t n = (size_t)c->rows->n_row * c->n_group;
    for (size_t i = 0; i < n; i++) {
        c->answer[i] = NAN;
    }
    maru_status st = MARU_OK;
    for (uint32_t k = 0; st == MARU_OK && k < c->splits->n_fold; k++) {
        st = answer_fold(c, c->splits->first + k, &c->grid->option[option], err);
    }
    if (st != MARU_OK) {
        return st;
    }
    const double loss = loss_of(c);
    if (option == 0 || loss < best->loss) {
        *best = (struct boosting_choice){option, loss};
        memcpy(c->best, c->answer, n * sizeof *c->best);
    }
    return MARU_OK;
}

static maru_status check(const struct choosing *c, maru_error *err) {
    if (c->grid->n_option == 0 || c->grid->n_option > BOOSTING_MAX_OPTIONS) {
        return fail(err, MARU_E_RANGE, "there is nothing to choose from, or too much");
    }
    for (uint32_t i = 1; i < c->grid->n_option; i++) {
        if (c->grid->option[i].goal != c->grid->option->goal ||
            c->grid->option[i].n_class != c->grid->option->n_class) {
            return fail(err, MARU_E_RANGE, "a choice between models for different goals");
        }
    }
    return c->splits->n_row == c->rows->n_row
               ? MARU_OK
               : fail(err, MARU_E_RANGE, "the folds are those of other rows");
}

maru_status boosting_choose(const struct boosting_rows *rows, const struct splits *splits,
                            const struct boosting_grid *grid, struct boosting_choice *out,
                            float *answer, maru_error *err) {
    struct choosing c = {.rows = rows, .splits = splits, .grid = grid};
    maru_status st = check(&c, err);
    if (st != MARU_OK) {
        return st;
    }
    c.n_group = grid->option->goal == BOOSTING_CLASS ? grid->option->n_class : 1;
    const size_t n = (size_t)rows->n_row * c.n_group;
    arena_init(&c.arena, SIZE_MAX);
    c.answer = arena_take(&c.arena, n + 1, sizeof *c.answer);
    c.best = arena_take(&c.arena, n + 1, sizeof *c.best);
    st = c.answer && c.best ? MARU_OK : arena_refusal(&c.arena, err);
    struct boosting_choice best = {0};
    for (uint32_t i = 0; st == MARU_OK && i < grid->n_option; i++) {
        st = try_option(&c, i, &best, err);
    }
    if (st == MARU_OK) {
        *out = best;
        if (answer) {
            memcpy(answer, c.best, n * sizeof *answer);
        }
    }
    arena_fini(&c.arena);
    return st;
}
