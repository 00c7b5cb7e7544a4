#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/equipment/oee.h"
#include "control/equipment/shift_table.h"

#include <string.h>

// The example of docs/EQUIPMENT.md, by hand: a plant in Berlin, the two nights on which the clocks change, a break, a holiday.

#define MIN_US (INT64_C(60) * 1000000)
#define HOUR_US (60 * MIN_US)
#define MARCH_28_21Z_US (INT64_C(1774731600) * 1000000)   // 2026-03-28 22:00 in Berlin
#define OCTOBER_24_20Z_US (INT64_C(1792872000) * 1000000) // 2026-10-24 22:00 in Berlin

static const char berlin[] = "name,kind,days,begin,end,date,zone\n"
                             "day,,mon-fri,06:00,14:00,,Europe/Berlin\n"
                             "late,shift,mon-fri,14:00,22:00,,\n"
                             "night,,daily,22:00,06:00,,\n"
                             "tea,break,,23:00,23:30,,\n"
                             "Labor Day,holiday,,,,2026-05-01,\n"
                             "summer,holiday,,,,2026-08-03..2026-08-14,\n";

static maru_status read_text(const char *text, size_t n, maru_faults *faults, struct shifts *out) {
    maru_error err = {0};
    return shift_table_read("shifts.csv", text, n, faults, out, &err);
}

static void read_berlin(struct shifts *out) {
    maru_faults *faults = maru_faults_new();
    if (read_text(berlin, sizeof berlin - 1, faults, out) != MARU_OK) {
        fail_msg("%s", maru_faults_get(faults, 0)->wrong);
    }
    maru_faults_free(faults);
}

static struct shift_window next_of(const struct shifts *shifts, maru_time at_us) {
    struct shift_window window;
    assert_true(shifts_next(shifts, at_us, &window));
    return window;
}

static void nights_are_as_long_as_they_are(void **state) {
    (void)state;
    struct shifts shifts;
    read_berlin(&shifts);
    assert_int_equal(shifts.day_start_min, 6 * 60);
    const struct shift_window spring = next_of(&shifts, MARCH_28_21Z_US);
    assert_string_equal(shifts.shift[spring.shift].name, "night");
    assert_int_equal(spring.from_us, MARCH_28_21Z_US);
    assert_int_equal(spring.to_us - spring.from_us, 7 * HOUR_US);
    assert_int_equal(spring.day, 20540); // 2026-03-28: it belongs to the day on which it begins
    const struct shift_window autumn = next_of(&shifts, OCTOBER_24_20Z_US);
    assert_int_equal(autumn.to_us - autumn.from_us, 9 * HOUR_US);
    const struct shift_window day = shifts_day(&shifts, autumn.from_us);
    assert_int_equal(day.to_us - day.from_us, 25 * HOUR_US);
    // Saturday and Sunday have nights alone, and no shift begins in the holidays.
    assert_int_equal(next_of(&shifts, spring.to_us).from_us, spring.to_us + 16 * HOUR_US);
    assert_int_equal(next_of(&shifts, INT64_C(1785736800) * 1000000).day, 20680); // from 08-03 on
}

// Windows follow each other through two years without meeting, whatever the clocks do.
static void shifts_never_meet(void **state) {
    (void)state;
    struct shifts shifts;
    read_berlin(&shifts);
    struct shift_window window = next_of(&shifts, MARCH_28_21Z_US);
    for (int i = 0; i < 1500; i++) {
        const struct shift_window before = window;
        window = next_of(&shifts, before.to_us);
        if (window.from_us < before.to_us || window.to_us <= window.from_us ||
            window.day < before.day) {
            fail_msg("window %d begins %lld before the end of the last", i,
                     (long long)(before.to_us - window.from_us));
        }
        maru_time at_us = window.from_us, paused_us = 0;
        while (at_us < window.to_us) {
            maru_time until_us = at_us;
            const bool is_on = shifts_is_scheduled(&shifts, at_us, &until_us);
            assert_true(until_us > at_us && until_us <= window.to_us);
            paused_us += is_on ? 0 : until_us - at_us;
            at_us = until_us;
        }
        const bool is_night = strcmp(shifts.shift[window.shift].name, "night") == 0;
        assert_int_equal(paused_us, is_night ? 30 * MIN_US : 0);
    }
}

static void put(struct timeline *timeline, int min, uint8_t substate) {
    const struct timeline_event event = {
        .at_us = MARCH_28_21Z_US + min * MIN_US, .kind = TIMELINE_SAY, .substate = substate};
    assert_int_equal(timeline_put(timeline, &event, NULL), MARU_OK);
}

static void breaks_are_time_off(void **state) {
    (void)state;
    static const maru_time ideal_us[] = {MIN_US};
    struct shifts shifts;
    struct timeline timeline;
    struct yield_log log;
    struct oee_sums sums = {0};
    read_berlin(&shifts);
    assert_int_equal(timeline_init(&timeline, 64, NULL), MARU_OK);
    assert_int_equal(yield_log_init(&log, 64, NULL), MARU_OK);
    put(&timeline, 0, E10_SUB_REGULAR);      // 22:00
    put(&timeline, 60, E10_SUB_NO_OPERATOR); // 23:00, through the break and 15 min more
    put(&timeline, 105, E10_SUB_REGULAR);    // 23:45, to 06:00 = 05:00 by the old clock
    put(&timeline, 420, E10_SUB_NO_PRODUCT); // nobody is there until 22:00
    const struct yield yield = {.at_us = MARCH_28_21Z_US + 300 * MIN_US, .good = 300, .scrap = 15};
    assert_int_equal(yield_log_put(&log, &yield, NULL), MARU_OK);
    const struct oee_options options = {.ideal_us = ideal_us,
                                        .n_item = 1,
                                        .minor_stop_us = 5 * MIN_US,
                                        .startup_us = 15 * MIN_US,
                                        .shifts = &shifts};
    const struct shift_window night = next_of(&shifts, MARCH_28_21Z_US);
    assert_int_equal(oee_add(&timeline, &log, &options, night.from_us, night.to_us, &sums, NULL),
                     MARU_OK);
    const struct oee oee = oee_of(&sums);
    assert_int_equal(sums.span_us, 420 * MIN_US);
    assert_int_equal(sums.substate_us[E10_SUB_OFF], 30 * MIN_US);
    assert_int_equal(sums.substate_us[E10_SUB_NO_OPERATOR], 15 * MIN_US);
    assert_int_equal(sums.substate_us[E10_SUB_REGULAR], 375 * MIN_US);
    assert_float_equal(oee.availability, 390.0 / 420, 1e-12);
    assert_float_equal(oee.oee, 300.0 / 420, 1e-12);
    assert_int_equal(oee.busy_us, 390 * MIN_US);
    assert_float_equal(oee.iso_availability, 375.0 / 390, 1e-12);
    assert_float_equal(oee.iso_effectiveness, 315.0 / 375, 1e-12);
    assert_float_equal(oee.iso_oee, 300.0 / 390, 1e-12);
    // The production day has the empty Sunday behind it: off, not waiting. Without the table all of it waits.
    const struct shift_window day = shifts_day(&shifts, night.from_us);
    struct oee_sums whole = {0}, plain = {0};
    assert_int_equal(
        oee_add(&timeline, &log, &options, night.from_us, day.to_us + 16 * HOUR_US, &whole, NULL),
        MARU_OK);
    assert_int_equal(whole.substate_us[E10_SUB_OFF], 30 * MIN_US + 16 * HOUR_US);
    assert_int_equal(whole.substate_us[E10_SUB_NO_PRODUCT], 0);
    struct oee_options all = options;
    all.shifts = NULL;
    assert_int_equal(
        oee_add(&timeline, &log, &all, night.from_us, day.to_us + 16 * HOUR_US, &plain, NULL),
        MARU_OK);
    assert_int_equal(plain.substate_us[E10_SUB_OFF], 0);
    assert_int_equal(plain.substate_us[E10_SUB_NO_PRODUCT], 16 * HOUR_US);
    timeline_fini(&timeline);
    yield_log_fini(&log);
}

static void what_is_written_reads_back(void **state) {
    (void)state;
    struct shifts shifts, again;
    struct text once, twice;
    maru_faults *faults = maru_faults_new();
    read_berlin(&shifts);
    text_init(&once, 1 << 20);
    text_init(&twice, 1 << 20);
    shift_table_write(&shifts, &once);
    assert_int_equal(read_text(once.bytes, once.n_bytes, faults, &again), MARU_OK);
    shift_table_write(&again, &twice);
    assert_string_equal(once.bytes, twice.bytes);
    assert_int_equal(again.n_holiday, 2);
    assert_int_equal(again.holiday[1].last_day - again.holiday[1].first_day, 11);
    for (size_t n = 0; n < sizeof berlin;
         n++) { // each prefix is a table or has a fault with its place
        maru_faults *some = maru_faults_new();
        const maru_status st = read_text(berlin, n, some, &again);
        assert_true((st == MARU_OK) == (maru_faults_count(some, MARU_FAULT) == 0));
        maru_faults_free(some);
    }
    text_fini(&once);
    text_fini(&twice);
    maru_faults_free(faults);
}

static void faults_have_their_place(void **state) {
    static const struct {
        const char *text, *want;
        uint32_t row, column;
    } cases[] = {
        {"name,begin,end\nA,6,14:00\n", "it does not begin at a time", 2, 2},
        {"name,begin,end\nA,24:00,06:00\n", "it does not begin at a time", 2, 2},
        {"name,begin,end\nA,06:00,24:01\n", "it does not end at a time", 2, 3},
        {"name,begin,end\nA,06:60,14:00\n", "it does not begin at a time", 2, 2},
        {"name,begin,end\n,06:00,14:00\n", "the cell is empty", 2, 1},
        {"name,days,begin,end\nA,mon-,06:00,14:00\n", "these are no days", 2, 2},
        {"name,days,begin,end\nA,\"mon, , tues\",06:00,14:00\n", "these are no days", 2, 2},
        {"name,begin,end\nA,06:00,14:00\nB,13:59,20:00\n", "overlaps with shift 'A'", 3, 2},
        {"이름,요일,시작,끝\nA,일,22:00,06:00\nB,월,05:00,14:00\n", "overlaps with shift 'A'", 3,
         3},
        {"name,kind,begin,end\nA,pause,06:00,14:00\n", "none of these", 2, 2},
        {"name,kind,begin,end\nA,break,06:00,14:00\n", "there is no shift", 1, 1},
        {"name,begin,end,zone\nA,06:00,14:00,Mars\n", "this time zone is not known", 2, 4},
        {"name,begin,end,zone\nA,06:00,14:00,UTC\nB,14:00,22:00,+09:00\n", "another row says", 3,
         4},
        {"name,kind,begin,end,date\nX,holiday,,,2026-02-30\n", "this is no date", 2, 5},
        {"name,kind,begin,end,date\nX,휴일,,,2026-02-03..2026-02-01\n", "this is no date", 2, 5},
        {"name,kind,begin,end,date\nX,휴일,06:00,,2026-02-01\n", "a holiday has a date only", 2, 3},
        {"name,begin,end,date\nA,06:00,14:00,2026-01-01\n", "come every week", 2, 4},
        {"begin,end\n06:00,14:00\n", "a required column is missing", 1, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct shifts shifts;
        maru_faults *faults = maru_faults_new();
        assert_int_equal(read_text(cases[i].text, strlen(cases[i].text), faults, &shifts),
                         MARU_E_INPUT);
        const maru_fault *fault = maru_faults_get(faults, 0);
        if (!strstr(fault->wrong, cases[i].want) || fault->row != cases[i].row ||
            fault->column != cases[i].column || fault->right[0] == '\0') {
            fail_msg("row %zu: %u:%u %s", i, fault->row, fault->column, fault->wrong);
        }
        maru_faults_free(faults);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nights_are_as_long_as_they_are),
        cmocka_unit_test(shifts_never_meet),
        cmocka_unit_test(breaks_are_time_off),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(faults_have_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
