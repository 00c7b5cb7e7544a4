#include "base/number.h"

#include "base/random.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const not_numbers[] = {"",      " ",    "+",   "-",    "+-1",  "1 ",
                                          " 1",    "1,5",  ".5",  "5.",   "1.e5", "e5",
                                          "1e",    "1e+",  "1e-", "0x10", "inf",  "nan",
                                          "1e5.0", "1.2.", "--1", "1_0",  "1f",   "\xEF\xBC\x91",
                                          "1e 5",  "1\n",  "+ 1", "1e++1"};

static void what_is_not_a_number_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof not_numbers / sizeof *not_numbers; i++) {
        const char *text = not_numbers[i];
        const size_t n = strlen(text);
        double value = 7.0;
        int64_t integer = 7;
        if (number_double(text, n, &value) || number_int64(text, n, &integer) ||
            number_scaled(text, n, 1, &integer) || value != 7.0 || integer != 7) {
            fail_msg("row %zu: '%s' was read", i, text);
        }
    }
    double value = 7.0;
    assert_false(number_double("1\0", 2, &value));
    assert_false(number_double(NULL, 0, &value));
}

struct integer_case {
    const char *text;
    bool is_good;
    int64_t want;
};

static void integers(void **state) {
    (void)state;
    static const struct integer_case cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"+12", true, 12},
        {"000000000000000000000000000042", true, 42},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775807", true, -INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"18446744073709551615", false, 0},
        {"18446744073709551616", false, 0},
        {"99999999999999999999999999", false, 0},
        {"1e3", false, 0},
        {"1.0", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t got = 7;
        const bool is_good = number_int64(cases[i].text, strlen(cases[i].text), &got);
        const int64_t want = cases[i].is_good ? cases[i].want : 7;
        if (is_good != cases[i].is_good || got != want) {
            fail_msg("row %zu: '%s' is %lld, want %lld", i, cases[i].text, (long long)got,
                     (long long)want);
        }
    }
}

struct double_case {
    const char *text;
    double want; // infinity: refused
};

static void doubles(void **state) {
    (void)state;
    static const struct double_case cases[] = {
        {"0", 0.0},
        {"1", 1.0},
        {"+1.50", 1.5},
        {"0.1", 0.1},
        {"1E5", 1e5},
        {"1e-5", 1e-5},
        {"123456789012345678", 123456789012345678.0},
        {"9007199254740993", 9007199254740992.0}, // 2^53 + 1: a tie, to even
        {"9007199254740993.0000000001", 9007199254740994.0},
        {"9007199254740995", 9007199254740996.0},
        {"1e22", 1e22},
        {"1e23", 1e23},
        {"8.5e23", 8.5e23},
        {"2.2250738585072011e-308", 0x0.fffffffffffffp-1022}, // PHP's and Java's endless loop
        {"2.2250738585072012e-308", 0x1p-1022},
        {"2.2250738585072014e-308", 0x1p-1022},
        {"4.9406564584124654e-324", 0x1p-1074},
        {"2.4703282292062328e-324", 0x1p-1074}, // just above half of the smallest
        {"2.4703282292062327e-324", 0.0},
        {"1e-400", 0.0},
        {"0e999999999999999999999", 0.0},
        {"0.0000000000000000000000000000000000000000000000000000000000000000000000001e73", 1.0},
        {"1e-999999999999999999999999", 0.0},
        {"1.7976931348623157e308", DBL_MAX},
        {"1.7976931348623158e308", DBL_MAX},
        {"179769313486231580793e288", DBL_MAX}, // below the middle between DBL_MAX and 2^1024
        {"1.7976931348623159e308", INFINITY},
        {"1e309", INFINITY},
        {"1e999999999999999999999999", INFINITY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const size_t n = strlen(cases[i].text);
        double got = -7.0;
        const bool is_good = number_double(cases[i].text, n, &got);
        const double want = isinf(cases[i].want) ? -7.0 : cases[i].want;
        if (is_good == (isinf(cases[i].want) != 0) || got != want) {
            fail_msg("row %zu: '%s' is %a, want %a", i, cases[i].text, got, want);
        }
    }
    double zero = 1.0;
    assert_true(number_double("-0.0", 4, &zero) && zero == 0.0 && signbit(zero) != 0);
}

static void expect_as_strtod(const char *text, size_t n) {
    const double want = strtod(text, NULL);
    double got = -7.0;
    const bool is_good = number_double(text, n, &got);
    if (is_good != (isfinite(want) != 0) || (is_good && got != want)) {
        fail_msg("%s is %a, want %a", text, got, want);
    }
}

// n digits into `to`, from random words of their own counter.
static size_t random_digits(char *to, size_t n, uint64_t counter) {
    for (size_t i = 0; i < n; i++) {
        to[i] = (char)('0' + random_at(5, counter, i).word[0] % 10);
    }
    return n;
}

// The law: the same double as the C library's correctly rounded one, for any digits and exponent.
static void doubles_agree_with_strtod(void **state) {
    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        const struct random_block r = random_at(4, 0, i);
        const unsigned longest = i % 50 == 0 ? 1200 : 24;
        char text[3000];
        size_t n = random_digits(text, 1 + r.word[0] % longest, 2 * i);
        if (r.word[1] % 2 == 0) {
            text[n++] = '.';
            n += random_digits(text + n, 1 + r.word[2] % longest, 2 * i + 1);
        }
        n += (size_t)snprintf(text + n, 32, "e%d", (int)(r.word[3] % 750) - 400);
        expect_as_strtod(text, n);
    }
}

// The hardest cases: the exact decimal (up to 770 digits) of the middle between two neighbors, and
// that a little above and below it.
static void ties_go_to_even(void **state) {
    (void)state;
    for (uint64_t i = 0; i < 3000; i++) {
        const struct random_block r = random_at(6, 0, i);
        const uint64_t bits =
            ((uint64_t)r.word[0] << 32 | r.word[1]) & (i % 3 ? INT64_MAX : 0xFFFFFFFFFFFFF);
        double low = 0.0;
        memcpy(&low, &bits, sizeof low);
        const double high = nextafter(low, INFINITY);
        if (!isfinite(low) || !isfinite(high)) {
            continue;
        }
        char text[1600];
        size_t n = (size_t)snprintf(text, sizeof text, "%.1100Lf", ((long double)low + high) / 2);
        expect_as_strtod(text, n);
        text[n] = '1';
        text[n + 1] = '\0';
        expect_as_strtod(text, n + 1);
        while (text[n - 1] == '0') {
            n--;
        }
        if (text[n - 1] != '.') {
            text[n - 1]--; // the last digit of a middle is 5
            text[n] = '9';
            text[n + 1] = '\0';
            expect_as_strtod(text, n + 1);
        }
    }
}

// A million digits are no reason to be slow or wrong.
static void long_numbers(void **state) {
    (void)state;
    const size_t n_zero = 1000000;
    char *text = malloc(n_zero + 16);
    assert_non_null(text);
    memset(text, '0', n_zero);
    memcpy(text, "0.", 2);
    memcpy(text + n_zero, "25e999999", 10);
    double value = 0.0;
    assert_true(number_double(text, n_zero + 9, &value));
    assert_true(value == 2.5); // 0.00..025e999999, where the 2 is the 999999th decimal
    int64_t integer = 0;
    assert_true(number_scaled(text, n_zero + 9, 4, &integer));
    assert_int_equal(integer, 10);
    text[0] = '1';
    text[1] = '0';
    memcpy(text + n_zero, "e-999999", 9);
    assert_true(number_double(text, n_zero + 8, &value));
    assert_true(value == 1.0);
    free(text);
}

struct scaled_case {
    const char *text;
    int64_t unit;
    bool is_good;
    int64_t want;
};

static void scaled_numbers(void **state) {
    (void)state;
    static const struct scaled_case cases[] = {
        {"25.0665", 60000000, true, 1503990000},
        {"0", 1, true, 0},
        {"0.5", 1, true, 1},
        {"-0.5", 1, true, -1},
        {"0.49999999999999999", 1, true, 0},
        {"0.499999999999999999", 1, true, 0},
        {"1.5", 1, true, 2},
        {"2.5", 1, true, 3},
        {"-2.5", 1, true, -3},
        {"0.1", 5, true, 1},
        {"1e3", 1000, true, 1000000},
        {"1e-3", 1000, true, 1},
        {"1e-40", INT64_MAX, true, 0},
        {"0.00000000000000000000000000000000000001", INT64_MAX, true, 0},
        {"0.05421010862427522169e-17", 1, false, 0}, // 19 digits
        {"999999999999999999", 9, true, INT64_C(8999999999999999991)},
        {"9.223372036854775807", 1, false, 0},
        {"9223372036854775807", 1, false, 0}, // 19 digits
        {"922337203685477580", 10, true, INT64_C(9223372036854775800)},
        {"922337203685477581", 10, false, 0},
        {"-922337203685477581", 10, false, 0},
        {"0.5", INT64_MAX, true, INT64_C(4611686018427387904)},
        {"1", INT64_MAX, true, INT64_MAX},
        {"1.00000000000000001", INT64_MAX, false, 0},
        {"2", INT64_C(1) << 62, false, 0},
        {"-2", INT64_C(1) << 62, true, INT64_MIN},
        {"1000000000000000000", 9, true, INT64_C(9000000000000000000)}, // one digit and zeros
        {"25.06650000000000000000000000000", 10000, true, 250665},
        {"1e18", 9, true, INT64_C(9000000000000000000)},
        {"1e19", 1, false, 0},
        {"1e99999999999999999999", 1, false, 0},
        {"0e99999999999999999999", 1, true, 0},
        {"1", 0, false, 0},
        {"1", -1, false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t got = 7;
        const struct scaled_case *c = &cases[i];
        const bool is_good = number_scaled(c->text, strlen(c->text), c->unit, &got);
        const int64_t want = c->is_good ? c->want : 7;
        if (is_good != c->is_good || got != want) {
            fail_msg("row %zu: '%s' x %lld is %lld, want %lld", i, c->text, (long long)c->unit,
                     (long long)got, (long long)want);
        }
    }
}

// The law of scaling: a number written with d decimals, times 10^d, is the number without its
// point.
static void scaling_moves_the_point(void **state) {
    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        const struct random_block r = random_at(7, 0, i);
        const int64_t whole = (int64_t)(((uint64_t)r.word[0] << 32 | r.word[1]) % 1000000000);
        const int64_t fraction = (int64_t)(r.word[2] % 1000000);
        const char *sign = r.word[3] % 2 == 0 ? "" : "-";
        char text[64];
        const int n = snprintf(text, sizeof text, "%s%lld.%06lld", sign, (long long)whole,
                               (long long)fraction);
        int64_t got = 0;
        assert_true(number_scaled(text, (size_t)n, 1000000, &got));
        const int64_t want = whole * 1000000 + fraction;
        assert_int_equal(got, r.word[3] % 2 == 0 ? want : -want);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_a_number_is_refused),
        cmocka_unit_test(integers),
        cmocka_unit_test(doubles),
        cmocka_unit_test(doubles_agree_with_strtod),
        cmocka_unit_test(ties_go_to_even),
        cmocka_unit_test(long_numbers),
        cmocka_unit_test(scaled_numbers),
        cmocka_unit_test(scaling_moves_the_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
