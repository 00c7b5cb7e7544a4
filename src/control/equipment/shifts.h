// The shifts of a factory: from when to when each one lasts, day by day, in its own time zone, with breaks and holidays.
//
// A shift may go across midnight; it belongs to the production day in which it begins, and a production day begins at a time of its own.
// Times are those of a clock on the wall: where it is put forward or back, a night is an hour shorter or longer.
#ifndef CONTROL_SHIFTS_H
#define CONTROL_SHIFTS_H

#include <stdbool.h>
#include <stdint.h>

#include "control/equipment/zone.h"

enum {
    SHIFTS_MAX = 12,
    SHIFTS_MAX_BREAKS = 48,
    SHIFTS_MAX_HOLIDAYS = 400,
    SHIFTS_MAX_NAME_BYTES = 64,
    SHIFTS_EVERY_DAY = 0x7F,
    SHIFTS_DAY_MIN = 24 * 60,
};

struct shift {                        // or a break
    char name[SHIFTS_MAX_NAME_BYTES]; // UTF-8
    int32_t start_min;                // of the local day, 0 to 1439
    int32_t length_min;               // 1 to 1440
    uint8_t days;                     // bit 0: it begins on Mondays, ..., bit 6: on Sundays
};

struct holiday { // production days on which no shift begins
    char name[SHIFTS_MAX_NAME_BYTES];
    int32_t first_day, last_day; // since 1970-01-01
};

struct shifts {
    struct zone zone;
    int32_t day_start_min; // when a production day begins, 0 to 1439
    uint32_t n_shift, n_break, n_holiday;
    struct shift shift[SHIFTS_MAX];
    struct shift pause[SHIFTS_MAX_BREAKS];
    struct holiday holiday[SHIFTS_MAX_HOLIDAYS];
};

struct shift_window {
    maru_time from_us, to_us; // UTC
    int64_t day;              // of production: days since 1970-01-01, local
    uint32_t shift;
};

// Three shifts of eight hours every day from 07:00, in Seoul; no breaks, no holidays.
struct shifts shifts_usual(void);

// Can windows be made of it? Times must be in their ranges and shifts not overlap.
//   errors  MARU_E_INPUT: says which shift and what would be right
MARU_MUST_USE maru_status shifts_check(const struct shifts *shifts, maru_error *err);
// Do two shifts meet in some week? Of one with itself: on different days.
bool shifts_overlap(const struct shift *a, const struct shift *b);

// The first shift that ends after at_us: the present one, or the next where there is none.
//   in      shifts that shifts_check let through
//   errors  false: none begins in the next two years
bool shifts_next(const struct shifts *shifts, maru_time at_us, struct shift_window *out);

// The production day that at_us lies in; its shift is SHIFTS_MAX.
struct shift_window shifts_day(const struct shifts *shifts, maru_time at_us);

// Is at_us in a shift and in no break?
//   out     *until_us: until when that holds at least, after at_us
bool shifts_is_scheduled(const struct shifts *shifts, maru_time at_us, maru_time *until_us);

#endif
