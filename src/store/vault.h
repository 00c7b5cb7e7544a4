// What the files of the store share of struct store.
#ifndef STORE_VAULT_H
#define STORE_VAULT_H

#include <pthread.h>

#include "store/database.h"
#include "store/postgres.h"
#include "store/store.h"

enum { OWN_WAIT_MS = 2000 }; // for a command that removes a tenant to be done

struct store {
    char *place;                // a folder, or a URL
    struct postgres_pool *pool; // NULL: it is a folder
    struct database server;
    pthread_mutex_t lock;
    pthread_cond_t is_free; // somebody has released a tenant
    struct tenant *open;    // list
    bool is_owner;          // else another process may be
    int lock_file;          // of a folder, where is_owner
};

extern const size_t store_n_migration; // of the server's

// The file of the server.
struct database *store_server(struct store *store);

// How many rows, with `text` bound where it is not NULL; the caller has entered the database.
MARU_MUST_USE maru_status store_count(struct database *database, const char *sql, const char *text,
                                      int64_t *out, maru_error *err);

// Make all that a struct store is but its database; store_close in any case.
MARU_MUST_USE maru_status store_begin(const char *place, struct store **out, maru_error *err);

// ---- places.c: what depends on where the store is

// Is there a store?
//   errors  MARU_E_INPUT: there is none
MARU_MUST_USE maru_status place_find(const char *place, maru_error *err);
// Folders for the files, readable by nobody else.
MARU_MUST_USE maru_status place_make(const struct store *store, maru_error *err);
MARU_MUST_USE maru_status place_open_server(struct store *store, const char *const *migration,
                                            maru_error *err);
MARU_MUST_USE maru_status place_open_tenant(struct store *store, const char *name,
                                            struct database *out, maru_error *err);
// Is anything of the tenant there, whether it is one or not?
MARU_MUST_USE maru_status place_has_tenant(struct store *store, const char *name, bool *has,
                                           maru_error *err);
// Its file with what kept backups have of it, or its schema; a line for each in `removed`.
MARU_MUST_USE maru_status place_remove_tenant(struct store *store, const char *name,
                                              struct text *removed, maru_error *err);
// The lines of what kept backups have of it, and that of the tenant itself.
MARU_MUST_USE maru_status place_list_backups(const struct store *store, const char *name,
                                             struct text *removed, maru_error *err);
void place_say_tenant(const struct store *store, const char *name, struct text *out);

// ---- tenants, with store->lock held

struct tenant *store_find_open(const struct store *store, const char *name);
void store_close_tenant(struct tenant *tenant);
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status store_has_tenant(struct store *store, const char *name, maru_error *err);

// Own the store, which is one process's at a time, waiting this long for it.
//   errors  MARU_E_IO: another process has it
MARU_MUST_USE maru_status store_own(struct store *store, int wait_ms, maru_error *err);
void store_disown(struct store *store);

// ---- removal.c

// See to it that no file of a former tenant of this name is left.
//   errors  MARU_E_RANGE: its removal is not over
MARU_MUST_USE maru_status store_make_way(struct store *store, const char *name, maru_error *err);

#endif
