#include "store/jobs/kept_jobs.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/clock.h"
#include "store/vault.h"

// Each change of a job that somebody has asked for is in the audit log; what the pool does with it stands in its attempts.

static const char no_job[] = "there is no such job";
static const char *const state_names[N_JOB_STATE] = {"waiting", "running", "done", "failed",
                                                     "cancelled"};

const char *job_state_name(enum job_state state) { return state_names[state]; }

bool job_state_find(const char *name, enum job_state *state) {
    for (int i = 0; i < N_JOB_STATE; i++) {
        if (strcmp(name, state_names[i]) == 0) {
            *state = (enum job_state)i;
            return true;
        }
    }
    return false;
}

// ---- telling jobs

#define JOB_COLUMNS                                                                                \
    "id, name, project, by, batch, place, request, state, is_cancelled, reason, what, exit_code,"  \
    " n_attempt, created_us, started_us, ended_us, done_us"

struct telling_job {
    tenant_see_job see;
    void *context;
};

static maru_status tell_job(void *context, const struct query *query, maru_error *err) {
    const struct telling_job *to = context;
    const int64_t state = query_integer(query, 7);
    const struct job_row row = {.id = query_text(query, 0),
                                .name = query_text(query, 1),
                                .project = query_text(query, 2),
                                .by = query_text(query, 3),
                                .batch = query_text(query, 4),
                                .place = query_integer(query, 5),
                                .request = query_text(query, 6),
                                .state = state >= 0 && state < N_JOB_STATE ? (enum job_state)state
                                                                           : JOB_FAILED,
                                .is_cancelled = query_integer(query, 8) != 0,
                                .reason = query_text(query, 9),
                                .what = query_text(query, 10),
                                .exit_code = query_integer(query, 11),
                                .n_attempt = query_integer(query, 12),
                                .created_us = query_integer(query, 13),
                                .started_us = query_integer(query, 14),
                                .ended_us = query_integer(query, 15),
                                .done_us = query_integer(query, 16)};
    return to->see(to->context, &row, err);
}

maru_status tenant_see_one_job(struct tenant *tenant, const char *id, tenant_see_job see,
                               void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database, "SELECT " JOB_COLUMNS " FROM job WHERE id = ?");
    query_bind_text(&query, id);
    struct telling_job to = {see, context};
    return query_tell(&query, no_job, tell_job, &to, err);
}

maru_status tenant_each_job(struct tenant *tenant, const struct job_filter *filter,
                            const struct page *page, tenant_see_job see, void *context,
                            maru_error *err) {
    enum job_state one = JOB_WAITING;
    const bool is_one = job_state_find(filter->state, &one);
    const bool is_open = strcmp(filter->state, "open") == 0;
    const bool is_any = filter->state[0] == '\0';
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT " JOB_COLUMNS " FROM job WHERE (?1 = '' OR project = ?1)"
               " AND (?2 = '' OR batch = ?2) AND state >= ?3 AND state <= ?4"
               " AND (?5 = '' OR id < ?5) ORDER BY id DESC LIMIT ?6");
    query_bind_text(&query, filter->project);
    query_bind_text(&query, filter->batch);
    query_bind_integer(&query, is_one ? (int)one : is_any || is_open ? 0 : N_JOB_STATE);
    query_bind_integer(&query, is_one ? (int)one : is_open ? JOB_RUNNING : N_JOB_STATE - 1);
    query_bind_text(&query, page->after);
    query_bind_integer(&query, page->limit);
    struct telling_job to = {see, context};
    return query_tell(&query, NULL, tell_job, &to, err);
}

maru_status tenant_each_open_job(struct tenant *tenant, tenant_see_job see, void *context,
                                 maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT " JOB_COLUMNS " FROM job WHERE state < 2 ORDER BY created_us, batch, place");
    struct telling_job to = {see, context};
    return query_tell(&query, NULL, tell_job, &to, err);
}

maru_status tenant_count_after(struct tenant *tenant, const char *id, struct job_waits *out,
                               maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    // who was removed is no success
    query_open(&query, &tenant->database,
               "SELECT coalesce(sum(CASE WHEN job.state < 2 THEN 1 ELSE 0 END), 0),"
               " coalesce(sum(CASE WHEN needs_success = 1 AND (job.state IS NULL OR job.state > 2)"
               " THEN 1 ELSE 0 END), 0)"
               " FROM job_after LEFT JOIN job ON job.id = job_after.after WHERE job_after.job = ?");
    query_bind_text(&query, id);
    if (query_row(&query)) {
        out->n_open = (uint32_t)query_integer(&query, 0);
        out->n_failed = (uint32_t)query_integer(&query, 1);
    }
    return database_leave(&tenant->database, query_close(&query, err), err);
}

// ---- making jobs

static maru_status may_add(struct database *database, const struct new_job *job, size_t n,
                           maru_error *err) {
    int64_t n_open = 0;
    maru_status st =
        store_count(database, "SELECT count(*) FROM job WHERE state < 2", NULL, &n_open, err);
    if (st == MARU_OK && (uint64_t)n_open + n > JOBS_MAX_OPEN) {
        st = fail(err, MARU_E_LIMIT, "%lld jobs wait or run already; a tenant may have %d",
                  (long long)n_open, JOBS_MAX_OPEN);
    }
    for (size_t i = 0; st == MARU_OK && i < job->n_after; i++) {
        int64_t n_there = 0;
        st = store_count(database, "SELECT count(*) FROM job WHERE id = ?", job->after[i].id,
                         &n_there, err);
        if (st == MARU_OK && n_there == 0) {
            st = fail(err, MARU_E_USAGE, "it waits for a job '%.40s' that is not there",
                      job->after[i].id);
        }
    }
    return st;
}

static maru_status insert_job(struct database *database, const struct new_job *job, const char *id,
                              const char *batch, int64_t place, maru_error *err) {
    struct query query;
    query_open(&query, database,
               "INSERT INTO job VALUES(?, ?, ?, ?, ?, ?, ?, 0, 0, '', '', 0, 0, ?, 0, 0, 0)");
    query_bind_text(&query, id);
    query_bind_text(&query, job->name);
    query_bind_text(&query, job->project);
    query_bind_text(&query, job->by);
    query_bind_text(&query, batch);
    query_bind_integer(&query, place);
    query_bind_text(&query, job->request);
    query_bind_integer(&query, clock_unix_ms() * 1000);
    query_row(&query);
    maru_status st = query_close(&query, err);
    for (size_t i = 0; st == MARU_OK && i < job->n_after; i++) {
        query_open(&query, database,
                   "INSERT INTO job_after VALUES(?, ?, ?) ON CONFLICT DO NOTHING");
        query_bind_text(&query, id);
        query_bind_text(&query, job->after[i].id);
        query_bind_integer(&query, job->after[i].needs_success);
        query_row(&query);
        st = query_close(&query, err);
    }
    return st;
}

maru_status tenant_add_jobs(struct tenant *tenant, const struct new_job *job, size_t n,
                            char (*id)[STORE_ID_BYTES], maru_error *err) {
    struct database *database = &tenant->database;
    if (n == 0 || n > JOBS_MAX_ARRAY || job->n_after > JOBS_MAX_AFTER) {
        return fail(err, MARU_E_LIMIT, "1 to %d jobs at once, which wait for at most %d others",
                    JOBS_MAX_ARRAY, JOBS_MAX_AFTER);
    }
    database_enter(database);
    maru_status st = database_begin(database, err);
    st = st == MARU_OK ? may_add(database, job, n, err) : st;
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        st = insert_job(database, job, id[i], id[0], (int64_t)i, err);
    }
    char detail[32];
    snprintf(detail, sizeof detail, "%zu", n);
    st = st == MARU_OK ? audit_append(database, job->by, "submit job", id[0], detail, err) : st;
    return database_leave(database, st, err);
}

// ---- what people want of a job

static maru_status see_state(struct database *database, const char *id, enum job_state *state,
                             maru_error *err) {
    struct query query;
    int64_t found = -1;
    query_open(&query, database, "SELECT state FROM job WHERE id = ?");
    query_bind_text(&query, id);
    if (query_row(&query)) {
        found = query_integer(&query, 0);
    }
    const maru_status st = query_close(&query, err);
    if (st == MARU_OK && found < 0) {
        return fail(err, MARU_E_USAGE, no_job);
    }
    *state = (enum job_state)found;
    return st;
}

// One statement about a job, whose id it binds.
static maru_status change_job(struct database *database, const char *sql, const char *id,
                              maru_error *err) {
    struct query query;
    query_open(&query, database, sql);
    query_bind_text(&query, id);
    return query_one(&query, no_job, err);
}

maru_status tenant_cancel_job(struct tenant *tenant, const char *id, const char *by, bool *is_open,
                              maru_error *err) {
    struct database *database = &tenant->database;
    enum job_state state = JOB_DONE;
    database_enter(database);
    maru_status st = database_begin(database, err);
    st = st == MARU_OK ? see_state(database, id, &state, err) : st;
    const bool was_open = st == MARU_OK && state <= JOB_RUNNING;
    if (was_open) {
        st = change_job(database, "UPDATE job SET is_cancelled = 1 WHERE id = ? RETURNING id", id,
                        err);
        st = st == MARU_OK ? audit_append(database, by, "cancel job", id, "", err) : st;
    }
    st = database_leave(database, st, err);
    if (st == MARU_OK) {
        *is_open = was_open;
    }
    return st;
}

maru_status tenant_retry_job(struct tenant *tenant, const char *id, const char *by,
                             maru_error *err) {
    struct database *database = &tenant->database;
    enum job_state state = JOB_WAITING;
    database_enter(database);
    maru_status st = database_begin(database, err);
    st = st == MARU_OK ? see_state(database, id, &state, err) : st;
    if (st == MARU_OK && state <= JOB_RUNNING) {
        st = fail(err, MARU_E_RANGE, "the job has not ended: cancel it first");
    }
    if (st == MARU_OK) {
        st = change_job(database,
                        "UPDATE job SET state = 0, is_cancelled = 0, reason = '', what = '',"
                        " exit_code = 0, ended_us = 0 WHERE id = ? RETURNING id",
                        id, err);
    }
    st = st == MARU_OK ? audit_append(database, by, "retry job", id, "", err) : st;
    return database_leave(database, st, err);
}

static maru_status end_job(struct database *database, const char *id, enum job_state state,
                           const char *reason, const char *what, maru_error *err) {
    struct query query;
    query_open(&query, database,
               "UPDATE job SET state = ?, reason = ?, what = ?, ended_us = ? WHERE id = ?"
               " AND state < 2 RETURNING id");
    query_bind_integer(&query, state);
    query_bind_text(&query, reason);
    query_bind_text(&query, what);
    query_bind_integer(&query, clock_unix_ms() * 1000);
    query_bind_text(&query, id);
    return query_one(&query, "there is no such job, or it has ended", err);
}

maru_status tenant_close_job(struct tenant *tenant, const char *id, enum job_state state,
                             const char *reason, const char *what, maru_error *err) {
    struct database *database = &tenant->database;
    database_enter(database);
    maru_status st = database_begin(database, err);
    st = st == MARU_OK ? end_job(database, id, state, reason, what, err) : st;
    return database_leave(database, st, err);
}

// What its attempts used stays when it is gone.
static maru_status keep_use(struct database *database, const char *id, maru_error *err) {
    const char *const text[] = {id, NULL};
    return query_do(database,
                    "INSERT INTO job_use SELECT attempt.job, number, project, job.state,"
                    " created_us, parts, stop, begun_us, attempt.started_us, attempt.ended_us,"
                    " ended_as, attempt.exit_code, cpu_us, memory_bytes, gpu_busy, gpu_energy"
                    " FROM attempt JOIN job ON job.id = attempt.job WHERE job.id = ?",
                    text, err);
}

maru_status tenant_delete_job(struct tenant *tenant, const char *id, const char *by,
                              maru_error *err) {
    struct database *database = &tenant->database;
    enum job_state state = JOB_WAITING;
    database_enter(database);
    maru_status st = database_begin(database, err);
    st = st == MARU_OK ? see_state(database, id, &state, err) : st;
    if (st == MARU_OK && state <= JOB_RUNNING) {
        st = fail(err, MARU_E_RANGE, "the job has not ended: cancel it first");
    }
    st = st == MARU_OK ? keep_use(database, id, err) : st;
    st = st == MARU_OK ? change_job(database, "DELETE FROM job WHERE id = ? RETURNING id", id, err)
                       : st;
    st = st == MARU_OK ? audit_append(database, by, "delete job", id, "", err) : st;
    return database_leave(database, st, err);
}

maru_status tenant_each_old_job(struct tenant *tenant, int64_t before_us, int64_t most,
                                tenant_see_job see, void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(
        &query, &tenant->database,
        "SELECT " JOB_COLUMNS " FROM job WHERE state >= 2 AND ended_us < ? AND NOT EXISTS"
        " (SELECT 1 FROM job_after JOIN job AS other ON other.id = job_after.job"
        " WHERE job_after.after = job.id AND other.state < 2) ORDER BY ended_us, id LIMIT ?");
    query_bind_integer(&query, before_us);
    query_bind_integer(&query, most);
    struct telling_job to = {see, context};
    return query_tell(&query, NULL, tell_job, &to, err);
}

// ---- attempts

#define ATTEMPT_COLUMNS                                                                            \
    "job, number, state, launch, parts, stop, begun_us, started_us, ended_us, ended_as, "          \
    "exit_code,"                                                                                   \
    " cpu_us, memory_bytes, gpu_busy, gpu_energy"

struct telling_attempt {
    tenant_see_attempt see;
    void *context;
};

static maru_status tell_attempt(void *context, const struct query *query, maru_error *err) {
    const struct telling_attempt *to = context;
    const int64_t state = query_integer(query, 2);
    const struct attempt_row row = {
        .job = query_text(query, 0),
        .number = query_integer(query, 1),
        .state = state >= 0 && state < ATTEMPT_ENDED ? (enum attempt_state)state : ATTEMPT_ENDED,
        .launch = query_text(query, 3),
        .parts = query_text(query, 4),
        .stop = query_text(query, 5),
        .begun_us = query_integer(query, 6),
        .started_us = query_integer(query, 7),
        .ended_us = query_integer(query, 8),
        .end = query_text(query, 9),
        .exit_code = query_integer(query, 10),
        .cpu_us = query_integer(query, 11),
        .memory_bytes = query_integer(query, 12),
        .gpu_busy_milli = query_integer(query, 13),
        .gpu_energy_mj = query_integer(query, 14)};
    return to->see(to->context, &row, err);
}

maru_status tenant_each_attempt(struct tenant *tenant, const char *job, int64_t since_us,
                                tenant_see_attempt see, void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT " ATTEMPT_COLUMNS " FROM attempt WHERE (?1 = '' OR job = ?1)"
               " AND (state < 2 OR ended_us >= ?2) ORDER BY job, number");
    query_bind_text(&query, job);
    query_bind_integer(&query, since_us);
    struct telling_attempt to = {see, context};
    return query_tell(&query, NULL, tell_attempt, &to, err);
}

struct telling_use {
    tenant_see_use see;
    void *context;
    const struct query *query;
};

static maru_status tell_use_of(void *context, const struct attempt_row *row, maru_error *err) {
    const struct telling_use *to = context;
    const struct use_row use = {.attempt = row,
                                .project = query_text(to->query, 15),
                                .state = (enum job_state)query_integer(to->query, 16),
                                .job_created_us = query_integer(to->query, 17),
                                .batch = query_text(to->query, 18),
                                .place = query_integer(to->query, 19)};
    return to->see(to->context, &use, err);
}

static maru_status tell_use(void *context, const struct query *query, maru_error *err) {
    struct telling_use *to = context;
    struct telling_attempt attempt = {tell_use_of, to};
    to->query = query;
    return tell_attempt(&attempt, query, err);
}

maru_status tenant_each_use(struct tenant *tenant, int64_t since_us, tenant_see_use see,
                            void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT " ATTEMPT_COLUMNS ", coalesce((SELECT project FROM job WHERE id ="
               " attempt.job), ''), coalesce((SELECT state FROM job WHERE id = attempt.job), 0),"
               " coalesce((SELECT created_us FROM job WHERE id = attempt.job), begun_us),"
               " coalesce((SELECT batch FROM job WHERE id = attempt.job), ''),"
               " coalesce((SELECT place FROM job WHERE id = attempt.job), 0)"
               " FROM attempt WHERE state < 2 OR ended_us >= ?1 UNION ALL"
               " SELECT job, number, 2, '', parts, stop, begun_us, started_us, ended_us, ended_as,"
               " exit_code, cpu_us, memory_bytes, gpu_busy, gpu_energy, project, state, created_us,"
               " '', 0 FROM job_use WHERE ended_us >= ?1 ORDER BY 1, 2");
    query_bind_integer(&query, since_us);
    struct telling_use to = {see, context, NULL};
    return query_tell(&query, NULL, tell_use, &to, err);
}

static maru_status insert_attempt(struct database *database, const char *job,
                                  const struct attempt_row *row, int64_t number, maru_error *err) {
    struct query query;
    query_open(&query, database,
               "INSERT INTO attempt VALUES(?, ?, 0, ?, ?, '', ?, 0, 0, '', 0, -1, -1, -1, -1)");
    query_bind_text(&query, job);
    query_bind_integer(&query, number);
    query_bind_text(&query, row->launch);
    query_bind_text(&query, row->parts);
    query_bind_integer(&query, clock_unix_ms() * 1000);
    query_row(&query);
    return query_close(&query, err);
}

maru_status tenant_begin_attempt(struct tenant *tenant, const char *job,
                                 const struct attempt_row *row, int64_t *number, maru_error *err) {
    struct database *database = &tenant->database;
    struct query query;
    int64_t made = 0;
    database_enter(database);
    maru_status st = database_begin(database, err);
    if (st == MARU_OK) {
        query_open(&query, database,
                   "UPDATE job SET state = 1, n_attempt = n_attempt + 1 WHERE id = ? AND state = 0"
                   " RETURNING n_attempt");
        query_bind_text(&query, job);
        if (query_row(&query)) {
            made = query_integer(&query, 0);
        }
        st = query_close(&query, err);
    }
    if (st == MARU_OK && made == 0) {
        st = fail(err, MARU_E_USAGE, "there is no such job, or it does not wait");
    }
    st = st == MARU_OK ? insert_attempt(database, job, row, made, err) : st;
    st = database_leave(database, st, err);
    if (st == MARU_OK) {
        *number = made;
    }
    return st;
}

static const char no_attempt[] = "there is no such attempt";

maru_status tenant_attempt_runs(struct tenant *tenant, const char *job, int64_t number,
                                int64_t started_us, const char *parts, maru_error *err) {
    struct database *database = &tenant->database;
    struct query query;
    database_enter(database);
    maru_status st = database_begin(database, err);
    if (st == MARU_OK) {
        query_open(&query, database,
                   "UPDATE attempt SET state = CASE WHEN state = 0 THEN 1 ELSE state END,"
                   " started_us = ?, parts = ? WHERE job = ? AND number = ? RETURNING number");
        query_bind_integer(&query, started_us);
        query_bind_text(&query, parts);
        query_bind_text(&query, job);
        query_bind_integer(&query, number);
        st = query_one(&query, no_attempt, err);
    }
    if (st == MARU_OK) {
        query_open(&query, database,
                   "UPDATE job SET started_us = ? WHERE id = ? AND started_us = 0");
        query_bind_integer(&query, started_us);
        query_bind_text(&query, job);
        query_row(&query);
        st = query_close(&query, err);
    }
    return database_leave(database, st, err);
}

maru_status tenant_stop_attempt(struct tenant *tenant, const char *job, int64_t number,
                                const char *stop, maru_error *err) {
    struct database *database = &tenant->database;
    struct query query;
    database_enter(database);
    maru_status st = database_begin(database, err);
    if (st == MARU_OK) {
        query_open(&query, database,
                   "UPDATE attempt SET stop = ? WHERE job = ? AND number = ? RETURNING number");
        query_bind_text(&query, stop);
        query_bind_text(&query, job);
        query_bind_integer(&query, number);
        st = query_one(&query, no_attempt, err);
    }
    return database_leave(database, st, err);
}

static maru_status write_attempt_end(struct database *database, const char *job, int64_t number,
                                     const struct attempt_end *end, maru_error *err) {
    struct query query;
    query_open(&query, database,
               "UPDATE attempt SET state = 2, ended_as = ?, exit_code = ?, started_us = ?,"
               " ended_us = ?, cpu_us = ?, memory_bytes = ?, gpu_busy = ?, gpu_energy = ?"
               " WHERE job = ? AND number = ?");
    query_bind_text(&query, end->end);
    query_bind_integer(&query, end->exit_code);
    query_bind_integer(&query, end->started_us);
    query_bind_integer(&query, end->ended_us);
    query_bind_integer(&query, end->cpu_us);
    query_bind_integer(&query, end->memory_bytes);
    query_bind_integer(&query, end->gpu_busy_milli);
    query_bind_integer(&query, end->gpu_energy_mj);
    query_bind_text(&query, job);
    query_bind_integer(&query, number);
    query_row(&query);
    return query_close(&query, err);
}

static maru_status write_job_end(struct database *database, const char *job,
                                 const struct attempt_end *end, maru_error *err) {
    struct query query;
    query_open(&query, database,
               "UPDATE job SET state = ?1, reason = ?2, what = ?3, exit_code = ?4, done_us = ?5,"
               " started_us = CASE WHEN started_us = 0 THEN ?6 ELSE started_us END,"
               " ended_us = ?7 WHERE id = ?8");
    query_bind_integer(&query, end->next);
    query_bind_text(&query, end->reason);
    query_bind_text(&query, end->what);
    query_bind_integer(&query, end->exit_code);
    query_bind_integer(&query, end->done_us);
    query_bind_integer(&query, end->started_us);
    query_bind_integer(&query, end->next == JOB_WAITING ? 0 : end->ended_us);
    query_bind_text(&query, job);
    query_row(&query);
    return query_close(&query, err);
}

static maru_status see_attempt_state(struct database *database, const char *job, int64_t number,
                                     int64_t *state, maru_error *err) {
    struct query query;
    query_open(&query, database, "SELECT state FROM attempt WHERE job = ? AND number = ?");
    query_bind_text(&query, job);
    query_bind_integer(&query, number);
    *state = -1;
    if (query_row(&query)) {
        *state = query_integer(&query, 0);
    }
    const maru_status st = query_close(&query, err);
    return st == MARU_OK && *state < 0 ? fail(err, MARU_E_USAGE, no_attempt) : st;
}

maru_status tenant_end_attempt(struct tenant *tenant, const char *job, int64_t number,
                               const struct attempt_end *end, attempt_also also, void *context,
                               maru_error *err) {
    struct database *database = &tenant->database;
    int64_t state = ATTEMPT_ENDED;
    database_enter(database);
    maru_status st = database_begin(database, err);
    st = st == MARU_OK ? see_attempt_state(database, job, number, &state, err) : st;
    if (st == MARU_OK && state != ATTEMPT_ENDED) {
        st = write_attempt_end(database, job, number, end, err);
        st = st == MARU_OK ? write_job_end(database, job, end, err) : st;
        st = st == MARU_OK && also ? also(context, database, err) : st;
    }
    return database_leave(database, st, err);
}
