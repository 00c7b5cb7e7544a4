// When the first that waits can begin at the latest, and what others leave alone for it.
#ifndef POOL_POOL_PLAN_H
#define POOL_POOL_PLAN_H

#include "pool/pool_state.h"

// Plan for a job that waits, and make it the head. Without a plan (what it needs is down) there is no head.
//   errors  MARU_E_MEMORY: there is no head
MARU_MUST_USE maru_status plan_make(struct pool *pool, uint32_t job, maru_error *err);
void plan_drop(struct pool *pool);

// May a part of a want stand on a node beyond the time planned? Parts that do are taken off what is left of the nodes:
// false, and nothing is taken off, where they are too many together.
bool plan_allows(const struct pool *pool, uint32_t node, const struct want *want);
bool plan_take(struct pool *pool, const struct pool_part *part, uint32_t n_part);

// Put back what plan_take took.
void plan_give(struct pool *pool, const struct pool_part *part, uint32_t n_part);

#endif
