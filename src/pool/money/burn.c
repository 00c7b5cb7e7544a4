#include "pool/money/burn.h"

#include "base/alloc.h"
#include "base/status.h"
#include "base/wide.h"
#include "pool/money/civil_date.h"

// What runs cost up to a moment never falls as the moment goes on, so the last moment at which it is covered is found by halving
// the time, and neither rounding nor prices that change need a case of their own. Grants are gone through from change to change, as
// credits.c does. Budgets go first, the one that is spent soonest before the others: the runs that it stops cost nothing later.

struct burning {
    const struct burn_asked *asked;
    int64_t *ends; // (n_run) when each run ends, as far as is known by now
    maru_status st;
    maru_error problem;
};

struct part { // of the runs: those of an account, in a time
    uint32_t account;
    int64_t from_us, until_us;
};

static bool is_below(const struct burn_asked *asked, uint32_t account, uint32_t above) {
    while (account != above && account != 0) {
        account = asked->parent[account];
    }
    return account == above;
}

// What one run costs from what is charged, and from `from`, up to a moment; INT64_MAX where it cannot be counted.
static int64_t cost_of_run(struct burning *b, uint32_t i, const struct part *part, int64_t at_us) {
    const struct burn_run *run = &b->asked->run[i];
    struct price_span span = {run->started_us, run->charged_us, at_us};
    struct money money = {0};
    span.from_us = part->from_us > span.from_us ? part->from_us : span.from_us;
    span.until_us = part->until_us < span.until_us ? part->until_us : span.until_us;
    span.until_us = b->ends[i] < span.until_us ? b->ends[i] : span.until_us;
    if (b->st != MARU_OK || span.until_us <= span.from_us) {
        return 0;
    }
    if (span.until_us - span.started_us > PRICES_MAX_RUN_US) {
        span.until_us = span.started_us + PRICES_MAX_RUN_US;
    }
    maru_error problem = {0};
    const maru_status st = prices_charge(b->asked->prices, &run->use, &span, &money, &problem);
    if (st == MARU_E_LIMIT) {
        return INT64_MAX;
    }
    if (st != MARU_OK) {
        b->st = st;
        b->problem = problem;
    }
    return money.credits_micro;
}

static wide_i128 cost_until(struct burning *b, const struct part *part, int64_t at_us) {
    wide_i128 sum = 0;
    for (uint32_t i = 0; i < b->asked->n_run; i++) {
        if (is_below(b->asked, b->asked->run[i].account, part->account)) {
            sum += cost_of_run(b, i, part, at_us);
        }
    }
    return sum;
}

// The last moment in [from, until] up to which the cost is within `most`; until where it always is.
static int64_t last_covered(struct burning *b, const struct part *part, wide_i128 most,
                            int64_t from, int64_t until) {
    if (cost_until(b, part, until) <= most) {
        return until;
    }
    while (until - from > 1) {
        const int64_t middle = from + (until - from) / 2;
        if (cost_until(b, part, middle) <= most) {
            from = middle;
        } else {
            until = middle;
        }
    }
    return from;
}

static int64_t begin_of(const struct burn_asked *asked) {
    int64_t begin = asked->now_us;
    for (uint32_t i = 0; i < asked->n_run; i++) {
        const int64_t charged = asked->run[i].charged_us;
        begin = charged < begin ? charged : begin;
    }
    return begin;
}

// ---- budgets

static int64_t budget_stop(struct burning *b, const struct burn_budget *budget) {
    const struct part part = {budget->account, budget->from_us, budget->until_us};
    const int64_t begin = begin_of(b->asked), end = b->asked->now_us + PRICES_MAX_RUN_US;
    const int64_t from = budget->from_us > begin ? budget->from_us : begin;
    const int64_t until = budget->until_us < end ? budget->until_us : end;
    if (until <= from) {
        return BURN_NEVER;
    }
    if (budget->left_micro < 0 && b->asked->now_us >= budget->from_us) {
        return from;
    }
    const int64_t last = last_covered(b, &part, budget->left_micro, from, until);
    return last == until ? BURN_NEVER : last;
}

// A run that begins under a spent budget may not run on; one that begins behind it may.
static void end_runs(struct burning *b, const struct burn_budget *budget, int64_t stop_us) {
    for (uint32_t i = 0; i < b->asked->n_run; i++) {
        if (b->ends[i] > stop_us && is_below(b->asked, b->asked->run[i].account, budget->account)) {
            b->ends[i] = stop_us;
        }
    }
}

static bool share_runs(const struct burn_asked *asked, uint32_t a, uint32_t b) {
    const uint32_t x = asked->budget[a].account, y = asked->budget[b].account;
    return is_below(asked, x, y) || is_below(asked, y, x);
}

static maru_status stop_by_budgets(struct burning *b, int64_t *stop, bool *is_done) {
    const struct burn_asked *asked = b->asked;
    const uint32_t n = asked->n_budget;
    for (uint32_t i = 0; i < n; i++) {
        stop[i] = budget_stop(b, &asked->budget[i]);
    }
    for (uint32_t round = 0; round < n && b->st == MARU_OK; round++) {
        uint32_t soonest = n;
        for (uint32_t i = 0; i < n; i++) {
            if (!is_done[i] && (soonest == n || stop[i] < stop[soonest])) {
                soonest = i;
            }
        }
        is_done[soonest] = true;
        if (stop[soonest] == BURN_NEVER) {
            break; // and so are all others
        }
        end_runs(b, &asked->budget[soonest], stop[soonest]);
        for (uint32_t i = 0; i < n; i++) {
            if (!is_done[i] && stop[i] != BURN_NEVER && share_runs(asked, i, soonest)) {
                stop[i] = budget_stop(b, &asked->budget[i]);
            }
        }
    }
    return b->st;
}

// ---- grants

static wide_i128 held_at(const struct burn_asked *asked, const wide_i128 *left, int64_t at_us) {
    wide_i128 sum = 0;
    for (uint32_t i = 0; i < asked->n_grant; i++) {
        const struct credit_grant *grant = &asked->grant[i];
        sum += grant->from_us <= at_us && at_us < grant->until_us ? left[i] : 0;
    }
    return sum;
}

// The same rule as in credits.c: what expires first, of two the smaller key.
static void take(const struct burn_asked *asked, wide_i128 *left, int64_t at_us, wide_i128 owed) {
    while (owed > 0) {
        uint32_t best = asked->n_grant;
        for (uint32_t i = 0; i < asked->n_grant; i++) {
            const struct credit_grant *grant = &asked->grant[i], *than = &asked->grant[best];
            if (left[i] > 0 && grant->from_us <= at_us && at_us < grant->until_us &&
                (best == asked->n_grant || grant->until_us < than->until_us ||
                 (grant->until_us == than->until_us && grant->key < than->key))) {
                best = i;
            }
        }
        if (best == asked->n_grant) {
            return;
        }
        const wide_i128 part = owed < left[best] ? owed : left[best];
        left[best] -= part;
        owed -= part;
    }
}

static int64_t grants_empty(struct burning *b, wide_i128 *left) {
    const struct burn_asked *asked = b->asked;
    const struct credit_book book = {asked->grant, NULL, asked->n_grant, 0};
    const struct part all = {0, INT64_MIN, INT64_MAX};
    const int64_t horizon = asked->now_us + PRICES_MAX_RUN_US;
    int64_t from = begin_of(asked), at_us = asked->now_us; // whose grants hold in this span
    wide_i128 spent = 0;
    if (asked->debt_micro > 0) {
        return from;
    }
    while (b->st == MARU_OK) {
        const int64_t change = credits_next_change(&book, at_us);
        const int64_t until = change < horizon ? change : horizon;
        const wide_i128 most = spent + held_at(asked, left, at_us);
        const int64_t last = last_covered(b, &all, most, from, until);
        if (last < until) {
            return last;
        }
        if (until == horizon) {
            break;
        }
        const wide_i128 sum = cost_until(b, &all, until);
        take(asked, left, at_us, sum - spent);
        spent = sum;
        from = at_us = until;
    }
    return BURN_NEVER;
}

// ---- asking

static maru_status check_asked(const struct burn_asked *asked, maru_error *err) {
    if (asked->n_budget > BURN_MAX_BUDGETS || asked->n_grant > CREDITS_MAX_GRANTS) {
        return fail(err, MARU_E_LIMIT, "more than %d budgets, or %d grants", BURN_MAX_BUDGETS,
                    CREDITS_MAX_GRANTS);
    }
    bool is_good =
        asked->n_account > 0 && asked->now_us >= -CIVIL_MAX_US && asked->now_us <= CIVIL_MAX_US;
    for (uint32_t i = 1; is_good && i < asked->n_account; i++) {
        is_good = asked->parent[i] < i;
    }
    for (uint32_t i = 0; is_good && i < asked->n_run; i++) {
        const struct burn_run *run = &asked->run[i];
        is_good = run->account < asked->n_account && run->started_us <= run->charged_us &&
                  run->charged_us <= asked->now_us && run->started_us >= -CIVIL_MAX_US;
    }
    for (uint32_t i = 0; is_good && i < asked->n_budget; i++) {
        is_good = asked->budget[i].account < asked->n_account;
    }
    return is_good ? MARU_OK
                   : fail(err, MARU_E_RANGE, "an account that is not there, or times out of order");
}

static maru_status forecast(struct burning *b, wide_i128 *left, int64_t *stop, bool *is_done,
                            struct burn_told *told, maru_error *err) {
    const struct burn_asked *asked = b->asked;
    for (uint32_t i = 0; i < asked->n_run; i++) {
        b->ends[i] = asked->run[i].ends_us;
    }
    for (uint32_t i = 0; i < asked->n_grant; i++) {
        left[i] = asked->left[i].left_micro;
    }
    const maru_status st = stop_by_budgets(b, stop, is_done);
    const int64_t empty = st == MARU_OK ? grants_empty(b, left) : 0;
    if (b->st != MARU_OK) {
        return fail(err, b->st, "%s", b->problem.text);
    }
    for (uint32_t i = 0; told->run_stop && i < asked->n_run; i++) {
        const bool is_stopped = b->ends[i] < asked->run[i].ends_us;
        told->run_stop[i] = is_stopped && b->ends[i] < empty ? b->ends[i] : empty;
    }
    for (uint32_t i = 0; told->budget && i < asked->n_budget; i++) {
        told->budget[i] = stop[i];
    }
    told->empty_us = empty;
    return MARU_OK;
}

maru_status burn_forecast(const struct burn_asked *asked, struct burn_told *told, maru_error *err) {
    struct burning b = {.asked = asked};
    maru_status st = check_asked(asked, err);
    if (st != MARU_OK) {
        return st;
    }
    b.ends = alloc_new((size_t)asked->n_run + 1, sizeof *b.ends);
    wide_i128 *left = alloc_new((size_t)asked->n_grant + 1, sizeof *left);
    int64_t *stop = alloc_new((size_t)asked->n_budget + 1, sizeof *stop);
    bool *is_done = alloc_new((size_t)asked->n_budget + 1, sizeof *is_done);
    st = b.ends && left && stop && is_done ? forecast(&b, left, stop, is_done, told, err)
                                           : fail(err, MARU_E_MEMORY, "no memory");
    alloc_free(b.ends);
    alloc_free(left);
    alloc_free(stop);
    alloc_free(is_done);
    return st;
}

struct burn_stop burn_plan(int64_t now_us, int64_t stop_us, int64_t grace_us) {
    if (stop_us == BURN_NEVER) {
        return (struct burn_stop){BURN_NEVER, BURN_NEVER, false};
    }
    const int64_t least = grace_us < BURN_LEAST_GRACE_US ? grace_us : BURN_LEAST_GRACE_US;
    struct burn_stop plan = {.end_us = stop_us};
    plan.signal_us = stop_us - now_us > grace_us ? stop_us - grace_us : now_us;
    if (plan.end_us - plan.signal_us < least) {
        const int64_t latest = stop_us + BURN_LEAST_GRACE_US, wanted = plan.signal_us + least;
        plan.end_us = wanted < latest ? wanted : latest;
        plan.end_us = plan.end_us > now_us ? plan.end_us : now_us;
    }
    plan.is_cut = plan.end_us - plan.signal_us < grace_us;
    return plan;
}
