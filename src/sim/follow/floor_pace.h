// How a floor differs from its plant in its times: what was learned from its jobs and failures.
#ifndef SIM_FOLLOW_FLOOR_PACE_H
#define SIM_FOLLOW_FLOOR_PACE_H

#include "sim/follow/belief.h"

// Factors of a tool group on what the plant says; 1 where nothing was seen.
struct pace {
    double process;                              // processing times
    double repair;                               // lengths of unscheduled stops
    double failure;                              // rate of failures
    double process_off, repair_off, failure_off; // standard deviations of what is believed of these
    double n_process;                            // jobs that it rests on; at most BELIEF_MAX_SEEN
    double n_failure;
};

// Learned by `now_us`, drawn towards 1 where little was seen.
struct pace pace_of(const struct belief *belief, uint32_t group, maru_time now_us);

struct paced { // a plant at the pace of its floor, and its model
    maru_plant *plant;
    maru_model *model;
};

// The plant of the belief's model with what was learned, and the model of it with the same options.
//   in      seed: of a pace that may as well be, drawn from what is believed of each group's; NULL: the
//           likeliest
//   memory  paced_fini frees; the belief's plant must outlive it
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status paced_init(struct paced *paced, const struct belief *belief,
                                     maru_time now_us, const uint64_t *seed, maru_error *err);
void paced_fini(struct paced *paced); // accepts an all-zero one

#endif
