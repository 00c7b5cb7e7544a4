#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "pool/money/owned_cost.h"
#include "serve/compute/compute_inside.h"
#include "serve/log.h"
#include "store/jobs/pool_past.h"

// What the world is goes into the store each time it changes, so that last month's usage is told with last month's guarantees and GPUs. An
// executor that does not know its nodes yet says nothing of what there is. GPUs that are gone may be back in a moment, as after a start,
// before the driver has answered: that there are fewer is kept when it has been so for a minute, from the moment on at which it began.

enum { TRY_AGAIN_US = 10000000, LOST_US = 60000000 };

static int by_account(const void *a, const void *b) {
    const struct pool_past_row *one = a, *other = b;
    const int order = strcmp(one->account, other->account);
    return order ? order : strcmp(one->type, other->type);
}

// (n accounts x types) at most; NULL: no memory.
static struct pool_past_row *make_rows(const struct world *world, size_t *n) {
    const struct cluster *cluster = &world->cluster;
    const struct accounts *accounts = &world->accounts;
    struct owned_power power[CLUSTER_MAX_TYPES];
    struct pool_past_row *row = alloc_new((size_t)accounts->n * cluster->n_type + 1, sizeof *row);
    *n = 0;
    owned_power_of(cluster, power);
    for (uint32_t t = 0; row && t < cluster->n_type; t++) {
        row[(*n)++] = (struct pool_past_row){.account = "",
                                             .type = cluster->type[t].name,
                                             .n = cluster->n_gpu[t],
                                             .idle_mw = (int64_t)power[t].idle_mw,
                                             .busy_mw = (int64_t)power[t].busy_mw};
    }
    for (uint32_t i = 1; row && i < accounts->n; i++) {
        const uint32_t *guarantee = accounts->row[i].guarantee;
        for (uint32_t t = 0; guarantee && t < cluster->n_type; t++) {
            if (guarantee[t] > 0) {
                row[(*n)++] = (struct pool_past_row){.account = accounts->row[i].name,
                                                     .type = cluster->type[t].name,
                                                     .n = guarantee[t]};
            }
        }
    }
    if (row && *n > 0) {
        qsort(row, *n, sizeof *row, by_account);
    }
    return row;
}

static struct digest digest_of(const struct pool_past_row *row, size_t n) {
    struct digest digest;
    digest_init(&digest);
    for (size_t i = 0; i < n; i++) {
        digest_bytes(&digest, row[i].account, strlen(row[i].account));
        digest_bytes(&digest, row[i].type, strlen(row[i].type));
        digest_i64(&digest, row[i].n);
        digest_i64(&digest, row[i].idle_mw);
        digest_i64(&digest, row[i].busy_mw);
    }
    return digest;
}

struct recording {
    const struct pool_past_row *row;
    size_t n;
    int64_t now_us;
};

static maru_status keep(struct tenant *tenant, void *context, maru_error *err) {
    const struct recording *recording = context;
    return tenant_keep_pool_past(tenant, recording->row, recording->n, recording->now_us, err);
}

// True: there are fewer GPUs than there were, and that is too new to be kept.
static bool may_be_back(struct compute *compute, int64_t now_us) {
    const uint64_t n_gpu = compute->world->cluster.n_gpu_all;
    if (n_gpu > 0 && n_gpu >= compute->recorded_gpus) {
        compute->lost_us = 0;
        return false;
    }
    compute->lost_us = compute->lost_us ? compute->lost_us : now_us;
    return now_us >= compute->lost_us && now_us - compute->lost_us < LOST_US;
}

void record_world(struct compute *compute) {
    const int64_t now_us = clock_unix_us();
    maru_error err = {0};
    if (compute->is_recorded || now_us < compute->record_us ||
        (compute->executor->kind->schedules && compute->world->cluster.n_node == 0) ||
        may_be_back(compute, now_us)) {
        return;
    }
    struct recording recording = {.now_us = compute->lost_us ? compute->lost_us : now_us};
    struct pool_past_row *row = make_rows(compute->world, &recording.n);
    recording.row = row;
    const struct digest digest = digest_of(row, recording.n);
    maru_status st = row ? MARU_OK : fail(&err, MARU_E_MEMORY, "no memory");
    if (row && memcmp(&digest, &compute->record, sizeof digest) != 0) {
        st = dispatch_in_tenant(compute, "local", keep, &recording, &err);
    }
    alloc_free(row);
    compute->is_recorded = st == MARU_OK;
    if (st == MARU_OK) {
        compute->record = digest;
        compute->recorded_gpus = compute->world->cluster.n_gpu_all;
        compute->lost_us = 0;
    } else {
        compute->record_us = now_us + TRY_AGAIN_US;
        log_say(LOG_ERROR, "pool unrecorded", err.text);
    }
}
