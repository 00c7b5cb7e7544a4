// What jobs hold: blocks of parts, in lists by node, and the heap of ends.
#ifndef POOL_POOL_PARTS_H
#define POOL_POOL_PARTS_H

#include "pool/pool_state.h"

// A block for the job's parts, not yet held.
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status parts_new(struct pool *pool, uint32_t job, maru_error *err);
void parts_free(struct pool *pool, uint32_t job);

// Take what its parts say, and say so to nodes, sites and kinds; and give it back.
void parts_take(struct pool *pool, uint32_t job);
void parts_give(struct pool *pool, uint32_t job);

// What keeps others off a node has changed: homes, claims, promises.
void parts_mark(struct pool *pool, uint32_t node);

// Free what it holds for a look at what would be, and take it back: nobody is told. Returns what its sites draw less, in
// thousandths of a watt.
//   in      site: whose draw is counted, NONE: all
uint64_t parts_release(struct pool *pool, uint32_t job, uint32_t site);
void parts_restore(struct pool *pool, uint32_t job);
// Is all of it free now, together, on nodes that are up (or, for what runs there already, in any state)?
bool parts_are_free(struct pool *pool, const struct pool_part *part, uint32_t n_part, bool is_any);

// How many parts of a want a node has room for, free as given; of an empty node.
//   in      skips: marks of nodes that have none (space.h)
uint32_t parts_fit(const struct node_free *free, const struct want *want);
uint32_t parts_room(const struct pool *pool, uint32_t node, const struct want *want, uint8_t skips);
uint64_t parts_room_of_all(const struct pool *pool, const struct want *want, // nodes together
                           uint8_t skips);
uint32_t parts_empty_room(const struct pool *pool, uint32_t node, const struct want *want);

// What a part would add at the meter of its site, in thousandths of a watt, if its GPUs were idle.
uint64_t parts_load(const struct pool *pool, uint32_t node, uint32_t n_gpu);
// Thousandths of a watt of all sites.
uint64_t pool_load(const struct pool *pool);

// The heap of ends: the job whose end_us comes first is ends[0]; ties in the order of starts.
void ends_push(struct pool *pool, uint32_t job);
void ends_remove(struct pool *pool, uint32_t job);
bool ends_before(const struct pool *pool, uint32_t a, uint32_t b);

#endif
