#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "store/tenant.h"

// Documents are texts that people write and maru reads: what signals mean, which alarms there are. A version never changes once
// it is kept. Engines are what programs remember: one row each, replaced as a whole.

static const char no_document[] = "there is no such document, or no such version of it";

// ---- documents

struct newest {
    int64_t number, n_name;
};

static maru_status find_newest(struct database *database, const char *name, struct newest *out,
                               maru_error *err) {
    struct query query;
    query_open(&query, database,
               "SELECT coalesce(max(CASE WHEN name = ? THEN number ELSE 0 END), 0),"
               " count(DISTINCT name) FROM document");
    query_bind_text(&query, name);
    if (query_row(&query)) {
        out->number = query_integer(&query, 0);
        out->n_name = query_integer(&query, 1);
    }
    return query_close(&query, err);
}

static maru_status may_add(struct database *database, const struct document_row *row, int64_t after,
                           int64_t *number, maru_error *err) {
    struct newest newest = {0};
    const maru_status st = find_newest(database, row->name, &newest, err);
    if (st != MARU_OK) {
        return st;
    }
    if (after > 0 && newest.number != after) {
        return fail(err, MARU_E_RANGE, "version %lld is the newest of this document",
                    (long long)newest.number);
    }
    if (newest.number >= TENANT_MAX_DOCUMENT_VERSIONS ||
        (newest.number == 0 && newest.n_name >= TENANT_MAX_DOCUMENTS)) {
        return fail(err, MARU_E_LIMIT, "more than %d documents, or %d versions of one",
                    TENANT_MAX_DOCUMENTS, TENANT_MAX_DOCUMENT_VERSIONS);
    }
    *number = newest.number + 1;
    return MARU_OK;
}

static maru_status insert(struct database *database, const struct document_row *row, int64_t number,
                          const struct packed *packed, maru_error *err) {
    struct query query;
    query_open(&query, database, "INSERT INTO document VALUES(?, ?, ?, ?, ?, ?)");
    query_bind_text(&query, row->name);
    query_bind_integer(&query, number);
    query_bind_integer(&query, clock_unix_ms());
    query_bind_text(&query, row->by);
    query_bind_integer(&query, row->n_bytes);
    query_bind_bytes(&query, packed->bytes, packed->n_bytes);
    query_row(&query);
    return query_close(&query, err);
}

maru_status tenant_add_document(struct tenant *tenant, const struct document_row *row,
                                const char *bytes, int64_t *number, maru_error *err) {
    struct database *database = &tenant->database;
    struct packed packed = {0};
    int64_t next = 0;
    char detail[32];
    if (row->name[0] == '\0' || strlen(row->name) >= TENANT_MAX_DOCUMENT_NAME_BYTES ||
        row->n_bytes < 0 || row->n_bytes > TENANT_MAX_DOCUMENT_BYTES) {
        return fail(err, MARU_E_LIMIT, "a document has a name below %d bytes and at most %d MiB",
                    TENANT_MAX_DOCUMENT_NAME_BYTES, TENANT_MAX_DOCUMENT_BYTES >> 20);
    }
    maru_status st = tenant_pack(&packed, bytes, (size_t)row->n_bytes, err);
    if (st != MARU_OK) {
        alloc_free(packed.bytes);
        return st;
    }
    database_enter(database);
    st = database_begin(database, err);
    st = st == MARU_OK ? may_add(database, row, *number, &next, err) : st;
    st = st == MARU_OK ? insert(database, row, next, &packed, err) : st;
    snprintf(detail, sizeof detail, "version %lld", (long long)next);
    st = st == MARU_OK ? audit_append(database, row->by, "change document", row->name, detail, err)
                       : st;
    st = database_leave(database, st, err);
    alloc_free(packed.bytes);
    if (st == MARU_OK) {
        *number = next;
    }
    return st;
}

struct telling {
    tenant_see_document see; // NULL: of nobody
    void *context;
    struct text *out; // what it says; NULL: is not asked
};

// Rows of name, by, number, created_ms, n_bytes, and packed where it is asked.
static maru_status tell_row(void *context, const struct query *query, maru_error *err) {
    const struct telling *to = context;
    const struct document_row row = {.name = query_text(query, 0),
                                     .by = query_text(query, 1),
                                     .number = query_integer(query, 2),
                                     .created_ms = query_integer(query, 3),
                                     .n_bytes = query_integer(query, 4)};
    maru_status st = MARU_OK;
    if (to->out) {
        size_t n = 0;
        const void *packed = query_bytes(query, 5, &n);
        st = tenant_unpack(to->out, packed, n, err);
    }
    return st == MARU_OK && to->see ? to->see(to->context, &row, err) : st;
}

maru_status tenant_get_document(struct tenant *tenant, const char *name, int64_t number,
                                struct text *out, tenant_see_document see, void *context,
                                maru_error *err) {
    struct query query;
    struct telling to = {see, context, out};
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT name, by, number, created_ms, n_bytes, packed FROM document"
               " WHERE name = ?1 AND (?2 = 0 OR number = ?2) ORDER BY number DESC LIMIT 1");
    query_bind_text(&query, name);
    query_bind_integer(&query, number);
    return query_tell(&query, no_document, tell_row, &to, err);
}

maru_status tenant_each_document(struct tenant *tenant, tenant_see_document see, void *context,
                                 maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT name, by, number, created_ms, n_bytes FROM document AS d WHERE number ="
               " (SELECT max(number) FROM document WHERE name = d.name) ORDER BY name");
    struct telling to = {see, context, NULL};
    return query_tell(&query, NULL, tell_row, &to, err);
}

maru_status tenant_each_document_version(struct tenant *tenant, const char *name,
                                         const struct page *page, tenant_see_document see,
                                         void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT name, by, number, created_ms, n_bytes FROM document"
               " WHERE name = ? AND number < ? ORDER BY number DESC LIMIT ?");
    query_bind_text(&query, name);
    query_bind_integer(&query, page->after[0] ? store_before(page) : INT64_MAX);
    query_bind_integer(&query, page->limit);
    struct telling to = {see, context, NULL};
    return query_tell(&query, NULL, tell_row, &to, err);
}

// ---- engines

maru_status tenant_keep_engine(struct tenant *tenant, const char *name, const void *bytes, size_t n,
                               const struct engine_act *act, maru_error *err) {
    struct database *database = &tenant->database;
    struct packed packed = {0};
    struct query query;
    if (n > TENANT_MAX_ENGINE_BYTES) {
        return fail(err, MARU_E_LIMIT, "a state of more than %d MiB",
                    TENANT_MAX_ENGINE_BYTES >> 20);
    }
    maru_status st = tenant_pack(&packed, bytes, n, err);
    if (st != MARU_OK) {
        alloc_free(packed.bytes);
        return st;
    }
    database_enter(database);
    st = database_begin(database, err);
    if (st == MARU_OK) {
        query_open(&query, database,
                   "INSERT INTO engine(name, at_ms, n_bytes, packed) VALUES(?, ?, ?, ?)"
                   " ON CONFLICT(name) DO UPDATE SET at_ms = excluded.at_ms,"
                   " n_bytes = excluded.n_bytes, packed = excluded.packed");
        query_bind_text(&query, name);
        query_bind_integer(&query, clock_unix_ms());
        query_bind_integer(&query, (int64_t)n);
        query_bind_bytes(&query, packed.bytes, packed.n_bytes);
        query_row(&query);
        st = query_close(&query, err);
    }
    if (st == MARU_OK && act && act->action) {
        st = audit_append(database, act->who, act->action, act->subject, act->detail, err);
    }
    st = database_leave(database, st, err);
    alloc_free(packed.bytes);
    return st;
}

maru_status tenant_get_engine(struct tenant *tenant, const char *name, struct text *out,
                              maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database, "SELECT packed FROM engine WHERE name = ?");
    query_bind_text(&query, name);
    return query_tell(&query, "this engine has kept no state yet", tenant_unpack_row, out, err);
}
