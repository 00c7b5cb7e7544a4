// What a shepherd is to do, as a file: the launch, and what its executor adds to it. Sealed, so that a file that was cut short or
// changed is refused and never half obeyed.
#ifndef IO_EXECUTOR_LAUNCH_SPEC_H
#define IO_EXECUTOR_LAUNCH_SPEC_H

#include "base/arena.h"
#include "io/executor/executor.h"

enum {
    LAUNCH_MAX_SPEC_BYTES = 4 << 20, // of the file, and of memory for what it says
    LAUNCH_MAX_DEVICES = 64,
    LAUNCH_MAX_SHOWN = 64,
    LAUNCH_SPEC_VERSION = 2, // of the file
};

struct launch_spec {
    const char *id, *folder;
    const char *bwrap;        // the program; "": the job runs bare
    const char *program;      // maru itself, which a job finds as such; "": not
    const char *state;        // the executor's folder: etc/passwd and etc/group in it are the job's
    const char *visible_gpus; // CUDA_VISIBLE_DEVICES; "": none
    const char *nvml; // the library that knows its GPUs; "": none is asked how they are used
    const char
        *control_group; // the folder of a control group (version 2) to make the job's in; "": none
    const char **argv, **env; // (n_argv), (n_env), each with a NULL behind
    const char **device;      // (n_device) of /dev, that the job may use
    const char **shown; // (n_shown) folders that it sees read-only, beside those of the system
    struct launch_file *file;                                       // (n_file)
    uint32_t n_argv, n_env, n_device, n_shown, n_file, n_gpu, gpus; // bit g of gpus: GPU g
    uint32_t cpu_milli, max_processes;
    uint64_t memory_bytes, log_bytes, disk_bytes; // 0: no limit
    int64_t limit_us, grace_us, submitted_us;
    int checkpoint_signal;
    bool has_network;
};

//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status launch_spec_write(const struct launch_spec *spec, struct text *out,
                                            maru_error *err);
//   memory  arena
//   errors  MARU_E_INPUT: cut short, changed, or not what launch_spec_write writes; MARU_E_MEMORY
MARU_MUST_USE maru_status launch_spec_read(const void *bytes, size_t n, struct arena *arena,
                                           struct launch_spec *out, maru_error *err);

#endif
