#include "control/equipment/zone.h"

#include <string.h>

#include "control/equipment/zone_list.h"

// Years and days by Howard Hinnant's method: years begin in March, so that the leap day is the last of a year. A change of the year
// is computed anew each time it is asked for: some tens of operations.
//
// Rules of POSIX count offsets west of Greenwich as positive; here east is.

#define SECOND_US INT64_C(1000000)
#define DAY_S INT64_C(86400)

enum {
    HOUR_S = 3600,
    MOST_HOURS = 167,
    MOST_OFFSET_H = 24,
    SUMMER_S = 3600,
    USUAL_CHANGE_S = 7200
};

// ---- days

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static int64_t days_of(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2;
    const int64_t era = floor_div(year, 400), of_era = year - era * 400;
    const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t year_of(int64_t days) {
    days += 719468;
    const int64_t era = floor_div(days, 146097), of_era = days - era * 146097;
    const int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    return year + era * 400 + (of_year >= 306); // from January 1 on it is the next
}

// Seconds of local time since 1970.
static int64_t change_s(const struct zone_change *change, int64_t year) {
    const int64_t first = days_of(year, change->month, 1);
    const int64_t next =
        change->month == 12 ? days_of(year + 1, 1, 1) : days_of(year, change->month + 1, 1);
    const int64_t weekday = ((first + 4) % 7 + 7) % 7; // 1970-01-01 was a Thursday
    int64_t day = first + (change->weekday - weekday + 7) % 7 + INT64_C(7) * (change->week - 1);
    day -= day >= next ? 7 : 0;
    return day * DAY_S + change->local_s;
}

static int64_t begins_s(const struct zone *zone, int64_t year) {
    return change_s(&zone->begins, year) - zone->standard_s;
}

static int64_t ends_s(const struct zone *zone, int64_t year) {
    return change_s(&zone->ends, year) - zone->other_s;
}

// ---- asked

static int32_t offset_at(const struct zone *zone, int64_t at_s) {
    if (!zone->has_other) {
        return zone->standard_s;
    }
    const int64_t year = year_of(floor_div(at_s + zone->standard_s, DAY_S));
    const int64_t begins = begins_s(zone, year), ends = ends_s(zone, year);
    const bool is_other =
        begins < ends ? at_s >= begins && at_s < ends : at_s >= begins || at_s < ends;
    return is_other ? zone->other_s : zone->standard_s;
}

int32_t zone_offset(const struct zone *zone, maru_time at_us) {
    return offset_at(zone, floor_div(at_us, SECOND_US));
}

maru_time zone_utc(const struct zone *zone, maru_time local_us) {
    const bool is_ahead = zone->other_s > zone->standard_s; // as a rule
    const int32_t most_s = is_ahead ? zone->other_s : zone->standard_s;
    const int32_t least_s = is_ahead ? zone->standard_s : zone->other_s;
    const maru_time first_us = local_us - most_s * SECOND_US;
    const maru_time last_us = local_us - least_s * SECOND_US;
    if (!zone->has_other) {
        return local_us - zone->standard_s * SECOND_US;
    }
    if (zone_offset(zone, first_us) == most_s) {
        return first_us;
    }
    if (zone_offset(zone, last_us) == least_s) {
        return last_us;
    }
    const int64_t year = year_of(floor_div(local_us, DAY_S * SECOND_US));
    const maru_time begins_us = begins_s(zone, year) * SECOND_US;
    return begins_us > first_us && begins_us <= last_us ? begins_us
                                                        : ends_s(zone, year) * SECOND_US;
}

// ---- read

struct rest {
    const char *bytes;
    size_t n;
};

static bool take_char(struct rest *in, char c) {
    if (in->n == 0 || *in->bytes != c) {
        return false;
    }
    in->bytes++;
    in->n--;
    return true;
}

static bool take_number(struct rest *in, int32_t most, int32_t *out) {
    int32_t value = 0;
    size_t n = 0;
    while (n < in->n && n < 3 && in->bytes[n] >= '0' && in->bytes[n] <= '9') {
        value = 10 * value + (in->bytes[n++] - '0');
    }
    in->bytes += n;
    in->n -= n;
    *out = value;
    return n > 0 && value <= most;
}

// [+-]h[h[h]][:mm[:ss]]
static bool take_clock(struct rest *in, int32_t most_h, int32_t *out_s) {
    int32_t hours = 0, minutes = 0, seconds = 0;
    const bool is_negative = take_char(in, '-');
    if (!is_negative) {
        (void)take_char(in, '+');
    }
    if (!take_number(in, most_h, &hours) ||
        (take_char(in, ':') && (!take_number(in, 59, &minutes) ||
                                (take_char(in, ':') && !take_number(in, 59, &seconds))))) {
        return false;
    }
    const int32_t all_s = hours * HOUR_S + minutes * 60 + seconds;
    *out_s = is_negative ? -all_s : all_s;
    return all_s <= most_h * HOUR_S;
}

static bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

// CET, <+03>
static bool take_name(struct rest *in) {
    const bool is_quoted = take_char(in, '<');
    size_t n = 0;
    while (n < in->n && (is_letter(in->bytes[n]) ||
                         (is_quoted && (in->bytes[n] == '+' || in->bytes[n] == '-' ||
                                        (in->bytes[n] >= '0' && in->bytes[n] <= '9'))))) {
        n++;
    }
    in->bytes += n;
    in->n -= n;
    return n >= 3 && (!is_quoted || take_char(in, '>'));
}

// M3.5.0/2
static bool take_change(struct rest *in, struct zone_change *out) {
    int32_t month = 0, week = 0, weekday = 0;
    out->local_s = USUAL_CHANGE_S;
    if (!take_char(in, ',') || !take_char(in, 'M') || !take_number(in, 12, &month) ||
        !take_char(in, '.') || !take_number(in, 5, &week) || !take_char(in, '.') ||
        !take_number(in, 6, &weekday) || month < 1 || week < 1) {
        return false;
    }
    out->month = (uint8_t)month;
    out->week = (uint8_t)week;
    out->weekday = (uint8_t)weekday;
    return !take_char(in, '/') || take_clock(in, MOST_HOURS, &out->local_s);
}

static bool is_in_year(const struct zone_change *change) {
    return change->month > 1 && change->month < 12;
}

static bool read_rule(struct rest in, struct zone *out) {
    int32_t west_s = 0;
    if (!take_name(&in) || !take_clock(&in, MOST_OFFSET_H, &west_s)) {
        return false;
    }
    out->standard_s = -west_s;
    out->other_s = -west_s;
    if (in.n == 0) {
        return true;
    }
    out->has_other = true;
    out->other_s = out->standard_s + SUMMER_S;
    if (!take_name(&in)) {
        return false;
    }
    if (in.n > 0 && *in.bytes != ',') {
        if (!take_clock(&in, MOST_OFFSET_H, &west_s)) {
            return false;
        }
        out->other_s = -west_s;
    }
    if (!take_change(&in, &out->begins) || !take_change(&in, &out->ends) || in.n > 0) {
        return false;
    }
    // Far enough from each other and from the new year that they come in the same order each year.
    const int apart = (int)out->ends.month - (int)out->begins.month;
    return out->other_s != out->standard_s && (apart >= 2 || apart <= -2) &&
           is_in_year(&out->begins) && is_in_year(&out->ends);
}

// UTC, +09:00, UTC-3
static bool read_offset(struct rest in, struct zone *out) {
    int32_t east_s = 0;
    if (in.n >= 3 && memcmp(in.bytes, "UTC", 3) == 0) {
        in.bytes += 3;
        in.n -= 3;
        if (in.n == 0) {
            return true;
        }
    }
    if (in.n == 0 || (*in.bytes != '+' && *in.bytes != '-') ||
        !take_clock(&in, MOST_OFFSET_H, &east_s) || in.n > 0) {
        return false;
    }
    out->standard_s = out->other_s = east_s;
    return true;
}

static const char *const known[][2] = {
#define X(name, rule) {name, rule},
    ZONES(X)
#undef X
};

bool zone_read(const char *bytes, size_t n, struct zone *out) {
    struct zone zone = {.standard_s = 0};
    struct rest in = {bytes, n};
    if (n == 0 || n >= sizeof zone.name || memchr(bytes, '\0', n)) {
        return false;
    }
    bool is_read = read_offset(in, &zone);
    for (size_t i = 0; !is_read && i < sizeof known / sizeof known[0]; i++) {
        if (strlen(known[i][0]) == n && memcmp(known[i][0], bytes, n) == 0) {
            is_read = read_rule((struct rest){known[i][1], strlen(known[i][1])}, &zone);
        }
    }
    if (!is_read) {
        zone = (struct zone){.standard_s = 0};
        is_read = read_rule(in, &zone);
    }
    if (is_read) {
        memcpy(zone.name, bytes, n);
        *out = zone;
    }
    return is_read;
}
