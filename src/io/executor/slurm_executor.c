#include "io/executor/slurm_executor.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "io/executor/slurm_end.h"
#include "io/executor/slurm_ghosts.h"
#include "io/executor/slurm_inside.h"
#include "io/executor/slurm_nodes.h"
#include "io/executor/slurm_program.h"
#include "io/executor/slurm_qos.h"
#include "io/files.h"

// Never a false end. What the queue says is true now; that a job is over is believed only from accounting, under the job's own name.
// A job of which both know nothing is UNKNOWN until that has lasted for long.

enum {
    MAX_SAID_BYTES = 256 << 20,
    WAIT_STEP_US = 1000000,
    SWEEP_US = 20000000,     // between two looks for jobs that nobody asks for
    FORGOTTEN_US = 60000000, // accounting that was away sends what it has sooner than that
};

static struct slurm_executor *of(struct executor *executor) {
    return (struct slurm_executor *)executor; // its first member
}

maru_status slurm_name_of(const struct slurm_executor *slurm, const char *id,
                          const struct slurm_record *record, struct slurm_name *out,
                          maru_error *err) {
    out->task = record->task;
    return slurm_job_name(slurm->mark, record->array[0] ? record->array : id, out->job,
                          sizeof out->job)
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "not the id of a launch");
}

// Looking.

// What a stop asks for now: of a job that waits its end, of one that runs a word to its script, and its end when that was not heeded.
static maru_status stop_job(const struct slurm_executor *slurm, struct slurm_record *record,
                            const struct slurm_job *job, maru_error *err) {
    if (record->stop_us == 0) {
        return MARU_OK;
    }
    if (job->state == SLURM_WAITS) {
        slurm_cancel_waiting(&slurm->host, job->which);
        return MARU_OK;
    }
    if (record->stop_is_sent) {
        const int64_t late = clock_unix_us() - record->stop_us - record->stop_grace_us;
        if (late > SLURM_OVERDUE_US) {
            slurm_cancel(&slurm->host, job->which, NULL);
        }
        return MARU_OK;
    }
    char signal[32];
    snprintf(signal, sizeof signal, "--signal=%d", SLURM_SIGNAL_STOP);
    slurm_cancel(&slurm->host, job->which, signal);
    return slurm_record_stop(record, record->stop_us, record->stop_grace_us, true, err);
}

// The job of a launch among all of its name: the one with the claim, or the first. Others that still wait are not needed.
static const struct slurm_job *choose(const struct slurm_executor *slurm,
                                      const struct slurm_job *job, size_t n, uint64_t claim) {
    const struct slurm_job *chosen = &job[0];
    for (size_t i = 1; i < n; i++) {
        if (job[i].which.number == claim) {
            chosen = &job[i];
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (&job[i] != chosen && job[i].state == SLURM_WAITS) {
            slurm_cancel_waiting(&slurm->host, job[i].which);
        }
    }
    return chosen;
}

static void show(const struct slurm_job *job, struct launch_look *out) {
    out->state = job->state == SLURM_WAITS ? LAUNCH_WAITING : LAUNCH_RUNNING;
    out->submitted_us = job->submitted_us;
    out->started_us = job->started_us;
    memcpy(out->node, job->node, sizeof out->node);
    memcpy(out->reason, job->reason, sizeof out->reason);
    memcpy(out->nodes, job->nodes, sizeof out->nodes);
    memcpy(out->qos, job->qos, sizeof out->qos);
    out->expected_us = job->expected_us;
}

// A job that neither queue nor accounting have any more: a controller that is killed forgets what it took in its last seconds, and ends
// it where it runs. One that has the claim has run, and is gone; one without never ran, and may be started again.
static maru_status lose(struct slurm_executor *slurm, const char *id, struct slurm_record *record,
                        const struct slurm_past *past, struct launch_look *out, maru_error *err) {
    maru_status st = MARU_OK;
    const uint64_t number = record->number;
    const bool has_claim = slurm_record_claim(record, id) != 0;
    if (!has_claim && past->is_cut) { // the array is there, and somebody has taken it out
        *out = (struct launch_look){.state = LAUNCH_ENDED,
                                    .end = END_STOPPED,
                                    .submitted_us = record->made_us,
                                    .ended_us = clock_unix_us(),
                                    .cpu_us = -1,
                                    .max_memory_bytes = -1};
        st = slurm_record_end(record, out, err);
    } else if (!has_claim) {
        st = slurm_record_lost(record, err);
        out->state = st == MARU_OK ? LAUNCH_ABSENT : out->state;
    } else {
        const struct slurm_job *row = past->row ? &past->row[past->n - 1] : NULL;
        struct slurm_left left;
        slurm_record_left(record, id, &left);
        const bool has_left = left.number == number;
        const int64_t begun_us =
            row && row->started_us > 0 ? row->started_us : slurm_record_begun_us(record, id);
        const struct slurm_job job = {.which = {number, record->task},
                                      .state = SLURM_NODE_GONE,
                                      .submitted_us = row ? row->submitted_us : record->made_us,
                                      .started_us = begun_us,
                                      .ended_us = has_left ? left.at_us : begun_us,
                                      .cpu_us = -1,
                                      .max_memory_bytes = -1};
        const struct slurm_asked asked = {.has_left = has_left,
                                          .left_us = 0, // long ago
                                          .left_code = left.code,
                                          .left_signal = left.signal,
                                          .is_stopped = record->stop_us > 0};
        slurm_end_of(&job, 1, asked, out);
        st = slurm_record_end(record, out, err);
    }
    if (st == MARU_OK) {
        slurm_queue_drop(&slurm->queue, (struct slurm_which){number, record->task});
    }
    return st;
}

// How long both have to know nothing of it. One that has no claim never began, whatever accounting was told, and may soon be submitted again:
// should the first come through after all, the claim lets one of the two run. One whose script has come to its end is over, whoever has forgotten it.
static int64_t patience_with(const struct slurm_executor *slurm, const char *id,
                             const struct slurm_record *record) {
    struct slurm_left left;
    slurm_record_left(record, id, &left);
    if (slurm_record_claim(record, id) == 0) {
        return slurm->settle_us;
    }
    return left.number == record->number && slurm->lost_us > FORGOTTEN_US ? FORGOTTEN_US
                                                                          : slurm->lost_us;
}

// A job that is over, or is gone from the queue.
static maru_status look_back(struct slurm_executor *slurm, const char *id,
                             const struct slurm_name *name, struct slurm_record *record,
                             const struct slurm_job *in_queue, struct launch_look *out,
                             maru_error *err) {
    uint64_t number = record->number;
    for (int round = 0; round < 2; round++) {
        struct slurm_past past;
        maru_status st = slurm_queue_past(&slurm->queue, &slurm->host, number, name, &past, err);
        if (st != MARU_OK) {
            return st == MARU_E_MEMORY ? st : MARU_OK; // nobody answers: UNKNOWN
        }
        const bool is_open = !past.row || past.row[past.n - 1].state == SLURM_WAITS ||
                             past.row[past.n - 1].state == SLURM_RUNS;
        if (is_open && !in_queue && past.missing_us >= patience_with(slurm, id, record)) {
            return lose(slurm, id, record, &past, out, err);
        }
        if (is_open) { // accounting lags behind the queue
            out->state = in_queue && past.row ? LAUNCH_RUNNING : LAUNCH_UNKNOWN;
            out->started_us = past.row ? past.row[past.n - 1].started_us : 0;
            return MARU_OK;
        }
        const struct slurm_job *last = &past.row[past.n - 1];
        const uint64_t claim =
            last->exit_signal == SLURM_ENDED_TWICE ? slurm_record_claim(record, id) : 0;
        if (claim != 0 && claim != number) { // that job has it
            st = slurm_record_answer(record, claim, err);
            if (st != MARU_OK) {
                return st;
            }
            slurm_queue_drop(&slurm->queue, (struct slurm_which){number, record->task});
            number = claim;
            continue;
        }
        struct slurm_left left;
        slurm_record_left(record, id, &left);
        const struct slurm_asked asked = {
            .memory_mib = record->memory_mib,
            .is_stopped = record->stop_us > 0,
            .has_begun = last->started_us == 0 && slurm_record_claim(record, id) == number,
            .has_left = left.number == number,
            .left_us = left.at_us,
            .left_code = left.code,
            .left_signal = left.signal,
        };
        slurm_end_of(past.row, past.n, asked, out);
        st = slurm_record_end(record, out, err);
        if (st == MARU_OK) {
            slurm_queue_drop(&slurm->queue, (struct slurm_which){number, record->task});
        }
        return st;
    }
    return MARU_OK;
}

// One that was tried, without an answer: is it there?
static maru_status look_for(struct slurm_executor *slurm, const struct slurm_name *name,
                            struct slurm_record *record, struct launch_look *out, maru_error *err) {
    int lock = -1;
    maru_error none;
    if (record->tried_us == 0) {
        out->state = LAUNCH_ABSENT; // kept, and not submitted: to be started
        return MARU_OK;
    }
    maru_status st = slurm_record_lock(record, &lock, err);
    if (st != MARU_OK || lock < 0) {
        return st;
    }
    st = slurm_take_up(slurm, name, record, &none);
    close(lock);
    if (st == MARU_OK && record->number == 0) {
        out->state = LAUNCH_ABSENT;
    }
    return st == MARU_E_IO ? MARU_OK : st;
}

// A controller that was killed may take a job for running that has ended, until the node registers again (half an hour and more).
static void cancel_ended(const struct slurm_executor *slurm, const struct slurm_record *record,
                         const char *id, const struct slurm_job *job) {
    struct slurm_left left;
    slurm_record_left(record, id, &left);
    if (job->state == SLURM_RUNS && left.number == job->which.number &&
        clock_unix_us() - left.at_us > SLURM_OVERDUE_US) {
        slurm_cancel(&slurm->host, job->which, NULL);
    }
}

static maru_status look_with(struct slurm_executor *slurm, const char *id,
                             const struct slurm_name *name, struct slurm_record *record,
                             struct launch_look *out, maru_error *err) {
    maru_status st = slurm_queue_refresh(&slurm->queue, &slurm->host, slurm->fresh_us, err);
    if (st != MARU_OK) {
        return st == MARU_E_MEMORY ? st : MARU_OK; // UNKNOWN
    }
    if (record->number == 0) {
        st = look_for(slurm, name, record, out, err);
        if (st != MARU_OK || record->number == 0) {
            return st;
        }
    }
    size_t n = 0;
    const struct slurm_job *job = slurm_queue_find(&slurm->queue, name, &n);
    if (job && (n > 1 || job->state == SLURM_WAITS)) {
        const uint64_t claim = slurm_record_claim(record, id);
        job = choose(slurm, job, n, claim);
        if (job->state == SLURM_WAITS &&
            claim == job->which.number) { // it ran, and was put back into the queue
            slurm_cancel_waiting(&slurm->host, job->which);
        }
    }
    if (job && job->which.number != record->number) {
        st = slurm_record_answer(record, job->which.number, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    if (!job || (job->state != SLURM_WAITS && job->state != SLURM_RUNS)) {
        return look_back(slurm, id, name, record, job, out, err);
    }
    show(job, out);
    cancel_ended(slurm, record, id, job);
    return stop_job(slurm, record, job, err);
}

static maru_status read_record(const struct slurm_executor *slurm, const char *id,
                               struct slurm_record *record, bool *is_there, maru_error *err) {
    return launch_id_is_good(id) ? slurm_record_read(slurm->state, id, record, is_there, err)
                                 : fail(err, MARU_E_INPUT, "not the id of a launch");
}

static maru_status slurm_look(struct executor *executor, const char *id, struct launch_look *out,
                              maru_error *err) {
    struct slurm_executor *slurm = of(executor);
    struct slurm_name name;
    struct slurm_record record;
    bool is_there = false;
    struct launch_look look = {.state = LAUNCH_UNKNOWN, .cpu_us = -1, .max_memory_bytes = -1};
    maru_status st = read_record(slurm, id, &record, &is_there, err);
    st = st == MARU_OK ? slurm_name_of(slurm, id, &record, &name, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    if (!is_there) {
        look.state = LAUNCH_ABSENT;
    } else if (record.has_end) {
        look = record.end;
    } else {
        look.submitted_us = record.tried_us;
        pthread_mutex_lock(&slurm->mutex);
        st = look_with(slurm, id, &name, &record, &look, err);
        pthread_mutex_unlock(&slurm->mutex);
    }
    if (st == MARU_OK) {
        *out = look;
    }
    return st;
}

// The grace stands in the launch's folder, where the job's script looks for it; without it the launch's own is taken.
static void put_grace(const struct slurm_record *record, const char *id, int64_t grace_us) {
    char folder[SLURM_RECORD_PATH_BYTES], name[128], path[SLURM_RECORD_PATH_BYTES], line[32];
    snprintf(name, sizeof name, "stop-%s", id);
    snprintf(line, sizeof line, "%" PRId64 "\n", grace_us / 1000000 + (grace_us % 1000000 > 0));
    maru_error none;
    if (slurm_path(record->folder, ".maru", folder) && slurm_path(folder, name, path)) {
        (void)!files_replace(path, line, strlen(line), &none);
    }
}

static maru_status slurm_stop(struct executor *executor, const char *id, int64_t grace_us,
                              maru_error *err) {
    struct slurm_executor *slurm = of(executor);
    struct slurm_record record;
    bool is_there = false;
    maru_status st = read_record(slurm, id, &record, &is_there, err);
    if (st != MARU_OK || !is_there || record.has_end) {
        return st;
    }
    if (record.stop_us == 0) {
        put_grace(&record, id, grace_us);
        st = slurm_record_stop(&record, clock_unix_us(), grace_us < 0 ? 0 : grace_us, false, err);
    }
    struct launch_look look;
    return st == MARU_OK ? slurm_look(executor, id, &look, err)
                         : st; // which does what a stop asks for
}

static maru_status slurm_forget(struct executor *executor, const char *id, maru_error *err) {
    struct slurm_executor *slurm = of(executor);
    struct slurm_record record;
    struct launch_look look;
    bool is_there = false;
    maru_status st = slurm_look(executor, id, &look, err);
    st = st == MARU_OK ? slurm_record_read(slurm->state, id, &record, &is_there, err) : st;
    if (st != MARU_OK || !is_there) {
        return st;
    }
    if (look.state != LAUNCH_ENDED && look.state != LAUNCH_ABSENT) {
        return fail(err, MARU_E_USAGE, "the job has not ended");
    }
    return slurm_record_drop(&record, err);
}

// The cluster.

static maru_status slurm_each_node(struct executor *executor, executor_see_node see, void *context,
                                   maru_error *err) {
    const struct slurm_executor *slurm = of(executor);
    const struct slurm_listing listing = {&slurm->host, slurm->state, slurm->partition};
    return slurm_nodes_each(&listing, see, context, err);
}

static struct slurm_accounting accounting_of(struct slurm_executor *slurm) {
    return (struct slurm_accounting){.host = &slurm->host,
                                     .mark = slurm->mark,
                                     .cluster = slurm->cluster,
                                     .is_plan = slurm->accounts == SLURM_ACCOUNTS_PLAN};
}

static maru_status slurm_set_accounts(struct executor *executor,
                                      const struct executor_account *account, size_t n,
                                      executor_see_change see, void *context, maru_error *err) {
    struct slurm_executor *slurm = of(executor);
    if (slurm->accounts == SLURM_ACCOUNTS_OFF) {
        return MARU_OK;
    }
    const struct slurm_accounting accounting = accounting_of(slurm);
    return slurm_accounts_set(&accounting, account, n, see, context, err);
}

static maru_status slurm_set_nodes(struct executor *executor, const struct executor_order *order,
                                   size_t n, executor_see_change see, void *context,
                                   maru_error *err) {
    const struct slurm_executor *slurm = of(executor);
    const struct slurm_draining draining = {&slurm->host, slurm->mark,
                                            slurm->accounts == SLURM_ACCOUNTS_PLAN};
    return slurm->accounts == SLURM_ACCOUNTS_OFF
               ? MARU_OK
               : slurm_nodes_set(&draining, order, n, see, context, err);
}

static maru_status slurm_set_guarantees(struct executor *executor,
                                        const struct executor_guarantees *want,
                                        executor_see_change see, executor_see_lack lack,
                                        void *context, maru_error *err) {
    struct slurm_executor *slurm = of(executor);
    if (slurm->accounts == SLURM_ACCOUNTS_OFF) {
        return MARU_OK;
    }
    const struct slurm_accounting accounting = accounting_of(slurm);
    pthread_mutex_lock(&slurm->mutex);
    maru_status st = slurm_queue_refresh(&slurm->queue, &slurm->host, 0, err);
    st = st == MARU_OK ? slurm_qos_set(&accounting, &slurm->queue, want, see, lack, context, err)
                       : st;
    if (st == MARU_OK) {
        slurm->has_qos = want->n > 0 && !accounting.is_plan;
    }
    pthread_mutex_unlock(&slurm->mutex);
    return st;
}

static bool slurm_qos_of(struct executor *executor, const struct executor_standing *standing,
                         char out[LAUNCH_QOS_BYTES]) {
    struct slurm_executor *slurm = of(executor);
    if (!slurm->has_qos) {
        return false;
    }
    if (standing->tenant) {
        return slurm_account_name(slurm->mark, standing->tenant, standing->project, out,
                                  LAUNCH_QOS_BYTES);
    }
    (standing->is_firm ? slurm_firm_name : slurm_borrow_name)(slurm->mark, out);
    return true;
}

// Where it is in the queue, as far as it waits there by itself.
static bool find_waiting(struct slurm_executor *slurm, const char *id, struct slurm_which *out) {
    struct slurm_record record;
    struct slurm_name name;
    bool is_there = false;
    maru_error none;
    size_t n = 0;
    if (slurm_record_read(slurm->state, id, &record, &is_there, &none) != MARU_OK || !is_there ||
        slurm_name_of(slurm, id, &record, &name, &none) != MARU_OK) {
        return false;
    }
    const struct slurm_job *job = slurm_queue_find(&slurm->queue, &name, &n);
    if (n == 1 && job->state == SLURM_WAITS) {
        *out = job->which;
        return true;
    }
    return false;
}

static maru_status slurm_move(struct executor *executor, const struct executor_move *move, size_t n,
                              executor_see_change see, void *context, maru_error *err) {
    struct slurm_executor *slurm = of(executor);
    const struct slurm_accounting accounting = accounting_of(slurm);
    struct slurm_move *its = slurm->has_qos ? alloc_new(n, sizeof *its) : NULL;
    size_t n_its = 0;
    if (!its) {
        return slurm->has_qos ? fail(err, MARU_E_MEMORY, "no memory for Slurm's jobs") : MARU_OK;
    }
    pthread_mutex_lock(&slurm->mutex);
    for (size_t i = 0; i < n; i++) {
        its[n_its].qos = move[i].qos;
        n_its += find_waiting(slurm, move[i].id, &its[n_its].which);
    }
    const maru_status st = slurm_qos_move(&accounting, its, n_its, see, context, err);
    slurm_queue_is_old(&slurm->queue);
    pthread_mutex_unlock(&slurm->mutex);
    alloc_free(its);
    return st;
}

static void sleep_us(int64_t us) {
    struct timespec left = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

static maru_status slurm_wait(struct executor *executor, int64_t longest_us, maru_error *err) {
    struct slurm_executor *slurm = of(executor);
    const int64_t step = slurm->fresh_us > WAIT_STEP_US ? slurm->fresh_us : WAIT_STEP_US;
    pthread_mutex_lock(&slurm->mutex);
    const uint64_t before = slurm->queue.changes;
    pthread_mutex_unlock(&slurm->mutex);
    for (int64_t left = longest_us; left > 0; left -= step) {
        sleep_us(left < step ? left : step);
        maru_error none; // a queue that does not answer has not changed
        pthread_mutex_lock(&slurm->mutex);
        const maru_status st =
            slurm_queue_refresh(&slurm->queue, &slurm->host, slurm->fresh_us, &none);
        const bool is_other = slurm->queue.changes != before;
        if (st == MARU_OK && clock_unix_us() - slurm->swept_us >= SWEEP_US) {
            slurm->swept_us = clock_unix_us();
            slurm_ghosts_end(&slurm->host, &slurm->queue, slurm->state, &slurm->swept_to);
        }
        pthread_mutex_unlock(&slurm->mutex);
        if (st == MARU_E_MEMORY) {
            return fail(err, st, "no memory for Slurm's jobs");
        }
        if (is_other) {
            break;
        }
    }
    return MARU_OK;
}

static void slurm_close(struct executor *executor) {
    struct slurm_executor *slurm = of(executor);
    slurm_queue_fini(&slurm->queue);
    pthread_mutex_destroy(&slurm->mutex);
    alloc_free(slurm);
}

static const struct executor_kind slurm_kind = {
    .name = "slurm",
    .schedules = true,
    .start = slurm_start,
    .start_all = slurm_start_all,
    .look = slurm_look,
    .stop = slurm_stop,
    .forget = slurm_forget,
    .each_node = slurm_each_node,
    .wait = slurm_wait,
    .close = slurm_close,
    .set_accounts = slurm_set_accounts,
    .set_nodes = slurm_set_nodes,
    .set_guarantees = slurm_set_guarantees,
    .qos_of = slurm_qos_of,
    .move = slurm_move,
};

static bool put_text(const char *given, const char *usual, char *out, size_t cap) {
    const int n = snprintf(out, cap, "%s", given && given[0] ? given : usual);
    return n >= 0 && (size_t)n < cap;
}

static int64_t or_usual(int64_t given, int64_t usual) { return given > 0 ? given : usual; }

static maru_status take_settings(struct slurm_executor *slurm,
                                 const struct slurm_settings *settings, maru_error *err) {
    const bool fits =
        put_text(settings->state, "", slurm->state, sizeof slurm->state) &&
        put_text(settings->mark, "maru", slurm->mark, sizeof slurm->mark) &&
        put_text(settings->programs, "", slurm->host.folder, sizeof slurm->host.folder) &&
        put_text(settings->conf, "", slurm->host.conf, sizeof slurm->host.conf) &&
        put_text(settings->partition, "", slurm->partition, sizeof slurm->partition) &&
        put_text(settings->bwrap, "bwrap", slurm->bwrap, sizeof slurm->bwrap);
    if (!fits || slurm->state[0] != '/' ||
        strspn(slurm->mark, "abcdefghijklmnopqrstuvwxyz0123456789") != strlen(slurm->mark)) {
        return fail(
            err, MARU_E_INPUT,
            "Slurm wants the absolute path of a folder for its state, a mark of letters a to z and "
            "digits, and names that are not too long");
    }
    slurm->shape =
        (struct slurm_shape){.mark = slurm->mark,
                             .partition = slurm->partition,
                             .bwrap = settings->is_bare ? "" : slurm->bwrap,
                             .program = slurm->program,
                             .log_bytes = settings->log_bytes > 0 ? settings->log_bytes : 64 << 20};
    slurm->accounts = settings->accounts;
    slurm->host.timeout_us = or_usual(settings->timeout_us, 30000000);
    slurm->fresh_us = or_usual(settings->fresh_us, 1000000);
    slurm->settle_us = or_usual(settings->settle_us, 30000000);
    slurm->lost_us = or_usual(settings->lost_us, INT64_C(3600000000));
    const char *program = settings->program ? settings->program : "/proc/self/exe";
    const maru_status st = files_make_folder(slurm->state, err);
    return st == MARU_OK ? slurm_program_put(slurm->state, program, slurm->program,
                                             sizeof slurm->program, err)
                         : st;
}

// What has not ended yet is asked for at once, not one by one.
static bool want(void *context, const char *id) {
    struct slurm_executor *slurm = context;
    struct slurm_record record;
    bool is_there = false;
    maru_error none;
    return slurm_record_read(slurm->state, id, &record, &is_there, &none) != MARU_OK || !is_there ||
           record.has_end || record.number == 0 ||
           slurm_queue_want(&slurm->queue, (struct slurm_which){record.number, record.task});
}

maru_status slurm_open(const struct slurm_settings *settings, struct executor **out,
                       maru_error *err) {
    struct slurm_executor *slurm = alloc_new(1, sizeof *slurm);
    if (!slurm) {
        return fail(err, MARU_E_MEMORY, "no memory for Slurm's state");
    }
    slurm->base.kind = &slurm_kind;
    pthread_mutex_init(&slurm->mutex, NULL);
    maru_status st = take_settings(slurm, settings, err);
    slurm_queue_init(&slurm->queue, slurm->mark);
    st = st == MARU_OK ? slurm_record_each(slurm->state, want, slurm, err) : st;
    if (st != MARU_OK) {
        slurm_close(&slurm->base);
        return st;
    }
    *out = &slurm->base;
    return MARU_OK;
}
