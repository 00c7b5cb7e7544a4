// What the verbs below `maru job` share.
#ifndef CLI_JOB_JOB_VERBS_H
#define CLI_JOB_JOB_VERBS_H

#include <jansson.h>

#include "cli/job/remote.h"

struct job_values {
    struct remote_values remote;
    const char *project, *name, *script, *gpu_type, *gpu_memory, *memory, *signal, *key, *out,
        *state;
    struct option_list env, file, after;
    uint64_t gpus, nodes, array, retries;
    double gpu_share, cpus;
    const char *priority, *reservation;
    maru_time time, grace;
    bool network, checkpoints, can_stop, follow, err_stream, once, all;
};

int job_submit(struct call *call, struct remote *remote);
int job_list(struct call *call, struct remote *remote);
int job_show(struct call *call, struct remote *remote);
int job_why(struct call *call, struct remote *remote);
int job_top(struct call *call, struct remote *remote);
int job_get(struct call *call, struct remote *remote);
// Print a job's log, and with `follow` what comes until it has ended; gives its exit status: EXIT_GOOD when it is done, EXIT_NO when it
// has failed or was cancelled.
int job_print_log(struct call *call, struct remote *remote, const char *id, bool follow);

// "512M", "8G", "8 GiB", or MiB as a number alone.
bool job_read_mib(const char *text, int64_t *out);

// "/v1/jobs/ID" and what follows.
void job_path(struct text *out, const char *id, const char *rest);
// The answer to a GET, as JSON; NULL with *err.
json_t *job_fetch(struct remote *remote, const char *path, maru_error *err);
// A text of the language of the call out of {"en": ..., "ko": ...}; "" where there is none.
const char *job_sentence(const struct call *call, const json_t *both);
// An answer as it came, for --json.
int job_print_raw(const struct call *call, struct remote *remote, const char *path);

#endif
