// Do the accounts agree with what Slurm says? maru's rows of usage beside the rows of sacct, to the second.
//
// sacct tells whole seconds: a moment of maru's agrees with it when it lies in that second. What was charged is held against what the
// run costs by sacct's own times, where both are known: credits are exact, so one second too much or too little is seen.
#ifndef POOL_SACCT_AGREEMENT_H
#define POOL_SACCT_AGREEMENT_H

#include <stdint.h>

#include "maru/status.h"

enum { AGREEMENT_MAX_ROWS = 100000000 };

// A run, as either side has it. Both sides name it alike: job is the number of Slurm, attempt how often it was requeued.
struct agreement_row {
    uint64_t job;
    uint32_t attempt;
    const char *account;
    int64_t from_us, until_us;
    uint64_t gpu_milli;
    int64_t credits_micro; // charged, or what it costs; AGREEMENT_NO_CREDITS: not known
};
#define AGREEMENT_NO_CREDITS INT64_MIN
// Pieces of a run whose start was moved are rounded apart from those of its new start: so many millionths more or less are the same.
enum { AGREEMENT_ROUNDING_MICRO = 2 };

enum agreement_kind {
    AGREEMENT_ONLY_MARU,
    AGREEMENT_ONLY_SACCT,
    AGREEMENT_TWICE, // one side has it more than once
    AGREEMENT_ACCOUNT,
    AGREEMENT_START,
    AGREEMENT_END,
    AGREEMENT_GPUS,
    AGREEMENT_CREDITS,
    AGREEMENT_KINDS
};
extern const char *const agreement_kind_names[AGREEMENT_KINDS];

struct agreement_difference {
    enum agreement_kind kind;
    uint64_t job;
    uint32_t attempt;
    const struct agreement_row *maru, *sacct; // NULL: that side has none
};
typedef maru_status (*agreement_see)(void *context, const struct agreement_difference *difference,
                                     maru_error *err);

struct agreement_sides {
    const struct agreement_row *maru, *sacct;
    uint32_t n_maru, n_sacct;
};
struct agreement_told {
    uint32_t n_same, n_different;    // runs
    int64_t maru_gpu_s, sacct_gpu_s; // seconds of one GPU, from whole seconds of each run
};

// Tell each difference, in the order of jobs and attempts.
//   out     *told, untouched unless MARU_OK
//   errors  those of see; MARU_E_RANGE: a run that ends before it begins; MARU_E_LIMIT, MARU_E_MEMORY
//   cost    O(n log n)
MARU_MUST_USE maru_status agreement_check(const struct agreement_sides *sides, agreement_see see,
                                          void *context, struct agreement_told *told,
                                          maru_error *err);

#endif
