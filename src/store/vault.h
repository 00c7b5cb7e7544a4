// What the files of the store share of struct store.
#ifndef STORE_VAULT_H
#define STORE_VAULT_H

#include <pthread.h>

#include "store/database.h"
#include "store/store.h"

enum { OWN_WAIT_MS = 2000 }; // for a command that removes a tenant to be done

struct store {
    char *folder;
    struct database server;
    pthread_mutex_t lock;
    pthread_cond_t is_free; // somebody has released a tenant
    struct tenant *open;    // list
    int lock_file;          // -1: another process may own the folder
};

extern const size_t store_n_migration; // of server.db

// The file of the server.
struct database *store_server(struct store *store);

// How many rows, with `text` bound where it is not NULL; the caller has entered the database.
MARU_MUST_USE maru_status store_count(struct database *database, const char *sql, const char *text,
                                      int64_t *out, maru_error *err);

// DATA/tenants/NAME and an ending, in `out`, which is cleared first.
void store_add_path(struct text *out, const struct store *store, const char *tenant,
                    const char *ending);

// ---- tenants, with store->lock held

struct tenant *store_find_open(const struct store *store, const char *name);
void store_close_tenant(struct tenant *tenant);
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status store_has_tenant(struct store *store, const char *name, maru_error *err);

// ---- removal.c

// Own the folder, which is one process's at a time, waiting this long for it.
//   errors  MARU_E_IO: another process has it
MARU_MUST_USE maru_status store_own(struct store *store, int wait_ms, maru_error *err);
void store_disown(struct store *store);

// See to it that no file of a former tenant of this name is left.
//   errors  MARU_E_RANGE: its removal is not over
MARU_MUST_USE maru_status store_make_way(struct store *store, const char *name, maru_error *err);

#endif
