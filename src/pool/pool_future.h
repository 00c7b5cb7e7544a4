// A future in which jobs are gone: would a job that waits fit then?
#ifndef POOL_POOL_FUTURE_H
#define POOL_POOL_FUTURE_H

#include "pool/pool_state.h"

struct future {
    struct pool *pool;
    const struct pool_job *of;
    struct want want;
    uint32_t types;
    int64_t at_us;
    uint64_t total[CLUSTER_MAX_TYPES + 1]; // parts that fit, by type; the last: nodes without GPUs
    uint32_t heap_n;                       // places in ends, in pool->scratch
};

// A future of now, for a job that waits and may have these types. One at a time, until future_end.
void future_begin(struct future *future, struct pool *pool, const struct pool_job *of,
                  uint32_t types);
void future_end(struct future *future);

// A job is gone; it is back. False: there is no memory.
bool future_release(struct future *future, uint32_t job);
void future_restore(struct future *future, uint32_t job);
// What is promised to a job is taken. False: there is no memory.
bool future_keep_promise(struct future *future, uint32_t job);
// The type of which the whole job fits (CLUSTER_MAX_TYPES: nodes without GPUs), NONE: none.
uint32_t future_type(const struct future *future);

// A node is of the future's own; its parts are counted again. False: there is no memory.
bool future_touch(struct future *future, uint32_t node);
void future_recount(struct future *future, struct sim_node *node);
// Parts that fit on a node at the future's time, were so much free.
uint32_t future_room(const struct future *future, uint32_t node, const struct node_free *free);
void future_free_part(struct node_free *free, const struct pool_part *part);
uint32_t future_slot(const struct pool *pool, uint32_t node, const struct want *want);

// Is a node free of reservations of others between these times?
bool calendar_allows(const struct pool *pool, uint32_t node, uint32_t calendar, int64_t from_us,
                     int64_t until_us);

#endif
