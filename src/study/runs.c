#include "study/runs.h"

#include "base/status.h"
#include "io/clock.h"
#include "io/workers.h"
#include "sim/state.h"

#include <assert.h>

// A run goes on in slices of simulated time; between two of them the thread looks whether somebody
// wants it to stop and says how far it is. Slices change nothing in the results.

enum { SLICE_HOURS = 12 };

struct job {
    const struct runs_plan *plan;
    struct run *run;
    size_t n;
};

static bool is_stopped(const struct runs_plan *plan) {
    return plan->is_stopped && plan->is_stopped(plan->watcher);
}

static maru_status make_sim(const struct runs_plan *plan, const struct run *run, maru_sim **sim,
                            maru_error *err) {
    if (!plan->from) {
        return maru_sim_new(run->model, run->seed, sim, err);
    }
    const maru_status st =
        maru_sim_load(run->model, plan->from->bytes, plan->from->n_bytes, sim, err);
    if (st == MARU_OK && plan->is_reseeded) {
        maru_sim_reseed(*sim, run->seed);
    }
    return st;
}

// Run to `until`; MARU_E_STOPPED when asked to stop on the way.
static maru_status run_to(const struct runs_plan *plan, struct run *run, maru_sim *sim,
                          maru_time until_us, maru_error *err) {
    while (maru_sim_now(sim) < until_us) {
        if (is_stopped(plan)) {
            return fail(err, MARU_E_STOPPED, "stopped");
        }
        const maru_time next = maru_sim_now(sim) + SLICE_HOURS * MARU_HOUR;
        const maru_status st = maru_sim_run(sim, next < until_us ? next : until_us, err);
        if (st != MARU_OK) {
            return st;
        }
        atomic_store_explicit(&run->at_us, maru_sim_now(sim), memory_order_relaxed);
        atomic_store_explicit(&run->n_lot_step, sim->s.head->n_lot_step, memory_order_relaxed);
    }
    return MARU_OK;
}

static maru_status run_whole(const struct runs_plan *plan, struct run *run, maru_sim *sim) {
    assert(sim);
    maru_error *err = &run->err;
    maru_status st = plan->before ? plan->before(plan->context, sim, err) : MARU_OK;
    // A saved state that is beyond the warm-up keeps the statistics it has.
    const bool has_warmup = plan->warmup_us > maru_sim_now(sim);
    if (st == MARU_OK && has_warmup) {
        st = run_to(plan, run, sim, plan->warmup_us, err);
        if (st == MARU_OK) {
            maru_sim_reset_statistics(sim);
        }
    }
    run->is_warm = st == MARU_OK;
    if (st == MARU_OK) {
        st = run_to(plan, run, sim, plan->until_us, err);
    }
    run->now_us = maru_sim_now(sim);
    if (st == MARU_OK || st == MARU_E_STOPPED || st == MARU_E_LIMIT) {
        maru_error other = {0};
        if (plan->after) {
            const maru_status after = plan->after(plan->context, sim, &other);
            run->err = after == MARU_OK ? run->err : other;
            st = after == MARU_OK ? st : after;
        }
        const maru_status got = maru_sim_results(sim, &run->results, &other);
        run->err = got == MARU_OK ? run->err : other;
        st = got == MARU_OK ? st : got;
    }
    return st;
}

static void do_run(void *context, size_t index) {
    struct job *job = context;
    struct run *run = &job->run[index];
    const double begin = clock_seconds();
    maru_sim *sim = NULL;
    run->status = is_stopped(job->plan) ? fail(&run->err, MARU_E_STOPPED, "stopped before it began")
                                        : make_sim(job->plan, run, &sim, &run->err);
    if (run->status == MARU_OK) {
        run->status = run_whole(job->plan, run, sim);
    }
    maru_sim_free(sim);
    run->seconds = clock_seconds() - begin;
    if (run->status == MARU_OK) {
        atomic_store_explicit(&run->at_us, job->plan->until_us, memory_order_relaxed);
    }
}

static void look(void *context) {
    const struct job *job = context;
    if (job->plan->look) {
        job->plan->look(job->plan->watcher, job->plan, job->run, job->n);
    }
}

maru_status runs_do(const struct runs_plan *plan, struct run *run, size_t n, maru_error *err) {
    struct job job = {.plan = plan, .run = run, .n = n};
    return workers_run(n, plan->n_thread, do_run, look, &job, err);
}

double runs_share(const struct runs_plan *plan, const struct run *run, size_t n) {
    double done_us = 0;
    for (size_t i = 0; i < n; i++) {
        done_us += (double)atomic_load_explicit(&run[i].at_us, memory_order_relaxed);
    }
    const double all_us = (double)plan->until_us * (double)n;
    return all_us > 0 ? done_us / all_us : 1;
}

void runs_fini(struct run *run, size_t n) {
    for (size_t i = 0; run && i < n; i++) {
        maru_results_free(run[i].results);
        run[i].results = NULL;
    }
}

static int badness(maru_status status) {
    switch (status) {
    case MARU_OK:
    case MARU_MORE:
        return 0;
    case MARU_E_STOPPED:
        return 1;
    case MARU_E_LIMIT:
        return 2;
    case MARU_E_USAGE:
    case MARU_E_INPUT:
    case MARU_E_RANGE:
    case MARU_E_IO:
        return 3;
    case MARU_E_MEMORY:
        return 4;
    }
    return 4;
}

const struct run *runs_worst(const struct run *run, size_t n) {
    const struct run *worst = NULL;
    for (size_t i = 0; i < n; i++) {
        if (badness(run[i].status) > (worst ? badness(worst->status) : 0)) {
            worst = &run[i];
        }
    }
    return worst;
}

size_t runs_with_results(const struct run *run, size_t n) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        count += run[i].results != NULL;
    }
    return count;
}

struct interval runs_interval(const struct run *run, size_t n, const struct column *column,
                              size_t index) {
    double value[RUNS_MAX];
    size_t n_value = 0;
    for (size_t i = 0; i < n && n_value < RUNS_MAX; i++) {
        if (run[i].results) {
            value[n_value++] = column->of(run[i].results, index);
        }
    }
    return interval_of(value, n_value, 0.95);
}

enum column_unit runs_unit(const struct run *run, size_t n, enum column_unit unit) {
    return unit == UNIT_DAYS &&
                   runs_interval(run, n, &figure_columns[FIGURE_CYCLE], 0).mean < RUNS_SHORT_DAYS
               ? UNIT_DAYS_AS_HOURS
               : unit;
}

const maru_results *runs_first(const struct run *run, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (run[i].results) {
            return run[i].results;
        }
    }
    return NULL;
}
