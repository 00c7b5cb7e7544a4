// Ends of rails that are one place become one node.
#ifndef PLANT_RAIL_JOIN_H
#define PLANT_RAIL_JOIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "plant/plant.h"

#define RAIL_SAME_PLACE_M 0.001

struct rail_join {
    struct plant_rail_node *node; // (n_node), in the order in which they came
    uint32_t n_node;
    uint32_t *slot; // (n_slot), a power of two: node + 1, 0 = free
    uint32_t n_slot;
    uint64_t seed;
};

// Room for n_most nodes, in the arena; false when it has none. The seed should come from the input,
// so that places chosen to collide would have to collide under a seed that they change themselves.
bool rail_join_init(struct rail_join *join, struct arena *arena, uint32_t n_most, uint64_t seed);

// The node at this place: the first of those within RAIL_SAME_PLACE_M, else a new one.
//   in  |x|, |y| < 1e9; at most n_most different places
uint32_t rail_join_node(struct rail_join *join, double x_m, double y_m);

#endif
