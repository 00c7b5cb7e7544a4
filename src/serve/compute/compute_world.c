#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/status.h"
#include "io/clock.h"
#include "pool/trace/cluster_table.h"
#include "serve/compute/compute_inside.h"
#include "serve/log.h"

// What the pool stands on is frozen: when an inventory, a policy or a project is another, a new world is made, a new pool in it, and all
// jobs are told to that one as they stand: what runs is adopted, what waits is submitted in its old order.

enum { WORLD_BYTES = 256 << 20, IDLE_WATTS = 60, BUSY_WATTS = 500 };

void world_free(struct world *world) {
    if (world) {
        arena_fini(&world->arena);
        alloc_free(world);
    }
}

// ---- nodes

struct inventory {
    struct arena *arena;
    struct executor_node *node; // (n)
    size_t n, cap;
};

static maru_status see_node(void *context, const struct executor_node *node, maru_error *err) {
    struct inventory *inventory = context;
    if (inventory->n == inventory->cap) {
        const size_t cap = inventory->cap ? inventory->cap * 2 : 16;
        struct executor_node *larger =
            alloc_resize(inventory->node, cap, sizeof inventory->node[0]);
        if (!larger) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        inventory->node = larger;
        inventory->cap = cap;
    }
    inventory->node[inventory->n++] = *node;
    return MARU_OK;
}

// All that a frozen cluster says of the nodes; whether they are up may change in it.
static struct digest fingerprint_of(const struct inventory *inventory) {
    struct digest digest;
    digest_init(&digest);
    for (size_t i = 0; i < inventory->n; i++) {
        const struct executor_node *node = &inventory->node[i];
        digest_bytes(&digest, node->name, strlen(node->name));
        digest_bytes(&digest, node->gpu_type, strlen(node->gpu_type));
        digest_u64(&digest, node->n_gpu);
        digest_u64(&digest, node->cpu_milli);
        digest_u64(&digest, node->memory_mib);
        digest_u64(&digest, node->gpu_memory_mib);
    }
    return digest;
}

// Types by name, in the order in which nodes have them.
static uint8_t add_type(struct gpu_type *type, uint32_t *n_type, const struct executor_node *node) {
    for (uint32_t i = 0; i < *n_type; i++) {
        if (strcmp(type[i].name, node->gpu_type) == 0) {
            return (uint8_t)i;
        }
    }
    if (*n_type == CLUSTER_MAX_TYPES) {
        return CLUSTER_NO_TYPE;
    }
    const struct gpu_type *is = gpu_type_known(node->gpu_type);
    type[*n_type] = (struct gpu_type){.name = node->gpu_type,
                                      .memory_mib = node->gpu_memory_mib,
                                      .idle_watts = is ? is->idle_watts : IDLE_WATTS,
                                      .busy_watts = is ? is->busy_watts : BUSY_WATTS};
    return (uint8_t)(*n_type)++;
}

static maru_status make_cluster(struct world *world, const struct inventory *inventory,
                                maru_error *err) {
    struct gpu_type type[CLUSTER_MAX_TYPES];
    uint32_t n_type = 0;
    struct cluster_node *node = alloc_new(inventory->n + 1, sizeof *node);
    world->node = arena_take(&world->arena, inventory->n + 1, sizeof *world->node);
    if (!node || !world->node) {
        alloc_free(node);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (size_t i = 0; i < inventory->n; i++) {
        const struct executor_node *from = &inventory->node[i];
        const uint8_t its =
            from->n_gpu > 0 && from->gpu_type[0] ? add_type(type, &n_type, from) : CLUSTER_NO_TYPE;
        node[i] = (struct cluster_node){.name = from->name,
                                        .cpu_milli = from->cpu_milli,
                                        .memory_mib = from->memory_mib,
                                        .type = its,
                                        .n_gpu = its == CLUSTER_NO_TYPE ? 0 : (uint8_t)from->n_gpu};
    }
    const struct cluster_rows rows = {
        .type = type, .node = node, .n_type = n_type, .n_node = (uint32_t)inventory->n};
    const maru_status st = cluster_make(&rows, &world->arena, &world->cluster, err);
    alloc_free(node);
    world->fingerprint = fingerprint_of(inventory);
    return st;
}

uint32_t world_find_account(const struct world *world, const char *tenant, const char *project) {
    char name[STORE_TENANT_BYTES + JOB_MAX_PROJECT + 2];
    snprintf(name, sizeof name, "%s/%s", tenant, project);
    return accounts_table_find(&world->accounts, name);
}

uint32_t world_find_node(const struct world *world, const char *name) {
    for (uint32_t i = 0; i < world->cluster.n_node; i++) {
        if (strcmp(world->cluster.node[i].name, name) == 0) {
            return i;
        }
    }
    return UINT32_MAX;
}

maru_status world_ask(const struct world *world, struct live_job *job, maru_error *err) {
    struct pool_ask ask;
    const maru_status st = job_needs_ask(&job->needs, &world->cluster, &ask, err);
    if (st != MARU_OK) {
        return st;
    }
    if (job->phase >= PHASE_STARTING) { // it has its parts
        ask.n_part = job->ask.n_part;
        ask.want.n_gpu = (uint8_t)(job->needs.n_gpu / ask.n_part);
        for (uint32_t i = 0; i < ask.n_part; i++) {
            if (job->part[i].node >= world->cluster.n_node) {
                return fail(err, MARU_E_RANGE, "a node that it runs on is gone");
            }
        }
    } else if (ask.n_part != job->ask.n_part) {
        struct pool_part *part = alloc_new(ask.n_part, sizeof *part);
        if (!part) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        alloc_free(job->part);
        job->part = part;
    }
    const int64_t left_us = job->needs.limit_us - job->done_us;
    ask.limit_us = left_us > 1000000 ? left_us : 1000000; // what checkpoints have kept is done
    ask.account = world_find_account(world, job->tenant, job->project);
    ask.calendar = world_calendar(world, job);
    job->ask = ask;
    return MARU_OK;
}

// Nodes of running jobs, by name, in a new world.
static void move_parts(const struct compute *compute, const struct world *old,
                       const struct world *world) {
    for (size_t i = 0; old && i < compute->n_job; i++) {
        struct live_job *job = compute->job[i];
        for (uint32_t k = 0; job->phase >= PHASE_STARTING && k < job->ask.n_part; k++) {
            const uint32_t was = job->part[k].node;
            job->part[k].node = was < old->cluster.n_node
                                    ? world_find_node(world, old->cluster.node[was].name)
                                    : UINT32_MAX;
        }
    }
}

// ---- a pool with all jobs

static maru_status tell_job(struct pool *pool, struct live_job *job, const struct world *world,
                            int64_t now_us, uint32_t *number, maru_error *err) {
    const maru_status st = world_ask(world, job, err);
    if (st != MARU_OK) {
        return st;
    }
    if (job->phase == PHASE_QUEUED) {
        return pool_submit(pool, job->created_us < now_us ? job->created_us : now_us, &job->ask,
                           number, err);
    }
    return pool_adopt(pool, now_us, &job->ask, job->part,
                      job->started_us ? job->started_us : now_us, number, err);
}

static int by_age(const void *a, const void *b) {
    const struct live_job *one = *(struct live_job *const *)a;
    const struct live_job *other = *(struct live_job *const *)b;
    if (one->created_us != other->created_us) {
        return one->created_us < other->created_us ? -1 : 1;
    }
    const int order = strcmp(one->batch, other->batch);
    return order ? order : one->place < other->place ? -1 : one->place > other->place;
}

// Waiting ones first, in the order of their age, then what runs: a pool's time never goes back.
static maru_status tell_all(struct compute *compute, struct pool *pool, const struct world *world,
                            maru_error *err) {
    struct live_job **job = alloc_new(compute->n_job + 1, sizeof *job);
    const int64_t now_us = clock_unix_us();
    maru_status st = job ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    if (job && compute->n_job > 0) {
        memcpy(job, compute->job, compute->n_job * sizeof *job);
        qsort(job, compute->n_job, sizeof *job, by_age);
    }
    if (compute->n_by_number > 0) {
        memset(compute->by_number, 0, compute->n_by_number * sizeof compute->by_number[0]);
    }
    for (int pass = 0; pass < 2 && st == MARU_OK; pass++) {
        for (size_t i = 0; i < compute->n_job && st == MARU_OK; i++) {
            uint32_t number = POOL_NO_JOB;
            job[i]->number = pass == 0 ? POOL_NO_JOB : job[i]->number;
            if (compute->executor->kind->schedules) {
                hand_over_ask(world, job[i]);
                continue;
            }
            if (job[i]->phase == PHASE_BLOCKED || (job[i]->phase == PHASE_QUEUED) != (pass == 0)) {
                continue;
            }
            maru_error why = {0};
            const maru_status told = tell_job(pool, job[i], world, now_us, &number, &why);
            if (told == MARU_OK) {
                (void)live_refuse(job[i], NULL);
                st = live_set_number(compute, job[i], number, err);
            } else if (told != MARU_E_RANGE) {
                st = fail(err, told, "%s", why.text);
            } else { // its node is gone: it waits until there is one again, or runs on unknown to the pool
                if (live_refuse(job[i], &why)) {
                    log_say(LOG_WARN, "job unfit", why.text);
                }
            }
        }
    }
    alloc_free(job);
    return st;
}

// Who was remembered to have used what is so in the new pool.
static void carry_memory(struct pool *from, const struct world *old, struct pool *to,
                         const struct world *world) {
    const int64_t now_us = clock_unix_us();
    if (from) { // its time is that of the last turn: said again, nothing changes but the time
        struct account_look all;
        pool_look_account(from, 0, &all);
        pool_hold(from, now_us, 0, all.is_held);
    }
    for (uint32_t i = 0; from && i < world->accounts.n; i++) {
        const uint32_t was =
            i ? accounts_table_find(&old->accounts, world->accounts.row[i].name) : 0;
        if (was < ACCOUNTS_MAX) {
            struct account_look look;
            pool_look_account(from, was, &look);
            pool_remember(to, now_us, i, look.remembered);
        }
    }
}

// What people said of nodes; of one that is not there any more nothing is left but the document.
static maru_status read_orders(struct world *world, struct compute *compute, maru_error *err) {
    struct node_orders orders;
    struct document_told told = {0};
    const maru_status st = pool_nodes_load(compute->store, &world->arena, &orders, &told, err);
    for (uint32_t i = 0; st == MARU_OK && i < orders.n; i++) {
        const uint32_t node = world_find_node(world, orders.order[i].name);
        if (node < world->cluster.n_node) {
            world->node[node] =
                (struct node_state_told){.is_ordered = true, .is_down = orders.order[i].is_down};
            memcpy(world->node[node].reason, orders.order[i].reason,
                   sizeof world->node[node].reason);
        }
    }
    return st;
}

static enum node_state state_of(const struct world *world, uint32_t node,
                                const struct executor_node *seen) {
    const struct node_state_told *told = &world->node[node];
    return !seen->is_up || (told->is_ordered && told->is_down) ? NODE_DOWN
           : told->is_ordered                                  ? NODE_DRAINED
                                                               : NODE_UP;
}

static void set_states(struct pool *pool, struct world *world, const struct inventory *inventory) {
    const int64_t now_us = clock_unix_us();
    for (uint32_t i = 0; i < inventory->n; i++) {
        const struct executor_node *seen = &inventory->node[i];
        const enum node_state state = state_of(world, i, seen);
        if (state != NODE_UP) {
            pool_set_node(pool, now_us, i, state);
        }
        if (!seen->is_up) {
            snprintf(world->node[i].reason, sizeof world->node[i].reason, "%s", seen->reason);
        }
    }
}

static maru_status fill_world(struct compute *compute, struct world *world,
                              const struct inventory *inventory, maru_error *err) {
    maru_status st = make_cluster(world, inventory, err);
    st = st == MARU_OK ? read_orders(world, compute, err) : st;
    st = st == MARU_OK ? world_make_accounts(world, compute, err) : st;
    st = st == MARU_OK ? world_read_reservations(world, compute, err) : st;
    return st == MARU_OK ? world_read_policy(world, compute, err) : st;
}

maru_status world_renew(struct compute *compute, maru_error *err) {
    struct inventory inventory = {0};
    struct pool *pool = NULL;
    struct world *world = alloc_new(1, sizeof *world);
    if (!world) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    arena_init(&world->arena, WORLD_BYTES);
    maru_status st = executor_each_node(compute->executor, see_node, &inventory, err);
    st = st == MARU_OK ? fill_world(compute, world, &inventory, err) : st;
    const struct pool_world asked = {
        .cluster = &world->cluster, .accounts = &world->accounts, .policy = &world->policy};
    st = st == MARU_OK ? pool_new(&asked, &pool, err) : st;
    st = st == MARU_OK ? world_reserve(world, pool, clock_unix_us(), err) : st;
    if (st == MARU_OK) {
        pthread_mutex_lock(&compute->lock);
        struct world *old = compute->world;
        move_parts(compute, old, world);
        st = tell_all(compute, pool, world, err);
        set_states(pool, world, &inventory); // behind those that wait since before now
        carry_memory(compute->pool, old, pool, world);
        pool_free(compute->pool);
        world_hold(world);
        world_release(old);
        compute->pool = pool;
        compute->world = world;
        compute->is_world_old = false;
        compute->is_recorded = false;
        compute->has_accounts = compute->has_nodes = compute->has_guarantees = false;
        compute->accounts_us = compute->guarantees_us = 0;
        st = st == MARU_OK ? past_renew(compute, world, err) : st;
        pthread_mutex_unlock(&compute->lock);
        purses_hold(compute);
    } else {
        pool_free(pool);
        world_free(world);
    }
    alloc_free(inventory.node);
    return st;
}

// The inventory says another thing of a node than before: nothing new starts on one that is ill, and what runs there goes on elsewhere.
static void see_change(struct compute *compute, uint32_t node, const struct executor_node *seen) {
    struct world *world = compute->world;
    const enum node_state state = state_of(world, node, seen);
    struct log_line line;
    if (state == space_node_state(pool_space(compute->pool), node)) {
        return;
    }
    pthread_mutex_lock(&compute->lock);
    pool_set_node(compute->pool, clock_unix_us(), node, state);
    if (!world->node[node].is_ordered || !seen->is_up) {
        snprintf(world->node[node].reason, sizeof world->node[node].reason, "%s", seen->reason);
    }
    pthread_mutex_unlock(&compute->lock);
    log_open(&line, LOG_WARN, seen->is_up ? "node up" : "node down");
    log_add_string(&line, "node", seen->name);
    log_add_string(&line, "detail", seen->reason);
    log_close(&line);
}

bool world_look_nodes(struct compute *compute) {
    struct inventory inventory = {0};
    maru_error err = {0};
    if (executor_each_node(compute->executor, see_node, &inventory, &err) != MARU_OK) {
        alloc_free(inventory.node);
        return false; // it does not answer now: what is known stays
    }
    const struct digest now = fingerprint_of(&inventory);
    const bool is_same = memcmp(&now, &compute->world->fingerprint, sizeof now) == 0;
    for (uint32_t i = 0; is_same && i < inventory.n; i++) {
        see_change(compute, i, &inventory.node[i]);
    }
    alloc_free(inventory.node);
    return !is_same;
}
