// Slurm's accounts brought to what maru says (slurm_account_plan.h), by sacctmgr.
#ifndef IO_EXECUTOR_SLURM_ACCOUNTS_H
#define IO_EXECUTOR_SLURM_ACCOUNTS_H

#include "io/executor/slurm_account_plan.h"
#include "io/executor/slurm_command.h"

struct slurm_accounting {
    const struct slurm_host *host;
    const char *mark;
    char *cluster; // (SLURM_ACCOUNT_BYTES) "": not asked yet
    bool is_plan;  // only say what would be done
};
// Each change is told before it is made. One that is refused keeps the others from nothing.
//   errors  MARU_E_IO: sacctmgr does not answer or refuses one, the first is told; MARU_E_INPUT: an account that is not ours; MARU_E_MEMORY
MARU_MUST_USE maru_status slurm_accounts_set(const struct slurm_accounting *accounting,
                                             const struct executor_account *want, size_t n,
                                             executor_see_change see, void *context,
                                             maru_error *err);

#endif
