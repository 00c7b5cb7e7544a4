#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/compute/compute_inside.h"

// When a job will start: the pool and what jobs did before are copied with the lock held, and the futures are played without it, by the
// thread that asks. The copy stands on the world of its moment, which stays until the last that uses it lets it go.

enum { FORECAST_EVENTS = 40000 }; // decidings of all futures together: about a second at most

struct asking {
    struct compute *compute;
    const struct forecast_of *of;
    struct world *world;
    struct pool *pool;
    struct runtime_history *history;
    uint32_t number;
    struct pool_ask ask; // of one that is not handed in yet
};

void world_hold(struct world *world) { world->n_user++; }

void world_release(struct world *world) {
    if (world && --world->n_user == 0) {
        world_free(world);
    }
}

struct pool_view view_take(struct compute *compute) {
    struct pool_view view = {.world = compute->world, .now_us = clock_unix_us()};
    if (pool_copy(compute->pool, &view.pool, NULL) != MARU_OK) {
        view.pool = NULL;
    }
    world_hold(view.world);
    return view;
}

void view_give_back(struct compute *compute, struct pool_view *view) {
    pool_free(view->pool);
    pthread_mutex_lock(&compute->lock);
    world_release(view->world);
    pthread_mutex_unlock(&compute->lock);
}

const struct live_job *view_find(const struct compute *compute, const struct pool_view *view,
                                 uint32_t number) {
    return view->world == compute->world && number < compute->n_by_number
               ? compute->by_number[number]
               : NULL;
}

// The account that a project would have: its own, another of its tenant, or whoever is next.
static uint32_t stand_in(const struct compute *compute, const struct forecast_of *of) {
    const struct world *world = compute->world;
    const size_t n = strlen(of->tenant);
    uint32_t best = world_find_account(world, of->tenant, of->project);
    for (int round = 0; round < 2 && best == ACCOUNTS_MAX; round++) {
        double lowest = 0;
        for (uint32_t i = 0; i < world->accounts.n; i++) {
            const char *name = world->accounts.row[i].name;
            struct account_look look;
            bool is_leaf = true;
            for (uint32_t k = i + 1; is_leaf && k < world->accounts.n; k++) {
                is_leaf = world->accounts.row[k].parent != i;
            }
            const bool is_its = strncmp(name, of->tenant, n) == 0 && name[n] == '/';
            pool_look_account(compute->pool, i, &look);
            if (is_leaf && (round == 1 || is_its) &&
                (best == ACCOUNTS_MAX || look.standing < lowest)) {
                best = i;
                lowest = look.standing;
            }
        }
    }
    return best;
}

// With the lock held.
static maru_status copy_state(struct asking *it, struct compute_forecast *out, maru_error *err) {
    struct compute *compute = it->compute;
    maru_status st = MARU_OK;
    out->at_us = clock_unix_us();
    it->number = POOL_NO_JOB;
    if (it->of->job) {
        const struct live_job *job = live_find(compute, it->of->tenant, it->of->job);
        if (!job) {
            return MARU_OK;
        }
        out->is_open = true;
        out->phase = job->phase;
        memcpy(out->reason, job->reason, sizeof out->reason);
        if (job->phase <= PHASE_QUEUED) {
            memcpy(out->refused, job->refused, sizeof out->refused);
        }
        it->number = job->phase == PHASE_QUEUED ? job->number : POOL_NO_JOB;
        if (it->number == POOL_NO_JOB) {
            return MARU_OK;
        }
    } else {
        out->is_open = true;
        out->phase = PHASE_QUEUED;
        if (compute->executor->kind->schedules) {
            return MARU_OK;
        }
        st = job_needs_ask(it->of->needs, &compute->world->cluster, &it->ask, err);
        it->ask.limit_us = it->of->needs->limit_us;
        it->ask.account = stand_in(compute, it->of);
    }
    st = st == MARU_OK ? pool_copy(compute->pool, &it->pool, err) : st;
    st = st == MARU_OK ? runtimes_copy(compute->history, &it->history, err) : st;
    if (st == MARU_OK) {
        it->world = compute->world;
        world_hold(it->world);
    }
    return st;
}

// The project of the first that is before it, where that is the same tenant's.
static void name_blocker(struct asking *it, struct compute_forecast *out) {
    struct compute *compute = it->compute;
    if (out->why.reason != WAIT_BEHIND) {
        return;
    }
    pthread_mutex_lock(&compute->lock);
    const struct pool_view view = {.world = it->world};
    const struct live_job *job = view_find(compute, &view, out->why.blocker);
    if (job && strcmp(job->tenant, it->of->tenant) == 0) {
        memcpy(out->project, job->project, sizeof out->project);
    }
    pthread_mutex_unlock(&compute->lock);
}

static maru_status play(struct asking *it, struct compute_forecast *out, maru_error *err) {
    const struct forecast_wish wish = {.history = it->history,
                                       .now_us = out->at_us,
                                       .seed = (uint64_t)out->at_us,
                                       .n_future = FORECAST_MAX_FUTURES,
                                       .n_event = FORECAST_EVENTS};
    maru_status st = MARU_OK;
    struct pool_look look;
    if (!it->of->job) {
        st = pool_submit(it->pool, out->at_us, &it->ask, &it->number, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    pool_look(it->pool, it->number, &look);
    out->ask = *look.ask;
    pool_why(it->pool, out->at_us, it->number, &out->why);
    st = forecast_start(it->pool, it->number, &wish, &out->start, err);
    if (st == MARU_OK) {
        st = forecast_helps(it->pool, it->number, &wish, &out->start, out->help, &out->n_help, err);
    }
    out->is_foretold = st == MARU_OK;
    name_blocker(it, out);
    return st;
}

maru_status compute_forecast(struct compute *compute, const struct forecast_of *of,
                             struct compute_forecast *out, maru_error *err) {
    struct asking it = {.compute = compute, .of = of};
    *out = (struct compute_forecast){0};
    pthread_mutex_lock(&compute->lock);
    maru_status st = copy_state(&it, out, err);
    out->is_scheduled_elsewhere = compute->executor->kind->schedules;
    pthread_mutex_unlock(&compute->lock);
    if (st == MARU_OK && it.pool) {
        st = play(&it, out, err);
    }
    pool_free(it.pool);
    runtimes_free(it.history);
    pthread_mutex_lock(&compute->lock);
    world_release(it.world);
    pthread_mutex_unlock(&compute->lock);
    return st;
}
