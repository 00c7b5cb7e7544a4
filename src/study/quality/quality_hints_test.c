#include "study/quality/quality_hints.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

// Hints are strict, and what the JSON tells in their words is taken again.

static void what_makes_sense_is_taken(void **state) {
    (void)state;
    struct quality_hints hints;
    static const char *const given[][2] = {
        {"target", "판정"},  {"bad", "NG"},        {"time", "a"},           {"lot", "b"},
        {"tool", "c"},       {"cause", "d"},       {"leave-out", "e"},      {"limits", "x=y=1..2"},
        {"limits", "z=..5"}, {"kind", "k=1=word"}, {"separator", ";"},      {"decimal", ","},
        {"dates", "dmy"},    {"first-line", "7"},  {"keep-totals", "true"}, {"sheet", "Sheet 2"},
        {"seed", "9"},       {"target", ""},       {"limits", "판정=0..1"}, {"dates", ""}};
    quality_hints_init(&hints);
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        maru_error err = {0};
        if (quality_hints_take(&hints, given[i][0], given[i][1], &err) != MARU_OK) {
            fail_msg("%s=%s: %s", given[i][0], given[i][1], err.text);
        }
        assert_true(quality_hints_has(given[i][0]));
    }
    static const uint8_t role[] = {ROLE_TIME, ROLE_LOT, ROLE_TOOL, ROLE_INPUT, ROLE_REMARK};
    assert_int_equal(hints.n_role, 5);
    for (size_t i = 0; i < 5; i++) {
        const char want[] = {(char)('a' + i), '\0'};
        assert_int_equal(hints.role[i].role, role[i]);
        assert_string_equal(hints.role[i].column, want);
    }
    assert_int_equal(hints.n_limit, 3);
    assert_string_equal(hints.limit[0].column, "x=y");
    assert_true(isnan(hints.limit[1].lower) && hints.limit[1].upper == 5);
    assert_string_equal(hints.kind[0].name, "k=1");
    assert_int_equal(hints.kind[0].kind, FRAME_WORD);
    assert_int_equal(hints.sheet.separator, ';');
    assert_int_equal(hints.sheet.decimal, ',');
    assert_int_equal(hints.sheet.form, MOMENT_DMY);
    assert_int_equal(hints.sheet.first_line, 7);
    assert_true(hints.sheet.keeps_totals);
    assert_string_equal(hints.sheet_name, "Sheet 2");
    const struct quality_options options = quality_hints_options(&hints);
    assert_string_equal(options.roles.target, "판정"); // an empty value said nothing
    assert_true(options.roles.lower == 0 && options.roles.upper == 1);
    assert_int_equal(options.seed, 9);
    quality_hints_fini(&hints);
}

static void what_makes_none_is_refused(void **state) {
    (void)state;
    static const char *const given[][2] = {{"colour", "red"},    {"", "x"},
                                           {"limits", "x"},      {"limits", "x=1"},
                                           {"limits", "=1..2"},  {"limits", "x=.."},
                                           {"limits", "x=a..b"}, {"kind", "x"},
                                           {"kind", "x=colour"}, {"kind", "=word"},
                                           {"separator", ":"},   {"separator", "commas"},
                                           {"decimal", "comma"}, {"dates", "ydm"},
                                           {"first-line", "0"},  {"first-line", "1.5"},
                                           {"first-line", "-1"}, {"first-line", "99999999999"},
                                           {"keep-totals", "1"}, {"seed", "-1"},
                                           {"seed", "x"}};
    struct quality_hints hints;
    quality_hints_init(&hints);
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        maru_error err = {0};
        if (quality_hints_take(&hints, given[i][0], given[i][1], &err) != MARU_E_INPUT ||
            err.text[0] == '\0') {
            fail_msg("%s=%s is taken", given[i][0], given[i][1]);
        }
    }
    assert_int_equal(hints.n_role + hints.n_limit + hints.sheet.n_kind, 0);
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i <= QUALITY_MAX_HINTS; i++) {
        assert_int_equal(hints.n_role, i);
        st = quality_hints_take(&hints, "cause", "x", NULL);
    }
    assert_int_equal(st, MARU_E_LIMIT);
    assert_int_equal(hints.n_role, QUALITY_MAX_HINTS);
    quality_hints_fini(&hints);
}

// Law: the words for kinds and signs are those that are taken.
static void words_out_are_words_in(void **state) {
    (void)state;
    struct quality_hints hints;
    quality_hints_init(&hints);
    for (int kind = 0; kind < N_FRAME_KIND; kind++) {
        char text[32];
        snprintf(text, sizeof text, "x=%s", quality_kind_name((enum frame_kind)kind));
        assert_int_equal(quality_hints_take(&hints, "kind", text, NULL), MARU_OK);
        assert_int_equal(hints.kind[kind].kind, kind);
    }
    for (const char *sign = ",;\t| "; *sign; sign++) {
        assert_int_equal(
            quality_hints_take(&hints, "separator", quality_separator_name(*sign), NULL), MARU_OK);
        assert_int_equal(hints.sheet.separator, *sign);
    }
    assert_null(quality_separator_name(':'));
    quality_hints_fini(&hints);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_makes_sense_is_taken),
        cmocka_unit_test(what_makes_none_is_refused),
        cmocka_unit_test(words_out_are_words_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
