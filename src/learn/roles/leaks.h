// Columns that the verdict wrote, or that the verdict is made from: whoever takes them for causes finds that repair causes defects.
#ifndef LEARN_LEAKS_H
#define LEARN_LEAKS_H

#include "learn/roles/roles.h"

// Change the role of possible causes, tools and remarks that tell the verdict, where rows are good or bad; each with its reason.
//   errors  MARU_E_MEMORY, MARU_E_LIMIT
MARU_MUST_USE maru_status leaks_find(const struct frame *frame, struct roles *roles,
                                     maru_error *err);

#endif
