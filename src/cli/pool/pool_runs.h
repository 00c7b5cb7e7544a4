// Replications on the cores of this machine, on the pool of a server, or a part of them for somebody else's.
#ifndef CLI_POOL_POOL_RUNS_H
#define CLI_POOL_POOL_RUNS_H

#include "cli/pool/on_pool.h"
#include "study/run_parts.h"

// What a part leaves in its folder, for whoever asked for it.
#define POOL_RUNS_FILE "runs.part"

struct pool_runs {
    struct run_work work;
    const char *plant;       // the folder of its tables
    const char *const *skip; // options that stay here, ends with NULL
    const char *from;        // the file of a saved state that option `from` names; NULL: none
};

// Do all runs of the work: watch_runs, or the same by the pool; as a part, only those of the part, into POOL_RUNS_FILE.
//   out     *is_told false: it was a part, and there is nothing to tell
//   errors  those of watch_runs and on_pool
MARU_MUST_USE maru_status pool_runs_do(struct call *call, const struct pool_runs *runs,
                                       bool *is_told, maru_error *err);

#endif
