// What tenants that are gone used and were charged for, so that months that are over stay as they are. Kept by the tenant that has the
// pool's documents, when the data of the other one goes; only appended to.
#ifndef STORE_JOBS_GONE_USE_H
#define STORE_JOBS_GONE_USE_H

#include "pool/money/ledger.h"
#include "store/jobs/kept_jobs.h"

struct store;

// Keep what a tenant used and was charged for; what runs has ended now. Once it is kept, again does nothing: between this and the end
// of its data may be a kill. With store->lock held; nobody has the tenant.
//   out     *is_lost: its data is damaged, so nothing is kept
//   errors  those of the store
MARU_MUST_USE maru_status gone_use_keep(struct store *store, const char *name, bool *is_lost,
                                        maru_error *err);

// All attempts that ended at `since_us` or later, by tenant, job and number. Tenants of one name that followed each other are one.
typedef maru_status (*tenant_see_gone_use)(void *context, const char *tenant,
                                           const struct use_row *row, maru_error *err);
MARU_MUST_USE maru_status tenant_each_gone_use(struct tenant *local, int64_t since_us,
                                               tenant_see_gone_use see, void *context,
                                               maru_error *err);

// What each account was charged for in [from, until), less what was given back; both are beginnings of days in Seoul.
typedef maru_status (*tenant_see_gone_spent)(void *context, const char *tenant, const char *account,
                                             const struct money *money, maru_error *err);
MARU_MUST_USE maru_status tenant_each_gone_spent(struct tenant *local, int64_t from_us,
                                                 int64_t until_us, tenant_see_gone_spent see,
                                                 void *context, maru_error *err);

#endif
