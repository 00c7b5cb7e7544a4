// A launch as Slurm is handed it: the options of sbatch, the script of the job, and the script that each of its parts runs. Pure.
//
// The job's script makes sure that a launch runs once, whatever was submitted twice or put back into the queue: it takes a claim in
// the launch's folder by a hard link, which a file system gives to one alone, and ends where somebody else has it. It ends the launch
// when its time is up to the second, keeps logs below their cap, and tells how it ended by the signal that it ends itself with:
// that is what Slurm keeps of a job for sure.
#ifndef IO_EXECUTOR_SLURM_SCRIPT_H
#define IO_EXECUTOR_SLURM_SCRIPT_H

#include "io/executor/executor.h"

enum { // signals of the job's script: the first three it gets, with the others it ends itself
    SLURM_SIGNAL_LATE = 36, // from its own clock: time for the checkpoint
    SLURM_SIGNAL_OVER = 37, // the grace is over
    SLURM_SIGNAL_STOP = 38, // from executor_stop
    SLURM_ENDED_TWICE = 40, // another job has the claim: this one never ran
    SLURM_ENDED_FOLDER,     // the launch's folder cannot be entered or written there
    SLURM_ENDED_LIMIT,
    SLURM_ENDED_AGAIN,        // put back into the queue after it had begun: did not run again
    SLURM_ENDED_TAKEN,        // another is guaranteed what it has borrowed
    SLURM_ENDED_PROGRAM = 45, // argv[0] is not there
};
enum { SLURM_MAX_TASKS = 1000 }; // of an array, also where Slurm allows more
enum { SLURM_OPTIONS = 32, SLURM_OPTION_BYTES = 16 << 10, SLURM_MARK_BYTES = 24 };

struct slurm_shape {  // what a cluster's operator has said of launches
    const char *mark; // names of jobs and accounts begin with it: lower case letters and digits
    const char *partition; // "": Slurm's own choice
    const char *bwrap;     // bubblewrap on the nodes; "": jobs run bare, as this process's user
    const char *
        program; // a folder that nodes see, with maru itself; NULL or "": that of the nodes' own PATH, if any
    uint64_t log_bytes; // cap of each of out and err
};

// Can Slurm run it at all?
//   errors  MARU_E_INPUT with a sentence: shares of a GPU, parts with other counts of GPUs, a name that is too long
MARU_MUST_USE maru_status slurm_check(const struct launch *launch, const struct slurm_shape *shape,
                                      maru_error *err);

struct slurm_array {    // launches that are handed to Slurm as one job array, with each its task
    const char *name;   // of the job, without the mark
    const char *folder; // where its script begins
    const struct launch *const *launch; // (n) of which all but id, folder and env are the same
    const int32_t *task;                // (n)
    size_t n;
};
// May they be tasks of one array?
bool slurm_is_same(const struct launch *a, const struct launch *b);

struct slurm_options { // word[n] of sbatch, the last NULL
    const char *word[SLURM_OPTIONS];
    char bytes[SLURM_OPTION_BYTES];
    size_t n, n_bytes;
};
// The command line of sbatch; the script is to come on its standard input.
//   errors  MARU_E_INPUT: it has no room
MARU_MUST_USE maru_status slurm_array_options(const struct slurm_array *array,
                                              const struct slurm_shape *shape,
                                              struct slurm_options *out, maru_error *err);
MARU_MUST_USE maru_status slurm_options_of(const struct launch *launch,
                                           const struct slurm_shape *shape,
                                           struct slurm_options *out, maru_error *err);

// The job's script, and the one that stands at FOLDER/.maru/part-ID before it is submitted.
//   out     appended to
//   errors  that of the text
MARU_MUST_USE maru_status slurm_write_script(const struct launch *launch,
                                             const struct slurm_shape *shape, struct text *out,
                                             maru_error *err);
MARU_MUST_USE maru_status slurm_write_array(const struct slurm_array *array,
                                            const struct slurm_shape *shape, struct text *out,
                                            maru_error *err);
// Of the text of an array's script: which launch a task is, and in which folder.
//   memory  *out points into the text; id and folder are n_id and n_folder bytes
//   errors  false: the script has no such task
struct slurm_tasked {
    const char *id, *folder;
    size_t n_id, n_folder;
};
bool slurm_find_task(const char *script, size_t n, int32_t task, struct slurm_tasked *out);
MARU_MUST_USE maru_status slurm_write_part(const struct launch *launch,
                                           const struct slurm_shape *shape, struct text *out,
                                           maru_error *err);

// MARK.ID, a job's name, of an array with the array's name; MARK_TENANT and MARK_TENANT_PROJECT as Slurm has accounts: lower case letters, digits and -. Neither a tenant
// nor a project has a _ in its name, so that no two have one account.
//   errors  false: it does not fit, or has another byte
bool slurm_job_name(const char *mark, const char *id, char *out, size_t cap);
bool slurm_account_name(const char *mark, const char *tenant, const char *project, char *out,
                        size_t cap);
// MARK-borrow: the QOS of what others may have back. No tenant's is called so: behind the mark of those stands a _.
void slurm_borrow_name(const char *mark, char out[LAUNCH_QOS_BYTES]);

#endif
