// For tests: lives of models in worlds whose truth is known (trial_living.h). Where nothing drifts, or what changes are campaigns of products that training has seen, a
// model has to go on; where a column moves, it has to say so.
#ifndef LEARN_TRIAL_WORLDS_H
#define LEARN_TRIAL_WORLDS_H

#include <stdlib.h>

#include "learn/living/trial_living.h"

enum {
    WORLD_BEFORE = 500, // rows that a model lives before a column moves
    WORLD_CAMPAIGN =
        400, // rows of a campaign, by half more or less; in training a quarter of its rows
};

struct world_scene {
    double gap; // between products, standard deviations
    double shift, slope;
    uint32_t n_product;
    bool is_drift;
    bool is_mixed; // training has rows of one product and another as they come, no campaigns
    bool is_named; // the model knows the product's name
};

enum {
    WORLD_CALM,
    WORLD_NAMED,  // campaigns of two products whose names the model knows
    WORLD_HIDDEN, // it does not
    WORLD_MIXED,  // nor did training have campaigns
    WORLD_THREE, // by name, without campaigns in training; the third is told by the zeros of the others
    N_CALM_WORLD,
    WORLD_ONE_SD = N_CALM_WORLD,
    WORLD_TWO_SD,
    WORLD_TREND,
    WORLD_NAMED_ONE_SD,
    WORLD_NAMED_TWO_SD,
    WORLD_HIDDEN_TWO_SD,
    N_WORLD_SCENE
};

static const struct world_scene world_scenes[N_WORLD_SCENE] = {
    [WORLD_CALM] = {.n_product = 0},
    [WORLD_NAMED] = {.n_product = 2, .is_named = true, .gap = 3},
    [WORLD_HIDDEN] = {.n_product = 2, .gap = 3},
    [WORLD_MIXED] = {.n_product = 2, .is_mixed = true, .gap = 3},
    [WORLD_THREE] = {.n_product = 3, .is_mixed = true, .is_named = true, .gap = 2},
    [WORLD_ONE_SD] = {.is_drift = true, .shift = 1},
    [WORLD_TWO_SD] = {.is_drift = true, .shift = 2},
    [WORLD_TREND] = {.is_drift = true, .slope = 1e-3},
    [WORLD_NAMED_ONE_SD] =
        {.is_drift = true, .n_product = 2, .is_named = true, .gap = 3, .shift = 1},
    [WORLD_NAMED_TWO_SD] =
        {.is_drift = true, .n_product = 2, .is_named = true, .gap = 3, .shift = 2},
    [WORLD_HIDDEN_TWO_SD] = {.is_drift = true, .n_product = 2, .gap = 3, .shift = 2},
};

struct world_input {
    const struct world_scene *scene;
    uint64_t seed;
    uint32_t n_train, n_row;
    double alike;
    uint8_t goal;
};

struct world_life { // what became of a model
    bool is_off;    // its inputs ended it; of a drift: not before the column moved
    bool is_wrong;  // its errors would have
    uint32_t at;    // rows until its inputs ended it, n_row: they did not
    // truths of tool A and of others, and those within their intervals
    uint32_t n[2], held[2];
};

static inline void world_need(bool is_true) {
    if (!is_true) {
        abort();
    }
}

static inline struct living_rows *world_learn(const struct world_input *in,
                                              struct trial_world *world) {
    const struct living_options options = living_options_usual();
    struct text bytes;
    struct living_rows *living = NULL;
    world->campaign = in->scene->is_mixed ? 1 : in->n_train / 4;
    trial_living_bytes(world, in->n_train, &bytes);
    world_need(living_rows_new(bytes.bytes, bytes.n_bytes, &options, &living, NULL) == MARU_OK);
    world_need(living_rows_bind(living, trial_columns, TRIAL_CELLS, NULL) == MARU_OK);
    text_fini(&bytes);
    world->campaign = WORLD_CAMPAIGN;
    world->n_left = 0;
    return living;
}

static inline void world_step(struct living_rows *living, struct trial_world *world,
                              struct world_life *life) {
    const struct trial_living_row row = trial_next(world);
    const char *tool = row.cell[4].word;
    const int k = tool[0] != 'A';
    struct model_answer answer;
    bool is_judged = false;
    double error = 0;
    living_rows_answer(living, row.cell, tool, &answer);
    world_need(living_rows_count(living, &is_judged, NULL) == MARU_OK);
    const struct living_truth truth = {answer.value, row.truth, answer.low, answer.high, tool};
    world_need(truth_watch_step(&living->truths, &truth, &error, NULL) == MARU_OK);
    life->is_off = life->is_off || living->inputs.verdict.verdict == DRIFT_MUCH;
    life->is_wrong = life->is_wrong || truth_watch_errors(&living->truths).verdict == ERRORS_WORSE;
    life->n[k]++;
    life->held[k] += answer.low <= row.truth && row.truth <= answer.high;
}

// A life of n_row rows; of a drift it ends where it is found.
static inline struct world_life world_live(const struct world_input *in) {
    const struct world_scene *scene = in->scene;
    struct trial_world world = {.seed = in->seed,
                                .goal = in->goal,
                                .alike = in->alike,
                                .n_product = scene->n_product,
                                .is_named = scene->is_named,
                                .gap = scene->gap};
    struct living_rows *living = world_learn(in, &world);
    struct world_life life = {.at = in->n_row};
    for (uint32_t i = 0; scene->is_drift && i < WORLD_BEFORE; i++) {
        world_step(living, &world, &life);
    }
    const bool is_early = life.is_off;
    world.shift = scene->shift;
    world.slope = scene->slope;
    for (uint32_t i = 0; i < in->n_row && !(scene->is_drift && life.is_off); i++) {
        world_step(living, &world, &life);
        life.at = life.is_off && life.at == in->n_row ? i + 1 : life.at;
    }
    life.is_off = life.is_off && !is_early;
    living_rows_free(living);
    return life;
}

#endif
