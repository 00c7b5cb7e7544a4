#include "base/status.h"
#include "io/workbook/workbook_inside.h"

// Cells as CSV: line n is row n of the sheet. Rows may come in parts, each a text of its own that says which row is its first.

// Programs write all 17 digits of a double: 0.1 as 0.10000000000000001. Those are made short; others stand as they are, which is
// much quicker.
enum { SHORT_BYTES = 18 };

void workbook_rows_init(struct workbook_rows *rows, size_t cap_bytes) {
    *rows = (struct workbook_rows){.n_cell = 0};
    text_init(&rows->csv, cap_bytes);
}

void workbook_rows_fini(struct workbook_rows *rows) { text_fini(&rows->csv); }

void workbook_go_to(struct workbook_rows *rows, uint32_t row, uint32_t column) {
    if (rows->first == 0) {
        rows->first = row;
        rows->row = row;
    }
    if (rows->row < row) {
        rows->column = 0;
    }
    for (; rows->row < row; rows->row++) {
        text_add(&rows->csv, "\n", 1);
    }
    for (uint32_t k = rows->column > 0 ? rows->column : 1; k < column; k++) {
        text_add(&rows->csv, ",", 1);
    }
    rows->column = column;
}

// With blanks instead of line breaks and what has no place in text, in quotes.
void workbook_add_words(struct text *csv, const char *bytes, size_t n) {
    text_add(csv, "\"", 1);
    size_t begin = 0;
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)bytes[i];
        if (c == '"' || c < 0x20 || c == 0x7F) {
            text_add(csv, bytes + begin, i - begin);
            text_addz(csv, c == '"' ? "\"\"" : " ");
            begin = i + 1;
        }
    }
    text_add(csv, bytes + begin, n - begin);
    text_add(csv, "\"", 1);
}

void workbook_add_number(struct text *csv, const char *bytes, size_t n, double number) {
    if (n <= SHORT_BYTES) {
        text_add(csv, bytes, n);
    } else {
        text_add_double(csv, number);
    }
}

maru_status workbook_take_rows(struct workbook *book, struct workbook_rows *rows, uint32_t *row,
                               maru_error *err) {
    book->n_cell += rows->n_cell;
    book->n_without_value += rows->n_without_value;
    if (rows->first == 0) {
        return MARU_OK;
    }
    if (book->csv.n_bytes == 0 && rows->first == 1) {
        const struct text mine = book->csv;
        book->csv = rows->csv;
        rows->csv = mine;
    } else {
        for (uint32_t k = *row > 0 ? *row : 1; k < rows->first; k++) {
            text_add(&book->csv, "\n", 1);
        }
        text_add(&book->csv, rows->csv.bytes, rows->csv.n_bytes);
    }
    *row = rows->row;
    return book->csv.status == MARU_OK
               ? MARU_OK
               : fail(err, book->csv.status, "the sheet has more than %zu bytes of text",
                      book->csv.max_bytes);
}
