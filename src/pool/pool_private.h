// Private guarantees: each home is played as a pool of its own, and whoever began there begins here.
//
//   promise     for each job that its account's home could ever run, and that belongs to no reservation: it begins at the latest
//               the policy's grace after it would on a private cluster of that home, which is fed with the jobs of that account
//               only, for as long as they really run, and decides by the same rules without stopping anybody. A job that had to wait
//               here for guests to go holds its place there until it is over here; where the grace is 0, that is the same.
//   condition   pool_decide is called when pool_next_us says; ends are told when they are, and who is stopped is requeued; no limit,
//               hold, power cap or reservation of others keeps the job back; nobody was adopted who cannot be stopped and stands there
//   others      who is no guest runs at home or on nodes that are nobody's home; guests on homes are stopped whenever need be
//
// source: Zhao et al., HiveD, OSDI 2020
#ifndef POOL_POOL_PRIVATE_H
#define POOL_POOL_PRIVATE_H

#include "pool/pool_stops.h"

MARU_MUST_USE maru_status private_new(struct pool *pool, const struct pool_world *world,
                                      maru_error *err);
void private_free(struct pool *pool);
MARU_MUST_USE maru_status private_copy(const struct pool *pool, struct pool *copy, maru_error *err);

// A job is handed in at its account's home too, where that could ever run it; job.shadow is its number there, NONE: it could not.
//   in      number: what it will have here
MARU_MUST_USE maru_status private_submit(struct pool *pool, uint32_t number,
                                         const struct pool_ask *ask, uint32_t *shadow,
                                         maru_error *err);
// Could its account's home ever run it?
bool private_could(const struct pool *pool, const struct pool_ask *ask);
// It runs here already.
MARU_MUST_USE maru_status private_adopt(struct pool *pool, uint32_t job, maru_error *err);
// Its run is over, before what it holds is given back: for good, or it waits again.
void private_end(struct pool *pool, uint32_t job);
void private_requeue(struct pool *pool, uint32_t job, int64_t left_us);
void private_set_node(struct pool *pool, uint32_t node, enum node_state state);
void private_hold(struct pool *pool);

// Homes go on to now, and whoever began there is covered from then on.
MARU_MUST_USE maru_status private_advance(const struct deciding *deciding);
// Those covered who do not run begin: at home or elsewhere, or who is in their way at home is stopped.
MARU_MUST_USE maru_status private_claim(const struct deciding *deciding);
int64_t private_next_us(const struct pool *pool);
// It holds, or waits, no longer for its place at home.
void private_drop_claim(struct pool *pool, uint32_t job);

// A covered job is stopped, and goes on at home.
void private_move(struct pool *pool, uint32_t job);
// Where a part of a covered job is at home.
void private_place(const struct pool *pool, uint32_t job, uint32_t part, struct pool_part *out);

// The parts that all claims want of a node, in any order.
typedef void (*private_see)(void *context, uint32_t job, const struct pool_part *part);
void private_see_claims(const struct pool *pool, uint32_t node, private_see see, void *context);
// What runs, stops or is claimed on a node has changed, or its state; did that happen on its account's home since
// pool->n_change was this?
void private_touch(struct pool *pool, uint32_t node);
bool private_is_changed(const struct pool *pool, uint32_t job, uint64_t since);

// Guests stand on homes as long as nobody is at home there: jobs that can be stopped, lose nothing by it, and are gone within
// the policy's grace.
bool private_is_guest(const struct pool *pool, const struct pool_ask *ask);
// Marks of nodes (space.h) that it may not stand on.
uint8_t private_skips(const struct pool *pool, const struct pool_ask *ask);
// A node is (in part) somebody's home, and the job is no guest.
bool private_forbids(const struct pool *pool, uint32_t node, const struct pool_ask *ask);

#endif
