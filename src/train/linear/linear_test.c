#include "train/linear/linear.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "train/trial_rows.h"

static struct linear_model *fitted(const struct boosting_rows *rows,
                                   const struct linear_options *options, double lambda) {
    struct linear_model *model = NULL;
    maru_error err = {0};
    const maru_status st = linear_fit(rows, options, &lambda, 1, &model, &err);
    if (st != MARU_OK) {
        fail_msg("%s", err.text);
    }
    return model;
}

static struct trial_rows rows_for(enum linear_goal goal, uint64_t seed, uint32_t n_row,
                                  uint32_t n_feature, float missing) {
    struct boosting_options options = boosting_usual((enum boosting_goal)goal);
    options.n_class = 3;
    return trial_rows_new(seed, n_row, n_feature, &options, missing, 0);
}

// ---- the solution

// What a model was fitted to: no step in any direction lowers the penalized loss, so its derivative is 0 for each weight.
static void check_optimal(const struct boosting_rows *rows, const struct linear_model *model,
                          double lambda) {
    const struct linear_draft *d = linear_model_draft(model);
    const uint32_t n = rows->n_row, n_group = d->shape.n_group;
    double *share = malloc(sizeof *share * n * n_group);
    linear_model_margins(model, rows->x, n, share);
    linear_model_answers(model, n, share);
    for (uint32_t k = 0; k < d->shape.n_feature; k++) {
        double squares = 0;
        for (uint32_t i = 0; i < n; i++) {
            const float x = rows->x[(size_t)i * rows->n_feature + k];
            const double off = isnan(x) ? 0 : (double)(x - d->center[k]);
            squares += off * off / n;
        }
        for (uint32_t g = 0; g < n_group; g++) {
            double slope = lambda * d->weight[(size_t)g * d->shape.n_feature + k] * sqrt(squares);
            for (uint32_t i = 0; i < n; i++) {
                const float x = rows->x[(size_t)i * rows->n_feature + k];
                const double off = isnan(x) ? 0 : (double)(x - d->center[k]) / sqrt(squares);
                const double y = d->shape.goal == LINEAR_CLASS ? (rows->y[i] == (float)g ? 1 : 0)
                                                               : (double)rows->y[i];
                slope += (share[(size_t)i * n_group + g] - y) * off / n;
            }
            if (!(fabs(slope) < 1e-6)) {
                fail_msg("goal %d, column %u, group %u: the loss still falls by %g", d->shape.goal,
                         k, g, slope);
            }
        }
    }
    free(share);
}

static void the_loss_is_the_least(void **state) {
    (void)state;
    for (enum linear_goal goal = 0; goal < N_LINEAR_GOAL; goal++) {
        struct linear_options options = linear_usual(goal);
        options.n_class = 3;
        options.clip = 0;
        static const struct {
            uint32_t n_row, n_feature;
            float missing;
            double lambda;
        } cases[] = {{200, 5, 0, 0.001}, {300, 8, 0.2F, 1}, {40, 60, 0, 0.1}, {30, 200, 0.1F, 10}};
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct trial_rows rows =
                rows_for(goal, i, cases[i].n_row, cases[i].n_feature, cases[i].missing);
            struct linear_model *model = fitted(&rows.rows, &options, cases[i].lambda);
            check_optimal(&rows.rows, model, cases[i].lambda);
            linear_model_free(model);
            trial_rows_free(&rows);
        }
    }
}

// Copies of the columns share the weight: m copies with m times the penalty answer as one does. So more columns than rows, which go
// another way, are compared with fewer.
static void copies_of_columns_change_nothing(void **state) {
    (void)state;
    enum { N_ROW = 24, N_FEATURE = 5, N_COPY = 7 };
    for (enum linear_goal goal = 0; goal < N_LINEAR_GOAL; goal++) {
        struct linear_options options = linear_usual(goal);
        options.n_class = 3;
        options.knows_missing = true;
        struct trial_rows rows = rows_for(goal, 3, N_ROW, N_FEATURE, 0.2F);
        float *wide = malloc(sizeof *wide * N_ROW * N_FEATURE * N_COPY);
        for (size_t i = 0; i < N_ROW; i++) {
            for (size_t k = 0; k < (size_t)N_FEATURE * N_COPY; k++) {
                wide[i * N_FEATURE * N_COPY + k] = rows.x[i * N_FEATURE + k % N_FEATURE];
            }
        }
        const struct boosting_rows copied = {wide, rows.y, NULL, N_ROW, N_FEATURE * N_COPY};
        struct linear_model *one = fitted(&rows.rows, &options, 0.1);
        struct linear_model *many = fitted(&copied, &options, 0.1 * N_COPY);
        double a[N_ROW * 3], b[N_ROW * 3];
        linear_model_margins(one, rows.x, N_ROW, a);
        linear_model_margins(many, wide, N_ROW, b);
        for (size_t i = 0; i < (size_t)N_ROW * linear_model_draft(one)->shape.n_group; i++) {
            assert_true(fabs(a[i] - b[i]) < 1e-5 * (1 + fabs(a[i])));
        }
        linear_model_free(one);
        linear_model_free(many);
        free(wide);
        trial_rows_free(&rows);
    }
}

static void a_weight_of_two_is_the_row_twice(void **state) {
    (void)state;
    enum { N_ROW = 60, N_FEATURE = 4 };
    struct linear_options options = linear_usual(LINEAR_YES_NO);
    options.clip = 0;
    struct trial_rows rows = rows_for(LINEAR_YES_NO, 5, N_ROW, N_FEATURE, 0.1F);
    float twice[(N_ROW + 10) * N_FEATURE], y[N_ROW + 10], weight[N_ROW];
    memcpy(twice, rows.x, sizeof(float) * N_ROW * N_FEATURE);
    memcpy(twice + (size_t)N_ROW * N_FEATURE, rows.x, sizeof(float) * 10 * N_FEATURE);
    memcpy(y, rows.y, sizeof(float) * N_ROW);
    memcpy(y + N_ROW, rows.y, sizeof(float) * 10);
    for (int i = 0; i < N_ROW; i++) {
        weight[i] = i < 10 ? 2 : 1;
    }
    const struct boosting_rows again = {twice, y, NULL, N_ROW + 10, N_FEATURE};
    const struct boosting_rows weighed = {rows.x, rows.y, weight, N_ROW, N_FEATURE};
    for (int is_balanced = 0; is_balanced < 2; is_balanced++) {
        options.is_balanced = is_balanced;
        struct linear_model *one = fitted(&again, &options, 0.01);
        struct linear_model *other = fitted(&weighed, &options, 0.01);
        double a[N_ROW], b[N_ROW];
        linear_model_margins(one, rows.x, N_ROW, a);
        linear_model_margins(other, rows.x, N_ROW, b);
        for (int i = 0; i < N_ROW; i++) {
            assert_true(fabs(a[i] - b[i]) < 1e-6);
        }
        linear_model_free(one);
        linear_model_free(other);
    }
    trial_rows_free(&rows);
}

// The O-rings of the Challenger: 23 flights, the temperature in degrees Fahrenheit and whether a ring was damaged.
// Dalal, Fowlkes, Hoadley, JASA 84 (1989) 945-957: log odds 15.0429 - 0.2322 t.
static void published_log_odds(void **state) {
    (void)state;
    const float t[] = {66, 70, 69, 68, 67, 72, 73, 70, 57, 63, 70, 78,
                       67, 53, 67, 75, 70, 81, 76, 79, 75, 76, 58};
    const float y[] = {0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1};
    const struct boosting_rows rows = {t, y, NULL, 23, 1};
    struct linear_model *model =
        fitted(&rows, &(struct linear_options){.goal = LINEAR_YES_NO, .max_missing = 1}, 1e-6);
    const struct linear_draft *d = linear_model_draft(model);
    assert_true(fabs(d->weight[0] + 0.2322) < 1e-4);
    assert_true(fabs(d->base[0] - d->weight[0] * (double)d->center[0] - 15.0429) < 2e-3);
    linear_model_free(model);
}

// ---- columns

// A model of columns in other units answers the same.
static void units_change_nothing(void **state) {
    (void)state;
    enum { N_ROW = 150, N_FEATURE = 6 };
    struct linear_options options = linear_usual(LINEAR_NUMBER);
    options.clip = 2;
    struct trial_rows rows = rows_for(LINEAR_NUMBER, 7, N_ROW, N_FEATURE, 0.1F);
    float other[N_ROW * N_FEATURE];
    for (int i = 0; i < N_ROW * N_FEATURE; i++) {
        other[i] = rows.x[i] * -1024.0F; // exact
    }
    const struct boosting_rows scaled = {other, rows.y, NULL, N_ROW, N_FEATURE};
    struct linear_model *one = fitted(&rows.rows, &options, 0.3),
                        *two = fitted(&scaled, &options, 0.3);
    double a[N_ROW], b[N_ROW];
    linear_model_margins(one, rows.x, N_ROW, a);
    linear_model_margins(two, other, N_ROW, b);
    for (int i = 0; i < N_ROW; i++) {
        assert_true(fabs(a[i] - b[i]) < 0.02); // the median of an even number is one of two
    }
    linear_model_free(one);
    linear_model_free(two);
    trial_rows_free(&rows);
}

static void one_wild_value_does_not_decide(void **state) {
    (void)state;
    enum { N_ROW = 100 };
    struct trial_rows rows = rows_for(LINEAR_YES_NO, 9, N_ROW, 2, 0);
    struct linear_options options = linear_usual(LINEAR_YES_NO);
    struct linear_model *before = fitted(&rows.rows, &options, 0.1);
    rows.x[0] = 1e30F;
    struct linear_model *after = fitted(&rows.rows, &options, 0.1);
    const struct linear_draft *a = linear_model_draft(before), *b = linear_model_draft(after);
    assert_true(b->weight[0] > 0.5 * a->weight[0]);
    assert_true(b->high[0] < 10);
    linear_model_free(before);
    linear_model_free(after);
    trial_rows_free(&rows);
}

static void what_is_missing_may_speak(void **state) {
    (void)state;
    enum { N_ROW = 80 };
    float x[N_ROW], y[N_ROW];
    for (int i = 0; i < N_ROW; i++) {
        y[i] = i % 3 == 0;
        x[i] = i % 3 == 0 ? NAN : trial_number(3, (uint64_t)i);
    }
    const struct boosting_rows rows = {x, y, NULL, N_ROW, 1};
    struct linear_options options = linear_usual(LINEAR_YES_NO);
    for (int i = 0; i < 2; i++) {
        options.knows_missing = i;
        struct linear_model *model = fitted(&rows, &options, 0.001);
        const struct linear_draft *d = linear_model_draft(model);
        assert_true(i ? d->missing[0] > 3 : d->missing[0] == 0);
        linear_model_free(model);
    }
}

// Both the column and the defects rise with time, and have nothing else in common; a second column has.
static void a_trend_explains_no_defect(void **state) {
    (void)state;
    enum { N_ROW = 1000 };
    static float x[2 * N_ROW], y[N_ROW];
    for (uint64_t i = 0; i < N_ROW; i++) {
        const float time = (float)i / N_ROW;
        x[2 * i] = 5 * time + trial_number(1, i);
        x[2 * i + 1] = trial_number(2, i);
        y[i] = trial_number(3, i) < 0.5F * time + 0.3F * x[2 * i + 1];
    }
    const struct boosting_rows rows = {x, y, NULL, N_ROW, 2};
    struct linear_options options = linear_usual(LINEAR_YES_NO);
    options.least_t = 3;
    for (uint32_t n_trend = 0; n_trend < 3; n_trend++) {
        options.n_trend = n_trend;
        struct linear_model *model = fitted(&rows, &options, 0.01);
        const struct linear_draft *d = linear_model_draft(model);
        assert_true((d->weight[0] != 0) == (n_trend == 0));
        assert_true(d->weight[1] > 0);
        linear_model_free(model);
    }
}

// ---- what may come in

static void odd_rows_have_an_answer(void **state) {
    (void)state;
    const float nothing[] = {NAN, NAN, NAN, NAN}, same[] = {3, 3, 3, 3}, some[] = {1, 2, 3, 4};
    const float huge[] = {3e38F, -3e38F, 3e38F, -3e38F};
    const float *columns[] = {nothing, same, some, huge};
    const float no[] = {0, 0, 0, 0}, yes[] = {1, 1, 1, 1}, mixed[] = {0, 1, 1, 0};
    const float *answers[] = {no, yes, mixed};
    for (size_t i = 0; i < (size_t)4 * 3 * 3 * 4; i++) {
        const enum linear_goal goal = (enum linear_goal)(i / 12 % 3);
        struct linear_options options = linear_usual(goal);
        options.knows_missing = i % 2;
        options.is_balanced = i / 2 % 2;
        options.n_trend = i / 36 % 2 ? 2 : 0;
        const uint32_t n_row = i / 36 >= 2 ? 1 : 4;
        const struct boosting_rows rows = {columns[i % 4], answers[i / 4 % 3], NULL, n_row, 1};
        struct linear_model *model = fitted(&rows, &options, 0.1);
        double value[8];
        linear_model_margins(model, rows.x, n_row, value);
        linear_model_answers(model, n_row, value);
        for (uint32_t r = 0; r < n_row; r++) {
            assert_true(isfinite(value[r]));
            if (goal == LINEAR_YES_NO && rows.y != mixed) {
                assert_true(fabs(value[r] - (double)rows.y[0]) < 1e-3);
            }
        }
        linear_model_free(model);
    }
}

static void what_cannot_be_is_refused(void **state) {
    (void)state;
    const float x[] = {1, 2, 3, INFINITY}, y[] = {0, 1, 2, NAN}, weight[] = {1, 0, -1, NAN};
    const struct linear_options usual = linear_usual(LINEAR_YES_NO);
    struct linear_options options[5] = {usual, usual, usual, usual, usual};
    options[1].clip = -1;
    options[2].n_trend = LINEAR_MAX_TREND + 1;
    options[3].goal = LINEAR_CLASS;
    options[3].n_class = 1;
    options[4].least_t = (double)NAN;
    static const double lambdas[] = {1, 0, -1, (double)INFINITY, (double)NAN};
    const struct {
        struct boosting_rows rows;
        int option, lambda;
        maru_status want;
    } cases[] = {
        {{x, y, NULL, 2, 1}, 0, 0, MARU_OK},
        {{x, y, NULL, 0, 1}, 0, 0, MARU_E_RANGE},
        {{x, y, NULL, 2, 0}, 0, 0, MARU_E_RANGE},
        {{x, y, NULL, 3, 1}, 0, 0, MARU_E_RANGE},
        {{x, y + 2, NULL, 2, 1}, 0, 0, MARU_E_RANGE},
        {{x + 2, y, NULL, 2, 1}, 0, 0, MARU_E_RANGE},
        {{x, y, weight, 2, 1}, 0, 0, MARU_E_RANGE},
        {{x, y, weight + 2, 1, 1}, 0, 0, MARU_E_RANGE},
        {{x, y, NULL, 2, 1}, 1, 0, MARU_E_RANGE},
        {{x, y, NULL, 2, 1}, 2, 0, MARU_E_RANGE},
        {{x, y, NULL, 2, 1}, 3, 0, MARU_E_RANGE},
        {{x, y, NULL, 2, 1}, 4, 0, MARU_E_RANGE},
        {{x, y, NULL, 2, 1}, 0, 1, MARU_E_RANGE},
        {{x, y, NULL, 2, 1}, 0, 2, MARU_E_RANGE},
        {{x, y, NULL, 2, 1}, 0, 3, MARU_E_RANGE},
        {{x, y, NULL, 2, 1}, 0, 4, MARU_E_RANGE},
        {{x, y, NULL, LINEAR_MAX_ROWS + 1, 1}, 0, 0, MARU_E_LIMIT},
        {{x, y, NULL, 1, LINEAR_MAX_COLUMNS + 1}, 0, 0, MARU_E_LIMIT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct linear_model *model = NULL;
        maru_error err = {0};
        const maru_status st = linear_fit(&cases[i].rows, &options[cases[i].option],
                                          &lambdas[cases[i].lambda], 1, &model, &err);
        if (st != cases[i].want || (st != MARU_OK) != (err.text[0] != 0) ||
            (st != MARU_OK) != (model == NULL)) {
            fail_msg("case %zu: %s", i, err.text);
        }
        linear_model_free(model);
    }
}

// The same bytes each time; a path of penalties gives those of each on its own, within what Newton leaves.
static void the_same_every_time(void **state) {
    (void)state;
    static const double lambda[] = {10, 1, 0.1, 0.01};
    struct trial_rows rows = rows_for(LINEAR_YES_NO, 11, 120, 200, 0.1F);
    const struct linear_options options = linear_usual(LINEAR_YES_NO);
    struct linear_model *path[4] = {0}, *again[4] = {0};
    assert_int_equal(linear_fit(&rows.rows, &options, lambda, 4, path, NULL), MARU_OK);
    assert_int_equal(linear_fit(&rows.rows, &options, lambda, 4, again, NULL), MARU_OK);
    for (int i = 0; i < 4; i++) {
        char a[33], b[33];
        linear_model_fingerprint(path[i], a);
        linear_model_fingerprint(again[i], b);
        assert_string_equal(a, b);
        struct linear_model *alone = fitted(&rows.rows, &options, lambda[i]);
        double m[120], n[120];
        linear_model_margins(path[i], rows.x, 120, m);
        linear_model_margins(alone, rows.x, 120, n);
        for (int r = 0; r < 120; r++) {
            assert_true(fabs(m[r] - n[r]) < 1e-6);
        }
        linear_model_free(alone);
        linear_model_free(path[i]);
        linear_model_free(again[i]);
    }
    trial_rows_free(&rows);
}

// ---- choosing

// A lot of columns of noise beside one that speaks: on later rows a strong penalty and screening do better than a weak one.
static void later_rows_choose(void **state) {
    (void)state;
    enum { N_ROW = 240, N_FEATURE = 60 };
    static float x[N_ROW * N_FEATURE], y[N_ROW];
    for (uint64_t i = 0; i < N_ROW; i++) {
        for (uint64_t k = 0; k < N_FEATURE; k++) {
            x[i * N_FEATURE + k] = trial_number(1, i * N_FEATURE + k);
        }
        y[i] = trial_number(2, i) < x[i * N_FEATURE];
    }
    const struct boosting_rows rows = {x, y, NULL, N_ROW, N_FEATURE};
    struct linear_options options[2] = {linear_usual(LINEAR_YES_NO), linear_usual(LINEAR_YES_NO)};
    options[1].least_t = 2.5;
    static const double lambda[] = {1e-6, 0.1};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct splits splits;
    const struct splits_input input = {.kind = SPLITS_EXPANDING, .n_row = N_ROW, .n_fold = 3};
    assert_int_equal(splits_make(&input, &arena, &splits, NULL), MARU_OK);
    const struct linear_grid grid = {options, 2, lambda, 2}, one = {options, 1, lambda, 1};
    struct linear_choice choice = {0}, weak = {0};
    assert_int_equal(linear_choose(&rows, &splits, &grid, &choice, NULL), MARU_OK);
    assert_int_equal(linear_choose(&rows, &splits, &one, &weak, NULL), MARU_OK);
    assert_int_equal(choice.option, 1);
    assert_int_equal(choice.n_fit, 12);
    assert_true(choice.loss < weak.loss - 0.05 && choice.loss > 0);
    for (int i = 0; i < N_ROW; i++) { // nothing to tell apart
        y[i] = 1;
    }
    maru_error err = {0};
    assert_int_equal(linear_choose(&rows, &splits, &grid, &choice, &err), MARU_E_RANGE);
    const struct boosting_rows fewer = {x, y, NULL, N_ROW - 1, N_FEATURE};
    assert_int_equal(linear_choose(&fewer, &splits, &grid, &choice, &err), MARU_E_RANGE);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loss_is_the_least),
        cmocka_unit_test(copies_of_columns_change_nothing),
        cmocka_unit_test(a_weight_of_two_is_the_row_twice),
        cmocka_unit_test(published_log_odds),
        cmocka_unit_test(units_change_nothing),
        cmocka_unit_test(one_wild_value_does_not_decide),
        cmocka_unit_test(what_is_missing_may_speak),
        cmocka_unit_test(a_trend_explains_no_defect),
        cmocka_unit_test(odd_rows_have_an_answer),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(the_same_every_time),
        cmocka_unit_test(later_rows_choose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
