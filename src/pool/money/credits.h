// What is left of the credits that a tenant was granted.
//
// A grant holds from a moment until it expires. What is spent is taken from the grants that hold then, from what expires first;
// what none of them covers is a debt, which the next grant pays before anything else. Only how much is spent between two moments
// at which a grant begins or ends matters, not in which order.
//
//   invariant  at any moment: granted = left + spent from grants + expired, and balance = left - debt
#ifndef POOL_CREDITS_H
#define POOL_CREDITS_H

#include <stddef.h>
#include <stdint.h>

#include "maru/status.h"

enum { CREDITS_MAX_GRANTS = 4096 };
#define CREDITS_NEVER INT64_MAX            // an expiry
#define CREDITS_MAX_AMOUNT (INT64_MAX / 4) // of a grant or a spending, in millionths

struct credit_grant {
    uint64_t key; // its own: of two that expire at one moment, the smaller goes first
    int64_t amount_micro, from_us, until_us;
};

struct credit_spend {
    int64_t at_us;        // it counts at this moment
    int64_t amount_micro; // below 0: what is given back of a spending at the same moment
};

struct credit_left { // of a grant
    int64_t left_micro, spent_micro, expired_micro;
};

struct credit_state {
    int64_t balance_micro;                                         // below 0: a debt
    int64_t granted_micro, spent_micro, expired_micro, debt_micro; // so far
    int64_t in_force_micro; // amounts of the grants that hold now, and what was spent of them
    int64_t in_force_spent_micro;
};

// How it stands at at_us: what is granted or spent up to then counts, what is later does not.
//   out     left (n_grant), may be NULL; of a grant that has not begun all is left
//   errors  MARU_E_RANGE: an amount beyond CREDITS_MAX_AMOUNT, a grant that ends before it begins, or between two changes more
//           is given back than was spent; MARU_E_LIMIT: more than CREDITS_MAX_GRANTS, or beyond 64 bits together; MARU_E_MEMORY
//   cost    O(n_grant^2 + n_spend log n_grant)
struct credit_book {
    const struct credit_grant *grant; // (n_grant)
    const struct credit_spend *spend; // (n_spend)
    size_t n_grant, n_spend;
};
MARU_MUST_USE maru_status credits_settle(const struct credit_book *book, int64_t at_us,
                                         struct credit_left *left, struct credit_state *out,
                                         maru_error *err);

// The next moment behind at_us at which a grant begins or ends, CREDITS_NEVER: none. Who charges cuts there.
int64_t credits_next_change(const struct credit_book *book, int64_t at_us);

// How much of a budget is gone, by the shares at which people are warned: 0, or 1 to CREDIT_WARNINGS for the highest reached.
enum { CREDIT_WARNINGS = 4 };
extern const uint32_t credit_warning_milli[CREDIT_WARNINGS]; // 500, 800, 950, 1000
uint32_t credit_warning(int64_t spent_micro, int64_t amount_micro);

#endif
