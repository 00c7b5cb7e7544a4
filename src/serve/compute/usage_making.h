// Usage of the pool by account and month, from the attempts that are kept. What was guaranteed, what there was and what was charged is what
// held then (store/jobs/pool_past.h, store/kept_money.h), so a month that is over is told the same for ever.
#ifndef SERVE_USAGE_MAKING_H
#define SERVE_USAGE_MAKING_H

#include "pool/money/usage.h"
#include "store/store.h"

struct compute;

enum { USAGE_MAX_MONTHS = 36 };

struct pool_owned;
struct pool_usage {
    struct usage
        usage; // by row of accounts; its charges are by the prices, also where nobody was charged
    struct money *charged; // (n_account x n_month) what stands in the ledger
    struct accounts accounts;
    struct cluster cluster;   // of now, and types that were there or used and are gone
    struct pool_owned *owned; // NULL: nobody has said what the pool costs, or it is of one tenant
    struct arena arena;
    int64_t now_us;
    bool has_prices;
};
// The last n_month months, that of now among them.
//   in      tenant: NULL: all, with what the pool cost
//   memory  pool_usage_fini, also after an error
//   errors  MARU_E_LIMIT, MARU_E_MEMORY; those of the store
MARU_MUST_USE maru_status pool_usage_make(struct store *store, struct compute *compute,
                                          const char *tenant, uint32_t n_month,
                                          struct pool_usage *out, maru_error *err);
void pool_usage_fini(struct pool_usage *usage);

#endif
