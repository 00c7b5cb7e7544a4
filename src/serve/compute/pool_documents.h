// What the operator writes for the pool: its policy, its accounts, its nodes out of work. They are documents of the tenant `local`, each change
// a version.
//
// A version that makes no sense (a hand in the database, an older program) stops nothing: the last one that does holds, and what
// is wrong with the newest is told.
#ifndef SERVE_POOL_DOCUMENTS_H
#define SERVE_POOL_DOCUMENTS_H

#include "base/arena.h"
#include "pool/accounts_table.h"
#include "pool/pool_policy.h"
#include "pool/reservation_table.h"
#include "store/tenant.h"

extern const char pool_policy_document[], pool_accounts_document[], pool_nodes_document[],
    pool_reservations_document[], pool_owned_document[];

struct document_told {
    int64_t newest, holds; // numbers of versions; 0: none
    int64_t created_ms;    // of the newest
    char by[STORE_NAME_BYTES];
    maru_error fault; // of the newest; code MARU_OK: it holds
};
// Try a text. What is refused with another status than MARU_E_MEMORY makes the version before it the next to be tried.
typedef maru_status (*document_try)(void *context, const struct text *text, maru_error *err);
//   errors  MARU_E_MEMORY, MARU_E_IO: the store does not answer. No version, or none that makes sense, is no error
MARU_MUST_USE maru_status pool_document_load(struct store *store, const char *name,
                                             document_try try_it, void *context,
                                             struct document_told *out, maru_error *err);
// Keep the next version.
//   in      *number: the version that has to be the newest, 0: whichever is
//   errors  MARU_E_RANGE: another version is the newest
MARU_MUST_USE maru_status pool_document_keep(struct store *store, const char *name, const char *by,
                                             const struct text *text, int64_t *number,
                                             maru_error *err);

// Which version holds, since when and by whom, as members of an open object; what is wrong is told operators of the server alone.
struct request;
struct json;
void document_tell(const struct request *request, struct json *json,
                   const struct document_told *told);

// The policy that holds, the standard one where there is none.
MARU_MUST_USE maru_status pool_policy_load(struct store *store, struct pool_policy *out,
                                           struct document_told *told, maru_error *err);
//   memory  in the arena
MARU_MUST_USE maru_status pool_accounts_load(struct store *store, struct arena *arena,
                                             struct accounts_table *out, struct document_told *told,
                                             maru_error *err);

// Set rows of the accounts' table that hold for a time, such as what a round has awarded: by account and lease, each instead of the one
// that is there; one that guarantees nothing takes it away. compute_renew lets them hold.
//   errors  those of accounts_table_change; MARU_E_IO
MARU_MUST_USE maru_status pool_leases_set(struct store *store, const struct account_line *lease,
                                          uint32_t n, const char *by, maru_error *err);

//   memory  in the arena
MARU_MUST_USE maru_status pool_reservations_load(struct store *store, struct arena *arena,
                                                 struct reservation_table *out,
                                                 struct document_told *told, maru_error *err);

// ---- nodes that people took out of work

struct node_order {
    char name[64], reason[100];
    bool is_down; // what runs there goes on elsewhere, too
};
struct node_orders {
    const struct node_order *order; // (n)
    uint32_t n;
};
//   memory  in the arena
MARU_MUST_USE maru_status pool_nodes_load(struct store *store, struct arena *arena,
                                          struct node_orders *out, struct document_told *told,
                                          maru_error *err);
// Set what holds of a node; NULL: it is in work again.
MARU_MUST_USE maru_status pool_node_set(struct store *store, const char *node,
                                        const struct node_order *order, const char *by,
                                        maru_error *err);

#endif
