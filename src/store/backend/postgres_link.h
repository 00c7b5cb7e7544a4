// A connection to PostgreSQL that stands for one schema: made when it is wanted, made again when it was lost.
#ifndef STORE_BACKEND_POSTGRES_LINK_H
#define STORE_BACKEND_POSTGRES_LINK_H

#include <libpq-fe.h>

#include "store/backend/backend.h"
#include "store/postgres.h"

struct prepared {                // a statement that the server knows as m0, m1, ...
    const char *sql;             // as the caller gave it
    char *text;                  // a copy: the same place may hold another statement later
    char kind[QUERY_MAX_VALUES]; // of each value when it was prepared
    size_t n_value;
};

struct postgres_link {
    PGconn *connection;   // NULL: none at the moment
    const char *place;    // what sentences call it: the path of its database, which may move
    pthread_mutex_t lock; // held while somebody works with it, so that others do not close it
    struct postgres_pool *pool;
    struct postgres_link *next; // of the pool
    char *url, schema[POSTGRES_SCHEMA_BYTES];
    struct prepared prepared[DATABASE_KEPT_STATEMENTS];
    size_t next_prepared;
    struct query *streaming; // whose rows are on their way
    struct query *piping;    // that is run again and again, its answers not yet read
    size_t n_piped;          // of them
    bool in_transaction;     // also when the connection was lost in it
    bool is_owner;           // it holds the lock of the owner, or has to get it again
    double try_s, wait_s;    // not before this time; and how long after the next failure
    double used_s;
    maru_error refused; // what the last try to connect was told
    // count_bytes: what was counted last, when, and how long that took
    int64_t n_bytes;
    double counted_s, counting_s;
};

// The connection, made now where there is none and no transaction has begun.
//   errors  MARU_E_IO: PostgreSQL cannot be reached, or another maru is the owner; MARU_E_INPUT: it is set
//           so that it may lose what it has acknowledged, or keeps no UTF-8
MARU_MUST_USE maru_status link_connect(struct postgres_link *link, maru_error *err);
void link_disconnect(struct postgres_link *link);

// Into the pool, and out of it.
void link_join(struct postgres_link *link);
void link_part(struct postgres_link *link);

// A database of this schema, connected, not yet made or migrated. database_close in any case.
MARU_MUST_USE maru_status postgres_attach(struct database *database, struct postgres_pool *pool,
                                          const char *url, const char *schema, maru_error *err);

// Let go of a connection that the server has closed while nobody used it.
void link_look(struct postgres_link *link);

// What PostgreSQL says of a failure, as a sentence that says what to do; result may be NULL.
maru_status link_refusal(struct postgres_link *link, const PGresult *result, maru_error *err);

// A script without rows.
MARU_MUST_USE maru_status link_run(struct postgres_link *link, const char *sql, maru_error *err);

#endif
