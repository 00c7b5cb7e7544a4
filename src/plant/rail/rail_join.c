#include "plant/rail/rail_join.h"

#include <assert.h>
#include <math.h>

// A hash table of square cells, as wide as two places may be apart and still be one: whatever is
// near enough to a place is in its cell or one of the eight around it. Nodes are further apart than
// that, so a cell has four of them at most.

static const double per_cell = 1 / RAIL_SAME_PLACE_M;

struct cell {
    int64_t x, y;
};

static struct cell cell_of(double x_m, double y_m) {
    return (struct cell){(int64_t)floor(x_m * per_cell), (int64_t)floor(y_m * per_cell)};
}

static uint32_t first_slot(const struct rail_join *join, struct cell cell) {
    uint64_t h = join->seed ^ (uint64_t)cell.x * UINT64_C(0x9e3779b97f4a7c15);
    h = (h ^ h >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    h = (h ^ (uint64_t)cell.y) * UINT64_C(0x94d049bb133111eb);
    h = (h ^ h >> 31) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(h >> 32) & (join->n_slot - 1);
}

bool rail_join_init(struct rail_join *join, struct arena *arena, uint32_t n_most, uint64_t seed) {
    *join = (struct rail_join){.n_slot = 16, .seed = seed};
    while (join->n_slot / 2 < n_most) {
        join->n_slot *= 2;
    }
    join->node = arena_take(arena, (size_t)n_most + 1, sizeof *join->node);
    join->slot = arena_take(arena, join->n_slot, sizeof *join->slot);
    return join->node && join->slot;
}

// The first node of a cell that is near enough, or `best` where that came earlier.
static uint32_t look_into(const struct rail_join *join, struct cell cell, double x_m, double y_m,
                          uint32_t best) {
    for (uint32_t s = first_slot(join, cell); join->slot[s] != 0;
         s = (s + 1) & (join->n_slot - 1)) {
        const uint32_t node = join->slot[s] - 1;
        const double dx = join->node[node].x_m - x_m, dy = join->node[node].y_m - y_m;
        if (node < best && dx * dx + dy * dy <= RAIL_SAME_PLACE_M * RAIL_SAME_PLACE_M) {
            best = node;
        }
    }
    return best;
}

uint32_t rail_join_node(struct rail_join *join, double x_m, double y_m) {
    const struct cell cell = cell_of(x_m, y_m);
    uint32_t best = PLANT_NONE;
    for (int64_t dx = -1; dx <= 1; dx++) {
        for (int64_t dy = -1; dy <= 1; dy++) {
            best = look_into(join, (struct cell){cell.x + dx, cell.y + dy}, x_m, y_m, best);
        }
    }
    if (best != PLANT_NONE) {
        return best;
    }
    assert(join->n_node < join->n_slot / 2);
    uint32_t s = first_slot(join, cell);
    while (join->slot[s] != 0) {
        s = (s + 1) & (join->n_slot - 1);
    }
    join->node[join->n_node] = (struct plant_rail_node){x_m, y_m};
    join->slot[s] = ++join->n_node;
    return join->n_node - 1;
}
