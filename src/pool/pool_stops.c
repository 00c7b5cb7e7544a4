#include "pool/pool_stops.h"

#include "pool/pool_future.h"
#include "pool/pool_parts.h"
#include "pool/pool_plan.h"
#include "pool/pool_private.h"
#include "pool/pool_shares.h"

// What has to stop is gathered first, then told one by one; what is not told yet is found again at the next deciding, since
// the flag that says so goes only when all are told.

// ---- order

void sort_jobs(const struct pool *pool, uint32_t *job, uint32_t n, uint32_t *room,
               job_before before) {
    for (uint32_t width = 1; width<n; width = width> n / 2 ? n : width * 2) { // merge sort
        for (uint32_t from = 0; from<n; from += n - from> 2 * width ? 2 * width : n - from) {
            const uint32_t mid = n - from > width ? from + width : n;
            const uint32_t end = n - mid > width ? mid + width : n;
            for (uint32_t i = from, k = mid, at = from; at < end; at++) {
                const bool is_right = i >= mid || (k < end && before(pool, job[k], job[i]));
                room[at] = is_right ? job[k++] : job[i++];
            }
        }
        for (uint32_t i = 0; i < n; i++) {
            job[i] = room[i];
        }
    }
}

static bool is_younger(const struct pool *pool, uint32_t a, uint32_t b) {
    return pool->job[a].started > pool->job[b].started;
}

static bool is_shed_before(const struct pool *pool, uint32_t a, uint32_t b) {
    const struct pool_job *x = &pool->job[a], *y = &pool->job[b];
    if (pool->policy.shed == SHED_BORROWED && x->is_borrowed != y->is_borrowed) {
        return x->is_borrowed;
    }
    if (pool->policy.shed == SHED_LARGEST && ask_milli(&x->ask) != ask_milli(&y->ask)) {
        return ask_milli(&x->ask) > ask_milli(&y->ask);
    }
    return x->started > y->started;
}

// ---- telling

maru_status stops_tell(const struct deciding *deciding, uint32_t job, enum stop_reason reason,
                       uint32_t for_job) {
    struct pool *pool = deciding->pool;
    struct pool_job *it = &pool->job[job];
    const int64_t end_us = it->end_us;
    const int64_t grace_us = it->ask.grace_us > 0 ? it->ask.grace_us : pool->policy.grace_us;
    const struct decision decision = {.kind = DECISION_STOP,
                                      .job = job,
                                      .tag = it->ask.tag,
                                      .reason = reason,
                                      .for_job = for_job,
                                      .grace_us = grace_us};
    ends_remove(pool, job);
    it->state = POOL_STOPPING;
    it->reason = (uint8_t)reason;
    it->end_us =
        end_us < pool_later(pool->now_us, grace_us) ? end_us : pool_later(pool->now_us, grace_us);
    ends_push(pool, job);
    const maru_status st = deciding->see(deciding->context, &decision, deciding->err);
    if (st != MARU_OK) {
        ends_remove(pool, job);
        it->state = POOL_RUNNING;
        it->end_us = end_us;
        ends_push(pool, job);
        return st;
    }
    it->for_job = for_job;
    pool->n_stopping++;
    for (uint32_t i = it->part; i < it->part + it->ask.n_part; i++) {
        private_touch(pool, pool->part[i].node);
    }
    return MARU_OK;
}

typedef bool (*has_to_stop)(const struct pool *pool, uint32_t job);

static maru_status stop_all(const struct deciding *deciding, enum stop_reason reason,
                            has_to_stop has_to) {
    struct pool *pool = deciding->pool;
    uint32_t n = 0;
    for (uint32_t i = 0; i < pool->n_ends; i++) {
        const uint32_t job = pool->ends[i];
        if (pool->job[job].state == POOL_RUNNING && has_to(pool, job)) {
            pool->scratch[n++] = job;
        }
    }
    sort_jobs(pool, pool->scratch, n, pool->scratch2, is_younger);
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        st = stops_tell(deciding, pool->scratch[i], reason, POOL_NO_JOB);
    }
    return st;
}

static bool is_held(const struct pool *pool, uint32_t job) {
    return pool->account[pool->job[job].ask.account].is_below_held;
}

static bool is_on_lost_node(const struct pool *pool, uint32_t job) {
    const struct pool_job *it = &pool->job[job];
    for (uint32_t i = it->part; i < it->part + it->ask.n_part; i++) {
        if (space_node_state(pool->space, pool->part[i].node) == NODE_DOWN) {
            return true;
        }
    }
    return false;
}

// ---- reservations

// The beginning of the first reservation of others that it would still run in, INT64_MAX: none.
static int64_t in_the_way_of(const struct pool *pool, uint32_t job) {
    const struct pool_job *it = &pool->job[job];
    int64_t first = INT64_MAX;
    for (uint32_t i = it->part; i < it->part + it->ask.n_part; i++) {
        const uint32_t node = pool->part[i].node;
        for (uint32_t c = 0; pool->node[node].n_calendar && c < pool->n_calendar; c++) {
            const struct pool_calendar *calendar = &pool->calendar[c];
            if (calendar->n_node && calendar->from_us < first && c + 1 != it->ask.calendar &&
                calendar->until_us > pool->now_us &&
                !calendar_allows(pool, node, it->ask.calendar, calendar->from_us, it->end_us)) {
                first = calendar->from_us;
            }
        }
    }
    return first;
}

static int64_t stop_time(const struct pool *pool, uint32_t job) {
    const struct pool_job *it = &pool->job[job];
    const int64_t from = in_the_way_of(pool, job);
    const int64_t grace_us = it->ask.grace_us > 0 ? it->ask.grace_us : pool->policy.grace_us;
    return from == INT64_MAX             ? INT64_MAX
           : from < INT64_MIN + grace_us ? INT64_MIN
                                         : from - grace_us;
}

static bool is_due(const struct pool *pool, uint32_t job) {
    return stop_time(pool, job) <= pool->now_us;
}

static maru_status clear_calendars(const struct deciding *deciding) {
    struct pool *pool = deciding->pool;
    const maru_status st = stop_all(deciding, STOP_RESERVED, is_due);
    if (st == MARU_OK) {
        pool->calendar_us = INT64_MAX;
        for (uint32_t i = 0; i < pool->n_ends; i++) {
            if (pool->job[pool->ends[i]].state == POOL_RUNNING) {
                const int64_t us = stop_time(pool, pool->ends[i]);
                pool->calendar_us = us < pool->calendar_us ? us : pool->calendar_us;
            }
        }
    }
    return st;
}

// ---- power

static uint64_t load_of(const struct pool *pool, uint32_t site) {
    return site == NONE ? pool_load(pool) : pool->site_load[site];
}

// Below a cap again, counted in thousandths of a watt; who is stopping already counts as gone.
static maru_status shed(const struct deciding *deciding, uint32_t site, uint64_t cap) {
    struct pool *pool = deciding->pool;
    uint64_t load = load_of(pool, site);
    uint32_t n = 0, n_gone = 0;
    if (load <= cap) {
        return MARU_OK;
    }
    for (uint32_t i = 0; i < pool->n_ends; i++) {
        if (pool->job[pool->ends[i]].state == POOL_STOPPING) {
            load -= parts_release(pool, pool->ends[i], site);
        } else {
            pool->scratch[n++] = pool->ends[i];
        }
    }
    sort_jobs(pool, pool->scratch, n, pool->scratch2, is_shed_before);
    for (; load > cap && n_gone < n; n_gone++) {
        load -= parts_release(pool, pool->scratch[n_gone], site);
    }
    uint32_t n_shed = 0; // whose going changes nothing stays: of those on one GPU all go, or none
    for (uint32_t i = n_gone; i-- > 0;) {
        parts_restore(pool, pool->scratch[i]);
        if (parts_release(pool, pool->scratch[i], site) > 0) {
            pool->scratch2[n_shed++] = pool->scratch[i];
        } else {
            parts_restore(pool, pool->scratch[i]);
        }
    }
    for (uint32_t i = 0; i < n_shed; i++) {
        parts_restore(pool, pool->scratch2[i]);
    }
    for (uint32_t i = 0; i < pool->n_ends; i++) {
        if (pool->job[pool->ends[i]].state == POOL_STOPPING) {
            parts_restore(pool, pool->ends[i]);
        }
    }
    maru_status st = MARU_OK;
    for (uint32_t i = n_shed; st == MARU_OK && i-- > 0;) { // the first in order is told first
        st = stops_tell(deciding, pool->scratch2[i], STOP_POWER, POOL_NO_JOB);
    }
    return st;
}

static maru_status shed_all(const struct deciding *deciding) {
    struct pool *pool = deciding->pool;
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < pool->n_site; i++) {
        const uint64_t cap = pool->cluster->site[i].cap_watts;
        st = cap ? shed(deciding, i, cap * 1000) : MARU_OK;
    }
    return st == MARU_OK && pool->cap_watts ? shed(deciding, NONE, pool->cap_watts * 1000) : st;
}

maru_status stops_due(const struct deciding *deciding) {
    struct pool *pool = deciding->pool;
    maru_status st = MARU_OK;
    if (pool->is_hold_due) {
        st = stop_all(deciding, STOP_BUDGET, is_held);
        pool->is_hold_due = st != MARU_OK;
    }
    if (st == MARU_OK && pool->is_node_due) {
        st = stop_all(deciding, STOP_NODE, is_on_lost_node);
        pool->is_node_due = st != MARU_OK;
    }
    if (st == MARU_OK && pool->calendar_us <= pool->now_us) {
        st = clear_calendars(deciding);
    }
    if (st == MARU_OK && pool->is_power_due) {
        st = shed_all(deciding);
        pool->is_power_due = st != MARU_OK;
    }
    return st;
}

// ---- where a part may stand

void stops_allowing(struct allowing *out, struct pool *pool, uint32_t job, bool is_beside_plan) {
    const struct pool_job *it = &pool->job[job];
    const uint64_t load = pool_load(pool), cap = pool->cap_watts * 1000;
    *out = (struct allowing){.pool = pool,
                             .ask = &it->ask,
                             .from_us = pool->now_us,
                             .until_us = pool_later(pool->now_us, it->left_us),
                             .beside_plan = is_beside_plan ? &it->ask.want : NULL,
                             .has_power = pool->cap_watts > 0,
                             .skips = private_skips(pool, &it->ask),
                             .headroom = cap > load ? cap - load : 0};
}

static bool has_power(const struct allowing *it, uint32_t node) {
    const struct pool *pool = it->pool;
    const uint32_t site = pool->cluster->node[node].site;
    const uint64_t more = parts_load(pool, node, it->ask->want.n_gpu) * it->ask->n_part;
    const uint64_t cap = pool->cluster->site[site].cap_watts * 1000;
    return (!it->has_power || more == 0 || more <= it->headroom) &&
           (cap == 0 || more == 0 || pool->site_load[site] + more <= cap);
}

bool stops_allows(const void *context, uint32_t node) {
    const struct allowing *it = context;
    const struct pool_node *at = &it->pool->node[node];
    if (it->beside_plan && at->plan_at != NONE &&
        (it->skips_plan_nodes || !plan_allows(it->pool, node, it->beside_plan))) {
        return false;
    }
    if ((at->n_calendar > 0 || it->ask->calendar) && !it->skips_calendars &&
        !calendar_allows(it->pool, node, it->ask->calendar, it->from_us, it->until_us)) {
        return false;
    }
    return it->skips_power || has_power(it, node);
}
