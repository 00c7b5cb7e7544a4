#include "plant/rail/rail_finder.h"

#include <math.h>

// Rails are put into the order of their middles along a Z-shaped curve over the plane, so that any
// range of them lies together; a binary tree of boxes stands on halves of that order. A search goes
// down into the nearer half first and leaves out what is further away than what it has.

enum { LEAF_RAILS = 4, CURVE_BITS = 16, DIGIT_BITS = 8, STACK = 64 };

double rail_length(const struct plant_rail_node *node, const struct plant_rail *rail) {
    const double dx = node[rail->to].x_m - node[rail->from].x_m;
    const double dy = node[rail->to].y_m - node[rail->from].y_m;
    return sqrt(dx * dx + dy * dy);
}

static struct rail_box box_of(const struct rail_finder *f, uint32_t rail) {
    const struct plant_rail_node *a = &f->node[f->rail[rail].from], *b = &f->node[f->rail[rail].to];
    return (struct rail_box){fmin(a->x_m, b->x_m), fmin(a->y_m, b->y_m), fmax(a->x_m, b->x_m),
                             fmax(a->y_m, b->y_m)};
}

static struct rail_box both(const struct rail_box *a, const struct rail_box *b) {
    return (struct rail_box){fmin(a->x0_m, b->x0_m), fmin(a->y0_m, b->y0_m), fmax(a->x1_m, b->x1_m),
                             fmax(a->y1_m, b->y1_m)};
}

// A number of CURVE_BITS with a zero between each two of its bits.
static uint32_t spread(uint32_t v) {
    v = (v | v << 8) & 0x00ff00ffU;
    v = (v | v << 4) & 0x0f0f0f0fU;
    v = (v | v << 2) & 0x33333333U;
    return (v | v << 1) & 0x55555555U;
}

static uint32_t place_on_curve(const struct rail_box *all, const struct rail_box *box) {
    const double most = (1 << CURVE_BITS) - 1;
    const double wide = fmax(all->x1_m - all->x0_m, all->y1_m - all->y0_m);
    const double x = ((box->x0_m + box->x1_m) / 2 - all->x0_m) / wide * most;
    const double y = ((box->y0_m + box->y1_m) / 2 - all->y0_m) / wide * most;
    return spread((uint32_t)x) | spread((uint32_t)y) << 1;
}

// By counting, digit by digit, the lowest first: equal keys keep their order.
static void sort_by_key(uint32_t *order, uint32_t *other, const uint32_t *key, uint32_t n) {
    for (int shift = 0; shift < 32; shift += DIGIT_BITS) {
        uint32_t first[(1 << DIGIT_BITS) + 1] = {0};
        for (uint32_t i = 0; i < n; i++) {
            first[(key[i] >> shift & 0xff) + 1]++;
        }
        for (int d = 0; d < 1 << DIGIT_BITS; d++) {
            first[d + 1] += first[d];
        }
        for (uint32_t i = 0; i < n; i++) {
            other[first[key[order[i]] >> shift & 0xff]++] = order[i];
        }
        uint32_t *const swap = order;
        order = other;
        other = swap;
    }
}

struct range {
    uint32_t at, first, n; // box[at] is around order[first] up to order[first + n]
};

static struct range half(struct range r, int which) {
    const uint32_t low = r.n / 2;
    return which == 0 ? (struct range){2 * r.at + 1, r.first, low}
                      : (struct range){2 * r.at + 2, r.first + low, r.n - low};
}

// Boxes from below: a range is on the stack a second time when its halves are done.
static void set_boxes(struct rail_finder *f) {
    struct range stack[STACK];
    bool is_open[STACK];
    uint32_t n = 0;
    stack[n] = (struct range){0, 0, f->n_rail};
    is_open[n++] = false;
    while (n > 0) {
        const struct range r = stack[n - 1];
        if (r.n <= LEAF_RAILS) {
            f->box[r.at] = box_of(f, f->order[r.first]);
            for (uint32_t i = 1; i < r.n; i++) {
                const struct rail_box one = box_of(f, f->order[r.first + i]);
                f->box[r.at] = both(&f->box[r.at], &one);
            }
            n--;
        } else if (is_open[n - 1]) {
            f->box[r.at] = both(&f->box[2 * r.at + 1], &f->box[2 * r.at + 2]);
            n--;
        } else {
            is_open[n - 1] = true;
            for (int which = 0; which < 2; which++) {
                stack[n] = half(r, which);
                is_open[n++] = false;
            }
        }
    }
}

static uint32_t boxes_for(uint32_t n_rail) { // all levels of a tree whose leaves are not empty
    uint32_t n = 1;
    while (n_rail > LEAF_RAILS) {
        n_rail = (n_rail + 1) / 2;
        n = 2 * n + 1;
    }
    return n;
}

bool rail_finder_init(struct rail_finder *finder, struct arena *arena,
                      const struct plant_rail_node *node, const struct plant_rail *rail,
                      uint32_t n_rail) {
    *finder = (struct rail_finder){.node = node, .rail = rail, .n_rail = n_rail};
    finder->order = arena_take(arena, n_rail, sizeof *finder->order);
    finder->box = arena_take(arena, boxes_for(n_rail), sizeof *finder->box);
    uint32_t *other = arena_take(arena, n_rail, sizeof *other);
    uint32_t *key = arena_take(arena, n_rail, sizeof *key);
    if (!finder->order || !finder->box || !other || !key) {
        return false;
    }
    struct rail_box all = box_of(finder, 0);
    for (uint32_t i = 0; i < n_rail; i++) {
        const struct rail_box one = box_of(finder, i);
        all = both(&all, &one);
        finder->order[i] = i;
    }
    for (uint32_t i = 0; i < n_rail; i++) {
        const struct rail_box one = box_of(finder, i);
        key[i] = place_on_curve(&all, &one);
    }
    sort_by_key(finder->order, other, key, n_rail);
    set_boxes(finder);
    return true;
}

static double square_to_box(const struct rail_box *box, double x, double y) {
    const double dx = fmax(fmax(box->x0_m - x, 0), x - box->x1_m);
    const double dy = fmax(fmax(box->y0_m - y, 0), y - box->y1_m);
    return dx * dx + dy * dy;
}

// The nearest point of one rail; distance_m is its square here.
static struct rail_spot spot_on(const struct rail_finder *f, uint32_t rail, double x, double y) {
    const struct plant_rail_node *a = &f->node[f->rail[rail].from], *b = &f->node[f->rail[rail].to];
    const double dx = b->x_m - a->x_m, dy = b->y_m - a->y_m;
    const double square = dx * dx + dy * dy;
    const double share = fmin(1, fmax(0, ((x - a->x_m) * dx + (y - a->y_m) * dy) / square));
    const double off_x = a->x_m + dx * share - x, off_y = a->y_m + dy * share - y;
    return (struct rail_spot){rail, sqrt(square) * share, off_x * off_x + off_y * off_y};
}

struct rail_spot rail_finder_nearest(const struct rail_finder *finder, double x_m, double y_m) {
    struct rail_spot best = spot_on(finder, finder->order[0], x_m, y_m);
    struct range stack[STACK];
    uint32_t n = 0, n_look = 0;
    stack[n++] = (struct range){0, 0, finder->n_rail};
    while (n > 0 && n_look++ < RAIL_MAX_LOOKS) {
        const struct range r = stack[--n];
        if (square_to_box(&finder->box[r.at], x_m, y_m) > best.distance_m) {
            continue;
        }
        if (r.n > LEAF_RAILS) {
            const struct range low = half(r, 0), high = half(r, 1);
            const bool is_low_nearer = square_to_box(&finder->box[low.at], x_m, y_m) <=
                                       square_to_box(&finder->box[high.at], x_m, y_m);
            stack[n++] = is_low_nearer ? high : low;
            stack[n++] = is_low_nearer ? low : high;
            continue;
        }
        for (uint32_t i = r.first; i < r.first + r.n; i++) {
            const struct rail_spot spot = spot_on(finder, finder->order[i], x_m, y_m);
            if (spot.distance_m < best.distance_m ||
                (spot.distance_m <= best.distance_m && spot.rail < best.rail)) {
                best = spot;
            }
        }
    }
    best.distance_m = sqrt(best.distance_m);
    return best;
}
