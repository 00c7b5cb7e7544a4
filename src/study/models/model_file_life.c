// Models of remaining life of units that ran until they failed. learn/history/life_table.h, train/lives/life_training.h

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "study/models/cards/life_card.h"
#include "study/models/model_file_inside.h"
#include "train/lives/life_training.h"

#define ASKED_MAX_BYTES ((size_t)8 << 30)

// ---- opening

static maru_status read(const void *bytes, size_t n, void **out, maru_error *err) {
    struct life_table *table = alloc_new(1, sizeof *table);
    if (!table) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const maru_status st = life_table_read(bytes, n, table, err);
    if (st != MARU_OK) {
        alloc_free(table);
        return st;
    }
    *out = table;
    return MARU_OK;
}

static void free_life(void *its) {
    struct life_table *table = its;
    life_table_fini(table);
    alloc_free(table);
}

// ---- what it is

static struct model_facts facts(const void *its) {
    const struct life_table *table = its;
    return (struct model_facts){.goal = "life",
                                .kind = "trees and nets",
                                .target = "",
                                .unit = table->counted_in,
                                .title = table->title,
                                .version = table->version,
                                .data = table->data,
                                .fingerprint = table->fingerprint,
                                .headline = {.name = card_figure_name(CARD_RMSE, false),
                                             .name_ko = card_figure_name(CARD_RMSE, true),
                                             .value = table->rmse,
                                             .low = (double)NAN,
                                             .high = (double)NAN,
                                             .constant = (double)NAN,
                                             .is_less_better = true},
                                .is_better = true};
}

static void add_text(const void *its, enum lang lang, struct look look, struct text *out) {
    (void)look;
    life_card_add_text(out, its, lang);
}

static void add_json(const void *its, struct text *out) { life_card_add_json(out, its); }

// ---- answers

static maru_status predict(const void *its, const struct model_question *question,
                           struct text *text, struct model_said *said, maru_error *err) {
    const struct life_table *table = its;
    struct arena arena;
    struct life_asked asked;
    arena_init(&arena, ASKED_MAX_BYTES);
    const maru_status st = life_table_ask(table, question->frame, &arena, &asked, err);
    if (st == MARU_OK) {
        life_asked_add(text, table, &asked, question->form);
        *said = (struct model_said){.n = asked.n_unit, .n_column = table->n_column};
        for (uint32_t c = table->n_column; c-- > 0;) {
            if (frame_find(question->frame, table->column[c].name) == UINT32_MAX) {
                said->n_lacking++;
                model_file_name(table->column[c].name, said->lacking);
            }
        }
    }
    arena_fini(&arena);
    return st;
}

const struct model_format model_format_life = {
    .is = life_table_is,
    .read = read,
    .free = free_life,
    .facts = facts,
    .add_text = add_text,
    .add_json = add_json,
    .predict = predict,
};

// ---- training

struct looking { // training of lives tells no words
    const struct model_training *in;
};

static bool look_on(void *context, double share) {
    const struct model_training *in = ((const struct looking *)context)->in;
    return !in->progress || in->progress(in->context, share, "");
}

static maru_status mark(const struct frame *frame, const char *name, enum life_use use,
                        uint8_t *out, maru_error *err) {
    uint32_t column;
    const maru_status st = goal_find_column(frame, name, &column, err);
    if (st == MARU_OK) {
        out[column] = (uint8_t)use;
    }
    return st;
}

static maru_status mark_all(const struct goal_work *work, uint8_t *use, maru_error *err) {
    const struct model_wish *wish = work->wish;
    maru_status st = MARU_OK;
    memset(use, LIFE_SIGNAL, work->frame->n_column);
    for (size_t i = 0; st == MARU_OK && i < wish->n_setting; i++) {
        st = mark(work->frame, wish->setting[i], LIFE_SETTING, use, err);
    }
    for (size_t i = 0; st == MARU_OK && i < wish->hints.n_role; i++) {
        if (wish->hints.role[i].role == ROLE_REMARK) {
            st = mark(work->frame, wish->hints.role[i].column, LIFE_LEFT_OUT, use, err);
        }
    }
    return st;
}

maru_status model_goal_life(const struct goal_work *work, struct text *out, maru_error *err) {
    const struct model_wish *wish = work->wish;
    if (!wish->unit || !wish->order) {
        return fail(err, MARU_E_USAGE, "remaining life needs --unit and --order");
    }
    uint8_t *use = alloc_new((size_t)work->frame->n_column + 1, sizeof *use);
    if (!use) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    struct looking looking = {work->in};
    struct life_training input = {
        .frame = work->frame,
        .use = use,
        .cap = isnan(wish->cap) ? 0 : wish->cap,
        .level = isnan(wish->level) ? life_usual().level : wish->level,
        .seed = wish->seed,
        .n_thread = work->in->n_thread,
        .title = work->in->title,
        .version = work->in->version,
        .progress = look_on,
        .context = &looking,
    };
    maru_status st = goal_find_column(work->frame, wish->unit, &input.unit, err);
    st = st == MARU_OK ? goal_find_column(work->frame, wish->order, &input.order, err) : st;
    st = st == MARU_OK ? mark_all(work, use, err) : st;
    st = st == MARU_OK ? life_training_run(&input, out, err) : st;
    alloc_free(use);
    return st;
}
