// Models of the patterns of wafer maps. train/maps/map_model.h, train/maps/map_training.h

#include <math.h>

#include "base/alloc.h"
#include "base/status.h"
#include "study/models/cards/card.h"
#include "study/models/cards/map_card.h"
#include "study/models/map_said.h"
#include "study/models/model_file_inside.h"
#include "train/maps/map_training.h"

struct maps_model {
    struct map_model map;
    char warning[N_CARD_WARNING][64];
};

// ---- opening

static maru_status read(const void *bytes, size_t n, void **out, maru_error *err) {
    struct maps_model *model = alloc_new(1, sizeof *model);
    if (!model) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const maru_status st = map_model_read(bytes, n, &model->map, err);
    if (st != MARU_OK) {
        alloc_free(model);
        return st;
    }
    for (uint32_t i = 0; i < N_CARD_WARNING; i++) {
        card_warning_key((enum card_warning)i, model->warning[i], sizeof model->warning[i]);
    }
    *out = model;
    return MARU_OK;
}

static void free_maps(void *its) {
    struct maps_model *model = its;
    map_model_fini(&model->map);
    alloc_free(model);
}

// ---- what it is

static struct model_facts facts(const void *its) {
    const struct maps_model *model = its;
    const struct map_model *map = &model->map;
    struct model_facts facts = {
        .goal = "wafer",
        .kind = "trees and a net",
        .target = map->column[MAP_PATTERN],
        .unit = "",
        .title = map->title,
        .version = map->version,
        .data = map->data,
        .fingerprint = map->fingerprint,
        .headline = {.name = card_figure_name(CARD_MACRO_F1, false),
                     .name_ko = card_figure_name(CARD_MACRO_F1, true),
                     .value = map->macro_f1.value,
                     .low = map->macro_f1.low,
                     .high = map->macro_f1.high,
                     .constant = map->macro_f1.constant},
        .is_better = (map->warnings >> CARD_WARN_NO_BETTER & 1) == 0,
    };
    for (uint32_t i = 0; i < N_CARD_WARNING; i++) {
        if (map->warnings >> i & 1) {
            facts.warning[facts.n_warning++] = model->warning[i];
        }
    }
    return facts;
}

static void add_text(const void *its, enum lang lang, struct look look, struct text *out) {
    map_card_add_text(out, &((const struct maps_model *)its)->map, lang, look);
}

static void add_json(const void *its, struct text *out) {
    map_card_add_json(out, &((const struct maps_model *)its)->map);
}

static maru_status predict(const void *its, const struct model_question *question,
                           struct text *text, struct model_said *said, maru_error *err) {
    struct map_said maps;
    const maru_status st = map_said_make(&((const struct maps_model *)its)->map, question->frame,
                                         question->wants_why, &maps, err);
    if (st == MARU_OK) {
        map_said_add(text, &maps, question->form);
        *said = (struct model_said){.n = maps.list.n_map, .n_column = N_MAP_COLUMN - 1};
        map_said_fini(&maps);
    }
    return st;
}

const struct model_format model_format_maps = {
    .is = map_model_is,
    .read = read,
    .free = free_maps,
    .facts = facts,
    .add_text = add_text,
    .add_json = add_json,
    .predict = predict,
};

// ---- training

// A column that is asked for by its name, or found by what such columns are called.
static maru_status name_column(const struct goal_work *work, const char *name, uint32_t *column,
                               maru_error *err) {
    return name ? goal_find_column(work->frame, name, column, err) : MARU_OK;
}

maru_status model_goal_maps(const struct goal_work *work, struct text *out, maru_error *err) {
    struct map_training in = {
        .frame = work->frame,
        .seed = work->wish->seed,
        .n_thread = work->in->n_thread,
        .title = work->in->title,
        .version = work->in->version,
        .progress = work->in->progress,
        .context = work->in->context,
    };
    map_columns_find(work->frame, in.column);
    maru_status st = name_column(work, work->wish->unit, &in.column[MAP_WAFER], err);
    st = st == MARU_OK ? name_column(work, work->wish->hints.target, &in.column[MAP_PATTERN], err)
                       : st;
    for (int k = MAP_WAFER; st == MARU_OK && k < N_MAP_COLUMN; k++) {
        static const char *const what[N_MAP_COLUMN] = {"lot", "wafer", "x", "y", "bin", "pattern"};
        if (in.column[k] == UINT32_MAX) {
            st = fail(err, MARU_E_INPUT,
                      "a table of wafer maps has a row for each die, and columns called wafer, x, "
                      "y, bin and pattern: there is no %s",
                      what[k]);
        }
    }
    return st == MARU_OK ? map_training_run(&in, out, err) : st;
}
