#include "learn/trailing.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/random.h"

static double number(uint64_t i) {
    const struct random_block r = random_at(3, 0, i);
    return 2.0 * random_open(((uint64_t)r.word[1] << 32) | r.word[0]) - 1.0;
}

static void near(float got, double want, double by) {
    if (!(fabs((double)got - want) <= by)) {
        fail_msg("%.9g, not %.9g", (double)got, want);
    }
}

static struct trailing begin(struct arena *arena, const struct trailing_options *options) {
    struct trailing t;
    assert_int_equal(trailing_init(options, arena, &t, NULL), MARU_OK);
    return t;
}

// A line has its own slope, no spread, and its level lies in the middle of the window; noise of +-s around it in turn has spread near s.
static void lines(void **state) {
    (void)state;
    const struct trailing_options options = {2, 2, {5, 12}};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct trailing t = begin(&arena, &options);
    assert_int_equal(t.n_feature, 14);
    float f[14];
    for (int i = 0; i < 100; i++) {
        const double sample[2] = {3.0 - 0.25 * i, i % 2 ? 1.0 : -1.0};
        trailing_step(&t, sample, f);
        near(f[0], sample[0], 1e-5);
        for (int w = 0; w < 2; w++) {
            const int full = (int)options.window[w];
            const int n = i + 1 < full ? i + 1 : full;
            const float *of = f + 1 + (size_t)3 * (size_t)w;
            near(of[TRAILING_LEVEL], sample[0] + 0.25 * (n - 1) / 2.0, 1e-5);
            if (n < TRAILING_LEAST) {
                assert_true(isnan(of[TRAILING_SLOPE]) && isnan(of[TRAILING_SPREAD]));
                continue;
            }
            near(of[TRAILING_SLOPE], -0.25, 1e-6);
            near(of[TRAILING_SPREAD], 0.0, 1e-6);
        }
        if (i >= 12) {
            near(f[7 + 4], 0.0, 1e-6);                // level of 12
            near(fabsf(f[7 + 5]), 6.0 / 143.0, 1e-6); // n / 2 over n (n^2 - 1) / 12
            assert_true(f[7 + 6] > 1.0F && f[7 + 6] < 1.15F);
        }
    }
    arena_fini(&arena);
}

// What came before the longest window, or before a new start, says nothing, and order of columns is only order.
static void laws_of_windows(void **state) {
    (void)state;
    const struct trailing_options options = {3, 2, {4, 9}};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct trailing all = begin(&arena, &options), late = begin(&arena, &options),
                    turned = begin(&arena, &options);
    float a[21], b[21], c[21];
    for (uint64_t i = 0; i < 60; i++) {
        double sample[3] = {number(3 * i), number(3 * i + 1), i % 7 == 3 ? NAN : number(3 * i + 2)};
        const double other[3] = {sample[2], sample[0], sample[1]};
        trailing_step(&all, sample, a);
        trailing_step(&turned, other, c);
        assert_memory_equal(a, c + 7, 14 * sizeof *a);
        assert_memory_equal(a + 14, c, 7 * sizeof *a);
        if (i >= 30) {
            trailing_step(&late, sample, b);
            assert_true((memcmp(a, b, sizeof a) == 0) == (i >= 38));
        }
    }
    trailing_start(&all);
    trailing_start(&late);
    const double sample[3] = {1, 2, NAN};
    trailing_step(&all, sample, a);
    trailing_step(&late, sample, b);
    for (int i = 0; i < 21; i++) {
        assert_true(a[i] == b[i] || (isnan(a[i]) && isnan(b[i])));
    }
    arena_fini(&arena);
}

// Missing values are left out: the others of the window make the same line.
static void missing(void **state) {
    (void)state;
    const struct trailing_options options = {1, 1, {10}};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct trailing t = begin(&arena, &options);
    float f[4];
    for (int i = 0; i < 40; i++) {
        const double sample = i % 3 == 1 ? (double)INFINITY : i % 3 == 2 ? (double)NAN : 2.0 * i;
        trailing_step(&t, &sample, f);
        assert_true(isnan(f[0]) == (i % 3 != 0));
        if (i >= 9) {
            near(f[1 + TRAILING_SLOPE], 2.0, 1e-5);
            near(f[1 + TRAILING_SPREAD], 0.0, 1e-4);
        }
    }
    for (int i = 0; i < 10; i++) { // nothing at all any more
        const double none = NAN;
        trailing_step(&t, &none, f);
    }
    assert_true(isnan(f[0]) && isnan(f[1]) && isnan(f[2]) && isnan(f[3]));
    arena_fini(&arena);
}

static void places(void **state) {
    (void)state;
    const struct trailing_options options = {5, 3, {2, 3, 4}};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct trailing t = begin(&arena, &options);
    for (uint32_t i = 0; i < t.n_feature; i++) {
        const struct trailing_place p = trailing_place_of(&t, i);
        const uint32_t back = p.column * 10 + (p.window == 3 ? 0 : 1 + 3 * p.window + p.kind);
        assert_int_equal(back, i);
    }
    arena_fini(&arena);
}

static void refusals(void **state) {
    (void)state;
    static const struct {
        struct trailing_options options;
        maru_status want;
    } cases[] = {
        {{0, 1, {5}}, MARU_E_RANGE},
        {{1, 1, {1}}, MARU_E_RANGE},
        {{1, 5, {5, 5, 5, 5}}, MARU_E_LIMIT},
        {{1, 1, {TRAILING_MAX_LENGTH + 1}}, MARU_E_LIMIT},
        {{TRAILING_MAX_COLUMNS + 1, 0, {0}}, MARU_E_LIMIT},
        {{TRAILING_MAX_COLUMNS, 4, {5, 5, 5, 5}}, MARU_E_LIMIT},
        {{UINT32_MAX, UINT32_MAX, {5, 5, 5, 5}}, MARU_E_LIMIT},
        {{TRAILING_MAX_COLUMNS, 1, {TRAILING_MAX_LENGTH}}, MARU_E_LIMIT}, // of this small arena
        {{TRAILING_MAX_COLUMNS, 0, {0}}, MARU_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        arena_init(&arena, 1 << 20);
        struct trailing t;
        const maru_status got = trailing_init(&cases[i].options, &arena, &t, NULL);
        if (got != cases[i].want) {
            fail_msg("case %zu: %d, not %d", i, (int)got, (int)cases[i].want);
        }
        arena_fini(&arena);
    }
    struct arena arena;
    arena_init(&arena, 1 << 20);
    alloc_fail_after(0);
    struct trailing t;
    const maru_status got = trailing_init(&cases[8].options, &arena, &t, NULL);
    alloc_fail_after(UINT64_MAX);
    assert_int_equal(got, MARU_E_MEMORY);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),  cmocka_unit_test(laws_of_windows), cmocka_unit_test(missing),
        cmocka_unit_test(places), cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
