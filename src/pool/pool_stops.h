// Who is stopped: for a guarantee, for power, a budget, a node, a reservation.
#ifndef POOL_POOL_STOPS_H
#define POOL_POOL_STOPS_H

#include "pool/pool_state.h"

struct deciding { // what pool_decide was called with
    struct pool *pool;
    pool_see see;
    void *context;
    maru_error *err;
};

// Tell of a stop; what is refused runs on.
//   errors  what `see` gives
MARU_MUST_USE maru_status stops_tell(const struct deciding *deciding, uint32_t job,
                                     enum stop_reason reason, uint32_t for_job);
// Stop what has to be stopped whoever waits: held accounts, nodes that are down, reservations that begin, the power cap.
MARU_MUST_USE maru_status stops_due(const struct deciding *deciding);

// May a part stand on a node for that long, for all but who is before it: marks, reservations, power?
struct allowing {
    struct pool *pool;
    const struct pool_ask *ask;
    int64_t from_us, until_us;
    const struct want *beside_plan;    // NULL: the plan of the first that waits does not matter
    bool has_power;                    // there is a cap
    uint8_t skips;                     // marks of nodes that it may not stand on (space.h)
    bool skips_plan_nodes;             // beside_plan: none of them
    bool skips_power, skips_calendars; // to learn what is in the way
    uint64_t headroom;                 // thousandths of a watt below the cap of all sites
};
void stops_allowing(struct allowing *out, struct pool *pool, uint32_t job, bool is_beside_plan);
bool stops_allows(const void *context, uint32_t node);

// Room for all parts of a job that has a block of them, now, of the types given, first those of which it is inside its
// guarantee. Takes nothing; allowing NULL: nothing restricts it.
bool decide_room(struct pool *pool, uint32_t job, const struct allowing *allowing, uint32_t inside,
                 uint32_t types);

// The same beside the plan, for one who outlasts it: what it would take of the plan's nodes is taken off what is left there.
bool decide_beside_plan(struct pool *pool, uint32_t job, struct allowing *allowing, uint32_t inside,
                        uint32_t types);

// A job that has its parts chosen begins now.
//   errors  what `see` gives: it waits as before
MARU_MUST_USE maru_status decide_start(const struct deciding *deciding, uint32_t job,
                                       bool is_backfill);
// Are its parts within the power caps, and free of reservations of others as long as it may run?
bool decide_has_caps(const struct pool *pool); // are there any power caps?
bool decide_has_power(const struct pool *pool, uint32_t job);
bool decide_is_unreserved(const struct pool *pool, uint32_t job);

// Sort jobs; `before` is a strict order.
typedef bool (*job_before)(const struct pool *pool, uint32_t a, uint32_t b);
void sort_jobs(const struct pool *pool, uint32_t *job, uint32_t n, uint32_t *room,
               job_before before);

#endif
