// What is kept of money in each tenant's database: its grants, charges and budgets.
//
// Entries are appended and never change. A charge is made inside a transaction of the caller's, so that the end of an attempt and
// what it costs are kept or lost together; it goes on from where the last one of the attempt ended, so whoever does not know
// whether he charged before a crash charges again, and nothing is billed twice. Accounts are paths of names, "vision/training";
// "" is the tenant with all its projects.
#ifndef STORE_KEPT_MONEY_H
#define STORE_KEPT_MONEY_H

#include "pool/money/burn.h"
#include "pool/money/ledger.h"
#include "pool/money/prices.h"
#include "store/kept_prices.h"
#include "store/store.h"
#include "store/tenant.h"

enum {
    MONEY_MAX_ACCOUNT_BYTES = 400, // of a path, with its 0
    MONEY_MAX_NOTE_BYTES = 1000,
    MONEY_MAX_BUDGETS = BURN_MAX_BUDGETS, // of a tenant
    MONEY_WARNED_BYTES = 512,             // of what a warning is about, with its 0
};

// ---- grants, refunds, adjustments

struct credit_row {
    const char *id;          // the caller's, never used again; of an expiry: that of its grant
    enum ledger_kind kind;   // LEDGER_GRANT, _REFUND or _ADJUSTMENT; when listed _CHARGE, too
    uint32_t attempt;        // of the job
    const char *account;     // of charges and refunds
    int64_t at_us, until_us; // as in ledger.h
    struct money amount;
    const char *job; // of charges and refunds, else ""
    const char *note, *by;
    int64_t created_ms; // looked at by nobody when added
};
typedef maru_status (*tenant_see_credit)(void *context, const struct credit_row *row,
                                         maru_error *err);

// Append, unless an entry of this id is there; in a transaction of its own, with an entry in the audit log.
//   out     *is_new, may be NULL
//   errors  MARU_E_RANGE: it contradicts what is there; MARU_E_LIMIT
MARU_MUST_USE maru_status tenant_add_credit(struct tenant *tenant, const struct credit_row *row,
                                            bool *is_new, maru_error *err);
// Grants, and adjustments that are like one, by id: as money_settle has them.
MARU_MUST_USE maru_status tenant_each_grant(struct tenant *tenant, tenant_see_credit see,
                                            void *context, maru_error *err);
// Grants, refunds and adjustments in the order of their time, then charges of [from, until) in theirs.
MARU_MUST_USE maru_status tenant_each_credit(struct tenant *tenant, int64_t from_us,
                                             int64_t until_us, tenant_see_credit see, void *context,
                                             maru_error *err);

// ---- charges

struct charge_asked {
    const char *job, *account;
    uint32_t attempt;
    int64_t started_us; // of the attempt
    int64_t until_us;   // charge up to then: its end, or when the credits were gone
    const struct prices *prices;
    const struct price_use *use;
};
// Charge an attempt from where it is charged to, or from its start where that has moved behind it, inside a transaction of the caller's (database_enter, database_begin). Pieces end
// where grants and budgets begin and end, and with the month in Korea.
//   out     *charged: what this call has charged, 0 where it was charged so far already
//   errors  those of prices_charge; MARU_E_IO. Then the transaction has to be undone.
MARU_MUST_USE maru_status money_charge(struct database *database, const struct charge_asked *asked,
                                       struct money *charged, maru_error *err);
// It ran from asked->started_us to asked->until_us: what was charged beyond, as nobody knew yet, is given back (Slurm moves the start of
// a job whose node was away as it began). Inside a transaction of the caller's.
//   errors  those of prices_charge; MARU_E_IO
MARU_MUST_USE maru_status money_give_back(struct database *database,
                                          const struct charge_asked *asked, maru_error *err);
// Up to when an attempt is charged; started_us where it is not. The caller has entered the database.
MARU_MUST_USE maru_status money_charged_until(struct database *database, const char *job,
                                              uint32_t attempt, int64_t started_us,
                                              int64_t *until_us, maru_error *err);

// What each attempt of a job was charged so far, those that were.
typedef maru_status (*tenant_see_charged)(void *context, uint32_t attempt,
                                          const struct money *money, maru_error *err);
MARU_MUST_USE maru_status tenant_each_charged(struct tenant *tenant, const char *job,
                                              tenant_see_charged see, void *context,
                                              maru_error *err);

// What each account was charged for in [from, until), by its name, less what was given back of it.
typedef maru_status (*tenant_see_spent)(void *context, const char *account,
                                        const struct money *money, maru_error *err);
MARU_MUST_USE maru_status tenant_each_spent(struct tenant *tenant, int64_t from_us,
                                            int64_t until_us, tenant_see_spent see, void *context,
                                            maru_error *err);

// ---- how it stands

struct kept_grants {
    struct credit_grant *grant; // (n) in the order of their ids, whose place is the key
    struct credit_left *left;   // (n)
    size_t n;
    struct credit_state state;
};
// The grants with what is left at at_us. The caller has entered the database.
//   memory  kept_grants_fini
//   cost    O(charges so far), a sum over an index
MARU_MUST_USE maru_status money_settle(struct database *database, int64_t at_us,
                                       struct kept_grants *out, maru_error *err);
void kept_grants_fini(struct kept_grants *grants); // accepts an all-zero one

// What an account with all below it was charged for in [from, until), less what was given back. The caller has entered the database.
MARU_MUST_USE maru_status money_spent(struct database *database, const char *account,
                                      int64_t from_us, int64_t until_us, int64_t *credits_micro,
                                      maru_error *err);

// ---- budgets

struct budget_row {
    const char *account;
    int64_t from_us, until_us, amount_micro;
    const char *by;
    int64_t created_ms;
};
typedef maru_status (*tenant_see_budget)(void *context, const struct budget_row *row,
                                         maru_error *err);
// Set the budget of an account that begins at this moment; one of amount 0 lets nothing run. In the audit log.
//   errors  MARU_E_RANGE: it ends before it begins, or its amount is below 0; MARU_E_LIMIT
MARU_MUST_USE maru_status tenant_set_budget(struct tenant *tenant, const struct budget_row *row,
                                            maru_error *err);
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status tenant_remove_budget(struct tenant *tenant, const char *account,
                                               int64_t from_us, const char *by, maru_error *err);
MARU_MUST_USE maru_status tenant_each_budget(struct tenant *tenant, tenant_see_budget see,
                                             void *context, maru_error *err);
// The same inside a transaction of the caller's.
MARU_MUST_USE maru_status money_each_budget(struct database *database, tenant_see_budget see,
                                            void *context, maru_error *err);

// A warning (credit_warning) is given once: *is_first tells. Inside a transaction of the caller's.
//   in      subject: what it is about, such as "grants" or a budget's account and beginning
MARU_MUST_USE maru_status money_warn(struct database *database, const char *subject, uint32_t level,
                                     int64_t at_us, bool *is_first, maru_error *err);

#endif
