#include <string.h>

#include "base/status.h"
#include "base/text.h"
#include "wire/csv/cells.h"
#include "wire/csv/samples_csv.h"

// One look at the first rows, in this order, because each step needs those before:
//
//     separator   the one that cuts most rows into the same number of cells, more than one
//     times       the column and form that read most cells; a number is a time only under a header
//                 that says so, or in the first column: a pressure may look like a day of Excel
//     data        begins with the first row that has a time
//     decimals    by how the cells of the data are written
//     kinds       a column is of numbers when most of its cells are
//     long        times, repeating texts, values: by the header's words, or by what the columns hold
//     names       of the rows above the data: merged cells go on to the right, rows join with a slash,
//                 a row of units alone gives units
//
// Where two readings are equally good the layout says that it is ambiguous.

struct look {
    const struct samples_hints *hints;
    struct arena *arena;
    struct samples_layout *layout;
    struct csv_row row[SAMPLES_MAX_LOOK_ROWS]; // (n)
    uint32_t n;
    uint32_t first; // row with data
    maru_error *err;
};

static const struct csv_field nothing = {"", 0};

static const struct csv_field *cell_at(const struct csv_row *row, uint32_t column) {
    return column < row->n_field ? &row->field[column] : &nothing;
}

// ---- separator

// Reads the first rows with this separator; a row that cannot be read ends them.
static uint32_t read_rows(const char *bytes, size_t n, bool is_last, char separator,
                          struct arena *arena, struct csv_row *row) {
    struct csv_reader reader;
    csv_init(&reader, separator, true);
    uint32_t n_row = 0;
    size_t n_used = 0;
    while (n_row < SAMPLES_MAX_LOOK_ROWS &&
           csv_next(&reader, bytes, n, is_last, arena, &row[n_row], &n_used, NULL) == MARU_OK) {
        bytes += n_used;
        n -= n_used;
        n_row++;
    }
    return n_row;
}

// How many rows have the most frequent number of cells, and that number.
static uint32_t most_alike(const struct csv_row *row, uint32_t n, uint32_t *n_cell) {
    uint16_t count[CSV_MAX_FIELDS + 1] = {0};
    *n_cell = 1;
    for (uint32_t i = 0; i < n; i++) {
        count[row[i].n_field]++;
    }
    for (uint32_t k = 2; k <= CSV_MAX_FIELDS; k++) {
        if (count[k] > 0 && (*n_cell == 1 || count[k] >= count[*n_cell])) {
            *n_cell = k;
        }
    }
    return *n_cell > 1 ? count[*n_cell] : 0;
}

static maru_status guess_separator(struct look *look, const char *bytes, size_t n, bool is_last) {
    static const char separators[] = {';', '\t', ',', '|'};
    uint32_t best = 0;
    uint32_t best_cells = 0;
    for (size_t i = 0; i < sizeof separators; i++) {
        struct arena scratch;
        uint32_t n_cell = 0;
        if (look->hints->separator && look->hints->separator != separators[i]) {
            continue;
        }
        arena_init(&scratch, look->arena->cap_bytes);
        const uint32_t n_row = read_rows(bytes, n, is_last, separators[i], &scratch, look->row);
        const uint32_t n_alike = most_alike(look->row, n_row, &n_cell);
        arena_fini(&scratch);
        if (n_alike > best || (n_alike == best && n_cell > best_cells)) {
            best = n_alike;
            best_cells = n_cell;
            look->layout->separator = separators[i];
        }
    }
    if (best == 0) {
        return fail(look->err, MARU_E_INPUT, "no table: cells are separated by , ; tab or |");
    }
    if (best_cells > SAMPLES_MAX_COLUMNS) {
        return fail(look->err, MARU_E_LIMIT, "a file of measurements has at most %d columns",
                    SAMPLES_MAX_COLUMNS);
    }
    look->n = read_rows(bytes, n, is_last, look->layout->separator, look->arena, look->row);
    look->layout->n_column = best_cells;
    return look->n > 0 ? MARU_OK : arena_refusal(look->arena, look->err);
}

// ---- times

static bool header_says(const struct look *look, uint32_t column, const char *const *words,
                        size_t n) {
    for (uint32_t i = 0; i < look->n && i < SAMPLES_MAX_HEAD_ROWS; i++) {
        const struct csv_field *cell = cell_at(&look->row[i], column);
        if (cell_has_any(cell->bytes, cell->n, words, n)) {
            return true;
        }
    }
    return false;
}

static bool says_time(const struct look *look, uint32_t column) {
    for (uint32_t i = 0; i < look->n && i < SAMPLES_MAX_HEAD_ROWS; i++) {
        const struct csv_field *cell = cell_at(&look->row[i], column);
        if (cell_says_time(cell->bytes, cell->n)) {
            return true;
        }
    }
    return false;
}

static bool reads_as(const struct csv_field *cell, enum moment_form form) {
    maru_time at_us = 0;
    return form <= MOMENT_DMY || form == MOMENT_YY
               ? moment_read(cell->bytes, cell->n, form, 0, &at_us)
               : moment_guess(cell->bytes, cell->n) == form;
}

static uint32_t count_times(const struct look *look, uint32_t column, enum moment_form form) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < look->n; i++) {
        n += reads_as(cell_at(&look->row[i], column), form);
    }
    return n;
}

// May the times stand in this column, in this form?
static bool may_be_time(const struct look *look, uint32_t column, uint32_t form, bool is_said) {
    const struct samples_hints *hints = look->hints;
    if (hints->form != N_MOMENT_FORM && hints->form != form) {
        return false;
    }
    if (form == MOMENT_YY && hints->form != form) {
        return false; // 10.11.12 says nothing
    }
    if (hints->time_column > 0) {
        return hints->time_column == column + 1;
    }
    return form <= MOMENT_DMY || form == MOMENT_YY ||
           (is_said ? says_time(look, column) : column == 0);
}

static maru_status guess_times(struct look *look) {
    struct samples_layout *layout = look->layout;
    uint32_t best = 0;
    bool is_said = false;
    for (uint32_t column = 0; column < layout->n_column; column++) {
        is_said = is_said || says_time(look, column);
    }
    for (uint32_t form = MOMENT_YMD; form < N_MOMENT_FORM; form++) {
        for (uint32_t column = 0; column < layout->n_column; column++) {
            const uint32_t n = may_be_time(look, column, form, is_said)
                                   ? count_times(look, column, (enum moment_form)form)
                                   : 0;
            if (n > best) {
                best = n;
                layout->form = (uint8_t)form;
                layout->time_column = column;
            }
        }
    }
    if (best == 0) {
        return fail(look->err, MARU_E_INPUT,
                    "no column of times: dates such as 2025-10-31 15:05:07 are wanted");
    }
    layout->is_ambiguous = layout->form == MOMENT_MDY && look->hints->form == N_MOMENT_FORM &&
                           count_times(look, layout->time_column, MOMENT_DMY) == best;
    const enum moment_form form = (enum moment_form)layout->form;
    while (!reads_as(cell_at(&look->row[look->first], layout->time_column), form)) {
        look->first++;
    }
    layout->first_line = look->row[look->first].line;
    return MARU_OK;
}

// A column of times of day beside one of dates alone.
static void guess_clock(struct look *look) {
    struct samples_layout *layout = look->layout;
    struct samples_layout tried = *layout;
    tried.has_clock = true;
    if (layout->form > MOMENT_DMY && layout->form != MOMENT_YY) {
        return;
    }
    for (uint32_t column = 0; column < layout->n_column; column++) {
        tried.clock_column = column;
        uint32_t n = 0;
        for (uint32_t i = look->first; column != layout->time_column && i < look->n; i++) {
            maru_time at_us = 0;
            n += cell_at(&look->row[i], column)->n > 0 &&
                 samples_time(&tried, &look->row[i], &at_us);
        }
        if (n > 0 && 10 * n >= 9 * (look->n - look->first)) {
            layout->has_clock = true;
            layout->clock_column = column;
            return;
        }
    }
}

static bool is_of_time(const struct samples_layout *layout, uint32_t column) {
    return column == layout->time_column || (layout->has_clock && column == layout->clock_column);
}

// ---- decimals

static void guess_decimals(struct look *look) {
    struct samples_layout *layout = look->layout;
    struct cell_evidence evidence = {0};
    struct cell_signs signs;
    for (uint32_t i = look->first; i < look->n; i++) {
        for (uint32_t column = 0; column < look->row[i].n_field; column++) {
            const struct csv_field *cell = &look->row[i].field[column];
            if (!is_of_time(layout, column)) {
                cell_weigh(cell->bytes, cell->n, &evidence);
            }
        }
    }
    layout->is_ambiguous =
        cell_signs_of(&evidence, look->hints->decimal, &signs) || layout->is_ambiguous;
    layout->decimal = signs.decimal;
    layout->thousands = signs.thousands;
}

// ---- kinds of columns

static enum samples_kind kind_of(const struct look *look, uint32_t column) {
    uint32_t n_full = 0;
    uint32_t n_number = 0;
    uint32_t n_bool = 0;
    for (uint32_t i = look->first; i < look->n; i++) {
        const struct csv_field *cell = cell_at(&look->row[i], column);
        double number = 0;
        bool is_true = false;
        if (!samples_is_empty(cell->bytes, cell->n)) {
            n_full++;
            n_number += samples_number(look->layout, cell->bytes, cell->n, &number);
            n_bool += samples_bool(cell->bytes, cell->n, &is_true);
        }
    }
    if (2 * n_number > n_full || n_full == 0) {
        return SAMPLES_NUMBER; // an empty column may have numbers further down
    }
    return 2 * n_bool > n_full ? SAMPLES_BOOL : SAMPLES_TEXT;
}

// How often a text repeats one further up: signals of a long table do.
static uint32_t count_repeats(const struct look *look, uint32_t column) {
    uint32_t n = 0;
    for (uint32_t i = look->first + 1; i < look->n; i++) {
        const struct csv_field *cell = cell_at(&look->row[i], column);
        for (uint32_t k = look->first; k < i; k++) {
            const struct csv_field *other = cell_at(&look->row[k], column);
            if (cell->n == other->n && memcmp(cell->bytes, other->bytes, cell->n) == 0) {
                n++;
                break;
            }
        }
    }
    return n;
}

static bool find_column(const struct look *look, const char *const *words, size_t n,
                        enum samples_kind kind, bool is_any, uint32_t *found) {
    for (uint32_t i = 0; i < look->layout->n_column; i++) {
        if (!is_of_time(look->layout, i) && (is_any || look->layout->column[i].kind == kind) &&
            header_says(look, i, words, n)) {
            *found = i;
            return true;
        }
    }
    return false;
}

static void guess_long(struct look *look) {
    static const char *const names[] = {"signal", "tag",
                                        "\xED\x83\x9C\xEA\xB7\xB8",                       // 태그
                                        "\xEC\x8B\xA0\xED\x98\xB8",                       // 신호
                                        "\xED\x95\xAD\xEB\xAA\xA9"};                      // 항목
    static const char *const values[] = {"value", "\xEC\xB8\xA1\xEC\xA0\x95\xEA\xB0\x92", // 측정값
                                         "\xEA\xB0\x92"};                                 // 값
    struct samples_layout *layout = look->layout;
    const uint32_t n_rest = layout->n_column - 1 - layout->has_clock;
    uint32_t name = 0;
    uint32_t value = 0;
    if (look->first > 0 && find_column(look, names, 5, SAMPLES_TEXT, false, &name) &&
        find_column(look, values, 3, SAMPLES_NUMBER, true, &value) && name != value) {
        layout->is_long = true;
    } else if (n_rest == 2) {
        while (is_of_time(layout, name)) {
            name++;
        }
        value = name + 1;
        while (is_of_time(layout, value)) {
            value++;
        }
        layout->is_long = layout->column[name].kind == SAMPLES_TEXT &&
                          layout->column[value].kind == SAMPLES_NUMBER &&
                          2 * count_repeats(look, name) > look->n - look->first;
    }
    layout->name_column = name;
    layout->value_column = value;
}

// ---- names

static bool is_unit(const struct csv_field *cell) {
    return cell_is_bracketed(cell->bytes, cell->n);
}

static uint32_t count_full(const struct csv_row *row, bool is_units) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < row->n_field; i++) {
        n += row->field[i].n > 0 && (!is_units || is_unit(&row->field[i]));
    }
    return n;
}

static bool is_unit_row(const struct csv_row *row) {
    const uint32_t n = count_full(row, true);
    return n > 0 && n + 1 >= count_full(row, false); // the column of times has none
}

// The rows of the header, the last SAMPLES_MAX_HEAD_ROWS above the data; titles are none of them.
static uint32_t head_rows(const struct look *look, uint32_t head[SAMPLES_MAX_HEAD_ROWS]) {
    uint32_t n = 0;
    const uint32_t from =
        look->first > SAMPLES_MAX_HEAD_ROWS ? look->first - SAMPLES_MAX_HEAD_ROWS : 0;
    for (uint32_t i = from; i < look->first; i++) {
        if (count_full(&look->row[i], false) > 1) {
            head[n++] = i;
        }
    }
    return n;
}

// The cell of an upper row that stands over this column: its own, or the merged one on its left.
static const struct csv_field *merged_cell(const struct look *look, uint32_t row, uint32_t column,
                                           bool is_lowest) {
    const struct csv_field *cell = cell_at(&look->row[row], column);
    while (!is_lowest && cell->n == 0 && column > 0 && !is_of_time(look->layout, column - 1)) {
        cell = cell_at(&look->row[row], --column);
    }
    return cell;
}

// Cuts a unit in brackets off the end of a name.
static maru_status cut_unit(struct look *look, struct text *name, const char **unit) {
    const size_t n = name->n_bytes;
    const char close = n > 0 ? name->bytes[n - 1] : '\0';
    if (close != ')' && close != ']') {
        return MARU_OK;
    }
    size_t at = n - 1;
    const char open = close == ')' ? '(' : '[';
    while (at > 0 && name->bytes[at] != open) {
        at--;
    }
    if (at == 0) {
        return MARU_OK;
    }
    *unit = arena_text(look->arena, name->bytes + at + 1, n - at - 2);
    while (at > 0 && name->bytes[at - 1] == ' ') {
        at--;
    }
    name->n_bytes = at;
    return *unit ? MARU_OK : arena_refusal(look->arena, look->err);
}

static uint32_t count_same(const struct samples_layout *layout, uint32_t column,
                           const struct text *name) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < column; i++) {
        const char *other = layout->column[i].name;
        const bool is_same = strncmp(other, name->bytes, name->n_bytes) == 0;
        n += is_same && (other[name->n_bytes] == '\0' || other[name->n_bytes] == '#');
    }
    return n;
}

// Headers may have line breaks inside of a cell, names may not.
static void add_line(struct text *name, const struct csv_field *cell) {
    const size_t begin = name->n_bytes;
    text_add(name, cell->bytes, cell->n);
    for (size_t i = begin; i < name->n_bytes; i++) {
        const unsigned char c = (unsigned char)name->bytes[i];
        name->bytes[i] = c < 0x20 ? ' ' : name->bytes[i];
    }
}

static maru_status name_column(struct look *look, uint32_t column, const uint32_t *head,
                               uint32_t n_head, struct text *name) {
    struct samples_column *made = &look->layout->column[column];
    made->unit = "";
    maru_status st = MARU_OK;
    for (uint32_t i = 0; i < n_head && st == MARU_OK; i++) {
        const bool is_lowest = i + 1 == n_head || is_unit_row(&look->row[head[i + 1]]);
        const struct csv_field *cell = merged_cell(look, head[i], column, is_lowest);
        if (is_unit_row(&look->row[head[i]])) {
            cell = cell_at(&look->row[head[i]], column);
            if (is_unit(cell)) {
                made->unit = arena_text(look->arena, cell->bytes + 1, cell->n - 2);
                st = made->unit ? MARU_OK : arena_refusal(look->arena, look->err);
            }
        } else if (cell->n > 0) {
            text_addz(name, name->n_bytes > 0 ? "/" : "");
            add_line(name, cell);
            st = name->status == MARU_OK ? cut_unit(look, name, &made->unit) : MARU_OK;
        }
    }
    if (name->n_bytes == 0) {
        text_addf(name, "column %u", column + 1);
    }
    const uint32_t n_same = name->status == MARU_OK ? count_same(look->layout, column, name) : 0;
    if (n_same > 0) {
        text_addf(name, "#%u", n_same + 1);
    }
    if (st == MARU_OK && name->status != MARU_OK) {
        st = fail(look->err, name->status, "a name of more than %d bytes", SAMPLES_MAX_NAME_BYTES);
    }
    made->name = st == MARU_OK ? arena_text(look->arena, name->bytes, name->n_bytes) : "";
    return made->name || st != MARU_OK ? st : arena_refusal(look->arena, look->err);
}

static maru_status guess_names(struct look *look) {
    uint32_t head[SAMPLES_MAX_HEAD_ROWS];
    const uint32_t n_head = head_rows(look, head);
    for (uint32_t i = 0; i < look->layout->n_column; i++) {
        struct text name;
        text_init(&name, SAMPLES_MAX_NAME_BYTES);
        const maru_status st = name_column(look, i, head, n_head, &name);
        text_fini(&name);
        if (st != MARU_OK) {
            return st;
        }
    }
    return MARU_OK;
}

// ---- all of it

static maru_status guess_columns(struct look *look) {
    struct samples_layout *layout = look->layout;
    layout->column = arena_take(look->arena, layout->n_column, sizeof *layout->column);
    if (!layout->column) {
        return arena_refusal(look->arena, look->err);
    }
    guess_decimals(look);
    for (uint32_t i = 0; i < layout->n_column; i++) {
        layout->column[i].kind = (uint8_t)(is_of_time(layout, i) ? SAMPLES_NONE : kind_of(look, i));
    }
    if (!look->hints->is_wide) {
        guess_long(look);
    }
    return guess_names(look);
}

maru_status samples_guess(const char *bytes, size_t n, int32_t offset_min, struct arena *arena,
                          struct samples_layout *layout, maru_error *err) {
    const struct samples_hints hints = {.form = N_MOMENT_FORM, .offset_min = offset_min};
    return samples_guess_with(bytes, n, &hints, arena, layout, err);
}

maru_status samples_guess_with(const char *bytes, size_t n, const struct samples_hints *hints,
                               struct arena *arena, struct samples_layout *layout,
                               maru_error *err) {
    const bool is_last = n <= SAMPLES_MAX_LOOK_BYTES;
    const size_t n_look = is_last ? n : SAMPLES_MAX_LOOK_BYTES;
    struct samples_layout made = {.offset_min = hints->offset_min};
    struct look *look = arena_take(arena, 1, sizeof *look);
    if (!look) {
        return arena_refusal(arena, err);
    }
    look->hints = hints;
    look->arena = arena;
    look->layout = &made;
    look->err = err;
    if (is_last && !text_is_utf8(bytes, n)) {
        return fail(err, MARU_E_INPUT, "a file that is not UTF-8");
    }
    maru_status st = guess_separator(look, bytes, n_look, is_last);
    st = st == MARU_OK ? guess_times(look) : st;
    if (st == MARU_OK) {
        guess_clock(look);
        st = guess_columns(look);
    }
    if (st == MARU_OK) {
        *layout = made;
    }
    return st;
}
