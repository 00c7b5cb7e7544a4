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
        const int64_t end = pool->n_ends ? pool->job[pool->ends[0]].end_us : INT64_MAX;
        const int64_t next = pool_next_us(pool);
        const int64_t at = next < end ? next : end;
        if (at == INT64_MAX) {
            return INT64_MAX;
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
