#include "control/charts/control_limits.h"

#include "base/random.h"
#include "control/charts/published_data.h"
#include "control/charts/spread.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect(double got, double want, double relative, const char *what) {
    if (!(fabs(got - want) <= relative * fabs(want) + 1e-300)) {
        fail_msg("%s: %.12g, want %.12g", what, got, want);
    }
}

static struct chart_limits rings(enum chart_kind kind) {
    struct subgroup points[25];
    for (size_t i = 0; i < 25; i++) {
        points[i] = subgroup_of(kind, piston_rings[i], 5);
    }
    const struct chart_options options = chart_defaults(kind);
    struct chart_limits limits;
    assert_int_equal(chart_estimate(&options, points, NULL, 25, &limits, NULL), MARU_OK);
    return limits;
}

// qcc 2.7 prints center 74.00118, sd 0.009785039 (with d2 = 2.326), limits 73.98805 and 74.0143, and at two
// sigmas 73.99242 and 74.00993; range 0.02276, its limit 0.04812533; S-bar 0.009240037, S-bar / c4
// 0.009829977, its limit 0.019302416. With d2 to all its digits sigma is 0.02276 / 2.325928947281040.
static void piston_rings_as_qcc(void **state) {
    (void)state;
    struct chart_limits limits = rings(CHART_XBAR_R);
    expect(limits.center, 74.001176, 1e-15, "center");
    expect(limits.sigma, 0.02276 / 2.325928947281040, 1e-12, "sigma");
    expect(limits.sigma, 0.009785039, 4e-5, "sigma of qcc");
    struct chart_line line = chart_level_line(&limits, 5);
    assert_true(fabs(line.lower - 73.98805) < 6e-6 && fabs(line.upper - 74.0143) < 6e-6);
    line = chart_spread_line(&limits, 5);
    expect(line.center, 0.02276, 1e-12, "R-bar");
    assert_true(line.lower == 0.0);
    expect(line.upper, 0.04812533, 2e-4, "D4 R-bar");
    limits.options.width = 2.0;
    line = chart_level_line(&limits, 5);
    assert_true(fabs(line.lower - 73.99242) < 6e-6 && fabs(line.upper - 74.00993) < 6e-6);

    limits = rings(CHART_XBAR_S);
    expect(limits.sigma * spread_c4(5), 0.009240037, 1e-7, "S-bar");
    expect(limits.sigma, 0.009829977, 1e-7, "S-bar / c4");
    expect(chart_spread_line(&limits, 5).upper, 0.019302416, 1e-7, "B4 S-bar");
    assert_int_equal(limits.period.n_point, 25);
}

// qcc 2.7 with the observations 9 10 30 35 45 64 65 74 75 85 99 100 left out, so that samples have three to
// five values: center 74.00075; sd 0.009856701 (R), 0.009930923 (S); limits 73.98753 and 74.01398 for five
// values, 73.98368 and 74.01782 for three.
static void unequal_samples_as_qcc(void **state) {
    (void)state;
    static const int out[] = {9, 10, 30, 35, 45, 64, 65, 74, 75, 85, 99, 100};
    struct subgroup ranges[25], sds[25];
    for (int i = 0; i < 25; i++) {
        double values[5];
        for (int k = 0; k < 5; k++) {
            values[k] = piston_rings[i][k];
            for (size_t j = 0; j < sizeof out / sizeof *out; j++) {
                values[k] = out[j] == 5 * i + k + 1 ? (double)NAN : values[k];
            }
        }
        ranges[i] = subgroup_of(CHART_XBAR_R, values, 5);
        sds[i] = subgroup_of(CHART_XBAR_S, values, 5);
    }
    struct chart_options options = chart_defaults(CHART_XBAR_R);
    struct chart_limits limits;
    assert_int_equal(chart_estimate(&options, ranges, NULL, 25, &limits, NULL), MARU_OK);
    assert_true(fabs(limits.center - 74.00075) < 6e-6);
    expect(limits.sigma, 0.009856701, 2e-4, "sigma of qcc");
    const struct chart_line five = chart_level_line(&limits, 5);
    const struct chart_line three = chart_level_line(&limits, 3);
    assert_true(fabs(five.lower - 73.98753) < 1e-5 && fabs(five.upper - 74.01398) < 1e-5);
    assert_true(fabs(three.lower - 73.98368) < 1e-5 && fabs(three.upper - 74.01782) < 1e-5);
    options = chart_defaults(CHART_XBAR_S);
    assert_int_equal(chart_estimate(&options, sds, NULL, 25, &limits, NULL), MARU_OK);
    expect(limits.sigma, 0.009930923, 1e-6, "sigma from S");
}

static struct chart_limits singles(const double *values, size_t n) {
    struct subgroup points[64];
    for (size_t i = 0; i < n; i++) {
        points[i] = subgroup_of(CHART_I_MR, &values[i], 1);
    }
    const struct chart_options options = chart_defaults(CHART_I_MR);
    struct chart_limits limits;
    assert_int_equal(chart_estimate(&options, points, NULL, n, &limits, NULL), MARU_OK);
    return limits;
}

// Viscosity (Montgomery, page 242) and water in antifreeze (G. B. Wetherill, D. W. Brown, Statistical
// Process Control, 1991, page 120), as qcc 2.7 charts them: center, sd and limits. Its d2
// is 1.128, ours 1.128379.
static void single_values_as_qcc(void **state) {
    (void)state;
    static const double viscosity[] = {33.75, 33.05, 34,    33.81, 33.46, 34.02, 33.68, 33.27,
                                       33.49, 33.20, 33.62, 33.00, 33.54, 33.12, 33.84};
    static const double water[] = {2.23, 2.53, 2.62, 2.63, 2.58, 2.44, 2.49, 2.34, 2.95,
                                   2.54, 2.60, 2.45, 2.17, 2.58, 2.57, 2.44, 2.38, 2.23,
                                   2.23, 2.54, 2.66, 2.84, 2.81, 2.39, 2.56, 2.70, 3.00,
                                   2.81, 2.77, 2.89, 2.54, 2.98, 2.35, 2.53};
    struct chart_limits limits = singles(viscosity, 15);
    expect(limits.center, 33.52333333333333, 1e-15, "center");
    expect(limits.sigma * spread_d2(2) / 1.128, 0.4261651, 2e-7, "sigma");
    struct chart_line line = chart_level_line(&limits, 1);
    expect(line.lower, 32.24484, 2e-5, "lower");
    expect(line.upper, 34.80183, 2e-5, "upper");
    limits = singles(water, 34);
    expect(limits.center, 2.569706, 2e-7, "center");
    expect(limits.sigma * spread_d2(2) / 1.128, 0.1794541, 3e-7, "sigma");
    line = chart_level_line(&limits, 1);
    expect(line.lower, 2.031344, 1e-4, "lower");
    expect(line.upper, 3.108068, 1e-4, "upper");
}

// Cans of orange juice (`orangejuice`): bad ones among 50. qcc 2.7: center 0.2313333, limits 0.05242755 and
// 0.4102391; without samples 15 and 23, whose causes were found, 0.215, 0.04070284 and 0.3892972.
static void shares_as_qcc(void **state) {
    (void)state;
    static const double bad[] = {12, 15, 8, 10, 4,  7,  16, 9,  14, 10, 5,  6, 17, 12, 22,
                                 8,  10, 5, 13, 11, 20, 18, 24, 15, 9,  12, 7, 13, 9,  6};
    struct subgroup points[30];
    bool is_excluded[30] = {false};
    for (size_t i = 0; i < 30; i++) {
        points[i] = (struct subgroup){bad[i], NAN, 50};
    }
    struct chart_options options = chart_defaults(CHART_P);
    struct chart_limits limits;
    assert_int_equal(chart_estimate(&options, points, is_excluded, 30, &limits, NULL), MARU_OK);
    expect(limits.center, 347.0 / 1500.0, 1e-15, "center");
    struct chart_line line = chart_level_line(&limits, 50);
    expect(line.lower, 0.05242755, 1e-7, "lower");
    expect(line.upper, 0.4102391, 2e-7, "upper");
    is_excluded[14] = is_excluded[22] = true;
    options.kind = CHART_NP;
    assert_int_equal(chart_estimate(&options, points, is_excluded, 30, &limits, NULL), MARU_OK);
    assert_int_equal(limits.period.n_excluded, 2);
    expect(limits.center, 0.215, 1e-14, "center");
    line = chart_level_line(&limits, 50); // numbers of units: 50 times the shares
    expect(line.lower / 50, 0.04070284, 1e-7, "lower");
    expect(line.upper / 50, 0.3892972, 2e-7, "upper");
}

// Defects of circuit boards (`circuit`): qcc 2.7: center 19.84615, limits 6.481447 and 33.21086. The same
// as defects per unit; and shipments of several sizes: u-bar 153 / 109, limits by hand.
static void counts_as_qcc(void **state) {
    (void)state;
    static const double found[] = {21, 24, 16, 12, 15, 5,  28, 20, 31, 25, 20, 24, 16,
                                   19, 10, 17, 13, 22, 18, 39, 30, 24, 16, 19, 17, 15};
    struct subgroup points[26];
    for (size_t i = 0; i < 26; i++) {
        points[i] = (struct subgroup){found[i], NAN, 1};
    }
    struct chart_options options = chart_defaults(CHART_C);
    struct chart_limits limits;
    assert_int_equal(chart_estimate(&options, points, NULL, 26, &limits, NULL), MARU_OK);
    struct chart_line line = chart_level_line(&limits, 1);
    expect(line.center, 516.0 / 26.0, 1e-15, "center");
    expect(line.lower, 6.481447, 1e-7, "lower");
    expect(line.upper, 33.21086, 2e-7, "upper");
    static const double cloth[][2] = {{14, 10}, {12, 8},  {20, 13}, {11, 10}, {7, 10},
                                      {10, 10}, {21, 12}, {16, 11}, {19, 12}, {23, 13}};
    for (size_t i = 0; i < 10; i++) {
        points[i] = (struct subgroup){cloth[i][0], NAN, cloth[i][1]};
    }
    options = chart_defaults(CHART_U);
    assert_int_equal(chart_estimate(&options, points, NULL, 10, &limits, NULL), MARU_OK);
    expect(limits.center, 153.0 / 109.0, 1e-15, "u-bar");
    line = chart_level_line(&limits, 13);
    expect(line.upper, 153.0 / 109.0 + 3.0 * sqrt(153.0 / 109.0 / 13.0), 1e-15, "upper, 13 units");
}

// Flow rates of NIST/SEMATECH e-Handbook 6.3.2.2: center 50.81, limits 45.8159 and 55.8041, moving range
// 1.8778 with its limit 6.1349 (d2 = 1.128, D4 = 3.267).
static void flow_rates_of_nist(void **state) {
    (void)state;
    static const double flow[] = {49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1};
    const struct chart_limits limits = singles(flow, 10);
    struct chart_line line = chart_level_line(&limits, 1);
    expect(line.center, 50.81, 1e-14, "center");
    assert_true(fabs(line.lower - 45.8159) < 0.003 && fabs(line.upper - 55.8041) < 0.003);
    line = chart_spread_line(&limits, 1);
    expect(line.center, 16.9 / 9.0, 1e-14, "moving range");
    assert_true(fabs(line.upper - 6.1349) < 0.002 && line.lower == 0.0);
}

// A law: limits follow a change of units, and a far offset costs no digits.
static void units_do_not_matter(void **state) {
    (void)state;
    for (int kind = CHART_I_MR; kind <= CHART_CUSUM; kind++) {
        struct chart_options options = chart_defaults((enum chart_kind)kind);
        struct subgroup points[2][40];
        for (uint64_t i = 0; i < 40; i++) {
            double values[2][5];
            for (uint64_t k = 0; k < options.size; k++) {
                values[0][k] = random_at(3, i, k).word[0] % 1024 / 64.0;
                values[1][k] = values[0][k] * 0.25 + 0x1p30; // exact
            }
            for (int u = 0; u < 2; u++) {
                points[u][i] = subgroup_of((enum chart_kind)kind, values[u], options.size);
            }
        }
        struct chart_limits limits[2];
        for (int u = 0; u < 2; u++) {
            assert_int_equal(chart_estimate(&options, points[u], NULL, 40, &limits[u], NULL),
                             MARU_OK);
        }
        expect(limits[1].sigma, 0.25 * limits[0].sigma, 1e-9, "sigma");
        assert_true(fabs(limits[1].center - 0x1p30 - 0.25 * limits[0].center) < 1e-6);
        expect(limits[1].df, limits[0].df, 1e-12, "df");
    }
}

// Sigma is unbiased for normal values, whichever way it is estimated, and its degrees of freedom tell its
// spread over many periods.
static void sigma_is_unbiased(void **state) {
    (void)state;
    enum { N_PERIOD = 2000, N_POINT = 30 };
    for (int kind = CHART_I_MR; kind <= CHART_XBAR_S; kind++) {
        const struct chart_options options = chart_defaults((enum chart_kind)kind);
        double sum = 0.0, squares = 0.0, df = 0.0;
        for (uint64_t t = 0; t < N_PERIOD; t++) {
            struct subgroup points[N_POINT];
            for (uint64_t i = 0; i < N_POINT; i++) {
                double values[5];
                for (uint64_t k = 0; k < options.size; k++) {
                    const struct random_block r = random_at(17, t, i * 8 + k);
                    values[k] =
                        exact_normal_quantile(random_open((uint64_t)r.word[0] << 32 | r.word[1]));
                }
                points[i] = subgroup_of((enum chart_kind)kind, values, options.size);
            }
            struct chart_limits limits;
            assert_int_equal(chart_estimate(&options, points, NULL, N_POINT, &limits, NULL),
                             MARU_OK);
            sum += limits.sigma;
            squares += limits.sigma * limits.sigma;
            df = limits.df;
        }
        const double mean = sum / N_PERIOD;
        const double sd = sqrt(squares / N_PERIOD - mean * mean);
        assert_true(fabs(mean - 1.0) < 5.0 * sd / sqrt(N_PERIOD));
        expect(1.0 / (2.0 * sd * sd), df, 0.15, "degrees of freedom");
    }
}

static void expect_refusal(const struct chart_options *options, const struct subgroup *points,
                           size_t n, maru_status status, const char *words) {
    struct chart_limits limits, before;
    memset(&limits, 0x5a, sizeof limits);
    memcpy(&before, &limits, sizeof limits);
    maru_error err = {0};
    assert_int_equal(chart_estimate(options, points, NULL, n, &limits, &err), status);
    assert_true(strstr(err.text, words));
    assert_memory_equal(&limits, &before, sizeof limits);
}

static void what_has_no_limits(void **state) {
    (void)state;
    const struct subgroup same[] = {{4, NAN, 1}, {4, NAN, 1}, {4, NAN, 1}};
    struct chart_options options = chart_defaults(CHART_I_MR);
    expect_refusal(&options, same, 3, MARU_E_INPUT, "no spread");
    expect_refusal(&options, same, 1, MARU_E_INPUT, "at least 2");
    const struct subgroup gaps[] = {{4, NAN, 1}, {NAN, NAN, 0}, {5, NAN, 1}};
    expect_refusal(&options, gaps, 3, MARU_E_INPUT, "no spread"); // no two are neighbors
    const struct subgroup pair[] = {{4, 1, 2}, {5, 1, 2}};
    expect_refusal(&options, pair, 2, MARU_E_INPUT, "point 1 has 2 values");
    const struct subgroup huge[] = {{1e308, NAN, 1}, {-1e308, NAN, 1}, {1e308, NAN, 1}};
    expect_refusal(&options, huge, 3, MARU_E_INPUT, "no spread");
    options = chart_defaults(CHART_XBAR_R);
    const struct subgroup wide[] = {{4, 1, 26}, {5, 1, 26}};
    expect_refusal(&options, wide, 2, MARU_E_LIMIT, "at most 25");
    options = chart_defaults(CHART_P);
    const struct subgroup many[] = {{3, NAN, 2}, {0, NAN, 2}};
    expect_refusal(&options, many, 2, MARU_E_INPUT, "3 bad units among 2");
    const struct subgroup half[] = {{0.5, NAN, 2}, {0, NAN, 2}};
    expect_refusal(&options, half, 2, MARU_E_INPUT, "counts 0.5");
    const struct subgroup empty[] = {{0, NAN, 0}, {0, NAN, 2}};
    expect_refusal(&options, empty, 2, MARU_E_INPUT, "among 0 units");
    const struct subgroup good[] = {{0, NAN, 9}, {0, NAN, 2}};
    expect_refusal(&options, good, 2, MARU_E_INPUT, "leave no limits");
    const struct subgroup negative[] = {{-1, NAN, 9}, {0, NAN, 2}};
    expect_refusal(&options, negative, 2, MARU_E_INPUT, "counts -1");
}

static void what_is_no_chart(void **state) {
    (void)state;
    struct chart_options options = chart_defaults(CHART_EWMA);
    options.lambda = 0.0;
    expect_refusal(&options, NULL, 0, MARU_E_RANGE, "lambda");
    options = chart_defaults(CHART_CUSUM);
    options.h = NAN;
    expect_refusal(&options, NULL, 0, MARU_E_RANGE, "h is");
    options = chart_defaults(CHART_I_MR);
    options.width = -3.0;
    expect_refusal(&options, NULL, 0, MARU_E_RANGE, "standard errors");
    options.kind = N_CHART_KIND;
    expect_refusal(&options, NULL, 0, MARU_E_USAGE, "no chart of kind");
    options = chart_defaults(CHART_XBAR_R);
    options.size = 26;
    expect_refusal(&options, NULL, 0, MARU_E_RANGE, "2 to 25");
    options = chart_defaults(CHART_I_MR);
    options.size = 2;
    expect_refusal(&options, NULL, 0, MARU_E_RANGE, "single values");
    struct chart_limits limits;
    options = chart_defaults(CHART_EWMA);
    assert_int_equal(chart_set(&options, 10.0, 0.0, &limits, NULL), MARU_E_RANGE);
    assert_int_equal(chart_set(&options, NAN, 1.0, &limits, NULL), MARU_E_RANGE);
    assert_int_equal(chart_set(&options, 10.0, 1.0, &limits, NULL), MARU_OK);
    assert_true(limits.is_given);
    options = chart_defaults(CHART_P);
    assert_int_equal(chart_set(&options, 1.5, NAN, &limits, NULL), MARU_E_INPUT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(piston_rings_as_qcc),  cmocka_unit_test(unequal_samples_as_qcc),
        cmocka_unit_test(single_values_as_qcc), cmocka_unit_test(shares_as_qcc),
        cmocka_unit_test(counts_as_qcc),        cmocka_unit_test(flow_rates_of_nist),
        cmocka_unit_test(units_do_not_matter),  cmocka_unit_test(sigma_is_unbiased),
        cmocka_unit_test(what_has_no_limits),   cmocka_unit_test(what_is_no_chart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
