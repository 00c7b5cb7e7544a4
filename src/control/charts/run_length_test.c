#include "control/charts/run_length.h"

#include "base/random.h"
#include "control/charts/chart.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct arena scratch;

static double cusum(double k, double h, double start, double shift) {
    double out = NAN;
    arena_init(&scratch, 1 << 23);
    assert_int_equal(run_length_cusum(k, h, start, shift, &scratch, &out, NULL), MARU_OK);
    arena_fini(&scratch);
    return out;
}

static double ewma(double lambda, double width, double shift) {
    double out = NAN;
    arena_init(&scratch, 1 << 23);
    assert_int_equal(run_length_ewma(lambda, width, shift, &scratch, &out, NULL), MARU_OK);
    arena_fini(&scratch);
    return out;
}

static double with_rules(const struct rule_set *rules, double shift) {
    double out = NAN;
    maru_error err = {0};
    arena_init(&scratch, 1 << 25);
    if (run_length_rules(rules, 3.0, shift, &scratch, &out, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    arena_fini(&scratch);
    return out;
}

// As printed, `digits` behind the point, within one of the last: the tables were computed by Markov chains of
// limited size, and are off by so much here and there.
static void expect_printed(double got, double want, int digits, const char *what, double shift) {
    if (!(fabs(got - want) <= 1.001 * pow(10.0, -digits))) {
        fail_msg("%s, shift %g: %.5f, want %.*f", what, shift, got, digits, want);
    }
}

// Shewhart, 3 sigma: Champ and Woodall's column C1.
static void shewhart(void **state) {
    (void)state;
    static const double rows[][2] = {{0, 370.40},   {0.2, 308.43}, {0.4, 200.08},
                                     {0.6, 119.67}, {0.8, 71.55},  {1.0, 43.89},
                                     {1.4, 18.25},  {2.0, 6.30},   {3.0, 2.00}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        expect_printed(run_length_shewhart(3.0, rows[i][0]), rows[i][1], 2, "Shewhart", rows[i][0]);
    }
}

// Montgomery, table 9.3 (from Lucas 1976): two-sided CUSUM, k = 1/2, h = 4 and 5.
static void cusum_of_montgomery(void **state) {
    (void)state;
    static const double rows[][3] = {{0, 168, 465},      {0.25, 74.2, 139}, {0.5, 26.6, 38.0},
                                     {0.75, 13.3, 17.0}, {1.0, 8.38, 10.4}, {1.5, 4.75, 5.75},
                                     {2.0, 3.34, 4.01},  {2.5, 2.62, 3.11}, {3.0, 2.19, 2.57},
                                     {4.0, 1.71, 2.01}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int h = 4; h <= 5; h++) {
            const double want = rows[i][h - 3];
            const int digits = want >= 100.0 ? 0 : want >= 10.0 ? 1 : 2;
            expect_printed(cusum(0.5, h, 0.0, rows[i][0]), want, digits, "CUSUM", rows[i][0]);
        }
    }
}

// Montgomery, table 9.4 (from D. M. Hawkins 1993): h for an
// in-control run length of 370, printed to two digits behind the point.
static void cusum_of_hawkins(void **state) {
    (void)state;
    static const double rows[][2] = {{0.25, 8.01}, {0.5, 4.77},  {0.75, 3.34},
                                     {1.0, 2.52},  {1.25, 1.99}, {1.5, 1.61}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(cusum(rows[i][0], rows[i][1] - 0.006, 0.0, 0.0) < 370.5);
        assert_true(cusum(rows[i][0], rows[i][1] + 0.006, 0.0, 0.0) > 369.5);
    }
}

// Lucas and Crosier 1982, table 1: both sums begin at h / 2; k = 1/2, h = 4 and 5.
static void cusum_with_headstart(void **state) {
    (void)state;
    static const double rows[][3] = {{0, 149, 430},      {0.25, 62.7, 122}, {0.5, 20.1, 28.7},
                                     {0.75, 8.97, 11.2}, {1.0, 5.29, 6.35}, {1.5, 2.86, 3.37},
                                     {2.0, 2.01, 2.36},  {2.5, 1.59, 1.86}, {3.0, 1.32, 1.54},
                                     {4.0, 1.07, 1.16}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int h = 4; h <= 5; h++) {
            const double want = rows[i][h - 3];
            const int digits = want >= 100.0 ? 0 : want >= 10.0 ? 1 : 2;
            expect_printed(cusum(0.5, h, 0.5 * h, rows[i][0]), want, digits, "head start",
                           rows[i][0]);
        }
    }
}

// Montgomery, table 9.11 (from Lucas and Saccucci 1990): EWMA, width and lambda in the head.
static void ewma_of_lucas_and_saccucci(void **state) {
    (void)state;
    static const double width[] = {3.054, 2.998, 2.962, 2.814, 2.615};
    static const double lambda[] = {0.40, 0.25, 0.20, 0.10, 0.05};
    static const double rows[][6] = {
        {0, 500, 500, 500, 500, 500},        {0.25, 224, 170, 150, 106, 84.1},
        {0.5, 71.2, 48.2, 41.8, 31.3, 28.8}, {0.75, 28.4, 20.1, 18.2, 15.9, 16.4},
        {1.0, 14.3, 11.1, 10.5, 10.3, 11.4}, {1.5, 5.9, 5.5, 5.5, 6.1, 7.1},
        {2.0, 3.5, 3.6, 3.7, 4.4, 5.2},      {2.5, 2.5, 2.7, 2.9, 3.4, 4.2},
        {3.0, 2.0, 2.3, 2.4, 2.9, 3.5},      {4.0, 1.4, 1.7, 1.9, 2.2, 2.7}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int k = 0; k < 5; k++) {
            const double want = rows[i][k + 1];
            const double got = ewma(lambda[k], width[k], rows[i][0]);
            if (want == 500.0) { // for widths of three digits
                assert_true(fabs(got - want) < 2.0);
            } else {
                expect_printed(got, want, want >= 100.0 ? 0 : 1, "EWMA", rows[i][0]);
            }
        }
    }
}

static struct rule_set rules_of(uint32_t bits) {
    struct rule_set set = {{0}};
    for (uint32_t rule = 0; rule < N_RULE; rule++) {
        set.severity[rule] = bits >> rule & 1 ? SEVERITY_VIOLATION : SEVERITY_IGNORE;
    }
    return set;
}

// Champ and Woodall 1987, table 1: rules 1 to 4 of Western Electric, alone and together.
static void rules_of_champ_and_woodall(void **state) {
    (void)state;
    enum { C1 = 1 << RULE_BEYOND, C2 = 1 << RULE_TWO, C3 = 1 << RULE_FOUR, C4 = 1 << RULE_EIGHT };
    static const struct {
        uint32_t bits;
        double shift, length;
    } rows[] = {
        {C1, 0, 370.40},
        {C1 | C2, 0, 225.44},
        {C1 | C3, 0, 166.05},
        {C1 | C4, 0, 152.73},
        {C1 | C2 | C3, 0, 132.89},
        {C1 | C2 | C4, 0, 122.05},
        {C1 | C3 | C4, 0, 105.78},
        {C1 | C2 | C3 | C4, 0, 91.75},
        {C1 | C2 | C3 | C4, 0.2, 66.80},
        {C1 | C2 | C3 | C4, 0.4, 36.61},
        {C1 | C2 | C3 | C4, 0.6, 20.90},
        {C1 | C2 | C3 | C4, 0.8, 13.25},
        {C1 | C2 | C3 | C4, 1.0, 9.22},
        {C1 | C2 | C3 | C4, 1.2, 6.89},
        {C1 | C2 | C3 | C4, 1.4, 5.41},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct rule_set set = rules_of(rows[i].bits);
        expect_printed(with_rules(&set, rows[i].shift), rows[i].length, 2, "rules", rows[i].shift);
    }
}

// The run of a chart itself, many times: the same averages.
static void charts_that_run(void **state) {
    (void)state;
    enum { N_RUN = 3000 };
    for (int what = 0; what < 3; what++) {
        struct chart_options options = chart_defaults(what == 0   ? CHART_I_MR
                                                      : what == 1 ? CHART_EWMA
                                                                  : CHART_CUSUM);
        options.has_headstart = what == 2;
        struct rule_set rules = rule_set_of(RULES_DEFAULT);
        rules.severity[RULE_SPREAD] = SEVERITY_IGNORE;
        struct chart_limits limits;
        assert_int_equal(chart_set(&options, 0.0, 1.0, &limits, NULL), MARU_OK);
        double sum = 0.0, squares = 0.0;
        for (uint64_t run = 0; run < N_RUN; run++) {
            struct chart_state s;
            chart_start(&limits, &s);
            s.ewma_rest = 0.0; // the final limits from the first point on, as the formula has them
            uint32_t n = 0;
            struct chart_verdict v = {0};
            while (v.severity == SEVERITY_IGNORE) {
                const struct random_block r = random_at(2, (uint64_t)what << 32 | run, n++);
                const double z =
                    exact_normal_quantile(random_open((uint64_t)r.word[0] << 32 | r.word[1]));
                const struct subgroup point = {0.5 + z, NAN, 1.0};
                chart_add(&limits, &rules, &s, &point, &v);
            }
            sum += n;
            squares += (double)n * n;
        }
        const double mean = sum / N_RUN;
        const double error = sqrt((squares / N_RUN - mean * mean) / N_RUN);
        const double want = what == 0   ? with_rules(&rules, 0.5)
                            : what == 1 ? ewma(options.lambda, options.width, 0.5)
                                        : cusum(options.k, options.h, 0.5 * options.h, 0.5);
        if (!(fabs(mean - want) < 4.0 * error)) {
            fail_msg("chart %d: %.2f +- %.2f, want %.2f", what, mean, error, want);
        }
    }
}

// Laws: EWMA with lambda 1 and rules of limits alone are Shewhart's chart; a shift up is one down.
static void laws(void **state) {
    (void)state;
    const struct rule_set limits = rule_set_of(RULES_LIMITS);
    const struct rule_set usual = rule_set_of(RULES_DEFAULT);
    for (double shift = 0.0; shift < 4.0; shift += 0.37) {
        const double want = run_length_shewhart(3.0, shift);
        assert_true(fabs(ewma(1.0, 3.0, shift) / want - 1.0) < 1e-8);
        assert_true(fabs(with_rules(&limits, shift) / want - 1.0) < 1e-12);
        assert_true(fabs(with_rules(&usual, shift) / with_rules(&usual, -shift) - 1.0) < 1e-9);
        assert_true(with_rules(&usual, shift) < want);
        assert_true(fabs(cusum(0.5, 5, 1, shift) / cusum(0.5, 5, 1, -shift) - 1.0) < 1e-9);
    }
    // k = 0 in the limit of a wide h: a walk between a wall and h takes about h^2 steps on one side
    assert_true(fabs(cusum(0.0, 40.0, 0.0, 0.0) / (0.5 * (40.0 + 1.166) * (40.0 + 1.166)) - 1.0) <
                0.05);
}

static void what_has_no_run_length(void **state) {
    (void)state;
    double out = -1.0;
    maru_error err = {0};
    arena_init(&scratch, 1 << 12);
    assert_int_equal(run_length_cusum(-1, 5, 0, 0, &scratch, &out, &err), MARU_E_RANGE);
    assert_int_equal(run_length_cusum(0.5, 5, 6, 0, &scratch, &out, &err), MARU_E_RANGE);
    assert_int_equal(run_length_cusum(0.5, NAN, 0, 0, &scratch, &out, &err), MARU_E_RANGE);
    assert_int_equal(run_length_ewma(0.0, 3, 0, &scratch, &out, &err), MARU_E_RANGE);
    assert_int_equal(run_length_ewma(1e-6, 3, 0, &scratch, &out, &err), MARU_E_RANGE);
    assert_int_equal(run_length_cusum(0.5, 5, 0, 0, &scratch, &out, &err), MARU_E_LIMIT);
    struct rule_set rules = rule_set_of(RULES_NELSON);
    assert_int_equal(run_length_rules(&rules, 3, 0, &scratch, &out, &err), MARU_E_USAGE);
    memset(&rules, 0, sizeof rules);
    assert_int_equal(run_length_rules(&rules, 3, 0, &scratch, &out, &err), MARU_E_USAGE);
    assert_int_equal(run_length_rules(&rules, -3, 0, &scratch, &out, &err), MARU_E_RANGE);
    assert_true(out == -1.0);
    arena_fini(&scratch);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shewhart),
        cmocka_unit_test(cusum_of_montgomery),
        cmocka_unit_test(cusum_of_hawkins),
        cmocka_unit_test(cusum_with_headstart),
        cmocka_unit_test(ewma_of_lucas_and_saccucci),
        cmocka_unit_test(rules_of_champ_and_woodall),
        cmocka_unit_test(charts_that_run),
        cmocka_unit_test(laws),
        cmocka_unit_test(what_has_no_run_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
