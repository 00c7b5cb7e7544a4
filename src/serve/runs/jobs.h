// The pool of workers: runs wait in a queue, are done a few at a time, and tell how far they are.
#ifndef SERVE_JOBS_H
#define SERVE_JOBS_H

#include <stdbool.h>
#include <stddef.h>

#include "store/tenant.h"

enum {
    JOBS_MAX_WAITING = 1000,
    JOBS_MAX_OF_TENANT = 100, // waiting and running
    JOBS_WHAT_BYTES = 128,
};

struct jobs;
struct twins;

struct job_view {               // of a run that waits or runs
    enum run_state state;       // RUN_WAITING or RUN_RUNNING
    double progress;            // below 1 until it has ended
    char what[JOBS_WHAT_BYTES]; // it does, or waits for, in English; "": nothing is said
    size_t n_ahead;
    uint64_t n_change; // grows with each change
};

struct jobs_room {
    size_t n_worker;         // runs at a time; of tenants that have none, as many again
    uint64_t training_bytes; // of memory, about, of all trainings together; one alone may have more
};
MARU_MUST_USE maru_status jobs_start(struct store *store, struct twins *twins,
                                     const struct jobs_room *room, struct jobs **out,
                                     maru_error *err);
// Stop what runs and join the threads; what has not ended stays open in the store.
void jobs_stop(struct jobs *jobs);

// Whom to tell that a model of a tenant has a new version; on a thread of the workers, without locks. Set once.
typedef void (*jobs_tell_version)(void *context, const char *tenant);
void jobs_tell_versions(struct jobs *jobs, jobs_tell_version tell, void *context);

// Let a run that is kept in the store be done.
//   errors  MARU_E_LIMIT: the queue is full, or the tenant's share of it
MARU_MUST_USE maru_status jobs_add(struct jobs *jobs, const char *tenant, const char *id,
                                   maru_error *err);
// Is there room for one more of this tenant? errors as above.
MARU_MUST_USE maru_status jobs_have_room(struct jobs *jobs, const char *tenant, maru_error *err);

// False: it neither waits nor runs; cancel: or was cancelled before.
bool jobs_look(struct jobs *jobs, const char *tenant, const char *id, struct job_view *out);
// False: it neither waits nor runs, or is being cancelled already.
bool jobs_cancel(struct jobs *jobs, const char *tenant, const char *id);
void jobs_cancel_tenant(struct jobs *jobs, const char *tenant);
size_t jobs_count(struct jobs *jobs, enum run_state state);
// Trainings that have ended so since the server began: RUN_DONE, RUN_CANCELLED or RUN_FAILED.
uint64_t jobs_count_trained(struct jobs *jobs, enum run_state state);

// ---- being told of changes

// Called with the lock of the jobs held, on any thread, after each change of a run of this tenant: it
// must not wait and must not call the jobs.
struct job_watcher {
    char tenant[STORE_TENANT_BYTES];
    char id[STORE_ID_BYTES];
    void (*wake)(struct job_watcher *watcher);
    struct job_watcher *next;
};
void jobs_watch(struct jobs *jobs, struct job_watcher *watcher);
void jobs_unwatch(struct jobs *jobs, struct job_watcher *watcher);
// Hold the lock while something about a watcher is decided.
void jobs_enter(struct jobs *jobs);
void jobs_leave(struct jobs *jobs);
bool jobs_look_inside(struct jobs *jobs, const char *tenant, const char *id, struct job_view *out);

#endif
