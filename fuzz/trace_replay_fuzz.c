// A table of jobs is read and played under a policy: whatever it asks for, each job is waited for, begun or told to be left, nothing waits less
// than nothing, and it comes to an end. The first byte chooses among policies.
#include <string.h>

#include "pool/trace/cluster_table.h"
#include "study/replay/trace_replay.h"
#include "target.h"

static const char nodes[] =
    "name,gpus,gpu_type,cpus,memory,count\na,8,H100,96,1024,2\nb,4,T4,64,256,2\n";
enum { MOST_JOBS = 300, MOST_LOOKS = 500 }; // a look comes every 4096 steps

static bool go_on(void *context, double share) {
    uint32_t *const n = context;
    must(share >= 0 && share <= 1);
    must(++*n < MOST_LOOKS);
    return true;
}

static struct pool_policy policy_of(uint8_t byte) {
    struct pool_policy policy;
    pool_policy_default(&policy);
    policy.placement = (enum placement_rule)(byte % PLACEMENT_RULES);
    policy.backfill = byte & 64 ? BACKFILL_NONE : BACKFILL_EASY;
    policy.longest_wait_us = byte & 128 ? 0 : policy.longest_wait_us;
    policy.memory_milli = byte & 32 ? 0 : policy.memory_milli;
    return policy;
}

static void play(const struct cluster *cluster, const struct job_trace *trace, uint8_t byte) {
    const struct pool_policy policy = policy_of(byte);
    uint32_t n_look = 0;
    const struct replay_ask ask = {.cluster = cluster,
                                   .trace = trace,
                                   .policy = &policy,
                                   .checkpoints = byte & 16,
                                   .go_on = go_on,
                                   .context = &n_look};
    struct replay replay;
    maru_error err = {0};
    const maru_status st = replay_run(&ask, &replay, &err);
    must((st == MARU_OK) == (err.code == MARU_OK));
    if (st != MARU_OK) {
        must(st == MARU_E_INPUT);
        return;
    }
    uint32_t n_begun = 0;
    for (uint32_t i = 0; i < replay.n_wait; i++) {
        n_begun += replay.wait_us[i] != TRACE_NEVER;
        must(replay.wait_us[i] >= 0 || replay.wait_us[i] == TRACE_NEVER);
    }
    must(n_begun + replay.n_left == replay.n_job && n_begun == replay.waits.n);
    must(replay.n_job + replay.n_without + replay.n_unfit == trace->n);
    must(replay.used >= 0 && replay.used <= 1 + 1e-9 && replay.jain <= 1 + 1e-9);
    replay_free(&replay);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct arena arena;
    struct sheet_faults faults;
    struct cluster cluster;
    struct job_trace trace;
    if (n == 0) {
        return 0;
    }
    arena_init(&arena, 1 << 20);
    must(cluster_table_read(nodes, strlen(nodes), &arena, &cluster, &faults, NULL) == MARU_OK);
    if (job_trace_read(&trace, (const char *)bytes + 1, n - 1, &cluster, &faults, NULL) ==
            MARU_OK &&
        trace.n <= MOST_JOBS) {
        play(&cluster, &trace, bytes[0]);
    }
    job_trace_free(&trace);
    arena_fini(&arena);
    return 0;
}
