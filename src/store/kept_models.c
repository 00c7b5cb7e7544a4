#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "store/tenant.h"
#include "store/vault.h"

// Models, and their versions, which never change but in their role. Each version knows which one was champion when it became champion
// (succeeded), so that a model can go back, step by step, the way that it came.

static const char no_model[] = "there is no such model";
static const char no_version[] = "there is no such model, or no such version of it";
static const char *const role_words[] = {"champion", "challenger", "candidate", "retired"};

const char *model_role_name(enum model_role role) { return role_words[role]; }

// ---- telling models

// Of the champion, else of the newest version.
#define OF_VERSION(column)                                                                         \
    "coalesce((SELECT " column " FROM model_version AS v WHERE v.model = model.id"                 \
    " ORDER BY CASE WHEN v.role = 0 THEN 0 ELSE 1 END, v.number DESC LIMIT 1), '')"
#define WITH_ROLE(role)                                                                            \
    "coalesce((SELECT v.number FROM model_version AS v"                                            \
    " WHERE v.model = model.id AND v.role = " role "), 0)"
#define OPEN_RUN                                                                                   \
    "coalesce((SELECT max(run.id) FROM run WHERE run.model = model.id AND run.state < 2), '')"
#define MODEL_COLUMNS                                                                              \
    "id, name, by, created_ms, feed, is_on, reason, since_ms, set_by,"                             \
    " " OF_VERSION("v.goal") ", " OF_VERSION("v.target") ", " OF_VERSION("v.unit") ", " WITH_ROLE( \
        "0") ", " WITH_ROLE("1") ", " OPEN_RUN ", " OF_VERSION("v.facts")

static struct model_row read_model(const struct query *query) {
    return (struct model_row){.id = query_text(query, 0),
                              .name = query_text(query, 1),
                              .by = query_text(query, 2),
                              .created_ms = query_integer(query, 3),
                              .feed = query_text(query, 4),
                              .is_on = query_integer(query, 5) != 0,
                              .reason = query_text(query, 6),
                              .since_ms = query_integer(query, 7),
                              .set_by = query_text(query, 8),
                              .goal = query_text(query, 9),
                              .target = query_text(query, 10),
                              .unit = query_text(query, 11),
                              .champion = query_integer(query, 12),
                              .challenger = query_integer(query, 13),
                              .training = query_text(query, 14),
                              .facts = query_text(query, 15)};
}

struct telling_model {
    tenant_see_model see;
    void *context;
};

static maru_status tell_model(void *context, const struct query *query, maru_error *err) {
    const struct telling_model *to = context;
    const struct model_row row = read_model(query);
    return to->see(to->context, &row, err);
}

maru_status tenant_see_one_model(struct tenant *tenant, const char *id, tenant_see_model see,
                                 void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database, "SELECT " MODEL_COLUMNS " FROM model WHERE id = ?");
    query_bind_text(&query, id);
    struct telling_model to = {see, context};
    return query_tell(&query, no_model, tell_model, &to, err);
}

maru_status tenant_each_model(struct tenant *tenant, const struct page *page, tenant_see_model see,
                              void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT " MODEL_COLUMNS
               " FROM model WHERE (?1 = '' OR id < ?1) ORDER BY id DESC LIMIT ?2");
    query_bind_text(&query, page->after);
    query_bind_integer(&query, page->limit);
    struct telling_model to = {see, context};
    return query_tell(&query, NULL, tell_model, &to, err);
}

// ---- telling versions

#define VERSION_COLUMNS                                                                            \
    "model, number, role, created_ms, goal, target, unit, kind, fingerprint, data, program, "      \
    "facts,"                                                                                       \
    " by, promoted_ms, promoted_by, coalesce((SELECT d.id FROM dataset AS d"                       \
    " WHERE d.id = model_version.dataset), ''), run, n_bytes"

static struct model_version_row read_version(const struct query *query) {
    const int64_t role = query_integer(query, 2);
    return (struct model_version_row){
        .model = query_text(query, 0),
        .number = query_integer(query, 1),
        .role = role >= 0 && role < N_MODEL_ROLE ? (enum model_role)role : AS_RETIRED,
        .created_ms = query_integer(query, 3),
        .goal = query_text(query, 4),
        .target = query_text(query, 5),
        .unit = query_text(query, 6),
        .kind = query_text(query, 7),
        .fingerprint = query_text(query, 8),
        .data = query_text(query, 9),
        .program = query_text(query, 10),
        .facts = query_text(query, 11),
        .by = query_text(query, 12),
        .promoted_ms = query_integer(query, 13),
        .promoted_by = query_text(query, 14),
        .dataset = query_text(query, 15),
        .run = query_text(query, 16),
        .n_bytes = query_integer(query, 17)};
}

struct telling_version {
    tenant_see_model_version see;
    void *context;
};

static maru_status tell_version(void *context, const struct query *query, maru_error *err) {
    const struct telling_version *to = context;
    const struct model_version_row row = read_version(query);
    return to->see(to->context, &row, err);
}

maru_status tenant_see_one_model_version(struct tenant *tenant, const char *model, int64_t number,
                                         tenant_see_model_version see, void *context,
                                         maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT " VERSION_COLUMNS " FROM model_version WHERE model = ? AND number = ?");
    query_bind_text(&query, model);
    query_bind_integer(&query, number);
    struct telling_version to = {see, context};
    return query_tell(&query, no_version, tell_version, &to, err);
}

maru_status tenant_each_model_version(struct tenant *tenant, const char *model,
                                      tenant_see_model_version see, void *context,
                                      maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT " VERSION_COLUMNS
               " FROM model_version WHERE model = ? ORDER BY number DESC");
    query_bind_text(&query, model);
    struct telling_version to = {see, context};
    return query_tell(&query, NULL, tell_version, &to, err);
}

maru_status tenant_get_model_version(struct tenant *tenant, const char *model, int64_t number,
                                     struct text *out, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT packed FROM model_version WHERE model = ? AND number = ?");
    query_bind_text(&query, model);
    query_bind_integer(&query, number);
    return query_tell(&query, no_version, tenant_unpack_row, out, err);
}

// ---- keeping

maru_status model_version_pack(struct packed_version *out, const struct new_version *version,
                               maru_error *err) {
    out->version = version;
    return version->row.n_bytes < 1 || version->row.n_bytes > TENANT_MAX_MODEL_BYTES
               ? fail(err, MARU_E_LIMIT, "a model has at least a byte, and at most %d MiB",
                      TENANT_MAX_MODEL_BYTES >> 20)
               : tenant_pack(&out->packed, version->bytes, (size_t)version->row.n_bytes, err);
}

static maru_status next_number(struct database *database, const char *model, int64_t *number,
                               maru_error *err) {
    int64_t n = 0;
    const maru_status st =
        store_count(database, "SELECT coalesce(max(number), 0) FROM model_version WHERE model = ?",
                    model, &n, err);
    *number = n + 1;
    return st == MARU_OK && n >= TENANT_MAX_MODEL_VERSIONS
               ? fail(err, MARU_E_LIMIT, "this model has %lld versions: start a new one",
                      (long long)n)
               : st;
}

maru_status model_version_insert(struct database *database, const char *model,
                                 const struct packed_version *version, int64_t *number,
                                 maru_error *err) {
    const struct model_version_row *row = &version->version->row;
    struct query query;
    char detail[96];
    maru_status st = next_number(database, model, number, err);
    if (st != MARU_OK) {
        return st;
    }
    const bool leads = *number == 1 && version->version->may_lead;
    const int64_t now = clock_unix_ms();
    query_open(&query, database,
               "INSERT INTO model_version SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
               " ?13, ?14, ?15, 0, ?16, ?17, ?18, ?19 FROM model WHERE id = ?1 RETURNING model");
    query_bind_text(&query, model);
    query_bind_integer(&query, *number);
    query_bind_integer(&query, leads ? AS_CHAMPION : AS_CANDIDATE);
    const char *const text[] = {row->goal,        row->target, row->unit,    row->kind,
                                row->fingerprint, row->data,   row->program, row->facts};
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        query_bind_text(&query, text[i]);
    }
    query_bind_integer(&query, now);
    query_bind_text(&query, row->by);
    query_bind_integer(&query, leads ? now : 0);
    query_bind_text(&query, leads ? row->by : "");
    query_bind_text(&query, row->dataset);
    query_bind_text(&query, row->run);
    query_bind_integer(&query, row->n_bytes);
    query_bind_bytes(&query, version->packed.bytes, version->packed.n_bytes);
    st = query_one(&query, no_model, err);
    snprintf(detail, sizeof detail, "version %lld, %s, %.40s", (long long)*number,
             role_words[leads ? AS_CHAMPION : AS_CANDIDATE], row->fingerprint);
    return st == MARU_OK ? audit_append(database, row->by, "keep model version", model, detail, err)
                         : st;
}

maru_status tenant_add_model_version(struct tenant *tenant, const char *model,
                                     const struct new_version *version, int64_t *number,
                                     maru_error *err) {
    struct packed_version packed = {0};
    int64_t next = 0;
    maru_status st = model_version_pack(&packed, version, err);
    if (st == MARU_OK) {
        database_enter(&tenant->database);
        st = database_begin(&tenant->database, err);
        st = st == MARU_OK ? model_version_insert(&tenant->database, model, &packed, &next, err)
                           : st;
        st = database_leave(&tenant->database, st, err);
    }
    alloc_free(packed.packed.bytes);
    *number = st == MARU_OK ? next : *number;
    return st;
}

// Is there room for one more, and is the name free?
static maru_status may_add(struct database *database, const struct model_row *row,
                           maru_error *err) {
    struct query query;
    int64_t n = 0, n_same = 0;
    query_open(&query, database,
               "SELECT count(*), coalesce(sum(CASE WHEN name = ? THEN 1 ELSE 0 END), 0)"
               " FROM model WHERE id <> ?");
    query_bind_text(&query, row->name);
    query_bind_text(&query, row->id);
    if (query_row(&query)) {
        n = query_integer(&query, 0);
        n_same = query_integer(&query, 1);
    }
    const maru_status st = query_close(&query, err);
    if (st == MARU_OK && n >= TENANT_MAX_MODELS) {
        return fail(err, MARU_E_LIMIT, "there are %d models already: delete one first",
                    TENANT_MAX_MODELS);
    }
    return st == MARU_OK && n_same > 0
               ? fail(err, MARU_E_RANGE, "there is already a model '%.100s'", row->name)
               : st;
}

static maru_status insert(struct database *database, const struct model_row *row, maru_error *err) {
    const int64_t now = clock_unix_ms();
    struct query query;
    query_open(&query, database, "INSERT INTO model VALUES(?, ?, ?, ?, ?, 1, '', ?, ?)");
    query_bind_text(&query, row->id);
    query_bind_text(&query, row->name);
    query_bind_integer(&query, now);
    query_bind_text(&query, row->by);
    query_bind_text(&query, row->feed);
    query_bind_integer(&query, now);
    query_bind_text(&query, row->by);
    query_row(&query);
    const maru_status st = query_close(&query, err);
    return st == MARU_OK ? audit_append(database, row->by, "make model", row->id, row->name, err)
                         : st;
}

static maru_status begin_run(struct database *database, const char *model, const char *id,
                             const struct run_row *run, maru_error *err) {
    struct run_row its = *run;
    its.model = model;
    return run_insert(database, id, &its, err);
}

maru_status tenant_add_model(struct tenant *tenant, const struct model_row *row,
                             const struct run_row *run, const struct new_version *version,
                             char id[2][STORE_ID_BYTES], maru_error *err) {
    struct database *database = &tenant->database;
    struct packed_version packed = {0};
    struct model_row made = *row;
    char new_id[2][STORE_ID_BYTES];
    int64_t number = 0;
    maru_status st = version ? model_version_pack(&packed, version, err) : MARU_OK;
    if (st == MARU_OK) {
        store_make_id(new_id[0]);
        store_make_id(new_id[1]);
        made.id = new_id[0];
        database_enter(database);
        st = database_begin(database, err);
        st = st == MARU_OK ? may_add(database, &made, err) : st;
        st = st == MARU_OK ? insert(database, &made, err) : st;
        st = st == MARU_OK && run ? begin_run(database, new_id[0], new_id[1], run, err) : st;
        st = st == MARU_OK && version
                 ? model_version_insert(database, new_id[0], &packed, &number, err)
                 : st;
        st = database_leave(database, st, err);
    }
    alloc_free(packed.packed.bytes);
    if (st == MARU_OK) {
        memcpy(id, new_id, sizeof new_id);
    }
    return st;
}

// ---- changing

maru_status tenant_change_model(struct tenant *tenant, const struct model_row *row,
                                maru_error *err) {
    struct database *database = &tenant->database;
    struct query query;
    database_enter(database);
    maru_status st = database_begin(database, err);
    st = st == MARU_OK ? may_add(database, row, err) : st;
    if (st == MARU_OK) {
        query_open(&query, database,
                   "UPDATE model SET name = ?, feed = ? WHERE id = ? RETURNING id");
        query_bind_text(&query, row->name);
        query_bind_text(&query, row->feed);
        query_bind_text(&query, row->id);
        st = query_one(&query, no_model, err);
    }
    st = st == MARU_OK ? audit_append(database, row->by, "change model", row->id, row->name, err)
                       : st;
    return database_leave(database, st, err);
}

static maru_status set_use(struct database *database, const struct model_row *row,
                           maru_error *err) {
    struct query query;
    query_open(&query, database,
               "UPDATE model SET is_on = ?, reason = ?, since_ms = ?, set_by = ? WHERE id = ?"
               " RETURNING id");
    query_bind_integer(&query, row->is_on);
    query_bind_text(&query, row->reason);
    query_bind_integer(&query, clock_unix_ms());
    query_bind_text(&query, row->set_by);
    query_bind_text(&query, row->id);
    return query_one(&query, no_model, err);
}

maru_status tenant_use_model(struct tenant *tenant, const struct model_row *row, maru_error *err) {
    struct database *database = &tenant->database;
    struct query query;
    bool is_same = false;
    database_enter(database);
    maru_status st = database_begin(database, err);
    if (st == MARU_OK) {
        query_open(&query, database, "SELECT is_on, reason FROM model WHERE id = ?");
        query_bind_text(&query, row->id);
        is_same = query_row(&query) && (query_integer(&query, 0) != 0) == row->is_on &&
                  strcmp(query_text(&query, 1), row->reason) == 0;
        st = query_close(&query, err);
    }
    if (st == MARU_OK && !is_same) {
        st = set_use(database, row, err);
        st = st == MARU_OK ? audit_append(database, row->set_by,
                                          row->is_on ? "switch model on" : "switch model off",
                                          row->id, row->reason, err)
                           : st;
    }
    return database_leave(database, st, err);
}

maru_status tenant_delete_model(struct tenant *tenant, const char *id, const char *by,
                                maru_error *err) {
    struct database *database = &tenant->database;
    const char *const text[] = {id, NULL};
    struct query query;
    database_enter(database);
    maru_status st = database_begin(database, err);
    if (st == MARU_OK) {
        query_open(&query, database, "DELETE FROM model WHERE id = ? RETURNING id");
        query_bind_text(&query, id);
        st = query_one(&query, no_model, err);
    }
    st = st == MARU_OK ? query_do(database, "DELETE FROM run WHERE model = ?", text, err) : st;
    st = st == MARU_OK ? audit_append(database, by, "delete model", id, "", err) : st;
    return database_leave(database, st, err);
}

// ---- roles

static maru_status move_role(struct database *database, const char *model, enum model_role from,
                             enum model_role to, maru_error *err) {
    struct query query;
    query_open(&query, database, "UPDATE model_version SET role = ? WHERE model = ? AND role = ?");
    query_bind_integer(&query, to);
    query_bind_text(&query, model);
    query_bind_integer(&query, from);
    query_row(&query);
    return query_close(&query, err);
}

struct promotion {
    const char *model, *by;
    int64_t number;
    enum model_role role;
    int64_t succeeded; // -1: as it is
};

static maru_status write_role(struct database *database, const struct promotion *p,
                              maru_error *err) {
    struct query query;
    query_open(&query, database,
               "UPDATE model_version SET role = ?1, promoted_ms = ?2, promoted_by = ?3,"
               " succeeded = CASE WHEN ?4 < 0 THEN succeeded ELSE ?4 END"
               " WHERE model = ?5 AND number = ?6 RETURNING number");
    query_bind_integer(&query, p->role);
    query_bind_integer(&query, clock_unix_ms());
    query_bind_text(&query, p->by);
    query_bind_integer(&query, p->succeeded);
    query_bind_text(&query, p->model);
    query_bind_integer(&query, p->number);
    return query_one(&query, no_version, err);
}

static maru_status write_promotion(struct database *database, const struct promotion *p,
                                   const char *action, maru_error *err) {
    char detail[64];
    maru_status st = MARU_OK;
    if (p->role == AS_CHAMPION) {
        st = move_role(database, p->model, AS_CHAMPION, AS_RETIRED, err);
    } else if (p->role == AS_CHALLENGER) {
        st = move_role(database, p->model, AS_CHALLENGER, AS_CANDIDATE, err);
    }
    st = st == MARU_OK ? write_role(database, p, err) : st;
    if (st == MARU_OK && p->role == AS_CHAMPION) {
        const struct model_row use = {.id = p->model, .is_on = true, .reason = "", .set_by = p->by};
        st = set_use(database, &use, err);
    }
    snprintf(detail, sizeof detail, "version %lld as %s", (long long)p->number,
             role_words[p->role]);
    return st == MARU_OK ? audit_append(database, p->by, action, p->model, detail, err) : st;
}

// The champion of a model and the one that it succeeded; 0: there is none.
static maru_status find_champion(struct database *database, const char *model, int64_t out[2],
                                 maru_error *err) {
    struct query query;
    out[0] = out[1] = 0;
    query_open(&query, database,
               "SELECT number, succeeded FROM model_version WHERE model = ? AND role = 0");
    query_bind_text(&query, model);
    if (query_row(&query)) {
        out[0] = query_integer(&query, 0);
        out[1] = query_integer(&query, 1);
    }
    return query_close(&query, err);
}

maru_status tenant_promote_model(struct tenant *tenant, const char *model, int64_t number,
                                 enum model_role role, const char *by, maru_error *err) {
    struct database *database = &tenant->database;
    int64_t champion[2] = {0};
    database_enter(database);
    maru_status st = database_begin(database, err);
    st = st == MARU_OK ? find_champion(database, model, champion, err) : st;
    if (st == MARU_OK && !(role == AS_CHAMPION && champion[0] == number)) {
        const struct promotion p = {.model = model,
                                    .by = by,
                                    .number = number,
                                    .role = role,
                                    .succeeded = role == AS_CHAMPION ? champion[0] : -1};
        st = write_promotion(database, &p, "promote model", err);
    }
    return database_leave(database, st, err);
}

maru_status tenant_roll_back_model(struct tenant *tenant, const char *model, const char *by,
                                   maru_error *err) {
    struct database *database = &tenant->database;
    int64_t champion[2] = {0}, n = 0;
    database_enter(database);
    maru_status st = database_begin(database, err);
    st = st == MARU_OK
             ? store_count(database, "SELECT count(*) FROM model WHERE id = ?", model, &n, err)
             : st;
    st = st == MARU_OK && n == 0 ? fail(err, MARU_E_USAGE, no_model) : st;
    st = st == MARU_OK ? find_champion(database, model, champion, err) : st;
    if (st == MARU_OK && champion[1] == 0) {
        st = fail(err, MARU_E_RANGE,
                  champion[0] == 0 ? "this model has no champion"
                                   : "there was no champion before this one");
    }
    if (st == MARU_OK) {
        const struct promotion p = {
            .model = model, .by = by, .number = champion[1], .role = AS_CHAMPION, .succeeded = -1};
        st = write_promotion(database, &p, "roll back model", err);
    }
    return database_leave(database, st, err);
}
