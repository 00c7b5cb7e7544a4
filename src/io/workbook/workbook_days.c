#include <math.h>
#include <string.h>
#include <strings.h>

#include "io/workbook/workbook_inside.h"

// Which number formats show dates or times, and which day a number of days is.
//
// Source: ECMA-376-1:2016, 18.8.30 (numFmt: the numbers of built-in formats, and those of East Asia), 18.17.4.1 (1900 date system, in
// which 1900 is a leap year, and 1904 date system).

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

bool workbook_add_day(struct text *text, double day, enum workbook_form form, bool is_1904) {
    const int64_t day_ms = 86400000;
    if (!(day >= 0 && day < 2958466)) { // 9999-12-31
        return false;
    }
    const int64_t ms = (int64_t)floor(day * (double)day_ms + 0.5);
    int64_t whole = ms / day_ms;
    const int of_day = (int)(ms % day_ms);
    const bool is_clock_alone = form == WORKBOOK_CLOCK && whole == 0;
    if (!is_clock_alone) {
        if (!is_1904 && (whole == 0 || whole == 60)) {
            return false; // 1900-01-00, and 1900-02-29: no such days
        }
        whole += is_1904 ? 1462 : whole < 60;
        int year = 0, month = 0, of_month = 0;
        split_day(whole - 25569, &year, &month, &of_month);
        text_addf(text, "%04d-%02d-%02d", year, month, of_month);
    }
    if (is_clock_alone || of_day > 0) {
        text_addf(text, "%s%02d:%02d:%02d", is_clock_alone ? "" : " ", of_day / 3600000,
                  of_day / 60000 % 60, of_day / 1000 % 60);
        if (of_day % 1000 > 0) {
            text_addf(text, ".%03d", of_day % 1000);
        }
    }
    return true;
}
