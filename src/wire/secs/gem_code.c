#include "wire/secs/gem_code.h"

#include <stdio.h>
#include <string.h>

// One row for each code with a meaning in E5; the ones that a tool may add (64 and above) have none.

struct code_row {
    uint8_t stream, function;
    int32_t code;
    const char *text;
};

static const struct code_row code_rows[] = {
    {1, 14, 1, "denied, try again"},
    {1, 18, 1, "not allowed"},
    {1, 18, 2, "on-line already"},
    {2, 16, 1, "at least one constant does not exist"},
    {2, 16, 2, "busy"},
    {2, 16, 3, "at least one constant is out of range"},
    {2, 24, 1, "too many variables"},
    {2, 24, 2, "no more traces allowed"},
    {2, 24, 3, "invalid period"},
    {2, 24, 4, "unknown variable"},
    {2, 24, 5, "bad group size"},
    {2, 32, 1, "not done"},
    {2, 34, 1, "no space"},
    {2, 34, 2, "invalid format"},
    {2, 34, 3, "at least one report is defined already"},
    {2, 34, 4, "at least one variable does not exist"},
    {2, 36, 1, "no space"},
    {2, 36, 2, "invalid format"},
    {2, 36, 3, "at least one event is linked already"},
    {2, 36, 4, "at least one event does not exist"},
    {2, 36, 5, "at least one report does not exist"},
    {2, 38, 1, "at least one event does not exist"},
    {2, 40, 1, "busy, try again"},
    {2, 40, 2, "no space"},
    {2, 40, 3, "duplicate number"},
    {2, 42, 1, "there is no such command"},
    {2, 42, 2, "cannot be done now"},
    {2, 42, 3, "at least one parameter is invalid"},
    {2, 42, 4, "will be done, an event says when"},
    {2, 42, 5, "rejected, already so"},
    {2, 42, 6, "there is no such object"},
    {2, 44, 1, "spooling refused"},
    {2, 44, 2, "unknown stream"},
    {2, 44, 3, "unknown function"},
    {2, 44, 4, "a secondary message"},
    {5, 2, 1, "error, not accepted"},
    {5, 4, 1, "error, not accepted"},
    {6, 2, 1, "error, not accepted"},
    {6, 12, 1, "error, not accepted"},
    {6, 14, 1, "error, not accepted"},
    {6, 24, 1, "busy, try again"},
    {6, 24, 2, "nothing is spooled"},
    {7, 2, 1, "there already"},
    {7, 2, 2, "no space"},
    {7, 2, 3, "invalid program name"},
    {7, 2, 4, "busy, try again"},
    {7, 2, 5, "not accepted"},
    {7, 4, 1, "permission not granted"},
    {7, 4, 2, "length error"},
    {7, 4, 3, "matrix overflow"},
    {7, 4, 4, "program not found"},
    {7, 4, 5, "unsupported mode"},
    {7, 4, 6, "started, not complete"},
    {7, 18, 1, "permission not granted"},
    {7, 18, 4, "program not found"},
    {10, 2, 1, "not displayed"},
    {10, 2, 2, "no such terminal"},
    {10, 4, 1, "not displayed"},
    {10, 4, 2, "no such terminal"},
    {10, 6, 1, "not displayed"},
    {10, 6, 2, "no such terminal"},
    {10, 6, 3, "no text of many lines"},
};

static const char *const error_texts[] = {
    [1] = "unknown device",        [3] = "unknown stream",   [5] = "unknown function",
    [7] = "illegal data",          [9] = "no reply in time", [11] = "data too long",
    [13] = "conversation timeout",
};

const char *gem_code_text(uint8_t stream, uint8_t function, int32_t code) {
    const uint8_t same = stream == 2 && function == 50 ? 42 : function; // enhanced commands
    for (size_t i = 0; i < sizeof code_rows / sizeof *code_rows; i++) {
        const struct code_row *row = &code_rows[i];
        if (row->stream == stream && row->function == same && row->code == code) {
            return row->text;
        }
    }
    return "";
}

const char *gem_error_text(uint8_t function) {
    const size_t n = sizeof error_texts / sizeof *error_texts;
    return function < n && error_texts[function] ? error_texts[function] : "";
}

// Answers that are a code alone, and those that are a list with a code first.
static const uint8_t plain_codes[][2] = {
    {1, 16}, {1, 18}, {2, 16}, {2, 24}, {2, 32}, {2, 34}, {2, 36}, {2, 38},
    {2, 40}, {5, 2},  {5, 4},  {6, 2},  {6, 4},  {6, 10}, {6, 12}, {6, 14},
    {6, 24}, {6, 26}, {7, 2},  {7, 4},  {7, 18}, {10, 2}, {10, 4}, {10, 6},
};
static const uint8_t listed_codes[][2] = {{1, 14}, {2, 42}, {2, 44}, {2, 50}};

static bool is_among(const uint8_t (*list)[2], size_t n, uint8_t stream, uint8_t function) {
    for (size_t i = 0; i < n; i++) {
        if (list[i][0] == stream && list[i][1] == function) {
            return true;
        }
    }
    return false;
}

bool gem_code_of(uint8_t stream, uint8_t function, const struct secs_item *item, int32_t *code) {
    if (is_among(listed_codes, sizeof listed_codes / sizeof *listed_codes, stream, function)) {
        item = secs_child(item, 0);
    } else if (!is_among(plain_codes, sizeof plain_codes / sizeof *plain_codes, stream, function)) {
        return false;
    }
    int64_t value = 0;
    if (!item || item->n != 1 || !secs_integer(item, 0, &value) || value < 0 || value > 255) {
        return false;
    }
    *code = (int32_t)value;
    return true;
}

// ---- times: days of the proleptic Gregorian calendar, counted in eras of 400 years that begin in March

enum { ERA_DAYS = 146097, DAYS_TO_1970 = 719468 };
static const int64_t DAY_US = INT64_C(86400000000);

static int64_t days_of(int64_t year, int64_t month, int64_t day) {
    const int64_t y = month <= 2 ? year - 1 : year; // years from March on; never negative here
    const int64_t era = y / 400;
    const int64_t of_era = y - era * 400;
    const int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_1970;
}

static void date_of(int64_t days, int64_t *year, int64_t *month, int64_t *day) {
    days += DAYS_TO_1970;
    const int64_t era = days / ERA_DAYS;
    const int64_t d = days - era * ERA_DAYS;
    const int64_t y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
    const int64_t of_year = d - (365 * y + y / 4 - y / 100);
    const int64_t m = (5 * of_year + 2) / 153; // from March on
    *day = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = y + era * 400 + (*month <= 2);
}

void gem_time_text(maru_time at_us, int64_t digits, char out[GEM_TIME_BYTES]) {
    const maru_time last = INT64_C(253402300799990000); // of the year 9999
    at_us = at_us < 0 ? 0 : at_us > last ? last : at_us;
    int64_t year = 0;
    int64_t month = 0;
    int64_t day = 0;
    date_of(at_us / DAY_US, &year, &month, &day);
    const unsigned cents = (unsigned)(at_us % DAY_US / 10000);
    char whole[24];
    snprintf(whole, sizeof whole, "%04u%02u%02u%02u%02u%02u%02u", (unsigned)year % 10000,
             (unsigned)month % 100, (unsigned)day % 100, cents / 360000, cents / 6000 % 60,
             cents / 100 % 60, cents % 100);
    const size_t skip = digits == 12 ? 2 : 0;
    const size_t n = digits == 16 ? 16 : digits == 14 ? 14 : 12;
    memcpy(out, whole + skip, n);
    out[n] = '\0';
}

static bool read_pair(const uint8_t *text, int64_t low, int64_t high, int64_t *out) {
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') {
        return false;
    }
    *out = (text[0] - '0') * 10 + (text[1] - '0');
    return *out >= low && *out <= high;
}

bool gem_time_read(const uint8_t *text, uint32_t n, maru_time *at_us) {
    int64_t century = 20;
    int64_t part[7] = {0};
    static const int64_t low[] = {0, 1, 1, 0, 0, 0, 0};
    static const int64_t high[] = {99, 12, 31, 23, 59, 59, 99};
    if (n != 12 && n != 14 && n != 16) {
        return false;
    }
    if (n > 12) {
        if (!read_pair(text, 19, 99, &century)) {
            return false;
        }
        text += 2;
    }
    for (uint32_t i = 0; i < (n == 16 ? 7U : 6U); i++) {
        if (!read_pair(text + (size_t)2 * i, low[i], high[i], &part[i])) {
            return false;
        }
    }
    century -= n == 12 && part[0] >= 70;
    const int64_t year = century * 100 + part[0];
    const int64_t days = days_of(year, part[1], part[2]);
    int64_t back[3];
    date_of(days, &back[0], &back[1], &back[2]);
    if (year < 1970 || back[1] != part[1]) { // before all times, or the 31st of a shorter month
        return false;
    }
    const int64_t seconds = (part[3] * 60 + part[4]) * 60 + part[5];
    *at_us = days * DAY_US + seconds * 1000000 + part[6] * 10000;
    return true;
}
