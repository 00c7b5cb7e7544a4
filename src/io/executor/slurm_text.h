// What Slurm's commands say, as records: squeue, sacct, sinfo and sacctmgr with their columns asked by name and parted by |, and
// sbatch --parsable. These forms have stood unchanged since Slurm 20; JSON needs plug-ins that many clusters lack. Pure.
#ifndef IO_EXECUTOR_SLURM_TEXT_H
#define IO_EXECUTOR_SLURM_TEXT_H

#include "io/executor/executor.h"

enum {
    SLURM_MAX_LINE_BYTES = 1 << 16,
    SLURM_MAX_ROWS = 1 << 20,
    SLURM_NAME_BYTES = 96, // of a job: the mark, a point, the id of the launch
};

enum slurm_state { // what a job's state comes to for us
    SLURM_WAITS,
    SLURM_RUNS, // holds its nodes: also while it is set up, stopped for a while or cleaned up
    SLURM_COMPLETED,
    SLURM_FAILED, // its script ended otherwise than with 0
    SLURM_CANCELLED,
    SLURM_TIMED_OUT,
    SLURM_NO_MEMORY,
    SLURM_NODE_GONE, // a node failed
    SLURM_TAKEN,     // its place was given to another (preemption)
};

// A job by its number; a task of a job array by the array's number and its own, as in 12_3.
enum { SLURM_NO_TASK = -1 };
struct slurm_which {
    uint64_t number;
    int32_t task; // SLURM_NO_TASK: it is none
};

struct slurm_job { // a row of squeue, or a job of sacct with what its steps used
    struct slurm_which which;
    int32_t last_task; // of a row that stands for all tasks from which.task on; else which.task
    bool
        is_rest; // sacct: it stands for tasks that have had no row of their own when it was written
    bool is_head; // sacct: Slurm keeps what is left of an array in this one
    enum slurm_state state;
    int exit_code, exit_signal;                 // sacct; at most one is not 0
    int64_t submitted_us, started_us, ended_us; // since 1970; 0: not yet
    int64_t cpu_us, max_memory_bytes;           // sacct; -1: not known
    char node[LAUNCH_MAX_NODE_BYTES];           // the first; "": none
    char reason[64];                            // squeue; "": none
    int64_t expected_us;         // squeue, of one that waits: when it is to start; 0: not known
    char nodes[256];             // squeue: all, as in "gpu[01-03],x"; "": none, or they do not fit
    char qos[LAUNCH_QOS_BYTES];  // squeue; "": none, or it is gone
    char name[SLURM_NAME_BYTES]; // what is longer is not ours, and cut
};
struct slurm_jobs {
    struct slurm_job *row; // (n), in the order of the text
    size_t n, cap;
};
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status slurm_jobs_add(struct slurm_jobs *jobs, const struct slurm_job *job,
                                         maru_error *err);
void slurm_jobs_fini(struct slurm_jobs *jobs);

// The columns that the readers below want, as the commands are asked for them. The last may hold any byte but a line break.
#define SLURM_SQUEUE_FORMAT "%F|%K|%T|%V|%S|%e|%B|%N|%r|%q|%j"
#define SLURM_SACCT_FORMAT                                                                         \
    "JobID,JobIDRaw,State,ExitCode,Submit,Start,End,TotalCPU,MaxRSS,NodeList,JobName"
#define SLURM_SINFO_FORMAT "%N|%T|%c|%m|%G|%E"

// Whole outputs, squeue's with a row for each task of an array. Times are read as UTC: the commands are run with TZ=UTC.
//   memory  *out, which the caller has zeroed, slurm_jobs_fini
//   errors  MARU_E_INPUT: a line that is none, or the last one cut short, err->row; MARU_E_LIMIT; MARU_E_MEMORY
MARU_MUST_USE maru_status slurm_read_squeue(const char *bytes, size_t n, struct slurm_jobs *out,
                                            maru_error *err);
// A job's rows of steps (12.batch, 12_3.0) follow its own and are added up in it. A job that was put back into the queue has several.
// Tasks that wait are told together, as 12_[3-9,11]: then there is a row for each range.
MARU_MUST_USE maru_status slurm_read_sacct(const char *bytes, size_t n, struct slurm_jobs *out,
                                           maru_error *err);
// Each node once, also where it is in several partitions; gpu_memory_mib is not known to Slurm and 0.
MARU_MUST_USE maru_status slurm_read_sinfo(const char *bytes, size_t n, executor_see_node see,
                                           void *context, maru_error *err);

// NUMBER or NUMBER;CLUSTER and a line break: what sbatch --parsable says when the job is in the queue. False: not (yet) that.
bool slurm_read_number(const char *bytes, size_t n, uint64_t *number);

// "12", "12_3"; 32 bytes are enough.
void slurm_write_which(struct slurm_which which, char *out, size_t cap);

// "2026-11-23T09:12:03"; Unknown, None, N/A and an empty text are 0. False: neither.
bool slurm_read_time(const char *text, int64_t *us);
// "[DD-]HH:MM:SS[.fff]" or "MM:SS.fff"; empty is -1. "1234K", "1.5G", "0"; empty is -1.
bool slurm_read_span(const char *text, int64_t *us);
bool slurm_read_size(const char *text, int64_t *n_bytes);
// The first name of "gpu[01-04,07],x"; false where the brackets do not close or it does not fit.
bool slurm_first_node(const char *list, char out[LAUNCH_MAX_NODE_BYTES]);
// The GPUs of "gpu:h100:4(S:0-1),shard:8": the first type and how many of it.
void slurm_read_gres(const char *text, char type[64], uint32_t *n_gpu);

// Each name of such a list, at most `most`; false: it is none, or longer.
typedef bool (*slurm_see_name)(void *context, const char *name);
bool slurm_each_name(const char *list, size_t most, slurm_see_name see, void *context);

// One line cut at its n_field - 1 first |, in place; false: there are fewer.
bool slurm_cut(char *line, char *field[], size_t n_field);
// Line after line of a text: a copy with its end, without the line break.
//   out     MARU_MORE: none is left
//   errors  MARU_E_INPUT: the last one has no line break, or a 0 is in it; MARU_E_LIMIT
struct slurm_lines {
    const char *bytes;
    size_t n, at;
    uint32_t row;
};
MARU_MUST_USE maru_status slurm_next_line(struct slurm_lines *lines, char *out, size_t cap,
                                          maru_error *err);

#endif
