// Rails as they are drawn: links one behind the other in a straight line are one piece.
#ifndef SCENE_RAIL_RUNS_H
#define SCENE_RAIL_RUNS_H

#include "base/arena.h"
#include "maru/scene.h"

// The profile of a rail: a prism that hangs with an edge down.
#define RAIL_UNDER_M 3.6
#define RAIL_TOP_M 3.75
#define RAIL_WIDE_M 0.24

struct rail_run {
    uint32_t from, to; // nodes
};

// The runs of a layout's rails in the arena; NULL when there is no room. Gives how many.
//   cost  O(links * links at a node)
const struct rail_run *rail_runs_find(const maru_layout *layout, struct arena *arena, uint32_t *n);

// The six corners of a run's prism: left, right and under at its beginning, then at its end.
void rail_run_corners(const maru_layout *layout, const struct rail_run *run, double corner[6][3]);

// Faces of the prism, seen from outside counterclockwise.
extern const uint8_t rail_run_face[3][4];

#endif
