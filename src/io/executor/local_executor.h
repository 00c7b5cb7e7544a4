// Jobs on this machine: each in a sandbox of its own, tended by a process of its own (shepherd.h), so that they go on when maru ends
// and are found again by the next one.
#ifndef IO_EXECUTOR_LOCAL_EXECUTOR_H
#define IO_EXECUTOR_LOCAL_EXECUTOR_H

#include "io/executor/executor.h"
#include "io/executor/nvml.h"

enum { LOCAL_MAX_PROCESSES = 4096 };

struct local_settings {
    const char *
        state; // an absolute folder on a disk of this machine, made where it is missing; nobody else may read it
    const char *program; // that knows `shepherd FOLDER`; NULL: this one (/proc/self/exe)
    const char *bwrap;   // bubblewrap; NULL: where Debian has it
    const char *
        nvml; // the library that knows the GPUs; NULL: as the driver installs it; "": none is asked
    const char *gpu_type;      // what the GPUs are called; NULL: by their product
    const char *control_group; // group_home.h: "auto" or a folder; NULL: none, limits are watched
    const char *const *shown;  // folders that each job sees read-only (ends with NULL); NULL: none
    uint64_t log_bytes;        // of a job's output and of its errors, each; 0: 64 MiB
    uint64_t disk_bytes;       // of a job's folder; 0: no limit
    uint32_t gpu_patience_ms;  // with the GPUs\' driver (gpu_lookout.h)
    uint32_t max_processes;    // of a job; 0: LOCAL_MAX_PROCESSES
    bool
        allow_bare; // where jobs cannot be isolated, run them all the same: for a machine of one person
};

//   memory  executor_close
//   errors  MARU_E_IO: the folder cannot be written, or jobs cannot be isolated here, with what to do; MARU_E_INPUT: a setting
MARU_MUST_USE maru_status local_executor_open(const struct local_settings *settings,
                                              struct executor **out, maru_error *err);
// Each GPU as it is now: for the page, and for what it draws. One that is unwell takes the node out of the pool (executor_node.reason).
typedef maru_status (*local_see_gpu)(void *context, uint32_t gpu, const struct gpu_look *look,
                                     maru_error *err);
MARU_MUST_USE maru_status local_executor_each_gpu(struct executor *executor, local_see_gpu see,
                                                  void *context, maru_error *err);
// The folder of its jobs' control groups; "": none, their limits are watched.
const char *local_executor_groups(const struct executor *executor);
// Do its jobs run without isolation? Whoever runs it says so loudly.
bool local_executor_is_bare(const struct executor *executor);

#endif
