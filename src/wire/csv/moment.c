#include "wire/csv/moment.h"

#include <string.h>

#include "base/number.h"

// A date is three numbers with something between them, a time of day two or three more; what stands
// between them differs by country and program. So the text is read from left to right by one cursor:
//
//     date   n sep n sep n [sep]        sep: - / . or 년 월 일, blanks around them
//            [weekday] n month n, month n n, n month n        English names, anything of - / . , or blanks between
//     gap    T, blanks
//     time   [오전|오후|AM|PM] n sep n [sep n [.digits]] [AM|PM]     sep: : or 시 분 초
//     zone   Z | +hh[:mm] | -hh[:mm]
//
// All of it must be used up. Days are counted by the proleptic Gregorian calendar in integers (the
// method of days_from_civil: years begin in March, so that the leap day is the last of a year).
//
// Source: ISO 8601-1:2019; Microsoft: DATEVALUE and the 1900 date system of Excel, in which 60 is a day
// that never was, so days below 61 are refused.

enum { EXCEL_1970 = 25569, EXCEL_FIRST = 61 };

struct cursor {
    const char *bytes;
    size_t n, at;
};

const char *moment_form_name(enum moment_form form) {
    static const char *const name[N_MOMENT_FORM] = {"ymd", "mdy", "dmy", "excel", "s",
                                                    "ms",  "us",  "ns",  "yy"};
    return form < N_MOMENT_FORM ? name[form] : "";
}

static bool skip(struct cursor *c, const char *text) {
    const size_t n = strlen(text);
    if (n > c->n - c->at || memcmp(c->bytes + c->at, text, n) != 0) {
        return false;
    }
    c->at += n;
    return true;
}

static bool skip_blanks(struct cursor *c) {
    const size_t begin = c->at;
    while (skip(c, " ") || skip(c, "\xC2\xA0")) { // a no-break space too: some programs write it
    }
    return c->at > begin;
}

static bool is_digit(const struct cursor *c, size_t at) {
    return at < c->n && c->bytes[at] >= '0' && c->bytes[at] <= '9';
}

// A number of at least one digit and at most `most`.
static bool read_number(struct cursor *c, size_t most, int64_t *number, size_t *n_digit) {
    *number = 0;
    *n_digit = 0;
    while (*n_digit < most && is_digit(c, c->at)) {
        *number = *number * 10 + (c->bytes[c->at] - '0');
        c->at++;
        (*n_digit)++;
    }
    return *n_digit > 0;
}

bool moment_day(int64_t year, int64_t month, int64_t day, int64_t *days) {
    static const uint8_t length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (year < 1900 || year > 2299 || month < 1 || month > 12 || day < 1 ||
        day > length[month - 1] + (is_leap && month == 2)) {
        return false;
    }
    const int64_t y = year - (month <= 2);
    const int64_t era = y / 400;
    const int64_t of_era = y - era * 400;
    const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    *days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
    return true;
}

// ---- dates

// What stands behind the i-th number of a date (0 to 2): nothing may follow the last.
static bool skip_separator(struct cursor *c, int i) {
    static const char *const korean[] = {"년", "월", "일"}, *const chinese[] = {"年", "月", "日"};
    const size_t begin = c->at;
    (void)skip_blanks(c);
    if (skip(c, korean[i]) || skip(c, chinese[i]) || skip(c, ".") ||
        (i < 2 && (skip(c, "-") || skip(c, "/")))) {
        if (i < 2) {
            (void)skip_blanks(c);
        }
        return true;
    }
    c->at = begin;
    return i == 2;
}

// 20251031, and with six digits more, or behind a T, the time of day.
static bool read_compact(struct cursor *c, int64_t date[3]) {
    size_t n = 0;
    while (is_digit(c, c->at + n)) {
        n++;
    }
    size_t used = 0;
    return (n == 8 || n == 14) && read_number(c, 4, &date[0], &used) &&
           read_number(c, 2, &date[1], &used) && read_number(c, 2, &date[2], &used);
}

// ---- dates with the name of the month

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Is it this name, in full or its first letters with a full stop or without, in any case?
static bool is_name(const char *text, size_t n, const char *name, size_t least) {
    for (size_t i = 0; i < n; i++) {
        if (name[i] == '\0' || (text[i] | 0x20) != name[i]) {
            return false;
        }
    }
    return n == least || name[n] == '\0' || (n == 4 && strcmp(name, "september") == 0);
}

// Letters that are one of some names: its number from 1 on; 0: none, and nothing is taken.
static int64_t read_name(struct cursor *c, const char *const *names, int n_name) {
    size_t n = 0;
    while (c->at + n < c->n && is_letter(c->bytes[c->at + n])) {
        n++;
    }
    for (int i = 0; n >= 3 && i < n_name; i++) {
        if (is_name(c->bytes + c->at, n, names[i], 3)) {
            c->at += n;
            return i + 1;
        }
    }
    return 0;
}

static int64_t read_month(struct cursor *c) {
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    return read_name(c, names, 12);
}

static void skip_weekday(struct cursor *c) {
    static const char *const names[] = {"monday", "tuesday",  "wednesday", "thursday",
                                        "friday", "saturday", "sunday"};
    if (read_name(c, names, 7) > 0) {
        (void)(skip(c, ".") || skip(c, ","));
        (void)skip_blanks(c);
    }
}

static void skip_between(struct cursor *c) {
    while (skip(c, "-") || skip(c, "/") || skip(c, ".") || skip(c, ",") || skip_blanks(c)) {
    }
}

static void skip_ordinal(struct cursor *c) {
    (void)(skip(c, "st") || skip(c, "nd") || skip(c, "rd") || skip(c, "th"));
}

static bool read_year(struct cursor *c, int64_t *year) {
    size_t n_digit = 0;
    if (!read_number(c, 4, year, &n_digit) || (n_digit != 4 && n_digit != 2)) {
        return false;
    }
    *year += n_digit == 4 ? 0 : *year < 70 ? 2000 : 1900;
    return true;
}

// 31-Oct-2025, 31 October 25, Oct. 31st, 2025, Fri, 31 Oct 2025, 2025-Oct-31: the name says which part is which.
static bool read_named(struct cursor *c, int64_t date[3]) {
    size_t n_digit = 0;
    skip_weekday(c);
    date[1] = read_month(c);
    if (date[1] > 0) { // month, day, year
        skip_between(c);
        if (!read_number(c, 2, &date[2], &n_digit)) {
            return false;
        }
        skip_ordinal(c);
        skip_between(c);
        return read_year(c, &date[0]);
    }
    int64_t first = 0;
    if (!read_number(c, 4, &first, &n_digit) || n_digit == 3) {
        return false;
    }
    skip_ordinal(c);
    skip_between(c);
    date[1] = read_month(c);
    if (date[1] == 0) {
        return false;
    }
    skip_between(c);
    if (n_digit == 4) { // year, month, day
        date[0] = first;
        return read_number(c, 2, &date[2], &n_digit);
    }
    date[2] = first;
    return read_year(c, &date[0]);
}

bool moment_has_month(const char *bytes, size_t n) {
    struct cursor c = {bytes, n, 0};
    while (c.at < n) {
        if (!is_letter(bytes[c.at])) {
            c.at++;
        } else if (read_month(&c) > 0) {
            return true;
        } else {
            while (c.at < n && is_letter(bytes[c.at])) {
                c.at++;
            }
        }
    }
    return false;
}

static bool read_parts(struct cursor *c, enum moment_form form, int64_t date[3]) {
    static const uint8_t place[3][3] = {{0, 1, 2}, {1, 2, 0}, {2, 1, 0}}; // year, month, day
    const uint8_t *order = place[form == MOMENT_YY ? MOMENT_YMD : form];
    for (int i = 0; i < 3; i++) {
        const uint8_t part = order[i];
        size_t n_digit = 0;
        if (!read_number(c, 4, &date[part], &n_digit) || !skip_separator(c, i)) {
            return false;
        }
        if (part != 0) {
            if (n_digit > 2) {
                return false;
            }
        } else if (n_digit == 2 &&
                   (form == MOMENT_YY || (form == MOMENT_MDY && memchr(c->bytes, '/', c->at)))) {
            date[0] += date[0] < 70 ? 2000 : 1900;
        } else if (n_digit != 4 || form == MOMENT_YY) {
            return false;
        }
    }
    return true;
}

// "(금)", "(금요일)", " 금요일", "(Fri)" behind a date.
static bool skip_weekday_behind(struct cursor *c) {
    static const char *const korean[] = {"월", "화", "수", "목", "금", "토", "일"};
    static const char *const chinese[] = {"月", "火", "水", "木", "金", "土", "日"};
    static const char *const english[] = {"monday", "tuesday",  "wednesday", "thursday",
                                          "friday", "saturday", "sunday"};
    const size_t from = c->at;
    (void)skip_blanks(c);
    const bool is_bracketed = skip(c, "(");
    bool is_day = false;
    for (int i = 0; i < 7 && !is_day; i++) {
        is_day = skip(c, korean[i]) || skip(c, chinese[i]);
    }
    const bool is_long = is_day && skip(c, "요일");
    is_day = is_day || (is_bracketed && read_name(c, english, 7) > 0);
    if (!is_day || (is_bracketed ? !skip(c, ")") : !is_long)) {
        c->at = from;
        return false;
    }
    return true;
}

// ---- times of day

enum half { NO_HALF, BEFORE_NOON, AFTER_NOON };

static enum half read_half(struct cursor *c) {
    static const char *const before[] = {"\xEC\x98\xA4\xEC\xA0\x84", "AM", "am", "a.m."}; // 오전
    static const char *const after[] = {"\xEC\x98\xA4\xED\x9B\x84", "PM", "pm", "p.m."};  // 오후
    for (size_t i = 0; i < 4; i++) {
        if (skip(c, before[i])) {
            return BEFORE_NOON;
        }
        if (skip(c, after[i])) {
            return AFTER_NOON;
        }
    }
    return NO_HALF;
}

static bool is_colon(struct cursor *c, const char *korean, bool is_compact) {
    return skip(c, ":") || skip(c, korean) || (is_compact && is_digit(c, c->at));
}

// Digits behind the point of the seconds, as us.
static int64_t read_fraction(struct cursor *c) {
    int64_t us = 0;
    int64_t unit = 100000;
    if ((is_digit(c, c->at + 1)) && (skip(c, ".") || skip(c, ","))) {
        for (; is_digit(c, c->at); c->at++) {
            us += (c->bytes[c->at] - '0') * unit;
            unit /= 10;
        }
    }
    return us;
}

static bool read_clock(struct cursor *c, bool is_compact, int64_t *us) {
    enum half half = read_half(c);
    (void)skip_blanks(c);
    int64_t hour = 0;
    int64_t minute = 0;
    int64_t second = 0;
    int64_t fraction = 0;
    size_t n = 0;
    if (!read_number(c, 2, &hour, &n) || !is_colon(c, "\xEC\x8B\x9C", is_compact)) { // 시
        return false;
    }
    (void)skip_blanks(c);
    if (read_number(c, 2, &minute, &n)) {              // 15시 alone is enough
        if (is_colon(c, "\xEB\xB6\x84", is_compact)) { // 분
            (void)skip_blanks(c);
            if (read_number(c, 2, &second, &n)) {
                fraction = read_fraction(c);
                (void)skip(c, "\xEC\xB4\x88"); // 초
            } else if (c->bytes[c->at - 1] == ':') {
                return false;
            }
        }
    } else if (c->bytes[c->at - 1] == ':') {
        return false;
    }
    const size_t before = c->at;
    (void)skip_blanks(c);
    const enum half behind = half == NO_HALF ? read_half(c) : NO_HALF;
    c->at = behind == NO_HALF ? before : c->at;
    half = behind == NO_HALF ? half : behind;
    if (half != NO_HALF) {
        if (hour < 1 || hour > 12) {
            return false;
        }
        hour = hour % 12 + (half == AFTER_NOON ? 12 : 0);
    }
    *us = ((hour * 60 + minute) * 60 + second) * 1000000 + fraction;
    return hour < 24 && minute < 60 && second < 60;
}

static bool read_zone(struct cursor *c, int64_t *offset_min) {
    if (skip(c, "Z") || skip(c, "z")) {
        *offset_min = 0;
        return true;
    }
    const bool is_west = skip(c, "-");
    if (!is_west && !skip(c, "+")) {
        return true;
    }
    int64_t hour = 0;
    int64_t minute = 0;
    size_t n = 0;
    if (!read_number(c, 2, &hour, &n) || n != 2) {
        return false;
    }
    const bool has_colon = skip(c, ":");
    if ((has_colon || is_digit(c, c->at)) && (!read_number(c, 2, &minute, &n) || n != 2)) {
        return false;
    }
    *offset_min = (hour * 60 + minute) * (is_west ? -1 : 1);
    return minute < 60 && hour * 60 + minute <= MOMENT_MAX_OFFSET_MIN;
}

static bool read_date(struct cursor *c, enum moment_form form, int64_t offset_min,
                      maru_time *at_us) {
    int64_t date[3] = {0};
    int64_t days = 0;
    int64_t us = 0;
    const bool is_compact = form == MOMENT_YMD && read_compact(c, date);
    c->at = is_compact ? c->at : 0;
    const bool is_named = !is_compact && form == MOMENT_YMD && read_named(c, date);
    if (is_named) {
        (void)skip(c, ","); // Oct 31, 2025, 3:05 PM
    } else if (!is_compact) {
        c->at = 0;
        if (!read_parts(c, form, date)) {
            return false;
        }
    }
    if (!moment_day(date[0], date[1], date[2], &days)) {
        return false;
    }
    const bool has_weekday = skip_weekday_behind(c);
    const size_t behind = c->at;
    bool has_clock = false;
    const bool is_gap = skip(c, "T") || skip_blanks(c);
    if (c->at < c->n) {
        const bool is_split =
            is_gap || is_compact || has_weekday || (unsigned char)c->bytes[behind - 1] > 0x7F;
        if (!is_split || !read_clock(c, is_compact, &us)) {
            return false;
        }
        (void)skip_blanks(c);
        if (!read_zone(c, &offset_min)) {
            return false;
        }
        has_clock = true;
    }
    *at_us = days * INT64_C(86400000000) + us - offset_min * INT64_C(60000000);
    return c->at == c->n && (behind == c->n || has_clock);
}

// ---- numbers

static bool read_excel(const char *bytes, size_t n, int32_t offset_min, maru_time *at_us) {
    const int64_t day_us = INT64_C(86400000000);
    int64_t us = 0;
    if (!number_scaled(bytes, n, day_us, &us) || us < EXCEL_FIRST * day_us ||
        us > 146098 * day_us) { // 2299-12-31
        return false;
    }
    // Excel keeps doubles: a second is 1.2e-5 of a day, and the last digit is noise below 1 ms.
    const int64_t ms = (us + 500) / 1000;
    *at_us = ms * 1000 - EXCEL_1970 * day_us - (int64_t)offset_min * 60000000;
    return true;
}

bool moment_read(const char *bytes, size_t n, enum moment_form form, int32_t offset_min,
                 maru_time *at_us) {
    struct cursor c = {bytes, n, 0};
    int64_t count = 0;
    maru_time found = 0;
    bool is_good = n > 0 && n < 64;
    switch (form) {
    case MOMENT_YMD:
    case MOMENT_MDY:
    case MOMENT_DMY:
    case MOMENT_YY:
        is_good = is_good && read_date(&c, form, offset_min, &found);
        break;
    case MOMENT_EXCEL:
        is_good = is_good && read_excel(bytes, n, offset_min, &found);
        break;
    case MOMENT_S:
        is_good = is_good && number_scaled(bytes, n, 1000000, &found);
        break;
    case MOMENT_MS:
        is_good = is_good && number_scaled(bytes, n, 1000, &found);
        break;
    case MOMENT_US:
        is_good = is_good && number_scaled(bytes, n, 1, &found);
        break;
    case MOMENT_NS:
        is_good = is_good && number_int64(bytes, n, &count);
        found = count / 1000 - (count % 1000 < 0);
        break;
    case N_MOMENT_FORM:
    default:
        return false;
    }
    if (is_good) {
        *at_us = found;
    }
    return is_good;
}

enum moment_form moment_guess(const char *bytes, size_t n) {
    static const struct {
        double from;
        uint8_t form;
    } sizes[] = {{1e17, MOMENT_NS}, {1e14, MOMENT_US}, {1e11, MOMENT_MS}, {1e8, MOMENT_S}};
    maru_time at_us = 0;
    for (int form = MOMENT_YMD; form <= MOMENT_DMY; form++) {
        if (moment_read(bytes, n, (enum moment_form)form, 0, &at_us)) {
            return (enum moment_form)form;
        }
    }
    double number = 0;
    if (n >= 64 || !number_double(bytes, n, &number)) {
        return N_MOMENT_FORM;
    }
    if (number >= 20000 && number < 80500) {
        return MOMENT_EXCEL;
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const enum moment_form form = (enum moment_form)sizes[i].form;
        if (number >= sizes[i].from && moment_read(bytes, n, form, 0, &at_us)) {
            return form;
        }
    }
    return N_MOMENT_FORM;
}
