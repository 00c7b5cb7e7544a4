#include "study/replay/replay_sums.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// Everything is a rate that changes at events and an integral over the time between them. The curve has REPLAY_POINTS stretches; where
// time runs past them, neighbours are put together and a stretch is twice as long, so the end need not be known.
//
//   power   idle watts of nodes and GPUs all the time, and what a busy GPU draws beyond idle for the share that is given out,
//           each times the PUE of its site: an upper bound, since a GPU that is given out need not be busy; a node that is down draws
//           nothing
//   out     GPUs that nobody can have: all of a node that is down, those of a drained one that nobody holds

const char *const replay_size_names[REPLAY_SIZES] = {"CPU", "<1",  "1",    "2",
                                                     "3-4", "5-8", "9-64", ">64"};

struct running { // of a job
    int64_t since_us;
    double watts;
};

struct use {                 // of an account
    double gpu, cpu, memory; // now: thousandths, MiB
    double gpu_us, cpu_us, memory_us;
    double run_us, wait_us; // GPU-weighted, of jobs that ran or waited
};

struct replay_sums {
    const struct replay_ask *ask;
    int64_t now_us, from_us;
    struct running *job;  // (trace n)
    struct use *use;      // (n_account)
    int64_t *since;       // (n_account): until when its integrals are taken
    double watts, joules; // now; so far, in W us
    double gpu, gpu_us;   // thousandths given out
    uint32_t n_waiting;
    double waited_us, free_us; // while somebody waits: how long, and free thousandths over it
    double price_rate, cost;   // a us
    double *job_price;         // (trace n)
    double width_us;           // of a stretch of the curve
    double used_us[REPLAY_POINTS], waiting_us[REPLAY_POINTS], out_point_us[REPLAY_POINTS];
    uint32_t n_point;
    enum node_state *state; // (n_node)
    double *held;           // (n_node) thousandths given out
    double out, out_us;     // thousandths now; over time
};

static double idle_watts(const struct cluster *cluster, uint32_t i) {
    const struct cluster_node *const node = &cluster->node[i];
    const double gpus =
        node->n_gpu ? (double)node->n_gpu * cluster->type[node->type].idle_watts : 0;
    return (node->idle_watts + gpus) * cluster->site[node->site].pue_milli / 1000.0;
}

maru_status replay_sums_new(const struct replay_ask *ask, struct replay_sums **out,
                            maru_error *err) {
    struct replay_sums *const sums = alloc_new(1, sizeof *sums);
    if (sums) {
        sums->job = alloc_new(ask->trace->n, sizeof *sums->job);
        sums->job_price = alloc_new(ask->trace->n, sizeof *sums->job_price);
        sums->use = alloc_new(ask->trace->account.n, sizeof *sums->use);
        sums->since = alloc_new(ask->trace->account.n, sizeof *sums->since);
        sums->state = alloc_new((size_t)ask->cluster->n_node + 1, sizeof *sums->state);
        sums->held = alloc_new((size_t)ask->cluster->n_node + 1, sizeof *sums->held);
    }
    if (!sums || !sums->job || !sums->job_price || !sums->use || !sums->since || !sums->state ||
        !sums->held) {
        replay_sums_free(sums);
        return fail(err, MARU_E_MEMORY, "no memory to play a trace");
    }
    sums->ask = ask;
    sums->from_us = sums->now_us = ask->trace->job[0].submit_us;
    for (uint32_t i = 0; i < ask->trace->account.n; i++) {
        sums->since[i] = sums->now_us;
    }
    for (uint32_t i = 0; i < ask->cluster->n_node; i++) {
        sums->watts += idle_watts(ask->cluster, i);
    }
    sums->width_us = 60e6;
    *out = sums;
    return MARU_OK;
}

void replay_sums_free(struct replay_sums *sums) {
    if (sums) {
        alloc_free(sums->job);
        alloc_free(sums->job_price);
        alloc_free(sums->use);
        alloc_free(sums->since);
        alloc_free(sums->state);
        alloc_free(sums->held);
        alloc_free(sums);
    }
}

// ---- time

static void halve(struct replay_sums *sums) {
    for (uint32_t i = 0; i < REPLAY_POINTS / 2; i++) {
        const uint32_t k = 2 * i;
        sums->used_us[i] = sums->used_us[k] + sums->used_us[k + 1];
        sums->waiting_us[i] = sums->waiting_us[k] + sums->waiting_us[k + 1];
        sums->out_point_us[i] = sums->out_point_us[k] + sums->out_point_us[k + 1];
    }
    const size_t half = REPLAY_POINTS / 2 * sizeof(double);
    memset(sums->used_us + REPLAY_POINTS / 2, 0, half);
    memset(sums->waiting_us + REPLAY_POINTS / 2, 0, half);
    memset(sums->out_point_us + REPLAY_POINTS / 2, 0, half);
    sums->width_us *= 2;
}

// What holds now goes into all stretches between two moments.
static void add_to_curve(struct replay_sums *sums, double from, double until) {
    while (until > sums->width_us * REPLAY_POINTS) {
        halve(sums);
    }
    while (from < until) {
        const uint32_t i = (uint32_t)fmin(from / sums->width_us, REPLAY_POINTS - 1);
        const double to = i == REPLAY_POINTS - 1 ? until : fmin(until, (i + 1) * sums->width_us);
        sums->used_us[i] += sums->gpu * (to - from);
        sums->waiting_us[i] += sums->n_waiting * (to - from);
        sums->out_point_us[i] += sums->out * (to - from);
        from = to > from ? to : until;
        sums->n_point = i + 1;
    }
}

void replay_sums_pass(struct replay_sums *sums, int64_t now_us) {
    const double span = (double)(now_us - sums->now_us);
    const double all = (double)sums->ask->cluster->n_gpu_all * GPU_WHOLE;
    sums->joules += sums->watts * span;
    sums->gpu_us += sums->gpu * span;
    sums->cost += sums->price_rate * span;
    sums->out_us += sums->out * span;
    if (sums->n_waiting > 0) {
        sums->waited_us += span;
        sums->free_us += (all - sums->gpu - sums->out) * span;
    }
    add_to_curve(sums, (double)(sums->now_us - sums->from_us), (double)(now_us - sums->from_us));
    sums->now_us = now_us;
}

// ---- events

static struct use *use_of(struct replay_sums *sums, uint32_t job) {
    const uint32_t account = sums->ask->trace->job[job].account;
    struct use *const use = &sums->use[account];
    const double span = (double)(sums->now_us - sums->since[account]);
    use->gpu_us += use->gpu * span;
    use->cpu_us += use->cpu * span;
    use->memory_us += use->memory * span;
    sums->since[account] = sums->now_us;
    return use;
}

static double weight_of(const struct trace_job *job) {
    return (double)trace_job_milli(job) / GPU_WHOLE;
}

static void change_use(struct replay_sums *sums, uint32_t i, double by) {
    const struct trace_job *const job = &sums->ask->trace->job[i];
    struct use *const use = use_of(sums, i);
    use->gpu += by * (double)trace_job_milli(job);
    use->cpu += by * (double)job->want.cpu_milli * job->n_part;
    use->memory += by * (double)job->want.memory_mib * job->n_part;
    sums->gpu += by * (double)trace_job_milli(job);
}

void replay_sums_wait(struct replay_sums *sums, uint32_t job) {
    sums->n_waiting++;
    sums->job[job].since_us = sums->now_us;
}

// Thousandths that a part holds on its node are given out, or free again.
static void change_held(struct replay_sums *sums, const struct pool_part *part, double by) {
    const double milli = by * __builtin_popcount(part->gpus) * part->gpu_milli;
    sums->held[part->node] += milli;
    sums->out -= sums->state[part->node] == NODE_UP ? 0 : milli;
}

void replay_sums_start(struct replay_sums *sums, uint32_t job, const struct pool_part *part,
                       uint32_t n_part) {
    const struct cluster *const cluster = sums->ask->cluster;
    struct running *const running = &sums->job[job];
    const double weight = weight_of(&sums->ask->trace->job[job]);
    sums->n_waiting--;
    use_of(sums, job)->wait_us += weight * (double)(sums->now_us - running->since_us);
    running->since_us = sums->now_us;
    running->watts = 0;
    sums->job_price[job] = 0;
    for (uint32_t i = 0; i < n_part; i++) {
        const struct cluster_node *const node = &cluster->node[part[i].node];
        change_held(sums, &part[i], 1);
        const double n_gpu =
            __builtin_popcount(part[i].gpus) * (double)part[i].gpu_milli / GPU_WHOLE;
        if (part[i].gpus) {
            const struct gpu_type *const type = &cluster->type[node->type];
            running->watts += n_gpu * (type->busy_watts - type->idle_watts) *
                              cluster->site[node->site].pue_milli / 1000.0;
            sums->job_price[job] +=
                sums->ask->price ? n_gpu * sums->ask->price[node->type] / REPLAY_HOUR_US : 0;
        }
    }
    sums->watts += running->watts;
    sums->price_rate += sums->job_price[job];
    change_use(sums, job, 1);
}

void replay_sums_end(struct replay_sums *sums, uint32_t job, const struct pool_part *part,
                     uint32_t n_part) {
    const double weight = weight_of(&sums->ask->trace->job[job]);
    change_use(sums, job, -1);
    use_of(sums, job)->run_us += weight * (double)(sums->now_us - sums->job[job].since_us);
    sums->watts -= sums->job[job].watts;
    sums->price_rate -= sums->job_price[job];
    for (uint32_t i = 0; i < n_part; i++) {
        change_held(sums, &part[i], -1);
    }
}

void replay_sums_node(struct replay_sums *sums, uint32_t node, enum node_state state) {
    const struct cluster *const cluster = sums->ask->cluster;
    const enum node_state was = sums->state[node];
    const double idle = (double)cluster->node[node].n_gpu * GPU_WHOLE - sums->held[node];
    sums->out += ((state != NODE_UP) - (was != NODE_UP)) * idle;
    sums->watts += ((was == NODE_DOWN) - (state == NODE_DOWN)) * idle_watts(cluster, node);
    sums->state[node] = state;
}

// ---- telling

int replay_by_value(const void *a, const void *b) {
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

// The value that a share of n sorted ones is at most: the nearest rank.
double replay_quantile(const double *value, uint32_t n, double share) {
    const uint32_t rank = (uint32_t)ceil(share * n);
    return value[rank > 0 ? rank - 1 : 0];
}

static struct replay_waits waits_of(double *value, uint32_t n) {
    double sum = 0;
    if (n == 0) {
        return (struct replay_waits){0};
    }
    qsort(value, n, sizeof *value, replay_by_value);
    for (uint32_t i = 0; i < n; i++) {
        sum += value[i];
    }
    return (struct replay_waits){n,
                                 sum / n,
                                 replay_quantile(value, n, 0.5),
                                 replay_quantile(value, n, 0.95),
                                 replay_quantile(value, n, 0.99),
                                 value[n - 1]};
}

uint32_t replay_size_of(const struct trace_job *job) {
    const uint64_t milli = trace_job_milli(job);
    static const uint64_t most[] = {0, GPU_WHOLE - 1, 1000, 2000, 4000, 8000, 64000};
    uint32_t size = 0;
    while (size < REPLAY_SIZES - 1 && milli > most[size]) {
        size++;
    }
    return size;
}

// Waits of the jobs whose size, or account, is this one; all where both are UINT32_MAX.
static struct replay_waits some_waits(const struct replay_sums *sums, const struct replay *out,
                                      uint32_t size, double *scratch) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < out->n_wait; i++) {
        if (out->wait_us[i] != TRACE_NEVER &&
            (size == UINT32_MAX || replay_size_of(&sums->ask->trace->job[i]) == size)) {
            scratch[n++] = (double)out->wait_us[i] / REPLAY_HOUR_US;
        }
    }
    return waits_of(scratch, n);
}

// Waits of each account: jobs are counted into their accounts' stretches of the scratch, then each is sorted.
static maru_status account_waits(const struct replay_sums *sums, struct replay *out,
                                 double *scratch, maru_error *err) {
    uint32_t *const at = alloc_new((size_t)out->n_account + 1, sizeof *at);
    if (!at) {
        return fail(err, MARU_E_MEMORY, "no memory to play a trace");
    }
    const struct job_trace *const trace = sums->ask->trace;
    for (uint32_t i = 0; i < out->n_wait; i++) {
        at[trace->job[i].account + 1] += out->wait_us[i] != TRACE_NEVER;
    }
    for (uint32_t k = 0; k < out->n_account; k++) {
        at[k + 1] += at[k];
    }
    for (uint32_t i = 0; i < out->n_wait; i++) {
        if (out->wait_us[i] != TRACE_NEVER) {
            scratch[at[trace->job[i].account]++] = (double)out->wait_us[i] / REPLAY_HOUR_US;
        }
    }
    for (uint32_t k = 0; k < out->n_account; k++) { // at[k] is now where k's stretch ends
        const uint32_t from = k ? at[k - 1] : 0;
        out->by_account[k].waits = waits_of(scratch + from, at[k] - from);
    }
    alloc_free(at);
    return MARU_OK;
}

static void tell_accounts(struct replay_sums *sums, struct replay *out) {
    const struct cluster *const cluster = sums->ask->cluster;
    const double span = fmax((double)(sums->now_us - sums->from_us), 1);
    double sum = 0;
    double squares = 0;
    uint32_t n = 0;
    for (uint32_t k = 0; k < out->n_account; k++) {
        struct use *const use = &sums->use[k];
        struct replay_account *const account = &out->by_account[k];
        const double rest = (double)(sums->now_us - sums->since[k]);
        const double gpu = use->gpu_us + use->gpu * rest;
        const double shares[3] = {
            gpu / fmax(1, (double)cluster->n_gpu_all * GPU_WHOLE),
            (use->cpu_us + use->cpu * rest) / fmax(1, (double)cluster->cpu_milli),
            (use->memory_us + use->memory * rest) / fmax(1, (double)cluster->memory_mib)};
        account->gpu_hours = gpu / GPU_WHOLE / REPLAY_HOUR_US;
        account->share = fmax(shares[0], fmax(shares[1], shares[2])) / span;
        if (use->run_us + use->wait_us > 0) {
            account->progress = use->run_us / (use->run_us + use->wait_us);
            sum += account->progress;
            squares += account->progress * account->progress;
            n++;
        }
    }
    out->jain = squares > 0 ? sum * sum / (n * squares) : 1;
}

static void tell_curve(const struct replay_sums *sums, struct replay *out) {
    const double end = (double)(sums->now_us - sums->from_us);
    out->n_point = sums->n_point;
    out->point_hours = sums->width_us / REPLAY_HOUR_US;
    for (uint32_t i = 0; i < sums->n_point; i++) {
        const double width = fmin(sums->width_us, end - i * sums->width_us);
        out->used_at[i] = width > 0 ? sums->used_us[i] / GPU_WHOLE / width : 0;
        out->waiting_at[i] = width > 0 ? sums->waiting_us[i] / width : 0;
        out->out_at[i] = width > 0 ? sums->out_point_us[i] / GPU_WHOLE / width : 0;
    }
}

maru_status replay_sums_tell(struct replay_sums *sums, struct replay *out, maru_error *err) {
    const double span = fmax((double)(sums->now_us - sums->from_us), 1);
    double *const scratch = alloc_new((size_t)out->n_wait + 1, sizeof *scratch);
    out->n_account = sums->ask->trace->account.n;
    out->by_account = alloc_new((size_t)out->n_account + 1, sizeof *out->by_account);
    if (!scratch || !out->by_account) {
        alloc_free(scratch);
        return fail(err, MARU_E_MEMORY, "no memory to play a trace");
    }
    out->waits = some_waits(sums, out, UINT32_MAX, scratch);
    for (uint32_t size = 0; size < REPLAY_SIZES; size++) {
        out->by_size[size] = some_waits(sums, out, size, scratch);
    }
    const maru_status st = account_waits(sums, out, scratch, err);
    alloc_free(scratch);
    tell_accounts(sums, out);
    tell_curve(sums, out);
    out->hours = span / REPLAY_HOUR_US;
    out->gpu_hours = sums->gpu_us / GPU_WHOLE / REPLAY_HOUR_US;
    out->out_gpu_hours = sums->out_us / GPU_WHOLE / REPLAY_HOUR_US;
    out->out = sums->out_us / span / fmax(1, (double)sums->ask->cluster->n_gpu_all * GPU_WHOLE);
    out->used = sums->gpu_us / span / fmax(1, (double)sums->ask->cluster->n_gpu_all * GPU_WHOLE);
    out->free_while_waited = sums->waited_us > 0 ? sums->free_us / sums->waited_us / GPU_WHOLE : 0;
    out->hours_waited = sums->waited_us / REPLAY_HOUR_US;
    out->kwh = sums->joules / REPLAY_HOUR_US / 1000;
    out->cost = sums->cost;
    return st;
}
