// Jobs of a tenant on the pool of GPUs, and their attempts. A job waits, is tried once or more often, and ends once.
//
// Before an attempt is launched it is kept here under an id of its own; after its end the job, the attempt and what it costs
// change in one transaction. So whoever begins again after a kill finds what may be going on, and nothing twice.
#ifndef STORE_JOBS_KEPT_JOBS_H
#define STORE_JOBS_KEPT_JOBS_H

#include "store/tenant.h"

enum {
    JOBS_MAX_OPEN = 100000, // of a tenant: waiting or running
    JOBS_MAX_ARRAY = 10000, // of one submission
    JOBS_MAX_AFTER = 100,   // jobs that one waits for
    JOBS_MAX_REQUEST_BYTES = 1 << 20,
};

enum job_state { JOB_WAITING, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED, N_JOB_STATE };
const char *job_state_name(enum job_state state);
bool job_state_find(const char *name, enum job_state *state);

struct job_row {
    const char *id, *name, *project, *by;
    const char
        *batch;    // of the submission, of which there may be many jobs; it is the first one's id
    int64_t place; // in the batch, from 0
    const char *request; // JSON, as serve/compute/job_request.h reads it
    enum job_state state;
    bool is_cancelled;  // somebody wants it to end
    const char *reason; // why it failed: a word of the API, "": nothing
    const char *what;   // the same as a sentence
    int64_t exit_code;
    int64_t n_attempt;                        // begun
    int64_t created_us, started_us, ended_us; // started_us: of the first attempt; 0: not yet
    int64_t done_us;                          // run time that is kept in checkpoints
};
typedef maru_status (*tenant_see_job)(void *context, const struct job_row *row, maru_error *err);

// What a job waits for: the end of another, or its success.
struct job_after {
    const char *id;
    bool needs_success;
};
struct new_job {
    const char *name, *project, *by, *request;
    const struct job_after *after;
    size_t n_after;
};
// Keep n equal jobs, waiting, as one batch.
//   in      id (n): of store_make_id
//   errors  MARU_E_USAGE: one that it waits for is not there; MARU_E_LIMIT
MARU_MUST_USE maru_status tenant_add_jobs(struct tenant *tenant, const struct new_job *job,
                                          size_t n, char (*id)[STORE_ID_BYTES], maru_error *err);

//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status tenant_see_one_job(struct tenant *tenant, const char *id,
                                             tenant_see_job see, void *context, maru_error *err);
struct job_filter {
    const char *project, *batch; // "": any
    const char *state;           // a name, "open" for those that have not ended, "": any
};
MARU_MUST_USE maru_status tenant_each_job(struct tenant *tenant, const struct job_filter *filter,
                                          const struct page *page, tenant_see_job see,
                                          void *context, maru_error *err);
// Those that have not ended, oldest first.
MARU_MUST_USE maru_status tenant_each_open_job(struct tenant *tenant, tenant_see_job see,
                                               void *context, maru_error *err);

// How the jobs stand that it waits for.
struct job_waits {
    uint32_t n_open;   // have not ended
    uint32_t n_failed; // have ended otherwise than it needs: it can never run
};
MARU_MUST_USE maru_status tenant_count_after(struct tenant *tenant, const char *id,
                                             struct job_waits *out, maru_error *err);

// Somebody wants it to end; nothing where it has ended.
//   out     *is_open: it had not
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status tenant_cancel_job(struct tenant *tenant, const char *id, const char *by,
                                            bool *is_open, maru_error *err);
// A job that has ended waits again, as a new attempt.
//   errors  MARU_E_USAGE: there is none; MARU_E_RANGE: it has not ended
MARU_MUST_USE maru_status tenant_retry_job(struct tenant *tenant, const char *id, const char *by,
                                           maru_error *err);
// A job that has never been tried, or is between two attempts, ends.
MARU_MUST_USE maru_status tenant_close_job(struct tenant *tenant, const char *id,
                                           enum job_state state, const char *reason,
                                           const char *what, maru_error *err);
// Those that ended before, oldest first, without those that an open one waits for.
MARU_MUST_USE maru_status tenant_each_old_job(struct tenant *tenant, int64_t before_us,
                                              int64_t most, tenant_see_job see, void *context,
                                              maru_error *err);
// Remove one that has ended, with its attempts; tenant_each_use goes on telling what they used.
//   errors  MARU_E_USAGE: there is none; MARU_E_RANGE: it has not ended
MARU_MUST_USE maru_status tenant_delete_job(struct tenant *tenant, const char *id, const char *by,
                                            maru_error *err);

// ---- attempts

enum attempt_state { ATTEMPT_BEGUN, ATTEMPT_RUNS, ATTEMPT_ENDED };

struct attempt_row {
    const char *job;
    int64_t number; // from 1
    enum attempt_state state;
    const char *launch; // under this id the executor knows it
    const char *parts;  // JSON: where it stands
    const char *stop;   // why it was told to stop, a word; "": it was not
    int64_t begun_us, started_us,
        ended_us;    // started_us, ended_us: as the executor says; 0: not yet
    const char *end; // how it ended, a word; "": it has not
    int64_t exit_code;
    int64_t cpu_us, memory_bytes;          // -1: not known
    int64_t gpu_busy_milli, gpu_energy_mj; // the same
};
typedef maru_status (*tenant_see_attempt)(void *context, const struct attempt_row *row,
                                          maru_error *err);

// Keep that an attempt begins; of `row` launch and parts are looked at.
//   out     *number
//   errors  MARU_E_USAGE: there is no such job, or it does not wait
MARU_MUST_USE maru_status tenant_begin_attempt(struct tenant *tenant, const char *job,
                                               const struct attempt_row *row, int64_t *number,
                                               maru_error *err);
// It runs since then, on these parts.
MARU_MUST_USE maru_status tenant_attempt_runs(struct tenant *tenant, const char *job,
                                              int64_t number, int64_t started_us, const char *parts,
                                              maru_error *err);
// It is being stopped, for this reason.
MARU_MUST_USE maru_status tenant_stop_attempt(struct tenant *tenant, const char *job,
                                              int64_t number, const char *stop, maru_error *err);

struct attempt_end {
    const char *end;
    int64_t exit_code, started_us, ended_us, cpu_us, memory_bytes;
    int64_t gpu_busy_milli, gpu_energy_mj; // -1: not known
    enum job_state next; // of the job: JOB_WAITING where it goes on with another attempt
    const char *reason, *what;
    int64_t done_us; // of the job, from now on
};
// A part of the same transaction, such as what the attempt costs; the database is entered and begun.
typedef maru_status (*attempt_also)(void *context, struct database *database, maru_error *err);
// Nothing, and `also` is not called, where the attempt has ended already.
//   errors  MARU_E_USAGE: there is no such attempt; those of `also`
MARU_MUST_USE maru_status tenant_end_attempt(struct tenant *tenant, const char *job, int64_t number,
                                             const struct attempt_end *end, attempt_also also,
                                             void *context, maru_error *err);
// Of one job, or with "" of all; those that ended at `since_us` or later, or not yet; by job and number.
MARU_MUST_USE maru_status tenant_each_attempt(struct tenant *tenant, const char *job,
                                              int64_t since_us, tenant_see_attempt see,
                                              void *context, maru_error *err);

// What an attempt held and when, with what is needed of its job: for what is remembered of use, and reports of it.
struct use_row {
    const struct attempt_row *attempt;
    const char *project;
    enum job_state state; // of the job
    int64_t job_created_us;
    const char *batch; // "": the job was removed
    int64_t place;     // in the batch
};
typedef maru_status (*tenant_see_use)(void *context, const struct use_row *row, maru_error *err);
// All attempts that ended at `since_us` or later, or not yet, also of jobs that were removed; by job and number.
MARU_MUST_USE maru_status tenant_each_use(struct tenant *tenant, int64_t since_us,
                                          tenant_see_use see, void *context, maru_error *err);

#endif
