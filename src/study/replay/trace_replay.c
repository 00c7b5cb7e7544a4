#include "study/replay/trace_replay.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "study/replay/replay_sums.h"

// The loop: the next moment is that of the next job, the next end or what the scheduler waits for; all that happens at that
// moment is told to the scheduler, then it decides once. Ends are a heap by moment and order of starting. A job that is
// told to stop ends its grace later, or at its own end if that is sooner. What outages do is a list of moments that is gone
// along; what ends at the moment at which its node fails has ended before.

static const int64_t usual_limits_h[] = {1, 4, 12, 24, 72, 168, 720, 2160, 8760};
#define HOUR_US INT64_C(3600000000)

struct ending {
    int64_t at_us;
    uint64_t order;
    uint32_t job; // of the trace
    uint32_t run; // which run of it: an ending of an earlier one counts no more
};

#define NO_HOLD UINT32_MAX

struct played {       // a job of the trace
    int64_t left_us;  // to run
    int64_t began_us; // this run
    uint32_t number;  // the scheduler's
    uint32_t run;     // how often it began
    uint32_t hold;    // of the outages, that it belongs to; NO_HOLD: none
    uint32_t next;    // job of the same one; UINT32_MAX: none
    bool is_there;    // the scheduler took it
    bool is_waiting;
    bool is_stopping;
};

// In this order where they come at the same moment.
enum edge_kind { EDGE_REPAIRED, EDGE_RELEASED, EDGE_KNOWN, EDGE_BROKEN };
struct edge {
    int64_t at_us;
    uint32_t index; // of an outage or a hold
    enum edge_kind kind;
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
    uint32_t n_waiting;
    struct edge *edge; // (n_edge), sorted; next_edge: the first that has not come
    uint32_t n_edge, next_edge;
    uint32_t (*broken)[OUTAGE_KINDS]; // (n_node) outages of a node now
    uint32_t *calendar;               // (n_hold) the scheduler's, 0: not known, or over
    uint32_t (*jobs_of)[2];           // (n_hold) the first and the last job that belongs to it
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
    played->is_waiting = false;
    p->n_waiting--;
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

static int64_t limit_of(const struct trace_job *job) {
    int64_t limit = job->limit_us;
    for (size_t i = 0; limit == 0 && i < sizeof usual_limits_h / sizeof *usual_limits_h; i++) {
        limit = usual_limits_h[i] * HOUR_US >= job->run_us ? usual_limits_h[i] * HOUR_US : 0;
    }
    return limit > job->run_us ? limit : job->run_us + 1;
}

static struct pool_ask ask_of(const struct playing *p, uint32_t i) {
    const struct trace_job *const job = &p->ask->trace->job[i];
    return (struct pool_ask){.want = job->want,
                             .n_part = job->n_part,
                             .account = p->ask->account_row ? p->ask->account_row[job->account]
                                                            : job->account + 1,
                             .limit_us = limit_of(job),
                             .priority = job->priority,
                             .can_stop = !job->is_fixed,
                             .checkpoints = p->ask->checkpoints || job->checkpoints,
                             .tag = i};
}

static void begin_waiting(struct playing *p, uint32_t job) {
    p->played[job].is_waiting = true;
    p->n_waiting++;
    replay_sums_wait(p->sums, job);
}

// One of a reservation that is over waits on as any other.
static maru_status leave_hold(struct playing *p, uint32_t job, int64_t limit_us, maru_error *err) {
    struct played *const played = &p->played[job];
    struct pool_ask ask = ask_of(p, job);
    maru_error why = {0};
    ask.limit_us = limit_us > 0 ? limit_us : 1;
    played->hold = NO_HOLD;
    pool_end(p->pool, p->now_us, played->number);
    const maru_status st = pool_submit(p->pool, p->now_us, &ask, &played->number, &why);
    if (st == MARU_E_RANGE) { // it could only run there: it waits for good
        played->number = POOL_NO_JOB;
        return MARU_OK;
    }
    return st == MARU_OK ? st : fail(err, st, "%s", why.text);
}

static bool is_over(const struct playing *p, uint32_t hold) {
    return hold != NO_HOLD && p->calendar[hold] == 0;
}

// A run that is not done ends, and of what it did so much is kept.
static maru_status break_off(struct playing *p, uint32_t job, int64_t kept_us, maru_error *err) {
    struct played *const played = &p->played[job];
    struct pool_look look;
    pool_look(p->pool, played->number, &look);
    const int64_t left_us = look.left_us - kept_us;
    replay_sums_end(p->sums, job, look.part, look.ask->n_part);
    played->began_us = TRACE_NEVER;
    played->is_stopping = false;
    played->left_us -= kept_us;
    begin_waiting(p, job);
    if (is_over(p, played->hold)) {
        return leave_hold(p, job, left_us, err);
    }
    pool_requeue(p->pool, p->now_us, played->number, left_us);
    return MARU_OK;
}

static bool has_checkpoints(const struct playing *p, uint32_t job) {
    return p->ask->checkpoints || p->ask->trace->job[job].checkpoints;
}

static double gpu_hours(const struct playing *p, uint32_t job, int64_t us) {
    return (double)trace_job_milli(&p->ask->trace->job[job]) / GPU_WHOLE * (double)us /
           REPLAY_HOUR_US;
}

static bool counts(const struct playing *p, const struct ending *ending) {
    const struct played *const played = &p->played[ending->job];
    return ending->run == played->run && played->began_us != TRACE_NEVER;
}

static maru_status end(struct playing *p, const struct ending *ending, maru_error *err) {
    struct played *const played = &p->played[ending->job];
    if (!counts(p, ending)) {
        return MARU_OK;
    }
    const int64_t done = p->now_us - played->began_us;
    if (played->is_stopping && done < played->left_us) {
        const int64_t kept = has_checkpoints(p, ending->job) ? done : 0;
        p->out->again_gpu_hours += gpu_hours(p, ending->job, done - kept);
        return break_off(p, ending->job, kept, err);
    }
    struct pool_look look;
    pool_look(p->pool, played->number, &look);
    replay_sums_end(p->sums, ending->job, look.part, look.ask->n_part);
    played->began_us = TRACE_NEVER;
    pool_end(p->pool, p->now_us, played->number);
    return MARU_OK;
}

// ---- outages

static bool is_on(const struct playing *p, uint32_t job, uint32_t node) {
    struct pool_look look;
    pool_look(p->pool, p->played[job].number, &look);
    for (uint32_t i = 0; i < look.ask->n_part; i++) {
        if (look.part[i].node == node) {
            return true;
        }
    }
    return false;
}

// A node fails under a job: what it did since its last checkpoint is lost.
static maru_status lose(struct playing *p, uint32_t job, maru_error *err) {
    const int64_t done = p->now_us - p->played[job].began_us;
    const int64_t every = p->ask->checkpoint_us;
    const int64_t kept = every > 0 && has_checkpoints(p, job) ? done / every * every : 0;
    p->out->n_lost++;
    p->out->lost_gpu_hours += gpu_hours(p, job, done - kept);
    return break_off(p, job, kept, err);
}

static maru_status lose_all(struct playing *p, uint32_t node, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < p->n_ending; i++) {
        const struct ending *const ending = &p->ending[i];
        if (counts(p, ending) && is_on(p, ending->job, node)) {
            st = lose(p, ending->job, err);
        }
    }
    return st;
}

static enum node_state state_of(const struct playing *p, uint32_t node) {
    return p->broken[node][OUTAGE_DOWN]    ? NODE_DOWN
           : p->broken[node][OUTAGE_DRAIN] ? NODE_DRAINED
                                           : NODE_UP;
}

static maru_status change_node(struct playing *p, const struct outage *outage, bool is_begin,
                               maru_error *err) {
    const uint32_t node = outage->node;
    const enum node_state was = state_of(p, node);
    p->broken[node][outage->kind] += is_begin ? 1U : UINT32_MAX;
    p->out->n_down += is_begin && outage->kind == OUTAGE_DOWN;
    p->out->n_drained += is_begin && outage->kind == OUTAGE_DRAIN;
    const enum node_state state = state_of(p, node);
    const maru_status st = state == NODE_DOWN && was != state ? lose_all(p, node, err) : MARU_OK;
    if (state != was) {
        replay_sums_node(p->sums, node, state);
        pool_set_node(p->pool, p->now_us, node, state);
    }
    return st;
}

static maru_status know_hold(struct playing *p, uint32_t index, maru_error *err) {
    const struct hold *const hold = &p->ask->outages->hold[index];
    if (hold->over_us <= p->now_us) {
        return MARU_OK; // before the first job came
    }
    return pool_reserve(p->pool, hold->from_us, hold->until_us, p->ask->outages->node + hold->first,
                        hold->n, &p->calendar[index], err);
}

// Its place among the scheduler's reservations stays taken, by one that is past: a job of it that still runs must not
// belong to the next.
static maru_status release(struct playing *p, uint32_t index, maru_error *err) {
    const struct hold *const hold = &p->ask->outages->hold[index];
    const uint32_t calendar = p->calendar[index];
    maru_status st = MARU_OK;
    p->calendar[index] = 0;
    if (calendar > 0 && hold->over_us < hold->until_us) {
        uint32_t again = 0;
        pool_unreserve(p->pool, calendar);
        st = pool_reserve(p->pool, p->now_us - 1, p->now_us, p->ask->outages->node + hold->first, 1,
                          &again, err);
        assert(st != MARU_OK || again == calendar);
    }
    for (uint32_t job = p->jobs_of[index][0]; st == MARU_OK && job != UINT32_MAX;
         job = p->played[job].next) {
        struct pool_look look;
        if (p->played[job].is_waiting && p->played[job].hold == index) {
            pool_look(p->pool, p->played[job].number, &look);
            st = leave_hold(p, job, look.left_us, err);
        }
    }
    return st;
}

static maru_status pass_edge(struct playing *p, const struct edge *edge, maru_error *err) {
    switch (edge->kind) {
    case EDGE_REPAIRED:
    case EDGE_BROKEN:
        return change_node(p, &p->ask->outages->row[edge->index], edge->kind == EDGE_BROKEN, err);
    case EDGE_RELEASED:
        return release(p, edge->index, err);
    case EDGE_KNOWN:
        break;
    }
    return know_hold(p, edge->index, err);
}

static int by_moment(const void *a, const void *b) {
    const struct edge *const x = a;
    const struct edge *const y = b;
    if (x->at_us != y->at_us) {
        return x->at_us < y->at_us ? -1 : 1;
    }
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    return (x->index > y->index) - (x->index < y->index);
}

static void add_edge(struct playing *p, int64_t at_us, enum edge_kind kind, uint32_t index) {
    if (at_us != INT64_MAX) {
        p->edge[p->n_edge++] = (struct edge){at_us, index, kind};
    }
}

static maru_status prepare_outages(struct playing *p, maru_error *err) {
    const struct outages *const outages = p->ask->outages;
    if (!outages) {
        return MARU_OK;
    }
    const size_t n = (size_t)outages->n_hold + 1;
    p->edge = alloc_new(2 * ((size_t)outages->n + n), sizeof *p->edge);
    p->broken = alloc_new((size_t)p->ask->cluster->n_node + 1, sizeof *p->broken);
    p->calendar = alloc_new(n, sizeof *p->calendar);
    p->jobs_of = alloc_new(n, sizeof *p->jobs_of);
    if (!p->edge || !p->broken || !p->calendar || !p->jobs_of) {
        return fail(err, MARU_E_MEMORY, "no memory to play a trace");
    }
    for (uint32_t i = 0; i < outages->n; i++) {
        if (outages->row[i].from_us < outages->row[i].until_us) {
            add_edge(p, outages->row[i].from_us, EDGE_BROKEN, i);
            add_edge(p, outages->row[i].until_us, EDGE_REPAIRED, i);
        }
    }
    for (uint32_t i = 0; i < outages->n_hold; i++) {
        p->jobs_of[i][0] = p->jobs_of[i][1] = UINT32_MAX;
        if (outages->hold[i].from_us < outages->hold[i].over_us) {
            add_edge(p, outages->hold[i].known_us, EDGE_KNOWN, i);
            add_edge(p, outages->hold[i].over_us, EDGE_RELEASED, i);
        }
    }
    qsort(p->edge, p->n_edge, sizeof *p->edge, by_moment);
    return MARU_OK;
}

// ---- jobs that come

// The reservation that a job which comes now belongs to.
static uint32_t hold_of(const struct playing *p, uint32_t i, const struct pool_ask *ask) {
    const struct outages *const outages = p->ask->outages;
    const char *const account = p->ask->trace->account.name[p->ask->trace->job[i].account];
    for (uint32_t h = 0; outages && h < outages->n_hold; h++) {
        const struct hold *const hold = &outages->hold[h];
        if (p->calendar[h] > 0 && hold->from_us <= p->now_us &&
            ask->limit_us <= hold->until_us - p->now_us && hold_is_for(hold, account) &&
            hold_has_room(outages, hold, p->ask->cluster, &ask->want, ask->n_part)) {
            return h;
        }
    }
    return NO_HOLD;
}

static void join_hold(struct playing *p, uint32_t hold, uint32_t i) {
    uint32_t *const jobs = p->jobs_of[hold];
    p->out->n_reserved++;
    *(jobs[1] == UINT32_MAX ? &jobs[0] : &p->played[jobs[1]].next) = i;
    jobs[1] = i;
}

static maru_status submit(struct playing *p, uint32_t i, maru_error *err) {
    const struct trace_job *const job = &p->ask->trace->job[i];
    if (job->run_us == TRACE_NEVER) {
        p->out->n_without++;
        return MARU_OK;
    }
    struct pool_ask ask = ask_of(p, i);
    const uint32_t hold = hold_of(p, i, &ask);
    ask.calendar = hold == NO_HOLD ? 0 : p->calendar[hold];
    p->played[i] = (struct played){
        .left_us = job->run_us, .began_us = TRACE_NEVER, .hold = hold, .next = UINT32_MAX};
    maru_error why = {0};
    const maru_status st = pool_submit(p->pool, p->now_us, &ask, &p->played[i].number, &why);
    if (st == MARU_E_RANGE) {
        p->out->n_unfit++;
        return MARU_OK;
    }
    if (st == MARU_OK) {
        p->out->n_job++;
        p->played[i].is_there = true;
        begin_waiting(p, i);
        if (hold != NO_HOLD) {
            join_hold(p, hold, i);
        }
        return MARU_OK;
    }
    return fail(err, st, "%s", why.text);
}

// The next moment at which anything happens; INT64_MAX: none.
static int64_t next_moment(const struct playing *p, uint32_t next_job) {
    const struct job_trace *const trace = p->ask->trace;
    int64_t at = next_job < trace->n ? trace->job[next_job].submit_us : INT64_MAX;
    at = p->n_ending > 0 && p->ending[0].at_us < at ? p->ending[0].at_us : at;
    if ((at != INT64_MAX || p->n_waiting > 0) && p->next_edge < p->n_edge) {
        const int64_t edge_us = p->edge[p->next_edge].at_us;
        at = edge_us < at ? edge_us : at;
        at = at < p->now_us ? p->now_us : at; // what was before the first job came
    }
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
        while (st == MARU_OK && p->n_ending > 0 && p->ending[0].at_us == at) {
            const struct ending ending = pop(p);
            st = end(p, &ending, err);
        }
        while (st == MARU_OK && p->next_edge < p->n_edge && p->edge[p->next_edge].at_us <= at) {
            st = pass_edge(p, &p->edge[p->next_edge++], err);
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
    p->now_us = p->ask->trace->job[0].submit_us;
    const maru_status st = prepare_outages(p, err);
    return st == MARU_OK ? replay_sums_new(p->ask, &p->sums, err) : st;
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
    alloc_free(p.edge);
    alloc_free(p.broken);
    alloc_free(p.calendar);
    alloc_free(p.jobs_of);
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
