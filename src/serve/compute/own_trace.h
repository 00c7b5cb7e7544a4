// The pool's own jobs so far as a trace, and its nodes as a table: what a replay on the server begins with.
#ifndef SERVE_COMPUTE_OWN_TRACE_H
#define SERVE_COMPUTE_OWN_TRACE_H

#include "pool/trace/job_trace.h"
#include "serve/compute/compute.h"

// Nodes as cluster_table_read reads them. Errors stick in `out`.
void own_nodes_write(struct compute *compute, struct text *out);

// Jobs of all tenants that have ended and ran: when they came, what they asked for, how long they ran. Attempts that were stopped for
// others count where the job kept what it had done, or else the last one alone. An account is tenant/project.
//   errors  MARU_E_LIMIT, MARU_E_MEMORY, MARU_E_IO: the store does not answer
MARU_MUST_USE maru_status own_trace_fill(struct store *store, const struct cluster *cluster,
                                         struct job_trace *trace, maru_error *err);

#endif
