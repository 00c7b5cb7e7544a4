#include "serve/runs/jobs.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/workers.h"
#include "serve/api/upload.h"
#include "serve/http/problem.h"
#include "serve/log.h"
#include "serve/models/model_training.h"
#include "serve/runs/asking.h"
#include "serve/twins/forecasting.h"
#include "study/json_writer.h"

// One list of jobs, in the order they came; each worker takes the first waiting one of a tenant that
// has the fewest running, so that a tenant with a hundred runs does not keep out another with one. Runs may
// take hours, so that is not enough: while all workers are busy, a tenant that has none running may begin one
// all the same, on one of as many spare workers, and the system shares the cores.
// Workers are nice, so that requests are answered while all cores simulate; a run has one worker.
//
// A training takes memory by the size of its data: it is weighed before it begins, and waits while those that go on leave no room
// for it in the budget of all. One alone may begin, however large. While the one whose turn it is waits so, no other training passes
// it, but runs of other kinds do.
//
// A run that ends because the server stops is left open in the store and done again at the next start;
// as runs are functions of their request, its result is the same.

enum { WORKER_NICE = 10, MAX_WORKERS = 64 };

struct job {
    char tenant[STORE_TENANT_BYTES], id[STORE_ID_BYTES];
    bool is_running, is_weighed;
    uint64_t need_bytes; // of a training; 0: of none, or not weighed yet
    atomic_bool is_cancelled;
    struct job_view view;
    struct job *next;
    struct jobs *jobs;
};

struct jobs {
    struct store *store;
    struct twins *twins;
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    struct job *first, **end;
    struct job_watcher *watchers;
    jobs_tell_version tell_version; // NULL: nobody wants to know
    void *teller;
    uint64_t n_trained[RUN_FAILED + 1]; // trainings that have ended, by how
    atomic_bool is_ending;
    pthread_t thread[2 * MAX_WORKERS];
    size_t n_thread; // the spare ones too
    struct jobs_room room;
};

void jobs_enter(struct jobs *jobs) { pthread_mutex_lock(&jobs->lock); }
void jobs_leave(struct jobs *jobs) { pthread_mutex_unlock(&jobs->lock); }

// ---- with the lock held

static bool is_it(const struct job *job, const char *tenant, const char *id) {
    return strcmp(job->id, id) == 0 && strcmp(job->tenant, tenant) == 0;
}

static struct job *find(struct jobs *jobs, const char *tenant, const char *id) {
    struct job *job = jobs->first;
    while (job && !is_it(job, tenant, id)) {
        job = job->next;
    }
    return job;
}

static void wake(struct jobs *jobs, const char *tenant, const char *id) {
    for (struct job_watcher *w = jobs->watchers; w; w = w->next) {
        if (strcmp(w->id, id) == 0 && strcmp(w->tenant, tenant) == 0) {
            w->wake(w);
        }
    }
}

static size_t n_running_of(const struct jobs *jobs, const char *tenant) {
    size_t n = 0;
    for (const struct job *job = jobs->first; job; job = job->next) {
        n += job->is_running && strcmp(job->tenant, tenant) == 0;
    }
    return n;
}

// Memory of trainings that go on.
static uint64_t bytes_in_use(const struct jobs *jobs) {
    uint64_t n = 0;
    for (const struct job *job = jobs->first; job; job = job->next) {
        n += job->is_running ? job->need_bytes : 0;
    }
    return n;
}

static bool has_memory(const struct jobs *jobs, const struct job *job) {
    const uint64_t used = bytes_in_use(jobs);
    const uint64_t left = used < jobs->room.training_bytes ? jobs->room.training_bytes - used : 0;
    return used == 0 || job->need_bytes <= left || atomic_load(&job->is_cancelled);
}

// Whose turn it is; of those alone that need no memory of trainings, where they are to be passed over.
static struct job *choose(struct jobs *jobs, bool passes_trainings) {
    struct job *best = NULL;
    size_t fewest = SIZE_MAX, n_running = 0;
    for (const struct job *job = jobs->first; job; job = job->next) {
        n_running += job->is_running;
    }
    for (struct job *job = jobs->first; job; job = job->next) {
        if (!job->is_running && !(passes_trainings && job->need_bytes > 0)) {
            const size_t n = n_running_of(jobs, job->tenant);
            if (n < fewest && (n == 0 || n_running < jobs->room.n_worker)) {
                fewest = n;
                best = job;
            }
        }
    }
    return best;
}

static void say_what(struct job *job, const char *what) {
    if (strcmp(job->view.what, what) != 0) {
        snprintf(job->view.what, sizeof job->view.what, "%s", what);
        job->view.n_change++;
        wake(job->jobs, job->tenant, job->id);
    }
}

static struct job *next_job(struct jobs *jobs) {
    struct job *best = choose(jobs, false);
    if (best && !has_memory(jobs, best)) {
        say_what(best, "other trainings have the memory that this one needs");
        best = choose(jobs, true);
    }
    return best;
}

static void take_out(struct jobs *jobs, struct job *job) {
    struct job **link = &jobs->first;
    while (*link != job) {
        link = &(*link)->next;
    }
    *link = job->next;
    if (jobs->end == &job->next) {
        jobs->end = link;
    }
}

static maru_status have_room(const struct jobs *jobs, const char *tenant, maru_error *err) {
    size_t n = 0, n_of_tenant = 0;
    for (const struct job *job = jobs->first; job; job = job->next) {
        n++;
        n_of_tenant += strcmp(job->tenant, tenant) == 0;
    }
    if (n_of_tenant >= JOBS_MAX_OF_TENANT) {
        return fail(err, MARU_E_LIMIT,
                    "%zu runs of yours wait already: try again when some are done", n_of_tenant);
    }
    return n >= JOBS_MAX_WAITING ? fail(err, MARU_E_LIMIT, "the queue is full: try again later")
                                 : MARU_OK;
}

bool jobs_look_inside(struct jobs *jobs, const char *tenant, const char *id, struct job_view *out) {
    const struct job *its = find(jobs, tenant, id);
    if (!its) {
        return false;
    }
    *out = its->view;
    for (const struct job *job = jobs->first; job && job != its; job = job->next) {
        out->n_ahead += !job->is_running && !its->is_running;
    }
    return true;
}

// ---- a worker

struct kept_run { // what the store says of it
    char plant[STORE_ID_BYTES], plant_name[STORE_NAME_BYTES], by[STORE_NAME_BYTES];
    bool is_forecast, is_training;
    int64_t version;
    struct text request;
};

struct outcome {
    struct answer answer;
    struct made_version made; // of a training
};

static maru_status keep_run(void *context, const struct run_row *row, maru_error *err) {
    struct kept_run *kept = context;
    snprintf(kept->plant, sizeof kept->plant, "%s", row->plant);
    snprintf(kept->plant_name, sizeof kept->plant_name, "%s", row->plant_name);
    kept->version = row->version;
    snprintf(kept->by, sizeof kept->by, "%s", row->by);
    kept->is_forecast = strcmp(row->kind, "forecast") == 0;
    kept->is_training = strcmp(row->kind, "train") == 0;
    text_addz(&kept->request, row->request);
    return kept->request.status == MARU_OK ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
}

static bool is_stopped(void *watcher) {
    const struct job *job = watcher;
    return atomic_load_explicit(&job->is_cancelled, memory_order_relaxed) ||
           atomic_load_explicit(&job->jobs->is_ending, memory_order_relaxed);
}

// What is done when all of a run's work is: its answer is written down.
static const double most_progress = 0.99;

// what: NULL: as it was.
static void tell_progress(struct job *job, double share, const char *what) {
    const double told = share < most_progress ? share : most_progress;
    jobs_enter(job->jobs);
    if (what) {
        say_what(job, what);
    }
    if (told > job->view.progress) {
        job->view.progress = told;
        job->view.n_change++;
        wake(job->jobs, job->tenant, job->id);
    }
    jobs_leave(job->jobs);
}

static void look(void *watcher, const struct runs_plan *plan, const struct run *run, size_t n) {
    tell_progress(watcher, runs_share(plan, run, n), NULL);
}

static void look_at_share(void *watcher, double share) { tell_progress(watcher, share, NULL); }

// Simulate or compare.
static maru_status ask_enquiry(struct job *job, struct tenant *tenant, const struct kept_run *kept,
                               struct answer *answer, maru_error *err) {
    struct asking asking = {0};
    maru_plant *plant = NULL;
    maru_status st = asking_read(&asking, kept->request.bytes, kept->request.n_bytes, err);
    if (st == MARU_OK) {
        st = upload_open_plant(tenant, kept->plant, kept->version, &plant, err);
    }
    if (st == MARU_OK) {
        const struct runs_plan plan = {
            .n_thread = 1, .is_stopped = is_stopped, .look = look, .watcher = job};
        asking.enquiry.plant = plant;
        asking.enquiry.name = kept->plant_name;
        st = enquiry_ask(&asking.enquiry, &plan, answer, err);
    }
    maru_plant_free(plant);
    asking_fini(&asking);
    return st;
}

// The futures of a twin. Somebody waits for them, and they are short: on all cores.
static maru_status ask_forecast(struct job *job, struct tenant *tenant, const struct kept_run *kept,
                                struct answer *answer, maru_error *err) {
    struct forecasting forecasting;
    struct twin *twin = NULL;
    maru_status st =
        forecasting_read(&forecasting, kept->request.bytes, kept->request.n_bytes, err);
    if (st == MARU_OK) {
        st = twins_hold(job->jobs->twins, tenant, forecasting.twin, &twin, err);
    }
    if (st == MARU_OK) {
        const struct futures_plan plan = {.n_thread = workers_cores(),
                                          .is_stopped = is_stopped,
                                          .look = look_at_share,
                                          .watcher = job};
        st = forecasting_do(&forecasting, twin, &plan, answer, err);
    }
    twins_release(job->jobs->twins, twin);
    return st;
}

static bool look_at_training(void *watcher, double share, const char *what) {
    const bool is_under_way = share > 0;
    if (!isnan(share) || what[0]) {
        tell_progress(watcher, isnan(share) ? 0 : share,
                      what[0]        ? what
                      : is_under_way ? "training"
                                     : NULL);
    }
    return !is_stopped(watcher);
}

// A model from a dataset.
static maru_status ask_training(struct job *job, struct tenant *tenant, struct kept_run *kept,
                                struct outcome *outcome, maru_error *err) {
    const struct training_plan plan = {.run = job->id,
                                       .by = kept->by,
                                       .request = kept->request.bytes,
                                       .progress = look_at_training,
                                       .context = job};
    return model_training_do(&plan, tenant, &outcome->answer, &outcome->made, err);
}

static maru_status ask(struct job *job, struct tenant *tenant, struct kept_run *kept,
                       struct outcome *outcome, maru_error *err) {
    const maru_status st = tenant_see_one_run(tenant, job->id, keep_run, kept, err);
    if (st != MARU_OK) {
        return st;
    }
    return kept->is_training   ? ask_training(job, tenant, kept, outcome, err)
           : kept->is_forecast ? ask_forecast(job, tenant, kept, &outcome->answer, err)
                               : ask_enquiry(job, tenant, kept, &outcome->answer, err);
}

// As it is told where there is no answer.
static void fail_run(struct tenant *tenant, const struct job *job, const maru_error *err) {
    struct text problem;
    struct json json;
    text_init(&problem, 1 << 16);
    json_writer_init(&json, &problem);
    problem_add_kept(&json, NULL, "The run failed", 500, err);
    const struct run_end end = {.state = RUN_FAILED,
                                .progress = job->view.progress,
                                .sentence_ko = "",
                                .sentence_en = "",
                                .problem = problem.bytes ? problem.bytes : "",
                                .figures = ""};
    (void)!tenant_end_run(tenant, job->id, &end, NULL);
    text_fini(&problem);
}

static const char *text_of(const struct text *text) { return text->bytes ? text->bytes : ""; }

static void finish(struct job *job, struct tenant *tenant, maru_status st,
                   const struct outcome *outcome, const maru_error *err) {
    const struct answer *answer = &outcome->answer;
    const bool is_cancelled = atomic_load(&job->is_cancelled), has_answer = st == MARU_OK;
    maru_error why = {0};
    if (!has_answer && !is_cancelled) {
        fail_run(tenant, job, err);
        return;
    }
    struct run_end end = {.state = is_cancelled ? RUN_CANCELLED : RUN_DONE,
                          .progress = has_answer && !answer->is_cut ? 1 : job->view.progress,
                          .sentence_ko = "",
                          .sentence_en = "",
                          .problem = "",
                          .figures = ""};
    if (has_answer) {
        end.sentence_ko = text_of(&answer->sentence_ko);
        end.sentence_en = text_of(&answer->sentence_en);
        end.figures = text_of(&answer->figures);
        end.result = &answer->json;
        end.report_ko = answer->report_ko.n_bytes > 0 ? &answer->report_ko : NULL;
        end.report_en = answer->report_en.n_bytes > 0 ? &answer->report_en : NULL;
        end.version = outcome->made.version.bytes && !is_cancelled ? &outcome->made.version : NULL;
    }
    // A run that was removed meanwhile is gone, which is fine; what a full disk does not take is done
    // again at the next start.
    if (tenant_end_run(tenant, job->id, &end, &why) == MARU_E_LIMIT) {
        fail_run(tenant, job, &why);
    }
}

// A training has ended: it is counted, and where there is a new version, told of.
static void tell_trained(struct job *job, maru_status st, bool has_version) {
    const bool is_cancelled = atomic_load(&job->is_cancelled);
    jobs_enter(job->jobs);
    job->jobs->n_trained[is_cancelled ? RUN_CANCELLED : st == MARU_OK ? RUN_DONE : RUN_FAILED]++;
    const jobs_tell_version tell = job->jobs->tell_version;
    void *const context = job->jobs->teller;
    jobs_leave(job->jobs);
    if (tell && has_version) {
        tell(context, job->tenant);
    }
}

static void do_job(struct job *job) {
    struct tenant *tenant = NULL;
    struct outcome outcome = {0};
    struct kept_run kept = {0};
    maru_error err = {0};
    if (store_hold(job->jobs->store, job->tenant, &tenant, &err) != MARU_OK) {
        return; // the tenant is gone, and the run with it
    }
    text_init(&kept.request, 1 << 20);
    maru_status st = tenant_begin_run(tenant, job->id, &err);
    if (st == MARU_OK) {
        st = ask(job, tenant, &kept, &outcome, &err);
    }
    if (!atomic_load(&job->jobs->is_ending) || (st == MARU_OK && !outcome.answer.is_cut)) {
        finish(job, tenant, st, &outcome, &err);
        if (kept.is_training) {
            tell_trained(job, st, st == MARU_OK && outcome.made.version.bytes);
        }
    }
    made_version_fini(&outcome.made);
    answer_fini(&outcome.answer);
    text_fini(&kept.request);
    store_release(job->jobs->store, tenant);
}

// What a run will need, from what the store says of it; what is not to be found out is found when it is done.
static uint64_t weigh(struct job *job) {
    struct tenant *tenant = NULL;
    struct kept_run kept = {0};
    uint64_t need_bytes = 0;
    if (store_hold(job->jobs->store, job->tenant, &tenant, NULL) != MARU_OK) {
        return 0;
    }
    text_init(&kept.request, 1 << 20);
    if (tenant_see_one_run(tenant, job->id, keep_run, &kept, NULL) == MARU_OK && kept.is_training) {
        need_bytes = model_training_weigh(tenant, kept.request.bytes);
    }
    text_fini(&kept.request);
    store_release(job->jobs->store, tenant);
    return need_bytes;
}

static void *work(void *context) {
    struct jobs *jobs = context;
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), WORKER_NICE); // of this thread alone
    jobs_enter(jobs);
    while (!atomic_load(&jobs->is_ending)) {
        struct job *job = next_job(jobs);
        if (!job) {
            pthread_cond_wait(&jobs->has_work, &jobs->lock);
            continue;
        }
        job->is_running = true;
        if (!job->is_weighed) {
            jobs_leave(jobs);
            const uint64_t need_bytes = weigh(job);
            jobs_enter(jobs);
            job->need_bytes = need_bytes;
            job->is_weighed = true;
            job->is_running = false;
            continue;
        }
        job->view.state = RUN_RUNNING;
        job->view.what[0] = '\0';
        job->view.n_change++;
        wake(jobs, job->tenant, job->id);
        jobs_leave(jobs);
        do_job(job);
        jobs_enter(jobs);
        take_out(jobs, job);
        wake(jobs, job->tenant, job->id);
        if (job->need_bytes > 0) {
            pthread_cond_broadcast(&jobs->has_work); // there may be room for more than one
        }
        alloc_free(job);
    }
    jobs_leave(jobs);
    return NULL;
}

// ---- the pool

struct taking_up {
    struct jobs *jobs;
    const char *tenant;
};

static maru_status take_up_run(void *context, const struct run_row *row, maru_error *err) {
    const struct taking_up *up = context;
    return jobs_add(up->jobs, up->tenant, row->id, err);
}

// One whose file does not open must not keep the others from theirs: who asks for it is told why.
static maru_status take_up_tenant(void *context, const struct tenant_row *row, maru_error *err) {
    (void)err;
    struct jobs *jobs = context;
    struct tenant *tenant = NULL;
    maru_error why = {0};
    maru_status st = store_hold(jobs->store, row->name, &tenant, &why);
    if (st == MARU_OK) {
        struct taking_up up = {jobs, row->name};
        st = tenant_each_open_run(tenant, take_up_run, &up, &why);
        store_release(jobs->store, tenant);
    }
    if (st != MARU_OK &&
        st != MARU_E_LIMIT) { // of too many runs the rest comes up at a later start
        log_say(LOG_ERROR, "tenant", why.text);
    }
    return MARU_OK;
}

maru_status jobs_start(struct store *store, struct twins *twins, const struct jobs_room *room,
                       struct jobs **out, maru_error *err) {
    struct jobs *jobs = alloc_new(1, sizeof *jobs);
    if (!jobs) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    jobs->store = store;
    jobs->twins = twins;
    jobs->end = &jobs->first;
    pthread_mutex_init(&jobs->lock, NULL);
    pthread_cond_init(&jobs->has_work, NULL);
    maru_status st = store_visit_tenants(store, take_up_tenant, jobs, err);
    jobs->room = *room;
    jobs->room.n_worker = room->n_worker < MAX_WORKERS ? room->n_worker : MAX_WORKERS;
    while (st == MARU_OK && jobs->n_thread < 2 * jobs->room.n_worker) {
        if (pthread_create(&jobs->thread[jobs->n_thread], NULL, work, jobs) != 0) {
            st = fail(err, MARU_E_MEMORY, "no thread can be started");
        } else {
            jobs->n_thread++;
        }
    }
    if (st != MARU_OK) {
        jobs_stop(jobs);
        return st;
    }
    *out = jobs;
    return MARU_OK;
}

void jobs_stop(struct jobs *jobs) {
    if (!jobs) {
        return;
    }
    jobs_enter(jobs);
    atomic_store(&jobs->is_ending, true);
    pthread_cond_broadcast(&jobs->has_work);
    jobs_leave(jobs);
    for (size_t i = 0; i < jobs->n_thread; i++) {
        pthread_join(jobs->thread[i], NULL);
    }
    while (jobs->first) {
        struct job *job = jobs->first;
        jobs->first = job->next;
        alloc_free(job);
    }
    pthread_cond_destroy(&jobs->has_work);
    pthread_mutex_destroy(&jobs->lock);
    alloc_free(jobs);
}

void jobs_tell_versions(struct jobs *jobs, jobs_tell_version tell, void *context) {
    jobs_enter(jobs);
    jobs->tell_version = tell;
    jobs->teller = context;
    jobs_leave(jobs);
}

maru_status jobs_have_room(struct jobs *jobs, const char *tenant, maru_error *err) {
    jobs_enter(jobs);
    const maru_status st = have_room(jobs, tenant, err);
    jobs_leave(jobs);
    return st;
}

maru_status jobs_add(struct jobs *jobs, const char *tenant, const char *id, maru_error *err) {
    struct job *job = alloc_new(1, sizeof *job);
    if (!job) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    snprintf(job->tenant, sizeof job->tenant, "%s", tenant);
    snprintf(job->id, sizeof job->id, "%s", id);
    job->jobs = jobs;
    jobs_enter(jobs);
    const maru_status st = have_room(jobs, tenant, err);
    if (st == MARU_OK) {
        *jobs->end = job;
        jobs->end = &job->next;
        pthread_cond_signal(&jobs->has_work);
    }
    jobs_leave(jobs);
    if (st != MARU_OK) {
        alloc_free(job);
    }
    return st;
}

bool jobs_look(struct jobs *jobs, const char *tenant, const char *id, struct job_view *out) {
    jobs_enter(jobs);
    const bool is_there = jobs_look_inside(jobs, tenant, id, out);
    jobs_leave(jobs);
    return is_there;
}

bool jobs_cancel(struct jobs *jobs, const char *tenant, const char *id) {
    jobs_enter(jobs);
    struct job *job = find(jobs, tenant, id);
    const bool is_first = job && !atomic_exchange(&job->is_cancelled, true);
    pthread_cond_broadcast(&jobs->has_work); // it needs no memory any more
    jobs_leave(jobs);
    return is_first;
}

void jobs_cancel_tenant(struct jobs *jobs, const char *tenant) {
    jobs_enter(jobs);
    for (struct job *job = jobs->first; job; job = job->next) {
        if (strcmp(job->tenant, tenant) == 0) {
            atomic_store(&job->is_cancelled, true);
        }
    }
    pthread_cond_broadcast(&jobs->has_work);
    jobs_leave(jobs);
}

size_t jobs_count(struct jobs *jobs, enum run_state state) {
    size_t n = 0;
    jobs_enter(jobs);
    for (const struct job *job = jobs->first; job; job = job->next) {
        n += job->view.state == state;
    }
    jobs_leave(jobs);
    return n;
}

uint64_t jobs_count_trained(struct jobs *jobs, enum run_state state) {
    jobs_enter(jobs);
    const uint64_t n = jobs->n_trained[state];
    jobs_leave(jobs);
    return n;
}

void jobs_watch(struct jobs *jobs, struct job_watcher *watcher) {
    jobs_enter(jobs);
    watcher->next = jobs->watchers;
    jobs->watchers = watcher;
    jobs_leave(jobs);
}

void jobs_unwatch(struct jobs *jobs, struct job_watcher *watcher) {
    jobs_enter(jobs);
    struct job_watcher **link = &jobs->watchers;
    while (*link && *link != watcher) {
        link = &(*link)->next;
    }
    if (*link) {
        *link = watcher->next;
    }
    jobs_leave(jobs);
}
