// Slurm's nodes told, and drained and resumed as maru's operator says.
//
// Ours is a node that is drained with a reason that begins with the mark: "maru: fan". One that somebody else has drained, or that is down, is left.
#ifndef IO_EXECUTOR_SLURM_NODES_H
#define IO_EXECUTOR_SLURM_NODES_H

#include "io/executor/executor.h"
#include "io/executor/slurm_command.h"

struct slurm_draining {
    const struct slurm_host *host;
    const char *mark;
    bool is_plan; // only say what would be done
};
// What is so already is left. Each change is told before it is made; one that is refused keeps the others from nothing.
//   errors  MARU_E_IO: sinfo does not answer, or scontrol refuses one: the first is told; MARU_E_MEMORY
MARU_MUST_USE maru_status slurm_nodes_set(const struct slurm_draining *draining,
                                          const struct executor_order *order, size_t n,
                                          executor_see_change see, void *context, maru_error *err);

struct slurm_listing {
    const struct slurm_host *host;
    const char *state, *partition; // partition "": all
};
// As executor_each_node. While sinfo does not answer: the nodes that it told before, none of them up.
MARU_MUST_USE maru_status slurm_nodes_each(const struct slurm_listing *listing,
                                           executor_see_node see, void *context, maru_error *err);

#endif
