#include "scene/body.h"

// Shapes are told apart at a glance, not portraits: a hull, and a trim of load ports, doors and a
// lamp. Sizes are those of common 300 mm equipment, rounded.

static const struct body_block bench[] = {
    {BODY_HULL, -0.5, -0.3, 0, 0.5, 0.5, 0.5},
    {BODY_HULL, -0.5, 0.1, 0.5, 0.5, 0.5, 0.9},
    {BODY_TRIM, -0.4, -0.5, 0, 0.4, -0.3, 0.42},
    {BODY_TRIM, 0.38, 0.38, 0.9, 0.46, 0.46, 1},
};
static const struct body_block cluster[] = {
    {BODY_HULL, -0.5, -0.36, 0, 0.5, -0.1, 0.92}, // front end, then chambers around a middle
    {BODY_HULL, -0.2, -0.1, 0.15, 0.2, 0.3, 0.7},
    {BODY_HULL, -0.5, -0.06, 0.1, -0.22, 0.24, 0.8},
    {BODY_HULL, 0.22, -0.06, 0.1, 0.5, 0.24, 0.8},
    {BODY_HULL, -0.3, 0.3, 0.1, 0.3, 0.5, 0.8},
    {BODY_TRIM, -0.44, -0.5, 0, -0.18, -0.36, 0.45},
    {BODY_TRIM, -0.13, -0.5, 0, 0.13, -0.36, 0.45},
    {BODY_TRIM, 0.18, -0.5, 0, 0.44, -0.36, 0.45},
    {BODY_TRIM, 0.4, -0.2, 0.92, 0.46, -0.14, 1},
};
static const struct body_block track[] = {
    {BODY_HULL, -0.5, -0.4, 0, 0.5, 0.5, 0.88},   {BODY_TRIM, -0.42, -0.5, 0, -0.08, -0.4, 0.45},
    {BODY_TRIM, 0.08, -0.5, 0, 0.42, -0.4, 0.45}, {BODY_TRIM, -0.06, -0.38, 0.88, 0.06, 0.46, 0.94},
    {BODY_TRIM, 0.4, -0.3, 0.88, 0.46, -0.24, 1},
};
static const struct body_block furnace[] = {
    {BODY_HULL, -0.5, -0.4, 0, 0.5, 0.5, 0.62},
    {BODY_HULL, -0.38, 0, 0.62, 0.38, 0.48, 0.95},
    {BODY_TRIM, -0.36, -0.5, 0, 0.36, -0.4, 0.3},
    {BODY_TRIM, -0.3, 0.1, 0.95, 0.3, 0.4, 1},
};
static const struct body_block gauge[] = {
    {BODY_HULL, -0.5, -0.25, 0, 0.5, 0.5, 0.72},
    {BODY_HULL, -0.32, -0.05, 0.72, 0.32, 0.42, 0.94},
    {BODY_TRIM, -0.4, -0.5, 0, 0.4, -0.25, 0.48},
    {BODY_TRIM, 0.36, 0.3, 0.72, 0.44, 0.4, 1},
};
static const struct body_block stocker[] = {
    {BODY_HULL, -0.5, -0.3, 0, 0.5, 0.5, 1},
    {BODY_TRIM, -0.4, -0.5, 0.1, -0.05, -0.3, 0.3},
    {BODY_TRIM, 0.05, -0.5, 0.1, 0.4, -0.3, 0.3},
};

#define BLOCKS(list) list, sizeof list / sizeof *list

static const struct body_shape shapes[MARU_N_BODY] = {
    [MARU_BODY_NONE] = {"None", {0}, NULL, 0},
    [MARU_BODY_BENCH] = {"Bench", {1.8, 2, 2}, BLOCKS(bench)},
    [MARU_BODY_CLUSTER] = {"Cluster", {2.6, 3.4, 2.4}, BLOCKS(cluster)},
    [MARU_BODY_TRACK] = {"Track", {2.4, 4.2, 2.2}, BLOCKS(track)},
    [MARU_BODY_FURNACE] = {"Furnace", {1.4, 3.6, 3.4}, BLOCKS(furnace)},
    [MARU_BODY_GAUGE] = {"Gauge", {1.5, 1.8, 1.9}, BLOCKS(gauge)},
    [MARU_BODY_STOCKER] = {"Stocker", {3, 2, 4.5}, BLOCKS(stocker)},
};

const struct body_shape *body_shape(maru_body body) { return &shapes[body]; }

// What the steps of a group have in common; a batch says most, a sample least.
static maru_body body_of_step(const maru_plant *plant, const struct plant_step *step) {
    if (step->batch_max > 0) {
        return MARU_BODY_FURNACE;
    }
    if (plant->group[step->group].is_cascade || step->interval_us > 0) {
        return MARU_BODY_TRACK;
    }
    if (step->sampling < 1) {
        return MARU_BODY_GAUGE;
    }
    return step->per == PER_WAFER ? MARU_BODY_CLUSTER : MARU_BODY_BENCH;
}

void body_of_groups(const maru_plant *plant, uint8_t *body) {
    static const uint8_t rank[MARU_N_BODY] = {
        [MARU_BODY_GAUGE] = 1, [MARU_BODY_BENCH] = 2,   [MARU_BODY_CLUSTER] = 3,
        [MARU_BODY_TRACK] = 4, [MARU_BODY_FURNACE] = 5,
    };
    for (uint32_t g = 0; g < plant->n_group; g++) {
        body[g] = MARU_BODY_NONE;
    }
    for (uint32_t i = 0; i < plant->n_step; i++) {
        const maru_body found = body_of_step(plant, &plant->step[i]);
        uint8_t *known = &body[plant->step[i].group];
        *known = rank[found] > rank[*known] ? (uint8_t)found : *known;
    }
    for (uint32_t g = 0; g < plant->n_group; g++) {
        if (plant->group[g].is_delay) {
            body[g] = MARU_BODY_NONE;
        } else if (body[g] == MARU_BODY_NONE) { // no step needs it
            body[g] = MARU_BODY_BENCH;
        }
    }
}
