// An award that keeps every rule, made one application after the other, and made better by exchange.
#ifndef POOL_ROUND_GREEDY_H
#define POOL_ROUND_GREEDY_H

#include "pool/round/round_room.h"

enum { ROUND_EXCHANGES = 400 }; // applications for which others are tried to give way

// Give to applications in an order; those of groups below their floors come first.
//   in      order: n of them; what is not eligible is passed over. limit: NULL, or others than the round's
//   out     *award, of round_award_init, all its figures but bound
//   errors  MARU_E_MEMORY
//   cost    O(n x sites x quarters), and for the exchanges ROUND_EXCHANGES times that
MARU_MUST_USE maru_status round_greedy(const struct round *round, const int64_t *limit,
                                       const uint32_t *order, uint32_t n, struct round_award *award,
                                       maru_error *err);

// Applications that ask for the same with the same right (points, class, region, site, lines) are equal: what they have been
// awarded is dealt out anew among them by the lot.
//   out     n_tied (n_application) or NULL: how many are equal to it, where some of them got more than others; else 0
//   errors  MARU_E_MEMORY: the award is as it was
MARU_MUST_USE maru_status round_deal(const struct round *round, struct round_award *award,
                                     uint32_t *n_tied, maru_error *err);

#endif
