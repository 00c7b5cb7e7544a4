#include "pool/pool_reclaim.h"

#include "base/status.h"
#include "pool/pool_future.h"
#include "pool/pool_lines.h"
#include "pool/pool_parts.h"
#include "pool/pool_plan.h"
#include "pool/pool_shares.h"

// One part: each node where somebody may be stopped is looked at, the nodes of the youngest first, for the fewest whose going
// makes room; among equally few, the youngest. A gang: the youngest go, in a future, until it fits; then all who need not go
// come back, the oldest first. In both the place is then really looked for with them gone, before anybody is told.
//
// A promise: the job leaves its line, keeps its place, and begins when the last of those who stop for it is gone. Nobody else
// starts on its nodes meanwhile. Its guarantee is charged from the promise on.

enum {
    RECLAIM_MAX_NODES = 256,  // looked at for one part
    RECLAIM_MAX_VICTIMS = 64, // considered on one node
};

struct reclaiming {
    const struct deciding *deciding;
    struct pool *pool;
    uint32_t job;
    bool is_inside; // so what is borrowed may be stopped
    struct future future;
    uint32_t *victim; // (n_victim), youngest first: pool->scratch2
    uint32_t n_victim;
};

static bool may_stop(const struct reclaiming *it, uint32_t job) {
    struct pool *pool = it->pool;
    const struct pool_job *victim = &pool->job[job], *claimant = &pool->job[it->job];
    const bool is_lower = pool->policy.reclaim == RECLAIM_PRIORITY &&
                          victim->ask.account == claimant->ask.account &&
                          victim->ask.priority < claimant->ask.priority;
    if (victim->state != POOL_RUNNING || !victim->ask.can_stop || victim->is_covered ||
        !(is_lower || (it->is_inside && victim->is_borrowed))) {
        return false;
    }
    const int64_t free_us = pool_later(victim->started_us, pool->policy.protect_us);
    if (free_us > pool->now_us) {
        pool->retry_us = free_us < pool->retry_us ? free_us : pool->retry_us;
        return false;
    }
    return true;
}

static bool is_younger_job(const struct pool *pool, uint32_t a, uint32_t b) {
    return pool->job[a].started > pool->job[b].started;
}

// All who may be stopped, the youngest first, in pool->scratch.
static uint32_t gather(struct reclaiming *it) {
    struct pool *pool = it->pool;
    uint32_t n = 0;
    if (pool->policy.reclaim != RECLAIM_PRIORITY) {
        for (uint32_t job = pool->youngest; job != NONE; job = pool->job[job].older) {
            if (may_stop(it, job)) {
                pool->scratch[n++] = job;
            }
        }
        return n;
    }
    for (uint32_t i = 0; i < pool->n_ends; i++) {
        if (may_stop(it, pool->ends[i])) {
            pool->scratch[n++] = pool->ends[i];
        }
    }
    sort_jobs(pool, pool->scratch, n, pool->scratch2, is_younger_job);
    return n;
}

// ---- one part

struct choice {
    uint32_t victim[RECLAIM_MAX_VICTIMS];
    uint32_t n;
};

// Do these leave room on the node? One of them may be left out.
static bool has_room_without(const struct reclaiming *it, uint32_t node,
                             const struct choice *choice, uint32_t left_out) {
    const struct pool *pool = it->pool;
    struct node_free free = pool->sim[pool->node[node].sim_at].free;
    for (uint32_t i = 0; i < choice->n; i++) {
        if (i == left_out) {
            continue;
        }
        const struct pool_job *job = &pool->job[choice->victim[i]];
        for (uint32_t p = job->part; p < job->part + job->ask.n_part; p++) {
            if (pool->part[p].node == node) {
                future_free_part(&free, &pool->part[p]);
            }
        }
    }
    return future_room(&it->future, node, &free) > 0;
}

static void gather_on(struct reclaiming *it, uint32_t node, struct choice *all) {
    struct pool *pool = it->pool;
    all->n = 0;
    for (uint32_t p = pool->node[node].first_part; p != NONE; p = pool->link[p].next) {
        const uint32_t job = pool->link[p].job;
        bool is_new = all->n < RECLAIM_MAX_VICTIMS && may_stop(it, job);
        for (uint32_t i = 0; is_new && i < all->n; i++) {
            is_new = all->victim[i] != job;
        }
        if (is_new) { // in its place, the youngest first
            uint32_t at = all->n++;
            for (; at > 0 && is_younger_job(pool, job, all->victim[at - 1]); at--) {
                all->victim[at] = all->victim[at - 1];
            }
            all->victim[at] = job;
        }
    }
}

// The fewest on one node; n 0: none suffice.
static void choose_on(struct reclaiming *it, uint32_t node, struct choice *out) {
    struct choice all;
    gather_on(it, node, &all);
    out->n = 0;
    for (uint32_t i = 0; i < all.n; i++) { // one alone is fewer than any other choice
        const struct choice one = {.victim = {all.victim[i]}, .n = 1};
        if (has_room_without(it, node, &one, NONE)) {
            *out = one;
            return;
        }
    }
    bool is_enough = false;
    for (uint32_t i = 0; !is_enough && i < all.n; i++) {
        out->victim[out->n++] = all.victim[i];
        is_enough = has_room_without(it, node, out, NONE);
    }
    for (uint32_t i = out->n; is_enough && i-- > 0;) { // the oldest first
        if (has_room_without(it, node, out, i)) {
            for (uint32_t k = i + 1; k < out->n; k++) {
                out->victim[k - 1] = out->victim[k];
            }
            out->n--;
        }
    }
    out->n = is_enough ? out->n : 0;
}

static bool is_better(const struct pool *pool, const struct choice *a, const struct choice *b) {
    if (b->n == 0 || a->n == 0 || a->n != b->n) {
        return a->n > 0 && (b->n == 0 || a->n < b->n);
    }
    return is_younger_job(pool, a->victim[a->n - 1], b->victim[b->n - 1]);
}

static bool choose_for_part(struct reclaiming *it, const uint32_t *from, uint32_t n) {
    struct pool *pool = it->pool;
    struct choice best = {.n = 0}, one;
    uint32_t n_looked = 0;
    for (uint32_t i = 0; i < n && best.n != 1 && n_looked < RECLAIM_MAX_NODES; i++) {
        const struct pool_job *job = &pool->job[from[i]];
        for (uint32_t p = job->part; p < job->part + job->ask.n_part; p++) {
            const uint32_t node = pool->part[p].node;
            if (space_could(pool->cluster, node, &it->future.want)) {
                if (!future_touch(&it->future, node)) {
                    return false;
                }
                struct sim_node *sim = &pool->sim[pool->node[node].sim_at];
                if (sim->is_looked) {
                    continue;
                }
                sim->is_looked = true;
                n_looked++;
                choose_on(it, node, &one);
                best = is_better(pool, &one, &best) ? one : best;
            }
        }
    }
    for (uint32_t i = 0; i < best.n; i++) {
        it->victim[i] = best.victim[i];
    }
    it->n_victim = best.n;
    return best.n > 0;
}

// ---- a gang

static bool matters(const struct reclaiming *it, uint32_t job) {
    const struct pool *pool = it->pool;
    const struct pool_job *victim = &pool->job[job];
    for (uint32_t p = victim->part; p < victim->part + victim->ask.n_part; p++) {
        if (space_could(pool->cluster, pool->part[p].node, &it->future.want)) {
            return true;
        }
    }
    return false;
}

static bool choose_for_gang(struct reclaiming *it, const uint32_t *from, uint32_t n) {
    uint32_t n_gone = 0;
    for (uint32_t i = 0; i < n && future_type(&it->future) == NONE; i++) {
        if (matters(it, from[i])) {
            if (!future_release(&it->future, from[i])) {
                return false;
            }
            it->victim[n_gone++] = from[i];
        }
    }
    if (future_type(&it->future) == NONE) {
        return false;
    }
    it->n_victim = 0;
    for (uint32_t i = n_gone; i-- > 0;) { // the oldest first
        future_restore(&it->future, it->victim[i]);
        if (future_type(&it->future) == NONE) {
            (void)future_release(&it->future, it->victim[i]); // its nodes are touched already
            it->n_victim++;
        } else {
            it->victim[i] = NONE;
        }
    }
    for (uint32_t i = 0, at = 0; i < n_gone; i++) {
        if (it->victim[i] != NONE) {
            it->victim[at++] = it->victim[i];
        }
    }
    return true;
}

// ---- the place

static bool is_unclaimed(const struct pool *pool, uint32_t job) {
    return pool->job[job].state == POOL_STOPPING && pool->job[job].for_job == POOL_NO_JOB;
}

// Release all who stop already, and take what is promised; and back.
static uint64_t show_promises(struct pool *pool) {
    uint64_t less = 0;
    for (uint32_t i = 0; pool->n_stopping && i < pool->n_ends; i++) {
        if (pool->job[pool->ends[i]].state == POOL_STOPPING) {
            less += parts_release(pool, pool->ends[i], NONE);
        }
    }
    for (uint32_t i = 0; i < pool->n_promised; i++) {
        struct pool_job *it = &pool->job[pool->promised[i]];
        it->is_shown = parts_are_free(pool, pool->part + it->part, it->ask.n_part, true);
        if (it->is_shown) {
            parts_restore(pool, pool->promised[i]);
        }
    }
    return less;
}

static void hide_promises(struct pool *pool) {
    for (uint32_t i = 0; i < pool->n_promised; i++) {
        if (pool->job[pool->promised[i]].is_shown) {
            (void)parts_release(pool, pool->promised[i], NONE);
            pool->job[pool->promised[i]].is_shown = false;
        }
    }
    for (uint32_t i = 0; pool->n_stopping && i < pool->n_ends; i++) {
        if (pool->job[pool->ends[i]].state == POOL_STOPPING) {
            parts_restore(pool, pool->ends[i]);
        }
    }
}

// Where it goes when those are gone, into its block of parts.
static bool find_place(struct reclaiming *it) {
    struct pool *pool = it->pool;
    struct pool_job *job = &pool->job[it->job];
    struct allowing allowing;
    stops_allowing(&allowing, pool, it->job, false);
    struct placement_ask ask = {.want = it->future.want,
                                .n_part = job->ask.n_part,
                                .allows = stops_allows,
                                .context = &allowing};
    allowing.until_us = pool_later(allowing.until_us, pool->policy.grace_us); // it begins then
    allowing.skips &= (uint8_t)~MARK_PROMISED; // they are taken while it is looked for
    ask.skips = allowing.skips;
    allowing.headroom += show_promises(pool);
    for (uint32_t i = 0; i < it->n_victim; i++) {
        allowing.headroom += parts_release(pool, it->victim[i], NONE);
    }
    bool is_found = false;
    const uint32_t types = it->future.want.types;
    if (job->ask.n_part == 1 || types == 0) {
        is_found = placement_find(pool->placement, pool->space, &ask, pool->part + job->part);
    }
    for (uint32_t t = 0; job->ask.n_part > 1 && !is_found && t < pool->cluster->n_type; t++) {
        ask.want.types = UINT32_C(1) << t;
        is_found = (types >> t & 1) &&
                   placement_find(pool->placement, pool->space, &ask, pool->part + job->part);
    }
    for (uint32_t i = it->n_victim; i-- > 0;) {
        parts_restore(pool, it->victim[i]);
    }
    hide_promises(pool);
    return is_found;
}

// Does it hold anything on a node that was just promised to a job?
static bool stands_beside(const struct pool *pool, uint32_t promised, uint32_t job) {
    const struct pool_job *it = &pool->job[job];
    for (uint32_t i = it->part; i < it->part + it->ask.n_part; i++) {
        const struct pool_node *node = &pool->node[pool->part[i].node];
        if (node->n_promised > 0 && node->promised_to == promised) {
            return true;
        }
    }
    return false;
}

// ---- promises

static void mark_nodes(struct pool *pool, uint32_t job, bool is_promised) {
    const struct pool_job *it = &pool->job[job];
    for (uint32_t i = it->part; i < it->part + it->ask.n_part; i++) {
        struct pool_node *node = &pool->node[pool->part[i].node];
        node->promised_to = job;
        node->n_promised = (uint16_t)(node->n_promised + (is_promised ? 1 : -1));
        parts_mark(pool, pool->part[i].node);
    }
}

static uint8_t type_of_place(const struct pool *pool, uint32_t job) {
    const struct pool_job *it = &pool->job[job];
    return it->ask.want.n_gpu ? pool->cluster->node[pool->part[it->part].node].type
                              : CLUSTER_NO_TYPE;
}

static void promise(struct pool *pool, uint32_t job) {
    struct pool_job *it = &pool->job[job];
    if (pool->head == job) {
        plan_drop(pool);
    }
    lines_remove(pool, job); // it stays among those that wait
    it->is_promised = true;
    it->n_pending = 0;
    pool->promised[pool->n_promised++] = job;
    mark_nodes(pool, job, true);
    shares_charge(pool, job, type_of_place(pool, job));
}

void reclaim_unpromise(struct pool *pool, uint32_t job) {
    struct pool_job *it = &pool->job[job];
    uint32_t at = 0;
    while (pool->promised[at] != job) {
        at++;
    }
    for (pool->n_promised--; at < pool->n_promised; at++) {
        pool->promised[at] = pool->promised[at + 1];
    }
    mark_nodes(pool, job, false);
    it->is_promised = false;
    for (uint32_t i = 0; it->n_pending > 0 && i < pool->n_ends; i++) {
        if (pool->job[pool->ends[i]].for_job == job) {
            pool->job[pool->ends[i]].for_job = POOL_NO_JOB;
            it->n_pending--;
        }
    }
}

maru_status reclaim_break_promise(struct pool *pool, uint32_t job, maru_error *err) {
    struct pool_job *it = &pool->job[job];
    uint32_t line = NONE;
    const maru_status st = lines_find(pool, &it->ask, &line, err);
    if (st == MARU_OK) {
        reclaim_unpromise(pool, job);
        shares_discharge(pool, job);
        parts_free(pool, job);
        it->line = line;
        lines_push(pool, job);
    }
    return st;
}

static maru_status stop_for(struct reclaiming *it) {
    struct pool *pool = it->pool;
    struct pool_job *job = &pool->job[it->job];
    promise(pool, it->job);
    for (uint32_t i = 0; pool->n_stopping && i < pool->n_ends; i++) {
        if (is_unclaimed(pool, pool->ends[i]) && stands_beside(pool, it->job, pool->ends[i])) {
            pool->job[pool->ends[i]].for_job = it->job;
            job->n_pending++;
        }
    }
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < it->n_victim; i++) {
        if (stands_beside(pool, it->job, it->victim[i])) {
            const enum stop_reason reason = pool->job[it->victim[i]].is_borrowed && it->is_inside
                                                ? STOP_RECLAIM
                                                : STOP_PRIORITY;
            st = stops_tell(it->deciding, it->victim[i], reason, it->job);
            job->n_pending += st == MARU_OK;
        }
    }
    if (st != MARU_OK) { // its place is incomplete
        const maru_status broken = reclaim_break_promise(pool, it->job, NULL);
        st = broken == MARU_OK ? st : broken;
    }
    return st;
}

maru_status reclaim_for(const struct deciding *deciding, uint32_t job, bool *is_promised) {
    struct pool *pool = deciding->pool;
    struct pool_job *waiting = &pool->job[job];
    const uint32_t allowed = shares_allowed(pool, &waiting->ask);
    const uint32_t inside = shares_inside(pool, &waiting->ask) & allowed;
    struct reclaiming it = {.deciding = deciding,
                            .pool = pool,
                            .job = job,
                            .is_inside = inside != 0,
                            .victim = pool->scratch2};
    *is_promised = false;
    if (!pool_grow((void **)&pool->promised, &pool->cap_promised, pool->n_promised + 1,
                   sizeof *pool->promised)) {
        return fail(deciding->err, MARU_E_MEMORY, "no memory to plan ahead");
    }
    maru_status st = parts_new(pool, job, deciding->err);
    if (st != MARU_OK) {
        return st;
    }
    waiting = &pool->job[job];
    const uint32_t n = gather(&it);
    future_begin(&it.future, pool, waiting, inside ? inside : allowed);
    for (uint32_t i = 0; pool->n_stopping && i < pool->n_ends; i++) {
        if (pool->job[pool->ends[i]].state == POOL_STOPPING &&
            !future_release(&it.future, pool->ends[i])) {
            st = fail(deciding->err, MARU_E_MEMORY, "no memory to plan ahead");
            break;
        }
    }
    for (uint32_t i = 0; st == MARU_OK && i < pool->n_promised; i++) {
        if (!future_keep_promise(&it.future, pool->promised[i])) {
            st = fail(deciding->err, MARU_E_MEMORY, "no memory to plan ahead");
        }
    }
    bool is_chosen = st == MARU_OK && future_type(&it.future) != NONE;
    if (st == MARU_OK && !is_chosen) {
        is_chosen = waiting->ask.n_part == 1 ? choose_for_part(&it, pool->scratch, n)
                                             : choose_for_gang(&it, pool->scratch, n);
    }
    future_end(&it.future);
    if (is_chosen && find_place(&it)) {
        *is_promised = true;
        st = stop_for(&it);
        *is_promised = st == MARU_OK;
    } else {
        parts_free(pool, job);
    }
    return st;
}
