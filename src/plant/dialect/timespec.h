// Times as people write them in tables: spans with a unit, chance, dates, shares. Text in, integers
// out, and back again without loss: what a write function made, its read function gives the same
// value for.
#ifndef PLANT_TIMESPEC_H
#define PLANT_TIMESPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "plant/plant.h"

// The longest span of time that a table may name: 100 years of 365.25 days. Sums of many stay far
// below int64.
#define TIMESPEC_MAX_US (INT64_C(36525) * 86400 * 1000000)

// Why a cell cannot be read: two sentences for a fault.
//   memory  static
struct complaint {
    const char *wrong, *right;
};

// All read functions take a cell without surrounding blanks; false leaves the result untouched and
// fills *why.

// A number and its unit, such as `12 min`, `1.5h`, `30 초`; a plain `0` needs none. Negative spans
// are refused.
bool span_read(const char *bytes, size_t n, maru_time *out, struct complaint *why);

// A number whose unit stands apart: `25.0665` and `min`.
bool span_read_parts(const char *number, size_t n_number, const char *unit, size_t n_unit,
                     maru_time *out, struct complaint *why);

// A span that may lie before time 0: `-3 day`.
bool offset_read(const char *bytes, size_t n, maru_time *out, struct complaint *why);

// A drawn span. For DIST_EMPIRICAL the values are the caller's to load, from the named file.
struct chance {
    struct dist dist;
    const char *file; // inside the bytes that were read
    size_t n_file;
    maru_time unit_us; // that stands behind the brackets; 0 = none
};

// `12 min`, `uniform(10, 14) min`, `exponential(168 h)`, `empirical(file.csv) min`, ...
bool chance_read(const char *bytes, size_t n, struct chance *out, struct complaint *why);

// One value of an empirical file: with its own unit, else in unit_us (0 = its own is needed).
bool value_read(const char *bytes, size_t n, maru_time unit_us, maru_time *out,
                struct complaint *why);

// `uniform` with mean and half-width and so on: distributions in AutoSched's four columns, already
// in us. n_value: how many of mean, second were given.
bool chance_from_parts(const char *name, size_t n_name, maru_time mean, maru_time second,
                       unsigned n_value, struct dist *out, struct complaint *why);

// `2018-01-01 00:00:00`, also with T between, without time, seconds, or with a fraction of up to 6
// digits. us since 1970-01-01 00:00:00, local time without zones. Years 1800 to 2400.
bool date_read(const char *bytes, size_t n, maru_time *out, struct complaint *why);

// `01/31/18 13:05:59`: month, day, year of two (1970 to 2069) or four digits, as AutoSched writes
// dates.
bool date_read_us_order(const char *bytes, size_t n, maru_time *out, struct complaint *why);

// `1.8 %`, `0.018`: in [0, 1]. With is_percent a bare number is in percent.
bool share_read(const char *bytes, size_t n, bool is_percent, double *out, struct complaint *why);

void span_write(struct text *text, maru_time span);            // also negative: for offset_read
void chance_write(struct text *text, const struct dist *dist); // nothing for DIST_NONE
void date_write(struct text *text, maru_time date);

// Same text without regard to the case of ASCII letters?
bool word_is(const char *bytes, size_t n, const char *word);

#endif
