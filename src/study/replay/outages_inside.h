// Putting outages and reservations together, for those who read or draw them.
#ifndef STUDY_OUTAGES_INSIDE_H
#define STUDY_OUTAGES_INSIDE_H

#include "study/replay/outages.h"

//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status outages_add(struct outages *outages, struct outage outage,
                                      maru_error *err);
// A reservation; its nodes are added one by one after it, each to outages.node.
MARU_MUST_USE maru_status outages_add_hold(struct outages *outages, struct hold hold,
                                           maru_error *err);
MARU_MUST_USE maru_status outages_add_held(struct outages *outages, uint32_t node, maru_error *err);

#endif
