// What the cloud keeps: tenants, tokens, plants with their versions, runs, an audit log.
//
// A store is a folder or a database of PostgreSQL. In a folder `server.db` knows the tenants and the hashes
// of their tokens, and each tenant has a file of its own, `tenants/NAME.db`, which nothing but its own
// calls touch; in PostgreSQL these are schemas, `maru_server` and `maru_t_NAME`, with a connection
// each. What a call has acknowledged survives kill -9. All calls may come from any thread. What lists call for each row must
// not call the store; what a row names is valid during that call.
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/plant.h"
#include "maru/status.h"

enum {
    STORE_ID_BYTES = 24,     // with its 0
    STORE_TENANT_BYTES = 32, // the same
    STORE_NAME_BYTES = 124,
    STORE_SECRET_BYTES = 96,
    STORE_HASH_BYTES = 65, // of an entry of the audit log, in hex, with its 0
    STORE_MAX_TENANTS = 10000,
    STORE_MAX_TOKENS = 10000, // of one tenant
};

enum role {
    ROLE_VIEWER,
    ROLE_ENGINEER,
    ROLE_OPERATOR,
    ROLE_ADMIN
}; // each may what those before may
const char *role_name(enum role role);
bool role_find(const char *name, enum role *role);

struct store;
struct tenant; // an open tenant

// Open the store at a place: a folder, or a URL that begins with postgresql://. It is made (a folder with
// mode 0700) with the tenant `local` where there is none.
//   out     *secret: of a first admin token of `local` where it has none yet, else ""
// The store is then this process's until store_close: another store_open of it is refused.
//   errors  MARU_E_IO: another process has it too; MARU_E_INPUT: a file is damaged or newer,
//           PostgreSQL is set so that it may lose what it has acknowledged; MARU_E_MEMORY
MARU_MUST_USE maru_status store_open(const char *place, struct store **out,
                                     char secret[STORE_SECRET_BYTES], maru_error *err);
// The same without the tenant `local`: for what brings its own.
MARU_MUST_USE maru_status store_make(const char *place, struct store **out, maru_error *err);

// Open a store that is there, beside the process that owns it or without one. All calls may be
// made; tenants that are removed go with the help of the owner.
//   errors  MARU_E_INPUT: there is nothing of maru; those of store_open
MARU_MUST_USE maru_status store_visit(const char *place, struct store **out, maru_error *err);
void store_close(struct store *store);

// ---- pages of lists

// At most `limit` rows behind the one named `after` ("": from the start), newest first unless said.
struct page {
    uint32_t limit;
    const char *after;
};
// The number that rows of a list by number must be below; 0, so none, where `after` is no number.
int64_t store_before(const struct page *page);

// ---- tenants

struct tenant_row {
    const char *name;
    int64_t created_ms;
};
typedef maru_status (*store_see_tenant)(void *context, const struct tenant_row *row,
                                        maru_error *err);

// A name: a letter, then letters, digits and '-', lower case.
bool store_is_tenant_name(const char *name);

//   errors  MARU_E_USAGE: no such name is possible, or it is taken; MARU_E_LIMIT
MARU_MUST_USE maru_status store_add_tenant(struct store *store, const char *name, maru_error *err);

// Remove the tenant: its tokens, its file or schema, and what kept backups (backup.h) have of it. Waits until
// nobody holds it; a visitor waits for the owner of the store to see to that.
//   out     removed: a line for each file
//   errors  MARU_E_USAGE: there is none, or it is `local`; MARU_E_STOPPED: it is no tenant any
//           more, but its files are still in use and go later
MARU_MUST_USE maru_status store_delete_tenant(struct store *store, const char *name,
                                              struct text *removed, maru_error *err);

// See to the removals that visitors of the store have begun, or a kill has cut off; the owner calls this
// every now and then. going(context, name), which may be NULL, is called before a tenant goes.
typedef void (*store_going)(void *context, const char *name);
MARU_MUST_USE maru_status store_sweep(struct store *store, store_going going, void *context,
                                      maru_error *err);

// In the order of their names.
MARU_MUST_USE maru_status store_each_tenant(struct store *store, const struct page *page,
                                            store_see_tenant see, void *context, maru_error *err);
// The same, all of them, and `see` may hold tenants.
MARU_MUST_USE maru_status store_visit_tenants(struct store *store, store_see_tenant see,
                                              void *context, maru_error *err);
size_t store_n_tenant(struct store *store);

// Bytes on the disk of PostgreSQL: of the server's schema, and of all tenants'. False: the store is a folder,
// where files tell, or it does not answer.
bool store_measure(struct store *store, uint64_t *n_server, uint64_t *n_tenant);

// Hold a tenant open until it is released.
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status store_hold(struct store *store, const char *name, struct tenant **out,
                                     maru_error *err);
void store_release(struct store *store, struct tenant *tenant); // accepts NULL

// As database_require_none: for whoever is about to take a lock, or to wait for a thread, under which the store is
// asked.
void store_require_outside_query(void);
const char *tenant_name(const struct tenant *tenant);

// ---- tokens

struct token {
    char id[STORE_ID_BYTES];
    char tenant[STORE_TENANT_BYTES];
    char name[STORE_NAME_BYTES];
    enum role role;
    int64_t created_ms, expires_ms; // expires_ms 0: never
};
typedef maru_status (*store_see_token)(void *context, const struct token *token, maru_error *err);

// Make a token: `token` says tenant, name, role and expiry and gets its id and time; the secret is
// told here and kept nowhere, only its BLAKE2b hash is.
//   errors  MARU_E_USAGE: no such tenant; MARU_E_LIMIT
MARU_MUST_USE maru_status store_add_token(struct store *store, struct token *token,
                                          char secret[STORE_SECRET_BYTES], maru_error *err);

// Whose secret is this?
//   errors  MARU_E_USAGE: nobody's, or it has expired
MARU_MUST_USE maru_status store_find_token(struct store *store, const char *secret,
                                           struct token *out, maru_error *err);

//   errors  MARU_E_USAGE: the tenant has no such token
MARU_MUST_USE maru_status store_delete_token(struct store *store, const char *tenant,
                                             const char *id, maru_error *err);
MARU_MUST_USE maru_status store_each_token(struct store *store, const char *tenant,
                                           const struct page *page, store_see_token see,
                                           void *context, maru_error *err);

// ---- ids

// A new id: milliseconds since 1970, then 60 random bits, in letters and digits that sort.
void store_make_id(char id[STORE_ID_BYTES]);
bool store_is_id(const char *text);

#endif
