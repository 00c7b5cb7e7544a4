// Replications with somebody at the terminal: a progress line, and Ctrl-C.
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "cli/verb.h"
#include "study/runs.h"

// runs_do with progress on stderr unless the call is quiet; Ctrl-C stops all of them.
//   in      the plan's watcher and what it is asked are left out
MARU_MUST_USE maru_status watch_runs(const struct call *call, const struct runs_plan *plan,
                                     struct run *run, size_t n, maru_error *err);

#endif
