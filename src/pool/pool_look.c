#include "pool/pool_lines.h"
#include "pool/pool_parts.h"
#include "pool/pool_private.h"
#include "pool/pool_shares.h"
#include "pool/pool_stops.h"

// What others see of the state; nothing is decided here.

uint32_t pool_n_job(const struct pool *pool) { return pool->n_job; }

void pool_look(const struct pool *pool, uint32_t job, struct pool_look *out) {
    *out = (struct pool_look){.state = POOL_ABSENT};
    if (job >= pool->n_job || pool->job[job].state == POOL_ABSENT) {
        return;
    }
    const struct pool_job *it = &pool->job[job];
    const bool is_there = it->state != POOL_WAITING;
    *out = (struct pool_look){.state = (enum pool_state)it->state,
                              .ask = &it->ask,
                              .part = is_there ? pool->part + it->part : NULL,
                              .submitted_us = it->submitted_us,
                              .started_us = is_there ? it->started_us : 0,
                              .left_us = it->left_us,
                              .is_borrowed = is_there && it->is_borrowed && pool->has_guarantees,
                              .n_stopped = it->n_stopped};
}

void pool_look_account(const struct pool *pool, uint32_t account, struct account_look *out) {
    const struct pool_account *it = &pool->account[account];
    *out = (struct account_look){.n_waiting = it->n_waiting,
                                 .n_running = it->n_running,
                                 .milli = pool->milli + (size_t)account * pool->cluster->n_type,
                                 .share = it->share,
                                 .remembered = it->share + it->surplus * pool->decay,
                                 .standing = shares_standing(pool, account),
                                 .is_held = it->is_held};
}

void pool_remember(struct pool *pool, int64_t now_us, uint32_t account, double remembered) {
    shares_advance(pool, now_us);
    const bool is_number = remembered >= 0 && remembered <= 1;
    if (account < pool->n_account && is_number && pool->policy.half_life_us > 0) {
        struct pool_account *it = &pool->account[account];
        it->surplus = (remembered - it->share) / pool->decay;
    }
}

static int queue_rank(const struct pool *pool, uint32_t job) {
    const struct pool_job *it = &pool->job[job];
    const bool is_urgent = pool->policy.longest_wait_us > 0 &&
                           pool_later(it->since_us, pool->policy.longest_wait_us) <= pool->now_us;
    return it->is_promised || it->is_claimed ? 0 : is_urgent ? 1 : job == pool->head ? 2 : 3;
}

bool queue_before(const struct pool *pool, uint32_t a, uint32_t b) {
    const struct pool_job *x = &pool->job[a], *y = &pool->job[b];
    const int rank_a = queue_rank(pool, a), rank_b = queue_rank(pool, b);
    if (rank_a != rank_b || rank_a == 0) {
        return rank_a != rank_b ? rank_a < rank_b : x->order < y->order;
    }
    if (rank_a == 1) {
        return x->since_us != y->since_us ? x->since_us < y->since_us : x->order < y->order;
    }
    return x->ask.account == y->ask.account
               ? lines_before(pool, a, b)
               : decide_before(pool, pool->account[x->ask.account].candidate,
                               pool->account[y->ask.account].candidate);
}

void queue_prepare(struct pool *pool) {
    pool->pick++;
    for (uint32_t i = 0; i < pool->n_waiting; i++) {
        pool->account[pool->waiting[i]].candidate = lines_first(pool, pool->waiting[i], false);
    }
}

uint32_t pool_queue(struct pool *pool, int64_t now_us, uint32_t *job, uint32_t n) {
    uint32_t n_all = 0;
    shares_advance(pool, now_us);
    queue_prepare(pool);
    for (uint32_t j = pool->first_waiting; j != NONE; j = pool->job[j].wait_next) {
        pool->scratch[n_all++] = j;
    }
    sort_jobs(pool, pool->scratch, n_all, pool->scratch2, queue_before);
    for (uint32_t i = 0; i < n_all && i < n; i++) {
        job[i] = pool->scratch[i];
    }
    return n_all < n ? n_all : n;
}

const struct space *pool_space(const struct pool *pool) { return pool->space; }

uint64_t pool_watts(const struct pool *pool) { return pool_load(pool) / 1000; }

int64_t pool_next_us(const struct pool *pool) {
    int64_t next = pool->retry_us < pool->calendar_us ? pool->retry_us : pool->calendar_us;
    const int64_t private_us = private_next_us(pool);
    const int64_t urgent_us = decide_next_us(pool);
    next = private_us < next ? private_us : next;
    next = urgent_us < next ? urgent_us : next;
    for (uint32_t c = 0; c < pool->n_calendar; c++) {
        const struct pool_calendar *it = &pool->calendar[c];
        for (uint32_t side = 0; it->n_node && side < 2; side++) {
            const int64_t us = side ? it->until_us : it->from_us;
            next = us > pool->now_us && us < next ? us : next;
        }
    }
    return next;
}
