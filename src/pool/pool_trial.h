// Random worlds and traces for tests of the scheduler, and a player that keeps its own books: what the pool says is taken,
// checked and counted here once more, by other means.
#ifndef POOL_POOL_TRIAL_H
#define POOL_POOL_TRIAL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/random.h"
#include "pool/pool.h"

#define TRIAL_S INT64_C(1000000)
enum { TRIAL_NODES = 64, TRIAL_JOBS = 4000 };

struct trial_job {
    struct pool_ask ask;
    int64_t submit_us, run_us;          // run_us: of work, at most limit_us
    int64_t first_start_us, started_us; // of this run
    int64_t left_us;                    // of work
    int64_t over_us;                    // when its last run was over
    int64_t end_us;                     // of this run, INT64_MAX: it does not run
    uint32_t number;                    // the pool's
    uint32_t n_start, n_stop;
    bool is_there, is_running, is_stopping, is_done, is_backfill, is_borrowed;
    struct pool_part part[16];
};

struct trial {
    struct arena arena;
    struct cluster cluster;
    struct accounts accounts;
    struct pool_policy policy;
    struct pool *pool;
    struct trial_job job[TRIAL_JOBS];
    uint32_t n_job;
    int64_t now_us;
    // The player's own books.
    int32_t gpu[TRIAL_NODES][CLUSTER_MAX_NODE_GPUS];
    int64_t cpu[TRIAL_NODES], memory[TRIAL_NODES];
    enum node_state state[TRIAL_NODES];
    uint64_t cap_watts;     // as it was set last
    uint64_t site_cap[2];   // watts of its two sites, set before there is a cluster; 0: none
    bool is_poor;           // memory fails at random, and what failed is asked again
    uint32_t limit_percent; // of the GPUs, for each tenant, set before there are accounts; 0: none
    void (*watch)(struct trial *trial, const struct decision *decision, struct trial_job *job);
    uint32_t n_start, n_stop, n_stop_of[STOP_REASONS];
    uint64_t seed, drawn, starved;
    struct digest digest;
};

static inline uint32_t trial_draw(struct trial *trial, uint32_t n) { // 0 to n - 1
    return random_at(trial->seed, 1, trial->drawn++).word[0] % n;
}

// ---- a world

static inline void trial_cluster(struct trial *trial, uint32_t n_node, uint32_t n_type) {
    static const struct gpu_type types[] = {{.name = "a", .idle_watts = 50, .busy_watts = 300},
                                            {.name = "b", .idle_watts = 60, .busy_watts = 700},
                                            {.name = "c", .idle_watts = 20, .busy_watts = 70}};
    static const uint8_t counts[] = {1, 2, 4, 8};
    const struct cluster_site sites[] = {
        {.name = "x", .pue_milli = 1300, .cap_watts = trial->site_cap[0]},
        {.name = "y", .pue_milli = 1500, .cap_watts = trial->site_cap[1]}};
    struct cluster_node node[TRIAL_NODES] = {{.name = "n"}};
    for (uint32_t i = 0; i < n_node; i++) {
        const uint8_t n_gpu = counts[trial_draw(trial, 4)];
        node[i] = (struct cluster_node){.name = "n",
                                        .cpu_milli = n_gpu * 12000,
                                        .memory_mib = n_gpu * 65536,
                                        .island = i / 8,
                                        .idle_watts = 200,
                                        .site = (uint16_t)(i % 2),
                                        .type = (uint8_t)trial_draw(trial, n_type),
                                        .n_gpu = n_gpu};
    }
    const struct cluster_rows rows = {.type = types,
                                      .node = node,
                                      .site = sites,
                                      .n_type = n_type,
                                      .n_node = n_node,
                                      .n_site = 2};
    maru_error err;
    assert_int_equal(cluster_make(&rows, &trial->arena, &trial->cluster, &err), MARU_OK);
    for (uint32_t i = 0; i < n_node; i++) {
        trial->cpu[i] = node[i].cpu_milli;
        trial->memory[i] = node[i].memory_mib;
        for (uint32_t g = 0; g < node[i].n_gpu; g++) {
            trial->gpu[i][g] = GPU_WHOLE;
        }
    }
}

// Of `least` nodes and up to `more` - 1 others, of up to `types` types. Draws stand in statements of their own, here as
// everywhere: the arguments of a call are evaluated in any order, and a world has to be the same with each compiler.
static inline void trial_some_cluster(struct trial *trial, uint32_t least, uint32_t more,
                                      uint32_t types) {
    const uint32_t n_node = least + trial_draw(trial, more);
    const uint32_t n_type = 1 + trial_draw(trial, types);
    trial_cluster(trial, n_node, n_type);
}

// All, two groups, and three tenants in each; with guarantees for about `percent` of the GPUs in all.
static inline void trial_accounts(struct trial *trial, uint32_t percent) {
    static const char *const names[] = {"all", "g1", "g2", "a", "b", "c", "d", "e", "f"};
    static const uint32_t parents[] = {0, 0, 0, 1, 1, 1, 2, 2, 2};
    struct account row[9] = {0};
    uint32_t guarantee[9][CLUSTER_MAX_TYPES], limit[9][CLUSTER_MAX_TYPES];
    for (uint32_t i = 0; i < 9; i++) {
        row[i].name = names[i];
        row[i].parent = parents[i];
        row[i].weight = 500 + trial_draw(trial, 1000);
        for (uint32_t t = 0; i >= 3 && t < trial->cluster.n_type; t++) {
            guarantee[i][t] = trial->cluster.n_gpu[t] * percent / 100 / 6;
            limit[i][t] = trial->cluster.n_gpu[t] * trial->limit_percent / 100;
        }
        row[i].limit = i >= 3 && trial->limit_percent ? limit[i] : NULL;
        row[i].max_running = i == 4 && trial->limit_percent ? 3 : 0;
        row[i].guarantee = i >= 3 && percent ? guarantee[i] : NULL;
    }
    maru_error err;
    assert_int_equal(accounts_make(row, 9, &trial->cluster, &trial->arena, &trial->accounts, &err),
                     MARU_OK);
}

// Jobs that come every `gap_s` on average; a third of them gangs.
static inline void trial_jobs(struct trial *trial, uint32_t n, uint32_t gap_s) {
    int64_t at = 0;
    assert_true(n <= TRIAL_JOBS);
    for (uint32_t i = 0; i < n; i++) {
        struct trial_job *job = &trial->job[i];
        memset(job, 0, sizeof *job);
        struct pool_ask *ask = &job->ask;
        const uint32_t n_gpu = 1U << trial_draw(trial, 4);
        at += (int64_t)trial_draw(trial, 2 * gap_s + 1) * TRIAL_S;
        ask->want.n_gpu = (uint8_t)(trial_draw(trial, 10) == 0 ? 0 : n_gpu);
        ask->want.gpu_milli = GPU_WHOLE;
        if (ask->want.n_gpu == 1 && trial_draw(trial, 3) == 0) {
            ask->want.gpu_milli = (uint16_t)(100 * (1 + trial_draw(trial, 9)));
        }
        ask->want.cpu_milli = 1000 * (1 + trial_draw(trial, 10));
        ask->want.memory_mib = 1024 * (1 + trial_draw(trial, 32));
        ask->want.types = trial_draw(trial, 2) ? 0 : 1U << trial_draw(trial, trial->cluster.n_type);
        ask->n_part = trial_draw(trial, 3) ? 1 : 1 + trial_draw(trial, 6);
        ask->account = 3 + trial_draw(trial, 6);
        ask->limit_us = (int64_t)(60 + trial_draw(trial, 4000)) * TRIAL_S;
        ask->priority = (int32_t)trial_draw(trial, 3);
        ask->can_stop = trial_draw(trial, 4) > 0;
        ask->checkpoints = true;
        ask->tag = i;
        job->run_us = ask->limit_us * (1 + trial_draw(trial, 100)) / 100;
        job->left_us = job->run_us;
        job->submit_us = at;
        job->end_us = INT64_MAX;
        job->first_start_us = -1;
    }
    trial->n_job = n;
}

static inline void trial_pool(struct trial *trial) {
    const struct pool_world world = {
        .cluster = &trial->cluster, .accounts = &trial->accounts, .policy = &trial->policy};
    maru_error err;
    pool_free(trial->pool); // a test that changes policy or jobs begins again
    assert_int_equal(pool_new(&world, &trial->pool, &err), MARU_OK);
    digest_init(&trial->digest);
    trial->now_us = 0;
}

static inline struct trial *trial_new(uint64_t seed) {
    struct trial *trial = calloc(1, sizeof *trial);
    assert_non_null(trial);
    arena_init(&trial->arena, 1 << 24);
    trial->seed = seed;
    pool_policy_default(&trial->policy);
    return trial;
}

static inline void trial_free(struct trial *trial) {
    pool_free(trial->pool);
    arena_fini(&trial->arena);
    free(trial);
}

// ---- playing

// Could this job start now, by brute force: are there as many parts of room, of one type?
static inline bool trial_fits(const struct trial *trial, const struct pool_ask *ask) {
    uint32_t room[CLUSTER_MAX_TYPES] = {0};
    const struct want *want = &ask->want;
    for (uint32_t i = 0; i < trial->cluster.n_node; i++) {
        const struct cluster_node *node = &trial->cluster.node[i];
        if (trial->state[i] != NODE_UP || (want->types && !(want->types >> node->type & 1))) {
            continue;
        }
        uint32_t n = 0, n_whole = 0;
        for (uint32_t g = 0; g < node->n_gpu; g++) {
            n_whole += trial->gpu[i][g] == GPU_WHOLE;
            n += (uint32_t)trial->gpu[i][g] / (want->gpu_milli ? want->gpu_milli : 1);
        }
        n = want->n_gpu == 0 ? 1000 : want->gpu_milli == GPU_WHOLE ? n_whole / want->n_gpu : n;
        while (n > 0 && ((int64_t)n * want->cpu_milli > trial->cpu[i] ||
                         (int64_t)n * want->memory_mib > trial->memory[i])) {
            n--;
        }
        room[want->n_gpu ? node->type : 0] += n;
    }
    for (uint32_t t = 0; t < CLUSTER_MAX_TYPES; t++) {
        if (room[t] >= ask->n_part) {
            return true;
        }
    }
    return false;
}

// What a job holds is taken from the player's books, or given back; nothing may go below nothing.
static inline void trial_hold(struct trial *trial, const struct trial_job *job, int sign) {
    for (uint32_t i = 0; i < job->ask.n_part; i++) {
        const struct pool_part *part = &job->part[i];
        trial->cpu[part->node] -= sign * (int64_t)part->cpu_milli;
        trial->memory[part->node] -= sign * (int64_t)part->memory_mib;
        assert_true(trial->cpu[part->node] >= 0 && trial->memory[part->node] >= 0);
        for (uint32_t g = 0; g < CLUSTER_MAX_NODE_GPUS; g++) {
            if (part->gpus >> g & 1) {
                trial->gpu[part->node][g] -= sign * (int32_t)part->gpu_milli;
                assert_in_range(trial->gpu[part->node][g], 0, GPU_WHOLE);
            }
        }
    }
}

static inline void trial_check_part(const struct trial *trial, const struct pool_ask *ask,
                                    const struct pool_part *part) {
    uint32_t n_gpu = 0;
    const struct cluster_node *node = &trial->cluster.node[part->node];
    for (uint32_t g = 0; g < 16; g++) {
        n_gpu += part->gpus >> g & 1;
    }
    assert_int_equal(n_gpu, ask->want.n_gpu);
    assert_true(n_gpu == 0 || part->gpu_milli == ask->want.gpu_milli);
    assert_int_equal(part->cpu_milli, ask->want.cpu_milli);
    assert_int_equal(part->memory_mib, ask->want.memory_mib);
    assert_true(ask->want.types == 0 || (ask->want.types >> node->type & 1));
    assert_int_equal(trial->state[part->node], NODE_UP);
}

static inline maru_status trial_see(void *context, const struct decision *decision,
                                    maru_error *err) {
    struct trial *trial = context;
    struct trial_job *job = &trial->job[decision->tag];
    (void)err;
    assert_true(job->is_there && decision->job == job->number);
    digest_u64(&trial->digest, decision->tag * 2 + decision->kind);
    digest_i64(&trial->digest, trial->now_us);
    if (decision->kind == DECISION_STOP) {
        assert_true(job->is_running && !job->is_stopping);
        job->is_stopping = true;
        job->n_stop++;
        trial->n_stop++;
        trial->n_stop_of[decision->reason]++;
        if (trial->watch) {
            trial->watch(trial, decision, job);
        }
        return MARU_OK;
    }
    assert_false(job->is_running);
    assert_int_equal(decision->n_part, job->ask.n_part);
    for (uint32_t i = 0; i < decision->n_part; i++) {
        trial_check_part(trial, &job->ask, &decision->part[i]);
        assert_true(job->ask.want.n_gpu == 0 ||
                    trial->cluster.node[decision->part[i].node].type ==
                        trial->cluster.node[decision->part[0].node].type);
        job->part[i] = decision->part[i];
        digest_u64(&trial->digest, decision->part[i].node * 65536ULL + decision->part[i].gpus);
    }
    trial_hold(trial, job, 1);
    job->is_running = true;
    job->is_backfill = decision->is_backfill;
    job->is_borrowed = decision->is_borrowed;
    job->started_us = trial->now_us;
    job->first_start_us = job->first_start_us < 0 ? trial->now_us : job->first_start_us;
    job->end_us = trial->now_us + job->left_us;
    job->n_start++;
    trial->n_start++;
    if (trial->watch) {
        trial->watch(trial, decision, job);
    }
    return MARU_OK;
}

// The next few requests for memory succeed, then none does, until trial_feed.
static inline void trial_starve(struct trial *trial) {
    if (trial->is_poor) {
        alloc_fail_after(random_at(trial->seed, 2, trial->starved++).word[0] % 4);
    }
}

static inline bool trial_feed(const struct trial *trial, maru_status st) {
    alloc_fail_after(UINT64_MAX);
    return trial->is_poor && st == MARU_E_MEMORY;
}

static inline void trial_submit(struct trial *trial, uint32_t i) {
    struct trial_job *job = &trial->job[i];
    maru_error err;
    trial_starve(trial);
    maru_status st = pool_submit(trial->pool, trial->now_us, &job->ask, &job->number, &err);
    if (trial_feed(trial, st)) {
        st = pool_submit(trial->pool, trial->now_us, &job->ask, &job->number, &err);
    }
    assert_true(st == MARU_OK || st == MARU_E_RANGE);
    job->is_there = st == MARU_OK;
    job->is_done = st != MARU_OK;
}

// A run is over: by itself, or because it was stopped; then it goes on later, from where it was.
static inline void trial_leave(struct trial *trial, uint32_t i, bool is_stopped) {
    struct trial_job *job = &trial->job[i];
    trial_hold(trial, job, -1);
    job->is_running = job->is_stopping = false;
    const int64_t ran_us = job->ask.checkpoints ? trial->now_us - job->started_us : 0;
    job->left_us -= ran_us;
    job->end_us = INT64_MAX;
    if (is_stopped && job->left_us > 0) { // what it did is lost where it makes no checkpoints
        struct pool_look look;
        pool_look(trial->pool, job->number, &look);
        pool_requeue(trial->pool, trial->now_us, job->number, look.left_us - ran_us);
    } else {
        job->over_us = trial->now_us;
        pool_end(trial->pool, trial->now_us, job->number);
        job->is_there = false;
        job->is_done = true;
    }
}

static inline void trial_decide(struct trial *trial) {
    maru_error err;
    const uint32_t n_stop = trial->n_stop;
    trial_starve(trial);
    maru_status st = pool_decide(trial->pool, trial->now_us, trial_see, trial, &err);
    if (trial_feed(trial, st)) {
        st = pool_decide(trial->pool, trial->now_us, trial_see, trial, &err);
    }
    assert_int_equal(st, MARU_OK);
    for (uint32_t i = 0; n_stop < trial->n_stop && i < trial->n_job; i++) { // a grace of its own
        struct trial_job *job = &trial->job[i];
        if (job->is_stopping && job->end_us > trial->now_us + trial->policy.grace_us) {
            job->end_us = trial->now_us + trial->policy.grace_us;
        }
    }
}

// The next thing that happens: an end, the end of a grace, a submission, something of the pool's own. False: nothing.
static inline bool trial_step(struct trial *trial, uint32_t *next_submit) {
    int64_t at = pool_next_us(trial->pool);
    uint32_t who = UINT32_MAX;
    if (*next_submit < trial->n_job && trial->job[*next_submit].submit_us < at) {
        at = trial->job[*next_submit].submit_us;
        who = *next_submit;
    }
    for (uint32_t i = 0; i < *next_submit; i++) {
        const struct trial_job *job = &trial->job[i];
        if (job->is_running && job->end_us < at) {
            at = job->end_us;
            who = i;
        }
    }
    if (at == INT64_MAX) {
        return false;
    }
    assert_true(at >= trial->now_us);
    trial->now_us = at;
    if (who != UINT32_MAX && who == *next_submit) {
        trial_submit(trial, (*next_submit)++);
    } else if (who != UINT32_MAX) {
        trial_leave(trial, who, trial->job[who].is_stopping);
    }
    trial_decide(trial);
    return true;
}

#endif
