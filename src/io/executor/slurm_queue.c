#include "io/executor/slurm_queue.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"

static const char squeue_format[] = "--format=" SLURM_SQUEUE_FORMAT;
static const char sacct_format[] = "--format=" SLURM_SACCT_FORMAT;

// Of accounting only jobs are asked for that are over: those that a look misses in the queue, and those that were alive when it was
// asked before. What accounting says of a job that is over stays; the others are asked for again, many in one command.
//
// A task of an array has a row of its own from its start on. Before, all tasks that wait are one row, which accounting tells as
// 12_[3-9]; where all of them are cancelled together it tells 12, without its tasks. One that is cancelled alone while it waits is
// taken out of that row, and nobody tells of it.

enum {
    MAX_SAID_BYTES = 256 << 20,
    NUMBERS_A_CALL = 400,
    NUMBER_BYTES = 22,
    WHICH_BYTES = 40,
    MAX_CANCEL_BYTES = 16 << 10
};
#define PATIENCE_US INT64_C(3000000) // with a Slurm that does not answer
#define PAST_FRESH_US INT64_C(1000000)

static int64_t now_us(void) { return (int64_t)(clock_seconds() * 1e6) + 1; } // never 0

void slurm_queue_init(struct slurm_queue *queue, const char *mark) {
    *queue = (struct slurm_queue){.asked_us = 0};
    snprintf(queue->mark, sizeof queue->mark, "%s", mark);
}

void slurm_queue_fini(struct slurm_queue *queue) {
    slurm_jobs_fini(&queue->now);
    slurm_jobs_fini(&queue->past);
    alloc_free(queue->wanted);
    queue->wanted = NULL;
    queue->n_wanted = queue->cap_wanted = 0;
}

void slurm_queue_is_old(struct slurm_queue *queue) { queue->asked_us = 0; }

static bool is_alive(const struct slurm_job *job) {
    return job->state == SLURM_WAITS || job->state == SLURM_RUNS;
}

static int order_of(uint64_t a, uint64_t b) { return (a > b) - (a < b); }

static int compare_which(struct slurm_which a, struct slurm_which b) {
    const int order = order_of(a.number, b.number);
    return order != 0 ? order : (a.task > b.task) - (a.task < b.task);
}

static int by_name(const void *a, const void *b) {
    const struct slurm_job *x = a, *y = b;
    const int order = strcmp(x->name, y->name);
    const int task = (x->which.task > y->which.task) - (x->which.task < y->which.task);
    return order != 0 ? order : task != 0 ? task : order_of(x->which.number, y->which.number);
}

static int by_which(const void *a, const void *b) {
    const struct slurm_job *x = a, *y = b;
    const int order = compare_which(x->which, y->which);
    if (order != 0) {
        return order;
    }
    if (x->submitted_us != y->submitted_us) {
        return x->submitted_us > y->submitted_us ? 1 : -1;
    }
    return (x->started_us > y->started_us) - (x->started_us < y->started_us);
}

static void sort(struct slurm_jobs *jobs, int (*order)(const void *, const void *)) {
    if (jobs->n > 1) {
        qsort(jobs->row, jobs->n, sizeof *jobs->row, order);
    }
}

static void keep_ours(const struct slurm_queue *queue, struct slurm_jobs *jobs) {
    const size_t n_mark = strlen(queue->mark);
    size_t n = 0;
    for (size_t i = 0; i < jobs->n; i++) {
        const char *name = jobs->row[i].name;
        if (strncmp(name, queue->mark, n_mark) == 0 && name[n_mark] == '.') {
            jobs->row[n++] = jobs->row[i];
        }
    }
    jobs->n = n;
}

// Where it stands among those that are wanted, or would.
static size_t place_of(const struct slurm_queue *queue, struct slurm_which which) {
    size_t from = 0, to = queue->n_wanted;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        if (compare_which(queue->wanted[middle].which, which) < 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

static struct slurm_wanted *wanted_of(const struct slurm_queue *queue, struct slurm_which which) {
    const size_t i = place_of(queue, which);
    return i < queue->n_wanted && compare_which(queue->wanted[i].which, which) == 0
               ? &queue->wanted[i]
               : NULL;
}

bool slurm_queue_want(struct slurm_queue *queue, struct slurm_which which) {
    if (wanted_of(queue, which)) {
        return true;
    }
    if (queue->n_wanted == queue->cap_wanted) {
        const size_t cap = queue->cap_wanted > 0 ? queue->cap_wanted * 2 : 64;
        struct slurm_wanted *grown = alloc_resize(queue->wanted, cap, sizeof *grown);
        if (!grown) {
            return false;
        }
        queue->wanted = grown;
        queue->cap_wanted = cap;
    }
    const size_t i = place_of(queue, which);
    memmove(&queue->wanted[i + 1], &queue->wanted[i],
            (queue->n_wanted - i) * sizeof *queue->wanted);
    queue->wanted[i] = (struct slurm_wanted){.which = which};
    queue->n_wanted++;
    return true;
}

void slurm_queue_drop(struct slurm_queue *queue, struct slurm_which which) {
    if (!wanted_of(queue, which)) {
        return;
    }
    const size_t at = place_of(queue, which);
    queue->n_wanted--;
    memmove(&queue->wanted[at], &queue->wanted[at + 1],
            (queue->n_wanted - at) * sizeof *queue->wanted);
    size_t n = 0;
    for (size_t i = 0; i < queue->past.n; i++) {
        if (compare_which(queue->past.row[i].which, which) != 0) {
            queue->past.row[n++] = queue->past.row[i];
        }
    }
    queue->past.n = n;
}

// Both in order: what was alive and is not any more is wanted from accounting.
static bool compare(struct slurm_queue *queue, const struct slurm_jobs *fresh) {
    const struct slurm_jobs *old = &queue->now;
    bool is_other = false;
    size_t j = 0;
    for (size_t i = 0; i < old->n; i++) {
        while (j < fresh->n && by_name(&fresh->row[j], &old->row[i]) < 0) {
            is_other = true;
            j++;
        }
        const bool is_there = j < fresh->n && by_name(&fresh->row[j], &old->row[i]) == 0;
        is_other |= !is_there || fresh->row[j].state != old->row[i].state;
        if (is_alive(&old->row[i]) && (!is_there || !is_alive(&fresh->row[j])) &&
            !slurm_queue_want(queue, old->row[i].which)) {
            return false;
        }
        j += is_there;
    }
    queue->changes += is_other || j < fresh->n;
    return true;
}

maru_status slurm_queue_refresh(struct slurm_queue *queue, const struct slurm_host *host,
                                int64_t fresh_us, maru_error *err) {
    const int64_t now = now_us();
    if (fresh_us > 0 && queue->asked_us > 0 && now - queue->asked_us < fresh_us) {
        return MARU_OK;
    }
    if (fresh_us > 0 && queue->failed_us > 0 && now - queue->failed_us < PATIENCE_US) {
        return fail(err, MARU_E_IO, "Slurm's queue does not answer");
    }
    char user[32];
    snprintf(user, sizeof user, "--user=%u", (unsigned)getuid());
    const char *const word[] = {"squeue", "--noheader",   "--all",       "--array",
                                user,     "--states=all", squeue_format, NULL};
    struct slurm_said said;
    struct slurm_jobs fresh = {0};
    slurm_said_init(&said, MAX_SAID_BYTES);
    maru_status st = slurm_run(host, word, &said, err);
    st = st == MARU_OK ? slurm_read_squeue(said.out.bytes, said.out.n_bytes, &fresh, err) : st;
    slurm_said_fini(&said);
    if (st == MARU_OK) {
        keep_ours(queue, &fresh);
        sort(&fresh, by_name);
        st = compare(queue, &fresh) ? MARU_OK
                                    : fail(err, MARU_E_MEMORY, "no memory for Slurm's jobs");
    }
    if (st != MARU_OK) {
        slurm_jobs_fini(&fresh);
        queue->failed_us = now_us();
        return st;
    }
    slurm_jobs_fini(&queue->now);
    queue->now = fresh;
    queue->asked_us = now; // from before the command: what it tells is no older
    queue->failed_us = 0;
    return MARU_OK;
}

const struct slurm_job *slurm_queue_find(const struct slurm_queue *queue,
                                         const struct slurm_name *name, size_t *n) {
    struct slurm_job first = {.which = {.task = name->task}};
    size_t from = 0, to = queue->now.n;
    memcpy(first.name, name->job, sizeof first.name);
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        if (by_name(&queue->now.row[middle], &first) < 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    *n = 0;
    while (from + *n < queue->now.n && queue->now.row[from + *n].which.task == name->task &&
           strcmp(queue->now.row[from + *n].name, name->job) == 0) {
        (*n)++;
    }
    return *n > 0 ? &queue->now.row[from] : NULL;
}

//   in      states: as an option; NULL: any
static maru_status run_sacct(const struct slurm_host *host, const char *which, const char *since,
                             const char *states, struct slurm_jobs *out, maru_error *err) {
    const char *const word[] = {"sacct",
                                "--noheader",
                                "--parsable2",
                                "--duplicates",
                                which,
                                since,
                                "--endtime=2099-12-31T23:59:59",
                                sacct_format,
                                states,
                                NULL};
    struct slurm_said said;
    slurm_said_init(&said, MAX_SAID_BYTES);
    maru_status st = slurm_run(host, word, &said, err);
    st = st == MARU_OK ? slurm_read_sacct(said.out.bytes, said.out.n_bytes, out, err) : st;
    slurm_said_fini(&said);
    return st;
}

// Forget what accounting has said of jobs that were not over.
static void drop_open(struct slurm_queue *queue) {
    size_t n = 0;
    for (size_t i = 0; i < queue->past.n; i++) {
        const struct slurm_wanted *wanted = wanted_of(queue, queue->past.row[i].which);
        if (wanted && wanted->is_over) {
            queue->past.row[n++] = queue->past.row[i];
        }
    }
    queue->past.n = n;
}

// Of rows in order, those of one job.
static const struct slurm_job *rows_of(const struct slurm_jobs *jobs, struct slurm_which which,
                                       size_t *n) {
    size_t from = 0, to = jobs->n;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        if (compare_which(jobs->row[middle].which, which) < 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    *n = 0;
    while (from + *n < jobs->n && compare_which(jobs->row[from + *n].which, which) == 0) {
        (*n)++;
    }
    return *n > 0 ? &jobs->row[from] : NULL;
}

// How long a job is missing counts while accounting answers.
static void forget_missing(struct slurm_queue *queue) {
    for (size_t i = 0; i < queue->n_wanted; i++) {
        queue->wanted[i].missing_since_us = 0;
    }
}

// One command for up to NUMBERS_A_CALL of those that are wanted and not over, from *at on; an array is asked for as a whole.
static maru_status ask_some(const struct slurm_queue *queue, const struct slurm_host *host,
                            size_t *at, struct slurm_jobs *out, maru_error *err) {
    uint64_t last = 0;
    char which[NUMBERS_A_CALL * NUMBER_BYTES + 16] = "--jobs=";
    size_t n = strlen(which), n_asked = 0;
    for (; *at < queue->n_wanted && n_asked < NUMBERS_A_CALL; (*at)++) {
        const uint64_t number = queue->wanted[*at].which.number;
        if (!queue->wanted[*at].is_over && number != last) {
            n += (size_t)snprintf(which + n, sizeof which - n, "%s%" PRIu64, n_asked > 0 ? "," : "",
                                  number);
            n_asked++;
            last = number;
        }
    }
    return n_asked > 0 ? run_sacct(host, which, "--starttime=2000-01-01T00:00:00", NULL, out, err)
                       : MARU_OK;
}

// What the rows of an array say of a task that has none of its own: it waits with others, or ended with them before it began.
static bool find_rest(const struct slurm_jobs *fresh, struct slurm_wanted *wanted,
                      struct slurm_job *out) {
    const struct slurm_which which = wanted->which;
    size_t n = 0;
    wanted->array[0] = '\0';
    for (size_t i = 0; i < fresh->n; i++) {
        const struct slurm_job *row = &fresh->row[i];
        if (row->which.number != which.number) {
            continue;
        }
        const bool is_whole = row->which.task == SLURM_NO_TASK && !is_alive(row);
        if (is_whole ||
            (row->is_rest && row->which.task <= which.task && which.task <= row->last_task)) {
            *out = *row;
            n++;
        } else if (row->is_head && row->which.task != SLURM_NO_TASK) {
            memcpy(wanted->array, row->name, sizeof wanted->array);
        }
    }
    if (n > 0) {
        wanted->array[0] = '\0';
        out->which = which;
        out->last_task = which.task;
    }
    return n > 0;
}

// Its rows among the fresh ones.
static maru_status keep_rows(struct slurm_queue *queue, const struct slurm_jobs *fresh,
                             struct slurm_wanted *wanted, maru_error *err) {
    size_t n = 0, n_own = 0;
    maru_status st = MARU_OK;
    const struct slurm_job *row = rows_of(fresh, wanted->which, &n);
    for (size_t i = 0; i < n && st == MARU_OK; i++) {
        if (!row[i].is_rest) {
            st = slurm_jobs_add(&queue->past, &row[i], err);
            n_own++;
        }
    }
    struct slurm_job rest;
    return st == MARU_OK && n_own == 0 && wanted->which.task != SLURM_NO_TASK &&
                   find_rest(fresh, wanted, &rest)
               ? slurm_jobs_add(&queue->past, &rest, err)
               : st;
}

static maru_status ask_open(struct slurm_queue *queue, const struct slurm_host *host,
                            maru_error *err) {
    struct slurm_jobs fresh = {0};
    maru_status st = MARU_OK;
    for (size_t at = 0; st == MARU_OK && at < queue->n_wanted;) {
        st = ask_some(queue, host, &at, &fresh, err);
    }
    sort(&fresh, by_which);
    drop_open(queue);
    for (size_t i = 0; st == MARU_OK && i < queue->n_wanted; i++) {
        if (!queue->wanted[i].is_over) {
            st = keep_rows(queue, &fresh, &queue->wanted[i], err);
        }
    }
    slurm_jobs_fini(&fresh);
    return st;
}

static maru_status ask_past(struct slurm_queue *queue, const struct slurm_host *host,
                            maru_error *err) {
    const int64_t now = now_us();
    if (queue->past_failed_us > 0 && now - queue->past_failed_us < PATIENCE_US) {
        return fail(err, MARU_E_IO, "Slurm's accounting does not answer");
    }
    const maru_status st = ask_open(queue, host, err);
    if (st != MARU_OK) {
        drop_open(queue);
        forget_missing(queue);
        queue->past_failed_us = now_us();
        return st;
    }
    queue->past_failed_us = 0;
    sort(&queue->past, by_which);
    for (size_t i = 0; i < queue->n_wanted; i++) {
        struct slurm_wanted *wanted = &queue->wanted[i];
        size_t n = 0;
        const struct slurm_job *row = rows_of(&queue->past, wanted->which, &n);
        wanted->asked_us = now;
        wanted->is_over =
            row && !is_alive(&row[n - 1]) && strcmp(row[n - 1].name, "allocation") != 0;
        if (!wanted->is_over && wanted->missing_since_us == 0) {
            wanted->missing_since_us = now;
        }
    }
    return MARU_OK;
}

maru_status slurm_queue_past(struct slurm_queue *queue, const struct slurm_host *host,
                             uint64_t number, const struct slurm_name *name, struct slurm_past *out,
                             maru_error *err) {
    const struct slurm_which which = {number, name->task};
    *out = (struct slurm_past){.row = NULL};
    if (!slurm_queue_want(queue, which)) {
        return fail(err, MARU_E_MEMORY, "no memory for Slurm's jobs");
    }
    const int64_t now = now_us();
    struct slurm_wanted *wanted = wanted_of(queue, which);
    if (!wanted->is_over && (wanted->asked_us == 0 || now - wanted->asked_us > PAST_FRESH_US)) {
        const maru_status st = ask_past(queue, host, err);
        if (st != MARU_OK) {
            return st;
        }
    }
    wanted = wanted_of(queue, which);
    size_t n = 0;
    const struct slurm_job *row = rows_of(&queue->past, which, &n);
    // Numbers are given anew when a cluster is set up anew, and by a controller that went back: another name is another job.
    // "allocation" stands for a name that accounting has not been told yet.
    while (n > 0 && strcmp(row->name, name->job) != 0 && strcmp(row->name, "allocation") != 0) {
        row++;
        n--;
    }
    out->row = n > 0 && strcmp(row[n - 1].name, name->job) == 0 ? row : NULL;
    out->n = out->row ? n : 0;
    if (!out->row && wanted->is_over) { // what is over is the other one
        wanted->is_over = false;
        wanted->missing_since_us = wanted->missing_since_us > 0 ? wanted->missing_since_us : now;
    }
    out->missing_us =
        !wanted->is_over && wanted->missing_since_us > 0 ? now - wanted->missing_since_us : 0;
    out->is_cut = !out->row && strcmp(wanted->array, name->job) == 0;
    return MARU_OK;
}

maru_status slurm_queue_ask_name(const struct slurm_host *host, const char *name, int64_t since_us,
                                 struct slurm_jobs *out, maru_error *err) {
    char which[SLURM_NAME_BYTES + 16], since[64];
    const time_t day_before = (time_t)(since_us / 1000000) - 86400;
    struct tm tm = {0};
    gmtime_r(&day_before, &tm);
    strftime(since, sizeof since, "--starttime=%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(which, sizeof which, "--name=%s", name);
    // Without states a row is left out of which Slurm does not know when it could have begun, as of tasks of arrays.
    return run_sacct(host, which, since, "--state=BF,CA,CD,DL,F,NF,OOM,PD,PR,R,RQ,TO", out, err);
}

static maru_status run_quietly(const struct slurm_host *host, const char *const word[]) {
    struct slurm_said said;
    maru_error none;
    slurm_said_init(&said, MAX_CANCEL_BYTES);
    const maru_status st = slurm_run(host, word, &said, &none);
    slurm_said_fini(&said);
    return st;
}

void slurm_cancel(const struct slurm_host *host, struct slurm_which which, const char *signal) {
    char job[WHICH_BYTES];
    slurm_write_which(which, job, sizeof job);
    const char *const word[] = {"scancel", "--quiet", job, NULL};
    const char *const batch[] = {"scancel", "--quiet", "--batch", signal, job, NULL};
    (void)!run_quietly(host, signal ? batch : word);
}

// scancel with a state takes all tasks that wait together for one job, and cancels them all; and without one it ends a task that has
// just begun. A task that is held is one of its own, and does not begin.
void slurm_cancel_waiting(const struct slurm_host *host, struct slurm_which which) {
    char job[WHICH_BYTES];
    slurm_write_which(which, job, sizeof job);
    const char *const hold[] = {"scontrol", "hold", job, NULL};
    const char *const word[] = {"scancel", "--quiet", "--state=PENDING", job, NULL};
    if (which.task == SLURM_NO_TASK || run_quietly(host, hold) == MARU_OK) {
        (void)!run_quietly(host, word);
    }
}
