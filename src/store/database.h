// One database of the store, asked with statements: a file of SQLite, or a schema of PostgreSQL. Opened so
// that what it has acknowledged survives, and migrated.
//
// The SQL is one text for both, in what they have in common: ? or ?1, ?2 for values, ON CONFLICT, RETURNING,
// CASE in place of scalar max(), BIGINT in casts, CAST(?1 AS TEXT) where a value stands before IS NULL. What
// differs in statements and migrations is translated in backend/dialect.c.
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"

enum { DATABASE_KEPT_STATEMENTS = 48, QUERY_MAX_VALUES = 32 };

struct backend; // backend/backend.h
struct postgres_pool;

struct database {
    const struct backend *backend;
    void *link;           // of the backend
    pthread_mutex_t lock; // one caller at a time: database_enter, database_leave
    char *path;           // the file, or what sentences call it: never with a password
    bool is_open;         // it was whole when it was opened
};

// Open or make the file, look whether it is whole, and bring it to the newest version: migration i
// takes it from version i to i + 1, each in a transaction of its own.
//   errors  MARU_E_IO: cannot be opened; MARU_E_INPUT: it is damaged, or of a newer maru
MARU_MUST_USE maru_status database_open(struct database *database, const char *path,
                                        const char *const *migration, size_t n_migration,
                                        maru_error *err);
void database_close(struct database *database); // accepts an all-zero one

// Between enter and leave the caller has the database for itself. `leave` ends the transaction that
// `begin` has begun: it is kept when `st` is MARU_OK, on the disk before this returns, else undone.
void database_enter(struct database *database);
MARU_MUST_USE maru_status database_begin(struct database *database, maru_error *err);
MARU_MUST_USE maru_status database_leave(struct database *database, maru_status st,
                                         maru_error *err);

// The rule of locks: who has a database for himself, and so whoever is called for each row of a query, waits for
// nobody who may ask one. It is called where such locks are taken and such threads waited for; what breaks the rule
// ends the program there and then, before it hangs one day. Counted for each thread.
void database_require_none(void);

// Begin a transaction that only reads, all of it as it is at one moment; others may write meanwhile.
MARU_MUST_USE maru_status database_begin_reading(struct database *database, maru_error *err);

// Bytes of its rows, about; what is deleted makes room again. The caller has entered it.
MARU_MUST_USE maru_status database_count_bytes(struct database *database, int64_t *n_bytes,
                                               maru_error *err);

// ---- values

enum value_kind { VALUE_NULL, VALUE_INTEGER, VALUE_NUMBER, VALUE_TEXT, VALUE_BYTES };

struct value {
    enum value_kind kind;
    union {
        int64_t integer;
        double number;
        struct { // of a text and of bytes: no 0 is counted, and none is needed
            const void *bytes;
            size_t n;
        };
    };
};

// ---- statements

// A statement with its values. Errors stick: query_close tells the first.
struct query {
    struct database *database;
    const char *sql;
    struct value value[QUERY_MAX_VALUES];
    size_t n_value;
    bool is_run;
    maru_status status;
    maru_error problem; // where status is not MARU_OK
    // of the backend
    void *statement; // compiled, of SQLite; the row, of PostgreSQL
    void **
        kept_row; // (n_kept_row): fetched before their turn, because another statement had to be run
    size_t n_kept_row, next_kept_row;
};

// Compiled statements are kept for the next time. Texts and bytes that are bound stay the caller's until
// query_close. A value that is not bound is null.
void query_open(struct query *query, struct database *database, const char *sql);
void query_bind(struct query *query, const struct value *value);
void query_bind_text(struct query *query, const char *text); // NULL: null
void query_bind_integer(struct query *query, int64_t value);
void query_bind_number(struct query *query, double value);
void query_bind_bytes(struct query *query, const void *bytes, size_t n);

// The next row; false behind the last and after an error. What columns give is valid until the next
// call. A column is asked for what it is; the bytes of a text are its letters.
bool query_row(struct query *query);
const char *query_text(const struct query *query, int column); // "" for null
int64_t query_integer(const struct query *query, int column);
double query_number(const struct query *query, int column);
const void *query_bytes(const struct query *query, int column, size_t *n);
struct value query_value(const struct query *query, int column);

// Run a statement without rows with what is bound, and let go of that, so that it can be bound and run again: many rows at once, without a
// word of PostgreSQL between two of them. Errors stick, and may be found as late as by query_close; texts and bytes may go.
void query_again(struct query *query);

//   errors  MARU_E_IO: the disk is full, the system refused, the file is damaged, or the connection to
//           PostgreSQL was lost; MARU_E_INPUT: a row contradicts the others; MARU_E_LIMIT
MARU_MUST_USE maru_status query_close(struct query *query, maru_error *err);

// Run a statement that changes one row and gives it back (RETURNING), and close it.
//   errors  MARU_E_USAGE with `none` where there was no such row; as query_close
MARU_MUST_USE maru_status query_one(struct query *query, const char *none, maru_error *err);

// Hand each row to `see` until that refuses, and close.
//   errors  those of see; MARU_E_USAGE with `none`, which may be NULL, where there was no row; as query_close
typedef maru_status (*query_see)(void *context, const struct query *query, maru_error *err);
MARU_MUST_USE maru_status query_each(struct query *query, const char *none, query_see see,
                                     void *context, maru_error *err);
// The same, and then leave the database, which the caller has entered.
MARU_MUST_USE maru_status query_tell(struct query *query, const char *none, query_see see,
                                     void *context, maru_error *err);

// A statement without rows: open, the texts that it wants (ending with NULL), close.
MARU_MUST_USE maru_status query_do(struct database *database, const char *sql,
                                   const char *const *text, maru_error *err);

// ---- many rows

enum { BULK_MAX_COLUMNS = 32 };

// Rows of one table, inside a transaction of the caller: COPY on PostgreSQL, one prepared statement on
// SQLite. Errors stick. Until bulk_close the database is asked nothing else.
struct bulk {
    struct query query;
    struct text buffer; // of PostgreSQL: rows on their way
    enum value_kind kind[BULK_MAX_COLUMNS];
    size_t n_column;
    uint64_t n_row;
    bool is_open; // PostgreSQL is taking rows
};

// column: names (n_column). Names are the program's own, never input.
//   memory  bulk_close frees, also after an error
void bulk_open(struct bulk *bulk, struct database *database, const char *table,
               const char *const *column, size_t n_column);
// One row: a value a column (n_column), each of the column's kind or null.
void bulk_row(struct bulk *bulk, const struct value *value);
//   errors  as query_close; MARU_E_USAGE: a value was not of its column's kind. The transaction has to be
//           undone then.
MARU_MUST_USE maru_status bulk_close(struct bulk *bulk, maru_error *err);

// ---- what a table is

enum { TABLE_NAME_BYTES = 64 };

struct table_shape {
    size_t n_column, n_key;
    char column[BULK_MAX_COLUMNS][TABLE_NAME_BYTES];
    enum value_kind kind[BULK_MAX_COLUMNS];
    uint8_t key[BULK_MAX_COLUMNS]; // (n_key) columns of the primary key, in its order
};

// The columns of a table in their order; n_column is 0 where there is no such table.
//   errors  MARU_E_LIMIT: more than BULK_MAX_COLUMNS
MARU_MUST_USE maru_status database_shape(struct database *database, const char *table,
                                         struct table_shape *out, maru_error *err);

#endif
