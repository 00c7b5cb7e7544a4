#include "pool/pool_future.h"
#include "pool/pool_lines.h"
#include "pool/pool_parts.h"
#include "pool/pool_plan.h"
#include "pool/pool_private.h"
#include "pool/pool_reclaim.h"
#include "pool/pool_shares.h"

#include "base/status.h"

// One deciding: who has to stop is told first, then who was promised a place and has it now, then those inside their
// guarantee for whom others are stopped, then all who wait are tried in order.
//
// Order: who has waited too long; the head, which is the first that was found to wait and has a plan; else each account's
// first job, those inside their guarantee first, then as the tree stands (pool_shares.c). A job that finds no room closes its
// kind, and the next one is looked for among open kinds; behind the head only so many are tried as the policy says.

enum outcome { STARTED, BLOCKED, PROMISED };

struct trying {
    const struct deciding *deciding;
    struct pool *pool;
    uint32_t tried_head;  // in vain, in this deciding
    uint32_t depth;       // how many may still be tried behind the head
    uint32_t n_unplanned; // who waited too long, and have no time that could be planned
    bool is_urgent;       // the head has waited too long
    uint64_t listed_turn, listed_opening; // of the list of those with open kinds
    uint64_t skipped_plan;                // beside which some were passed over; 0: none were
    bool has_closed;                      // a kind: who is behind in it is not tried
};

static uint32_t line_job(const struct pool *pool,
                         uint32_t line) { // the one to be tried, NONE: none
    const struct pool_line *it = &pool->line[line];
    return it->cursor_turn == pool->turn ? it->cursor : it->first;
}

static void skip_to(struct pool *pool, uint32_t line, uint32_t job) {
    pool->line[line].cursor = job;
    pool->line[line].cursor_turn = pool->turn;
    pool->account[pool->line[line].account].is_open_stale = true;
}

// Its account might start none of its jobs when that was looked at last, and nothing has changed since.
static bool is_barred(const struct pool *pool, uint32_t line) {
    const struct pool_line *it = &pool->line[line];
    return it->barred_at && !shares_may_differ(pool, it->account, it->barred_at);
}

static bool is_held_job(const struct pool *pool, uint32_t job) {
    return pool->account[pool->job[job].ask.account].is_below_held;
}

// ---- order

bool decide_before(const struct pool *pool, uint32_t a, uint32_t b) {
    const struct pool_ask *x = &pool->job[a].ask, *y = &pool->job[b].ask;
    if (x->account == y->account) {
        return lines_before(pool, a, b);
    }
    if (pool->has_guarantees) {
        const bool is_a = shares_inside(pool, x) != 0, is_b = shares_inside(pool, y) != 0;
        if (is_a != is_b) {
            return is_a;
        }
    }
    return shares_compare(pool, x->account, y->account) < 0;
}

// The best of the accounts' candidates, which are those of the lines that `takes` lets through; NONE: there is none.
typedef bool (*line_takes)(const struct pool *pool, uint32_t line);

static void offer(struct pool *pool, uint32_t line, uint32_t *account, uint32_t *n) {
    const uint32_t job = line_job(pool, line);
    struct pool_account *it = &pool->account[pool->line[line].account];
    if (job == NONE || it->is_below_held) {
        return;
    }
    if (it->candidate_pick != pool->pick) {
        it->candidate_pick = pool->pick;
        it->candidate = job;
        account[(*n)++] = pool->line[line].account;
    } else if (lines_before(pool, job, it->candidate)) {
        it->candidate = job;
    }
}

static uint32_t best_of(const struct pool *pool, const uint32_t *account, uint32_t n) {
    uint32_t best = n ? pool->account[account[0]].candidate : NONE;
    for (uint32_t i = 1; i < n; i++) {
        const uint32_t job = pool->account[account[i]].candidate;
        best = decide_before(pool, job, best) ? job : best;
    }
    return best;
}

// Accounts with jobs of open kinds are listed once, each with its first: in most rounds of a deciding one of them has changed,
// which is looked at again alone.
static void list_open(struct pool *pool) {
    pool->n_open = 0;
    pool->open_list++;
    for (uint32_t i = 0; i < pool->n_active; i++) {
        const struct pool_kind *kind = &pool->kind[pool->active[i]];
        for (uint32_t l = kind->is_closed ? NONE : kind->first_line; l != NONE;
             l = pool->line[l].next) {
            const uint32_t account = pool->line[l].account, job = line_job(pool, l);
            struct pool_account *it = &pool->account[account];
            if (job == NONE || it->is_below_held || is_barred(pool, l)) {
                continue;
            }
            if (it->open_list != pool->open_list) {
                it->open_list = pool->open_list;
                it->open_job = NONE;
                it->is_open_stale = false;
                pool->open[pool->n_open++] = account;
            }
            it->open_job =
                it->open_job == NONE || lines_before(pool, job, it->open_job) ? job : it->open_job;
        }
    }
}

static uint32_t own_open(const struct pool *pool, uint32_t account) {
    uint32_t best = NONE;
    for (uint32_t l = pool->account[account].first_line; l != NONE; l = pool->line[l].own_next) {
        const bool is_out = pool->kind[pool->line[l].kind].is_closed || is_barred(pool, l);
        const uint32_t job = is_out ? NONE : line_job(pool, l);
        best = job != NONE && (best == NONE || lines_before(pool, job, best)) ? job : best;
    }
    return best;
}

// The first in order among open kinds.
static uint32_t next_open(struct trying *trying) {
    struct pool *pool = trying->pool;
    if (trying->listed_turn != pool->turn || trying->listed_opening != pool->opening) {
        list_open(pool);
        trying->listed_turn = pool->turn;
        trying->listed_opening = pool->opening;
    }
    uint32_t best = NONE;
    for (uint32_t i = 0; i < pool->n_open;) {
        struct pool_account *it = &pool->account[pool->open[i]];
        if (it->is_open_stale) {
            it->open_job = own_open(pool, pool->open[i]);
            it->is_open_stale = false;
        }
        if (it->open_job == NONE) {
            pool->open[i] = pool->open[--pool->n_open];
            continue;
        }
        best = best == NONE || decide_before(pool, it->open_job, best) ? it->open_job : best;
        i++;
    }
    return best;
}

// The first in order of all that wait and are not kept back by their account.
static uint32_t first_of_all(struct pool *pool) {
    uint32_t n = 0;
    pool->pick++;
    for (uint32_t i = 0; i < pool->n_waiting; i++) {
        const uint32_t account = pool->waiting[i], job = lines_first(pool, account, true);
        if (job != NONE && !pool->account[account].is_below_held &&
            shares_allowed(pool, &pool->job[job].ask)) {
            pool->account[account].candidate = job;
            pool->scratch2[n++] = account;
        }
    }
    return best_of(pool, pool->scratch2, n);
}

// Who has waited too long for longest, of those that their account lets start; NONE: nobody. Sets when there may be one without
// anything else having happened.
static uint32_t most_urgent(const struct pool *pool, int64_t *next_us) {
    const int64_t longest = pool->policy.longest_wait_us;
    uint32_t n = 0;
    *next_us = INT64_MAX;
    for (uint32_t job = pool->first_waiting; longest > 0 && job != NONE && n < 64; n++) {
        const struct pool_job *it = &pool->job[job];
        const int64_t urgent_us = pool_later(it->since_us, longest);
        if (urgent_us > pool->now_us) {
            *next_us = urgent_us;
            return NONE;
        }
        if (!it->is_promised && !is_held_job(pool, job) && shares_allowed(pool, &it->ask) &&
            !pool->kind[pool->line[it->line].kind].has_no_place &&
            pool->kind[pool->line[it->line].kind].unplanned_at != pool->n_deciding) {
            return job;
        }
        job = it->wait_next;
    }
    return NONE;
}

int64_t decide_next_us(const struct pool *pool) {
    int64_t next_us = INT64_MAX;
    (void)most_urgent(pool, &next_us);
    return next_us;
}

// ---- starting

// It holds its parts; told; where that is refused it waits as before.
maru_status decide_start(const struct deciding *deciding, uint32_t job, bool is_backfill) {
    struct pool *pool = deciding->pool;
    struct pool_job *it = &pool->job[job];
    shares_discharge(pool, job);
    const bool was_promised = it->is_promised;
    it->is_promised = false;
    pool_hold_parts(pool, job, pool->now_us);
    const struct decision decision = {.kind = DECISION_START,
                                      .job = job,
                                      .tag = it->ask.tag,
                                      .part = pool->part + it->part,
                                      .n_part = it->ask.n_part,
                                      .is_backfill = is_backfill,
                                      .is_borrowed = it->is_borrowed && pool->has_guarantees,
                                      .for_job = POOL_NO_JOB};
    const maru_status st = deciding->see(deciding->context, &decision, deciding->err);
    if (st != MARU_OK) {
        const uint8_t type = it->charged_type;
        pool_drop_parts(pool, job);
        it->state = POOL_WAITING;
        it->is_promised = was_promised;
        if (was_promised) {
            shares_charge(pool, job, type);
        } else {
            parts_free(pool, job);
        }
        return st;
    }
    it->is_promised = was_promised;
    private_drop_claim(pool, job);
    pool_end_waiting(pool, job);
    if (was_promised) {
        reclaim_unpromise(pool, job);
    }
    if (pool->head == job) {
        plan_drop(pool);
    }
    return MARU_OK;
}

// Below the caps of all sites together, and of each that its parts stand at: what parts at other sites draw may count there
// too, as it does where a place is chosen.
bool decide_has_power(const struct pool *pool, uint32_t job) {
    const struct pool_job *it = &pool->job[job];
    const struct pool_part *part = &pool->part[it->part];
    const struct cluster *cluster = pool->cluster;
    uint64_t more = 0;
    bool has_power = true;
    for (uint32_t i = 0; i < it->ask.n_part; i++) {
        const uint32_t site = cluster->node[part[i].node].site;
        const uint64_t cap = cluster->site[site].cap_watts * 1000;
        more += parts_load(pool, part[i].node, part_gpus(&part[i]));
        has_power = has_power && (cap == 0 || more == 0 || pool->site_load[site] + more <= cap);
    }
    return has_power &&
           (more == 0 || pool->cap_watts == 0 || pool_load(pool) + more <= pool->cap_watts * 1000);
}

// It has waited for its place, so a reservation may have come nearer, or been made.
bool decide_is_unreserved(const struct pool *pool, uint32_t job) {
    const struct pool_job *it = &pool->job[job];
    bool is_free = true;
    for (uint32_t i = it->part; is_free && i < it->part + it->ask.n_part; i++) {
        is_free = calendar_allows(pool, pool->part[i].node, it->ask.calendar, pool->now_us,
                                  pool_later(pool->now_us, it->left_us));
    }
    return is_free;
}

// Somebody who stops for another still stands where it is to go.
static bool is_being_cleared(const struct pool *pool, uint32_t job) {
    const struct pool_job *it = &pool->job[job];
    for (uint32_t i = it->part; pool->n_stopping && i < it->part + it->ask.n_part; i++) {
        uint32_t p = pool->node[pool->part[i].node].first_part;
        for (; p != NONE; p = pool->link[p].next) {
            if (pool->job[pool->link[p].job].state == POOL_STOPPING) {
                return true;
            }
        }
    }
    return false;
}

// Nobody is to be at home on its nodes.
static bool is_unclaimed(const struct pool *pool, uint32_t job) {
    const struct pool_job *it = &pool->job[job];
    uint32_t i = it->part;
    while (i < it->part + it->ask.n_part && pool->node[pool->part[i].node].n_claimed == 0) {
        i++;
    }
    return i == it->part + it->ask.n_part;
}

static maru_status start_promised(const struct trying *trying) {
    struct pool *pool = trying->pool;
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < pool->n_promised;) {
        const uint32_t job = pool->promised[i];
        const struct pool_job *it = &pool->job[job];
        if (it->n_pending > 0 || !decide_has_power(pool, job)) {
            i++;
        } else if (!is_held_job(pool, job) && shares_is_within(pool, &it->ask, it->charged_type) &&
                   decide_is_unreserved(pool, job) && is_unclaimed(pool, job) &&
                   parts_are_free(pool, pool->part + it->part, it->ask.n_part, false)) {
            st = decide_start(trying->deciding, job, false);
        } else if (is_being_cleared(pool, job)) {
            i++;
        } else {
            st = reclaim_break_promise(pool, job, trying->deciding->err);
        }
    }
    return st;
}

// ---- trying

// Room for all parts, of the types given, first those of which it is inside its guarantee.
bool decide_room(struct pool *pool, uint32_t job, const struct allowing *allowing, uint32_t inside,
                 uint32_t types) {
    const struct pool_job *it = &pool->job[job];
    struct pool_part *part = pool->part + it->part;
    struct placement_ask ask = {.want = it->ask.want,
                                .n_part = it->ask.n_part,
                                .skips = allowing ? allowing->skips : 0,
                                .allows = allowing ? stops_allows : NULL,
                                .context = allowing};
    if (it->ask.want.n_gpu == 0 || pool->cluster->n_type == 1) {
        return placement_find(pool->placement, pool->space, &ask, part);
    }
    if (it->ask.n_part == 1) {
        ask.want.types = inside;
        const bool is_found = inside && placement_find(pool->placement, pool->space, &ask, part);
        ask.want.types = types;
        return is_found ||
               (inside != types && placement_find(pool->placement, pool->space, &ask, part));
    }
    for (uint32_t round = 0; round < 2; round++) { // all parts of a gang are of one type
        const uint32_t of = round ? types & ~inside : inside;
        for (uint32_t t = 0; t < pool->cluster->n_type; t++) {
            ask.want.types = UINT32_C(1) << t;
            if ((of >> t & 1) && placement_find(pool->placement, pool->space, &ask, part)) {
                return true;
            }
        }
    }
    return false;
}

bool decide_beside_plan(struct pool *pool, uint32_t job, struct allowing *allowing, uint32_t inside,
                        uint32_t types) {
    const struct pool_job *it = &pool->job[job];
    if (!decide_room(pool, job, allowing, inside, types)) {
        return false;
    }
    if (plan_take(pool, pool->part + it->part, it->ask.n_part)) {
        return true;
    }
    allowing->skips_plan_nodes = true; // together its parts are too many for what is left there
    return decide_room(pool, job, allowing, inside, types);
}

bool decide_has_caps(const struct pool *pool) {
    bool has_cap = pool->cap_watts > 0;
    for (uint32_t i = 0; i < pool->n_site; i++) {
        has_cap = has_cap || pool->cluster->site[i].cap_watts > 0;
    }
    return has_cap;
}

static bool is_restricted(const struct pool *pool, const struct pool_ask *ask, uint32_t types,
                          bool is_long) {
    return is_long || decide_has_caps(pool) || pool->n_calendar > 0 ||
           (ask->want.n_gpu && types != shares_types(pool, ask));
}

// Is there room for all parts, of one of the types, for its kind? Nothing is placed for the answer.
static bool has_any_room(const struct pool *pool, const struct pool_ask *ask, uint32_t types) {
    const uint8_t skips = private_skips(pool, ask);
    struct want want = ask->want;
    if (ask->n_part == 1 || want.n_gpu == 0 || pool->cluster->n_type == 1) {
        want.types = want.n_gpu && pool->cluster->n_type > 1 ? types : want.types;
        return parts_room_of_all(pool, &want, skips) >= ask->n_part;
    }
    for (uint32_t left = types; left; left &= left - 1) { // all parts of a gang are of one type
        want.types = left & ~(left - 1);
        if (parts_room_of_all(pool, &want, skips) >= ask->n_part) {
            return true;
        }
    }
    return false;
}

// What is learned from finding no room.
static void learn(struct trying *trying, uint32_t job, uint32_t types, bool is_long) {
    struct pool *pool = trying->pool;
    const struct pool_job *it = &pool->job[job];
    struct pool_kind *kind = &pool->kind[pool->line[it->line].kind];
    const uint32_t all = shares_types(pool, &it->ask);
    if (!is_restricted(pool, &it->ask, types, is_long) || !has_any_room(pool, &it->ask, all)) {
        lines_close(pool, pool->line[it->line].kind);
        trying->has_closed = true;
        return;
    }
    if (is_long && !is_restricted(pool, &it->ask, types, false)) {
        kind->long_plan = pool->plan;
    }
    trying->skipped_plan = is_long ? pool->plan : trying->skipped_plan;
    skip_to(pool, it->line, it->next);
}

static bool wants_reclaim(const struct pool *pool, uint32_t job) {
    const struct pool_line *line = &pool->line[pool->job[job].line];
    return pool->policy.reclaim != RECLAIM_NONE && pool->now_us >= line->vain_until_us &&
           (pool->policy.protect_us > 0 || line->vain_turn != pool->borrowed_turn) &&
           (pool->policy.reclaim == RECLAIM_PRIORITY ||
            (pool->youngest != NONE && shares_inside(pool, &pool->job[job].ask)));
}

static maru_status reclaim(struct trying *trying, uint32_t job, enum outcome *outcome) {
    struct pool *pool = trying->pool;
    const uint32_t line = pool->job[job].line;
    bool is_promised = false;
    const int64_t retry_us = pool->retry_us;
    pool->retry_us = INT64_MAX;
    const maru_status st = reclaim_for(trying->deciding, job, &is_promised);
    if (is_promised) {
        *outcome = PROMISED;
    } else if (
        st ==
        MARU_OK) { // before those who are protected, or whoever begins from now on, can be stopped it is in vain
        struct pool_line *it = &pool->line[line];
        const int64_t new_us = pool_later(pool->now_us, pool->policy.protect_us);
        it->vain_turn = pool->borrowed_turn;
        it->vain_until_us = pool->retry_us < new_us ? pool->retry_us : new_us;
    }
    pool->retry_us = retry_us < pool->retry_us ? retry_us : pool->retry_us;
    return is_promised && st == MARU_OK && pool->job[job].n_pending == 0 ? start_promised(trying)
                                                                         : st;
}

static maru_status try_job(struct trying *trying, uint32_t job, enum outcome *outcome) {
    struct pool *pool = trying->pool;
    struct pool_job *it = &pool->job[job];
    const uint32_t types = shares_allowed(pool, &it->ask);
    const uint32_t inside = shares_inside(pool, &it->ask) & types;
    const bool is_beside = pool->head != NONE && pool->head != job;
    const bool outlasts = is_beside && pool_later(pool->now_us, it->left_us) > pool->head_us;
    // Who is inside his guarantee does not mind a plan, unless that is of one who has waited too long.
    const bool is_long = outlasts && (inside == 0 || trying->is_urgent);
    *outcome = BLOCKED;
    if (is_long && pool->kind[pool->line[it->line].kind].long_plan == pool->plan) {
        skip_to(pool, it->line, it->next);
        trying->skipped_plan = pool->plan;
        return MARU_OK;
    }
    if (!lines_reserve(pool)) {
        return fail(trying->deciding->err, MARU_E_MEMORY, "no memory for another job");
    }
    maru_status st = parts_new(pool, job, trying->deciding->err);
    if (st != MARU_OK) {
        return st;
    }
    struct allowing allowing;
    stops_allowing(&allowing, pool, job, is_long);
    const bool is_found = is_long ? decide_beside_plan(pool, job, &allowing, inside, types)
                                  : decide_room(pool, job, &allowing, inside, types);
    if (is_found) {
        const bool keeps_plan =
            !outlasts || is_long || plan_take(pool, pool->part + it->part, it->ask.n_part);
        const bool is_backfill = is_beside && decide_before(pool, pool->head, job);
        st = decide_start(trying->deciding, job, is_backfill);
        *outcome = STARTED;
        if (st == MARU_OK && !keeps_plan) {
            plan_drop(pool);
        }
        return st;
    }
    learn(trying, job, types, is_long);
    parts_free(pool, job);
    return wants_reclaim(pool, job) ? reclaim(trying, job, outcome) : MARU_OK;
}

// ---- one deciding

// Others are stopped for those whose kinds have no room, in order.
static maru_status reclaim_closed(struct trying *trying) {
    struct pool *pool = trying->pool;
    maru_status st = MARU_OK;
    if (pool->policy.reclaim != RECLAIM_PRIORITY &&
        (!pool_reclaims(pool) || !pool->has_guarantees || pool->youngest == NONE)) {
        return MARU_OK;
    }
    for (uint32_t job = 0; st == MARU_OK && job != NONE;) {
        uint32_t n = 0;
        pool->pick++;
        for (uint32_t i = 0; i < pool->n_active; i++) {
            const struct pool_kind *kind = &pool->kind[pool->active[i]];
            const bool is_looked = kind->is_closed && !kind->has_no_place;
            for (uint32_t l = is_looked ? kind->first_line : NONE; l != NONE;
                 l = pool->line[l].next) {
                if (wants_reclaim(pool, pool->line[l].first) &&
                    shares_allowed(pool, &pool->job[pool->line[l].first].ask)) {
                    offer(pool, l, pool->scratch2, &n);
                }
            }
        }
        job = best_of(pool, pool->scratch2, n);
        enum outcome outcome = BLOCKED;
        st = job == NONE ? MARU_OK : reclaim(trying, job, &outcome);
    }
    return st;
}

// Who comes next; the head first where its kind is open.
static uint32_t choose_next(struct trying *trying) {
    struct pool *pool = trying->pool;
    const bool is_open = pool->head != NONE && pool->head != trying->tried_head &&
                         !pool->kind[pool->line[pool->job[pool->head].line].kind].is_closed;
    return is_open ? pool->head : next_open(trying);
}

// Who has waited too long for longest becomes the head, where he is not. Whose nodes are down has no time that could be
// planned, and hides nobody behind him.
static maru_status head_the_urgent(struct trying *trying, bool *is_found) {
    struct pool *pool = trying->pool;
    int64_t next_us = 0;
    maru_status st = MARU_OK;
    uint32_t urgent = most_urgent(pool, &next_us);
    while (st == MARU_OK && urgent != NONE && pool->head != urgent && trying->n_unplanned < 4) {
        st = plan_make(pool, urgent, trying->deciding->err);
        *is_found = pool->head == urgent;
        if (st == MARU_OK && !*is_found) {
            pool->kind[pool->line[pool->job[urgent].line].kind].unplanned_at = pool->n_deciding;
            trying->n_unplanned++;
            urgent = most_urgent(pool, &next_us);
        }
    }
    trying->is_urgent = urgent != NONE && pool->head == urgent;
    return st;
}

// The head is who waits before all others: where there is none, and somebody has no room, it is looked for.
static maru_status find_head(struct trying *trying, uint32_t next, bool *is_found) {
    struct pool *pool = trying->pool;
    *is_found = false;
    const maru_status urgent_st = head_the_urgent(trying, is_found);
    if (urgent_st != MARU_OK || *is_found) {
        return urgent_st;
    }
    const uint32_t first = first_of_all(pool);
    if (first == NONE || first == next) {
        return MARU_OK;
    }
    const struct pool_line *line = &pool->line[pool->job[first].line];
    if (!pool->kind[line->kind].is_closed && line_job(pool, pool->job[first].line) == first) {
        return MARU_OK; // it is tried in its turn
    }
    const maru_status st = plan_make(pool, first, trying->deciding->err);
    *is_found = pool->head != NONE;
    return st;
}

// Its account may not start it now, nor those in its line that are like it.
static void pass_over(struct pool *pool, uint32_t job) {
    const uint32_t l = pool->job[job].line;
    struct pool_line *line = &pool->line[l];
    const bool are_alike = line->n_stop == 0 || line->n_stop == line->n;
    const bool is_limited = shares_limited_by(pool, &pool->job[job].ask) != NONE;
    line->barred_at = are_alike || is_limited ? pool->n_shares : 0;
    skip_to(pool, l, line->barred_at ? (uint32_t)NONE : pool->job[job].next);
}

static maru_status try_all(struct trying *trying) {
    struct pool *pool = trying->pool;
    maru_status st = MARU_OK;
    while (st == MARU_OK) {
        const uint32_t next = choose_next(trying);
        if (next == NONE && (trying->skipped_plan == 0 || trying->skipped_plan == pool->plan)) {
            return MARU_OK;
        }
        if (next ==
            NONE) { // the one planned for has begun: who was passed over for it may have room
            trying->skipped_plan = 0;
            pool->turn++;
            continue;
        }
        if (shares_allowed(pool, &pool->job[next].ask) == 0) {
            pass_over(pool, next);
            trying->tried_head = next == pool->head ? next : trying->tried_head;
            continue;
        }
        bool is_found = false;
        if (pool->head == NONE) {
            st = find_head(trying, next, &is_found);
        }
        if (st == MARU_OK && is_found && trying->is_urgent) {
            continue; // it comes before all others
        }
        const bool is_behind = pool->head != NONE && pool->head != next;
        if (st != MARU_OK ||
            (is_behind && (pool->policy.backfill == BACKFILL_NONE || trying->depth == 0))) {
            return st;
        }
        enum outcome outcome = BLOCKED;
        st = try_job(trying, next, &outcome);
        trying->depth -= is_behind && outcome == BLOCKED;
        trying->tried_head = outcome == BLOCKED && next == pool->head ? next : trying->tried_head;
        if (st == MARU_OK && outcome == BLOCKED && pool->head == NONE &&
            shares_allowed(pool, &pool->job[next].ask)) {
            st = plan_make(pool, next, trying->deciding->err);
        }
    }
    return st;
}

static maru_status look_after_head(struct trying *trying) {
    struct pool *pool = trying->pool;
    bool is_found = false;
    const maru_status st = head_the_urgent(trying, &is_found);
    if (st != MARU_OK || is_found) {
        return st;
    }
    const uint32_t often = pool->n_ends / 8 > 16 ? pool->n_ends / 8 : 16;
    if (pool->head != NONE &&
        (pool->n_since >= often || !shares_allowed(pool, &pool->job[pool->head].ask))) {
        const uint32_t head = pool->head;
        plan_drop(pool);
        return shares_allowed(pool, &pool->job[head].ask)
                   ? plan_make(pool, head, trying->deciding->err)
                   : MARU_OK;
    }
    return MARU_OK;
}

maru_status pool_decide(struct pool *pool, int64_t now_us, pool_see see, void *context,
                        maru_error *err) {
    const struct deciding deciding = {.pool = pool, .see = see, .context = context, .err = err};
    struct trying trying = {.deciding = &deciding,
                            .pool = pool,
                            .tried_head = NONE,
                            .depth = pool->policy.backfill_depth};
    shares_advance(pool, now_us);
    pool->turn++;
    pool->n_deciding++;
    pool->retry_us = pool->retry_us <= pool->now_us ? INT64_MAX : pool->retry_us;
    maru_status st = stops_due(&deciding);
    st = st == MARU_OK ? private_advance(&deciding) : st;
    st = st == MARU_OK ? private_claim(&deciding) : st;
    st = st == MARU_OK ? start_promised(&trying) : st;
    st = st == MARU_OK ? look_after_head(&trying) : st;
    st = st == MARU_OK ? reclaim_closed(&trying) : st;
    st = st == MARU_OK ? try_all(&trying) : st;
    return st == MARU_OK && trying.has_closed ? reclaim_closed(&trying) : st;
}
