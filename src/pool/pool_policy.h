// The rules that the scheduler goes by: a file of `key = value` lines (base/toml.h), each with its standard.
#ifndef POOL_POOL_POLICY_H
#define POOL_POOL_POLICY_H

#include <stdbool.h>

#include "base/text.h"
#include "pool/placement.h"

enum backfill_rule { BACKFILL_NONE, BACKFILL_EASY, BACKFILL_RULES };
enum reclaim_rule { // who may be stopped for whom
    RECLAIM_NONE,
    RECLAIM_BORROWED, // what runs above its guarantee, for who is inside his
    RECLAIM_PRIORITY, // that, and lower priorities of the same account
    RECLAIM_RULES
};
enum guarantee_rule {
    GUARANTEE_QUOTA,   // a count of GPUs
    GUARANTEE_PRIVATE, // no job waits longer than on a private cluster of that size (pool_private.h)
    GUARANTEE_RULES
};
enum shed_order {
    SHED_BORROWED,
    SHED_YOUNGEST,
    SHED_LARGEST,
    SHED_ORDERS
}; // who stops first above a power cap

struct pool_policy {
    enum placement_rule placement;
    enum backfill_rule backfill;
    enum reclaim_rule reclaim;
    enum guarantee_rule guarantee;
    enum shed_order shed;
    uint32_t backfill_depth; // jobs looked at behind the first that waits
    int64_t half_life_us;    // of what was used; 0: only what is used now counts
    uint32_t memory_milli;   // weight of the past against the present, 0 to 1000
    int64_t longest_wait_us; // who has waited longer goes first, whoever he is; 0: never
    int64_t grace_us;        // between the checkpoint signal and the end, where a job says nothing
    int64_t protect_us;      // a job that has just begun is not stopped for others so long
    bool can_borrow;         // beyond guarantees, what nobody uses
    uint64_t cap_watts;      // of all sites together, 0: none
    uint64_t seed;
};

void pool_policy_default(struct pool_policy *policy);
//   errors  MARU_E_INPUT with row and column: what is wrong and what would be right
MARU_MUST_USE maru_status pool_policy_read(struct pool_policy *policy, const char *bytes, size_t n,
                                           maru_error *err);
// As a file that reads back the same.
void pool_policy_write(struct text *out, const struct pool_policy *policy);

#endif
