// What a backend of database.h is: SQLite (database_sqlite.c) or PostgreSQL (database_postgres.c).
#ifndef STORE_BACKEND_H
#define STORE_BACKEND_H

#include "store/database.h"

struct backend {
    void (*close)(struct database *database);
    void (*enter)(struct database *database); // it was just locked
    maru_status (*begin)(struct database *database, bool reads, maru_error *err);
    // End the transaction, if there is one.
    maru_status (*end)(struct database *database, maru_status st, maru_error *err);
    // A migration as it is written for SQLite, and the number of those that were seen, in a transaction.
    maru_status (*migrate)(struct database *database, const char *sql, maru_error *err);
    maru_status (*get_version)(struct database *database, int64_t *version, maru_error *err);
    maru_status (*set_version)(struct database *database, int64_t version, maru_error *err);
    maru_status (*count_bytes)(struct database *database, int64_t *n_bytes, maru_error *err);
    // One row a column: name, kind as the backend calls it, place in the primary key (0: none).
    const char *shape_sql;

    void (*open_query)(struct query *query);
    bool (*next_row)(struct query *query); // binds and runs the first time
    void (*again)(struct query *query);    // binds and runs, of a statement without rows
    void (*close_query)(struct query *query);
    struct value (*get)(const struct query *query, int column);

    void (*open_bulk)(struct bulk *bulk, const char *table, const char *const *column);
    void (*add_bulk)(struct bulk *bulk, const struct value *value);
    void (*close_bulk)(struct bulk *bulk);
};

// Bring an open database to the newest version.
MARU_MUST_USE maru_status database_migrate(struct database *database, const char *const *migration,
                                           size_t n, maru_error *err);

// Start of an opening: the lock and a copy of the name. database_close after an error too.
MARU_MUST_USE maru_status database_init(struct database *database, const struct backend *backend,
                                        const char *path, maru_error *err);

// Note the first error of a query.
void query_fail(struct query *query, maru_status status, const char *format, ...) MARU_PRINTF(3, 4);

#endif
