#include "base/random.h"

#include "base/digest.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct block_case {
    uint64_t seed, stream, counter;
    uint32_t want[4];
};

// The known answers of Random123 (kat_vectors, philox2x64 10). Its counter is our counter and
// stream, its key our seed; words 0 and 1 are the halves of its first result, low half first.
static void philox_known_answers(void **state) {
    (void)state;
    static const struct block_case cases[] = {
        {0, 0, 0, {0x9843D731, 0xCA00A045, 0xC9A845B5, 0x66C24222}},
        {UINT64_MAX, UINT64_MAX, UINT64_MAX, {0x0CD8310F, 0x65B021D6, 0x2F86DF20, 0x4D02F322}},
        {UINT64_C(0xA4093822299F31D0),
         UINT64_C(0x13198A2E03707344),
         UINT64_C(0x243F6A8885A308D3),
         {0x2997341C, 0x0A5E742C, 0x8000DE5D, 0xB0F883D3}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct random_block got = random_at(cases[i].seed, cases[i].stream, cases[i].counter);
        for (size_t k = 0; k < 4; k++) {
            if (got.word[k] != cases[i].want[k]) {
                fail_msg("row %zu word %zu: %08x, want %08x", i, k, got.word[k], cases[i].want[k]);
            }
        }
    }
}

static void open_numbers_stay_inside_and_mirror(void **state) {
    (void)state;
    assert_true(random_open(0) == 0x1p-53);
    assert_true(random_open(UINT64_MAX) == 1.0 - 0x1p-53);
    for (uint64_t i = 0; i < 10000; i++) {
        const struct random_block r = random_at(1, 0, i);
        const uint64_t bits = (uint64_t)r.word[0] << 32 | r.word[1];
        const double u = random_open(bits);
        assert_true(u > 0.0 && u < 1.0);
        assert_true(1.0 - u == random_open(~bits)); // exact
    }
}

static double ulps(double got, long double want) {
    const double size = fabs((double)want);
    return (double)(fabsl(got - want) / (nextafter(size, INFINITY) - size));
}

static uint64_t bits_at(uint64_t stream, uint64_t counter) {
    const struct random_block r = random_at(31, stream, counter);
    return (uint64_t)r.word[0] << 32 | r.word[1];
}

static void ln_is_within_4_ulp(void **state) {
    (void)state;
    for (uint64_t i = 0; i < 300000; i++) {
        const uint64_t bits = bits_at(1, i) >> 1;
        double x = 0.0;
        memcpy(&x, &bits, sizeof x); // any scale, subnormal numbers too
        x = i % 3 == 1 ? 1.0 + (random_open(bits) - 0.25) * 0.01 : x;
        x = i % 3 == 2 ? random_open(bits << 1) : x;
        if (isfinite(x) && x > 0.0 && x != 1.0 && !(ulps(exact_ln(x), logl(x)) <= 4.0)) {
            fail_msg("ln %a is %a", x, exact_ln(x));
        }
    }
    assert_true(exact_ln(1.0) == 0.0);
    assert_true(exact_ln(0.0) == -INFINITY && exact_ln(-0.0) == -INFINITY);
    assert_true(exact_ln(INFINITY) == INFINITY);
    assert_true(isnan(exact_ln(-1.0)) && isnan(exact_ln(-INFINITY)) && isnan(exact_ln(NAN)));
}

static void exp_is_within_4_ulp(void **state) {
    (void)state;
    for (uint64_t i = 0; i < 300000; i++) {
        const double scale = i % 2 == 0 ? 745.0 : 2.0;
        const double x = (2.0 * random_open(bits_at(2, i)) - 1.0) * scale;
        if (x < 709.78 && !(ulps(exact_exp(x), expl(x)) <= 4.0)) {
            fail_msg("exp %a is %a", x, exact_exp(x));
        }
    }
    assert_true(exact_exp(0.0) == 1.0 && exact_exp(-0.0) == 1.0);
    assert_true(exact_exp(0x1.62e42fefa39efp+9) < INFINITY && exact_exp(709.79) == INFINITY);
    assert_true(exact_exp(-745.13) == 0x1p-1074 && exact_exp(-745.14) == 0.0);
    assert_true(exact_exp(INFINITY) == INFINITY && exact_exp(-INFINITY) == 0.0);
    assert_true(exact_exp(1e300) == INFINITY && exact_exp(-1e300) == 0.0 && isnan(exact_exp(NAN)));
}

// Relative error of z as the quantile of p: how far its probability is off, over the density.
static double quantile_error(double z, double p) {
    const long double back = 0.5L * erfcl(-(long double)z / sqrtl(2.0L));
    const long double density = expl(-0.5L * z * z) / sqrtl(2.0L * acosl(-1.0L));
    return (double)(fabsl((back - p) / density) / fabsl((long double)z));
}

static void normal_quantiles(void **state) {
    (void)state;
    for (int i = 1; i < 100000; i++) {
        const double p = i / 100000.0;
        const double z = exact_normal_quantile(p);
        if (i != 50000 && !(quantile_error(z, p) < 1e-14)) {
            fail_msg("quantile of %g is %.17g", p, z);
        }
    }
    double p = 1e-3;
    for (int k = 3; k < 300; k++, p /= 10) {
        if (!(quantile_error(exact_normal_quantile(p), p) < 1e-14)) {
            fail_msg("quantile of %g is %.17g", p, exact_normal_quantile(p));
        }
    }
    assert_true(fabs(exact_normal_quantile(0.25) + 0.674489750196081743) < 1e-15);
    assert_true(fabs(exact_normal_quantile(0.001) + 3.090232306167813542) < 4e-15);
    assert_true(fabs(exact_normal_quantile(1e-20) + 9.262340089798407574) < 1e-14);
    assert_true(exact_normal_quantile(0.5) == 0.0);
    assert_true(exact_normal_quantile(0.0) == -INFINITY);
    assert_true(exact_normal_quantile(1.0) == INFINITY);
    assert_true(isnan(exact_normal_quantile(-0.1)) && isnan(exact_normal_quantile(1.1)));
    assert_true(isnan(exact_normal_quantile(NAN)));
}

// The laws: quantiles rise and mirror exactly; exp undoes ln.
static void laws_of_the_functions(void **state) {
    (void)state;
    double before = -INFINITY;
    for (int i = 1; i < 4096; i++) {
        const double p = i / 4096.0;
        const double z = exact_normal_quantile(p);
        assert_true(z > before);
        assert_true(exact_normal_quantile(1.0 - p) == -z);
        before = z;
    }
    for (uint64_t i = 0; i < 10000; i++) {
        const double x = random_open(bits_at(3, i)) * 100.0;
        assert_true(fabs(exact_exp(exact_ln(x)) / x - 1.0) < 2e-15);
    }
}

static void uniform_moments_and_chi_square(void **state) {
    (void)state;
    enum { N = 1 << 20, N_CELL = 256 };
    static unsigned cell[N_CELL];
    double sum = 0.0;
    double sum_of_squares = 0.0;
    for (uint64_t i = 0; i < N; i++) {
        const double u = random_open(bits_at(4, i)) - 0.5;
        sum += u;
        sum_of_squares += u * u;
        cell[(int)((u + 0.5) * N_CELL)]++;
    }
    assert_true(fabs(sum / N) < 5.0 * sqrt(1.0 / 12 / N));
    assert_true(fabs(sum_of_squares / N - 1.0 / 12) < 5.0 * sqrt(1.0 / 180 / N));
    double chi_square = 0.0;
    for (int i = 0; i < N_CELL; i++) {
        const double off = cell[i] - (double)N / N_CELL;
        chi_square += off * off / ((double)N / N_CELL);
    }
    assert_true(fabs(chi_square - 255.0) < 5.0 * sqrt(2.0 * 255.0));
}

static void normal_moments(void **state) {
    (void)state;
    enum { N = 1 << 20 };
    double sum[5] = {0};
    for (uint64_t i = 0; i < N; i++) {
        const double z = exact_normal_quantile(random_open(bits_at(5, i)));
        double power = 1.0;
        for (int k = 1; k < 5; k++) {
            power *= z;
            sum[k] += power;
        }
    }
    // Variances of z, z^2, z^3, z^4: 1, 2, 15, 96.
    assert_true(fabs(sum[1] / N) < 5.0 * sqrt(1.0 / N));
    assert_true(fabs(sum[2] / N - 1.0) < 5.0 * sqrt(2.0 / N));
    assert_true(fabs(sum[3] / N) < 5.0 * sqrt(15.0 / N));
    assert_true(fabs(sum[4] / N - 3.0) < 5.0 * sqrt(96.0 / N));
}

// Neighboring seeds, streams and counters have nothing to do with each other.
static void neighbors_are_uncorrelated(void **state) {
    (void)state;
    enum { N = 200000 };
    for (int kind = 0; kind < 3; kind++) {
        double sum = 0.0;
        for (uint64_t i = 0; i < N; i++) {
            const struct random_block a = random_at(7, 9, i);
            const struct random_block b =
                random_at(kind == 0 ? 8 : 7, kind == 1 ? 10 : 9, kind == 2 ? i + 1 : i);
            sum += ((double)a.word[0] / 0x1p32 - 0.5) * ((double)b.word[0] / 0x1p32 - 0.5);
        }
        assert_true(fabs(sum / N) < 5.0 / 12 / sqrt(N));
    }
}

// The same bits with every compiler and at every level of optimization.
static void golden_bits(void **state) {
    (void)state;
    struct digest digest;
    digest_init(&digest);
    for (uint64_t i = 0; i < 10000; i++) {
        const double u = random_open(bits_at(6, i));
        digest_double(&digest, exact_ln(u));
        digest_double(&digest, exact_exp(100.0 * u - 50.0));
        digest_double(&digest, exact_normal_quantile(u));
    }
    char hex[33];
    digest_hex(&digest, hex);
    assert_string_equal(hex, "be948ce7e22730ad198a16e55d6c3f68");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_known_answers),
        cmocka_unit_test(open_numbers_stay_inside_and_mirror),
        cmocka_unit_test(ln_is_within_4_ulp),
        cmocka_unit_test(exp_is_within_4_ulp),
        cmocka_unit_test(normal_quantiles),
        cmocka_unit_test(laws_of_the_functions),
        cmocka_unit_test(uniform_moments_and_chi_square),
        cmocka_unit_test(normal_moments),
        cmocka_unit_test(neighbors_are_uncorrelated),
        cmocka_unit_test(golden_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
