// A run of the twin as a film of its hall.
#ifndef STUDY_FILMING_H
#define STUDY_FILMING_H

#include <stdint.h>

#include "maru/scene.h"
#include "maru/sim.h"

// Run the layout's plant with the options that all have, from time 0, and film it.
//   out     *n_event of the run
//   memory  the caller frees the film; the layout must outlive it
//   errors  as maru_sim_run, maru_film_end
MARU_MUST_USE maru_status filming_run(const maru_layout *layout, maru_time until_us, uint64_t seed,
                                      maru_film **out, uint64_t *n_event, maru_error *err);

#endif
