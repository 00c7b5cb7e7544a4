// The shifts of a factory: from when to when each one lasts, day by day, in its own time zone.
//
// A zone is an offset from UTC that does not change (Asia/Seoul: 9 h). A shift may go across midnight;
// it belongs to the production day in which it begins, and a production day begins at a time of its own.
#ifndef CONTROL_SHIFTS_H
#define CONTROL_SHIFTS_H

#include <stdbool.h>
#include <stdint.h>

#include "maru/status.h"

enum { SHIFTS_MAX = 12, SHIFTS_MAX_NAME_BYTES = 64, SHIFTS_EVERY_DAY = 0x7F };
enum { SHIFTS_SEOUL_MIN = 9 * 60, SHIFTS_DAY_MIN = 24 * 60 };

struct shift {
    char name[SHIFTS_MAX_NAME_BYTES]; // UTF-8
    int32_t start_min;                // of the local day, 0 to 1439
    int32_t length_min;               // 1 to 1440
    uint8_t days;                     // bit 0: it begins on Mondays, ..., bit 6: on Sundays
};

struct shifts {
    int32_t offset_min;    // local time less UTC, -1440 to 1440
    int32_t day_start_min; // when a production day begins, 0 to 1439
    uint32_t n_shift;
    struct shift shift[SHIFTS_MAX];
};

struct shift_window {
    maru_time from_us, to_us; // UTC
    int64_t day;              // of production: days since 1970-01-01, local
    uint32_t shift;
};

// Three shifts of eight hours every day from 07:00, in Seoul.
struct shifts shifts_usual(void);

// Can windows be made of it? Times must be in their ranges and shifts not overlap.
//   errors  MARU_E_INPUT: says which shift and what would be right
MARU_MUST_USE maru_status shifts_check(const struct shifts *shifts, maru_error *err);

// The first shift that ends after at_us: the present one, or the next where there is none.
//   in      shifts that shifts_check let through
//   errors  false: no shift ever begins
bool shifts_next(const struct shifts *shifts, maru_time at_us, struct shift_window *out);

// The production day that at_us lies in; its shift is SHIFTS_MAX.
struct shift_window shifts_day(const struct shifts *shifts, maru_time at_us);

#endif
