#include <string.h>

#include "base/status.h"
#include "io/clock.h"
#include "store/tenant.h"

// Connections to equipment as they are kept. Their settings are a JSON object, which only who opens them understands.

static const char no_connection[] = "there is no such connection";

#define CONNECTION_COLUMNS "id, name, kind, settings, is_on, created_ms, by"

struct telling {
    tenant_see_connection see;
    void *context;
};

static maru_status tell_row(void *context, const struct query *query, maru_error *err) {
    const struct telling *to = context;
    const struct connection_row row = {.id = query_text(query, 0),
                                       .name = query_text(query, 1),
                                       .kind = query_text(query, 2),
                                       .settings = query_text(query, 3),
                                       .is_on = query_integer(query, 4) != 0,
                                       .created_ms = query_integer(query, 5),
                                       .by = query_text(query, 6)};
    return to->see(to->context, &row, err);
}

maru_status tenant_see_one_connection(struct tenant *tenant, const char *id,
                                      tenant_see_connection see, void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT " CONNECTION_COLUMNS " FROM connection WHERE id = ?");
    query_bind_text(&query, id);
    struct telling to = {see, context};
    return query_tell(&query, no_connection, tell_row, &to, err);
}

maru_status tenant_each_connection(struct tenant *tenant, const struct page *page,
                                   tenant_see_connection see, void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT " CONNECTION_COLUMNS " FROM connection WHERE id > ? ORDER BY id LIMIT ?");
    query_bind_text(&query, page->after);
    query_bind_integer(&query, page->limit);
    struct telling to = {see, context};
    return query_tell(&query, NULL, tell_row, &to, err);
}

// Is there room for one more, and is the name free?
static maru_status may_add(struct database *database, const struct connection_row *row,
                           maru_error *err) {
    struct query query;
    int64_t n = 0, n_same = 0;
    query_open(&query, database,
               "SELECT count(*), coalesce(sum(CASE WHEN name = ? THEN 1 ELSE 0 END), 0)"
               " FROM connection WHERE id <> ?");
    query_bind_text(&query, row->name);
    query_bind_text(&query, row->id);
    if (query_row(&query)) {
        n = query_integer(&query, 0);
        n_same = query_integer(&query, 1);
    }
    const maru_status st = query_close(&query, err);
    if (st == MARU_OK && n >= TENANT_MAX_CONNECTIONS) {
        return fail(err, MARU_E_LIMIT, "there are %d connections already: delete one first",
                    TENANT_MAX_CONNECTIONS);
    }
    return st == MARU_OK && n_same > 0
               ? fail(err, MARU_E_RANGE, "there is already a connection '%.100s'", row->name)
               : st;
}

maru_status tenant_add_connection(struct tenant *tenant, const struct connection_row *row,
                                  char id[STORE_ID_BYTES], maru_error *err) {
    struct database *database = &tenant->database;
    struct connection_row made = *row;
    char new_id[STORE_ID_BYTES];
    store_make_id(new_id);
    made.id = new_id;
    database_enter(database);
    maru_status st = database_begin(database, err);
    st = st == MARU_OK ? may_add(database, &made, err) : st;
    if (st == MARU_OK) {
        struct query query;
        query_open(&query, database, "INSERT INTO connection VALUES(?, ?, ?, ?, ?, ?, ?)");
        query_bind_text(&query, new_id);
        query_bind_text(&query, row->name);
        query_bind_text(&query, row->kind);
        query_bind_text(&query, row->settings);
        query_bind_integer(&query, row->is_on);
        query_bind_integer(&query, clock_unix_ms());
        query_bind_text(&query, row->by);
        query_row(&query);
        st = query_close(&query, err);
    }
    st = st == MARU_OK ? audit_append(database, row->by, "make connection", new_id, row->name, err)
                       : st;
    st = database_leave(database, st, err);
    if (st == MARU_OK) {
        memcpy(id, new_id, sizeof new_id);
    }
    return st;
}

maru_status tenant_set_connection(struct tenant *tenant, const struct connection_row *row,
                                  maru_error *err) {
    struct database *database = &tenant->database;
    database_enter(database);
    maru_status st = database_begin(database, err);
    st = st == MARU_OK ? may_add(database, row, err) : st;
    if (st == MARU_OK) {
        struct query query;
        query_open(&query, database,
                   "UPDATE connection SET name = ?, settings = ?, is_on = ? WHERE id = ?"
                   " RETURNING id");
        query_bind_text(&query, row->name);
        query_bind_text(&query, row->settings);
        query_bind_integer(&query, row->is_on);
        query_bind_text(&query, row->id);
        st = query_one(&query, no_connection, err);
    }
    st = st == MARU_OK
             ? audit_append(database, row->by, "change connection", row->id, row->name, err)
             : st;
    return database_leave(database, st, err);
}

maru_status tenant_delete_connection(struct tenant *tenant, const char *id, const char *by,
                                     maru_error *err) {
    struct database *database = &tenant->database;
    struct query query;
    database_enter(database);
    maru_status st = database_begin(database, err);
    if (st == MARU_OK) {
        query_open(&query, database, "DELETE FROM connection WHERE id = ? RETURNING id");
        query_bind_text(&query, id);
        st = query_one(&query, no_connection, err);
    }
    st = st == MARU_OK ? audit_append(database, by, "delete connection", id, "", err) : st;
    return database_leave(database, st, err);
}
