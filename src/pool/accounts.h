// Who shares the pool: a tree of accounts (all, groups, tenants, projects) with weights, guarantees and limits. Frozen.
#ifndef POOL_ACCOUNTS_H
#define POOL_ACCOUNTS_H

#include "base/arena.h"
#include "pool/cluster.h"

enum { ACCOUNTS_MAX = 100000, ACCOUNTS_MAX_DEPTH = 8 };
#define ACCOUNTS_NO_LIMIT UINT32_MAX

struct account {
    const char *name;
    uint32_t parent; // its row, smaller than its own; of row 0, which is all: 0
    uint32_t weight; // of its share beside its siblings, in thousandths; above 0
    // GPUs by type (n_type of the cluster). A guarantee is inside its parent's where that has one; a limit may not be passed.
    const uint32_t *guarantee, *limit; // NULL: none
    int64_t job_max_us;                // of one job; 0: no limit
    uint32_t job_max_gpus;             // the same
    uint32_t max_running;              // jobs at a time; 0: no limit
};

struct accounts {
    const struct account *row; // (n), row 0 is the root; parents come before their children
    uint32_t n;
};

// Freeze copies into the arena. Guarantees of children add up to no more than their parent's, or than the cluster has.
//   errors  MARU_E_INPUT: err->row is the row at fault, from 1; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status accounts_make(const struct account *row, uint32_t n,
                                        const struct cluster *cluster, struct arena *arena,
                                        struct accounts *out, maru_error *err);

#endif
