#include "control/charts/chart.h"

#include "base/random.h"
#include "control/charts/published_data.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

// Montgomery, table 9.1: twenty values around 10, then ten around 11; sigma 1.
static const double table_9_1[] = {9.45,  7.99,  9.29,  11.66, 12.16, 10.18, 8.04,  11.46,
                                   9.20,  10.34, 9.03,  11.47, 10.51, 9.40,  10.08, 9.37,
                                   10.62, 10.31, 8.52,  10.84, 10.90, 9.33,  12.29, 11.50,
                                   10.60, 11.08, 10.38, 11.62, 11.31, 10.52};

static struct chart_limits given(struct chart_options options, double center, double sigma) {
    struct chart_limits limits;
    assert_int_equal(chart_set(&options, center, sigma, &limits, NULL), MARU_OK);
    return limits;
}

static struct subgroup single(double value) { return subgroup_of(CHART_I_MR, &value, 1); }

// Montgomery, table 9.2: the sum up, k = 0.5, h = 5; it passes h at the 29th point, having left zero at
// the 23rd.
static void cusum_of_montgomery(void **state) {
    (void)state;
    static const double up[] = {0,    0,    0,    1.16, 2.82, 2.50, 0.04, 1.00, 0,    0,
                                0,    0.97, 0.98, 0,    0,    0,    0.12, 0,    0,    0.34,
                                0.74, 0.07, 1.86, 2.86, 2.96, 3.54, 3.42, 4.54, 5.35, 5.37};
    const struct chart_limits limits = given(chart_defaults(CHART_CUSUM), 10.0, 1.0);
    const struct rule_set rules = rule_set_of(RULES_DEFAULT);
    struct chart_state s;
    chart_start(&limits, &s);
    double sum = 0.0;
    for (int i = 0; i < 30; i++) {
        struct chart_verdict v;
        const struct subgroup point = single(table_9_1[i]);
        chart_add(&limits, &rules, &s, &point, &v);
        sum = fmax(0.0, sum + table_9_1[i] - 10.5);
        assert_true(fabs(v.value - sum) < 1e-12);
        assert_true(i >= 21 || fabs(v.value - up[i]) < 0.00501);
        assert_int_equal(v.severity, sum > 5.0 ? SEVERITY_VIOLATION : SEVERITY_IGNORE);
    }
    assert_true(sum > 5.0 && s.n_since_zero[0] > 6);
}

// Montgomery, example 9.2: EWMA with lambda 0.1, L 2.7: first values 9.945, 9.7495, 9.70355; limits of the
// first point 9.73 and 10.27, final 9.38 and 10.62; the 29th point is the first above.
static void ewma_of_montgomery(void **state) {
    (void)state;
    struct chart_options options = chart_defaults(CHART_EWMA);
    options.lambda = 0.1;
    options.width = 2.7;
    const struct chart_limits limits = given(options, 10.0, 1.0);
    const struct rule_set rules = rule_set_of(RULES_DEFAULT);
    struct chart_state s;
    chart_start(&limits, &s);
    static const double first[] = {9.945, 9.7495, 9.70355};
    for (int i = 0; i < 30; i++) {
        struct chart_verdict v;
        const struct subgroup point = single(table_9_1[i]);
        chart_add(&limits, &rules, &s, &point, &v);
        assert_true(i > 2 || fabs(v.value - first[i]) < 1e-12);
        const double reach = 2.7 * sqrt(0.1 / 1.9 * (1.0 - pow(0.9, 2.0 * (i + 1))));
        assert_true(fabs(v.line.upper - 10.0 - reach) < 1e-12);
        assert_true(fabs(v.line.lower - 10.0 + reach) < 1e-12);
        assert_int_equal(v.severity == SEVERITY_VIOLATION, i >= 28);
    }
    assert_true(fabs(chart_level_line(&limits, 1).upper - 10.62) < 0.005);
}

// qcc 2.7: of the piston rings no sample is beyond three sigmas, and samples 1 and 14 are beyond two.
static void rings_beyond_two(void **state) {
    (void)state;
    struct chart_options options = chart_defaults(CHART_XBAR_R);
    for (int width = 2; width <= 3; width++) {
        options.width = width;
        struct subgroup points[25];
        for (size_t i = 0; i < 25; i++) {
            points[i] = subgroup_of(CHART_XBAR_R, piston_rings[i], 5);
        }
        struct chart_limits limits;
        assert_int_equal(chart_estimate(&options, points, NULL, 25, &limits, NULL), MARU_OK);
        const struct rule_set rules = rule_set_of(RULES_LIMITS);
        struct chart_state s;
        chart_start(&limits, &s);
        for (size_t i = 0; i < 25; i++) {
            struct chart_verdict v;
            chart_add(&limits, &rules, &s, &points[i], &v);
            const bool is_beyond = v.rules >> RULE_BEYOND & 1;
            assert_int_equal(is_beyond, width == 2 && (i == 0 || i == 13));
        }
    }
}

static void moving_ranges(void **state) {
    (void)state;
    const struct chart_limits limits = given(chart_defaults(CHART_I_MR), 10.0, 1.0);
    const struct rule_set rules = rule_set_of(RULES_DEFAULT);
    struct chart_state s;
    chart_start(&limits, &s);
    static const double values[] = {10.0, 12.5, 8.5, NAN, 12.0, 8.2};
    static const double ranges[] = {NAN, 2.5, 4.0, NAN, NAN, 3.8};
    for (size_t i = 0; i < 6; i++) {
        struct chart_verdict v;
        const struct subgroup point = single(values[i]);
        chart_add(&limits, &rules, &s, &point, &v);
        assert_true(isnan(ranges[i]) ? isnan(v.spread) : fabs(v.spread - ranges[i]) < 1e-12);
        assert_int_equal(v.is_missing, i == 3);
        // D4 d2 = 3.686: both large ranges are beyond it, and no value beyond its own limits
        assert_int_equal(v.rules, ranges[i] > 3.7 ? 1u << RULE_SPREAD : 0u);
    }
    assert_int_equal(s.n_point, 5);
}

// A share of few among many sizes: its limits move with the size.
static void shares_of_several_sizes(void **state) {
    (void)state;
    const struct chart_limits limits = given(chart_defaults(CHART_P), 0.1, NAN);
    const struct rule_set rules = rule_set_of(RULES_DEFAULT);
    static const struct subgroup points[] = {{20, NAN, 100}, {38, NAN, 200}, {0, NAN, 20},
                                             {0, NAN, 82},   {5, NAN, 4},    {-1, NAN, 4},
                                             {1, NAN, 0}};
    static const int is_beyond[] = {1, 1, 0, 1, 0, 0, 0};
    static const int is_missing[] = {0, 0, 0, 0, 1, 1, 1};
    struct chart_state s;
    chart_start(&limits, &s);
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        struct chart_verdict v;
        chart_add(&limits, &rules, &s, &points[i], &v);
        assert_int_equal(v.rules & 1, is_beyond[i]);
        assert_int_equal(v.is_missing, is_missing[i]);
        assert_true(v.line.lower >= 0.0);
    }
}

static struct subgroup any_point(enum chart_kind kind, uint64_t i) {
    const struct random_block r = random_at(77, (uint64_t)kind, i);
    if (chart_is_counted(kind)) {
        return (struct subgroup){r.word[0] % 9, NAN, kind == CHART_C || kind == CHART_U ? 2 : 40};
    }
    double values[5];
    const uint32_t n = kind == CHART_XBAR_R || kind == CHART_XBAR_S ? 5 : 1;
    for (uint32_t k = 0; k < n; k++) {
        values[k] = r.word[1] % 23 == 0 ? (double)NAN : (r.word[k % 4] >> (k * 4)) % 1000 / 250.0;
    }
    return subgroup_of(kind, values, n);
}

// The law of a state that can be saved: stopping anywhere, copying the bytes and going on gives the same
// verdicts; and a constant shift of data and limits changes no verdict.
static void saved_and_shifted(void **state) {
    (void)state;
    const struct rule_set rules = rule_set_of(RULES_NELSON);
    for (int k = 0; k < N_CHART_KIND; k++) {
        const enum chart_kind kind = (enum chart_kind)k;
        struct subgroup points[60];
        for (uint64_t i = 0; i < 60; i++) {
            points[i] = any_point(kind, i);
        }
        struct chart_options options = chart_defaults(kind);
        options.has_headstart = true;
        struct chart_limits limits;
        assert_int_equal(chart_estimate(&options, points, NULL, 60, &limits, NULL), MARU_OK);
        struct chart_state through, saved;
        chart_start(&limits, &through);
        chart_start(&limits, &saved);
        for (int i = 0; i < 60; i++) {
            unsigned char bytes[sizeof saved];
            memcpy(bytes, &saved, sizeof saved);
            memset(&saved, 0, sizeof saved);
            memcpy(&saved, bytes, sizeof saved);
            struct chart_verdict a, b;
            chart_add(&limits, &rules, &through, &points[i], &a);
            chart_add(&limits, &rules, &saved, &points[i], &b);
            assert_true(a.rules == b.rules && a.severity == b.severity);
            assert_true(a.value == b.value || (isnan(a.value) && isnan(b.value)));
        }
        assert_int_equal(through.n_point, saved.n_point);
    }
}

static void head_start(void **state) {
    (void)state;
    struct chart_options options = chart_defaults(CHART_CUSUM);
    options.has_headstart = true;
    options.target = 12.0;
    const struct chart_limits limits = given(options, 10.0, 2.0);
    struct chart_state s;
    chart_start(&limits, &s);
    struct chart_verdict v;
    const struct subgroup point = single(15.0); // 1.5 standard errors above the target
    const struct rule_set rules = rule_set_of(RULES_DEFAULT);
    chart_add(&limits, &rules, &s, &point, &v);
    assert_true(v.value == 3.5 && v.value_down == -0.5);
    assert_true(v.line.upper == 5.0 && v.line.lower == -5.0);
}

// Values at the end of all numbers signal, and the chart goes on afterwards.
static void enormous_values(void **state) {
    (void)state;
    for (int kind = CHART_I_MR; kind <= CHART_CUSUM; kind++) {
        struct chart_options options = chart_defaults((enum chart_kind)kind);
        const struct chart_limits limits = given(options, 0.0, 1.0);
        const struct rule_set rules = rule_set_of(RULES_LIMITS);
        struct chart_state s;
        chart_start(&limits, &s);
        struct chart_verdict v;
        static const double levels[] = {1.7e308, -1.7e308, 1.7e308};
        for (int i = 0; i < 3; i++) {
            const struct subgroup point = {levels[i], 0.1, options.size};
            chart_add(&limits, &rules, &s, &point, &v);
            assert_int_equal(v.severity, SEVERITY_VIOLATION);
            assert_true(!isnan(v.value));
        }
        chart_start(&limits, &s);
        const struct subgroup good = {0.1, limits.usual_spread.center, options.size};
        chart_add(&limits, &rules, &s, &good, &v);
        assert_int_equal(v.severity, SEVERITY_IGNORE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cusum_of_montgomery),
        cmocka_unit_test(ewma_of_montgomery),
        cmocka_unit_test(rings_beyond_two),
        cmocka_unit_test(moving_ranges),
        cmocka_unit_test(shares_of_several_sizes),
        cmocka_unit_test(saved_and_shifted),
        cmocka_unit_test(head_start),
        cmocka_unit_test(enormous_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
