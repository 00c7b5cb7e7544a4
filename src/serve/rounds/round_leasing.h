// What leases of a round mean for the pool: guarantees of tenants' accounts, and grants of credits.
#ifndef SERVE_ROUNDS_ROUND_LEASING_H
#define SERVE_ROUNDS_ROUND_LEASING_H

#include "serve/compute/compute.h"
#include "serve/rounds/kept_round.h"

// Write down in the round what credits follow from its leases now: grants of new leases, and what a lease that became smaller or shorter
// brings no more. leases.csv before: `before`, NULL: there were none.
//   errors  those of lease_table_read; MARU_E_MEMORY
MARU_MUST_USE maru_status round_leasing_credits(struct kept_round *round, const struct text *before,
                                                const char *time, maru_error *err);

// Let guarantees and grants be what is written down, and keep that they are. Each is an entry of its own name, so what was carried out
// already is not done twice. Institutions that are no tenants get nothing.
//   in      compute: NULL: this server runs no jobs
//   errors  MARU_E_IO, MARU_E_LIMIT: what is missing is done at the next start
MARU_MUST_USE maru_status round_leasing_apply(struct store *store, struct compute *compute,
                                              struct kept_round *round, const char *by,
                                              maru_error *err);
// The same for all rounds in which it is missing; what cannot be done is logged.
void round_leasing_take_up(struct store *store, struct compute *compute);

#endif
