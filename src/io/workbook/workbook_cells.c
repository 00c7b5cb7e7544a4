#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "io/workbook/workbook_inside.h"

// A worksheet is rows of cells, each with its place, what it is, and the number of a style:
//
//     <row r="3"><c r="B3" s="4" t="s"><f>...</f><v>17</v></c></row>
//
// t says what v is: the number of a shared string (s), a text (str, inlineStr with <is><t>), true or false (b), an error (e), a date
// as text (d), else a number. A date is a number whose style shows it as one. Cells and rows may be left out, so each is put
// where it says; where it does not say, behind the one before. The places must grow, as the standard wants.
//
// Source: ECMA-376-1:2016, 18.3.1.4 (c), 18.18.11 (ST_CellType).

// ---- places

static bool is_letter(const char *name, char letter) {
    return name[0] == letter && name[1] == '\0';
}

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

static maru_status begin_row(struct workbook_cells *cells, const char **attribute) {
    const char *place = workbook_attribute(attribute, "r");
    int64_t row = (int64_t)cells->at_row + 1;
    if (place && (!number_int64(place, strlen(place), &row) || row < 1)) {
        return fail(cells->err, MARU_E_INPUT, "the workbook has a row without a place");
    }
    if (row > WORKBOOK_MAX_ROWS) {
        return fail(cells->err, MARU_E_LIMIT, "a sheet has at most %d rows", WORKBOOK_MAX_ROWS);
    }
    if (row <= cells->at_row) {
        return fail(cells->err, MARU_E_INPUT, "the rows of the sheet are out of order at row %d",
                    (int)row);
    }
    if (cells->first_row == 0) {
        cells->first_row = (uint32_t)row;
        cells->is_placed = place != NULL;
    }
    cells->at_row = (uint32_t)row;
    cells->before = 0;
    cells->is_row_open = true;
    return MARU_OK;
}

static maru_status begin_cell(struct workbook_cells *cells, const char **attribute) {
    const char *place = NULL;
    const char *style = NULL;
    const char *type = NULL;
    for (; attribute[0]; attribute += 2) { // these have no name space
        place = is_letter(attribute[0], 'r') ? attribute[1] : place;
        style = is_letter(attribute[0], 's') ? attribute[1] : style;
        type = is_letter(attribute[0], 't') ? attribute[1] : type;
    }
    uint32_t row = cells->at_row;
    int64_t number = 0;
    cells->at_column = cells->before + 1;
    if (place && (!read_place(place, &cells->at_column, &row) || row != cells->at_row)) {
        return fail(cells->err, MARU_E_INPUT, "the workbook has a cell without a place");
    }
    if (cells->at_column > WORKBOOK_MAX_COLUMNS || cells->at_column <= cells->before) {
        return fail(cells->err, MARU_E_INPUT, "the cells of the sheet are out of order in row %u",
                    row);
    }
    cells->before = cells->at_column;
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

static maru_status add_shared(struct workbook_cells *cells, struct text *csv) {
    int64_t number = 0;
    const struct workbook_job *job = cells->job;
    if (!number_int64(cells->value.bytes, cells->value.n_bytes, &number) || number < 0 ||
        number >= job->n_string) {
        return fail(cells->err, MARU_E_INPUT, "a cell in row %u names a text that is not there",
                    cells->at_row);
    }
    workbook_add_words(csv, job->string[number].bytes, job->string[number].n);
    return MARU_OK;
}

static void add_number(struct workbook_cells *cells, struct text *csv) {
    const struct workbook_job *job = cells->job;
    const struct text *value = &cells->value;
    double number = 0;
    if (!number_double(value->bytes, value->n_bytes, &number)) {
        workbook_add_words(csv, value->bytes, value->n_bytes);
        return;
    }
    const enum workbook_form form =
        cells->style == UINT32_MAX ? WORKBOOK_PLAIN : (enum workbook_form)job->style[cells->style];
    if (form == WORKBOOK_PLAIN || !workbook_add_day(csv, number, form, job->is_1904)) {
        workbook_add_number(csv, value->bytes, value->n_bytes, number);
    }
}

static maru_status end_cell(struct workbook_cells *cells) {
    struct workbook_rows *rows = &cells->rows;
    struct text *csv = &rows->csv;
    maru_status st = MARU_OK;
    cells->is_in_cell = false;
    if (!cells->has_value || cells->value.n_bytes == 0) {
        rows->n_without_value += cells->has_formula && !cells->has_value;
        return MARU_OK;
    }
    workbook_go_to(rows, cells->at_row, cells->at_column);
    rows->n_cell++;
    if (strcmp(cells->type, "s") == 0) {
        st = add_shared(cells, csv);
    } else if (strcmp(cells->type, "b") == 0) {
        text_addz(csv, cells->value.bytes[0] == '1' ? "TRUE" : "FALSE");
    } else if (cells->type[0] == '\0' || strcmp(cells->type, "n") == 0) {
        add_number(cells, csv);
    } else {
        workbook_add_words(csv, cells->value.bytes, cells->value.n_bytes);
    }
    return st != MARU_OK || csv->status == MARU_OK
               ? st
               : fail(cells->err, csv->status, "the sheet has more than %zu bytes of text",
                      csv->max_bytes);
}

// ---- XML

static maru_status on_begin(void *context, const char *name, const char **attribute) {
    struct workbook_cells *cells = context;
    if (is_letter(name, 'c')) {
        return cells->is_row_open && !cells->is_in_cell
                   ? begin_cell(cells, attribute)
                   : fail(cells->err, MARU_E_INPUT, "the workbook has a cell without a place");
    }
    if (cells->is_in_cell) {
        cells->has_formula = cells->has_formula || is_letter(name, 'f');
        cells->is_phonetic = cells->is_phonetic || strcmp(name, "rPh") == 0;
        cells->is_in_value = (is_letter(name, 'v') || is_letter(name, 't')) && !cells->is_phonetic;
        cells->has_value = cells->has_value || cells->is_in_value;
    }
    return strcmp(name, "row") == 0 ? begin_row(cells, attribute) : MARU_OK;
}

static maru_status on_end(void *context, const char *name) {
    struct workbook_cells *cells = context;
    cells->is_in_value = false;
    if (is_letter(name, 'c')) {
        return end_cell(cells);
    }
    cells->is_phonetic = cells->is_phonetic && strcmp(name, "rPh") != 0;
    cells->is_row_open = cells->is_row_open && strcmp(name, "row") != 0;
    return MARU_OK;
}

static maru_status on_text(void *context, const char *bytes, size_t n) {
    struct workbook_cells *cells = context;
    if (cells->is_in_value) {
        text_add(&cells->value, bytes, n);
    }
    return cells->value.status == MARU_OK
               ? MARU_OK
               : fail(cells->err, cells->value.status, "a cell has more than %d bytes",
                      WORKBOOK_MAX_CELL_BYTES);
}

void workbook_cells_init(struct workbook_cells *cells, const struct workbook_job *job,
                         maru_error *err) {
    *cells = (struct workbook_cells){.job = job, .err = err};
    text_init(&cells->value, WORKBOOK_MAX_CELL_BYTES);
    workbook_rows_init(&cells->rows, job->book->csv.max_bytes);
}

void workbook_cells_fini(struct workbook_cells *cells) {
    text_fini(&cells->value);
    workbook_rows_fini(&cells->rows);
}

struct workbook_handler workbook_cells_handler(struct workbook_cells *cells) {
    return (struct workbook_handler){on_begin, on_end, on_text, cells};
}
