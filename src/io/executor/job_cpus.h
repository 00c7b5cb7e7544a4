// Which processors a job runs on, where no control group bounds it: as many as it asked for, its own where enough are free.
#ifndef IO_EXECUTOR_JOB_CPUS_H
#define IO_EXECUTOR_JOB_CPUS_H

#include <stdint.h>

// Take processors for this process and what it begins from now on. They are marked in a file that all executors of this state share;
// the mark goes with the file that is returned, or with this process.
//   in      path: of that file, made where it is missing; cpu_milli: thousandths of processors, 0: any
//   out     an open file that holds the marks, closed on exec; -1: nothing was taken, all processors may be used
int job_cpus_take(const char *path, uint32_t cpu_milli);

#endif
