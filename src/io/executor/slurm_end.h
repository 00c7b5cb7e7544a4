// How a launch ended, from what Slurm's accounting says of its job. Pure.
#ifndef IO_EXECUTOR_SLURM_END_H
#define IO_EXECUTOR_SLURM_END_H

#include "io/executor/slurm_text.h"

struct slurm_asked { // what was asked of the launch
    uint32_t memory_mib;
    bool is_stopped; // by executor_stop
    bool has_begun;  // it has the claim: it ran, also where this row has not begun
    bool has_left;   // its script has come to its own end, then and so:
    int64_t left_us;
    int left_code, left_signal; // at most one is not 0
};

// From its script's end on: after so long a job that Slurm has not ended is given up by it.
#define SLURM_GIVEN_UP_US INT64_C(10000000)

// row: its job, once for each time that it was in the queue, in order; the last one has ended.
void slurm_end_of(const struct slurm_job *row, size_t n, struct slurm_asked asked,
                  struct launch_look *out);

#endif
