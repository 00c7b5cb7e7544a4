#include "pool/forecast/forecast_play.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// The pool knows when jobs end at the latest; here a heap has when they do. An entry of a job whose end has changed since is
// known by its turn and passed over.
//
// A job's run is drawn once in a future, from (seed, future, who it is): its number where it was there already, a count of
// those that came else. So two futures of the same seed differ only in what is asked.

enum { RUNS, COMES }; // streams of a future
#define CAME (UINT64_C(1) << 40)

struct played_job {
    uint64_t who;
    int64_t run_us;     // of work that is left
    int64_t started_us; // of this run
    int64_t end_us;
    uint32_t turn;
    bool is_drawn, is_stopping;
};
struct played_end {
    int64_t at_us;
    uint32_t job, turn;
};

struct playing {
    struct pool *pool;
    const struct future_wish *wish;
    struct comings comings;
    struct played_job *job; // (cap_job), by the pool's number
    struct played_end *end; // heap (n_end)
    uint32_t cap_job, n_end, cap_end;
    uint64_t n_came;
    int64_t now_us, start_us;
};

static bool grow(void **array, uint32_t *cap, uint32_t need, size_t size) {
    if (need > *cap) {
        const uint32_t more = need + need / 2 + 16;
        void *const grown = alloc_resize(*array, more, size);
        if (!grown) {
            return false;
        }
        memset((char *)grown + *cap * size, 0, (more - *cap) * size);
        *array = grown;
        *cap = more;
    }
    return true;
}

static maru_status no_memory(maru_error *err) {
    return fail(err, MARU_E_MEMORY, "no memory to look ahead");
}

// ---- ends

static bool is_before(const struct played_end *a, const struct played_end *b) {
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->job < b->job;
}

static maru_status push(struct playing *it, uint32_t job, maru_error *err) {
    const struct played_end end = {it->job[job].end_us, job, it->job[job].turn};
    if (!grow((void **)&it->end, &it->cap_end, it->n_end + 1, sizeof *it->end)) {
        return no_memory(err);
    }
    uint32_t at = it->n_end++;
    for (; at > 0 && is_before(&end, &it->end[(at - 1) / 2]); at = (at - 1) / 2) {
        it->end[at] = it->end[(at - 1) / 2];
    }
    it->end[at] = end;
    return MARU_OK;
}

static void pop(struct playing *it) {
    const struct played_end last = it->end[--it->n_end];
    uint32_t at = 0;
    for (uint32_t child = 1; child < it->n_end; child = 2 * at + 1) {
        child += child + 1 < it->n_end && is_before(&it->end[child + 1], &it->end[child]);
        if (!is_before(&it->end[child], &last)) {
            break;
        }
        it->end[at] = it->end[child];
        at = child;
    }
    it->end[at] = last;
}

static int64_t next_end_us(struct playing *it) {
    while (it->n_end > 0 && it->job[it->end[0].job].turn != it->end[0].turn) {
        pop(it);
    }
    return it->n_end > 0 ? it->end[0].at_us : INT64_MAX;
}

// ---- runs

static int64_t later(int64_t us, int64_t more) {
    return more > INT64_MAX - us ? INT64_MAX : us + more;
}

static struct random_block luck_of(const struct playing *it, uint64_t stream, uint64_t at) {
    return random_at(it->wish->seed, it->wish->future << 1 | stream, at);
}

// A job runs since then: when will it end?
static maru_status begin_run(struct playing *it, uint32_t job, int64_t started_us,
                             maru_error *err) {
    struct pool_look look;
    pool_look(it->pool, job, &look);
    struct played_job *const played = &it->job[job];
    const int64_t ran_us = it->now_us - started_us;
    if (!played->is_drawn) {
        const struct random_block luck = luck_of(it, RUNS, played->who);
        played->run_us = runtimes_draw(it->wish->history, look.ask, look.left_us, ran_us, &luck);
        played->is_drawn = true;
    }
    played->started_us = started_us;
    played->end_us = later(started_us, played->run_us);
    played->end_us = played->end_us < it->now_us ? it->now_us : played->end_us;
    played->turn++;
    played->is_stopping = false;
    return push(it, job, err);
}

static maru_status see(void *context, const struct decision *decision, maru_error *err) {
    struct playing *const it = context;
    if (decision->kind == DECISION_START) {
        it->start_us = decision->job == it->wish->job ? it->now_us : it->start_us;
        return begin_run(it, decision->job, it->now_us, err);
    }
    struct played_job *const played = &it->job[decision->job];
    const int64_t stop_us = later(it->now_us, decision->grace_us);
    if (stop_us < played->end_us) {
        played->end_us = stop_us;
        played->is_stopping = true;
        played->turn++;
        return push(it, decision->job, err);
    }
    return MARU_OK;
}

// Its run is over; one that was stopped waits again, with what is left of its work.
static void end_run(struct playing *it, uint32_t job) {
    struct played_job *const played = &it->job[job];
    struct pool_look look;
    pool_look(it->pool, job, &look);
    const int64_t ran_us = it->now_us - played->started_us;
    played->turn++;
    if (!played->is_stopping || look.state == POOL_ABSENT) {
        pool_end(it->pool, it->now_us, job);
        played->is_drawn = false;
        return;
    }
    const int64_t left_us = look.left_us == INT64_MAX ? INT64_MAX : look.left_us - ran_us;
    played->run_us =
        look.ask->checkpoints && played->run_us > ran_us ? played->run_us - ran_us : played->run_us;
    pool_requeue(it->pool, it->now_us, job, left_us);
}

static maru_status submit(struct playing *it, maru_error *err) {
    const struct pool_ask ask = *comings_take(&it->comings);
    uint32_t job = 0;
    maru_error ignored;
    const maru_status st = pool_submit(it->pool, it->now_us, &ask, &job, &ignored);
    if (st == MARU_E_RANGE || st == MARU_E_LIMIT) {
        return MARU_OK; // it could come then, and could not now
    }
    if (st != MARU_OK || !grow((void **)&it->job, &it->cap_job, job + 1, sizeof *it->job)) {
        return no_memory(err);
    }
    const uint32_t turn = it->job[job].turn + 1;
    it->job[job] = (struct played_job){.who = CAME + it->n_came++, .turn = turn};
    return MARU_OK;
}

// ---- a future

static maru_status take_up(struct playing *it, maru_error *err) {
    const uint32_t n = pool_n_job(it->pool);
    maru_status st = MARU_OK;
    if (!grow((void **)&it->job, &it->cap_job, n + 1, sizeof *it->job)) {
        return no_memory(err);
    }
    for (uint32_t job = 0; st == MARU_OK && job < n; job++) {
        struct pool_look look;
        pool_look(it->pool, job, &look);
        it->job[job].who = job;
        if (look.state == POOL_RUNNING || look.state == POOL_STOPPING) {
            st = begin_run(it, job, look.started_us, err);
        }
        if (st == MARU_OK && look.state == POOL_STOPPING) {
            it->job[job].is_stopping = true; // how long its grace still is, only the pool knows
            it->job[job].end_us = it->now_us;
            it->job[job].turn++;
            st = push(it, job, err);
        }
    }
    return st;
}

static maru_status step(struct playing *it, maru_error *err) {
    const int64_t end = next_end_us(it), own = pool_next_us(it->pool);
    const int64_t came = comings_next_us(&it->comings);
    int64_t at = end < came ? end : came;
    at = own < at ? own : at;
    it->now_us = at > it->now_us ? at : it->now_us;
    while (next_end_us(it) <= it->now_us && it->n_end > 0) {
        end_run(it, it->end[0].job);
    }
    maru_status st = MARU_OK;
    while (st == MARU_OK && comings_next_us(&it->comings) <= it->now_us && it->now_us < INT64_MAX) {
        st = submit(it, err);
    }
    return st == MARU_OK ? pool_decide(it->pool, it->now_us, see, it, err) : st;
}

maru_status future_play(struct pool *copy, const struct future_wish *wish, int64_t *start_us,
                        uint64_t *n_used, maru_error *err) {
    struct playing it = {.pool = copy, .wish = wish, .now_us = wish->now_us, .start_us = INT64_MAX};
    const struct random_block luck = luck_of(&it, COMES, 0);
    comings_begin(&it.comings, wish->history, wish->now_us, &luck);
    maru_status st = take_up(&it, err);
    st = st == MARU_OK ? pool_decide(copy, it.now_us, see, &it, err) : st;
    uint64_t n = 1;
    while (st == MARU_OK && it.start_us == INT64_MAX && n < wish->n_most && it.now_us < INT64_MAX) {
        st = step(&it, err);
        n++;
    }
    alloc_free(it.job);
    alloc_free(it.end);
    if (st == MARU_OK) {
        *start_us = it.start_us;
        *n_used = n;
    }
    return st;
}
