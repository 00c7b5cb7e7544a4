#include "plant/dialect/smat_sheet.h"

#include <string.h>

#include "base/number.h"
#include "base/status.h"

// The tables of SMAT2022 are sheets of a workbook, written as CSV: a first line of headers, lengths
// in mm as bare numbers, more columns than are wanted here.

static maru_status read_header(struct smat_sheet *s, const struct csv_row *row, maru_error *err) {
    for (uint32_t c = 0; c < s->n_column; c++) {
        for (uint32_t i = 0; i < row->n_field && s->column[c] == 0; i++) {
            s->column[c] = strcmp(row->field[i].bytes, s->header[c]) == 0 ? i + 1 : 0;
        }
        if (s->column[c] == 0) {
            return fail_at(err, MARU_E_INPUT, s->file->name, row->line, 0,
                           "the column %s is missing", s->header[c]);
        }
    }
    return MARU_OK;
}

static maru_status check_row(struct smat_sheet *s, const struct csv_row *row, maru_error *err) {
    for (uint32_t c = 0; c < s->n_column; c++) {
        if (s->column[c] > row->n_field) {
            return fail_at(err, MARU_E_INPUT, s->file->name, row->line, 0, "the cell %s is missing",
                           s->header[c]);
        }
    }
    if (s->n_row == SMAT_MAX_ROWS) {
        return fail_at(err, MARU_E_LIMIT, s->file->name, row->line, 0, "more than %d rows",
                       SMAT_MAX_ROWS);
    }
    s->n_row++;
    return MARU_OK;
}

maru_status smat_read(struct smat_sheet *sheet, struct arena *arena, smat_take *take, void *context,
                      maru_error *err) {
    struct csv_reader reader;
    csv_init(&reader, ',', true);
    const char *at = sheet->file->bytes;
    size_t left = at ? sheet->file->n_bytes : 0;
    bool has_header = false;
    for (;;) {
        struct csv_row row = {0};
        size_t n_used = 0;
        maru_status st = csv_next(&reader, at, left, true, arena, &row, &n_used, err);
        if (st == MARU_MORE) {
            return has_header
                       ? MARU_OK
                       : fail_at(err, MARU_E_INPUT, sheet->file->name, 0, 0, "the table is empty");
        }
        if (st != MARU_OK) {
            if (err && st == MARU_E_INPUT) {
                fail_at(err, st, sheet->file->name, err->row, err->column, "not a table of text");
            }
            return st;
        }
        at += n_used;
        left -= n_used;
        if (row.n_field == 1 && row.field[0].n == 0) {
            continue;
        }
        st = has_header ? check_row(sheet, &row, err) : read_header(sheet, &row, err);
        if (st == MARU_OK && has_header) {
            st = take(context, sheet, &row, err);
        }
        has_header = true;
        if (st != MARU_OK) {
            return st;
        }
    }
}

const struct csv_field *smat_cell(const struct smat_sheet *sheet, const struct csv_row *row,
                                  uint32_t column) {
    return &row->field[sheet->column[column] - 1];
}

maru_status smat_length(const struct smat_sheet *sheet, const struct csv_row *row, uint32_t column,
                        const struct smat_range *range, double *out, maru_error *err) {
    const struct csv_field *field = smat_cell(sheet, row, column);
    double mm = 0;
    if (!number_double(field->bytes, field->n, &mm) || mm / 1000 < range->least_m ||
        mm / 1000 > range->most_m || (range->is_above && mm / 1000 <= range->least_m)) {
        return fail_at(err, MARU_E_INPUT, sheet->file->name, row->line, sheet->column[column],
                       "%s is not a length in mm from %.0f to %.0f m", sheet->header[column],
                       range->least_m, range->most_m);
    }
    *out = mm / 1000;
    return MARU_OK;
}
