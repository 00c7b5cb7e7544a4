#include "maru/scene.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/status.h"
#include "plant/rail/rail_finder.h"
#include "scene/body.h"
#include "scene/ground.h"
#include "scene/hall.h"
#include "scene/turn.h"

// Places of layout.csv are taken as they are. Whatever is left, and a stocker for each delay, is
// put into slots, area by area, and hall.c plans a hall for them; it is set down east of the given
// places. So a table that grows row by row never moves a tool that it does not name onto another.

#define LAYOUT_MAX_BYTES ((size_t)1 << 30)

static const double given_rim_m = 0.5;  // ground around a tool of layout.csv
static const double given_port_m = 0.8; // its port is that far in front of it
static const double halls_apart_m = 4;
static const double rail_wide_m = 1; // a carrier on it

struct owned {
    maru_layout layout;
    struct arena arena;
};

struct arrays { // what maru_layout shows as const
    uint8_t *body;
    bool *is_given;
    const char **asset;
    double *x, *y, *heading, *width, *depth, *height, *port_x, *port_y;
    uint32_t *aisle_of, *port_rail, *rail_from, *rail_to;
    double *node_x, *node_y, *rail_length, *port_along;
};

struct making {
    const maru_plant *plant;
    struct arena arena;
    bool is_short;
    maru_layout layout;
    struct arrays a;
    uint8_t *body_of_group; // (n_group)
    uint32_t *group;        // (n_group): area by area
    maru_zone *zone;
    maru_rect *aisle;
    maru_stocker *stocker;
    maru_rect given; // around all given bodies and rails; empty without any
};

static void *take(struct making *m, size_t n, size_t size) {
    void *block = arena_take(&m->arena, n > 0 ? n : 1, size);
    m->is_short = m->is_short || !block;
    return block;
}

static void take_arrays(struct making *m) {
    const size_t n = m->plant->n_tool;
    struct arrays *a = &m->a;
    a->body = take(m, n, sizeof *a->body);
    a->is_given = take(m, n, sizeof *a->is_given);
    a->asset = take(m, n, sizeof *a->asset);
    a->aisle_of = take(m, n, sizeof *a->aisle_of);
    a->port_rail = take(m, n, sizeof *a->port_rail);
    a->node_x = take(m, m->plant->n_rail_node, sizeof *a->node_x);
    a->node_y = take(m, m->plant->n_rail_node, sizeof *a->node_y);
    a->rail_from = take(m, m->plant->n_rail, sizeof *a->rail_from);
    a->rail_to = take(m, m->plant->n_rail, sizeof *a->rail_to);
    a->rail_length = take(m, m->plant->n_rail, sizeof *a->rail_length);
    double **const number[] = {&a->x,      &a->y,      &a->heading, &a->width,     &a->depth,
                               &a->height, &a->port_x, &a->port_y,  &a->port_along};
    for (size_t i = 0; i < sizeof number / sizeof *number; i++) {
        *number[i] = take(m, n, sizeof(double));
    }
    m->body_of_group = take(m, m->plant->n_group, sizeof *m->body_of_group);
    m->group = take(m, m->plant->n_group, sizeof *m->group);
}

// Groups area by area, in the order of the plant within each.
static void sort_groups(struct making *m) {
    const maru_plant *p = m->plant;
    uint32_t *next = take(m, p->n_area + 1, sizeof *next);
    if (m->is_short) {
        return;
    }
    for (uint32_t g = 0; g < p->n_group; g++) {
        next[p->group[g].area + 1]++;
    }
    for (uint32_t i = 0; i < p->n_area; i++) {
        next[i + 1] += next[i];
    }
    for (uint32_t g = 0; g < p->n_group; g++) {
        m->group[next[p->group[g].area]++] = g;
    }
}

// Sizes and bodies of all tools, and the places that are given.
static void describe_tools(struct making *m) {
    const maru_plant *p = m->plant;
    struct arrays *a = &m->a;
    body_of_groups(p, m->body_of_group);
    for (uint32_t t = 0; t < p->n_tool; t++) {
        const maru_body body = m->body_of_group[p->tool_group[t]];
        const struct body_size *size = &body_shape(body)->size;
        a->body[t] = (uint8_t)body;
        a->width[t] = size->width_m;
        a->depth[t] = size->depth_m;
        a->height[t] = size->height_m;
        a->aisle_of[t] = MARU_NO_AISLE;
    }
    for (uint32_t i = 0; i < p->n_place; i++) {
        const struct plant_place *place = &p->place[i];
        const uint32_t t = place->tool;
        a->is_given[t] = true;
        a->asset[t] = place->asset;
        a->x[t] = place->x_m;
        a->y[t] = place->y_m;
        a->heading[t] = place->heading_deg;
        a->width[t] = place->width_m > 0 ? place->width_m : a->width[t];
        a->depth[t] = place->depth_m > 0 ? place->depth_m : a->depth[t];
        a->height[t] = place->height_m > 0 ? place->height_m : a->height[t];
    }
}

static void widen(maru_rect *all, const maru_rect *rect) {
    if (!(all->x1_m > all->x0_m)) {
        *all = *rect;
        return;
    }
    all->x0_m = fmin(all->x0_m, rect->x0_m);
    all->y0_m = fmin(all->y0_m, rect->y0_m);
    all->x1_m = fmax(all->x1_m, rect->x1_m);
    all->y1_m = fmax(all->y1_m, rect->y1_m);
}

static maru_rect grown(maru_rect rect, double by) {
    return (maru_rect){rect.x0_m - by, rect.y0_m - by, rect.x1_m + by, rect.y1_m + by};
}

// Ports and ground of given tools, area by area.
static void add_given(struct making *m) {
    const maru_plant *p = m->plant;
    struct arrays *a = &m->a;
    for (uint32_t i = 0; i < p->n_group; i++) {
        const struct plant_group *group = &p->group[m->group[i]];
        for (uint32_t t = group->first_tool; t < group->first_tool + group->n_tool; t++) {
            if (!a->is_given[t]) {
                continue;
            }
            const struct turn turn = turn_of(a->heading[t]);
            const double half_x = (fabs(turn.cos) * a->width[t] + fabs(turn.sin) * a->depth[t]) / 2;
            const double half_y = (fabs(turn.sin) * a->width[t] + fabs(turn.cos) * a->depth[t]) / 2;
            const maru_rect body = {a->x[t] - half_x, a->y[t] - half_y, a->x[t] + half_x,
                                    a->y[t] + half_y};
            const double front = a->depth[t] / 2 + given_port_m;
            a->port_x[t] = a->x[t] + turn.sin * front;
            a->port_y[t] = a->y[t] - turn.cos * front;
            widen(&m->given, &body);
            m->zone[m->layout.n_zone++] = (maru_zone){group->area, grown(body, given_rim_m)};
        }
    }
}

static bool wants_slot(const struct making *m, uint32_t group, uint32_t tool) {
    const struct plant_group *g = &m->plant->group[group];
    return g->is_delay ? tool == g->first_tool : !m->a.is_given[tool];
}

// Rails are ground that is taken, and each port finds its own.
static void add_rails(struct making *m) {
    const maru_plant *p = m->plant;
    struct arrays *a = &m->a;
    for (uint32_t i = 0; i < p->n_rail_node; i++) {
        a->node_x[i] = p->rail_node[i].x_m;
        a->node_y[i] = p->rail_node[i].y_m;
        const double half = rail_wide_m / 2;
        const maru_rect around =
            grown((maru_rect){a->node_x[i], a->node_y[i], a->node_x[i], a->node_y[i]}, half);
        widen(&m->given, &around);
    }
    for (uint32_t i = 0; i < p->n_rail; i++) {
        a->rail_from[i] = p->rail[i].from;
        a->rail_to[i] = p->rail[i].to;
        a->rail_length[i] = rail_length(p->rail_node, &p->rail[i]);
    }
}

static void put_ports_on_rails(struct making *m) {
    const maru_plant *p = m->plant;
    struct rail_finder finder;
    const bool has_rails = p->n_rail > 0;
    if (has_rails && !rail_finder_init(&finder, &m->arena, p->rail_node, p->rail, p->n_rail)) {
        m->is_short = true;
        return;
    }
    for (uint32_t t = 0; t < p->n_tool; t++) {
        m->a.port_rail[t] = MARU_NO_RAIL;
        if (has_rails) {
            const struct rail_spot spot =
                rail_finder_nearest(&finder, m->a.port_x[t], m->a.port_y[t]);
            m->a.port_rail[t] = spot.rail;
            m->a.port_along[t] = spot.along_m;
        }
    }
}

// One slot for each tool without a place, and one for each delay that has any room.
static void fill_slots(struct making *m, struct hall *hall) {
    const maru_plant *p = m->plant;
    const struct body_size *stocker = &body_shape(MARU_BODY_STOCKER)->size;
    for (uint32_t i = 0; i < p->n_group; i++) {
        const struct plant_group *group = &p->group[m->group[i]];
        for (uint32_t t = group->first_tool; t < group->first_tool + group->n_tool; t++) {
            if (wants_slot(m, m->group[i], t)) {
                hall->slot[hall->n_slot++] = (struct hall_slot){
                    .area = group->area,
                    .width_m = group->is_delay ? stocker->width_m : m->a.width[t],
                    .depth_m = group->is_delay ? stocker->depth_m : m->a.depth[t],
                };
            }
        }
    }
}

static void set_stocker(struct making *m, uint32_t group, const struct hall_slot *slot) {
    const struct body_size *size = &body_shape(MARU_BODY_STOCKER)->size;
    m->stocker[m->layout.n_stocker++] = (maru_stocker){.group = group,
                                                       .x_m = slot->x_m,
                                                       .y_m = slot->y_m,
                                                       .heading_deg = slot->heading_deg,
                                                       .width_m = size->width_m,
                                                       .depth_m = size->depth_m,
                                                       .height_m = size->height_m};
}

// The port is in the middle of the aisle; all tools of a delay share that of its stocker.
static void set_tool(struct making *m, uint32_t t, const struct hall_slot *slot,
                     const maru_rect *aisle) {
    struct arrays *a = &m->a;
    if (a->body[t] != MARU_BODY_NONE) {
        a->x[t] = slot->x_m;
        a->y[t] = slot->y_m;
        a->heading[t] = slot->heading_deg;
    }
    a->port_x[t] = (aisle->x0_m + aisle->x1_m) / 2;
    a->port_y[t] = slot->y_m;
    a->aisle_of[t] = slot->aisle;
}

// Slots go back to their tools in the order in which they were filled.
static void read_slots(struct making *m, const struct hall *hall) {
    const maru_plant *p = m->plant;
    uint32_t s = 0;
    for (uint32_t i = 0; i < p->n_group; i++) {
        const struct plant_group *group = &p->group[m->group[i]];
        for (uint32_t t = group->first_tool; t < group->first_tool + group->n_tool; t++) {
            const bool is_new = wants_slot(m, m->group[i], t);
            if (is_new && group->is_delay) {
                set_stocker(m, m->group[i], &hall->slot[s]);
            }
            s += is_new;
            if (is_new || group->is_delay) {
                set_tool(m, t, &hall->slot[s - 1], &hall->aisle[hall->slot[s - 1].aisle]);
            }
        }
    }
}

static void move_hall(struct hall *hall, double x, double y) {
    for (uint32_t i = 0; i < hall->n_slot; i++) {
        hall->slot[i].x_m += x;
        hall->slot[i].y_m += y;
    }
    for (uint32_t i = 0; i < hall->n_area + hall->n_aisle; i++) {
        maru_rect *r = i < hall->n_area ? &hall->zone[i] : &hall->aisle[i - hall->n_area];
        *r = (maru_rect){r->x0_m + x, r->y0_m + y, r->x1_m + x, r->y1_m + y};
    }
    maru_rect *b = &hall->bounds;
    *b = (maru_rect){b->x0_m + x, b->y0_m + y, b->x1_m + x, b->y1_m + y};
}

static void add_planned(struct making *m, struct hall *hall) {
    if (!hall_plan(hall, &m->arena)) {
        m->is_short = true;
        return;
    }
    if (m->given.x1_m > m->given.x0_m) {
        move_hall(hall, m->given.x1_m + halls_apart_m, m->given.y0_m);
    }
    read_slots(m, hall);
    for (uint32_t i = 0; i < hall->n_area; i++) {
        if (hall->zone[i].x1_m > hall->zone[i].x0_m) {
            m->zone[m->layout.n_zone++] = (maru_zone){i, hall->zone[i]};
        }
    }
    widen(&m->layout.hall, &hall->bounds);
    m->aisle = hall->aisle;
    m->layout.n_aisle = hall->n_aisle;
}

static void make(struct making *m) {
    const maru_plant *p = m->plant;
    take_arrays(m);
    m->zone = take(m, (size_t)p->n_place + p->n_area, sizeof *m->zone);
    m->stocker = take(m, p->n_group, sizeof *m->stocker);
    sort_groups(m);
    struct hall hall = {.n_area = p->n_area};
    hall.slot = take(m, p->n_tool, sizeof *hall.slot);
    if (m->is_short) {
        return;
    }
    describe_tools(m);
    add_given(m);
    if (!ground_share(m->zone, m->layout.n_zone, &m->arena)) {
        m->is_short = true;
        return;
    }
    add_rails(m);
    if (m->given.x1_m > m->given.x0_m) {
        m->layout.hall = grown(m->given, halls_apart_m / 2);
    }
    fill_slots(m, &hall);
    if (hall.n_slot > 0) {
        add_planned(m, &hall);
    }
    if (!m->is_short) {
        put_ports_on_rails(m);
    }
}

static void show(struct making *m) {
    const struct arrays *a = &m->a;
    maru_layout *l = &m->layout;
    l->plant = m->plant;
    l->n_tool = m->plant->n_tool;
    l->body = a->body;
    l->is_given = a->is_given;
    l->asset = a->asset;
    l->x_m = a->x;
    l->y_m = a->y;
    l->heading_deg = a->heading;
    l->width_m = a->width;
    l->depth_m = a->depth;
    l->height_m = a->height;
    l->port_x_m = a->port_x;
    l->port_y_m = a->port_y;
    l->aisle_of = a->aisle_of;
    l->zone = m->zone;
    l->aisle = m->aisle;
    l->stocker = m->stocker;
    l->n_rail_node = m->plant->n_rail_node;
    l->n_rail = m->plant->n_rail;
    l->node_x_m = a->node_x;
    l->node_y_m = a->node_y;
    l->rail_from = a->rail_from;
    l->rail_to = a->rail_to;
    l->rail_length_m = a->rail_length;
    l->port_rail = a->port_rail;
    l->port_along_m = a->port_along;
}

maru_status maru_layout_new(const maru_plant *plant, maru_layout **out, maru_error *err) {
    struct making m = {.plant = plant};
    arena_init(&m.arena, LAYOUT_MAX_BYTES);
    make(&m);
    struct owned *owned = m.is_short ? NULL : take(&m, 1, sizeof *owned);
    if (!owned) {
        const maru_status st = arena_refusal(&m.arena, err);
        arena_fini(&m.arena);
        return st;
    }
    show(&m);
    *owned = (struct owned){.layout = m.layout, .arena = m.arena};
    *out = &owned->layout;
    return MARU_OK;
}

void maru_layout_free(maru_layout *layout) {
    if (layout) {
        struct arena arena = ((struct owned *)(void *)layout)->arena;
        arena_fini(&arena);
    }
}
