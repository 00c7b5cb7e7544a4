#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/compute/compute_inside.h"
#include "serve/compute/past_use.h"

// What accounts are remembered to have used, after a restart: the attempts that are kept, gone through in the order of time. Remembered
// tends to the share with the policy's half life h, so a share s from a to b is worth s (2^-((T-b)/h) - 2^-((T-a)/h)) at T; what
// ran longer ago than FAR_HALF_LIVES is worth nothing that can be seen.

enum { FAR_HALF_LIVES = 24, BESIDE = 2 }; // BESIDE types: cores, memory

struct use_event {
    int64_t at_us;
    uint32_t run;
    bool is_end;
};

struct replaying {
    const struct world *world;
    const struct past_use *past;
    int64_t now_us;
    double *used; // (n_account x n_resource)
    double *share, *remembered;
    int64_t *since_us; // (n_account) the share is that from then on
    uint32_t *account; // (past->account.n) rows; ACCOUNTS_MAX: it is not there
};

static const char *type_of_node(void *context, const char *node) {
    const struct compute *compute = context;
    const struct cluster *cluster = &compute->world->cluster;
    const uint32_t i = world_find_node(compute->world, node);
    const uint8_t type = i < cluster->n_node ? cluster->node[i].type : CLUSTER_NO_TYPE;
    return type == CLUSTER_NO_TYPE ? NULL : cluster->type[type].name;
}

// Adds what the share since the last change was worth.
static void advance(struct replaying *r, uint32_t account, int64_t at_us) {
    const double half_life = (double)r->world->policy.half_life_us;
    const double until = exp2(-(double)(r->now_us - at_us) / half_life),
                 from = exp2(-(double)(r->now_us - r->since_us[account]) / half_life);
    r->remembered[account] += r->share[account] * (until - from);
    r->since_us[account] = at_us;
}

static void change(struct replaying *r, uint32_t account, const struct past_run *run,
                   double direction) {
    const struct cluster *cluster = &r->world->cluster;
    const uint32_t n = cluster->n_type + BESIDE;
    double *used = r->used + (size_t)account * n;
    const uint8_t type = run->type == UINT32_MAX
                             ? CLUSTER_NO_TYPE
                             : cluster_find_type(cluster, r->past->type.name[run->type]);
    if (type != CLUSTER_NO_TYPE && cluster->n_gpu[type] > 0) {
        used[type] +=
            direction * (double)run->usage.gpu_milli / ((double)cluster->n_gpu[type] * GPU_WHOLE);
    }
    if (cluster->cpu_milli > 0 && cluster->memory_mib > 0) {
        used[cluster->n_type] +=
            direction * (double)run->usage.cpu_milli / (double)cluster->cpu_milli;
        used[cluster->n_type + 1] +=
            direction * (double)run->usage.memory_mib / (double)cluster->memory_mib;
    }
    r->share[account] = 0;
    for (uint32_t i = 0; i < n; i++) {
        r->share[account] = used[i] > r->share[account] ? used[i] : r->share[account];
    }
}

static void replay(struct replaying *r, const struct use_event *event, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const struct past_run *run = &r->past->run[event[i].run];
        uint32_t account = r->account[run->account];
        while (account < ACCOUNTS_MAX) {
            advance(r, account, event[i].at_us);
            change(r, account, run, event[i].is_end ? -1 : 1);
            account = account ? r->world->accounts.row[account].parent : ACCOUNTS_MAX;
        }
    }
}

static int by_time(const void *a, const void *b) {
    const struct use_event *one = a, *other = b;
    return one->at_us != other->at_us ? (one->at_us < other->at_us ? -1 : 1)
                                      : (int)one->is_end - (int)other->is_end;
}

static size_t make_events(const struct replaying *r, struct use_event *event) {
    size_t n = 0;
    for (size_t i = 0; i < r->past->n_run; i++) {
        const struct usage_row *row = &r->past->run[i].usage;
        if (row->from_us < r->now_us) {
            event[n++] = (struct use_event){row->from_us, (uint32_t)i, false};
            if (row->until_us < r->now_us) {
                event[n++] = (struct use_event){row->until_us, (uint32_t)i, true};
            }
        }
    }
    if (n > 0) {
        qsort(event, n, sizeof *event, by_time);
    }
    return n;
}

static void tell_pool(struct compute *compute, struct replaying *r) {
    pthread_mutex_lock(&compute->lock);
    for (uint32_t i = 0; i < compute->world->accounts.n; i++) {
        advance(r, i, r->now_us);
        if (r->remembered[i] > 0) {
            pool_remember(compute->pool, r->now_us, i, r->remembered[i] < 1 ? r->remembered[i] : 1);
        }
    }
    pthread_mutex_unlock(&compute->lock);
}

static maru_status replay_all(struct compute *compute, const struct past_use *past,
                              maru_error *err) {
    const struct world *world = compute->world;
    const size_t n = world->accounts.n, n_resource = world->cluster.n_type + BESIDE;
    struct replaying r = {.world = world, .past = past, .now_us = clock_unix_us()};
    struct use_event *event = alloc_new(2 * past->n_run + 1, sizeof *event);
    r.used = alloc_new(n * n_resource, sizeof *r.used);
    r.share = alloc_new(n, sizeof *r.share);
    r.remembered = alloc_new(n, sizeof *r.remembered);
    r.since_us = alloc_new(n, sizeof *r.since_us);
    r.account = alloc_new((size_t)past->account.n + 1, sizeof *r.account);
    const bool has_room = event && r.used && r.share && r.remembered && r.since_us && r.account;
    if (has_room) {
        for (uint32_t i = 0; i < past->account.n; i++) {
            r.account[i] = accounts_table_find(&world->accounts, past->account.name[i]);
        }
        replay(&r, event, make_events(&r, event));
        tell_pool(compute, &r);
    }
    alloc_free(event);
    alloc_free(r.used);
    alloc_free(r.share);
    alloc_free(r.remembered);
    alloc_free(r.since_us);
    alloc_free(r.account);
    return has_room ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
}

static maru_status know(struct compute *compute, const struct past_use *past, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < past->account.n; i++) {
        char tenant[STORE_TENANT_BYTES] = "";
        const char *name = past->account.name[i];
        const size_t n = strcspn(name, "/");
        memcpy(tenant, name, n < sizeof tenant ? n : 0);
        st = name[n] ? known_add(compute, tenant, name + n + 1, err) : MARU_OK;
    }
    return st;
}

maru_status dispatch_remember(struct compute *compute, maru_error *err) {
    const int64_t half_life_us = compute->world->policy.half_life_us;
    struct past_use past = {.n_run = 0};
    maru_status st = MARU_OK;
    if (half_life_us > 0) {
        const int64_t far_us = half_life_us < INT64_MAX / 4 / FAR_HALF_LIVES
                                   ? half_life_us * FAR_HALF_LIVES
                                   : INT64_MAX / 4;
        st = past_use_read(compute->store, NULL, clock_unix_us() - far_us, type_of_node, compute,
                           &past, err);
    }
    st = st == MARU_OK ? know(compute, &past, err) : st;
    st = st == MARU_OK ? world_renew(compute, err)
                       : st; // with the jobs and the accounts that were found
    st = st == MARU_OK ? replay_all(compute, &past, err) : st;
    past_use_fini(&past);
    return st;
}
