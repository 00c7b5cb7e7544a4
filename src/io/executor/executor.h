// Something that runs jobs: this machine (local_executor.c) or Slurm (slurm_executor.c). Behind one interface.
//
// A job is launched under an id that is never used again, so that a launch which is repeated after a crash, or after an answer
// that was lost, starts nothing twice. It belongs to the executor, not to this process: it goes on when maru ends, and the next
// maru finds it by its id. What an executor knows of a launch it keeps until executor_forget.
#ifndef IO_EXECUTOR_EXECUTOR_H
#define IO_EXECUTOR_EXECUTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"

enum {
    LAUNCH_ID_BYTES = 64, // with its 0: lower case letters, digits and -
    LAUNCH_MAX_PARTS = 4096,
    LAUNCH_MAX_GPUS = 16, // of a part
    LAUNCH_MAX_NODE_BYTES = 64,
};

struct launch_file { // of the machine, that the job may read under /in/NAME
    const char *name, *path;
};

struct
    launch_part { // where a part stands; an executor that schedules by itself looks only at counts
    const char *node;
    uint16_t gpus; // bit g: GPU g of the node
    uint8_t n_gpu;
    uint16_t gpu_milli; // of each
};

struct launch {
    const char *id;
    const char *tenant, *project; // Slurm's account: both
    const char *name;             // for people
    const char *folder;      // absolute; it is the job's working folder and all that it may write
    const char *const *argv; // (ends with NULL); argv[0] is found in PATH
    const char *const
        *env; // NAME=VALUE (ends with NULL); nothing else of this process's environment goes in
    const struct launch_file *file;
    const struct launch_part *part; // (n_part)
    const char *gpu_type;           // "": any
    size_t n_file, n_part;
    uint32_t cpu_milli, memory_mib; // of a part
    int64_t limit_us;               // of wall time
    int64_t grace_us;               // between the checkpoint signal and the end
    int checkpoint_signal;          // 0: SIGTERM
    int32_t priority;               // Slurm: nice
    const char *qos;                // Slurm; "": the account's
    bool has_network;
};
// Standard output and error of the job are FOLDER/.maru/out and FOLDER/.maru/err of this launch's folder; nothing of it is more than
// the executor's cap (executor_settings.log_bytes); what is cut is said in the last line.

enum launch_state {
    LAUNCH_ABSENT,  // no launch of this id is known
    LAUNCH_WAITING, // Slurm's queue
    LAUNCH_RUNNING,
    LAUNCH_ENDED,
    LAUNCH_UNKNOWN, // the executor does not answer now: ask again
};
enum launch_end {
    END_EXIT,    // by itself, exit_code
    END_SIGNAL,  // by a signal, exit_code is it
    END_LIMIT,   // its time was up
    END_MEMORY,  // it took more memory than it may
    END_STOPPED, // executor_stop
    END_NODE,    // the node went away, or the machine started anew
    END_FAILED,  // it could not be started: `what` says why
};
struct launch_look {
    enum launch_state state;
    enum launch_end end;
    int exit_code;
    int64_t submitted_us, started_us, ended_us; // since 1970; 0: not yet
    int64_t cpu_us;                             // used; -1: not known
    int64_t max_memory_bytes;                   // the same
    char reason[64];                  // why it waits, in the executor's own word, "": nothing
    char what[200];                   // of END_FAILED
    char node[LAUNCH_MAX_NODE_BYTES]; // the first; "": not yet
};

struct executor_node { // of the inventory
    char name[LAUNCH_MAX_NODE_BYTES];
    char gpu_type[64]; // "": no GPU
    char reason[100];  // why it is not up; "": it is
    uint32_t n_gpu, cpu_milli, memory_mib, gpu_memory_mib;
    bool is_up;
};
typedef maru_status (*executor_see_node)(void *context, const struct executor_node *node,
                                         maru_error *err);

struct executor;

// What each kind does; callers use the functions below. All may block for as long as the kind's time limit says (seconds).
struct executor_kind {
    const char *name;
    bool schedules; // it decides itself when and where (Slurm)
    maru_status (*start)(struct executor *executor, const struct launch *launch, maru_error *err);
    maru_status (*look)(struct executor *executor, const char *id, struct launch_look *out,
                        maru_error *err);
    maru_status (*stop)(struct executor *executor, const char *id, int64_t grace_us,
                        maru_error *err);
    maru_status (*forget)(struct executor *executor, const char *id, maru_error *err);
    maru_status (*each_node)(struct executor *executor, executor_see_node see, void *context,
                             maru_error *err);
    maru_status (*wait)(struct executor *executor, int64_t longest_us, maru_error *err);
    void (*close)(struct executor *executor);
};
struct executor { // the first member of each kind's own
    const struct executor_kind *kind;
};

// Start it, unless a launch of this id is known: then that is the one. When this returns MARU_OK the launch survives this process.
//   errors  MARU_E_INPUT: it can never run so; MARU_E_IO: try again, it was not started or will be found by its id; MARU_E_MEMORY
MARU_MUST_USE maru_status executor_start(struct executor *executor, const struct launch *launch,
                                         maru_error *err);
//   out     *out, with LAUNCH_ABSENT and LAUNCH_UNKNOWN no errors
MARU_MUST_USE maru_status executor_look(struct executor *executor, const char *id,
                                        struct launch_look *out, maru_error *err);
// Its checkpoint signal now, SIGKILL to all of it when the grace is over; a launch that has ended is left as it is. Returns at once.
MARU_MUST_USE maru_status executor_stop(struct executor *executor, const char *id, int64_t grace_us,
                                        maru_error *err);
// What is known of a launch that has ended is no longer needed. Its folder stays.
MARU_MUST_USE maru_status executor_forget(struct executor *executor, const char *id,
                                          maru_error *err);
MARU_MUST_USE maru_status executor_each_node(struct executor *executor, executor_see_node see,
                                             void *context, maru_error *err);
// Sleep until a launch may have changed its state, at most so long. Any thread may wait while others call.
MARU_MUST_USE maru_status executor_wait(struct executor *executor, int64_t longest_us,
                                        maru_error *err);
void executor_close(struct executor *executor); // jobs go on; accepts NULL

#endif
