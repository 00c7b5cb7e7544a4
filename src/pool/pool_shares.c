#include "pool/pool_shares.h"

#include <string.h>

#include "base/random.h"

// used[account][resource] counts an account and all below it: thousandths of GPUs by type, then CPU and memory. Its share is
// the largest part of the cluster that it has of one of them (Ghodsi et al., Dominant Resource Fairness, NSDI 2011).
//
// Memory: remembered(t) tends to the share with the policy's half life. Between changes of the share it is
// share + surplus * 2^-((t - epoch) / half_life), so time costs one exponential for all accounts, and a change of an account's
// share changes its surplus so that what is remembered stays. The epoch moves up when the power gets small.
//
// Guarantees: an account's own guarantee is what is left of it when those below it have theirs. own[holder][type] is that,
// inside[holder][type] what jobs charged to it have; the others are borrowed. What is guaranteed to nobody is `loose`.

enum { FAR_HALF_LIVES = 32 };
#define LN_2 0.69314718055994530942

// ---- set up

void shares_init(struct pool *pool) {
    const struct cluster *cluster = pool->cluster;
    const uint32_t n_type = cluster->n_type;
    for (uint32_t t = 0; t < n_type; t++) {
        pool->per[t] = cluster->n_gpu[t] ? 1.0 / ((double)cluster->n_gpu[t] * GPU_WHOLE) : 0;
        pool->loose[t] = (uint64_t)cluster->n_gpu[t] * GPU_WHOLE;
    }
    pool->per[n_type] = cluster->cpu_milli ? 1.0 / (double)cluster->cpu_milli : 0;
    pool->per[n_type + 1] = cluster->memory_mib ? 1.0 / (double)cluster->memory_mib : 0;
    pool->decay = 1;
    pool->n_shares = 1;
    for (uint32_t a = 0; a < pool->n_account; a++) {
        const struct account *row = &pool->accounts->row[a];
        struct pool_account *it = &pool->account[a];
        const uint32_t above = a ? pool->account[row->parent].holder : NONE;
        *it = (struct pool_account){.holder = row->guarantee ? a : above,
                                    .depth = a ? pool->account[row->parent].depth + 1 : 0,
                                    .first_line = NONE,
                                    .oldest = NONE,
                                    .youngest = NONE};
        if (a) {
            pool->account[row->parent].is_inner = true;
        }
        for (uint32_t t = 0; row->guarantee && t < n_type; t++) {
            const uint64_t milli = (uint64_t)row->guarantee[t] * GPU_WHOLE;
            pool->has_guarantees = pool->has_guarantees || milli > 0;
            pool->own[(size_t)a * n_type + t] = milli;
            *(above == NONE ? &pool->loose[t] : &pool->own[(size_t)above * n_type + t]) -= milli;
        }
    }
}

void shares_advance(struct pool *pool, int64_t now_us) {
    if (now_us <= pool->now_us) {
        return;
    }
    pool->epoch_us = pool->now_us == INT64_MIN ? now_us : pool->epoch_us;
    pool->now_us = now_us;
    if (pool->policy.half_life_us <= 0) {
        return;
    }
    const double half_lives =
        ((double)now_us - (double)pool->epoch_us) / (double)pool->policy.half_life_us;
    pool->decay = exact_exp(-LN_2 * half_lives);
    if (half_lives > FAR_HALF_LIVES) {
        for (uint32_t a = 0; a < pool->n_account; a++) {
            pool->account[a].surplus *= pool->decay;
        }
        pool->epoch_us = now_us;
        pool->decay = 1;
    }
}

// ---- use

static void set_share(struct pool *pool, uint32_t account) {
    const uint32_t n = pool_n_resource(pool);
    const uint64_t *used = &pool->used[(size_t)account * n];
    struct pool_account *it = &pool->account[account];
    double share = 0;
    for (uint32_t r = 0; r < n; r++) {
        const double part = (double)used[r] * pool->per[r];
        share = part > share ? part : share;
    }
    if (pool->policy.half_life_us > 0) {
        it->surplus += (it->share - share) / pool->decay;
    }
    it->share = share;
}

static void use(struct pool *pool, uint32_t job, bool is_more) {
    const struct pool_job *it = &pool->job[job];
    const uint32_t n_type = pool->cluster->n_type;
    pool->n_shares++;
    uint64_t sum[CLUSTER_MAX_TYPES + RESOURCES_BESIDE] = {0};
    for (uint32_t i = it->part; i < it->part + it->ask.n_part; i++) {
        const struct pool_part *part = &pool->part[i];
        const uint8_t type = pool->cluster->node[part->node].type;
        if (type != CLUSTER_NO_TYPE) {
            sum[type] += (uint64_t)part_gpus(part) * part->gpu_milli;
        }
        sum[n_type] += part->cpu_milli;
        sum[n_type + 1] += part->memory_mib;
    }
    for (uint32_t a = it->ask.account;; a = pool->accounts->row[a].parent) {
        uint64_t *used = &pool->used[(size_t)a * pool_n_resource(pool)];
        for (uint32_t r = 0; r < n_type + RESOURCES_BESIDE; r++) {
            used[r] = is_more ? used[r] + sum[r] : used[r] - sum[r];
        }
        for (uint32_t t = 0; t < n_type; t++) {
            pool->milli[(size_t)a * n_type + t] = (uint32_t)used[t];
        }
        pool->account[a].n_running += is_more ? 1 : UINT32_MAX;
        pool->account[a].changed = pool->n_shares;
        set_share(pool, a);
        if (a == 0) {
            break;
        }
    }
}

// ---- borrowed jobs, in lists by their start

static uint32_t *own_end(struct pool *pool, uint32_t holder, bool is_youngest) {
    struct pool_account *it = &pool->account[holder == NONE ? 0 : holder];
    return is_youngest ? &it->youngest : &it->oldest;
}

static void list_borrowed(struct pool *pool, uint32_t job) {
    struct pool_job *it = &pool->job[job];
    const uint32_t holder = pool->account[it->ask.account].holder;
    uint32_t before = pool->youngest;
    while (before != NONE && pool->job[before].started > it->started) {
        before = pool->job[before].older;
    }
    it->older = before;
    it->younger = before == NONE ? pool->oldest : pool->job[before].younger;
    *(before == NONE ? &pool->oldest : &pool->job[before].younger) = job;
    *(it->younger == NONE ? &pool->youngest : &pool->job[it->younger].older) = job;
    it->is_borrowed = true;
    pool->borrowed_turn++;
    before = holder == NONE ? NONE : *own_end(pool, holder, true);
    if (holder == NONE) {
        return;
    }
    while (before != NONE && pool->job[before].started > it->started) {
        before = pool->job[before].own_older;
    }
    it->own_older = before;
    it->own_younger =
        before == NONE ? *own_end(pool, holder, false) : pool->job[before].own_younger;
    *(before == NONE ? own_end(pool, holder, false) : &pool->job[before].own_younger) = job;
    *(it->own_younger == NONE ? own_end(pool, holder, true)
                              : &pool->job[it->own_younger].own_older) = job;
}

static void unlist_borrowed(struct pool *pool, uint32_t job) {
    struct pool_job *it = &pool->job[job];
    const uint32_t holder = pool->account[it->ask.account].holder;
    *(it->older == NONE ? &pool->oldest : &pool->job[it->older].younger) = it->younger;
    *(it->younger == NONE ? &pool->youngest : &pool->job[it->younger].older) = it->older;
    it->is_borrowed = false;
    if (holder != NONE) {
        *(it->own_older == NONE ? own_end(pool, holder, false)
                                : &pool->job[it->own_older].own_younger) = it->own_younger;
        *(it->own_younger == NONE ? own_end(pool, holder, true)
                                  : &pool->job[it->own_younger].own_older) = it->own_older;
    }
}

// ---- guarantees

static bool has_room(const struct pool *pool, uint32_t holder, uint32_t type, uint64_t milli) {
    const size_t at = (size_t)holder * pool->cluster->n_type + type;
    return pool->inside[at] + milli <= pool->own[at];
}

// It cannot be stopped for others, so it may not stand on what is guaranteed to them; nor may one who may not borrow.
bool shares_is_loose(const struct pool *pool, const struct pool_ask *ask) {
    return !pool->policy.can_borrow || (!ask->can_stop && pool_reclaims(pool));
}

static bool is_loose_counted(const struct pool *pool, const struct pool_job *it) {
    return !pool_is_private(pool) && it->charged == NONE && it->charged_type != CLUSTER_NO_TYPE &&
           shares_is_loose(pool, &it->ask);
}

void shares_charge(struct pool *pool, uint32_t job, uint8_t type) {
    struct pool_job *it = &pool->job[job];
    const uint32_t holder = pool->account[it->ask.account].holder;
    it->charged_type = type;
    it->charged = NONE;
    if (pool_is_private(pool)) { // its home keeps the books
        it->charged = it->is_covered ? holder : NONE;
    } else if (holder != NONE && type != CLUSTER_NO_TYPE &&
               has_room(pool, holder, type, ask_milli(&it->ask))) {
        it->charged = holder;
        pool->inside[(size_t)holder * pool->cluster->n_type + type] += ask_milli(&it->ask);
        pool->account[holder].changed = ++pool->n_shares;
    }
    if (is_loose_counted(pool, it)) {
        pool->loose_used[type] += ask_milli(&it->ask);
        pool->loose_changed = ++pool->n_shares;
    }
}

void shares_discharge(struct pool *pool, uint32_t job) {
    struct pool_job *it = &pool->job[job];
    if (is_loose_counted(pool, it)) {
        pool->loose_used[it->charged_type] -= ask_milli(&it->ask);
        pool->loose_changed = ++pool->n_shares;
    }
    if (it->charged != NONE && !pool_is_private(pool)) {
        pool->inside[(size_t)it->charged * pool->cluster->n_type + it->charged_type] -=
            ask_milli(&it->ask);
        pool->account[it->charged].changed = ++pool->n_shares;
    }
    it->charged = NONE;
    it->charged_type = CLUSTER_NO_TYPE;
}

void shares_cover(struct pool *pool, uint32_t job) {
    const uint8_t type = pool->job[job].charged_type;
    if (pool->job[job].charged == NONE) {
        unlist_borrowed(pool, job);
    }
    shares_discharge(pool, job);
    shares_charge(pool, job, type);
    if (pool->job[job].charged == NONE) {
        list_borrowed(pool, job);
    }
}

void shares_promote(struct pool *pool, uint32_t holder) {
    uint32_t job = holder == NONE || pool_is_private(pool) ? NONE : pool->account[holder].oldest;
    for (uint32_t n = 0; job != NONE && n < 64;
         n++) { // each end lets few in: the oldest are enough
        struct pool_job *it = &pool->job[job];
        const uint32_t next = it->own_younger;
        const uint8_t type = it->charged_type;
        if (it->state == POOL_RUNNING && type != CLUSTER_NO_TYPE &&
            has_room(pool, holder, type, ask_milli(&it->ask))) {
            unlist_borrowed(pool, job);
            shares_discharge(pool, job);
            shares_charge(pool, job, type);
        }
        job = next;
    }
}

void shares_add(struct pool *pool, uint32_t job, uint8_t type) {
    use(pool, job, true);
    if (!pool->job[job].is_promised) {
        shares_charge(pool, job, type);
    }
    if (pool->job[job].charged == NONE) {
        list_borrowed(pool, job);
    }
}

void shares_subtract(struct pool *pool, uint32_t job) {
    const uint32_t holder = pool->job[job].charged;
    if (pool->job[job].charged == NONE) {
        unlist_borrowed(pool, job);
    }
    shares_discharge(pool, job);
    use(pool, job, false);
    shares_promote(pool, holder);
}

// ---- what a job may have

uint32_t shares_types(const struct pool *pool, const struct pool_ask *ask) {
    const uint32_t all = pool->cluster->n_type == CLUSTER_MAX_TYPES
                             ? UINT32_MAX
                             : (UINT32_C(1) << pool->cluster->n_type) - 1;
    return ask->want.types ? ask->want.types & all : all;
}

uint32_t shares_inside(const struct pool *pool, const struct pool_ask *ask) {
    const uint32_t holder = pool->account[ask->account].holder;
    uint32_t inside = 0;
    if (holder == NONE || ask->want.n_gpu == 0 || pool_is_private(pool)) {
        return 0;
    }
    for (uint32_t types = shares_types(pool, ask), t = 0; types >> t; t++) {
        if ((types >> t & 1) && has_room(pool, holder, t, ask_milli(ask))) {
            inside |= UINT32_C(1) << t;
        }
        if (t == CLUSTER_MAX_TYPES - 1) {
            break;
        }
    }
    return inside;
}

// Types of which no limit from the account upwards is passed.
static uint32_t within_limits(const struct pool *pool, const struct pool_ask *ask, uint32_t types,
                              uint32_t *by) {
    for (uint32_t a = ask->account;; a = pool->accounts->row[a].parent) {
        const struct account *row = &pool->accounts->row[a];
        const uint64_t *used = &pool->used[(size_t)a * pool_n_resource(pool)];
        if (row->max_running && pool->account[a].n_running >= row->max_running) {
            *by = a;
            return 0;
        }
        for (uint32_t t = 0; row->limit && ask->want.n_gpu && t < pool->cluster->n_type; t++) {
            if (used[t] + ask_milli(ask) > (uint64_t)row->limit[t] * GPU_WHOLE) {
                types &= ~(UINT32_C(1) << t);
            }
        }
        if (types == 0 || a == 0) {
            *by = types ? NONE : a;
            return types;
        }
    }
}

uint32_t shares_limited_by(const struct pool *pool, const struct pool_ask *ask) {
    uint32_t by = NONE;
    const uint32_t types = ask->want.n_gpu ? shares_types(pool, ask) : UINT32_MAX;
    (void)within_limits(pool, ask, types, &by);
    return by;
}

bool shares_is_within(const struct pool *pool, const struct pool_ask *ask, uint8_t type) {
    uint32_t by = NONE;
    const uint32_t types = type == CLUSTER_NO_TYPE ? UINT32_MAX : UINT32_C(1) << type;
    return within_limits(pool, ask, types, &by) != 0;
}

uint32_t shares_allowed(const struct pool *pool, const struct pool_ask *ask) {
    uint32_t by = NONE;
    if (ask->want.n_gpu == 0) {
        return within_limits(pool, ask, UINT32_MAX, &by) ? UINT32_MAX : 0;
    }
    uint32_t types = within_limits(pool, ask, shares_types(pool, ask), &by);
    if (pool->has_guarantees && !pool_is_private(pool) && shares_is_loose(pool, ask)) {
        const uint32_t inside = shares_inside(pool, ask);
        for (uint32_t t = 0; t < pool->cluster->n_type; t++) {
            if (!(inside >> t & 1) && pool->loose_used[t] + ask_milli(ask) > pool->loose[t]) {
                types &= ~(UINT32_C(1) << t);
            }
        }
    }
    return types;
}

bool shares_may_differ(const struct pool *pool, uint32_t account, uint64_t since) {
    const uint32_t holder = pool->account[account].holder;
    bool may_differ = pool->loose_changed > since;
    for (uint32_t a = account; !may_differ; a = pool->accounts->row[a].parent) {
        const struct account *row = &pool->accounts->row[a];
        const bool matters = a == holder || row->limit || row->max_running;
        may_differ = matters && pool->account[a].changed > since;
        if (a == 0) {
            break;
        }
    }
    return may_differ;
}

// ---- order

double shares_standing(const struct pool *pool, uint32_t account) {
    const struct pool_account *it = &pool->account[account];
    const double memory = (double)pool->policy.memory_milli / 1000;
    return (it->share + memory * it->surplus * pool->decay) * 1000 /
           (double)pool->accounts->row[account].weight;
}

int shares_compare(const struct pool *pool, uint32_t a, uint32_t b) {
    const struct account *row = pool->accounts->row;
    while (pool->account[a].depth > pool->account[b].depth) {
        a = row[a].parent;
    }
    while (pool->account[b].depth > pool->account[a].depth) {
        b = row[b].parent;
    }
    while (a != b && row[a].parent != row[b].parent) {
        a = row[a].parent;
        b = row[b].parent;
    }
    const double x = shares_standing(pool, a), y = shares_standing(pool, b);
    if (x < y || y < x) {
        return x < y ? -1 : 1;
    }
    return a < b ? -1 : a > b;
}

bool shares_is_below(const struct pool *pool, uint32_t account, uint32_t ancestor) {
    while (account > ancestor) {
        account = pool->accounts->row[account].parent;
    }
    return account == ancestor;
}
