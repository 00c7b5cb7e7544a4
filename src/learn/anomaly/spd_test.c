#include "learn/anomaly/spd.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"

enum { MOST = 40 };

static double number(uint64_t i) {
    const struct random_block r = random_at(5, 1, i);
    return 2.0 * random_open(((uint64_t)r.word[1] << 32) | r.word[0]) - 1.0;
}

// b b' + a little on the diagonal.
static void make(size_t n, double little, double *a) {
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            double sum = i == j ? little : 0.0;
            for (size_t k = 0; k < n; k++) {
                sum += number(i * 100 + k) * number(j * 100 + k);
            }
            a[i * n + j] = sum;
        }
    }
}

// The inverse times the matrix is one, and solving says the same as the inverse.
static void inverse(void **state) {
    (void)state;
    for (size_t n = 1; n <= MOST; n += 3) {
        double a[MOST * MOST], u[MOST * MOST], p[MOST * MOST], x[MOST];
        make(n, 0.5, a);
        memcpy(u, a, n * n * sizeof *a);
        assert_true(spd_factor(u, n));
        for (size_t i = 0; i < n; i++) {
            x[i] = i == n / 2 ? 1.0 : 0.0;
        }
        spd_solve(u, n, x);
        spd_invert(u, n, p);
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                double sum = 0.0;
                for (size_t k = 0; k < n; k++) {
                    sum += p[i * n + k] * a[k * n + j];
                }
                if (!(fabs(sum - (i == j ? 1.0 : 0.0)) < 1e-10)) {
                    fail_msg("n %zu, (%zu, %zu): %.17g", n, i, j, sum);
                }
            }
            assert_true(fabs(x[i] - p[i * n + n / 2]) < 1e-10);
        }
    }
}

// Correlation r among all of n columns: det = (1 - r)^(n - 1) (1 + (n - 1) r).
static void determinant(void **state) {
    (void)state;
    for (size_t n = 1; n <= MOST; n += 13) {
        double a[MOST * MOST];
        for (size_t i = 0; i < n * n; i++) {
            a[i] = i / n == i % n ? 1.0 : 0.3;
        }
        assert_true(spd_factor(a, n));
        const double m = (double)n - 1.0;
        const double want = m * exact_ln(0.7) + exact_ln(1.0 + 0.3 * m);
        assert_true(fabs(spd_log_determinant(a, n) - want) < 1e-11);
    }
}

static void refusals(void **state) {
    (void)state;
    double zero[4] = {0}, twin[4] = {1, 2, 2, 1}, none[4] = {NAN, 0, 0, 1},
           large[4] = {INFINITY, 0, 0, 1};
    assert_false(spd_factor(zero, 2));
    assert_false(spd_factor(twin, 2));
    assert_false(spd_factor(none, 2));
    assert_false(spd_factor(large, 2));
    assert_true(spd_factor(NULL, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inverse),
        cmocka_unit_test(determinant),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
