#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "store/tenant.h"
#include "store/vault.h"

// Spreadsheets that models are trained from, as they came. A dataset never changes; its bytes are kept once, however often they come.

static const char no_dataset[] = "there is no such dataset";

#define DATASET_COLUMNS "id, name, by, created_ms, n_bytes, n_row, fingerprint, source, made_from"

struct telling {
    tenant_see_dataset see;
    void *context;
};

static maru_status tell_row(void *context, const struct query *query, maru_error *err) {
    const struct telling *to = context;
    const struct dataset_row row = {.id = query_text(query, 0),
                                    .name = query_text(query, 1),
                                    .by = query_text(query, 2),
                                    .created_ms = query_integer(query, 3),
                                    .n_bytes = query_integer(query, 4),
                                    .n_row = query_integer(query, 5),
                                    .fingerprint = query_text(query, 6),
                                    .source = query_text(query, 7),
                                    .made_from = query_text(query, 8)};
    return to->see(to->context, &row, err);
}

maru_status tenant_see_one_dataset(struct tenant *tenant, const char *id, tenant_see_dataset see,
                                   void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database, "SELECT " DATASET_COLUMNS " FROM dataset WHERE id = ?");
    query_bind_text(&query, id);
    struct telling to = {see, context};
    return query_tell(&query, no_dataset, tell_row, &to, err);
}

maru_status tenant_each_dataset(struct tenant *tenant, const struct page *page,
                                tenant_see_dataset see, void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT " DATASET_COLUMNS
               " FROM dataset WHERE (?1 = '' OR id < ?1) ORDER BY id DESC LIMIT ?2");
    query_bind_text(&query, page->after);
    query_bind_integer(&query, page->limit);
    struct telling to = {see, context};
    return query_tell(&query, NULL, tell_row, &to, err);
}

// ---- keeping

// The dataset that has these bytes: `id` stays "" where there is none.
static maru_status find_same(struct database *database, const char *fingerprint,
                             char id[STORE_ID_BYTES], maru_error *err) {
    struct query query;
    id[0] = '\0';
    query_open(&query, database, "SELECT id FROM dataset WHERE fingerprint = ?");
    query_bind_text(&query, fingerprint);
    if (query_row(&query)) {
        snprintf(id, STORE_ID_BYTES, "%s", query_text(&query, 0));
    }
    return query_close(&query, err);
}

static maru_status may_add(struct database *database, maru_error *err) {
    int64_t n = 0;
    const maru_status st = store_count(database, "SELECT count(*) FROM dataset", NULL, &n, err);
    return st == MARU_OK && n >= TENANT_MAX_DATASETS
               ? fail(err, MARU_E_LIMIT, "there are %d datasets already: delete one first",
                      TENANT_MAX_DATASETS)
               : st;
}

static maru_status insert(struct database *database, const struct dataset_row *row,
                          const struct packed *packed, maru_error *err) {
    struct query query;
    query_open(&query, database, "INSERT INTO dataset VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query_bind_text(&query, row->id);
    query_bind_text(&query, row->name);
    query_bind_integer(&query, clock_unix_ms());
    query_bind_text(&query, row->by);
    query_bind_integer(&query, row->n_bytes);
    query_bind_integer(&query, row->n_row);
    query_bind_text(&query, row->fingerprint);
    query_bind_text(&query, row->source);
    query_bind_text(&query, row->made_from);
    query_bind_bytes(&query, packed->bytes, packed->n_bytes);
    query_row(&query);
    return query_close(&query, err);
}

static void take_fingerprint(const char *bytes, size_t n, char out[DATASET_FINGERPRINT_BYTES]) {
    unsigned char hash[DATASET_FINGERPRINT_BYTES / 2];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)bytes, n, NULL, 0);
    sodium_bin2hex(out, DATASET_FINGERPRINT_BYTES, hash, sizeof hash);
}

// Where the bytes are there already, the first who brought them has named them.
static maru_status keep(struct database *database, struct dataset_row *row,
                        const struct packed *packed, char same[STORE_ID_BYTES], maru_error *err) {
    database_enter(database);
    maru_status st = database_begin(database, err);
    st = st == MARU_OK ? find_same(database, row->fingerprint, same, err) : st;
    if (st == MARU_OK && !same[0]) {
        st = may_add(database, err);
        st = st == MARU_OK ? insert(database, row, packed, err) : st;
        st = st == MARU_OK
                 ? audit_append(database, row->by, "keep dataset", row->id, row->name, err)
                 : st;
    }
    return database_leave(database, st, err);
}

maru_status tenant_add_dataset(struct tenant *tenant, const struct dataset_row *row,
                               const char *bytes, char id[STORE_ID_BYTES], bool *is_new,
                               maru_error *err) {
    struct packed packed = {0};
    struct dataset_row made = *row;
    char new_id[STORE_ID_BYTES], same[STORE_ID_BYTES] = "", fingerprint[DATASET_FINGERPRINT_BYTES];
    if (row->n_bytes < 1 || row->n_bytes > TENANT_MAX_DATASET_BYTES) {
        return fail(err, MARU_E_LIMIT, "a dataset has at least a byte, and at most %d MiB",
                    TENANT_MAX_DATASET_BYTES >> 20);
    }
    take_fingerprint(bytes, (size_t)row->n_bytes, fingerprint);
    store_make_id(new_id);
    made.id = new_id;
    made.fingerprint = fingerprint;
    maru_status st = tenant_pack(&packed, bytes, (size_t)row->n_bytes, err);
    st = st == MARU_OK ? keep(&tenant->database, &made, &packed, same, err) : st;
    alloc_free(packed.bytes);
    if (st == MARU_OK) {
        *is_new = same[0] == '\0';
        memcpy(id, *is_new ? new_id : same, STORE_ID_BYTES);
    }
    return st;
}

maru_status tenant_get_dataset(struct tenant *tenant, const char *id, struct text *out,
                               maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database, "SELECT packed FROM dataset WHERE id = ?");
    query_bind_text(&query, id);
    return query_tell(&query, no_dataset, tenant_unpack_row, out, err);
}

maru_status tenant_delete_dataset(struct tenant *tenant, const char *id, const char *by,
                                  maru_error *err) {
    struct database *database = &tenant->database;
    struct query query;
    database_enter(database);
    maru_status st = database_begin(database, err);
    if (st == MARU_OK) {
        query_open(&query, database, "DELETE FROM dataset WHERE id = ? RETURNING id");
        query_bind_text(&query, id);
        st = query_one(&query, no_dataset, err);
    }
    st = st == MARU_OK ? audit_append(database, by, "delete dataset", id, "", err) : st;
    return database_leave(database, st, err);
}
