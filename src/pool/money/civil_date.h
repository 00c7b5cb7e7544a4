// Days and months of the calendar for bills: dates as text in and out, and where months begin. One fixed offset from UTC.
#ifndef POOL_CIVIL_DATE_H
#define POOL_CIVIL_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum { CIVIL_MAX_OFFSET_MIN = 18 * 60, CIVIL_SEOUL_MIN = 9 * 60 };
#define CIVIL_MAX_US (INT64_C(10000000000) * 1000000) // either way: 317 years

// Read "2026-04-01", "2026-04-01 09:30", "2026-04-01T09:30:00.25Z" or with +09:00; else `offset_min` (east is positive) holds.
//   in      offset_min from -CIVIL_MAX_OFFSET_MIN to CIVIL_MAX_OFFSET_MIN
//   out     *at_us since 1970; untouched where false. Years 1900 to 2199
bool civil_read(const char *bytes, size_t n, int32_t offset_min, int64_t *at_us);

// "2026-04-01T09:30:00+09:00", with as many digits of a second as it has; civil_read gives the same moment.
//   in      at_us from 1900 to 2199, else the text has the nearest of these
void civil_add(struct text *out, int64_t at_us, int32_t offset_min);

// Months are counted from January of year 0.
int64_t civil_month(int64_t at_us, int32_t offset_min);
int64_t civil_month_start(int64_t month, int32_t offset_min); // us
void civil_add_month(struct text *out, int64_t month);        // "2026-04"

#endif
