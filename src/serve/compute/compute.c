#include "serve/compute/compute.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/compute/compute_inside.h"
#include "serve/compute/job_folder.h"
#include "serve/compute/old_jobs.h"
#include "serve/log.h"

// The threads, and what others may ask of them. The dispatching thread sleeps until it is told something, until the executor has
// something to say, or until a moment that the pool has named.

const char *const job_phase_names[] = {"blocked", "queued", "starting", "running", "stopping"};

enum { LONGEST_SLEEP_US = 1000000, WATCH_US = 500000 };

// ---- threads

static void wake(struct compute *compute) {
    pthread_mutex_lock(&compute->lock);
    compute->is_awake = true;
    pthread_cond_signal(&compute->is_told);
    pthread_mutex_unlock(&compute->lock);
}

static bool is_stopping(struct compute *compute) {
    pthread_mutex_lock(&compute->lock);
    const bool is = compute->is_stopping;
    pthread_mutex_unlock(&compute->lock);
    return is;
}

static void *watch(void *context) {
    struct compute *compute = context;
    while (!is_stopping(compute)) {
        maru_error err = {0};
        if (executor_wait(compute->executor, WATCH_US, &err) != MARU_OK) {
            const struct timespec pause = {.tv_nsec = (long)WATCH_US * 1000};
            nanosleep(&pause, NULL);
        }
        wake(compute);
    }
    return NULL;
}

static void sleep_until_told(struct compute *compute) {
    struct timespec until;
    pthread_mutex_lock(&compute->lock);
    const int64_t now_us = clock_unix_us(), pool_us = pool_next_us(compute->pool),
                  purse_us = purses_next_us(compute),
                  next_us = pool_us < purse_us ? pool_us : purse_us;
    const int64_t most_us = next_us > now_us && next_us - now_us < LONGEST_SLEEP_US
                                ? next_us - now_us
                                : LONGEST_SLEEP_US;
    clock_gettime(CLOCK_MONOTONIC, &until); // the wall clock may be set back meanwhile
    const int64_t at_ns = until.tv_nsec + most_us * 1000;
    until.tv_sec += at_ns / 1000000000;
    until.tv_nsec = at_ns % 1000000000;
    int status = 0;
    while (!compute->is_awake && !compute->is_stopping && status == 0) {
        status = pthread_cond_timedwait(&compute->is_told, &compute->lock, &until);
    }
    compute->is_awake = false;
    pthread_mutex_unlock(&compute->lock);
}

static void *dispatch(void *context) {
    struct compute *compute = context;
    while (!is_stopping(compute)) {
        dispatch_turn(compute);
        sleep_until_told(compute);
    }
    return NULL;
}

static void make_condition(pthread_cond_t *condition) {
    pthread_condattr_t how;
    pthread_condattr_init(&how);
    pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &how);
    pthread_condattr_destroy(&how);
}

static maru_status start_threads(struct compute *compute, maru_error *err) {
    compute->is_started = pthread_create(&compute->thread, NULL, dispatch, compute) == 0;
    compute->is_watched =
        compute->is_started && pthread_create(&compute->watcher, NULL, watch, compute) == 0;
    return compute->is_watched ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory for a thread");
}

maru_status compute_start(const struct compute_config *config, struct compute **out,
                          maru_error *err) {
    struct compute *compute = alloc_new(1, sizeof *compute);
    const size_t n_folder = strlen(config->folder) + 1;
    char *folder = alloc_new(n_folder, 1);
    if (!compute || !folder) {
        alloc_free(compute);
        alloc_free(folder);
        executor_close(config->executor);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    memcpy(folder, config->folder, n_folder);
    compute->store = config->store;
    compute->executor = config->executor;
    compute->folder = folder;
    compute->n_ended = 1;
    pthread_mutex_init(&compute->lock, NULL);
    make_condition(&compute->is_told);
    maru_status st = world_renew(compute, err);
    st = st == MARU_OK ? dispatch_take_up(compute, err) : st;
    st = st == MARU_OK ? past_take_up(compute, err) : st;
    st = st == MARU_OK ? dispatch_remember(compute, err) : st;
    st = st == MARU_OK ? purses_read_prices(compute, err) : st;
    purses_touch_all(compute);
    st = st == MARU_OK ? start_threads(compute, err) : st;
    st = st == MARU_OK
             ? old_jobs_start(config->store, folder, config->keep_days, &compute->old, err)
             : st;
    if (st != MARU_OK) {
        compute_stop(compute);
        return st;
    }
    *out = compute;
    return MARU_OK;
}

void compute_stop(struct compute *compute) {
    if (!compute) {
        return;
    }
    old_jobs_stop(compute->old);
    pthread_mutex_lock(&compute->lock);
    compute->is_stopping = true;
    pthread_cond_signal(&compute->is_told);
    pthread_mutex_unlock(&compute->lock);
    if (compute->is_started) {
        pthread_join(compute->thread, NULL);
    }
    if (compute->is_watched) {
        pthread_join(compute->watcher, NULL);
    }
    while (compute->n_job > 0) {
        live_remove(compute, compute->job[compute->n_job - 1]);
    }
    executor_close(compute->executor);
    pool_free(compute->pool);
    past_free(compute);
    world_release(compute->world);
    pthread_mutex_destroy(&compute->lock);
    pthread_cond_destroy(&compute->is_told);
    alloc_free(compute->told);
    alloc_free(compute->job);
    alloc_free(compute->by_number);
    alloc_free(compute->known);
    purses_free(compute);
    alloc_free(compute->folder);
    alloc_free(compute);
}

const char *compute_folder(const struct compute *compute) { return compute->folder; }

// ---- being told

// With the lock held.
static bool add_told(struct compute *compute, const char *tenant, const char *job) {
    if (compute->n_told == compute->cap_told) {
        const size_t cap = compute->cap_told ? compute->cap_told * 2 : 64;
        struct told *larger = alloc_resize(compute->told, cap, sizeof *larger);
        if (!larger) {
            return false;
        }
        compute->told = larger;
        compute->cap_told = cap;
    }
    struct told *told = &compute->told[compute->n_told++];
    snprintf(told->tenant, sizeof told->tenant, "%s", tenant);
    snprintf(told->job, sizeof told->job, "%s", job);
    return true;
}

void compute_tell_all(struct compute *compute, const char *tenant,
                      const char (*job)[STORE_ID_BYTES], size_t n) {
    bool is_told = true;
    pthread_mutex_lock(&compute->lock);
    for (size_t i = 0; i < n && is_told; i++) {
        is_told = add_told(compute, tenant, job[i]);
    }
    compute->is_awake = true;
    pthread_cond_signal(&compute->is_told);
    pthread_mutex_unlock(&compute->lock);
    if (!is_told) { // the store has it: it is found at the next start
        log_say(LOG_ERROR, "job untold", "no memory");
    }
}

void compute_tell(struct compute *compute, const char *tenant, const char *job) {
    char id[1][STORE_ID_BYTES];
    snprintf(id[0], sizeof id[0], "%s", job);
    compute_tell_all(compute, tenant, (const char(*)[STORE_ID_BYTES])id, 1);
}

void compute_close_tenant(struct compute *compute, const char *tenant) {
    compute_tell(compute, tenant, "");
}

void compute_renew(struct compute *compute) {
    pthread_mutex_lock(&compute->lock);
    compute->is_renewed = true;
    pthread_mutex_unlock(&compute->lock);
    wake(compute);
}

maru_status compute_could(struct compute *compute, const struct job_needs *needs, maru_error *err) {
    struct pool_ask ask;
    pthread_mutex_lock(&compute->lock);
    const maru_status st = compute->executor->kind->schedules && compute->world->cluster.n_node == 0
                               ? MARU_OK
                               : job_needs_ask(needs, &compute->world->cluster, &ask, err);
    pthread_mutex_unlock(&compute->lock);
    return st;
}

maru_status compute_reserves(struct compute *compute, maru_error *err) {
    return compute->executor->kind->schedules
               ? fail(err, MARU_E_RANGE,
                      "jobs are scheduled by Slurm here: reserve its nodes with scontrol")
               : MARU_OK;
}

maru_status compute_could_reserve(struct compute *compute, const char *tenant, const char *project,
                                  const char *reservation, maru_error *err) {
    const maru_status st = compute_reserves(compute, err);
    if (st != MARU_OK) {
        return st;
    }
    pthread_mutex_lock(&compute->lock);
    const struct reservation *row =
        reservation_table_find(&compute->world->reservations, reservation);
    const bool is_its =
        row && row->until_us > clock_unix_us() && reservation_is_for(row, tenant, project);
    pthread_mutex_unlock(&compute->lock);
    return is_its ? MARU_OK
                  : fail(err, MARU_E_RANGE, "project '%s' has no reservation '%s'", project,
                         reservation);
}

// ---- looking

// The lock is held, and let go while the pool is asked why.
static void look_queued(struct compute *compute, const char *tenant, uint32_t number,
                        struct compute_look *out) {
    struct pool_view view = view_take(compute);
    if (!view.pool) { // no memory for a copy
        pool_why(compute->pool, view.now_us, number, &out->why);
    }
    pthread_mutex_unlock(&compute->lock);
    if (view.pool) {
        pool_why(view.pool, view.now_us, number, &out->why);
    }
    pthread_mutex_lock(&compute->lock);
    const struct live_job *blocker =
        out->why.reason == WAIT_BEHIND ? view_find(compute, &view, out->why.blocker) : NULL;
    if (blocker && strcmp(blocker->tenant, tenant) == 0) {
        memcpy(out->blocker, blocker->id, sizeof out->blocker);
    }
    pthread_mutex_unlock(&compute->lock);
    view_give_back(compute, &view);
    pthread_mutex_lock(&compute->lock);
}

bool compute_look(struct compute *compute, const char *tenant, const char *id,
                  struct compute_look *out) {
    pthread_mutex_lock(&compute->lock);
    const struct live_job *job = live_find(compute, tenant, id);
    const bool is_open = job != NULL;
    if (job) {
        *out = (struct compute_look){
            .phase = job->phase, .stop = job->stop, .is_borrowed = job->is_borrowed};
        memcpy(out->reason, job->reason, sizeof out->reason);
        if (job->phase <= PHASE_QUEUED) {
            memcpy(out->refused, job->refused, sizeof out->refused);
        }
        out->is_elsewhere = compute->executor->kind->schedules;
        out->expected_us = job->expected_us;
        if (job->phase == PHASE_QUEUED && job->number != POOL_NO_JOB) {
            look_queued(compute, tenant, job->number, out);
        } else if (job->phase == PHASE_QUEUED && purse_is_held(compute, tenant, job->project)) {
            out->why.reason = WAIT_HELD;
            out->why.blocker = POOL_NO_JOB;
            out->why.planned_us = INT64_MAX;
        }
    }
    pthread_mutex_unlock(&compute->lock);
    return is_open;
}

// Who is on each GPU: (n_node * CLUSTER_MAX_NODE_GPUS).
static void fill_gpus(const struct compute *compute, struct compute_gpu *gpu) {
    for (size_t i = 0; i < compute->n_job; i++) {
        const struct live_job *job = compute->job[i];
        for (uint32_t k = 0; job->phase >= PHASE_STARTING && k < job->ask.n_part; k++) {
            const struct pool_part *part = &job->part[k];
            for (uint32_t g = 0; part->node < compute->world->cluster.n_node && g < 16; g++) {
                if (part->gpus >> g & 1) {
                    struct compute_gpu *its = &gpu[(size_t)part->node * CLUSTER_MAX_NODE_GPUS + g];
                    *its = (struct compute_gpu){job->tenant, job->id, its->milli + part->gpu_milli};
                }
            }
        }
    }
}

void compute_each_node(struct compute *compute, compute_see_node see, void *context) {
    pthread_mutex_lock(&compute->lock);
    const struct cluster *cluster = &compute->world->cluster;
    const size_t n = (size_t)cluster->n_node * CLUSTER_MAX_NODE_GPUS;
    struct compute_gpu *gpu = alloc_new(n + 1, sizeof *gpu);
    for (size_t i = 0; gpu && i < n; i++) {
        gpu[i] = (struct compute_gpu){"", "", 0};
    }
    if (gpu) {
        fill_gpus(compute, gpu);
    }
    for (uint32_t i = 0; gpu && i < cluster->n_node; i++) {
        const struct cluster_node *node = &cluster->node[i];
        struct node_free is_free;
        space_look(pool_space(compute->pool), i, &is_free);
        const struct compute_node told = {
            .name = node->name,
            .type = node->type == CLUSTER_NO_TYPE ? "" : cluster->type[node->type].name,
            .state = space_node_state(pool_space(compute->pool), i),
            .reason = compute->world->node[i].reason,
            .is_ordered = compute->world->node[i].is_ordered,
            .n_gpu = node->n_gpu,
            .cpu_milli = node->cpu_milli,
            .memory_mib = node->memory_mib,
            .cpu_free_milli = is_free.cpu_milli,
            .memory_free_mib = is_free.memory_mib,
            .gpu = &gpu[(size_t)i * CLUSTER_MAX_NODE_GPUS]};
        see(context, &told);
    }
    pthread_mutex_unlock(&compute->lock);
    alloc_free(gpu);
}

struct queued_job { // a copy
    char tenant[STORE_TENANT_BYTES], project[JOB_MAX_PROJECT + 1], id[STORE_ID_BYTES];
    uint32_t number, n_gpu;
    int64_t created_us;
};

// The first of the queue, with the lock held; NULL: no memory.
static struct queued_job *copy_queue(struct compute *compute, int64_t now_us, uint32_t most,
                                     uint32_t *n, uint32_t *n_waiting) {
    *n = *n_waiting = 0;
    for (size_t i = 0; i < compute->n_job; i++) {
        *n_waiting += compute->job[i]->phase == PHASE_QUEUED;
    }
    const uint32_t n_shown = *n_waiting < most ? *n_waiting : most;
    uint32_t *number = alloc_new((size_t)n_shown + 1, sizeof *number);
    struct queued_job *queued = alloc_new((size_t)n_shown + 1, sizeof *queued);
    *n = number && queued ? pool_queue(compute->pool, now_us, number, n_shown) : 0;
    for (uint32_t i = 0; i < *n; i++) {
        const struct live_job *job = compute->by_number[number[i]];
        struct queued_job *its = &queued[i];
        its->number = number[i];
        its->n_gpu = (uint32_t)job->needs.n_gpu;
        its->created_us = job->created_us;
        memcpy(its->tenant, job->tenant, sizeof its->tenant);
        memcpy(its->project, job->project, sizeof its->project);
        memcpy(its->id, job->id, sizeof its->id);
    }
    alloc_free(number);
    return queued;
}

// Why each of them waits (n), NULL: no memory.
static struct pool_why *ask_why(const struct pool_view *view, const struct queued_job *queued,
                                uint32_t n) {
    struct pool_why *why = alloc_new((size_t)n + 1, sizeof *why);
    uint32_t *number = alloc_new((size_t)n + 1, sizeof *number);
    for (uint32_t i = 0; number && i < n; i++) {
        number[i] = queued[i].number;
    }
    if (!why || !number || pool_whys(view->pool, view->now_us, number, n, why, NULL) != MARU_OK) {
        alloc_free(why);
        why = NULL;
    }
    alloc_free(number);
    return why;
}

uint32_t compute_each_queued(struct compute *compute, uint32_t most, compute_see_queued see,
                             void *context) {
    if (compute->executor->kind->schedules) {
        return hand_over_each_queued(compute, most, see, context);
    }
    uint32_t n = 0, n_waiting = 0;
    pthread_mutex_lock(&compute->lock);
    struct pool_view view = view_take(compute);
    struct queued_job *queued = copy_queue(compute, view.now_us, most, &n, &n_waiting);
    pthread_mutex_unlock(&compute->lock);
    struct pool_why *why = view.pool ? ask_why(&view, queued, n) : NULL;
    for (uint32_t i = 0; why && i < n; i++) {
        const struct compute_queued told = {.tenant = queued[i].tenant,
                                            .project = queued[i].project,
                                            .job = queued[i].id,
                                            .n_gpu = queued[i].n_gpu,
                                            .submitted_us = queued[i].created_us,
                                            .why = why[i]};
        see(context, &told);
    }
    view_give_back(compute, &view);
    alloc_free(queued);
    alloc_free(why);
    return n_waiting;
}

void compute_look_world(struct compute *compute, compute_see_world see, void *context) {
    pthread_mutex_lock(&compute->lock);
    const struct world *world = compute->world;
    struct compute_world told = {.watts = pool_watts(compute->pool),
                                 .cap_watts = world->policy.cap_watts,
                                 .cluster = &world->cluster,
                                 .policy_fault = &world->policy_told.fault,
                                 .accounts_fault = &world->accounts_told.fault,
                                 .guarantees = &world->guarantees_told,
                                 .lack = compute->lack,
                                 .n_lack = compute->n_lack};
    for (int i = 0; i < TROUBLES; i++) {
        told.trouble[i] = compute->trouble[i];
    }
    see(context, &told);
    pthread_mutex_unlock(&compute->lock);
}

static void count_node(void *context, const struct compute_node *node) {
    struct compute_count *count = context;
    count->n_node[node->state]++;
    count->n_gpu += node->n_gpu;
    for (uint32_t g = 0; g < node->n_gpu; g++) {
        count->n_gpu_busy += node->gpu[g].milli > 0;
    }
}

void compute_count(struct compute *compute, struct compute_count *out) {
    *out = (struct compute_count){0};
    compute_each_node(compute, count_node, out);
    pthread_mutex_lock(&compute->lock);
    for (size_t i = 0; i < compute->n_job; i++) {
        out->n_job[compute->job[i]->phase]++;
    }
    for (uint32_t i = 0; i < compute->world->accounts.n; i++) {
        struct account_look look;
        pool_look_account(compute->pool, i, &look);
        out->n_held += look.is_held;
    }
    out->n_turn = compute->n_turn;
    out->n_start = compute->n_decision[0];
    out->n_stop = compute->n_decision[1];
    out->deciding_s = compute->deciding_s;
    pthread_mutex_unlock(&compute->lock);
}

maru_status compute_copy_cluster(struct compute *compute, struct arena *arena, struct cluster *out,
                                 maru_error *err) {
    pthread_mutex_lock(&compute->lock);
    const struct cluster *cluster = &compute->world->cluster;
    const struct cluster_rows rows = {.type = cluster->type,
                                      .node = cluster->node,
                                      .site = cluster->site,
                                      .n_type = cluster->n_type,
                                      .n_node = cluster->n_node,
                                      .n_site = cluster->n_site};
    const maru_status st = cluster_make(&rows, arena, out, err);
    pthread_mutex_unlock(&compute->lock);
    return st;
}

void compute_each_account(struct compute *compute, compute_see_account see, void *context) {
    pthread_mutex_lock(&compute->lock);
    const struct accounts *accounts = &compute->world->accounts;
    for (uint32_t i = 0; i < accounts->n; i++) {
        struct compute_account told = {.name = accounts->row[i].name, .account = &accounts->row[i]};
        for (uint32_t at = i; at != 0; at = accounts->row[at].parent) {
            told.depth++;
        }
        pool_look_account(compute->pool, i, &told.look);
        see(context, &told, &compute->world->cluster);
    }
    pthread_mutex_unlock(&compute->lock);
}
