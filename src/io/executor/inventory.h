// This machine as a node: processors, memory, GPUs, and whether all is well.
#ifndef IO_EXECUTOR_INVENTORY_H
#define IO_EXECUTOR_INVENTORY_H

#include "io/executor/executor.h"
#include "io/executor/gpu_lookout.h"
#include "io/executor/launch_spec.h"

//   in      gpus may be NULL; gpu_type: what its GPUs are called, "": by their product, in small letters with -
//   errors  MARU_E_IO
MARU_MUST_USE maru_status inventory_look(struct gpu_lookout *gpus, const char *gpu_type,
                                         struct executor_node *out, maru_error *err);

// What a job needs to use these GPUs (bit g: GPU g): their devices, and their names for CUDA_VISIBLE_DEVICES. The driver is
// not asked: what was seen last holds.
//   out     spec->device, n_device, visible_gpus, n_gpu, gpus
//   memory  arena
//   errors  MARU_E_INPUT: there is no such GPU; MARU_E_MEMORY
MARU_MUST_USE maru_status inventory_give(struct gpu_lookout *lookout, uint16_t gpus,
                                         struct arena *arena, struct launch_spec *spec,
                                         maru_error *err);

#endif
