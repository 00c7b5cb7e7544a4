#include "train/model_tuning.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "train/trial_rows.h"

enum { ROWS = 4000, FEATURES = 5, FOLDS = 4, SPY_CALLS = 2 * (FOLDS + 1) };

// ---- a kind that tells what it was given, and fits the plain one

static struct {
    uint32_t n;
    uint32_t n_row[SPY_CALLS];
    double yes[SPY_CALLS], no[SPY_CALLS]; // sums of weights
    uint32_t n_yes[SPY_CALLS];
} spy;

static void describe(uint32_t try, char out[KIND_NAME_BYTES]) {
    snprintf(out, KIND_NAME_BYTES, "spy %u", try);
}

static maru_status fit(const struct kind_task *task, uint32_t try, struct kind_fitted *fitted,
                       maru_error *err) {
    if (spy.n < SPY_CALLS) {
        const uint32_t at = spy.n++;
        spy.n_row[at] = task->rows->n_row;
        for (uint32_t i = 0; i < task->rows->n_row; i++) {
            const double weight = task->rows->weight ? (double)task->rows->weight[i] : 1;
            *(task->rows->y[i] > 0.5F ? &spy.yes[at] : &spy.no[at]) += weight;
            spy.n_yes[at] += task->rows->y[i] > 0.5F;
        }
    }
    return kind_linear.fit(task, try, fitted, err);
}

static const struct kind kind_spy = {
    .name = "spy", .predictor = PREDICTOR_LINEAR, .n_try = 1, .describe = describe, .fit = fit};

// ---- rows of which one in forty is bad

struct trial {
    struct arena arena;
    struct trial_rows made;
    struct kind_task task;
    struct splits splits;
    struct tuned tuned;
};

static void begin(struct trial *t) {
    const struct boosting_options options = boosting_usual(BOOSTING_NUMBER);
    maru_error err = {0};
    *t = (struct trial){.made = trial_rows_new(7, ROWS, FEATURES, &options, 0, 0)};
    arena_init(&t->arena, 64 << 20);
    for (uint32_t i = 0; i < ROWS; i++) {
        const float share = t->made.x[(size_t)i * FEATURES] > 0.5F ? 0.045F : 0.005F;
        t->made.y[i] = trial_number(99, i) < share ? 1 : 0;
    }
    t->task =
        (struct kind_task){.goal = MODEL_YES_NO, .rows = &t->made.rows, .seed = 1, .n_thread = 1};
    const struct splits_input input = {.n_row = ROWS, .n_fold = FOLDS, .kind = SPLITS_EXPANDING};
    if (splits_make(&input, &t->arena, &t->splits, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
}

static void end(struct trial *t) {
    trial_rows_free(&t->made);
    arena_fini(&t->arena);
}

static void tune(struct trial *t, const struct kind *kind, uint64_t n_cell) {
    const struct tuning_input input = {
        .task = &t->task, .splits = &t->splits, .kind = &kind, .n_kind = 1, .n_cell = n_cell};
    maru_error err = {0};
    if (model_tuning_run(&input, &t->arena, &t->tuned, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
}

// A thinned side has about as many values as wanted, all bad rows, and the shares of the whole; the chosen try learns from all.
static void test_a_thinned_side_keeps_its_shares(void **state) {
    (void)state;
    struct trial t;
    begin(&t);
    memset(&spy, 0, sizeof spy);
    tune(&t, &kind_spy, 0);
    assert_int_equal(spy.n, 2 * FOLDS);
    for (uint32_t fold = 0; fold < FOLDS; fold++) {
        assert_int_equal(spy.n_row[fold], ROWS / (FOLDS + 1) * (fold + 1));
        assert_true(spy.n_yes[fold] > 0);
    }
    const uint64_t n_most = 500;
    const double yes[FOLDS] = {spy.yes[0], spy.yes[1], spy.yes[2], spy.yes[3]};
    const double no[FOLDS] = {spy.no[0], spy.no[1], spy.no[2], spy.no[3]};
    memset(&spy, 0, sizeof spy);
    tune(&t, &kind_spy, n_most * FEATURES);
    assert_int_equal(spy.n, 2 * FOLDS);
    for (uint32_t fold = 0; fold < FOLDS; fold++) {
        assert_true(spy.n_row[fold] <= n_most);
        assert_true(spy.n_row[fold] >= n_most / 2);
        assert_int_equal(spy.n_yes[fold], (uint32_t)yes[fold]);
        assert_true(spy.yes[fold] == yes[fold]);
        const double stride = ceil(no[fold] / ((double)n_most - yes[fold]));
        assert_true(fabs(spy.no[fold] - no[fold]) < stride);
        assert_int_equal(spy.n_row[FOLDS + fold], ROWS / (FOLDS + 1) * (fold + 1));
    }
    end(&t);
}

// What is learned from a part with its weights is what all rows say: losses of the tries differ by little.
static void test_a_part_says_what_all_say(void **state) {
    (void)state;
    struct trial t;
    begin(&t);
    tune(&t, &kind_linear, 0);
    const struct tuned all = t.tuned;
    tune(&t, &kind_linear, (uint64_t)1000 * FEATURES);
    for (uint32_t k = 0; k < all.n_attempt; k++) {
        if (!(fabs(all.attempt[k].loss - t.tuned.attempt[k].loss) < 0.05 * all.attempt[k].loss)) {
            fail_msg("try %u: %.4f from all, %.4f from a part", k, all.attempt[k].loss,
                     t.tuned.attempt[k].loss);
        }
    }
    end(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_thinned_side_keeps_its_shares),
        cmocka_unit_test(test_a_part_says_what_all_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
