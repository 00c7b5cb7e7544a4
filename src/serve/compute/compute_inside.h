// What the files of serve/compute share: the state of the dispatching thread.
#ifndef SERVE_COMPUTE_COMPUTE_INSIDE_H
#define SERVE_COMPUTE_COMPUTE_INSIDE_H

#include <pthread.h>

#include "base/arena.h"
#include "base/digest.h"
#include "pool/money/prices.h"
#include "serve/compute/compute.h"
#include "serve/compute/job_request.h"
#include "serve/compute/pool_documents.h"
#include "serve/compute/purses.h"
#include "store/store.h"

struct live_job { // that has not ended
    char tenant[STORE_TENANT_BYTES], id[STORE_ID_BYTES], batch[STORE_ID_BYTES];
    char project[JOB_MAX_PROJECT + 1];
    char launch[LAUNCH_ID_BYTES];
    int64_t expected_us;               // the executor's, 0: it does not say
    char reason[64];                   // the executor's
    char qos[LAUNCH_QOS_BYTES];        // Slurm's, that it has there
    char wanted_qos[LAUNCH_QOS_BYTES]; // that it should have (standings.c)
    bool waits_there;                  // in the executor's queue
    char refused[REFUSAL_BYTES];       // by the pool, why it cannot be queued as things are
    enum job_phase phase;
    struct job_needs needs;
    struct pool_ask ask;    // in the world of now
    uint32_t number;        // of the pool, POOL_NO_JOB: it knows nothing of it
    int64_t place, attempt; // attempt: of now, or the last one
    int64_t created_us, started_us, done_us;
    int64_t not_before_us; // of PHASE_BLOCKED: tried again then
    int64_t retries;       // failures that are left
    uint64_t
        asked_at; // compute.n_ended when it was last asked whether those it waits for have ended
    bool is_after_others, is_cancelled, is_borrowed;
    bool is_counted;        // among those that came
    bool is_stopped;        // the executor knows that it is to end
    bool is_absent;         // the executor knows nothing of its launch: it is to be started again
    bool is_cut;            // its credits are at their end
    const char *stop;       // why, "": it is not being stopped
    int64_t stop_grace_us;  // of is_cut: what the credits leave of its grace
    struct pool_part *part; // (ask.n_part) of an attempt
};

struct told {
    char tenant[STORE_TENANT_BYTES], job[STORE_ID_BYTES];
};

struct node_state_told {
    char reason[100]; // why it is not up; "": it is
    bool is_ordered;  // people said so, not the inventory
    bool is_down;     // of an order
};
struct world {       // what the pool stands on: replaced as a whole
    uint32_t n_user; // who stands on it: the pool, and copies of it that are played forward
    struct arena arena;
    struct cluster cluster;
    struct accounts accounts;
    struct pool_policy policy;
    struct document_told policy_told, accounts_told, reservations_told;
    struct reservation_table reservations;
    uint32_t *calendar; // (reservations.n) of the pool; 0: it is over, or its nodes are gone
    struct accounts_told guarantees_told;
    int64_t next_us;              // a lease begins or ends then, or a reservation ends
    struct node_state_told *node; // (n_node); its reason may change
    struct digest fingerprint;    // of the inventory it was made from
};

struct known_account { // that uses the pool, or has
    char tenant[STORE_TENANT_BYTES], project[JOB_MAX_PROJECT + 1];
};

struct compute {
    struct store *store;
    struct executor *executor;
    char *folder;
    pthread_t thread, watcher; // watcher sleeps in the executor and wakes the thread
    pthread_mutex_t
        lock; // of all below; only the thread changes jobs, world and pool, so it reads them without
    pthread_cond_t is_told;
    bool is_started, is_watched, is_stopping, is_renewed, is_awake;
    bool is_priced;    // prices are read
    bool is_world_old; // a project is missing, or the inventory or the policy is another
    bool is_recorded;  // what this world is, in the store
    bool has_accounts, has_nodes, has_guarantees; // the executor's are those of the world
    struct told *told;                            // (n_told)
    size_t n_told, cap_told;
    struct live_job **job; // (n_job)
    size_t n_job, cap_job;
    struct live_job **by_number; // (n_by_number) of the pool's numbers
    size_t n_by_number;
    struct known_account *known; // (n_known) in the order of names
    size_t n_known, cap_known;
    struct purse **purse; // (n_purse) of tenants that use the pool
    size_t n_purse, cap_purse;
    int64_t purses_us; // of the last turn of them
    struct arena price_arena;
    struct prices prices; // n 0: nothing costs anything
    struct world *world;
    struct pool *pool;
    struct past_jobs *past;          // what jobs did before
    struct runtime_history *history; // the same in the numbers of this world
    uint64_t n_ended;                // jobs, and one
    uint64_t n_turn, n_decision[2];  // turns of the scheduler; starts and stops
    double deciding_s;               // that they took
    int64_t inventory_us;
    struct old_jobs *old;
    int64_t record_us; // when that is tried again
    struct digest record;
    uint64_t recorded_gpus;                // by this process
    int64_t lost_us;                       // when there were fewer; 0: there are not
    int64_t accounts_us, nodes_us;         // when that was tried last
    int64_t guarantees_us, grace_us;       // grace_us: of what is borrowed
    char trouble[TROUBLES][TROUBLE_BYTES]; // of the executor, "": none
    const char *lack[COMPUTE_LACKS];       // (n_lack)
    uint32_t n_lack;
};

// ---- live_jobs.c

struct live_job *live_find(const struct compute *compute, const char *tenant, const char *id);
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status live_add(struct compute *compute, const struct live_job *job,
                                   struct live_job **out, maru_error *err);
void live_remove(struct compute *compute, struct live_job *job);
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status live_set_number(struct compute *compute, struct live_job *job,
                                          uint32_t number, maru_error *err);

// ---- compute_world.c

// Make the world anew from inventory, policy, accounts and the projects of all jobs, and a pool in it with all jobs that wait or run.
MARU_MUST_USE maru_status world_renew(struct compute *compute, maru_error *err);
void world_free(struct world *world);
// The row of an account, ACCOUNTS_MAX: there is none yet.
uint32_t world_find_account(const struct world *world, const char *tenant, const char *project);
// The number of a node, UINT32_MAX: there is none of this name.
uint32_t world_find_node(const struct world *world, const char *name);
// What the job asks in this world: as it waits; or, as it runs, of as many parts as it has.
//   errors  MARU_E_RANGE: it could not run here now
MARU_MUST_USE maru_status world_ask(const struct world *world, struct live_job *job,
                                    maru_error *err);
// Nodes that came, went or fell ill since; true: the world is old.
bool world_look_nodes(struct compute *compute);

// ---- world_accounts.c

// Somebody uses the pool: from now on the worlds have him.
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status known_add(struct compute *compute, const char *tenant,
                                    const char *project, maru_error *err);
void known_remove_tenant(struct compute *compute, const char *tenant);
// Accounts and policy of a world that has its cluster.
MARU_MUST_USE maru_status world_make_accounts(struct world *world, struct compute *compute,
                                              maru_error *err);
MARU_MUST_USE maru_status world_read_policy(struct world *world, struct compute *compute,
                                            maru_error *err);
// Said once for each version that is at fault, not for each world that is made.
void world_complain(const char *what, const struct document_told *told,
                    const struct document_told *before);

// ---- world_reservations.c

MARU_MUST_USE maru_status world_read_reservations(struct world *world, struct compute *compute,
                                                  maru_error *err);
// Keep their nodes free in a pool without jobs.
MARU_MUST_USE maru_status world_reserve(struct world *world, struct pool *pool, int64_t now_us,
                                        maru_error *err);
// The calendar that a job belongs to, 0: none, or it is over; then it waits like others.
uint32_t world_calendar(const struct world *world, const struct live_job *job);

// ---- pool_record.c

// Keep what there is and what is guaranteed from now on, where it is another than before.
void record_world(struct compute *compute);

// ---- dispatching.c

// One turn: what was told, what has ended, what is to be done.
void dispatch_turn(struct compute *compute);

extern const char *const dispatch_stop_words[STOP_REASONS]; // why a job is stopped, or
extern const char dispatch_cancel_word[];

void dispatch_complain(const struct live_job *job, const char *what, const maru_error *err);
// The pool takes it (`why` NULL), or does not and why; true: that is news.
bool live_refuse(struct live_job *job, const maru_error *why);
void live_set_phase(struct compute *compute, struct live_job *job, enum job_phase phase);
typedef maru_status (*with_tenant)(struct tenant *tenant, void *context, maru_error *err);
// Hold the tenant while `what` works in it.
//   errors  those of `what`; MARU_E_USAGE: there is no such tenant
MARU_MUST_USE maru_status dispatch_in_tenant(struct compute *compute, const char *name,
                                             with_tenant what, void *context, maru_error *err);
// A job of the store that is not known yet, or what somebody wants of one that is (tenant_see_job).
struct taking {
    struct compute *compute;
    const char *tenant;
};
maru_status dispatch_take_job(void *context, const struct job_row *row, maru_error *err);

// ---- attempts.c

// The pool has given the jobs their parts: prepare the folders, keep the attempts, start them together. A job may be gone afterwards.
void attempts_begin(struct compute *compute, struct live_job *const *job, size_t n);
// The executor knows nothing of these, which are kept: start them. A job may be gone afterwards.
void attempts_launch_again(struct compute *compute, struct live_job *const *job, size_t n);
// What does the executor say of it? The job may be gone afterwards.
void attempt_look(struct compute *compute, struct live_job *job);
// Let it end, for the reason in job->stop.
void attempt_stop(struct compute *compute, struct live_job *job);

// ---- handing_over.c: executors that schedule by themselves

// All that waits, some in a turn; its accounts first.
void hand_over_jobs(struct compute *compute);
// What the job asks in this world, without a place in it: where it stands the executor says.
void hand_over_ask(const struct world *world, struct live_job *job);
// compute_each_queued, in the order in which they came.
uint32_t hand_over_each_queued(struct compute *compute, uint32_t most, compute_see_queued see,
                               void *context);
// It runs on these nodes.
void hand_over_place(struct compute *compute, struct live_job *job, const struct launch_look *look);
// What the executor refuses now, "": nothing any more. Logged when it is another than before.
void executor_trouble(struct compute *compute, enum compute_trouble which, const char *sentence);

// ---- standings.c: guarantees there

// Bring what is guaranteed, say how each job stands to that, and move those that wait otherwise.
void stand_jobs(struct compute *compute);

// ---- past_jobs.c

// Tell all that is known of the past to a new history, in the numbers of a world; with the lock held.
MARU_MUST_USE maru_status past_renew(struct compute *compute, const struct world *world,
                                     maru_error *err);
void past_free(struct compute *compute);
// A job is new; a run has ended by itself or by its limit.
void past_come(struct compute *compute, struct live_job *job);
void past_end(struct compute *compute, const struct live_job *job, int64_t run_us);
// Jobs that the store has of before; they count from the next world on.
MARU_MUST_USE maru_status past_take_up(struct compute *compute, maru_error *err);

// ---- compute_forecast.c

void world_hold(struct world *world); // with the lock held, both
void world_release(struct world *world);

// A copy of the pool that is looked at without the lock: who asks why jobs wait keeps nobody.
struct pool_view {
    struct pool *pool; // NULL: none could be made
    struct world *world;
    int64_t now_us;
};
struct pool_view view_take(struct compute *compute);                  // with the lock held
void view_give_back(struct compute *compute, struct pool_view *view); // without it
// With the lock held: the job of this number, NULL: it is gone, or the world is another by now.
const struct live_job *view_find(const struct compute *compute, const struct pool_view *view,
                                 uint32_t number);

// ---- remembering.c

// The world with all that was found, and in its pool what accounts used before.
MARU_MUST_USE maru_status dispatch_remember(struct compute *compute, maru_error *err);

// ---- take_up.c

// All jobs that are open in the store.
MARU_MUST_USE maru_status dispatch_take_up(struct compute *compute, maru_error *err);

#endif
