#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "io/executor/slurm_text.h"
#include "serve/compute/compute_inside.h"
#include "serve/compute/purses.h"
#include "serve/log.h"

// An executor that schedules by itself (Slurm) decides who runs when and where. The pool then is told of no job: what waits is handed over
// at once, under accounts that have the weights and limits of the world's, and where a job stands is taken from what the executor says.

#define SECOND_US INT64_C(1000000)
enum { TRY_AGAIN_S = 10, NODES_S = 60, A_TURN = 16, A_TURN_JOBS = 250 };

const char *const compute_trouble_names[TROUBLES] = {
    [TROUBLE_ACCOUNTS] = "slurm accounts",
    [TROUBLE_NODES] = "slurm nodes",
    [TROUBLE_GUARANTEES] = "slurm guarantees",
    [TROUBLE_MOVES] = "slurm moves",
};

void executor_trouble(struct compute *compute, enum compute_trouble which, const char *sentence) {
    pthread_mutex_lock(&compute->lock);
    const bool is_news = strncmp(compute->trouble[which], sentence, TROUBLE_BYTES - 1) != 0;
    snprintf(compute->trouble[which], TROUBLE_BYTES, "%s", sentence);
    pthread_mutex_unlock(&compute->lock);
    if (is_news && sentence[0] != '\0') {
        log_say(LOG_ERROR, compute_trouble_names[which], sentence);
    }
}

// ---- what a job asks

void hand_over_ask(const struct world *world, struct live_job *job) {
    struct pool_ask ask;
    maru_error none;
    const bool has_begun = job->phase >= PHASE_STARTING;
    if (job_needs_ask(&job->needs, &world->cluster, &ask, &none) != MARU_OK ||
        (has_begun && ask.n_part != job->ask.n_part)) {
        return; // its nodes are not there now: it keeps what it has
    }
    if (!has_begun) {
        ask.n_part = job->ask.n_part; // of job->part
    }
    const int64_t left_us = job->needs.limit_us - job->done_us;
    ask.limit_us = left_us > SECOND_US ? left_us : SECOND_US;
    ask.account = world_find_account(world, job->tenant, job->project);
    job->ask = ask;
}

static uint16_t first_bits(uint32_t n) { return (uint16_t)((UINT32_C(1) << n) - 1); }

// Its parts, on nodes that are not known yet.
static maru_status make_parts(const struct world *world, struct live_job *job, maru_error *err) {
    struct pool_ask ask;
    const maru_status st = job_needs_ask(&job->needs, &world->cluster, &ask, err);
    struct pool_part *part = st == MARU_OK ? alloc_new(ask.n_part, sizeof *part) : NULL;
    if (!part) {
        return st == MARU_OK ? fail(err, MARU_E_MEMORY, "no memory") : st;
    }
    for (uint32_t i = 0; i < ask.n_part; i++) {
        part[i] = (struct pool_part){.node = UINT32_MAX,
                                     .gpus = first_bits(ask.want.n_gpu),
                                     .gpu_milli = ask.want.gpu_milli,
                                     .cpu_milli = ask.want.cpu_milli,
                                     .memory_mib = ask.want.memory_mib};
    }
    alloc_free(job->part);
    job->part = part;
    job->ask.n_part = ask.n_part;
    hand_over_ask(world, job);
    return MARU_OK;
}

// ---- where it runs

struct placing {
    const struct compute *compute;
    struct live_job *job;
    uint32_t k;
};

// GPUs of the node that no other job is shown on: which ones Slurm has given is not told, only how many.
static uint16_t free_bits(const struct placing *placing, uint32_t node, uint32_t n) {
    uint32_t taken = 0, bits = 0;
    for (size_t i = 0; i < placing->compute->n_job; i++) {
        const struct live_job *other = placing->compute->job[i];
        for (uint32_t k = 0; other->phase >= PHASE_STARTING && k < other->ask.n_part; k++) {
            const bool is_there = other != placing->job && other->part[k].node == node;
            taken |= is_there ? other->part[k].gpus : 0U;
        }
    }
    for (uint32_t g = 0; g < 16 && n > 0; g++) {
        if (!(taken >> g & 1)) {
            bits |= UINT32_C(1) << g;
            n--;
        }
    }
    return n == 0 ? (uint16_t)bits : 0;
}

static bool place_part(void *context, const char *name) {
    struct placing *placing = context;
    struct live_job *job = placing->job;
    if (placing->k == job->ask.n_part) {
        return false;
    }
    struct pool_part *part = &job->part[placing->k++];
    const uint32_t node = world_find_node(placing->compute->world, name);
    const uint16_t bits = free_bits(placing, node, job->ask.want.n_gpu);
    part->node = node;
    part->gpus = bits ? bits : first_bits(job->ask.want.n_gpu);
    return true;
}

void hand_over_place(struct compute *compute, struct live_job *job,
                     const struct launch_look *look) {
    struct placing placing = {compute, job, 0};
    const char *list = look->nodes[0] ? look->nodes : look->node;
    pthread_mutex_lock(&compute->lock);
    (void)slurm_each_name(list, job->ask.n_part, place_part, &placing);
    pthread_mutex_unlock(&compute->lock);
}

// ---- accounts

static void tell_change(void *context, const char *change) {
    struct log_line line;
    (void)context;
    log_open(&line, LOG_INFO, "slurm account");
    log_add_string(&line, "detail", change);
    log_close(&line);
}

struct telling { // (n) rows, their limits and names
    struct executor_account *account;
    struct executor_limit *limit;
    char (*tenant)[STORE_TENANT_BYTES];
};

// Of each type, and of all together: a job that names no type is counted by Slurm in the sum alone.
static void fill_limits(const struct cluster *cluster, const struct account *row,
                        struct executor_limit *out) {
    uint64_t all = 0;
    for (uint32_t t = 0; t < cluster->n_type; t++) {
        const uint32_t most = row->limit ? row->limit[t] : ACCOUNTS_NO_LIMIT;
        out[t] = (struct executor_limit){cluster->type[t].name, most};
        all = most == ACCOUNTS_NO_LIMIT || all == UINT64_MAX ? UINT64_MAX : all + most;
    }
    const bool has_sum = cluster->n_type > 0 && all < UINT32_MAX;
    out[cluster->n_type] = (struct executor_limit){"", has_sum ? (uint32_t)all : UINT32_MAX};
}

static void fill_account(const struct world *world, uint32_t i, const struct telling *telling) {
    const struct account *row = &world->accounts.row[i + 1]; // row 0 is all, and nobody's
    const struct cluster *cluster = &world->cluster;
    const size_t n_tenant = strcspn(row->name, "/");
    const size_t n_limit = (size_t)cluster->n_type + 1;
    struct executor_limit *its = &telling->limit[i * n_limit];
    snprintf(telling->tenant[i], sizeof telling->tenant[i], "%.*s", (int)n_tenant, row->name);
    fill_limits(cluster, row, its);
    telling->account[i] = (struct executor_account){
        .tenant = telling->tenant[i],
        .project = row->name[n_tenant] == '/' ? row->name + n_tenant + 1 : "",
        .weight = row->weight,
        .limit = its,
        .n_limit = n_limit,
        .job_max_gpus = row->job_max_gpus,
        .max_running = row->max_running,
        .job_max_us = row->job_max_us};
}

static maru_status tell_accounts(struct compute *compute, maru_error *err) {
    const struct world *world = compute->world;
    const uint32_t n = world->accounts.n > 0 ? world->accounts.n - 1 : 0;
    struct telling telling = {
        .account = alloc_new((size_t)n + 1, sizeof *telling.account),
        .limit = alloc_new((size_t)n * (world->cluster.n_type + 1U) + 1, sizeof *telling.limit),
        .tenant = alloc_new((size_t)n + 1, sizeof *telling.tenant)};
    maru_status st = telling.account && telling.limit && telling.tenant
                         ? MARU_OK
                         : fail(err, MARU_E_MEMORY, "no memory");
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        fill_account(world, i, &telling);
    }
    st = st == MARU_OK
             ? executor_set_accounts(compute->executor, telling.account, n, tell_change, NULL, err)
             : st;
    alloc_free(telling.tenant);
    alloc_free(telling.limit);
    alloc_free(telling.account);
    return st;
}

// Jobs are not handed over under accounts that are not there: Slurm would refuse them for good.
static bool bring_accounts(struct compute *compute) {
    const int64_t now_us = clock_unix_us();
    maru_error err = {0};
    if (compute->has_accounts || now_us - compute->accounts_us < TRY_AGAIN_S * SECOND_US) {
        return compute->has_accounts;
    }
    compute->accounts_us = now_us;
    compute->has_accounts = tell_accounts(compute, &err) == MARU_OK;
    executor_trouble(compute, TROUBLE_ACCOUNTS, compute->has_accounts ? "" : err.text);
    return compute->has_accounts;
}

// ---- nodes

static void tell_node(void *context, const char *change) {
    struct log_line line;
    (void)context;
    log_open(&line, LOG_INFO, "slurm node");
    log_add_string(&line, "detail", change);
    log_close(&line);
}

// What people took out of work here is drained there, again where somebody has resumed it.
static void bring_nodes(struct compute *compute) {
    const struct world *world = compute->world;
    const uint32_t n = world->cluster.n_node;
    const int64_t now_us = clock_unix_us();
    maru_error err = {0};
    size_t n_order = 0;
    if (now_us - compute->nodes_us < (compute->has_nodes ? NODES_S : TRY_AGAIN_S) * SECOND_US) {
        return;
    }
    compute->nodes_us = now_us;
    struct executor_order *order = alloc_new((size_t)n + 1, sizeof *order);
    for (uint32_t i = 0; order && i < n; i++) {
        if (world->node[i].is_ordered) {
            order[n_order++] =
                (struct executor_order){world->cluster.node[i].name, world->node[i].reason};
        }
    }
    compute->has_nodes = order && executor_set_nodes(compute->executor, order, n_order, tell_node,
                                                     NULL, &err) == MARU_OK;
    executor_trouble(compute, TROUBLE_NODES,
                     compute->has_nodes ? ""
                     : order            ? err.text
                                        : "no memory");
    alloc_free(order);
}

static bool stands_on_down(const struct world *world, const struct live_job *job) {
    for (uint32_t k = 0; k < job->ask.n_part; k++) {
        const uint32_t node = job->part[k].node;
        if (node < world->cluster.n_node && world->node[node].is_ordered &&
            world->node[node].is_down) {
            return true;
        }
    }
    return false;
}

// What runs on a node that is ordered down goes on elsewhere.
static void leave_nodes(struct compute *compute) {
    pthread_mutex_lock(&compute->lock);
    for (size_t i = 0; i < compute->n_job; i++) {
        struct live_job *job = compute->job[i];
        if (job->phase == PHASE_RUNNING && !job->stop[0] && stands_on_down(compute->world, job)) {
            job->stop = dispatch_stop_words[STOP_NODE];
            job->phase = PHASE_STOPPING;
        }
    }
    pthread_mutex_unlock(&compute->lock);
}

// ---- handing over

// False: it does not wait here.
static bool take_over(struct compute *compute, struct live_job *job) {
    maru_error err = {0};
    if (job->phase != PHASE_QUEUED || purse_is_held(compute, job->tenant, job->project) ||
        world_find_account(compute->world, job->tenant, job->project) == ACCOUNTS_MAX) {
        return false;
    }
    pthread_mutex_lock(&compute->lock);
    const maru_status st = make_parts(compute->world, job, &err);
    job->phase = st == MARU_OK ? PHASE_STARTING : PHASE_BLOCKED;
    job->not_before_us = clock_unix_us() + TRY_AGAIN_S * SECOND_US;
    pthread_mutex_unlock(&compute->lock);
    if (st != MARU_OK) {
        dispatch_complain(job, "job queue", &err);
    }
    return st == MARU_OK;
}

static bool has_waiting(const struct compute *compute) { // here, or there
    bool has_any = false;
    for (size_t i = 0; i < compute->n_job && !has_any; i++) {
        has_any =
            compute->job[i]->phase == PHASE_QUEUED || compute->job[i]->phase == PHASE_STARTING;
    }
    return has_any;
}

// Jobs of one submission are handed over as one array of the executor, and count as one.
void hand_over_jobs(struct compute *compute) {
    struct live_job *taken[A_TURN_JOBS];
    size_t n = 0, n_batch = 0;
    bring_nodes(compute);
    leave_nodes(compute);
    if (has_waiting(compute) && bring_accounts(compute)) {
        stand_jobs(compute);
    }
    for (size_t i = 0; i < compute->n_job && n < A_TURN_JOBS && n_batch <= A_TURN; i++) {
        struct live_job *job = compute->job[i];
        if (job->phase == PHASE_QUEUED && !bring_accounts(compute)) {
            break;
        }
        if (!take_over(compute, job)) {
            continue;
        }
        n_batch += n == 0 || strcmp(taken[n - 1]->batch, job->batch) != 0;
        taken[n++] = job;
    }
    attempts_begin(compute, taken, n);
}

// ---- looking

uint32_t hand_over_each_queued(struct compute *compute, uint32_t most, compute_see_queued see,
                               void *context) {
    uint32_t n = 0;
    pthread_mutex_lock(&compute->lock);
    for (size_t i = 0; i < compute->n_job; i++) {
        const struct live_job *job = compute->job[i];
        if (job->phase != PHASE_QUEUED && job->phase != PHASE_STARTING) {
            continue;
        }
        const struct compute_queued queued = {.tenant = job->tenant,
                                              .project = job->project,
                                              .job = job->id,
                                              .n_gpu = (uint32_t)job->needs.n_gpu,
                                              .submitted_us = job->created_us,
                                              .elsewhere = job->reason,
                                              .expected_us = job->expected_us};
        if (n++ < most) {
            see(context, &queued);
        }
    }
    pthread_mutex_unlock(&compute->lock);
    return n;
}
