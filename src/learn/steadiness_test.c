#include "learn/steadiness.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { COLUMNS = 20, PERIODS = 30 };

// Nearly normal: the sum of twelve.
static double noise(uint64_t seed, uint64_t column, uint64_t k) {
    double sum = -6;
    for (uint64_t i = 0; i < 3; i++) {
        const struct random_block r = random_at(seed, column, 3 * k + i);
        for (int j = 0; j < 4; j++) {
            sum += r.word[j] / 4294967296.0;
        }
    }
    return sum;
}

static void make(uint64_t seed, double *mean) {
    for (uint32_t c = 0; c < COLUMNS; c++) {
        for (uint32_t i = 0; i < PERIODS; i++) {
            mean[c * PERIODS + i] = 1e6 + 10.0 * c + noise(seed, c, i);
        }
    }
}

static void find(const double *mean, struct change *change) {
    assert_int_equal(steadiness_find(mean, COLUMNS, PERIODS, 199, 9, change, NULL), MARU_OK);
}

// Law: in all columns together, a steady process is called changed as often as the level says.
static void steady_ones(void **state) {
    enum { ROUNDS = 400 };
    uint32_t n_called = 0;
    (void)state;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        double mean[COLUMNS * PERIODS], least = 1;
        struct change change[COLUMNS];
        make(round, mean);
        find(mean, change);
        for (uint32_t c = 0; c < COLUMNS; c++) {
            least = change[c].p < least ? change[c].p : least;
        }
        n_called += least <= 0.05;
    }
    assert_in_range(n_called, ROUNDS * 2 / 100, ROUNDS * 9 / 100);
}

static void one_that_changed(void **state) {
    uint32_t n_found = 0;
    (void)state;
    for (uint64_t round = 0; round < 100; round++) {
        double mean[COLUMNS * PERIODS], again[COLUMNS * PERIODS];
        struct change change[COLUMNS], same[COLUMNS];
        make(1000 + round, mean);
        for (uint32_t i = 21; i < PERIODS; i++) {
            mean[7 * PERIODS + i] += 3.0;
        }
        find(mean, change);
        n_found += change[7].p <= 0.05 && change[7].at >= 20 && change[7].at <= 22;
        // Law: neither the scale of a column nor its direction matters.
        for (uint32_t k = 0; k < COLUMNS * PERIODS; k++) {
            again[k] = k / PERIODS % 2 ? -0.01 * mean[k] : mean[k];
        }
        find(again, same);
        assert_int_equal(same[7].at, change[7].at);
        assert_true(fabs(same[7].t + change[7].t) < 1e-5);
        assert_true(fabs(same[7].before + 0.01 * change[7].before) < 1e-6);
    }
    assert_true(n_found >= 95);
}

// Missing periods, columns without values or without any scatter.
static void what_is_not_there(void **state) {
    double mean[COLUMNS * PERIODS];
    struct change change[COLUMNS];
    (void)state;
    make(5, mean);
    for (uint32_t i = 0; i < PERIODS; i++) {
        mean[0 * PERIODS + i] = (double)NAN;
        mean[1 * PERIODS + i] = 4.0;
        mean[2 * PERIODS + i] = i % 2 ? (double)NAN : i < 20 ? 0.0 + 0.01 * (i % 3) : 1.0;
        mean[3 * PERIODS + i] = i < 7 ? i : (double)NAN;
        mean[4 * PERIODS + i] = i < 15 ? 1.0 : 2.0; // no scatter within
    }
    find(mean, change);
    assert_true(isnan(change[0].p) && isnan(change[1].p) && isnan(change[3].p));
    assert_int_equal(change[2].at, 20);
    assert_int_equal(change[2].n, 15);
    assert_true(change[2].p <= 0.05 && fabs(change[2].after - 1.0) < 1e-9);
    assert_int_equal(change[4].at, 15);
    assert_true(change[4].p <= 0.05);
    assert_int_equal(steadiness_find(mean, COLUMNS, PERIODS, 0, 9, change, NULL), MARU_E_RANGE);
    assert_int_equal(steadiness_find(mean, 0, 0, 9, 9, change, NULL), MARU_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steady_ones),
        cmocka_unit_test(one_that_changed),
        cmocka_unit_test(what_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
