// The control group of a job (version 2), where the executor was given a folder of them that it may write: the kernel then bounds memory,
// processors and processes by the microsecond, and ends all of it at once. What a controller is not there for stays with the looks.
#ifndef IO_EXECUTOR_JOB_GROUP_H
#define IO_EXECUTOR_JOB_GROUP_H

#include "io/executor/launch_spec.h"

// Make the group of a job, with its limits; one that is there is taken.
//   errors  MARU_E_IO
MARU_MUST_USE maru_status job_group_make(const struct launch_spec *spec, maru_error *err);

// The kernel's memory.peak is not asked for: it has files that were read in it, up to the limit.
struct job_group_look {
    int64_t cpu_us; // -1: not known
    bool was_out_of_memory;
};
struct job_group_look job_group_look(const struct launch_spec *spec);
// Set limits that are not there any more: a new start of the server may have taken the controllers away for a moment.
void job_group_renew(const struct launch_spec *spec);
void job_group_kill(const struct launch_spec *spec); // all that is in it, where there is one
// End what is still in it, and the group; what is not there is fine.
//   cost    at most 2 s, where the kernel takes long to end something
void job_group_remove(const char *folder, const char *id);

#endif
