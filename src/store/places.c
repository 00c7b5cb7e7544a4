#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/status.h"
#include "io/files.h"
#include "store/backup.h"
#include "store/tenant.h"
#include "store/vault.h"

// Where a store is, and all that depends on it: a folder with files of SQLite, or a database of PostgreSQL with
// schemas, `maru_server` and `maru_t_NAME`.
//
// One process owns a store. In a folder that is a lock on DATA/lock, because a file of SQLite must not be
// unlinked while another process has it open: a new one of the same name would share its log. In
// PostgreSQL it is an advisory lock of the server's connection; there only the owner drops schemas, too.

enum { LOOK_MS = 50 };
static const char server_schema[] = "maru_server";

static bool is_folder(const struct store *store) { return !store->pool; }

static void schema_of(const char *tenant, char out[POSTGRES_SCHEMA_BYTES]) {
    snprintf(out, POSTGRES_SCHEMA_BYTES, "maru_t_%s", tenant);
}

// DATA/tenants/NAME and an ending, in `out`, which is cleared first.
static void add_path(struct text *out, const struct store *store, const char *tenant,
                     const char *ending) {
    text_clear(out);
    text_addf(out, "%s/tenants/%s%s", store->place, tenant, ending);
}

// ---- there, made, opened

maru_status place_find(const char *place, maru_error *err) {
    char shown[POSTGRES_MAX_URL_BYTES];
    bool is_there = false;
    if (postgres_is_url(place)) {
        postgres_show_url(place, shown);
        const maru_status st = postgres_find_schema(place, server_schema, &is_there, err);
        return st == MARU_OK && !is_there
                   ? fail(err, MARU_E_INPUT,
                          "%.200s has no data of maru: --store or MARU_STORE names the database "
                          "of the server",
                          shown)
                   : st;
    }
    struct text path;
    text_init(&path, 1 << 13);
    files_join(&path, place, "server.db");
    is_there = path.status == MARU_OK && access(path.bytes, F_OK) == 0;
    text_fini(&path);
    return is_there ? MARU_OK
                    : fail(err, MARU_E_INPUT,
                           "%.200s has no data of maru: --data or MARU_DIR names the folder of the "
                           "server",
                           place);
}

maru_status place_make(const struct store *store, maru_error *err) {
    struct text path;
    if (!is_folder(store)) {
        return MARU_OK; // the schema is made when it is opened
    }
    text_init(&path, 1 << 13);
    files_join(&path, store->place, "tenants");
    maru_status st = path.status == MARU_OK ? files_make_folder(path.bytes, err) : path.status;
    if (st == MARU_OK && (chmod(store->place, 0700) != 0 || chmod(path.bytes, 0700) != 0)) {
        st = fail(err, MARU_E_IO, "%s: its permissions cannot be set: it belongs to somebody else",
                  store->place);
    }
    text_fini(&path);
    return st;
}

maru_status place_open_server(struct store *store, const char *const *migration, maru_error *err) {
    if (!is_folder(store)) {
        return postgres_open(&store->server, store->pool, store->place, server_schema, migration,
                             store_n_migration, err);
    }
    struct text path;
    text_init(&path, 1 << 13);
    files_join(&path, store->place, "server.db");
    const maru_status st =
        path.status != MARU_OK
            ? fail(err, path.status, "the name of the folder is too long")
            : database_open(&store->server, path.bytes, migration, store_n_migration, err);
    text_fini(&path);
    return st;
}

maru_status place_open_tenant(struct store *store, const char *name, struct database *out,
                              maru_error *err) {
    if (!is_folder(store)) {
        char schema[POSTGRES_SCHEMA_BYTES];
        schema_of(name, schema);
        return postgres_open(out, store->pool, store->place, schema, tenant_migration,
                             tenant_n_migration, err);
    }
    struct text path;
    text_init(&path, 1 << 13);
    add_path(&path, store, name, ".db");
    const maru_status st = path.status == MARU_OK ? database_open(out, path.bytes, tenant_migration,
                                                                  tenant_n_migration, err)
                                                  : path.status;
    text_fini(&path);
    return st;
}

// ---- what a tenant has

maru_status place_has_tenant(struct store *store, const char *name, bool *has, maru_error *err) {
    if (!is_folder(store)) {
        char schema[POSTGRES_SCHEMA_BYTES];
        schema_of(name, schema);
        database_enter(&store->server);
        const maru_status st = postgres_has_schema(&store->server, schema, has, err);
        return database_leave(&store->server, st, err);
    }
    struct text path;
    text_init(&path, 1 << 13);
    add_path(&path, store, name, ".db");
    *has = path.status == MARU_OK && access(path.bytes, F_OK) == 0;
    text_fini(&path);
    return MARU_OK;
}

static maru_status drop_schema(struct store *store, const char *name, struct text *removed,
                               maru_error *err) {
    char schema[POSTGRES_SCHEMA_BYTES];
    bool has = false;
    schema_of(name, schema);
    database_enter(&store->server);
    maru_status st = postgres_has_schema(&store->server, schema, &has, err);
    st = st == MARU_OK && has ? postgres_drop_schema(&store->server, schema, err) : st;
    st = database_leave(&store->server, st, err);
    if (st == MARU_OK && has) {
        text_addf(removed, "schema %s\n", schema);
    }
    return st;
}

maru_status place_remove_tenant(struct store *store, const char *name, struct text *removed,
                                maru_error *err) {
    static const char *const ending[] = {".db", ".db-wal", ".db-shm"};
    if (!is_folder(store)) {
        return drop_schema(store, name, removed, err);
    }
    struct text path;
    text_init(&path, 1 << 13);
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++) {
        add_path(&path, store, name, ending[i]);
        if (path.status == MARU_OK && unlink(path.bytes) == 0) {
            text_addf(removed, "%s%s\n", name, ending[i]);
        }
    }
    text_fini(&path);
    return backup_forget(store->place, name, removed, err);
}

maru_status place_list_backups(const struct store *store, const char *name, struct text *removed,
                               maru_error *err) {
    return is_folder(store) ? backup_list(store->place, name, removed, err) : MARU_OK;
}

void place_say_tenant(const struct store *store, const char *name, struct text *out) {
    text_addf(out, is_folder(store) ? "%s.db\n" : "schema maru_t_%s\n", name);
}

// ---- room

bool store_measure(struct store *store, uint64_t *n_server, uint64_t *n_tenant) {
    struct query query;
    uint64_t n[2] = {0};
    if (is_folder(store)) {
        return false;
    }
    database_enter(&store->server);
    query_open(
        &query, &store->server,
        "SELECT n.nspname = 'maru_server', CAST(sum(pg_total_relation_size(r.oid)) AS BIGINT)"
        " FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace"
        " WHERE r.relkind = 'r' AND (n.nspname = 'maru_server' OR n.nspname LIKE 'maru^_t^_%'"
        " ESCAPE '^') GROUP BY 1");
    while (query_row(&query)) {
        n[query_integer(&query, 0) == 0] = (uint64_t)query_integer(&query, 1);
    }
    const maru_status st = database_leave(&store->server, query_close(&query, NULL), NULL);
    *n_server = n[0];
    *n_tenant = n[1];
    return st == MARU_OK;
}

// ---- the owner

static maru_status lock_folder(struct store *store, maru_error *err) {
    struct text path;
    text_init(&path, 1 << 13);
    files_join(&path, store->place, "lock");
    const int file =
        path.status == MARU_OK ? open(path.bytes, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    text_fini(&path);
    if (file < 0) {
        return fail(err, MARU_E_IO, "%.200s cannot be written: look at its owner and permissions",
                    store->place);
    }
    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
        close(file);
        return fail(err, MARU_E_IO, "another maru works in %.200s: end that one first",
                    store->place);
    }
    store->lock_file = file;
    return MARU_OK;
}

maru_status store_own(struct store *store, int wait_ms, maru_error *err) {
    maru_status st = MARU_E_IO;
    for (;; wait_ms -= LOOK_MS) {
        st = is_folder(store) ? lock_folder(store, err) : postgres_own(&store->server, err);
        if (st == MARU_OK || wait_ms <= 0) {
            break;
        }
        usleep(LOOK_MS * 1000);
    }
    store->is_owner = st == MARU_OK;
    return st;
}

void store_disown(struct store *store) {
    if (store->is_owner && !is_folder(store)) {
        postgres_disown(&store->server);
    } else if (store->is_owner) {
        close(store->lock_file);
    }
    store->is_owner = false;
}
