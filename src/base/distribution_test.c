#include "base/distribution.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void expect(double got, double want, double relative, const char *what, size_t row) {
    if (!(fabs(got - want) <= relative * fabs(want) + 1e-300)) {
        fail_msg("%s, row %zu: %.17g, want %.17g", what, row, got, want);
    }
}

// As printed: NIST/SEMATECH e-Handbook of Statistical Methods 1.3.6.7.3 (F) and 1.3.6.7.4 (chi-square).
static void published_quantiles(void **state) {
    (void)state;
    static const double chi[][3] = {{0.90, 1, 2.706},   {0.95, 1, 3.841},    {0.99, 1, 6.635},
                                    {0.95, 5, 11.070},  {0.999, 5, 20.515},  {0.95, 10, 18.307},
                                    {0.95, 30, 43.773}, {0.99, 100, 135.807}};
    for (size_t i = 0; i < sizeof chi / sizeof *chi; i++) {
        assert_true(fabs(chi_square_quantile(chi[i][0], chi[i][1]) - chi[i][2]) < 0.000501);
    }
    static const double f[][4] = {{0.95, 1, 1, 161.448}, {0.95, 5, 10, 3.326},
                                  {0.95, 10, 20, 2.348}, {0.99, 1, 10, 10.044},
                                  {0.99, 5, 20, 4.103},  {0.90, 3, 7, 3.074}};
    for (size_t i = 0; i < sizeof f / sizeof *f; i++) {
        assert_true(fabs(f_quantile(f[i][0], f[i][1], f[i][2]) - f[i][3]) < 0.000501);
    }
}

// R 4.2.2: qchisq(p, df).
static void chi_square_as_r(void **state) {
    (void)state;
    static const double rows[][3] = {
        {1e-12, 0.3, 1.2599925262770454e-80}, {0.005, 0.3, 5.756625776327661e-16},
        {0.3, 0.3, 0.000411706196822482},     {0.5, 0.3, 0.012469611517980442},
        {0.975, 0.3, 2.545055437452539},      {0.9999, 0.3, 11.5418188045436},
        {1e-12, 1.0, 1.5707963267948977e-24}, {0.005, 1.0, 3.9270422220515896e-05},
        {0.3, 1.0, 0.14847186183254543},      {0.5, 1.0, 0.45493642311957283},
        {0.975, 1.0, 5.023886187314885},      {0.9999, 1.0, 15.136705226623603},
        {1e-12, 2.0, 2.000000000001e-12},     {0.005, 2.0, 0.010025083647088564},
        {0.3, 2.0, 0.7133498878774648},       {0.5, 2.0, 1.3862943611198906},
        {0.975, 2.0, 7.377758908227871},      {0.9999, 2.0, 18.420680743952587},
        {1e-12, 5.0, 5.1246434968305355e-05}, {0.005, 5.0, 0.41174190383249887},
        {0.3, 5.0, 2.9999081327599066},       {0.5, 5.0, 4.351460191095526},
        {0.975, 5.0, 12.832501994030025},     {0.9999, 5.0, 25.74483195905612},
        {1e-12, 29.5, 2.076757219122074},     {0.005, 29.5, 13.453232760330332},
        {0.3, 29.5, 25.042222165575875},      {0.5, 29.5, 28.836078364265738},
        {0.975, 29.5, 46.351316476548746},    {0.9999, 29.5, 66.89316767865752},
        {1e-12, 124.0, 43.10765069810363},    {0.005, 124.0, 87.19207861613663},
        {0.3, 124.0, 115.28385298522333},     {0.5, 124.0, 123.3339742870297},
        {0.975, 124.0, 156.71410382967215},   {0.9999, 124.0, 191.27617591630494},
        {1e-12, 1000.0, 716.9494787894977},   {0.005, 1000.0, 888.5635231814683},
        {0.3, 1000.0, 976.0735912577742},     {0.5, 1000.0, 999.333412403381},
        {0.975, 1000.0, 1089.5309127749135},  {0.9999, 1000.0, 1174.9334965841606},
        {1e-12, 99999.0, 96885.3469362928},   {0.005, 99999.0, 98850.81669885495},
        {0.3, 99999.0, 99763.9996746386},     {0.5, 99999.0, 99998.33333412347},
        {0.975, 99999.0, 100877.4109230342},  {0.9999, 99999.0, 101670.74675361934},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const double x = chi_square_quantile(rows[i][0], rows[i][1]);
        expect(x, rows[i][2], 1e-11, "chi-square", i);
        expect(chi_square_below(x, rows[i][1]), rows[i][0], 1e-10, "chi-square below", i);
        assert_true(fabs(chi_square_above(x, rows[i][1]) + rows[i][0] - 1.0) < 1e-12);
    }
}

// R 4.2.2: qf(p, df1, df2). In two rows R has seven digits only: p = 1e-9 for 2 and 5 is the closed form
// 2.5 ((1 - p)^-0.4 - 1), p = 0.01 for 0.7 and 300.5 is scipy 1.10.1, special.fdtri.
static void f_as_r(void **state) {
    (void)state;
    static const double rows[][4] = {
        {0.01, 1.0, 1.0, 0.0002467807028241342},   {0.5, 1.0, 1.0, 1.0000000000000004},
        {0.95, 1.0, 1.0, 161.44763879758818},      {0.99, 1.0, 1.0, 4052.1806954768217},
        {0.9999, 1.0, 1.0, 40528472.79027735},     {1e-09, 2.0, 5.0, 1.0000000007e-09},
        {0.01, 2.0, 5.0, 0.010070564802268644},    {0.5, 2.0, 5.0, 0.7987697769322355},
        {0.95, 2.0, 5.0, 5.786135043349965},       {0.99, 2.0, 5.0, 13.273933612004827},
        {0.9999, 2.0, 5.0, 97.02679263837867},     {1e-09, 9.0, 490.0, 0.005340748816866389},
        {0.01, 9.0, 490.0, 0.2308352417548133},    {0.5, 9.0, 490.0, 0.9282527281159172},
        {0.95, 9.0, 490.0, 1.8989833990553218},    {0.99, 9.0, 490.0, 2.4436029359860942},
        {0.9999, 9.0, 490.0, 3.850340448552676},   {1e-09, 31.0, 469.0, 0.12280588768767894},
        {0.01, 31.0, 469.0, 0.49801396397336856},  {0.5, 31.0, 469.0, 0.9799738281787824},
        {0.95, 31.0, 469.0, 1.4758063411882085},   {0.99, 31.0, 469.0, 1.725306299991864},
        {0.9999, 31.0, 469.0, 2.3258442758689166}, {0.01, 0.7, 300.5, 3.977321823902215e-06},
        {0.5, 0.7, 300.5, 0.30754453188679426},    {0.95, 0.7, 300.5, 4.380058077708534},
        {0.99, 0.7, 300.5, 8.170195794863966},     {0.9999, 0.7, 300.5, 20.32806100525255},
        {1e-09, 200.0, 7.0, 0.11010836802462359},  {0.01, 200.0, 7.0, 0.36633270415523705},
        {0.5, 200.0, 7.0, 1.0993828103301089},     {0.95, 200.0, 7.0, 3.252468312261079},
        {0.99, 200.0, 7.0, 5.702363941173178},     {0.9999, 200.0, 7.0, 23.608997302280727},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        expect(f_quantile(rows[i][0], rows[i][1], rows[i][2]), rows[i][3], 1e-9, "F", i);
    }
}

// R 4.2.2: qbeta(p, a, b).
static void beta_as_r(void **state) {
    (void)state;
    static const double rows[][4] = {
        {1e-09, 0.5, 0.5, 2.4674011002723403e-18},  {0.01, 0.5, 0.5, 0.0002467198171342215},
        {0.5, 0.5, 0.5, 0.4999999999999999},        {0.99, 0.5, 0.5, 0.9997532801828658},
        {1e-09, 2.0, 3.0, 1.2910055600322013e-05},  {0.01, 2.0, 3.0, 0.04199863562170072},
        {0.5, 2.0, 3.0, 0.3857275681323895},        {0.99, 2.0, 3.0, 0.8591324573054541},
        {1e-09, 20.0, 400.0, 0.008449159266673967}, {0.01, 20.0, 400.0, 0.02670366991353005},
        {0.5, 20.0, 400.0, 0.04690217243120721},    {0.99, 20.0, 400.0, 0.07483749934520845},
        {1e-09, 1500.0, 0.4, 0.987966423668705},    {0.01, 1500.0, 0.4, 0.9980015351039799},
        {0.5, 1500.0, 0.4, 0.9999032665719239},     {0.99, 1500.0, 0.4, 0.9999999950554151},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const double x = beta_quantile(rows[i][0], rows[i][1], rows[i][2]);
        expect(x, rows[i][3], 1e-10, "beta", i);
        assert_true(fabs(beta_below(x, rows[i][1], rows[i][2]) - rows[i][0]) < 1e-8 * rows[i][0]);
    }
}

// R 4.2.2: pnorm(z, lower.tail = FALSE).
static void normal_as_r(void **state) {
    (void)state;
    static const double rows[][2] = {
        {0.0, 0.5},
        {0.1, 0.460172162722971},
        {1.0, 0.15865525393145705},
        {1.7, 0.04456546275854304},
        {3.0, 0.0013498980316300946},
        {4.5, 3.39767312473006e-06},
        {6.0, 9.86587645037698e-10},
        {10.0, 7.619853024160527e-24},
        {30.0, 4.906713927148187e-198},
        {-0.3, 0.6179114221889527},
        {-2.0, 0.9772498680518208},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        expect(normal_above(rows[i][0]), rows[i][1], 1e-13, "normal", i);
        expect(normal_below(-rows[i][0]), rows[i][1], 1e-13, "normal", i);
    }
}

// R 4.2.2: lgamma(x).
static void gamma_as_r(void **state) {
    (void)state;
    static const double rows[][2] = {
        {1e-05, 11.512919692895826},     {0.1, 2.252712651734206},
        {0.5, 0.5723649429247001},       {1.0, 0.0},
        {1.5, -0.12078223763524518},     {2.0, 0.0},
        {3.3, 0.9870985778947344},       {15.9, 27.625493215168696},
        {16.0, 27.899271383840894},      {100.0, 359.1342053695754},
        {12345.678, 103959.91990554606}, {1000000.0, 12815504.569147611},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const double got = gamma_ln(rows[i][0]);
        assert_true(fabs(got - rows[i][1]) <= 1e-14 * fmax(1.0, fabs(rows[i][1])));
    }
}

// Laws between the distributions: normal and its quantile, chi-square with 1 and 2 degrees of freedom,
// F of 1 / x, F for many degrees of freedom.
static void laws(void **state) {
    (void)state;
    for (double p = 0.5; p > 1e-40; p *= 0.37) {
        const double z = exact_normal_quantile(p);
        expect(normal_below(z), p, 1e-12, "normal quantile", 0);
        expect(chi_square_quantile(p, 2),
               -2.0 * (p > 1e-3 ? log1p(-p) : -p - p * p / 2 - p * p * p / 3), 1e-9, "chi-square 2",
               0);
        if (p > 1e-9) {
            expect(1.0 / f_quantile(p, 4, 11), f_quantile(1.0 - p, 11, 4), 1e-6, "F mirrored", 0);
        }
    }
    for (double z = 0.01; z < 30; z += 0.17) {
        expect(chi_square_above(z * z, 1), 2.0 * normal_above(z), 1e-12, "chi-square 1", 0);
        const double slope = (normal_above(z - 1e-5) - normal_above(z + 1e-5)) / 2e-5;
        expect(slope, normal_density(z), 1e-6, "density", 0);
    }
    expect(f_quantile(0.95, 6, 2e6) * 6, chi_square_quantile(0.95, 6), 1e-5, "F for many", 0);
    for (double a = 0.25; a < 1e5; a *= 1.7) {
        expect(exact_exp(gamma_ln(a + 1.0) - gamma_ln(a)), a, 1e-9, "Gamma", 0);
        expect(beta_below(0.37, a, 3.0) + beta_below(0.63, 3.0, a), 1.0, 1e-12, "beta mirrored", 0);
    }
}

static void what_has_no_answer(void **state) {
    (void)state;
    assert_true(isnan(chi_square_quantile(0.0, 3)) && isnan(chi_square_quantile(1.0, 3)));
    assert_true(isnan(chi_square_quantile(0.5, 0)) && isnan(chi_square_quantile(0.5, NAN)));
    assert_true(isnan(chi_square_quantile(0.5, 2e6)) && isnan(chi_square_below(NAN, 3)));
    assert_true(isnan(beta_below(-0.1, 1, 1)) && isnan(beta_below(0.5, 0, 1)));
    assert_true(isnan(f_quantile(0.5, 0, 3)) && isnan(f_quantile(NAN, 3, 3)));
    assert_true(isnan(gamma_ln(0.0)) && isnan(gamma_ln(-1.0)) && isnan(normal_above(NAN)));
    assert_true(normal_above(INFINITY) == 0.0 && normal_above(-INFINITY) == 1.0);
    assert_true(chi_square_below(-1.0, 3) == 0.0 && chi_square_above(INFINITY, 3) == 0.0);
    assert_true(isnan(empirical_quantile(NULL, 0, 0.5)));
}

static void sorted_values(void **state) {
    (void)state;
    enum { N = 300 };
    double values[N];
    for (size_t n = 0; n <= N; n++) {
        double sum = 0.0;
        size_t n_nan = 0;
        for (size_t i = 0; i < n; i++) {
            const uint32_t word = random_at(5, n, i).word[0];
            values[i] = word % 31 == 0 ? (double)NAN : word % 64;
            n_nan += isnan(values[i]) ? 1 : 0;
            sum += isnan(values[i]) ? 0.0 : values[i] * values[i] + 1.0;
        }
        empirical_sort(values, n);
        for (size_t i = 0; i < n; i++) {
            assert_true(isnan(values[i]) == (i >= n - n_nan));
            assert_true(i == 0 || isnan(values[i]) || values[i - 1] <= values[i]);
            sum -= isnan(values[i]) ? 0.0 : values[i] * values[i] + 1.0;
        }
        assert_true(sum == 0.0); // the same values as before
    }
}

// R 4.2.2: quantile(c(1, 2, 4, 8, 16), c(0, 0.1, 0.5, 0.9, 1)).
static void quantiles_of_data(void **state) {
    (void)state;
    const double values[] = {1, 2, 4, 8, 16};
    assert_true(empirical_quantile(values, 5, 0.0) == 1.0 &&
                empirical_quantile(values, 5, 1.0) == 16.0);
    assert_true(empirical_quantile(values, 5, 0.5) == 4.0);
    assert_true(fabs(empirical_quantile(values, 5, 0.1) - 1.4) < 1e-15);
    assert_true(fabs(empirical_quantile(values, 5, 0.9) - 12.8) < 1e-14);
    assert_true(isnan(empirical_quantile(values, 5, 1.1)) &&
                isnan(empirical_quantile(values, 5, NAN)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_quantiles),
        cmocka_unit_test(chi_square_as_r),
        cmocka_unit_test(f_as_r),
        cmocka_unit_test(beta_as_r),
        cmocka_unit_test(normal_as_r),
        cmocka_unit_test(gamma_as_r),
        cmocka_unit_test(laws),
        cmocka_unit_test(what_has_no_answer),
        cmocka_unit_test(sorted_values),
        cmocka_unit_test(quantiles_of_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
