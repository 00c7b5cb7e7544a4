// Where a store is in PostgreSQL: one schema for the server, one for each tenant, a connection for each.
#ifndef STORE_POSTGRES_H
#define STORE_POSTGRES_H

#include "store/database.h"

enum {
    POSTGRES_SCHEMA_BYTES = 48,
    POSTGRES_MAX_URL_BYTES = 2048,
    POSTGRES_MAX_CONNECTIONS = 32, // of one store; who is idle longest gives way
};

// postgresql://... or postgres://...
bool postgres_is_url(const char *place);

// The same without a password, for sentences.
void postgres_show_url(const char *url, char out[POSTGRES_MAX_URL_BYTES]);

struct postgres_pool; // connections of one store
MARU_MUST_USE maru_status postgres_new_pool(struct postgres_pool **out, maru_error *err);
void postgres_free_pool(struct postgres_pool *pool); // when its databases are closed

// As database_open, of a schema: made where it is not there. What a lost connection had begun fails; the
// next call connects again, at once, then after a growing while.
MARU_MUST_USE maru_status postgres_open(struct database *database, struct postgres_pool *pool,
                                        const char *url, const char *schema,
                                        const char *const *migration, size_t n_migration,
                                        maru_error *err);

// Is there a schema of this name in the database of the server? The caller has entered it.
MARU_MUST_USE maru_status postgres_has_schema(struct database *server, const char *schema,
                                              bool *has, maru_error *err);
// The same before anything is opened.
MARU_MUST_USE maru_status postgres_find_schema(const char *url, const char *schema, bool *has,
                                               maru_error *err);
// With all that is in it; a missing one is as good as gone. The caller has entered the server's.
MARU_MUST_USE maru_status postgres_drop_schema(struct database *server, const char *schema,
                                               maru_error *err);

// The lock of the one process that owns the store; it is taken again with each new connection.
//   errors  MARU_E_IO: another process has it
MARU_MUST_USE maru_status postgres_own(struct database *server, maru_error *err);
void postgres_disown(struct database *server);

#endif
