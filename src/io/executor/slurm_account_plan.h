// What has to be done so that Slurm's accounts are those that maru says, as commands of sacctmgr. Pure.
//
//   MARK                       one account below root; its share is the operator's to say
//     MARK_TENANT              share = weight, GrpTRES = limits, GrpJobs, MaxTRES and MaxWall of a job
//       MARK_TENANT_PROJECT    the same, and the user that hands jobs in
//
// What is ours has the mark as its organization. An account of such a name with another one is refused; everything else is never touched.
#ifndef IO_EXECUTOR_SLURM_ACCOUNT_PLAN_H
#define IO_EXECUTOR_SLURM_ACCOUNT_PLAN_H

#include "io/executor/slurm_order.h"

struct slurm_accounts_now {
    const char *mark, *cluster, *user;
    const struct slurm_accounts *account, *assoc; // of this cluster
};
// Orders in the order in which they are to be done; none where all is as it should be.
//   errors  MARU_E_INPUT: a name that Slurm does not have, or an account that is not ours; those of see
MARU_MUST_USE maru_status slurm_plan_accounts(const struct slurm_accounts_now *now,
                                              const struct executor_account *want, size_t n,
                                              slurm_see_order see, void *context, maru_error *err);

#endif
