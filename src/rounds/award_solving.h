// The best award of a round: an exact optimum where the round is small, a bound and a good answer where it is large.
//
// A mixed-integer program: for each application and site a yes or no, for each line the GPUs above its least amount. Points
// times GPU quarters is made as large as it can be, under all limits of pool/round/round_room.h; floors are kept as far as they
// can be first. The search is limited by nodes, not by time, so that every machine gives the same answer.
//
// source: Makhorin, GLPK 5.0 (branch and cut; dual simplex).
#ifndef ROUNDS_AWARD_SOLVING_H
#define ROUNDS_AWARD_SOLVING_H

#include "pool/round/round_room.h"

enum {
    AWARD_EXACT_SEATS =
        2500, // pairs of an application and a site up to which the optimum is searched
    AWARD_MAX_PIVOTS = 2000000, // of the simplex method, in one search
    AWARD_PIVOTS = 5000,        // between two looks at who waits
    AWARD_LOT_NODES = 1000, // of the search for the best lots among awards that are worth the same
    AWARD_PARTS = 40,       // of a large round that are searched, and
    AWARD_PART_SIZE = 400,  // applications of each, and
    AWARD_PART_SITES = 3,   // sites
    AWARD_WHOLE_PARTS = 2,
    AWARD_PART_NODES = 600,
};

// Who waits for an award: told now and then how much is done, 0 to 1, it says whether to go on. It does not change what is found.
struct award_watch {
    bool (*goes_on)(void *context, double done); // NULL: nobody asks
    void *context;
    double from,
        span; // of `done`: what is watched is a part of a larger work; span 0: it is all of it
};
bool award_goes_on(const struct award_watch *watch, double done); // watch may be NULL
// A part of what is watched, from 0 <= from to from + span <= 1.
struct award_watch award_watch_part(const struct award_watch *watch, double from, double span);

//   in      limit: NULL, or other limits than those of the round (round_n_row); watch: NULL: nobody
//   out     *award, of round_award_init; n_tied (n_application) or NULL, as of round_deal
//   errors  MARU_E_MEMORY; MARU_E_LIMIT: the solver gave up; MARU_E_STOPPED. The award is of no use then
//   cost    10 000 applications: some ten seconds
MARU_MUST_USE maru_status award_solve(const struct round *round, const int64_t *limit,
                                      const struct award_watch *watch, struct round_award *award,
                                      uint32_t *n_tied, maru_error *err);
// The same the way of large rounds, whatever its size: a bound and a good answer.
MARU_MUST_USE maru_status award_solve_large(const struct round *round, const int64_t *limit,
                                            const struct award_watch *watch,
                                            struct round_award *award, uint32_t *n_tied,
                                            maru_error *err);

#endif
