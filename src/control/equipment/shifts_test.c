#include "control/equipment/shifts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HOUR_US (INT64_C(3600) * 1000000)
#define DAY_US (24 * HOUR_US)
#define MONDAY 20514 // 2026-03-02, days since 1970-01-01

static const maru_time midnight_us = MONDAY * DAY_US - 9 * HOUR_US; // of that day in Seoul

static void three_shifts_follow_each_other(void **state) {
    (void)state;
    const struct shifts shifts = shifts_usual();
    assert_int_equal(shifts_check(&shifts, NULL), MARU_OK);
    struct shift_window at;
    assert_true(shifts_next(&shifts, midnight_us + 7 * HOUR_US, &at));
    assert_int_equal(at.shift, 0);
    assert_int_equal(at.from_us, midnight_us + 7 * HOUR_US);
    assert_int_equal(at.day, MONDAY);
    for (uint32_t i = 1; i <= 30; i++) { // each begins where the last one ended
        const struct shift_window before = at;
        assert_true(shifts_next(&shifts, before.to_us, &at));
        assert_int_equal(at.from_us, before.to_us);
        assert_int_equal(at.shift, i % 3);
        assert_int_equal(at.day, MONDAY + i / 3);
    }
    // The night shift goes across midnight and belongs to the day in which it began.
    assert_true(shifts_next(&shifts, midnight_us + DAY_US + 3 * HOUR_US, &at));
    assert_string_equal(shifts.shift[at.shift].name, "night");
    assert_int_equal(at.from_us, midnight_us + 23 * HOUR_US);
    assert_int_equal(at.day, MONDAY);
    at = shifts_day(&shifts, midnight_us + DAY_US + 3 * HOUR_US);
    assert_int_equal(at.day, MONDAY);
    assert_int_equal(at.from_us, midnight_us + 7 * HOUR_US);
    assert_int_equal(at.to_us, midnight_us + 31 * HOUR_US);
    at = shifts_day(&shifts, -1);
    assert_true(at.from_us <= -1 && at.to_us > -1);
}

static void weekends_are_free(void **state) {
    (void)state;
    struct shifts shifts = {.zone = shifts_usual().zone, .n_shift = 1};
    shifts.shift[0] =
        (struct shift){.name = "주간", .start_min = 540, .length_min = 540, .days = 0x1F};
    assert_int_equal(shifts_check(&shifts, NULL), MARU_OK);
    struct shift_window at;
    assert_true(
        shifts_next(&shifts, midnight_us + 4 * DAY_US + 18 * HOUR_US, &at)); // Friday, closing
    assert_int_equal(at.from_us, midnight_us + 7 * DAY_US + 9 * HOUR_US);    // Monday
    shifts.shift[0].days = 0;
    assert_false(shifts_next(&shifts, midnight_us, &at));
}

struct bad_case {
    struct shifts shifts;
    const char *want;
};

static const struct bad_case bad[] = {
    {{.n_shift = SHIFTS_MAX + 1}, "more than"},
    {{.zone = {.standard_s = 86401}}, "time zone"},
    {{.day_start_min = 1440}, "time zone"},
    {{.n_shift = 1, .shift = {{"a", 1440, 10, 1}}}, "'a' must begin"},
    {{.n_shift = 1, .shift = {{"a", 0, 0, 1}}}, "'a' must begin"},
    {{.n_shift = 1, .shift = {{"a", 0, 1441, 1}}}, "'a' must begin"},
    {{.n_shift = 1, .shift = {{"a", 0, 10, 0x80}}}, "'a' must begin"},
    {{.n_shift = 2, .shift = {{"a", 0, 480, 1}, {"b", 479, 10, 1}}}, "overlap"},
    {{.n_shift = 2, .shift = {{"a", 1380, 480, 0x40}, {"b", 419, 10, 1}}},
     "overlap"}, // Sunday night
};

static void bad_shifts_are_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        maru_error err = {0};
        if (shifts_check(&bad[i].shifts, &err) == MARU_OK || !strstr(err.text, bad[i].want)) {
            fail_msg("row %zu: '%s', want '%s'", i, err.text, bad[i].want);
        }
    }
    const struct shifts good = {.n_shift = 2, .shift = {{"a", 1380, 480, 0x40}, {"b", 420, 10, 1}}};
    assert_int_equal(shifts_check(&good, NULL), MARU_OK);
    struct shifts endless = {.n_shift = 1};
    memset(endless.shift[0].name, 'x', sizeof endless.shift[0].name);
    assert_int_equal(shifts_check(&endless, NULL), MARU_E_INPUT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_shifts_follow_each_other),
        cmocka_unit_test(weekends_are_free),
        cmocka_unit_test(bad_shifts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
