#include "base/text.h"

#include "base/alloc.h"
#include "base/number.h"
#include "base/random.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void pieces_are_joined(void **state) {
    (void)state;
    struct text text;
    text_init(&text, 1000);
    assert_null(text.bytes);
    text_add(&text, NULL, 0);
    text_add(&text, "lot 12", 5);
    text_addz(&text, ", ");
    text_addf(&text, "%s %d", "step", 7);
    assert_string_equal(text.bytes, "lot 1, step 7");
    assert_int_equal(text.n_bytes, 13);
    assert_int_equal(text.status, MARU_OK);
    text_clear(&text);
    assert_string_equal(text.bytes, "");
    text_addf(&text, "%0300d", 5); // longer than the room on the stack
    assert_int_equal(text.n_bytes, 300);
    assert_string_equal(text.bytes + 298, "05");
    text_fini(&text);
    text_fini(&text);
    text_fini(NULL);
}

static void the_cap_is_exact_and_errors_stick(void **state) {
    (void)state;
    for (size_t cap = 0; cap < 600; cap += 7) {
        struct text text;
        text_init(&text, cap);
        for (size_t i = 0; i < cap; i++) {
            text_add(&text, "x", 1);
        }
        assert_int_equal(text.status, MARU_OK);
        assert_true(text.cap_bytes <= cap + 1 || cap < 128);
        text_addf(&text, "%s", "yy");
        assert_int_equal(text.status, MARU_E_LIMIT);
        text_add_double(&text, 1.0);
        assert_int_equal(text.n_bytes, cap);
        text_clear(&text);
        assert_int_equal(text.status, MARU_OK);
        text_fini(&text);
    }
    struct text text;
    text_init(&text, SIZE_MAX);
    text_addz(&text, "a");
    text_add(&text, "b", SIZE_MAX - 1); // refused before it is read
    assert_int_equal(text.status, MARU_E_LIMIT);
    assert_string_equal(text.bytes, "a");
    text_fini(&text);
}

static void the_kth_allocation_fails(void **state) {
    (void)state;
    for (uint64_t k = 0; k < 4; k++) {
        struct text text;
        text_init(&text, SIZE_MAX);
        alloc_fail_after(k);
        size_t n = 0;
        while (text.status == MARU_OK) {
            n = text.n_bytes;
            text_addf(&text, "%0*d", (int)(100 + n), 1);
        }
        alloc_fail_after(UINT64_MAX);
        assert_int_equal(text.status, MARU_E_MEMORY);
        assert_int_equal(text.n_bytes, n);
        assert_true(n == 0 || strlen(text.bytes) == n);
        text_addz(&text, "more");
        assert_int_equal(text.n_bytes, n);
        text_fini(&text);
    }
}

struct double_case {
    double value;
    const char *want;
};

static void expect_text(struct text *text, const char *want, size_t row) {
    if (strcmp(text->bytes, want) != 0) {
        fail_msg("row %zu: '%s', want '%s'", row, text->bytes, want);
    }
    text_clear(text);
}

static void doubles_are_short(void **state) {
    (void)state;
    static const struct double_case cases[] = {
        {0.0, "0"},
        {-0.0, "-0"},
        {1.0, "1"},
        {-12.5, "-12.5"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {2.0 / 3, "0.6666666666666666"},
        {100.0, "100"},
        {123456.789, "123456.789"},
        {9007199254740993.0, "9007199254740992"},
        {1e15, "1000000000000000"},
        {1e20, "100000000000000000000"},
        {1e21, "1e21"},
        {1.5e300, "1.5e300"},
        {0.000001, "0.000001"},
        {1.25e-6, "0.00000125"},
        {1e-7, "1e-7"},
        {5e-324, "5e-324"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {DBL_MAX, "1.7976931348623157e308"},
        {(double)NAN, "null"},
        {(double)INFINITY, "null"},
        {(double)-INFINITY, "null"},
    };
    struct text text;
    text_init(&text, 1000);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        text_add_double(&text, cases[i].value);
        expect_text(&text, cases[i].want, i);
    }
    text_fini(&text);
}

static bool same_bits(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

// The law: what is written reads back as the same double, with ours and with the C library.
static void doubles_read_back(void **state) {
    (void)state;
    struct text text;
    text_init(&text, 1000);
    for (uint64_t i = 0; i < 50000; i++) {
        const struct random_block r = random_at(11, 0, i);
        const uint64_t bits = (uint64_t)r.word[0] << 32 | r.word[1];
        double value = (double)(int32_t)r.word[2] / 1000.0;
        if (i % 2 == 0) {
            memcpy(&value, &bits, sizeof value);
        }
        if (!isfinite(value)) {
            continue;
        }
        text_clear(&text);
        text_add_double(&text, value);
        double back = 0.0;
        assert_true(number_double(text.bytes, text.n_bytes, &back));
        assert_true(same_bits(back, value));
        assert_true(same_bits(strtod(text.bytes, NULL), value));
        assert_in_range(text.n_bytes, 1, 25);
    }
    text_fini(&text);
}

// Another way to the same digits: what the C library prints, made longer until it reads back.
static int digits_printed(double value, char digits[32]) {
    char printed[64];
    for (int n = 15; n <= 17; n++) {
        snprintf(printed, sizeof printed, "%.*e", n - 1, value);
        if (same_bits(strtod(printed, NULL), value)) {
            break;
        }
    }
    int n_digit = 0;
    for (const char *p = printed; *p != 'e'; p++) {
        if (*p >= '0' && *p <= '9') {
            digits[n_digit++] = *p;
        }
    }
    while (n_digit > 1 && digits[n_digit - 1] == '0') {
        n_digit--;
    }
    return n_digit;
}

// Doubles of all sizes from 1e-12 to 1e16, such that are powers of two or next to powers of ten among them.
static double double_of_size(uint64_t i) {
    const struct random_block r = random_at(12, 0, i);
    const int power = (int)(r.word[2] % 29) - 12;
    const double of_ten = pow(10.0, power);
    const uint64_t bits = (uint64_t)r.word[0] << 32 | r.word[1];
    switch (i % 4) {
    case 0:
        return of_ten * (1.0 + (double)(bits >> 11) * 0x1p-53 * 9.0);
    case 1:
        return ldexp(1.0, (int)(r.word[0] % 93) - 40);
    case 2:
        return nextafter(of_ten, r.word[0] % 2 == 0 ? 0.0 : INFINITY);
    default:
        return (double)(r.word[0] % 1000000) * of_ten;
    }
}

static void digits_are_those_of_the_library(void **state) {
    (void)state;
    struct text text;
    text_init(&text, 1000);
    for (uint64_t i = 0; i < 100000; i++) {
        const double value = double_of_size(i);
        char want[32];
        const int n_want = value > 0 ? digits_printed(value, want) : 0;
        text_clear(&text);
        text_add_double(&text, value);
        const char *at = text.bytes + strspn(text.bytes, "0.");
        int n_same = 0;
        for (; *at == '.' || (n_same < n_want && *at == want[n_same]); at++) {
            n_same += *at != '.';
        }
        at += strspn(at, "0.");
        if (n_same != n_want || (*at != '\0' && *at != 'e') || strtod(text.bytes, NULL) != value) {
            fail_msg("%.17g came out as %s", value, text.bytes);
        }
    }
    text_fini(&text);
}

struct fixed_case {
    double value;
    int n_decimal;
    const char *want;
};

static void fixed_decimals(void **state) {
    (void)state;
    static const struct fixed_case cases[] = {
        {1.005, 2, "1.00"}, // the double lies below
        {0.125, 2, "0.12"},
        {0.375, 2, "0.38"},
        {-1.5, 1, "-1.5"},
        {-0.001, 2, "0.00"},
        {-0.0, 1, "0.0"},
        {2.5, 0, "2"},
        {1e20, 1, "100000000000000000000.0"},
        {12.0, -3, "12"},
        {0.5, 99, "0.50000000000000000"},
        {(double)NAN, 2, "null"},
    };
    struct text text;
    text_init(&text, 1000);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        text_add_fixed(&text, cases[i].value, cases[i].n_decimal);
        expect_text(&text, cases[i].want, i);
    }
    text_add_fixed(&text, -DBL_MAX, 17);
    assert_int_equal(text.n_bytes, 1 + 309 + 1 + 17);
    text_fini(&text);
}

// A host program may have set a locale that writes 0,5; where the machine has one, it must not
// show.
static void the_locale_does_not_show(void **state) {
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "ps_AF.UTF-8"};
    locale_t comma = (locale_t)0;
    for (size_t i = 0; i < 3 && comma == (locale_t)0; i++) {
        comma = newlocale(LC_ALL_MASK, names[i], (locale_t)0);
    }
    if (comma == (locale_t)0) {
        skip();
    }
    const locale_t before = uselocale(comma);
    struct text text;
    text_init(&text, 1000);
    text_add_double(&text, 1234.5678);
    text_addz(&text, " ");
    text_add_fixed(&text, 1234.5678, 2);
    double value = 0.0;
    const bool is_read = number_double("3.25e-30", 8, &value);
    uselocale(before);
    freelocale(comma);
    assert_string_equal(text.bytes, "1234.5678 1234.57");
    assert_true(is_read && value == 3.25e-30);
    text_fini(&text);
}

struct escape_case {
    const char *from, *json, *html, *csv;
};

static void escapes(void **state) {
    (void)state;
    static const struct escape_case cases[] = {
        {"", "\"\"", "", ""},
        {"lot", "\"lot\"", "lot", "lot"},
        {"a\"b", "\"a\\\"b\"", "a&quot;b", "\"a\"\"b\""},
        {"\"\"", "\"\\\"\\\"\"", "&quot;&quot;", "\"\"\"\"\"\""},
        {"a,b", "\"a,b\"", "a,b", "\"a,b\""},
        {"a\nb", "\"a\\nb\"", "a\nb", "\"a\nb\""},
        {" a", "\" a\"", " a", "\" a\""},
        {"a\t", "\"a\\t\"", "a\t", "\"a\t\""},
        {"<&'>", "\"\\u003c&'>\"", "&lt;&amp;&#39;&gt;", "<&'>"},
        {"\x01\x7F\\", "\"\\u0001\x7F\\\\\"", "\xEF\xBF\xBD\x7F\\", "\x01\x7F\\"},
        {"\b\f\r", "\"\\b\\f\\r\"", "\xEF\xBF\xBD\xEF\xBF\xBD\r", "\"\b\f\r\""},
        {"\xEB\xA7\x88\xEB\xA3\xA8", "\"\xEB\xA7\x88\xEB\xA3\xA8\"", "\xEB\xA7\x88\xEB\xA3\xA8",
         "\xEB\xA7\x88\xEB\xA3\xA8"},
        {"a\xFFz", "\"a\xEF\xBF\xBDz\"", "a\xEF\xBF\xBDz", "a\xFFz"},
        {"\xEB\xA7", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"", "\xEF\xBF\xBD\xEF\xBF\xBD", "\xEB\xA7"},
        {"\xEF\xBB\xBFx", "\"\xEF\xBB\xBFx\"", "\xEF\xBB\xBFx", "\"\xEF\xBB\xBFx\""},
    };
    struct text text;
    text_init(&text, 1000);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        text_addz(&text, "");
        text_add_json(&text, cases[i].from);
        expect_text(&text, cases[i].json, i);
        text_addz(&text, "|");
        text_add_html(&text, cases[i].from);
        text_addz(&text, "|");
        assert_memory_equal(text.bytes + 1, cases[i].html, text.n_bytes - 2);
        assert_int_equal(text.n_bytes, strlen(cases[i].html) + 2);
        text_clear(&text);
        text_addz(&text, "|");
        text_add_csv(&text, cases[i].from);
        assert_string_equal(text.bytes + 1, cases[i].csv);
        text_clear(&text);
    }
    text_fini(&text);
}

// The law of the writers: JSON and HTML come out as UTF-8 without raw markup, whatever goes in.
static void any_bytes_become_utf8(void **state) {
    (void)state;
    struct text text;
    text_init(&text, 10000);
    for (uint64_t i = 0; i < 20000; i++) {
        char bytes[17] = "";
        for (uint64_t k = 0; k < 16; k++) {
            const struct random_block r = random_at(12, i, k);
            const uint32_t mask = r.word[1] % 3 == 0 ? 0x3F : 0xFF;
            bytes[k] = (char)(unsigned char)((r.word[0] & mask) | (mask == 0x3F ? 0x80 : 0));
        }
        text_clear(&text);
        text_add_html(&text, bytes);
        assert_null(text.bytes ? strpbrk(text.bytes, "<>\"'") : NULL);
        text_add_json(&text, bytes);
        assert_null(strchr(text.bytes, '<'));
        assert_true(text_is_utf8(text.bytes, text.n_bytes));
    }
    text_fini(&text);
}

struct utf8_case {
    const char *bytes;
    bool is_good;
};

static void utf8(void **state) {
    (void)state;
    static const struct utf8_case cases[] = {
        {"", true},
        {"ascii", true},
        {"\xC2\x80", true},
        {"\xDF\xBF", true},
        {"\xE0\xA0\x80", true},
        {"\xED\x9F\xBF", true},
        {"\xEE\x80\x80", true},
        {"\xF0\x90\x80\x80", true},
        {"\xF4\x8F\xBF\xBF", true},
        {"\x80", false},
        {"\xC0\x80", false},
        {"\xC1\xBF", false},
        {"\xC2", false},
        {"\xE0\x9F\xBF", false},
        {"\xED\xA0\x80", false}, // a surrogate
        {"\xE1\x80", false},
        {"\xE1\x80z", false},
        {"\xF0\x8F\xBF\xBF", false},
        {"\xF4\x90\x80\x80", false}, // above U+10FFFF
        {"\xF5\x80\x80\x80", false},
        {"\xF1\x80\x80", false},
        {"\xB0\xA1", false}, // CP949
        {"ok\xFF", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (text_is_utf8(cases[i].bytes, strlen(cases[i].bytes)) != cases[i].is_good) {
            fail_msg("row %zu: want %d", i, cases[i].is_good);
        }
    }
    assert_true(text_is_utf8("a\0b", 3));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_joined),
        cmocka_unit_test(the_cap_is_exact_and_errors_stick),
        cmocka_unit_test(the_kth_allocation_fails),
        cmocka_unit_test(doubles_are_short),
        cmocka_unit_test(doubles_read_back),
        cmocka_unit_test(digits_are_those_of_the_library),
        cmocka_unit_test(fixed_decimals),
        cmocka_unit_test(the_locale_does_not_show),
        cmocka_unit_test(escapes),
        cmocka_unit_test(any_bytes_become_utf8),
        cmocka_unit_test(utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
