#include <math.h>
#include <string.h>
#include <strings.h>

#include "io/workbook/workbook_inside.h"

// Which number formats show dates or times, and which day a number of days is.
//
// Source: ECMA-376-1:2016, 18.8.30 (numFmt: the numbers of built-in formats, and those of East Asia), 18.17.4.1 (1900 date system, in
// which 1900 is a leap year, and 1904 date system). ODF 1.3 part 3, 18.2: dates and durations as in XML Schema part 2.

enum workbook_form workbook_form_of(uint32_t id) {
    if ((id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 31) || id == 36 ||
        (id >= 50 && id <= 54) || id == 57 || id == 58) {
        return WORKBOOK_DATE;
    }
    // 32 to 35 and 55, 56 are times of day in East Asia, or dates: the number tells, below 1 it is a time.
    return (id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id == 45 || id == 47 || id == 55 ||
                   id == 56
               ? WORKBOOK_CLOCK
               : WORKBOOK_PLAIN;
}

// What is quoted, escaped or in brackets (colors, conditions, countries) does not count; [h] is a duration, which stays a number.
enum workbook_form workbook_form_of_code(const char *code) {
    bool has_day = false;
    bool has_month = false;
    bool has_clock = false;
    for (const char *at = code; *at && *at != ';'; at++) {
        if (*at == '"' || *at == '[') {
            const char close = *at == '"' ? '"' : ']';
            const char first = (char)(at[1] | 0x20);
            const bool is_elapsed = *at == '[' && (first == 'h' || first == 'm' || first == 's') &&
                                    (at[2] == ']' || (at[2] | 0x20) == first);
            const char *end = strchr(at + 1, close);
            if (!end || is_elapsed) {
                return WORKBOOK_PLAIN;
            }
            at = end;
        } else if (*at == '\\' || *at == '_' || *at == '*') {
            at += at[1] != '\0';
        } else if (strncasecmp(at, "am/pm", 5) == 0) {
            has_clock = true;
            at += 4;
        } else if (strncasecmp(at, "general", 7) == 0) {
            at += 6;
        } else {
            const char c = (char)(*at | 0x20);
            has_day = has_day || c == 'y' || c == 'd';
            has_month = has_month || c == 'm';
            has_clock = has_clock || c == 'h' || c == 's';
        }
    }
    if (has_day || (has_month && !has_clock)) {
        return WORKBOOK_DATE;
    }
    return has_clock ? WORKBOOK_CLOCK : WORKBOOK_PLAIN;
}

// Year, month and day of a day since 1970-01-01, by the method of civil_from_days: years begin in March.
static void split_day(int64_t day, int *year, int *month, int *of_month) {
    const int64_t z = day + 719468;
    const int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    const int64_t of_era = z - era * 146097;
    const int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
    const int64_t m = (5 * of_year + 2) / 153;
    *of_month = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = (int)(y + era * 400 + (*month <= 2));
}

// The inverse.
static int64_t join_day(int64_t year, int64_t month, int64_t of_month) {
    const int64_t y = year - (month <= 2);
    const int64_t era = (y >= 0 ? y : y - 399) / 400;
    const int64_t of_era = y - era * 400;
    const int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + of_month - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

enum { DAY_MS = 86400000 };

static void add_date(struct text *text, int64_t day_since_1970) {
    int year = 0, month = 0, of_month = 0;
    split_day(day_since_1970, &year, &month, &of_month);
    text_addf(text, "%04d-%02d-%02d", year, month, of_month);
}

static void add_clock(struct text *text, int ms) {
    text_addf(text, "%02d:%02d:%02d", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60);
    if (ms % 1000 > 0) {
        text_addf(text, ".%03d", ms % 1000);
    }
}

bool workbook_add_day(struct text *text, double day, enum workbook_form form, bool is_1904) {
    if (!(day >= 0 && day < 2958466)) { // 9999-12-31
        return false;
    }
    const int64_t ms = (int64_t)floor(day * (double)DAY_MS + 0.5);
    int64_t whole = ms / DAY_MS;
    const int of_day = (int)(ms % DAY_MS);
    if (form == WORKBOOK_CLOCK && whole == 0) {
        add_clock(text, of_day);
        return true;
    }
    if (!is_1904 && (whole == 0 || whole == 60)) {
        return false; // 1900-01-00, and 1900-02-29: no such days
    }
    whole += is_1904 ? 1462 : whole < 60;
    add_date(text, whole - 25569);
    if (of_day > 0) {
        text_add(text, " ", 1);
        add_clock(text, of_day);
    }
    return true;
}

// ---- dates and times as text

// n digits; -1: none.
static int64_t take_digits(const char **at, int n) {
    int64_t value = 0;
    for (int i = 0; i < n; i++, (*at)++) {
        if (**at < '0' || **at > '9') {
            return -1;
        }
        value = value * 10 + (**at - '0');
    }
    return value;
}

static bool take(const char **at, char c) {
    const bool is = **at == c;
    *at += is;
    return is;
}

// ".1234" in ms, rounded; 0 where there is none.
static int64_t take_fraction(const char **at) {
    int64_t tenth_us = 0;
    int64_t weight = 1000000;
    if (!take(at, '.')) {
        return 0;
    }
    for (; **at >= '0' && **at <= '9'; (*at)++, weight /= 10) {
        tenth_us += weight * (**at - '0');
    }
    return (tenth_us + 5000) / 10000;
}

bool workbook_add_date_text(struct text *text, const char *date) {
    const char *at = date;
    const int64_t year = take_digits(&at, 4);
    const int64_t month = year >= 0 && take(&at, '-') ? take_digits(&at, 2) : -1;
    const int64_t day = month >= 1 && month <= 12 && take(&at, '-') ? take_digits(&at, 2) : -1;
    int64_t ms = 0;
    if (day < 1) {
        return false;
    }
    if (take(&at, 'T')) {
        const int64_t hour = take_digits(&at, 2);
        const int64_t minute = hour >= 0 && take(&at, ':') ? take_digits(&at, 2) : -1;
        const int64_t second = minute >= 0 && take(&at, ':') ? take_digits(&at, 2) : -1;
        if (hour > 23 || minute > 59 || second < 0 || second > 59) {
            return false;
        }
        ms = ((hour * 60 + minute) * 60 + second) * 1000 + take_fraction(&at);
    }
    const int64_t since_1970 = join_day(year, month, day);
    int same[3] = {0, 0, 0};
    split_day(since_1970, &same[0], &same[1], &same[2]);
    if (*at != '\0' || same[1] != month || same[2] != day) { // 2025-02-30
        return false;
    }
    add_date(text, since_1970 + ms / DAY_MS);
    if (ms % DAY_MS > 0) {
        text_add(text, " ", 1);
        add_clock(text, (int)(ms % DAY_MS));
    }
    return true;
}

// One of "15H", "5M", "7.5S", each of which may be left out.
static int64_t take_unit(const char **at, char unit, int64_t unit_ms) {
    const char *begin = *at;
    int64_t value = 0;
    for (; **at >= '0' && **at <= '9' && value < 100000000; (*at)++) {
        value = value * 10 + (**at - '0');
    }
    const bool is_empty = *at == begin;
    const int64_t fraction_ms = unit == 'S' && !is_empty ? take_fraction(at) : 0;
    if (is_empty || !take(at, unit)) {
        *at = begin;
        return 0;
    }
    return value * unit_ms + fraction_ms;
}

bool workbook_add_time_text(struct text *text, const char *time) {
    const char *at = time;
    const bool is_wrong = !take(&at, 'P') || !take(&at, 'T') || *at == '\0';
    int64_t ms = is_wrong ? 0 : take_unit(&at, 'H', 3600000);
    ms += is_wrong ? 0 : take_unit(&at, 'M', 60000);
    ms += is_wrong ? 0 : take_unit(&at, 'S', 1000);
    if (is_wrong || *at != '\0') {
        return false;
    }
    if (ms < DAY_MS) {
        add_clock(text, (int)ms);
    } else {
        text_add_double(text, (double)ms / DAY_MS);
    }
    return true;
}
