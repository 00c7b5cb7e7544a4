#include "pool/pool_lines.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "pool/pool_parts.h"
#include "pool/pool_private.h"

// Kinds and lines are found by hash with chains, given out from free lists, and never gone through in the order of a hash. A
// line is a list by (priority, submission); most jobs come last, so a place is looked for from the end.
//
// Of a closed kind the parts that there is room for are counted at each change of a node, so it is opened exactly when a job
// of it fits. Kinds of gangs that take several types are opened by any room: parts of a gang are all of one type.

enum { FIRST_BUCKETS = 64 };

static uint64_t stir(uint64_t x, uint64_t y) {
    x = (x ^ y) * UINT64_C(0x9E3779B97F4A7C15);
    return x ^ x >> 29;
}

static uint32_t kind_hash(const struct pool *pool, const struct want *want, uint32_t n_part,
                          uint8_t skips) {
    uint64_t h = stir((uint64_t)skips << 32 | n_part, want->types);
    h = stir(h, (uint64_t)want->cpu_milli << 32 | want->memory_mib);
    h = stir(h, (uint64_t)want->gpu_milli << 8 | want->n_gpu);
    return (uint32_t)(h >> 32) & (pool->n_kind_bucket - 1);
}

static uint32_t line_hash(const struct pool *pool, uint32_t account, uint32_t kind) {
    return (uint32_t)(stir(stir(7, account), kind) >> 32) & (pool->n_line_bucket - 1);
}

static bool is_same_want(const struct want *a, const struct want *b) {
    return a->types == b->types && a->cpu_milli == b->cpu_milli && a->memory_mib == b->memory_mib &&
           a->gpu_milli == b->gpu_milli && a->n_gpu == b->n_gpu;
}

// Twice as many buckets, all empty; NULL: there is no memory.
static uint32_t *more_buckets(uint32_t *bucket, uint32_t *n) {
    const uint32_t more = *n ? *n * 2 : FIRST_BUCKETS;
    uint32_t *grown = alloc_resize(bucket, more, sizeof *grown);
    if (grown) {
        memset(grown, 0xff, more * sizeof *grown);
        *n = more;
    }
    return grown;
}

static bool grow_kinds(struct pool *pool, uint32_t n) {
    uint32_t cap = pool->cap_kind;
    if (!pool_grow((void **)&pool->active, &cap, pool->n_kind + n, sizeof *pool->active)) {
        return false;
    }
    cap = pool->cap_kind;
    if (!pool_grow((void **)&pool->kind, &cap, pool->n_kind + n, sizeof *pool->kind)) {
        return false;
    }
    pool->cap_kind = cap;
    if (pool->n_kind >= pool->n_kind_bucket) {
        uint32_t *const grown = more_buckets(pool->kind_bucket, &pool->n_kind_bucket);
        pool->kind_bucket = grown ? grown : pool->kind_bucket;
        for (uint32_t i = 0; grown && i < pool->n_active; i++) {
            struct pool_kind *it = &pool->kind[pool->active[i]];
            const uint32_t h = kind_hash(pool, &it->want, it->n_part, it->skips);
            it->hash_next = grown[h];
            grown[h] = pool->active[i];
        }
    }
    return pool->n_kind_bucket > 0; // longer chains do for want of memory
}

static bool grow_lines(struct pool *pool, uint32_t n) {
    uint32_t cap = pool->cap_line;
    if (!pool_grow((void **)&pool->line, &cap, pool->n_line + n, sizeof *pool->line)) {
        return false;
    }
    pool->cap_line = cap;
    if (pool->n_line >= pool->n_line_bucket) {
        uint32_t *const grown = more_buckets(pool->line_bucket, &pool->n_line_bucket);
        pool->line_bucket = grown ? grown : pool->line_bucket;
        for (uint32_t i = 0; grown && i < pool->n_active; i++) {
            for (uint32_t l = pool->kind[pool->active[i]].first_line; l != NONE;
                 l = pool->line[l].next) {
                const uint32_t h = line_hash(pool, pool->line[l].account, pool->line[l].kind);
                pool->line[l].hash_next = grown[h];
                grown[h] = l;
            }
        }
    }
    return pool->n_line_bucket > 0;
}

static uint32_t find_kind(const struct pool *pool, const struct pool_ask *ask, uint8_t skips) {
    uint32_t k = NONE;
    if (pool->n_kind_bucket) {
        k = pool->kind_bucket[kind_hash(pool, &ask->want, ask->n_part, skips)];
    }
    while (k != NONE && (pool->kind[k].n_part != ask->n_part || pool->kind[k].skips != skips ||
                         !is_same_want(&pool->kind[k].want, &ask->want))) {
        k = pool->kind[k].hash_next;
    }
    return k;
}

static uint32_t new_kind(struct pool *pool, const struct pool_ask *ask, uint8_t skips) {
    uint32_t k = pool->free_kind;
    if (k != NONE) {
        pool->free_kind = pool->kind[k].hash_next;
    } else {
        k = pool->n_kind++;
    }
    const uint32_t h = kind_hash(pool, &ask->want, ask->n_part, skips);
    const bool has_place = !(skips & MARK_HOME) || pool_has_place(pool, ask);
    pool->kind[k] = (struct pool_kind){.want = ask->want,
                                       .n_part = ask->n_part,
                                       .hash_next = pool->kind_bucket[h],
                                       .active_at = pool->n_active,
                                       .first_line = NONE,
                                       .skips = skips,
                                       .is_closed = !has_place,
                                       .has_no_place = !has_place};
    pool->kind_bucket[h] = k;
    pool->active[pool->n_active++] = k;
    return k;
}

static void drop_kind(struct pool *pool, uint32_t k) {
    struct pool_kind *it = &pool->kind[k];
    uint32_t *at = &pool->kind_bucket[kind_hash(pool, &it->want, it->n_part, it->skips)];
    while (*at != k) {
        at = &pool->kind[*at].hash_next;
    }
    *at = it->hash_next;
    const uint32_t last = pool->active[--pool->n_active];
    pool->active[it->active_at] = last;
    pool->kind[last].active_at = it->active_at;
    it->hash_next = pool->free_kind;
    pool->free_kind = k;
}

static uint32_t new_line(struct pool *pool, uint32_t account, uint32_t kind) {
    uint32_t l = pool->free_line;
    if (l != NONE) {
        pool->free_line = pool->line[l].next;
    } else {
        l = pool->n_line++;
    }
    struct pool_kind *of = &pool->kind[kind];
    struct pool_account *own = &pool->account[account];
    const uint32_t h = line_hash(pool, account, kind);
    pool->line[l] = (struct pool_line){.account = account,
                                       .kind = kind,
                                       .first = NONE,
                                       .last = NONE,
                                       .prev = NONE,
                                       .next = of->first_line,
                                       .own_prev = NONE,
                                       .own_next = own->first_line,
                                       .hash_next = pool->line_bucket[h]};
    pool->line_bucket[h] = l;
    if (of->first_line != NONE) {
        pool->line[of->first_line].prev = l;
    }
    of->first_line = l;
    if (own->first_line != NONE) {
        pool->line[own->first_line].own_prev = l;
    }
    own->first_line = l;
    return l;
}

maru_status lines_find(struct pool *pool, const struct pool_ask *ask, uint32_t *line,
                       maru_error *err) {
    if (!grow_kinds(pool, 1) || !grow_lines(pool, 1)) {
        return fail(err, MARU_E_MEMORY, "no memory for another job");
    }
    const uint8_t skips = private_skips(pool, ask);
    uint32_t k = find_kind(pool, ask, skips);
    k = k == NONE ? new_kind(pool, ask, skips) : k;
    uint32_t l = pool->line_bucket[line_hash(pool, ask->account, k)];
    while (l != NONE && (pool->line[l].account != ask->account || pool->line[l].kind != k)) {
        l = pool->line[l].hash_next;
    }
    *line = l == NONE ? new_line(pool, ask->account, k) : l;
    return MARU_OK;
}

bool lines_reserve(struct pool *pool) {
    const uint32_t n = pool->n_ends + pool->n_promised + 2;
    return grow_kinds(pool, n) && grow_lines(pool, n);
}

void lines_drop(struct pool *pool, uint32_t l) {
    struct pool_line *it = &pool->line[l];
    if (it->n > 0) {
        return;
    }
    struct pool_kind *of = &pool->kind[it->kind];
    struct pool_account *own = &pool->account[it->account];
    *(it->prev != NONE ? &pool->line[it->prev].next : &of->first_line) = it->next;
    *(it->own_prev != NONE ? &pool->line[it->own_prev].own_next : &own->first_line) = it->own_next;
    if (it->next != NONE) {
        pool->line[it->next].prev = it->prev;
    }
    if (it->own_next != NONE) {
        pool->line[it->own_next].own_prev = it->own_prev;
    }
    uint32_t *at = &pool->line_bucket[line_hash(pool, it->account, it->kind)];
    while (*at != l) {
        at = &pool->line[*at].hash_next;
    }
    *at = it->hash_next;
    if (of->first_line == NONE) {
        drop_kind(pool, it->kind);
    }
    it->next = pool->free_line;
    pool->free_line = l;
}

// ---- jobs

bool lines_before(const struct pool *pool, uint32_t a, uint32_t b) {
    const struct pool_job *x = &pool->job[a], *y = &pool->job[b];
    return x->ask.priority != y->ask.priority ? x->ask.priority > y->ask.priority
                                              : x->order < y->order;
}

static void count_waiting(struct pool *pool, uint32_t account, uint32_t by) {
    for (uint32_t a = account;; a = pool->accounts->row[a].parent) {
        pool->account[a].n_waiting += by;
        if (a == 0) {
            break;
        }
    }
    struct pool_account *own = &pool->account[account];
    own->n_own_waiting += by;
    if (own->n_own_waiting == 1 && by == 1) {
        own->waiting_at = pool->n_waiting;
        pool->waiting[pool->n_waiting++] = account;
    } else if (own->n_own_waiting == 0) {
        const uint32_t last = pool->waiting[--pool->n_waiting];
        pool->waiting[own->waiting_at] = last;
        pool->account[last].waiting_at = own->waiting_at;
    }
}

void lines_push(struct pool *pool, uint32_t job) {
    struct pool_job *it = &pool->job[job];
    struct pool_line *line = &pool->line[it->line];
    uint32_t before = line->last;
    while (before != NONE && lines_before(pool, job, before)) {
        before = pool->job[before].prev;
    }
    it->prev = before;
    it->next = before == NONE ? line->first : pool->job[before].next;
    *(before == NONE ? &line->first : &pool->job[before].next) = job;
    *(it->next == NONE ? &line->last : &pool->job[it->next].prev) = job;
    line->n++;
    line->n_stop += it->ask.can_stop;
    line->barred_at = 0;
    line->cursor_turn = 0;
    pool->kind[line->kind].n_job++;
    count_waiting(pool, it->ask.account, 1);
    pool->opening++;
}

void lines_remove(struct pool *pool, uint32_t job) {
    const struct pool_job *it = &pool->job[job];
    const uint32_t l = it->line;
    struct pool_line *line = &pool->line[l];
    if (line->cursor == job) {
        line->cursor = it->next;
    }
    *(it->prev == NONE ? &line->first : &pool->job[it->prev].next) = it->next;
    *(it->next == NONE ? &line->last : &pool->job[it->next].prev) = it->prev;
    line->n--;
    line->n_stop -= it->ask.can_stop;
    pool->kind[line->kind].n_job--;
    count_waiting(pool, it->ask.account, UINT32_MAX);
    pool->account[it->ask.account].is_open_stale = true;
    lines_drop(pool, l);
}

uint32_t lines_first(const struct pool *pool, uint32_t account, bool has_place) {
    uint32_t best = NONE;
    for (uint32_t l = pool->account[account].first_line; l != NONE; l = pool->line[l].own_next) {
        const uint32_t job = pool->line[l].first;
        const bool is_out = has_place && pool->kind[pool->line[l].kind].has_no_place;
        if (!is_out && job != NONE && (best == NONE || lines_before(pool, job, best))) {
            best = job;
        }
    }
    return best;
}

// ---- kinds without room

static bool is_one_type(uint32_t types) { return types && (types & (types - 1)) == 0; }

void lines_close(struct pool *pool, uint32_t kind) {
    struct pool_kind *it = &pool->kind[kind];
    it->is_closed = true;
    for (uint32_t l = it->first_line; l != NONE; l = pool->line[l].next) {
        pool->account[pool->line[l].account].is_open_stale = true;
    }
    it->n_fit = 0;
    it->is_counted = it->n_part == 1 || is_one_type(it->want.types) || pool->cluster->n_type <= 1;
    if (it->n_part > 1 && it->is_counted) {
        it->n_fit = parts_room_of_all(pool, &it->want, it->skips);
    }
}

void lines_open_all(struct pool *pool) {
    pool->opening++;
    for (uint32_t i = 0; i < pool->n_active; i++) {
        pool->kind[pool->active[i]].is_closed = pool->kind[pool->active[i]].has_no_place;
        pool->kind[pool->active[i]].long_plan = 0;
    }
}

void lines_before_change(struct pool *pool, uint32_t node) {
    for (uint32_t i = 0; i < pool->n_active; i++) {
        struct pool_kind *it = &pool->kind[pool->active[i]];
        if (it->is_closed && it->is_counted) {
            it->n_fit -= parts_room(pool, node, &it->want, it->skips);
        }
    }
}

void lines_after_change(struct pool *pool, uint32_t node) {
    for (uint32_t i = 0; i < pool->n_active; i++) {
        struct pool_kind *it = &pool->kind[pool->active[i]];
        if ((it->is_closed || it->long_plan) && !it->has_no_place) {
            const uint32_t room = parts_room(pool, node, &it->want, it->skips);
            it->n_fit += room;
            it->long_plan = room ? 0 : it->long_plan;
            const bool was_closed = it->is_closed;
            it->is_closed = was_closed && (it->is_counted ? it->n_fit < it->n_part : room == 0);
            pool->opening += was_closed && !it->is_closed;
        }
    }
}
