#include "pool/money/credits.h"

#include "base/alloc.h"
#include "base/status.h"
#include "base/wide.h"
#include "pool/money/index_order.h"

// Time is cut into spans at the moments where a grant begins or ends. What is spent is added up by span; then the spans are gone
// through in their order, and in each what it spends is taken from the grants that hold in it.

const uint32_t credit_warning_milli[CREDIT_WARNINGS] = {500, 800, 950, 1000};

uint32_t credit_warning(int64_t spent_micro, int64_t amount_micro) {
    uint32_t level = 0;
    while (level < CREDIT_WARNINGS && amount_micro > 0 &&
           (wide_i128)spent_micro * 1000 >= (wide_i128)amount_micro * credit_warning_milli[level]) {
        level++;
    }
    return level;
}

int64_t credits_next_change(const struct credit_book *book, int64_t at_us) {
    int64_t next = CREDITS_NEVER;
    for (size_t i = 0; i < book->n_grant; i++) {
        const struct credit_grant *grant = &book->grant[i];
        next = grant->from_us > at_us && grant->from_us < next ? grant->from_us : next;
        next = grant->until_us > at_us && grant->until_us < next ? grant->until_us : next;
    }
    return next;
}

static maru_status check_book(const struct credit_book *book, maru_error *err) {
    if (book->n_grant > CREDITS_MAX_GRANTS) {
        return fail(err, MARU_E_LIMIT, "more than %d grants of credits", CREDITS_MAX_GRANTS);
    }
    for (size_t i = 0; i < book->n_grant; i++) {
        const struct credit_grant *grant = &book->grant[i];
        if (grant->amount_micro < 0 || grant->amount_micro > CREDITS_MAX_AMOUNT) {
            return fail(err, MARU_E_RANGE, "a grant is from 0 to %lld credits",
                        (long long)(CREDITS_MAX_AMOUNT / 1000000));
        }
        if (grant->until_us <= grant->from_us) {
            return fail(err, MARU_E_RANGE, "a grant expires before it begins");
        }
    }
    for (size_t i = 0; i < book->n_spend; i++) {
        const int64_t amount = book->spend[i].amount_micro;
        if (amount < -CREDITS_MAX_AMOUNT || amount > CREDITS_MAX_AMOUNT) {
            return fail(err, MARU_E_RANGE, "more credits than can be counted are spent at once");
        }
    }
    return MARU_OK;
}

// ---- spans

struct settling {
    const struct credit_book *book;
    int64_t at_us;
    int64_t *moment;  // (n_moment) rising: span i goes from moment i - 1 to moment i
    wide_i128 *spent; // (n_moment + 1) in each span
    uint32_t *order;  // (n_grant) by expiry
    wide_i128 *left;  // (n_grant)
    wide_i128 *taken; // (n_grant)
    wide_i128 debt;
    uint32_t n_moment;
};

static bool expires_before(const void *context, uint32_t a, uint32_t b) {
    const struct credit_grant *grant = context, *x = &grant[a], *y = &grant[b];
    if (x->until_us != y->until_us) {
        return x->until_us < y->until_us;
    }
    return x->key != y->key ? x->key < y->key : a < b;
}

static bool is_sooner(const void *context, uint32_t a, uint32_t b) {
    const int64_t *moment = context;
    return moment[a] != moment[b] ? moment[a] < moment[b] : a < b;
}

// All moments at which something begins or ends, each once.
static maru_status find_moments(struct settling *s, maru_error *err) {
    const size_t n = 2 * s->book->n_grant;
    int64_t *all = alloc_new(n + 1, sizeof *all);
    uint32_t *order = alloc_new(n + 1, sizeof *order);
    if (!all || !order) {
        alloc_free(all);
        alloc_free(order);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct credit_grant *grant = &s->book->grant[i / 2];
        all[i] = i % 2 ? grant->until_us : grant->from_us;
        order[i] = i;
    }
    index_order(order, (uint32_t)n, is_sooner, all);
    for (uint32_t i = 0; i < n; i++) {
        const int64_t moment = all[order[i]];
        if (s->n_moment == 0 || s->moment[s->n_moment - 1] < moment) {
            s->moment[s->n_moment++] = moment;
        }
    }
    alloc_free(all);
    alloc_free(order);
    return MARU_OK;
}

// The span of a moment: how many of the changes are at or before it.
static uint32_t span_of(const struct settling *s, int64_t at_us) {
    uint32_t low = 0, high = s->n_moment;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (s->moment[middle] <= at_us) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static maru_status add_spends(struct settling *s, maru_error *err) {
    for (size_t i = 0; i < s->book->n_spend; i++) {
        const struct credit_spend *spend = &s->book->spend[i];
        if (spend->at_us <= s->at_us) {
            s->spent[span_of(s, spend->at_us)] += spend->amount_micro;
        }
    }
    for (uint32_t i = 0; i <= s->n_moment; i++) {
        if (s->spent[i] < 0) {
            return fail(err, MARU_E_RANGE, "more is given back than was spent");
        }
    }
    return MARU_OK;
}

// Take what is owed from the grants that hold at `now`, from what expires first.
static void take(struct settling *s, int64_t now) {
    for (size_t k = 0; k < s->book->n_grant && s->debt > 0; k++) {
        const uint32_t i = s->order[k];
        const struct credit_grant *grant = &s->book->grant[i];
        if (grant->from_us <= now && now < grant->until_us && s->left[i] > 0) {
            const wide_i128 part = s->debt < s->left[i] ? s->debt : s->left[i];
            s->left[i] -= part;
            s->taken[i] += part;
            s->debt -= part;
        }
    }
}

static void go_through(struct settling *s) {
    const uint32_t last = span_of(s, s->at_us);
    s->debt = s->spent[0]; // before the first grant
    for (uint32_t span = 1; span <= last; span++) {
        take(s, s->moment[span - 1]); // debts of earlier spans come first
        s->debt += s->spent[span];
        take(s, s->moment[span - 1]);
    }
}

// ---- what came of it

static maru_status sum_up(const struct settling *s, struct credit_left *left,
                          struct credit_state *out, maru_error *err) {
    wide_i128 granted = 0, taken = 0, expired = 0, rest = 0, in_force = 0, of_these = 0;
    for (size_t i = 0; i < s->book->n_grant; i++) {
        const struct credit_grant *grant = &s->book->grant[i];
        const bool has_begun = grant->from_us <= s->at_us, is_over = grant->until_us <= s->at_us;
        if (left) {
            left[i] = (struct credit_left){.left_micro = is_over ? 0 : (int64_t)s->left[i],
                                           .spent_micro = (int64_t)s->taken[i],
                                           .expired_micro = is_over ? (int64_t)s->left[i] : 0};
        }
        if (has_begun) {
            granted += grant->amount_micro;
            taken += s->taken[i];
            expired += is_over ? s->left[i] : 0;
            rest += is_over ? 0 : s->left[i];
        }
        if (has_begun && !is_over) {
            in_force += grant->amount_micro;
            of_these += s->taken[i];
        }
    }
    if (granted > INT64_MAX || taken + s->debt > INT64_MAX) {
        return fail(err, MARU_E_LIMIT, "more credits than can be counted");
    }
    *out = (struct credit_state){.balance_micro = (int64_t)(rest - s->debt),
                                 .granted_micro = (int64_t)granted,
                                 .spent_micro = (int64_t)(taken + s->debt),
                                 .expired_micro = (int64_t)expired,
                                 .debt_micro = (int64_t)s->debt,
                                 .in_force_micro = (int64_t)in_force,
                                 .in_force_spent_micro = (int64_t)of_these};
    return MARU_OK;
}

static maru_status settle(struct settling *s, struct credit_left *left, struct credit_state *out,
                          maru_error *err) {
    const size_t n = s->book->n_grant;
    for (uint32_t i = 0; i < n; i++) {
        s->order[i] = i;
        s->left[i] = s->book->grant[i].amount_micro;
    }
    if (n > 0) {
        index_order(s->order, (uint32_t)n, expires_before, s->book->grant);
    }
    maru_status st = find_moments(s, err);
    st = st == MARU_OK ? add_spends(s, err) : st;
    if (st == MARU_OK) {
        go_through(s);
        st = sum_up(s, left, out, err);
    }
    return st;
}

maru_status credits_settle(const struct credit_book *book, int64_t at_us, struct credit_left *left,
                           struct credit_state *out, maru_error *err) {
    struct settling s = {.book = book, .at_us = at_us};
    maru_status st = check_book(book, err);
    if (st != MARU_OK) {
        return st;
    }
    const size_t n = book->n_grant + 1;
    s.moment = alloc_new(2 * n, sizeof *s.moment);
    s.spent = alloc_new(2 * n, sizeof *s.spent);
    s.order = alloc_new(n, sizeof *s.order);
    s.left = alloc_new(n, sizeof *s.left);
    s.taken = alloc_new(n, sizeof *s.taken);
    st = s.moment && s.spent && s.order && s.left && s.taken
             ? settle(&s, left, out, err)
             : fail(err, MARU_E_MEMORY, "no memory");
    alloc_free(s.moment);
    alloc_free(s.spent);
    alloc_free(s.order);
    alloc_free(s.left);
    alloc_free(s.taken);
    return st;
}
