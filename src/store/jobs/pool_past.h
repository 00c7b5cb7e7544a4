// What the pool was, and what it guaranteed to whom, since when: so that what is told of a month that is over does not change with
// the pool of now. Kept by the tenant that has the pool's documents; only appended to.
#ifndef STORE_JOBS_POOL_PAST_H
#define STORE_JOBS_POOL_PAST_H

#include "store/tenant.h"

enum { CHANGES_MAX_ROWS = 1000000 }; // changes that are kept

struct pool_past_row {
    const char *account;      // what it is guaranteed; "": what there is
    const char *type;         // of GPU
    int64_t at_us;            // from then on
    int64_t n;                // GPUs, 0: none any more
    int64_t idle_mw, busy_mw; // of one GPU of what there is, at the meter
};
typedef maru_status (*tenant_see_pool_past)(void *context, const struct pool_past_row *row,
                                            maru_error *err);

// Keep what holds from at_us on: rows that say another thing than the last ones of their account and type, and a row of 0 for each that is
// not among them any more. A clock that went back does not: what comes later is later.
//   in      row (n): by account and type, each once; at_us of a row is not looked at
//   errors  MARU_E_LIMIT: more changes than are kept
MARU_MUST_USE maru_status tenant_keep_pool_past(struct tenant *tenant,
                                                const struct pool_past_row *row, size_t n,
                                                int64_t at_us, maru_error *err);
// All of them in the order of time.
MARU_MUST_USE maru_status tenant_each_pool_past(struct tenant *tenant, tenant_see_pool_past see,
                                                void *context, maru_error *err);

#endif
