// NVIDIA's GPUs of this machine, by the driver's own library, loaded when it is there.
#ifndef IO_EXECUTOR_NVML_H
#define IO_EXECUTOR_NVML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maru/status.h"

enum { NVML_NAME_BYTES = 96, NVML_REASON_BYTES = 100, NVML_MAX_GPUS = 64 };

struct nvml;

struct gpu_look { // what the library does not tell is 0
    char name[NVML_NAME_BYTES], uuid[NVML_NAME_BYTES];
    char reason[NVML_REASON_BYTES]; // why it should not be used; "": it is well
    uint64_t memory_bytes, used_bytes;
    uint64_t memory_errors; // uncorrected, since the driver was loaded
    uint64_t xid;           // the last serious one that was seen
    uint64_t energy_mj;     // drawn since the driver was loaded, thousandths of a joule
    uint32_t minor;         // its device is /dev/nvidiaMINOR
    uint32_t busy_percent, milliwatts, celsius;
};

// Load it.
//   in      library: its file, as dlopen(3) finds it; "": none
//   out     *out NULL: there is none, or it knows no driver; that is no error
//   memory  nvml_close, which accepts NULL
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status nvml_open(const char *library, struct nvml **out, maru_error *err);
void nvml_close(struct nvml *nvml);
// Where the library was found, for a process that looks elsewhere for libraries; "": that is not known.
//   memory  until nvml_close
const char *nvml_path(const struct nvml *nvml);

// 0 for NULL, and where the library does not answer.
uint32_t nvml_count(struct nvml *nvml);
// GPU number `gpu` now, below nvml_count; one that does not answer has a reason.
//   threads one at a time
void nvml_look(struct nvml *nvml, uint32_t gpu, struct gpu_look *out);

#endif
