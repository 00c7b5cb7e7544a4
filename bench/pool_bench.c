#include "stopwatch.h"

#include "base/arena.h"
#include "pool/pool.h"
#include "pool/trace/cluster_table.h"
#include "pool/trace/generated_trace.h"
#include "pool/trace/usual_kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The scheduler: a trace played to its end, each job submitted when it came and ended when it had run so long, and a deciding
// after all that happens in one moment. What is timed is all of it: submit, decide, end, and the player's own heap of ends.
//
//   pool_openb_RULE   8152 pods on the 1523 nodes (1213 with GPUs) of Alibaba's cluster-trace-gpu-v2023, where MARU_DATA has it
//   pool_copy_openb   one copy of that state in the middle of the trace
//   pool_100k         100 000 generated jobs on 26 000 GPUs
//   pool_million      a million generated jobs on 260 000 GPUs, load 0.9; once, since it takes so long
//   pool_full_...     the same with more jobs than there is room for (load 1.2): there is always a queue

struct world {
    struct arena arena;
    struct cluster cluster;
    struct accounts accounts;
    struct job_trace trace;
    struct want_kind kind[PLACEMENT_MAX_KINDS];
    uint32_t n_kind;
};

struct size {
    uint32_t n_node, n_job;
    double load;
};

struct play {
    const struct world *world;
    struct pool *pool;
    uint32_t *ends, n_ends; // heap of trace jobs that run
    int64_t *end_us;        // (n), of a job that runs
    uint32_t *number;       // (n), the pool's
    int64_t now_us;
    uint64_t n_decide, n_start, n_refused;
    double waited_s;
    double busy_milli, busy_us, full_us; // GPUs in use now; over time since half of the jobs came
};

static void must(maru_status st, const maru_error *err) {
    if (st != MARU_OK) {
        fprintf(stderr, "%s\n", err->text);
        exit(1);
    }
}

// ---- worlds

static void make_accounts(struct world *world) {
    maru_error err;
    const uint32_t n = world->trace.account.n + 1;
    struct account *row = arena_take(&world->arena, n, sizeof *row);
    if (!row) {
        exit(1);
    }
    row[0] = (struct account){.name = "all", .weight = 1000};
    for (uint32_t i = 1; i < n; i++) {
        row[i] = (struct account){.name = world->trace.account.name[i - 1], .weight = 1000};
    }
    must(accounts_make(row, n, &world->cluster, &world->arena, &world->accounts, &err), &err);
    must(usual_kinds(&world->trace, world->kind, &world->n_kind, &err), &err);
}

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

static bool read_openb(struct world *world) {
    size_t n_node = 0, n_pod = 0;
    struct sheet_faults faults;
    maru_error err;
    char *node = read_data("openb_node_list_all_node.csv", &n_node);
    char *pod = read_data("openb_pod_list_default.csv", &n_pod);
    if (node && pod) {
        arena_init(&world->arena, (size_t)1 << 30);
        must(cluster_table_read(node, n_node, &world->arena, &world->cluster, &faults, &err), &err);
        must(job_trace_read(&world->trace, pod, n_pod, &world->cluster, &faults, &err), &err);
        make_accounts(world);
    }
    free(node);
    free(pod);
    return node && pod;
}

static void generate(struct world *world, const struct size *size) {
    const uint32_t n_node = size->n_node;
    static const struct gpu_type type = {.name = "h100"};
    const struct generated_shape shape = {
        .seed = 1, .n_job = size->n_job, .n_account = 300, .load = size->load};
    maru_error err;
    arena_init(&world->arena, (size_t)1 << 30);
    struct cluster_node *node = arena_take(&world->arena, n_node, sizeof *node);
    if (!node) {
        exit(1);
    }
    for (uint32_t i = 0; i < n_node; i++) {
        node[i] = (struct cluster_node){
            .name = "n", .cpu_milli = 192000, .memory_mib = 2 << 20, .island = i / 64, .n_gpu = 8};
    }
    const struct cluster_rows rows = {.type = &type, .node = node, .n_type = 1, .n_node = n_node};
    must(cluster_make(&rows, &world->arena, &world->cluster, &err), &err);
    must(generated_trace(&world->trace, &shape, &world->cluster, &err), &err);
    make_accounts(world);
}

// ---- playing

static bool is_before(const struct play *play, uint32_t a, uint32_t b) {
    return play->end_us[a] != play->end_us[b] ? play->end_us[a] < play->end_us[b] : a < b;
}

static void push(struct play *play, uint32_t job) {
    uint32_t at = play->n_ends++;
    for (; at > 0 && is_before(play, job, play->ends[(at - 1) / 2]); at = (at - 1) / 2) {
        play->ends[at] = play->ends[(at - 1) / 2];
    }
    play->ends[at] = job;
}

static uint32_t pop(struct play *play) {
    const uint32_t first = play->ends[0], last = play->ends[--play->n_ends];
    uint32_t at = 0;
    for (uint32_t child = 1; child < play->n_ends; child = 2 * at + 1) {
        child +=
            child + 1 < play->n_ends && is_before(play, play->ends[child + 1], play->ends[child]);
        if (!is_before(play, play->ends[child], last)) {
            break;
        }
        play->ends[at] = play->ends[child];
        at = child;
    }
    play->ends[at] = last;
    return first;
}

static maru_status see(void *context, const struct decision *decision, maru_error *err) {
    struct play *play = context;
    (void)err;
    if (decision->kind == DECISION_START) {
        const uint32_t job = (uint32_t)decision->tag;
        const struct trace_job *it = &play->world->trace.job[job];
        play->end_us[job] = play->now_us + (it->run_us == TRACE_NEVER ? 0 : it->run_us);
        play->waited_s += 1e-6 * (double)(play->now_us - it->submit_us);
        play->n_start++;
        play->busy_milli += (double)trace_job_milli(it);
        push(play, job);
    }
    return MARU_OK;
}

static void submit(struct play *play, uint32_t i) {
    const struct trace_job *job = &play->world->trace.job[i];
    const struct pool_ask ask = {.want = job->want,
                                 .n_part = job->n_part,
                                 .account = job->account + 1,
                                 .limit_us = job->limit_us,
                                 .priority = job->priority,
                                 .tag = i};
    play->n_refused +=
        pool_submit(play->pool, play->now_us, &ask, &play->number[i], NULL) != MARU_OK;
}

static void play_until(struct play *play, uint32_t n_submit) {
    const struct job_trace *trace = &play->world->trace;
    maru_error err;
    for (uint32_t next = 0; next < n_submit || (n_submit == trace->n && play->n_ends > 0);) {
        const int64_t end = play->n_ends ? play->end_us[play->ends[0]] : INT64_MAX;
        const int64_t came = next < n_submit ? trace->job[next].submit_us : INT64_MAX;
        const int64_t at = end <= came ? end : came;
        if (next > trace->n / 2 && next < trace->n) {
            play->busy_us += play->busy_milli * (double)(at - play->now_us);
            play->full_us += (double)(at - play->now_us);
        }
        play->now_us = at;
        while (play->n_ends && play->end_us[play->ends[0]] <= play->now_us) {
            const uint32_t job = pop(play);
            play->busy_milli -= (double)trace_job_milli(&trace->job[job]);
            pool_end(play->pool, play->now_us, play->number[job]);
        }
        while (next < n_submit && trace->job[next].submit_us <= play->now_us) {
            submit(play, next++);
        }
        must(pool_decide(play->pool, play->now_us, see, play, &err), &err);
        play->n_decide++;
    }
}

static void begin(struct play *play, const struct world *world, enum placement_rule rule) {
    struct pool_policy policy;
    maru_error err;
    pool_policy_default(&policy);
    policy.placement = rule;
    const struct pool_world of = {.cluster = &world->cluster,
                                  .accounts = &world->accounts,
                                  .policy = &policy,
                                  .kind = world->kind,
                                  .n_kind = world->n_kind};
    const uint32_t n = world->trace.n;
    *play = (struct play){.world = world,
                          .ends = malloc(n * sizeof *play->ends),
                          .end_us = malloc(n * sizeof *play->end_us),
                          .number = malloc(n * sizeof *play->number)};
    if (!play->ends || !play->end_us || !play->number) {
        exit(1);
    }
    must(pool_new(&of, &play->pool, &err), &err);
}

static void finish(struct play *play) {
    pool_free(play->pool);
    free(play->ends);
    free(play->end_us);
    free(play->number);
}

// ---- cases

static void tell(const char *name, const struct play *play, double seconds) {
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

static void time_play(const char *name, const struct world *world, enum placement_rule rule,
                      int n_repeat) {
    double seconds[N_REPEAT];
    struct play play;
    for (int i = -1; i < n_repeat; i++) {
        begin(&play, world, rule);
        const double start = bench_cpu_s();
        play_until(&play, world->trace.n);
        seconds[i < 0 ? 0 : i] = bench_cpu_s() - start;
        if (i + 1 < n_repeat) {
            finish(&play);
        }
    }
    tell(name, &play, n_repeat == N_REPEAT ? bench_median(seconds) : seconds[0]);
    finish(&play);
}

static void run_openb(const char *name, void *context) {
    static struct world world;
    if (!read_openb(&world)) {
        bench_skip(name, "no gpu_cluster_2023: set MARU_DATA");
        return;
    }
    time_play(name, &world, *(const enum placement_rule *)context, N_REPEAT);
}

static void run_generated(const char *name, void *context) {
    static struct world world;
    generate(&world, context);
    time_play(name, &world, PLACEMENT_FGD, 0);
}

static void run_copy(const char *name, void *context) {
    static struct world world;
    double seconds[N_REPEAT];
    struct play play;
    (void)context;
    if (!read_openb(&world)) {
        bench_skip(name, "no gpu_cluster_2023: set MARU_DATA");
        return;
    }
    begin(&play, &world, PLACEMENT_FGD);
    play_until(&play, world.trace.n / 2);
    for (int i = -1; i < N_REPEAT; i++) {
        const double start = bench_cpu_s();
        struct pool *copy = NULL;
        maru_error err;
        must(pool_copy(play.pool, &copy, &err), &err);
        seconds[i < 0 ? 0 : i] = bench_cpu_s() - start;
        pool_free(copy);
    }
    bench_line(name, "copy", 1, bench_median(seconds), "");
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
    bench_case(&bench, "pool_100k", run_generated, &sizes[0]);
    bench_case(&bench, "pool_full_100k", run_generated, &sizes[1]);
    bench_case(&bench, "pool_million", run_generated, &sizes[2]);
    bench_case(&bench, "pool_full_million", run_generated, &sizes[3]);
    return bench.is_bad ? 1 : 0;
}
