// A trace that nobody recorded: jobs as published traces of GPU clusters have them, of any number, for a cluster of any size.
//
// Most jobs want one GPU or less, a few want hundreds; run times are log-normal with a mean far above the median; a few
// accounts bring most of the work, and each has its habits: how long its jobs run, and how much longer a limit it asks for.
// More come by day than at night or at the weekend.
//
// sources: Hu et al., Characterization and Prediction of Deep Learning Workloads in Large-Scale GPU Datacenters, SC 2021
// (Helios); Jeon et al., Analysis of Large-Scale Multi-Tenant GPU Clusters for DNN Training Workloads, USENIX ATC 2019
// (Philly); Mu'alem and Feitelson, Utilization, Predictability, Workloads, and User Runtime Estimates in Scheduling the
// IBM SP2 with Backfilling, IEEE TPDS 2001 (limits as multiples of what is used, at round values).
#ifndef POOL_GENERATED_TRACE_H
#define POOL_GENERATED_TRACE_H

#include "pool/trace/job_trace.h"

struct generated_shape {
    uint64_t seed;
    uint32_t n_job;     // 1 to TRACE_MAX_JOBS
    uint32_t n_account; // 1 to TRACE_MAX_ACCOUNTS
    double load;        // GPU time asked for over what the cluster has while jobs come, above 0
};
enum { TRACE_MAX_ACCOUNTS = 100000 };

// Jobs with times, runs and limits, in the order in which they come; accounts are t0, t1, ...
//   out     *trace, the caller's to free (job_trace_free) also where it fails
//   errors  MARU_E_RANGE: the shape, or a cluster without GPUs; MARU_E_MEMORY
MARU_MUST_USE maru_status generated_trace(struct job_trace *trace,
                                          const struct generated_shape *shape,
                                          const struct cluster *cluster, maru_error *err);

#endif
