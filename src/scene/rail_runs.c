#include "scene/rail_runs.h"

#include <math.h>

// Each link looks among those that begin where it ends for one that goes on straight. A run begins
// at a link that nobody goes on to, and ends where the line leaves the direction of that link, so
// that an arc of small steps is no straight line; the next run begins there.

static const double straight_rad = 0.002;

enum { MAX_LINKS_LOOKED_AT = 16 }; // at a node: a knot of hundreds has no straight line to find

const uint8_t rail_run_face[3][4] = {{0, 1, 4, 3}, {1, 2, 5, 4}, {2, 0, 3, 5}};

static bool is_same_direction(const maru_layout *l, uint32_t a, uint32_t b) {
    const double ax = l->node_x_m[l->rail_to[a]] - l->node_x_m[l->rail_from[a]];
    const double ay = l->node_y_m[l->rail_to[a]] - l->node_y_m[l->rail_from[a]];
    const double bx = l->node_x_m[l->rail_to[b]] - l->node_x_m[l->rail_from[b]];
    const double by = l->node_y_m[l->rail_to[b]] - l->node_y_m[l->rail_from[b]];
    return ax * bx + ay * by > 0 &&
           fabs(ax * by - ay * bx) <= straight_rad * l->rail_length_m[a] * l->rail_length_m[b];
}

// Links by the node they begin at.
static bool sort_links(const maru_layout *l, struct arena *arena, uint32_t **first,
                       uint32_t **out) {
    *first = arena_take(arena, (size_t)l->n_rail_node + 2, sizeof **first);
    *out = arena_take(arena, (size_t)l->n_rail + 1, sizeof **out);
    if (!*first || !*out) {
        return false;
    }
    for (uint32_t i = 0; i < l->n_rail; i++) {
        (*first)[l->rail_from[i] + 2]++;
    }
    for (uint32_t v = 0; v < l->n_rail_node; v++) {
        (*first)[v + 2] += (*first)[v + 1];
    }
    for (uint32_t i = 0; i < l->n_rail; i++) { // what begins at a node ends where the next begins
        (*out)[(*first)[l->rail_from[i] + 1]++] = i;
    }
    return true;
}

struct running {
    const maru_layout *layout;
    uint32_t *next; // link + 1, 0: none (n_rail)
    bool *is_inner; // somebody goes on to it (n_rail)
    bool *is_done;  // it is in a run (n_rail)
    struct rail_run *run;
    uint32_t n_run;
};

static void find_next(struct running *r, const uint32_t *first, const uint32_t *out) {
    const maru_layout *l = r->layout;
    for (uint32_t i = 0; i < l->n_rail; i++) {
        const uint32_t from = first[l->rail_to[i]], to = first[l->rail_to[i] + 1];
        for (uint32_t k = from; k < to && k < from + MAX_LINKS_LOOKED_AT && r->next[i] == 0; k++) {
            if (!r->is_inner[out[k]] && is_same_direction(l, i, out[k])) {
                r->next[i] = out[k] + 1;
                r->is_inner[out[k]] = true;
            }
        }
    }
}

// The runs from this link on, one behind the other.
static void follow(struct running *r, uint32_t link) {
    const maru_layout *l = r->layout;
    while (!r->is_done[link]) {
        uint32_t last = link, next = r->next[link];
        r->is_done[link] = true;
        while (next > 0 && !r->is_done[next - 1] && is_same_direction(l, link, next - 1)) {
            last = next - 1;
            r->is_done[last] = true;
            next = r->next[last];
        }
        r->run[r->n_run++] = (struct rail_run){l->rail_from[link], l->rail_to[last]};
        link = next > 0 ? next - 1 : link;
    }
}

const struct rail_run *rail_runs_find(const maru_layout *layout, struct arena *arena, uint32_t *n) {
    const size_t n_rail = layout->n_rail;
    uint32_t *first = NULL, *out = NULL;
    struct running r = {.layout = layout};
    r.next = arena_take(arena, n_rail + 1, sizeof *r.next);
    r.is_inner = arena_take(arena, n_rail + 1, sizeof *r.is_inner);
    r.is_done = arena_take(arena, n_rail + 1, sizeof *r.is_done);
    r.run = arena_take(arena, n_rail + 1, sizeof *r.run);
    if (!r.next || !r.is_inner || !r.is_done || !r.run ||
        !sort_links(layout, arena, &first, &out)) {
        return NULL;
    }
    find_next(&r, first, out);
    for (uint32_t i = 0; i < layout->n_rail; i++) {
        if (!r.is_inner[i]) {
            follow(&r, i);
        }
    }
    for (uint32_t i = 0; i < layout->n_rail; i++) { // rings without a corner
        follow(&r, i);
    }
    *n = r.n_run;
    return r.run;
}

void rail_run_corners(const maru_layout *l, const struct rail_run *run, double corner[6][3]) {
    const double x0 = l->node_x_m[run->from], y0 = l->node_y_m[run->from];
    const double x1 = l->node_x_m[run->to], y1 = l->node_y_m[run->to];
    const double length = sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0));
    const double side_x = -(y1 - y0) / length * RAIL_WIDE_M / 2;
    const double side_y = (x1 - x0) / length * RAIL_WIDE_M / 2;
    const double all[6][3] = {
        {x0 + side_x, y0 + side_y, RAIL_TOP_M},
        {x0 - side_x, y0 - side_y, RAIL_TOP_M},
        {x0, y0, RAIL_UNDER_M},
        {x1 + side_x, y1 + side_y, RAIL_TOP_M},
        {x1 - side_x, y1 - side_y, RAIL_TOP_M},
        {x1, y1, RAIL_UNDER_M},
    };
    for (int i = 0; i < 6; i++) {
        for (int k = 0; k < 3; k++) {
            corner[i][k] = all[i][k];
        }
    }
}
