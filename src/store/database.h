// One SQLite file: opened so that what it has acknowledged survives, migrated, asked with statements.
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"

enum { DATABASE_KEPT_STATEMENTS = 48 };

struct kept_statement { // compiled, and not in use
    const char *sql;    // as the caller gave it: most are literals
    sqlite3_stmt *statement;
};

struct database {
    sqlite3 *db;
    struct kept_statement kept[DATABASE_KEPT_STATEMENTS];
    size_t next_kept;     // the place that gives way when all are taken
    pthread_mutex_t lock; // one caller at a time: database_enter, database_leave
    char *path;
    bool is_open; // it was whole when it was opened
};

// Open or make the file, look whether it is whole, and bring it to the newest version: migration i
// takes it from version i to i + 1, each in a transaction of its own.
//   errors  MARU_E_IO: cannot be opened; MARU_E_INPUT: it is damaged, or of a newer maru
MARU_MUST_USE maru_status database_open(struct database *database, const char *path,
                                        const char *const *migration, size_t n_migration,
                                        maru_error *err);
void database_close(struct database *database); // accepts an all-zero one

// Between enter and leave the caller has the file for itself. `leave` ends the transaction that
// `begin` has begun: it is kept when `st` is MARU_OK, on the disk before this returns, else undone.
void database_enter(struct database *database);
MARU_MUST_USE maru_status database_begin(struct database *database, maru_error *err);
MARU_MUST_USE maru_status database_leave(struct database *database, maru_status st,
                                         maru_error *err);

// A statement with its values. Errors stick: query_close tells the first.
struct query {
    struct database *database;
    sqlite3_stmt *statement;
    const char *sql;
    int n_bound;
    int code; // of SQLite
};

// Compiled statements are kept for the next time. Texts and bytes that are bound stay the caller's until
// query_close.
void query_open(struct query *query, struct database *database, const char *sql);
void query_bind_text(struct query *query, const char *text); // NULL: null
void query_bind_integer(struct query *query, int64_t value);
void query_bind_number(struct query *query, double value);
void query_bind_bytes(struct query *query, const void *bytes, size_t n);

// The next row; false behind the last and after an error. What columns give is valid until the next
// call.
bool query_row(struct query *query);
const char *query_text(const struct query *query, int column); // "" for null
int64_t query_integer(const struct query *query, int column);
double query_number(const struct query *query, int column);
const void *query_bytes(const struct query *query, int column, size_t *n);

//   errors  MARU_E_IO: the disk is full, the system refused, or the file is damaged; MARU_E_INPUT: a
//           row contradicts the others
MARU_MUST_USE maru_status query_close(struct query *query, maru_error *err);

// Run a statement that changes one row and gives it back (RETURNING), and close it.
//   errors  MARU_E_USAGE with `none` where there was no such row; as query_close
MARU_MUST_USE maru_status query_one(struct query *query, const char *none, maru_error *err);

// A statement without rows: open, the texts that it wants (ending with NULL), close.
MARU_MUST_USE maru_status query_do(struct database *database, const char *sql,
                                   const char *const *text, maru_error *err);

#endif
