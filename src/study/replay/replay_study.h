// A trace under several policies, side by side: tables in, figures for people out.
//
//   nodes, jobs, prices, events (texts) -> replay_study_open -> replay_study_add, once a policy -> replay_study_run -> replay_output.h
#ifndef STUDY_REPLAY_STUDY_H
#define STUDY_REPLAY_STUDY_H

#include "study/replay/trace_replay.h"

enum {
    REPLAY_MAX_POLICIES = 4,
    REPLAY_MAX_TABLE_BYTES = 1 << 30,
    REPLAY_MAX_POLICY_NAME = 64, // bytes, with its 0
    REPLAY_MAX_INFLATE = 1000000,
};
#define REPLAY_CHECKPOINT_US INT64_C(3600000000)

struct replay_table { // a table as it stands in a file; bytes NULL: there is none
    const char *name; // for refusals
    const char *bytes;
    size_t n;
};

struct replay_sources {
    struct replay_table nodes, jobs, prices, accounts, events;
    // Instead of a table of jobs: put them into the trace, in any order; NULL: the table is read.
    maru_status (*fill)(void *context, const struct cluster *cluster, struct job_trace *trace,
                        maru_error *err);
    void *context;
    const char *form; // "openb", "sacct", "plain": what the jobs have to be; NULL: any
    const char *title;
    double inflate; // jobs come so many times as fast; 1: as they came
    bool checkpoints;
    int64_t checkpoint_us; // as in replay_ask; 0: REPLAY_CHECKPOINT_US
    const char *failures;  // as of failures_read; NULL: no node fails by chance
    uint64_t seed;         // of what is drawn for intervals and failures, and of policies that draw
};

struct replay_case {
    char name[REPLAY_MAX_POLICY_NAME];
    struct pool_policy policy;
    struct replay replay;
    struct replay_difference difference; // against the first
    // Where there are outages: the same without any, and what they made of waits.
    struct replay calm;
    struct replay_difference outages;
};

struct replay_study {
    struct arena arena;
    struct cluster cluster;
    struct job_trace trace;
    struct accounts accounts; // row NULL: all names of the trace side by side
    uint32_t *account_row;    // (trace.account.n)
    struct want_kind *kind;   // (n_kind)
    uint32_t n_kind;
    double price[CLUSTER_MAX_TYPES]; // of a GPU-hour, won
    bool has_prices;
    const char *title;
    double inflate;
    bool checkpoints;
    int64_t checkpoint_us;
    struct outages outages;
    bool has_outages;
    uint64_t seed;
    struct replay_case policy[REPLAY_MAX_POLICIES];
    uint32_t n_policy;
    bool is_done;
};

// Read the tables.
//   out     *faults: what is wrong with the table that is named in err->file
//   memory  replay_study_close, also after a failure; an all-zero study can be closed
//   errors  MARU_E_INPUT, MARU_E_RANGE, MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status replay_study_open(struct replay_study *study,
                                            const struct replay_sources *sources,
                                            struct sheet_faults *faults, maru_error *err);
void replay_study_close(struct replay_study *study);

// Add a policy as a file has it; "" is the standard one.
//   errors  as pool_policy_read, with err->file = name; MARU_E_LIMIT
MARU_MUST_USE maru_status replay_study_add(struct replay_study *study, const char *name,
                                           const char *bytes, size_t n, maru_error *err);

// Play the trace under each policy and compare with the first.
//   in      go_on: with the share of all that is done; NULL: nobody asks
//   errors  as replay_run; MARU_E_USAGE: there is no policy
MARU_MUST_USE maru_status replay_study_run(struct replay_study *study,
                                           bool (*go_on)(void *context, double share),
                                           void *context, maru_error *err);

// Won for a GPU-hour of each type, by the prices that hold last: a trace's zero need not be a day.
//   out     price (n_type of the cluster); 0 where a type has none
//   errors  as prices_read
MARU_MUST_USE maru_status replay_prices(const struct replay_table *table,
                                        const struct cluster *cluster, double *price,
                                        maru_error *err);

#endif
