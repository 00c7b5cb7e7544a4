// What changed between two versions of a plant, row by row.
#ifndef SERVE_DIFF_H
#define SERVE_DIFF_H

#include "store/tenant.h"

enum { DIFF_MAX_LINES = 500 }; // told of a table

// As docs/openapi.json has it (Diff).
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status diff_add_json(struct text *out, int64_t from, const struct tables *old,
                                        int64_t to, const struct tables *new, maru_error *err);

#endif
