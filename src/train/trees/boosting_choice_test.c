#include "train/trees/boosting_choice.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "train/trial_rows.h"

enum { N_ROW = 400, N_FEATURE = 5 };

static struct splits folds(struct arena *arena, uint32_t kind) {
    const struct splits_input input = {.kind = (uint8_t)kind, .n_row = N_ROW, .n_fold = 3};
    struct splits splits;
    assert_int_equal(splits_make(&input, arena, &splits, NULL), MARU_OK);
    return splits;
}

// Answers of a row come from forests that have not seen it: what they are, fitted by hand.
static void answers_are_of_unseen_rows(void **state) {
    (void)state;
    for (enum boosting_goal goal = 0; goal < N_BOOSTING_GOAL; goal++) {
        struct boosting_options options[2] = {boosting_usual(goal), boosting_usual(goal)};
        options[0].n_class = options[1].n_class = 3;
        options[0].n_round = options[1].n_round = 20;
        options[1].n_round = 1; // too little
        options[1].eta = 0.01;
        const uint32_t n_group = goal == BOOSTING_CLASS ? 3 : 1;
        struct trial_rows rows = trial_rows_new(3, N_ROW, N_FEATURE, &options[0], 0.1F, 0);
        struct arena arena;
        arena_init(&arena, 1 << 24);
        const struct splits splits = folds(&arena, SPLITS_EXPANDING);
        const struct boosting_grid grid = {options, 2, 1};
        struct boosting_choice choice = {9, 0};
        float answer[N_ROW * 3], want[N_ROW * 3];
        assert_int_equal(boosting_choose(&rows.rows, &splits, &grid, &choice, answer, NULL),
                         MARU_OK);
        assert_int_equal(choice.option, 0);
        assert_true(isnan(answer[0])); // the first fold is never tried
        const uint32_t last = splits.first + splits.n_fold - 1;
        uint32_t row[N_ROW];
        struct boosting_rows train, test;
        uint32_t n = splits_rows(&splits, last, SPLITS_TRAIN, row);
        assert_int_equal(boosting_rows_of(&rows.rows, row, n, &arena, &train, NULL), MARU_OK);
        n = splits_rows(&splits, last, SPLITS_TEST, row);
        assert_int_equal(boosting_rows_of(&rows.rows, row, n, &arena, &test, NULL), MARU_OK);
        assert_int_equal(boosting_blend(&train, &options[0], 1, &test, want, NULL), MARU_OK);
        for (uint32_t i = 0; i < n; i++) {
            assert_memory_equal(want + (size_t)i * n_group, answer + (size_t)row[i] * n_group,
                                n_group * sizeof(float));
        }
        arena_fini(&arena);
        trial_rows_free(&rows);
    }
}

// A mean of forests is their mean.
static void a_blend_is_the_mean(void **state) {
    (void)state;
    struct boosting_options options = boosting_usual(BOOSTING_YES_NO);
    options.n_round = 5;
    options.subsample = 0.5;
    struct trial_rows rows = trial_rows_new(3, N_ROW, N_FEATURE, &options, 0, 0);
    float blend[N_ROW], one[N_ROW], sum[N_ROW] = {0};
    assert_int_equal(boosting_blend(&rows.rows, &options, 3, &rows.rows, blend, NULL), MARU_OK);
    for (uint32_t s = 0; s < 3; s++, options.seed++) {
        assert_int_equal(boosting_blend(&rows.rows, &options, 1, &rows.rows, one, NULL), MARU_OK);
        for (uint32_t i = 0; i < N_ROW; i++) {
            sum[i] += one[i] / 3;
        }
    }
    bool is_other = false;
    for (uint32_t i = 0; i < N_ROW; i++) {
        assert_true(fabsf(sum[i] - blend[i]) < 1e-6F);
        is_other = is_other || fabsf(one[i] - blend[i]) > 1e-4F;
    }
    assert_true(is_other);
    assert_int_equal(boosting_blend(&rows.rows, &options, 0, &rows.rows, blend, NULL),
                     MARU_E_RANGE);
    trial_rows_free(&rows);
}

static void what_cannot_be_is_refused(void **state) {
    (void)state;
    struct boosting_options options[2] = {boosting_usual(BOOSTING_YES_NO),
                                          boosting_usual(BOOSTING_NUMBER)};
    struct trial_rows rows = trial_rows_new(3, N_ROW, N_FEATURE, options, 0, 0);
    struct arena arena;
    arena_init(&arena, 1 << 24);
    const struct splits splits = folds(&arena, SPLITS_BLOCKS);
    struct boosting_choice choice;
    struct boosting_grid grid = {options, 2, 1};
    assert_int_equal(boosting_choose(&rows.rows, &splits, &grid, &choice, NULL, NULL),
                     MARU_E_RANGE);
    grid.n_option = 0;
    assert_int_equal(boosting_choose(&rows.rows, &splits, &grid, &choice, NULL, NULL),
                     MARU_E_RANGE);
    grid.n_option = 1;
    rows.rows.n_row--;
    assert_int_equal(boosting_choose(&rows.rows, &splits, &grid, &choice, NULL, NULL),
                     MARU_E_RANGE);
    arena_fini(&arena);
    trial_rows_free(&rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_of_unseen_rows),
        cmocka_unit_test(a_blend_is_the_mean),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
