#include "learn/history/life_table.h"

#include <math.h>
#include <string.h>

#include "base/binary.h"
#include "base/names.h"
#include "base/sealed.h"
#include "base/status.h"

enum { VERSION = 1 };
#define US_PER_H 3.6e9

static const char its_name[] = "MARULTBL";

// ---- rows of a frame

static maru_status number_units(const struct life_rows_input *in, struct arena *arena,
                                uint32_t *unit, struct life_rows *out, maru_error *err) {
    const struct frame_column *column = &in->frame->column[in->unit];
    struct names names;
    maru_status st = MARU_OK;
    names_init(&names, SIZE_MAX / 2);
    for (uint32_t i = 0; st == MARU_OK && i < in->frame->n_row; i++) {
        struct text text;
        text_init(&text, 1 << 16);
        if (column->kind == FRAME_NUMBER && isfinite(column->number[i])) {
            text_add_double(&text, column->number[i]);
        } else if (column->word && column->word[i] != FRAME_NO_WORD) {
            text_addz(&text, column->words.name[column->word[i]]);
        }
        st = text.n_bytes == 0
                 ? fail_at(err, MARU_E_INPUT, NULL, in->frame->line[i], 0,
                           "the unit of a row is missing: column \"%s\"", column->name)
                 : names_add(&names, text.bytes, text.n_bytes, &unit[i], err);
        text_fini(&text);
    }
    out->n_unit = names.n;
    out->name = arena_take(arena, (size_t)names.n + 1, sizeof *out->name);
    for (uint32_t u = 0; st == MARU_OK && out->name && u < names.n; u++) {
        out->name[u] = arena_text(arena, names.name[u], names.n_byte[u]);
        st = out->name[u] ? MARU_OK : arena_refusal(arena, err);
    }
    names_fini(&names);
    return st == MARU_OK && !out->name ? arena_refusal(arena, err) : st;
}

static maru_status find_order(const struct life_rows_input *in, double *order,
                              const char **counted_in, maru_error *err) {
    const struct frame_column *column = &in->frame->column[in->order];
    if (column->kind != FRAME_NUMBER && column->kind != FRAME_TIME) {
        return fail(err, MARU_E_INPUT, "\"%s\" has neither numbers nor times that order rows",
                    column->name);
    }
    *counted_in = column->kind == FRAME_TIME ? "h" : column->unit;
    for (uint32_t i = 0; i < in->frame->n_row; i++) {
        order[i] = column->kind == FRAME_NUMBER       ? column->number[i]
                   : column->time[i] == FRAME_NO_TIME ? (double)NAN
                                                      : (double)column->time[i] / US_PER_H;
        if (!isfinite(order[i])) {
            return fail_at(err, MARU_E_INPUT, NULL, in->frame->line[i], 0,
                           "the order of a row is missing: column \"%s\"", column->name);
        }
    }
    return MARU_OK;
}

static void put_values(const struct life_rows_input *in, float *x) {
    for (uint32_t c = 0; c < in->n_column; c++) {
        const struct frame_column *column =
            in->column[c] == UINT32_MAX ? NULL : &in->frame->column[in->column[c]];
        const bool is_there = column && column->kind == FRAME_NUMBER;
        for (uint32_t i = 0; i < in->frame->n_row; i++) {
            const float value = is_there ? (float)column->number[i] : NAN;
            x[(size_t)i * in->n_column + c] = isfinite(value) ? value : NAN;
        }
    }
}

maru_status life_rows_make(const struct life_rows_input *in, struct arena *arena,
                           struct life_rows *out, maru_error *err) {
    const size_t n = (size_t)in->frame->n_row + 1;
    struct life_rows made = {0};
    float *x = arena_take(arena, n * in->n_column + 1, sizeof *x);
    uint32_t *unit = arena_take(arena, n, sizeof *unit);
    double *order = arena_take(arena, n, sizeof *order);
    if (!x || !unit || !order) {
        return arena_refusal(arena, err);
    }
    maru_status st = number_units(in, arena, unit, &made, err);
    st = st == MARU_OK ? find_order(in, order, &made.counted_in, err) : st;
    if (st == MARU_OK) {
        put_values(in, x);
        made.rows =
            (struct unit_rows){x, unit, order, in->is_setting, in->frame->n_row, in->n_column};
        *out = made;
    }
    return st;
}

// ---- bytes

maru_status life_table_write(const struct life_table *table, const void *model, size_t n_model,
                             struct text *out, maru_error *err) {
    const size_t from = sealed_begin(out, its_name, VERSION);
    binary_add_string(out, table->unit);
    binary_add_string(out, table->order);
    binary_add_string(out, table->counted_in);
    binary_add_u32(out, table->n_column);
    for (uint32_t c = 0; c < table->n_column; c++) {
        binary_add_string(out, table->column[c].name);
        binary_add_u8(out, table->column[c].is_setting);
    }
    binary_add_string(out, table->title);
    binary_add_string(out, table->version);
    binary_add_string(out, table->data);
    binary_add_u64(out, table->seed);
    binary_add_u32(out, table->n_unit);
    binary_add_u32(out, table->n_row);
    binary_add_u32(out, table->n_cut);
    binary_add_double(out, table->rmse);
    binary_add_block(out, model, n_model);
    return sealed_end(out, from, err);
}

bool life_table_is(const void *bytes, size_t n) { return sealed_is(bytes, n, its_name); }

static void read_names(struct binary *in, struct life_table *t) {
    enum { LEAST_COLUMN_BYTES = 9 };
    t->unit = binary_string(in, &t->arena);
    t->order = binary_string(in, &t->arena);
    t->counted_in = binary_string(in, &t->arena);
    t->n_column = binary_count(in, PAST_MAX_COLUMNS, LEAST_COLUMN_BYTES);
    struct life_column *column = arena_take(&t->arena, (size_t)t->n_column + 1, sizeof *column);
    in->is_bad = in->is_bad || !column || t->n_column == 0;
    for (uint32_t c = 0; !in->is_bad && c < t->n_column; c++) {
        column[c].name = binary_string(in, &t->arena);
        column[c].is_setting = binary_u8(in) != 0;
    }
    t->column = column;
}

static maru_status read_all(struct binary *in, struct life_table *t, maru_error *err) {
    size_t n_model;
    read_names(in, t);
    t->title = binary_string(in, &t->arena);
    t->version = binary_string(in, &t->arena);
    const char *data = binary_string(in, &t->arena);
    t->seed = binary_u64(in);
    t->n_unit = binary_u32(in);
    t->n_row = binary_u32(in);
    t->n_cut = binary_u32(in);
    t->rmse = binary_double(in);
    const void *model = binary_block(in, &n_model);
    if (in->is_bad || in->left > 0 || !model || strlen(data) >= sizeof t->data) {
        return fail(err, MARU_E_INPUT, "the model is damaged");
    }
    memcpy(t->data, data, strlen(data) + 1);
    const maru_status st = life_model_read(model, n_model, &t->model, err);
    return st == MARU_OK && life_model_parts(t->model)->scale->n_column != t->n_column
               ? fail(err, MARU_E_INPUT, "the model contradicts itself")
               : st;
}

maru_status life_table_read(const void *bytes, size_t n, struct life_table *out, maru_error *err) {
    struct binary in;
    struct life_table made = {0};
    arena_init(&made.arena, 8 * (n + 4096));
    maru_status st = sealed_open(bytes, n, its_name, VERSION, &in, made.fingerprint, err);
    st = st == MARU_OK ? read_all(&in, &made, err) : st;
    if (st != MARU_OK) {
        life_table_fini(&made);
        return st;
    }
    *out = made;
    return MARU_OK;
}

void life_table_fini(struct life_table *table) {
    life_model_free(table->model);
    arena_fini(&table->arena);
    *table = (struct life_table){0};
}

// ---- asking

static maru_status find_columns(const struct life_table *t, const struct frame *frame,
                                struct arena *arena, struct life_rows_input *in,
                                struct life_asked *out, maru_error *err) {
    uint32_t *column = arena_take(arena, t->n_column, sizeof *column), n_found = 0;
    bool *is_setting = arena_take(arena, t->n_column, sizeof *is_setting);
    if (!column || !is_setting) {
        return arena_refusal(arena, err);
    }
    in->frame = frame;
    in->unit = frame_find(frame, t->unit);
    in->order = frame_find(frame, t->order);
    if (in->unit == UINT32_MAX || in->order == UINT32_MAX) {
        return fail(err, MARU_E_INPUT, "there is no column \"%s\"",
                    in->unit == UINT32_MAX ? t->unit : t->order);
    }
    for (uint32_t c = 0; c < t->n_column; c++) {
        column[c] = frame_find(frame, t->column[c].name);
        is_setting[c] = t->column[c].is_setting;
        n_found += column[c] != UINT32_MAX;
        out->missing = column[c] == UINT32_MAX && !out->missing ? t->column[c].name : out->missing;
    }
    in->column = column;
    in->is_setting = is_setting;
    in->n_column = t->n_column;
    return n_found > 0 ? MARU_OK
                       : fail(err, MARU_E_INPUT,
                              "the table has none of the columns of the model, such as \"%s\"",
                              out->missing);
}

static maru_status ask_units(const struct life_table *t, const struct life_rows *rows,
                             struct arena *arena, struct life_asked *out, maru_error *err) {
    struct unit_order order;
    struct life_unit *unit = NULL;
    struct life_answer *answer = arena_take(arena, (size_t)rows->n_unit + 1, sizeof *answer);
    uint32_t *n_row = arena_take(arena, (size_t)rows->n_unit + 1, sizeof *n_row);
    maru_status st = answer && n_row ? unit_order_of(&rows->rows, arena, &order, err)
                                     : arena_refusal(arena, err);
    st = st == MARU_OK ? life_unit_new(t->model, &unit, err) : st;
    for (uint32_t u = 0; st == MARU_OK && u < rows->n_unit; u++) {
        life_unit_clear(unit);
        n_row[u] = order.start[u + 1] - order.start[u];
        for (uint32_t k = order.start[u]; st == MARU_OK && k < order.start[u + 1]; k++) {
            const uint32_t row = order.row[k];
            st = life_unit_add(unit, rows->rows.x + (size_t)row * t->n_column,
                               rows->rows.order[row], err);
        }
        st = st == MARU_OK ? life_unit_answer(unit, &answer[u], err) : st;
    }
    life_unit_free(unit);
    out->name = rows->name;
    out->n_row = n_row;
    out->answer = answer;
    out->n_unit = rows->n_unit;
    return st;
}

maru_status life_table_ask(const struct life_table *table, const struct frame *frame,
                           struct arena *arena, struct life_asked *out, maru_error *err) {
    struct life_rows_input in = {0};
    struct life_rows rows;
    struct life_asked made = {0};
    maru_status st = find_columns(table, frame, arena, &in, &made, err);
    st = st == MARU_OK ? life_rows_make(&in, arena, &rows, err) : st;
    st = st == MARU_OK ? ask_units(table, &rows, arena, &made, err) : st;
    *out = st == MARU_OK ? made : *out;
    return st;
}
