#include <string.h>

#include "base/status.h"
#include "wire/sheet/sheet_inside.h"

// Rows of text one after the other. Their arena is emptied when some megabytes have come together, so that memory does not grow with
// the file, and chunks are not asked for anew with each row.

enum { EMPTY_AT_BYTES = 4 << 20 };

static const struct csv_field nothing = {"", 0};

void sheet_rows_init(struct sheet_rows *rows, const char *bytes, size_t n, char separator,
                     bool has_quotes, size_t cap_bytes) {
    *rows = (struct sheet_rows){.bytes = bytes, .n = n};
    csv_init(&rows->csv, separator, has_quotes);
    arena_init(&rows->arena, cap_bytes);
}

void sheet_rows_fini(struct sheet_rows *rows) { arena_fini(&rows->arena); }

// Leaves out the empty cells between blanks.
static maru_status join_blanks(struct sheet_rows *rows, struct csv_row *row, maru_error *err) {
    struct csv_field *field = arena_take(&rows->arena, row->n_field, sizeof *field);
    if (!field) {
        return arena_refusal(&rows->arena, err);
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < row->n_field; i++) {
        if (row->field[i].n > 0) {
            field[n++] = row->field[i];
        }
    }
    row->field = field;
    row->n_field = n > 0 ? n : 1; // a blank line has one empty cell
    if (n == 0) {
        field[0] = nothing;
    }
    return MARU_OK;
}

maru_status sheet_rows_next(struct sheet_rows *rows, struct csv_row *row, maru_error *err) {
    if (rows->is_emptied && rows->arena.used_bytes > EMPTY_AT_BYTES) {
        const size_t cap_bytes = rows->arena.cap_bytes;
        arena_fini(&rows->arena);
        arena_init(&rows->arena, cap_bytes);
    }
    size_t n_used = 0;
    maru_status st =
        csv_next(&rows->csv, rows->bytes, rows->n, true, &rows->arena, row, &n_used, err);
    if (st == MARU_OK && rows->csv.separator == ' ') {
        st = join_blanks(rows, row, err);
    }
    if (st == MARU_OK) {
        rows->bytes += n_used;
        rows->n -= n_used;
    }
    return st;
}

uint32_t sheet_full(const struct csv_row *row) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < row->n_field; i++) {
        n += row->field[i].n > 0;
    }
    return n;
}

uint32_t sheet_width(const struct csv_row *row) {
    uint32_t n = row->n_field;
    while (n > 0 && row->field[n - 1].n == 0) {
        n--;
    }
    return n;
}

const struct csv_field *sheet_cell(const struct csv_row *row, uint32_t column) {
    return column < row->n_field ? &row->field[column] : &nothing;
}
