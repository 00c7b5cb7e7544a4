#include "plant/dialect/timespec.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/number.h"

// Grammar, blanks allowed between the parts, letters in either case:
//
//     span    = number unit | "0"
//     chance  = span | name "(" value { "," value } ")" [unit]
//     value   = number [unit]            its own unit goes before the one behind the brackets
//     date    = year "-" month "-" day [("T" | blank) hour ":" minute [":" second ["." digits]]]
//     share   = number ["%"]
//
// Numbers are exact: decimal text times an integer unit, rounded once (number_scaled). A span is
// written in the unit that gives the shortest text without loss; a microsecond always does.

enum { UNIT_MAX_DECIMALS = 6 };

struct unit {
    const char *name;
    maru_time us;
};

static const struct unit units[] = {
    {"us", 1},
    {"ms", 1000},
    {"s", 1000000},
    {"sec", 1000000},
    {"second", 1000000},
    {"seconds", 1000000},
    {"초", 1000000},
    {"min", 60000000},
    {"minute", 60000000},
    {"minutes", 60000000},
    {"분", 60000000},
    {"h", 3600000000},
    {"hr", 3600000000},
    {"hour", 3600000000},
    {"hours", 3600000000},
    {"시간", 3600000000},
    {"d", 86400000000},
    {"day", 86400000000},
    {"days", 86400000000},
    {"일", 86400000000},
    {"week", 604800000000},
    {"weeks", 604800000000},
    {"주", 604800000000},
};

static const char right_span[] =
    "a number and a unit: us, ms, s, min, h, day or week, such as 12 min";
static const char right_unit[] = "one of us, ms, s, min, h, day, week";
static const char right_chance[] =
    "12 min, constant(12) min, uniform(10, 14) min, exponential(168) h, lognormal(30, 5) min, "
    "triangular(8, 10, 15) min or empirical(file.csv) min";
static const char right_date[] = "a date such as 2018-01-31 13:05:59";
static const char right_date_us_order[] = "a date such as 01/31/18 13:05:59";

// What is left to read.
struct rest {
    const char *bytes;
    size_t n;
};

static bool complain(struct complaint *why, const char *wrong, const char *right) {
    *why = (struct complaint){wrong, right};
    return false;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }

bool word_is(const char *bytes, size_t n, const char *word) {
    if (strlen(word) != n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (lower(bytes[i]) != lower(word[i])) {
            return false;
        }
    }
    return true;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static void skip_blanks(struct rest *in) {
    while (in->n > 0 && is_blank(*in->bytes)) {
        in->bytes++;
        in->n--;
    }
}

static struct rest trimmed(const char *bytes, size_t n) {
    struct rest in = {bytes, n};
    skip_blanks(&in);
    while (in.n > 0 && is_blank(in.bytes[in.n - 1])) {
        in.n--;
    }
    return in;
}

// The leading part made of signs, digits and points: a number, or something close to one.
static struct rest take_number(struct rest *in) {
    struct rest number = {in->bytes, 0};
    while (in->n > 0 && (is_digit(*in->bytes) || *in->bytes == '.' ||
                         (number.n == 0 && (*in->bytes == '-' || *in->bytes == '+')))) {
        in->bytes++;
        in->n--;
        number.n++;
    }
    return number;
}

static maru_time unit_find(const char *bytes, size_t n) {
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (word_is(bytes, n, units[i].name)) {
            return units[i].us;
        }
    }
    return 0;
}

static bool is_zero(struct rest number) {
    for (size_t i = 0; i < number.n; i++) {
        if (number.bytes[i] != '0' && number.bytes[i] != '.') {
            return false;
        }
    }
    return number.n > 0 && number.bytes[0] != '.';
}

// A number in a unit of which 0 says that none was given.
static bool scale(struct rest number, maru_time unit_us, maru_time *out, struct complaint *why) {
    if (unit_us == 0 && !is_zero(number)) {
        return complain(why, "the unit is missing", right_span);
    }
    maru_time value = 0;
    if (!number_scaled(number.bytes, number.n, unit_us > 0 ? unit_us : 1, &value)) {
        int64_t plain = 0;
        const bool is_number = number_scaled(number.bytes, number.n, 1, &plain);
        return is_number ? complain(why, "the time is too long", "at most 100 years")
                         : complain(why, "not a number", right_span);
    }
    if (value > TIMESPEC_MAX_US || value < -TIMESPEC_MAX_US) {
        return complain(why, "the time is too long", "at most 100 years");
    }
    *out = value;
    return true;
}

// number [unit], both ends trimmed; `unit_us` where none stands there.
static bool read_value(struct rest in, maru_time unit_us, maru_time *out, struct complaint *why) {
    if (in.n == 0) {
        return complain(why, "a time is missing", right_span);
    }
    const struct rest number = take_number(&in);
    if (number.n == 0) {
        return complain(why, "not a time", right_span);
    }
    skip_blanks(&in);
    if (in.n > 0) {
        unit_us = unit_find(in.bytes, in.n);
        if (unit_us == 0) {
            return complain(why, "unknown unit of time", right_unit);
        }
    }
    return scale(number, unit_us, out, why);
}

static bool refuse_negative(maru_time value, struct complaint *why) {
    return value >= 0 || complain(why, "a negative time", "0 or more");
}

bool value_read(const char *bytes, size_t n, maru_time unit_us, maru_time *out,
                struct complaint *why) {
    maru_time value = 0;
    if (!read_value(trimmed(bytes, n), unit_us, &value, why) || !refuse_negative(value, why)) {
        return false;
    }
    *out = value;
    return true;
}

bool span_read(const char *bytes, size_t n, maru_time *out, struct complaint *why) {
    return value_read(bytes, n, 0, out, why);
}

bool offset_read(const char *bytes, size_t n, maru_time *out, struct complaint *why) {
    return read_value(trimmed(bytes, n), 0, out, why);
}

bool span_read_parts(const char *number, size_t n_number, const char *unit, size_t n_unit,
                     maru_time *out, struct complaint *why) {
    maru_time value = 0;
    const maru_time unit_us = unit_find(unit, n_unit);
    if (unit_us == 0 && n_unit > 0) {
        return complain(why, "unknown unit of time", right_unit);
    }
    if (!scale(trimmed(number, n_number), unit_us, &value, why) || !refuse_negative(value, why)) {
        return false;
    }
    *out = value;
    return true;
}

// Chance

enum { MAX_PARAMETERS = 3 };

struct shape {
    const char *name;
    enum dist_kind kind;
    unsigned n_parameter;
    const char *right;
};

static const struct shape shapes[] = {
    {"constant", DIST_CONSTANT, 1, "one time: constant(12) min"},
    {"uniform", DIST_UNIFORM, 2, "lowest and highest: uniform(10, 14) min"},
    {"exponential", DIST_EXPONENTIAL, 1, "the mean: exponential(168) h"},
    {"lognormal", DIST_LOGNORMAL, 2, "mean and standard deviation: lognormal(30, 5) min"},
    {"triangular", DIST_TRIANGULAR, 3, "lowest, most likely, highest: triangular(8, 10, 15) min"},
    {"empirical", DIST_EMPIRICAL, 0, "the name of a file: empirical(file.csv) min"},
};

static const struct shape *shape_find(const char *bytes, size_t n) {
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (word_is(bytes, n, shapes[i].name)) {
            return &shapes[i];
        }
    }
    return NULL;
}

static bool is_in_order(const struct dist *d, struct complaint *why) {
    if (d->kind == DIST_UNIFORM && d->a > d->b) {
        return complain(why, "the lowest time is above the highest", shapes[1].right);
    }
    if (d->kind == DIST_TRIANGULAR && (d->a > d->b || d->b > d->c)) {
        return complain(why, "the three times are not in rising order", shapes[4].right);
    }
    if (d->kind == DIST_LOGNORMAL && d->a == 0) {
        return complain(why, "a lognormal time needs a mean above 0", shapes[3].right);
    }
    return true;
}

// The values between the brackets, in unit_us where they have none of their own.
static bool read_parameters(struct rest in, const struct shape *shape, maru_time unit_us,
                            struct dist *out, struct complaint *why) {
    maru_time value[MAX_PARAMETERS] = {0};
    for (unsigned i = 0; i < shape->n_parameter; i++) {
        const char *comma = in.n > 0 ? memchr(in.bytes, ',', in.n) : NULL;
        if ((comma != NULL) != (i + 1 < shape->n_parameter)) {
            return complain(why, "a wrong number of times in the brackets", shape->right);
        }
        const size_t n = comma ? (size_t)(comma - in.bytes) : in.n;
        if (!value_read(in.bytes, n, unit_us, &value[i], why)) {
            return false;
        }
        const size_t n_used = comma ? n + 1 : n;
        in.bytes += n_used;
        in.n -= n_used;
    }
    const struct dist d = {.kind = shape->kind, .a = value[0], .b = value[1], .c = value[2]};
    if (!is_in_order(&d, why)) {
        return false;
    }
    *out = d;
    return true;
}

static bool read_empirical(struct rest inside, maru_time unit_us, struct chance *out,
                           struct complaint *why) {
    if (inside.n == 0) {
        return complain(why, "the name of the file is missing", shapes[5].right);
    }
    *out = (struct chance){
        .dist.kind = DIST_EMPIRICAL, .file = inside.bytes, .n_file = inside.n, .unit_us = unit_us};
    return true;
}

bool chance_read(const char *bytes, size_t n, struct chance *out, struct complaint *why) {
    const struct rest all = trimmed(bytes, n);
    const char *open = all.n > 0 ? memchr(all.bytes, '(', all.n) : NULL;
    if (!open) {
        maru_time span = 0;
        if (!span_read(bytes, n, &span, why)) {
            return false;
        }
        *out = (struct chance){.dist = {.kind = DIST_CONSTANT, .a = span}};
        return true;
    }
    const struct rest name = trimmed(all.bytes, (size_t)(open - all.bytes));
    const struct shape *shape = shape_find(name.bytes, name.n);
    if (!shape) {
        return complain(why, "unknown distribution", right_chance);
    }
    const char *first = open + 1;
    const size_t n_behind = all.n - (size_t)(first - all.bytes);
    const char *close = n_behind > 0 ? memchr(first, ')', n_behind) : NULL;
    if (!close) {
        return complain(why, "the closing bracket is missing", shape->right);
    }
    const struct rest inside = trimmed(first, (size_t)(close - first));
    const struct rest unit = trimmed(close + 1, n_behind - (size_t)(close + 1 - first));
    const maru_time unit_us = unit_find(unit.bytes, unit.n);
    if (unit.n > 0 && unit_us == 0) {
        return complain(why, "unknown unit of time", right_unit);
    }
    if (shape->kind == DIST_EMPIRICAL) {
        return read_empirical(inside, unit_us, out, why);
    }
    struct chance chance = {.unit_us = unit_us};
    if (!read_parameters(inside, shape, unit_us, &chance.dist, why)) {
        return false;
    }
    *out = chance;
    return true;
}

bool chance_from_parts(const char *name, size_t n_name, maru_time mean, maru_time second,
                       unsigned n_value, struct dist *out, struct complaint *why) {
    const struct shape *shape = n_name > 0 ? shape_find(name, n_name) : &shapes[0];
    const enum dist_kind kind = shape ? shape->kind : DIST_NONE;
    if (kind == DIST_CONSTANT || kind == DIST_EXPONENTIAL) {
        *out = (struct dist){.kind = kind, .a = mean};
        return true;
    }
    if (kind != DIST_UNIFORM) {
        return complain(why, "unknown distribution", "constant, uniform or exponential");
    }
    if (n_value < 2) {
        return complain(why, "uniform needs a half-width", "a time in the column behind the mean");
    }
    if (second > mean) {
        return complain(why, "the half-width is above the mean: times would be negative",
                        "a half-width from 0 to the mean");
    }
    if (mean + second > TIMESPEC_MAX_US) {
        return complain(why, "the time is too long", "at most 100 years");
    }
    *out = (struct dist){.kind = kind, .a = mean - second, .b = mean + second};
    return true;
}

// Dates: days from civil dates and back, proleptic Gregorian calendar. Source: H. Hinnant,
// "chrono-compatible low-level date algorithms": years that begin in March put the leap day last.

enum { DAYS_PER_ERA = 146097, DAYS_TO_1970 = 719468, MIN_YEAR = 1800, MAX_YEAR = 2400 };

struct civil {
    int64_t year, month, day, hour, minute, second, fraction_us;
};

static int64_t days_from_civil(int64_t year, int64_t month, int64_t day) {
    const int64_t y = month <= 2 ? year - 1 : year;
    const int64_t era = y / 400; // years are positive
    const int64_t year_of_era = y - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

static struct civil civil_from_days(int64_t days) {
    const int64_t z = days + DAYS_TO_1970;
    const int64_t era = (z >= 0 ? z : z - DAYS_PER_ERA + 1) / DAYS_PER_ERA;
    const int64_t doe = z - era * DAYS_PER_ERA;
    const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const int64_t mp = (5 * doy + 2) / 153;
    const int64_t month = mp < 10 ? mp + 3 : mp - 9;
    return (struct civil){.year = yoe + era * 400 + (month <= 2 ? 1 : 0),
                          .month = month,
                          .day = doy - (153 * mp + 2) / 5 + 1};
}

// Between min and max digits.
static bool take_digits(struct rest *in, size_t min, size_t max, int64_t *out) {
    int64_t value = 0;
    size_t n = 0;
    while (n < in->n && n < max && is_digit(in->bytes[n])) {
        value = value * 10 + (in->bytes[n] - '0');
        n++;
    }
    if (n < min) {
        return false;
    }
    in->bytes += n;
    in->n -= n;
    *out = value;
    return true;
}

static bool take_char(struct rest *in, char c) {
    if (in->n == 0 || lower(*in->bytes) != c) {
        return false;
    }
    in->bytes++;
    in->n--;
    return true;
}

static bool take_fraction(struct rest *in, int64_t *us) {
    const size_t before = in->n;
    int64_t value = 0;
    if (!take_digits(in, 1, 6, &value)) {
        return false;
    }
    for (size_t n = before - in->n; n < 6; n++) {
        value *= 10;
    }
    *us = value;
    return true;
}

// hour ":" minute [":" second ["." digits]] up to the end.
static bool take_clock(struct rest *in, struct civil *c) {
    if (!take_digits(in, 1, 2, &c->hour) || !take_char(in, ':') ||
        !take_digits(in, 2, 2, &c->minute)) {
        return false;
    }
    if (take_char(in, ':') && !take_digits(in, 2, 2, &c->second)) {
        return false;
    }
    if (take_char(in, '.') && !take_fraction(in, &c->fraction_us)) {
        return false;
    }
    return in->n == 0;
}

static bool is_civil(const struct civil *c) {
    if (c->year < MIN_YEAR || c->year > MAX_YEAR || c->month < 1 || c->month > 12 || c->day < 1 ||
        c->day > 31 || c->hour > 23 || c->minute > 59 || c->second > 59) {
        return false;
    }
    // A day that the month lacks comes back as another one.
    const struct civil back = civil_from_days(days_from_civil(c->year, c->month, c->day));
    return back.month == c->month && back.day == c->day;
}

static maru_time date_us(const struct civil *c) {
    const int64_t days = days_from_civil(c->year, c->month, c->day);
    const int64_t seconds = ((days * 24 + c->hour) * 60 + c->minute) * 60 + c->second;
    return seconds * 1000000 + c->fraction_us;
}

static bool date_finish(struct rest in, bool is_day, struct civil *c, const char *right,
                        maru_time *out, struct complaint *why) {
    if (!is_day) {
        return complain(why, "not a date", right);
    }
    if (in.n > 0 && !take_char(&in, 't') && !is_blank(*in.bytes)) {
        return complain(why, "not a date", right);
    }
    skip_blanks(&in);
    if (in.n > 0 && !take_clock(&in, c)) {
        return complain(why, "not a time of day", right);
    }
    if (!is_civil(c)) {
        return complain(why, "no such date", right);
    }
    *out = date_us(c);
    return true;
}

bool date_read(const char *bytes, size_t n, maru_time *out, struct complaint *why) {
    struct rest in = trimmed(bytes, n);
    struct civil c = {0};
    const bool is_day = take_digits(&in, 4, 4, &c.year) && take_char(&in, '-') &&
                        take_digits(&in, 1, 2, &c.month) && take_char(&in, '-') &&
                        take_digits(&in, 1, 2, &c.day);
    return date_finish(in, is_day, &c, right_date, out, why);
}

bool date_read_us_order(const char *bytes, size_t n, maru_time *out, struct complaint *why) {
    struct rest in = trimmed(bytes, n);
    struct civil c = {0};
    bool is_day = take_digits(&in, 1, 2, &c.month) && take_char(&in, '/') &&
                  take_digits(&in, 1, 2, &c.day) && take_char(&in, '/');
    const size_t before = in.n;
    is_day = is_day && take_digits(&in, 2, 4, &c.year) && before - in.n != 3;
    if (is_day && before - in.n == 2) {
        c.year += c.year < 70 ? 2000 : 1900;
    }
    return date_finish(in, is_day, &c, right_date_us_order, out, why);
}

void date_write(struct text *text, maru_time date) {
    const int64_t day_us = INT64_C(86400) * 1000000;
    int64_t days = date / day_us;
    int64_t us = date % day_us;
    if (us < 0) {
        us += day_us;
        days--;
    }
    const struct civil c = civil_from_days(days);
    const int64_t second = us / 1000000;
    text_addf(text,
              "%04" PRId64 "-%02" PRId64 "-%02" PRId64 " %02" PRId64 ":%02" PRId64 ":%02" PRId64,
              c.year, c.month, c.day, second / 3600, second / 60 % 60, second % 60);
    if (us % 1000000 != 0) {
        text_addf(text, ".%06" PRId64, us % 1000000);
    }
}

// Shares

bool share_read(const char *bytes, size_t n, bool is_percent, double *out, struct complaint *why) {
    static const char right[] = "a share from 0 to 1, such as 0.018 or 1.8 %";
    struct rest in = trimmed(bytes, n);
    if (in.n > 0 && in.bytes[in.n - 1] == '%') {
        is_percent = true;
        in = trimmed(in.bytes, in.n - 1);
    }
    // The point is moved in the text, so that 1.8 % and 0.018 are the same double.
    char buffer[64];
    if (in.n == 0 || in.n > sizeof buffer - 4) {
        return complain(why, "not a share", right);
    }
    memcpy(buffer, in.bytes, in.n);
    if (is_percent && !memchr(in.bytes, 'e', in.n) && !memchr(in.bytes, 'E', in.n)) {
        memcpy(buffer + in.n, "e-2", 3);
        in.n += 3;
    } else if (is_percent) {
        return complain(why, "not a share", right);
    }
    double value = 0;
    if (!number_double(buffer, in.n, &value)) {
        return complain(why, "not a number", right);
    }
    if (!(value >= 0 && value <= 1)) {
        return complain(why, value < 0 ? "a negative share" : "a share above 1 (100 %)",
                        is_percent ? "a number of percent from 0 to 100" : right);
    }
    *out = value + 0.0; // never -0
    return true;
}

// Writing

struct scaled {
    int64_t whole, part; // part has n_decimal digits
    int n_decimal;
};

// `value` in a unit without loss, with as few decimals as it takes.
static bool scale_down(maru_time value, maru_time unit_us, struct scaled *out) {
    int64_t part = value % unit_us;
    int64_t power = 1; // unit * 10^6 stays below 2^63
    for (int n = 0; n <= UNIT_MAX_DECIMALS; n++, power *= 10) {
        if (part * power % unit_us == 0) {
            *out = (struct scaled){value / unit_us, part * power / unit_us, n};
            return true;
        }
    }
    return false;
}

static void add_scaled(struct text *text, maru_time value, maru_time unit_us) {
    if (value < 0) {
        text_addz(text, "-");
        value = -value;
    }
    struct scaled s = {0};
    const bool is_exact = scale_down(value, unit_us, &s);
    assert(is_exact);
    (void)is_exact;
    text_addf(text, "%" PRId64, s.whole);
    if (s.n_decimal > 0) {
        text_addf(text, ".%0*" PRId64, s.n_decimal, s.part);
    }
}

static int n_digits(int64_t value) {
    int n = 1;
    for (; value >= 10; value /= 10) {
        n++;
    }
    return n;
}

struct written_unit {
    const char *name;
    maru_time us;
};

static const struct written_unit written_units[] = {
    {"day", 86400000000}, {"h", 3600000000}, {"min", 60000000},
    {"s", 1000000},       {"ms", 1000},      {"us", 1},
};

// The unit in which all of the values take the fewest characters, of equals the one with the fewest
// decimals, then the larger one.
static const struct written_unit *shortest_unit(const maru_time *value, unsigned n) {
    assert(n <= MAX_PARAMETERS);
    const struct written_unit *best = NULL;
    int best_cost = 0;
    for (size_t u = 0; u < sizeof written_units / sizeof *written_units; u++) {
        int cost = 0;
        bool fits = true;
        for (unsigned i = 0; i < n && fits; i++) {
            struct scaled s = {0};
            fits = scale_down(value[i] < 0 ? -value[i] : value[i], written_units[u].us, &s);
            cost += 16 * (n_digits(s.whole) + s.n_decimal) + s.n_decimal;
        }
        if (fits && (!best || cost < best_cost)) {
            best = &written_units[u];
            best_cost = cost;
        }
    }
    assert(best); // us fits all
    return best;
}

void span_write(struct text *text, maru_time span) {
    const struct written_unit *unit = shortest_unit(&span, 1);
    add_scaled(text, span, unit->us);
    text_addf(text, " %s", unit->name);
}

static const struct shape *shape_of(enum dist_kind kind) {
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (shapes[i].kind == kind) {
            return &shapes[i];
        }
    }
    return NULL;
}

void chance_write(struct text *text, const struct dist *dist) {
    const struct shape *shape = shape_of(dist->kind);
    if (!shape) {
        return;
    }
    if (dist->kind == DIST_EMPIRICAL) {
        text_addf(text, "empirical(%s)", dist->file);
        return;
    }
    if (dist->kind == DIST_CONSTANT) {
        span_write(text, dist->a);
        return;
    }
    const maru_time value[MAX_PARAMETERS] = {dist->a, dist->b, dist->c};
    const struct written_unit *unit = shortest_unit(value, shape->n_parameter);
    text_addf(text, "%s(", shape->name);
    for (unsigned i = 0; i < shape->n_parameter && i < MAX_PARAMETERS; i++) {
        text_addz(text, i > 0 ? ", " : "");
        add_scaled(text, value[i], unit->us);
    }
    text_addf(text, ") %s", unit->name);
}
