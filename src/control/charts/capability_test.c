#include "control/charts/capability.h"

#include "base/distribution.h"
#include "base/random.h"
#include "control/charts/published_data.h"

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

static void expect_estimate(const struct estimate *got, const double want[3], double tolerance,
                            const char *what) {
    if (!(fabs(got->value - want[0]) <= tolerance && fabs(got->low - want[1]) <= tolerance &&
          fabs(got->high - want[2]) <= tolerance)) {
        fail_msg("%s: %.9f (%.9f to %.9f), want %.9f (%.9f to %.9f)", what, got->value, got->low,
                 got->high, want[0], want[1], want[2]);
    }
}

struct qcc_row {
    double lower, upper, target;
    double cp[3], cpk[3], cpm[3];
};

// Piston rings with qcc 2.7's sd of 0.009785039 from 125 values, as it prints them; its interval of Cpm is
// a normal approximation: near the target within 0.4 % of this one, far from it twice as wide, which
// what_levels_promise does not find.
static void piston_rings_as_qcc(void **state) {
    (void)state;
    static const struct qcc_row rows[] = {
        {73.95, 74.05, 74.00, {1.703, 1.491, 1.915}, {1.663, 1.448, 1.878}, {1.691, 1.480, 1.902}},
        {73.95,
         74.05,
         74.02,
         {1.703, 1.491, 1.915},
         {1.663, 1.448, 1.878},
         {0.7856, 0.6556, 0.9154}},
        {73.99,
         74.01,
         NAN,
         {0.3407, 0.2983, 0.3830},
         {0.3006, 0.2312, 0.3700},
         {0.3382, 0.2960, 0.3804}},
        {73.99,
         74.10,
         NAN,
         {1.8736, 1.6406, 2.1063},
         {0.3807, 0.3055, 0.4559},
         {0.4083, 0.3377, 0.4788}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct qcc_row *row = &rows[i];
        const struct specification s = {row->lower, row->upper, row->target};
        const struct indices got = indices_of(&s, 74.001176, 0.009785039, 124, 125, 0.95);
        const double digit = row->cp[0] > 1.0 && i < 2 ? 0.000501 : 0.0000501;
        expect_estimate(&got.cp, row->cp, digit, "Cp");
        expect_estimate(&got.cpk, row->cpk, digit, "Cpk");
        expect(got.cpm.value, row->cpm[0], 2e-3, "Cpm");
        const bool is_near = i % 2 == 0; // to its target
        assert_true(!is_near || fabs(got.cpm.low - row->cpm[1]) < 0.004 * row->cpm[0]);
        assert_true(!is_near || fabs(got.cpm.high - row->cpm[2]) < 0.004 * row->cpm[0]);
    }
}

// R 4.2.2 from the definitions: Pp ... of the 125 rings, with their overall standard deviation.
static void rings_as_r(void **state) {
    (void)state;
    const struct specification s = {73.95, 74.05, NAN};
    const double unknown[2] = {NAN, NAN};
    double scratch[125];
    struct capability got;
    assert_int_equal(
        capability_of(&piston_rings[0][0], 125, &s, unknown, 0.95, scratch, &got, NULL), MARU_OK);
    expect(got.overall.sigma, 0.010069968126291413, 1e-12, "sigma");
    const double pp[] = {1.6550863376767957, 1.4492114654252581, 1.860646425148877};
    const double ppk[] = {1.6161587070146035, 1.406698961474772, 1.825618452554435};
    const double cpm[] = {1.6439142488898155, 1.4394475354510992, 1.8480683521557184};
    expect_estimate(&got.overall.cp, pp, 1e-10, "Pp");
    expect_estimate(&got.overall.cpk, ppk, 1e-10, "Ppk");
    expect_estimate(&got.overall.cpm, cpm, 1e-10, "Cpm");
    expect(got.overall.below, 1.866995034587663e-07, 1e-9, "below");
    expect(got.overall.above, 6.2206751804955159e-07, 1e-9, "above");
    assert_true(isnan(got.within.cp.value) && isnan(got.within.below));
    expect(got.normality.a2, 0.19219300641747764, 1e-11, "A2");
    assert_true(!got.is_non_normal && got.normality.p_value > 0.8);
    assert_true(got.below == 0.0 && got.above == 0.0 && got.n == 125);
}

// qcc 2.7, limits 73.99 and 74.01: 13 % and 18 % expected outside, 12 % and 16 % observed.
static void shares_outside(void **state) {
    (void)state;
    const struct specification s = {73.99, 74.01, NAN};
    const double within[2] = {0.009785039, 124};
    double scratch[125];
    struct capability got;
    assert_int_equal(capability_of(&piston_rings[0][0], 125, &s, within, 0.95, scratch, &got, NULL),
                     MARU_OK);
    assert_true(fabs(got.within.below - 0.13) < 0.005 && fabs(got.within.above - 0.18) < 0.005);
    assert_true(fabs(got.below - 0.12) < 0.005 && fabs(got.above - 0.16) < 0.005);
}

static void one_limit(void **state) {
    (void)state;
    const struct specification upper = {NAN, 74.05, NAN};
    const struct indices got = indices_of(&upper, 74.001176, 0.009785039, 124, 125, 0.95);
    const double want[] = {1.663, 1.448,
                           1.878}; // as both limits have it: the upper one is the nearer
    expect_estimate(&got.cpk, want, 0.000501, "Cpk");
    assert_true(isnan(got.cp.value) && isnan(got.cpm.value) && got.below == 0.0 && got.above > 0.0);
}

// D'Agostino and Stephens, table 4.7: percentage points of the adjusted statistic; R 4.2.2 from the
// definition for values that are no sample but shapes.
static void normality_as_published(void **state) {
    (void)state;
    double values[50];
    for (int i = 0; i < 50; i++) {
        values[i] = -log(1.0 - (i + 0.5) / 50.0);
    }
    struct normality got = normality_of(values, 50);
    expect(got.a2, 2.3169556221060397, 1e-11, "A2 of an exponential");
    assert_true(got.p_value < 1e-5);
    for (int i = 0; i < 40; i++) {
        values[i] = (i + 0.5) / 40.0;
    }
    got = normality_of(values, 40);
    expect(got.a2, 0.43525702731703197, 1e-11, "A2 of a uniform");
    assert_true(got.p_value > 0.25 && got.p_value < 0.35);
    for (int i = 0; i < 30; i++) {
        values[i] = exact_normal_quantile((i + 0.5) / 30.0);
    }
    got = normality_of(values, 30);
    expect(got.a2, 0.032645717120710474, 1e-9, "A2 of a normal");
    assert_true(isnan(normality_of(values, 7).a2));
    values[3] = NAN;
    assert_true(isnan(normality_of(values, 30).a2));
}

// A law: of many normal samples one in twenty is called non-normal, and nine in ten intervals of level 0.9
// hold the true index.
static void what_levels_promise(void **state) {
    (void)state;
    enum { N_TRY = 4000, N = 40 };
    int n_called = 0, n_cp = 0, n_cpk = 0, n_cpm = 0;
    const struct specification s = {-4.0, 3.0, 1.0};
    const double cpm = 7.0 / 6.0 / sqrt(2.0);
    const double unknown[2] = {NAN, NAN};
    for (uint64_t t = 0; t < N_TRY; t++) {
        double values[N], scratch[N];
        for (uint64_t i = 0; i < N; i++) {
            const struct random_block r = random_at(8, t, i);
            values[i] = exact_normal_quantile(random_open((uint64_t)r.word[0] << 32 | r.word[1]));
        }
        struct capability got;
        assert_int_equal(capability_of(values, N, &s, unknown, 0.9, scratch, &got, NULL), MARU_OK);
        n_called += got.is_non_normal;
        n_cp += got.overall.cp.low < 7.0 / 6.0 && 7.0 / 6.0 < got.overall.cp.high;
        n_cpk += got.overall.cpk.low < 1.0 && 1.0 < got.overall.cpk.high;
        n_cpm += got.overall.cpm.low < cpm && cpm < got.overall.cpm.high;
    }
    assert_true(fabs(n_called / (double)N_TRY - 0.05) < 5.0 * sqrt(0.05 * 0.95 / N_TRY));
    assert_true(fabs(n_cp / (double)N_TRY - 0.9) < 5.0 * sqrt(0.09 / N_TRY));
    assert_true(fabs(n_cpk / (double)N_TRY - 0.9) < 0.03 &&
                fabs(n_cpm / (double)N_TRY - 0.9) < 0.03);
}

static void what_has_no_capability(void **state) {
    (void)state;
    const double values[] = {1, 1, 1, NAN, INFINITY};
    const double unknown[2] = {NAN, NAN};
    double scratch[5];
    struct capability got;
    maru_error err = {0};
    struct specification s = {0, 2, NAN};
    assert_int_equal(capability_of(values, 5, &s, unknown, 0.95, scratch, &got, &err),
                     MARU_E_INPUT);
    assert_non_null(strstr(err.text, "no spread"));
    assert_int_equal(capability_of(values, 1, &s, unknown, 0.95, scratch, &got, &err),
                     MARU_E_INPUT);
    assert_non_null(strstr(err.text, "at least 2"));
    s = (struct specification){2, 0, NAN};
    assert_int_equal(capability_of(values, 5, &s, unknown, 0.95, scratch, &got, &err),
                     MARU_E_RANGE);
    s = (struct specification){NAN, NAN, 1};
    assert_int_equal(capability_of(values, 5, &s, unknown, 0.95, scratch, &got, &err),
                     MARU_E_RANGE);
    s = (struct specification){0, 2, NAN};
    assert_int_equal(capability_of(values, 5, &s, unknown, 1.0, scratch, &got, &err), MARU_E_RANGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(piston_rings_as_qcc),    cmocka_unit_test(rings_as_r),
        cmocka_unit_test(shares_outside),         cmocka_unit_test(one_limit),
        cmocka_unit_test(normality_as_published), cmocka_unit_test(what_levels_promise),
        cmocka_unit_test(what_has_no_capability),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
