// A hall for things of known size that belong to areas: where each of them goes.
#ifndef SCENE_HALL_H
#define SCENE_HALL_H

#include "base/arena.h"
#include "maru/scene.h"

struct hall_slot { // a tool, or a stocker
    uint32_t area;
    double width_m, depth_m;
    double x_m, y_m, heading_deg; // out: centre
    uint32_t aisle;               // out: the one it faces
};

struct hall {
    struct hall_slot *slot; // (n_slot), sorted by area
    uint32_t n_slot, n_area;
    // out
    maru_rect bounds;
    maru_rect *zone;  // (n_area); empty where the area has no slot
    maru_rect *aisle; // (n_aisle): the central one first
    uint32_t n_aisle;
};

// Plan a hall with its corner of least x and y at the origin: a central aisle along x, blocks of
// areas on both sides of it, in each block bays along y: a row of slots, an aisle, a row that faces
// the first. No two slots overlap; those of an area are alone in its zone; aisles are free.
//   in      slots, areas; sizes above 0
//   memory  from `arena`; false: it has none left
//   cost    O(slots), some thirty times: the length of the bays is tried out
bool hall_plan(struct hall *hall, struct arena *arena);

#endif
