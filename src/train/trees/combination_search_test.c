#include "train/trees/combination_search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "train/trial_rows.h"

enum { N_ROW = 3000, N_FEATURE = 4 };

static float x[N_ROW * N_FEATURE], y[N_ROW];

static struct boosting_rows drawn(void) {
    for (uint64_t i = 0; i < (uint64_t)N_ROW * N_FEATURE; i++) {
        x[i] = 1 + trial_number(4, i);
    }
    return (struct boosting_rows){x, y, NULL, N_ROW, N_FEATURE};
}

// Two products decide; both are found, nothing else is, and a model of them does better than one without.
static void two_products_are_found(void **state) {
    (void)state;
    static const char *const unit[N_FEATURE] = {"Nm", "rpm", "K", "K"};
    struct boosting_rows rows = drawn();
    for (enum boosting_goal goal = 0; goal < N_BOOSTING_GOAL; goal++) {
        for (uint32_t i = 0; i < N_ROW; i++) {
            const float *row = x + (size_t)i * N_FEATURE;
            const float a = row[0] * row[1], b = row[3] - row[2];
            y[i] = goal == BOOSTING_NUMBER  ? 10 * a * a + 10 * b * b
                   : goal == BOOSTING_CLASS ? (a > 3      ? 1.0F
                                               : b > 0.6F ? 2.0F
                                                          : 0.0F)
                                            : (a > 3 || b > 0.6F ? 1.0F : 0.0F);
        }
        const struct combination_wish wish = {
            .goal = goal, .n_class = 3, .most = 2, .unit = unit, .n_thread = 1};
        struct combination_found found = {0};
        assert_int_equal(combination_search(&rows, &wish, &found, NULL), MARU_OK);
        assert_int_equal(found.n, 2);
        int n_right = 0;
        for (uint32_t i = 0; i < found.n; i++) {
            const struct combination *c = &found.combination[i];
            n_right += c->kind == COMBINATION_PRODUCT && c->a == 0 && c->b == 1;
            n_right += c->kind == COMBINATION_DIFFERENCE && c->a == 3 && c->b == 2;
            assert_true(found.score[i] > found.chance[i]);
        }
        assert_int_equal(n_right, 2);
        float wide[N_FEATURE + 2];
        combination_widen(&found, x, 1, N_FEATURE, wide);
        assert_memory_equal(wide, x, sizeof(float) * N_FEATURE);
        assert_true(wide[N_FEATURE] == combination_value(&found.combination[0], x));
    }
}

// A sum of single columns leaves nothing over for combinations.
static void nothing_is_made_up(void **state) {
    (void)state;
    struct boosting_rows rows = drawn();
    int n_found = 0;
    for (uint32_t seed = 0; seed < 5; seed++) {
        for (uint32_t i = 0; i < N_ROW; i++) {
            y[i] = trial_number(seed + 10, i) < 0.3F * (x[(size_t)i * N_FEATURE] - 1) ? 1 : 0;
        }
        const struct combination_wish wish = {
            .goal = BOOSTING_YES_NO, .most = 4, .n_thread = 1, .seed = seed};
        struct combination_found found = {0};
        assert_int_equal(combination_search(&rows, &wish, &found, NULL), MARU_OK);
        n_found += (int)found.n;
    }
    assert_in_range(n_found, 0, 2);
}

static void odd_input(void **state) {
    (void)state;
    struct boosting_rows rows = drawn();
    memset(y, 0, sizeof y);
    struct combination_wish wish = {.goal = BOOSTING_YES_NO, .most = 3, .n_thread = 1};
    struct combination_found found = {0};
    assert_int_equal(combination_search(&rows, &wish, &found, NULL), MARU_OK); // one class
    assert_int_equal(found.n, 0);
    rows.n_row = 1;
    assert_int_equal(combination_search(&rows, &wish, &found, NULL), MARU_OK);
    rows.n_row = 0;
    assert_int_equal(combination_search(&rows, &wish, &found, NULL), MARU_E_RANGE);
    rows.n_row = N_ROW;
    wish.most = COMBINATIONS_MAX_FOUND + 1;
    assert_int_equal(combination_search(&rows, &wish, &found, NULL), MARU_E_RANGE);
    wish.most = 0;
    assert_int_equal(combination_search(&rows, &wish, &found, NULL), MARU_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_products_are_found),
        cmocka_unit_test(nothing_is_made_up),
        cmocka_unit_test(odd_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
