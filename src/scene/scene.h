// What all writers of scenes share: the hall as a tree of things, colors, numbers.
#ifndef SCENE_SCENE_H
#define SCENE_SCENE_H

#include "base/text.h"
#include "maru/scene.h"
#include "scene/body.h"
#include "scene/rail_runs.h"

#define SCENE_MAX_BYTES ((size_t)1 << 30)

struct scene {
    const maru_layout *layout;
    const maru_plant *plant;
    bool has_references;   // to models of the user's own
    const maru_film *film; // NULL: nothing moves
    // What is not empty, area by area: groups of area a are group[first_group[a]] up to
    // group[first_group[a + 1]], its zones likewise.
    const uint32_t *group, *first_group; // (n_group), (n_area + 1)
    const uint32_t *zone, *first_zone;   // (n_zone), (n_area + 1)
    const uint32_t *stocker;             // stocker of a delay (n_group)
    uint32_t n_run;
    const struct rail_run *run; // (n_run)
};

struct thing { // a tool or a stocker
    const char *group;
    uint32_t number; // in its group, from 1; 0: a stocker, for the whole group
    uint32_t tool;   // plant-wide; of a stocker the first
    const char *asset;
    maru_body body;
    double x_m, y_m, heading_deg, width_m, depth_m, height_m;
};

// The things of a group: a stocker for a delay, else its tools.
uint32_t scene_n_thing(const struct scene *scene, uint32_t group);
struct thing scene_thing(const struct scene *scene, uint32_t group, uint32_t i);

// What people call a thing, or a part of the plant: `what` and its name, and a number unless 0.
enum { SCENE_TITLE_BYTES = 320 }; // names have at most 255
struct title {
    char text[SCENE_TITLE_BYTES];
};
struct title scene_title(const char *what, const char *name, uint32_t number);

// The kinds of bodies of an area, a bit each.
uint32_t scene_bodies(const struct scene *scene, uint32_t area);

struct color {
    double r, g, b; // linear, 0 to 1
};

extern const struct color scene_floor, scene_aisle, scene_trim, scene_rail;
struct color scene_hull(uint32_t area);
struct color scene_ground(uint32_t area);

// Heights of what lies flat, so that one covers the other: ground around given places may overlap
// that of another area.
#define SCENE_FLOOR_Z 0.0
#define SCENE_AISLE_Z 0.02
double scene_zone_z(uint32_t area);

// Faces of a block: corner i has the greater x where bit 0 of i is set, the greater y for bit 1,
// the greater z for bit 2; faces turn counterclockwise seen from outside.
extern const uint8_t scene_face[6][4];

// A number with at most 7 decimals and no zeros behind them.
//   in  |value| < 1e11
void scene_add_number(struct text *out, double value);
void scene_add_tuple(struct text *out, double x, double y, double z); // "(x, y, z)"

#endif
