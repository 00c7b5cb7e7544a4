#include "pool/money/sacct_agreement.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "base/wide.h"
#include "pool/money/index_order.h"

// Both sides are put in the order of (job, attempt) and gone through at once.

const char *const agreement_kind_names[AGREEMENT_KINDS] = {
    "only-maru", "only-sacct", "twice", "account", "start", "end", "gpus", "credits"};

struct comparing {
    const struct agreement_sides *sides;
    uint32_t *maru, *sacct; // orders
    agreement_see see;
    void *context;
    struct agreement_told told;
};

static int compare_names(const struct agreement_row *a, const struct agreement_row *b) {
    if (a->job != b->job) {
        return a->job < b->job ? -1 : 1;
    }
    return a->attempt < b->attempt ? -1 : a->attempt > b->attempt;
}

static bool is_before(const void *context, uint32_t a, uint32_t b) {
    const struct agreement_row *row = context;
    const int order = compare_names(&row[a], &row[b]);
    return order != 0 ? order < 0 : a < b;
}

static int64_t second_of(int64_t us) { return us / 1000000 - (us % 1000000 < 0); }

static wide_i128 gpu_seconds(const struct agreement_row *row, uint32_t n) {
    wide_i128 milli_s = 0;
    for (uint32_t i = 0; i < n; i++) {
        const int64_t s = second_of(row[i].until_us) - second_of(row[i].from_us);
        milli_s += (wide_i128)s * row[i].gpu_milli;
    }
    return milli_s / 1000;
}

static maru_status tell(struct comparing *c, enum agreement_kind kind,
                        const struct agreement_row *maru, const struct agreement_row *sacct,
                        maru_error *err) {
    const struct agreement_row *of = maru ? maru : sacct;
    const struct agreement_difference difference = {kind, of->job, of->attempt, maru, sacct};
    return c->see(c->context, &difference, err);
}

// Of two that are not known nobody can say that they differ.
static bool is_same_cost(int64_t a, int64_t b) {
    return a == AGREEMENT_NO_CREDITS || b == AGREEMENT_NO_CREDITS ||
           (a > b ? (wide_i128)a - b : (wide_i128)b - a) <= AGREEMENT_ROUNDING_MICRO;
}

// All in which two rows of one run differ.
static maru_status compare(struct comparing *c, const struct agreement_row *maru,
                           const struct agreement_row *sacct, maru_error *err) {
    const bool differs[AGREEMENT_KINDS] = {
        [AGREEMENT_ACCOUNT] = strcmp(maru->account, sacct->account) != 0,
        [AGREEMENT_START] = second_of(maru->from_us) != second_of(sacct->from_us),
        [AGREEMENT_END] = second_of(maru->until_us) != second_of(sacct->until_us),
        [AGREEMENT_GPUS] = maru->gpu_milli != sacct->gpu_milli,
        [AGREEMENT_CREDITS] = !is_same_cost(maru->credits_micro, sacct->credits_micro),
    };
    bool is_same = true;
    maru_status st = MARU_OK;
    for (int kind = 0; st == MARU_OK && kind < AGREEMENT_KINDS; kind++) {
        if (differs[kind]) {
            st = tell(c, (enum agreement_kind)kind, maru, sacct, err);
            is_same = false;
        }
    }
    c->told.n_same += is_same;
    c->told.n_different += !is_same;
    return st;
}

// Rows of the same run as the one at `at`, and how many there are.
static uint32_t run_length(const struct agreement_row *row, const uint32_t *order, uint32_t n,
                           uint32_t at) {
    uint32_t length = 1;
    while (at + length < n && compare_names(&row[order[at]], &row[order[at + length]]) == 0) {
        length++;
    }
    return length;
}

static maru_status go_through(struct comparing *c, maru_error *err) {
    const struct agreement_sides *s = c->sides;
    uint32_t i = 0, k = 0;
    maru_status st = MARU_OK;
    while (st == MARU_OK && (i < s->n_maru || k < s->n_sacct)) {
        const struct agreement_row *maru = i < s->n_maru ? &s->maru[c->maru[i]] : NULL;
        const struct agreement_row *sacct = k < s->n_sacct ? &s->sacct[c->sacct[k]] : NULL;
        const int order = !maru ? 1 : !sacct ? -1 : compare_names(maru, sacct);
        const uint32_t n_maru = order <= 0 ? run_length(s->maru, c->maru, s->n_maru, i) : 0;
        const uint32_t n_sacct = order >= 0 ? run_length(s->sacct, c->sacct, s->n_sacct, k) : 0;
        maru = order <= 0 ? maru : NULL;
        sacct = order >= 0 ? sacct : NULL;
        if (n_maru > 1 || n_sacct > 1) {
            st = tell(c, AGREEMENT_TWICE, maru, sacct, err);
            c->told.n_different++;
        } else if (maru && sacct) {
            st = compare(c, maru, sacct, err);
        } else {
            st = tell(c, maru ? AGREEMENT_ONLY_MARU : AGREEMENT_ONLY_SACCT, maru, sacct, err);
            c->told.n_different++;
        }
        i += n_maru;
        k += n_sacct;
    }
    return st;
}

static maru_status check_rows(const struct agreement_row *row, uint32_t n, maru_error *err) {
    if (n > AGREEMENT_MAX_ROWS) {
        return fail(err, MARU_E_LIMIT, "more than %d runs to compare", AGREEMENT_MAX_ROWS);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (row[i].until_us < row[i].from_us) {
            return fail_at(err, MARU_E_RANGE, "", i + 1, 0, "a run that ends before it begins");
        }
    }
    return MARU_OK;
}

static maru_status compare_sides(struct comparing *c, maru_error *err) {
    const struct agreement_sides *s = c->sides;
    for (uint32_t i = 0; i < s->n_maru; i++) {
        c->maru[i] = i;
    }
    for (uint32_t i = 0; i < s->n_sacct; i++) {
        c->sacct[i] = i;
    }
    index_order(c->maru, s->n_maru, is_before, s->maru);
    index_order(c->sacct, s->n_sacct, is_before, s->sacct);
    const wide_i128 maru = gpu_seconds(s->maru, s->n_maru),
                    sacct = gpu_seconds(s->sacct, s->n_sacct);
    if (maru > INT64_MAX || sacct > INT64_MAX) {
        return fail(err, MARU_E_LIMIT, "more usage than can be counted");
    }
    c->told.maru_gpu_s = (int64_t)maru;
    c->told.sacct_gpu_s = (int64_t)sacct;
    return go_through(c, err);
}

maru_status agreement_check(const struct agreement_sides *sides, agreement_see see, void *context,
                            struct agreement_told *told, maru_error *err) {
    struct comparing c = {.sides = sides, .see = see, .context = context};
    maru_status st = check_rows(sides->maru, sides->n_maru, err);
    st = st == MARU_OK ? check_rows(sides->sacct, sides->n_sacct, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    c.maru = alloc_new((size_t)sides->n_maru + 1, sizeof *c.maru);
    c.sacct = alloc_new((size_t)sides->n_sacct + 1, sizeof *c.sacct);
    st = c.maru && c.sacct ? compare_sides(&c, err) : fail(err, MARU_E_MEMORY, "no memory");
    alloc_free(c.maru);
    alloc_free(c.sacct);
    if (st == MARU_OK) {
        *told = c.told;
    }
    return st;
}
