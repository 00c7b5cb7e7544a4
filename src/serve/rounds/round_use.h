// What tenants have used of their leases, from the attempts of their jobs.
#ifndef SERVE_ROUNDS_ROUND_USE_H
#define SERVE_ROUNDS_ROUND_USE_H

#include "serve/compute/compute.h"
#include "serve/rounds/kept_round.h"

// Add what the pool has measured since the round was leased to usage.csv of the round in memory: a row a tenant, day and type, and
// one without use on the first and the last day, so that days without jobs count as idle.
//   in      last_day: up to which, since 1970-01-01 in Korea
//   errors  MARU_E_IO: of some tenant it is not known what it used; MARU_E_MEMORY. What was added is of no use then
MARU_MUST_USE maru_status round_use_add(struct store *store, struct compute *compute,
                                        struct kept_round *round, int32_t last_day,
                                        maru_error *err);
// Read usage.csv of the round in memory, and write it with the columns that the function above adds rows of.
//   errors  MARU_E_INPUT: all is in the faults; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status round_use_read(struct kept_round *round, maru_faults *faults,
                                         maru_error *err);
int32_t round_use_day(int64_t unix_us); // of a moment, in Korea

#endif
