#include "control/charts/spread.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

// As printed in ASTM E2587 and in D. C. Montgomery, Introduction to Statistical Quality Control,
// appendix VI: n, c4, d2, d3, A2, D3, D4, A3, B3, B4. Tables made from rounded d2
// and d3 are off by one in the last digit here and there.
static void published_constants(void **state) {
    (void)state;
    static const double rows[][10] = {
        {2, 0.7979, 1.128, 0.853, 1.880, 0, 3.267, 2.659, 0, 3.267},
        {3, 0.8862, 1.693, 0.888, 1.023, 0, 2.574, 1.954, 0, 2.568},
        {4, 0.9213, 2.059, 0.880, 0.729, 0, 2.282, 1.628, 0, 2.266},
        {5, 0.9400, 2.326, 0.864, 0.577, 0, 2.114, 1.427, 0, 2.089},
        {6, 0.9515, 2.534, 0.848, 0.483, 0, 2.004, 1.287, 0.030, 1.970},
        {7, 0.9594, 2.704, 0.833, 0.419, 0.076, 1.924, 1.182, 0.118, 1.882},
        {10, 0.9727, 3.078, 0.797, 0.308, 0.223, 1.777, 0.975, 0.284, 1.716},
        {25, 0.9896, 3.931, 0.708, 0.153, 0.459, 1.541, 0.606, 0.565, 1.435},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const uint32_t n = (uint32_t)rows[i][0];
        const double c4 = spread_c4(n), d2 = spread_d2(n), d3 = spread_d3(n);
        const double range = 3.0 * d3 / d2, sd = 3.0 * sqrt(1.0 - c4 * c4) / c4;
        const double got[] = {c4,
                              d2,
                              d3,
                              3.0 / (d2 * sqrt(n)),
                              fmax(0.0, 1.0 - range),
                              1.0 + range,
                              3.0 / (c4 * sqrt(n)),
                              fmax(0.0, 1.0 - sd),
                              1.0 + sd};
        for (size_t k = 0; k < 9; k++) {
            if (!(fabs(got[k] - rows[i][k + 1]) < (k == 0 ? 0.0000501 : 0.00101))) {
                fail_msg("n %u, constant %zu: %.6f, want %.4f", n, k, got[k], rows[i][k + 1]);
            }
        }
    }
}

static const double node[] = {0.1834346424956498, 0.5255324099163290, 0.7966664774136267,
                              0.9602898564975363};
static const double weight[] = {0.3626837833783620, 0.3137066458778873, 0.2223810344533745,
                                0.1012285362903763};

// P(range of n > w), with the trapezoidal rule, which converges faster than any power here.
static double range_above(uint32_t n, double w) {
    const double step = 0.1;
    double sum = 0.0;
    for (int i = -160; i <= 90; i++) {
        const double x = i * step;
        const double inside = 0.5 * erfc(-(x + w) / sqrt(2.0)) - 0.5 * erfc(-x / sqrt(2.0));
        sum += exp(-0.5 * x * x) * pow(inside, n - 1);
    }
    return 1.0 - n * step * sum / sqrt(2.0 * acos(-1.0));
}

static void range_integrated_again(void **state) {
    (void)state;
    for (uint32_t n = 2; n <= SPREAD_MAX_RANGE; n++) {
        double mean = 0.0, square = 0.0;
        for (int panel = 0; panel < 26; panel++) { // of width 1/2, 8 nodes of Gauss each
            for (int g = 0; g < 8; g++) {
                const double w = 0.5 * panel + 0.25 + (g < 4 ? -0.25 : 0.25) * node[g % 4];
                const double above = 0.25 * weight[g % 4] * range_above(n, w);
                mean += above;
                square += 2.0 * w * above;
            }
        }
        const double sd = sqrt(square - mean * mean);
        if (!(fabs(mean - spread_d2(n)) < 1e-11 && fabs(sd - spread_d3(n)) < 1e-11)) {
            fail_msg("n %u: d2 %.14f, d3 %.14f", n, mean, sd);
        }
    }
}

static void closed_forms(void **state) {
    (void)state;
    const double pi = acos(-1.0);
    assert_true(fabs(spread_d2(2) - 2.0 / sqrt(pi)) < 1e-15);
    assert_true(fabs(spread_d2(3) - 3.0 / sqrt(pi)) < 1e-15);
    assert_true(fabs(spread_d3(2) - sqrt(2.0 - 4.0 / pi)) < 1e-14);
    for (uint32_t n = 2; n <= SPREAD_MAX_SD; n++) {
        const double c4 = sqrt(2.0 / (n - 1)) * exp(lgamma(0.5 * n) - lgamma(0.5 * (n - 1)));
        assert_true(fabs(spread_c4(n) - c4) < 1e-12);
    }
    // Two values: their standard deviation is their range over the root of 2.
    assert_true(fabs(spread_c4(2) * sqrt(2.0) - spread_d2(2)) < 1e-15);
}

static void no_constants(void **state) {
    (void)state;
    static const uint32_t none[] = {0, 1, SPREAD_MAX_RANGE + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_true(isnan(spread_d2(none[i])) && isnan(spread_d3(none[i])));
    }
    assert_true(isnan(spread_c4(1)) && isnan(spread_c4(SPREAD_MAX_SD + 1)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_constants),
        cmocka_unit_test(range_integrated_again),
        cmocka_unit_test(closed_forms),
        cmocka_unit_test(no_constants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
