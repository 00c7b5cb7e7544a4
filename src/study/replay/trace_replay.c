#include "study/replay/trace_replay.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "study/replay/replay_sums.h"

// The loop: the next moment is that of the next job, the next end or what the scheduler waits for; all that happens at that
// moment is told to the scheduler, then it decides once. Ends are a heap by moment and order of starting. A job that is
// told to stop ends its grace later, or at its own end if that is sooner.

static const int64_t usual_limits_h[] = {1, 4, 12, 24, 72, 168, 720, 2160, 8760};
#define HOUR_US INT64_C(3600000000)

struct ending {
    int64_t at_us;
    uint64_t order;
    uint32_t job; // of the trace
    uint32_t run; // which run of it: an ending of an earlier one counts no more
};

struct played {       // a job of the trace
    int64_t left_us;  // to run
    int64_t began_us; // this run
    uint32_t number;  // the scheduler's
    uint32_t run;     // how often it began
    bool is_there;    // the scheduler took it
    bool is_stopping;
};

struct playing {
    const struct replay_ask *ask;
    struct pool *pool;
    struct played *played; // (trace n)
    struct ending *ending; // (cap), a heap
    uint32_t n_ending, cap_ending;
    uint64_t order;
    int64_t now_us;
    struct replay_sums *sums;
    struct replay *out;
};

// ---- endings

static bool is_sooner(const struct ending *a, const struct ending *b) {
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

static maru_status push(struct playing *p, struct ending ending, maru_error *err) {
    if (p->n_ending == p->cap_ending) {
        const uint32_t cap = p->cap_ending * 2 + 1024;
        struct ending *const more = alloc_resize(p->ending, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory to play a trace");
        }
        p->ending = more;
        p->cap_ending = cap;
    }
    uint32_t at = p->n_ending++;
    for (; at > 0 && is_sooner(&ending, &p->ending[(at - 1) / 2]); at = (at - 1) / 2) {
        p->ending[at] = p->ending[(at - 1) / 2];
    }
    p->ending[at] = ending;
    return MARU_OK;
}

static struct ending pop(struct playing *p) {
    const struct ending top = p->ending[0];
    const struct ending last = p->ending[--p->n_ending];
    uint32_t at = 0;
    for (uint32_t child = 1; child < p->n_ending; child = 2 * at + 1) {
        child += child + 1 < p->n_ending && is_sooner(&p->ending[child + 1], &p->ending[child]);
        if (!is_sooner(&p->ending[child], &last)) {
            break;
        }
        p->ending[at] = p->ending[child];
        at = child;
    }
    if (p->n_ending > 0) {
        p->ending[at] = last;
    }
    return top;
}

// ---- what the scheduler decides

static maru_status start(struct playing *p, const struct decision *decision, maru_error *err) {
    const uint32_t job = (uint32_t)decision->tag;
    struct played *const played = &p->played[job];
    played->began_us = p->now_us;
    played->is_stopping = false;
    played->run++;
    if (p->out->wait_us[job] == TRACE_NEVER) {
        p->out->wait_us[job] = p->now_us - p->ask->trace->job[job].submit_us;
    }
    p->out->n_backfilled += decision->is_backfill;
    replay_sums_start(p->sums, job, decision->part, decision->n_part);
    return push(p, (struct ending){p->now_us + played->left_us, p->order++, job, played->run}, err);
}

static maru_status stop(struct playing *p, const struct decision *decision, maru_error *err) {
    const uint32_t job = (uint32_t)decision->tag;
    struct played *const played = &p->played[job];
    const int64_t until = p->now_us + (decision->grace_us > 0 ? decision->grace_us : 0);
    p->out->n_stopped++;
    if (played->began_us + played->left_us <= until) {
        return MARU_OK; // it is over before
    }
    played->is_stopping = true;
    return push(p, (struct ending){until, p->order++, job, played->run}, err);
}

static maru_status see(void *context, const struct decision *decision, maru_error *err) {
    struct playing *const p = context;
    p->out->n_decided++;
    return decision->kind == DECISION_START ? start(p, decision, err) : stop(p, decision, err);
}

// ---- what happens

static void end(struct playing *p, const struct ending *ending) {
    struct played *const played = &p->played[ending->job];
    if (ending->run != played->run || played->began_us == TRACE_NEVER) {
        return;
    }
    const int64_t done = p->now_us - played->began_us;
    replay_sums_end(p->sums, ending->job);
    played->began_us = TRACE_NEVER;
    if (played->is_stopping && done < played->left_us) {
        struct pool_look look;
        pool_look(p->pool, played->number, &look);
        const int64_t kept = look.ask->checkpoints ? done : 0;
        played->left_us -= kept;
        replay_sums_wait(p->sums, ending->job);
        pool_requeue(p->pool, p->now_us, played->number, look.left_us - kept);
        return;
    }
    pool_end(p->pool, p->now_us, played->number);
}

static int64_t limit_of(const struct trace_job *job) {
    int64_t limit = job->limit_us;
    for (size_t i = 0; limit == 0 && i < sizeof usual_limits_h / sizeof *usual_limits_h; i++) {
        limit = usual_limits_h[i] * HOUR_US >= job->run_us ? usual_limits_h[i] * HOUR_US : 0;
    }
    return limit > job->run_us ? limit : job->run_us + 1;
}

static maru_status submit(struct playing *p, uint32_t i, maru_error *err) {
    const struct trace_job *const job = &p->ask->trace->job[i];
    if (job->run_us == TRACE_NEVER) {
        p->out->n_without++;
        return MARU_OK;
    }
    const struct pool_ask ask = {.want = job->want,
                                 .n_part = job->n_part,
                                 .account = p->ask->account_row ? p->ask->account_row[job->account]
                                                                : job->account + 1,
                                 .limit_us = limit_of(job),
                                 .priority = job->priority,
                                 .can_stop = !job->is_fixed,
                                 .checkpoints = p->ask->checkpoints || job->checkpoints,
                                 .tag = i};
    p->played[i] = (struct played){.left_us = job->run_us, .began_us = TRACE_NEVER};
    maru_error why = {0};
    const maru_status st = pool_submit(p->pool, p->now_us, &ask, &p->played[i].number, &why);
    if (st == MARU_E_RANGE) {
        p->out->n_unfit++;
        return MARU_OK;
    }
    if (st == MARU_OK) {
        p->out->n_job++;
        p->played[i].is_there = true;
        replay_sums_wait(p->sums, i);
        return MARU_OK;
    }
    return fail(err, st, "%s", why.text);
}

// The next moment at which anything happens; INT64_MAX: none.
static int64_t next_moment(const struct playing *p, uint32_t next_job) {
    const struct job_trace *const trace = p->ask->trace;
    int64_t at = next_job < trace->n ? trace->job[next_job].submit_us : INT64_MAX;
    at = p->n_ending > 0 && p->ending[0].at_us < at ? p->ending[0].at_us : at;
    if (at == INT64_MAX) {
        return at; // jobs that nothing can start any more are left waiting
    }
    const int64_t wanted = pool_next_us(p->pool);
    return wanted > p->now_us && wanted < at ? wanted : at;
}

static maru_status play(struct playing *p, maru_error *err) {
    const struct job_trace *const trace = p->ask->trace;
    maru_status st = MARU_OK;
    uint64_t n_step = 0;
    for (uint32_t next = 0; st == MARU_OK;) {
        const int64_t at = next_moment(p, next);
        if (at == INT64_MAX) {
            break;
        }
        replay_sums_pass(p->sums, at);
        p->now_us = at;
        while (p->n_ending > 0 && p->ending[0].at_us == at) {
            const struct ending ending = pop(p);
            end(p, &ending);
        }
        while (st == MARU_OK && next < trace->n && trace->job[next].submit_us == at) {
            st = submit(p, next++, err);
        }
        st = st == MARU_OK ? pool_decide(p->pool, at, see, p, err) : st;
        if (st == MARU_OK && p->ask->go_on && n_step++ % 64 == 0 &&
            !p->ask->go_on(p->ask->context, (double)next / trace->n)) {
            st = fail(err, MARU_E_STOPPED, "the replay was stopped");
        }
    }
    return st;
}

// ---- beginning and end

// One account for each name of the trace, all of the same weight, below the root.
static maru_status make_accounts(const struct replay_ask *ask, struct arena *arena,
                                 struct accounts *out, maru_error *err) {
    const uint32_t n = ask->trace->account.n + 1;
    struct account *const row = arena_take(arena, n, sizeof *row);
    if (!row) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        row[i] =
            (struct account){.name = i ? ask->trace->account.name[i - 1] : "all", .weight = 1000};
    }
    return accounts_make(row, n, ask->cluster, arena, out, err);
}

static maru_status check(const struct replay_ask *ask, maru_error *err) {
    if (ask->trace->n == 0 || !ask->trace->has_times) {
        return fail(err, MARU_E_INPUT,
                    "the trace does not say when its jobs came: it can be inflated, not replayed");
    }
    return MARU_OK;
}

static maru_status prepare(struct playing *p, maru_error *err) {
    const uint32_t n = p->ask->trace->n;
    p->played = alloc_new(n, sizeof *p->played);
    p->out->wait_us = alloc_new(n, sizeof *p->out->wait_us);
    if (!p->played || !p->out->wait_us) {
        return fail(err, MARU_E_MEMORY, "no memory to play a trace");
    }
    for (uint32_t i = 0; i < n; i++) {
        p->out->wait_us[i] = TRACE_NEVER;
    }
    p->out->n_wait = n;
    return replay_sums_new(p->ask, &p->sums, err);
}

maru_status replay_run(const struct replay_ask *ask, struct replay *out, maru_error *err) {
    struct replay made = {0};
    struct playing p = {.ask = ask, .out = &made};
    struct arena arena;
    struct accounts accounts;
    maru_status st = check(ask, err);
    if (st != MARU_OK) {
        return st;
    }
    arena_init(&arena, (size_t)1 << 30);
    if (!ask->accounts) {
        st = make_accounts(ask, &arena, &accounts, err);
    }
    st = st == MARU_OK ? prepare(&p, err) : st;
    const struct pool_world world = {.cluster = ask->cluster,
                                     .accounts = ask->accounts ? ask->accounts : &accounts,
                                     .policy = ask->policy,
                                     .kind = ask->kind,
                                     .n_kind = ask->n_kind};
    st = st == MARU_OK ? pool_new(&world, &p.pool, err) : st;
    st = st == MARU_OK ? play(&p, err) : st;
    if (st == MARU_OK && made.n_job == 0) {
        st = fail(err, MARU_E_INPUT, "no job of the trace could run on these nodes");
    }
    for (uint32_t i = 0; st == MARU_OK && i < made.n_wait; i++) {
        made.n_left += p.played[i].is_there && made.wait_us[i] == TRACE_NEVER;
    }
    st = st == MARU_OK ? replay_sums_tell(p.sums, &made, err) : st;
    pool_free(p.pool);
    replay_sums_free(p.sums);
    alloc_free(p.played);
    alloc_free(p.ending);
    arena_fini(&arena);
    if (st == MARU_OK) {
        *out = made;
    } else {
        replay_free(&made);
    }
    return st;
}

void replay_free(struct replay *replay) {
    alloc_free(replay->by_account);
    alloc_free(replay->wait_us);
    *replay = (struct replay){0};
}
