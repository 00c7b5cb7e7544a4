// How full a cluster gets when tasks keep coming and none ends: the experiment of the FGD paper.
//
// Tasks are drawn from a trace with replacement until what they ask for reaches a multiple of what the cluster has. Each is placed
// by the rule or, where it fits nowhere, lost. All rules face the same tasks of a seed.
//
// source: Weng et al., Beware of Fragmentation, USENIX ATC 2023, section 6
#ifndef STUDY_INFLATION_H
#define STUDY_INFLATION_H

#include "pool/placement.h"
#include "pool/trace/job_trace.h"

enum { INFLATION_MAX_PERCENT = 200 };

struct inflation_ask {
    const struct cluster *cluster;
    const struct job_trace *trace;
    const struct want_kind *kind; // (n_kind), of usual_kinds
    uint32_t n_kind;
    enum placement_rule rule;
    enum placement_ties ties;
    uint32_t percent; // of the cluster's GPUs that are asked for, 1 to INFLATION_MAX_PERCENT
    uint64_t seed;
};

struct inflation {
    uint32_t n_point; // percent + 1
    // GPUs when the tasks that have come ask for p percent of those that there are.
    double allocated[INFLATION_MAX_PERCENT + 1];
    double fragmented[INFLATION_MAX_PERCENT + 1]; // F of what is free
    uint32_t n_task, n_lost;
};

//   errors  MARU_E_INPUT: the cluster or the trace has no GPUs; MARU_E_RANGE: the percents; MARU_E_MEMORY
MARU_MUST_USE maru_status inflation_run(const struct inflation_ask *ask, struct inflation *out,
                                        maru_error *err);

#endif
