// Jobs that Slurm takes for running though they are over, and though nobody here asks for them any more: a controller that was killed goes back
// by some seconds, and holds their GPUs until their nodes register again (half an hour and more).
#ifndef IO_EXECUTOR_SLURM_GHOSTS_H
#define IO_EXECUTOR_SLURM_GHOSTS_H

#include "io/executor/slurm_queue.h"

enum {
    SLURM_OVERDUE_US = 15000000
}; // that a script has said its end, and Slurm still takes it for running

// Cancel those of the queue whose launch is over or forgotten, and whose own script has said that it has ended. A few are looked at a call.
//   in      *at: where the last call ended, 0 at first
void slurm_ghosts_end(const struct slurm_host *host, const struct slurm_queue *queue,
                      const char *state, size_t *at);

#endif
