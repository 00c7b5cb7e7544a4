#include "pool/pool_plan.h"

#include "base/status.h"
#include "pool/pool_future.h"
#include "pool/pool_parts.h"
#include "pool/pool_shares.h"

// EASY backfill (Lifka, JSSPP 1995): the first that waits gets the earliest time at which it fits if all that runs takes all
// its time; others may pass it if they are gone by then, or leave its nodes enough.
//
// Running jobs are released in a future, in the order of their ends, until it fits. The heap of ends is walked with a second heap over its places, so only as many are looked at as needed.
// What is left of each planned node is counted in whole GPUs: a share counts as one, so which GPU it takes does not matter.

// ---- ends and reservations, in the order of time

// The place in ends of the next that ends, NONE: no more.
static uint32_t next_end(struct future *future) {
    struct pool *pool = future->pool;
    uint32_t *heap = pool->scratch;
    if (future->heap_n == 0) {
        return NONE;
    }
    const uint32_t first = heap[0], last = heap[--future->heap_n];
    uint32_t at = 0;
    for (uint32_t child = 1; child < future->heap_n; child = 2 * at + 1) {
        if (child + 1 < future->heap_n &&
            ends_before(pool, pool->ends[heap[child + 1]], pool->ends[heap[child]])) {
            child++;
        }
        if (!ends_before(pool, pool->ends[heap[child]], pool->ends[last])) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = last;
    for (uint32_t side = 1; side <= 2; side++) {
        const uint32_t place = 2 * first + side;
        if (place < pool->n_ends) {
            at = future->heap_n++;
            while (at > 0 && ends_before(pool, pool->ends[place], pool->ends[heap[(at - 1) / 2]])) {
                heap[at] = heap[(at - 1) / 2];
                at = (at - 1) / 2;
            }
            heap[at] = place;
        }
    }
    return first;
}

// The next end of a reservation after a time.
static int64_t next_until(const struct pool *pool, int64_t after_us, uint32_t *calendar) {
    int64_t best = INT64_MAX;
    for (uint32_t c = 0; c < pool->n_calendar; c++) {
        const struct pool_calendar *it = &pool->calendar[c];
        for (uint32_t side = 0; it->n_node && side < 2; side++) {
            const int64_t us = side ? it->until_us : it->from_us;
            if (us > after_us && us < best) {
                best = us;
                *calendar = c;
            }
        }
    }
    return best;
}

// Go on until it fits. *type NONE: it never does.
static maru_status advance(struct future *future, uint32_t *type, maru_error *err) {
    struct pool *pool = future->pool;
    uint32_t calendar = 0;
    pool->scratch[0] = 0;
    future->heap_n = pool->n_ends > 0;
    uint32_t place = next_end(future);
    int64_t until = pool->n_calendar ? next_until(pool, future->at_us, &calendar) : INT64_MAX;
    for (*type = future_type(future); *type == NONE;) {
        const int64_t end = place == NONE ? INT64_MAX : pool->job[pool->ends[place]].end_us;
        if (end == INT64_MAX && until == INT64_MAX) {
            return MARU_OK;
        }
        future->at_us = end < until && end < future->at_us ? future->at_us
                        : end < until                      ? end
                                                           : until;
        if (end < until) {
            if (!future_release(future, pool->ends[place])) {
                return fail(err, MARU_E_MEMORY, "no memory to plan ahead");
            }
            place = next_end(future);
        } else {
            const struct pool_calendar *it = &pool->calendar[calendar];
            for (uint32_t i = it->first_node; i < it->first_node + it->n_node; i++) {
                if (!future_touch(future, pool->calendar_node[i])) {
                    return fail(err, MARU_E_MEMORY, "no memory to plan ahead");
                }
                future_recount(future, &pool->sim[pool->node[pool->calendar_node[i]].sim_at]);
            }
            until = next_until(pool, future->at_us, &calendar);
        }
        *type = future_type(future);
    }
    return MARU_OK;
}

// ---- the plan

static bool keep_node(struct future *future, uint32_t node, const struct node_free *free,
                      uint32_t n) {
    struct pool *pool = future->pool;
    const struct want *want = &future->want;
    if (!pool_grow((void **)&pool->plan_node, &pool->cap_plan_node, pool->n_plan_node + 1,
                   sizeof *pool->plan_node)) {
        return false;
    }
    pool->node[node].plan_at = pool->n_plan_node;
    pool->plan_node[pool->n_plan_node++] =
        (struct plan_node){.node = node,
                           .cpu_milli = (int64_t)free->cpu_milli - (int64_t)n * want->cpu_milli,
                           .memory_mib = (int64_t)free->memory_mib - (int64_t)n * want->memory_mib,
                           .n_whole = (int64_t)free->n_whole - (int64_t)n * want->n_gpu};
    return true;
}

static bool keep_nodes(struct future *future, uint32_t type) {
    struct pool *pool = future->pool;
    uint32_t left = future->of->ask.n_part;
    // What was touched last made it fit; the other nodes follow.
    for (uint32_t i = pool->n_sim; left > 0 && i-- > 0;) {
        const struct sim_node *it = &pool->sim[i];
        if (it->room > 0 && future_slot(pool, it->node, &future->want) == type) {
            const uint32_t n = it->room < left ? it->room : left;
            if (!keep_node(future, it->node, &it->free, n)) {
                return false;
            }
            left -= n;
        }
    }
    for (uint32_t node = 0; left > 0 && node < pool->n_node; node++) {
        if (pool->node[node].sim_at == NONE && future_slot(pool, node, &future->want) == type &&
            space_fits(pool->space, node, &future->want)) {
            struct node_free free;
            space_look(pool->space, node, &free);
            const uint32_t room = future_room(future, node, &free);
            const uint32_t n = room < left ? room : left;
            if (n > 0 && !keep_node(future, node, &free, n)) {
                return false;
            }
            left -= n;
        }
    }
    return true;
}

void plan_drop(struct pool *pool) {
    for (uint32_t i = 0; i < pool->n_plan_node; i++) {
        pool->node[pool->plan_node[i].node].plan_at = NONE;
    }
    pool->n_plan_node = 0;
    pool->head = NONE;
    pool->head_us = INT64_MAX;
    pool->plan++; // kinds without room beside the old one may have it now
}

maru_status plan_make(struct pool *pool, uint32_t job, maru_error *err) {
    struct pool_job *it = &pool->job[job];
    struct future future;
    uint32_t type = NONE;
    plan_drop(pool);
    if (pool->kind[pool->line[it->line].kind].has_no_place) {
        return MARU_OK;
    }
    future_begin(&future, pool, it,
                 it->ask.want.n_gpu ? shares_allowed(pool, &it->ask)
                                    : shares_types(pool, &it->ask));
    maru_status st = advance(&future, &type, err);
    if (st == MARU_OK && type != NONE) {
        pool->head = job;
        pool->head_us = future.at_us;
        pool->n_since = 0;
        if (!keep_nodes(&future, type)) {
            plan_drop(pool);
            st = fail(err, MARU_E_MEMORY, "no memory to plan ahead");
        }
    }
    future_end(&future);
    return st;
}

bool plan_allows(const struct pool *pool, uint32_t node, const struct want *want) {
    const uint32_t at = pool->node[node].plan_at;
    if (at == NONE) {
        return true;
    }
    const struct plan_node *it = &pool->plan_node[at];
    return it->n_whole >= want->n_gpu && it->cpu_milli >= (int64_t)want->cpu_milli &&
           it->memory_mib >= (int64_t)want->memory_mib;
}

static void plan_shift(struct pool *pool, const struct pool_part *part, int64_t by) {
    struct plan_node *it = &pool->plan_node[pool->node[part->node].plan_at];
    it->n_whole -= by * part_gpus(part);
    it->cpu_milli -= by * part->cpu_milli;
    it->memory_mib -= by * part->memory_mib;
}

bool plan_take(struct pool *pool, const struct pool_part *part, uint32_t n_part) {
    bool is_left = true;
    uint32_t i = 0;
    for (; is_left && i < n_part; i++) {
        if (pool->node[part[i].node].plan_at != NONE) {
            plan_shift(pool, &part[i], 1);
            const struct plan_node *it = &pool->plan_node[pool->node[part[i].node].plan_at];
            is_left = (it->n_whole >= 0 || part[i].gpus == 0) &&
                      (it->cpu_milli >= 0 || part[i].cpu_milli == 0) &&
                      (it->memory_mib >= 0 || part[i].memory_mib == 0);
        }
    }
    while (!is_left && i-- > 0) {
        if (pool->node[part[i].node].plan_at != NONE) {
            plan_shift(pool, &part[i], -1);
        }
    }
    return is_left;
}

void plan_give(struct pool *pool, const struct pool_part *part, uint32_t n_part) {
    for (uint32_t i = 0; i < n_part; i++) {
        if (pool->node[part[i].node].plan_at != NONE) {
            plan_shift(pool, &part[i], -1);
        }
    }
}
