#include "target.h"

#include "base/number.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Numbers as text, and eight bytes as a double.
//
// Properties: what is read is exactly what the grammar allows; number_double is the double of the C
// library's strtod; number_scaled is within one half of the product; the readers agree on integers;
// a double that is written reads back to the bit, with both readers.

static size_t digits_at(const char *text) { return strspn(text, "0123456789"); }

// [+-]digits[.digits][e[+-]digits], written down a second time, in another way.
static bool is_number(const char *text, size_t n) {
    const char *p = text + (*text == '+' || *text == '-');
    if (strlen(text) != n || digits_at(p) == 0) {
        return false;
    }
    p += digits_at(p);
    if (*p == '.') {
        p++;
        if (digits_at(p) == 0) {
            return false;
        }
        p += digits_at(p);
    }
    if (*p == 'e' || *p == 'E') {
        p++;
        p += *p == '+' || *p == '-';
        if (digits_at(p) == 0) {
            return false;
        }
        p += digits_at(p);
    }
    return *p == '\0';
}

static void check_double(const char *text, size_t n) {
    const double want = strtod(text, NULL);
    double got = 0.0;
    const bool is_read = number_double(text, n, &got);
    must(is_read == (is_number(text, n) && isfinite(want)));
    must(!is_read || memcmp(&got, &want, sizeof got) == 0);
}

static void check_integer(const char *text, size_t n) {
    int64_t integer = 0, scaled = 0;
    const bool is_integer = number_int64(text, n, &integer);
    must(!is_integer || is_number(text, n));
    if (is_integer && number_scaled(text, n, 1, &scaled)) {
        must(scaled == integer);
    }
    if (is_integer && n <= 18) {
        must(number_scaled(text, n, 1, &scaled));
    }
}

static void check_scaled(const char *text, size_t n, int64_t unit) {
    int64_t got = 0;
    if (!number_scaled(text, n, unit, &got)) {
        return;
    }
    must(is_number(text, n));
    // A long double has 64 bits: good enough to hold the claim to.
    const long double want = strtold(text, NULL) * (long double)unit;
    must(fabsl((long double)got - want) <= 0.5L + fabsl(want) * 0x1p-60L);
}

static void check_round_trip(double value) {
    if (!isfinite(value)) {
        return;
    }
    struct text text;
    text_init(&text, 100);
    text_add_double(&text, value);
    must(text.status == MARU_OK && is_number(text.bytes, text.n_bytes));
    double back = 0.0;
    must(number_double(text.bytes, text.n_bytes, &back));
    must(memcmp(&back, &value, sizeof back) == 0);
    back = strtod(text.bytes, NULL);
    must(memcmp(&back, &value, sizeof back) == 0);
    text_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    static const int64_t unit[] = {1, 1000, 60000000, 3600000000, INT64_MAX};
    char *text = malloc(n + 1);
    must(text != NULL);
    if (n > 0) {
        memcpy(text, bytes, n);
    }
    text[n] = '\0';
    check_double(text, n);
    check_integer(text, n);
    for (size_t i = 0; i < sizeof unit / sizeof *unit; i++) {
        check_scaled(text, n, unit[i]);
    }
    free(text);
    for (; n >= sizeof(double); bytes += sizeof(double), n -= sizeof(double)) {
        double value = 0.0;
        memcpy(&value, bytes, sizeof value);
        check_round_trip(value);
    }
    return 0;
}
