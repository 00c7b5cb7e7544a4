#include "control/equipment/grid.h"

#include <string.h>

#include "base/status.h"
#include "base/text.h"

// One pass: the first row that is not blank names the columns, each row behind it is handed over with
// its cells in the order of the form. Each row lies in an arena of its own, given back behind it.

enum { ROW_BYTES = 4 << 20 };

struct reading {
    struct grid_row row;
    bool has_header;
    uint32_t n_row;
};

static void say(maru_faults *faults, maru_severity severity, const struct fault_place *place,
                const char *right, const char *format, ...) MARU_PRINTF(5, 6);

static void say(maru_faults *faults, maru_severity severity, const struct fault_place *place,
                const char *right, const char *format, ...) {
    va_list args;
    va_start(args, format);
    faults_add(faults, severity, place, right, format, args);
    va_end(args);
}

void grid_fault(const struct grid_row *row, uint32_t column, const char *right, const char *format,
                ...) {
    const struct fault_place place = {row->form->file, row->line, row->at[column],
                                      row->form->column[column].english, row->cell[column].bytes};
    va_list args;
    va_start(args, format);
    faults_add(row->faults, MARU_FAULT, &place, right, format, args);
    va_end(args);
}

static bool is_blank(const struct csv_row *row) {
    for (uint32_t i = 0; i < row->n_field; i++) {
        if (row->field[i].n > 0) {
            return false;
        }
    }
    return true;
}

static void read_header(struct reading *r, const struct csv_row *csv) {
    struct grid_row *row = &r->row;
    const struct grid_form *form = row->form;
    for (uint32_t i = 0; i < csv->n_field; i++) {
        const char *name = csv->field[i].bytes;
        const struct fault_place place = {form->file, csv->line, i + 1, name, name};
        uint32_t k = 0;
        while (k < form->n_column && strcmp(name, form->column[k].english) != 0 &&
               strcmp(name, form->column[k].korean) != 0) {
            k++;
        }
        if (k == form->n_column) {
            say(row->faults, MARU_NOTE, &place, "a column that is known, or nothing: it is skipped",
                "unknown column");
        } else if (row->at[k] > 0) {
            say(row->faults, MARU_FAULT, &place, "each column once", "column %u has the same name",
                row->at[k]);
        } else {
            row->at[k] = i + 1;
        }
    }
    for (uint32_t k = 0; k < form->n_column; k++) {
        if (form->column[k].is_required && row->at[k] == 0) {
            const struct fault_place place = {
                .file = form->file, .row = csv->line, .header = form->column[k].english};
            say(row->faults, MARU_FAULT, &place, "this column in the first line",
                "a required column is missing");
        }
    }
    r->has_header = true;
}

static maru_status hand_over(struct reading *r, const struct csv_row *csv, grid_take take,
                             void *context, maru_error *err) {
    struct grid_row *row = &r->row;
    row->line = csv->line;
    for (uint32_t k = 0; k < row->form->n_column; k++) {
        const bool is_there = row->at[k] > 0 && row->at[k] <= csv->n_field;
        row->cell[k] = is_there ? csv->field[row->at[k] - 1] : (struct csv_field){"", 0};
        if (row->form->column[k].is_required && row->at[k] > 0 && row->cell[k].n == 0) {
            grid_fault(row, k, "a value", "the cell is empty");
            return MARU_OK; // the row says nothing
        }
    }
    if (++r->n_row > GRID_MAX_ROWS) {
        return fail_at(err, MARU_E_LIMIT, row->form->file, csv->line, 0,
                       "the table has more than %d rows", GRID_MAX_ROWS);
    }
    return take(context, row, err);
}

// One row from the start of the bytes; MARU_MORE at their end.
static maru_status read_row(struct reading *r, struct csv_reader *reader, const char **bytes,
                            size_t *n, grid_take take, void *context, maru_error *err) {
    struct arena arena;
    arena_init(&arena, ROW_BYTES);
    struct csv_row csv;
    size_t n_used = 0;
    maru_error bad;
    maru_status st = csv_next(reader, *bytes, *n, true, &arena, &csv, &n_used, &bad);
    if (st == MARU_E_INPUT) {
        const struct fault_place place = {
            .file = r->row.form->file, .row = bad.row, .column = bad.column};
        say(r->row.faults, MARU_FAULT, &place, "a table of text, one row a line", "%s", bad.text);
        st = MARU_MORE; // no row behind it can be trusted
    } else if (st == MARU_OK) {
        *bytes += n_used;
        *n -= n_used;
        if (!is_blank(&csv)) {
            if (r->has_header) {
                st = hand_over(r, &csv, take, context, err);
            } else {
                read_header(r, &csv);
            }
        }
    } else if (st != MARU_MORE && err) {
        *err = bad;
    }
    arena_fini(&arena);
    return st;
}

maru_status grid_read(const struct grid_form *form, const char *bytes, size_t n,
                      maru_faults *faults, grid_take take, void *context, maru_error *err) {
    struct reading r = {.row = {.form = form, .faults = faults}};
    const struct fault_place whole = {.file = form->file};
    if (n > GRID_MAX_BYTES) {
        return fail_at(err, MARU_E_LIMIT, form->file, 0, 0, "a table has more than 64 MiB");
    }
    if (!text_is_utf8(bytes, n)) {
        say(faults, MARU_FAULT, &whole, "text in UTF-8 (or CP949, in a folder)",
            "bytes that are no text");
        return MARU_OK;
    }
    struct csv_reader reader;
    csv_init(&reader, ',', true);
    maru_status st = MARU_OK;
    while (st == MARU_OK) {
        st = read_row(&r, &reader, &bytes, &n, take, context, err);
    }
    if (st == MARU_MORE && !r.has_header) {
        say(faults, MARU_FAULT, &whole, "a line with the names of the columns, and rows below it",
            "the table is empty");
    }
    return st == MARU_MORE ? MARU_OK : st;
}
