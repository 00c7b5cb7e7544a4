// What accounts use and used: shares, guarantees, limits, and who stands before whom.
#ifndef POOL_POOL_SHARES_H
#define POOL_POOL_SHARES_H

#include "pool/pool_state.h"

// Holders, what each has for itself of its guarantee, what is guaranteed to nobody. Arrays are there already.
void shares_init(struct pool *pool);
// Time goes on to now: what was used counts less.
void shares_advance(struct pool *pool, int64_t now_us);

// A job holds its parts from now on, or no longer; it is charged to a guarantee where it fits into one.
//   in      type: of its GPUs, CLUSTER_NO_TYPE: none
void shares_add(struct pool *pool, uint32_t job, uint8_t type);
void shares_subtract(struct pool *pool, uint32_t job);
// A job is charged to its account's guarantee before it holds its parts, which are being freed for it.
void shares_charge(struct pool *pool, uint32_t job, uint8_t type);
void shares_discharge(struct pool *pool, uint32_t job);
// Borrowed jobs that fit into what a guarantee has again are no longer borrowed, the oldest first.
void shares_promote(struct pool *pool, uint32_t holder);

// A job is covered from now on, or no longer (pool_private.c): it is charged anew.
void shares_cover(struct pool *pool, uint32_t job);

// Types of which a job, started now, is inside its account's guarantee; a job without GPUs is in none.
uint32_t shares_inside(const struct pool *pool, const struct pool_ask *ask);
// Types of which it may have GPUs beside that: limits, what may be borrowed. All bits where it wants no GPU and may start.
uint32_t shares_allowed(const struct pool *pool, const struct pool_ask *ask);
// May the account start other jobs than it might when pool->n_shares was this?
bool shares_may_differ(const struct pool *pool, uint32_t account, uint64_t since);
// It may not stand on what is guaranteed to others: it cannot be stopped for them, or nobody may borrow.
bool shares_is_loose(const struct pool *pool, const struct pool_ask *ask);
// The account that is at its limit for this job, NONE: none is.
uint32_t shares_limited_by(const struct pool *pool, const struct pool_ask *ask);
// Is it within all limits with GPUs of one type (CLUSTER_NO_TYPE: it wants none)?
bool shares_is_within(const struct pool *pool, const struct pool_ask *ask, uint8_t type);
uint32_t shares_types(const struct pool *pool, const struct pool_ask *ask); // that it takes at all

// By which an account is ordered among its siblings: lowest first.
double shares_standing(const struct pool *pool, uint32_t account);
// Negative: a stands before b in the tree; they are different.
int shares_compare(const struct pool *pool, uint32_t a, uint32_t b);
bool shares_is_below(const struct pool *pool, uint32_t account, uint32_t ancestor);

#endif
