// Cells of a file, kept as text: a set knows which of them are numbers.

#include "study/sets/set_table.h"

#include <math.h>
#include <string.h>

#include "base/csv.h"
#include "base/number.h"
#include "base/status.h"

static maru_status take_row(const struct csv_row *row, struct set_table *table, uint32_t *cap,
                            struct arena *arena, maru_error *err) {
    if (table->n_row == 0) {
        table->n_column = row->n_field;
    }
    if (row->n_field != table->n_column) {
        return fail_at(err, MARU_E_INPUT, NULL, row->line, row->n_field,
                       "this row has %u cells, the first one %u", row->n_field, table->n_column);
    }
    if (table->n_row == SET_TABLE_ROWS) {
        return fail(err, MARU_E_LIMIT, "more than %d rows", SET_TABLE_ROWS);
    }
    if (table->n_row == *cap) {
        const uint32_t more = *cap > 0 ? 2 * *cap : 256;
        const char **cells = arena_take(arena, (size_t)more * table->n_column, sizeof *cells);
        if (!cells) {
            return arena_refusal(arena, err);
        }
        if (table->n_row > 0) {
            memcpy(cells, table->cell, (size_t)table->n_row * table->n_column * sizeof *cells);
        }
        table->cell = cells;
        *cap = more;
    }
    for (uint32_t k = 0; k < row->n_field; k++) {
        table->cell[(size_t)table->n_row * table->n_column + k] = row->field[k].bytes;
    }
    table->n_row++;
    return MARU_OK;
}

static maru_status take_rows(const struct text *text, char separator, struct arena *arena,
                             struct set_table *out, maru_error *err) {
    struct csv_reader reader;
    csv_init(&reader, separator, true);
    uint32_t cap = 0;
    for (size_t at = 0; at < text->n_bytes;) {
        struct csv_row row;
        size_t used = 0;
        maru_status st =
            csv_next(&reader, text->bytes + at, text->n_bytes - at, true, arena, &row, &used, err);
        if (st == MARU_MORE) {
            break;
        }
        if (st == MARU_OK && !(row.n_field == 1 && row.field[0].n == 0)) { // blank lines
            st = take_row(&row, out, &cap, arena, err);
        }
        if (st != MARU_OK) {
            return st;
        }
        at += used;
    }
    return out->n_row > 0 ? MARU_OK : fail(err, MARU_E_INPUT, "the file of the set is empty");
}

maru_status set_table_read(const struct set_run *run, const char *folder, const char *file,
                           char separator, struct arena *arena, struct set_table *out,
                           maru_error *err) {
    struct text text;
    text_init(&text, SET_TABLE_BYTES);
    struct set_table table = {0};
    maru_status st = set_read_file(run, folder, file, &text, err);
    if (st == MARU_OK) {
        st = take_rows(&text, separator, arena, &table, err);
    }
    text_fini(&text);
    if (st == MARU_OK) {
        *out = table;
    }
    return st;
}

float set_table_number(const struct set_table *table, uint32_t row, uint32_t column) {
    const char *cell = table->cell[(size_t)row * table->n_column + column];
    double value = 0;
    return number_double(cell, strlen(cell), &value) ? (float)value : NAN;
}

maru_status set_table_column(const struct set_table *table, const char *name, uint32_t *out,
                             maru_error *err) {
    for (uint32_t k = 0; k < table->n_column; k++) {
        if (strcmp(table->cell[k], name) == 0) {
            *out = k;
            return MARU_OK;
        }
    }
    return fail(err, MARU_E_INPUT, "the file of the set has no column \"%s\"", name);
}
