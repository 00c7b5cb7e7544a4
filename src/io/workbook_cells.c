#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"
#include "io/workbook_inside.h"

// A worksheet is rows of cells, each with its place, what it is, and the number of a style:
//
//     <row r="3"><c r="B3" s="4" t="s"><f>...</f><v>17</v></c></row>
//
// t says what v is: the number of a shared string (s), a text (str, inlineStr with <is><t>), true or false (b), an error (e), a date
// as text (d), else a number. A date is a number whose style shows it as one. Cells and rows may be left out, so each is put
// where it says; where it does not say, behind the one before. The places must grow, as the standard wants.
//
// Source: ECMA-376-1:2016, 18.3.1.4 (c), 18.18.11 (ST_CellType), 18.8.30 (numFmt: the numbers of built-in formats, and those of
// East Asia), 18.17.4.1 (1900 date system, in which 1900 is a leap year, and 1904 date system).

// Programs write all 17 digits of a double: 0.1 as 0.10000000000000001. Those are made short; others stand as they are, which is
// much quicker.
enum { SHORT_BYTES = 18 };

struct cells {
    struct workbook_job *job;
    struct text value;          // of this cell
    uint32_t row, column;       // the last ones written, from 1; 0: none
    uint32_t at_row, at_column; // of what is being read
    uint32_t style;
    char type[12];
    bool is_in_cell, is_in_value, has_value, has_formula, is_phonetic, is_row_open;
};

// ---- number formats

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

// ---- places

// "BC17": column and row from 1; 0 where it does not say. False: no place of a sheet.
static bool read_place(const char *place, uint32_t *column, uint32_t *row) {
    *column = 0;
    *row = 0;
    for (; *place >= 'A' && *place <= 'Z'; place++) {
        *column = *column * 26 + (uint32_t)(*place - 'A' + 1);
        if (*column > WORKBOOK_MAX_COLUMNS) {
            return false;
        }
    }
    for (; *place >= '0' && *place <= '9'; place++) {
        *row = *row * 10 + (uint32_t)(*place - '0');
        if (*row > WORKBOOK_MAX_ROWS) {
            return false;
        }
    }
    return *place == '\0' && *column > 0 && *row > 0;
}

static maru_status begin_row(struct cells *cells, const char **attribute) {
    const char *place = workbook_attribute(attribute, "r");
    int64_t row = (int64_t)cells->at_row + 1;
    maru_error *err = cells->job->err;
    if (place && (!number_int64(place, strlen(place), &row) || row < 1)) {
        return fail(err, MARU_E_INPUT, "the workbook has a row without a place");
    }
    if (row > WORKBOOK_MAX_ROWS) {
        return fail(err, MARU_E_LIMIT, "a sheet has at most %d rows", WORKBOOK_MAX_ROWS);
    }
    if (row <= cells->at_row) {
        return fail(err, MARU_E_INPUT, "the rows of the sheet are out of order at row %d",
                    (int)row);
    }
    cells->at_row = (uint32_t)row;
    cells->column = 0;
    cells->is_row_open = true;
    return MARU_OK;
}

static maru_status begin_cell(struct cells *cells, const char **attribute) {
    const char *place = workbook_attribute(attribute, "r");
    const char *style = workbook_attribute(attribute, "s");
    const char *type = workbook_attribute(attribute, "t");
    uint32_t row = cells->at_row;
    int64_t number = 0;
    cells->at_column = cells->column + 1;
    if (place && (!read_place(place, &cells->at_column, &row) || row != cells->at_row)) {
        return fail(cells->job->err, MARU_E_INPUT, "the workbook has a cell without a place");
    }
    if (cells->at_column > WORKBOOK_MAX_COLUMNS || cells->at_column <= cells->column) {
        return fail(cells->job->err, MARU_E_INPUT,
                    "the cells of the sheet are out of order in row %u", row);
    }
    cells->style = UINT32_MAX;
    if (style && number_int64(style, strlen(style), &number) && number >= 0 &&
        number < cells->job->n_style) {
        cells->style = (uint32_t)number;
    }
    cells->type[0] = '\0';
    if (type && strlen(type) < sizeof cells->type) {
        memcpy(cells->type, type, strlen(type) + 1);
    }
    text_clear(&cells->value);
    cells->is_in_cell = true;
    cells->has_value = false;
    cells->has_formula = false;
    return MARU_OK;
}

// ---- values

// Into `out`, with blanks instead of line breaks and what has no place in text, in quotes.
static void add_words(struct text *out, const char *bytes, size_t n) {
    text_add(out, "\"", 1);
    size_t begin = 0;
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)bytes[i];
        if (c == '"' || c < 0x20 || c == 0x7F) {
            text_add(out, bytes + begin, i - begin);
            text_addz(out, c == '"' ? "\"\"" : " ");
            begin = i + 1;
        }
    }
    text_add(out, bytes + begin, n - begin);
    text_add(out, "\"", 1);
}

static maru_status add_shared(struct cells *cells, struct text *out) {
    int64_t number = 0;
    const struct workbook_job *job = cells->job;
    if (!number_int64(cells->value.bytes, cells->value.n_bytes, &number) || number < 0 ||
        number >= job->n_string) {
        return fail(job->err, MARU_E_INPUT, "a cell in row %u names a text that is not there",
                    cells->at_row);
    }
    add_words(out, job->string[number].bytes, job->string[number].n);
    return MARU_OK;
}

static void add_number(struct cells *cells, struct text *out) {
    const struct workbook_job *job = cells->job;
    double number = 0;
    if (!number_double(cells->value.bytes, cells->value.n_bytes, &number)) {
        add_words(out, cells->value.bytes, cells->value.n_bytes);
        return;
    }
    const enum workbook_form form =
        cells->style == UINT32_MAX ? WORKBOOK_PLAIN : (enum workbook_form)job->style[cells->style];
    if (form != WORKBOOK_PLAIN && workbook_add_day(out, number, form, job->is_1904)) {
        return;
    }
    if (cells->value.n_bytes <= SHORT_BYTES) {
        text_add(out, cells->value.bytes, cells->value.n_bytes);
    } else {
        text_add_double(out, number);
    }
}

// Line breaks and commas up to the place of this cell.
static void go_there(struct cells *cells, struct text *out) {
    for (; cells->row < cells->at_row; cells->row++) {
        if (cells->row > 0) {
            text_add(out, "\n", 1);
        }
    }
    for (uint32_t k = cells->column > 0 ? cells->column : 1; k < cells->at_column; k++) {
        text_add(out, ",", 1);
    }
    cells->column = cells->at_column;
}

static maru_status end_cell(struct cells *cells) {
    struct workbook *book = cells->job->book;
    struct text *out = &book->csv;
    maru_status st = MARU_OK;
    cells->is_in_cell = false;
    if (!cells->has_value || cells->value.n_bytes == 0) {
        book->n_without_value += cells->has_formula && !cells->has_value;
        return MARU_OK;
    }
    go_there(cells, out);
    book->n_cell++;
    if (strcmp(cells->type, "s") == 0) {
        st = add_shared(cells, out);
    } else if (strcmp(cells->type, "b") == 0) {
        text_addz(out, cells->value.bytes[0] == '1' ? "TRUE" : "FALSE");
    } else if (cells->type[0] == '\0' || strcmp(cells->type, "n") == 0) {
        add_number(cells, out);
    } else {
        add_words(out, cells->value.bytes, cells->value.n_bytes);
    }
    return st;
}

// ---- XML

static maru_status on_begin(void *context, const char *name, const char **attribute) {
    struct cells *cells = context;
    if (strcmp(name, "row") == 0) {
        return begin_row(cells, attribute);
    }
    if (strcmp(name, "c") == 0) {
        return cells->is_row_open && !cells->is_in_cell
                   ? begin_cell(cells, attribute)
                   : fail(cells->job->err, MARU_E_INPUT, "the workbook has a cell without a place");
    }
    if (cells->is_in_cell) {
        cells->has_formula = cells->has_formula || strcmp(name, "f") == 0;
        cells->is_phonetic = cells->is_phonetic || strcmp(name, "rPh") == 0;
        cells->is_in_value =
            (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) && !cells->is_phonetic;
        cells->has_value = cells->has_value || cells->is_in_value;
    }
    return MARU_OK;
}

static maru_status on_end(void *context, const char *name) {
    struct cells *cells = context;
    cells->is_in_value = false;
    if (strcmp(name, "rPh") == 0) {
        cells->is_phonetic = false;
    } else if (strcmp(name, "row") == 0) {
        cells->is_row_open = false;
    } else if (strcmp(name, "c") == 0) {
        return end_cell(cells);
    }
    const struct text *out = &cells->job->book->csv;
    return out->status == MARU_OK
               ? MARU_OK
               : fail(cells->job->err, out->status, "the sheet has more than %zu bytes of text",
                      out->max_bytes);
}

static maru_status on_text(void *context, const char *bytes, size_t n) {
    struct cells *cells = context;
    if (cells->is_in_value) {
        text_add(&cells->value, bytes, n);
    }
    return cells->value.status == MARU_OK
               ? MARU_OK
               : fail(cells->job->err, cells->value.status, "a cell has more than %d bytes",
                      WORKBOOK_MAX_CELL_BYTES);
}

maru_status workbook_read_sheet(struct workbook_job *job, const char *path) {
    struct cells cells = {.job = job};
    const struct workbook_handler handler = {on_begin, on_end, on_text, &cells};
    bool is_there = false;
    text_init(&cells.value, WORKBOOK_MAX_CELL_BYTES);
    maru_status st = workbook_read_part(job, path, &handler, &is_there);
    if (st == MARU_OK && !is_there) {
        st = fail(job->err, MARU_E_INPUT, "a part of the workbook is missing: %s", path);
    }
    if (st == MARU_OK && job->book->n_cell > 0) {
        text_add(&job->book->csv, "\n", 1);
    }
    text_fini(&cells.value);
    return st;
}
