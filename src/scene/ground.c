#include "scene/ground.h"

struct edge {
    double x0_m;
    uint32_t zone;
};

// Sorted by x, stable: runs of 1, 2, 4 ... are merged, back and forth between two lists. Returns the one that is sorted.
static struct edge *sort_edges(struct edge *list, struct edge *other, size_t n) {
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t from = 0; from < n; from += 2 * run) {
            const size_t middle = from + run < n ? from + run : n;
            const size_t end = middle + run < n ? middle + run : n;
            size_t a = from, b = middle;
            for (size_t to = from; to < end; to++) {
                const bool is_a = a < middle && (b == end || list[a].x0_m <= list[b].x0_m);
                other[to] = list[is_a ? a++ : b++];
            }
        }
        struct edge *swap = list;
        list = other;
        other = swap;
    }
    return list;
}

// What two spans have in common, if each has an end of its own outside; else nothing. *first: a lies before b.
static double common(double a0, double a1, double b0, double b1, double *middle, bool *first) {
    const double low = a0 > b0 ? a0 : b0, high = a1 < b1 ? a1 : b1;
    *middle = (low + high) / 2;
    *first = a0 < b0;
    return (a0 < b0) == (a1 < b1) && a0 != b0 && a1 != b1 && high > low ? high - low : 0;
}

static void part(maru_rect *a, maru_rect *b) {
    double x_m, y_m;
    bool a_is_west, a_is_south;
    if (a->x0_m >= b->x1_m || b->x0_m >= a->x1_m || a->y0_m >= b->y1_m || b->y0_m >= a->y1_m) {
        return;
    }
    const double across = common(a->x0_m, a->x1_m, b->x0_m, b->x1_m, &x_m, &a_is_west);
    const double behind = common(a->y0_m, a->y1_m, b->y0_m, b->y1_m, &y_m, &a_is_south);
    if (across > 0 && (behind <= 0 || across <= behind)) {
        *(a_is_west ? &a->x1_m : &a->x0_m) = x_m;
        *(a_is_west ? &b->x0_m : &b->x1_m) = x_m;
    } else if (behind > 0) {
        *(a_is_south ? &a->y1_m : &a->y0_m) = y_m;
        *(a_is_south ? &b->y0_m : &b->y1_m) = y_m;
    }
}

bool ground_share(maru_zone *zone, uint32_t n_zone, struct arena *arena) {
    struct edge *edge = arena_take(arena, (size_t)n_zone + 1, sizeof *edge);
    struct edge *other = arena_take(arena, (size_t)n_zone + 1, sizeof *other);
    if (!edge || !other) {
        return false;
    }
    for (uint32_t i = 0; i < n_zone; i++) {
        edge[i] = (struct edge){zone[i].rect.x0_m, i};
    }
    edge = sort_edges(edge, other, n_zone);
    for (uint32_t i = 0; i < n_zone; i++) {
        maru_rect *rect = &zone[edge[i].zone].rect;
        for (uint32_t j = i + 1; j < n_zone && j - i <= GROUND_MAX_NEIGHBOURS; j++) {
            if (edge[j].x0_m >= rect->x1_m) {
                break;
            }
            part(rect, &zone[edge[j].zone].rect);
        }
    }
    return true;
}
