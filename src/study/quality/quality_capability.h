// Limits of measured columns, and what the process is capable of within them.
#ifndef STUDY_QUALITY_CAPABILITY_H
#define STUDY_QUALITY_CAPABILITY_H

#include "study/quality/quality.h"

// Limits that the table itself says of a column, and that most of its values can be meant by.
//   out     true: *out
bool quality_limits_written(const struct quality *q, uint32_t column, struct specification *out);

// The column with the most values outside of the limits that the table says, as the verdict.
//   out     true: target and limits of *out
bool quality_limits_judge(const struct quality *q, struct roles_hints *out);

// Capability of each column of numbers whose limits are known.
//   out     specification, capability and has_capability of q->column
//   errors  MARU_E_INPUT: limits of no column of numbers, or that cross; MARU_E_MEMORY
MARU_MUST_USE maru_status quality_capabilities_find(struct quality *q,
                                                    const struct quality_options *options,
                                                    maru_error *err);

#endif
