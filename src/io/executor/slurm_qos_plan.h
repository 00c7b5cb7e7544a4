// What has to be done so that Slurm's QOS keep what maru guarantees, as commands of sacctmgr. Pure.
//
//   MARK-borrow               what others may have back: PreemptMode=cancel, GraceTime = the longest of a job
//   MARK-firm                 what may not be stopped: GrpTRES = what is guaranteed to nobody
//   MARK_TENANT[_PROJECT]     GrpTRES = its guarantee beside those below it, Preempt = MARK-borrow
//
// Ours has MARK:NAME as its description (which jobs of Slurm 22.05 see as SLURM_JOB_QOS). A QOS of such a name with another one is refused; everything else is never touched. Priority is given to
// a new one and left alone then: it is the operator's to weigh against his own. The account MARK may use the first two, each account with a
// guarantee its own; those below inherit it.
#ifndef IO_EXECUTOR_SLURM_QOS_PLAN_H
#define IO_EXECUTOR_SLURM_QOS_PLAN_H

#include "io/executor/slurm_order.h"
#include "io/executor/slurm_qos_text.h"

struct slurm_qos_asked {
    const char *mark, *cluster;
    const struct slurm_qos_now *now;
    bool (*is_used)(void *context, const char *qos); // by a job that waits or runs
    void *context;                                   // of is_used
};

// The QOS of what may not be stopped.
void slurm_firm_name(const char *mark, char out[LAUNCH_QOS_BYTES]);

// Orders in the order in which they are to be done; none where all is as it should be. What nobody wants goes when nothing uses it.
//   errors  MARU_E_INPUT: a name that Slurm does not have, or a QOS that is not ours; those of see
MARU_MUST_USE maru_status slurm_plan_qos(const struct slurm_qos_asked *asked,
                                         const struct executor_guarantees *want,
                                         slurm_see_order see, void *context, maru_error *err);

#endif
