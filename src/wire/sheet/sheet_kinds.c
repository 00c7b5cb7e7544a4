#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "wire/sheet/sheet_inside.h"

// What a column holds is decided by all of its cells, counted in the first pass over the file, and by its header:
//
//     times     most cells are dates of one form; or counts of days or seconds under a header that says date
//     numbers   most are numbers; but names where the header says so (호기 3, LOT 20251031) or leading zeros stand
//     words     OK and NG; or few different ones, which come again
//     text      the rest
//
// Columns of numbers and dates keep their kind with odd cells among them: those are missing, and shown.

static const uint8_t date_form[SHEET_N_DATE] = {MOMENT_YMD, MOMENT_MDY, MOMENT_DMY, MOMENT_YY};

enum { FEW_WORDS = 12, FEW_CLASSES = 100, KEPT_DIGITS = 15 };

// Digits alone, with a point between them or a sign before: most cells are, so they are told first and quickly.
static bool is_plain(const char *cell, size_t n, bool *is_whole) {
    size_t i = cell[0] == '-' || cell[0] == '+';
    uint32_t n_point = 0;
    if (n <= i || n > 18 || cell[i] == '.' || cell[n - 1] == '.') {
        return false;
    }
    for (; i < n; i++) {
        const unsigned digit = (unsigned)(cell[i] - '0');
        if (digit > 9) {
            if (cell[i] != '.') {
                return false;
            }
            n_point++;
        }
    }
    *is_whole = n_point == 0;
    return n_point < 2;
}

// 0012, or so many digits that a double would lose some: a name, not a number.
static bool is_id(const char *cell, size_t n) {
    size_t n_digit = 0;
    while (n_digit < n && cell[n_digit] >= '0' && cell[n_digit] <= '9') {
        n_digit++;
    }
    return n_digit == n && ((n > 1 && cell[0] == '0') || n > KEPT_DIGITS);
}

static maru_status count_word(struct sheet_tally *tally, const struct csv_field *cell,
                              maru_error *err) {
    uint32_t number = 0;
    if (tally->is_closed) {
        return MARU_OK;
    }
    const maru_status st = names_add(&tally->words, cell->bytes, cell->n, &number, err);
    tally->is_closed = st == MARU_E_LIMIT || tally->words.n >= SHEET_MAX_WORDS;
    return st == MARU_E_LIMIT ? MARU_OK : st;
}

static bool count_dates(struct sheet_tally *tally, const struct csv_field *cell) {
    bool is_date = false;
    bool has_clock = false;
    for (uint32_t i = 0; i < SHEET_N_DATE; i++) {
        if (sheet_is_date(cell->bytes, cell->n, (enum moment_form)date_form[i], &has_clock)) {
            tally->n_date[i]++;
            is_date = true;
        }
    }
    tally->n_with_clock += is_date && has_clock;
    return is_date;
}

// Days of Excel, seconds since 1970 and the like, and 20251031, where the header says that they are dates.
static void count_counts(struct sheet_tally *tally, const struct csv_field *cell) {
    const enum moment_form form = moment_guess(cell->bytes, cell->n);
    if (form >= MOMENT_EXCEL && form <= MOMENT_NS) {
        tally->n_count[form - MOMENT_EXCEL]++;
    } else if (form == MOMENT_YMD) {
        tally->n_date[0]++;
        tally->n_with_clock += cell->n > 8;
    }
}

// The unit that comes first is the column's; numbers of another are odd.
static maru_status count_unit(struct sheet_tally *tally, const char *unit, size_t n,
                              struct arena *arena, maru_error *err) {
    if (!tally->unit) {
        tally->unit = arena_text(arena, unit, n);
        if (!tally->unit) {
            return arena_refusal(arena, err);
        }
    }
    tally->n_unit += strlen(tally->unit) == n && memcmp(tally->unit, unit, n) == 0;
    return MARU_OK;
}

static maru_status count_number(struct sheet_tally *tally, const struct csv_field *cell,
                                bool is_whole, maru_error *err) {
    tally->n_number++;
    tally->n_whole += is_whole;
    tally->n_id += is_whole && is_id(cell->bytes, cell->n);
    if (tally->says_date) {
        count_counts(tally, cell);
    }
    const bool is_name = tally->says_class || tally->says_serial || tally->n_id > 0;
    return is_name ? count_word(tally, cell, err) : MARU_OK;
}

maru_status sheet_tally_cell(struct sheet_tally *tally, struct cell_signs signs,
                             const struct csv_field *cell, struct arena *arena, maru_error *err) {
    bool is_whole = false;
    double number = 0;
    const char *unit = NULL;
    size_t n_unit = 0;
    if (cell->n == 0) {
        return MARU_OK;
    }
    if (is_plain(cell->bytes, cell->n, &is_whole) && (is_whole || signs.decimal == '.')) {
        tally->n_full++;
        return count_number(tally, cell, is_whole, err);
    }
    if (sheet_is_missing(cell->bytes, cell->n)) {
        return MARU_OK;
    }
    tally->n_full++;
    if (sheet_may_be_date(cell->bytes, cell->n) && count_dates(tally, cell)) {
        return count_word(tally, cell, err);
    }
    if (sheet_number(signs, cell->bytes, cell->n, &number, &unit, &n_unit)) {
        const maru_status st = n_unit > 0 ? count_unit(tally, unit, n_unit, arena, err) : MARU_OK;
        is_whole = n_unit == 0 && is_id(cell->bytes, cell->n);
        return st == MARU_OK ? count_number(tally, cell, is_whole, err) : st;
    }
    if (cell->n == 4 && cell_is_missing(cell->bytes, cell->n)) {
        tally->n_none++; // none: a word among words, no value among numbers
    }
    tally->n_clock += sheet_is_clock(cell->bytes, cell->n);
    tally->n_judgement += sheet_is_judgement(cell->bytes, cell->n);
    return count_word(tally, cell, err);
}

// ---- decisions

static struct sheet_verdict of_kind(enum frame_kind kind) {
    return (struct sheet_verdict){.kind = (uint8_t)kind, .form = N_MOMENT_FORM};
}

// The form of times that reads most cells; *n_read of them.
static struct sheet_verdict best_form(const struct sheet_tally *tally,
                                      const struct sheet_hints *hints, uint32_t *n_read) {
    struct sheet_verdict best = of_kind(FRAME_TIME);
    *n_read = 0;
    for (uint32_t i = 0; i < SHEET_N_DATE + SHEET_N_COUNT; i++) {
        const uint8_t form =
            i < SHEET_N_DATE ? date_form[i] : (uint8_t)(MOMENT_EXCEL + i - SHEET_N_DATE);
        const uint32_t n = i < SHEET_N_DATE ? tally->n_date[i] : tally->n_count[i - SHEET_N_DATE];
        const bool is_told = hints->form == form;
        if (is_told && n > 0) {
            *n_read = n;
            best.form = form;
            best.is_ambiguous = false;
            return best;
        }
        if (n > *n_read) {
            *n_read = n;
            best.form = form;
        }
    }
    // 3/4/2025 in each row, or 10/11/12: another form reads them as well.
    for (uint32_t i = 0; i < SHEET_N_DATE; i++) {
        best.is_ambiguous =
            best.is_ambiguous || (*n_read > 0 && best.form != date_form[i] &&
                                  best.form < MOMENT_EXCEL && tally->n_date[i] == *n_read);
    }
    return best;
}

static enum frame_kind words_or_text(const struct sheet_tally *tally) {
    const uint32_t n = tally->words.n;
    if (tally->n_judgement == tally->n_full) {
        return FRAME_WORD;
    }
    if (tally->is_closed || 2 * n > tally->n_full) {
        return n <= FEW_WORDS && n < tally->n_full ? FRAME_WORD : FRAME_TEXT;
    }
    return FRAME_WORD;
}

// 0 and 1 under "machine failure": a number, whatever the header says.
static bool is_flag(const struct sheet_tally *tally) {
    for (uint32_t i = 0; i < tally->words.n; i++) {
        const char *word = tally->words.name[i];
        if ((word[0] != '0' && word[0] != '1') || word[1] != '\0') {
            return false;
        }
    }
    return true;
}

// Are the numbers of this column names of something?
static bool is_names(const struct sheet_tally *tally, const struct sheet_name *name) {
    if (tally->n_id > 0 && 10 * tally->n_id >= tally->n_full) {
        return true;
    }
    if (tally->n_whole < tally->n_number || tally->n_number < tally->n_full || name->unit[0] ||
        tally->unit || is_flag(tally)) {
        return false;
    }
    return tally->says_serial ||
           (tally->says_class && !tally->is_closed && tally->words.n <= FEW_CLASSES &&
            2 * tally->words.n <= tally->n_full);
}

static bool find_hint(const struct sheet_hints *hints, const char *name, enum frame_kind *kind) {
    for (uint32_t i = 0; i < hints->n_kind; i++) {
        if (strcmp(hints->kind[i].name, name) == 0) {
            *kind = (enum frame_kind)hints->kind[i].kind;
            return true;
        }
    }
    return false;
}

struct sheet_verdict sheet_decide(const struct sheet_tally *tally, const struct sheet_name *name,
                                  const struct sheet_hints *hints) {
    enum frame_kind told = FRAME_EMPTY;
    uint32_t n_time = 0;
    struct sheet_verdict time = best_form(tally, hints, &n_time);
    if (find_hint(hints, name->name, &told)) {
        time.form = time.form == N_MOMENT_FORM
                        ? (hints->form < N_MOMENT_FORM ? hints->form : (uint8_t)MOMENT_YMD)
                        : time.form;
        return told == FRAME_TIME ? time : of_kind(told);
    }
    if (tally->n_full == 0) {
        return of_kind(FRAME_EMPTY);
    }
    // A unit makes a duration of what could be a day: 25000 h is no day of 1968.
    const bool is_counted = time.form >= MOMENT_EXCEL && time.form <= MOMENT_NS;
    if (2 * n_time > tally->n_full && !(is_counted && (name->unit[0] || tally->unit))) {
        return time;
    }
    if (10 * tally->n_clock >= 9 * tally->n_full) {
        struct sheet_verdict clock = of_kind(words_or_text(tally));
        clock.is_clock = true;
        return clock;
    }
    if (2 * tally->n_number > tally->n_full - tally->n_none) {
        return of_kind(is_names(tally, name) ? words_or_text(tally) : FRAME_NUMBER);
    }
    return of_kind(words_or_text(tally));
}
