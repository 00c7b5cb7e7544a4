#include "pool/pool_future.h"

#include <string.h>

#include "base/status.h"
#include "pool/pool_parts.h"
#include "pool/pool_private.h"

// Nodes that a future touches are kept apart in `sim`, with the parts of the job that fit there; sums by type say when all
// of it fits. What is free in truth stays as it is.

bool calendar_allows(const struct pool *pool, uint32_t node, uint32_t calendar, int64_t from_us,
                     int64_t until_us) {
    if (calendar == 0 && pool->node[node].n_calendar == 0) {
        return true;
    }
    bool is_in = calendar == 0;
    for (uint32_t c = 0; c < pool->n_calendar; c++) {
        const struct pool_calendar *it = &pool->calendar[c];
        if (it->n_node == 0 || it->until_us <= from_us || it->from_us >= until_us) {
            continue;
        }
        const uint32_t *nodes = pool->calendar_node + it->first_node;
        uint32_t low = 0, high = it->n_node;
        while (low < high) {
            const uint32_t mid = low + (high - low) / 2;
            *(nodes[mid] < node ? &low : &high) = nodes[mid] < node ? mid + 1 : mid;
        }
        if (low < it->n_node && nodes[low] == node) {
            if (c + 1 != calendar) {
                return false;
            }
            is_in = is_in || it->from_us <= from_us;
        }
    }
    return is_in;
}

// ---- a future

uint32_t future_slot(const struct pool *pool, uint32_t node, const struct want *want) {
    const uint8_t type = pool->cluster->node[node].type;
    return want->n_gpu == 0 || type == CLUSTER_NO_TYPE ? CLUSTER_MAX_TYPES : type;
}

uint32_t future_room(const struct future *future, uint32_t node, const struct node_free *free) {
    const struct pool *pool = future->pool;
    if (space_node_state(pool->space, node) != NODE_UP ||
        !space_could(pool->cluster, node, &future->want) ||
        private_forbids(pool, node, &future->of->ask) ||
        !calendar_allows(pool, node, future->of->ask.calendar, future->at_us,
                         pool_later(future->at_us, future->of->left_us))) {
        return 0;
    }
    return parts_fit(free, &future->want);
}

bool future_touch(struct future *future, uint32_t node) {
    struct pool *pool = future->pool;
    if (pool->node[node].sim_at != NONE) {
        return true;
    }
    if (!pool_grow((void **)&pool->sim, &pool->cap_sim, pool->n_sim + 1, sizeof *pool->sim)) {
        return false;
    }
    struct sim_node *it = &pool->sim[pool->n_sim];
    it->node = node;
    it->is_looked = false;
    space_look(pool->space, node, &it->free);
    it->room = future_room(future, node, &it->free);
    pool->node[node].sim_at = pool->n_sim++;
    return true;
}

void future_recount(struct future *future, struct sim_node *it) {
    uint64_t *total = &future->total[future_slot(future->pool, it->node, &future->want)];
    const uint32_t room = future_room(future, it->node, &it->free);
    *total = *total - it->room + room;
    it->room = room;
}

static void shift_part(struct node_free *free, const struct pool_part *part, bool is_freed) {
    free->cpu_milli += is_freed ? part->cpu_milli : 0 - part->cpu_milli;
    free->memory_mib += is_freed ? part->memory_mib : 0 - part->memory_mib;
    for (uint32_t bits = part->gpus, g = 0; bits && part->gpu_milli; bits >>= 1, g++) {
        if (bits & 1) {
            const bool was_whole = free->gpu_milli[g] == GPU_WHOLE;
            free->gpu_milli[g] = (uint16_t)(is_freed ? free->gpu_milli[g] + part->gpu_milli
                                                     : free->gpu_milli[g] - part->gpu_milli);
            const bool is_whole = free->gpu_milli[g] == GPU_WHOLE;
            free->n_whole = (uint8_t)(free->n_whole + is_whole - was_whole);
        }
    }
}

void future_free_part(struct node_free *free, const struct pool_part *part) {
    shift_part(free, part, true);
}

static bool shift(struct future *future, uint32_t job, bool is_freed) {
    struct pool *pool = future->pool;
    const struct pool_job *it = &pool->job[job];
    for (uint32_t i = it->part; i < it->part + it->ask.n_part; i++) { // all of them, or none
        if (!future_touch(future, pool->part[i].node)) {
            return false;
        }
    }
    for (uint32_t i = it->part; i < it->part + it->ask.n_part; i++) {
        struct sim_node *sim = &pool->sim[pool->node[pool->part[i].node].sim_at];
        shift_part(&sim->free, &pool->part[i], is_freed);
        future_recount(future, sim);
    }
    return true;
}

bool future_release(struct future *future, uint32_t job) { return shift(future, job, true); }

void future_restore(struct future *future, uint32_t job) { (void)shift(future, job, false); }

static bool has_part(const struct node_free *free, const struct pool_part *part) {
    bool is_there = free->cpu_milli >= part->cpu_milli && free->memory_mib >= part->memory_mib;
    for (uint32_t bits = part->gpus, g = 0; bits; bits >>= 1, g++) {
        is_there = is_there && (!(bits & 1) || free->gpu_milli[g] >= part->gpu_milli);
    }
    return is_there;
}

bool future_keep_promise(struct future *future, uint32_t job) {
    struct pool *pool = future->pool;
    const struct pool_job *it = &pool->job[job];
    for (uint32_t i = it->part; i < it->part + it->ask.n_part; i++) {
        if (!future_touch(future, pool->part[i].node)) {
            return false;
        }
        struct sim_node *sim = &pool->sim[pool->node[pool->part[i].node].sim_at];
        if (has_part(&sim->free, &pool->part[i])) {
            shift_part(&sim->free, &pool->part[i], false);
        } else { // somebody else is there: nobody counts on this node
            sim->free.cpu_milli = sim->free.memory_mib = sim->free.n_whole = 0;
            memset(sim->free.gpu_milli, 0, sizeof sim->free.gpu_milli);
        }
        future_recount(future, sim);
    }
    return true;
}

// The type of which the whole job fits, NONE: none yet. A job of one part may stand on any node.
uint32_t future_type(const struct future *future) {
    for (uint32_t t = 0; t <= CLUSTER_MAX_TYPES; t++) {
        const bool is_wanted = t == CLUSTER_MAX_TYPES || (future->types >> t & 1);
        if (is_wanted && future->total[t] >= future->of->ask.n_part) {
            return t;
        }
    }
    return NONE;
}

// Nodes that are alike have the same room; what is claimed or promised now may be free then.
static void count_classes(struct future *future, uint8_t skips) {
    const struct pool *pool = future->pool;
    const struct space *space = pool->space;
    for (uint32_t c = space_next_class(space, &future->want, 0); c != UINT32_MAX;
         c = space_next_class(space, &future->want, c + 1)) {
        const uint32_t node = space_class_node(space, c, 0);
        if (!(space_class_mark(space, c) & skips)) {
            future->total[future_slot(pool, node, &future->want)] +=
                (uint64_t)space_class_size(space, c) *
                parts_fit(space_class_row(space, c), &future->want);
        }
    }
}

void future_begin(struct future *future, struct pool *pool, const struct pool_job *of,
                  uint32_t types) {
    *future = (struct future){
        .pool = pool, .of = of, .want = of->ask.want, .types = types, .at_us = pool->now_us};
    if (future->want.n_gpu) {
        future->want.types = types;
    }
    const struct pool_kind *kind = &pool->kind[pool->line[of->line].kind];
    const bool is_kept = pool->n_promised > 0 || pool->n_claim > 0; // which may be free for it then
    if (kind->is_closed && kind->n_part == 1 && pool->n_calendar == 0 && !is_kept) {
        return; // no node has room
    }
    if (pool->n_calendar == 0) {
        count_classes(future, kind->skips & MARK_HOME);
        return;
    }
    for (uint32_t node = 0; node < pool->n_node; node++) {
        if (space_fits(pool->space, node, &future->want)) {
            struct node_free free;
            space_look(pool->space, node, &free);
            future->total[future_slot(pool, node, &future->want)] +=
                future_room(future, node, &free);
        }
    }
}

void future_end(struct future *future) {
    struct pool *pool = future->pool;
    for (uint32_t i = 0; i < pool->n_sim; i++) {
        pool->node[pool->sim[i].node].sim_at = NONE;
    }
    pool->n_sim = 0;
}
