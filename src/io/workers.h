// A handful of threads that take numbers 0, 1, 2, ... until none is left, while the caller looks
// on.
//
// Each number is done by one thread, alone; what it finds goes into a place of that number. So
// results do not depend on how many threads there were.
#ifndef IO_WORKERS_H
#define IO_WORKERS_H

#include <stddef.h>

#include "maru/status.h"

typedef void (*workers_job)(void *context, size_t index);
typedef void (*workers_look)(void *context);

enum { WORKERS_MAX = 256, WORKERS_LOOK_MS = 100 };

// Do job(context, i) for i in [0, n_job) on up to n_thread threads; look(context), which may be
// NULL, is called by the calling thread every WORKERS_LOOK_MS and once at the end.
//   errors  MARU_E_MEMORY when not even one thread can be started: nothing was done
MARU_MUST_USE maru_status workers_run(size_t n_job, size_t n_thread, workers_job job,
                                      workers_look look, void *context, maru_error *err);

// Cores that this process may use.
size_t workers_cores(void);

#endif
