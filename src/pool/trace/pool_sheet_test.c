#include "pool/trace/pool_sheet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#define NONE INT64_MIN

struct value_case {
    const char *text;
    int64_t value; // NONE: refused
};

static void check(const struct value_case *row, size_t n,
                  bool (*read)(const char *bytes, size_t n, int64_t *out)) {
    for (size_t i = 0; i < n; i++) {
        int64_t value = NONE;
        const bool is_read = read(row[i].text, strlen(row[i].text), &value);
        if (is_read != (row[i].value != NONE) || value != row[i].value) {
            fail_msg("'%s': %lld, want %lld", row[i].text, (long long)value,
                     (long long)row[i].value);
        }
    }
}

static void test_spans(void **state) {
    (void)state;
    static const struct value_case rows[] = {
        {"0", 0},
        {"90", 90000000},
        {"1.5", 1500000},
        {"90s", 90000000},
        {"15m", 900000000},
        {"2h", 7200000000},
        {"0.5d", 43200000000},
        {"30:00", 1800000000},
        {"01:30:00", 5400000000},
        {"00:00:01.25", 1250000},
        {"1-00:00:00", 86400000000},
        {"2-12", 216000000000},
        {"2-12:30", 217800000000},
        {"36525d", 3155760000000000},
        {"36526d", NONE},
        {"1:2:3:4", NONE},
        {"-5", NONE},
        {"1-", NONE},
        {"-1-00:00:00", NONE},
        {"99999999-00:00:00", NONE},
        {"9223372036854775807:00:00", NONE},
        {":", NONE},
        {"h", NONE},
        {"12x", NONE},
        {"UNLIMITED", NONE},
    };
    check(rows, sizeof rows / sizeof *rows, pool_span_read);
}

static void test_moments(void **state) {
    (void)state;
    static const struct value_case rows[] = {
        {"0", 0},
        {"12537496", 12537496000000},
        {"1970-01-01T00:00:00", 0},
        {"2000-02-29T12:00:00", 951825600000000},
        {"2026-11-23 09:10:53", 1795425053000000},
        {"2024-05-01", 1714521600000000},
        {"2024-05-01T12:30", 1714566600000000},
        {"2023-02-29T00:00:00", NONE},
        {"1900-01-01T00:00:00", NONE},
        {"2024-13-01T00:00:00", NONE},
        {"2024-01-01T24:00:00", NONE},
        {"2024-01-01X00:00:00", NONE},
        {"2024/01/01T00:00:00", NONE},
        {"Unknown", NONE},
        {"-1", NONE},
    };
    check(rows, sizeof rows / sizeof *rows, pool_moment_read);
}

static bool memory_gib(const char *bytes, size_t n, int64_t *out) {
    return pool_memory_read(bytes, n, 1024, out);
}

static void test_memory(void **state) {
    (void)state;
    static const struct value_case rows[] = {
        {"16", 16384}, {"1.5", 1536},   {"16G", 16384},     {"16GiB", 16384}, {"16gb", 16384},
        {"512M", 512}, {"2T", 2097152}, {"2048K", 2},       {"0", 0},         {"-1G", NONE},
        {"G", NONE},   {"16X", NONE},   {"9999999P", NONE}, {"1e3", 1024000},
    };
    check(rows, sizeof rows / sizeof *rows, memory_gib);
}

enum { ONE, TWO, HEADINGS };
static const char *const heading[HEADINGS] = {[ONE] = "first one|erste", [TWO] = "two"};

static void test_headings(void **state) {
    (void)state;
    static const char *const tables[] = {
        "First_One,x,TWO\n1,9,2\n",
        "two;erste\n2;1\n",
        "first-one\ttwo\n1\t2\n",
        "x|firstone|two\n\"|1|2\n",
        "\n\n", // the last has a header with nothing in it
    };
    for (size_t i = 0; i < 5; i++) {
        struct pool_sheet sheet;
        struct sheet_faults faults = {0};
        int64_t one = 0;
        int64_t two = 0;
        assert_int_equal(
            pool_sheet_open(&sheet, tables[i], strlen(tables[i]), heading, HEADINGS, &faults, NULL),
            MARU_OK);
        assert_int_equal(pool_sheet_has(&sheet, ONE), i < 4);
        if (i < 4) {
            assert_int_equal(pool_sheet_next(&sheet, NULL), MARU_OK);
            assert_true(pool_sheet_number(&sheet, ONE, 1, 5, &one));
            assert_true(pool_sheet_number(&sheet, TWO, 1, 5, &two));
            assert_int_equal(one, 1);
            assert_int_equal(two, 2);
        }
        assert_int_equal(pool_sheet_next(&sheet, NULL), MARU_MORE);
        pool_sheet_close(&sheet);
    }
}

// All faults are counted, the first are kept with their places; rows that are short or blank do no harm.
static void test_faults_have_places(void **state) {
    (void)state;
    char table[4096] = "x,two\n\n1\n";
    for (int i = 0; i < 50; i++) {
        memcpy(table + 9 + 6 * i, "1,bad\n", 7);
    }
    struct pool_sheet sheet;
    struct sheet_faults faults = {0};
    maru_error err = {0};
    int64_t value = 7;
    assert_int_equal(
        pool_sheet_open(&sheet, table, strlen(table), heading, HEADINGS, &faults, NULL), MARU_OK);
    for (int i = 0; i < 51; i++) {
        assert_int_equal(pool_sheet_next(&sheet, NULL), MARU_OK);
        assert_int_equal(pool_sheet_number(&sheet, TWO, 1, 5, &value), i == 0);
    }
    assert_int_equal(value, 7);
    assert_int_equal(faults.n, 50);
    assert_int_equal(pool_sheet_faults_status(&faults, &err), MARU_E_INPUT);
    assert_int_equal(err.row, 4);
    assert_int_equal(err.column, 2);
    assert_string_equal(err.text, "'bad' is no number from 0 to 5");
    assert_int_equal(faults.item[SHEET_MAX_FAULTS - 1].row, 3 + SHEET_MAX_FAULTS);
    pool_sheet_close(&sheet);
    assert_int_equal(pool_sheet_open(&sheet, "", 0, heading, HEADINGS, &faults, &err),
                     MARU_E_INPUT);
    pool_sheet_close(&sheet);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spans),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_headings),
        cmocka_unit_test(test_faults_have_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
