// The GPUs of this machine as they were seen last, by a thread that alone speaks with their driver: one that hangs holds up nobody else, and is told as a
// fault of the card that it hangs at.
#ifndef IO_EXECUTOR_GPU_LOOKOUT_H
#define IO_EXECUTOR_GPU_LOOKOUT_H

#include "io/executor/nvml.h"

enum { GPU_PATIENCE_MS = 10000 }; // so long a driver may take for one look at all cards

struct gpu_lookout;

// Begin to look; waits for the first look, a fifth of its patience at most.
//   in      library as nvml_open has it; patience_ms 0: GPU_PATIENCE_MS
//   memory  gpu_lookout_close, which accepts NULL
//   errors  MARU_E_MEMORY, MARU_E_IO: no thread
MARU_MUST_USE maru_status gpu_lookout_open(const char *library, uint32_t patience_ms,
                                           struct gpu_lookout **out, maru_error *err);
// Where the driver hangs its thread stays behind, until the process ends.
//   cost    2 s at most
void gpu_lookout_close(struct gpu_lookout *lookout);

// Look again now. Waits a fifth of the patience at most, and not at all for a driver that hangs already.
//   threads any
void gpu_lookout_renew(struct gpu_lookout *lookout);
// Where the library was found, as nvml_path has it; "": not known yet.
//   memory  until gpu_lookout_close
const char *gpu_lookout_path(struct gpu_lookout *lookout);
// How many there were seen; one that went away is not unseen while the driver hangs.
uint32_t gpu_lookout_count(struct gpu_lookout *lookout);
// GPU number `gpu`, below the count, as it was seen last; where the driver has hung at it for longer than is its patience, with that as its reason.
void gpu_lookout_look(struct gpu_lookout *lookout, uint32_t gpu, struct gpu_look *out);
// Does the driver hang before it has told of any card? Why, "": no.
void gpu_lookout_silence(struct gpu_lookout *lookout, char out[NVML_REASON_BYTES]);

#endif
