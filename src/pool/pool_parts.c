#include "pool/pool_parts.h"

#include <assert.h>

#include "base/status.h"
#include "pool/pool_lines.h"
#include "pool/pool_private.h"

// Blocks of parts are powers of two in one growing array; a free block is found again through its first link. Each part is
// in the list of its node. Whatever a node gives or gets goes through parts_take and parts_give, which tell the kinds that
// are closed, and the site what it draws.

static uint32_t class_of(uint32_t n_part) {
    uint32_t c = 0;
    while ((UINT32_C(1) << c) < n_part) {
        c++;
    }
    return c;
}

maru_status parts_new(struct pool *pool, uint32_t job, maru_error *err) {
    const uint32_t c = class_of(pool->job[job].ask.n_part), n = UINT32_C(1) << c;
    uint32_t at = pool->free_part[c];
    if (at != NONE) {
        pool->free_part[c] = pool->link[at].next;
    } else {
        uint32_t cap = pool->cap_part; // both arrays grow to the same
        if (pool->n_part > UINT32_MAX / 2 - n ||
            !pool_grow((void **)&pool->part, &cap, pool->n_part + n, sizeof *pool->part)) {
            return fail(err, MARU_E_MEMORY, "no memory for another job");
        }
        uint32_t link_cap = pool->cap_part;
        if (!pool_grow((void **)&pool->link, &link_cap, pool->n_part + n, sizeof *pool->link)) {
            return fail(err, MARU_E_MEMORY, "no memory for another job");
        }
        pool->cap_part = link_cap;
        at = pool->n_part;
        pool->n_part += n;
    }
    pool->job[job].part = at;
    pool->job[job].size_class = c;
    return MARU_OK;
}

void parts_free(struct pool *pool, uint32_t job) {
    struct pool_job *it = &pool->job[job];
    if (it->part != NONE) {
        pool->link[it->part].next = pool->free_part[it->size_class];
        pool->free_part[it->size_class] = it->part;
        it->part = NONE;
    }
}

// ---- room

uint32_t parts_fit(const struct node_free *free, const struct want *want) {
    uint64_t n = UINT32_MAX;
    if (want->n_gpu > 0 && want->gpu_milli == GPU_WHOLE) {
        n = free->n_whole / want->n_gpu;
    } else if (want->n_gpu == 1) {
        n = 0;
        for (uint32_t g = 0; want->gpu_milli && g < free->n_gpu; g++) {
            n += free->gpu_milli[g] / want->gpu_milli;
        }
    }
    if (want->cpu_milli && free->cpu_milli / want->cpu_milli < n) {
        n = free->cpu_milli / want->cpu_milli;
    }
    if (want->memory_mib && free->memory_mib / want->memory_mib < n) {
        n = free->memory_mib / want->memory_mib;
    }
    return n < POOL_MAX_PARTS ? (uint32_t)n : POOL_MAX_PARTS;
}

uint32_t parts_room(const struct pool *pool, uint32_t node, const struct want *want,
                    uint8_t skips) {
    if ((space_mark(pool->space, node) & skips) || !space_fits(pool->space, node, want)) {
        return 0;
    }
    return parts_fit(space_row(pool->space, node), want);
}

uint64_t parts_room_of_all(const struct pool *pool, const struct want *want, uint8_t skips) {
    const struct space *space = pool->space;
    uint64_t n = 0;
    for (uint32_t c = space_next_class(space, want, 0); c != UINT32_MAX;
         c = space_next_class(space, want, c + 1)) { // nodes that are alike have the same room
        const uint64_t n_node = space_class_mark(space, c) & skips ? 0 : space_class_size(space, c);
        n += n_node * parts_fit(space_class_row(space, c), want);
    }
    return n;
}

uint32_t parts_empty_room(const struct pool *pool, uint32_t node, const struct want *want) {
    const struct cluster_node *it = &pool->cluster->node[node];
    if (!space_could(pool->cluster, node, want)) {
        return 0;
    }
    struct node_free free = {.cpu_milli = it->cpu_milli,
                             .memory_mib = it->memory_mib,
                             .n_whole = it->n_gpu,
                             .n_gpu = it->n_gpu};
    for (uint32_t g = 0; g < it->n_gpu; g++) {
        free.gpu_milli[g] = GPU_WHOLE;
    }
    return parts_fit(&free, want);
}

// ---- power

uint64_t parts_load(const struct pool *pool, uint32_t node, uint32_t n_gpu) {
    const struct cluster_node *it = &pool->cluster->node[node];
    if (it->type == CLUSTER_NO_TYPE) {
        return 0;
    }
    const struct gpu_type *type = &pool->cluster->type[it->type];
    const uint64_t more =
        type->busy_watts > type->idle_watts ? type->busy_watts - type->idle_watts : 0;
    return n_gpu * more * pool->cluster->site[it->site].pue_milli;
}

uint64_t pool_load(const struct pool *pool) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < pool->n_site; i++) {
        sum += pool->site_load[i];
    }
    return sum;
}

static uint32_t n_busy(const struct pool *pool, uint32_t node) {
    struct node_free free;
    const struct cluster_node *it = &pool->cluster->node[node];
    uint32_t n = 0;
    if (it->n_gpu) {
        space_look(pool->space, node, &free);
        for (uint32_t g = 0; g < it->n_gpu; g++) {
            n += free.gpu_milli[g] < GPU_WHOLE;
        }
    }
    return n;
}

// ---- taking and giving

static void enlist(struct pool *pool, uint32_t at, uint32_t job) {
    struct pool_node *node = &pool->node[pool->part[at].node];
    pool->link[at] = (struct part_link){.job = job, .prev = NONE, .next = node->first_part};
    if (node->first_part != NONE) {
        pool->link[node->first_part].prev = at;
    }
    node->first_part = at;
}

static void delist(struct pool *pool, uint32_t at) {
    const struct part_link *link = &pool->link[at];
    if (link->prev != NONE) {
        pool->link[link->prev].next = link->next;
    } else {
        pool->node[pool->part[at].node].first_part = link->next;
    }
    if (link->next != NONE) {
        pool->link[link->next].prev = link->prev;
    }
}

void parts_take(struct pool *pool, uint32_t job) {
    const struct pool_job *it = &pool->job[job];
    for (uint32_t i = it->part; i < it->part + it->ask.n_part; i++) {
        const uint32_t node = pool->part[i].node;
        const uint32_t before = n_busy(pool, node);
        lines_before_change(pool, node);
        space_take(pool->space, &pool->part[i]);
        lines_after_change(pool, node);
        pool->site_load[pool->cluster->node[node].site] +=
            parts_load(pool, node, n_busy(pool, node) - before);
        enlist(pool, i, job);
        private_touch(pool, node);
    }
}

void parts_give(struct pool *pool, uint32_t job) {
    const struct pool_job *it = &pool->job[job];
    for (uint32_t i = it->part; i < it->part + it->ask.n_part; i++) {
        const uint32_t node = pool->part[i].node;
        const uint32_t before = n_busy(pool, node);
        lines_before_change(pool, node);
        space_give(pool->space, &pool->part[i]);
        lines_after_change(pool, node);
        pool->site_load[pool->cluster->node[node].site] -=
            parts_load(pool, node, before - n_busy(pool, node));
        delist(pool, i);
        private_touch(pool, node);
    }
    pool->borrowed_turn++; // with more that is free, stopping others may help
}

void parts_mark(struct pool *pool, uint32_t node) {
    const struct pool_node *it = &pool->node[node];
    const uint8_t marks =
        (uint8_t)((it->is_home ? MARK_HOME : 0) | (it->n_claimed ? MARK_CLAIMED : 0) |
                  (it->n_promised ? MARK_PROMISED : 0));
    if (marks != space_mark(pool->space, node)) {
        lines_before_change(pool, node);
        space_set_mark(pool->space, node, marks);
        lines_after_change(pool, node);
    }
}

uint64_t parts_release(struct pool *pool, uint32_t job, uint32_t site) {
    const struct pool_job *it = &pool->job[job];
    uint64_t less = 0;
    for (uint32_t i = it->part; i < it->part + it->ask.n_part; i++) {
        const uint32_t node = pool->part[i].node, before = n_busy(pool, node);
        space_give(pool->space, &pool->part[i]);
        if (site == NONE || pool->cluster->node[node].site == site) {
            less += parts_load(pool, node, before - n_busy(pool, node));
        }
    }
    return less;
}

void parts_restore(struct pool *pool, uint32_t job) {
    const struct pool_job *it = &pool->job[job];
    for (uint32_t i = it->part; i < it->part + it->ask.n_part; i++) {
        space_take(pool->space, &pool->part[i]);
    }
}

static bool is_free(const struct pool *pool, const struct pool_part *part, bool is_any) {
    struct node_free free;
    if (part->node >= pool->n_node ||
        (!is_any && space_node_state(pool->space, part->node) != NODE_UP)) {
        return false;
    }
    space_look(pool->space, part->node, &free);
    bool is_enough = part->cpu_milli <= free.cpu_milli && part->memory_mib <= free.memory_mib &&
                     part->gpu_milli <= GPU_WHOLE;
    for (uint32_t bits = part->gpus, g = 0; bits; bits >>= 1, g++) {
        is_enough = is_enough && (!(bits & 1) || (g < pool->cluster->node[part->node].n_gpu &&
                                                  free.gpu_milli[g] >= part->gpu_milli));
    }
    return is_enough;
}

bool parts_are_free(struct pool *pool, const struct pool_part *part, uint32_t n_part, bool is_any) {
    uint32_t n = 0;
    while (n < n_part && is_free(pool, &part[n], is_any)) {
        space_take(pool->space, &part[n++]);
    }
    for (uint32_t i = n; i-- > 0;) {
        space_give(pool->space, &part[i]);
    }
    return n == n_part;
}

// ---- ends

bool ends_before(const struct pool *pool, uint32_t a, uint32_t b) {
    const struct pool_job *x = &pool->job[a], *y = &pool->job[b];
    return x->end_us != y->end_us ? x->end_us < y->end_us : x->started < y->started;
}

static void set_end(struct pool *pool, uint32_t at, uint32_t job) {
    pool->ends[at] = job;
    pool->job[job].heap_at = at;
}

static void sift_up(struct pool *pool, uint32_t at) {
    const uint32_t job = pool->ends[at];
    while (at > 0 && ends_before(pool, job, pool->ends[(at - 1) / 2])) {
        set_end(pool, at, pool->ends[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    set_end(pool, at, job);
}

static void sift_down(struct pool *pool, uint32_t at) {
    const uint32_t job = pool->ends[at];
    for (uint32_t child = 2 * at + 1; child < pool->n_ends; child = 2 * at + 1) {
        if (child + 1 < pool->n_ends &&
            ends_before(pool, pool->ends[child + 1], pool->ends[child])) {
            child++;
        }
        if (!ends_before(pool, pool->ends[child], job)) {
            break;
        }
        set_end(pool, at, pool->ends[child]);
        at = child;
    }
    set_end(pool, at, job);
}

void ends_push(struct pool *pool, uint32_t job) {
    assert(pool->n_ends < pool->cap_job);
    set_end(pool, pool->n_ends++, job);
    sift_up(pool, pool->n_ends - 1);
}

void ends_remove(struct pool *pool, uint32_t job) {
    const uint32_t at = pool->job[job].heap_at, last = pool->ends[--pool->n_ends];
    if (last != job) {
        set_end(pool, at, last);
        sift_up(pool, at);
        sift_down(pool, pool->job[last].heap_at);
    }
}
