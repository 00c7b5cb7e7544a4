// Which rail is nearest to a point.
#ifndef PLANT_RAIL_FINDER_H
#define PLANT_RAIL_FINDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "plant/plant.h"

// A search looks at so many boxes and rails at most. Real networks need a hundred; where thousands
// of rails cross in one place, what was found by then is taken.
enum { RAIL_MAX_LOOKS = 20000 };

struct rail_box {
    double x0_m, y0_m, x1_m, y1_m;
};

struct rail_finder {
    const struct plant_rail_node *node;
    const struct plant_rail *rail;
    uint32_t n_rail;
    uint32_t *order;      // (n_rail): rails that are near each other stand near each other
    struct rail_box *box; // a tree over them: of range 0 to n_rail at 0, its halves at 1 and 2, ...
};

struct rail_spot {
    uint32_t rail;
    double along_m; // from its beginning, 0 to its length
    double distance_m;
};

// A tree over the rails, in the arena; false when it has no room. The arrays must outlive it.
//   in    n_rail > 0
//   cost  O(rails)
bool rail_finder_init(struct rail_finder *finder, struct arena *arena,
                      const struct plant_rail_node *node, const struct plant_rail *rail,
                      uint32_t n_rail);

// The nearest point of the nearest rail; of those equally near, that of the first rail.
//   cost  O(log rails) where rails do not lie upon each other
struct rail_spot rail_finder_nearest(const struct rail_finder *finder, double x_m, double y_m);

double rail_length(const struct plant_rail_node *node, const struct plant_rail *rail);

#endif
