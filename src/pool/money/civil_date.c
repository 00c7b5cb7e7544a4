#include "pool/money/civil_date.h"

// The Gregorian calendar by counting days: a year begins with March here, so that the day which some years have more is its last.
//
// source: H. Hinnant, chrono-compatible low-level date algorithms: days_from_civil, civil_from_days.

enum { FIRST_YEAR = 1900, LAST_YEAR = 2199, DAYS_OF_ERA = 146097, DAYS_TO_1970 = 719468 };
static const int64_t day_us = INT64_C(86400) * 1000000;

struct date {
    int64_t year, month, day; // month and day from 1
};

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static int64_t days_of(const struct date *date) {
    const int64_t year = date->year - (date->month <= 2), era = floor_div(year, 400);
    const int64_t year_of_era = year - era * 400;
    const int64_t month = date->month > 2 ? date->month - 3 : date->month + 9;
    const int64_t day_of_year = (153 * month + 2) / 5 + date->day - 1;
    return era * DAYS_OF_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
           day_of_year - DAYS_TO_1970;
}

static struct date date_of(int64_t days) {
    days += DAYS_TO_1970;
    const int64_t era = floor_div(days, DAYS_OF_ERA), day_of_era = days - era * DAYS_OF_ERA;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t month = (5 * day_of_year + 2) / 153;
    struct date date = {.year = year_of_era + era * 400,
                        .month = month < 10 ? month + 3 : month - 9,
                        .day = day_of_year - (153 * month + 2) / 5 + 1};
    date.year += date.month <= 2;
    return date;
}

// ---- text in

struct reader {
    const char *at, *end;
};

static bool take(struct reader *in, char c) {
    if (in->at < in->end && *in->at == c) {
        in->at++;
        return true;
    }
    return false;
}

// Exactly `n` digits, from low to high.
static bool take_number(struct reader *in, int n, int64_t low, int64_t high, int64_t *out) {
    int64_t value = 0;
    if (in->end - in->at < n) {
        return false;
    }
    for (int i = 0; i < n; i++, in->at++) {
        if (*in->at < '0' || *in->at > '9') {
            return false;
        }
        value = value * 10 + (*in->at - '0');
    }
    *out = value;
    return value >= low && value <= high;
}

static bool take_fraction(struct reader *in, int64_t *us) {
    int64_t unit = 100000;
    if (!take(in, '.')) {
        return true;
    }
    for (; in->at < in->end && *in->at >= '0' && *in->at <= '9'; in->at++, unit /= 10) {
        if (unit == 0) {
            return false;
        }
        *us += (*in->at - '0') * unit;
    }
    return unit < 100000;
}

static bool take_clock(struct reader *in, int64_t *us) {
    int64_t hour = 0, minute = 0, second = 0;
    if (!take_number(in, 2, 0, 24, &hour) || !take(in, ':') ||
        !take_number(in, 2, 0, 59, &minute)) {
        return false;
    }
    if (take(in, ':') && (!take_number(in, 2, 0, 59, &second) || !take_fraction(in, us))) {
        return false;
    }
    *us += ((hour * 60 + minute) * 60 + second) * 1000000;
    return *us <= day_us;
}

static bool take_offset(struct reader *in, int32_t *offset_min) {
    int64_t hour = 0, minute = 0;
    const bool is_west = in->at < in->end && *in->at == '-';
    if (take(in, 'Z')) {
        *offset_min = 0;
        return true;
    }
    if (!take(in, '+') && !take(in, '-')) {
        return true;
    }
    if (!take_number(in, 2, 0, 18, &hour) || !take(in, ':') ||
        !take_number(in, 2, 0, 59, &minute) || hour * 60 + minute > CIVIL_MAX_OFFSET_MIN) {
        return false;
    }
    *offset_min = (int32_t)(is_west ? -(hour * 60 + minute) : hour * 60 + minute);
    return true;
}

bool civil_read(const char *bytes, size_t n, int32_t offset_min, int64_t *at_us) {
    struct reader in = {bytes, bytes + n};
    struct date date = {0};
    int64_t us = 0;
    if (!take_number(&in, 4, FIRST_YEAR, LAST_YEAR, &date.year) || !take(&in, '-') ||
        !take_number(&in, 2, 1, 12, &date.month) || !take(&in, '-') ||
        !take_number(&in, 2, 1, 31, &date.day)) {
        return false;
    }
    const int64_t days = days_of(&date);
    if (date_of(days).day != date.day) { // the 30th of February
        return false;
    }
    if ((take(&in, 'T') || take(&in, ' ')) &&
        (!take_clock(&in, &us) || !take_offset(&in, &offset_min))) {
        return false;
    }
    if (in.at != in.end) {
        return false;
    }
    *at_us = days * day_us + us - (int64_t)offset_min * 60000000;
    return true;
}

// ---- text out

static int64_t clamp(int64_t at_us) {
    const int64_t low = days_of(&(struct date){FIRST_YEAR, 1, 2}) * day_us;
    const int64_t high = days_of(&(struct date){LAST_YEAR, 12, 31}) * day_us - 1;
    return at_us < low ? low : at_us > high ? high : at_us;
}

void civil_add(struct text *out, int64_t at_us, int32_t offset_min) {
    const int64_t local = clamp(at_us) + (int64_t)offset_min * 60000000;
    const int64_t days = floor_div(local, day_us), us = local - days * day_us;
    const struct date date = date_of(days);
    const int64_t s = us / 1000000;
    const int offset = offset_min < 0 ? -offset_min : offset_min;
    text_addf(out, "%04d-%02d-%02dT%02d:%02d:%02d", (int)date.year, (int)date.month, (int)date.day,
              (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
    if (us % 1000000 != 0) {
        int64_t fraction = us % 1000000;
        int digits = 6;
        for (; fraction % 10 == 0; fraction /= 10) {
            digits--;
        }
        text_addf(out, ".%0*d", digits, (int)fraction);
    }
    text_addf(out, "%c%02d:%02d", offset_min < 0 ? '-' : '+', offset / 60, offset % 60);
}

int64_t civil_month(int64_t at_us, int32_t offset_min) {
    const struct date date = date_of(floor_div(at_us + (int64_t)offset_min * 60000000, day_us));
    return date.year * 12 + date.month - 1;
}

int64_t civil_month_start(int64_t month, int32_t offset_min) {
    const struct date date = {floor_div(month, 12), month - floor_div(month, 12) * 12 + 1, 1};
    return days_of(&date) * day_us - (int64_t)offset_min * 60000000;
}

void civil_add_month(struct text *out, int64_t month) {
    text_addf(out, "%04d-%02d", (int)floor_div(month, 12),
              (int)(month - floor_div(month, 12) * 12 + 1));
}
