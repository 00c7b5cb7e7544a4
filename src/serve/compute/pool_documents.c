#include "serve/compute/pool_documents.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "pool/money/civil_date.h"

// The newest version comes first; behind it at most VERSIONS_TRIED - 1 are tried.

const char pool_policy_document[] = "pool-policy", pool_accounts_document[] = "pool-accounts",
           pool_nodes_document[] = "pool-nodes", pool_reservations_document[] = "pool-reservations",
           pool_owned_document[] = "pool-owned-cost";

enum { VERSIONS_TRIED = 20, ARENA_BYTES = 256 << 20, TIMES_TRIED = 5, MAX_ORDERS = 100000 };

struct versions {
    int64_t number[VERSIONS_TRIED];
    size_t n;
    struct document_told *told;
};

static maru_status see_version(void *context, const struct document_row *row, maru_error *err) {
    struct versions *versions = context;
    (void)err;
    if (versions->n == 0) {
        versions->told->newest = row->number;
        versions->told->created_ms = row->created_ms;
        snprintf(versions->told->by, sizeof versions->told->by, "%s", row->by);
    }
    if (versions->n < VERSIONS_TRIED) {
        versions->number[versions->n++] = row->number;
    }
    return MARU_OK;
}

static maru_status try_versions(struct tenant *local, const char *name, document_try try_it,
                                void *context, struct document_told *told, maru_error *err) {
    const struct page page = {.limit = VERSIONS_TRIED, .after = ""};
    struct versions versions = {.told = told};
    struct text text;
    maru_status st = tenant_each_document_version(local, name, &page, see_version, &versions, err);
    if (st == MARU_E_USAGE) { // nobody has written one
        return MARU_OK;
    }
    text_init(&text, TENANT_MAX_DOCUMENT_BYTES);
    for (size_t i = 0; st == MARU_OK && told->holds == 0 && i < versions.n; i++) {
        maru_error why = {0};
        text_clear(&text);
        maru_status tried =
            tenant_get_document(local, name, versions.number[i], &text, NULL, NULL, &why);
        tried = tried == MARU_OK ? try_it(context, &text, &why) : tried;
        if (tried == MARU_OK) {
            told->holds = versions.number[i];
        } else if (tried == MARU_E_MEMORY) {
            st = fail(err, tried, "%s", why.text);
        } else if (i == 0) {
            told->fault = why;
            told->fault.code = tried;
        }
    }
    text_fini(&text);
    return st;
}

maru_status pool_document_load(struct store *store, const char *name, document_try try_it,
                               void *context, struct document_told *out, maru_error *err) {
    struct document_told told = {0};
    struct tenant *local = NULL;
    maru_status st = store_hold(store, "local", &local, err);
    if (st == MARU_OK) {
        st = try_versions(local, name, try_it, context, &told, err);
        store_release(store, local);
    }
    if (st == MARU_OK) {
        *out = told;
    }
    return st;
}

maru_status pool_document_keep(struct store *store, const char *name, const char *by,
                               const struct text *text, int64_t *number, maru_error *err) {
    const struct document_row row = {.name = name, .by = by, .n_bytes = (int64_t)text->n_bytes};
    struct tenant *local = NULL;
    if (text->status != MARU_OK) {
        return fail(err, text->status, "no memory");
    }
    maru_status st = store_hold(store, "local", &local, err);
    if (st == MARU_OK) {
        st = tenant_add_document(local, &row, text->bytes ? text->bytes : "", number, err);
        store_release(store, local);
    }
    return st;
}

// ---- policy

static maru_status try_policy(void *context, const struct text *text, maru_error *err) {
    return pool_policy_read(context, text->bytes ? text->bytes : "", text->n_bytes, err);
}

maru_status pool_policy_load(struct store *store, struct pool_policy *out,
                             struct document_told *told, maru_error *err) {
    pool_policy_default(out);
    return pool_document_load(store, pool_policy_document, try_policy, out, told, err);
}

// ---- accounts

struct loading {
    struct arena *arena;
    void *out;
};

static maru_status try_accounts(void *context, const struct text *text, maru_error *err) {
    const struct loading *loading = context;
    struct sheet_faults faults = {.n = 0};
    return accounts_table_read(text->bytes ? text->bytes : "", text->n_bytes, CIVIL_SEOUL_MIN,
                               loading->arena, loading->out, &faults, err);
}

maru_status pool_accounts_load(struct store *store, struct arena *arena, struct accounts_table *out,
                               struct document_told *told, maru_error *err) {
    struct loading loading = {arena, out};
    *out = (struct accounts_table){0};
    return pool_document_load(store, pool_accounts_document, try_accounts, &loading, told, err);
}

static maru_status set_leases(struct store *store, const struct account_line *lease, uint32_t n,
                              const char *by, maru_error *err) {
    struct arena arena;
    struct text text;
    struct accounts_table table, changed;
    struct document_told told = {0};
    arena_init(&arena, ARENA_BYTES);
    text_init(&text, ACCOUNTS_MAX_TABLE_BYTES);
    maru_status st = pool_accounts_load(store, &arena, &table, &told, err);
    st = st == MARU_OK ? accounts_table_change(&table, lease, n, &arena, &changed, err) : st;
    if (st == MARU_OK) {
        int64_t number = told.newest;
        accounts_table_write(&text, &changed, CIVIL_SEOUL_MIN);
        st = pool_document_keep(store, pool_accounts_document, by, &text, &number, err);
    }
    text_fini(&text);
    arena_fini(&arena);
    return st;
}

// Somebody else may change the table at the same time: then it is read again.
maru_status pool_leases_set(struct store *store, const struct account_line *lease, uint32_t n,
                            const char *by, maru_error *err) {
    maru_status st = MARU_E_RANGE;
    for (int i = 0; st == MARU_E_RANGE && i < TIMES_TRIED; i++) {
        st = set_leases(store, lease, n, by, err);
    }
    return st;
}

// ---- reservations

static maru_status try_reservations(void *context, const struct text *text, maru_error *err) {
    const struct loading *loading = context;
    return reservation_table_read(text->bytes ? text->bytes : "", text->n_bytes, CIVIL_SEOUL_MIN,
                                  loading->arena, loading->out, err);
}

maru_status pool_reservations_load(struct store *store, struct arena *arena,
                                   struct reservation_table *out, struct document_told *told,
                                   maru_error *err) {
    struct loading loading = {arena, out};
    *out = (struct reservation_table){0};
    return pool_document_load(store, pool_reservations_document, try_reservations, &loading, told,
                              err);
}

// ---- nodes

enum { NODE, STATE, REASON, HEADINGS };
static const char *const heading[HEADINGS] = {"node|노드", "state|상태", "reason|이유"};

static void copy_cell(char *out, size_t n_out, struct csv_field cell) {
    snprintf(out, n_out, "%.*s", (int)(cell.n < n_out ? cell.n : n_out - 1), cell.bytes);
}

static maru_status read_orders(struct pool_sheet *sheet, struct node_order *order, uint32_t *n,
                               maru_error *err) {
    maru_status st = MARU_OK;
    while (st == MARU_OK && (st = pool_sheet_next(sheet, err)) == MARU_OK) {
        if (*n == MAX_ORDERS) {
            return fail(err, MARU_E_LIMIT, "at most %d nodes are out of work", MAX_ORDERS);
        }
        struct node_order *its = &order[(*n)++];
        copy_cell(its->name, sizeof its->name, pool_sheet_cell(sheet, NODE));
        copy_cell(its->reason, sizeof its->reason, pool_sheet_cell(sheet, REASON));
        its->is_down = pool_cell_is(pool_sheet_cell(sheet, STATE), "down");
    }
    return st == MARU_MORE ? MARU_OK : st;
}

static maru_status try_nodes(void *context, const struct text *text, maru_error *err) {
    const struct loading *loading = context;
    struct node_orders *out = loading->out;
    struct sheet_faults faults = {.n = 0};
    struct pool_sheet sheet;
    uint32_t n = 0, n_line = 0;
    for (size_t i = 0; i < text->n_bytes; i++) {
        n_line += text->bytes[i] == '\n';
    }
    struct node_order *order = arena_take(loading->arena, (size_t)n_line + 1, sizeof *order);
    if (!order || n_line > MAX_ORDERS) {
        return order ? fail(err, MARU_E_LIMIT, "at most %d nodes are out of work", MAX_ORDERS)
                     : arena_refusal(loading->arena, err);
    }
    maru_status st = pool_sheet_open(&sheet, text->bytes ? text->bytes : "", text->n_bytes, heading,
                                     HEADINGS, &faults, err);
    st = st == MARU_OK ? read_orders(&sheet, order, &n, err) : st;
    pool_sheet_close(&sheet);
    if (st == MARU_OK) {
        *out = (struct node_orders){order, n};
    }
    return st;
}

maru_status pool_nodes_load(struct store *store, struct arena *arena, struct node_orders *out,
                            struct document_told *told, maru_error *err) {
    struct loading loading = {arena, out};
    *out = (struct node_orders){0};
    return pool_document_load(store, pool_nodes_document, try_nodes, &loading, told, err);
}

static void add_order(struct text *out, const struct node_order *order) {
    text_add_csv(out, order->name);
    text_addz(out, order->is_down ? ",down," : ",drained,");
    text_add_csv(out, order->reason);
    text_addz(out, "\n");
}

static maru_status set_node(struct store *store, const char *node, const struct node_order *order,
                            const char *by, maru_error *err) {
    struct arena arena;
    struct text text;
    struct node_orders orders;
    struct document_told told = {0};
    arena_init(&arena, ARENA_BYTES);
    text_init(&text, TENANT_MAX_DOCUMENT_BYTES);
    maru_status st = pool_nodes_load(store, &arena, &orders, &told, err);
    text_addz(&text, "node,state,reason\n");
    for (uint32_t i = 0; st == MARU_OK && i < orders.n; i++) {
        if (strcmp(orders.order[i].name, node) != 0) {
            add_order(&text, &orders.order[i]);
        }
    }
    if (order) {
        add_order(&text, order);
    }
    if (st == MARU_OK) {
        int64_t number = told.newest;
        st = pool_document_keep(store, pool_nodes_document, by, &text, &number, err);
    }
    text_fini(&text);
    arena_fini(&arena);
    return st;
}

maru_status pool_node_set(struct store *store, const char *node, const struct node_order *order,
                          const char *by, maru_error *err) {
    maru_status st = MARU_E_RANGE;
    for (int i = 0; st == MARU_E_RANGE && i < TIMES_TRIED; i++) {
        st = set_node(store, node, order, by, err);
    }
    return st;
}
