#include "base/interval.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const double table_p[] = {0.90, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9995};

struct table_row {
    double df;
    double t[7];
};

// Percentage points of Student's t as printed in the tables (Fisher and Yates; NIST/SEMATECH
// e-Handbook of Statistical Methods 1.3.6.7.2), three or four digits behind the point.
static void published_quantiles(void **state) {
    (void)state;
    static const struct table_row rows[] = {
        {1, {3.078, 6.314, 12.706, 31.821, 63.657, 318.309, 636.619}},
        {2, {1.886, 2.920, 4.303, 6.965, 9.925, 22.327, 31.599}},
        {3, {1.638, 2.353, 3.182, 4.541, 5.841, 10.215, 12.924}},
        {4, {1.533, 2.132, 2.776, 3.747, 4.604, 7.173, 8.610}},
        {5, {1.476, 2.015, 2.571, 3.365, 4.032, 5.893, 6.869}},
        {9, {1.383, 1.833, 2.262, 2.821, 3.250, 4.297, 4.781}},
        {10, {1.372, 1.812, 2.228, 2.764, 3.169, 4.144, 4.587}},
        {19, {1.328, 1.729, 2.093, 2.539, 2.861, 3.579, 3.883}},
        {20, {1.325, 1.725, 2.086, 2.528, 2.845, 3.552, 3.850}},
        {30, {1.310, 1.697, 2.042, 2.457, 2.750, 3.385, 3.646}},
        {60, {1.296, 1.671, 2.000, 2.390, 2.660, 3.232, 3.460}},
        {120, {1.289, 1.658, 1.980, 2.358, 2.617, 3.160, 3.373}},
        {(double)INFINITY, {1.282, 1.645, 1.960, 2.326, 2.576, 3.090, 3.291}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t k = 0; k < 7; k++) {
            const double t = student_quantile(table_p[k], rows[i].df);
            if (!(fabs(t - rows[i].t[k]) < 0.000501)) {
                fail_msg("df %g p %g: %.6f, want %.3f", rows[i].df, table_p[k], t, rows[i].t[k]);
            }
        }
    }
}

static void expect_near(double got, double want, double p, double df) {
    if (!(fabs(got - want) <= 1e-9 * fabs(want) + 1e-15)) {
        fail_msg("df %g p %g: %.17g, want %.17g", df, p, got, want);
    }
}

// Closed forms for 1, 2 and 4 degrees of freedom (W. T. Shaw, J. Computational Finance 9 (2006)
// 37-73), down to tails of 1e-100.
static void closed_forms(void **state) {
    (void)state;
    const double pi = acos(-1.0);
    for (int i = 1; i < 1000; i++) {
        const double p = i < 500 ? i / 1000.0 : 0.5 * pow(10.0, -(i - 500) / 5.0);
        const double tail = 2.0 * p; // both sides
        expect_near(student_quantile(p, 1), -1.0 / tan(pi * p), p, 1);
        expect_near(student_quantile(p, 2), -(1.0 - tail) / sqrt(tail * (1.0 - p)), p, 2);
        const double alpha = sqrt(4.0 * p * (1.0 - p));
        const double q = cos(acos(alpha) / 3.0) / alpha;
        if (p < 0.4) { // nearer to 1/2 the closed form itself loses its digits
            expect_near(student_quantile(p, 4), -2.0 * sqrt(q - 1.0), p, 4);
        }
    }
}

// The laws: zero in the middle, mirrored, rising in p, falling in df towards the normal quantile,
// and without a step where the method changes.
static void laws_of_the_quantile(void **state) {
    (void)state;
    static const double df[] = {1, 1.5, 2, 3, 7, 25.25, 100, 1e3, 1e4, 9e4, 1e5, 1e7, 1e300};
    const size_t n_df = sizeof df / sizeof *df;
    for (size_t k = 0; k < n_df; k++) {
        double before = 0.0;
        assert_true(student_quantile(0.5, df[k]) == 0.0);
        for (int i = 513; i < 1024; i++) {
            const double p = i / 1024.0;
            const double t = student_quantile(p, df[k]);
            assert_true(t > before);
            assert_true(student_quantile(1.0 - p, df[k]) == -t);
            assert_true(k == 0 || t < student_quantile(p, df[k - 1]));
            before = t;
        }
    }
    for (double p = 0.49; p > 1e-100; p *= 0.3) {
        const double below = student_quantile(p, 99999.999999);
        expect_near(below, student_quantile(p, 1e5), p, 1e5);
        expect_near(student_quantile(p, INFINITY), exact_normal_quantile(p), p, INFINITY);
    }
}

static void what_has_no_quantile(void **state) {
    (void)state;
    assert_true(isnan(student_quantile(0.0, 5)) && isnan(student_quantile(1.0, 5)));
    assert_true(isnan(student_quantile(-1.0, 5)) && isnan(student_quantile(NAN, 5)));
    assert_true(isnan(student_quantile(0.9, 0.5)) && isnan(student_quantile(0.9, NAN)));
    // Beyond the promised range: far out, possibly infinite, never NaN.
    assert_true(student_quantile(1e-300, 1) < -1e99 && student_quantile(0x1p-1074, 3) < -1e99);
}

static void a_known_interval(void **state) {
    (void)state;
    const double values[] = {1, 2, 3, 4, 5};
    const struct interval got = interval_of(values, 5, 0.95);
    assert_int_equal(got.n, 5);
    assert_true(got.mean == 3.0);
    assert_true(fabs(got.sd - 1.5811388300841898) < 1e-15);
    assert_true(fabs(got.half_width - 2.7764451051977987 * 1.5811388300841898 / sqrt(5)) < 1e-12);
}

static void few_values_have_no_spread(void **state) {
    (void)state;
    const double one[] = {4.5};
    const double none[] = {(double)NAN, (double)INFINITY};
    struct interval got = interval_of(one, 1, 0.95);
    assert_true(got.mean == 4.5 && got.n == 1 && isnan(got.sd) && isnan(got.half_width));
    got = interval_of(none, 2, 0.95);
    assert_true(isnan(got.mean) && got.n == 0 && isnan(got.sd) && isnan(got.half_width));
    got = interval_of(NULL, 0, 0.95);
    assert_true(isnan(got.mean) && got.n == 0);
    const double two[] = {1.0, 2.0};
    got = interval_of(two, 2, 1.0); // not a level
    assert_true(got.mean == 1.5 && isnan(got.half_width) && isfinite(got.sd));
}

static void values_that_are_not_finite_do_not_count(void **state) {
    (void)state;
    const double with[] = {(double)NAN, 1, (double)INFINITY, 2, 3, (double)-INFINITY, 4, 5};
    const double without[] = {1, 2, 3, 4, 5};
    const struct interval a = interval_of(with, 8, 0.9);
    const struct interval b = interval_of(without, 5, 0.9);
    assert_true(a.n == b.n && a.mean == b.mean && a.sd == b.sd && a.half_width == b.half_width);
}

static void pairs_are_their_differences(void **state) {
    (void)state;
    double a[40], b[40], difference[40];
    for (uint64_t i = 0; i < 40; i++) {
        const struct random_block r = random_at(41, 0, i);
        a[i] = r.word[0] / 1000.0;
        b[i] = i == 7 ? (double)NAN : a[i] + r.word[1] % 100;
        difference[i] = b[i] - a[i];
    }
    const struct interval pairs = interval_paired(a, b, 40, 0.99);
    const struct interval single = interval_of(difference, 40, 0.99);
    assert_true(pairs.n == 39 && pairs.mean == single.mean && pairs.sd == single.sd);
    assert_true(pairs.half_width == single.half_width);
}

static void equal_values_have_exactly_no_spread(void **state) {
    (void)state;
    double values[1000];
    for (int i = 0; i < 1000; i++) {
        values[i] = 0.1;
    }
    const struct interval got = interval_of(values, 1000, 0.95);
    assert_true(got.mean == 0.1 && got.sd == 0.0 && got.half_width == 0.0);
}

static void a_large_offset_costs_no_digits(void **state) {
    (void)state;
    double values[1000], shifted[1000];
    for (uint64_t i = 0; i < 1000; i++) {
        values[i] = random_at(42, 0, i).word[0] % 1024 / 1024.0;
        shifted[i] = values[i] + 0x1p40; // exact
    }
    const struct interval a = interval_of(values, 1000, 0.95);
    const struct interval b = interval_of(shifted, 1000, 0.95);
    assert_true(fabs(a.sd - b.sd) < 1e-14 && fabs(a.half_width - b.half_width) < 1e-15);
    assert_true(fabs(a.mean + 0x1p40 - b.mean) <= 0x1p-13);
}

// What an interval promises: of many at level 0.9, nine in ten hold the true mean.
static void intervals_cover(void **state) {
    (void)state;
    enum { N_TRY = 20000, N = 6 };
    int n_hold = 0;
    for (uint64_t k = 0; k < N_TRY; k++) {
        double values[N];
        for (uint64_t i = 0; i < N; i++) {
            const struct random_block r = random_at(43, k, i);
            const uint64_t bits = (uint64_t)r.word[0] << 32 | r.word[1];
            values[i] = 10.0 + 3.0 * exact_normal_quantile(random_open(bits));
        }
        const struct interval got = interval_of(values, N, 0.9);
        n_hold += fabs(got.mean - 10.0) <= got.half_width;
    }
    assert_true(fabs(n_hold / (double)N_TRY - 0.9) < 5.0 * sqrt(0.9 * 0.1 / N_TRY));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_quantiles),
        cmocka_unit_test(closed_forms),
        cmocka_unit_test(laws_of_the_quantile),
        cmocka_unit_test(what_has_no_quantile),
        cmocka_unit_test(a_known_interval),
        cmocka_unit_test(few_values_have_no_spread),
        cmocka_unit_test(values_that_are_not_finite_do_not_count),
        cmocka_unit_test(pairs_are_their_differences),
        cmocka_unit_test(equal_values_have_exactly_no_spread),
        cmocka_unit_test(a_large_offset_costs_no_digits),
        cmocka_unit_test(intervals_cover),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
