#include "learn/share.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void near(double got, double want, double by) {
    if (!(fabs(got - want) <= by)) {
        fail_msg("%.9g, want %.9g", got, want);
    }
}

// Newcombe 1998a, table I (method 3), and 1998b, table II (method 10): four digits.
static void published(void **state) {
    static const struct {
        uint64_t n_bad, n;
        double low, high;
    } one[] = {{81, 263, 0.2553, 0.3662},
               {15, 148, 0.0624, 0.1605},
               {0, 20, 0.0, 0.1611},
               {1, 29, 0.0061, 0.1718}};
    static const struct {
        uint64_t a, n_a, b, n_b;
        double low, high;
    } two[] = {{56, 70, 48, 80, 0.0524, 0.3339},
               {9, 10, 3, 10, 0.1705, 0.8090},
               {10, 10, 0, 20, 0.6791, 1.0}};
    (void)state;
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        const struct share share = share_of(one[i].n_bad, one[i].n, 0.95);
        near(share.low, one[i].low, 5e-5);
        near(share.high, one[i].high, 5e-5);
    }
    for (size_t i = 0; i < sizeof two / sizeof *two; i++) {
        const struct share a = share_of(two[i].a, two[i].n_a, 0.95);
        const struct share b = share_of(two[i].b, two[i].n_b, 0.95);
        const struct share_difference d = share_subtract(&a, &b);
        near(d.low, two[i].low, 5e-5);
        near(d.high, two[i].high, 5e-5);
    }
}

// Law: the interval holds the share, is that of good ones mirrored, and shrinks with more units.
static void laws(void **state) {
    (void)state;
    for (uint64_t n = 1; n < 200; n += 7) {
        for (uint64_t bad = 0; bad <= n; bad++) {
            const struct share a = share_of(bad, n, 0.9), b = share_of(n - bad, n, 0.9);
            const struct share more = share_of(10 * bad, 10 * n, 0.9);
            assert_true(a.low <= a.value && a.value <= a.high && a.low >= 0.0 && a.high <= 1.0);
            near(a.low + b.high, 1.0, 1e-12);
            assert_true(more.high - more.low < a.high - a.low);
        }
    }
    assert_true(isnan(share_of(0, 0, 0.9).low));
    assert_true(isnan(share_of(3, 2, 0.9).value));
}

// Law: ten times the units in clusters of ten equal ones say as much as one of each.
static void clusters(void **state) {
    (void)state;
    for (uint64_t bad = 0; bad <= 40; bad++) {
        const struct share one = share_of(bad, 40, 0.95);
        const struct share ten = share_of_clusters(10 * bad, 400, 10.0, 0.95);
        near(ten.low, one.low, 1e-12);
        near(ten.high, one.high, 1e-12);
    }
    assert_true(isnan(share_of_clusters(1, 2, 0.5, 0.95).low));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published),
        cmocka_unit_test(laws),
        cmocka_unit_test(clusters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
