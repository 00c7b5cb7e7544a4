#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/compute/compute_inside.h"
#include "serve/compute/job_folder.h"
#include "serve/log.h"

// One turn of the thread: what was told (new jobs, wishes), what the executor says of each attempt, which jobs wait for others no longer,
// and what the pool decides.

#define SECOND_US INT64_C(1000000)
enum { TRY_AGAIN_S = 10, NODES_S = 15 };

const char *const dispatch_stop_words[STOP_REASONS] = {"reclaim", "priority", "power",
                                                       "node",    "budget",   "reserved"};
const char dispatch_cancel_word[] = "cancel";

void dispatch_complain(const struct live_job *job, const char *what, const maru_error *err) {
    struct log_line line;
    log_open(&line, LOG_ERROR, what);
    log_add_string(&line, "tenant", job->tenant);
    log_add_string(&line, "job", job->id);
    log_add_string(&line, "detail", err->text);
    log_close(&line);
}

bool live_refuse(struct live_job *job, const maru_error *why) {
    char before[REFUSAL_BYTES];
    memcpy(before, job->refused, sizeof before);
    snprintf(job->refused, sizeof job->refused, "%.*s", REFUSAL_BYTES - 1, why ? why->text : "");
    return strcmp(before, job->refused) != 0;
}

void live_set_phase(struct compute *compute, struct live_job *job, enum job_phase phase) {
    pthread_mutex_lock(&compute->lock);
    job->phase = phase;
    pthread_mutex_unlock(&compute->lock);
}

// ---- with the tenant's database

maru_status dispatch_in_tenant(struct compute *compute, const char *name, with_tenant what,
                               void *context, maru_error *err) {
    struct tenant *tenant = NULL;
    maru_status st = store_hold(compute->store, name, &tenant, err);
    if (st == MARU_OK) {
        st = what(tenant, context, err);
        store_release(compute->store, tenant);
    }
    return st;
}

struct closing {
    const struct live_job *job;
    enum job_state state;
    const char *reason, *what;
};

static maru_status close_in(struct tenant *tenant, void *context, maru_error *err) {
    const struct closing *closing = context;
    return tenant_close_job(tenant, closing->job->id, closing->state, closing->reason,
                            closing->what, err);
}

// A job without an attempt ends; false: the store did not take it, the next turn tries again.
static bool close_job(struct compute *compute, struct live_job *job, enum job_state state,
                      const char *reason, const char *what) {
    struct closing closing = {job, state, reason, what};
    maru_error err = {0};
    const maru_status st = dispatch_in_tenant(compute, job->tenant, close_in, &closing, &err);
    if (st != MARU_OK && st != MARU_E_USAGE) { // USAGE: it is gone
        dispatch_complain(job, "job close", &err);
        return false;
    }
    if (job->number != POOL_NO_JOB) {
        pthread_mutex_lock(&compute->lock);
        pool_end(compute->pool, clock_unix_us(), job->number);
        pthread_mutex_unlock(&compute->lock);
    }
    compute->n_ended++;
    live_remove(compute, job);
    return true;
}

// ---- what the pool is told

static uint32_t account_of(const struct compute *compute, const struct live_job *job) {
    return compute->world ? world_find_account(compute->world, job->tenant, job->project)
                          : ACCOUNTS_MAX;
}

// The job waits in the pool from now on. A project that is new makes the world old, and then all are told.
static void submit(struct compute *compute, struct live_job *job) {
    uint32_t number = POOL_NO_JOB;
    maru_error err = {0};
    if (account_of(compute, job) == ACCOUNTS_MAX) {
        live_set_phase(compute, job, PHASE_QUEUED);
        compute->is_world_old = true;
        return;
    }
    if (compute->executor->kind->schedules) { // the pool is told nothing of it
        live_set_phase(compute, job, PHASE_QUEUED);
        return;
    }
    pthread_mutex_lock(&compute->lock);
    maru_status st = world_ask(compute->world, job, &err);
    st = st == MARU_OK ? pool_submit(compute->pool, clock_unix_us(), &job->ask, &number, &err) : st;
    st = st == MARU_OK ? live_set_number(compute, job, number, &err) : st;
    job->phase = st == MARU_OK ? PHASE_QUEUED : PHASE_BLOCKED;
    const bool is_news = live_refuse(job, st == MARU_OK ? NULL : &err);
    pthread_mutex_unlock(&compute->lock);
    if (st == MARU_OK) {
        past_come(compute, job);
    } else { // a node that it could use may come back
        if (is_news) {
            dispatch_complain(job, "job queue", &err);
        }
        job->not_before_us = clock_unix_us() + TRY_AGAIN_S * SECOND_US;
    }
}

static maru_status count_after(struct tenant *tenant, void *context, maru_error *err) {
    void **both = context;
    return tenant_count_after(tenant, both[0], both[1], err);
}

// May a blocked job be queued now?
static void unblock(struct compute *compute, struct live_job *job) {
    struct job_waits waits = {0};
    void *both[] = {job->id, &waits};
    maru_error err = {0};
    if (job->is_cancelled) {
        (void)close_job(compute, job, JOB_CANCELLED, "", "");
        return;
    }
    if (clock_unix_us() < job->not_before_us) {
        return;
    }
    if (job->is_after_others && job->asked_at == compute->n_ended) {
        return;
    }
    if (job->is_after_others &&
        dispatch_in_tenant(compute, job->tenant, count_after, both, &err) != MARU_OK) {
        dispatch_complain(job, "job look", &err);
        return;
    }
    job->asked_at = compute->n_ended;
    if (waits.n_failed > 0) {
        (void)close_job(compute, job, JOB_FAILED, "after", "a job that it needs has not succeeded");
    } else if (waits.n_open == 0) {
        submit(compute, job);
    }
}

// ---- jobs from the store

static void fill_live(struct live_job *job, const char *tenant, const struct job_row *row,
                      const struct job_request *request) {
    snprintf(job->tenant, sizeof job->tenant, "%s", tenant);
    snprintf(job->id, sizeof job->id, "%s", row->id);
    snprintf(job->batch, sizeof job->batch, "%s", row->batch);
    snprintf(job->project, sizeof job->project, "%s", row->project);
    job->phase = PHASE_BLOCKED;
    job->place = row->place;
    job->attempt = row->n_attempt;
    job->created_us = row->created_us;
    job->done_us = row->done_us;
    job->needs = request->needs;
    job->ask.n_part = 1;
    job->retries = request->retries;
    job->is_after_others = request->n_after > 0;
    job->is_cancelled = row->is_cancelled;
    job->stop = "";
}

// A job of the store that is not known yet, or what somebody wants of one that is.
maru_status dispatch_take_job(void *context, const struct job_row *row, maru_error *err) {
    struct taking *taking = context;
    struct compute *compute = taking->compute;
    struct live_job *known = live_find(compute, taking->tenant, row->id);
    if (known) {
        known->is_cancelled = row->is_cancelled;
        return MARU_OK;
    }
    if (row->state > JOB_RUNNING) {
        return MARU_OK;
    }
    struct job_request request;
    struct live_job job = {0};
    maru_error why = {0};
    maru_status st = job_request_read(&request, row->request, strlen(row->request), &why);
    if (st == MARU_OK) {
        fill_live(&job, taking->tenant, row, &request);
        st = live_add(compute, &job, &known, err);
        purse_touch(compute, taking->tenant);
    } else {
        dispatch_complain(&(struct live_job){.id = ""}, "job unread", &why);
        st = MARU_OK;
    }
    job_request_fini(&request);
    return st;
}

static maru_status take_one(struct tenant *tenant, void *context, maru_error *err) {
    void **both = context;
    return tenant_see_one_job(tenant, both[1], dispatch_take_job, both[0], err);
}

// The tenant is gone, with all that was kept of its jobs.
static void drop_tenant(struct compute *compute, const char *tenant) {
    maru_error err = {0};
    size_t i = 0;
    while (i < compute->n_job) {
        struct live_job *job = compute->job[i];
        if (strcmp(job->tenant, tenant) != 0) {
            i++;
            continue;
        }
        if (job->phase >= PHASE_STARTING &&
            executor_stop(compute->executor, job->launch, 0, &err) != MARU_OK) {
            dispatch_complain(job, "job stop", &err);
        }
        if (job->number != POOL_NO_JOB) {
            pthread_mutex_lock(&compute->lock);
            pool_end(compute->pool, clock_unix_us(), job->number);
            pthread_mutex_unlock(&compute->lock);
        }
        live_remove(compute, job);
    }
    known_remove_tenant(compute, tenant);
    purse_remove(compute, tenant);
    if (job_folder_remove_tenant(compute->folder, tenant, &err) != MARU_OK) {
        log_say(LOG_ERROR, "tenant folders", err.text);
    }
}

static void take_told(struct compute *compute) {
    for (;;) {
        struct told told;
        pthread_mutex_lock(&compute->lock);
        const bool is_there = compute->n_told > 0;
        if (is_there) {
            told = compute->told[0];
            memmove(compute->told, compute->told + 1, --compute->n_told * sizeof told);
        }
        pthread_mutex_unlock(&compute->lock);
        if (!is_there) {
            return;
        }
        if (told.job[0] == '\0') {
            drop_tenant(compute, told.tenant);
            continue;
        }
        struct taking taking = {.compute = compute, .tenant = told.tenant};
        void *both[] = {&taking, told.job};
        maru_error err = {0};
        const maru_status st = dispatch_in_tenant(compute, told.tenant, take_one, both, &err);
        if (st != MARU_OK && st != MARU_E_USAGE) {
            dispatch_complain(&(struct live_job){.id = ""}, "job look", &err);
        }
    }
}

// ---- what the pool decides

struct deciding {
    struct compute *compute;
    uint32_t *start; // (n_start) numbers
    size_t n_start, cap_start;
};

static maru_status see_decision(void *context, const struct decision *decision, maru_error *err) {
    struct deciding *deciding = context;
    struct compute *compute = deciding->compute;
    struct live_job *job = compute->by_number[decision->job];
    compute->n_decision[decision->kind == DECISION_STOP]++;
    if (decision->kind == DECISION_STOP) {
        job->stop = dispatch_stop_words[decision->reason];
        job->phase = job->phase == PHASE_RUNNING ? PHASE_STOPPING : job->phase;
        return MARU_OK;
    }
    if (deciding->n_start == deciding->cap_start) {
        const size_t cap = deciding->cap_start ? deciding->cap_start * 2 : 64;
        uint32_t *larger = alloc_resize(deciding->start, cap, sizeof *larger);
        if (!larger) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        deciding->start = larger;
        deciding->cap_start = cap;
    }
    memcpy(job->part, decision->part, decision->n_part * sizeof job->part[0]);
    job->is_borrowed = decision->is_borrowed;
    job->phase = PHASE_STARTING;
    deciding->start[deciding->n_start++] = decision->job;
    return MARU_OK;
}

static void decide(struct compute *compute) {
    struct deciding deciding = {.compute = compute};
    maru_error err = {0};
    pthread_mutex_lock(&compute->lock);
    const double began_s = clock_seconds();
    if (pool_decide(compute->pool, clock_unix_us(), see_decision, &deciding, &err) != MARU_OK) {
        log_say(LOG_ERROR, "pool decision", err.text);
    }
    compute->deciding_s += clock_seconds() - began_s;
    compute->n_turn++;
    pthread_mutex_unlock(&compute->lock);
    for (size_t i = 0; i < deciding.n_start; i++) {
        struct live_job *job = compute->by_number[deciding.start[i]];
        attempts_begin(compute, &job, 1);
    }
    alloc_free(deciding.start);
}

// ---- a turn

// Jobs of some phases, one after the other; each may be gone after its turn.
static void each_job(struct compute *compute, bool is_of_executor,
                     void (*turn)(struct compute *compute, struct live_job *job)) {
    size_t i = 0;
    while (i < compute->n_job) {
        struct live_job *job = compute->job[i];
        const bool is_its = job->phase >= PHASE_STARTING;
        if (is_its == is_of_executor) {
            turn(compute, job);
        }
        i += i < compute->n_job && compute->job[i] == job;
    }
}

// Those that attempt_look has found to be unknown to the executor.
static void launch_absent(struct compute *compute) {
    size_t n = 0;
    for (size_t i = 0; i < compute->n_job; i++) {
        n += compute->job[i]->is_absent;
    }
    struct live_job **job = n > 0 ? alloc_new(n, sizeof(struct live_job *)) : NULL;
    if (!job) {
        return; // they are found again in the next turn
    }
    n = 0;
    for (size_t i = 0; i < compute->n_job; i++) {
        if (compute->job[i]->is_absent) {
            compute->job[i]->is_absent = false;
            job[n++] = compute->job[i];
        }
    }
    attempts_launch_again(compute, job, n);
    alloc_free(job);
}

static void turn_waiting(struct compute *compute, struct live_job *job) {
    if (job->phase == PHASE_BLOCKED) {
        unblock(compute, job);
    } else if (job->is_cancelled) {
        (void)close_job(compute, job, JOB_CANCELLED, "", "");
    }
}

static void turn_stopping(struct compute *compute, struct live_job *job) {
    if (job->stop[0] && !job->is_stopped) {
        attempt_stop(compute, job);
    }
}

void dispatch_turn(struct compute *compute) {
    const int64_t now_us = clock_unix_us();
    maru_error err = {0};
    take_told(compute);
    each_job(compute, true, attempt_look);
    launch_absent(compute);
    each_job(compute, false, turn_waiting);
    if (now_us - compute->inventory_us > NODES_S * SECOND_US) {
        compute->inventory_us = now_us;
        compute->is_world_old = world_look_nodes(compute) || compute->is_world_old;
    }
    pthread_mutex_lock(&compute->lock);
    compute->is_world_old =
        compute->is_world_old || compute->is_renewed || now_us >= compute->world->next_us;
    const bool is_renewed = compute->is_renewed;
    compute->is_renewed = false;
    pthread_mutex_unlock(&compute->lock);
    if (compute->is_world_old && world_renew(compute, &err) != MARU_OK) {
        log_say(LOG_ERROR, "pool world", err.text);
    }
    record_world(compute);
    if (is_renewed) {
        purses_touch_all(compute);
    }
    purses_turn(compute);
    if (compute->executor->kind->schedules) {
        hand_over_jobs(compute);
    } else {
        decide(compute);
    }
    each_job(compute, true, turn_stopping);
}
