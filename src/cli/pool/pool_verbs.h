// What maru pool does, one function a sub-verb, and the options that all of them have together.
#ifndef CLI_POOL_VERBS_H
#define CLI_POOL_VERBS_H

#include "cli/job/remote.h"
#include "cli/verb.h"

struct pool_values {
    struct remote_values remote;
    struct option_list policy;
    const char *nodes, *form, *prices, *accounts, *html, *csv, *ties;
    const char *events, *failures, *checkpoint_every;
    double inflate, share, load;
    uint64_t seed, seeds, jobs, tenants;
    const char *reason;
    bool checkpoints, now;
};

// Each gives the exit status.
int pool_run_replay(struct call *call);
int pool_run_placement(struct call *call);
int pool_run_trace(struct call *call);
int pool_run_drain(struct call *call); // and undrain

#endif
