#include "control/equipment/shifts.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"

// Local time is that of the zone; a day is a number of local days since 1970-01-01, which was a Thursday. A window is found by
// looking at the shifts of the day before, of this one, and of those ahead: no shift is longer than a day, and what begins at
// all begins once a week but for holidays.

#define MINUTE_US (INT64_C(60) * 1000000)
#define DAY_US (SHIFTS_DAY_MIN * MINUTE_US)

enum {
    WEEK_DAYS = 7,
    WEEK_MIN = WEEK_DAYS * SHIFTS_DAY_MIN,
    FIRST_WEEKDAY = 3,
    AHEAD_DAYS = 731,
    SEOUL_S = 9 * 3600,
    DAY_S = 24 * 3600
};

struct shifts shifts_usual(void) {
    static const char *const name[] = {"day", "evening", "night"};
    struct shifts shifts = {.zone = {"Asia/Seoul", .standard_s = SEOUL_S, .other_s = SEOUL_S},
                            .day_start_min = 7 * 60,
                            .n_shift = 3};
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

// Both are taken on each of their weekdays, around the week.
bool shifts_overlap(const struct shift *a, const struct shift *b) {
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

static maru_status check_times(const struct shift *shift, maru_error *err) {
    if (!memchr(shift->name, '\0', sizeof shift->name)) {
        return fail(err, MARU_E_INPUT, "the name of a shift is too long");
    }
    if (shift->start_min < 0 || shift->start_min >= SHIFTS_DAY_MIN || shift->length_min < 1 ||
        shift->length_min > SHIFTS_DAY_MIN || shift->days > SHIFTS_EVERY_DAY) {
        return fail(err, MARU_E_INPUT, "shift '%s' must begin within a day and last up to 24 hours",
                    shift->name);
    }
    return MARU_OK;
}

maru_status shifts_check(const struct shifts *shifts, maru_error *err) {
    if (shifts->n_shift > SHIFTS_MAX) {
        return fail(err, MARU_E_LIMIT, "there are more than %d shifts", SHIFTS_MAX);
    }
    if (shifts->n_break > SHIFTS_MAX_BREAKS || shifts->n_holiday > SHIFTS_MAX_HOLIDAYS) {
        return fail(err, MARU_E_LIMIT, "there are more than %d breaks or %d holidays",
                    SHIFTS_MAX_BREAKS, SHIFTS_MAX_HOLIDAYS);
    }
    const struct zone *zone = &shifts->zone;
    if (zone->standard_s < -DAY_S || zone->standard_s > DAY_S || zone->other_s < -DAY_S ||
        zone->other_s > DAY_S || shifts->day_start_min < 0 ||
        shifts->day_start_min >= SHIFTS_DAY_MIN) {
        return fail(err, MARU_E_INPUT,
                    "the time zone or the beginning of the production day is out of range");
    }
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < shifts->n_shift; i++) {
        st = check_times(&shifts->shift[i], err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < shifts->n_break; i++) {
        st = check_times(&shifts->pause[i], err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < shifts->n_shift; i++) {
        for (uint32_t k = 0; st == MARU_OK && k < shifts->n_shift; k++) {
            if (shifts_overlap(&shifts->shift[i], &shifts->shift[k])) {
                st = fail(err, MARU_E_INPUT, "shifts '%s' and '%s' overlap", shifts->shift[i].name,
                          shifts->shift[k].name);
            }
        }
    }
    return st;
}

// ---- windows

static int64_t local_day(const struct shifts *shifts, maru_time at_us) {
    return floor_div(at_us + zone_offset(&shifts->zone, at_us) * INT64_C(1000000), DAY_US);
}

// Which production day is a local moment in?
static int64_t day_of(const struct shifts *shifts, int64_t local_us) {
    return floor_div(local_us - shifts->day_start_min * MINUTE_US, DAY_US);
}

static bool is_holiday(const struct shifts *shifts, int64_t day) {
    for (uint32_t i = 0; i < shifts->n_holiday; i++) {
        if (day >= shifts->holiday[i].first_day && day <= shifts->holiday[i].last_day) {
            return true;
        }
    }
    return false;
}

// That which begins on a local day; false: none does, or it is over before it begins where the clock is put forward.
static bool window_on(const struct shifts *shifts, const struct shift *shift, int64_t day,
                      struct shift_window *out) {
    const int64_t local_us = day * DAY_US + shift->start_min * MINUTE_US;
    out->from_us = zone_utc(&shifts->zone, local_us);
    out->to_us = zone_utc(&shifts->zone, local_us + shift->length_min * MINUTE_US);
    out->day = day_of(shifts, local_us);
    return begins_on(shift, day) && out->to_us > out->from_us;
}

bool shifts_next(const struct shifts *shifts, maru_time at_us, struct shift_window *out) {
    const int64_t today = local_day(shifts, at_us);
    bool is_found = false;
    for (int64_t day = today - 1; !is_found && day <= today + AHEAD_DAYS; day++) {
        for (uint32_t i = 0; i < shifts->n_shift; i++) {
            struct shift_window window = {.shift = i};
            if (window_on(shifts, &shifts->shift[i], day, &window) && window.to_us > at_us &&
                (!is_found || window.from_us < out->from_us) && !is_holiday(shifts, window.day)) {
                *out = window;
                is_found = true;
            }
        }
    }
    return is_found;
}

static maru_time day_begin(const struct shifts *shifts, int64_t day) {
    return zone_utc(&shifts->zone, day * DAY_US + shifts->day_start_min * MINUTE_US);
}

struct shift_window shifts_day(const struct shifts *shifts, maru_time at_us) {
    int64_t day = local_day(shifts, at_us);
    while (day_begin(shifts, day) > at_us) {
        day--;
    }
    while (day_begin(shifts, day + 1) <= at_us) { // an hour that comes twice
        day++;
    }
    return (struct shift_window){day_begin(shifts, day), day_begin(shifts, day + 1), day,
                                 SHIFTS_MAX};
}

bool shifts_is_scheduled(const struct shifts *shifts, maru_time at_us, maru_time *until_us) {
    struct shift_window window;
    if (!shifts_next(shifts, at_us, &window)) {
        *until_us = at_us + DAY_US;
        return false;
    }
    if (window.from_us > at_us) {
        *until_us = window.from_us;
        return false;
    }
    bool is_break = false;
    maru_time end_us = window.to_us;
    const int64_t today = local_day(shifts, at_us);
    for (int64_t day = today - 1; day <= today + 1; day++) {
        for (uint32_t i = 0; i < shifts->n_break; i++) {
            struct shift_window pause;
            if (!window_on(shifts, &shifts->pause[i], day, &pause) || pause.to_us <= at_us) {
                continue;
            }
            const bool holds = pause.from_us <= at_us;
            const maru_time change_us = holds ? pause.to_us : pause.from_us;
            is_break = is_break || holds;
            end_us = change_us < end_us ? change_us : end_us;
        }
    }
    *until_us = end_us;
    return !is_break;
}
