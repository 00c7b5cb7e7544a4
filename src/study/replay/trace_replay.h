// A trace of jobs played through the scheduler: who would have waited how long, under a policy that is only tried.
//
// Time is the trace's; nothing is drawn, so two policies face the very same jobs and are compared job by job.
//
//   a job runs as long as it ran in the trace, and asks for the limit that it had there, or for its time rounded up to a
//   usual one (1, 4, 12 h, 1, 3, 7, 30, 90, 365 days); a job that is stopped goes on from where it was (checkpoints) or
//   begins again; who is stopped or waits comes no later for it, as a person might
//   a node that fails stops what runs there at once: with checkpoints it goes on from the last one, which it makes every
//   checkpoint_us of a run; a job of a reservation's account that comes while it holds, has room on its nodes and
//   ends inside it by its limit belongs to it, and is one like others when it is over
#ifndef STUDY_REPLAY_H
#define STUDY_REPLAY_H

#include "pool/pool.h"
#include "pool/trace/job_trace.h"
#include "study/replay/outages.h"

enum { REPLAY_SIZES = 8, REPLAY_POINTS = 400 };

struct replay_ask {
    const struct cluster *cluster;
    const struct job_trace *trace;
    const struct pool_policy *policy;
    // Who shares, and which row each name of the trace is (trace->account.n); NULL: all names side by side, of equal weight.
    const struct accounts *accounts;
    const uint32_t *account_row;
    const struct want_kind *kind; // (n_kind), of usual_kinds
    uint32_t n_kind;
    const double *price;           // of a GPU-hour by type (n_type), won; NULL: nobody knows
    bool checkpoints;              // of all jobs, also of those that say nothing
    const struct outages *outages; // NULL: all nodes are up all the time
    int64_t checkpoint_us; // between two checkpoints of a run; 0: only when it is told to stop
    // Called now and then with the share that is done; false: stop (MARU_E_STOPPED). May be NULL.
    bool (*go_on)(void *context, double share);
    void *context;
};

struct replay_waits { // of some of the jobs, hours
    uint32_t n;
    double mean, p50, p95, p99, most;
};

struct replay_account {
    struct replay_waits waits;
    double gpu_hours;
    double share;    // its dominant share on average, 0 to 1
    double progress; // of the GPU time that its jobs were there, the part that they ran, 0 to 1
};

struct replay {
    uint32_t n_job;     // that were played
    uint32_t n_left;    // of them, that never began: nothing could start them any more
    uint32_t n_without; // passed over: nobody knows how long they ran
    uint32_t n_unfit;   // refused by the scheduler: they could never run on this cluster
    struct replay_waits waits;
    struct replay_waits by_size[REPLAY_SIZES];
    struct replay_account *by_account; // (n_account), by the trace's numbers
    uint32_t n_account;
    double hours;             // from the first job to the last end
    double gpu_hours;         // given
    double used;              // of all GPUs, on average, 0 to 1
    double free_while_waited; // GPUs free on average while somebody waited
    double hours_waited;      // how long somebody waited
    double jain;              // of the accounts' progress
    uint32_t n_stopped, n_backfilled;
    // Of outages: runs that ended with their node, and the work that is done again for it; jobs that belonged to a reservation; outages
    // that began; GPUs that nobody could have for them, and of the mean a part of all.
    uint32_t n_lost, n_reserved, n_down, n_drained;
    double lost_gpu_hours, out_gpu_hours, out;
    double again_gpu_hours; // work done again for having been stopped without checkpoints
    double kwh, cost;
    uint64_t n_decided;
    // Means over REPLAY_POINTS equal stretches at most.
    uint32_t n_point;
    double point_hours; // of one stretch
    double used_at[REPLAY_POINTS], waiting_at[REPLAY_POINTS], out_at[REPLAY_POINTS];
    // By job of the trace: us, TRACE_NEVER where it was not played.
    int64_t *wait_us; // (n_wait)
    uint32_t n_wait;
};

// The sizes: "CPU", "share", "1", "2", ... GPUs.
extern const char *const replay_size_names[REPLAY_SIZES];
uint32_t replay_size_of(const struct trace_job *job);

//   out     *out, by replay_free
//   errors  MARU_E_INPUT: the trace has no times, or no job that could be played; MARU_E_STOPPED; as pool_new, pool_decide
MARU_MUST_USE maru_status replay_run(const struct replay_ask *ask, struct replay *out,
                                     maru_error *err);
void replay_free(struct replay *replay);

// The mean of b's waits less a's, hours, with a 95 % interval: stretches of 1/REPLAY_BLOCKS of the jobs are drawn with
// replacement, since jobs that come together wait together.
struct replay_difference {
    double mean, low, high;
    uint32_t n, n_sooner, n_later; // jobs that began under both; under b sooner, later
};
enum { REPLAY_BLOCKS = 100, REPLAY_DRAWS = 2000 };
//   in      both of the same trace
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status replay_compare(const struct replay *a, const struct replay *b,
                                         uint64_t seed, struct replay_difference *out,
                                         maru_error *err);

#endif
