#include "pool/standing.h"

#include "base/alloc.h"
#include "base/status.h"
#include "pool/money/index_order.h"

// Arrays of (accounts x types): own, what an account is guaranteed for itself; left, what of it is not taken; is_kept, for one that waits and
// did not fit. A job stands to its holder: the nearest account with a guarantee, itself or above (pool_shares.c does the same).

struct deciding {
    const struct standing_asked *asked;
    uint32_t *own, *left, *order;
    bool *is_kept;
    uint32_t n_type;
};

bool standing_own(const struct accounts *accounts, const struct cluster *cluster, uint32_t *own,
                  uint32_t *loose) {
    const uint32_t n_type = cluster->n_type;
    bool has_any = false;
    for (uint32_t t = 0; t < n_type; t++) {
        loose[t] = cluster->n_gpu[t];
    }
    for (uint32_t a = 0; a < accounts->n; a++) { // parents come before their children
        const struct account *row = &accounts->row[a];
        uint32_t above = a;
        do {
            above = accounts->row[above].parent;
        } while (above != 0 && !accounts->row[above].guarantee);
        const bool is_held = a != 0 && accounts->row[above].guarantee;
        for (uint32_t t = 0; t < n_type; t++) {
            const uint32_t its = row->guarantee ? row->guarantee[t] : 0;
            uint32_t *from = is_held ? &own[(size_t)above * n_type + t] : &loose[t];
            own[(size_t)a * n_type + t] = its;
            *from -= its < *from ? its : *from;
            has_any = has_any || its > 0;
        }
    }
    return has_any;
}

static uint32_t holder_of(const struct accounts *accounts, uint32_t account) {
    while (account != 0 && !accounts->row[account].guarantee) {
        account = accounts->row[account].parent;
    }
    return accounts->row[account].guarantee ? account : ACCOUNTS_MAX;
}

static bool takes(const struct standing_job *job, uint32_t type) {
    return job->types == 0 || (job->types >> type & 1);
}

// Those that run, then priority, then age, then as they were given.
static bool is_before(const void *context, uint32_t a, uint32_t b) {
    const struct standing_job *x = &((const struct standing_job *)context)[a];
    const struct standing_job *y = &((const struct standing_job *)context)[b];
    if (x->runs != y->runs) {
        return x->runs;
    }
    if (!x->runs && x->priority != y->priority) {
        return x->priority > y->priority;
    }
    return x->created_us != y->created_us ? x->created_us < y->created_us : a < b;
}

// One that runs takes what it has, as far as that is left.
static void charge(struct deciding *it, const struct standing_job *job, uint32_t holder) {
    uint32_t n = job->n_gpu;
    for (uint32_t t = 0; t < it->n_type && n > 0; t++) {
        uint32_t *left = &it->left[(size_t)holder * it->n_type + t];
        if (takes(job, t)) {
            const uint32_t taken = n < *left ? n : *left;
            *left -= taken;
            n -= taken;
        }
    }
}

static bool has_place(struct deciding *it, const struct standing_job *job, uint32_t holder) {
    const size_t row = (size_t)holder * it->n_type;
    for (uint32_t t = 0; t < it->n_type; t++) {
        if (takes(job, t) && !it->is_kept[row + t] && job->n_gpu <= it->left[row + t]) {
            it->left[row + t] -= job->n_gpu;
            return true;
        }
    }
    for (uint32_t t = 0; t < it->n_type;
         t++) { // where it could be, nobody behind it takes the place
        it->is_kept[row + t] =
            it->is_kept[row + t] || (takes(job, t) && job->n_gpu <= it->own[row + t]);
    }
    return false;
}

static void decide_one(struct deciding *it, uint32_t i, struct standing_told *told) {
    const struct standing_job *job = &it->asked->job[i];
    const struct pool_policy *policy = it->asked->policy;
    const uint32_t holder = holder_of(it->asked->accounts, job->account);
    const bool is_held = holder != ACCOUNTS_MAX && job->n_gpu > 0;
    const bool takes_back =
        policy->reclaim != RECLAIM_NONE || policy->guarantee == GUARANTEE_PRIVATE;
    *told = (struct standing_told){.standing = !policy->can_borrow || (!job->can_stop && takes_back)
                                                   ? STANDING_FIRM
                                                   : STANDING_BORROWED,
                                   .holder = ACCOUNTS_MAX};
    if (is_held && job->runs) {
        charge(it, job, holder);
    } else if (is_held && has_place(it, job, holder)) {
        *told = (struct standing_told){STANDING_INSIDE, holder};
    }
}

maru_status standing_decide(const struct standing_asked *asked, struct standing_told *told,
                            maru_error *err) {
    const size_t n_cell = (size_t)asked->accounts->n * asked->cluster->n_type + 1;
    uint32_t loose[CLUSTER_MAX_TYPES];
    struct deciding it = {.asked = asked,
                          .own = alloc_new(n_cell, sizeof *it.own),
                          .left = alloc_new(n_cell, sizeof *it.left),
                          .order = alloc_new((size_t)asked->n + 1, sizeof *it.order),
                          .is_kept = alloc_new(n_cell, sizeof *it.is_kept),
                          .n_type = asked->cluster->n_type};
    maru_status st = it.own && it.left && it.order && it.is_kept
                         ? MARU_OK
                         : fail(err, MARU_E_MEMORY, "no memory");
    if (st != MARU_OK) {
        goto done;
    }
    const bool has_any = standing_own(asked->accounts, asked->cluster, it.own, loose);
    for (size_t i = 0; i < n_cell; i++) {
        it.left[i] = it.own[i];
    }
    for (uint32_t i = 0; i < asked->n; i++) {
        it.order[i] = i;
        told[i] = (struct standing_told){STANDING_NONE, ACCOUNTS_MAX};
    }
    index_order(it.order, asked->n, is_before, asked->job);
    for (uint32_t i = 0; has_any && i < asked->n; i++) {
        decide_one(&it, it.order[i], &told[it.order[i]]);
    }
done:
    alloc_free(it.own);
    alloc_free(it.left);
    alloc_free(it.order);
    alloc_free(it.is_kept);
    return st;
}
