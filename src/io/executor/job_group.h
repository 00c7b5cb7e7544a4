// The control group of a job (version 2), where the executor was given a folder of them that it may write: the kernel then bounds memory,
// processors and processes by the microsecond, and ends all of it at once. What a controller is not there for stays with the looks.
#ifndef IO_EXECUTOR_JOB_GROUP_H
#define IO_EXECUTOR_JOB_GROUP_H

#include "io/executor/launch_spec.h"

// Is this such a folder? Controllers that it may hand down are handed down.
//   errors  MARU_E_INPUT
MARU_MUST_USE maru_status job_group_check(const char *folder, maru_error *err);

// Make the group of a job, with its limits; one that is there is taken.
//   errors  MARU_E_IO
MARU_MUST_USE maru_status job_group_make(const struct launch_spec *spec, maru_error *err);

struct job_group_look { // -1: not known
    int64_t cpu_us, max_memory_bytes;
    bool was_out_of_memory;
};
struct job_group_look job_group_look(const struct launch_spec *spec);
void job_group_kill(
    const struct launch_spec *spec); // all that is in it; the caller may be called without a group
// The group is gone when nothing is in it any more; what is not there is fine.
void job_group_remove(const char *folder, const char *id);

#endif
