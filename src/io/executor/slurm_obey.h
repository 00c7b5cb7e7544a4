// Orders of a plan carried out one after the other, each told before.
#ifndef IO_EXECUTOR_SLURM_OBEY_H
#define IO_EXECUTOR_SLURM_OBEY_H

#include "io/executor/executor.h"
#include "io/executor/slurm_command.h"

struct slurm_obeying {
    const struct slurm_host *host;
    bool is_plan; // only tell what would be done
    executor_see_change see;
    void *context;
    maru_status status; // of the first that was refused
    maru_error err;
};
// context: a struct slurm_obeying. One that is refused keeps the others from nothing.
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status slurm_obey(void *context, const char *const word[], maru_error *err);
// The first refusal, or what there is already.
MARU_MUST_USE maru_status slurm_obeyed(const struct slurm_obeying *obeying, maru_status st,
                                       maru_error *err);

#endif
