// The pool at work: jobs of all tenants, the scheduler that decides about them, and the executor that runs them.
//
//   API -> store (a job is kept) -> compute_tell -> dispatching.c: pool_decide -> an attempt is kept -> executor_start
//                                                   executor_look -> its end is kept -> pool_end
//
// One thread does all of it. What it has in memory it could make anew from the store and the executor at any moment: that is what it
// does when it begins.
#ifndef SERVE_COMPUTE_COMPUTE_H
#define SERVE_COMPUTE_COMPUTE_H

#include "io/executor/executor.h"
#include "pool/accounts_table.h"
#include "pool/forecast/start_forecast.h"
#include "pool/pool.h"
#include "store/jobs/kept_jobs.h"

struct compute;

struct compute_config {
    struct store *store;
    struct executor *executor; // taken over, also where compute_start refuses
    const char *folder;        // of the jobs' folders; copied
    int64_t keep_days;         // that a job is kept after its end; 0: for good
};
// Take up what was going on, and begin.
//   errors  those of the store and the executor
MARU_MUST_USE maru_status compute_start(const struct compute_config *config, struct compute **out,
                                        maru_error *err);
void compute_stop(struct compute *compute); // jobs go on; accepts NULL

const char *compute_folder(const struct compute *compute);

// Something was kept about a job: it is new, wanted to end, or to be tried again.
void compute_tell(struct compute *compute, const char *tenant, const char *job);
// The same of n that came together: they are seen in the same turn.
void compute_tell_all(struct compute *compute, const char *tenant,
                      const char (*job)[STORE_ID_BYTES], size_t n);
// Policy, accounts, nodes or money have been changed by somebody.
void compute_renew(struct compute *compute);
// The tenant is gone: its jobs end and its folders go.
void compute_close_tenant(struct compute *compute, const char *tenant);

// What a job could ask of this pool.
//   errors  as job_needs_ask
struct job_needs;
MARU_MUST_USE maru_status compute_could(struct compute *compute, const struct job_needs *needs,
                                        maru_error *err);

// Are reservations kept here?
//   errors  MARU_E_RANGE: an executor schedules by itself, and knows none of them
MARU_MUST_USE maru_status compute_reserves(struct compute *compute, maru_error *err);

// May a job of this project use the reservation?
//   errors  MARU_E_RANGE: there is none that it could use now or later
MARU_MUST_USE maru_status compute_could_reserve(struct compute *compute, const char *tenant,
                                                const char *project, const char *reservation,
                                                maru_error *err);

// ---- looking; all from any thread

enum job_phase {
    PHASE_BLOCKED, // it waits for other jobs, or to be tried again
    PHASE_QUEUED,
    PHASE_STARTING,
    PHASE_RUNNING,
    PHASE_STOPPING,
};
extern const char *const job_phase_names[];

enum { REFUSAL_BYTES = 200 };
struct compute_look {
    enum job_phase phase;
    struct pool_why why;          // of PHASE_QUEUED
    char blocker[STORE_ID_BYTES]; // the job of why.blocker where it is the same tenant's, else ""
    char reason[64];              // of an executor that schedules by itself, why it waits
    bool is_elsewhere;            // that has it in its queue
    int64_t expected_us;          // when it is to start there, 0: not known
    char refused[REFUSAL_BYTES];  // by the pool, why it cannot be queued as things are, else ""
    const char *stop;             // of PHASE_STOPPING: a word
    bool is_borrowed;
};
// False: it is not open.
bool compute_look(struct compute *compute, const char *tenant, const char *job,
                  struct compute_look *out);

// When a job starts, and what would help. Played on a copy by the thread that asks: up to about a second.
struct forecast_of {
    const char *tenant;
    const char *job;               // NULL: one that is not handed in yet
    const char *project;           // of such a one
    const struct job_needs *needs; // the same
};
struct compute_forecast {
    int64_t at_us;
    bool is_open;                // false: there is no such job that has not ended
    bool is_scheduled_elsewhere; // by the executor
    bool is_foretold;            // all below is there
    enum job_phase phase;
    char reason[64]; // of an executor that schedules by itself
    char refused[REFUSAL_BYTES];
    struct pool_ask ask;
    struct pool_why why;
    char project[STORE_TENANT_BYTES]; // of the first before it, where it is the same tenant's
    struct forecast_band start;
    struct forecast_help help[FORECAST_MAX_HELPS];
    uint32_t n_help;
};
//   errors  MARU_E_RANGE: it could never run here; MARU_E_MEMORY
MARU_MUST_USE maru_status compute_forecast(struct compute *compute, const struct forecast_of *of,
                                           struct compute_forecast *out, maru_error *err);

struct compute_gpu {          // of a node
    const char *tenant, *job; // "": free
    uint32_t milli;           // in use
};
struct compute_node {
    const char *name, *type; // type "": no GPU
    enum node_state state;
    const char *reason; // why it is not up
    bool is_ordered;    // people took it out of work
    uint32_t n_gpu, cpu_milli, memory_mib, cpu_free_milli, memory_free_mib;
    const struct compute_gpu *gpu; // (n_gpu)
};
// `see` is called with a lock held: it must not call compute or the store.
typedef void (*compute_see_node)(void *context, const struct compute_node *node);
void compute_each_node(struct compute *compute, compute_see_node see, void *context);

struct compute_queued {
    const char *tenant, *project, *job;
    uint32_t n_gpu;
    int64_t submitted_us;
    struct pool_why why;
    const char
        *elsewhere; // why an executor that schedules by itself lets it wait, NULL: `why` says it
    int64_t expected_us; // of such a one, 0: not known
};
typedef void (*compute_see_queued)(void *context, const struct compute_queued *queued);
// At most `most` jobs in the order in which they would be tried; gives how many wait.
uint32_t compute_each_queued(struct compute *compute, uint32_t most, compute_see_queued see,
                             void *context);

// What an executor that schedules by itself refuses, or its settings lack.
enum compute_trouble {
    TROUBLE_ACCOUNTS,
    TROUBLE_NODES,
    TROUBLE_GUARANTEES,
    TROUBLE_MOVES,
    TROUBLES
};
enum { TROUBLE_BYTES = 320, COMPUTE_LACKS = 4 };
extern const char *const compute_trouble_names[TROUBLES]; // events of the log

struct compute_world {
    uint64_t watts, cap_watts; // cap_watts 0: none
    const struct cluster *cluster;
    const maru_error *policy_fault, *accounts_fault; // code MARU_OK: the newest version holds
    const struct accounts_told *guarantees;
    const char *trouble[TROUBLES]; // "": none
    const char *const *lack;       // (n_lack) sentences
    uint32_t n_lack;
};
typedef void (*compute_see_world)(void *context, const struct compute_world *world);
void compute_look_world(struct compute *compute, compute_see_world see, void *context);

struct compute_purse { // of a tenant on credits
    int64_t empty_us;  // when all is spent, given what runs now; INT64_MAX: never
    bool is_held;      // nothing of it starts
};
// False: the tenant is not on credits, or has not used the pool yet.
bool compute_look_purse(struct compute *compute, const char *tenant, struct compute_purse *out);

enum { COMPUTE_PHASES = PHASE_STOPPING + 1, COMPUTE_NODE_STATES = NODE_DOWN + 1 };
struct compute_count {
    uint64_t n_job[COMPUTE_PHASES], n_node[COMPUTE_NODE_STATES];
    uint64_t n_gpu, n_gpu_busy, n_held; // n_held: accounts
    uint64_t n_turn, n_start, n_stop;   // since the server began
    double deciding_s;
};
void compute_count(struct compute *compute, struct compute_count *out);

// A copy of the nodes as they are.
//   memory  in the arena
MARU_MUST_USE maru_status compute_copy_cluster(struct compute *compute, struct arena *arena,
                                               struct cluster *out, maru_error *err);

struct compute_account {
    const char *name; // a tenant, or tenant/project
    uint32_t depth;
    struct account_look look;
    const struct account *account;
};
typedef void (*compute_see_account)(void *context, const struct compute_account *account,
                                    const struct cluster *cluster);
void compute_each_account(struct compute *compute, compute_see_account see, void *context);

#endif
