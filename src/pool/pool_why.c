#include "base/alloc.h"
#include "base/status.h"
#include "pool/pool_future.h"
#include "pool/pool_lines.h"
#include "pool/pool_parts.h"
#include "pool/pool_plan.h"
#include "pool/pool_shares.h"
#include "pool/pool_stops.h"

// Why a job waits: what keeps it back is taken away one by one, until it could start. When it begins if all who run take all
// their time is found out by playing a copy of the state forward with just these times.

enum { WHY_MAX_EVENTS = 20000 }; // of a copy that is played forward; then it is not known

static uint32_t held_by(const struct pool *pool, uint32_t account) {
    while (!pool->account[account].is_held && account > 0) {
        account = pool->accounts->row[account].parent;
    }
    return account;
}

// Could it stand here, were nothing else running, with the nodes that are up?
static bool fits_empty(const struct pool *pool, const struct pool_ask *ask) {
    uint64_t room[CLUSTER_MAX_TYPES + 1] = {0};
    for (uint32_t i = 0; i < pool->n_node; i++) {
        if (space_node_state(pool->space, i) == NODE_UP) {
            uint64_t *of = &room[future_slot(pool, i, &ask->want)];
            *of += parts_empty_room(pool, i, &ask->want);
            if (*of >= ask->n_part) {
                return true;
            }
        }
    }
    return false;
}

static void count_free(const struct pool *pool, const struct pool_ask *ask, struct pool_why *out) {
    const uint32_t types = shares_types(pool, ask);
    for (uint32_t t = 0; t < pool->cluster->n_type; t++) {
        out->n_free += types >> t & 1 ? space_n_free(pool->space, (uint8_t)t) : 0;
    }
    const uint64_t n = (ask_milli(ask) + GPU_WHOLE - 1) / GPU_WHOLE;
    out->n_missing = n > out->n_free ? (uint32_t)(n - out->n_free) : 0;
}

static enum wait_reason what_restricts(struct pool *pool, uint32_t job, uint32_t types) {
    struct allowing allowing;
    const struct pool_job *it = &pool->job[job];
    const bool outlasts = pool->head != NONE && pool->head != job &&
                          pool_later(pool->now_us, it->left_us) > pool->head_us;
    stops_allowing(&allowing, pool, job, false);
    allowing.skips_power = true;
    allowing.skips &= (uint8_t)~MARK_PROMISED;
    if (!decide_room(pool, job, &allowing, 0, types)) {
        return WAIT_RESERVED;
    }
    allowing.skips_power = false;
    if (!decide_room(pool, job, &allowing, 0, types)) {
        return WAIT_POWER;
    }
    stops_allowing(&allowing, pool, job, outlasts);
    bool is_found = decide_room(pool, job, &allowing, 0, types);
    if (is_found && outlasts) {
        is_found = decide_beside_plan(pool, job, &allowing, 0, types);
        if (is_found && !allowing.skips_plan_nodes) {
            plan_give(pool, pool->part + it->part, it->ask.n_part);
        }
    }
    return is_found ? WAIT_NOT : WAIT_BEHIND;
}

static enum wait_reason find_reason(struct pool *pool, uint32_t job, struct pool_why *out) {
    const struct pool_job *it = &pool->job[job];
    const struct pool_ask *ask = &it->ask;
    if (pool->account[ask->account].is_below_held) {
        out->blocker = held_by(pool, ask->account);
        return WAIT_HELD;
    }
    if (it->is_promised || it->is_claimed) {
        return WAIT_STOPPING;
    }
    const uint32_t types = shares_allowed(pool, ask);
    if (types == 0) {
        out->blocker = shares_limited_by(pool, ask);
        out->blocker = out->blocker == NONE ? ask->account : out->blocker;
        return WAIT_LIMIT;
    }
    if (parts_new(pool, job, NULL) != MARU_OK) {
        return WAIT_FULL;
    }
    enum wait_reason reason = WAIT_FULL;
    if (decide_room(pool, job, NULL, 0, types)) {
        reason = what_restricts(pool, job, types);
    } else if (!fits_empty(pool, ask)) {
        reason = WAIT_NODES;
    } else if (out->n_missing == 0 && ask->want.n_gpu > 0) {
        reason = WAIT_SCATTERED;
    }
    parts_free(pool, job);
    return reason;
}

static bool shares_a_type(const struct pool *pool, const struct pool_ask *a,
                          const struct pool_ask *b) {
    return (a->want.n_gpu == 0 && b->want.n_gpu == 0) ||
           (a->want.n_gpu && b->want.n_gpu && (shares_types(pool, a) & shares_types(pool, b)));
}

static uint32_t count_ahead(struct pool *pool, uint32_t job, uint32_t *first) {
    uint32_t n = 0;
    *first = NONE;
    queue_prepare(pool);
    for (uint32_t j = pool->first_waiting; j != NONE; j = pool->job[j].wait_next) {
        if (j != job && shares_a_type(pool, &pool->job[j].ask, &pool->job[job].ask) &&
            queue_before(pool, j, job)) {
            n++;
            *first = *first == NONE || queue_before(pool, j, *first) ? j : *first;
        }
    }
    return n;
}

// ---- when

static maru_status see_nothing(void *context, const struct decision *decision, maru_error *err) {
    (void)context;
    (void)decision;
    (void)err;
    return MARU_OK;
}

// All who run take all their time: to the next moment at which anything happens.
//   out     false: there is none
static bool play_on(struct pool *pool) {
    const int64_t end = pool->n_ends ? pool->job[pool->ends[0]].end_us : INT64_MAX;
    const int64_t next = pool_next_us(pool);
    const int64_t at = next < end ? next : end;
    if (at == INT64_MAX) {
        return false;
    }
    if (next < end) {
        shares_advance(pool, next);
    } else if (pool->job[pool->ends[0]].state == POOL_STOPPING &&
               pool->job[pool->ends[0]].left_us > 1) {
        const struct pool_job *it = &pool->job[pool->ends[0]];
        const int64_t ran = end - it->started_us;
        const int64_t left = it->left_us == INT64_MAX ? INT64_MAX : it->left_us - ran;
        pool_requeue(pool, end, pool->ends[0], left);
    } else {
        pool_end(pool, end, pool->ends[0]);
    }
    return true;
}

int64_t pool_play_until(struct pool *pool, uint32_t job, uint32_t n_most) {
    struct pool_look look;
    for (uint32_t n = 0; n < n_most; n++) {
        if (pool_decide(pool, pool->now_us, see_nothing, NULL, NULL) != MARU_OK) {
            return INT64_MAX;
        }
        pool_look(pool, job, &look);
        if (look.state == POOL_RUNNING) {
            return look.started_us;
        }
        if (!play_on(pool)) {
            return INT64_MAX;
        }
    }
    return INT64_MAX;
}

static int64_t planned(const struct pool *pool, uint32_t job) {
    struct pool *copy = NULL;
    if (pool_copy(pool, &copy, NULL) != MARU_OK) {
        return INT64_MAX;
    }
    const int64_t us = pool_play_until(copy, job, WHY_MAX_EVENTS);
    pool_free(copy);
    return us;
}

void pool_why(struct pool *pool, int64_t now_us, uint32_t job, struct pool_why *out) {
    *out = (struct pool_why){.reason = WAIT_NOT, .blocker = POOL_NO_JOB, .planned_us = INT64_MAX};
    shares_advance(pool, now_us);
    if (job >= pool->n_job || pool->job[job].state != POOL_WAITING) {
        return;
    }
    uint32_t first = NONE;
    count_free(pool, &pool->job[job].ask, out);
    out->n_ahead = count_ahead(pool, job, &first);
    out->reason = find_reason(pool, job, out);
    if (out->reason == WAIT_BEHIND) {
        out->blocker = pool->head != NONE && pool->head != job ? pool->head : first;
    }
    out->planned_us = out->reason == WAIT_NOT ? pool->now_us : planned(pool, job);
}

// ---- many at once

struct waiting { // in the order of the queue
    uint32_t job;
    uint32_t at;    // of those asked for, NONE: none
    uint64_t types; // that it can use; without GPUs bit 32
};

struct asking {
    struct pool *pool; // that is played forward
    struct pool_why *out;
    uint32_t *at;    // (n_job) of each job among those asked for, NONE: none, or it has begun
    uint32_t *begun; // (n_begun) of them, in this deciding
    uint32_t n_begun, n_left;
};

static maru_status see_start(void *context, const struct decision *decision, maru_error *err) {
    struct asking *const asking = context;
    (void)err;
    if (decision->kind == DECISION_START && asking->at[decision->job] != NONE) {
        asking->begun[asking->n_begun++] = decision->job;
    }
    return MARU_OK;
}

// One that is stopped in the deciding in which it begins begins another time.
static void note_begun(struct asking *asking) {
    for (uint32_t i = 0; i < asking->n_begun; i++) {
        const uint32_t job = asking->begun[i];
        if (asking->pool->job[job].state == POOL_RUNNING) {
            asking->out[asking->at[job]].planned_us = asking->pool->job[job].started_us;
            asking->at[job] = NONE;
            asking->n_left--;
        }
    }
    asking->n_begun = 0;
}

static uint64_t usable(const struct pool *pool, uint32_t job) {
    const struct pool_ask *const ask = &pool->job[job].ask;
    return ask->want.n_gpu ? shares_types(pool, ask) : UINT64_C(1) << 32;
}

// How many of the queue are before each that is asked for and want the same, and the first of them.
//   in      waiting (n), in the order of the queue; first (n of out)
static void count_all_ahead(const struct waiting *waiting, uint32_t n, struct pool_why *out,
                            uint32_t *first) {
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t at = waiting[i].at;
        for (uint32_t k = 0; at != NONE && k < i; k++) {
            if (waiting[k].types & waiting[i].types) {
                first[at] = first[at] == NONE ? waiting[k].job : first[at];
                out[at].n_ahead++;
            }
        }
    }
}

// When each of them begins, on a copy that is played until the last has begun.
static void plan_all(const struct pool *pool, struct asking *asking) {
    if (asking->n_left == 0 || pool_copy(pool, &asking->pool, NULL) != MARU_OK) {
        return;
    }
    for (uint32_t n = 0; asking->n_left > 0 && n < WHY_MAX_EVENTS; n++) {
        if (pool_decide(asking->pool, asking->pool->now_us, see_start, asking, NULL) != MARU_OK) {
            break;
        }
        note_begun(asking);
        if (!play_on(asking->pool)) {
            break;
        }
    }
    pool_free(asking->pool);
}

// All that wait, in the order of the queue.
//   in      waiting, at (pool->n_job)
//   out     how many
static uint32_t look_waiting(struct pool *pool, const uint32_t *at, struct waiting *waiting) {
    uint32_t n = 0;
    queue_prepare(pool);
    for (uint32_t j = pool->first_waiting; j != NONE; j = pool->job[j].wait_next) {
        pool->scratch[n++] = j;
    }
    sort_jobs(pool, pool->scratch, n, pool->scratch2, queue_before);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t job = pool->scratch[i];
        waiting[i] = (struct waiting){job, at[job], usable(pool, job)};
    }
    return n;
}

// Each waits.
static void ask_all(struct pool *pool, struct asking *asking, const uint32_t *job, uint32_t n,
                    struct waiting *waiting, uint32_t *first) {
    count_all_ahead(waiting, look_waiting(pool, asking->at, waiting), asking->out, first);
    for (uint32_t i = 0; i < n; i++) {
        struct pool_why *const out = &asking->out[i];
        if (job[i] >= pool->n_job || asking->at[job[i]] != i) {
            continue; // it does not wait
        }
        count_free(pool, &pool->job[job[i]].ask, out);
        out->reason = find_reason(pool, job[i], out);
        if (out->reason == WAIT_BEHIND) {
            out->blocker = pool->head != NONE && pool->head != job[i] ? pool->head : first[i];
        }
        if (out->reason == WAIT_NOT) {
            out->planned_us = pool->now_us;
            asking->at[job[i]] = NONE;
            asking->n_left--;
        }
    }
    plan_all(pool, asking);
}

maru_status pool_whys(struct pool *pool, int64_t now_us, const uint32_t *job, uint32_t n,
                      struct pool_why *out, maru_error *err) {
    struct asking asking = {.out = out};
    shares_advance(pool, now_us);
    asking.at = alloc_new((size_t)pool->n_job + 1, sizeof *asking.at);
    struct waiting *const waiting = alloc_new((size_t)pool->n_job + 1, sizeof *waiting);
    uint32_t *const first = alloc_new((size_t)n + 1, sizeof *first);
    asking.begun = alloc_new((size_t)n + 1, sizeof *asking.begun);
    const bool is_well = asking.at && waiting && first && asking.begun;
    for (uint32_t i = 0; is_well && i < pool->n_job; i++) {
        asking.at[i] = NONE;
    }
    for (uint32_t i = 0; is_well && i < n; i++) {
        out[i] =
            (struct pool_why){.reason = WAIT_NOT, .blocker = POOL_NO_JOB, .planned_us = INT64_MAX};
        first[i] = NONE;
        if (job[i] < pool->n_job && pool->job[job[i]].state == POOL_WAITING) {
            asking.at[job[i]] = i;
            asking.n_left++;
        }
    }
    if (is_well) {
        ask_all(pool, &asking, job, n, waiting, first);
    }
    alloc_free(asking.at);
    alloc_free(asking.begun);
    alloc_free(waiting);
    alloc_free(first);
    return is_well ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
}
