#include "learn/combinations/combinations.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_ROW = 2000, N_FEATURE = 4 };

static const char *const name[N_FEATURE] = {"Torque", "Speed", "Air", "Process"};
static const char *const unit[N_FEATURE] = {"Nm", "rpm", "K", "K"};

static double drawn(uint64_t seed, uint64_t at) {
    const struct random_block block = random_at(seed, 1, at);
    return random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

static float x[N_ROW * N_FEATURE];
static double left[N_ROW], variance[N_ROW];

static struct combination_rows draw_rows(uint64_t seed) {
    for (uint64_t i = 0; i < (uint64_t)N_ROW * N_FEATURE; i++) {
        x[i] = (float)(1 + drawn(seed, i));
    }
    return (struct combination_rows){x, N_ROW, N_FEATURE, unit};
}

static struct combination_score best_of(const struct combination_rows *rows,
                                        struct combination *found, struct arena *arena) {
    struct combination *list = NULL;
    uint32_t n = 0;
    assert_int_equal(combinations_list(rows, arena, &list, &n, NULL), MARU_OK);
    const struct combination_left what = {left, variance, 1, 20, 7};
    struct combination_score score = {0};
    assert_int_equal(combinations_best(rows, list, n, &what, arena, &score, NULL), MARU_OK);
    *found = list[score.best];
    return score;
}

// What is planted is found, above chance; what is left over by chance alone is not.
static void what_is_planted_is_found(void **state) {
    (void)state;
    static const struct combination planted[] = {{COMBINATION_PRODUCT, 0, 1},
                                                 {COMBINATION_PRODUCT, 1, 3},
                                                 {COMBINATION_RATIO, 0, 2},
                                                 {COMBINATION_DIFFERENCE, 3, 2},
                                                 {COMBINATION_SUM, 2, 3}};
    for (size_t k = 0; k < sizeof planted / sizeof *planted; k++) {
        struct arena arena;
        arena_init(&arena, 1 << 24);
        const struct combination_rows rows = draw_rows(k);
        double mean = 0;
        for (uint32_t i = 0; i < N_ROW; i++) {
            mean += (double)combination_value(&planted[k], x + (size_t)i * N_FEATURE) / N_ROW;
        }
        for (uint32_t i = 0; i < N_ROW; i++) {
            left[i] = (double)combination_value(&planted[k], x + (size_t)i * N_FEATURE) - mean +
                      (drawn(k + 100, i) - 0.5) / 2;
            variance[i] = 0.2;
        }
        struct combination found = {0};
        const struct combination_score score = best_of(&rows, &found, &arena);
        assert_true(score.score > 2 * score.chance);
        assert_int_equal(found.kind, planted[k].kind);
        assert_int_equal(found.a, planted[k].a);
        assert_int_equal(found.b, planted[k].b);
        arena_fini(&arena);
    }
}

static void chance_is_kept_out(void **state) {
    (void)state;
    int n_above = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct arena arena;
        arena_init(&arena, 1 << 24);
        const struct combination_rows rows = draw_rows(seed);
        for (uint32_t i = 0; i < N_ROW; i++) { // rare, as defects are
            left[i] = drawn(seed + 200, i) < 0.03 ? 0.97 : -0.03;
            variance[i] = 0.03 * 0.97;
        }
        struct combination found = {0};
        const struct combination_score score = best_of(&rows, &found, &arena);
        n_above += score.score > score.chance;
        arena_fini(&arena);
    }
    assert_in_range(n_above, 0, 4); // of 20 at a level of 1 / 21; five or more: 1 in 300
}

static void values_and_names(void **state) {
    (void)state;
    const float row[] = {6, 4, 0, NAN}, huge[] = {3e38F, 3e38F, -3e38F, 1};
    static const struct {
        struct combination of;
        float want;
        const char *is;
    } cases[] = {
        {{COMBINATION_PRODUCT, 0, 1}, 24, "Torque × Speed"},
        {{COMBINATION_RATIO, 0, 1}, 1.5F, "Torque ÷ Speed"},
        {{COMBINATION_RATIO, 0, 2}, NAN, "Torque ÷ Air"},
        {{COMBINATION_DIFFERENCE, 1, 0}, -2, "Speed − Torque"},
        {{COMBINATION_SUM, 0, 1}, 10, "Torque + Speed"},
        {{COMBINATION_SUM, 0, 3}, NAN, "Torque + Process"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const float got = combination_value(&cases[i].of, row);
        assert_true(got == cases[i].want || (isnan(got) && isnan(cases[i].want)));
        struct text said;
        text_init(&said, 1 << 10);
        combination_name(&cases[i].of, name, &said);
        assert_string_equal(said.bytes, cases[i].is);
        text_fini(&said);
        if (cases[i].of.kind != COMBINATION_RATIO && cases[i].of.kind != COMBINATION_DIFFERENCE) {
            assert_true(cases[i].of.b == 3 || isnan(combination_value(&cases[i].of, huge)));
        }
    }
}

static uint32_t n_listed(const struct combination_rows *rows, bool is_of_unit) {
    struct arena arena;
    arena_init(&arena, 1 << 24);
    struct combination *list = NULL;
    uint32_t n = 0, n_alike = 0;
    assert_int_equal(combinations_list(rows, &arena, &list, &n, NULL), MARU_OK);
    for (uint32_t i = 0; i < n; i++) {
        n_alike += list[i].kind == COMBINATION_SUM || list[i].kind == COMBINATION_DIFFERENCE;
    }
    arena_fini(&arena);
    return is_of_unit ? n_alike : n;
}

// Differences and sums are for like with like; a flag is combined with nothing.
static void units_are_looked_at(void **state) {
    (void)state;
    struct combination_rows rows = draw_rows(1);
    assert_int_equal(n_listed(&rows, true), 2);
    assert_int_equal(n_listed(&rows, false), 6 * 2 + 2);
    rows.unit = NULL; // all of a size
    assert_int_equal(n_listed(&rows, true), 12);
    for (uint32_t i = 0; i < N_ROW; i++) {
        x[(size_t)i * N_FEATURE] *= 100;
        x[i * N_FEATURE + 1] = (float)(i % 2);
    }
    assert_int_equal(n_listed(&rows, true), 2);
    assert_int_equal(n_listed(&rows, false), 3 * 2 + 2);
}

static void odd_input(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 24);
    struct combination *list = NULL;
    uint32_t n = 0;
    maru_error err = {0};
    struct combination_rows rows = draw_rows(1);
    rows.n_row = 0;
    assert_int_equal(combinations_list(&rows, &arena, &list, &n, &err), MARU_E_RANGE);
    rows.n_row = N_ROW;
    rows.n_feature = COMBINATIONS_MAX_FEATURES + 1;
    assert_int_equal(combinations_list(&rows, &arena, &list, &n, &err), MARU_E_LIMIT);
    rows.n_feature = N_FEATURE;
    for (uint32_t i = 0; i < N_ROW * N_FEATURE; i++) { // all missing: nothing to combine
        x[i] = NAN;
    }
    assert_int_equal(combinations_list(&rows, &arena, &list, &n, &err), MARU_OK);
    assert_int_equal(n, 0);
    const struct combination some = {COMBINATION_PRODUCT, 0, 1};
    struct combination_left what = {left, variance, 1, 1, 1};
    struct combination_score score = {0};
    assert_int_equal(combinations_best(&rows, &some, 0, &what, &arena, &score, &err), MARU_E_RANGE);
    what.n_shuffle = 0;
    assert_int_equal(combinations_best(&rows, &some, 1, &what, &arena, &score, &err), MARU_E_RANGE);
    what.n_shuffle = 1;
    assert_int_equal(combinations_best(&rows, &some, 1, &what, &arena, &score, &err), MARU_OK);
    rows.n_row = 1;
    assert_int_equal(combinations_best(&rows, &some, 1, &what, &arena, &score, &err), MARU_OK);
    arena_fini(&arena);
    arena_init(&arena, 100);
    assert_int_equal(combinations_list(&rows, &arena, &list, &n, &err), MARU_E_LIMIT);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_planted_is_found),
        cmocka_unit_test(chance_is_kept_out),
        cmocka_unit_test(values_and_names),
        cmocka_unit_test(units_are_looked_at),
        cmocka_unit_test(odd_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
