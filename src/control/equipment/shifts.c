#include "control/equipment/shifts.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"

// Local time is UTC plus the offset; a day is a number of local days since 1970-01-01, which was a
// Thursday. A window is found by looking at the shifts of the day before, of this one, and of the week
// ahead: no shift is longer than a day, and what begins at all begins once a week.

#define MINUTE_US (INT64_C(60) * 1000000)
#define DAY_US (SHIFTS_DAY_MIN * MINUTE_US)

enum { WEEK_DAYS = 7, WEEK_MIN = WEEK_DAYS * SHIFTS_DAY_MIN, FIRST_WEEKDAY = 3 };

struct shifts shifts_usual(void) {
    static const char *const name[] = {"day", "evening", "night"};
    struct shifts shifts = {.offset_min = SHIFTS_SEOUL_MIN, .day_start_min = 7 * 60, .n_shift = 3};
    for (uint32_t i = 0; i < 3; i++) {
        shifts.shift[i] = (struct shift){.start_min = (int32_t)(7 + 8 * i) * 60 % SHIFTS_DAY_MIN,
                                         .length_min = 8 * 60,
                                         .days = SHIFTS_EVERY_DAY};
        snprintf(shifts.shift[i].name, sizeof shifts.shift[i].name, "%s", name[i]);
    }
    return shifts;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static bool begins_on(const struct shift *shift, int64_t day) {
    const int64_t weekday = (day % WEEK_DAYS + WEEK_DAYS + FIRST_WEEKDAY) % WEEK_DAYS;
    return (shift->days >> weekday & 1) != 0;
}

// Do they meet in some week? Both are taken on each of their weekdays, around the week.
static bool overlap(const struct shift *a, const struct shift *b) {
    for (int day = 0; day < WEEK_DAYS; day++) {
        for (int other = 0; other < WEEK_DAYS; other++) {
            if ((a->days >> day & 1) == 0 || (b->days >> other & 1) == 0 ||
                (a == b && day == other)) {
                continue;
            }
            const int from = day * SHIFTS_DAY_MIN + a->start_min;
            const int at = other * SHIFTS_DAY_MIN + b->start_min;
            if ((at - from + WEEK_MIN) % WEEK_MIN < a->length_min) {
                return true;
            }
        }
    }
    return false;
}

maru_status shifts_check(const struct shifts *shifts, maru_error *err) {
    if (shifts->n_shift > SHIFTS_MAX) {
        return fail(err, MARU_E_LIMIT, "there are more than %d shifts", SHIFTS_MAX);
    }
    if (shifts->offset_min < -SHIFTS_DAY_MIN || shifts->offset_min > SHIFTS_DAY_MIN ||
        shifts->day_start_min < 0 || shifts->day_start_min >= SHIFTS_DAY_MIN) {
        return fail(err, MARU_E_INPUT,
                    "the time zone or the beginning of the production day is out of range");
    }
    for (uint32_t i = 0; i < shifts->n_shift; i++) {
        const struct shift *shift = &shifts->shift[i];
        if (!memchr(shift->name, '\0', sizeof shift->name)) {
            return fail(err, MARU_E_INPUT, "the name of a shift is too long");
        }
        if (shift->start_min < 0 || shift->start_min >= SHIFTS_DAY_MIN || shift->length_min < 1 ||
            shift->length_min > SHIFTS_DAY_MIN || shift->days > SHIFTS_EVERY_DAY) {
            return fail(err, MARU_E_INPUT,
                        "shift '%s' must begin within a day and last up to 24 hours", shift->name);
        }
    }
    for (uint32_t i = 0; i < shifts->n_shift; i++) {
        for (uint32_t k = 0; k < shifts->n_shift; k++) {
            if (overlap(&shifts->shift[i], &shifts->shift[k])) {
                return fail(err, MARU_E_INPUT, "shifts '%s' and '%s' overlap",
                            shifts->shift[i].name, shifts->shift[k].name);
            }
        }
    }
    return MARU_OK;
}

// Which production day is a local moment in?
static int64_t day_of(const struct shifts *shifts, int64_t local_us) {
    return floor_div(local_us - shifts->day_start_min * MINUTE_US, DAY_US);
}

bool shifts_next(const struct shifts *shifts, maru_time at_us, struct shift_window *out) {
    const int64_t offset_us = shifts->offset_min * MINUTE_US;
    const int64_t today = floor_div(at_us + offset_us, DAY_US);
    bool is_found = false;
    for (int64_t day = today - 1; day <= today + WEEK_DAYS; day++) {
        for (uint32_t i = 0; i < shifts->n_shift; i++) {
            const struct shift *shift = &shifts->shift[i];
            const int64_t local_us = day * DAY_US + shift->start_min * MINUTE_US;
            const maru_time from_us = local_us - offset_us;
            const maru_time to_us = from_us + shift->length_min * MINUTE_US;
            if (begins_on(shift, day) && to_us > at_us && (!is_found || from_us < out->from_us)) {
                *out = (struct shift_window){from_us, to_us, day_of(shifts, local_us), i};
                is_found = true;
            }
        }
    }
    return is_found;
}

struct shift_window shifts_day(const struct shifts *shifts, maru_time at_us) {
    const int64_t offset_us = shifts->offset_min * MINUTE_US;
    const int64_t day = day_of(shifts, at_us + offset_us);
    const maru_time from_us = day * DAY_US + shifts->day_start_min * MINUTE_US - offset_us;
    return (struct shift_window){from_us, from_us + DAY_US, day, SHIFTS_MAX};
}
