// A trace as a table that reads back the same: the plain kind (job_trace.h).
#ifndef POOL_TRACE_TABLE_H
#define POOL_TRACE_TABLE_H

#include "base/text.h"
#include "pool/trace/job_trace.h"

// Append the table; what nobody knows (a moment, a run time) stays empty. Errors stick in `out`.
void job_trace_write(struct text *out, const struct job_trace *trace,
                     const struct cluster *cluster);

#endif
