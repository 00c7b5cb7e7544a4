// A table of events is read and a small trace played under it: what is refused has a sentence with its row; whatever fails, what was given
// is what the jobs ran and what they did again, nothing is in use that is out of service, and it comes to an end. The first byte
// chooses among policies.
#include <math.h>
#include <string.h>

#include "pool/trace/cluster_table.h"
#include "study/replay/trace_replay.h"
#include "target.h"

static const char nodes[] = "name,gpus,gpu_type,cpus,memory,count,site\n"
                            "a,8,H100,96,1024,2,x\nb,4,T4,64,256,3,y\nc,,,64,256,2,y\n";
static const char jobs[] =
    "account,submit,duration,limit,gpus,cpus,gpu_type\n"
    "u,0,4h,5h,8,8,H100\nv/w,0,30m,1h,1,1,\nu,3600,3h,,4,4,T4\nx,7200,10h,1d,16,1,\n"
    "v,10800,2h,2h,0,9,\nv/w,18000,1h,1h,2,1,T4\nu,28800,20m,1h,1,1,\nx,72000,2d,3d,4,1,T4\n";

static void play(const struct cluster *cluster, const struct job_trace *trace,
                 const struct outages *outages, uint8_t byte) {
    struct pool_policy policy;
    struct replay replay;
    maru_error err = {0};
    double work = 0;
    pool_policy_default(&policy);
    policy.placement = (enum placement_rule)(byte % PLACEMENT_RULES);
    policy.backfill = byte & 64 ? BACKFILL_NONE : BACKFILL_EASY;
    const struct replay_ask ask = {.cluster = cluster,
                                   .trace = trace,
                                   .policy = &policy,
                                   .checkpoints = byte & 16,
                                   .outages = outages,
                                   .checkpoint_us = byte & 32 ? INT64_C(1800000000) : 0};
    const maru_status st = replay_run(&ask, &replay, &err);
    must((st == MARU_OK) == (err.code == MARU_OK));
    if (st != MARU_OK) {
        return;
    }
    for (uint32_t i = 0; i < trace->n; i++) {
        work += (double)trace_job_milli(&trace->job[i]) / GPU_WHOLE * (double)trace->job[i].run_us /
                3600e6;
    }
    const double given = replay.gpu_hours - replay.lost_gpu_hours - replay.again_gpu_hours;
    must(replay.n_job == trace->n && given <= work + 1e-6 * work);
    must(outages->n + outages->n_hold > 0 || fabs(given - work) <= 1e-6 * work);
    for (uint32_t i = 0; i < replay.n_point; i++) {
        must(replay.out_at[i] >= -1e-6 && replay.used_at[i] >= -1e-6);
        must(replay.out_at[i] + replay.used_at[i] <= (double)cluster->n_gpu_all + 1e-6);
    }
    replay_free(&replay);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct arena arena;
    struct sheet_faults faults;
    struct cluster cluster;
    struct job_trace trace;
    struct outages outages;
    maru_error err = {0};
    if (n == 0) {
        return 0;
    }
    arena_init(&arena, 1 << 20);
    outages_init(&outages);
    must(cluster_table_read(nodes, strlen(nodes), &arena, &cluster, &faults, NULL) == MARU_OK);
    must(job_trace_read(&trace, jobs, strlen(jobs), &cluster, &faults, NULL) == MARU_OK);
    const maru_status st =
        outages_read(&outages, (const char *)bytes + 1, n - 1, &cluster, 0, &faults, &err);
    must(st == MARU_OK || err.text[0] != '\0');
    must(faults.n == 0 || (st != MARU_OK && faults.item[0].row > 0));
    for (uint32_t i = 0; st == MARU_OK && i < outages.n; i++) {
        must(outages.row[i].from_us <= outages.row[i].until_us);
        must(outages.row[i].node < cluster.n_node);
    }
    if (st == MARU_OK) {
        play(&cluster, &trace, &outages, bytes[0]);
    }
    outages_free(&outages);
    job_trace_free(&trace);
    arena_fini(&arena);
    return 0;
}
