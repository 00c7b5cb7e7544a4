#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "store/tenant.h"

// Runs that were asked for, and what came of them. A run waits, runs, and ends; one that waited or ran
// when the server ended is found again by tenant_each_open_run.

static const char *const state_names[] = {"waiting", "running", "done", "cancelled", "failed"};
static const char no_run[] = "there is no such run";

const char *run_state_name(enum run_state state) { return state_names[state]; }

#define RUN_COLUMNS                                                                                \
    "id, name, plant, version, kind, by, state, progress, created_ms, started_ms, ended_ms,"       \
    " request, sentence_ko, sentence_en, problem, figures,"                                        \
    " (SELECT plant.name FROM plant WHERE plant.id = run.plant), model"

static struct run_row read_run(const struct query *query) {
    const int64_t state = query_integer(query, 6);
    return (struct run_row){.id = query_text(query, 0),
                            .name = query_text(query, 1),
                            .plant = query_text(query, 2),
                            .version = query_integer(query, 3),
                            .kind = query_text(query, 4),
                            .by = query_text(query, 5),
                            .state = state >= 0 && state <= RUN_FAILED ? (enum run_state)state
                                                                       : RUN_FAILED,
                            .progress = query_number(query, 7),
                            .created_ms = query_integer(query, 8),
                            .started_ms = query_integer(query, 9),
                            .ended_ms = query_integer(query, 10),
                            .request = query_text(query, 11),
                            .sentence_ko = query_text(query, 12),
                            .sentence_en = query_text(query, 13),
                            .problem = query_text(query, 14),
                            .figures = query_text(query, 15),
                            .plant_name = query_text(query, 16),
                            .model = query_text(query, 17)};
}

maru_status run_insert(struct database *database, const char *id, const struct run_row *row,
                       maru_error *err) {
    static const char of_plant[] =
        "INSERT INTO run SELECT ?1, ?2, plant, number, ?3, ?4, 0, 0.0, ?5, 0, 0, ?6, '',"
        " '', '', NULL, NULL, NULL, '', '' FROM version WHERE plant = ?7 AND number = ?8"
        " RETURNING id";
    static const char of_model[] =
        "INSERT INTO run SELECT ?1, ?2, NULL, NULL, ?3, ?4, 0, 0.0, ?5, 0, 0, ?6, '',"
        " '', '', NULL, NULL, NULL, '', id FROM model WHERE id = ?7 RETURNING id";
    const bool is_of_model = row->model && row->model[0];
    struct query query;
    query_open(&query, database, is_of_model ? of_model : of_plant);
    query_bind_text(&query, id);
    query_bind_text(&query, row->name);
    query_bind_text(&query, row->kind);
    query_bind_text(&query, row->by);
    query_bind_integer(&query, clock_unix_ms());
    query_bind_text(&query, row->request);
    query_bind_text(&query, is_of_model ? row->model : row->plant);
    if (!is_of_model) {
        query_bind_integer(&query, row->version);
    }
    const maru_status st = query_one(
        &query,
        is_of_model ? "there is no such model" : "there is no such plant, or no such version of it",
        err);
    return st == MARU_OK ? audit_append(database, row->by, "start run", id, row->kind, err) : st;
}

maru_status tenant_add_run(struct tenant *tenant, const struct run_row *row,
                           char id[STORE_ID_BYTES], maru_error *err) {
    struct database *database = &tenant->database;
    char made[STORE_ID_BYTES];
    store_make_id(made);
    database_enter(database);
    maru_status st = database_begin(database, err);
    st = st == MARU_OK ? run_insert(database, made, row, err) : st;
    st = database_leave(database, st, err);
    if (st == MARU_OK) {
        memcpy(id, made, sizeof made);
    }
    return st;
}

maru_status tenant_begin_run(struct tenant *tenant, const char *id, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    maru_status st = database_begin(&tenant->database, err);
    if (st == MARU_OK) {
        query_open(&query, &tenant->database,
                   "UPDATE run SET state = ?, started_ms = ? WHERE id = ?");
        query_bind_integer(&query, RUN_RUNNING);
        query_bind_integer(&query, clock_unix_ms());
        query_bind_text(&query, id);
        query_row(&query);
        st = query_close(&query, err);
    }
    return database_leave(&tenant->database, st, err);
}

static maru_status pack_text(struct packed *out, const struct text *text, maru_error *err) {
    return text ? tenant_pack(out, text->bytes ? text->bytes : "", text->n_bytes, err) : MARU_OK;
}

static void bind_packed(struct query *query, const struct packed *packed) {
    if (packed->bytes) {
        query_bind_bytes(query, packed->bytes, packed->n_bytes);
    } else {
        query_bind_text(query, NULL);
    }
}

struct packed_end {
    struct packed result, ko, en;
    struct packed_version version;
};

static maru_status pack_end(struct packed_end *out, const struct run_end *end, maru_error *err) {
    maru_status st = pack_text(&out->result, end->result, err);
    st = st == MARU_OK ? pack_text(&out->ko, end->report_ko, err) : st;
    st = st == MARU_OK ? pack_text(&out->en, end->report_en, err) : st;
    return st == MARU_OK && end->version ? model_version_pack(&out->version, end->version, err)
                                         : st;
}

// *model gets the run's; it stays "" where the run is gone.
static maru_status write_end(struct database *database, const char *id, const struct run_end *end,
                             const struct packed_end *packed, char model[STORE_ID_BYTES],
                             maru_error *err) {
    struct query query;
    query_open(&query, database,
               "UPDATE run SET state = ?, progress = ?, ended_ms = ?, sentence_ko = ?,"
               " sentence_en = ?, problem = ?, figures = ?, result = ?, report_ko = ?,"
               " report_en = ? WHERE id = ? RETURNING model");
    query_bind_integer(&query, end->state);
    query_bind_number(&query, end->progress);
    query_bind_integer(&query, clock_unix_ms());
    query_bind_text(&query, end->sentence_ko);
    query_bind_text(&query, end->sentence_en);
    query_bind_text(&query, end->problem);
    query_bind_text(&query, end->figures);
    bind_packed(&query, &packed->result);
    bind_packed(&query, &packed->ko);
    bind_packed(&query, &packed->en);
    query_bind_text(&query, id);
    if (query_row(&query)) {
        snprintf(model, STORE_ID_BYTES, "%s", query_text(&query, 0));
    }
    return query_close(&query, err);
}

maru_status tenant_end_run(struct tenant *tenant, const char *id, const struct run_end *end,
                           maru_error *err) {
    struct packed_end packed = {0};
    char model[STORE_ID_BYTES] = "";
    int64_t number = 0;
    maru_status st = pack_end(&packed, end, err);
    if (st == MARU_OK) {
        database_enter(&tenant->database);
        st = database_begin(&tenant->database, err);
        st = st == MARU_OK ? write_end(&tenant->database, id, end, &packed, model, err) : st;
        if (st == MARU_OK && end->version && model[0]) {
            st = model_version_insert(&tenant->database, model, &packed.version, &number, err);
        }
        st = database_leave(&tenant->database, st, err);
    }
    alloc_free(packed.result.bytes);
    alloc_free(packed.ko.bytes);
    alloc_free(packed.en.bytes);
    alloc_free(packed.version.packed.bytes);
    return st;
}

struct telling {
    tenant_see_run see;
    void *context;
};

static maru_status tell_run(void *context, const struct query *query, maru_error *err) {
    const struct telling *to = context;
    const struct run_row row = read_run(query);
    return to->see(to->context, &row, err);
}

maru_status tenant_see_one_run(struct tenant *tenant, const char *id, tenant_see_run see,
                               void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database, "SELECT " RUN_COLUMNS " FROM run WHERE id = ?");
    query_bind_text(&query, id);
    struct telling to = {see, context};
    return query_tell(&query, no_run, tell_run, &to, err);
}

// -1: no state has such a name.
static int64_t state_of(const char *name) {
    for (size_t i = 0; i < sizeof state_names / sizeof state_names[0]; i++) {
        if (strcmp(state_names[i], name) == 0) {
            return (int64_t)i;
        }
    }
    return -1;
}

maru_status tenant_each_run(struct tenant *tenant, const struct run_filter *filter,
                            const struct page *page, tenant_see_run see, void *context,
                            maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT " RUN_COLUMNS " FROM run WHERE (?1 = '' OR plant = ?1)"
               " AND (?2 = '' OR id < ?2) AND (?4 = '' OR kind = ?4) AND (?5 = '' OR state = ?6)"
               " AND (?7 = '' OR model = ?7)"
               " ORDER BY id DESC LIMIT ?3");
    query_bind_text(&query, filter->plant);
    query_bind_text(&query, page->after);
    query_bind_integer(&query, page->limit);
    query_bind_text(&query, filter->kind);
    query_bind_text(&query, filter->state);
    query_bind_integer(&query, state_of(filter->state));
    query_bind_text(&query, filter->model ? filter->model : "");
    struct telling to = {see, context};
    return query_tell(&query, NULL, tell_run, &to, err);
}

maru_status tenant_each_open_run(struct tenant *tenant, tenant_see_run see, void *context,
                                 maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT " RUN_COLUMNS " FROM run WHERE state < 2 ORDER BY id");
    struct telling to = {see, context};
    return query_tell(&query, NULL, tell_run, &to, err);
}

maru_status tenant_has_output(struct tenant *tenant, const char *id, enum run_output output,
                              maru_error *err) {
    static const char *const sql[] = {"SELECT result IS NOT NULL FROM run WHERE id = ?",
                                      "SELECT report_ko IS NOT NULL FROM run WHERE id = ?",
                                      "SELECT report_en IS NOT NULL FROM run WHERE id = ?"};
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database, sql[output]);
    query_bind_text(&query, id);
    const bool is_there = query_row(&query);
    const bool has_it = is_there && query_integer(&query, 0) != 0;
    maru_status st = query_close(&query, err);
    if (st == MARU_OK && !has_it) {
        st = is_there ? fail(err, MARU_E_RANGE, "the run has no result yet, or ended without one")
                      : fail(err, MARU_E_USAGE, no_run);
    }
    return database_leave(&tenant->database, st, err);
}

static maru_status unpack_output(void *out, const struct query *query, maru_error *err) {
    size_t n = 0;
    (void)query_bytes(query, 0, &n);
    return n > 0 ? tenant_unpack_row(out, query, err)
                 : fail(err, MARU_E_RANGE, "the run has no result yet, or ended without one");
}

maru_status tenant_get_output(struct tenant *tenant, const char *id, enum run_output output,
                              struct text *out, maru_error *err) {
    static const char *const sql[] = {"SELECT result FROM run WHERE id = ?",
                                      "SELECT report_ko FROM run WHERE id = ?",
                                      "SELECT report_en FROM run WHERE id = ?"};
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database, sql[output]);
    query_bind_text(&query, id);
    return query_tell(&query, no_run, unpack_output, out, err);
}

// Change one run, which must be there, and tell the audit log. `sql` returns a row of what it has changed;
// its ?1 is the id, its ?2 the text.
static maru_status change(struct tenant *tenant, const char *sql, const char *id, const char *text,
                          const char *by, const char *action, maru_error *err) {
    struct database *database = &tenant->database;
    struct query query;
    database_enter(database);
    maru_status st = database_begin(database, err);
    if (st == MARU_OK) {
        query_open(&query, database, sql);
        query_bind_text(&query, id);
        if (text) {
            query_bind_text(&query, text);
        }
        st = query_one(&query, no_run, err);
    }
    st = st == MARU_OK ? audit_append(database, by, action, id, text ? text : "", err) : st;
    return database_leave(database, st, err);
}

maru_status tenant_rename_run(struct tenant *tenant, const char *id, const char *name,
                              const char *by, maru_error *err) {
    return change(tenant, "UPDATE run SET name = ?2 WHERE id = ?1 RETURNING id", id, name, by,
                  "rename run", err);
}

maru_status tenant_delete_run(struct tenant *tenant, const char *id, const char *by,
                              maru_error *err) {
    return change(tenant, "DELETE FROM run WHERE id = ?1 RETURNING id", id, NULL, by, "delete run",
                  err);
}
