// A round as a mixed-integer program of GLPK: its columns, its rows, and an award out of a solution.
//
//   columns  y of a seat (an application at a site): 0 or 1. z of a seat and line: GPUs above the least amount. s of a floor: what
//            it lacks.
//   rows     sum of y of an application <= 1; z <= (asked - least) y; the limits that could be passed; floors
#ifndef ROUNDS_AWARD_PROGRAM_H
#define ROUNDS_AWARD_PROGRAM_H

#include <glpk.h>

#include "pool/round/round_room.h"

struct award_seat {
    uint32_t application, site;
    int64_t worth; // of a GPU quarter
    int y;         // its column
};

struct award_program {
    const struct round *round;
    const int64_t *limit; // (round_n_row)
    glp_prob *prob;
    struct award_seat *seat; // (n_seat), applications in the order of their rank
    uint32_t n_seat;
    int *z;         // (n_z) column of a part, 0: none; parts are lines of seats, in their order
    uint32_t *most; // (n_z) GPUs that the part could get at most
    uint32_t n_z;
    int first_short, n_short; // columns of floors
    double worth_unit;        // the objective counts in it
    struct round_floors floors;
};

// Seats are applications at sites where they would fit, were they alone.
//   in      order (n): applications as they are ranked, all or some
//   memory  award_program_fini, also after an error
MARU_MUST_USE maru_status award_program_seats(struct award_program *program,
                                              const struct round *round, const int64_t *limit,
                                              const uint32_t *order, uint32_t n, maru_error *err);
//   in      has_whole_gpus: z are whole numbers; else they may be fractions, which are rounded down and filled up afterwards
MARU_MUST_USE maru_status award_program_build(struct award_program *program, bool has_whole_gpus,
                                              maru_error *err);
void award_program_fini(struct award_program *program);

enum award_goal { GOAL_WORTH, GOAL_FLOORS, GOAL_LOT, GOAL_WORTH_AND_FLOORS };
// What is made large. GOAL_FLOORS makes small what floors lack; GOAL_WORTH_AND_FLOORS does so first, by weight.
void award_program_aim(struct award_program *program, enum award_goal goal);
// From now on: floors lack no more than that together; the award is worth at least that.
void award_program_keep_floors(struct award_program *program, int64_t most_short);
void award_program_keep_worth(struct award_program *program, int64_t worth);

// The columns of an award; (columns + 1), from 1.
void award_program_columns(const struct award_program *program, const struct round_award *award,
                           double *column);
// An award from columns, as far as it keeps the rules (numbers are rounded, of seats that have only a share the surest come first), filled
// up where there is room.
MARU_MUST_USE maru_status award_program_award(const struct award_program *program,
                                              const double *column, struct round_award *award,
                                              maru_error *err);

#endif
