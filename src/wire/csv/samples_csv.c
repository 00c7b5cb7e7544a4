#include "wire/csv/samples_csv.h"

#include "base/status.h"
#include "wire/csv/cells.h"

// A row gives what it can: a cell that is not what its column is, is a fault with its line and column,
// and the others are taken. Without a time a row gives nothing.

void samples_init(struct samples_reader *reader, const struct samples_layout *layout) {
    reader->layout = layout;
    csv_init(&reader->csv, layout->separator, true);
}

// ---- cells

bool samples_is_empty(const char *cell, size_t n) { return cell_is_missing(cell, n); }

bool samples_bool(const char *cell, size_t n, bool *is_true) {
    static const char *const yes[] = {"true", "on", "yes", "\xEC\xBC\x9C\xEC\xA7\x90",
                                      "\xEC\x98\x88"}; // 켜짐, 예
    static const char *const no[] = {"false", "off", "no", "\xEA\xBA\xBC\xEC\xA7\x90",
                                     "\xEC\x95\x84\xEB\x8B\x88\xEC\x98\xA4"}; // 꺼짐, 아니오
    *is_true = cell_is_one_of(cell, n, yes, 5);
    return *is_true || cell_is_one_of(cell, n, no, 5);
}

bool samples_number(const struct samples_layout *layout, const char *cell, size_t n,
                    double *number) {
    const struct cell_signs signs = {layout->decimal, layout->thousands};
    return cell_number(signs, cell, n, number);
}

bool samples_time(const struct samples_layout *layout, const struct csv_row *row,
                  maru_time *at_us) {
    const enum moment_form form = (enum moment_form)layout->form;
    if (layout->time_column >= row->n_field ||
        (layout->has_clock && layout->clock_column >= row->n_field)) {
        return false;
    }
    const struct csv_field *day = &row->field[layout->time_column];
    return layout->has_clock ? cell_day_and_clock(day, &row->field[layout->clock_column], form,
                                                  layout->offset_min, at_us)
                             : moment_read(day->bytes, day->n, form, layout->offset_min, at_us);
}

// ---- rows

struct filling {
    const struct samples_layout *layout;
    const struct csv_row *line;
    struct samples_row row;
    struct samples_value *value;
    struct samples_fault *fault;
};

static void add_fault(struct filling *filling, uint32_t column, const char *why) {
    filling->fault[filling->row.n_fault++] =
        (struct samples_fault){filling->line->line, column + 1, why};
}

static void add_value(struct filling *filling, uint32_t column, const char *name,
                      enum samples_kind kind, maru_time at_us) {
    const struct csv_field *cell = &filling->line->field[column];
    struct sample sample = {.at_us = at_us, .quality = QUALITY_GOOD};
    bool is_true = false;
    if (samples_is_empty(cell->bytes, cell->n)) {
        filling->row.n_empty++;
        return;
    }
    if (kind == SAMPLES_NUMBER) {
        sample.type = SAMPLE_DOUBLE;
        if (!samples_number(filling->layout, cell->bytes, cell->n, &sample.value.number)) {
            add_fault(filling, column, "not a number");
            return;
        }
    } else if (kind == SAMPLES_BOOL) {
        sample.type = SAMPLE_BOOL;
        if (!samples_bool(cell->bytes, cell->n, &is_true)) {
            add_fault(filling, column, "neither true nor false, on nor off");
            return;
        }
        sample.value.integer = is_true;
    } else {
        sample.type = SAMPLE_TEXT;
        sample.value.text = cell->bytes;
        sample.n_text = cell->n;
        if (cell->n > SAMPLE_MAX_TEXT_BYTES) {
            add_fault(filling, column, "the text is too long");
            return;
        }
    }
    filling->value[filling->row.n++] = (struct samples_value){name, column, sample};
}

static bool is_name(const struct csv_field *cell) {
    bool is_good = cell->n > 0 && cell->n <= SAMPLES_MAX_NAME_BYTES;
    for (uint32_t i = 0; is_good && i < cell->n; i++) {
        is_good = (unsigned char)cell->bytes[i] >= 0x20;
    }
    return is_good;
}

// In a long table a column holds values of all kinds, so each value is what it looks like.
static void fill_long(struct filling *filling, maru_time at_us) {
    const struct samples_layout *layout = filling->layout;
    const struct csv_row *line = filling->line;
    if (layout->name_column >= line->n_field || layout->value_column >= line->n_field) {
        add_fault(filling, line->n_field, "the row has too few cells");
        return;
    }
    const struct csv_field *name = &line->field[layout->name_column];
    const struct csv_field *value = &line->field[layout->value_column];
    double number = 0;
    bool is_true = false;
    enum samples_kind kind = SAMPLES_TEXT;
    if (!is_name(name)) {
        add_fault(filling, layout->name_column,
                  "the name of the signal is missing, too long or has a line break");
        return;
    }
    if (samples_number(layout, value->bytes, value->n, &number)) {
        kind = SAMPLES_NUMBER;
    } else if (samples_bool(value->bytes, value->n, &is_true)) {
        kind = SAMPLES_BOOL;
    }
    add_value(filling, layout->value_column, name->bytes, kind, at_us);
}

static void fill_wide(struct filling *filling, maru_time at_us) {
    const struct samples_layout *layout = filling->layout;
    for (uint32_t i = 0; i < filling->line->n_field; i++) {
        if (i < layout->n_column && layout->column[i].kind != SAMPLES_NONE) {
            add_value(filling, i, layout->column[i].name, (enum samples_kind)layout->column[i].kind,
                      at_us);
        } else if (i >= layout->n_column && filling->line->field[i].n > 0) {
            add_fault(filling, i, "a cell without a column");
            return;
        }
    }
}

static maru_status fill(const struct samples_layout *layout, const struct csv_row *line,
                        struct arena *arena, struct samples_row *row, maru_error *err) {
    struct filling filling = {.layout = layout, .line = line};
    filling.row.line = line->line;
    filling.value = arena_take(arena, line->n_field, sizeof *filling.value);
    filling.fault = arena_take(arena, (size_t)line->n_field + 1, sizeof *filling.fault);
    if (!filling.value || !filling.fault) {
        return arena_refusal(arena, err);
    }
    maru_time at_us = 0;
    if (!samples_time(layout, line, &at_us)) {
        add_fault(&filling, layout->time_column, "not a time of the form of the others");
    } else if (layout->is_long) {
        fill_long(&filling, at_us);
    } else {
        fill_wide(&filling, at_us);
    }
    filling.row.value = filling.value;
    filling.row.fault = filling.fault;
    *row = filling.row;
    return MARU_OK;
}

static bool is_blank(const struct csv_row *line) {
    for (uint32_t i = 0; i < line->n_field; i++) {
        if (line->field[i].n > 0) {
            return false;
        }
    }
    return true;
}

maru_status samples_next(struct samples_reader *reader, const char *bytes, size_t n, bool is_last,
                         struct arena *arena, struct samples_row *row, size_t *n_used,
                         maru_error *err) {
    struct csv_reader csv = reader->csv;
    size_t at = 0;
    for (;;) {
        struct csv_row line;
        size_t n_line = 0;
        maru_status st = csv_next(&csv, bytes + at, n - at, is_last, arena, &line, &n_line, err);
        if (st != MARU_OK) {
            return st;
        }
        at += n_line;
        if (line.line < reader->layout->first_line || is_blank(&line)) {
            continue;
        }
        st = fill(reader->layout, &line, arena, row, err);
        if (st == MARU_OK) {
            reader->csv = csv;
            *n_used = at;
        }
        return st;
    }
}
