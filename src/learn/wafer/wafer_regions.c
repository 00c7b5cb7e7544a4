#include "learn/wafer/wafer_view.h"

#include <math.h>
#include <string.h>

// Regions. Single bad dies are noise: those with few bad neighbors are left out first. What remains is flooded from each place in turn,
// and every region gives its moments: from these come center, length and width (four standard deviations along its axes), how round, full
// and bent it is, and how it lies to the radius.

enum { N_SECTOR = 32, NOT_KEPT = 0, KEPT = 1, SEEN = 2 };

struct region {
    double n, n_edge, n_side; // places, those at the edge, sides that look outside
    double y, x, yy, xx, xy;  // sums
    double r, r_least, r_most;
    uint32_t sectors;                  // bits
    double length, width, bend, along; // along: |cos| between its axis and the radius
};

static void keep(struct wafer_view *view, uint32_t n_neighbor) {
    const struct wafer_map *map = view->map;
    for (uint32_t y = 0; y < map->height; y++) {
        for (uint32_t x = 0; x < map->width; x++) {
            uint32_t n = 0;
            for (int64_t k = 0; k < 9; k++) {
                n += k != 4 && wafer_is_bad(view, (int64_t)y + k / 3 - 1, (int64_t)x + k % 3 - 1);
            }
            const bool is_kept = wafer_is_bad(view, y, x) && n >= n_neighbor;
            view->mark[(size_t)y * map->width + x] = is_kept ? KEPT : NOT_KEPT;
        }
    }
}

static uint8_t mark_at(const struct wafer_view *view, int64_t y, int64_t x) {
    const bool is_inside = y >= 0 && x >= 0 && y < view->map->height && x < view->map->width;
    return is_inside ? view->mark[y * view->map->width + x] : NOT_KEPT;
}

static void count(const struct wafer_view *view, uint32_t place, struct region *region) {
    const int64_t y = place / view->map->width, x = place % view->map->width;
    const double r = (double)view->radius[place];
    region->n += 1;
    region->n_edge += r > 0.85;
    region->n_side += (mark_at(view, y - 1, x) == NOT_KEPT) +
                      (mark_at(view, y + 1, x) == NOT_KEPT) +
                      (mark_at(view, y, x - 1) == NOT_KEPT) + (mark_at(view, y, x + 1) == NOT_KEPT);
    region->y += (double)y;
    region->x += (double)x;
    region->yy += (double)(y * y);
    region->xx += (double)(x * x);
    region->xy += (double)(x * y);
    region->r += r;
    region->r_least = fmin(region->r_least, r);
    region->r_most = fmax(region->r_most, r);
    region->sectors |= UINT32_C(1) << (uint32_t)(view->turn[place] * N_SECTOR) % N_SECTOR;
}

// How much the region bends away from its axis, relative to its length: s = bend t^2 by least squares, t along the axis, s across.
static double bend_of(const struct wafer_view *view, uint32_t n, const struct region *region,
                      double ty, double tx) {
    double t2 = 0, t4 = 0, st2 = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t row = view->stack[i] / view->map->width;
        const uint32_t column = view->stack[i] % view->map->width;
        const double y = row - region->y / region->n, x = column - region->x / region->n;
        const double t = y * ty + x * tx, s = y * tx - x * ty;
        t2 += t * t;
        t4 += t * t * t * t;
        st2 += s * t * t;
    }
    const double spread = t4 - t2 * t2 / region->n;
    return spread > 1e-9 ? fabs(st2 / spread) * region->length : 0;
}

static void shape_of(const struct wafer_view *view, uint32_t n, struct region *region) {
    const double y = region->y / region->n, x = region->x / region->n;
    const double yy = region->yy / region->n - y * y + 1.0 / 12;
    const double xx = region->xx / region->n - x * x + 1.0 / 12;
    const double xy = region->xy / region->n - x * y;
    const double half = (yy + xx) / 2;
    const double gap = sqrt(fmax((yy - xx) * (yy - xx) / 4 + xy * xy, 0));
    region->length = 4 * sqrt(half + gap);
    region->width = 4 * sqrt(fmax(half - gap, 0));
    // The axis solves (S - (half + gap) I) t = 0; of its two forms the one farther from 0 is taken.
    double ty = yy >= xx ? half + gap - xx : xy, tx = yy >= xx ? xy : half + gap - yy;
    const double size = sqrt(ty * ty + tx * tx);
    ty = size > 1e-9 ? ty / size : 1;
    tx = size > 1e-9 ? tx / size : 0;
    const double out_y = y + 0.5 - view->map->height / 2.0,
                 out_x = x + 0.5 - view->map->width / 2.0;
    const double out = sqrt(out_y * out_y + out_x * out_x);
    region->along = out > 1e-9 && size > 1e-9 ? fabs(ty * out_y + tx * out_x) / out : 0;
    region->bend = bend_of(view, n, region, ty, tx);
}

static struct region flood(struct wafer_view *view, uint32_t from, int64_t link) {
    struct region region = {.r_least = 2};
    uint32_t n = 1;
    view->stack[0] = from;
    view->mark[from] = SEEN;
    for (uint32_t i = 0; i < n; i++) {
        const int64_t y = view->stack[i] / view->map->width, x = view->stack[i] % view->map->width;
        for (int64_t dy = -link; dy <= link; dy++) {
            for (int64_t dx = -link; dx <= link; dx++) {
                if (mark_at(view, y + dy, x + dx) == KEPT) {
                    const uint32_t place = (uint32_t)((y + dy) * view->map->width + x + dx);
                    view->mark[place] = SEEN;
                    view->stack[n++] = place;
                }
            }
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        count(view, view->stack[i], &region);
    }
    shape_of(view, n, &region);
    return region;
}

static double rank_of(const struct region *region, bool is_thin) {
    return is_thin ? region->length - 2 * region->width : region->n;
}

// The best first; an equal one stays behind those that came before.
static void insert(struct region *best, const struct region *region, bool is_thin) {
    struct region in = *region;
    for (uint32_t i = 0; i < WAFER_N_REGION; i++) {
        if (best[i].n == 0 || rank_of(&in, is_thin) > rank_of(&best[i], is_thin)) {
            const struct region out = best[i];
            best[i] = in;
            in = out;
        }
        if (in.n == 0) {
            return;
        }
    }
}

static void write_fields(const struct wafer_view *view, const struct region *region,
                         float *feature) {
    if (region->n == 0) {
        return;
    }
    const struct wafer_map *map = view->map;
    const double size = (map->height + map->width) / 4.0;
    const double y = (region->y / region->n + 0.5) * 2 / map->height - 1;
    const double x = (region->x / region->n + 0.5) * 2 / map->width - 1;
    const double field[WAFER_N_FIELD] = {
        region->n / view->n_die,
        region->n / view->n_bad,
        sqrt(y * y + x * x),
        region->r / region->n,
        region->r_least,
        region->r_most,
        region->length / size,
        region->width / size,
        region->width / region->length,
        region->n / (region->length * region->width * 0.78539816339744831 + 1),
        region->n_side / region->n,
        (double)__builtin_popcount(region->sectors) / N_SECTOR,
        region->along,
        region->n_edge / region->n,
        region->bend,
    };
    for (uint32_t i = 0; i < WAFER_N_FIELD; i++) {
        feature[i] = (float)field[i];
    }
}

void wafer_regions(struct wafer_view *view, uint32_t n_neighbor, int64_t link, bool is_thin,
                   float *feature) {
    enum { FEWEST = 3 };
    struct region best[WAFER_N_REGION] = {{0}};
    double n_region = 0, n_in_any = 0;
    keep(view, n_neighbor);
    for (uint32_t place = 0; place < view->n_place; place++) {
        if (view->mark[place] == KEPT) {
            const struct region region = flood(view, place, link);
            n_in_any += region.n;
            n_region += region.n >= FEWEST;
            if (region.n >= FEWEST) {
                insert(best, &region, is_thin);
            }
        }
    }
    const double n_bad = fmax(view->n_bad, 1);
    *feature++ = (float)n_region;
    *feature++ = (float)(n_in_any / n_bad);
    *feature++ = (float)(best[0].n / n_bad);
    for (uint32_t i = 0; i < WAFER_N_REGION; i++, feature += WAFER_N_FIELD) {
        write_fields(view, &best[i], feature);
    }
}
