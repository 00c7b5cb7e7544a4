// A place for the store of a test: a temporary folder, or, where MARU_POSTGRES names a server of PostgreSQL
// (tests/with_postgres), a new database on it. So one test program tries both backends.
#ifndef STORE_TRIAL_PLACE_H
#define STORE_TRIAL_PLACE_H

#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store.h"

struct trial_place {
    char folder[64]; // "" in PostgreSQL
    char name[64];   // of the database
    char text[512];  // what store_open takes
};

static inline const char *trial_postgres(void) {
    const char *url = getenv("MARU_POSTGRES");
    return url && url[0] ? url : NULL;
}

// Run SQL at a URL; the first column of the first row, if there is one, in `told` (n bytes).
static inline bool trial_sql(const char *url, const char *sql, char *told, size_t n) {
    PGconn *connection = PQconnectdb(url);
    PGresult *result = PQexec(connection, sql);
    const bool has_rows = PQresultStatus(result) == PGRES_TUPLES_OK;
    const bool is_good = has_rows || PQresultStatus(result) == PGRES_COMMAND_OK;
    if (told) {
        snprintf(told, n, "%s", has_rows && PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
    }
    if (!is_good) {
        fprintf(stderr, "%s: %s", sql, PQerrorMessage(connection));
    }
    PQclear(result);
    PQfinish(connection);
    return is_good;
}

static inline bool trial_place_make_folder(struct trial_place *place) {
    *place = (struct trial_place){.folder = "/tmp/maru_store_XXXXXX"};
    const bool is_made = mkdtemp(place->folder) != NULL;
    snprintf(place->text, sizeof place->text, "%s", place->folder);
    return is_made;
}

static inline bool trial_place_make(struct trial_place *place) {
    static int n_made;
    char sql[128];
    const char *url = trial_postgres();
    if (!url) {
        return trial_place_make_folder(place);
    }
    *place = (struct trial_place){.folder = ""};
    snprintf(place->name, sizeof place->name, "trial_%ld_%d", (long)getpid(), n_made++);
    snprintf(sql, sizeof sql, "CREATE DATABASE %s", place->name);
    // postgresql://user@/NAME?rest
    const char *end = strrchr(url, '?'), *start = strstr(url, "://");
    start = start ? strchr(start + 3, '/') : NULL;
    if (!start || !end || !trial_sql(url, sql, NULL, 0)) {
        return false;
    }
    snprintf(place->text, sizeof place->text, "%.*s%s%s", (int)(start + 1 - url), url, place->name,
             end);
    return true;
}

static inline void trial_place_remove(struct trial_place *place) {
    char sql[128];
    if (place->name[0]) {
        snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS %s WITH (FORCE)", place->name);
        (void)trial_sql(trial_postgres(), sql, NULL, 0);
        return;
    }
    const pid_t pid = fork();
    if (pid == 0) {
        execlp("rm", "rm", "-rf", place->folder, (char *)NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
}

// Behind the back of the store: SQL in the data of a tenant.
static inline bool trial_meddle(const struct trial_place *place, const char *tenant,
                                const char *sql) {
    char path[256], script[1024];
    if (place->name[0]) {
        snprintf(script, sizeof script, "SET search_path TO \"maru_t_%s\"; %s", tenant, sql);
        return trial_sql(place->text, script, NULL, 0);
    }
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/tenants/%s.db", place->folder, tenant);
    const bool is_good = sqlite3_open(path, &db) == SQLITE_OK &&
                         sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_close(db);
    return is_good;
}

// A store at such a place, with the tenant `local` in hand.
struct trial_store {
    struct trial_place place;
    struct store *store;
    struct tenant *local;
};

static inline bool trial_store_open(struct trial_store *trial) {
    char secret[STORE_SECRET_BYTES];
    *trial = (struct trial_store){.store = NULL};
    return trial_place_make(&trial->place) &&
           store_open(trial->place.text, &trial->store, secret, NULL) == MARU_OK &&
           store_hold(trial->store, "local", &trial->local, NULL) == MARU_OK;
}

static inline void trial_store_close(struct trial_store *trial) {
    store_release(trial->store, trial->local);
    store_close(trial->store);
    trial_place_remove(&trial->place);
}

// The same as what cmocka calls before and after a test that wants nothing else.
static inline int trial_store_setup(void **state) {
    static struct trial_store trial;
    *state = &trial;
    return trial_store_open(&trial) ? 0 : -1;
}

static inline int trial_store_teardown(void **state) {
    trial_store_close((struct trial_store *)*state);
    return 0;
}

#endif
