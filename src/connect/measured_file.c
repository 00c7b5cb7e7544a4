#include "connect/measured_file.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// A file is read row by row into one arena that is emptied now and then, so that a file of a hundred megabytes takes no more memory than
// itself. A cell that cannot be read costs itself alone, and is told with its row and column.

enum { MAX_ARENA_BYTES = 64 << 20, EMPTY_AT_BYTES = 4 << 20 };

struct samples_hints measured_hints(void) {
    return (struct samples_hints){.form = N_MOMENT_FORM, .offset_min = MOMENT_SEOUL_MIN};
}

static maru_status hint_separator(struct samples_hints *hints, const char *word, maru_error *err) {
    static const struct {
        const char *word;
        char sign;
    } known[] = {{",", ','}, {"comma", ','}, {";", ';'},   {"semicolon", ';'},
                 {"|", '|'}, {"bar", '|'},   {"\t", '\t'}, {"tab", '\t'}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(word, known[i].word) == 0) {
            hints->separator = known[i].sign;
            return MARU_OK;
        }
    }
    return word[0] ? fail(err, MARU_E_INPUT, "separator is wanted as comma, semicolon, tab or bar")
                   : MARU_OK;
}

static maru_status hint_form(struct samples_hints *hints, const char *word, maru_error *err) {
    for (uint8_t i = 0; word[0] && i < N_MOMENT_FORM; i++) {
        if (strcmp(word, moment_form_name((enum moment_form)i)) == 0) {
            hints->form = i;
            return MARU_OK;
        }
    }
    return word[0] ? fail(err, MARU_E_INPUT,
                          "times is wanted as ymd, mdy, dmy, excel, s, ms, us, ns or yy")
                   : MARU_OK;
}

maru_status measured_hint(struct samples_hints *hints, const char *separator, const char *decimal,
                          const char *times, maru_error *err) {
    const bool is_comma = strcmp(decimal, ",") == 0 || strcmp(decimal, "comma") == 0;
    const bool is_point = strcmp(decimal, ".") == 0 || strcmp(decimal, "point") == 0;
    if (decimal[0] && !is_comma && !is_point) {
        return fail(err, MARU_E_INPUT, "decimal is wanted as point or comma");
    }
    hints->decimal = is_comma ? ',' : is_point ? '.' : hints->decimal;
    const maru_status st = hint_separator(hints, separator, err);
    return st == MARU_OK ? hint_form(hints, times, err) : st;
}

static maru_status put_in(struct measured_file *file, const struct measured_options *options,
                          const struct samples_value *value, struct intake *intake,
                          maru_error *err) {
    char whole[SIGNALS_MAX_NAME_BYTES + SAMPLES_MAX_NAME_BYTES + 2];
    const bool is_wide = !file->layout.is_long;
    const bool is_within = options->within[0] != '\0';
    snprintf(whole, sizeof whole, "%s%s%s", options->within, is_within ? "/" : "", value->name);
    const struct intake_name name = {.bytes = whole,
                                     .n = strlen(whole),
                                     .unit =
                                         is_wide ? file->layout.column[value->column].unit : ""};
    maru_status st = intake_sample(intake, &name, &value->sample, options->now, err);
    if (st == MARU_E_LIMIT) {
        st = intake_commit(intake, err);
        st = st == MARU_OK ? intake_sample(intake, &name, &value->sample, options->now, err) : st;
    }
    return st;
}

static maru_status take_row(struct measured_file *file, const struct measured_options *options,
                            const struct samples_row *row, struct intake *intake, maru_error *err) {
    maru_status st = MARU_OK;
    file->n_row++;
    file->n_empty += row->n_empty;
    for (uint32_t i = 0; i < row->n_fault; i++) {
        if (file->n_fault < MEASURED_MAX_FAULTS) {
            file->fault[file->n_fault] = row->fault[i];
        }
        file->n_fault++;
    }
    for (uint32_t i = 0; st == MARU_OK && i < row->n; i++) {
        const maru_time at_us = row->value[i].sample.at_us;
        file->from_us = file->n_sample == 0 || at_us < file->from_us ? at_us : file->from_us;
        file->to_us = file->n_sample == 0 || at_us > file->to_us ? at_us : file->to_us;
        file->n_sample++;
        st = intake ? put_in(file, options, &row->value[i], intake, err) : MARU_OK;
    }
    return st;
}

static maru_status take_rows(const char *bytes, size_t n, struct measured_file *file,
                             const struct measured_options *options, struct intake *intake,
                             maru_error *err) {
    struct samples_reader reader;
    struct arena arena;
    maru_status st = MARU_OK;
    samples_init(&reader, &file->layout);
    arena_init(&arena, MAX_ARENA_BYTES);
    while (st == MARU_OK) {
        struct samples_row row;
        size_t n_used = 0;
        st = samples_next(&reader, bytes, n, true, &arena, &row, &n_used, err);
        if (st != MARU_OK) {
            break;
        }
        bytes += n_used;
        n -= n_used;
        st = take_row(file, options, &row, intake, err);
        if (st == MARU_OK && intake && intake_is_full(intake)) {
            st = intake_commit(intake, err);
        }
        if (arena.used_bytes > EMPTY_AT_BYTES) {
            arena_fini(&arena);
            arena_init(&arena, MAX_ARENA_BYTES);
        }
    }
    arena_fini(&arena);
    return st == MARU_MORE ? MARU_OK : st;
}

static maru_status take_utf8(const char *bytes, size_t n, struct measured_file *file,
                             const struct measured_options *options, struct intake *intake,
                             maru_error *err) {
    maru_status st =
        samples_guess_with(bytes, n, &options->hints, &file->arena, &file->layout, err);
    file->is_guessed = st == MARU_OK;
    st = st == MARU_OK ? take_rows(bytes, n, file, options, intake, err) : st;
    if (intake && file->is_guessed) {
        const maru_status kept = intake_commit(intake, st == MARU_OK ? err : NULL);
        st = st == MARU_OK ? kept : st;
    }
    return st;
}

maru_status measured_take(const char *bytes, size_t n, const struct measured_options *options,
                          struct intake *intake, struct measured_file *file, maru_error *err) {
    *file = (struct measured_file){0};
    arena_init(&file->arena, MAX_ARENA_BYTES);
    struct charset_text text = {0};
    maru_status st = charset_decode(bytes, n, &text, err);
    if (st != MARU_OK) {
        return st;
    }
    file->charset = text.was;
    st = take_utf8(text.bytes, text.n, file, options, intake, err);
    charset_fini(&text);
    return st;
}

void measured_fini(struct measured_file *file) { arena_fini(&file->arena); }
