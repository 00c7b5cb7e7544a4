// This machine as a node: processors, memory, GPUs, and whether all is well.
#ifndef IO_EXECUTOR_INVENTORY_H
#define IO_EXECUTOR_INVENTORY_H

#include "io/executor/executor.h"
#include "io/executor/launch_spec.h"
#include "io/executor/nvml.h"

//   in      nvml may be NULL; gpu_type: what its GPUs are called, "": by their product, in small letters with -
//   errors  MARU_E_IO
MARU_MUST_USE maru_status inventory_look(struct nvml *nvml, const char *gpu_type,
                                         struct executor_node *out, maru_error *err);

// What a job needs to use these GPUs (bit g: GPU g): their devices, and their names for CUDA_VISIBLE_DEVICES.
//   out     spec->device, n_device, visible_gpus, n_gpu, gpus
//   memory  arena
//   errors  MARU_E_INPUT: there is no such GPU; MARU_E_MEMORY
MARU_MUST_USE maru_status inventory_give(struct nvml *nvml, uint16_t gpus, struct arena *arena,
                                         struct launch_spec *spec, maru_error *err);

#endif
