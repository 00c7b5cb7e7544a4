// System calls that a job has no use for and that have been ways out of sandboxes: refused with EPERM.
#ifndef IO_EXECUTOR_JOB_FILTER_H
#define IO_EXECUTOR_JOB_FILTER_H

#include "base/text.h"

// A program of seccomp(2) for this machine, as bubblewrap's --seccomp takes it.
//   out     nothing on a machine whose calls are not known here
void job_filter_add(struct text *out);

#endif
