#include "stopwatch.h"

#include "pool/forecast/trial_player.h"
#include "pool/trace/cluster_table.h"
#include "study/replay/trace_replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The scheduler: a trace played to its end, each job submitted when it came and ended when it had run so long, and a deciding
// after all that happens in one moment. What is timed is all of it: submit, decide, end, and the player's own heap of ends.
//
//   pool_openb_RULE   8152 pods on the 1523 nodes (1213 with GPUs) of Alibaba's cluster-trace-gpu-v2023, where MARU_DATA has it
//   pool_foretold_W   how often 80 % bands of starts hold, and what a forecast costs: openb on every 128th of its nodes, which it
//                     fills; four generated traces with limits, load 1, on 256 GPUs: of any job that waits, and (new) of those that
//                     have just come and wait
//   pool_copy_openb   one copy of that state in the middle of the trace
//   pool_100k         100 000 generated jobs on 26 000 GPUs
//   pool_million      a million generated jobs on 260 000 GPUs, load 0.9; once, since it takes so long
//   pool_full_...     the same with more jobs than there is room for (load 1.2): there is always a queue
//   pool_burst_...    jobs of 100 tenants that come four times as fast as there is room for, with a guarantee of a hundredth of all
//                     GPUs each, replayed under quotas and under private guarantees (fixed: no job may be stopped)

struct size {
    uint32_t n_node, n_job;
    double load;
};

// ---- worlds

static char *read_data(const char *name, size_t *n) {
    const char *data = getenv("MARU_DATA");
    char path[4096];
    snprintf(path, sizeof path, "%s/gpu_cluster_2023/%s", data ? data : "../shared/data", name);
    FILE *file = fopen(path, "rb");
    char *bytes = file ? malloc(1 << 22) : NULL;
    *n = bytes ? fread(bytes, 1, 1 << 22, file) : 0;
    if (file) {
        fclose(file);
    }
    return bytes;
}

static bool read_openb(struct trial_world *world) {
    size_t n_node = 0, n_pod = 0;
    struct sheet_faults faults;
    maru_error err;
    char *node = read_data("openb_node_list_all_node.csv", &n_node);
    char *pod = read_data("openb_pod_list_default.csv", &n_pod);
    if (node && pod) {
        arena_init(&world->arena, (size_t)1 << 30);
        trial_must(cluster_table_read(node, n_node, &world->arena, &world->cluster, &faults, &err),
                   &err);
        trial_must(job_trace_read(&world->trace, pod, n_pod, &world->cluster, &faults, &err), &err);
        trial_make_accounts(world);
    }
    free(node);
    free(pod);
    return node && pod;
}

static void generate(struct trial_world *world, const struct size *size) {
    const struct generated_shape shape = {
        .seed = 1, .n_job = size->n_job, .n_account = 300, .load = size->load};
    trial_generate(world, size->n_node, &shape);
}

// ---- cases

static void tell(const char *name, const struct trial_player *play, double seconds) {
    char extra[320];
    const double n_gpu = (double)play->world->cluster.n_gpu_all;
    snprintf(extra, sizeof extra,
             "\"jobs\":%u,\"gpus\":%.0f,\"starts\":%llu,\"refused\":%llu,\"mean_wait_s\":%.1f,"
             "\"busy\":%.3f,\"days\":%.1f",
             play->world->trace.n, n_gpu, (unsigned long long)play->n_start,
             (unsigned long long)play->n_refused,
             play->waited_s / (double)(play->n_start ? play->n_start : 1),
             play->full_us > 0 ? play->busy_us / play->full_us / GPU_WHOLE / n_gpu : 0,
             1e-6 / 86400 * (double)play->world->trace.job[play->world->trace.n - 1].submit_us);
    bench_line(name, "decision", (double)play->n_decide, seconds, extra);
}

static void time_play(const char *name, const struct trial_world *world, enum placement_rule rule,
                      int n_repeat) {
    double seconds[N_REPEAT];
    struct trial_player play = {.world = world};
    for (int i = -1; i < n_repeat; i++) {
        trial_begin(&play, world, rule);
        const double start = bench_cpu_s();
        trial_play_until(&play, world->trace.n);
        seconds[i < 0 ? 0 : i] = bench_cpu_s() - start;
        if (i + 1 < n_repeat) {
            trial_finish(&play);
        }
    }
    tell(name, &play, n_repeat == N_REPEAT ? bench_median(seconds) : seconds[0]);
    trial_finish(&play);
}

static void run_openb(const char *name, void *context) {
    static struct trial_world world;
    if (!read_openb(&world)) {
        bench_skip(name, "no gpu_cluster_2023: set MARU_DATA");
        return;
    }
    time_play(name, &world, *(const enum placement_rule *)context, N_REPEAT);
}

static void run_generated(const char *name, void *context) {
    static struct trial_world world;
    generate(&world, context);
    time_play(name, &world, PLACEMENT_FGD, 0);
}

static void run_copy(const char *name, void *context) {
    static struct trial_world world;
    double seconds[N_REPEAT];
    struct trial_player play;
    (void)context;
    if (!read_openb(&world)) {
        bench_skip(name, "no gpu_cluster_2023: set MARU_DATA");
        return;
    }
    trial_begin(&play, &world, PLACEMENT_FGD);
    trial_play_until(&play, world.trace.n / 2);
    for (int i = -1; i < N_REPEAT; i++) {
        const double start = bench_cpu_s();
        struct pool *copy = NULL;
        maru_error err;
        trial_must(pool_copy(play.pool, &copy, &err), &err);
        seconds[i < 0 ? 0 : i] = bench_cpu_s() - start;
        pool_free(copy);
    }
    bench_line(name, "copy", 1, bench_median(seconds), "");
}

// ---- bursts

enum { TENANTS = 100 };
struct burst {
    const char *name;
    struct size size;
    enum guarantee_rule guarantee;
    bool is_fixed;
};

static void guarantee_all(struct trial_world *world) {
    struct account row[TENANTS + 1];
    maru_error err;
    const uint32_t each = world->cluster.n_gpu[0] / TENANTS;
    memcpy(row, world->accounts.row, sizeof row);
    for (uint32_t i = 1; i <= TENANTS; i++) {
        row[i].guarantee = &each;
    }
    trial_must(
        accounts_make(row, TENANTS + 1, &world->cluster, &world->arena, &world->accounts, &err),
        &err);
}

static void run_burst(const char *name, void *context) {
    static struct trial_world world;
    const struct burst *burst = context;
    const struct generated_shape shape = {
        .seed = 1, .n_job = burst->size.n_job, .n_account = TENANTS, .load = burst->size.load};
    uint32_t account_row[TENANTS];
    struct pool_policy policy;
    struct replay replay;
    maru_error err;
    trial_generate(&world, burst->size.n_node, &shape);
    guarantee_all(&world);
    for (uint32_t i = 0; i < TENANTS; i++) {
        account_row[i] = i + 1;
    }
    for (uint32_t i = 0; i < world.trace.n; i++) {
        world.trace.job[i].is_fixed = burst->is_fixed;
    }
    pool_policy_default(&policy);
    policy.guarantee = burst->guarantee;
    const struct replay_ask ask = {.cluster = &world.cluster,
                                   .trace = &world.trace,
                                   .policy = &policy,
                                   .accounts = &world.accounts,
                                   .account_row = account_row,
                                   .kind = world.kind,
                                   .n_kind = world.n_kind,
                                   .checkpoints = !burst->is_fixed};
    const double start = bench_cpu_s();
    trial_must(replay_run(&ask, &replay, &err), &err);
    const double seconds = bench_cpu_s() - start;
    char extra[160];
    snprintf(extra, sizeof extra,
             "\"jobs\":%u,\"refused\":%u,\"mean_wait_h\":%.3f,\"used\":%.3f,\"stopped\":%u",
             replay.n_job, replay.n_unfit, replay.waits.mean, replay.used, replay.n_stopped);
    bench_line(name, "decision", (double)replay.n_decided, seconds, extra);
    replay_free(&replay);
    trial_world_free(&world);
}

// ---- forecasts

enum { OPENB_THIN = 128 };
enum { WORLDS = 4, FIRST_SEED = 21 };
enum foretold { FORETOLD_OPENB, FORETOLD_ANY, FORETOLD_NEW, FORETOLD_KINDS };

// Every so many-th node alone: all jobs of openb together fit on all of them, so that nobody would wait.
static void thin(struct trial_world *world, uint32_t every) {
    const struct cluster whole = world->cluster;
    maru_error err;
    uint32_t n = 0;
    struct cluster_node *node = arena_take(&world->arena, whole.n_node, sizeof *node);
    if (!node) {
        exit(1);
    }
    for (uint32_t i = 0; i < whole.n_node; i += every) {
        node[n] = whole.node[i];
        node[n].island = n / 4;
        n++;
    }
    const struct cluster_rows rows = {.type = whole.type,
                                      .node = node,
                                      .site = whole.site,
                                      .n_type = whole.n_type,
                                      .n_node = n,
                                      .n_site = whole.n_site};
    trial_must(cluster_make(&rows, &world->arena, &world->cluster, &err), &err);
}

static void tell_marks(const char *name, const struct trial_player *play, double seconds) {
    for (int late = 0; late < 2; late++) {
        const struct forecast_marks *it = &play->marks[late];
        const double n = it->n ? (double)it->n : 1;
        char extra[320], of[64];
        snprintf(of, sizeof of, "%s_%s", name, late ? "later" : "earlier");
        snprintf(extra, sizeof extra,
                 "\"busy\":%.3f,\"waited_s\":%.0f,\"held\":%.3f,\"before\":%.3f,\"after\":%.3f,"
                 "\"no_end\":%.3f,\"silent\":%.0f,\"mean_wait_s\":%.0f,"
                 "\"mean_miss_s\":%.0f,\"mean_width_s\":%.0f,\"futures\":%.1f",
                 play->busy_us / play->full_us / GPU_WHOLE / (double)play->world->cluster.n_gpu_all,
                 play->waited_s / (double)play->n_start, (double)it->n_in / n,
                 (double)it->n_before / n, (double)it->n_after / n, (double)it->n_open / n,
                 (double)it->n_silent, it->wait_s / n, it->miss_s / n, it->width_s / n,
                 (double)play->n_played / (double)(play->n_asked ? play->n_asked : 1));
        bench_line(of, "forecast", (double)it->n, seconds / 2, extra);
    }
}

static void play_foretold(const char *name, const struct trial_world *world, bool is_of_new) {
    struct trial_player play;
    trial_begin(&play, world, PLACEMENT_FGD);
    trial_begin_forecasts(&play, world->trace.n / (is_of_new ? 2000 : 300), FORECAST_MAX_FUTURES,
                          40000);
    play.is_of_new = is_of_new;
    const double start = bench_cpu_s();
    trial_play_until(&play, world->trace.n);
    tell_marks(name, &play, bench_cpu_s() - start);
    trial_finish(&play);
}

static void run_foretold(const char *name, void *context) {
    const enum foretold kind = *(const enum foretold *)context;
    static struct trial_world world;
    if (kind == FORETOLD_OPENB) {
        if (!read_openb(&world)) {
            bench_skip(name, "no gpu_cluster_2023: set MARU_DATA");
            return;
        }
        thin(&world, OPENB_THIN);
        play_foretold(name, &world, false);
        trial_world_free(&world);
        return;
    }
    for (uint64_t seed = FIRST_SEED; seed < FIRST_SEED + WORLDS; seed++) {
        char of[64];
        const struct generated_shape shape = {
            .seed = seed, .n_job = 10000, .n_account = 50, .load = 1.0};
        snprintf(of, sizeof of, "%s_%llu", name, (unsigned long long)seed);
        trial_generate(&world, 32, &shape);
        play_foretold(of, &world, kind == FORETOLD_NEW);
        trial_world_free(&world);
    }
}

int main(int argc, char **argv) {
    struct bench bench = bench_init(argc, argv);
    static struct size sizes[] = {
        {3250, 100000, 0.9}, {3250, 100000, 1.2}, {32500, 1000000, 0.9}, {32500, 1000000, 1.2}};
    for (int i = 0; i < PLACEMENT_RULES; i++) {
        enum placement_rule rule = (enum placement_rule)i;
        char name[64];
        snprintf(name, sizeof name, "pool_openb_%s", placement_rule_names[rule]);
        bench_case(&bench, name, run_openb, &rule);
    }
    bench_case(&bench, "pool_copy_openb", run_copy, NULL);
    static const char *const kinds[FORETOLD_KINDS] = {"openb", "any", "new"};
    for (int i = 0; i < FORETOLD_KINDS; i++) {
        char name[64];
        enum foretold kind = (enum foretold)i;
        snprintf(name, sizeof name, "pool_foretold_%s", kinds[i]);
        bench_case(&bench, name, run_foretold, &kind);
    }
    bench_case(&bench, "pool_100k", run_generated, &sizes[0]);
    bench_case(&bench, "pool_full_100k", run_generated, &sizes[1]);
    static struct burst bursts[] = {
        {"pool_burst_quota_20k", {3250, 20000, 4}, GUARANTEE_QUOTA, false},
        {"pool_burst_private_20k", {3250, 20000, 4}, GUARANTEE_PRIVATE, false},
        {"pool_burst_quota_fixed", {3250, 20000, 4}, GUARANTEE_QUOTA, true},
        {"pool_burst_private_fixed", {3250, 20000, 4}, GUARANTEE_PRIVATE, true},
        {"pool_burst_quota_100k", {32500, 100000, 4}, GUARANTEE_QUOTA, false},
        {"pool_burst_private_100k", {32500, 100000, 4}, GUARANTEE_PRIVATE, false}};
    for (size_t i = 0; i < sizeof bursts / sizeof *bursts; i++) {
        bench_case(&bench, bursts[i].name, run_burst, &bursts[i]);
    }
    bench_case(&bench, "pool_million", run_generated, &sizes[2]);
    bench_case(&bench, "pool_full_million", run_generated, &sizes[3]);
    return bench.is_bad ? 1 : 0;
}
