#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/compute/compute_inside.h"
#include "serve/compute/job_folder.h"
#include "serve/log.h"
#include "study/json_writer.h"

// Attempts of jobs, from the parts that the pool gave it to its end. Every step is kept in the store before the executor is asked, and
// asked again in the next turn where that failed: an attempt has one id, and the executor starts an id once.

#define SECOND_US INT64_C(1000000)
enum { TRY_AGAIN_S = 10, N_OWN_ENV = 5, ENV_BYTES = 96, MAX_FOLDER_BYTES = 1 << 13 };

static const char *const end_words[] = {"exit",    "signal", "time",   "memory",
                                        "stopped", "node",   "failed", "stopped"};

// ---- beginning an attempt

static void add_parts(struct text *out, const struct compute *compute, const struct live_job *job) {
    struct json json;
    json_writer_init(&json, out);
    json_open_list(&json, NULL);
    for (uint32_t i = 0; i < job->ask.n_part && job->phase != PHASE_QUEUED; i++) {
        const struct pool_part *part = &job->part[i];
        json_open_object(&json, NULL);
        const struct cluster *cluster = &compute->world->cluster;
        const bool is_known = part->node < cluster->n_node;
        const uint8_t type = is_known ? cluster->node[part->node].type : CLUSTER_NO_TYPE;
        json_add_string(&json, "node", is_known ? cluster->node[part->node].name : "");
        json_add_string(&json, "type",
                        type == CLUSTER_NO_TYPE ? job->needs.gpu_type : cluster->type[type].name);
        json_add_integer(&json, "gpus", part->gpus);
        json_add_integer(&json, "gpu_milli", part->gpu_milli);
        json_add_integer(&json, "cpu_milli", part->cpu_milli);
        json_add_integer(&json, "memory_mib", part->memory_mib);
        json_close(&json);
    }
    json_close(&json);
}

// What jobs of one submission have in common, read once for those that begin together.
struct asked_for {
    char tenant[STORE_TENANT_BYTES], batch[STORE_ID_BYTES], name[STORE_NAME_BYTES];
    struct job_request request;
};

struct beginning {
    struct compute *compute;
    struct live_job *job;
    const struct asked_for *asked;
    struct launch launch;
    struct launch_part *part; // (launch.n_part)
    const char **env;
    char own[N_OWN_ENV][ENV_BYTES], array[LAUNCH_ID_BYTES];
    struct text folder;
};

struct beginnings {
    struct beginning *row;    // (n)
    struct launch *launch;    // (n_launch) of those rows that are to be started
    uint32_t *of;             // (n_launch) their rows
    struct asked_for **asked; // (n_asked)
    size_t n, n_launch, n_asked;
};

static maru_status read_again(void *context, const struct job_row *row, maru_error *err) {
    struct asked_for *asked = context;
    snprintf(asked->name, sizeof asked->name, "%s", row->name);
    return job_request_read(&asked->request, row->request, strlen(row->request), err);
}

struct reading {
    const struct live_job *job;
    struct asked_for *asked;
};

static maru_status read_request(struct tenant *tenant, void *context, maru_error *err) {
    const struct reading *reading = context;
    return tenant_see_one_job(tenant, reading->job->id, read_again, reading->asked, err);
}

// The request of a job; those of one batch come one after the other.
static maru_status find_request(struct beginnings *all, struct beginning *beginning,
                                maru_error *err) {
    const struct live_job *job = beginning->job;
    const struct asked_for *last = all->n_asked > 0 ? all->asked[all->n_asked - 1] : NULL;
    if (last && strcmp(last->tenant, job->tenant) == 0 && strcmp(last->batch, job->batch) == 0) {
        beginning->asked = last;
        return MARU_OK;
    }
    struct asked_for *asked = alloc_new(1, sizeof *asked);
    if (!asked) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    snprintf(asked->tenant, sizeof asked->tenant, "%s", job->tenant);
    snprintf(asked->batch, sizeof asked->batch, "%s", job->batch);
    struct reading reading = {job, asked};
    const maru_status st =
        dispatch_in_tenant(beginning->compute, job->tenant, read_request, &reading, err);
    if (st != MARU_OK) {
        job_request_fini(&asked->request);
        alloc_free(asked);
        return st;
    }
    all->asked[all->n_asked++] = asked;
    beginning->asked = asked;
    return MARU_OK;
}

static maru_status keep_attempt(struct tenant *tenant, void *context, maru_error *err) {
    struct beginning *beginning = context;
    struct live_job *job = beginning->job;
    struct text parts;
    text_init(&parts, 1 << 24);
    add_parts(&parts, beginning->compute, job);
    snprintf(job->launch, sizeof job->launch, "%s-%lld", job->id, (long long)job->attempt + 1);
    const struct attempt_row row = {.launch = job->launch, .parts = parts.bytes};
    int64_t number = 0;
    const maru_status st = tenant_begin_attempt(tenant, job->id, &row, &number, err);
    text_fini(&parts);
    if (st == MARU_OK) {
        job->attempt = number;
    }
    return st;
}

static maru_status add_parts_of(struct beginning *beginning, maru_error *err) {
    const struct compute *compute = beginning->compute;
    const struct live_job *job = beginning->job;
    beginning->part = alloc_new(job->ask.n_part, sizeof *beginning->part);
    if (!beginning->part) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; i < job->ask.n_part; i++) {
        beginning->part[i] =
            (struct launch_part){.node = compute->world->cluster.n_node > job->part[i].node
                                             ? compute->world->cluster.node[job->part[i].node].name
                                             : "",
                                 .gpus = job->part[i].gpus,
                                 .n_gpu = job->ask.want.n_gpu,
                                 .gpu_milli = job->ask.want.gpu_milli};
    }
    return (int64_t)job->ask.want.n_gpu * job->ask.n_part == job->needs.n_gpu
               ? MARU_OK
               : fail(err, MARU_E_IO,
                      "what the job needs is not among the nodes that are known now");
}

static maru_status add_env(struct beginning *beginning, maru_error *err) {
    const struct live_job *job = beginning->job;
    const struct job_request *request = &beginning->asked->request;
    char(*own)[ENV_BYTES] = beginning->own;
    beginning->env = alloc_new(request->n_env + N_OWN_ENV + 1, sizeof *beginning->env);
    if (!beginning->env) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    snprintf(own[0], ENV_BYTES, "MARU_PROJECT=%s", job->project);
    snprintf(own[1], ENV_BYTES, "MARU_ATTEMPT=%lld", (long long)job->attempt);
    snprintf(own[2], ENV_BYTES, "MARU_ARRAY_INDEX=%lld", (long long)job->place);
    snprintf(own[3], ENV_BYTES, "MARU_ARRAY_COUNT=%lld", (long long)request->n_array);
    snprintf(own[4], ENV_BYTES, "MARU_GPU_SHARE=%g", job->ask.want.gpu_milli / 1000.0);
    size_t n_env = 0;
    for (size_t i = 0; i < request->n_env; i++) {
        beginning->env[n_env++] = request->env[i];
    }
    for (size_t i = 0; i < N_OWN_ENV; i++) {
        beginning->env[n_env++] = own[i];
    }
    return MARU_OK;
}

static void fini(struct beginning *beginning) {
    text_fini(&beginning->folder);
    alloc_free(beginning->part);
    alloc_free(beginning->env);
}

// What the executor is asked; jobs of one submission are tasks of one array, as often as they are tried.
static maru_status make_launch(struct beginning *beginning, maru_error *err) {
    const struct compute *compute = beginning->compute;
    const struct live_job *job = beginning->job;
    const struct job_request *request = &beginning->asked->request;
    static const char *const script[] = {"/job/script", NULL};
    text_init(&beginning->folder, MAX_FOLDER_BYTES);
    maru_status st = add_parts_of(beginning, err);
    st = st == MARU_OK ? add_env(beginning, err) : st;
    job_folder_path(&beginning->folder, compute->folder, job->tenant, job->id, NULL);
    if (st == MARU_OK && beginning->folder.status != MARU_OK) {
        st = fail(err, beginning->folder.status, "the folder's path is too long");
    }
    if (request->n_array > 1) {
        snprintf(beginning->array, sizeof beginning->array, "%s-%lld", job->batch,
                 (long long)job->attempt);
    }
    beginning->launch = (struct launch){
        .id = job->launch,
        .tenant = job->tenant,
        .project = job->project,
        .name = beginning->asked->name,
        .array = beginning->array,
        .place = (uint32_t)job->place,
        .folder = beginning->folder.bytes,
        .argv = request->n_command > 0 ? (const char *const *)request->command : script,
        .env = (const char *const *)beginning->env,
        .part = beginning->part,
        .n_part = job->ask.n_part,
        .gpu_type = request->needs.gpu_type,
        .cpu_milli = job->ask.want.cpu_milli,
        .memory_mib = job->ask.want.memory_mib,
        .limit_us = job->ask.limit_us,
        .grace_us = job->ask.grace_us ? job->ask.grace_us : compute->world->policy.grace_us,
        .checkpoint_signal = request->checkpoint_signal,
        .priority = job->ask.priority,
        .qos = job->wanted_qos,
        .has_network = request->has_network};
    return st;
}

// Back from a start that did not come about: it waits a little, outside of the pool.
static void put_off(struct compute *compute, struct live_job *job, const maru_error *err) {
    dispatch_complain(job, "job delayed", err);
    pthread_mutex_lock(&compute->lock);
    if (job->number != POOL_NO_JOB) {
        pool_end(compute->pool, clock_unix_us(), job->number);
        compute->by_number[job->number] = NULL;
        job->number = POOL_NO_JOB;
    }
    job->phase = PHASE_BLOCKED;
    job->not_before_us = clock_unix_us() + TRY_AGAIN_S * SECOND_US;
    pthread_mutex_unlock(&compute->lock);
}

static void finish(struct compute *compute, struct live_job *job, const struct launch_look *look);

// What checkpoints have kept need not be done again.
static int64_t left_of(const struct live_job *job) {
    const int64_t left_us = job->needs.limit_us - job->done_us;
    return left_us > SECOND_US ? left_us : SECOND_US;
}

// What came of a start; a launch that can never run ends here.
static void see_start(struct compute *compute, struct live_job *job, maru_status st,
                      const maru_error *err) {
    if (st == MARU_E_INPUT || st == MARU_E_RANGE) {
        struct launch_look look = {.state = LAUNCH_ENDED,
                                   .end = END_FAILED,
                                   .started_us = clock_unix_us(),
                                   .cpu_us = -1,
                                   .max_memory_bytes = -1};
        look.ended_us = look.started_us;
        snprintf(look.what, sizeof look.what, "%.190s", err->text);
        finish(compute, job, &look);
    } else if (st != MARU_OK) { // it is asked again in a later turn
        dispatch_complain(job, "job start", err);
    }
}

static void see_launch(void *context, size_t i, maru_status st, const maru_error *err) {
    const struct beginnings *all = context;
    const struct beginning *beginning = &all->row[all->of[i]];
    see_start(beginning->compute, beginning->job, st, err);
}

// The pool has given it its parts: prepare the folder, keep the attempt.
static maru_status keep_begin(struct beginnings *all, struct beginning *beginning,
                              maru_error *err) {
    struct compute *compute = beginning->compute;
    const struct live_job *job = beginning->job;
    maru_status st = find_request(all, beginning, err);
    if (st == MARU_OK && job->attempt == 0) {
        st = job_folder_prepare(compute->folder, job->tenant, job->id, job->batch,
                                &beginning->asked->request, err);
    }
    return st == MARU_OK ? dispatch_in_tenant(compute, job->tenant, keep_attempt, beginning, err)
                         : st;
}

static bool open_all(struct beginnings *all, size_t n) {
    *all = (struct beginnings){.row = alloc_new(n + 1, sizeof *all->row),
                               .launch = alloc_new(n + 1, sizeof *all->launch),
                               .of = alloc_new(n + 1, sizeof *all->of),
                               .asked = alloc_new(n + 1, sizeof(struct asked_for *))};
    return all->row && all->launch && all->of && all->asked;
}

static void close_all(struct beginnings *all) {
    for (size_t i = 0; i < all->n; i++) {
        fini(&all->row[i]);
    }
    for (size_t i = 0; i < all->n_asked; i++) {
        job_request_fini(&all->asked[i]->request);
        alloc_free(all->asked[i]);
    }
    alloc_free(all->row);
    alloc_free(all->launch);
    alloc_free(all->of);
    alloc_free(all->asked);
}

static void start_all(struct compute *compute, struct beginnings *all) {
    if (all->n_launch > 0) {
        executor_start_all(compute->executor, all->launch, all->n_launch, see_launch, all);
    }
}

// Kept, and now to be started; what cannot be asked for is seen here.
static void add_launch(struct beginnings *all, struct beginning *beginning) {
    maru_error err = {0};
    const maru_status st = make_launch(beginning, &err);
    if (st == MARU_OK) {
        all->of[all->n_launch] = (uint32_t)(beginning - all->row);
        all->launch[all->n_launch++] = beginning->launch;
    } else {
        see_start(beginning->compute, beginning->job, st, &err);
    }
}

void attempts_begin(struct compute *compute, struct live_job *const *job, size_t n) {
    struct beginnings all;
    const bool is_open = open_all(&all, n);
    for (size_t i = 0; i < n; i++) {
        maru_error err = {0};
        struct beginning *beginning = is_open ? &all.row[all.n++] : NULL;
        if (is_open) {
            *beginning = (struct beginning){.compute = compute, .job = job[i]};
        }
        const maru_status st =
            is_open ? keep_begin(&all, beginning, &err) : fail(&err, MARU_E_MEMORY, "no memory");
        if (st == MARU_OK) {
            add_launch(&all, beginning);
        } else {
            put_off(compute, job[i], &err);
        }
    }
    start_all(compute, &all);
    close_all(&all);
}

void attempts_launch_again(struct compute *compute, struct live_job *const *job, size_t n) {
    struct beginnings all;
    const bool is_open = open_all(&all, n);
    for (size_t i = 0; i < n && is_open; i++) {
        struct beginning *beginning = &all.row[all.n++];
        maru_error err = {0};
        *beginning = (struct beginning){.compute = compute, .job = job[i]};
        if (find_request(&all, beginning, &err) == MARU_OK) {
            add_launch(&all, beginning);
        } else {
            dispatch_complain(job[i], "job start", &err);
        }
    }
    start_all(compute, &all);
    close_all(&all);
}

// ---- the end of an attempt

struct ending {
    struct compute *compute;
    const struct live_job *job;
    struct attempt_end end;
    bool is_free; // it cannot be charged
};

static maru_status charge_in(void *context, struct database *database, maru_error *err) {
    const struct ending *ending = context;
    return purse_charge_end(ending->compute, ending->job, ending->end.started_us,
                            ending->end.ended_us, database, err);
}

static maru_status end_in(struct tenant *tenant, void *context, maru_error *err) {
    struct ending *ending = context;
    return tenant_end_attempt(tenant, ending->job->id, ending->job->attempt, &ending->end,
                              ending->is_free ? NULL : charge_in, ending, err);
}

// The end and what it costs are kept together. A cost that cannot be said (more than can be counted) keeps no job from its end.
static maru_status keep_end(struct ending *ending, maru_error *err) {
    maru_status st = dispatch_in_tenant(ending->compute, ending->job->tenant, end_in, ending, err);
    if (st == MARU_E_INPUT || st == MARU_E_RANGE || st == MARU_E_LIMIT) {
        dispatch_complain(ending->job, "job uncharged", err);
        ending->is_free = true;
        st = dispatch_in_tenant(ending->compute, ending->job->tenant, end_in, ending, err);
    }
    return st;
}

// What becomes of the job, and why in a word.
static enum job_state next_state(struct live_job *job, const struct launch_look *look,
                                 const char **reason) {
    const bool is_good = look->end == END_EXIT && look->exit_code == 0;
    *reason = "";
    if (is_good) {
        return JOB_DONE;
    }
    if (job->is_cancelled) {
        return JOB_CANCELLED;
    }
    if (job->stop[0] || look->end == END_NODE) {
        return JOB_WAITING;
    }
    *reason = end_words[look->end];
    if (job->retries > 0 && look->end != END_FAILED) {
        job->retries--;
        return JOB_WAITING;
    }
    return JOB_FAILED;
}

static maru_status keep_stop(struct tenant *tenant, void *context, maru_error *err) {
    const struct live_job *job = context;
    return tenant_stop_attempt(tenant, job->id, job->attempt, job->stop, err);
}

// What an executor that schedules by itself has taken back counts as stopped for that, kept before the end is.
static bool take_back(struct compute *compute, struct live_job *job) {
    maru_error err = {0};
    pthread_mutex_lock(&compute->lock);
    job->stop = dispatch_stop_words[STOP_RECLAIM];
    pthread_mutex_unlock(&compute->lock);
    const maru_status st = dispatch_in_tenant(compute, job->tenant, keep_stop, job, &err);
    if (st != MARU_OK && st != MARU_E_USAGE) {
        dispatch_complain(job, "job stop", &err);
    }
    return st == MARU_OK || st == MARU_E_USAGE;
}

static void finish(struct compute *compute, struct live_job *job, const struct launch_look *look) {
    struct ending ending = {.compute = compute, .job = job};
    maru_error err = {0};
    const int64_t ran_us =
        look->ended_us > look->started_us ? look->ended_us - look->started_us : 0;
    if (look->end == END_TAKEN && !job->stop[0] && !job->is_cancelled && !take_back(compute, job)) {
        return;
    }
    const bool is_kept = job->stop[0] && job->ask.checkpoints;
    ending.end =
        (struct attempt_end){.end = end_words[look->end],
                             .exit_code = look->exit_code,
                             .started_us = look->started_us,
                             .ended_us = look->ended_us,
                             .cpu_us = look->cpu_us,
                             .memory_bytes = look->max_memory_bytes,
                             .gpu_busy_milli = look->has_gpu_use ? look->gpu_busy_milli : -1,
                             .gpu_energy_mj = look->has_gpu_use ? look->gpu_energy_mj : -1,
                             .what = look->what,
                             .done_us = job->done_us + (is_kept ? ran_us : 0)};
    const int64_t retries = job->retries;
    ending.end.next = next_state(job, look, &ending.end.reason);
    const maru_status st = keep_end(&ending, &err);
    if (st != MARU_OK && st != MARU_E_USAGE) {
        job->retries = retries;
        dispatch_complain(job, "job end", &err);
        return;
    }
    (void)!executor_forget(compute->executor, job->launch, &err);
    if (!job->stop[0] && !job->is_cancelled && look->end != END_NODE && look->end != END_FAILED) {
        past_end(compute, job, ran_us);
    }
    const bool goes_on = st == MARU_OK && ending.end.next == JOB_WAITING;
    pthread_mutex_lock(&compute->lock);
    job->done_us = ending.end.done_us;
    job->is_stopped = job->is_cut = false;
    job->stop = "";
    job->started_us = 0;
    job->phase = goes_on ? PHASE_QUEUED : PHASE_BLOCKED;
    if (job->number != POOL_NO_JOB && goes_on) {
        job->ask.limit_us = left_of(job);
        pool_requeue(compute->pool, clock_unix_us(), job->number, job->ask.limit_us);
    } else if (job->number != POOL_NO_JOB) {
        pool_end(compute->pool, clock_unix_us(), job->number);
    }
    pthread_mutex_unlock(&compute->lock);
    if (!goes_on) {
        compute->n_ended++;
        live_remove(compute, job);
    }
}

// ---- stopping

// Why it is stopped is kept before the executor is told, so that its end is understood after a kill.
void attempt_stop(struct compute *compute, struct live_job *job) {
    maru_error err = {0};
    const int64_t grace_us = job->is_cut         ? job->stop_grace_us
                             : job->ask.grace_us ? job->ask.grace_us
                                                 : compute->world->policy.grace_us;
    maru_status st = dispatch_in_tenant(compute, job->tenant, keep_stop, job, &err);
    st = st == MARU_OK ? executor_stop(compute->executor, job->launch, grace_us, &err) : st;
    if (st == MARU_OK) {
        job->is_stopped = true;
    } else {
        dispatch_complain(job, "job stop", &err);
    }
}

static void want_stop(struct compute *compute, struct live_job *job, const char *why) {
    pthread_mutex_lock(&compute->lock);
    job->stop = why;
    job->phase = job->phase == PHASE_RUNNING ? PHASE_STOPPING : job->phase;
    pthread_mutex_unlock(&compute->lock);
}

// ---- what the executor says

static maru_status keep_running(struct tenant *tenant, void *context, maru_error *err) {
    const struct ending *ending = context;
    return tenant_attempt_runs(tenant, ending->job->id, ending->job->attempt,
                               ending->end.started_us, ending->end.what, err);
}

static void see_running(struct compute *compute, struct live_job *job,
                        const struct launch_look *look) {
    struct text parts;
    maru_error err = {0};
    if (job->phase != PHASE_STARTING) {
        return;
    }
    if (compute->executor->kind->schedules) {
        hand_over_place(compute, job, look);
    }
    text_init(&parts, 1 << 24);
    add_parts(&parts, compute, job);
    struct ending ending = {.job = job,
                            .end = {.started_us = look->started_us, .what = parts.bytes}};
    if (dispatch_in_tenant(compute, job->tenant, keep_running, &ending, &err) == MARU_OK) {
        pthread_mutex_lock(&compute->lock);
        job->started_us = look->started_us;
        job->phase = job->stop[0] ? PHASE_STOPPING : PHASE_RUNNING;
        pthread_mutex_unlock(&compute->lock);
        purse_touch(compute, job->tenant);
    } else {
        dispatch_complain(job, "job start", &err);
    }
    text_fini(&parts);
}

void attempt_look(struct compute *compute, struct live_job *job) {
    struct launch_look look = {0};
    maru_error err = {0};
    job->is_absent = false;
    if (executor_look(compute->executor, job->launch, &look, &err) != MARU_OK) {
        dispatch_complain(job, "job look", &err);
        return;
    }
    pthread_mutex_lock(&compute->lock);
    snprintf(job->reason, sizeof job->reason, "%s", look.reason);
    job->expected_us = look.expected_us;
    memcpy(job->qos, look.qos, sizeof job->qos);
    job->waits_there = look.state == LAUNCH_WAITING;
    pthread_mutex_unlock(&compute->lock);
    switch (look.state) {
    case LAUNCH_RUNNING:
        see_running(compute, job, &look);
        break;
    case LAUNCH_ENDED:
        finish(compute, job, &look);
        return;
    case LAUNCH_ABSENT:
        if (job->phase == PHASE_STARTING && !job->is_cancelled) {
            job->is_absent = true;
        } else { // it ran once, and nobody knows of it any more; or it never will
            look = (struct launch_look){.state = LAUNCH_ENDED,
                                        .end = END_NODE,
                                        .started_us = job->started_us,
                                        .ended_us = job->started_us,
                                        .cpu_us = -1,
                                        .max_memory_bytes = -1};
            finish(compute, job, &look);
            return;
        }
        break;
    case LAUNCH_WAITING:
    case LAUNCH_UNKNOWN:
        break;
    }
    if (job->is_cancelled && !job->stop[0]) {
        want_stop(compute, job, dispatch_cancel_word);
    }
    if (job->stop[0] && !job->is_stopped) {
        attempt_stop(compute, job);
    }
}
