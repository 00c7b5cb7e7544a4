// When are the credits gone, given what runs now; and so who is signalled and stopped when.
//
// Exact: what is spent up to a moment is the sum of what each run is charged up to it, to a millionth of a credit, with prices that
// change and grants that begin and expire on the way. The last moment at which all that is spent is covered is found by halving.
// What is charged by that moment, and no later one, is never more than what was there.
#ifndef POOL_BURN_H
#define POOL_BURN_H

#include <stdbool.h>

#include "pool/money/credits.h"
#include "pool/money/prices.h"

enum { BURN_MAX_BUDGETS = 4096 };
#define BURN_NEVER INT64_MAX
// Between a signal and the end where the credits leave no more time; a hard stop is over within 5 s of the last credit.
#define BURN_LEAST_GRACE_US INT64_C(4000000)

struct burn_run {
    struct price_use use;
    uint32_t account;
    int64_t started_us;
    int64_t charged_us; // up to then it is in the ledger; started_us: nothing is
    int64_t ends_us;    // it ends at the latest then, or has ended then; BURN_NEVER: not known
};

// A budget is a part of the tenant's credits that an account, with all below it, may spend in a time.
struct burn_budget {
    uint32_t account;
    int64_t from_us, until_us;
    int64_t left_micro; // amount less what is in the ledger
};

struct burn_asked {
    const struct prices *prices;
    const struct credit_grant *grant; // (n_grant) as the ledger was settled at now_us
    const struct credit_left *left;   // (n_grant) credits_settle
    const struct burn_run *run;       // (n_run)
    const struct burn_budget *budget; // (n_budget)
    const uint32_t *parent;           // (n_account) of each account; the root is 0, its own parent
    int64_t now_us, debt_micro;
    uint32_t n_grant, n_run, n_budget, n_account;
};

// Where what is not charged yet reaches back before now, a moment in the past may come out: then the credits are gone already.
// Who is stopped by a budget spends nothing from then on. BURN_NEVER: within 100 years nothing stops.
struct burn_told {
    int64_t empty_us;  // of the tenant's credits
    int64_t *budget;   // (n_budget) when each is spent, the caller's; may be NULL
    int64_t *run_stop; // (n_run) when each run has to have ended, the caller's; may be NULL
};

//   out     told: untouched unless MARU_OK, but for the caller's arrays
//   errors  MARU_E_RANGE: an account that is not there, times out of order; MARU_E_INPUT: no price holds; MARU_E_LIMIT, MARU_E_MEMORY
//   cost    O((n_grant + n_budget) x n_run x 60), and n_run x 60 for each budget above or below one that is spent sooner
MARU_MUST_USE maru_status burn_forecast(const struct burn_asked *asked, struct burn_told *told,
                                        maru_error *err);

// When a run is told to stop, and when it is ended: at stop_us nothing may be left that costs.
//   in      stop_us from the forecast, grace_us as the run asked for it
//   out     signal at stop_us - grace_us, or now where that is past; end at stop_us. Where less than BURN_LEAST_GRACE_US is left it
//           gets that much, or its grace if that is less, but the end is at most BURN_LEAST_GRACE_US behind stop_us, and never
//           before now. What is behind stop_us is not charged.
struct burn_stop {
    int64_t signal_us, end_us;
    bool is_cut; // it has less than its grace
};
struct burn_stop burn_plan(int64_t now_us, int64_t stop_us, int64_t grace_us);

#endif
