#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "pool/standing.h"
#include "serve/compute/compute_inside.h"
#include "serve/compute/purses.h"
#include "serve/log.h"

// Guarantees where an executor schedules by itself (Slurm). Who is inside his is decided here, in each account's own order
// (pool/standing.h); the executor then puts those before the ones that borrow, and takes back what these have. A job is handed over as it
// stands, and moved as long as it waits there.

#define SECOND_US INT64_C(1000000)
enum { TRY_AGAIN_S = 60, LOOK_AGAIN_S = 300, MOVES_A_TURN = 400, MIN_GRACE_S = 60 };

// ---- what is guaranteed

static void tell_change(void *context, const char *change) {
    struct log_line line;
    (void)context;
    log_open(&line, LOG_INFO, "slurm qos");
    log_add_string(&line, "detail", change);
    log_close(&line);
}

static void add_lack(void *context, const char *sentence) {
    struct compute *compute = context;
    pthread_mutex_lock(&compute->lock);
    if (compute->n_lack < COMPUTE_LACKS) {
        compute->lack[compute->n_lack++] = sentence;
    }
    pthread_mutex_unlock(&compute->lock);
}

struct rows { // of one telling: names of tenants, limits and guarantees
    struct executor_guarantee *row;
    struct executor_limit *limit;
    char (*tenant)[STORE_TENANT_BYTES];
    uint32_t *own;
};

// Of each type, and of all together, as limits of accounts are.
static size_t fill_limits(const struct cluster *cluster, const uint32_t *own,
                          struct executor_limit *out) {
    uint64_t all = 0;
    for (uint32_t t = 0; t < cluster->n_type; t++) {
        out[t] = (struct executor_limit){cluster->type[t].name, own[t]};
        all += own[t];
    }
    out[cluster->n_type] =
        (struct executor_limit){"", all < UINT32_MAX ? (uint32_t)all : UINT32_MAX};
    return cluster->n_type + 1;
}

static bool has_own(const struct cluster *cluster, const uint32_t *own) {
    bool has_any = false;
    for (uint32_t t = 0; t < cluster->n_type; t++) {
        has_any = has_any || own[t] > 0;
    }
    return has_any;
}

static size_t fill_rows(const struct world *world, const struct rows *rows) {
    const struct cluster *cluster = &world->cluster;
    const size_t n_limit = (size_t)cluster->n_type + 1;
    size_t n = 0;
    for (uint32_t a = 1; a < world->accounts.n; a++) { // row 0 is all, and nobody's
        const char *name = world->accounts.row[a].name;
        const uint32_t *own = &rows->own[(size_t)a * cluster->n_type];
        if (!has_own(cluster, own)) {
            continue;
        }
        const size_t n_tenant = strcspn(name, "/");
        struct executor_limit *limit = &rows->limit[n * n_limit];
        snprintf(rows->tenant[n], sizeof rows->tenant[n], "%.*s", (int)n_tenant, name);
        rows->row[n] =
            (struct executor_guarantee){.tenant = rows->tenant[n],
                                        .project = name[n_tenant] == '/' ? name + n_tenant + 1 : "",
                                        .limit = limit,
                                        .n_limit = fill_limits(cluster, own, limit)};
        n++;
    }
    return n;
}

static int64_t grace_of(const struct world *world, const struct live_job *job) {
    return job->needs.grace_us > 0 ? job->needs.grace_us : world->policy.grace_us;
}

// The longest that a job has, doubled from a minute on, so that it seldom changes. Its own script ends each job at its own.
static int64_t longest_grace(const struct compute *compute) {
    int64_t longest_us = MIN_GRACE_S * SECOND_US;
    for (size_t i = 0; i < compute->n_job; i++) {
        while (longest_us < grace_of(compute->world, compute->job[i])) {
            longest_us *= 2;
        }
    }
    return longest_us;
}

static bool takes_back(const struct pool_policy *policy) {
    return policy->reclaim != RECLAIM_NONE || policy->guarantee == GUARANTEE_PRIVATE;
}

static maru_status tell_guarantees(struct compute *compute, maru_error *err) {
    const struct world *world = compute->world;
    const size_t n = world->accounts.n, n_type = world->cluster.n_type;
    uint32_t loose[CLUSTER_MAX_TYPES] = {0};
    struct executor_limit loose_limit[CLUSTER_MAX_TYPES + 1];
    struct rows rows = {.row = alloc_new(n, sizeof *rows.row),
                        .limit = alloc_new(n * (n_type + 1), sizeof *rows.limit),
                        .tenant = alloc_new(n, sizeof *rows.tenant),
                        .own = alloc_new(n * n_type + 1, sizeof *rows.own)};
    maru_status st = rows.row && rows.limit && rows.tenant && rows.own
                         ? MARU_OK
                         : fail(err, MARU_E_MEMORY, "no memory");
    if (st == MARU_OK) {
        struct executor_guarantees want = {.row = rows.row,
                                           .loose = loose_limit,
                                           .grace_us = compute->grace_us,
                                           .is_taken_back = takes_back(&world->policy)};
        want.n = standing_own(&world->accounts, &world->cluster, rows.own, loose)
                     ? fill_rows(world, &rows)
                     : 0;
        want.n_loose = fill_limits(&world->cluster, loose, loose_limit);
        st = executor_set_guarantees(compute->executor, &want, tell_change, add_lack, compute, err);
    }
    alloc_free(rows.row);
    alloc_free(rows.limit);
    alloc_free(rows.tenant);
    alloc_free(rows.own);
    return st;
}

static void tell_lacks(struct compute *compute, uint32_t n_before) {
    for (uint32_t i = 0; n_before == 0 && i < compute->n_lack; i++) {
        log_say(LOG_ERROR, "slurm guarantees", compute->lack[i]);
    }
}

static void bring_guarantees(struct compute *compute) {
    const int64_t now_us = clock_unix_us(), grace_us = longest_grace(compute);
    const int64_t wait_us = (compute->has_guarantees ? LOOK_AGAIN_S : TRY_AGAIN_S) * SECOND_US;
    maru_error err = {0};
    if (now_us - compute->guarantees_us < wait_us && grace_us <= compute->grace_us) {
        return;
    }
    compute->guarantees_us = now_us;
    compute->grace_us = grace_us;
    pthread_mutex_lock(&compute->lock);
    const uint32_t n_before = compute->n_lack;
    compute->n_lack = 0;
    pthread_mutex_unlock(&compute->lock);
    compute->has_guarantees = tell_guarantees(compute, &err) == MARU_OK;
    executor_trouble(compute, TROUBLE_GUARANTEES, compute->has_guarantees ? "" : err.text);
    tell_lacks(compute, n_before);
}

// ---- who is inside

// What it takes; of one that runs, what it has.
static uint32_t types_of(const struct world *world, const struct live_job *job) {
    uint32_t types = 0;
    for (uint32_t k = 0; job->phase >= PHASE_RUNNING && k < job->ask.n_part; k++) {
        const uint32_t node = job->part[k].node;
        const uint8_t type =
            node < world->cluster.n_node ? world->cluster.node[node].type : CLUSTER_NO_TYPE;
        types |= type < CLUSTER_MAX_TYPES ? UINT32_C(1) << type : 0;
    }
    return types ? types : job->ask.want.types;
}

static bool is_asked(struct compute *compute, const struct live_job *job) {
    return job->phase >= PHASE_STARTING ||
           (job->phase == PHASE_QUEUED && !purse_is_held(compute, job->tenant, job->project));
}

struct asking { // (n) jobs that stand somehow
    struct live_job **job;
    struct standing_job *row;
    struct standing_told *told;
    struct executor_move *move;
    uint32_t n;
};

static void fill_jobs(struct compute *compute, struct asking *asking) {
    const struct world *world = compute->world;
    for (size_t i = 0; i < compute->n_job; i++) {
        struct live_job *job = compute->job[i];
        const uint32_t account = world_find_account(world, job->tenant, job->project);
        if (account == ACCOUNTS_MAX || !is_asked(compute, job)) {
            continue;
        }
        if (job->phase == PHASE_QUEUED) {
            hand_over_ask(world, job);
        }
        asking->job[asking->n] = job;
        asking->row[asking->n++] = (struct standing_job){.account = account,
                                                         .types = types_of(world, job),
                                                         .n_gpu = (uint32_t)job->needs.n_gpu,
                                                         .priority = job->ask.priority,
                                                         .created_us = job->created_us,
                                                         .runs = job->phase >= PHASE_RUNNING,
                                                         .can_stop = job->needs.can_stop};
    }
}

// The QOS that it should have now, and a move where it waits with another.
static void stand(struct compute *compute, const struct asking *asking, uint32_t i,
                  size_t *n_move) {
    const struct standing_told *told = &asking->told[i];
    struct live_job *job = asking->job[i];
    char tenant[STORE_TENANT_BYTES] = "", qos[LAUNCH_QOS_BYTES] = "";
    struct executor_standing standing = {.is_firm = told->standing == STANDING_FIRM};
    if (told->standing == STANDING_INSIDE) {
        const char *name = compute->world->accounts.row[told->holder].name;
        const size_t n = strcspn(name, "/");
        snprintf(tenant, sizeof tenant, "%.*s", (int)n, name);
        standing.tenant = tenant;
        standing.project = name[n] == '/' ? name + n + 1 : "";
    }
    const bool has_qos =
        told->standing != STANDING_NONE && executor_qos_of(compute->executor, &standing, qos);
    if (job->phase < PHASE_RUNNING) {
        memcpy(job->wanted_qos, qos, sizeof job->wanted_qos);
        job->is_borrowed = told->standing == STANDING_BORROWED;
    }
    if (has_qos && job->waits_there && strcmp(job->qos, qos) != 0 && *n_move < MOVES_A_TURN) {
        asking->move[(*n_move)++] = (struct executor_move){job->launch, job->wanted_qos};
    }
}

// Moves of one QOS stand together, so that few commands do.
static int by_qos(const void *a, const void *b) {
    const struct executor_move *x = a, *y = b;
    const int order = strcmp(x->qos, y->qos);
    return order ? order : strcmp(x->id, y->id);
}

static void decide(struct compute *compute, struct asking *asking) {
    const struct world *world = compute->world;
    maru_error err = {0};
    size_t n_move = 0;
    pthread_mutex_lock(&compute->lock);
    fill_jobs(compute, asking);
    const struct standing_asked asked = {.accounts = &world->accounts,
                                         .cluster = &world->cluster,
                                         .policy = &world->policy,
                                         .job = asking->row,
                                         .n = asking->n};
    maru_status st = standing_decide(&asked, asking->told, &err);
    for (uint32_t i = 0; st == MARU_OK && i < asking->n; i++) {
        stand(compute, asking, i, &n_move);
    }
    pthread_mutex_unlock(&compute->lock);
    if (n_move > 0) {
        qsort(asking->move, n_move, sizeof *asking->move, by_qos);
        st = executor_move(compute->executor, asking->move, n_move, tell_change, NULL, &err);
    }
    executor_trouble(compute, TROUBLE_MOVES, st == MARU_OK ? "" : err.text);
}

void stand_jobs(struct compute *compute) {
    bring_guarantees(compute);
    const size_t n = compute->n_job + 1;
    struct asking asking = {.job = alloc_new(n, sizeof *asking.job),
                            .row = alloc_new(n, sizeof *asking.row),
                            .told = alloc_new(n, sizeof *asking.told),
                            .move = alloc_new(MOVES_A_TURN, sizeof *asking.move)};
    if (asking.job && asking.row && asking.told && asking.move) {
        decide(compute, &asking);
    } else {
        executor_trouble(compute, TROUBLE_MOVES, "no memory");
    }
    alloc_free(asking.job);
    alloc_free(asking.row);
    alloc_free(asking.told);
    alloc_free(asking.move);
}
