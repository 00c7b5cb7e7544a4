#include "learn/history/regimes.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 6000, COLUMNS = 4 };

static float x[ROWS * COLUMNS];
static const uint32_t settings[] = {1, 3};

static float wobble(uint64_t place) { // within -1 .. 1
    return (float)(random_at(11, 0, place).word[0] / 2147483648.0 - 1.0);
}

static maru_status fit(uint32_t n_row, uint32_t n_setting, struct arena *arena,
                       struct regimes *out) {
    const struct regimes_input input = {x, n_row, COLUMNS, settings, n_setting};
    return regimes_fit(&input, arena, out, NULL);
}

// Planted modes, far apart: as many are found, and rows are together exactly where they were planted together, in any order of rows.
static void planted(void **state) {
    (void)state;
    for (uint32_t n_mode = 1; n_mode <= 8; n_mode++) {
        for (uint32_t turn = 0; turn < 2; turn++) {
            for (uint32_t i = 0; i < ROWS; i++) {
                const uint32_t place = turn == 0 ? i : ROWS - 1 - i;
                const uint32_t mode = (uint32_t)(random_at(5, 1, place).word[0] % n_mode);
                const uint32_t step = mode / 3;
                x[(size_t)i * COLUMNS] = (float)mode; // no setting: what was planted
                x[(size_t)i * COLUMNS + 1] = (float)(mode % 3) * 1000 + wobble(UINT64_C(2) * place);
                x[(size_t)i * COLUMNS + 3] =
                    0.5F * (float)step + 0.001F * wobble(UINT64_C(2) * place + 1);
            }
            struct arena arena;
            arena_init(&arena, 1 << 20);
            struct regimes regimes;
            assert_int_equal(fit(ROWS, 2, &arena, &regimes), MARU_OK);
            assert_int_equal(regimes.n_regime, n_mode);
            uint32_t named[8] = {0};
            for (uint32_t i = 0; i < ROWS; i++) {
                const uint32_t mode = (uint32_t)x[(size_t)i * COLUMNS];
                const uint32_t found = regimes_of(&regimes, x + (size_t)i * COLUMNS, settings);
                named[mode] = named[mode] == 0 ? found + 1 : named[mode];
                assert_int_equal(named[mode], found + 1);
            }
            arena_fini(&arena);
        }
    }
}

// Settings that wander around one place are one regime, also where they are rounded to a dozen values.
static void wander(float step) {
    for (uint32_t i = 0; i < ROWS; i++) {
        for (uint32_t k = 0; k < COLUMNS; k++) {
            const struct random_block r = random_at(7, k, i);
            const double z =
                exact_normal_quantile(random_open((uint64_t)r.word[0] << 32 | r.word[1]));
            x[(size_t)i * COLUMNS + k] = step > 0 ? step * roundf((float)z / step) : (float)z;
        }
    }
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct regimes regimes;
    assert_int_equal(fit(ROWS, 2, &arena, &regimes), MARU_OK);
    assert_int_equal(regimes.n_regime, 1);
    arena_fini(&arena);
}

static void wandering(void **state) {
    (void)state;
    wander(0);
    wander(0.5F);
}

static void odd(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct regimes regimes;
    assert_int_equal(fit(0, 2, &arena, &regimes), MARU_E_RANGE);
    assert_int_equal(fit(10, REGIMES_MAX_SETTINGS + 1, &arena, &regimes), MARU_E_LIMIT);
    assert_int_equal(fit(10, 0, &arena, &regimes), MARU_OK); // no settings
    assert_int_equal(regimes.n_regime, 1);
    for (uint32_t i = 0; i < ROWS; i++) { // missing, all the same, and two modes with one stray row
        x[(size_t)i * COLUMNS + 1] = NAN;
        x[(size_t)i * COLUMNS + 3] = 5;
    }
    assert_int_equal(fit(ROWS, 2, &arena, &regimes), MARU_OK);
    assert_int_equal(regimes.n_regime, 1);
    for (uint32_t i = 0; i < ROWS; i++) {
        x[(size_t)i * COLUMNS + 3] = i == 77 ? INFINITY : i == 78 ? 3 : (float)(i % 2);
    }
    assert_int_equal(fit(ROWS, 2, &arena, &regimes), MARU_OK);
    assert_int_equal(regimes.n_regime, 2);
    assert_int_equal(fit(1, 2, &arena, &regimes), MARU_OK);
    arena_fini(&arena);
    arena_init(&arena, 16);
    assert_int_equal(fit(10, 2, &arena, &regimes), MARU_E_LIMIT);
    arena_fini(&arena);
}

static void bytes_back(void **state) {
    (void)state;
    for (uint32_t i = 0; i < ROWS; i++) {
        x[(size_t)i * COLUMNS + 1] = (float)(i % 3);
        x[(size_t)i * COLUMNS + 3] = 5;
    }
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct regimes regimes, again;
    assert_int_equal(fit(ROWS, 2, &arena, &regimes), MARU_OK);
    struct text out;
    text_init(&out, 1 << 20);
    regimes_write(&regimes, &out);
    for (size_t n = 0; n <= out.n_bytes; n++) {
        struct binary in = binary_of(out.bytes, n);
        assert_int_equal(regimes_read(&in, &arena, &again, NULL),
                         n == out.n_bytes ? MARU_OK : MARU_E_INPUT);
    }
    assert_int_equal(again.n_regime, 3);
    for (uint32_t i = 0; i < 3; i++) {
        const float *row = x + (size_t)i * COLUMNS;
        assert_int_equal(regimes_of(&regimes, row, settings), regimes_of(&again, row, settings));
    }
    text_fini(&out);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planted),
        cmocka_unit_test(wandering),
        cmocka_unit_test(odd),
        cmocka_unit_test(bytes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
