#include "wire/csv/cells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static const struct {
    const char *cell;
    struct cell_signs signs;
    double want; // -1: no number
} numbers[] = {
    {"12", {'.', 0}, 12},
    {"1,234.5", {'.', ','}, 1234.5},
    {"12,34.5", {'.', ','}, -1},
    {"1,234,5", {'.', ','}, -1},
    {",234", {'.', ','}, -1},
    {"1.234,5", {',', '.'}, 1234.5},
    {"1 234 567", {'.', ' '}, 1234567},
    {"1'234", {'.', '\''}, 1234},
    {"1,5", {',', 0}, 1.5},
    {"1,5", {'.', 0}, -1},
    {"1.5", {',', 0}, -1},
    {"1.5e3", {'.', 0}, 1500},
    {"+7", {'.', 0}, 7},
    {"", {'.', 0}, -1},
    {"7 ", {'.', 0}, -1},
    {"0000000000000000000000000000000000000000000000000000000000000001", {'.', 0}, -1}, // 64 bytes
};

static void test_numbers_of_many_countries(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        double number = -1;
        const bool is_number =
            cell_number(numbers[i].signs, numbers[i].cell, strlen(numbers[i].cell), &number);
        if (is_number != (numbers[i].want >= 0) || number != numbers[i].want) {
            fail_msg("%s: %g", numbers[i].cell, number);
        }
    }
}

// A law: signs that were written are found, and read each number as it was.
static void test_signs_are_found_again(void **state) {
    (void)state;
    static const struct cell_signs kinds[] = {{'.', ','}, {',', '.'}, {'.', '\''}, {',', ' '}};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct cell_evidence evidence = {0};
        struct cell_signs found = {0};
        for (int pass = 0; pass < 2; pass++) {
            for (uint32_t i = 0; i < 500; i++) {
                struct text cell;
                double number = 0;
                text_init(&cell, 64);
                text_addf(&cell, "%u%c%03u%c%02u", i + 1, kinds[k].thousands, i * 7 % 1000,
                          kinds[k].decimal, i % 100);
                if (pass == 0) {
                    cell_weigh(cell.bytes, cell.n_bytes, &evidence);
                } else {
                    assert_true(cell_number(found, cell.bytes, cell.n_bytes, &number));
                    const double want = (i + 1) * 1000.0 + i * 7 % 1000 + i % 100 / 100.0;
                    assert_true(number - want < 1e-9 && want - number < 1e-9);
                }
                text_fini(&cell);
            }
            assert_false(cell_signs_of(&evidence, '\0', &found));
        }
        assert_int_equal(found.decimal, kinds[k].decimal);
        if (kinds[k].thousands == '.' || kinds[k].thousands == ',') {
            assert_int_equal(found.thousands, kinds[k].thousands);
        }
    }
}

static void test_doubt_is_said(void **state) {
    (void)state;
    struct cell_evidence evidence = {0};
    struct cell_signs signs = {0};
    cell_weigh("1,234", 5, &evidence);
    assert_true(cell_signs_of(&evidence, '\0', &signs));
    assert_int_equal(signs.thousands, ',');
    assert_false(cell_signs_of(&evidence, ',', &signs)); // who says it is no longer in doubt
    assert_int_equal(signs.thousands, '\0');
    cell_weigh("2.5", 3, &evidence);
    assert_false(cell_signs_of(&evidence, '\0', &signs));
}

static void test_words(void **state) {
    (void)state;
    static const char *const missing[] = {"",        "-",    "N/A",  "NaN",     "#N/A",
                                          "#DIV/0!", "null", "결측", "측정불가"};
    static const char *const values[] = {"0", "x", "n", "없음", "측정", "--0", "null value here"};
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        assert_true(cell_is_missing(missing[i], strlen(missing[i])));
    }
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        assert_false(cell_is_missing(values[i], strlen(values[i])));
    }
    assert_true(cell_says_time("Timestamp (UTC)", 15) && cell_says_time("측정일시", 12));
    assert_false(cell_says_time("온도", 6));
    assert_true(cell_is_bracketed("(mm)", 4) && cell_is_bracketed("[]", 2));
    assert_false(cell_is_bracketed("(mm]", 4) || cell_is_bracketed("(", 1));
}

static void test_day_and_clock(void **state) {
    (void)state;
    const struct csv_field day = {"2025-10-31", 10};
    const struct csv_field clock = {"15:05:07", 8};
    const struct csv_field words = {"yesterday", 9};
    maru_time at_us = 0;
    assert_true(cell_day_and_clock(&day, &clock, MOMENT_YMD, MOMENT_SEOUL_MIN, &at_us));
    assert_int_equal(at_us, INT64_C(1761890707000000));
    assert_false(cell_day_and_clock(&words, &clock, MOMENT_YMD, 0, &at_us));
    assert_false(cell_day_and_clock(&day, &words, MOMENT_YMD, 0, &at_us));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_of_many_countries),
        cmocka_unit_test(test_signs_are_found_again),
        cmocka_unit_test(test_doubt_is_said),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_day_and_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
