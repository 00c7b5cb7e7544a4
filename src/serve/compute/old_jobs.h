// Jobs that ended long ago go, with their folders; what they used stays in the store. And folders whose job is gone, as after a kill in between.
#ifndef SERVE_OLD_JOBS_H
#define SERVE_OLD_JOBS_H

#include <stdbool.h>

#include "store/store.h"

struct old_jobs_asked {
    struct store *store;
    const char *folder; // of the jobs' folders
    int64_t now_us;
    int64_t days; // since a job ended; 0: none goes
    bool (*is_stopping)(void *context);
    void *context;
};
// Go through all tenants once. What cannot be done is told in the log, and tried the next time.
//   out     how many jobs are gone
uint64_t old_jobs_turn(const struct old_jobs_asked *asked);

// A thread that does so at once and then every hour.
struct old_jobs;
//   in      folder: copied
MARU_MUST_USE maru_status old_jobs_start(struct store *store, const char *folder, int64_t days,
                                         struct old_jobs **out, maru_error *err);
void old_jobs_stop(struct old_jobs *old); // accepts NULL

#endif
