// Whether a state that came from outside is one that the loop can go on from.
//
// A check sum says that bytes are as they were written, not who wrote them. So every index, list,
// ring and count of a loaded state is looked at before the loop follows it, and times and sums must
// leave room for what a run adds to them.
#ifndef SIM_STATE_CHECK_H
#define SIM_STATE_CHECK_H

#include "sim/state.h"

// Look through the whole state of `sim`, whose sizes are known to fit its model.
//   errors  MARU_E_INPUT: it contradicts itself or its model; MARU_E_RANGE: a time or sum is beyond
//           what a run can go on from; MARU_E_MEMORY
//   cost    linear in the size of the state
MARU_MUST_USE maru_status state_check(const struct maru_sim *sim, maru_error *err);

#endif
