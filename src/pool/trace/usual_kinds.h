// What the jobs of a trace usually ask for: kinds of wants by how often they come, as FGD measures fragmentation by them.
#ifndef POOL_USUAL_KINDS_H
#define POOL_USUAL_KINDS_H

#include "pool/placement.h"
#include "pool/trace/job_trace.h"

// The most frequent kinds, at most PLACEMENT_MAX_KINDS; their shares add up to 1. Parts count, not jobs.
//   out     kind (PLACEMENT_MAX_KINDS), *n
//   errors  MARU_E_LIMIT: more than TRACE_MAX_NAME_BYTES / 16 kinds; MARU_E_MEMORY
MARU_MUST_USE maru_status usual_kinds(const struct job_trace *trace, struct want_kind *kind,
                                      uint32_t *n, maru_error *err);

#endif
