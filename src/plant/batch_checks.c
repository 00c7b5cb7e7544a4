#include <stdio.h>
#include <string.h>

#include "plant/soundness.h"

// Can every lot that comes to a batch step become part of a batch? Lots cannot be split, so some of
// them together must have between batch_min and batch_max wafers. Lots of one size: a multiple lies
// in the range. Otherwise: which sums the sizes of the route can make (a coin problem, each size as
// often as wanted), with this lot among them.

enum {
    BATCH_MAX_SIZES = 16,       // distinct lot sizes of a route that are looked at
    BATCH_MAX_WORK = 200000000, // sums tried for one plant; beyond it a batch is taken as possible
};

struct lot_size {
    uint32_t wafers;
    uint32_t first; // number of the first step that lots of this size come to
};

struct lot_sizes {
    uint32_t n;
    struct lot_size size[BATCH_MAX_SIZES];
};

static void add_size(struct lot_sizes *sizes, uint32_t wafers, uint32_t first) {
    for (uint32_t i = 0; i < sizes->n; i++) {
        if (sizes->size[i].wafers == wafers) {
            sizes->size[i].first = first < sizes->size[i].first ? first : sizes->size[i].first;
            return;
        }
    }
    if (sizes->n < BATCH_MAX_SIZES) {
        sizes->size[sizes->n++] = (struct lot_size){wafers, first};
    }
}

static uint32_t route_of(const struct draft *draft, uint32_t product) {
    if (product == PLANT_NONE) {
        return PLANT_NONE;
    }
    const struct draft_product *p = draft_row(draft, TABLE_PRODUCT, product);
    return p->route;
}

// Sizes of the lots of each route (route.n), in the arena.
static struct lot_sizes *collect_sizes(struct draft *draft) {
    struct lot_sizes *sizes = arena_take(&draft->arena, draft->route.n + 1, sizeof *sizes);
    if (!sizes) {
        draft->is_short = true;
        return NULL;
    }
    for (uint32_t i = 0; i < draft->rows[TABLE_RELEASE].n; i++) {
        const struct draft_release *r = draft_row(draft, TABLE_RELEASE, i);
        const uint32_t route = route_of(draft, r->product);
        if (route != PLANT_NONE && !is_bad(&r->at, RELEASE_WAFERS)) {
            add_size(&sizes[route], r->wafers, 1);
        }
    }
    for (uint32_t i = 0; i < draft->rows[TABLE_STOCK].n; i++) {
        const struct draft_stock *s = draft_row(draft, TABLE_STOCK, i);
        const uint32_t route = route_of(draft, s->product);
        if (route != PLANT_NONE && !is_bad(&s->at, STOCK_WAFERS) && !is_bad(&s->at, STOCK_STEP)) {
            add_size(&sizes[route], s->wafers, s->step);
        }
    }
    return sizes;
}

struct batch {
    struct draft *draft;
    struct draft_step *step;
    const struct lot_sizes *sizes;
    uint32_t number;
    bool *can_sum;  // (PLANT_MAX_BATCH_WAFERS + 1) scratch
    uint64_t *work; // done so far
};

static bool has_multiple(const struct draft_step *s, uint32_t wafers) {
    return s->batch_max / wafers * wafers >= s->batch_min && s->batch_max >= wafers;
}

// Which sums up to batch_max the lots of this step can make.
static void find_sums(const struct batch *b) {
    const uint32_t max = b->step->batch_max;
    memset(b->can_sum, 0, max + 1);
    b->can_sum[0] = true;
    for (uint32_t i = 0; i < b->sizes->n; i++) {
        const struct lot_size size = b->sizes->size[i];
        for (uint32_t sum = size.wafers; size.first <= b->number && sum <= max; sum++) {
            b->can_sum[sum] = b->can_sum[sum] || b->can_sum[sum - size.wafers];
        }
    }
    *b->work += (uint64_t)max * (b->sizes->n + 1);
}

static bool can_fill(const struct batch *b, uint32_t wafers) {
    const struct draft_step *s = b->step;
    const struct draft_group *group =
        s->group != PLANT_NONE ? draft_row(b->draft, TABLE_GROUP, s->group) : NULL;
    const bool is_open = b->sizes->n == BATCH_MAX_SIZES || !group || group->batch_by_any != 0;
    if (has_multiple(s, wafers) || is_open || *b->work > BATCH_MAX_WORK) {
        return true;
    }
    if (b->sizes->n == 1) {
        return false;
    }
    find_sums(b);
    const uint32_t least = s->batch_min > wafers ? s->batch_min - wafers : 0;
    for (uint32_t sum = least; sum <= s->batch_max - wafers; sum++) {
        if (b->can_sum[sum]) {
            return true;
        }
    }
    return false;
}

static void check_batch(const struct batch *b) {
    struct draft_step *s = b->step;
    for (uint32_t i = 0; i < b->sizes->n; i++) {
        const struct lot_size size = b->sizes->size[i];
        if (size.first > b->number) {
            continue;
        }
        char right[128];
        if (size.wafers > s->batch_max) {
            snprintf(right, sizeof right, "at least the %u wafers of a lot", size.wafers);
            draft_fault(b->draft, MARU_FAULT, &s->at, STEP_BATCH_MAX, right,
                        "lots of %u wafers come here and fit into no batch", size.wafers);
            return;
        }
        if (!can_fill(b, size.wafers)) {
            const uint32_t below = s->batch_max / size.wafers * size.wafers;
            snprintf(right, sizeof right,
                     "a range that holds a sum of whole lots, such as %u to %u", below,
                     s->batch_max);
            draft_fault(b->draft, MARU_FAULT, &s->at, STEP_BATCH_MIN, right,
                        "lots of %u wafers come here, and no number of lots has %u to %u wafers",
                        size.wafers, s->batch_min, s->batch_max);
            return;
        }
    }
}

void draft_check_batches(struct draft *draft) {
    const uint64_t of_sizes =
        FIELD_BIT(STEP_PER) | FIELD_BIT(STEP_BATCH_MIN) | FIELD_BIT(STEP_BATCH_MAX);
    const struct lot_sizes *sizes = collect_sizes(draft);
    bool *can_sum = arena_take(&draft->arena, PLANT_MAX_BATCH_WAFERS + 1, sizeof *can_sum);
    draft->is_short = draft->is_short || !can_sum;
    uint64_t work = 0;
    for (uint32_t r = 0; sizes && can_sum && r < draft->route.n; r++) {
        const struct draft_entity *route = &draft->route.item[r];
        for (uint32_t k = 0; k < route->n_row; k++) {
            struct draft_step *step = draft_row(draft, TABLE_STEP, route->row + k);
            if (step->per == PER_BATCH && step->batch_max > 0 && (step->at.bad & of_sizes) == 0) {
                check_batch(&(struct batch){draft, step, &sizes[r], k + 1, can_sum, &work});
            }
        }
    }
}
