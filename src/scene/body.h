// Bodies of tools: which one a tool group has, how large it is, and its shape.
#ifndef SCENE_BODY_H
#define SCENE_BODY_H

#include "maru/scene.h"
#include "plant/plant.h"

struct body_size {
    double width_m, depth_m, height_m;
};

enum body_part { BODY_HULL, BODY_TRIM, N_BODY_PART }; // the hull has the colour of the area

// A block of a body of size 1: x and y from -0.5 to 0.5, the front at y = -0.5, z from 0 to 1.
struct body_block {
    enum body_part part;
    double x0, y0, z0, x1, y1, z1;
};

struct body_shape {
    const char *name;
    struct body_size size; // where no table gives one
    const struct body_block *block;
    uint32_t n_block; // at least one of each part
};

const struct body_shape *body_shape(maru_body body);

// The body of each tool group.
//   out     body[0 .. plant.n_group)
void body_of_groups(const maru_plant *plant, uint8_t *body);

#endif
