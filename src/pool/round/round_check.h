// Does an award keep the rules? Counted from the tables alone, on another way than the one that made it.
#ifndef POOL_ROUND_CHECK_H
#define POOL_ROUND_CHECK_H

#include "pool/round/round_room.h"

//   errors  MARU_E_RANGE: a rule is broken, with a sentence that says which and where; MARU_E_MEMORY
MARU_MUST_USE maru_status round_check(const struct round *round, const struct round_award *award,
                                      maru_error *err);

#endif
