#include "serve/compute/usage_making.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "pool/money/civil_date.h"
#include "serve/compute/compute.h"
#include "serve/compute/owned_making.h"
#include "serve/compute/past_use.h"
#include "serve/compute/pool_documents.h"
#include "serve/compute/purses.h"
#include "store/jobs/gone_use.h"
#include "store/jobs/pool_past.h"

// Attempts become rows of pool/money/usage.h. Their types are those of the nodes of now and, behind them, types that no node has any more.
// Whoever was guaranteed something, or charged, is an account of the report, too, whether the table has him or not.

enum { ARENA_BYTES = 512 << 20 };

struct change { // of a guarantee
    int64_t at_us;
    uint32_t account, type, n; // of past.account and past.type
};
struct charge {
    uint32_t account, month; // of past.account, of the report
    struct money money;
};
struct making {
    struct pool_usage *out;
    const char *tenant; // NULL: all
    uint32_t n_month;
    int64_t first_month;
    struct past_use past;
    struct change *change; // (n_change) in the order of time
    size_t n_change, cap_change;
    struct owned_change *there; // (n_there) of what there was, the same
    size_t n_there, cap_there;
    struct charge *charge; // (n_charge)
    size_t n_charge, cap_charge;
    struct prices prices;
    uint32_t *type;     // (past.type.n) of the cluster
    uint32_t *resource; // (n_type) of the prices
    struct owned_power *power;
};

// Room for one more of (n) in a list that grows; NULL: no memory.
static void *grow(void *list, size_t n, size_t *cap, size_t bytes) {
    if (n < *cap) {
        return list;
    }
    const size_t more = *cap ? *cap * 2 : 256;
    void *larger = alloc_resize(list, more, bytes);
    *cap = larger ? more : *cap;
    return larger;
}

// ---- what was guaranteed and what there was

static bool is_told(const struct making *m, const char *account) {
    const size_t n = m->tenant ? strlen(m->tenant) : 0;
    return !m->tenant ||
           (strncmp(account, m->tenant, n) == 0 && (account[n] == '\0' || account[n] == '/'));
}

static maru_status add_change(struct making *m, const struct pool_past_row *row, uint32_t type,
                              maru_error *err) {
    uint32_t account = 0;
    struct change *larger = grow(m->change, m->n_change, &m->cap_change, sizeof *larger);
    if (!larger) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    m->change = larger;
    const maru_status st =
        names_add(&m->past.account, row->account, strlen(row->account), &account, err);
    if (st == MARU_OK) {
        m->change[m->n_change++] = (struct change){row->at_us, account, type, (uint32_t)row->n};
    }
    return st;
}

static maru_status see_past(void *context, const struct pool_past_row *row, maru_error *err) {
    struct making *m = context;
    uint32_t type = 0;
    if (row->account[0] && !is_told(m, row->account)) {
        return MARU_OK;
    }
    const maru_status st = names_add(&m->past.type, row->type, strlen(row->type), &type, err);
    if (st != MARU_OK || row->account[0]) {
        return st == MARU_OK ? add_change(m, row, type, err) : st;
    }
    struct owned_change *larger = grow(m->there, m->n_there, &m->cap_there, sizeof *larger);
    if (!larger) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    m->there = larger;
    m->there[m->n_there++] =
        (struct owned_change){.at_us = row->at_us,
                              .type = type,
                              .n_gpu = (uint64_t)row->n,
                              .power = {(uint64_t)row->idle_mw, (uint64_t)row->busy_mw}};
    return MARU_OK;
}

static maru_status read_past(struct making *m, struct store *store, maru_error *err) {
    struct tenant *local = NULL;
    maru_status st = store_hold(store, "local", &local, err);
    if (st == MARU_OK) {
        st = tenant_each_pool_past(local, see_past, m, err);
        store_release(store, local);
    }
    return st;
}

// ---- what was charged

struct spending {
    struct making *making;
    struct store *store;
    const char *tenant;
    uint32_t month;
};

static maru_status see_spent(void *context, const char *account, const struct money *money,
                             maru_error *err) {
    struct spending *spending = context;
    struct making *m = spending->making;
    char name[STORE_TENANT_BYTES + MONEY_MAX_ACCOUNT_BYTES + 1];
    const int n =
        snprintf(name, sizeof name, account[0] ? "%s/%s" : "%s", spending->tenant, account);
    struct charge *larger = grow(m->charge, m->n_charge, &m->cap_charge, sizeof *larger);
    struct charge charge = {.month = spending->month, .money = *money};
    if (!larger) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    m->charge = larger;
    const maru_status st = names_add(&m->past.account, name, (size_t)n, &charge.account, err);
    if (st == MARU_OK) {
        m->charge[m->n_charge++] = charge;
    }
    return st;
}

static maru_status read_spent(void *context, const struct tenant_row *row, maru_error *err) {
    struct spending *spending = context;
    struct tenant *tenant = NULL;
    maru_status st = store_hold(spending->store, row->name, &tenant, err);
    if (st == MARU_E_USAGE) { // it is just going
        return MARU_OK;
    }
    spending->tenant = row->name;
    for (uint32_t i = 0; st == MARU_OK && i < spending->making->n_month; i++) {
        const int64_t month = spending->making->first_month + i;
        spending->month = i;
        st = tenant_each_spent(tenant, civil_month_start(month, CIVIL_SEOUL_MIN),
                               civil_month_start(month + 1, CIVIL_SEOUL_MIN), see_spent, spending,
                               err);
    }
    store_release(spending->store, tenant);
    return st;
}

static maru_status see_gone_spent(void *context, const char *tenant, const char *account,
                                  const struct money *money, maru_error *err) {
    struct spending *spending = context;
    spending->tenant = tenant;
    return see_spent(spending, account, money, err);
}

static maru_status read_gone_spent(struct spending *spending, maru_error *err) {
    struct tenant *local = NULL;
    maru_status st = store_hold(spending->store, "local", &local, err);
    for (uint32_t i = 0; st == MARU_OK && i < spending->making->n_month; i++) {
        const int64_t month = spending->making->first_month + i;
        spending->month = i;
        st = tenant_each_gone_spent(local, civil_month_start(month, CIVIL_SEOUL_MIN),
                                    civil_month_start(month + 1, CIVIL_SEOUL_MIN), see_gone_spent,
                                    spending, err);
    }
    store_release(spending->store, local);
    return st;
}

static maru_status read_charges(struct making *m, struct store *store, maru_error *err) {
    struct spending spending = {.making = m, .store = store};
    if (m->tenant) {
        const struct tenant_row row = {.name = m->tenant};
        return read_spent(&spending, &row, err);
    }
    const maru_status st = store_visit_tenants(store, read_spent, &spending, err);
    return st == MARU_OK ? read_gone_spent(&spending, err) : st;
}

static maru_status add_charges(struct making *m, maru_error *err) {
    struct pool_usage *out = m->out;
    const size_t n = (size_t)out->accounts.n * m->n_month;
    out->charged = arena_take(&out->arena, n + 1, sizeof *out->charged);
    if (!out->charged) {
        return arena_refusal(&out->arena, err);
    }
    for (size_t i = 0; i < n; i++) {
        out->charged[i] = (struct money){0};
    }
    for (size_t i = 0; i < m->n_charge; i++) {
        const struct charge *charge = &m->charge[i];
        uint32_t at = accounts_table_find(&out->accounts, m->past.account.name[charge->account]);
        at = at < out->accounts.n ? at : 0;
        for (;; at = out->accounts.row[at].parent) {
            struct money *sum = &out->charged[(size_t)at * m->n_month + charge->month];
            sum->credits_micro += charge->money.credits_micro;
            sum->krw_milli += charge->money.krw_milli;
            if (at == 0) {
                break;
            }
        }
    }
    return MARU_OK;
}

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

// Of all tenants: also of those that are gone. A tenant is told nothing of one that had its name before.
static maru_status read_use(struct making *m, struct store *store, maru_error *err) {
    struct cluster *cluster = &m->out->cluster;
    const int64_t since_us = civil_month_start(m->first_month, CIVIL_SEOUL_MIN);
    const maru_status st =
        past_use_read(store, m->tenant, since_us, type_of_node, cluster, &m->past, err);
    return st == MARU_OK && !m->tenant
               ? past_use_add_gone(store, since_us, type_of_node, cluster, &m->past, err)
               : st;
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

// What one GPU drew when the run began; where that is not known, as soon as it was.
static struct owned_power power_then(const struct making *m, uint32_t type, int64_t at_us) {
    struct owned_power power = {0};
    for (size_t i = 0; i < m->n_there; i++) {
        const struct owned_change *there = &m->there[i];
        if (there->type == type && there->n_gpu > 0) {
            if (power.busy_mw > 0 && there->at_us > at_us) {
                break;
            }
            power = there->power;
        }
    }
    return power;
}

static void fill_rows(struct making *m, struct usage_row *row) {
    const struct past_use *past = &m->past;
    for (size_t i = 0; i < past->n_run; i++) {
        const struct past_run *run = &past->run[i];
        row[i] = run->usage;
        row[i].account = accounts_table_find(&m->out->accounts, past->account.name[run->account]);
        row[i].type = run->type == UINT32_MAX ? CLUSTER_NO_TYPE : (uint8_t)m->type[run->type];
        if (run->type != UINT32_MAX && row[i].power.busy_mw == 0) {
            row[i].power = power_then(m, run->type, row[i].from_us);
        }
    }
}

static void fill_guarantees(const struct making *m, struct usage_guarantee *guarantee) {
    for (size_t i = 0; i < m->n_change; i++) {
        const struct change *change = &m->change[i];
        guarantee[i] =
            (struct usage_guarantee){.at_us = change->at_us,
                                     .account = accounts_table_find(
                                         &m->out->accounts, m->past.account.name[change->account]),
                                     .n = change->n,
                                     .type = (uint8_t)m->type[change->type]};
    }
}

static maru_status tally_rows(struct making *m, const struct usage_row *row,
                              const struct usage_guarantee *guarantee, maru_error *err) {
    const struct usage_asked asked = {.row = row,
                                      .n_row = (uint32_t)m->past.n_run,
                                      .n_type = m->out->cluster.n_type,
                                      .accounts = &m->out->accounts,
                                      .prices = m->out->has_prices ? &m->prices : NULL,
                                      .resource = m->resource,
                                      .power = m->power,
                                      .first_month = m->first_month,
                                      .n_month = m->n_month,
                                      .offset_min = CIVIL_SEOUL_MIN,
                                      .now_us = m->out->now_us,
                                      .guarantee = guarantee,
                                      .n_guarantee = (uint32_t)m->n_change};
    const maru_status st = usage_make(&asked, &m->out->usage, err);
    if (st == MARU_OK) {
        sum_guarantees(m->out);
    }
    return st;
}

static maru_status make_owned(struct making *m, struct store *store, const struct usage_row *row,
                              maru_error *err) {
    for (size_t i = 0; i < m->n_there; i++) { // from now on of the cluster
        m->there[i].type = m->type[m->there[i].type];
    }
    const struct owned_asked asked = {.store = store,
                                      .cluster = &m->out->cluster,
                                      .row = row,
                                      .n_row = m->past.n_run,
                                      .there = m->there,
                                      .n_there = m->n_there,
                                      .first_month = m->first_month,
                                      .n_month = m->n_month,
                                      .now_us = m->out->now_us};
    return pool_owned_make(&asked, &m->out->arena, &m->out->owned, err);
}

static maru_status tally(struct making *m, struct store *store, maru_error *err) {
    struct usage_row *row = alloc_new(m->past.n_run + 1, sizeof *row);
    struct usage_guarantee *guarantee = alloc_new(m->n_change + 1, sizeof *guarantee);
    maru_status st = row && guarantee ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    if (st == MARU_OK) {
        fill_rows(m, row);
        fill_guarantees(m, guarantee);
        st = tally_rows(m, row, guarantee, err);
    }
    st = st == MARU_OK ? add_charges(m, err) : st;
    st = st == MARU_OK && !m->tenant ? make_owned(m, store, row, err) : st;
    alloc_free(row);
    alloc_free(guarantee);
    return st;
}

maru_status pool_usage_make(struct store *store, struct compute *compute, const char *tenant,
                            uint32_t n_month, struct pool_usage *out, maru_error *err) {
    *out = (struct pool_usage){.now_us = clock_unix_us()};
    arena_init(&out->arena, ARENA_BYTES);
    const int64_t first = civil_month(out->now_us, CIVIL_SEOUL_MIN) - (int64_t)n_month + 1;
    struct making m = {.out = out, .tenant = tenant, .n_month = n_month, .first_month = first};
    maru_status st = compute_copy_cluster(compute, &out->arena, &out->cluster, err);
    st = st == MARU_OK ? read_use(&m, store, err) : st;
    st = st == MARU_OK ? read_past(&m, store, err) : st;
    st = st == MARU_OK ? read_charges(&m, store, err) : st;
    st = st == MARU_OK ? add_types(&m, err) : st;
    st = st == MARU_OK ? make_accounts(&m, store, err) : st;
    st = st == MARU_OK ? take_prices(&m, store, err) : st;
    st = st == MARU_OK ? tally(&m, store, err) : st;
    past_use_fini(&m.past);
    alloc_free(m.change);
    alloc_free(m.there);
    alloc_free(m.charge);
    return st;
}

void pool_usage_fini(struct pool_usage *usage) {
    usage_fini(&usage->usage);
    arena_fini(&usage->arena);
}
