// Who is stopped for whom, and what he is promised.
#ifndef POOL_POOL_RECLAIM_H
#define POOL_POOL_RECLAIM_H

#include "pool/pool_stops.h"

// Stop the fewest and youngest so that a job which is inside its guarantee (or, by the policy, has the higher priority in its
// account) fits, and promise it their place. Nothing is stopped where that would not help.
//   out     *is_promised
MARU_MUST_USE maru_status reclaim_for(const struct deciding *deciding, uint32_t job,
                                      bool *is_promised);
// A promise is no longer one: the job waits again as before.
MARU_MUST_USE maru_status reclaim_break_promise(struct pool *pool, uint32_t job, maru_error *err);
// Its place is no longer promised to it, whatever comes of it; it is in no line.
void reclaim_unpromise(struct pool *pool, uint32_t job);

#endif
