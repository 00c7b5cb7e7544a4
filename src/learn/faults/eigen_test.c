#include "learn/faults/eigen.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 60 };

static double noise(uint64_t stream, uint64_t i) {
    const struct random_block r = random_at(31, stream, i);
    return exact_normal_quantile(random_open((uint64_t)r.word[0] << 32 | r.word[1]));
}

// The laws: vectors are orthonormal, values fall, and together they are the matrix again.
static void expect_decomposition(const double *a, size_t n, const double *value,
                                 const double *vector) {
    double norm = 1e-300;
    for (size_t i = 0; i < n * n; i++) {
        norm = fmax(norm, fabs(a[i]));
    }
    for (size_t i = 0; i < n; i++) {
        assert_true(i == 0 || value[i] <= value[i - 1]);
        double largest = 0.0;
        for (size_t k = 0; k < n; k++) {
            const double x = vector[i * n + k];
            largest = fabs(x) > fabs(largest) ? x : largest;
        }
        assert_true(largest > 0.0);
        for (size_t j = 0; j < n; j++) {
            double dot = 0.0, again = 0.0;
            for (size_t k = 0; k < n; k++) {
                dot += vector[i * n + k] * vector[j * n + k];
                again += vector[k * n + i] * value[k] * vector[k * n + j];
            }
            assert_true(fabs(dot - (i == j)) < 1e-13 * (double)(n + 1));
            assert_true(fabs(again - a[i * n + j]) < 1e-14 * norm * (double)(n + 1));
        }
    }
}

static void matrices_of_all_sizes(void **state) {
    (void)state;
    static double a[MOST * MOST], work[MOST * MOST], vector[MOST * MOST], value[MOST];
    for (size_t n = 1; n <= MOST; n += n < 12 ? 1 : 16) {
        for (int kind = 0; kind < 4; kind++) { // full, of rank 2, diagonal, of many scales
            for (size_t i = 0; i < n; i++) {
                for (size_t j = 0; j <= i; j++) {
                    const double x = noise(n, i), y = noise(n, j), u = noise(n + 100, i),
                                 v = noise(n + 100, j);
                    const double full = noise(n * 1000 + i, j);
                    const double entry = kind == 0   ? full
                                         : kind == 1 ? x * y + u * v
                                         : kind == 2 ? (i == j ? floor(x) : 0.0)
                                                     : full * pow(10.0, -(double)(i + j) / 4.0);
                    a[i * n + j] = a[j * n + i] = entry;
                }
            }
            memcpy(work, a, n * n * sizeof *a);
            eigen_symmetric(work, n, value, vector);
            expect_decomposition(a, n, value, vector);
        }
    }
}

// The second difference: eigenvalues 2 - 2 cos(k pi / (n + 1)).
static void a_closed_form(void **state) {
    (void)state;
    enum { N = 30 };
    static double a[N * N], vector[N * N], value[N];
    for (size_t i = 0; i < N; i++) {
        a[i * N + i] = 2.0;
        if (i + 1 < N) {
            a[i * N + i + 1] = a[(i + 1) * N + i] = -1.0;
        }
    }
    eigen_symmetric(a, N, value, vector);
    for (int k = 0; k < N; k++) {
        assert_true(fabs(value[k] - (2.0 - 2.0 * cos((N - k) * acos(-1.0) / (N + 1)))) < 1e-13);
    }
}

static void nothing_at_all(void **state) {
    (void)state;
    double a[4] = {0, 0, 0, 0}, value[2], vector[4];
    eigen_symmetric(a, 2, value, vector);
    assert_true(value[0] == 0.0 && value[1] == 0.0 && vector[0] == 1.0 && vector[3] == 1.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matrices_of_all_sizes),
        cmocka_unit_test(a_closed_form),
        cmocka_unit_test(nothing_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
