#include "store/jobs/gone_use.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/clock.h"
#include "store/kept_money.h"
#include "store/vault.h"

// Rows go from the database of the tenant into that of `local`, all in one transaction there. Whether that has been is seen from the first
// job of each kind: ids of jobs are never given twice. Charges are summed by attempt and day of Seoul, where months begin: one a
// minute becomes one a day.

static const char *const use_column[] = {
    "tenant",    "job",    "number",       "project",    "state",     "created_us",
    "parts",     "stop",   "begun_us",     "started_us", "ended_us",  "ended_as",
    "exit_code", "cpu_us", "memory_bytes", "gpu_busy",   "gpu_energy"};
static const char *const spent_column[] = {"tenant", "job",     "attempt", "account",
                                           "day_us", "credits", "krw"};
enum {
    N_USE_COLUMN = sizeof use_column / sizeof *use_column,
    N_SPENT_COLUMN = sizeof spent_column / sizeof *spent_column
};

// ---- keeping

struct kind_of_row {
    const char *table, *first_job,
        *rows; // first_job, rows: asked of the tenant, which come in the order of the columns but tenant
    const char *is_there; // asked of local, with tenant and job
    const char *const *column;
    size_t n_column;
    const char *text; // a letter a column: t(ext), i(nteger)
};
static const struct kind_of_row kinds[] = {
    {"gone_use",
     "SELECT min(job) FROM (SELECT job FROM attempt UNION ALL SELECT job FROM job_use) AS part",
     "SELECT attempt.job, number, project, job.state, job.created_us, parts,"
     " CASE WHEN attempt.state < 2 THEN 'cancel' ELSE stop END, begun_us, attempt.started_us,"
     " CASE WHEN attempt.state >= 2 THEN attempt.ended_us"
     " WHEN attempt.started_us > ?1 THEN attempt.started_us ELSE ?1 END,"
     " ended_as, attempt.exit_code, cpu_us, memory_bytes, gpu_busy, gpu_energy"
     " FROM attempt JOIN job ON job.id = attempt.job UNION ALL"
     " SELECT job, number, project, state, created_us, parts, stop, begun_us, started_us, ended_us,"
     " ended_as, exit_code, cpu_us, memory_bytes, gpu_busy, gpu_energy FROM job_use",
     "SELECT count(*) FROM gone_use WHERE tenant = ?1 AND job = ?2", use_column, N_USE_COLUMN,
     "ttitiittiiitiiiii"},
    {"gone_spent", "SELECT min(job) FROM credit_charge",
     "SELECT job, attempt, account, day_us, CAST(sum(credits) AS BIGINT), CAST(sum(krw) AS BIGINT)"
     " FROM (SELECT job, attempt, account,"
     "   from_us - (from_us + 32400000000) % 86400000000 AS day_us, credits, krw"
     "   FROM credit_charge UNION ALL"
     "   SELECT job, attempt, account, at_us - (at_us + 32400000000) % 86400000000,"
     "   -credits, -krw FROM credit_entry WHERE kind = ?1) AS part"
     " GROUP BY job, attempt, account, day_us",
     "SELECT count(*) FROM gone_spent WHERE tenant = ?1 AND job = ?2", spent_column, N_SPENT_COLUMN,
     "ttitiii"},
};

struct keeping {
    const struct kind_of_row *kind;
    const char *tenant;
    struct bulk bulk;
};

static maru_status keep_row(void *context, const struct query *query, maru_error *err) {
    struct keeping *k = context;
    struct value value[BULK_MAX_COLUMNS] = {
        {.kind = VALUE_TEXT, .bytes = k->tenant, .n = strlen(k->tenant)}};
    (void)err;
    for (size_t i = 1; i < k->kind->n_column; i++) {
        if (k->kind->text[i] == 't') {
            const char *text = query_text(query, (int)i - 1);
            value[i] = (struct value){.kind = VALUE_TEXT, .bytes = text, .n = strlen(text)};
        } else {
            value[i] =
                (struct value){.kind = VALUE_INTEGER, .integer = query_integer(query, (int)i - 1)};
        }
    }
    bulk_row(&k->bulk, value);
    return MARU_OK;
}

static maru_status copy_rows(struct database *from, struct database *to,
                             const struct kind_of_row *kind, const char *tenant, maru_error *err) {
    struct keeping k = {.kind = kind, .tenant = tenant};
    struct query query;
    bulk_open(&k.bulk, to, kind->table, kind->column, kind->n_column);
    query_open(&query, from, kind->rows);
    query_bind_integer(&query, kind == &kinds[0] ? clock_unix_ms() * 1000 : LEDGER_REFUND);
    const maru_status st = query_each(&query, NULL, keep_row, &k, err);
    const maru_status closed = bulk_close(&k.bulk, st == MARU_OK ? err : NULL);
    return st == MARU_OK ? closed : st;
}

static maru_status find_first(struct database *from, const struct kind_of_row *kind,
                              char job[STORE_ID_BYTES], maru_error *err) {
    struct query query;
    job[0] = '\0';
    query_open(&query, from, kind->first_job);
    if (query_row(&query)) {
        const char *first = query_text(&query, 0);
        snprintf(job, STORE_ID_BYTES, "%s", first ? first : "");
    }
    return query_close(&query, err);
}

static maru_status is_kept(struct database *local, const struct kind_of_row *kind,
                           const char *tenant, const char *job, bool *is_it, maru_error *err) {
    struct query query;
    query_open(&query, local, kind->is_there);
    query_bind_text(&query, tenant);
    query_bind_text(&query, job);
    *is_it = query_row(&query) && query_integer(&query, 0) > 0;
    return query_close(&query, err);
}

static maru_status keep_all(struct database *from, struct database *local, const char *tenant,
                            maru_error *err) {
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < sizeof kinds / sizeof *kinds; i++) {
        char job[STORE_ID_BYTES];
        bool is_there = false;
        st = find_first(from, &kinds[i], job, err);
        st = st == MARU_OK && job[0] ? is_kept(local, &kinds[i], tenant, job, &is_there, err) : st;
        if (st == MARU_OK && job[0] && !is_there) {
            st = copy_rows(from, local, &kinds[i], tenant, err);
        }
    }
    return st;
}

maru_status gone_use_keep(struct store *store, const char *name, bool *is_lost, maru_error *err) {
    struct database from = {0}, local = {0};
    bool has = false;
    *is_lost = false;
    maru_status st = place_has_tenant(store, name, &has, err);
    if (st != MARU_OK || !has || store_has_tenant(store, "local", NULL) != MARU_OK) {
        return st;
    }
    st = place_open_tenant(store, name, &from, err);
    if (st == MARU_E_INPUT) {
        *is_lost = true;
        return MARU_OK;
    }
    st = st == MARU_OK ? place_open_tenant(store, "local", &local, err) : st;
    if (st == MARU_OK) {
        database_enter(&local);
        database_enter(&from);
        st = database_begin(&local, err);
        st = st == MARU_OK ? keep_all(&from, &local, name, err) : st;
        st = database_leave(&from, st, err);
        st = database_leave(&local, st, err);
    }
    database_close(&from);
    database_close(&local);
    return st;
}

// ---- telling

struct telling {
    tenant_see_gone_use see_use;
    tenant_see_gone_spent see_spent;
    void *context;
};

static maru_status tell_use(void *context, const struct query *query, maru_error *err) {
    const struct telling *to = context;
    const struct attempt_row attempt = {.job = query_text(query, 1),
                                        .number = query_integer(query, 2),
                                        .state = ATTEMPT_ENDED,
                                        .launch = "",
                                        .parts = query_text(query, 6),
                                        .stop = query_text(query, 7),
                                        .begun_us = query_integer(query, 8),
                                        .started_us = query_integer(query, 9),
                                        .ended_us = query_integer(query, 10),
                                        .end = query_text(query, 11),
                                        .exit_code = query_integer(query, 12),
                                        .cpu_us = query_integer(query, 13),
                                        .memory_bytes = query_integer(query, 14),
                                        .gpu_busy_milli = query_integer(query, 15),
                                        .gpu_energy_mj = query_integer(query, 16)};
    const struct use_row row = {.attempt = &attempt,
                                .project = query_text(query, 3),
                                .state = (enum job_state)query_integer(query, 4),
                                .job_created_us = query_integer(query, 5)};
    return to->see_use(to->context, query_text(query, 0), &row, err);
}

maru_status tenant_each_gone_use(struct tenant *local, int64_t since_us, tenant_see_gone_use see,
                                 void *context, maru_error *err) {
    struct telling to = {.see_use = see, .context = context};
    struct query query;
    database_enter(&local->database);
    query_open(&query, &local->database,
               "SELECT tenant, job, number, project, state, created_us, parts, stop, begun_us,"
               " started_us, ended_us, ended_as, exit_code, cpu_us, memory_bytes, gpu_busy,"
               " gpu_energy FROM gone_use WHERE ended_us >= ? ORDER BY tenant, job, number");
    query_bind_integer(&query, since_us);
    return query_tell(&query, NULL, tell_use, &to, err);
}

static maru_status tell_spent(void *context, const struct query *query, maru_error *err) {
    const struct telling *to = context;
    const struct money money = {query_integer(query, 2), query_integer(query, 3)};
    return to->see_spent(to->context, query_text(query, 0), query_text(query, 1), &money, err);
}

maru_status tenant_each_gone_spent(struct tenant *local, int64_t from_us, int64_t until_us,
                                   tenant_see_gone_spent see, void *context, maru_error *err) {
    struct telling to = {.see_spent = see, .context = context};
    struct query query;
    database_enter(&local->database);
    query_open(&query, &local->database,
               "SELECT tenant, account, CAST(sum(credits) AS BIGINT), CAST(sum(krw) AS BIGINT)"
               " FROM gone_spent WHERE day_us >= ? AND day_us < ?"
               " GROUP BY tenant, account ORDER BY tenant, account");
    query_bind_integer(&query, from_us);
    query_bind_integer(&query, until_us);
    return query_tell(&query, NULL, tell_spent, &to, err);
}
