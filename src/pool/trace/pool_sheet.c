#include "pool/trace/pool_sheet.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/status.h"

// Rows are read one after the other into an arena that is emptied now and then, so a table of a million rows needs the memory
// of a few. A faulty cell is noted and reading goes on: whoever wrote the table is told all that is wrong at once.

enum { ROWS_KEPT = 256, SCRATCH_BYTES = 64 << 20, VALUE_BYTES = 60 };

#define DAY_US (INT64_C(86400) * 1000000)
#define MAX_SPAN_US (INT64_C(36525) * DAY_US) // a hundred years

static char small(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

bool pool_cell_is(struct csv_field cell, const char *word) {
    uint32_t i = 0;
    while (i < cell.n && word[i] && small(cell.bytes[i]) == small(word[i])) {
        i++;
    }
    return i == cell.n && word[i] == '\0';
}

// ---- headings

// Blanks, _ and - do not count.
static bool is_filler(char c) { return c == ' ' || c == '_' || c == '-'; }

// Is the cell the word of n bytes at `word`?
static bool is_word(struct csv_field cell, const char *word, size_t n) {
    size_t k = 0;
    for (uint32_t i = 0; i < cell.n; i++) {
        if (is_filler(cell.bytes[i])) {
            continue;
        }
        while (k < n && is_filler(word[k])) {
            k++;
        }
        if (k == n || small(cell.bytes[i]) != small(word[k])) {
            return false;
        }
        k++;
    }
    return k == n;
}

static bool is_heading(struct csv_field cell, const char *words) {
    for (;;) {
        const size_t n = strcspn(words, "|");
        if (is_word(cell, words, n)) {
            return true;
        }
        if (words[n] == '\0') {
            return false;
        }
        words += n + 1;
    }
}

static char guess_separator(const char *bytes, size_t n) {
    static const char signs[4] = {',', ';', '\t', '|'};
    size_t count[4] = {0};
    size_t best = 0;
    for (size_t i = 0; i < n && bytes[i] != '\n'; i++) {
        for (size_t k = 0; k < 4; k++) {
            count[k] += bytes[i] == signs[k];
        }
    }
    for (size_t k = 1; k < 4; k++) {
        best = count[k] > count[best] ? k : best;
    }
    return signs[best];
}

static maru_status read_row(struct pool_sheet *sheet, maru_error *err) {
    size_t used = 0;
    const maru_status st = csv_next(&sheet->reader, sheet->bytes, sheet->n, true, &sheet->arena,
                                    &sheet->row, &used, err);
    if (st == MARU_OK) {
        sheet->bytes += used;
        sheet->n -= used;
    }
    return st;
}

static bool is_blank(const struct csv_row *row) {
    return row->n_field == 1 && row->field[0].n == 0;
}

maru_status pool_sheet_open(struct pool_sheet *sheet, const char *bytes, size_t n,
                            const char *const *heading, uint32_t n_heading,
                            struct sheet_faults *faults, maru_error *err) {
    *sheet = (struct pool_sheet){.bytes = bytes, .n = n, .n_heading = n_heading, .faults = faults};
    const char separator = guess_separator(bytes, n);
    csv_init(&sheet->reader, separator, separator != '|');
    arena_init(&sheet->arena, SCRATCH_BYTES);
    const maru_status st = read_row(sheet, err);
    if (st != MARU_OK) {
        return st == MARU_MORE ? fail(err, MARU_E_INPUT, "the table is empty") : st;
    }
    for (uint32_t i = 0; i < sheet->row.n_field; i++) {
        for (uint32_t h = 0; h < n_heading; h++) {
            if (!sheet->column[h] && is_heading(sheet->row.field[i], heading[h])) {
                sheet->column[h] = i + 1;
                break;
            }
        }
    }
    return MARU_OK;
}

void pool_sheet_close(struct pool_sheet *sheet) { arena_fini(&sheet->arena); }

maru_status pool_sheet_next(struct pool_sheet *sheet, maru_error *err) {
    maru_status st = MARU_OK;
    do {
        if (sheet->n_read % ROWS_KEPT == 0) {
            arena_fini(&sheet->arena);
            arena_init(&sheet->arena, SCRATCH_BYTES);
        }
        sheet->n_read++;
        st = read_row(sheet, err);
    } while (st == MARU_OK && is_blank(&sheet->row));
    return st;
}

bool pool_sheet_has(const struct pool_sheet *sheet, uint32_t heading) {
    return sheet->column[heading] > 0;
}

struct csv_field pool_sheet_cell(const struct pool_sheet *sheet, uint32_t heading) {
    const uint32_t column = sheet->column[heading];
    return column > 0 && column <= sheet->row.n_field ? sheet->row.field[column - 1]
                                                      : (struct csv_field){"", 0};
}

// ---- faults

void pool_sheet_fault(struct pool_sheet *sheet, uint32_t heading, const char *format, ...) {
    if (sheet->faults->n < SHEET_MAX_FAULTS) {
        maru_error *const fault = &sheet->faults->item[sheet->faults->n];
        *fault = (maru_error){
            .code = MARU_E_INPUT, .row = sheet->row.line, .column = sheet->column[heading]};
        va_list args;
        va_start(args, format);
        vsnprintf(fault->text, sizeof fault->text, format, args);
        va_end(args);
    }
    sheet->faults->n++;
}

maru_status pool_sheet_faults_status(const struct sheet_faults *faults, maru_error *err) {
    if (faults->n == 0) {
        return MARU_OK;
    }
    if (err) {
        *err = faults->item[0];
    }
    return MARU_E_INPUT;
}

// ---- values

bool pool_sheet_number(struct pool_sheet *sheet, uint32_t heading, int64_t unit, int64_t max,
                       int64_t *out) {
    const struct csv_field cell = pool_sheet_cell(sheet, heading);
    int64_t value = 0;
    if (cell.n == 0) {
        return true;
    }
    if (!number_scaled(cell.bytes, cell.n, unit, &value) || value < 0 || value > max) {
        pool_sheet_fault(sheet, heading, "'%.*s' is no number from 0 to %lld",
                         (int)(cell.n < VALUE_BYTES ? cell.n : VALUE_BYTES), cell.bytes,
                         (long long)(max / unit));
        return false;
    }
    *out = value;
    return true;
}

bool pool_memory_read(const char *bytes, size_t n, int64_t unit_mib, int64_t *out_mib) {
    static const char letters[] = "kmgtp";
    int64_t value = 0;
    if (n > 1 && small(bytes[n - 1]) == 'b') { // GB and GiB are written for the same here
        n--;
    }
    if (n > 1 && small(bytes[n - 1]) == 'i') {
        n--;
    }
    const char *const letter = n > 1 ? strchr(letters, small(bytes[n - 1])) : NULL;
    if (!letter || *letter == '\0') {
        if (!number_scaled(bytes, n, unit_mib, &value)) {
            return false;
        }
    } else {
        int64_t kib = 1;
        for (const char *l = letters; l < letter; l++) {
            kib *= 1024;
        }
        if (!number_scaled(bytes, n - 1, kib, &value)) {
            return false;
        }
        value /= 1024;
    }
    if (value < 0 || value > UINT32_MAX) {
        return false;
    }
    *out_mib = value;
    return true;
}

bool pool_sheet_memory(struct pool_sheet *sheet, uint32_t heading, int64_t unit_mib,
                       int64_t *out_mib) {
    const struct csv_field cell = pool_sheet_cell(sheet, heading);
    if (cell.n > 0 && !pool_memory_read(cell.bytes, cell.n, unit_mib, out_mib)) {
        pool_sheet_fault(sheet, heading, "'%.*s' is no memory: a number, or one with M, G or T",
                         (int)(cell.n < VALUE_BYTES ? cell.n : VALUE_BYTES), cell.bytes);
        return false;
    }
    return true;
}

// A number and one letter.
static bool lettered_span(const char *bytes, size_t n, int64_t *out_us) {
    static const struct {
        char letter;
        int64_t us;
    } units[] = {{'s', 1000000}, {'m', 60000000}, {'h', INT64_C(3600000000)}, {'d', DAY_US}};
    for (size_t i = 0; n > 1 && i < sizeof units / sizeof *units; i++) {
        if (small(bytes[n - 1]) == units[i].letter) {
            return number_scaled(bytes, n - 1, units[i].us, out_us);
        }
    }
    return number_scaled(bytes, n, 1000000, out_us);
}

// [days-]hours:minutes:seconds or minutes:seconds, seconds with a fraction or without.
static bool clocked_span(const char *bytes, size_t n, int64_t *out_us) {
    const char *const dash = memchr(bytes, '-', n);
    int64_t days = 0;
    int64_t sum = 0;
    if (dash) {
        const size_t n_days = (size_t)(dash - bytes);
        if (!number_int64(bytes, n_days, &days) || days < 0 || days > 36525) {
            return false;
        }
        bytes += n_days + 1;
        n -= n_days + 1;
    }
    for (int part = 0; part < 3; part++) {
        const char *const colon = memchr(bytes, ':', n);
        const size_t n_part = colon ? (size_t)(colon - bytes) : n;
        int64_t value = 0;
        if (!number_scaled(bytes, n_part, 1000000, &value) || value < 0 || value > MAX_SPAN_US) {
            return false;
        }
        sum = sum * 60 + value;
        if (!colon) { // with days, the first number is hours
            for (int more = part; dash && more < 2; more++) {
                sum *= 60;
            }
            *out_us = days * DAY_US + sum;
            return sum <= MAX_SPAN_US;
        }
        if (sum > MAX_SPAN_US) {
            return false;
        }
        bytes += n_part + 1;
        n -= n_part + 1;
    }
    return false;
}

bool pool_span_read(const char *bytes, size_t n, int64_t *out_us) {
    int64_t us = 0;
    const bool is_clocked = memchr(bytes, ':', n) || (n > 1 && memchr(bytes + 1, '-', n - 1));
    if (!(is_clocked ? clocked_span(bytes, n, &us) : lettered_span(bytes, n, &us)) || us < 0 ||
        us > MAX_SPAN_US) {
        return false;
    }
    *out_us = us;
    return true;
}

bool pool_sheet_span(struct pool_sheet *sheet, uint32_t heading, int64_t *out_us) {
    const struct csv_field cell = pool_sheet_cell(sheet, heading);
    if (cell.n > 0 && !pool_span_read(cell.bytes, cell.n, out_us)) {
        pool_sheet_fault(sheet, heading, "'%.*s' is no span of time: seconds, 90m, 2h, 12:30:00",
                         (int)(cell.n < VALUE_BYTES ? cell.n : VALUE_BYTES), cell.bytes);
        return false;
    }
    return true;
}

// Days from 1970-01-01 to a day of the Gregorian calendar.
static int64_t days_of(int64_t year, int64_t month, int64_t day) {
    const int64_t y = month <= 2 ? year - 1 : year; // years that begin in March
    const int64_t m = (month + 9) % 12;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static bool is_day(int64_t year, int64_t month, int64_t day) {
    static const uint8_t lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return year >= 1970 && month >= 1 && month <= 12 && day >= 1 &&
           day <= lengths[month - 1] + (month == 2 && is_leap);
}

static bool digits(const char *bytes, size_t n, int64_t *out) {
    int64_t value = 0;
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] < '0' || bytes[i] > '9') {
            return false;
        }
        value = value * 10 + (bytes[i] - '0');
    }
    *out = value;
    return true;
}

bool pool_moment_read(const char *bytes, size_t n, int64_t *out_us) {
    int64_t part[6] = {0};
    static const struct {
        uint8_t at, n;
    } places[6] = {{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}};
    const size_t n_place = n == 19 ? 6 : n == 16 ? 5 : n == 10 ? 3 : 0;
    if (n_place == 0 || bytes[4] != '-') {
        int64_t us = 0;
        if (!number_scaled(bytes, n, 1000000, &us) || us < 0 || us > 100 * MAX_SPAN_US) {
            return false;
        }
        *out_us = us;
        return true;
    }
    for (size_t i = 0; i < n_place; i++) {
        if (!digits(bytes + places[i].at, places[i].n, &part[i])) {
            return false;
        }
    }
    const bool has_signs =
        bytes[7] == '-' &&
        (n == 10 || ((bytes[10] == 'T' || bytes[10] == ' ') && bytes[13] == ':')) &&
        (n < 19 || bytes[16] == ':');
    if (!has_signs || !is_day(part[0], part[1], part[2]) || part[3] > 23 || part[4] > 59 ||
        part[5] > 60) {
        return false;
    }
    *out_us = days_of(part[0], part[1], part[2]) * DAY_US +
              ((part[3] * 60 + part[4]) * 60 + part[5]) * 1000000;
    return true;
}

bool pool_sheet_moment(struct pool_sheet *sheet, uint32_t heading, int64_t *out_us) {
    const struct csv_field cell = pool_sheet_cell(sheet, heading);
    if (cell.n > 0 && !pool_moment_read(cell.bytes, cell.n, out_us)) {
        pool_sheet_fault(sheet, heading, "'%.*s' is no time: seconds, or 2026-05-01T12:00:00",
                         (int)(cell.n < VALUE_BYTES ? cell.n : VALUE_BYTES), cell.bytes);
        return false;
    }
    return true;
}
