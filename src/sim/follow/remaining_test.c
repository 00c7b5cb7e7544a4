#include "sim/follow/remaining.h"

#include <math.h>
#include <stdlib.h>

#include "sim/model.h"
#include "sim/trial.h"

// What is left of a span is what a span longer than the time elapsed has left: compared with draws that
// are thrown away until one is longer.

enum { N = 20000 };

static uint64_t bits(uint64_t *counter) {
    const struct random_block block = random_at(9, 1, (*counter)++);
    return (uint64_t)block.word[0] << 32 | block.word[1];
}

static int by_time(const void *a, const void *b) {
    const maru_time x = *(const maru_time *)a, y = *(const maru_time *)b;
    return (x > y) - (x < y);
}

// Largest distance between two empirical distributions (Kolmogorov and Smirnov).
static double distance(maru_time *a, maru_time *b) {
    double most = 0;
    qsort(a, N, sizeof *a, by_time);
    qsort(b, N, sizeof *b, by_time);
    for (size_t i = 0, k = 0; i < N; i++) {
        while (k < N && b[k] <= a[i]) {
            k++;
        }
        if (i + 1 == N || a[i + 1] > a[i]) {
            most = fmax(most, fabs(((double)i + 1) / N - (double)k / N));
        }
    }
    return most;
}

static void it_is_what_longer_ones_have_left(void **state) {
    (void)state;
    static const maru_time values[] = {5, 50, 60, 61, 90, 200};
    static const struct {
        struct dist dist;
        maru_time elapsed;
    } at[] = {
        {{.kind = DIST_UNIFORM, .a = 1000000, .b = 9000000}, 6000000},
        {{.kind = DIST_UNIFORM, .a = 1000000, .b = 9000000}, 500000},
        {{.kind = DIST_EXPONENTIAL, .a = 4000000}, 9000000},
        {{.kind = DIST_LOGNORMAL, .a = 4000000, .b = 3000000}, 7000000},
        {{.kind = DIST_TRIANGULAR, .a = 1000000, .b = 2000000, .c = 9000000}, 3000000},
        {{.kind = DIST_EMPIRICAL, .n_value = 6, .value = values}, 55},
    };
    static maru_time have[N], want[N];
    uint64_t counter = 0;
    for (size_t k = 0; k < sizeof at / sizeof at[0]; k++) {
        for (size_t i = 0; i < N; i++) {
            have[i] = remaining_draw(&at[k].dist, at[k].elapsed, bits(&counter));
            assert_true(have[i] > at[k].elapsed || at[k].elapsed < at[k].dist.a);
            do {
                want[i] = dist_draw(&at[k].dist, bits(&counter));
            } while (want[i] <= at[k].elapsed);
        }
        const double d = distance(have, want);
        if (d > 1.95 * sqrt(2.0 / N)) { // 0.1 % of such comparisons are worse
            fail_msg("case %zu: distance %g", k, d);
        }
    }
}

static void what_is_overdue_ends_now(void **state) {
    (void)state;
    const struct dist constant = {.kind = DIST_CONSTANT, .a = 100};
    const struct dist uniform = {.kind = DIST_UNIFORM, .a = 50, .b = 100};
    uint64_t counter = 0;
    for (int i = 0; i < 100; i++) {
        const uint64_t luck = bits(&counter);
        assert_int_equal(remaining_draw(&constant, 99, luck), 100);
        assert_int_equal(remaining_draw(&constant, 100, luck), 100);
        assert_int_equal(remaining_draw(&constant, 500, luck), 500);
        assert_int_equal(remaining_draw(&uniform, 100, luck), 100);
        assert_int_equal(remaining_draw(&uniform, 500, luck), 500);
        assert_true(remaining_draw(&uniform, -5, luck) >= 50);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_what_longer_ones_have_left),
        cmocka_unit_test(what_is_overdue_ends_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
