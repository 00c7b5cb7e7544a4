#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/compute/compute_inside.h"
#include "serve/log.h"

// What jobs did before, for forecasts: the latest comings and ends, in the words of jobs, so that they can be told to the history of a
// new world, whose accounts and types of GPU have other numbers. After a restart they are made anew from what the store has of jobs that
// have ended.

enum { PAST_JOBS = 8192, PAST_TENANT_JOBS = 500 };

struct past_job {
    char tenant[STORE_TENANT_BYTES];
    char project[JOB_MAX_PROJECT + 1];
    struct job_needs needs;
    int64_t at_us;           // when it came, or ended
    int64_t left_us, run_us; // of an end; run_us below 0: it came
};

struct past_jobs {
    struct past_job job[PAST_JOBS]; // a ring
    size_t n, next;
};

// The lock is held.
static void keep(struct past_jobs *past, const struct past_job *job) {
    past->job[past->next] = *job;
    past->next = (past->next + 1) % PAST_JOBS;
    past->n += past->n < PAST_JOBS;
}

static void tell(struct runtime_history *history, const struct world *world,
                 const struct past_job *job) {
    struct pool_ask ask;
    maru_error err = {0};
    ask = (struct pool_ask){0};
    if (job_needs_ask(&job->needs, &world->cluster, &ask, &err) != MARU_OK) {
        return; // no node of this world would have it
    }
    ask.limit_us = job->needs.limit_us;
    ask.account = world_find_account(world, job->tenant, job->project);
    if (ask.account == ACCOUNTS_MAX) {
        return;
    }
    if (job->run_us < 0) {
        runtimes_come(history, job->at_us, &ask);
    } else if (runtimes_end(history, &ask, job->left_us, job->run_us, &err) != MARU_OK) {
        log_say(LOG_WARN, "job history", err.text);
    }
}

maru_status past_renew(struct compute *compute, const struct world *world, maru_error *err) {
    struct runtime_history *history = NULL;
    maru_status st = runtimes_new(&history, err);
    if (st == MARU_OK && !compute->past) {
        compute->past = alloc_new(1, sizeof *compute->past);
        st = compute->past ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    }
    if (st != MARU_OK) {
        runtimes_free(history);
        return st;
    }
    const struct past_jobs *past = compute->past;
    for (size_t i = 0; i < past->n; i++) {
        tell(history, world, &past->job[(past->next + PAST_JOBS - past->n + i) % PAST_JOBS]);
    }
    runtimes_free(compute->history);
    compute->history = history;
    return MARU_OK;
}

void past_free(struct compute *compute) {
    alloc_free(compute->past);
    runtimes_free(compute->history);
}

static void note(struct compute *compute, const struct live_job *job, int64_t left_us,
                 int64_t run_us) {
    struct past_job it = {
        .needs = job->needs, .at_us = clock_unix_us(), .left_us = left_us, .run_us = run_us};
    memcpy(it.tenant, job->tenant, sizeof it.tenant);
    memcpy(it.project, job->project, sizeof it.project);
    pthread_mutex_lock(&compute->lock);
    keep(compute->past, &it);
    tell(compute->history, compute->world, &it);
    pthread_mutex_unlock(&compute->lock);
}

void past_come(struct compute *compute, struct live_job *job) {
    if (!job->is_counted) {
        job->is_counted = true;
        note(compute, job, 0, -1);
    }
}

void past_end(struct compute *compute, const struct live_job *job, int64_t run_us) {
    note(compute, job, job->ask.limit_us, run_us);
}

// ---- after a restart

struct finding {
    struct store *store;
    const char *tenant;
    struct past_job *job; // (n), twice as many as jobs are looked at
    size_t n, cap;
};

static struct past_job *room(struct finding *it) {
    if (it->n == it->cap) {
        const size_t cap = it->cap * 2 + 256;
        struct past_job *more = alloc_resize(it->job, cap, sizeof *more);
        if (!more) {
            return NULL;
        }
        it->job = more;
        it->cap = cap;
    }
    return &it->job[it->n];
}

static void find_one(struct finding *it, const struct job_row *row, const struct job_needs *needs,
                     int64_t at_us, int64_t run_us) {
    struct past_job *job = room(it);
    if (job) {
        *job = (struct past_job){
            .needs = *needs, .at_us = at_us, .left_us = needs->limit_us, .run_us = run_us};
        snprintf(job->tenant, sizeof job->tenant, "%s", it->tenant);
        snprintf(job->project, sizeof job->project, "%s", row->project);
        it->n++;
    }
}

// One that was tried once ran from its start to its end; of others nobody knows here which part ran.
static maru_status find_job(void *context, const struct job_row *row, maru_error *err) {
    struct finding *it = context;
    struct job_request request;
    (void)err;
    if (job_request_read(&request, row->request, strlen(row->request), NULL) == MARU_OK) {
        const bool has_run = row->state == JOB_DONE || row->state == JOB_FAILED;
        find_one(it, row, &request.needs, row->created_us, -1);
        if (has_run && row->n_attempt == 1 && row->started_us > 0 &&
            row->ended_us >= row->started_us) {
            find_one(it, row, &request.needs, row->ended_us, row->ended_us - row->started_us);
        }
    }
    job_request_fini(&request);
    return MARU_OK;
}

static maru_status find_tenant(void *context, const struct tenant_row *row, maru_error *err) {
    struct finding *it = context;
    const struct job_filter filter = {.project = "", .batch = "", .state = ""};
    const struct page page = {.limit = PAST_TENANT_JOBS, .after = ""};
    struct tenant *tenant = NULL;
    maru_error why = {0};
    (void)err;
    it->tenant = row->name;
    if (store_hold(it->store, row->name, &tenant, &why) == MARU_OK) {
        if (tenant_each_job(tenant, &filter, &page, find_job, it, &why) != MARU_OK) {
            log_say(LOG_WARN, "job history", why.text);
        }
        store_release(it->store, tenant);
    }
    return MARU_OK;
}

static int by_time(const void *a, const void *b) {
    const struct past_job *x = a, *y = b;
    return (x->at_us > y->at_us) - (x->at_us < y->at_us);
}

maru_status past_take_up(struct compute *compute, maru_error *err) {
    struct finding it = {.store = compute->store};
    const maru_status st = store_visit_tenants(compute->store, find_tenant, &it, err);
    if (it.n > 0) {
        qsort(it.job, it.n, sizeof *it.job, by_time);
    }
    for (size_t i = 0; st == MARU_OK && i < it.n; i++) {
        keep(compute->past, &it.job[i]);
    }
    alloc_free(it.job);
    return st;
}
