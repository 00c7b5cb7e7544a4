#include <string.h>

#include "base/number.h"
#include "wire/sheet/sheet_inside.h"

// Where the data begins, and which rows above are its header.
//
// Columns of numbers and times tell (their class is known from the lower rows): a row is of data where most of them hold what the
// column holds, and speaks like a header where most hold words. The data begins below the last row among the first that speaks
// like a header; a title with a number in it, or an offending cell in the data, does not mislead that way. Where all columns hold
// words, the first full row is the header unless its words come again below.
//
//     2025 report                 title: one cell, or a key and its value over a wide table
//                                 a blank row ends what belongs to the table
//     LOT | temperature |     | P  header, merged: the next cell stands over both
//         | upper | lower |        header
//         | °C    | °C    | bar    units
//     A1  | 181.2 | 180.9 | 2.1    data

enum { FEW_ROWS = 25, ENOUGH_ROWS = 3 };

struct speech { // what the cells of a row say in columns of numbers and times
    uint32_t n_fit, n_word;
};

static struct speech listen(const struct sheet_look *look, const struct csv_row *row) {
    struct speech s = {0};
    for (uint32_t k = 0; k < look->n_column; k++) {
        if (look->kind[k] != SHEET_NUMBER && look->kind[k] != SHEET_DATE) {
            continue;
        }
        const enum sheet_class class = sheet_class_of(look, sheet_cell(row, k));
        s.n_fit += class == look->kind[k];
        s.n_word += class == SHEET_OTHER;
    }
    return s;
}

static uint32_t count_telling(const struct sheet_look *look) {
    uint32_t n = 0;
    for (uint32_t k = 0; k < look->n_column; k++) {
        n += look->kind[k] == SHEET_NUMBER || look->kind[k] == SHEET_DATE;
    }
    return n;
}

// 0 1 2 3 or 1 2 3 4: numbers of columns, as programs write them over columns without names.
static bool counts_up(const struct sheet_look *look, uint32_t row) {
    const struct csv_row *r = &look->row[row];
    int64_t first = 0;
    const struct csv_field *cell = sheet_cell(r, 0);
    if (look->n_column < 3 || r->n_field != look->n_column ||
        !number_int64(cell->bytes, cell->n, &first) || first < 0 || first > 1) {
        return false;
    }
    for (uint32_t k = 1; k < r->n_field; k++) {
        int64_t number = 0;
        if (!number_int64(r->field[k].bytes, r->field[k].n, &number) || number != first + k) {
            return false;
        }
    }
    return true;
}

static bool is_same_row(const struct csv_row *a, const struct csv_row *b) {
    bool is_same = a->n_field == b->n_field;
    for (uint32_t k = 0; is_same && k < a->n_field; k++) {
        is_same = a->field[k].n == b->field[k].n &&
                  memcmp(a->field[k].bytes, b->field[k].bytes, a->field[k].n) == 0;
    }
    return is_same;
}

static uint32_t first_by_numbers(const struct sheet_look *look, uint32_t n_telling) {
    uint32_t first = 0; // behind the last row that speaks like a header
    uint32_t n_data = 0;
    for (uint32_t i = 0; i < look->n && i < FEW_ROWS && n_data < ENOUGH_ROWS; i++) {
        if (look->limit_row[i] != SHEET_NO_LIMIT) {
            continue;
        }
        const struct speech s = listen(look, &look->row[i]);
        const bool is_header =
            s.n_fit == 0 ? 2 * s.n_word > n_telling || s.n_word > 2 : s.n_word >= 4 * s.n_fit;
        if (is_header && !(first > 0 && is_same_row(&look->row[first - 1], &look->row[i]))) {
            first = i + 1;
            n_data = 0;
        }
        n_data += s.n_fit > s.n_word && 2 * s.n_fit >= n_telling;
    }
    if (first == 0 && look->n > 1 && counts_up(look, 0) && !counts_up(look, 1)) {
        first = 1;
    }
    for (uint32_t i = first; i < look->n && i < first + FEW_ROWS; i++) {
        const struct speech s = listen(look, &look->row[i]);
        if (s.n_fit > 0 && s.n_word < 4 * s.n_fit && look->limit_row[i] == SHEET_NO_LIMIT) {
            return i;
        }
    }
    return first;
}

static bool comes_again(const struct sheet_look *look, uint32_t row) {
    for (uint32_t k = 0; k < look->row[row].n_field; k++) {
        const struct csv_field *cell = &look->row[row].field[k];
        for (uint32_t i = row + 1; cell->n > 0 && i < look->n; i++) {
            const struct csv_field *other = sheet_cell(&look->row[i], k);
            if (other->n == cell->n && memcmp(other->bytes, cell->bytes, cell->n) == 0) {
                return true;
            }
        }
    }
    return false;
}

static uint32_t first_by_words(const struct sheet_look *look) {
    for (uint32_t i = 0; i < look->n; i++) {
        const uint32_t n_full = sheet_full(&look->row[i]);
        if (n_full > 0 && 2 * n_full >= look->usual_full && (n_full > 1 || look->n_column == 1)) {
            return comes_again(look, i) ? i : i + 1;
        }
    }
    return 0;
}

// ---- header

static bool is_unit_row(const struct csv_row *row) {
    uint32_t n_unit = 0;
    uint32_t n_full = 0;
    for (uint32_t k = 0; k < row->n_field; k++) {
        const struct csv_field *cell = &row->field[k];
        const bool is_none = cell_is_missing(cell->bytes, cell->n);
        const bool is_unit =
            cell_is_bracketed(cell->bytes, cell->n) || sheet_is_unit(cell->bytes, cell->n);
        n_full += !is_none;
        n_unit += !is_none && is_unit;
    }
    return n_unit > 0 && n_unit + 1 >= n_full; // the column of names has none, but may say "unit"
}

// A key and its value over a wide table: "author | Kim".
static bool is_key_and_value(const struct sheet_look *look, const struct csv_row *row) {
    return look->n_column > 3 && sheet_width(row) == 2 && sheet_full(row) == 2;
}

static bool is_head_row(const struct sheet_look *look, uint32_t i) {
    const struct csv_row *row = &look->row[i];
    const struct speech s = listen(look, row);
    const uint32_t n_full = sheet_full(row);
    if (n_full == 0 || (n_full == 1 && look->n_column > 1) || is_key_and_value(look, row)) {
        return false;
    }
    return s.n_fit == 0 || s.n_word >= 4 * s.n_fit || counts_up(look, i);
}

// Rows of limits stand above the data, or are its first ones.
static void find_limit_rows(struct sheet_look *look) {
    for (uint32_t i = 0; i < look->n; i++) {
        look->limit_row[i] = i < SHEET_LIMIT_ROWS
                                 ? (uint8_t)sheet_limit_row_of(look->signs, &look->row[i])
                                 : SHEET_NO_LIMIT;
    }
}

void sheet_find_head(struct sheet_look *look) {
    find_limit_rows(look);
    const uint32_t n_telling = count_telling(look);
    look->first = n_telling > 0 ? first_by_numbers(look, n_telling) : first_by_words(look);
    if (look->hints->first_line > 0) {
        look->first = 0;
        while (look->first < look->n && look->row[look->first].line < look->hints->first_line) {
            look->first++;
        }
    }
    uint32_t at = look->first;
    while (at > 0 && (sheet_full(&look->row[at - 1]) == 0 || look->limit_row[at - 1])) {
        at--; // blank lines and limits below the header
    }
    uint32_t n = 0, head[SHEET_MAX_HEAD_ROWS];
    for (; at > 0 && n < SHEET_MAX_HEAD_ROWS; at--) {
        const bool is_limit = look->limit_row[at - 1] != SHEET_NO_LIMIT;
        if (!is_limit && !is_head_row(look, at - 1)) {
            break;
        }
        if (!is_limit) {
            head[n++] = at - 1;
        }
    }
    look->n_head = n;
    for (uint32_t i = 0; i < n; i++) {
        look->head[i] = head[n - 1 - i];
        if (n > 1 && is_unit_row(&look->row[look->head[i]])) {
            look->unit_row = look->head[i];
        }
    }
}
