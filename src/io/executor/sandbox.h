// A job in a world of its own: what it sees, and the process that it begins with.
//
// It is bubblewrap's doing: new namespaces for users, processes, messages, names, control groups and, unless the job may use the
// network, for that too. The system's programs are there read-only, /tmp and /dev/shm are empty and its own, /work is its folder,
// /in its files; nothing else of the machine can be named. It has no privileges and can get none.
#ifndef IO_EXECUTOR_SANDBOX_H
#define IO_EXECUTOR_SANDBOX_H

#include <sys/types.h>

#include "io/executor/launch_spec.h"

// bubblewrap's options for this job, each with a 0 behind, as its --args reads them.
//   errors  stick to `out`
void sandbox_add_options(struct text *out, const struct launch_spec *spec);

// A process of this program that has no threads begins the job.
//   in      out, error: where its output goes
//   out     *pid: a child; it dies with this process. Ends of pipes, which the caller closes: *status, on which bubblewrap tells of the job in
//           JSON; of a bare job, why it could not begin, or nothing. *go: the job waits for a byte there, of a bare job -1
//   errors  MARU_E_IO, MARU_E_MEMORY
struct sandbox_ends {
    int out, error;
};
struct sandbox_begun {
    pid_t pid;
    int status, go;
};
MARU_MUST_USE maru_status sandbox_start(const struct launch_spec *spec,
                                        const struct sandbox_ends *ends,
                                        struct sandbox_begun *begun, maru_error *err);

// Does this bubblewrap work here? Tried with an empty job.
//   errors  MARU_E_IO: with what it says
MARU_MUST_USE maru_status sandbox_try(const char *bwrap, maru_error *err);

#endif
