// The processes of a job, as /proc tells: a tree, since who loses his parent falls to the first process of the job.
#ifndef IO_EXECUTOR_JOB_PROCESSES_H
#define IO_EXECUTOR_JOB_PROCESSES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { JOB_MAX_LOOKED_AT = 65536 }; // processes in one look

struct job_processes {
    pid_t *pid; // (n), parents before children; the root is the first
    uint32_t n, cap;
    uint32_t most; // looks end there; 0: JOB_MAX_LOOKED_AT
    bool is_whole; // false: there were more, or there was no memory
};

//   memory  job_processes_fini
void job_processes_find(struct job_processes *processes, pid_t root);
void job_processes_fini(struct job_processes *processes);

// Bytes in memory of those from number `from` on, pages that several share counted once for each: never less than what they take
// together.
uint64_t job_processes_resident(const struct job_processes *processes, uint32_t from);
// The same with shared pages counted once among those who share them; slower.
uint64_t job_processes_proportional(const struct job_processes *processes, uint32_t from);
// Send a signal to each process that has a handler for it, and where none has, to all; `from` is the first one asked.
// So a shell that only waits for a program does not die before the program has written its checkpoint.
void job_processes_tell(const struct job_processes *processes, uint32_t from, int signal);

#endif
