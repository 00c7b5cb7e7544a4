// Slurm's QOS brought to what maru guarantees (slurm_qos_plan.h), and jobs that wait moved between them.
#ifndef IO_EXECUTOR_SLURM_QOS_H
#define IO_EXECUTOR_SLURM_QOS_H

#include "io/executor/slurm_accounts.h"
#include "io/executor/slurm_qos_plan.h"
#include "io/executor/slurm_queue.h"

// Each change is told before it is made. One that is refused keeps the others from nothing.
//   in      queue: what is used; the caller has its lock
//   errors  MARU_E_IO: sacctmgr does not answer or refuses one, the first is told; MARU_E_INPUT: a QOS that is not ours; MARU_E_MEMORY
MARU_MUST_USE maru_status slurm_qos_set(const struct slurm_accounting *accounting,
                                        const struct slurm_queue *queue,
                                        const struct executor_guarantees *want,
                                        executor_see_change see, executor_see_lack lack,
                                        void *context, maru_error *err);

struct slurm_move { // of a job that waits
    struct slurm_which which;
    const char *qos;
};
// Many in one command; those of one QOS stand together.
//   errors  as slurm_qos_set; a job that has begun meanwhile, or is gone, is none
MARU_MUST_USE maru_status slurm_qos_move(const struct slurm_accounting *accounting,
                                         const struct slurm_move *move, size_t n,
                                         executor_see_change see, void *context, maru_error *err);

#endif
