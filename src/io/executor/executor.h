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
    LAUNCH_QOS_BYTES = 128,
    LAUNCH_MAX_WORDS = 2000, // of a command; all three fit into bubblewrap's 9000 arguments
    LAUNCH_MAX_VARIABLES = 1000,
    LAUNCH_MAX_FILES = 1000,
    LAUNCH_MAX_TEXT_BYTES = 1 << 20,   // of all words, variables and paths together
    LAUNCH_MAX_WORD_BYTES = 128 << 10, // of one: what Linux hands to a program
};

struct launch_file { // of the machine, that the job may read under /in/NAME
    const char *name, *path;
};

// Where a part stands; an executor that schedules by itself looks only at counts.
struct launch_part {
    const char *node;
    uint16_t gpus; // bit g: GPU g of the node
    uint8_t n_gpu;
    uint16_t gpu_milli; // of each
};

struct launch {
    const char *id;
    const char *tenant, *project; // Slurm's account: both
    const char *name;             // for people
    const char
        *array; // "" or NULL: it stands alone; else what all tasks of its array have, as an id
    const char *folder;      // absolute, with work/ in it; see below
    const char *const *argv; // (ends with NULL); argv[0] is found in PATH
    const char *const *env; // NAME=VALUE (ends with NULL); nothing else of this environment goes in
    const struct launch_file *file;
    const struct launch_part *part; // (n_part), at least one
    const char *gpu_type;           // "": any
    size_t n_file, n_part;
    uint32_t cpu_milli, memory_mib; // of a part
    int64_t limit_us;               // of wall time: over by then, the signal comes grace_us before
    int64_t grace_us;               // between the checkpoint signal and the end
    int checkpoint_signal;          // 0: SIGTERM
    int32_t priority;               // Slurm: nice
    const char *qos;                // Slurm; "": the account's
    uint32_t place;                 // in the array: no two launches have the same of both
    bool has_network;
};
// The folder of a launch has work/, made by the caller: the job's working folder and all that it may write, in a sandbox /work.
// Beside it, out of the job's reach, are out and err, what it says: launches in the same folder go on in the same files, none is
// longer than the executor's cap, and what is cut is said in the last line. A file named script there is read as /job/script.

enum launch_state {
    LAUNCH_ABSENT,  // no launch of this id is known
    LAUNCH_WAITING, // Slurm's queue
    LAUNCH_RUNNING,
    LAUNCH_ENDED,
    LAUNCH_UNKNOWN, // the executor does not answer now: ask again
};
enum launch_end {
    END_EXIT,   // by itself, exit_code
    END_SIGNAL, // by a signal, exit_code is it
    END_LIMIT, // its time was up; exit_code is what it then said, 128 + the signal where one ended it
    END_MEMORY,  // it took more memory than it may
    END_STOPPED, // executor_stop; exit_code as with END_LIMIT
    END_NODE, // the node went away, or the machine started anew; ended_us is when it was last seen
    END_FAILED, // it could not be started, or passed a limit that has no word here: `what` says why
    END_TAKEN, // an executor that schedules by itself has given its place to another; it had its checkpoint signal
};
struct launch_look {
    enum launch_state state;
    enum launch_end end;
    int exit_code;
    int64_t submitted_us, started_us, ended_us; // since 1970; 0: not yet
    int64_t cpu_us;                             // used; -1: not known
    int64_t max_memory_bytes;                   // the same
    bool has_gpu_use;                           // the next two are known
    uint16_t
        gpu_busy_milli; // of its GPUs in the mean, 0 to 1000; of whole ones, also where it has a share
    int64_t gpu_energy_mj;            // that they drew meanwhile, thousandths of a joule
    char reason[64];                  // why it waits, in the executor's own word, "": nothing
    char what[200];                   // of END_FAILED
    char node[LAUNCH_MAX_NODE_BYTES]; // the first; "": not yet
    int64_t expected_us; // of LAUNCH_WAITING: when it is to start; 0: the executor does not say
    char qos[LAUNCH_QOS_BYTES]; // Slurm's, that it has now; "": not known
    char nodes[256]; // of a LAUNCH_RUNNING of Slurm all, as in "gpu[01-03],x"; "": not known
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

// Who may use how much, for an executor that schedules by itself. Accounts of maru alone are brought to this; others are not touched.
struct executor_limit {
    const char *gpu_type; // "": all types together
    uint32_t n_gpu;       // UINT32_MAX: no limit
};
struct executor_account {
    const char *tenant, *project; // project "": the tenant as a whole; it comes before its projects
    uint32_t weight;              // beside its siblings
    const struct executor_limit *limit; // (n_limit)
    size_t n_limit;
    uint32_t job_max_gpus, max_running; // 0: no limit
    int64_t job_max_us;                 // the same
};
// What is guaranteed: who is inside goes before those that borrow, and has theirs back where he needs it.
struct executor_guarantee {             // of an account, beside what those below it are guaranteed
    const char *tenant, *project;       // project "": the tenant's own
    const struct executor_limit *limit; // (n_limit)
    size_t n_limit;
};
struct executor_guarantees {
    const struct executor_guarantee *row; // (n) 0: nobody is guaranteed anything
    size_t n;
    const struct executor_limit
        *loose; // (n_loose) guaranteed to nobody: for jobs that may not be stopped
    size_t n_loose;
    int64_t grace_us;   // the longest that a job has between signal and end
    bool is_taken_back; // from those that borrow; else who is inside only goes first
};
// What the executor's own settings keep from being kept; a sentence that stays.
typedef void (*executor_see_lack)(void *context, const char *sentence);
// How a launch stands to that: inside the guarantee of an account (tenant not NULL), else borrowed, or firm: not to be stopped.
struct executor_standing {
    const char *tenant, *project;
    bool is_firm;
};
struct executor_move { // of a launch that waits
    const char *id, *qos;
};
struct executor_order { // a node that nothing new is to start on
    const char *node, *reason;
};
// A change that is made now, or with is_plan would be.
typedef void (*executor_see_change)(void *context, const char *change);

// What came of a start, as executor_start would return it; err holds in the call.
typedef void (*executor_see_start)(void *context, size_t i, maru_status status,
                                   const maru_error *err);

struct executor;

// Is this a launch that some executor could start? executor_start asks it.
//   errors  MARU_E_INPUT with a sentence
MARU_MUST_USE maru_status launch_check(const struct launch *launch, maru_error *err);
bool launch_id_is_good(const char *id);

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
    // NULL: it does not schedule, and has no accounts
    maru_status (*set_accounts)(struct executor *executor, const struct executor_account *account,
                                size_t n, executor_see_change see, void *context, maru_error *err);
    // NULL: who calls decides where what starts
    maru_status (*set_nodes)(struct executor *executor, const struct executor_order *order,
                             size_t n, executor_see_change see, void *context, maru_error *err);
    // NULL: it starts one after the other
    void (*start_all)(struct executor *executor, const struct launch *launch, size_t n,
                      executor_see_start see, void *context);
    // NULL, all three: it knows no guarantees
    maru_status (*set_guarantees)(struct executor *executor, const struct executor_guarantees *want,
                                  executor_see_change see, executor_see_lack lack, void *context,
                                  maru_error *err);
    bool (*qos_of)(struct executor *executor, const struct executor_standing *standing,
                   char out[LAUNCH_QOS_BYTES]);
    maru_status (*move)(struct executor *executor, const struct executor_move *move, size_t n,
                        executor_see_change see, void *context, maru_error *err);
};
struct executor { // the first member of each kind's own
    const struct executor_kind *kind;
};

// Start it, unless a launch of this id is known: then that is the one. When this returns MARU_OK the launch survives this process.
//   errors  MARU_E_INPUT: it can never run so; MARU_E_IO: try again, it was not started or will be found by its id; MARU_E_MEMORY
MARU_MUST_USE maru_status executor_start(struct executor *executor, const struct launch *launch,
                                         maru_error *err);
// The same of many, with what came of each, told once; where the executor can it takes tasks of one array on together.
void executor_start_all(struct executor *executor, const struct launch *launch, size_t n,
                        executor_see_start see, void *context);
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
// Bring its accounts to these; what is so already is left. Of an executor without accounts: nothing.
//   errors  MARU_E_IO: it does not answer or refuses; what was done before stands, and a repetition does the rest
MARU_MUST_USE maru_status executor_set_accounts(struct executor *executor,
                                                const struct executor_account *account, size_t n,
                                                executor_see_change see, void *context,
                                                maru_error *err);
// Drain these nodes and no others, as far as it was drained here; of an executor that does not schedule: nothing.
//   errors  as executor_set_accounts
MARU_MUST_USE maru_status executor_set_nodes(struct executor *executor,
                                             const struct executor_order *order, size_t n,
                                             executor_see_change see, void *context,
                                             maru_error *err);
// Bring what is guaranteed to this, after its accounts; what is so already is left. What nothing uses any more goes, at a later call else.
//   errors  as executor_set_accounts
MARU_MUST_USE maru_status executor_set_guarantees(struct executor *executor,
                                                  const struct executor_guarantees *want,
                                                  executor_see_change see, executor_see_lack lack,
                                                  void *context, maru_error *err);
// What launch.qos has to be for one that stands so; false: guarantees are not set (any more), and it is "".
bool executor_qos_of(struct executor *executor, const struct executor_standing *standing,
                     char out[LAUNCH_QOS_BYTES]);
// Launches that wait stand otherwise from now on, as far as they still wait: the next look tells. Many are one command.
//   errors  MARU_E_IO: the first refusal; the others are moved; MARU_E_MEMORY
MARU_MUST_USE maru_status executor_move(struct executor *executor, const struct executor_move *move,
                                        size_t n, executor_see_change see, void *context,
                                        maru_error *err);
// Sleep until a launch may have changed its state, at most so long. Any thread may wait while others call.
MARU_MUST_USE maru_status executor_wait(struct executor *executor, int64_t longest_us,
                                        maru_error *err);
void executor_close(struct executor *executor); // jobs go on; accepts NULL

#endif
