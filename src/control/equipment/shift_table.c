#include "control/equipment/shift_table.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "control/equipment/e10.h"
#include "control/equipment/grid.h"
#include "plant/dialect/timespec.h"

// A row is a shift, a break or a holiday; which cells it needs follows from that. Shifts that meet are a fault of the later row.

enum {
    COLUMN_NAME,
    COLUMN_KIND,
    COLUMN_DAYS,
    COLUMN_BEGIN,
    COLUMN_END,
    COLUMN_DATE,
    COLUMN_ZONE,
    N_COLUMN
};

static const struct grid_column columns[N_COLUMN] = {
    {"name", "이름", true},    {"kind", "구분", false}, {"days", "요일", false},
    {"begin", "시작", false},  {"end", "끝", false},    {"date", "날짜", false},
    {"zone", "시간대", false},
};

#define DAY_US (INT64_C(86400) * 1000000)

enum { WEEKDAYS = 7, WORKDAYS = 0x1F, WEEKEND = 0x60 };

static const char *const weekday[2][WEEKDAYS] = {
    {"mon", "tue", "wed", "thu", "fri", "sat", "sun"},
    {"월", "화", "수", "목", "금", "토", "일"},
};

struct draft {
    struct shifts *shifts;
    bool has_zone;
};

// ---- days

static int find_weekday(const char *bytes, size_t n) {
    for (int i = 0; i < 2 * WEEKDAYS; i++) {
        if (word_is(bytes, n, weekday[i / WEEKDAYS][i % WEEKDAYS])) {
            return i % WEEKDAYS;
        }
    }
    return -1;
}

// mon, fri-sun, weekdays
static uint8_t days_of_part(const char *bytes, size_t n) {
    static const struct {
        const char *word;
        uint8_t days;
    } group[] = {{"daily", SHIFTS_EVERY_DAY}, {"매일", SHIFTS_EVERY_DAY}, {"weekdays", WORKDAYS},
                 {"평일", WORKDAYS},          {"weekend", WEEKEND},       {"주말", WEEKEND}};
    for (size_t i = 0; i < sizeof group / sizeof group[0]; i++) {
        if (word_is(bytes, n, group[i].word)) {
            return group[i].days;
        }
    }
    const char *dash = memchr(bytes, '-', n);
    const size_t n_first = dash ? (size_t)(dash - bytes) : n;
    const int first = find_weekday(bytes, n_first);
    const int last = dash ? find_weekday(dash + 1, n - n_first - 1) : first;
    if (first < 0 || last < 0) {
        return 0;
    }
    uint8_t days = 0;
    for (int day = first;; day = (day + 1) % WEEKDAYS) {
        days = (uint8_t)(days | 1U << day);
        if (day == last) {
            return days;
        }
    }
}

// Parts with blanks or commas between them.
static bool read_days(const struct csv_field *cell, uint8_t *out) {
    size_t at = 0;
    uint8_t days = 0;
    while (at < cell->n) {
        size_t n = 0;
        while (at + n < cell->n && cell->bytes[at + n] != ' ' && cell->bytes[at + n] != ',') {
            n++;
        }
        const uint8_t some = n > 0 ? days_of_part(cell->bytes + at, n) : 0;
        if (n > 0 && some == 0) {
            return false;
        }
        days |= some;
        at += n + 1;
    }
    *out = cell->n == 0 ? SHIFTS_EVERY_DAY : days;
    return *out != 0;
}

// ---- times

// 6:00, 06:00, 24:00
static bool read_clock(const struct csv_field *cell, int32_t *out_min) {
    const char *b = cell->bytes;
    const size_t n_hour = cell->n == 4 ? 1 : 2;
    if ((cell->n != 4 && cell->n != 5) || b[n_hour] != ':') {
        return false;
    }
    int32_t part[2] = {0, 0};
    for (size_t i = 0; i < cell->n; i++) {
        if (i != n_hour && (b[i] < '0' || b[i] > '9')) {
            return false;
        }
        if (i != n_hour) {
            part[i > n_hour] = 10 * part[i > n_hour] + (b[i] - '0');
        }
    }
    *out_min = 60 * part[0] + part[1];
    return part[1] < 60 && *out_min <= SHIFTS_DAY_MIN;
}

static bool read_span(const struct grid_row *row, struct shift *out) {
    int32_t end_min = 0;
    bool is_good = true;
    if (!read_days(&row->cell[COLUMN_DAYS], &out->days)) {
        grid_fault(row, COLUMN_DAYS, "days such as mon-fri, or sat sun; nothing: every day",
                   "these are no days of the week");
        is_good = false;
    }
    if (!read_clock(&row->cell[COLUMN_BEGIN], &out->start_min) ||
        out->start_min == SHIFTS_DAY_MIN) {
        grid_fault(row, COLUMN_BEGIN, "a time of day such as 07:00", "it does not begin at a time");
        is_good = false;
    }
    if (!read_clock(&row->cell[COLUMN_END], &end_min)) {
        grid_fault(row, COLUMN_END, "a time of day such as 15:00", "it does not end at a time");
        is_good = false;
    }
    if (row->cell[COLUMN_DATE].n > 0) {
        grid_fault(row, COLUMN_DATE, "nothing: only holidays have a date",
                   "shifts and breaks come every week");
        is_good = false;
    }
    out->length_min = end_min - out->start_min;
    out->length_min += out->length_min <= 0 ? SHIFTS_DAY_MIN : 0;
    return is_good;
}

// ---- rows

static bool read_name(const struct grid_row *row, char name[SHIFTS_MAX_NAME_BYTES]) {
    const struct csv_field *cell = &row->cell[COLUMN_NAME];
    if (cell->n >= SHIFTS_MAX_NAME_BYTES || memchr(cell->bytes, '\0', cell->n)) {
        grid_fault(row, COLUMN_NAME, "a name of at most 63 bytes", "the name is too long");
        return false;
    }
    memcpy(name, cell->bytes, cell->n);
    name[cell->n] = '\0';
    return true;
}

static void take_shift(struct draft *d, const struct grid_row *row, const struct shift *shift) {
    struct shifts *shifts = d->shifts;
    if (shifts->n_shift == SHIFTS_MAX) {
        grid_fault(row, COLUMN_NAME, "fewer shifts", "there are more than %d shifts", SHIFTS_MAX);
        return;
    }
    for (uint32_t i = 0; i < shifts->n_shift; i++) {
        if (shifts_overlap(shift, &shifts->shift[i]) || shifts_overlap(&shifts->shift[i], shift)) {
            grid_fault(row, COLUMN_BEGIN, "one shift at a time", "it overlaps with shift '%s'",
                       shifts->shift[i].name);
            return;
        }
    }
    shifts->day_start_min = shifts->n_shift == 0 ? shift->start_min : shifts->day_start_min;
    shifts->shift[shifts->n_shift++] = *shift;
}

static void take_break(struct draft *d, const struct grid_row *row, const struct shift *pause) {
    struct shifts *shifts = d->shifts;
    if (shifts->n_break == SHIFTS_MAX_BREAKS) {
        grid_fault(row, COLUMN_NAME, "fewer breaks", "there are more than %d breaks",
                   SHIFTS_MAX_BREAKS);
        return;
    }
    shifts->pause[shifts->n_break++] = *pause;
}

// 2026-05-04, 2026-05-04..2026-05-06
static bool read_dates(const struct csv_field *cell, struct holiday *out) {
    size_t n_first = cell->n;
    for (size_t i = 0; i + 1 < cell->n && n_first == cell->n; i++) {
        n_first = cell->bytes[i] == '.' && cell->bytes[i + 1] == '.' ? i : n_first;
    }
    struct complaint why;
    maru_time first_us = 0, last_us = 0;
    if (!date_read(cell->bytes, n_first, &first_us, &why) || first_us % DAY_US != 0) {
        return false;
    }
    last_us = first_us;
    if (n_first < cell->n &&
        (!date_read(cell->bytes + n_first + 2, cell->n - n_first - 2, &last_us, &why) ||
         last_us % DAY_US != 0)) {
        return false;
    }
    out->first_day = (int32_t)(first_us / DAY_US);
    out->last_day = (int32_t)(last_us / DAY_US);
    return out->first_day <= out->last_day;
}

static void take_holiday(struct draft *d, const struct grid_row *row) {
    struct shifts *shifts = d->shifts;
    struct holiday holiday;
    if (shifts->n_holiday == SHIFTS_MAX_HOLIDAYS) {
        grid_fault(row, COLUMN_NAME, "fewer holidays", "there are more than %d holidays",
                   SHIFTS_MAX_HOLIDAYS);
        return;
    }
    bool is_good = read_name(row, holiday.name);
    if (!read_dates(&row->cell[COLUMN_DATE], &holiday)) {
        grid_fault(row, COLUMN_DATE, "a date such as 2026-05-05, or 2026-05-04..2026-05-06",
                   "this is no date");
        is_good = false;
    }
    for (uint32_t i = COLUMN_DAYS; i <= COLUMN_END; i++) {
        if (row->cell[i].n > 0) {
            grid_fault(row, i, "nothing: a holiday is whole days", "a holiday has a date only");
            is_good = false;
        }
    }
    if (is_good) {
        shifts->holiday[shifts->n_holiday++] = holiday;
    }
}

static void take_zone(struct draft *d, const struct grid_row *row) {
    const struct csv_field *cell = &row->cell[COLUMN_ZONE];
    struct zone zone;
    if (cell->n == 0) {
        return;
    }
    if (!zone_read(cell->bytes, cell->n, &zone)) {
        grid_fault(row, COLUMN_ZONE, "Asia/Seoul, Europe/Berlin, ..., +09:00, or a rule of POSIX",
                   "this time zone is not known");
    } else if (d->has_zone && strcmp(zone.name, d->shifts->zone.name) != 0) {
        grid_fault(row, COLUMN_ZONE, "one time zone for all", "another row says '%s'",
                   d->shifts->zone.name);
    } else {
        d->shifts->zone = zone;
        d->has_zone = true;
    }
}

static bool is_kind(const struct grid_row *row, const char *english, const char *korean) {
    const struct csv_field *cell = &row->cell[COLUMN_KIND];
    return word_is(cell->bytes, cell->n, english) || word_is(cell->bytes, cell->n, korean);
}

static maru_status take_row(void *context, const struct grid_row *row, maru_error *err) {
    struct draft *d = context;
    struct shift shift = {.days = 0};
    (void)err;
    take_zone(d, row);
    if (is_kind(row, "holiday", "휴일")) {
        take_holiday(d, row);
        return MARU_OK;
    }
    const bool is_break = is_kind(row, "break", "휴식");
    if (!is_break && row->cell[COLUMN_KIND].n > 0 && !is_kind(row, "shift", "근무")) {
        grid_fault(row, COLUMN_KIND, "shift (or nothing), break or holiday",
                   "this is none of these");
        return MARU_OK;
    }
    const bool has_name = read_name(row, shift.name);
    if (read_span(row, &shift) && has_name) {
        (is_break ? take_break : take_shift)(d, row, &shift);
    }
    return MARU_OK;
}

static void say(maru_faults *faults, const struct fault_place *place, const char *right,
                const char *format, ...) MARU_PRINTF(4, 5);

static void say(maru_faults *faults, const struct fault_place *place, const char *right,
                const char *format, ...) {
    va_list args;
    va_start(args, format);
    faults_add(faults, MARU_FAULT, place, right, format, args);
    va_end(args);
}

static void want_a_shift(const struct shifts *shifts, const char *file, maru_faults *faults) {
    if (shifts->n_shift == 0 && maru_faults_count(faults, MARU_FAULT) == 0) {
        const struct fault_place place = {.file = file, .row = 1, .column = 1, .header = "name"};
        say(faults, &place, "a row with name, begin and end", "there is no shift");
    }
}

maru_status shift_table_read(const char *file, const char *bytes, size_t n, maru_faults *faults,
                             struct shifts *out, maru_error *err) {
    const struct grid_form form = {file, columns, N_COLUMN};
    struct shifts *shifts = alloc_new(1, sizeof *shifts);
    if (!shifts) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    struct draft d = {.shifts = shifts};
    shifts->zone = shifts_usual().zone;
    maru_status st = grid_read(&form, bytes, n, faults, take_row, &d, err);
    if (st == MARU_OK) {
        want_a_shift(shifts, file, faults);
        st = faults_status(faults, err);
    }
    st = st == MARU_OK ? shifts_check(shifts, err) : st;
    if (st == MARU_OK) {
        *out = *shifts;
    }
    alloc_free(shifts);
    return st;
}

// ---- written

static void write_span(const struct shift *shift, const char *kind, const char *zone,
                       struct text *out) {
    const int end_min = (shift->start_min + shift->length_min) % SHIFTS_DAY_MIN;
    text_add_csv(out, shift->name);
    text_addf(out, ",%s,", kind);
    bool is_first = true;
    for (int day = 0; day < WEEKDAYS; day++) {
        if (shift->days >> day & 1) {
            text_addf(out, "%s%s", is_first ? "" : " ", weekday[0][day]);
            is_first = false;
        }
    }
    text_addf(out, ",%02d:%02d,%02d:%02d,,", (int)shift->start_min / 60, (int)shift->start_min % 60,
              end_min / 60, end_min % 60);
    text_add_csv(out, zone);
    text_addz(out, "\n");
}

static void write_day(int32_t day, struct text *out) {
    struct text date;
    text_init(&date, 64);
    date_write(&date, day * DAY_US);
    text_add(out, date.bytes, sizeof "2026-01-01" - 1);
    text_fini(&date);
}

void shift_table_write(const struct shifts *shifts, struct text *out) {
    text_addz(out, "name,kind,days,begin,end,date,zone\n");
    for (uint32_t i = 0; i < shifts->n_shift; i++) {
        write_span(&shifts->shift[i], "shift", shifts->zone.name, out);
    }
    for (uint32_t i = 0; i < shifts->n_break; i++) {
        write_span(&shifts->pause[i], "break", "", out);
    }
    for (uint32_t i = 0; i < shifts->n_holiday; i++) {
        const struct holiday *holiday = &shifts->holiday[i];
        text_add_csv(out, holiday->name);
        text_addz(out, ",holiday,,,,");
        write_day(holiday->first_day, out);
        text_addz(out, "..");
        write_day(holiday->last_day, out);
        text_addz(out, ",\n");
    }
}
