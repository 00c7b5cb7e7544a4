// maru itself where the nodes see it, so that a job can be work of maru's own, done by the version that asked for it.
#ifndef IO_EXECUTOR_SLURM_PROGRAM_H
#define IO_EXECUTOR_SLURM_PROGRAM_H

#include <stddef.h>

#include "maru/status.h"

// A copy at STATE/.programs/DIGEST/maru, unless it is there. Copies of other versions stay, since jobs that wait name them.
//   in      program: the file; state: a folder that the nodes see under the same path
//   out     folder (cap) of the copy
//   errors  MARU_E_IO; MARU_E_INPUT: a path that is too long; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status slurm_program_put(const char *state, const char *program, char *folder,
                                            size_t cap, maru_error *err);

#endif
