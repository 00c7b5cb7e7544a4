// The last step of reading: a draft without faults becomes the const model.
#ifndef PLANT_FREEZE_H
#define PLANT_FREEZE_H

#include "plant/draft.h"

// Copy the resolved draft into one arena and compute the derived values.
//   in      a draft that draft_resolve and draft_check found no fault in
//   out     *out: the caller frees with maru_plant_free; set only with MARU_OK
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status draft_freeze(const struct draft *draft, maru_plant **out,
                                       maru_error *err);

#endif
