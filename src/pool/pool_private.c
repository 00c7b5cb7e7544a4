#include "pool/pool_private.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "pool/pool_homes.h"
#include "pool/pool_lines.h"
#include "pool/pool_parts.h"
#include "pool/pool_shares.h"

// The guarantee: no job waits longer than on a private cluster of the guaranteed size (Zhao et al., HiveD, OSDI 2020). How: each
// home has a shadow, a pool of its own that is told of its account's jobs only, and decides by the same rules. A job that begins
// in the shadow is covered: it must run here. If it does so already, it stays where it is; if not, it begins at once where there
// is room, else at its place at home, from which guests are stopped (pool_claim.c).
//
// The shadow is the private cluster to the last decision. A job that began here before it does there, on what others left, and
// is over, stays in the shadow until it would be over there: its run time is known by then. A job that begins here after it did
// there, since a guest needed his grace, is in both until it is over here.
//
// Why it holds: places at home of different accounts do not overlap, whoever is not at home there is a guest, and a guest is
// gone within the grace. A guest that is covered itself, and is stopped, has his own place at home cleared at the same time.

enum { PRIVATE_MAX_OVER = 100000 }; // jobs that are over, and that a home has yet to begin

struct shadow_job {
    uint32_t job;     // the pool's number, NONE: it is over
    int64_t start_us; // there
    int64_t ran_us;   // how long it ran, where it is over
    int64_t over_us;  // when it is over there; INT64_MAX: not known
};

struct shadow {
    struct pool *pool;
    struct shadow_job *job; // (cap_job)
    uint32_t *began;        // (n_began) in this deciding of it
    uint32_t cap_job, n_began;
    uint32_t n_over; // jobs that are over and did not begin there
    uint32_t n_claim;
    uint64_t changed; // pool->n_change when something changed on a node of this home
    int64_t over_us;  // when the first that is over here is there
    int64_t next_us;  // when it has to decide next, where it is not due
    bool is_due;      // it was told something
};

static const struct home *home_of(const struct pool *pool, uint32_t account, uint32_t *h) {
    *h = pool->homes ? pool->homes->of[account] : NONE;
    return *h == NONE ? NULL : &pool->homes->home[*h];
}

const struct home *pool_home(const struct pool *pool, uint32_t account, uint32_t *row) {
    uint32_t h = NONE;
    const struct home *home = account < pool->n_account ? home_of(pool, account, &h) : NULL;
    *row = home ? pool->homes->row[account] : NONE;
    return home;
}

static struct shadow *shadow_of(const struct pool *pool, uint32_t job) {
    return &pool->shadow[pool->homes->of[pool->job[job].ask.account]];
}

// ---- new, free, copy

maru_status private_new(struct pool *pool, const struct pool_world *world, maru_error *err) {
    if (world->policy->guarantee != GUARANTEE_PRIVATE) {
        return MARU_OK;
    }
    maru_status st = homes_new(world->cluster, world->accounts, &pool->homes, err);
    const uint32_t n = st == MARU_OK ? pool->homes->n : 0;
    pool->shadow = st == MARU_OK ? alloc_new((size_t)n + 1, sizeof *pool->shadow) : NULL;
    if (st == MARU_OK && !pool->shadow) {
        st = fail(err, MARU_E_MEMORY, "no memory for private guarantees");
    }
    struct pool_policy policy = *world->policy;
    policy.guarantee = GUARANTEE_QUOTA;
    policy.reclaim = RECLAIM_NONE;
    policy.cap_watts = 0;
    for (uint32_t h = 0; st == MARU_OK && h < n; h++) {
        const struct pool_world own = {.cluster = &pool->homes->home[h].cluster,
                                       .accounts = &pool->homes->home[h].accounts,
                                       .policy = &policy,
                                       .kind = world->kind,
                                       .n_kind = world->n_kind};
        pool->shadow[h].over_us = pool->shadow[h].next_us = INT64_MAX;
        st = pool_new(&own, &pool->shadow[h].pool, err);
        pool->n_shadow += st == MARU_OK;
    }
    for (uint32_t i = 0; st == MARU_OK && i < pool->n_node; i++) {
        pool->node[i].is_home = pool->homes->piece_at[i] < pool->homes->piece_at[i + 1];
        parts_mark(pool, i);
    }
    return st;
}

void private_free(struct pool *pool) {
    for (uint32_t h = 0; h < pool->n_shadow; h++) {
        pool_free(pool->shadow[h].pool);
        alloc_free(pool->shadow[h].job);
        alloc_free(pool->shadow[h].began);
    }
    alloc_free(pool->shadow);
    homes_free(pool->homes);
}

maru_status private_copy(const struct pool *pool, struct pool *copy, maru_error *err) {
    copy->shadow = NULL;
    copy->n_shadow = 0;
    copy->homes = homes_keep(pool->homes);
    if (!pool->homes) {
        return MARU_OK;
    }
    copy->shadow = alloc_new((size_t)pool->n_shadow + 1, sizeof *copy->shadow);
    maru_status st =
        copy->shadow ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory for a copy of a pool");
    for (uint32_t h = 0; st == MARU_OK && h < pool->n_shadow; h++) {
        const struct shadow *from = &pool->shadow[h];
        struct shadow *to = &copy->shadow[h];
        *to = *from;
        to->pool = NULL;
        to->job = alloc_new((size_t)from->cap_job + 1, sizeof *to->job);
        to->began = alloc_new((size_t)from->cap_job + 1, sizeof *to->began);
        copy->n_shadow++;
        st = to->job && to->began ? pool_copy(from->pool, &to->pool, err)
                                  : fail(err, MARU_E_MEMORY, "no memory for a copy of a pool");
        if (to->job && from->cap_job) {
            memcpy(to->job, from->job, from->cap_job * sizeof *to->job);
        }
    }
    return st;
}

// ---- who may stand where

bool private_is_guest(const struct pool *pool, const struct pool_ask *ask) {
    return pool->policy.can_borrow && ask->can_stop && ask->checkpoints &&
           ask->grace_us <= pool->policy.grace_us;
}

uint8_t private_skips(const struct pool *pool, const struct pool_ask *ask) {
    const bool is_guest = !pool_is_private(pool) || private_is_guest(pool, ask);
    return MARK_CLAIMED | MARK_PROMISED | (is_guest ? 0 : MARK_HOME);
}

bool private_forbids(const struct pool *pool, uint32_t node, const struct pool_ask *ask) {
    return pool->node[node].is_home && !private_is_guest(pool, ask);
}

// ---- jobs come

// As its home sees it.
static struct pool_ask ask_at_home(const struct pool *pool, const struct pool_ask *ask,
                                   uint32_t number) {
    struct pool_ask own = *ask;
    own.account = pool->homes->row[ask->account];
    own.tag = number;
    return own;
}

bool private_could(const struct pool *pool, const struct pool_ask *ask) {
    uint32_t h = NONE;
    if (!home_of(pool, ask->account, &h) || ask->calendar) {
        return false;
    }
    struct pool_ask own = ask_at_home(pool, ask, 0);
    return pool_check(pool->shadow[h].pool, &own, NULL) == MARU_OK;
}

static maru_status keep_shadow(struct pool *pool, uint32_t h, uint32_t number, uint32_t shadow,
                               maru_error *err) {
    struct shadow *it = &pool->shadow[h];
    uint32_t cap = it->cap_job;
    if (!pool_grow((void **)&it->began, &cap, shadow + 1, sizeof *it->began) ||
        !pool_grow((void **)&it->job, &it->cap_job, shadow + 1, sizeof *it->job)) {
        pool_end(it->pool, pool->now_us, shadow);
        return fail(err, MARU_E_MEMORY, "no memory for another job");
    }
    it->job[shadow] =
        (struct shadow_job){.job = number, .start_us = pool->now_us, .over_us = INT64_MAX};
    it->is_due = true;
    return MARU_OK;
}

maru_status private_submit(struct pool *pool, uint32_t number, const struct pool_ask *ask,
                           uint32_t *shadow, maru_error *err) {
    uint32_t h = NONE;
    *shadow = NONE;
    if (!home_of(pool, ask->account, &h) || ask->calendar) {
        return MARU_OK;
    }
    const struct pool_ask own = ask_at_home(pool, ask, number);
    const maru_status st = pool_submit(pool->shadow[h].pool, pool->now_us, &own, shadow, err);
    if (st == MARU_E_RANGE || st == MARU_E_LIMIT) { // never inside the guarantee
        *shadow = NONE;
        return MARU_OK;
    }
    return st == MARU_OK ? keep_shadow(pool, h, number, *shadow, err) : st;
}

// ---- claims: covered jobs that do not run

static void mark_home(struct pool *pool, uint32_t job, uint32_t by) {
    const struct home *home = &pool->homes->home[pool->homes->of[pool->job[job].ask.account]];
    const struct pool *own = shadow_of(pool, job)->pool;
    const struct pool_job *it = &own->job[pool->job[job].shadow];
    for (uint32_t i = it->part; i < it->part + it->ask.n_part; i++) {
        const uint32_t node = home->node[own->part[i].node].node;
        pool->node[node].n_claimed += by;
        parts_mark(pool, node);
        private_touch(pool, node);
    }
}

static void add_claim(struct pool *pool, uint32_t job) {
    pool->claim[pool->n_claim++] = job;
    shadow_of(pool, job)->n_claim++;
    pool->job[job].claimed_us = pool->now_us;
    pool->job[job].is_claimed = true;
    pool->job[job].claim_order = ++pool->n_claimed;
    pool->job[job].claim_tried = 0;
    pool->job[job].is_cleared = false;
    mark_home(pool, job, 1);
}

void private_drop_claim(struct pool *pool, uint32_t job) {
    if (!pool->job[job].is_claimed) {
        return;
    }
    uint32_t at = 0;
    while (pool->claim[at] != job) {
        at++;
    }
    for (pool->n_claim--; at < pool->n_claim; at++) {
        pool->claim[at] = pool->claim[at + 1];
    }
    mark_home(pool, job, UINT32_MAX);
    shadow_of(pool, job)->n_claim--;
    pool->job[job].is_claimed = false;
}

// Stopped for somebody else's place, it goes on at its own.
static bool goes_on(const struct pool_job *it) {
    return it->reason == STOP_RECLAIM || it->reason == STOP_PRIORITY;
}

static void cover(struct pool *pool, uint32_t job) {
    struct pool_job *it = &pool->job[job];
    it->is_covered = true;
    if (it->state != POOL_WAITING) {
        shares_cover(pool, job);
    }
    if (it->state == POOL_WAITING || (it->state == POOL_STOPPING && goes_on(it))) {
        add_claim(pool, job);
    }
}

static void uncover(struct pool *pool, uint32_t job) {
    struct pool_job *it = &pool->job[job];
    private_drop_claim(pool, job);
    if (it->is_covered) {
        it->is_covered = it->is_home = false;
        if (it->state != POOL_WAITING) {
            shares_cover(pool, job);
        }
    }
}

void private_move(struct pool *pool, uint32_t job) {
    if (pool->job[job].is_covered && !pool->job[job].is_claimed) {
        add_claim(pool, job);
    }
}

void private_place(const struct pool *pool, uint32_t job, uint32_t part, struct pool_part *out) {
    const struct home *home = &pool->homes->home[pool->homes->of[pool->job[job].ask.account]];
    const struct pool *own = shadow_of(pool, job)->pool;
    *out = own->part[own->job[pool->job[job].shadow].part + part];
    homes_part_out(home, out);
}

void private_see_claims(const struct pool *pool, uint32_t node, private_see see, void *context) {
    const struct homes *homes = pool->homes;
    for (uint32_t i = homes->piece_at[node]; i < homes->piece_at[node + 1]; i++) {
        const struct shadow *shadow = &pool->shadow[homes->piece[i].home];
        const struct pool *own = shadow->pool;
        uint32_t p = shadow->n_claim ? own->node[homes->piece[i].at].first_part : NONE;
        for (; p != NONE; p = own->link[p].next) {
            const uint32_t job = shadow->job[own->link[p].job].job;
            if (job != NONE && pool->job[job].is_claimed) {
                struct pool_part part = own->part[p];
                homes_part_out(&homes->home[homes->piece[i].home], &part);
                see(context, job, &part);
            }
        }
    }
}

void private_touch(struct pool *pool, uint32_t node) {
    const struct homes *homes = pool->homes;
    if (!homes || homes->piece_at[node] == homes->piece_at[node + 1]) {
        return;
    }
    pool->n_change++;
    for (uint32_t i = homes->piece_at[node]; i < homes->piece_at[node + 1]; i++) {
        pool->shadow[homes->piece[i].home].changed = pool->n_change;
    }
}

bool private_is_changed(const struct pool *pool, uint32_t job, uint64_t since) {
    return shadow_of(pool, job)->changed > since;
}

maru_status private_adopt(struct pool *pool, uint32_t job, maru_error *err) {
    struct pool_job *it = &pool->job[job];
    uint32_t h = NONE, shadow = NONE;
    const struct home *home = home_of(pool, it->ask.account, &h);
    if (!home || it->ask.calendar) {
        return MARU_OK;
    }
    struct pool_part *part = alloc_new(it->ask.n_part, sizeof *part);
    if (!part) {
        return fail(err, MARU_E_MEMORY, "no memory for another job");
    }
    memcpy(part, pool->part + it->part, it->ask.n_part * sizeof *part);
    bool is_home = true;
    for (uint32_t i = 0; is_home && i < it->ask.n_part; i++) {
        is_home = homes_part_in(home, &part[i]);
    }
    const struct pool_ask own = ask_at_home(pool, &it->ask, job);
    maru_status st = is_home ? pool_adopt(pool->shadow[h].pool, pool->now_us, &own, part,
                                          it->started_us, &shadow, err)
                             : MARU_E_RANGE;
    alloc_free(part);
    if (st == MARU_OK) {
        st = keep_shadow(pool, h, job, shadow, err);
        if (st == MARU_OK) {
            it->shadow = shadow;
            it->is_home = true;
            pool->shadow[h].job[shadow].start_us = it->started_us;
            cover(pool, job);
        }
        return st;
    }
    return st == MARU_E_RANGE ? private_submit(pool, job, &it->ask, &it->shadow, err) : st;
}

// ---- jobs go

static int64_t ran(const struct pool *pool, const struct pool_job *it) {
    return it->ran_us + (it->state == POOL_WAITING ? 0 : pool->now_us - it->started_us);
}

void private_end(struct pool *pool, uint32_t job) {
    struct pool_job *it = &pool->job[job];
    if (it->shadow == NONE) {
        return;
    }
    struct shadow *shadow = shadow_of(pool, job);
    struct shadow_job *there = &shadow->job[it->shadow];
    const bool began = shadow->pool->job[it->shadow].state != POOL_WAITING;
    private_drop_claim(pool, job);
    there->job = NONE;
    there->ran_us = ran(pool, it);
    there->over_us = began ? pool_later(there->start_us, there->ran_us) : INT64_MAX;
    const bool is_taken_back = it->state == POOL_WAITING; // nobody waits for it there either
    if (is_taken_back ||
        (began ? there->over_us <= pool->now_us : shadow->n_over >= PRIVATE_MAX_OVER)) {
        pool_end(shadow->pool, pool->now_us, it->shadow);
        shadow->is_due = true;
    } else if (began) {
        shadow->over_us = there->over_us < shadow->over_us ? there->over_us : shadow->over_us;
    } else {
        shadow->n_over++;
    }
    it->shadow = NONE;
    it->is_covered = it->is_home = false;
}

void private_requeue(struct pool *pool, uint32_t job, int64_t left_us) {
    struct pool_job *it = &pool->job[job];
    if (it->shadow == NONE) {
        return;
    }
    struct shadow *shadow = shadow_of(pool, job);
    // What is lost elsewhere goes on at home; what was lost there, or stopped by rule, waits there again too.
    const bool is_lost = it->state == POOL_STOPPING && !goes_on(it)
                             ? it->is_home || it->reason != STOP_NODE
                             : it->is_home;
    it->ran_us = it->ask.checkpoints ? ran(pool, it) : 0;
    it->is_home = false;
    it->claim_tried = 0; // it did not wait before
    if (is_lost && it->is_covered) {
        uncover(pool, job);
        pool_requeue(shadow->pool, pool->now_us, it->shadow, left_us);
        shadow->is_due = true;
    } else if (it->is_covered && !it->is_claimed) {
        add_claim(pool, job);
    }
}

// ---- what else happens

void private_set_node(struct pool *pool, uint32_t node, enum node_state state) {
    const struct homes *homes = pool->homes;
    for (uint32_t i = homes ? homes->piece_at[node] : 0; homes && i < homes->piece_at[node + 1];
         i++) {
        struct shadow *shadow = &pool->shadow[homes->piece[i].home];
        pool_set_node(shadow->pool, pool->now_us, homes->piece[i].at, state);
        shadow->is_due = true;
    }
    private_touch(pool, node);
}

void private_hold(struct pool *pool) {
    for (uint32_t a = 0; pool->n_shadow && a < pool->n_account; a++) {
        uint32_t h = NONE;
        if (home_of(pool, a, &h)) {
            const uint32_t row = pool->homes->row[a];
            const struct pool_account *it = &pool->account[a];
            pool_hold(pool->shadow[h].pool, pool->now_us, row,
                      row ? it->is_held : it->is_below_held);
            pool->shadow[h].is_due = true;
        }
    }
}

// ---- time goes on

struct seeing {
    struct pool *pool;
    struct shadow *shadow;
    int64_t now_us;
    bool has_stops;
};

static maru_status see_shadow(void *context, const struct decision *decision, maru_error *err) {
    struct seeing *seeing = context;
    struct shadow *shadow = seeing->shadow;
    struct shadow_job *it = &shadow->job[decision->job];
    (void)err;
    if (decision->kind == DECISION_STOP) {
        seeing->has_stops = true;
        return MARU_OK;
    }
    it->start_us = seeing->now_us;
    shadow->began[shadow->n_began++] = decision->job;
    if (it->job == NONE) {
        it->over_us = pool_later(it->start_us, it->ran_us);
        shadow->over_us = it->over_us < shadow->over_us ? it->over_us : shadow->over_us;
        shadow->n_over--;
    }
    return MARU_OK;
}

// Whoever began there; his place there is sure once it is decided.
static void cover_all(struct pool *pool, struct shadow *shadow) {
    for (uint32_t i = 0; i < shadow->n_began; i++) {
        const uint32_t there = shadow->began[i], job = shadow->job[there].job;
        if (job != NONE && shadow->pool->job[there].state != POOL_WAITING) {
            cover(pool, job);
        }
    }
    shadow->n_began = 0;
}

// Whom the shadow stopped, since its node is down or its account held, waits there again, or is over.
static void take_back(struct pool *pool, struct shadow *shadow, int64_t now_us) {
    struct pool *own = shadow->pool;
    for (uint32_t i = 0; i < own->n_ends;) {
        const uint32_t there = own->ends[i], job = shadow->job[there].job;
        if (own->job[there].state != POOL_STOPPING) {
            i++;
            continue;
        }
        if (job == NONE) {
            pool_end(own, now_us, there);
        } else {
            uncover(pool, job);
            pool_requeue(own, now_us, there, own->job[there].left_us);
        }
        i = 0; // a heap has changed
    }
    shadow->is_due = true;
}

// The next who is over there, by then; NONE: nobody. Sets when the first after him is.
static uint32_t next_over(struct shadow *shadow, int64_t now_us) {
    const struct pool *own = shadow->pool;
    uint32_t best = NONE;
    if (shadow->over_us > now_us) {
        return NONE;
    }
    shadow->over_us = INT64_MAX;
    for (uint32_t i = 0; i < own->n_ends; i++) {
        const uint32_t there = own->ends[i];
        const int64_t us = shadow->job[there].over_us;
        if (shadow->job[there].job == NONE && us < INT64_MAX) {
            const bool is_first = best == NONE || us < shadow->job[best].over_us ||
                                  (us == shadow->job[best].over_us &&
                                   own->job[there].started < own->job[best].started);
            const int64_t other =
                is_first ? best == NONE ? INT64_MAX : shadow->job[best].over_us : us;
            shadow->over_us = other < shadow->over_us ? other : shadow->over_us;
            best = is_first ? there : best;
        }
    }
    if (best != NONE && shadow->job[best].over_us > now_us) {
        shadow->over_us = shadow->job[best].over_us;
        return NONE;
    }
    return best;
}

static maru_status decide_shadow(const struct deciding *deciding, struct shadow *shadow,
                                 int64_t now_us) {
    struct seeing seeing = {.pool = deciding->pool, .shadow = shadow, .now_us = now_us};
    maru_status st = MARU_OK;
    while (st == MARU_OK && (shadow->is_due || shadow->next_us <= now_us)) {
        shadow->is_due = false;
        seeing.has_stops = false;
        st = pool_decide(shadow->pool, now_us, see_shadow, &seeing, deciding->err);
        cover_all(deciding->pool, shadow);
        if (seeing.has_stops) {
            take_back(deciding->pool, shadow, now_us);
        }
        shadow->is_due = shadow->is_due || st != MARU_OK;
        shadow->next_us = pool_next_us(shadow->pool);
    }
    return st;
}

maru_status private_advance(const struct deciding *deciding) {
    struct pool *pool = deciding->pool;
    maru_status st = MARU_OK;
    for (uint32_t h = 0; st == MARU_OK && h < pool->n_shadow; h++) {
        struct shadow *shadow = &pool->shadow[h];
        uint32_t over = next_over(shadow, pool->now_us);
        for (; st == MARU_OK && over != NONE; over = next_over(shadow, pool->now_us)) {
            const int64_t us = shadow->job[over].over_us;
            const int64_t at = us > shadow->pool->now_us ? us : shadow->pool->now_us;
            pool_end(shadow->pool, at, over);
            shadow->is_due = true;
            st = decide_shadow(deciding, shadow, at);
        }
        st = st == MARU_OK ? decide_shadow(deciding, shadow, pool->now_us) : st;
    }
    return st;
}

int64_t private_next_us(const struct pool *pool) {
    int64_t next = INT64_MAX;
    for (uint32_t h = 0; h < pool->n_shadow; h++) {
        const struct shadow *shadow = &pool->shadow[h];
        const int64_t own = shadow->is_due ? pool_next_us(shadow->pool) : shadow->next_us;
        const int64_t first = own < shadow->over_us ? own : shadow->over_us;
        next = first < next ? first : next;
    }
    return next;
}
