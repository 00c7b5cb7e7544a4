// Tests only: what the library of trial_nvml.c says, as a file beside it (LIBRARY.state).
#ifndef IO_EXECUTOR_TRIAL_NVML_H
#define IO_EXECUTOR_TRIAL_NVML_H

#include <stdint.h>

enum { TRIAL_GPUS = 8, TRIAL_NAME_BYTES = 64 };

struct trial_gpu {
    char name[TRIAL_NAME_BYTES], uuid[TRIAL_NAME_BYTES];
    uint64_t memory_bytes, used_bytes, memory_errors, energy_mj;
    uint64_t xid, n_xid; // n_xid: how often it was told; one more is another event
    uint32_t minor, busy_percent, milliwatts, celsius;
    uint32_t is_lost, needs_reset, has_failed_rows, has_no_counter;
    uint32_t hang_ms; // before it says how busy it is
    uint32_t unused;
};
struct trial_gpus {
    uint32_t n, is_silent; // is_silent: the driver is not loaded
    uint32_t hang_ms;      // before it begins
    uint32_t unused;
    struct trial_gpu gpu[TRIAL_GPUS];
};

#endif
