#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "wire/sheet/sheet_inside.h"

// A look at the first rows, before all of the file is read:
//
//     separator   the one that cuts most rows into the same number of cells, more than one; blanks only where nothing else does, and
//                 most cells are numbers or times: sentences have blanks, too
//     signs       of decimals and thousands, weighed over all cells
//     classes     of columns, by the lower half of the rows: where the header ends is not known yet, but it is not there
//     header      sheet_head.c
//
// A quote in the middle of a cell is refused, but for text with tabs, which programs write without quoting: 5" wafers.

enum { LOOK_MAX_BYTES = 64 << 20, MANY_CELLS = CSV_MAX_FIELDS + 1 };

struct trial {
    char separator;
    bool has_quotes;
    uint32_t n_alike, n_cell; // rows with the most frequent number of cells, and that number
    maru_status status;       // what ended the look
    maru_error err;
};

static maru_status read_rows(struct sheet_look *look, const char *bytes, size_t n,
                             maru_error *err) {
    sheet_rows_init(&look->rows, bytes, n, look->separator, look->has_quotes, LOOK_MAX_BYTES);
    look->n = 0;
    maru_status st = MARU_OK;
    while (st == MARU_OK && look->n < SHEET_MAX_LOOK_ROWS &&
           n - look->rows.n < SHEET_MAX_LOOK_BYTES) {
        st = sheet_rows_next(&look->rows, &look->row[look->n], err);
        look->n += st == MARU_OK;
    }
    look->is_whole = st == MARU_MORE;
    // Rows so wide that they fill the memory of a look are enough of one.
    return st == MARU_MORE || (st == MARU_E_LIMIT && look->rows.arena.is_full && look->n > 0)
               ? MARU_OK
               : st;
}

static maru_status count_alike(struct sheet_look *look, struct trial *trial) {
    struct arena arena;
    arena_init(&arena, 1 << 20);
    uint32_t *count = arena_take(&arena, MANY_CELLS, sizeof *count);
    trial->n_alike = 0;
    trial->n_cell = 1;
    for (uint32_t i = 0; count && i < look->n; i++) {
        const uint32_t n_cell = look->row[i].n_field;
        count[n_cell]++;
        if (n_cell > 1 && count[n_cell] >= trial->n_alike) {
            trial->n_alike = count[n_cell];
            trial->n_cell = n_cell;
        }
    }
    arena_fini(&arena);
    return count ? MARU_OK : MARU_E_MEMORY;
}

static maru_status try_separator(struct sheet_look *look, const char *bytes, size_t n,
                                 struct trial *trial) {
    look->separator = trial->separator;
    look->has_quotes = true;
    trial->status = read_rows(look, bytes, n, &trial->err);
    if (trial->status == MARU_E_INPUT && trial->separator == '\t') {
        sheet_rows_fini(&look->rows);
        look->has_quotes = false;
        trial->status = read_rows(look, bytes, n, &trial->err);
    }
    trial->has_quotes = look->has_quotes;
    return trial->status == MARU_E_MEMORY ? MARU_E_MEMORY : count_alike(look, trial);
}

// Most cells between blanks must be no words.
static bool is_of_numbers(const struct sheet_look *look) {
    uint32_t n = 0;
    uint32_t n_other = 0;
    for (uint32_t i = 0; i < look->n; i++) {
        for (uint32_t k = 0; k < look->row[i].n_field; k++) {
            n++;
            n_other += sheet_class_of(look, &look->row[i].field[k]) == SHEET_OTHER;
        }
    }
    return 10 * n_other < 3 * n;
}

// `sep=;` in the first line, as Excel reads it.
static char told_by_file(const char *bytes, size_t n) {
    const bool is_told = n > 5 && memcmp(bytes, "sep=", 4) == 0 &&
                         (bytes[5] == '\n' || bytes[5] == '\r') && strchr(";,\t|", bytes[4]);
    return is_told ? bytes[4] : '\0';
}

// Is it better? The same number of rows alike is no proof: 1,5;2,5 has more commas than semicolons, but never twice as many.
static bool is_better(const struct trial *a, const struct trial *b) {
    return a->n_alike > b->n_alike ||
           (a->n_alike == b->n_alike && a->n_cell > 2 * b->n_cell && a->n_cell > 1);
}

// Why no separator makes a table: too many columns is said before a bad byte.
static maru_status refuse(const struct trial *trial, size_t n_trial, maru_error *err) {
    const struct trial *worst = NULL;
    for (size_t i = 0; i < n_trial; i++) {
        const bool is_fault = trial[i].status == MARU_E_LIMIT || trial[i].status == MARU_E_INPUT;
        if (is_fault && (!worst || (trial[i].status == MARU_E_LIMIT &&
                                    (worst->status != MARU_E_LIMIT ||
                                     trial[i].err.column > worst->err.column)))) {
            worst = &trial[i];
        }
    }
    if (worst && err) {
        *err = worst->err;
    }
    return worst ? worst->status : MARU_OK;
}

static maru_status find_separator(struct sheet_look *look, const char *bytes, size_t n,
                                  maru_error *err) {
    static const char separators[] = {';', '\t', ',', '|', ' '};
    struct trial trial[sizeof separators];
    const char told = look->hints->separator ? look->hints->separator : told_by_file(bytes, n);
    const struct trial none = {.separator = told ? told : ',', .has_quotes = true, .n_cell = 1};
    const struct trial *best = &none;
    size_t n_trial = 0;
    for (size_t i = 0; !told && i < sizeof separators; i++) {
        struct trial *t = &trial[n_trial];
        *t = (struct trial){.separator = separators[i]};
        if (separators[i] == ' ' && 2 * best->n_alike > look->n) {
            break;
        }
        maru_status st = try_separator(look, bytes, n, t);
        const bool is_right = separators[i] != ' ' || (look->n > 0 && is_of_numbers(look));
        sheet_rows_fini(&look->rows);
        if (st != MARU_OK) {
            return fail(err, st, "no memory");
        }
        n_trial++;
        best = is_right && is_better(t, best) ? t : best;
    }
    maru_status st = best == &none ? refuse(trial, n_trial, err) : MARU_OK;
    if (st != MARU_OK) {
        return st;
    }
    look->separator = best->separator;
    look->has_quotes = best->has_quotes;
    st = read_rows(look, bytes, n, err);
    if (st == MARU_E_INPUT && look->separator == '\t' && look->has_quotes) {
        sheet_rows_fini(&look->rows);
        look->has_quotes = false;
        st = read_rows(look, bytes, n, err);
    }
    return st;
}

// Weighs the number within a cell: from its first digit to its last, with no letter before it.
static void weigh_core(const struct csv_field *cell, struct cell_evidence *evidence) {
    const char *begin = cell->bytes;
    const char *end = begin + cell->n;
    while (begin < end && (*begin < '0' || *begin > '9')) {
        if (((*begin | 0x20) >= 'a' && (*begin | 0x20) <= 'z')) {
            return;
        }
        begin++;
    }
    while (end > begin && (end[-1] < '0' || end[-1] > '9')) {
        end--;
    }
    cell_weigh(begin, (size_t)(end - begin), evidence);
}

static void find_signs(struct sheet_look *look) {
    struct cell_evidence evidence = {0};
    for (uint32_t i = 0; i < look->n; i++) {
        for (uint32_t k = 0; k < look->row[i].n_field; k++) {
            weigh_core(&look->row[i].field[k], &evidence);
        }
    }
    look->is_ambiguous = cell_signs_of(&evidence, look->hints->decimal, &look->signs);
}

enum sheet_class sheet_class_of(const struct sheet_look *look, const struct csv_field *cell) {
    double number = 0;
    const char *unit = NULL;
    size_t n_unit = 0;
    bool has_clock = false;
    if (cell_is_missing(cell->bytes, cell->n)) {
        return SHEET_NOTHING;
    }
    if (sheet_may_be_date(cell->bytes, cell->n)) {
        static const enum moment_form forms[] = {MOMENT_YMD, MOMENT_MDY, MOMENT_DMY, MOMENT_YY};
        for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
            if (sheet_is_date(cell->bytes, cell->n, forms[i], &has_clock)) {
                return SHEET_DATE;
            }
        }
    }
    if (sheet_is_clock(cell->bytes, cell->n)) {
        return SHEET_DATE;
    }
    return sheet_number(look->signs, cell->bytes, cell->n, &number, &unit, &n_unit) ? SHEET_NUMBER
                                                                                    : SHEET_OTHER;
}

// Classes of columns by the lower half of the rows, and how many cells of a row are usually full.
static maru_status find_classes(struct sheet_look *look, maru_error *err) {
    uint32_t(*count)[4] = arena_take(&look->rows.arena, (size_t)look->n_column + 1, sizeof *count);
    uint32_t *full = arena_take(&look->rows.arena, (size_t)look->n_column + 1, sizeof *full);
    look->kind = arena_take(&look->rows.arena, (size_t)look->n_column + 1, 1);
    if (!count || !full || !look->kind) {
        return arena_refusal(&look->rows.arena, err);
    }
    for (uint32_t i = look->n / 2; i < look->n; i++) {
        full[sheet_full(&look->row[i])]++;
        for (uint32_t k = 0; k < look->row[i].n_field && k < look->n_column; k++) {
            count[k][sheet_class_of(look, &look->row[i].field[k])]++;
        }
    }
    for (uint32_t k = 0; k < look->n_column; k++) {
        const uint32_t *c = count[k];
        const enum sheet_class most = c[SHEET_DATE] > c[SHEET_NUMBER] ? SHEET_DATE : SHEET_NUMBER;
        const uint32_t n_all = c[SHEET_NUMBER] + c[SHEET_DATE] + c[SHEET_OTHER];
        look->kind[k] = SHEET_OTHER;
        if (n_all == 0) {
            look->kind[k] = SHEET_NOTHING;
        } else if (2 * c[most] > n_all) {
            look->kind[k] = (uint8_t)most;
        }
    }
    for (uint32_t k = 1; k <= look->n_column; k++) {
        look->usual_full = full[k] > 0 && full[k] >= full[look->usual_full] ? k : look->usual_full;
    }
    return MARU_OK;
}

maru_status sheet_look_at(struct sheet_look *look, const char *bytes, size_t n,
                          const struct sheet_hints *hints, maru_error *err) {
    look->hints = hints;
    look->rows = (struct sheet_rows){0};
    look->signs = (struct cell_signs){'.', '\0'};
    look->n = 0;
    look->n_column = 0;
    look->usual_full = 0;
    look->n_head = 0;
    look->unit_row = UINT32_MAX;
    maru_status st = find_separator(look, bytes, n, err);
    for (uint32_t i = 0; st == MARU_OK && i < look->n; i++) {
        const uint32_t n_wide = sheet_width(&look->row[i]);
        look->n_column = n_wide > look->n_column ? n_wide : look->n_column;
    }
    if (st == MARU_OK && look->n_column == 0) {
        st = fail(err, MARU_E_INPUT, "there is nothing in the table");
    }
    if (st == MARU_OK) {
        find_signs(look);
        st = find_classes(look, err);
    }
    if (st == MARU_OK) {
        sheet_find_head(look);
    }
    return st;
}

void sheet_look_fini(struct sheet_look *look) { sheet_rows_fini(&look->rows); }
