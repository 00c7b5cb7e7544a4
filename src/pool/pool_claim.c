#include "pool/pool_private.h"

#include "base/status.h"
#include "pool/pool_lines.h"
#include "pool/pool_parts.h"
#include "pool/pool_plan.h"
#include "pool/pool_reclaim.h"
#include "pool/pool_shares.h"

// A claim is a job that is covered (pool_private.c) and does not run. In this order: guests are stopped where too little would
// be left at home for all claims together when those who stop are gone; it begins at home if its place is free; it begins
// elsewhere if there is room, and nobody is stopped for it then; else guests are stopped.
//
// Per node: what it has, less what those hold who stay, less what all claims on it want. Whoever stops counts as gone, so a
// claim that was seen to needs nobody more, and looking again at the next deciding changes nothing. CPUs and memory have no
// place of their own: a claim begins only if each before it still finds enough by its own time, a grace after it was made.

enum { CLAIM_MAX_VICTIMS = 256 }; // considered on one node

struct left { // of a node; below 0: missing
    int64_t cpu_milli, memory_mib;
    int32_t gpu_milli[CLUSTER_MAX_NODE_GPUS];
};

static void take(struct left *left, const struct pool_part *part, int sign) {
    left->cpu_milli -= sign * (int64_t)part->cpu_milli;
    left->memory_mib -= sign * (int64_t)part->memory_mib;
    for (uint32_t bits = part->gpus, g = 0; bits; bits >>= 1, g++) {
        left->gpu_milli[g] -= bits & 1 ? sign * (int32_t)part->gpu_milli : 0;
    }
}

static bool is_enough(const struct left *left) {
    bool is_there = left->cpu_milli >= 0 && left->memory_mib >= 0;
    for (uint32_t g = 0; g < CLUSTER_MAX_NODE_GPUS; g++) {
        is_there = is_there && left->gpu_milli[g] >= 0;
    }
    return is_there;
}

// Does it hold something of which too little is left?
static bool is_in_the_way(const struct left *left, const struct pool_part *part) {
    bool is_there = (left->cpu_milli < 0 && part->cpu_milli > 0) ||
                    (left->memory_mib < 0 && part->memory_mib > 0);
    for (uint32_t bits = part->gpus, g = 0; bits; bits >>= 1, g++) {
        is_there = is_there || ((bits & 1) && left->gpu_milli[g] < 0);
    }
    return is_there;
}

static bool is_guest(const struct pool *pool, uint32_t job) {
    const struct pool_job *it = &pool->job[job];
    return it->state == POOL_RUNNING && it->ask.can_stop && !it->is_home;
}

static void take_running(const struct pool *pool, uint32_t node, struct left *left) {
    for (uint32_t p = pool->node[node].first_part; p != NONE; p = pool->link[p].next) {
        if (pool->job[pool->link[p].job].state == POOL_RUNNING) {
            take(left, &pool->part[p], 1);
        }
    }
}

static void take_stopping(const struct pool *pool, uint32_t node, int64_t after_us,
                          struct left *left) {
    for (uint32_t p = pool->node[node].first_part; p != NONE; p = pool->link[p].next) {
        const struct pool_job *job = &pool->job[pool->link[p].job];
        if (job->state == POOL_STOPPING && job->end_us > after_us) {
            take(left, &pool->part[p], 1);
        }
    }
}

static struct left all_of(const struct pool *pool, uint32_t node) {
    const struct cluster_node *it = &pool->cluster->node[node];
    struct left left = {.cpu_milli = it->cpu_milli, .memory_mib = it->memory_mib};
    for (uint32_t g = 0; g < it->n_gpu; g++) {
        left.gpu_milli[g] = GPU_WHOLE;
    }
    return left;
}

static void take_claimed(void *left, uint32_t job, const struct pool_part *part) {
    (void)job;
    take(left, part, 1);
}

// What is left there when those who stop are gone and all claims have begun.
static void look(const struct pool *pool, uint32_t node, struct left *left) {
    *left = all_of(pool, node);
    take_running(pool, node, left);
    private_see_claims(pool, node, take_claimed, left);
}

// Claims on a node one by one, in the order in which they were made.
struct claims {
    const struct pool *pool;
    uint64_t after; // of all claims made later than that
    uint32_t first; // the first; NONE: there is none
    uint32_t job;   // of whom the parts are taken
    struct left *left;
};

static void see_first(void *context, uint32_t job, const struct pool_part *part) {
    struct claims *it = context;
    const struct pool_job *all = it->pool->job;
    (void)part;
    if (all[job].claim_order > it->after &&
        (it->first == NONE || all[job].claim_order < all[it->first].claim_order)) {
        it->first = job;
    }
}

static void take_its(void *context, uint32_t job, const struct pool_part *part) {
    const struct claims *it = context;
    if (job == it->job) {
        take(it->left, part, 1);
    }
}

static void take_place(struct claims *claims, uint32_t job, uint32_t node) {
    claims->job = job;
    private_see_claims(claims->pool, node, take_its, claims);
}

static uint32_t next_claim(struct claims *claims, uint32_t node) {
    claims->first = NONE;
    private_see_claims(claims->pool, node, see_first, claims);
    claims->after = claims->first == NONE ? 0 : claims->pool->job[claims->first].claim_order;
    return claims->first;
}

// Would each claim before it find enough there by its time, were this job to begin at once? Claims elsewhere have no part in
// it, and the later one was made, the fewer of those who stop are still there.
static bool leaves_enough(const struct pool *pool, uint32_t job, uint32_t node) {
    struct left left = all_of(pool, node);
    struct claims claims = {.pool = pool, .left = &left};
    uint32_t next = next_claim(&claims, node);
    if (next == job) {
        return true;
    }
    take_running(pool, node, &left);
    take_place(&claims, job, node);
    for (; next != job && next != NONE; next = next_claim(&claims, node)) {
        take_place(&claims, next, node);
        struct left then = left;
        take_stopping(pool, node, pool_later(pool->job[next].claimed_us, pool->policy.grace_us),
                      &then);
        if (!is_enough(&then)) {
            return false;
        }
    }
    return true;
}

// ---- whom to stop on a node

struct victims {
    uint32_t part[CLAIM_MAX_VICTIMS]; // of theirs, there
    uint32_t n;
};

// Who goes first: those who are not covered, then the youngest.
static bool goes_before(const struct pool *pool, uint32_t a, uint32_t b) {
    const struct pool_job *x = &pool->job[a], *y = &pool->job[b];
    return x->is_covered != y->is_covered ? y->is_covered : x->started > y->started;
}

static bool is_chosen(const struct victims *victims, uint32_t part) {
    for (uint32_t i = 0; i < victims->n; i++) {
        if (victims->part[i] == part) {
            return true;
        }
    }
    return false;
}

// False: not enough would be left whoever goes.
static bool choose(struct pool *pool, uint32_t node, struct victims *victims) {
    struct left left;
    look(pool, node, &left);
    victims->n = 0;
    while (!is_enough(&left)) {
        uint32_t best = NONE;
        for (uint32_t p = pool->node[node].first_part; p != NONE; p = pool->link[p].next) {
            const uint32_t job = pool->link[p].job;
            if (is_guest(pool, job) && !is_chosen(victims, p) &&
                is_in_the_way(&left, &pool->part[p]) &&
                (best == NONE || goes_before(pool, job, pool->link[best].job))) {
                best = p;
            }
        }
        if (best == NONE || victims->n == CLAIM_MAX_VICTIMS) {
            return false;
        }
        victims->part[victims->n++] = best;
        take(&left, &pool->part[best], -1);
    }
    for (uint32_t i = victims->n; i-- > 0;) { // who need not go stays, the last chosen first
        take(&left, &pool->part[victims->part[i]], 1);
        if (is_enough(&left)) {
            victims->part[i] = victims->part[--victims->n];
        } else {
            take(&left, &pool->part[victims->part[i]], -1);
        }
    }
    return true;
}

// Its nodes at home, each once, in the order of its parts; NONE: no more.
static uint32_t next_node(const struct pool *pool, uint32_t job, uint32_t *p) {
    struct pool_part part, before;
    while (*p < pool->job[job].ask.n_part) {
        private_place(pool, job, *p, &part);
        if (*p > 0) {
            private_place(pool, job, *p - 1, &before);
        }
        (*p)++;
        if (*p == 1 || part.node != before.node) {
            return part.node;
        }
    }
    return NONE;
}

static bool lets_others_begin(const struct pool *pool, uint32_t job) {
    uint32_t p = 0;
    for (uint32_t n = next_node(pool, job, &p); n != NONE; n = next_node(pool, job, &p)) {
        if (!leaves_enough(pool, job, n)) {
            return false;
        }
    }
    return true;
}

static bool can_be_cleared(struct pool *pool, uint32_t job) {
    struct victims victims;
    uint32_t p = 0;
    for (uint32_t n = next_node(pool, job, &p); n != NONE; n = next_node(pool, job, &p)) {
        if (space_node_state(pool->space, n) != NODE_UP || !choose(pool, n, &victims)) {
            return false;
        }
    }
    return true;
}

static maru_status stop_guest(const struct deciding *deciding, uint32_t guest, uint32_t job) {
    struct pool *pool = deciding->pool;
    if (pool->job[guest].state != POOL_RUNNING) { // it held several parts
        return MARU_OK;
    }
    const maru_status st = stops_tell(deciding, guest, STOP_RECLAIM, job);
    if (st == MARU_OK) {
        pool->job[guest].for_job = POOL_NO_JOB; // the claim counts nobody
        private_move(pool, guest);
    }
    return st;
}

static maru_status clear(const struct deciding *deciding, uint32_t job) {
    struct pool *pool = deciding->pool;
    maru_status st = MARU_OK;
    uint32_t p = 0;
    for (uint32_t n = next_node(pool, job, &p); st == MARU_OK && n != NONE;
         n = next_node(pool, job, &p)) {
        struct victims victims;
        const bool is_enough_then = choose(pool, n, &victims);
        for (uint32_t i = 0; is_enough_then && st == MARU_OK && i < victims.n; i++) {
            st = stop_guest(deciding, pool->link[victims.part[i]].job, job);
        }
    }
    return st;
}

// ---- beginning

// It has its parts chosen; what it takes of the plan's nodes is no longer kept for the head.
static maru_status begin(const struct deciding *deciding, uint32_t job, bool is_home) {
    struct pool *pool = deciding->pool;
    struct pool_job *it = &pool->job[job];
    const bool keeps_plan = pool->head == NONE || pool->head == job ||
                            pool_later(pool->now_us, it->left_us) <= pool->head_us ||
                            plan_take(pool, pool->part + it->part, it->ask.n_part);
    it->is_home = is_home;
    const maru_status st = decide_start(deciding, job, false);
    if (st != MARU_OK) {
        it->is_home = false;
        return st;
    }
    if (!keeps_plan) {
        plan_drop(pool);
    }
    return MARU_OK;
}

static maru_status try_home(const struct deciding *deciding, uint32_t job, bool *has_begun) {
    struct pool *pool = deciding->pool;
    struct pool_job *it = &pool->job[job];
    for (uint32_t p = 0; p < it->ask.n_part; p++) {
        private_place(pool, job, p, &pool->part[it->part + p]);
    }
    const uint8_t type =
        it->ask.want.n_gpu ? pool->cluster->node[pool->part[it->part].node].type : CLUSTER_NO_TYPE;
    if (!shares_is_within(pool, &it->ask, type) ||
        !parts_are_free(pool, pool->part + it->part, it->ask.n_part, false) ||
        !decide_is_unreserved(pool, job) || !decide_has_power(pool, job) ||
        !lets_others_begin(pool, job)) {
        return MARU_OK;
    }
    const maru_status st = begin(deciding, job, true);
    *has_begun = st == MARU_OK;
    return st;
}

static maru_status try_elsewhere(const struct deciding *deciding, uint32_t job, bool *has_begun) {
    struct pool *pool = deciding->pool;
    struct allowing allowing;
    if (pool->kind[pool->line[pool->job[job].line].kind].is_closed) {
        return MARU_OK;
    }
    stops_allowing(&allowing, pool, job, false);
    if (!decide_room(pool, job, &allowing, 0, shares_allowed(pool, &pool->job[job].ask))) {
        return MARU_OK;
    }
    const maru_status st = begin(deciding, job, false);
    *has_begun = st == MARU_OK;
    return st;
}

static maru_status begin_claim(const struct deciding *deciding, uint32_t job, bool *has_begun) {
    struct pool *pool = deciding->pool;
    if (!lines_reserve(pool)) {
        return fail(deciding->err, MARU_E_MEMORY, "no memory for another job");
    }
    maru_status st = parts_new(pool, job, deciding->err);
    st = st == MARU_OK ? try_home(deciding, job, has_begun) : st;
    if (st == MARU_OK && !*has_begun && !pool->job[job].is_cleared) {
        st = try_elsewhere(deciding, job, has_begun);
    }
    if (!*has_begun) {
        parts_free(pool, job);
    }
    return st;
}

// A limit or a cap may be what keeps it back, which changes without anything on its nodes.
static bool is_kept_back(const struct pool *pool, const struct pool_ask *ask) {
    const uint32_t allowed = shares_allowed(pool, ask);
    return pool->n_calendar > 0 || decide_has_caps(pool) || allowed == 0 ||
           (ask->want.n_gpu && allowed != shares_types(pool, ask));
}

// Its place is being cleared, and nothing has changed there since that was seen to: trying again finds the same.
static bool is_settled(const struct pool *pool, uint32_t job) {
    const struct pool_job *it = &pool->job[job];
    return it->is_cleared && !it->is_promised && !private_is_changed(pool, job, it->claim_tried);
}

static maru_status try_claim(const struct deciding *deciding, uint32_t job, bool *has_begun) {
    struct pool *pool = deciding->pool;
    struct pool_job *it = &pool->job[job];
    const uint64_t n_change = pool->n_change;
    *has_begun = false;
    if (is_settled(pool, job)) {
        return MARU_OK;
    }
    if (pool->account[it->ask.account].is_below_held || shares_limited_by(pool, &it->ask) != NONE) {
        return MARU_OK;
    }
    if (it->is_promised) { // it was to begin where lower priorities are
        const maru_status st = reclaim_break_promise(pool, job, deciding->err);
        if (st != MARU_OK) {
            return st;
        }
    }
    maru_status st = MARU_OK;
    if (it->state == POOL_WAITING) {
        st = begin_claim(deciding, job, has_begun);
    }
    if (st != MARU_OK || *has_begun) {
        return st;
    }
    if (!can_be_cleared(pool, job)) {
        return MARU_OK;
    }
    it->is_cleared = true;
    st = clear(deciding, job);
    it->claim_tried = st == MARU_OK && !is_kept_back(pool, &it->ask) ? n_change : 0;
    return st;
}

maru_status private_claim(const struct deciding *deciding) {
    struct pool *pool = deciding->pool;
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < pool->n_claim;) { // who moves is added behind
        bool has_begun = false;
        st = try_claim(deciding, pool->claim[i], &has_begun);
        i += !has_begun;
    }
    return st;
}
