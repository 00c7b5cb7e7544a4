#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "store/backend/backend.h"

// One file of SQLite.
//
// WAL with synchronous=FULL: a commit is on the disk before it is acknowledged, readers of other
// processes (a backup) do not wait, and after kill -9 the next open takes up the log. A transaction
// is immediate, so it never has to give way half done.
//
// To compile a statement takes ten times as long as to run a small one, so closed ones are kept, reset and
// without values, for who asks with the same text. A statement in use is in the hands of its query alone.

enum { BUSY_MS = 5000, SQL_BYTES = 4096 };

struct kept_statement { // compiled, and not in use
    const char *sql;    // as the caller gave it: most are literals
    sqlite3_stmt *statement;
};

struct sqlite_link {
    sqlite3 *db;
    struct kept_statement kept[DATABASE_KEPT_STATEMENTS];
    size_t next_kept; // the place that gives way when all are taken
};

static struct sqlite_link *link_of(const struct database *database) { return database->link; }

static sqlite3 *db_of(const struct database *database) {
    return database->link ? link_of(database)->db : NULL;
}

// Did the system refuse room? SQLite itself knows only that of the disk as a whole, and loses the reason when a page was written in
// part; then nothing but room can be meant.
static bool is_out_of_room(sqlite3 *db, int code) {
    const int why = db ? sqlite3_system_errno(db) : 0;
    return why == ENOSPC || why == EDQUOT || why == EFBIG ||
           (code == SQLITE_IOERR_WRITE && why == 0);
}

// What SQLite says, as a sentence that says what to do. A quota, or a limit on the size of files, is no
// full disk to SQLite, but it is to who has to make room.
static maru_status refusal(const struct database *database, int code, maru_error *err) {
    const char *path = database->path;
    const bool is_full = (code & 0xff) == SQLITE_IOERR && is_out_of_room(db_of(database), code);
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
        return fail(err, MARU_E_INPUT, "%s: %s", path, sqlite3_errmsg(db_of(database)));
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
    return refusal(database, sqlite3_exec(db_of(database), sql, NULL, NULL, NULL), err);
}

// The only row of a statement that tells a number.
static maru_status get_number(struct database *database, const char *sql, int64_t *out,
                              maru_error *err) {
    struct query query;
    query_open(&query, database, sql);
    const int64_t n = query_row(&query) ? query_integer(&query, 0) : 0;
    const maru_status st = query_close(&query, err);
    *out = st == MARU_OK ? n : *out;
    return st;
}

static maru_status get_version(struct database *database, int64_t *version, maru_error *err) {
    return get_number(database, "PRAGMA user_version", version, err);
}

static maru_status set_version(struct database *database, int64_t version, maru_error *err) {
    char mark[48];
    snprintf(mark, sizeof mark, "PRAGMA user_version = %lld", (long long)version);
    return run_script(database, mark, err);
}

static maru_status count_bytes(struct database *database, int64_t *n_bytes, maru_error *err) {
    return get_number(database,
                      "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count,"
                      " pragma_freelist_count, pragma_page_size",
                      n_bytes, err);
}

static maru_status begin(struct database *database, bool reads, maru_error *err) {
    maru_status st = run_script(database, reads ? "BEGIN" : "BEGIN IMMEDIATE", err);
    // what it shows is of the moment of its first look
    return st == MARU_OK && reads ? run_script(database, "SELECT 1 FROM sqlite_schema", err) : st;
}

static maru_status end(struct database *database, maru_status st, maru_error *err) {
    sqlite3 *db = db_of(database);
    if (!sqlite3_get_autocommit(db)) {
        if (st == MARU_OK) {
            st = run_script(database, "COMMIT", err);
        }
        if (st != MARU_OK && !sqlite3_get_autocommit(db)) {
            (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
        }
    }
    return st;
}

// ---- statements

static void note(struct query *query, int code) {
    if (query->status == MARU_OK) {
        query->status = refusal(query->database, code, &query->problem);
    }
}

static sqlite3_stmt *take_kept(struct sqlite_link *link, const char *sql) {
    for (size_t i = 0; i < DATABASE_KEPT_STATEMENTS; i++) {
        struct kept_statement *kept = &link->kept[i];
        if (kept->sql == sql && strcmp(sqlite3_sql(kept->statement), sql) == 0) {
            sqlite3_stmt *statement = kept->statement;
            *kept = (struct kept_statement){0};
            return statement;
        }
    }
    return NULL;
}

static void keep(struct sqlite_link *link, const char *sql, sqlite3_stmt *statement) {
    size_t i = 0;
    while (i < DATABASE_KEPT_STATEMENTS && link->kept[i].statement) {
        i++;
    }
    if (i == DATABASE_KEPT_STATEMENTS) {
        i = link->next_kept++ % DATABASE_KEPT_STATEMENTS;
        sqlite3_finalize(link->kept[i].statement);
    }
    link->kept[i] = (struct kept_statement){.sql = sql, .statement = statement};
}

static void open_query(struct query *query) {
    struct sqlite_link *link = link_of(query->database);
    sqlite3_stmt *statement = take_kept(link, query->sql);
    if (!statement) {
        note(query, sqlite3_prepare_v3(link->db, query->sql, -1, SQLITE_PREPARE_PERSISTENT,
                                       &statement, NULL));
    }
    query->statement = statement;
}

static int bind(sqlite3_stmt *statement, int i, const struct value *value) {
    switch (value->kind) {
    case VALUE_INTEGER:
        return sqlite3_bind_int64(statement, i, value->integer);
    case VALUE_NUMBER:
        return sqlite3_bind_double(statement, i, value->number);
    case VALUE_TEXT:
        return sqlite3_bind_text64(statement, i, value->bytes, value->n, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case VALUE_BYTES:
        return sqlite3_bind_blob64(statement, i, value->bytes, value->n, SQLITE_STATIC);
    case VALUE_NULL:
        break;
    }
    return sqlite3_bind_null(statement, i);
}

static bool next_row(struct query *query) {
    for (size_t i = 0; i < query->n_value && !query->is_run; i++) {
        note(query, bind(query->statement, (int)i + 1, &query->value[i]));
    }
    query->is_run = true;
    if (query->status != MARU_OK) {
        return false;
    }
    const int code = sqlite3_step(query->statement);
    note(query, code);
    return code == SQLITE_ROW;
}

static void again(struct query *query) {
    (void)next_row(query);
    (void)sqlite3_reset(query->statement); // tells the error of the step again
    query->is_run = false;
}

static struct value get(const struct query *query, int column) {
    sqlite3_stmt *statement = query->statement;
    struct value value = {.kind = VALUE_NULL};
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        value.kind = VALUE_INTEGER;
        value.integer = sqlite3_column_int64(statement, column);
        break;
    case SQLITE_FLOAT:
        value.kind = VALUE_NUMBER;
        value.number = sqlite3_column_double(statement, column);
        break;
    case SQLITE_TEXT:
        value.kind = VALUE_TEXT;
        value.bytes = sqlite3_column_text(statement, column);
        value.n = (size_t)sqlite3_column_bytes(statement, column);
        break;
    case SQLITE_BLOB:
        value.kind = VALUE_BYTES;
        value.bytes = sqlite3_column_blob(statement, column);
        value.n = (size_t)sqlite3_column_bytes(statement, column);
        break;
    default:
        break;
    }
    if ((value.kind == VALUE_TEXT || value.kind == VALUE_BYTES) && !value.bytes) {
        value.bytes = ""; // of no bytes, or no memory for them
    }
    return value;
}

static void close_query(struct query *query) {
    if (query->statement && query->status == MARU_OK) {
        sqlite3_reset(query->statement);
        sqlite3_clear_bindings(query->statement);
        keep(link_of(query->database), query->sql, query->statement);
    } else {
        sqlite3_finalize(query->statement);
    }
    query->statement = NULL;
}

// ---- many rows: the values go straight into one statement

static void open_bulk(struct bulk *bulk, const char *table, const char *const *column) {
    struct text sql;
    sqlite3_stmt *statement = NULL;
    text_init(&sql, SQL_BYTES);
    text_addf(&sql, "INSERT INTO %s(", table);
    for (size_t i = 0; i < bulk->n_column; i++) {
        text_addf(&sql, "%s%s", i > 0 ? ", " : "", column[i]);
    }
    text_addz(&sql, ") VALUES(");
    for (size_t i = 0; i < bulk->n_column; i++) {
        text_addz(&sql, i > 0 ? ", ?" : "?");
    }
    text_addz(&sql, ")");
    if (sql.status != MARU_OK) {
        query_fail(&bulk->query, sql.status, "no memory");
    } else {
        note(&bulk->query, sqlite3_prepare_v3(db_of(bulk->query.database), sql.bytes, -1,
                                              SQLITE_PREPARE_PERSISTENT, &statement, NULL));
    }
    bulk->query.statement = statement;
    text_fini(&sql);
}

static void add_bulk(struct bulk *bulk, const struct value *value) {
    sqlite3_stmt *statement = bulk->query.statement;
    for (size_t i = 0; i < bulk->n_column; i++) {
        note(&bulk->query, bind(statement, (int)i + 1, &value[i]));
    }
    note(&bulk->query, sqlite3_step(statement));
    (void)sqlite3_reset(statement); // tells the error of the step again
}

static void close_bulk(struct bulk *bulk) {
    sqlite3_finalize(bulk->query.statement);
    bulk->query.statement = NULL;
}

// ---- opening

static void close_link(struct database *database) {
    struct sqlite_link *link = link_of(database);
    if (link) {
        for (size_t i = 0; i < DATABASE_KEPT_STATEMENTS; i++) {
            sqlite3_finalize(link->kept[i].statement);
        }
        sqlite3_close_v2(link->db);
        alloc_free(link);
    }
}

static const struct backend sqlite_backend = {
    .close = close_link,
    .begin = begin,
    .end = end,
    .migrate = run_script,
    .get_version = get_version,
    .set_version = set_version,
    .count_bytes = count_bytes,
    .shape_sql = "SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid",
    .open_query = open_query,
    .next_row = next_row,
    .again = again,
    .close_query = close_query,
    .get = get,
    .open_bulk = open_bulk,
    .add_bulk = add_bulk,
    .close_bulk = close_bulk,
};

// Samples can be many gigabytes; each block is looked at when it is read.
static maru_status look_whole(struct database *database, maru_error *err) {
    struct query query;
    bool is_whole = true;
    query_open(&query, database,
               "SELECT q.quick_check FROM sqlite_schema s, pragma_quick_check(s.name) q"
               " WHERE s.type = 'table' AND s.name NOT IN ('block', 'block_bytes', 'sample_log', "
               "'level')");
    while (is_whole && query_row(&query)) {
        is_whole = strcmp(query_text(&query, 0), "ok") == 0;
    }
    const maru_status st = query_close(&query, err);
    return st != MARU_OK || is_whole ? st : refusal(database, SQLITE_CORRUPT, err);
}

static maru_status open_file(struct database *database, maru_error *err) {
    struct sqlite_link *link = alloc_new(1, sizeof *link);
    if (!link) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    database->link = link;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const maru_status st =
        refusal(database, sqlite3_open_v2(database->path, &link->db, flags, NULL), err);
    if (st != MARU_OK) {
        return st;
    }
    sqlite3_extended_result_codes(link->db, 1);
    sqlite3_busy_timeout(link->db, BUSY_MS);
    sqlite3_db_config(link->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(link->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return run_script(database,
                      // pages of 16 kB: a third less time for samples than 4 kB
                      "PRAGMA page_size = 16384;"
                      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                      "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;",
                      err);
}

maru_status database_open(struct database *database, const char *path, const char *const *migration,
                          size_t n_migration, maru_error *err) {
    maru_status st = database_init(database, &sqlite_backend, path, err);
    st = st == MARU_OK ? open_file(database, err) : st;
    st = st == MARU_OK ? look_whole(database, err) : st;
    st = st == MARU_OK ? database_migrate(database, migration, n_migration, err) : st;
    if (st != MARU_OK) {
        database_close(database);
        return st;
    }
    database->is_open = true;
    return MARU_OK;
}
