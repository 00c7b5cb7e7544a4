// Plays a trace to its end through a pool for tests and benchmarks: each job submitted when it came and ended when it had run
// so long, a deciding after all that happens in one moment. Now and then a job that waits is foretold.
#ifndef POOL_TRIAL_PLAYER_H
#define POOL_TRIAL_PLAYER_H

#include <stdio.h>
#include <stdlib.h>

#include "pool/forecast/forecast_marks.h"
#include "pool/trace/generated_trace.h"
#include "pool/trace/usual_kinds.h"

struct trial_world {
    struct arena arena;
    struct cluster cluster;
    struct accounts accounts;
    struct job_trace trace;
    struct want_kind kind[PLACEMENT_MAX_KINDS];
    uint32_t n_kind;
};

struct trial_player {
    const struct trial_world *world;
    struct pool *pool;
    uint32_t *ends, n_ends; // heap of trace jobs that run
    int64_t *end_us;        // (n), of a job that runs
    uint32_t *number;       // (n), the pool's
    int64_t now_us;
    uint64_t n_decide, n_start, n_refused;
    double waited_s;
    double busy_milli, busy_us, full_us; // GPUs in use now; over time since half of the jobs came

    // Forecasts; every 0: none.
    uint32_t every; // so many jobs that come
    bool is_of_new; // of the one that has just come, where it waits; else of any that waits
    uint32_t n_future;
    uint64_t n_event;
    uint64_t n_asked, n_played;
    struct runtime_history *history;
    struct forecast_marks marks[2]; // made while the first half of the jobs came, and the second
};

static inline void trial_must(maru_status st, const maru_error *err) {
    if (st != MARU_OK) {
        fprintf(stderr, "%s\n", err->text);
        abort();
    }
}

// ---- worlds

static inline void trial_make_accounts(struct trial_world *world) {
    maru_error err;
    const uint32_t n = world->trace.account.n + 1;
    struct account *row = arena_take(&world->arena, n, sizeof *row);
    if (!row) {
        abort();
    }
    row[0] = (struct account){.name = "all", .weight = 1000};
    for (uint32_t i = 1; i < n; i++) {
        row[i] = (struct account){.name = world->trace.account.name[i - 1], .weight = 1000};
    }
    trial_must(accounts_make(row, n, &world->cluster, &world->arena, &world->accounts, &err), &err);
    trial_must(usual_kinds(&world->trace, world->kind, &world->n_kind, &err), &err);
}

// One type of GPU, nodes of eight.
static inline void trial_generate(struct trial_world *world, uint32_t n_node,
                                  const struct generated_shape *shape) {
    static const struct gpu_type type = {.name = "h100"};
    maru_error err;
    arena_init(&world->arena, (size_t)1 << 30);
    struct cluster_node *node = arena_take(&world->arena, n_node, sizeof *node);
    if (!node) {
        abort();
    }
    for (uint32_t i = 0; i < n_node; i++) {
        node[i] = (struct cluster_node){
            .name = "n", .cpu_milli = 192000, .memory_mib = 2 << 20, .island = i / 64, .n_gpu = 8};
    }
    const struct cluster_rows rows = {.type = &type, .node = node, .n_type = 1, .n_node = n_node};
    trial_must(cluster_make(&rows, &world->arena, &world->cluster, &err), &err);
    trial_must(generated_trace(&world->trace, shape, &world->cluster, &err), &err);
    trial_make_accounts(world);
}

static inline void trial_world_free(struct trial_world *world) {
    job_trace_free(&world->trace);
    arena_fini(&world->arena);
}

// ---- ends

static inline bool trial_ends_before(const struct trial_player *it, uint32_t a, uint32_t b) {
    return it->end_us[a] != it->end_us[b] ? it->end_us[a] < it->end_us[b] : a < b;
}

static inline void trial_push(struct trial_player *it, uint32_t job) {
    uint32_t at = it->n_ends++;
    for (; at > 0 && trial_ends_before(it, job, it->ends[(at - 1) / 2]); at = (at - 1) / 2) {
        it->ends[at] = it->ends[(at - 1) / 2];
    }
    it->ends[at] = job;
}

static inline uint32_t trial_pop(struct trial_player *it) {
    const uint32_t first = it->ends[0], last = it->ends[--it->n_ends];
    uint32_t at = 0;
    for (uint32_t child = 1; child < it->n_ends; child = 2 * at + 1) {
        child +=
            child + 1 < it->n_ends && trial_ends_before(it, it->ends[child + 1], it->ends[child]);
        if (!trial_ends_before(it, it->ends[child], last)) {
            break;
        }
        it->ends[at] = it->ends[child];
        at = child;
    }
    it->ends[at] = last;
    return first;
}

// ---- playing

static inline maru_status trial_see(void *context, const struct decision *decision,
                                    maru_error *err) {
    struct trial_player *it = context;
    (void)err;
    if (decision->kind == DECISION_START) {
        const uint32_t i = (uint32_t)decision->tag;
        const struct trace_job *job = &it->world->trace.job[i];
        it->end_us[i] = it->now_us + (job->run_us == TRACE_NEVER ? 0 : job->run_us);
        it->waited_s += 1e-6 * (double)(it->now_us - job->submit_us);
        it->n_start++;
        it->busy_milli += (double)trace_job_milli(job);
        trial_push(it, i);
        forecast_marks_start(&it->marks[0], i, it->now_us);
        forecast_marks_start(&it->marks[1], i, it->now_us);
    }
    return MARU_OK;
}

static inline struct pool_ask trial_ask_of(const struct trace_job *job, uint32_t tag) {
    return (struct pool_ask){.want = job->want,
                             .n_part = job->n_part,
                             .account = job->account + 1,
                             .limit_us = job->limit_us,
                             .priority = job->priority,
                             .tag = tag};
}

static inline void trial_come(struct trial_player *it, uint32_t i) {
    const struct pool_ask ask = trial_ask_of(&it->world->trace.job[i], i);
    const maru_status st = pool_submit(it->pool, it->now_us, &ask, &it->number[i], NULL);
    it->n_refused += st != MARU_OK;
    if (st == MARU_OK && it->history) {
        runtimes_come(it->history, it->now_us, &ask);
    }
}

static inline void trial_leave(struct trial_player *it, uint32_t i) {
    const struct trace_job *job = &it->world->trace.job[i];
    it->busy_milli -= (double)trace_job_milli(job);
    if (it->history) {
        maru_error err;
        const struct pool_ask ask = trial_ask_of(job, i);
        trial_must(runtimes_end(it->history, &ask, job->limit_us ? job->limit_us : INT64_MAX,
                                job->run_us == TRACE_NEVER ? 0 : job->run_us, &err),
                   &err);
    }
    pool_end(it->pool, it->now_us, it->number[i]);
}

// One of those that wait, as likely as the others; POOL_NO_JOB: nobody waits.
static inline uint32_t trial_pick(const struct trial_player *it) {
    static uint32_t queue[1 << 16];
    const uint32_t n = pool_queue(it->pool, it->now_us, queue, 1 << 16);
    return n ? queue[random_at(11, 3, it->n_asked).word[0] % n] : POOL_NO_JOB;
}

static inline void trial_foretell(struct trial_player *it, uint32_t newest, bool is_late) {
    maru_error err;
    struct forecast_band band;
    struct pool_look look;
    const uint32_t job = it->is_of_new ? it->number[newest] : trial_pick(it);
    pool_look(it->pool, job, &look);
    if (look.state != POOL_WAITING || (it->is_of_new && look.ask->tag != newest)) {
        return;
    }
    const struct forecast_wish wish = {.history = it->history,
                                       .now_us = it->now_us,
                                       .seed = it->n_asked++,
                                       .n_future = it->n_future,
                                       .n_event = it->n_event};
    trial_must(forecast_start(it->pool, job, &wish, &band, &err), &err);
    it->n_played += band.n_future;
    trial_must(forecast_marks_note(&it->marks[is_late], look.ask->tag, it->now_us, &band, &err),
               &err);
}

// Until so many jobs have come; until all have ended where those are all.
static inline void trial_play_until(struct trial_player *it, uint32_t n_submit) {
    const struct job_trace *trace = &it->world->trace;
    maru_error err;
    for (uint32_t next = 0; next < n_submit || (n_submit == trace->n && it->n_ends > 0);) {
        const int64_t end = it->n_ends ? it->end_us[it->ends[0]] : INT64_MAX;
        const int64_t came = next < n_submit ? trace->job[next].submit_us : INT64_MAX;
        const int64_t at = end <= came ? end : came;
        if (next > trace->n / 2 && next < trace->n) {
            it->busy_us += it->busy_milli * (double)(at - it->now_us);
            it->full_us += (double)(at - it->now_us);
        }
        it->now_us = at;
        while (it->n_ends && it->end_us[it->ends[0]] <= it->now_us) {
            trial_leave(it, trial_pop(it));
        }
        const uint32_t before = next;
        while (next < n_submit && trace->job[next].submit_us <= it->now_us) {
            trial_come(it, next++);
        }
        trial_must(pool_decide(it->pool, it->now_us, trial_see, it, &err), &err);
        it->n_decide++;
        if (it->every && next < trace->n && next / it->every != before / it->every) {
            trial_foretell(it, next - 1, next > trace->n / 2);
        }
    }
}

static inline void trial_begin(struct trial_player *it, const struct trial_world *world,
                               enum placement_rule rule) {
    struct pool_policy policy;
    maru_error err;
    pool_policy_default(&policy);
    policy.placement = rule;
    const struct pool_world of = {.cluster = &world->cluster,
                                  .accounts = &world->accounts,
                                  .policy = &policy,
                                  .kind = world->kind,
                                  .n_kind = world->n_kind};
    const uint32_t n = world->trace.n;
    *it = (struct trial_player){.world = world,
                                .ends = malloc(n * sizeof *it->ends),
                                .end_us = malloc(n * sizeof *it->end_us),
                                .number = malloc(n * sizeof *it->number)};
    if (!it->ends || !it->end_us || !it->number) {
        abort();
    }
    trial_must(pool_new(&of, &it->pool, &err), &err);
}

// From now on jobs are foretold: one after so many that came.
static inline void trial_begin_forecasts(struct trial_player *it, uint32_t every, uint32_t n_future,
                                         uint64_t n_event) {
    maru_error err;
    trial_must(runtimes_new(&it->history, &err), &err);
    it->every = every;
    it->n_future = n_future;
    it->n_event = n_event;
}

static inline void trial_finish(struct trial_player *it) {
    pool_free(it->pool);
    runtimes_free(it->history);
    forecast_marks_fini(&it->marks[0]);
    forecast_marks_fini(&it->marks[1]);
    free(it->ends);
    free(it->end_us);
    free(it->number);
}

#endif
