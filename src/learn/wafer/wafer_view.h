// A wafer map as the files of wafer_features see it: each place with its distance from the center and its direction.
#ifndef LEARN_WAFER_VIEW_H
#define LEARN_WAFER_VIEW_H

#include "learn/wafer/wafer_features.h"

struct wafer_view {
    const struct wafer_map *map;
    uint32_t n_place, n_die, n_bad;
    float *radius;   // (n_place) 0: center, 1: edge
    float *turn;     // (n_place) direction, 0 to 1 for a whole turn
    uint32_t *stack; // (n_place) places still to be looked at
    uint32_t *sum; // ((height + 1) x (width + 1) x 2) bad dies and dies above and left of a corner
    uint8_t *mark; // (n_place)
};

static inline bool wafer_is_bad(const struct wafer_view *view, int64_t y, int64_t x) {
    return y >= 0 && x >= 0 && y < view->map->height && x < view->map->width &&
           view->map->die[y * view->map->width + x] == WAFER_BAD;
}

// Features of connected regions of bad dies that have at least n_neighbor bad ones among their eight neighbors, linked across up to
// `link` places. The largest ones, or the longest and thinnest.
//   out     feature (3 + WAFER_N_REGION * WAFER_N_FIELD): how many regions, share of the bad dies in any and in the first; then the
//           fields of each
void wafer_regions(struct wafer_view *view, uint32_t n_neighbor, int64_t link, bool is_thin,
                   float *feature);

#endif
