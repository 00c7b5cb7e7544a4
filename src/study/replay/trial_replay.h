// A world for the tests of replays: nodes from a table, jobs one by one, the usual policy, no outages.
#ifndef TRIAL_REPLAY_H
#define TRIAL_REPLAY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "pool/trace/cluster_table.h"
#include "study/replay/outages.h"
#include "study/replay/trace_replay.h"

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)

struct trial {
    struct arena arena;
    struct cluster cluster;
    struct job_trace trace;
    struct pool_policy policy;
    struct outages outages;
};

static inline void trial_init(struct trial *t, const char *nodes) {
    struct sheet_faults faults;
    arena_init(&t->arena, 1 << 24);
    assert_int_equal(
        cluster_table_read(nodes, strlen(nodes), &t->arena, &t->cluster, &faults, NULL), MARU_OK);
    job_trace_init(&t->trace);
    pool_policy_default(&t->policy);
    outages_init(&t->outages);
}

static inline void trial_fini(struct trial *t) {
    outages_free(&t->outages);
    job_trace_free(&t->trace);
    arena_fini(&t->arena);
}

// A job whose start nobody knows yet, of that account.
static inline void trial_add(struct trial *t, struct trace_job job, const char *account) {
    job.started_us = TRACE_NEVER;
    assert_int_equal(names_add(&t->trace.account, account, strlen(account), &job.account, NULL),
                     MARU_OK);
    assert_int_equal(job_trace_add(&t->trace, &job, NULL), MARU_OK);
}

#endif
