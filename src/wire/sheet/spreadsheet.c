#include "wire/sheet/spreadsheet.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "base/text.h"
#include "wire/sheet/sheet_inside.h"

// Two passes over the bytes, since kinds and the number of rows must be known before a table can be filled:
//
//     look    sheet_look.c    the first rows: separator, signs, header
//     count   sheet_kinds.c   all rows: what each column holds; which lines are no rows
//     fill    here            all rows again: cells become values, or are missing; the first odd ones are kept to be shown
//
// Whether a line is a row is asked of the same function in both passes. Totals are told by their words, and by that they have
// fewer cells than other rows, stand at the left, or among numbers; where most rows were totals by that, none is.

enum {
    READING_MAX_BYTES = 256 << 20,
    ROWS_MAX_BYTES = 64 << 20,
    WORDS_MAX_BYTES = 1 << 20,
    N_FIRST_CELLS = 3
};

struct sheet_job {
    const char *bytes;
    size_t n;
    const struct sheet_hints *hints;
    struct sheet_look look;
    struct sheet_reading reading;
    struct frame frame;
    struct arena arena;        // tallies and what belongs to them
    struct sheet_name *name;   // (look.n_column)
    struct sheet_tally *tally; // (look.n_column)
    struct sheet_verdict *verdict;
    uint32_t *clock;   // (look.n_column) the column of its times of day, UINT32_MAX: none
    uint32_t *place;   // (look.n_column) in the frame, UINT32_MAX: in none
    const char **unit; // (look.n_column), suffixes that count
    uint32_t n_row;
    bool keeps_totals;
    maru_error *err;
};

struct sheet_hints sheet_no_hints(void) {
    return (struct sheet_hints){.form = N_MOMENT_FORM, .offset_min = MOMENT_SEOUL_MIN};
}

const char *sheet_why_name(enum sheet_why why) {
    static const char *const name[N_SHEET_WHY] = {"title", "total", "note", "header again",
                                                  "limits"};
    return why < N_SHEET_WHY ? name[why] : "";
}

// ---- lines that are no rows

static const char *copy_shown(struct sheet_job *job, const struct csv_field *cell) {
    size_t n = cell->n < SHEET_MAX_SHOWN_BYTES ? cell->n : SHEET_MAX_SHOWN_BYTES;
    while (n > 0 && n < cell->n && ((unsigned char)cell->bytes[n] & 0xC0) == 0x80) {
        n--;
    }
    return arena_text(&job->reading.arena, cell->bytes, n);
}

static maru_status leave_out(struct sheet_job *job, const struct csv_row *row, enum sheet_why why) {
    struct sheet_reading *reading = &job->reading;
    reading->n_left_out[why]++;
    if (reading->n_shown == SHEET_MAX_LEFT_OUT) {
        return MARU_OK;
    }
    uint32_t k = 0;
    while (k + 1 < row->n_field && row->field[k].n == 0) {
        k++;
    }
    const char *text = copy_shown(job, &row->field[k]);
    if (!text) {
        return arena_refusal(&reading->arena, job->err);
    }
    reading->left_out[reading->n_shown++] = (struct sheet_left_out){row->line, (uint8_t)why, text};
    return MARU_OK;
}

static bool is_total(const struct sheet_job *job, const struct csv_row *row) {
    const struct sheet_look *look = &job->look;
    uint32_t n_seen = 0;
    for (uint32_t k = 0; k < row->n_field && n_seen < N_FIRST_CELLS; k++) {
        const struct csv_field *cell = &row->field[k];
        n_seen += cell->n > 0 || k > 0;
        if (cell->n > 0 && sheet_is_total(cell->bytes, cell->n)) {
            const bool is_among_numbers = k < look->n_column && (look->kind[k] == SHEET_NUMBER ||
                                                                 look->kind[k] == SHEET_DATE);
            return k == 0 || is_among_numbers || sheet_full(row) < look->usual_full;
        }
    }
    return false;
}

// One cell alone in a wide table that speaks in sentences.
static bool is_note(const struct sheet_job *job, const struct csv_row *row) {
    const struct csv_field *cell = NULL;
    for (uint32_t k = 0; k < row->n_field; k++) {
        if (row->field[k].n > 0 && cell) {
            return false;
        }
        cell = row->field[k].n > 0 ? &row->field[k] : cell;
    }
    if (!cell || job->look.n_column < 3 || sheet_class_of(&job->look, cell) != SHEET_OTHER) {
        return false;
    }
    return cell->bytes[0] == '*' || cell->bytes[0] == '#' || memchr(cell->bytes, ':', cell->n) ||
           memchr(cell->bytes, ' ', cell->n) ||
           (cell->n >= 3 && memcmp(cell->bytes, "\xE2\x80\xBB", 3) == 0); // ※
}

static bool is_header_again(const struct sheet_job *job, const struct csv_row *row) {
    const struct sheet_look *look = &job->look;
    for (uint32_t i = 0; i < look->n_head; i++) {
        const struct csv_row *head = &look->row[look->head[i]];
        const uint32_t n = head->n_field > row->n_field ? head->n_field : row->n_field;
        uint32_t n_same = 0;
        uint32_t k = 0;
        for (; k < n; k++) {
            const struct csv_field *a = sheet_cell(head, k);
            const struct csv_field *b = sheet_cell(row, k);
            if (a->n != b->n || memcmp(a->bytes, b->bytes, a->n) != 0) {
                break;
            }
            n_same += a->n > 0;
        }
        if (k == n && n_same > 1) {
            return true;
        }
    }
    return false;
}

// Lines of limits are among the first, and known from there.
static bool is_limit(const struct sheet_job *job, uint32_t line) {
    const struct sheet_look *look = &job->look;
    for (uint32_t i = 0; i < look->n && i < SHEET_LIMIT_ROWS; i++) {
        if (look->row[i].line == line) {
            return look->limit_row[i] != SHEET_NO_LIMIT;
        }
    }
    return false;
}

// N_SHEET_WHY: it is a row.
static enum sheet_why why_no_row(const struct sheet_job *job, const struct csv_row *row) {
    if (is_limit(job, row->line)) {
        return SHEET_LIMIT;
    }
    if (is_header_again(job, row)) {
        return SHEET_HEADER_AGAIN;
    }
    if (!job->keeps_totals && is_total(job, row)) {
        return SHEET_TOTAL;
    }
    return !job->keeps_totals && is_note(job, row) ? SHEET_NOTE : N_SHEET_WHY;
}

static bool is_blank(const struct csv_row *row) {
    for (uint32_t k = 0; k < row->n_field; k++) {
        if (row->field[k].n > 0) {
            return false;
        }
    }
    return true;
}

// ---- first pass

static void forget_count(struct sheet_job *job) {
    for (uint32_t k = 0; job->tally && k < job->look.n_column; k++) {
        names_fini(&job->tally[k].words);
        job->tally[k] = (struct sheet_tally){0};
    }
    for (int why = 0; why < N_SHEET_WHY; why++) {
        job->reading.n_left_out[why] = 0;
    }
    job->reading.n_shown = 0;
    job->reading.n_blank = 0;
    job->reading.n_beyond = 0;
    job->n_row = 0;
}

static bool head_says(const struct sheet_look *look, uint32_t column,
                      bool (*says)(const char *cell, size_t n)) {
    for (uint32_t i = 0; i < look->n_head; i++) {
        const struct csv_field *cell = sheet_cell(&look->row[look->head[i]], column);
        if (cell->n > 0 && look->head[i] != look->unit_row && says(cell->bytes, cell->n)) {
            return true;
        }
    }
    return false;
}

static void begin_count(struct sheet_job *job) {
    forget_count(job);
    for (uint32_t k = 0; k < job->look.n_column; k++) {
        struct sheet_tally *tally = &job->tally[k];
        tally->says_date = head_says(&job->look, k, sheet_says_date);
        tally->says_class = head_says(&job->look, k, sheet_says_class);
        tally->says_serial = head_says(&job->look, k, sheet_says_serial);
        names_init(&tally->words, WORDS_MAX_BYTES);
    }
}

static maru_status count_row(struct sheet_job *job, const struct csv_row *row) {
    const struct sheet_look *look = &job->look;
    const uint32_t n = row->n_field < look->n_column ? row->n_field : look->n_column;
    maru_status st = MARU_OK;
    for (uint32_t k = 0; st == MARU_OK && k < n; k++) {
        st = sheet_tally_cell(&job->tally[k], look->signs, &row->field[k], &job->arena, job->err);
    }
    for (uint32_t k = look->n_column; k < row->n_field; k++) {
        if (row->field[k].n > 0) {
            job->reading.beyond_line =
                job->reading.n_beyond > 0 ? job->reading.beyond_line : row->line;
            job->reading.n_beyond++;
        }
    }
    job->n_row++;
    if (st == MARU_OK && job->n_row > FRAME_MAX_ROWS) {
        st = fail(job->err, MARU_E_LIMIT, "a table has at most %d rows", FRAME_MAX_ROWS);
    }
    return st;
}

static bool is_head_line(const struct sheet_job *job, uint32_t line) {
    for (uint32_t i = 0; i < job->look.n_head; i++) {
        if (job->look.row[job->look.head[i]].line == line) {
            return true;
        }
    }
    return false;
}

// The line of the first row that may be data.
static uint32_t first_line(const struct sheet_job *job) {
    const struct sheet_look *look = &job->look;
    if (job->hints->first_line > 0) {
        return job->hints->first_line;
    }
    return look->first < look->n ? look->row[look->first].line : UINT32_MAX;
}

static maru_status count_line(struct sheet_job *job, const struct csv_row *row, uint32_t first) {
    if (is_blank(row)) {
        job->reading.n_blank += row->line >= first;
        return MARU_OK;
    }
    if (row->line < first) {
        return is_head_line(job, row->line)
                   ? MARU_OK
                   : leave_out(job, row, is_limit(job, row->line) ? SHEET_LIMIT : SHEET_TITLE);
    }
    const enum sheet_why why = why_no_row(job, row);
    return why == N_SHEET_WHY ? count_row(job, row) : leave_out(job, row, why);
}

static maru_status count_all(struct sheet_job *job) {
    struct sheet_rows rows;
    maru_status st = MARU_OK;
    const uint32_t first = first_line(job);
    begin_count(job);
    job->reading.first_line = first;
    sheet_rows_init(&rows, job->bytes, job->n, job->look.separator, job->look.has_quotes,
                    ROWS_MAX_BYTES);
    rows.is_emptied = true;
    while (st == MARU_OK) {
        struct csv_row row;
        st = sheet_rows_next(&rows, &row, job->err);
        st = st == MARU_OK ? count_line(job, &row, first) : st;
    }
    sheet_rows_fini(&rows);
    return st == MARU_MORE ? MARU_OK : st;
}

static maru_status first_pass(struct sheet_job *job) {
    job->keeps_totals = job->hints->keeps_totals;
    maru_status st = count_all(job);
    const uint32_t *n_out = job->reading.n_left_out;
    if (st == MARU_OK && n_out[SHEET_TOTAL] + n_out[SHEET_NOTE] > job->n_row) {
        job->keeps_totals = true; // a table about totals
        st = count_all(job);
    }
    if (st == MARU_OK && job->n_row < (job->hints->allows_one_row ? 1 : 2)) {
        st = job->n_row == 0
                 ? fail(job->err, MARU_E_INPUT, "there is no row of data below the header")
                 : fail_at(job->err, MARU_E_INPUT, NULL, job->reading.first_line, 0,
                           "there is one row of data alone: nothing can be compared");
    }
    return st;
}

// ---- columns

static bool may_be_joined(const struct sheet_job *job, uint32_t day, uint32_t clock) {
    if (clock >= job->look.n_column || !job->verdict[clock].is_clock ||
        job->place[clock] == UINT32_MAX) {
        return false;
    }
    const struct sheet_tally *of_day = &job->tally[day];
    return job->verdict[day].kind == FRAME_TIME && of_day->n_with_clock == 0 &&
           (job->verdict[day].form <= MOMENT_DMY || job->verdict[day].form == MOMENT_YY) &&
           job->tally[clock].n_full <= of_day->n_full;
}

// A column of days takes the times of day from the next column but no other date; else from the one before it.
static void join_clocks(struct sheet_job *job) {
    for (uint32_t k = 0; k < job->look.n_column; k++) {
        job->clock[k] = UINT32_MAX;
    }
    for (uint32_t k = 0; k < job->look.n_column; k++) {
        uint32_t clock = UINT32_MAX;
        if (may_be_joined(job, k, k + 1)) {
            clock = k + 1;
        } else if (k > 0 && may_be_joined(job, k, k - 1)) {
            clock = k - 1;
        }
        if (clock != UINT32_MAX) {
            job->clock[k] = clock;
            job->place[clock] = UINT32_MAX;
        }
    }
}

static maru_status take_columns(struct sheet_job *job) {
    const uint32_t n = job->look.n_column;
    uint32_t n_full = 0;
    for (uint32_t k = 0; k < n; k++) {
        n_full += job->tally[k].n_full;
        job->verdict[k] = sheet_decide(&job->tally[k], &job->name[k], job->hints);
        job->place[k] = job->name[k].is_named || job->tally[k].n_full > 0 ? 0 : UINT32_MAX;
        job->unit[k] = job->name[k].unit;
        if (job->verdict[k].kind == FRAME_NUMBER &&
            sheet_unit_is_limits(&job->look, job->unit[k])) {
            job->unit[k] = "";
        }
        if (!job->unit[k][0] && 2 * job->tally[k].n_unit > job->tally[k].n_number) {
            job->unit[k] = job->tally[k].unit;
        }
    }
    if (n_full == 0) {
        return fail(job->err, MARU_E_INPUT, "no cell of the table has a value");
    }
    join_clocks(job);
    uint32_t n_kept = 0;
    for (uint32_t k = 0; k < n; k++) {
        job->place[k] = job->place[k] == UINT32_MAX ? UINT32_MAX : n_kept++;
    }
    job->reading.n_column = n_kept;
    job->reading.column =
        arena_take(&job->reading.arena, (size_t)n_kept + 1, sizeof *job->reading.column);
    return job->reading.column ? MARU_OK : arena_refusal(&job->reading.arena, job->err);
}

static maru_status make_column(struct sheet_job *job, uint32_t k) {
    struct frame_column *made = &job->frame.column[job->place[k]];
    const struct sheet_verdict *verdict = &job->verdict[k];
    made->name = arena_text(&job->frame.arena, job->name[k].name, strlen(job->name[k].name));
    made->unit = arena_text(&job->frame.arena, job->unit[k], strlen(job->unit[k]));
    if (!made->name || !made->unit) {
        return arena_refusal(&job->frame.arena, job->err);
    }
    struct sheet_column *column = &job->reading.column[job->place[k]];
    const struct sheet_limits limits = verdict->kind == FRAME_NUMBER
                                           ? sheet_find_limits(&job->look, k, &job->name[k])
                                           : (struct sheet_limits){(double)NAN, (double)NAN};
    column->lower = limits.lower;
    column->upper = limits.upper;
    column->column = k + 1;
    column->clock_column = job->clock[k] == UINT32_MAX ? 0 : job->clock[k] + 1;
    column->form = verdict->kind == FRAME_TIME ? verdict->form : (uint8_t)N_MOMENT_FORM;
    column->is_ambiguous = verdict->kind == FRAME_TIME && verdict->is_ambiguous;
    column->n_different = job->tally[k].words.n;
    for (uint32_t i = 0; i < job->hints->n_kind; i++) {
        column->is_told = column->is_told || strcmp(job->hints->kind[i].name, made->name) == 0;
    }
    return frame_make_column(&job->frame, job->place[k], (enum frame_kind)verdict->kind, job->err);
}

static maru_status make_frame(struct sheet_job *job, size_t cap_bytes) {
    maru_status st =
        frame_init(&job->frame, job->n_row, job->reading.n_column, cap_bytes, job->err);
    for (uint32_t k = 0; st == MARU_OK && k < job->look.n_column; k++) {
        st = job->place[k] == UINT32_MAX ? MARU_OK : make_column(job, k);
    }
    return st;
}

// ---- second pass

static bool read_number(const struct sheet_job *job, uint32_t k, const struct csv_field *cell,
                        double *number) {
    const char *unit = NULL;
    size_t n_unit = 0;
    if (!sheet_number(job->look.signs, cell->bytes, cell->n, number, &unit, &n_unit)) {
        return false;
    }
    return n_unit == 0 ||
           (strlen(job->unit[k]) == n_unit && memcmp(job->unit[k], unit, n_unit) == 0);
}

static bool read_time(const struct sheet_job *job, const struct csv_row *row, uint32_t k,
                      maru_time *at_us) {
    const struct csv_field *day = &row->field[k];
    const enum moment_form form = (enum moment_form)job->verdict[k].form;
    const int32_t offset_min = job->hints->offset_min;
    if (job->clock[k] != UINT32_MAX) {
        const struct csv_field *clock = sheet_cell(row, job->clock[k]);
        if (!cell_is_missing(clock->bytes, clock->n)) {
            return cell_day_and_clock(day, clock, form, offset_min, at_us);
        }
    }
    return moment_read(day->bytes, day->n, form, offset_min, at_us);
}

static maru_status keep_odd(struct sheet_job *job, struct sheet_column *column,
                            const struct csv_field *cell, uint32_t line) {
    if (column->n_shown == SHEET_MAX_ODD) {
        return MARU_OK;
    }
    const char *text = copy_shown(job, cell);
    if (!text) {
        return arena_refusal(&job->reading.arena, job->err);
    }
    column->odd[column->n_shown++] = (struct sheet_odd){line, text};
    return MARU_OK;
}

static maru_status fill_cell(struct sheet_job *job, const struct csv_row *row, uint32_t k,
                             uint32_t at) {
    struct frame_column *made = &job->frame.column[job->place[k]];
    const struct csv_field *cell = &row->field[k];
    maru_status st = MARU_OK;
    bool is_good = false;
    if (made->kind == FRAME_NUMBER) {
        double number = 0;
        is_good = read_number(job, k, cell, &number);
        made->number[at] = is_good ? number : (double)NAN;
        if (!is_good && cell_is_missing(cell->bytes, cell->n)) {
            return MARU_OK;
        }
    } else if (sheet_is_missing(cell->bytes, cell->n) || made->kind == FRAME_EMPTY) {
        return MARU_OK;
    } else if (made->kind == FRAME_TIME) {
        is_good = read_time(job, row, k, &made->time[at]);
        if (!is_good && cell_is_missing(cell->bytes, cell->n)) {
            return MARU_OK;
        }
    } else {
        is_good = true;
        st = names_add(&made->words, cell->bytes, cell->n, &made->word[at], job->err);
    }
    made->n_missing -= is_good;
    made->n_odd += !is_good;
    return is_good ? st : keep_odd(job, &job->reading.column[job->place[k]], cell, row->line);
}

static maru_status fill_row(struct sheet_job *job, const struct csv_row *row, uint32_t at) {
    const uint32_t n = row->n_field < job->look.n_column ? row->n_field : job->look.n_column;
    maru_status st = MARU_OK;
    job->frame.line[at] = row->line;
    for (uint32_t k = 0; st == MARU_OK && k < n; k++) {
        if (job->place[k] != UINT32_MAX && row->field[k].n > 0) {
            st = fill_cell(job, row, k, at);
        }
    }
    return st;
}

static maru_status fill_all(struct sheet_job *job) {
    struct sheet_rows rows;
    maru_status st = MARU_OK;
    const uint32_t first = first_line(job);
    uint32_t at = 0;
    sheet_rows_init(&rows, job->bytes, job->n, job->look.separator, job->look.has_quotes,
                    ROWS_MAX_BYTES);
    rows.is_emptied = true;
    while (st == MARU_OK) {
        struct csv_row row;
        st = sheet_rows_next(&rows, &row, job->err);
        if (st == MARU_OK && row.line >= first && !is_blank(&row) &&
            why_no_row(job, &row) == N_SHEET_WHY) {
            st = fill_row(job, &row, at++);
        }
    }
    sheet_rows_fini(&rows);
    return st == MARU_MORE ? MARU_OK : st;
}

// ---- all of it

static maru_status take_look(struct sheet_job *job) {
    const struct sheet_look *look = &job->look;
    struct sheet_reading *reading = &job->reading;
    const size_t n = (size_t)look->n_column + 1;
    reading->separator = look->separator;
    reading->decimal = look->signs.decimal;
    reading->thousands = look->signs.thousands;
    reading->is_ambiguous = look->is_ambiguous;
    reading->has_quotes = look->has_quotes;
    reading->n_file_column = look->n_column;
    reading->n_head = look->n_head;
    for (uint32_t i = 0; i < look->n_head; i++) {
        reading->head_line[i] = look->row[look->head[i]].line;
    }
    reading->unit_line = look->unit_row == UINT32_MAX ? 0 : look->row[look->unit_row].line;
    job->name = arena_take(&job->arena, n, sizeof *job->name);
    job->tally = arena_take(&job->arena, n, sizeof *job->tally);
    job->verdict = arena_take(&job->arena, n, sizeof *job->verdict);
    job->clock = arena_take(&job->arena, n, sizeof *job->clock);
    job->place = arena_take(&job->arena, n, sizeof *job->place);
    job->unit = (const char **)arena_take(&job->arena, n, sizeof *job->unit);
    if (!job->name || !job->tally || !job->verdict || !job->clock || !job->place || !job->unit) {
        return arena_refusal(&job->arena, job->err);
    }
    return sheet_make_names(look, &reading->arena, job->name, job->err);
}

static maru_status run(struct sheet_job *job, size_t cap_bytes) {
    if (job->n == 0 || !text_is_utf8(job->bytes, job->n)) {
        return job->n == 0 ? fail(job->err, MARU_E_INPUT, "the file is empty")
                           : fail(job->err, MARU_E_INPUT, "a file that is not UTF-8");
    }
    maru_status st = sheet_look_at(&job->look, job->bytes, job->n, job->hints, job->err);
    st = st == MARU_OK ? take_look(job) : st;
    st = st == MARU_OK ? first_pass(job) : st;
    st = st == MARU_OK ? take_columns(job) : st;
    st = st == MARU_OK ? make_frame(job, cap_bytes) : st;
    return st == MARU_OK ? fill_all(job) : st;
}

maru_status sheet_to_frame(const char *bytes, size_t n, const struct sheet_hints *hints,
                           size_t cap_bytes, struct frame *frame, struct sheet_reading *reading,
                           maru_error *err) {
    struct sheet_job *job = alloc_new(1, sizeof *job);
    if (!job) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    job->bytes = bytes;
    job->n = n;
    job->hints = hints;
    job->err = err;
    arena_init(&job->arena, READING_MAX_BYTES);
    arena_init(&job->reading.arena, READING_MAX_BYTES);
    const maru_status st = run(job, cap_bytes);
    if (st == MARU_OK) {
        *frame = job->frame;
        *reading = job->reading;
    } else {
        frame_fini(&job->frame);
        sheet_reading_fini(&job->reading);
    }
    for (uint32_t k = 0; job->tally && k < job->look.n_column; k++) {
        names_fini(&job->tally[k].words);
    }
    sheet_look_fini(&job->look);
    arena_fini(&job->arena);
    alloc_free(job);
    return st;
}

void sheet_reading_fini(struct sheet_reading *reading) {
    arena_fini(&reading->arena);
    *reading = (struct sheet_reading){0};
}
