// Time zones, with daylight saving: from UTC to what a clock on the wall shows, and back.
//
// A zone is a rule that holds for all years, as POSIX writes it: what zones were before their present rule is not known here.
#ifndef CONTROL_ZONE_H
#define CONTROL_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maru/status.h"

enum { ZONE_MAX_NAME_BYTES = 64 };

struct zone_change { // on the week-th weekday of a month; week 5: the last
    uint8_t month;   // 1 to 12
    uint8_t week;    // 1 to 5
    uint8_t weekday; // 0: Sunday
    int32_t local_s; // after midnight, by the clock that holds before; -167 h to 167 h
};

struct zone {
    char name[ZONE_MAX_NAME_BYTES]; // as it was written
    int32_t standard_s, other_s;    // less UTC
    bool has_other;                 // between begins and ends
    struct zone_change begins, ends;
};

// Read a name of the IANA database that is known here (`Europe/Berlin`), an offset (`UTC`, `+09:00`, `UTC-3`), or a rule of POSIX
// (`CET-1CEST,M3.5.0,M10.5.0/3`; days as M only).
//   out     *out, untouched when false
//   source  IEEE Std 1003.1, clause 8.3 (TZ)
bool zone_read(const char *bytes, size_t n, struct zone *out);

// The offset from UTC at a moment, in seconds.
int32_t zone_offset(const struct zone *zone, maru_time at_us);

// When a clock on the wall shows a time: the first of two moments where it is put back, that of the change where it is put
// forward. A later time gives never an earlier moment.
//   in      local_us: since 1970-01-01 00:00 local time
maru_time zone_utc(const struct zone *zone, maru_time local_us);

#endif
