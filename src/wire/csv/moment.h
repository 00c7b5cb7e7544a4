// A point in time as factories write it: dates of many kinds, Excel's days, counts since 1970.
#ifndef WIRE_CSV_MOMENT_H
#define WIRE_CSV_MOMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maru/status.h"

enum moment_form {
    MOMENT_YMD, // 2025-10-31 15:05:07.25, 2025.10.31, 2025년 10월 31일 오후 3시 5분, 20251031T150507Z,
                // 31-Oct-2025, Oct 31, 2025 3:05 PM: with the English name of the month
    MOMENT_MDY,   // 10/31/2025 3:05 PM
    MOMENT_DMY,   // 31.10.2025 15:05
    MOMENT_EXCEL, // days since 1899-12-30, with a fraction: 45961.62855
    MOMENT_S,     // since 1970-01-01 UTC, each with a fraction or without
    MOMENT_MS,
    MOMENT_US,
    MOMENT_NS,
    MOMENT_YY, // 25.10.31, 25-10-31 15:05, 25년 10월 31일: as YMD, with a year of two digits, never guessed
    N_MOMENT_FORM,
};

enum { MOMENT_MAX_OFFSET_MIN = 18 * 60, MOMENT_SEOUL_MIN = 9 * 60 };

// "ymd", "mdy", "dmy", "excel", "s", "ms", "us", "ns", "yy".
//   memory  static
const char *moment_form_name(enum moment_form form);

// Read all n bytes as a time of this form. Dates may go without a time of day, with 24 hours or with AM,
// PM, 오전, 오후; with Z or an offset from UTC, else `offset_min` (east is positive) is taken. Years 1900 to
// 2299; of two digits, 1970 to 2069, in YY, and in MDY with slashes: 25-10-31 could be any. Less than 1 us is cut off.
//   out     *at_us, untouched when false
bool moment_read(const char *bytes, size_t n, enum moment_form form, int32_t offset_min,
                 maru_time *at_us);

// Is the name of a month in it, in full or its first three letters? Quick, and no more than a hint.
bool moment_has_month(const char *bytes, size_t n);

// The form that reads this text, by its looks: for numbers by how large they are (Excel's days of 1954 to
// 2119, else seconds, ms, us or ns of 1973 to 5138). MDY wherever MDY and DMY are both possible.
// N_MOMENT_FORM: none.
enum moment_form moment_guess(const char *bytes, size_t n);

// 1970-01-01 is day 0. False: there is no such day.
bool moment_day(int64_t year, int64_t month, int64_t day, int64_t *days);

#endif
