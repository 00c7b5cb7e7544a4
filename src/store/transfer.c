#include "store/transfer.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "store/tenant.h"
#include "store/vault.h"

// The tables are those that the migrations make, in that order, in which whatever a row refers to comes before
// it; so a table that is added later is carried too. The rows of each are read in the order of its key,
// which is the same in both backends because texts are compared by their bytes, and hashed on the way.
// The new place is hashed again from what is on its disk, and only then does the tenant's own row appear
// in the server's database, with its tokens: before that nobody can hold it.

enum { HASH_BYTES = 32, SQL_BYTES = 1 << 14 };

struct table_sum {
    char name[TABLE_NAME_BYTES];
    struct table_shape shape;
    uint64_t n_row;
    unsigned char hash[HASH_BYTES];
};

struct transfer {
    const char *tenant;
    struct table_sum table[TRANSFER_MAX_TABLES];
    size_t n_table;
    uint64_t n_row, n_done; // n_row: of the first pass, there is a second
    transfer_see see;
    void *context;
};

// ---- tables

static maru_status add_table(struct transfer *transfer, struct database *database, const char *name,
                             size_t n, maru_error *err) {
    struct table_sum *table = &transfer->table[transfer->n_table];
    if (transfer->n_table == TRANSFER_MAX_TABLES || n >= TABLE_NAME_BYTES) {
        return fail(err, MARU_E_LIMIT, "there are more than %d tables", TRANSFER_MAX_TABLES);
    }
    memcpy(table->name, name, n);
    table->name[n] = '\0';
    const maru_status st = database_shape(database, table->name, &table->shape, err);
    transfer->n_table += st == MARU_OK && table->shape.n_column > 0; // else it is gone by now
    return st;
}

static maru_status find_tables(struct transfer *transfer, struct database *database,
                               maru_error *err) {
    static const char start[] = "CREATE TABLE ";
    maru_status st = MARU_OK;
    for (size_t i = 0; i < tenant_n_migration; i++) {
        const char *at = tenant_migration[i];
        while (st == MARU_OK && (at = strstr(at, start)) != NULL) {
            at += sizeof start - 1;
            st = add_table(transfer, database, at, strcspn(at, " ("), err);
        }
    }
    return st;
}

static maru_status compare_shapes(const struct transfer *transfer, struct database *other,
                                  maru_error *err) {
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < transfer->n_table; i++) {
        const struct table_shape *a = &transfer->table[i].shape;
        struct table_shape b;
        st = database_shape(other, transfer->table[i].name, &b, err);
        bool is_same = st == MARU_OK && a->n_column == b.n_column && a->n_key == b.n_key;
        for (size_t k = 0; is_same && k < a->n_column; k++) {
            is_same = strcmp(a->column[k], b.column[k]) == 0 && a->kind[k] == b.kind[k];
        }
        for (size_t k = 0; is_same && k < a->n_key; k++) {
            is_same = a->key[k] == b.key[k];
        }
        if (st == MARU_OK && !is_same) {
            st = fail(err, MARU_E_INPUT, "table %.60s has other columns in the new place",
                      transfer->table[i].name);
        }
    }
    return st;
}

static maru_status count_rows(struct transfer *transfer, struct database *database,
                              maru_error *err) {
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < transfer->n_table; i++) {
        char sql[TABLE_NAME_BYTES + 32];
        int64_t n = 0;
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", transfer->table[i].name);
        st = store_count(database, sql, NULL, &n, err);
        transfer->n_row += (uint64_t)n;
    }
    return st;
}

// SELECT all columns, in the order of the key, or of all columns where there is none.
static void add_select(struct text *sql, const struct table_sum *table) {
    const struct table_shape *shape = &table->shape;
    text_addz(sql, "SELECT ");
    for (size_t i = 0; i < shape->n_column; i++) {
        text_addf(sql, "%s%s", i > 0 ? ", " : "", shape->column[i]);
    }
    text_addf(sql, " FROM %s ORDER BY ", table->name);
    const size_t n = shape->n_key > 0 ? shape->n_key : shape->n_column;
    for (size_t i = 0; i < n; i++) {
        text_addf(sql, "%s%s", i > 0 ? ", " : "",
                  shape->column[shape->n_key > 0 ? shape->key[i] : i]);
    }
}

// ---- rows

static void hash_value(crypto_generichash_state *state, const struct value *value) {
    unsigned char head[1 + sizeof(uint64_t)] = {(unsigned char)value->kind};
    const bool has_bytes = value->kind == VALUE_TEXT || value->kind == VALUE_BYTES;
    const double number = value->kind == VALUE_NUMBER && value->number != 0 ? value->number : 0;
    if (value->kind == VALUE_INTEGER) {
        memcpy(head + 1, &value->integer, sizeof value->integer);
    } else if (value->kind == VALUE_NUMBER) { // SQLite keeps -0 as 0
        memcpy(head + 1, &number, sizeof number);
    } else if (has_bytes) {
        const uint64_t n = value->n;
        memcpy(head + 1, &n, sizeof n);
    }
    crypto_generichash_update(state, head, sizeof head);
    if (has_bytes) {
        crypto_generichash_update(state, value->bytes, value->n);
    }
}

static void step(struct transfer *transfer) {
    enum { EVERY = 1024 };
    if (++transfer->n_done % EVERY == 0 && transfer->see) {
        transfer->see(transfer->context, transfer->tenant,
                      (double)transfer->n_done / (2.0 * (double)transfer->n_row));
    }
}

// Read a table: its rows into `bulk`, if that is not NULL, and their number and hash into `sum`.
static maru_status read_table(struct transfer *transfer, struct database *database,
                              const struct table_sum *table, struct bulk *bulk,
                              struct table_sum *sum, maru_error *err) {
    struct text sql;
    struct query query;
    crypto_generichash_state state;
    text_init(&sql, SQL_BYTES);
    add_select(&sql, table);
    if (sql.status != MARU_OK) {
        text_fini(&sql);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    sum->n_row = 0;
    query_open(&query, database, sql.bytes);
    while ((!bulk || bulk->query.status == MARU_OK) && query_row(&query)) {
        struct value value[BULK_MAX_COLUMNS];
        for (size_t i = 0; i < table->shape.n_column; i++) {
            value[i] = query_value(&query, (int)i);
            hash_value(&state, &value[i]);
        }
        if (bulk) {
            bulk_row(bulk, value);
        }
        sum->n_row++;
        step(transfer);
    }
    crypto_generichash_final(&state, sum->hash, HASH_BYTES);
    const maru_status st = query_close(&query, err);
    text_fini(&sql);
    return st;
}

static maru_status copy_table(struct transfer *transfer, struct database *from, struct database *to,
                              struct table_sum *table, maru_error *err) {
    const char *column[BULK_MAX_COLUMNS];
    struct bulk bulk;
    for (size_t i = 0; i < table->shape.n_column; i++) {
        column[i] = table->shape.column[i];
    }
    bulk_open(&bulk, to, table->name, column, table->shape.n_column);
    const maru_status st = read_table(transfer, from, table, &bulk, table, err);
    const maru_status closed = bulk_close(&bulk, st == MARU_OK ? err : NULL);
    return st == MARU_OK ? closed : st;
}

// All rows, in one transaction of the new place.
static maru_status copy_rows(struct transfer *transfer, struct database *from, struct database *to,
                             maru_error *err) {
    database_enter(from);
    maru_status st = database_begin_reading(from, err);
    st = st == MARU_OK ? find_tables(transfer, from, err) : st;
    st = st == MARU_OK ? count_rows(transfer, from, err) : st;
    database_enter(to);
    st = st == MARU_OK ? database_begin(to, err) : st;
    st = st == MARU_OK ? compare_shapes(transfer, to, err) : st;
    for (size_t i = 0; st == MARU_OK && i < transfer->n_table; i++) {
        st = copy_table(transfer, from, to, &transfer->table[i], err);
    }
    st = database_leave(to, st, err);
    const maru_status left = database_leave(from, st, st == MARU_OK ? err : NULL);
    return st == MARU_OK ? left : st;
}

// Is what is kept there what was read here?
static maru_status compare_rows(struct transfer *transfer, struct database *to, maru_error *err) {
    database_enter(to);
    maru_status st = database_begin_reading(to, err);
    for (size_t i = 0; st == MARU_OK && i < transfer->n_table; i++) {
        const struct table_sum *table = &transfer->table[i];
        struct table_sum again = {.n_row = 0};
        st = read_table(transfer, to, table, NULL, &again, err);
        if (st == MARU_OK &&
            (again.n_row != table->n_row || memcmp(again.hash, table->hash, HASH_BYTES) != 0)) {
            st = fail(err, MARU_E_INPUT,
                      "table %.60s is not the same in the new place: it has a value that cannot be "
                      "kept there",
                      table->name);
        }
    }
    return database_leave(to, st, err);
}

static void sum_up(const struct transfer *transfer, struct transfer_told *told) {
    crypto_generichash_state state;
    unsigned char hash[HASH_BYTES];
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    for (size_t i = 0; i < transfer->n_table; i++) {
        const struct table_sum *table = &transfer->table[i];
        crypto_generichash_update(&state, (const unsigned char *)table->name,
                                  strlen(table->name) + 1);
        crypto_generichash_update(&state, table->hash, HASH_BYTES);
        told->n_row += table->n_row;
    }
    crypto_generichash_final(&state, hash, sizeof hash);
    sodium_bin2hex(told->digest, sizeof told->digest, hash, sizeof hash);
    told->n_table = transfer->n_table;
}

// ---- the tenant itself

static const char *const token_column[] = {"id",   "tenant",     "name",      "role",
                                           "hash", "created_ms", "expires_ms"};
enum { N_TOKEN_COLUMN = sizeof token_column / sizeof token_column[0] };

static maru_status copy_tokens(struct database *from, struct database *to, const char *name,
                               struct transfer_told *told, maru_error *err) {
    struct query query;
    struct bulk bulk;
    bulk_open(&bulk, to, "token", token_column, N_TOKEN_COLUMN);
    query_open(&query, from,
               "SELECT id, tenant, name, role, hash, created_ms, expires_ms FROM token"
               " WHERE tenant = ? ORDER BY id");
    query_bind_text(&query, name);
    while (query_row(&query)) {
        struct value value[N_TOKEN_COLUMN];
        for (int i = 0; i < N_TOKEN_COLUMN; i++) {
            value[i] = query_value(&query, i);
        }
        bulk_row(&bulk, value);
    }
    told->n_token = bulk.n_row;
    const maru_status st = query_close(&query, err);
    const maru_status closed = bulk_close(&bulk, st == MARU_OK ? err : NULL);
    return st == MARU_OK ? closed : st;
}

// From here on it is a tenant of the new place.
static maru_status admit(struct store *from, struct store *to, const char *name,
                         struct transfer_told *told, maru_error *err) {
    int64_t created_ms = 0;
    database_enter(&from->server);
    maru_status st = store_count(&from->server, "SELECT created_ms FROM tenant WHERE name = ?",
                                 name, &created_ms, err);
    database_enter(&to->server);
    st = st == MARU_OK ? database_begin(&to->server, err) : st;
    if (st == MARU_OK) {
        struct query query;
        query_open(&query, &to->server, "INSERT INTO tenant VALUES(?, ?)");
        query_bind_text(&query, name);
        query_bind_integer(&query, created_ms);
        query_row(&query);
        st = query_close(&query, err);
    }
    st = st == MARU_OK ? copy_tokens(&from->server, &to->server, name, told, err) : st;
    st = database_leave(&to->server, st, err);
    const maru_status left = database_leave(&from->server, st, st == MARU_OK ? err : NULL);
    return st == MARU_OK ? left : st;
}

static maru_status check_log(const struct store *from, struct tenant *tenant, const char *who,
                             struct transfer_told *told, maru_error *err) {
    char place[POSTGRES_MAX_URL_BYTES], detail[160];
    maru_status st = tenant_verify_audit(tenant, &told->n_entry, err);
    if (postgres_is_url(from->place)) {
        postgres_show_url(from->place, place);
    } else {
        snprintf(place, sizeof place, "%s", from->place);
    }
    snprintf(detail, sizeof detail, "from %.140s", place);
    if (st == MARU_OK && text_is_utf8(detail, strlen(detail))) {
        st = tenant_audit(tenant, who, "copy tenant", told->tenant, detail, err);
    } else if (st == MARU_OK) {
        st = tenant_audit(tenant, who, "copy tenant", told->tenant, "", err);
    }
    return st;
}

static maru_status carry(struct transfer *transfer, struct store *from, struct store *to,
                         const char *who, struct transfer_told *told, maru_error *err) {
    struct tenant *source = NULL, *target = alloc_new(1, sizeof *target);
    if (!target) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = store_hold(from, transfer->tenant, &source, err);
    st = st == MARU_OK ? place_open_tenant(to, transfer->tenant, &target->database, err) : st;
    st = st == MARU_OK ? copy_rows(transfer, &source->database, &target->database, err) : st;
    st = st == MARU_OK ? compare_rows(transfer, &target->database, err) : st;
    st = st == MARU_OK ? check_log(from, target, who, told, err) : st;
    database_close(&target->database);
    alloc_free(target);
    store_release(from, source);
    return st;
}

maru_status transfer_may(struct store *from, struct store *to, const char *tenant,
                         maru_error *err) {
    maru_status st = store_has_tenant(from, tenant, err);
    if (st == MARU_OK && store_has_tenant(to, tenant, NULL) == MARU_OK) {
        st = fail(err, MARU_E_USAGE, "there is already a tenant %s", tenant);
    }
    return st;
}

maru_status transfer_tenant(struct store *from, struct store *to, const char *tenant,
                            const char *who, transfer_see see, void *context,
                            struct transfer_told *told, maru_error *err) {
    *told = (struct transfer_told){.n_table = 0};
    maru_status st = transfer_may(from, to, tenant, err);
    st = st == MARU_OK ? store_make_way(to, tenant, err) : st;
    struct transfer *transfer = st == MARU_OK ? alloc_new(1, sizeof *transfer) : NULL;
    if (!transfer) {
        return st == MARU_OK ? fail(err, MARU_E_MEMORY, "no memory") : st;
    }
    *transfer = (struct transfer){.tenant = tenant, .see = see, .context = context};
    snprintf(told->tenant, sizeof told->tenant, "%s", tenant);
    st = carry(transfer, from, to, who, told, err);
    st = st == MARU_OK ? admit(from, to, tenant, told, err) : st;
    if (st == MARU_OK) {
        sum_up(transfer, told);
    } else { // it is no tenant, so nobody has it open
        struct text removed;
        text_init(&removed, 1 << 12);
        (void)!place_remove_tenant(to, tenant, &removed, NULL);
        text_fini(&removed);
    }
    alloc_free(transfer);
    return st;
}

maru_status transfer_open_source(const char *place, struct store **out, maru_error *err) {
    struct store *store = NULL;
    maru_status st = store_visit(place, &store, err);
    st = st == MARU_OK ? store_own(store, OWN_WAIT_MS, err) : st;
    if (st != MARU_OK) {
        store_close(store);
        return st;
    }
    *out = store;
    return MARU_OK;
}

maru_status transfer_open_target(const char *place, struct store **out, maru_error *err) {
    maru_error why = {0};
    const maru_status st = store_visit(place, out, &why);
    if (st == MARU_E_INPUT && place_find(place, NULL) == MARU_E_INPUT) {
        return store_make(place, out, err); // there is nothing yet
    }
    if (st != MARU_OK && err) {
        *err = why;
    }
    return st;
}
