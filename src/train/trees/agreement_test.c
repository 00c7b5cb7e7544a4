#include "learn/trees/forest.h"

#include "learn/trees/forest_inside.h"
#include "train/trees/boosting.h"
#include "train/trial_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <xgboost/c_api.h>

// Does our own forest answer as XGBoost does? Margins to the last bit, answers to 1e-6; for one row and for batches, with wide
// instructions and without.

struct agreement_case {
    enum boosting_goal goal;
    uint32_t n_class, n_row, n_feature, n_round, n_depth;
    float missing;
    uint32_t n_step; // of values, 0: no two are equal
};

static const struct agreement_case cases[] = {
    {BOOSTING_YES_NO, 2, 400, 10, 1, 1, 0, 0},
    {BOOSTING_YES_NO, 2, 400, 10, 50, 1, 0.2F, 0},
    {BOOSTING_YES_NO, 2, 600, 30, 300, 6, 0.1F, 0},
    {BOOSTING_YES_NO, 2, 600, 6, 500, 3, 0.1F, 5},
    {BOOSTING_YES_NO, 2, 2000, 20, 40, 10, 0.3F, 0},
    {BOOSTING_YES_NO, 2, 300, 1, 30, 4, 0.1F, 0},
    {BOOSTING_YES_NO, 2, 300, 2000, 20, 5, 0.1F, 0},
    {BOOSTING_CLASS, 2, 400, 8, 20, 4, 0.1F, 0},
    {BOOSTING_CLASS, 3, 500, 8, 60, 6, 0.1F, 0},
    {BOOSTING_CLASS, 5, 900, 12, 25, 9, 0.5F, 20},
    {BOOSTING_CLASS, 9, 900, 12, 30, 7, 0, 0},
    {BOOSTING_NUMBER, 0, 500, 7, 1, 10, 0.1F, 0},
    {BOOSTING_NUMBER, 0, 500, 7, 200, 2, 0.1F, 3},
    {BOOSTING_NUMBER, 0, 800, 25, 120, 8, 0.05F, 0},
    {BOOSTING_NUMBER, 0, 3000, 3, 150, 8, 0, 0}, // more than 255 thresholds a feature
};

static struct forest *forest_of(struct boosting *boosting) {
    struct text bytes;
    text_init(&bytes, 1 << 28);
    assert_int_equal(boosting_model(boosting, &bytes, NULL), MARU_OK);
    struct forest *made = NULL;
    maru_error err = {0};
    if (forest_read_xgboost(bytes.bytes, bytes.n_bytes, &made, &err) != MARU_OK) {
        fail_msg("XGBoost's bytes are refused: %s (byte %u)", err.text, err.column);
    }
    text_fini(&bytes);
    return made;
}

// Rows that the trees have not seen, a third of their values those of rows that they have.
static struct trial_rows rows_to_ask(const struct agreement_case *c,
                                     const struct boosting_options *options,
                                     const struct trial_rows *known) {
    struct trial_rows made = trial_rows_new(77, 333, c->n_feature, options, c->missing, c->n_step);
    for (size_t i = 0; i < (size_t)333 * c->n_feature; i += 3) {
        made.x[i] = known->x[i % ((size_t)c->n_row * c->n_feature)];
    }
    return made;
}

static void compare(const char *what, size_t row, const float *got, const float *want, size_t n,
                    double most) {
    for (size_t i = 0; i < n; i++) {
        const double scale = fmax(1, fabs((double)want[i]));
        if (!(fabs((double)got[i] - (double)want[i]) <= most * scale)) {
            fail_msg("case %zu, %s %zu: %.9g, XGBoost says %.9g", row, what, i, (double)got[i],
                     (double)want[i]);
        }
    }
}

static void check(size_t row, struct boosting *boosting, struct forest *forest,
                  const struct boosting_rows *asked) {
    const uint32_t n_group = boosting_n_group(boosting);
    const size_t n = (size_t)asked->n_row * n_group;
    float *want = malloc(n * sizeof *want), *got = malloc(n * sizeof *got);
    float *one = malloc(n * sizeof *one), *plain = malloc(n * sizeof *plain);
    void *scratch = malloc(forest_scratch_bytes(forest));
    assert_true(want && got && one && plain && scratch);
    assert_int_equal(forest_shape_of(forest).n_group, n_group);
    assert_int_equal(boosting_ask(boosting, asked, BOOSTING_MARGIN, want, NULL), MARU_OK);
    forest_margins(forest, asked->x, asked->n_row, scratch, got);
    compare("margin", row, got, want, n, 0);
    for (size_t i = 0; i < asked->n_row; i++) {
        forest_margin(forest, asked->x + i * asked->n_feature, scratch, one + i * n_group);
    }
    assert_memory_equal(one, got, n * sizeof *got);
    forest_forgo_wide(forest);
    forest_margins(forest, asked->x, asked->n_row, scratch, plain);
    assert_memory_equal(plain, got, n * sizeof *got);
    assert_int_equal(boosting_ask(boosting, asked, BOOSTING_ANSWER, want, NULL), MARU_OK);
    forest_answers(forest, asked->n_row, got);
    compare("answer", row, got, want, n, 1e-6);
    free(want);
    free(got);
    free(one);
    free(plain);
    free(scratch);
}

// Values that decide: the thresholds themselves, the nearest numbers on both sides, infinities, what is missing.
static float hard_value(const struct forest *forest, uint32_t feature, uint32_t draw) {
    switch (draw % 16) {
    case 0:
        return INFINITY;
    case 1:
        return -INFINITY;
    case 2:
        return NAN;
    default:
        break;
    }
    for (uint32_t i = 0; i < forest->shape.n_node;
         i++) { // from somewhere on, the next question of this feature
        const struct forest_node *node = &forest->node[(i + draw / 64) % forest->shape.n_node];
        if (node->what != FOREST_LEAF && node->what / 2 == feature) {
            return draw % 16 < 9    ? node->value
                   : draw % 16 < 12 ? nextafterf(node->value, -INFINITY)
                                    : nextafterf(node->value, INFINITY);
        }
    }
    return (float)draw;
}

enum { N_HARD = 257 };

// XGBoost takes infinite values only in place.
static void check_hard(size_t row, struct boosting *boosting, struct forest *forest) {
    const uint32_t n_group = forest->shape.n_group, n_feature = forest->shape.n_feature;
    const size_t n = (size_t)N_HARD * n_group;
    float *x = malloc((size_t)N_HARD * n_feature * sizeof *x), *got = malloc(n * sizeof *got);
    void *scratch = malloc(forest_scratch_bytes(forest));
    struct text model;
    text_init(&model, 1 << 28);
    assert_true(x && got && scratch);
    for (uint32_t i = 0; i < N_HARD * n_feature; i++) {
        const uint32_t draw = (uint32_t)(trial_number(row, i) * 16777216.0F);
        x[i] = hard_value(forest, i % n_feature, draw);
    }
    assert_int_equal(boosting_model(boosting, &model, NULL), MARU_OK);
    BoosterHandle peer = NULL;
    assert_int_equal(XGBoosterCreate(NULL, 0, &peer), 0);
    assert_int_equal(XGBoosterLoadModelFromBuffer(peer, model.bytes, model.n_bytes), 0);
    char where[160];
    snprintf(where, sizeof where,
             "{\"data\":[%zu,true],\"shape\":[%d,%u],\"typestr\":\"<f4\",\"version\":3}", (size_t)x,
             N_HARD, n_feature);
    const bst_ulong *shape = NULL;
    bst_ulong n_dim = 0;
    const float *want = NULL;
    assert_int_equal(XGBoosterPredictFromDense(
                         peer, where,
                         "{\"type\":1,\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,"
                         "\"strict_shape\":true,\"missing\":NaN,\"cache_id\":0}",
                         NULL, &shape, &n_dim, &want),
                     0);
    forest_margins(forest, x, N_HARD, scratch, got);
    compare("hard margin", row, got, want, n, 0);
    for (size_t i = 0; i < N_HARD; i++) {
        forest_margin(forest, x + i * n_feature, scratch, got + i * n_group);
    }
    compare("hard margin of one", row, got, want, n, 0);
    XGBoosterFree(peer);
    text_fini(&model);
    free(x);
    free(got);
    free(scratch);
}

static void answers_as_xgboost(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct agreement_case *c = &cases[i];
        struct boosting_options options = boosting_usual(c->goal);
        options.n_class = c->n_class;
        options.n_round = c->n_round;
        options.n_depth = c->n_depth;
        options.min_child_weight = 0.1;
        options.eta = 0.3;
        struct trial_rows rows =
            trial_rows_new(100 + i, c->n_row, c->n_feature, &options, c->missing, c->n_step);
        struct boosting *boosting = NULL;
        assert_int_equal(boosting_fit(&rows.rows, NULL, &options, &boosting, NULL), MARU_OK);
        struct trial_rows asked = rows_to_ask(c, &options, &rows);
        struct forest *forest = forest_of(boosting);
        check_hard(i, boosting, forest);
        check(i, boosting, forest, &asked.rows);
        forest_free(forest);
        forest = forest_of(boosting);
        check(i, boosting, forest, &rows.rows);
        forest_free(forest);
        boosting_free(boosting);
        trial_rows_free(&rows);
        trial_rows_free(&asked);
    }
}

// A model that comes from XGBoost's bytes, ours, and ours read again is one model; fitted twice, it has one fingerprint.
static void one_fingerprint(void **state) {
    (void)state;
    struct boosting_options options = boosting_usual(BOOSTING_CLASS);
    options.n_class = 3;
    options.n_round = 15;
    options.subsample = 0.7;
    char print[3][33];
    struct text bytes[2];
    for (uint32_t k = 0; k < 3; k++) {
        options.seed = k == 2;
        struct trial_rows rows = trial_rows_new(5, 700, 9, &options, 0.1F, 0);
        struct boosting *boosting = NULL;
        assert_int_equal(boosting_fit(&rows.rows, NULL, &options, &boosting, NULL), MARU_OK);
        struct forest *forest = forest_of(boosting);
        forest_fingerprint(forest, print[k]);
        if (k < 2) {
            text_init(&bytes[k], 1 << 24);
            assert_int_equal(forest_write(forest, &bytes[k], NULL), MARU_OK);
        }
        forest_free(forest);
        boosting_free(boosting);
        trial_rows_free(&rows);
    }
    assert_string_equal(print[0], print[1]);
    assert_string_not_equal(print[0], print[2]);
    assert_int_equal(bytes[0].n_bytes, bytes[1].n_bytes);
    assert_memory_equal(bytes[0].bytes, bytes[1].bytes, bytes[0].n_bytes);
    text_fini(&bytes[0]);
    text_fini(&bytes[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_as_xgboost),
        cmocka_unit_test(one_fingerprint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
