// How busy the GPUs of a job are and what they draw, looked at once a second by a thread of its own: a driver that hangs holds up
// nothing else.
#ifndef IO_EXECUTOR_GPU_WATCH_H
#define IO_EXECUTOR_GPU_WATCH_H

#include "io/executor/executor.h"

struct gpu_watch;

// Begin to look at these GPUs (bit g: GPU g).
//   in      library: as nvml_open takes it
//   out     NULL: there is nothing to see
//   memory  gpu_watch_end
struct gpu_watch *gpu_watch_start(const char *library, uint32_t gpus);

// Look once more, and tell.
//   in      NULL is accepted
//   out     look: has_gpu_use and what goes with it, untouched where nothing was seen
//   returns false: its thread does not answer and still runs, with its memory: the process is to end by _exit
bool gpu_watch_end(struct gpu_watch *watch, struct launch_look *look);

#endif
