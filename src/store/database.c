#include "store/database.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// WAL with synchronous=FULL: a commit is on the disk before it is acknowledged, readers of other
// processes (a backup) do not wait, and after kill -9 the next open takes up the log. A transaction
// is immediate, so it never has to give way half done.
//
// To compile a statement takes ten times as long as to run a small one, so closed ones are kept, reset and
// without values, for who asks with the same text. A statement in use is in the hands of its query alone.

enum { BUSY_MS = 5000 };

// Did the system refuse room? SQLite itself knows only that of the disk as a whole.
static bool is_out_of_room(const struct database *database) {
    const int why = database->db ? sqlite3_system_errno(database->db) : 0;
    return why == ENOSPC || why == EDQUOT || why == EFBIG;
}

// What SQLite says, as a sentence that says what to do. A quota, or a limit on the size of files, is no
// full disk to SQLite, but it is to who has to make room.
static maru_status refusal(const struct database *database, int code, maru_error *err) {
    const char *path = database->path ? database->path : "";
    const bool is_full = (code & 0xff) == SQLITE_IOERR && is_out_of_room(database);
    switch (is_full ? SQLITE_FULL : code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return MARU_OK;
    case SQLITE_FULL:
        return fail(err, MARU_E_IO,
                    "the disk is full: nothing was changed in %s; make room and try again", path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return fail(err, database->is_open ? MARU_E_IO : MARU_E_INPUT,
                    "%s is damaged: stop the server and put its last backup in its place", path);
    case SQLITE_NOMEM:
        return fail(err, MARU_E_MEMORY, "no memory");
    case SQLITE_TOOBIG:
        return fail(err, MARU_E_LIMIT, "too large for one row of %s", path);
    case SQLITE_CONSTRAINT:
        return fail(err, MARU_E_INPUT, "%s: %s", path, sqlite3_errmsg(database->db));
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return fail(err, MARU_E_IO, "%s cannot be written: look at its owner and permissions",
                    path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fail(err, MARU_E_IO, "%s is in use by another process for too long", path);
    default:
        return fail(err, MARU_E_IO, "%s: %s", path, sqlite3_errstr(code));
    }
}

static maru_status run_script(struct database *database, const char *sql, maru_error *err) {
    return refusal(database, sqlite3_exec(database->db, sql, NULL, NULL, NULL), err);
}

static maru_status read_version(struct database *database, int64_t *version, maru_error *err) {
    struct query query;
    query_open(&query, database, "PRAGMA user_version");
    if (query_row(&query)) {
        *version = query_integer(&query, 0);
    }
    return query_close(&query, err);
}

static maru_status look_whole(struct database *database, maru_error *err) {
    struct query query;
    bool is_whole = false;
    query_open(&query, database, "PRAGMA quick_check(1)");
    if (query_row(&query)) {
        is_whole = strcmp(query_text(&query, 0), "ok") == 0;
    }
    const maru_status st = query_close(&query, err);
    return st != MARU_OK || is_whole ? st : refusal(database, SQLITE_CORRUPT, err);
}

static maru_status migrate(struct database *database, const char *const *migration, size_t n,
                           maru_error *err) {
    int64_t version = 0;
    maru_status st = read_version(database, &version, err);
    if (st == MARU_OK && (version < 0 || (uint64_t)version > n)) {
        return fail(err, MARU_E_INPUT,
                    "%s was written by a newer maru (version %lld, this one knows %zu)",
                    database->path, (long long)version, n);
    }
    for (size_t i = (size_t)version; st == MARU_OK && i < n; i++) {
        char mark[48];
        snprintf(mark, sizeof mark, "PRAGMA user_version = %zu", i + 1);
        database_enter(database);
        st = database_begin(database, err);
        int64_t now = version; // of another process that opened the file at the same time
        st = st == MARU_OK ? read_version(database, &now, err) : st;
        if (st == MARU_OK && now <= (int64_t)i) {
            st = run_script(database, migration[i], err);
            st = st == MARU_OK ? run_script(database, mark, err) : st;
        }
        st = database_leave(database, st, err);
    }
    return st;
}

maru_status database_open(struct database *database, const char *path, const char *const *migration,
                          size_t n_migration, maru_error *err) {
    *database = (struct database){0};
    pthread_mutex_init(&database->lock, NULL);
    const size_t n = strlen(path) + 1;
    database->path = alloc_new(n, 1);
    if (!database->path) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    memcpy(database->path, path, n);
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    maru_status st = refusal(database, sqlite3_open_v2(path, &database->db, flags, NULL), err);
    if (st == MARU_OK) {
        sqlite3_extended_result_codes(database->db, 1);
        sqlite3_busy_timeout(database->db, BUSY_MS);
        sqlite3_db_config(database->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(database->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        st = run_script(database,
                        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                        "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;",
                        err);
    }
    st = st == MARU_OK ? look_whole(database, err) : st;
    st = st == MARU_OK ? migrate(database, migration, n_migration, err) : st;
    if (st != MARU_OK) {
        database_close(database);
        return st;
    }
    database->is_open = true;
    return MARU_OK;
}

void database_close(struct database *database) {
    if (!database->path) {
        return;
    }
    for (size_t i = 0; i < DATABASE_KEPT_STATEMENTS; i++) {
        sqlite3_finalize(database->kept[i].statement);
    }
    sqlite3_close_v2(database->db);
    alloc_free(database->path);
    pthread_mutex_destroy(&database->lock);
    *database = (struct database){0};
}

void database_enter(struct database *database) { pthread_mutex_lock(&database->lock); }

maru_status database_begin(struct database *database, maru_error *err) {
    return run_script(database, "BEGIN IMMEDIATE", err);
}

maru_status database_leave(struct database *database, maru_status st, maru_error *err) {
    if (!sqlite3_get_autocommit(database->db)) {
        if (st == MARU_OK) {
            st = run_script(database, "COMMIT", err);
        }
        if (st != MARU_OK && !sqlite3_get_autocommit(database->db)) {
            (void)sqlite3_exec(database->db, "ROLLBACK", NULL, NULL, NULL);
        }
    }
    pthread_mutex_unlock(&database->lock);
    return st;
}

// ---- statements

static void note(struct query *query, int code) {
    if (query->code == SQLITE_OK && code != SQLITE_OK) {
        query->code = code;
    }
}

static sqlite3_stmt *take_kept(struct database *database, const char *sql) {
    for (size_t i = 0; i < DATABASE_KEPT_STATEMENTS; i++) {
        struct kept_statement *kept = &database->kept[i];
        if (kept->sql == sql && strcmp(sqlite3_sql(kept->statement), sql) == 0) {
            sqlite3_stmt *statement = kept->statement;
            *kept = (struct kept_statement){0};
            return statement;
        }
    }
    return NULL;
}

static void keep(struct database *database, const char *sql, sqlite3_stmt *statement) {
    size_t i = 0;
    while (i < DATABASE_KEPT_STATEMENTS && database->kept[i].statement) {
        i++;
    }
    if (i == DATABASE_KEPT_STATEMENTS) {
        i = database->next_kept++ % DATABASE_KEPT_STATEMENTS;
        sqlite3_finalize(database->kept[i].statement);
    }
    database->kept[i] = (struct kept_statement){.sql = sql, .statement = statement};
}

void query_open(struct query *query, struct database *database, const char *sql) {
    *query = (struct query){.database = database, .sql = sql};
    query->statement = take_kept(database, sql);
    if (!query->statement) {
        note(query, sqlite3_prepare_v3(database->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                       &query->statement, NULL));
    }
}

void query_bind_text(struct query *query, const char *text) {
    if (query->code == SQLITE_OK) {
        note(query, sqlite3_bind_text(query->statement, ++query->n_bound, text, -1, SQLITE_STATIC));
    }
}

void query_bind_integer(struct query *query, int64_t value) {
    if (query->code == SQLITE_OK) {
        note(query, sqlite3_bind_int64(query->statement, ++query->n_bound, value));
    }
}

void query_bind_number(struct query *query, double value) {
    if (query->code == SQLITE_OK) {
        note(query, sqlite3_bind_double(query->statement, ++query->n_bound, value));
    }
}

void query_bind_bytes(struct query *query, const void *bytes, size_t n) {
    if (query->code == SQLITE_OK) {
        note(query, sqlite3_bind_blob64(query->statement, ++query->n_bound, n > 0 ? bytes : "", n,
                                        SQLITE_STATIC));
    }
}

bool query_row(struct query *query) {
    if (query->code != SQLITE_OK) {
        return false;
    }
    const int code = sqlite3_step(query->statement);
    if (code == SQLITE_ROW) {
        return true;
    }
    note(query, code == SQLITE_DONE ? SQLITE_OK : code);
    return false;
}

const char *query_text(const struct query *query, int column) {
    const unsigned char *text = sqlite3_column_text(query->statement, column);
    return text ? (const char *)text : "";
}

int64_t query_integer(const struct query *query, int column) {
    return sqlite3_column_int64(query->statement, column);
}

double query_number(const struct query *query, int column) {
    return sqlite3_column_double(query->statement, column);
}

const void *query_bytes(const struct query *query, int column, size_t *n) {
    const void *bytes = sqlite3_column_blob(query->statement, column);
    *n = (size_t)sqlite3_column_bytes(query->statement, column);
    return bytes ? bytes : "";
}

maru_status query_close(struct query *query, maru_error *err) {
    const maru_status st = refusal(query->database, query->code, err);
    if (query->statement && st == MARU_OK) {
        sqlite3_reset(query->statement);
        sqlite3_clear_bindings(query->statement);
        keep(query->database, query->sql, query->statement);
    } else {
        sqlite3_finalize(query->statement);
    }
    query->statement = NULL;
    return st;
}

maru_status query_one(struct query *query, const char *none, maru_error *err) {
    const bool is_there = query_row(query);
    while (query_row(query)) {
    }
    const maru_status st = query_close(query, err);
    return st == MARU_OK && !is_there ? fail(err, MARU_E_USAGE, "%s", none) : st;
}

maru_status query_do(struct database *database, const char *sql, const char *const *text,
                     maru_error *err) {
    struct query query;
    query_open(&query, database, sql);
    for (; *text; text++) {
        query_bind_text(&query, *text);
    }
    query_row(&query);
    return query_close(&query, err);
}
