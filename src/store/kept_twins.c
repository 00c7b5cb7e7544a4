#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "store/tenant.h"

// Twins as they are kept: what they are functions of (version, options, seed, what was done to them), and
// where they were last. States on the way are not kept: they are run again.

static const char no_twin[] = "there is no such twin";

#define TWIN_COLUMNS                                                                               \
    "id, name, plant, version, options, seed, origin, origin_us, by, created_ms, speed, playing,"  \
    " time_us, end_us, forecast, begin_us, follows"

static struct twin_row read_twin(const struct query *query) {
    return (struct twin_row){.id = query_text(query, 0),
                             .name = query_text(query, 1),
                             .plant = query_text(query, 2),
                             .version = query_integer(query, 3),
                             .options = query_text(query, 4),
                             .seed = (uint64_t)query_integer(query, 5),
                             .origin = query_text(query, 6),
                             .origin_us = query_integer(query, 7),
                             .by = query_text(query, 8),
                             .created_ms = query_integer(query, 9),
                             .speed = query_number(query, 10),
                             .is_playing = query_integer(query, 11) != 0,
                             .time_us = query_integer(query, 12),
                             .end_us = query_integer(query, 13),
                             .forecast = query_text(query, 14),
                             .begin_us = query_integer(query, 15),
                             .follows = query_text(query, 16)};
}

// The only row of a statement that counts something.
static maru_status count(struct database *database, const char *sql, int64_t *out,
                         maru_error *err) {
    struct query query;
    query_open(&query, database, sql);
    *out = query_row(&query) ? query_integer(&query, 0) : 0;
    return query_close(&query, err);
}

static maru_status insert_twin(struct database *database, const struct twin_row *row,
                               const char *id, maru_error *err) {
    struct query query;
    struct packed state = {0};
    if (row->state) {
        const maru_status st = tenant_pack(&state, row->state, row->n_state, err);
        if (st != MARU_OK) {
            alloc_free(state.bytes);
            return st;
        }
    }
    query_open(
        &query, database,
        "INSERT INTO twin SELECT ?1, ?2, plant, number, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
        " ?11, ?12, '', coalesce((SELECT begin_us FROM twin WHERE id = ?5 AND follows = ''), ?15),"
        " coalesce((SELECT state FROM twin WHERE id = ?5 AND follows = ''), ?16), ?17"
        " FROM version WHERE plant = ?13 AND number = ?14 RETURNING id");
    query_bind_text(&query, id);
    query_bind_text(&query, row->name);
    query_bind_text(&query, row->options);
    query_bind_integer(&query, (int64_t)row->seed);
    query_bind_text(&query, row->origin);
    query_bind_integer(&query, row->origin_us);
    query_bind_text(&query, row->by);
    query_bind_integer(&query, clock_unix_ms());
    query_bind_number(&query, row->speed);
    query_bind_integer(&query, row->is_playing);
    query_bind_integer(&query, row->time_us);
    query_bind_integer(&query, row->end_us);
    query_bind_text(&query, row->plant);
    query_bind_integer(&query, row->version);
    query_bind_integer(&query, row->begin_us);
    if (state.bytes) {
        query_bind_bytes(&query, state.bytes, state.n_bytes);
    } else {
        query_bind_text(&query, NULL);
    }
    query_bind_text(&query, row->follows ? row->follows : "");
    const maru_status st =
        query_one(&query, "there is no such plant, or no such version of it", err);
    alloc_free(state.bytes);
    return st;
}

static maru_status copy_acts(struct database *database, const struct twin_row *row, const char *id,
                             maru_error *err) {
    struct query query;
    query_open(&query, database,
               "INSERT INTO act SELECT ?1, number, at_us, tool, kind, for_us, seed, by FROM act"
               " WHERE twin = ?2 AND at_us <= ?3");
    query_bind_text(&query, id);
    query_bind_text(&query, row->origin);
    query_bind_integer(&query, row->origin_us);
    query_row(&query);
    return query_close(&query, err);
}

maru_status tenant_add_twin(struct tenant *tenant, const struct twin_row *row,
                            char id[STORE_ID_BYTES], maru_error *err) {
    struct database *database = &tenant->database;
    char made[STORE_ID_BYTES];
    int64_t n = 0;
    store_make_id(made);
    database_enter(database);
    maru_status st = database_begin(database, err);
    st = st == MARU_OK ? count(database, "SELECT count(*) FROM twin", &n, err) : st;
    if (st == MARU_OK && n >= TENANT_MAX_TWINS) {
        st = fail(err, MARU_E_LIMIT, "there are %d twins already: delete one first",
                  TENANT_MAX_TWINS);
    }
    st = st == MARU_OK ? insert_twin(database, row, made, err) : st;
    if (st == MARU_OK && row->origin[0]) {
        st = copy_acts(database, row, made, err);
    }
    st = st == MARU_OK ? audit_append(database, row->by, "make twin", made, row->origin, err) : st;
    st = database_leave(database, st, err);
    if (st == MARU_OK) {
        memcpy(id, made, sizeof made);
    }
    return st;
}

struct telling_twin {
    tenant_see_twin see;
    void *context;
};

static maru_status tell_twin(void *context, const struct query *query, maru_error *err) {
    const struct telling_twin *to = context;
    const struct twin_row row = read_twin(query);
    return to->see(to->context, &row, err);
}

maru_status tenant_see_one_twin(struct tenant *tenant, const char *id, tenant_see_twin see,
                                void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database, "SELECT " TWIN_COLUMNS " FROM twin WHERE id = ?");
    query_bind_text(&query, id);
    struct telling_twin to = {see, context};
    return query_tell(&query, no_twin, tell_twin, &to, err);
}

maru_status tenant_each_twin(struct tenant *tenant, const char *plant, const struct page *page,
                             tenant_see_twin see, void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT " TWIN_COLUMNS " FROM twin WHERE (?1 = '' OR plant = ?1)"
               " AND (?2 = '' OR id < ?2) ORDER BY id DESC LIMIT ?3");
    query_bind_text(&query, plant);
    query_bind_text(&query, page->after);
    query_bind_integer(&query, page->limit);
    struct telling_twin to = {see, context};
    return query_tell(&query, NULL, tell_twin, &to, err);
}

maru_status tenant_get_state(struct tenant *tenant, const char *id, struct text *out,
                             maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database, "SELECT state FROM twin WHERE id = ?");
    query_bind_text(&query, id);
    return query_tell(&query, no_twin, tenant_unpack_row, out, err);
}

struct telling_act {
    tenant_see_act see;
    void *context;
};

static maru_status tell_act(void *context, const struct query *query, maru_error *err) {
    const struct telling_act *to = context;
    const int64_t kind = query_integer(query, 3);
    const struct act_row row = {.kind = kind == KEPT_MEND     ? KEPT_MEND
                                        : kind == KEPT_RESEED ? KEPT_RESEED
                                                              : KEPT_STOP,
                                .at_us = query_integer(query, 0),
                                .for_us = query_integer(query, 1),
                                .tool = (uint32_t)query_integer(query, 2),
                                .by = query_text(query, 4),
                                .seed = (uint64_t)query_integer(query, 5)};
    return to->see(to->context, &row, err);
}

maru_status tenant_each_act(struct tenant *tenant, const char *twin, tenant_see_act see,
                            void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(
        &query, &tenant->database,
        "SELECT at_us, for_us, tool, kind, by, seed FROM act WHERE twin = ? ORDER BY number");
    query_bind_text(&query, twin);
    struct telling_act to = {see, context};
    return query_tell(&query, NULL, tell_act, &to, err);
}

maru_status tenant_set_twin(struct tenant *tenant, const struct twin_row *row, const char *action,
                            const char *by, maru_error *err) {
    struct database *database = &tenant->database;
    struct query query;
    database_enter(database);
    maru_status st = database_begin(database, err);
    if (st == MARU_OK) {
        query_open(&query, database,
                   "UPDATE twin SET speed = ?1, playing = ?2, time_us = ?3,"
                   " end_us = CASE WHEN end_us > ?4 THEN end_us ELSE ?4 END WHERE id = ?5");
        query_bind_number(&query, row->speed);
        query_bind_integer(&query, row->is_playing);
        query_bind_integer(&query, row->time_us);
        query_bind_integer(&query, row->end_us);
        query_bind_text(&query, row->id);
        query_row(&query);
        st = query_close(&query, err);
    }
    if (st == MARU_OK && action) {
        char detail[64];
        snprintf(detail, sizeof detail, "at %.0f s", (double)row->time_us * 1e-6);
        st = audit_append(database, by, action, row->id, detail, err);
    }
    return database_leave(database, st, err);
}

maru_status tenant_set_forecast(struct tenant *tenant, const char *twin, const char *run,
                                maru_error *err) {
    const char *const values[] = {run, twin, NULL};
    database_enter(&tenant->database);
    maru_status st = database_begin(&tenant->database, err);
    st = st == MARU_OK
             ? query_do(&tenant->database, "UPDATE twin SET forecast = ? WHERE id = ?", values, err)
             : st;
    return database_leave(&tenant->database, st, err);
}

maru_status tenant_add_act(struct tenant *tenant, const char *twin, const struct act_row *act,
                           maru_error *err) {
    struct database *database = &tenant->database;
    struct query query;
    database_enter(database);
    maru_status st = database_begin(database, err);
    if (st == MARU_OK) {
        query_open(&query, database,
                   "INSERT INTO act SELECT id, (SELECT count(*) FROM act WHERE twin = ?1), ?2, ?3,"
                   " ?4, ?5, ?6, ?7 FROM twin WHERE id = ?1 RETURNING number");
        query_bind_text(&query, twin);
        query_bind_integer(&query, act->at_us);
        query_bind_integer(&query, act->tool);
        query_bind_integer(&query, act->kind);
        query_bind_integer(&query, act->for_us);
        query_bind_integer(&query, (int64_t)act->seed);
        query_bind_text(&query, act->by);
        st = query_one(&query, no_twin, err);
    }
    if (st == MARU_OK) { // after a kill it must not stand before what was done to it
        query_open(&query, database,
                   "UPDATE twin SET time_us = ?2, end_us = CASE WHEN end_us > ?2 THEN end_us"
                   " ELSE ?2 END WHERE id = ?1");
        query_bind_text(&query, twin);
        query_bind_integer(&query, act->at_us);
        query_row(&query);
        st = query_close(&query, err);
    }
    if (st == MARU_OK) {
        char detail[64];
        snprintf(detail, sizeof detail, "tool %u at %.0f s", act->tool, (double)act->at_us * 1e-6);
        static const char *const action[] = {"stop tool", "mend tool", "reseed twin"};
        st = audit_append(database, act->by, action[act->kind], twin, detail, err);
    }
    return database_leave(database, st, err);
}

void twin_engine_name(const char *id, char out[STORE_ID_BYTES + 8]) {
    snprintf(out, STORE_ID_BYTES + 8, "twin/%s", id);
}

maru_status tenant_delete_twin(struct tenant *tenant, const char *id, const char *by,
                               maru_error *err) {
    struct database *database = &tenant->database;
    struct query query;
    database_enter(database);
    maru_status st = database_begin(database, err);
    if (st == MARU_OK) {
        query_open(&query, database, "DELETE FROM twin WHERE id = ? RETURNING id");
        query_bind_text(&query, id);
        st = query_one(&query, no_twin, err);
    }
    if (st == MARU_OK) { // what a follower has kept of it
        char engine[STORE_ID_BYTES + 8];
        twin_engine_name(id, engine);
        const char *const values[] = {engine, NULL};
        st = query_do(database, "DELETE FROM engine WHERE name = ?", values, err);
    }
    st = st == MARU_OK ? audit_append(database, by, "delete twin", id, "", err) : st;
    return database_leave(database, st, err);
}
