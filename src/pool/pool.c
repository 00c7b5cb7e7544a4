#include "pool/pool.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "pool/pool_future.h"
#include "pool/pool_lines.h"
#include "pool/pool_parts.h"
#include "pool/pool_plan.h"
#include "pool/pool_private.h"
#include "pool/pool_reclaim.h"
#include "pool/pool_shares.h"

// Jobs come and go here; what is decided about them is in pool_decide.c. The state is a set of arrays (pool_state.h), so a
// copy is as many memcpy as there are arrays, and two more for what is free and how it is placed.

bool pool_grow(void **array, uint32_t *cap, uint32_t need, size_t size) {
    if (need <= *cap) {
        return true;
    }
    uint32_t more = *cap < 8 ? 8 : *cap;
    while (more < need) {
        more = more > UINT32_MAX / 2 ? need : more * 2;
    }
    void *grown = alloc_resize(*array, more, size);
    if (!grown) {
        return false;
    }
    memset((char *)grown + *cap * size, 0, (more - *cap) * size);
    *array = grown;
    *cap = more;
    return true;
}

// ---- new, free, copy

static maru_status make_arrays(struct pool *pool, maru_error *err) {
    bool is_made = true;
#define MAKE(type, name, count)                                                                    \
    pool->name = alloc_new(pool->count ? pool->count : 1, sizeof(type));                           \
    is_made = is_made && pool->name;
    POOL_ARRAYS(MAKE)
#undef MAKE
    return is_made ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory for a pool");
}

static void drop_arrays(struct pool *pool) {
#define DROP(type, name, count) alloc_free(pool->name);
    POOL_ARRAYS(DROP)
#undef DROP
}

void pool_free(struct pool *pool) {
    if (pool) {
        private_free(pool);
        space_free(pool->space);
        placement_free(pool->placement);
        drop_arrays(pool);
        alloc_free(pool);
    }
}

maru_status pool_copy(const struct pool *pool, struct pool **out, maru_error *err) {
    struct pool *copy = alloc_new(1, sizeof *copy);
    if (!copy) {
        return fail(err, MARU_E_MEMORY, "no memory for a copy of a pool");
    }
    *copy = *pool;
    copy->space = NULL;
    copy->placement = NULL;
    copy->homes = NULL;
    copy->shadow = NULL;
    copy->n_shadow = 0;
#define FORGET(type, name, count) copy->name = NULL;
    POOL_ARRAYS(FORGET)
#undef FORGET
    maru_status st = make_arrays(copy, err);
    st = st == MARU_OK ? space_copy(pool->space, &copy->space, err) : st;
    st = st == MARU_OK ? placement_copy(pool->placement, &copy->placement, err) : st;
    st = st == MARU_OK ? private_copy(pool, copy, err) : st;
    if (st != MARU_OK) {
        pool_free(copy);
        return st;
    }
#define COPY(type, name, count) memcpy(copy->name, pool->name, pool->count * sizeof(type));
    POOL_ARRAYS(COPY)
#undef COPY
    *out = copy;
    return MARU_OK;
}

static bool is_same_shape(const struct cluster_node *a, const struct cluster_node *b) {
    return a->type == b->type && a->n_gpu == b->n_gpu && a->cpu_milli == b->cpu_milli &&
           a->memory_mib == b->memory_mib;
}

static uint64_t idle_load(const struct pool *pool, uint32_t node) {
    const struct cluster_node *it = &pool->cluster->node[node];
    const uint64_t gpus = it->type == CLUSTER_NO_TYPE
                              ? 0
                              : (uint64_t)it->n_gpu * pool->cluster->type[it->type].idle_watts;
    return (it->idle_watts + gpus) * pool->cluster->site[it->site].pue_milli;
}

static void list_nodes(struct pool *pool) {
    const struct cluster *cluster = pool->cluster;
    for (uint32_t i = 0; i < pool->n_node; i++) {
        const struct cluster_node *node = &cluster->node[i];
        pool->node[i] = (struct pool_node){
            .first_part = NONE, .plan_at = NONE, .sim_at = NONE, .promised_to = NONE};
        uint32_t k = 0;
        while (k < pool->n_shape && !is_same_shape(&cluster->node[pool->shape[k].node], node)) {
            k++;
        }
        pool->shape[k].node = k == pool->n_shape ? i : pool->shape[k].node;
        pool->n_shape += k == pool->n_shape;
        pool->shape[k].n++;
        pool->site_load[node->site] += idle_load(pool, i);
    }
}

static void count_loose(struct pool *pool) {
    for (uint32_t i = 0; i < pool->n_node; i++) {
        uint32_t k = 0;
        while (!is_same_shape(&pool->cluster->node[pool->shape[k].node], &pool->cluster->node[i])) {
            k++;
        }
        pool->shape[k].n_loose += !pool->node[i].is_home;
    }
}

static void set_up(struct pool *pool, const struct pool_world *world) {
    const struct cluster *cluster = world->cluster;
    pool->cluster = cluster;
    pool->accounts = world->accounts;
    pool->policy = *world->policy;
    pool->cap_watts = world->policy->cap_watts;
    pool->n_account = world->accounts->n;
    pool->n_node = cluster->n_node;
    pool->n_shape = cluster->n_node; // at most; set to how many there are when they are listed
    pool->n_site = cluster->n_site;
    pool->n_used = (size_t)pool->n_account * pool_n_resource(pool);
    pool->n_inside = (size_t)pool->n_account * cluster->n_type;
    pool->free_job = pool->free_kind = pool->free_line = NONE;
    pool->oldest = pool->youngest = pool->first_waiting = pool->last_waiting = NONE;
    memset(pool->free_part, 0xff, sizeof pool->free_part);
    pool->now_us = INT64_MIN;
    pool->calendar_us = pool->retry_us = pool->head_us = INT64_MAX;
    pool->head = NONE;
    pool->plan = 1;
}

maru_status pool_new(const struct pool_world *world, struct pool **out, maru_error *err) {
    struct pool *pool = alloc_new(1, sizeof *pool);
    if (!pool) {
        return fail(err, MARU_E_MEMORY, "no memory for a pool");
    }
    set_up(pool, world);
    maru_status st = make_arrays(pool, err);
    st = st == MARU_OK ? space_new(world->cluster, &pool->space, err) : st;
    st = st == MARU_OK ? placement_new(world->cluster, world->policy->placement, world->kind,
                                       world->n_kind, world->policy->seed, &pool->placement, err)
                       : st;
    if (st == MARU_OK) {
        pool->n_shape = 0;
        list_nodes(pool);
        shares_init(pool);
        st = private_new(pool, world, err);
    }
    if (st != MARU_OK) {
        pool_free(pool);
        return st;
    }
    count_loose(pool);
    *out = pool;
    return MARU_OK;
}

// ---- what can be asked

static maru_status check_want(const struct pool *pool, struct pool_ask *ask, maru_error *err) {
    struct want *want = &ask->want;
    if (want->n_gpu > CLUSTER_MAX_NODE_GPUS || ask->n_part == 0 || ask->n_part > POOL_MAX_PARTS) {
        return fail(err, MARU_E_RANGE, "a job has 1 to %d parts, each with at most %d GPUs",
                    POOL_MAX_PARTS, CLUSTER_MAX_NODE_GPUS);
    }
    if (want->n_gpu == 0) {
        want->gpu_milli = 0;
    } else if (want->gpu_milli == 0 || want->gpu_milli > GPU_WHOLE ||
               (want->n_gpu > 1 && want->gpu_milli != GPU_WHOLE)) {
        return fail(err, MARU_E_RANGE,
                    "a share of a GPU is 1 to 1000 thousandths, and of one GPU only");
    }
    if (want->types && shares_types(pool, ask) == 0) {
        return fail(err, MARU_E_RANGE,
                    "the cluster has none of the types of GPU that are asked for");
    }
    if (ask->limit_us < 0 || ask->grace_us < 0) {
        return fail(err, MARU_E_RANGE, "a time limit or a grace below 0");
    }
    return MARU_OK;
}

static maru_status check_account(const struct pool *pool, const struct pool_ask *ask,
                                 maru_error *err) {
    if (ask->account >= pool->n_account || pool->account[ask->account].is_inner) {
        return fail(err, MARU_E_RANGE, "jobs are of accounts that have none below them");
    }
    const uint64_t n_gpu = (uint64_t)ask->n_part * ask->want.n_gpu;
    for (uint32_t a = ask->account;; a = pool->accounts->row[a].parent) {
        const struct account *row = &pool->accounts->row[a];
        if (row->job_max_gpus && n_gpu > row->job_max_gpus) {
            return fail(err, MARU_E_RANGE,
                        "a job of '%s' may have at most %u GPUs, this wants %llu", row->name,
                        row->job_max_gpus, (unsigned long long)n_gpu);
        }
        if (row->job_max_us && (ask->limit_us == 0 || ask->limit_us > row->job_max_us)) {
            return fail(err, MARU_E_RANGE,
                        "a job of '%s' may run at most %lld s: give it that limit", row->name,
                        (long long)(row->job_max_us / 1000000));
        }
        bool is_within = !row->limit || n_gpu == 0;
        for (uint32_t t = 0; !is_within && t < pool->cluster->n_type; t++) {
            is_within = (shares_types(pool, ask) >> t & 1) &&
                        ask_milli(ask) <= (uint64_t)row->limit[t] * GPU_WHOLE;
        }
        if (!is_within) {
            return fail(err, MARU_E_RANGE, "'%s' may never have as many GPUs as this job wants",
                        row->name);
        }
        if (a == 0) {
            return MARU_OK;
        }
    }
}

// How many parts would stand on the empty cluster, on nodes of one type, or on those that are nobody's home.
static uint64_t most_parts(const struct pool *pool, const struct pool_ask *ask, bool is_loose) {
    uint64_t room[CLUSTER_MAX_TYPES + 1] = {0}, most = 0;
    for (uint32_t i = 0; i < pool->n_shape; i++) {
        const uint32_t node = pool->shape[i].node;
        room[future_slot(pool, node, &ask->want)] +=
            (uint64_t)(is_loose ? pool->shape[i].n_loose : pool->shape[i].n) *
            parts_empty_room(pool, node, &ask->want);
    }
    for (uint32_t t = 0; t <= CLUSTER_MAX_TYPES; t++) {
        most = room[t] > most ? room[t] : most;
    }
    return most;
}

bool pool_has_place(const struct pool *pool, const struct pool_ask *ask) {
    return most_parts(pool, ask, true) >= ask->n_part;
}

// Could it run, were the cluster empty? All parts of a gang are of one type.
static maru_status check_cluster(const struct pool *pool, const struct pool_ask *ask,
                                 maru_error *err) {
    const uint64_t most = most_parts(pool, ask, false);
    if (most == 0) {
        return fail(err, MARU_E_RANGE,
                    "no node has what one part wants: GPUs of one node, CPUs or memory");
    }
    if (most < ask->n_part) {
        return fail(err, MARU_E_RANGE,
                    "an empty cluster has room for %llu such parts of one type, not for %u",
                    (unsigned long long)most, ask->n_part);
    }
    return MARU_OK;
}

// One that cannot be stopped has to fit into its own guarantee or what nobody is guaranteed.
static maru_status check_loose(const struct pool *pool, const struct pool_ask *ask,
                               maru_error *err) {
    if (pool_is_private(pool)) {
        return private_is_guest(pool, ask) || pool_has_place(pool, ask) || private_could(pool, ask)
                   ? MARU_OK
                   : fail(
                         err, MARU_E_RANGE,
                         "it wants more than its guarantee and what nobody is guaranteed: "
                         "only a job that may be stopped and makes checkpoints can borrow so much");
    }
    const uint32_t holder = pool->account[ask->account].holder;
    const size_t own = (size_t)holder * pool->cluster->n_type;
    bool is_possible = !pool->has_guarantees || ask->want.n_gpu == 0 || !shares_is_loose(pool, ask);
    for (uint32_t t = 0; !is_possible && t < pool->cluster->n_type; t++) {
        is_possible = (shares_types(pool, ask) >> t & 1) &&
                      (ask_milli(ask) <= pool->loose[t] ||
                       (holder != NONE && ask_milli(ask) <= pool->own[own + t]));
    }
    return is_possible ? MARU_OK
                       : fail(err, MARU_E_RANGE,
                              "it wants more than its guarantee and what nobody is guaranteed: "
                              "only a job that may be stopped can borrow so much");
}

maru_status pool_check(const struct pool *pool, struct pool_ask *ask, maru_error *err) {
    maru_status st = check_want(pool, ask, err);
    st = st == MARU_OK ? check_account(pool, ask, err) : st;
    st = st == MARU_OK ? check_cluster(pool, ask, err) : st;
    return st == MARU_OK ? check_loose(pool, ask, err) : st;
}

// ---- jobs come

static maru_status new_job(struct pool *pool, uint32_t *job, maru_error *err) {
    if (pool->free_job != NONE) {
        *job = pool->free_job;
        return MARU_OK;
    }
    if (pool->n_job >= POOL_MAX_JOBS) {
        return fail(err, MARU_E_LIMIT, "at most %d jobs can wait and run at a time", POOL_MAX_JOBS);
    }
    uint32_t ends = pool->cap_job, scratch = ends, scratch2 = ends, claim = ends;
    const uint32_t need = pool->n_job + 1;
    if (!pool_grow((void **)&pool->ends, &ends, need, sizeof *pool->ends) ||
        !pool_grow((void **)&pool->scratch, &scratch, need, sizeof *pool->scratch) ||
        !pool_grow((void **)&pool->scratch2, &scratch2, need, sizeof *pool->scratch2) ||
        !pool_grow((void **)&pool->claim, &claim, need, sizeof *pool->claim) ||
        !pool_grow((void **)&pool->job, &pool->cap_job, need, sizeof *pool->job)) {
        return fail(err, MARU_E_MEMORY, "no memory for another job");
    }
    *job = pool->n_job;
    return MARU_OK;
}

static void keep_job(struct pool *pool, uint32_t job, const struct pool_ask *ask) {
    if (pool->free_job == job) {
        pool->free_job = pool->job[job].next;
    } else {
        pool->n_job++;
    }
    pool->job[job] = (struct pool_job){.ask = *ask,
                                       .submitted_us = pool->now_us,
                                       .since_us = pool->now_us,
                                       .left_us = ask->limit_us ? ask->limit_us : INT64_MAX,
                                       .end_us = INT64_MAX,
                                       .order = ++pool->order,
                                       .part = NONE,
                                       .line = NONE,
                                       .for_job = POOL_NO_JOB,
                                       .shadow = NONE,
                                       .charged = NONE,
                                       .charged_type = CLUSTER_NO_TYPE};
}

static void drop_job(struct pool *pool, uint32_t job) {
    pool->job[job].state = POOL_ABSENT;
    pool->job[job].next = pool->free_job;
    pool->free_job = job;
}

static void begin_waiting(struct pool *pool, uint32_t job) {
    struct pool_job *it = &pool->job[job];
    it->state = POOL_WAITING;
    it->since_us = pool->now_us;
    it->wait_prev = pool->last_waiting;
    it->wait_next = NONE;
    *(pool->last_waiting == NONE ? &pool->first_waiting
                                 : &pool->job[pool->last_waiting].wait_next) = job;
    pool->last_waiting = job;
    lines_push(pool, job);
}

void pool_end_waiting(struct pool *pool, uint32_t job) {
    const struct pool_job *it = &pool->job[job];
    *(it->wait_prev == NONE ? &pool->first_waiting : &pool->job[it->wait_prev].wait_next) =
        it->wait_next;
    *(it->wait_next == NONE ? &pool->last_waiting : &pool->job[it->wait_next].wait_prev) =
        it->wait_prev;
    if (!it->is_promised) {
        lines_remove(pool, job);
    }
}

maru_status pool_submit(struct pool *pool, int64_t now_us, const struct pool_ask *ask,
                        uint32_t *job, maru_error *err) {
    struct pool_ask kept = *ask;
    shares_advance(pool, now_us);
    maru_status st = pool_check(pool, &kept, err);
    if (st == MARU_OK && (kept.calendar > pool->n_calendar ||
                          (kept.calendar && !pool->calendar[kept.calendar - 1].n_node))) {
        st = fail(err, MARU_E_RANGE, "there is no such reservation");
    }
    uint32_t line = NONE, number = NONE, shadow = NONE;
    st = st == MARU_OK ? new_job(pool, &number, err) : st;
    st = st == MARU_OK ? lines_find(pool, &kept, &line, err) : st;
    if (st == MARU_OK && pool_is_private(pool)) {
        st = private_submit(pool, number, &kept, &shadow, err);
        if (st != MARU_OK) {
            lines_drop(pool, line);
        }
    }
    if (st == MARU_OK) {
        keep_job(pool, number, &kept);
        pool->job[number].line = line;
        pool->job[number].shadow = shadow;
        begin_waiting(pool, number);
        *job = number;
    }
    return st;
}

maru_status pool_adopt(struct pool *pool, int64_t now_us, const struct pool_ask *ask,
                       const struct pool_part *part, int64_t started_us, uint32_t *job,
                       maru_error *err) {
    struct pool_ask kept = *ask;
    shares_advance(pool, now_us);
    maru_status st = check_want(pool, &kept, err);
    if (st == MARU_OK &&
        (kept.account >= pool->n_account || pool->account[kept.account].is_inner)) {
        st = fail(err, MARU_E_RANGE, "jobs are of accounts that have none below them");
    }
    if (st == MARU_OK && !parts_are_free(pool, part, kept.n_part, true)) {
        st = fail(err, MARU_E_RANGE, "what it holds is not free, or is on no node of the cluster");
    }
    uint32_t number = NONE;
    st = st == MARU_OK ? new_job(pool, &number, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    keep_job(pool, number, &kept);
    st = lines_reserve(pool) ? parts_new(pool, number, err)
                             : fail(err, MARU_E_MEMORY, "no memory for another job");
    if (st != MARU_OK) {
        drop_job(pool, number);
        return st;
    }
    struct pool_job *it = &pool->job[number];
    memcpy(pool->part + it->part, part, kept.n_part * sizeof *part);
    it->submitted_us = started_us;
    pool_hold_parts(pool, number, started_us);
    st = pool_is_private(pool) ? private_adopt(pool, number, err) : MARU_OK;
    if (st != MARU_OK) {
        pool_end(pool, now_us, number);
        return st;
    }
    pool->is_power_due = pool->is_hold_due = pool->is_node_due = true;
    pool->calendar_us = pool->n_calendar ? INT64_MIN : INT64_MAX;
    *job = number;
    return MARU_OK;
}

void pool_hold_parts(struct pool *pool, uint32_t job, int64_t started_us) {
    struct pool_job *it = &pool->job[job];
    const struct pool_part *first = &pool->part[it->part];
    it->state = POOL_RUNNING;
    it->started_us = started_us;
    it->started = ++pool->started;
    it->end_us = pool_later(started_us, it->left_us);
    parts_take(pool, job);
    shares_add(pool, job, first->gpus ? pool->cluster->node[first->node].type : CLUSTER_NO_TYPE);
    ends_push(pool, job);
}

void pool_drop_parts(struct pool *pool, uint32_t job) {
    ends_remove(pool, job);
    shares_subtract(pool, job);
    parts_give(pool, job);
}

// ---- jobs go

// Nothing of a job is held, promised or waited for any more; its number is still its own.
static void let_go(struct pool *pool, uint32_t job) {
    struct pool_job *it = &pool->job[job];
    if (it->state == POOL_WAITING) {
        pool_end_waiting(pool, job);
        if (it->is_promised) {
            reclaim_unpromise(pool, job);
            shares_discharge(pool, job);
        }
    } else {
        if (it->state == POOL_STOPPING) {
            pool->n_stopping--;
            if (it->for_job != POOL_NO_JOB) {
                pool->job[it->for_job].n_pending--;
                it->for_job = POOL_NO_JOB;
            }
        }
        pool_drop_parts(pool, job);
        pool->n_since++;
    }
    parts_free(pool, job);
    if (pool->head == job) {
        plan_drop(pool);
    }
}

static bool is_there(const struct pool *pool, uint32_t job) {
    return job < pool->n_job && pool->job[job].state != POOL_ABSENT;
}

void pool_end(struct pool *pool, int64_t now_us, uint32_t job) {
    shares_advance(pool, now_us);
    if (is_there(pool, job)) {
        private_end(pool, job);
        let_go(pool, job);
        drop_job(pool, job);
    }
}

void pool_requeue(struct pool *pool, int64_t now_us, uint32_t job, int64_t left_us) {
    shares_advance(pool, now_us);
    if (is_there(pool, job) && pool->job[job].state != POOL_WAITING) {
        struct pool_job *it = &pool->job[job];
        private_requeue(pool, job, left_us > 0 ? left_us : 1);
        let_go(pool, job);
        it->n_stopped++;
        it->left_us = left_us > 0 ? left_us : 1;
        const maru_status st = lines_find(pool, &it->ask, &it->line, NULL);
        assert(st == MARU_OK); // lines_reserve has seen to it
        (void)st;
        begin_waiting(pool, job);
    }
}

// ---- what else happens

void pool_set_node(struct pool *pool, int64_t now_us, uint32_t node, enum node_state state) {
    shares_advance(pool, now_us);
    if (node >= pool->n_node) {
        return;
    }
    const bool was_down = space_node_state(pool->space, node) == NODE_DOWN;
    lines_before_change(pool, node);
    space_set_node(pool->space, node, state);
    lines_after_change(pool, node);
    private_set_node(pool, node, state);
    uint64_t *load = &pool->site_load[pool->cluster->node[node].site];
    if (was_down != (state == NODE_DOWN)) { // what is down draws nothing when idle
        *load = was_down ? *load + idle_load(pool, node) : *load - idle_load(pool, node);
    }
    pool->is_node_due = pool->is_node_due || state == NODE_DOWN;
    pool->is_power_due = true;
    if (state != NODE_UP && pool->node[node].plan_at != NONE) {
        plan_drop(pool);
    }
}

static void spread_hold(struct pool *pool) {
    for (uint32_t a = 0; a < pool->n_account; a++) {
        struct pool_account *it = &pool->account[a];
        it->is_below_held =
            it->is_held || (a && pool->account[pool->accounts->row[a].parent].is_below_held);
    }
}

void pool_hold(struct pool *pool, int64_t now_us, uint32_t account, bool is_held) {
    shares_advance(pool, now_us);
    if (account < pool->n_account && pool->account[account].is_held != is_held) {
        pool->account[account].is_held = is_held;
        spread_hold(pool);
        private_hold(pool);
        pool->is_hold_due = true;
        if (pool->head != NONE && pool->account[pool->job[pool->head].ask.account].is_below_held) {
            plan_drop(pool);
        }
    }
}

void pool_set_cap(struct pool *pool, int64_t now_us, uint64_t cap_watts) {
    shares_advance(pool, now_us);
    pool->cap_watts = cap_watts;
    pool->is_power_due = true;
}

// ---- reservations

static bool overlaps(const struct pool *pool, int64_t from_us, int64_t until_us,
                     const uint32_t *node, uint32_t n_node) {
    for (uint32_t i = 0; i < n_node; i++) {
        if (pool->node[node[i]].n_calendar &&
            !calendar_allows(pool, node[i], 0, from_us, until_us)) {
            return true;
        }
    }
    return false;
}

static maru_status check_reservation(const struct pool *pool, int64_t from_us, int64_t until_us,
                                     const uint32_t *node, uint32_t n_node, maru_error *err) {
    if (from_us >= until_us || n_node == 0) {
        return fail(err, MARU_E_RANGE, "a reservation ends after it begins, and has nodes");
    }
    for (uint32_t i = 0; i < n_node; i++) {
        if (node[i] >= pool->n_node || (i > 0 && node[i] <= node[i - 1])) {
            return fail(err, MARU_E_RANGE, "nodes of a reservation are of the cluster, and rising");
        }
    }
    return overlaps(pool, from_us, until_us, node, n_node)
               ? fail(err, MARU_E_RANGE, "a node of it is reserved for others in that time")
               : MARU_OK;
}

static uint32_t free_calendar(const struct pool *pool) {
    uint32_t c = 0;
    while (c < pool->n_calendar && pool->calendar[c].n_node) {
        c++;
    }
    return c;
}

maru_status pool_reserve(struct pool *pool, int64_t from_us, int64_t until_us, const uint32_t *node,
                         uint32_t n_node, uint32_t *calendar, maru_error *err) {
    const maru_status st = check_reservation(pool, from_us, until_us, node, n_node, err);
    if (st != MARU_OK) {
        return st;
    }
    const uint32_t c = free_calendar(pool);
    if (c >= POOL_MAX_CALENDAR || pool->n_calendar_node > UINT32_MAX - n_node) {
        return fail(err, MARU_E_LIMIT, "at most %d reservations are possible", POOL_MAX_CALENDAR);
    }
    if (!pool_grow((void **)&pool->calendar, &pool->cap_calendar, c + 1, sizeof *pool->calendar) ||
        !pool_grow((void **)&pool->calendar_node, &pool->cap_calendar_node,
                   pool->n_calendar_node + n_node, sizeof *pool->calendar_node)) {
        return fail(err, MARU_E_MEMORY, "no memory for a reservation");
    }
    memcpy(pool->calendar_node + pool->n_calendar_node, node, n_node * sizeof *node);
    pool->calendar[c] = (struct pool_calendar){.from_us = from_us,
                                               .until_us = until_us,
                                               .first_node = pool->n_calendar_node,
                                               .n_node = n_node};
    pool->n_calendar_node += n_node;
    pool->n_calendar = c == pool->n_calendar ? c + 1 : pool->n_calendar;
    for (uint32_t i = 0; i < n_node; i++) {
        pool->node[node[i]].n_calendar++;
    }
    pool->calendar_us = INT64_MIN; // to be looked at
    plan_drop(pool);
    lines_open_all(pool);
    *calendar = c + 1;
    return MARU_OK;
}

void pool_unreserve(struct pool *pool, uint32_t calendar) {
    if (calendar == 0 || calendar > pool->n_calendar || !pool->calendar[calendar - 1].n_node) {
        return;
    }
    struct pool_calendar *it = &pool->calendar[calendar - 1];
    uint32_t *nodes = pool->calendar_node + it->first_node;
    for (uint32_t i = 0; i < it->n_node; i++) {
        pool->node[nodes[i]].n_calendar--;
    }
    const uint32_t behind = pool->n_calendar_node - it->first_node - it->n_node;
    memmove(nodes, nodes + it->n_node, behind * sizeof *nodes);
    for (uint32_t c = 0; c < pool->n_calendar; c++) {
        if (pool->calendar[c].first_node > it->first_node) {
            pool->calendar[c].first_node -= it->n_node;
        }
    }
    pool->n_calendar_node -= it->n_node;
    it->n_node = 0;
    plan_drop(pool);
    lines_open_all(pool);
}
