// A job as JSON of the API: what is to be done, and what it needs.
#ifndef SERVE_COMPUTE_JOB_REQUEST_H
#define SERVE_COMPUTE_JOB_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"
#include "pool/pool.h"
#include "pool/reservation_table.h"
#include "store/jobs/kept_jobs.h"

struct json_t;

enum {
    JOB_MAX_NAME = 100,
    JOB_MAX_PROJECT = 31,
    JOB_MAX_WORDS = 1000, // of a command
    JOB_MAX_SCRIPT_BYTES = 256 << 10,
    JOB_MAX_ENV = 200,
    JOB_MAX_GPU_TYPE = 64,
    JOB_MAX_GPUS = 65536,
};

struct job_needs {                 // without pointers
    int64_t n_gpu;                 // of all its nodes together
    int64_t gpu_memory_mib;        // of each, at least; 0: any
    int64_t gpu_milli;             // of each: below 1000 a share of one
    int64_t n_node;                // 0: as few as can be
    int64_t cpu_milli, memory_mib; // of each node; 0: what goes with its GPUs
    int64_t limit_us;
    int64_t grace_us; // 0: the policy's
    int64_t priority;
    char gpu_type[JOB_MAX_GPU_TYPE];            // "": any
    char reservation[RESERVATION_MAX_NAME + 1]; // "": none
    bool checkpoints, can_stop;
};

struct job_request {
    struct json_t *json; // owns the texts
    const char *name, *project;
    const char **command; // (n_command, then NULL) NULL: the script
    const char *script;   // with its #! line; "": the command
    char **env;           // NAME=VALUE (n_env, then NULL)
    size_t n_command, n_env;
    struct job_after after[JOBS_MAX_AFTER];
    size_t n_after;
    int64_t n_array;
    struct job_needs needs;
    int64_t retries; // when it fails by itself
    int checkpoint_signal;
    bool has_network;
};

// Read the body of POST /v1/jobs, or what is kept of it.
//   memory  job_request_fini frees, also after an error
//   errors  MARU_E_INPUT: err->file is the JSON pointer of the fault
MARU_MUST_USE maru_status job_request_read(struct job_request *request, const char *bytes, size_t n,
                                           maru_error *err);
void job_request_fini(struct job_request *request);

// What it asks of a pool: nodes are split, types found, what was left open is filled in from what the nodes have for each GPU.
//   out     *ask but for account and tag
//   errors  MARU_E_RANGE: no node could ever do it, with a sentence that says what would
MARU_MUST_USE maru_status job_needs_ask(const struct job_needs *needs,
                                        const struct cluster *cluster, struct pool_ask *ask,
                                        maru_error *err);

#endif
