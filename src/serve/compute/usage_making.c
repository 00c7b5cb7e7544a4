#include "serve/compute/usage_making.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "pool/money/civil_date.h"
#include "serve/compute/compute.h"
#include "serve/compute/past_use.h"
#include "serve/compute/pool_documents.h"
#include "serve/compute/purses.h"

// Attempts become rows of pool/money/usage.h. Their types are those of the nodes of now and, behind them, types that no node has any more.

enum { ARENA_BYTES = 512 << 20 };

struct making {
    struct pool_usage *out;
    struct past_use past;
    struct prices prices;
    uint32_t *type;     // (past.type.n) of the cluster
    uint32_t *resource; // (n_type) of the prices
    struct owned_power *power;
};

// ---- types and nodes

static const char *type_of_node(void *context, const char *node) {
    const struct cluster *cluster = context;
    for (uint32_t i = 0; i < cluster->n_node; i++) {
        if (strcmp(cluster->node[i].name, node) == 0) {
            return cluster->node[i].type == CLUSTER_NO_TYPE
                       ? NULL
                       : cluster->type[cluster->node[i].type].name;
        }
    }
    return NULL;
}

// The cluster with all types that were used; those beyond CLUSTER_MAX_TYPES count as the last one.
static maru_status add_types(struct making *m, maru_error *err) {
    struct cluster *cluster = &m->out->cluster;
    struct gpu_type type[CLUSTER_MAX_TYPES];
    uint32_t n_type = cluster->n_type;
    memcpy(type, cluster->type, n_type * sizeof *type);
    m->type = arena_take(&m->out->arena, (size_t)m->past.type.n + 1, sizeof *m->type);
    if (!m->type) {
        return arena_refusal(&m->out->arena, err);
    }
    for (uint32_t i = 0; i < m->past.type.n; i++) {
        const uint8_t known = cluster_find_type(cluster, m->past.type.name[i]);
        m->type[i] = known;
        if (known == CLUSTER_NO_TYPE) {
            m->type[i] = n_type < CLUSTER_MAX_TYPES ? n_type : CLUSTER_MAX_TYPES - 1;
            if (n_type < CLUSTER_MAX_TYPES) {
                type[n_type++] = (struct gpu_type){.name = m->past.type.name[i]};
            }
        }
    }
    const struct cluster_rows rows = {.type = type,
                                      .node = cluster->node,
                                      .site = cluster->site,
                                      .n_type = n_type,
                                      .n_node = cluster->n_node,
                                      .n_site = cluster->n_site};
    struct cluster made;
    const maru_status st = cluster_make(&rows, &m->out->arena, &made, err);
    if (st == MARU_OK) {
        *cluster = made;
    }
    return st;
}

// ---- accounts

static bool fill_member(struct making *m, uint32_t i, struct account_member *member) {
    const char *name = m->past.account.name[i];
    const size_t n = strcspn(name, "/");
    member->tenant = arena_text(&m->out->arena, name, n);
    member->project = name[n] ? name + n + 1 : "";
    return member->tenant != NULL;
}

static maru_status make_accounts(struct making *m, struct store *store, maru_error *err) {
    struct arena *arena = &m->out->arena;
    struct document_told told = {0};
    struct accounts_table table;
    struct accounts_told guarantees;
    const uint32_t n = m->past.account.n;
    struct account_member *member = arena_take(arena, (size_t)n + 1, sizeof *member);
    maru_status st =
        member ? pool_accounts_load(store, arena, &table, &told, err) : arena_refusal(arena, err);
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        st = fill_member(m, i, &member[i]) ? MARU_OK : arena_refusal(arena, err);
    }
    const struct accounts_asked asked = {.table = &table,
                                         .member = member,
                                         .n_member = n,
                                         .cluster = &m->out->cluster,
                                         .at_us = m->out->now_us};
    return st == MARU_OK ? accounts_table_at(&asked, arena, &m->out->accounts, &guarantees, err)
                         : st;
}

// ---- rows

static maru_status take_prices(struct making *m, struct store *store, maru_error *err) {
    struct arena *arena = &m->out->arena;
    const struct cluster *cluster = &m->out->cluster;
    m->resource = arena_take(arena, (size_t)cluster->n_type + 1, sizeof *m->resource);
    m->power = arena_take(arena, (size_t)cluster->n_type + 1, sizeof *m->power);
    if (!m->resource || !m->power) {
        return arena_refusal(arena, err);
    }
    const maru_status st = purse_load_prices(store, arena, &m->prices, err);
    for (uint32_t t = 0; st == MARU_OK && t < cluster->n_type; t++) {
        m->resource[t] = prices_find(&m->prices, cluster->type[t].name);
    }
    if (st == MARU_OK) {
        owned_power_of(cluster, m->power);
        m->out->has_prices = m->prices.n > 0;
    }
    return st;
}

// The whole pool is guaranteed to nobody; what its tenants are guaranteed is told of it.
static void sum_guarantees(struct pool_usage *out) {
    const uint32_t n = out->usage.n_month;
    for (uint32_t i = 1; i < out->accounts.n; i++) {
        for (uint32_t m = 0; out->accounts.row[i].parent == 0 && m < n; m++) {
            const struct usage_cell *cell = &out->usage.cell[(size_t)i * n + m];
            out->usage.cell[m].guaranteed_ms += cell->guaranteed_ms;
            out->usage.cell[m].unused_ms += cell->unused_ms;
        }
    }
}

static maru_status tally(struct making *m, uint32_t n_month, maru_error *err) {
    const struct past_use *past = &m->past;
    const int64_t month = civil_month(m->out->now_us, CIVIL_SEOUL_MIN);
    struct usage_row *row = alloc_new(past->n_run + 1, sizeof *row);
    if (!row) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (size_t i = 0; i < past->n_run; i++) {
        const struct past_run *run = &past->run[i];
        row[i] = run->usage;
        row[i].account = accounts_table_find(&m->out->accounts, past->account.name[run->account]);
        row[i].type = run->type == UINT32_MAX ? CLUSTER_NO_TYPE : (uint8_t)m->type[run->type];
    }
    const struct usage_asked asked = {.row = row,
                                      .n_row = (uint32_t)past->n_run,
                                      .n_type = m->out->cluster.n_type,
                                      .accounts = &m->out->accounts,
                                      .prices = m->out->has_prices ? &m->prices : NULL,
                                      .resource = m->resource,
                                      .power = m->power,
                                      .first_month = month - n_month + 1,
                                      .n_month = n_month,
                                      .offset_min = CIVIL_SEOUL_MIN,
                                      .now_us = m->out->now_us};
    const maru_status st = usage_make(&asked, &m->out->usage, err);
    alloc_free(row);
    if (st == MARU_OK) {
        sum_guarantees(m->out);
    }
    return st;
}

maru_status pool_usage_make(struct store *store, struct compute *compute, const char *tenant,
                            uint32_t n_month, struct pool_usage *out, maru_error *err) {
    struct making m = {.out = out};
    *out = (struct pool_usage){.now_us = clock_unix_us()};
    arena_init(&out->arena, ARENA_BYTES);
    const int64_t first = civil_month(out->now_us, CIVIL_SEOUL_MIN) - (int64_t)n_month + 1;
    maru_status st = compute_copy_cluster(compute, &out->arena, &out->cluster, err);
    st = st == MARU_OK ? past_use_read(store, tenant, civil_month_start(first, CIVIL_SEOUL_MIN),
                                       type_of_node, &out->cluster, &m.past, err)
                       : st;
    st = st == MARU_OK ? add_types(&m, err) : st;
    st = st == MARU_OK ? make_accounts(&m, store, err) : st;
    st = st == MARU_OK ? take_prices(&m, store, err) : st;
    st = st == MARU_OK ? tally(&m, n_month, err) : st;
    past_use_fini(&m.past);
    return st;
}

void pool_usage_fini(struct pool_usage *usage) {
    usage_fini(&usage->usage);
    arena_fini(&usage->arena);
}
