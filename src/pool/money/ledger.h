// The ledger of a tenant: what was granted, charged, given back and adjusted, entry behind entry; none is changed or removed.
//
// Each entry has a name of its own, so that whoever is not sure whether he wrote it before a crash writes it again: the second one
// changes nothing. A charge is named by job, attempt and the time that it is for. The charges of an attempt follow each other
// without a gap and without an overlap, so nothing is billed twice and nothing is lost. Expiries are not written: they follow.
//
//   invariant  the balance at a moment is the sum of the entries up to it and of the expiries up to it, whatever order they came in
#ifndef POOL_LEDGER_H
#define POOL_LEDGER_H

#include <stdbool.h>

#include "pool/money/credits.h"
#include "pool/money/prices.h"

enum { LEDGER_MAX_ENTRIES = 50000000 };

enum ledger_kind {
    LEDGER_GRANT,  // from at_us to until_us
    LEDGER_CHARGE, // of a run, for [at_us, until_us)
    LEDGER_REFUND, // of the charge of this job and attempt that begins at at_us: as if so much had never been charged
    LEDGER_ADJUSTMENT, // above 0 as a grant; below 0 as a charge at at_us
    LEDGER_EXPIRY,     // follows from the others, never added: at at_us
    LEDGER_KINDS
};
extern const char *const ledger_kind_names[LEDGER_KINDS];

struct ledger_entry {
    enum ledger_kind kind;
    uint32_t account; // of a charge or a refund: who ran it; grants are the whole tenant's
    uint64_t
        key; // of a charge: the job; of a refund: its own, and `job` is the job; else its own among those of its kind
    uint64_t job;
    uint32_t attempt;
    int64_t at_us, until_us;
    struct money amount; // 0 and more but for adjustments
};

struct ledger;

//   in      parent (n_account), copied: of each account, smaller than its own number; the tenant is 0
//   memory  ledger_free
//   errors  MARU_E_RANGE: parents out of order; MARU_E_MEMORY
MARU_MUST_USE maru_status ledger_new(const uint32_t *parent, uint32_t n_account,
                                     struct ledger **out, maru_error *err);
void ledger_free(struct ledger *ledger);

// Append, unless it is there.
//   out     *is_new, may be NULL
//   errors  MARU_E_RANGE: it contradicts what is there (the same name with another amount, a gap, an overlap, more given back
//           than was charged), or itself; MARU_E_LIMIT, MARU_E_MEMORY. The ledger is as it was.
//   cost    O(1); a refund: O(charges of its attempt)
MARU_MUST_USE maru_status ledger_add(struct ledger *ledger, const struct ledger_entry *entry,
                                     bool *is_new, maru_error *err);

// Up to when an attempt is charged; false: it is not.
bool ledger_charged_until(const struct ledger *ledger, uint64_t job, uint32_t attempt,
                          int64_t *until_us);

const struct ledger_entry *ledger_entries(const struct ledger *ledger, uint32_t *n);
// As credits.h takes it; valid until the next entry.
struct credit_book ledger_book(const struct ledger *ledger);
// What an account with all below it was charged for in [from, until), less what was given back of that.
int64_t ledger_spent(const struct ledger *ledger, uint32_t account, int64_t from_us,
                     int64_t until_us);
// The expiries up to at_us.
//   out     entry (at least CREDITS_MAX_GRANTS), *n
//   errors  those of credits_settle
MARU_MUST_USE maru_status ledger_expiries(const struct ledger *ledger, int64_t at_us,
                                          struct ledger_entry *entry, uint32_t *n, maru_error *err);

#endif
