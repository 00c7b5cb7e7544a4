#include "store/kept_prices.h"

#include <string.h>

#include "base/status.h"
#include "io/clock.h"
#include "store/vault.h"

// Prices stand in the server's database by resource and the moment from which they hold. One that holds is never changed, so what was
// charged by it can be counted again.

static maru_status count_prices(struct database *database, int64_t *n, maru_error *err) {
    return store_count(database, "SELECT count(*) FROM price", NULL, n, err);
}

// The names of resources are kept in lower case: one resource, one name.
static void lower_name(char to[PRICES_MAX_NAME_BYTES], const char *from) {
    size_t n = 0;
    for (; from[n] && n + 1 < PRICES_MAX_NAME_BYTES; n++) {
        to[n] = from[n] >= 'A' && from[n] <= 'Z' ? (char)(from[n] - 'A' + 'a') : from[n];
    }
    to[n] = '\0';
}

struct known_price {
    bool is_there, is_same;
};

static maru_status find_price(struct database *database, const char *name,
                              const struct price_line *line, struct known_price *out,
                              maru_error *err) {
    struct query query;
    *out = (struct known_price){0};
    query_open(&query, database,
               "SELECT credits, krw FROM price WHERE resource = ? AND from_us = ?");
    query_bind_text(&query, name);
    query_bind_integer(&query, line->from_us);
    if (query_row(&query)) {
        out->is_there = true;
        out->is_same = query_integer(&query, 0) == line->an_hour.credits_micro &&
                       query_integer(&query, 1) == line->an_hour.krw_milli;
    }
    return query_close(&query, err);
}

static maru_status insert_price(struct database *database, const char *name,
                                const struct price_line *line, const char *by, maru_error *err) {
    struct query query;
    query_open(&query, database, "INSERT INTO price VALUES(?, ?, ?, ?, ?, ?)");
    query_bind_text(&query, name);
    query_bind_integer(&query, line->from_us);
    query_bind_integer(&query, line->an_hour.credits_micro);
    query_bind_integer(&query, line->an_hour.krw_milli);
    query_bind_text(&query, by);
    query_bind_integer(&query, clock_unix_ms());
    query_row(&query);
    return query_close(&query, err);
}

struct adding {
    struct database *database;
    const char *by;
    int64_t now_us;
    bool may_be_past;
};

static maru_status add_price(const struct adding *adding, const struct price_line *line,
                             uint32_t row, maru_error *err) {
    char name[PRICES_MAX_NAME_BYTES];
    struct known_price known;
    lower_name(name, line->resource);
    const maru_status st = find_price(adding->database, name, line, &known, err);
    if (st != MARU_OK || (known.is_there && known.is_same)) {
        return st;
    }
    if (known.is_there) {
        return fail_at(err, MARU_E_RANGE, "", row, 0,
                       "another price of '%s' holds from this moment on", name);
    }
    if (!adding->may_be_past && line->from_us < adding->now_us) {
        return fail_at(err, MARU_E_RANGE, "", row, 0,
                       "a price begins in the future: what has run is charged already");
    }
    return insert_price(adding->database, name, line, adding->by, err);
}

maru_status store_add_prices(struct store *store, const struct price_line *line, uint32_t n,
                             int64_t now_us, const char *by, maru_error *err) {
    struct database *server = store_server(store);
    struct adding adding = {server, by, now_us, false};
    struct arena arena;
    struct prices checked;
    int64_t n_there = 0;
    arena_init(&arena, (size_t)1 << 28);
    maru_status st = prices_make(line, n, &arena, &checked, err);
    arena_fini(&arena);
    if (st != MARU_OK) {
        return st;
    }
    database_enter(server);
    st = database_begin(server, err);
    st = st == MARU_OK ? count_prices(server, &n_there, err) : st;
    adding.may_be_past = n_there == 0;
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        st = add_price(&adding, &line[i], i + 1, err);
    }
    st = st == MARU_OK ? count_prices(server, &n_there, err) : st;
    if (st == MARU_OK && n_there > PRICES_MAX_ROWS) {
        st = fail(err, MARU_E_LIMIT, "more than %d prices", PRICES_MAX_ROWS);
    }
    return database_leave(server, st, err);
}

maru_status store_remove_price(struct store *store, const char *resource, int64_t from_us,
                               int64_t now_us, maru_error *err) {
    struct database *server = store_server(store);
    char name[PRICES_MAX_NAME_BYTES];
    struct query query;
    lower_name(name, resource);
    database_enter(server);
    maru_status st = database_begin(server, err);
    if (st == MARU_OK) {
        query_open(&query, server,
                   "DELETE FROM price WHERE resource = ? AND from_us = ? AND from_us > ?"
                   " RETURNING resource");
        query_bind_text(&query, name);
        query_bind_integer(&query, from_us);
        query_bind_integer(&query, now_us);
        st = query_one(&query, "there is no such price, or it holds already", err);
    }
    return database_leave(server, st, err);
}

struct price_loading {
    struct arena *arena;
    struct price_line *line;
    uint32_t n;
};

static maru_status load_price(void *context, const struct query *query, maru_error *err) {
    struct price_loading *loading = context;
    const char *name = query_text(query, 0);
    if (loading->n == PRICES_MAX_ROWS) {
        return fail(err, MARU_E_LIMIT, "more than %d prices", PRICES_MAX_ROWS);
    }
    struct price_line *line = &loading->line[loading->n++];
    line->resource = arena_text(loading->arena, name, strlen(name));
    line->from_us = query_integer(query, 1);
    line->an_hour = (struct money){query_integer(query, 2), query_integer(query, 3)};
    return line->resource ? MARU_OK : arena_refusal(loading->arena, err);
}

maru_status store_load_prices(struct store *store, struct arena *arena, struct prices *out,
                              maru_error *err) {
    struct price_loading loading = {arena, NULL, 0};
    struct query query;
    loading.line = arena_take(arena, PRICES_MAX_ROWS, sizeof *loading.line);
    if (!loading.line) {
        return arena_refusal(arena, err);
    }
    database_enter(store_server(store));
    query_open(&query, store_server(store),
               "SELECT resource, from_us, credits, krw FROM price ORDER BY resource, from_us");
    const maru_status st = query_tell(&query, NULL, load_price, &loading, err);
    return st == MARU_OK ? prices_make(loading.line, loading.n, arena, out, err) : st;
}
