// What was awarded, as leases; and what is done where they stay idle.
//
// A lease is a guarantee of GPUs of one type over days, with credits for all its hours. A day is idle where an institution has used
// less than a share of all GPU hours of its leases of that type. So many idle days in a row bring a warning, so many more the
// reclaim: what was used at most on one of these days stays, the rest is taken back. A day that is not idle begins anew. Where it is known when
// an institution was told of its warning, the days up to the reclaim are those since then: who learns of it late has as many days as anybody.
#ifndef POOL_ROUND_LEASE_H
#define POOL_ROUND_LEASE_H

#include "pool/round/round_room.h"

#define LEASE_UNTOLD INT32_MAX
enum { LEASE_MAX = 400000, LEASE_MAX_USES = 4000000 };

struct lease {
    uint32_t application, institution, type, site;
    uint32_t gpus;
    int32_t from_day, until_day; // since 1970-01-01; until_day is the first without it
    int64_t credits_milli;       // for all its hours
};

// Leases of an award, in the order of its lines.
//   out     lease (n_line); returns how many
uint32_t round_leases(const struct round *round, const struct round_award *award,
                      struct lease *lease);
// Credits of GPUs over days.
int64_t lease_credits(const struct round_type *type, uint32_t gpus, int32_t n_day);

struct lease_use { // of one institution and type on one day
    uint32_t institution, type;
    int32_t day;
    int64_t milli_hours; // GPU hours
};

enum lease_event_kind {
    LEASE_WARNED,
    LEASE_RECLAIMED,
    LEASE_STANDS, // how the last day left it: nothing is done
};
struct lease_event {
    enum lease_event_kind kind;
    uint32_t institution, type;
    int32_t day;         // the last of the idle days
    uint32_t idle_days;  // in a row
    uint32_t gpus, kept; // of its leases on that day; what stays after a reclaim
    int32_t
        told_day; // of LEASE_STANDS: when it was told of its warning; LEASE_UNTOLD: it is not warned
    int64_t used,
        leased; // of LEASE_STANDS: thousandths of GPU hours of the last seven days that were watched
};
// The day on which an institution was told of this warning; LEASE_UNTOLD: not yet.
typedef int32_t (*lease_told)(void *context, const struct lease_event *warning);
typedef maru_status (*lease_see)(void *context, const struct lease_event *event, maru_error *err);

struct lease_world {
    const struct round *round;
    const struct lease *lease; // (n_lease)
    uint32_t n_lease;
    const struct lease_use *use; // (n_use), in any order; several of a day are added up
    uint32_t n_use;
    int32_t first_day, last_day; // that are watched; a day without a row is one without use
    lease_told told;             // NULL: each on the day after
};

// Go through all days and see what is to be said and done, by institution, type and day; then how each that is leased stands.
//   errors  MARU_E_MEMORY, what `see` gives
//   cost    O(leases x days + uses log uses)
MARU_MUST_USE maru_status lease_watch(const struct lease_world *world, lease_see see, void *context,
                                      maru_error *err);

// Take back by an event: its institution's leases of its type that reach beyond `day` go on from there with what is kept, as far as
// that goes, in their order; what is past stays as it was.
//   in      day: the last with all that was leased, at least that of the event
//   out     lease (*n, room for 2 * *n); *n
void lease_reclaim(const struct round *round, const struct lease_event *event, int32_t day,
                   struct lease *lease, uint32_t *n);

#endif
