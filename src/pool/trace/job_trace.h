// Jobs as they once came: what each asked for, when, and how long it ran. From tables of several kinds, told apart by their headers.
//
//   openb   the pod lists of Alibaba's cluster-trace-gpu-v2023 (num_gpu, gpu_milli, ...)
//   sacct   `sacct -P`: any of its columns, in any order; steps (123.batch) are passed over, 123_4 is a job of its own;
//           of a job that was requeued (-D) the last run counts
//   plain   job, account, submit, duration, limit, gpus, parts, gpu_type, gpu_share, cpus, memory, priority
#ifndef POOL_JOB_TRACE_H
#define POOL_JOB_TRACE_H

#include "base/names.h"
#include "pool/space.h"
#include "pool/trace/pool_sheet.h"

enum { TRACE_MAX_JOBS = 4000000, TRACE_MAX_NAME_BYTES = 1 << 24, TRACE_MAX_JOB_GPUS = 1000000 };
enum { TRACE_MAX_NUMBER_BYTES = 1 << 27 }; // of all numbers of jobs
#define TRACE_NEVER INT64_MIN              // of a moment: it is not known

struct trace_job {
    struct want want; // of one part
    uint32_t n_part;
    uint32_t account;   // number of its name
    int64_t submit_us;  // TRACE_NEVER: the table has no times
    int64_t started_us; // where it ran then; TRACE_NEVER: it did not, or nobody knows
    int64_t run_us;     // how long; TRACE_NEVER: not known
    int64_t limit_us;   // that it was given; 0: none
    int32_t priority;
    bool is_fixed;    // it may not be stopped for others; tables do not say
    bool checkpoints; // it goes on from where it was
};

struct job_trace {
    struct trace_job *job; // (n), by submit_us, then by row
    uint32_t n, cap;
    struct names account;
    const char *form; // of the table: "openb", "sacct" or "plain"; NULL: none was read
    bool has_times;   // every job has a submit_us
    uint32_t n_step;  // rows that are parts of jobs, passed over
    uint32_t n_again; // rows of one job that ran again, put together with its last
    uint32_t n_unfit; // jobs passed over: cancelled before they began, or with no resources
};

// Read a table. GPU types that the cluster does not have are faults.
//   out     *trace, which stays the caller's to free also where there are faults; *faults
//   memory  job_trace_free
//   errors  MARU_E_INPUT: the table is not one, or has faults (the first in err); MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status job_trace_read(struct job_trace *trace, const char *bytes, size_t n,
                                         const struct cluster *cluster, struct sheet_faults *faults,
                                         maru_error *err);
void job_trace_init(struct job_trace *trace);
void job_trace_free(struct job_trace *trace);

// Add a job; sort them all when the last is there.
MARU_MUST_USE maru_status job_trace_add(struct job_trace *trace, const struct trace_job *job,
                                        maru_error *err);
MARU_MUST_USE maru_status job_trace_sort(struct job_trace *trace, maru_error *err);

// GPUs asked for, in thousandths.
uint64_t trace_job_milli(const struct trace_job *job);

#endif
