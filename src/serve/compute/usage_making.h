// Usage of the pool by account and month, from the attempts that are kept, with the accounts, nodes and prices of now.
#ifndef SERVE_USAGE_MAKING_H
#define SERVE_USAGE_MAKING_H

#include "pool/money/usage.h"
#include "store/store.h"

struct compute;

enum { USAGE_MAX_MONTHS = 36 };

struct pool_usage {
    struct usage usage; // by row of accounts
    struct accounts accounts;
    struct cluster cluster; // of now, and types that were used and are gone
    struct arena arena;
    int64_t now_us;
    bool has_prices;
};
// The last n_month months, that of now among them.
//   in      tenant: NULL: all
//   memory  pool_usage_fini, also after an error
//   errors  MARU_E_LIMIT, MARU_E_MEMORY; those of the store
MARU_MUST_USE maru_status pool_usage_make(struct store *store, struct compute *compute,
                                          const char *tenant, uint32_t n_month,
                                          struct pool_usage *out, maru_error *err);
void pool_usage_fini(struct pool_usage *usage);

#endif
