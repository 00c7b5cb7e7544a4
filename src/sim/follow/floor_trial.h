// A floor for tests: another twin, and what it tells of itself as events.
#ifndef SIM_FOLLOW_FLOOR_TRIAL_H
#define SIM_FOLLOW_FLOOR_TRIAL_H

#include <stdlib.h>

#include "sim/follow/mirror.h"
#include "sim/trial.h"
#include "sim/twin.h"

struct floor_word { // one event as the floor tells it
    struct told told;
    char lot[16]; // "" where it is of none
};

struct floor {
    maru_plant *plant; // its own: changed in its times
    maru_model *model;
    maru_sim *sim;
    struct floor_word *word;
    size_t n, cap;
    bool is_numbered; // it numbers its words
};

static inline const struct lot *floor_lot(const struct floor *f, uint32_t serial) {
    for (uint32_t i = 0; i < f->sim->s.head->n_lot_room; i++) {
        const struct lot *l = &f->sim->s.lot[i];
        if (l->flags & LOT_IN_PLANT && l->serial == serial) {
            return l;
        }
    }
    return NULL;
}

static inline struct told floor_told(const struct floor *f, const maru_event *event) {
    static const enum told_kind kind[] = {
        TOLD_RELEASED, TOLD_ARRIVED, TOLD_STARTED, TOLD_ENDED,       TOLD_SKIPPED, TOLD_REWORK,
        TOLD_FINISHED, TOLD_SETUP,   TOLD_DOWN,    TOLD_MAINTENANCE, TOLD_UP};
    struct told told = told_new(kind[event->kind], event->time_us);
    told.tool = event->tool;
    told.step = event->step;
    told.product = event->product;
    if (event->kind == MARU_EV_RELEASE || (event->kind == MARU_EV_ARRIVE && event->time_us == 0)) {
        const struct lot *l = floor_lot(f, event->lot);
        assert_non_null(l);
        told.priority = f->model->class_priority[l->class_];
        told.wafers = l->wafers;
        told.due_us = l->due;
        told.is_hot = l->flags & LOT_RESERVES;
    }
    if (event->kind == MARU_EV_MAINTENANCE) {
        told.downtime = f->model->group[f->model->tool_group[event->tool]].first_downtime +
                        f->sim->s.tool[event->tool].pm_running;
    }
    return told;
}

static inline struct floor_word *floor_add(struct floor *f, const struct told *told) {
    if (f->n == f->cap) {
        f->cap = f->cap ? 2 * f->cap : 1024;
        f->word = realloc(f->word, f->cap * sizeof *f->word);
        assert_non_null(f->word);
    }
    struct floor_word *word = &f->word[f->n++];
    *word = (struct floor_word){.told = *told};
    word->told.order = f->is_numbered ? f->n : 0;
    return word;
}

static inline void floor_hear(void *context, const maru_event *event) {
    struct floor *f = context;
    if (event->kind == MARU_EV_LATE_QUEUE) {
        return;
    }
    const struct told told = floor_told(f, event);
    struct floor_word *word = floor_add(f, &told);
    if (event->lot != MARU_NONE) {
        snprintf(word->lot, sizeof word->lot, "L%u", (unsigned)event->lot);
    }
}

// A floor of the plant whose processing takes `percent` of its time.
static inline struct floor floor_new(const maru_plant *plant, const char *settings,
                                     const char *percent, uint64_t seed) {
    struct floor f = {0};
    const maru_change change = {"process:*", percent};
    maru_error err = {0};
    if (maru_plant_change(plant, &change, 1, &f.plant, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    f.model = trial_model(f.plant, settings);
    assert_int_equal(maru_sim_new(f.model, seed, &f.sim, NULL), MARU_OK);
    return f;
}

// The floor does not move once it has heard itself begin: call where it stays in its place.
static inline void floor_run(struct floor *f, maru_time until) {
    maru_sim_set_trace(f->sim, floor_hear, f);
    trial_run(f->sim, until);
    maru_sim_set_trace(f->sim, NULL, NULL);
}

static inline void floor_free(struct floor *f) {
    maru_sim_free(f->sim);
    maru_model_free(f->model);
    maru_plant_free(f->plant);
    free(f->word);
}

// When its next event comes.
static inline maru_time floor_next(const struct floor *f) {
    const uint32_t node =
        calendar_peek(f->model, &f->sim->s, event_key(SIM_FOREVER, (enum event_rank)0) - 1);
    return node == SIM_NONE ? INT64_MAX : f->sim->s.node[node].key >> 3;
}

static inline void floor_count(const struct floor *f, uint32_t *group) {
    const uint32_t n = maru_sim_lot_count(f->sim);
    maru_lot_now *lot = malloc(((size_t)n + 1) * sizeof *lot);
    assert_non_null(lot);
    maru_sim_look_at_lots(f->sim, lot);
    memset(group, 0, f->model->n_group * sizeof *group);
    for (uint32_t i = 0; i < n; i++) {
        group[lot[i].group]++;
    }
    free(lot);
}

static inline void floor_tell(struct mirror *mirror, const struct floor_word *word, maru_time now) {
    maru_error err = {0};
    const maru_status st =
        mirror_take(mirror, word->lot, strlen(word->lot), &word->told, now, &err);
    if (st != MARU_OK) {
        fail_msg("%d %s %lld: %s", (int)word->told.kind, word->lot, (long long)word->told.at_us,
                 err.text);
    }
}

static inline struct mirror *floor_mirror(const maru_model *model, maru_time window) {
    const struct mirror_options options = {
        .window_us = window, .keep_us = 3 * MARU_DAY, .max_lot = 20000};
    struct mirror *mirror = NULL;
    maru_error err = {0};
    if (mirror_new(model, &options, &mirror, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    return mirror;
}

#endif
