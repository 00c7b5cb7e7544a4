#include "store/store.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"
#include "io/clock.h"
#include "store/database.h"
#include "store/tenant.h"
#include "store/vault.h"

// The database of the server and the tenants that are open.
//
// A tenant's database is opened when it is first held and stays open. Holders are counted under `lock`,
// so that a tenant is removed only when nobody works in it; who wants it meanwhile is told that
// there is none. One process owns the store; others visit it (removal.c says what that changes).

static const char *const server_migration[] = {
    "CREATE TABLE tenant(name TEXT PRIMARY KEY, created_ms INTEGER NOT NULL) STRICT;"
    "CREATE TABLE token(id TEXT PRIMARY KEY, tenant TEXT NOT NULL REFERENCES tenant(name)"
    "  ON DELETE CASCADE, name TEXT NOT NULL, role INTEGER NOT NULL, hash BLOB NOT NULL,"
    "  created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX token_of ON token(tenant, id);",
    "CREATE TABLE removal(name TEXT PRIMARY KEY) STRICT;",
    "CREATE TABLE price(resource TEXT NOT NULL, from_us INTEGER NOT NULL,"
    "  credits INTEGER NOT NULL, krw INTEGER NOT NULL, by TEXT NOT NULL,"
    "  created_ms INTEGER NOT NULL, PRIMARY KEY(resource, from_us)) STRICT, WITHOUT ROWID;",
};
const size_t store_n_migration = sizeof server_migration / sizeof server_migration[0];

struct database *store_server(struct store *store) {
    return &store->server;
}

static const char *const role_names[] = {"viewer", "engineer", "operator", "admin"};

const char *role_name(enum role role) { return role_names[role]; }

bool role_find(const char *name, enum role *role) {
    for (int i = 0; i < (int)(sizeof role_names / sizeof role_names[0]); i++) {
        if (strcmp(name, role_names[i]) == 0) {
            *role = (enum role)i;
            return true;
        }
    }
    return false;
}

// ---- ids

static const char id_digits[] = "0123456789abcdefghjkmnpqrstvwxyz"; // no i, l, o, u

void store_make_id(char id[STORE_ID_BYTES]) {
    uint64_t time = (uint64_t)clock_unix_ms(), random = 0;
    randombytes_buf(&random, sizeof random);
    for (int i = 9; i >= 0; i--, time >>= 5) {
        id[i] = id_digits[time & 31];
    }
    for (int i = 10; i < 22; i++, random >>= 5) {
        id[i] = id_digits[random & 31];
    }
    id[22] = '\0';
}

bool store_is_id(const char *text) { return strlen(text) == 22 && strspn(text, id_digits) == 22; }

int64_t store_before(const struct page *page) {
    int64_t number = page->after[0] ? 0 : INT64_MAX;
    (void)number_int64(page->after, strlen(page->after), &number);
    return number;
}

// ---- opening

maru_status store_count(struct database *database, const char *sql, const char *text, int64_t *out,
                        maru_error *err) {
    struct query query;
    query_open(&query, database, sql);
    if (text) {
        query_bind_text(&query, text);
    }
    if (query_row(&query)) {
        *out = query_integer(&query, 0);
    }
    return query_close(&query, err);
}

// The tenant `local`, and its first admin token.
static maru_status make_local(struct store *store, char *secret, maru_error *err) {
    int64_t n = 0;
    maru_status st =
        store_count(&store->server, "SELECT count(*) FROM tenant WHERE name = ?", "local", &n, err);
    if (st == MARU_OK && n == 0) {
        st = store_add_tenant(store, "local", err);
    }
    if (st == MARU_OK) {
        st = store_count(&store->server, "SELECT count(*) FROM token WHERE tenant = ?", "local", &n,
                         err);
    }
    if (st == MARU_OK && n == 0) {
        struct token token = {.tenant = "local", .name = "first admin", .role = ROLE_ADMIN};
        st = store_add_token(store, &token, secret, err);
    }
    return st;
}

maru_status store_begin(const char *place, struct store **out, maru_error *err) {
    struct store *store = alloc_new(1, sizeof *store);
    const size_t n = strlen(place) + 1;
    if (!store || sodium_init() < 0 || !(store->place = alloc_new(n, 1))) {
        alloc_free(store);
        return fail(err, MARU_E_MEMORY, "no memory, or no source of random numbers");
    }
    memcpy(store->place, place, n);
    store->lock_file = -1;
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->is_free, NULL);
    *out = store;
    return postgres_is_url(place) ? postgres_new_pool(&store->pool, err) : MARU_OK;
}

// A folder is owned before its files are opened; in PostgreSQL the lock is one of the server's schema.
static maru_status open_owned(struct store *store, maru_error *err) {
    maru_status st = place_make(store, err);
    if (!store->pool) {
        st = st == MARU_OK ? store_own(store, OWN_WAIT_MS, err) : st;
        return st == MARU_OK ? place_open_server(store, server_migration, err) : st;
    }
    st = st == MARU_OK ? place_open_server(store, server_migration, err) : st;
    return st == MARU_OK ? store_own(store, OWN_WAIT_MS, err) : st;
}

maru_status store_make(const char *place, struct store **out, maru_error *err) {
    struct store *store = NULL;
    maru_status st = store_begin(place, &store, err);
    st = store && st == MARU_OK ? open_owned(store, err) : st;
    st = store && st == MARU_OK ? store_sweep(store, NULL, NULL, err) : st;
    if (st != MARU_OK) {
        store_close(store);
        return st;
    }
    *out = store;
    return MARU_OK;
}

maru_status store_open(const char *place, struct store **out, char secret[STORE_SECRET_BYTES],
                       maru_error *err) {
    struct store *store = NULL;
    secret[0] = '\0';
    maru_status st = store_make(place, &store, err);
    st = st == MARU_OK ? make_local(store, secret, err) : st;
    if (st != MARU_OK) {
        store_close(store);
        return st;
    }
    *out = store;
    return MARU_OK;
}

maru_status store_visit(const char *place, struct store **out, maru_error *err) {
    struct store *store = NULL;
    maru_status st = place_find(place, err);
    st = st == MARU_OK ? store_begin(place, &store, err) : st;
    st = st == MARU_OK ? place_open_server(store, server_migration, err) : st;
    if (st != MARU_OK) {
        store_close(store);
        return st;
    }
    *out = store;
    return MARU_OK;
}

void store_close_tenant(struct tenant *tenant) {
    signals_close(tenant->signals);
    database_close(&tenant->database);
    alloc_free(tenant);
}

void store_close(struct store *store) {
    if (!store) {
        return;
    }
    while (store->open) {
        struct tenant *next = store->open->next;
        store_close_tenant(store->open);
        store->open = next;
    }
    if (store->pool) { // the lock is one of its connection
        store_disown(store);
    }
    database_close(&store->server);
    store_disown(store);
    postgres_free_pool(store->pool);
    alloc_free(store->place);
    pthread_cond_destroy(&store->is_free);
    pthread_mutex_destroy(&store->lock);
    alloc_free(store);
}

// ---- tenants

bool store_is_tenant_name(const char *name) {
    const size_t n = strlen(name);
    return n > 0 && n < STORE_TENANT_BYTES && name[0] >= 'a' && name[0] <= 'z' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static maru_status may_add(struct store *store, const char *name, maru_error *err) {
    int64_t n = 0;
    maru_status st = store_count(&store->server, "SELECT count(*) FROM tenant", NULL, &n, err);
    if (st == MARU_OK && n >= STORE_MAX_TENANTS) {
        return fail(err, MARU_E_LIMIT, "there are %lld tenants, and no more are possible",
                    (long long)n);
    }
    st = st == MARU_OK ? store_count(&store->server, "SELECT count(*) FROM tenant WHERE name = ?",
                                     name, &n, err)
                       : st;
    return st == MARU_OK && n > 0 ? fail(err, MARU_E_USAGE, "there is already a tenant %s", name)
                                  : st;
}

maru_status store_add_tenant(struct store *store, const char *name, maru_error *err) {
    if (!store_is_tenant_name(name)) {
        return fail(
            err, MARU_E_USAGE,
            "'%.40s' cannot be a tenant: a letter, then letters, digits or '-', lower case, "
            "at most %d",
            name, STORE_TENANT_BYTES - 1);
    }
    maru_status st = store_make_way(store, name, err);
    if (st != MARU_OK) {
        return st;
    }
    database_enter(&store->server);
    st = database_begin(&store->server, err);
    st = st == MARU_OK ? may_add(store, name, err) : st;
    if (st == MARU_OK) {
        struct query query;
        query_open(&query, &store->server, "INSERT INTO tenant VALUES(?, ?)");
        query_bind_text(&query, name);
        query_bind_integer(&query, clock_unix_ms());
        query_row(&query);
        st = query_close(&query, err);
    }
    return database_leave(&store->server, st, err);
}

struct telling {
    store_see_tenant see;
    void *context;
};

static maru_status tell_tenant(void *context, const struct query *query, maru_error *err) {
    const struct telling *to = context;
    const struct tenant_row row = {query_text(query, 0), query_integer(query, 1)};
    return to->see(to->context, &row, err);
}

maru_status store_each_tenant(struct store *store, const struct page *page, store_see_tenant see,
                              void *context, maru_error *err) {
    struct query query;
    database_enter(&store->server);
    query_open(&query, &store->server,
               "SELECT name, created_ms FROM tenant WHERE name > ? ORDER BY name LIMIT ?");
    query_bind_text(&query, page->after);
    query_bind_integer(&query, page->limit);
    struct telling to = {see, context};
    return query_tell(&query, NULL, tell_tenant, &to, err);
}

enum { VISIT_NAMES = 64 };
struct names {
    char name[VISIT_NAMES][STORE_TENANT_BYTES];
    size_t n;
};

static maru_status keep_name(void *context, const struct tenant_row *row, maru_error *err) {
    (void)err;
    struct names *names = context;
    snprintf(names->name[names->n++], STORE_TENANT_BYTES, "%s", row->name);
    return MARU_OK;
}

maru_status store_visit_tenants(struct store *store, store_see_tenant see, void *context,
                                maru_error *err) {
    char after[STORE_TENANT_BYTES] = "";
    struct names names = {.n = 1};
    maru_status st = MARU_OK;
    while (st == MARU_OK && names.n > 0) {
        names.n = 0;
        const struct page page = {.limit = VISIT_NAMES, .after = after};
        st = store_each_tenant(store, &page, keep_name, &names, err);
        for (size_t i = 0; st == MARU_OK && i < names.n; i++) {
            const struct tenant_row row = {.name = names.name[i]};
            st = see(context, &row, err);
            memcpy(after, names.name[i], sizeof after);
        }
    }
    return st;
}

size_t store_n_tenant(struct store *store) {
    int64_t n = 0;
    database_enter(&store->server);
    const maru_status st =
        store_count(&store->server, "SELECT count(*) FROM tenant", NULL, &n, NULL);
    return database_leave(&store->server, st, NULL) == MARU_OK ? (size_t)n : SIZE_MAX;
}

maru_status store_has_tenant(struct store *store, const char *name, maru_error *err) {
    int64_t n = 0;
    database_enter(&store->server);
    maru_status st =
        store_count(&store->server, "SELECT count(*) FROM tenant WHERE name = ?", name, &n, err);
    st = database_leave(&store->server, st, err);
    return st == MARU_OK && n == 0 ? fail(err, MARU_E_USAGE, "there is no tenant '%.40s'", name)
                                   : st;
}

struct tenant *store_find_open(const struct store *store, const char *name) {
    struct tenant *tenant = store->open;
    while (tenant && strcmp(tenant->name, name) != 0) {
        tenant = tenant->next;
    }
    return tenant;
}

static maru_status open_tenant(struct store *store, const char *name, struct tenant **out,
                               maru_error *err) {
    maru_status st = store_has_tenant(store, name, err);
    if (st != MARU_OK) {
        return st;
    }
    struct tenant *tenant = alloc_new(1, sizeof *tenant);
    if (!tenant) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    snprintf(tenant->name, sizeof tenant->name, "%s", name);
    st = place_open_tenant(store, name, &tenant->database, err);
    if (st != MARU_OK) {
        alloc_free(tenant);
        return st;
    }
    tenant->next = store->open;
    store->open = tenant;
    *out = tenant;
    return MARU_OK;
}

maru_status tenant_open_signals(struct store *store, struct tenant *tenant, struct signals **out,
                                maru_error *err) {
    maru_status st = MARU_OK;
    database_require_none();
    pthread_mutex_lock(&store->lock);
    if (!tenant->signals) {
        struct database writer;
        st = place_open_tenant(store, tenant->name, &writer, err);
        st = st == MARU_OK ? signals_open(&tenant->database, &writer, &tenant->signals, err) : st;
    }
    *out = tenant->signals;
    pthread_mutex_unlock(&store->lock);
    return st;
}

maru_status store_hold(struct store *store, const char *name, struct tenant **out,
                       maru_error *err) {
    database_require_none(); // a tenant's is opened, and read, under the lock
    pthread_mutex_lock(&store->lock);
    struct tenant *tenant = store_find_open(store, name);
    maru_status st = MARU_OK;
    if (!tenant) {
        st = open_tenant(store, name, &tenant, err);
    } else if (tenant->is_going) {
        st = fail(err, MARU_E_USAGE, "there is no tenant '%.40s'", name);
    }
    if (st == MARU_OK && tenant) {
        tenant->n_holder++;
        *out = tenant;
    }
    pthread_mutex_unlock(&store->lock);
    return st;
}

void store_release(struct store *store, struct tenant *tenant) {
    if (tenant) {
        database_require_none();
        pthread_mutex_lock(&store->lock);
        tenant->n_holder--;
        pthread_cond_broadcast(&store->is_free);
        pthread_mutex_unlock(&store->lock);
    }
}

void store_require_outside_query(void) { database_require_none(); }

const char *tenant_name(const struct tenant *tenant) { return tenant->name; }

maru_status tenant_count_bytes(struct tenant *tenant, int64_t *n_bytes, maru_error *err) {
    int64_t n = 0;
    database_enter(&tenant->database);
    maru_status st = database_count_bytes(&tenant->database, &n, err);
    st = database_leave(&tenant->database, st, err);
    *n_bytes = st == MARU_OK ? n : *n_bytes;
    return st;
}
