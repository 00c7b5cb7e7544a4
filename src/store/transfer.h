// A tenant moves from one place to another: between a folder and PostgreSQL, both ways.
#ifndef STORE_TRANSFER_H
#define STORE_TRANSFER_H

#include "store/store.h"

enum { TRANSFER_MAX_TABLES = 128 };

struct transfer_told {
    char tenant[STORE_TENANT_BYTES];
    size_t n_table, n_token;
    uint64_t n_row, n_entry; // entries of the audit log are rows too
    char digest
        [STORE_HASH_BYTES]; // over all rows of all tables, in the order of their keys: the same in both places
};
typedef void (*transfer_see)(void *context, const char *tenant, double share);

// Copy a tenant with all its tables and its tokens. Its rows are one transaction in the new place, which is read
// again and compared before the tenant is there; its audit log verifies, and then says who copied it. The
// old place keeps its own. `from` must be owned (transfer_open_source), so that nobody writes meanwhile.
//   in      see, which may be NULL, is told how far it is (0 to 1)
//   errors  MARU_E_USAGE: there is no such tenant, or there is one already; MARU_E_INPUT: what was read again
//           differs, the audit log does not verify, or a value fits only where it was. Nothing of the
//           tenant is left in the new place then.
MARU_MUST_USE maru_status transfer_tenant(struct store *from, struct store *to, const char *tenant,
                                          const char *who, transfer_see see, void *context,
                                          struct transfer_told *told, maru_error *err);

// Open both ends: the source as its owner, the target beside its owner or, where there is none, made anew,
// without the tenant `local`.
//   errors  MARU_E_IO: a maru works in the source; those of store_visit and store_open
MARU_MUST_USE maru_status transfer_open_source(const char *place, struct store **out,
                                               maru_error *err);
MARU_MUST_USE maru_status transfer_open_target(const char *place, struct store **out,
                                               maru_error *err);

// May this tenant come? errors as transfer_tenant, and nothing is done.
MARU_MUST_USE maru_status transfer_may(struct store *from, struct store *to, const char *tenant,
                                       maru_error *err);

#endif
