#include "train/lives/life_training.h"

#include <string.h>

#include "base/status.h"
#include "train/frame_digest.h"

#define LIVES_MAX_BYTES ((size_t)16 << 30)

struct work {
    const struct life_training *in;
    struct arena arena;
    struct life_rows_input columns;
    struct life_rows rows;
    struct text model;
    struct life_report report;
};

static maru_status find_columns(struct work *w, maru_error *err) {
    const struct frame *frame = w->in->frame;
    uint32_t *column = arena_take(&w->arena, (size_t)frame->n_column + 1, sizeof *column), n = 0;
    bool *is_setting = arena_take(&w->arena, (size_t)frame->n_column + 1, sizeof *is_setting);
    if (!column || !is_setting) {
        return arena_refusal(&w->arena, err);
    }
    for (uint32_t c = 0; c < frame->n_column; c++) {
        const bool is_used = frame->column[c].kind == FRAME_NUMBER &&
                             w->in->use[c] != LIFE_LEFT_OUT && c != w->in->unit &&
                             c != w->in->order;
        if (is_used && n == PAST_MAX_COLUMNS) {
            return fail(err, MARU_E_LIMIT, "more than %d columns and words to learn from",
                        PAST_MAX_COLUMNS);
        }
        column[n] = c;
        is_setting[n] = w->in->use[c] == LIFE_SETTING;
        n += is_used;
    }
    w->columns = (struct life_rows_input){frame, w->in->unit, w->in->order, column, is_setting, n};
    return n > 0 ? MARU_OK
                 : fail(err, MARU_E_INPUT,
                        "no column of numbers or words has two values to learn from");
}

static maru_status fit(struct work *w, maru_error *err) {
    struct life_options options = life_usual();
    options.cap = w->in->cap;
    options.level = w->in->level;
    options.seed = w->in->seed;
    options.n_thread = w->in->n_thread;
    options.progress = w->in->progress;
    options.context = w->in->context;
    return life_fit(&w->rows.rows, &options, &w->model, &w->report, err);
}

static maru_status write(struct work *w, struct text *bytes, maru_error *err) {
    const struct frame *frame = w->in->frame;
    struct life_column *column =
        arena_take(&w->arena, (size_t)w->columns.n_column + 1, sizeof *column);
    if (!column) {
        return arena_refusal(&w->arena, err);
    }
    for (uint32_t c = 0; c < w->columns.n_column; c++) {
        column[c] = (struct life_column){frame->column[w->columns.column[c]].name,
                                         w->columns.is_setting[c]};
    }
    struct life_table table = {.unit = frame->column[w->in->unit].name,
                               .order = frame->column[w->in->order].name,
                               .counted_in = w->rows.counted_in,
                               .column = column,
                               .n_column = w->columns.n_column,
                               .title = w->in->title,
                               .version = w->in->version,
                               .seed = w->in->seed,
                               .n_unit = w->rows.n_unit,
                               .n_row = frame->n_row,
                               .n_cut = w->report.n_cut,
                               .rmse = w->report.rmse};
    frame_digest(frame, table.data);
    return life_table_write(&table, w->model.bytes, w->model.n_bytes, bytes, err);
}

maru_status life_training_run(const struct life_training *input, struct text *bytes,
                              maru_error *err) {
    struct work w = {.in = input};
    arena_init(&w.arena, LIVES_MAX_BYTES);
    text_init(&w.model, LIFE_MAX_BYTES);
    maru_status st = find_columns(&w, err);
    st = st == MARU_OK ? life_rows_make(&w.columns, &w.arena, &w.rows, err) : st;
    st = st == MARU_OK ? fit(&w, err) : st;
    st = st == MARU_OK ? write(&w, bytes, err) : st;
    text_fini(&w.model);
    arena_fini(&w.arena);
    return st;
}
