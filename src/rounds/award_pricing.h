// A price for each limit of a round, so high that what is wanted at these prices nearly fits: it bounds every award.
//
// At prices each application takes the seat that is worth most to it after what it pays, or none. What all take together, and what
// the limits bring at these prices, no award can exceed (Lagrangian duality). The prices follow the subgradient, of choices that are spread
// over all seats that are nearly the best: where many sites are alike, all would else move from one to the next together.
//
// source: Held, Wolfe and Crowder, Validation of subgradient optimization, Mathematical Programming 6, 1974 (with Polyak's step).
#ifndef ROUNDS_AWARD_PRICING_H
#define ROUNDS_AWARD_PRICING_H

#include "rounds/award_program.h"
#include "rounds/award_solving.h"

enum {
    AWARD_PRICE_STEPS = 600, // at least
    AWARD_MOST_PRICE_STEPS = 1500,
    AWARD_PRICE_SEATS = 300000000 // looked at in more steps than the least ones
};

struct award_prices {
    double bound; // in points times GPU quarters: of awards that leave no floor short
    double floor; // on top of it for each GPU quarter that floors lack
    double *
        margin; // (n_application) what its best choice is ahead of its second; infinite: it has one choice alone
    uint32_t *seat; // (n_application) its best choice; ROUND_NONE: nothing
};

//   in      program: with its seats; target: what an award is worth that is there
//   memory  award_prices_fini, also after an error
//   errors  MARU_E_MEMORY
//   cost    O(steps x seats x rows that their lines take of)
MARU_MUST_USE maru_status award_prices_find(const struct award_program *program, double target,
                                            const struct award_watch *watch,
                                            struct award_prices *out, maru_error *err);
void award_prices_fini(struct award_prices *prices);

#endif
