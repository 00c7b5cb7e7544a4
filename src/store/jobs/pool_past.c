#include "store/jobs/pool_past.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/status.h"
#include "store/vault.h"

// The last row of each account and type is what holds. They come in the same order as what is to hold, so both are gone through side
// by side, and only what differs is appended.

enum { ARENA_BYTES = 256 << 20 };

struct last_rows {
    struct arena arena;
    struct pool_past_row *row; // (n)
    size_t n, cap;
    int64_t newest_us;
};

static struct pool_past_row row_of(const struct query *query) {
    return (struct pool_past_row){.account = query_text(query, 0),
                                  .type = query_text(query, 1),
                                  .at_us = query_integer(query, 2),
                                  .n = query_integer(query, 3),
                                  .idle_mw = query_integer(query, 4),
                                  .busy_mw = query_integer(query, 5)};
}

static maru_status take_last(void *context, const struct query *query, maru_error *err) {
    struct last_rows *last = context;
    struct pool_past_row row = row_of(query);
    if (last->n == last->cap) {
        const size_t cap = last->cap ? last->cap * 2 : 64;
        struct pool_past_row *larger = alloc_resize(last->row, cap, sizeof *larger);
        if (!larger) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        last->row = larger;
        last->cap = cap;
    }
    row.account = arena_text(&last->arena, row.account, strlen(row.account));
    row.type = arena_text(&last->arena, row.type, strlen(row.type));
    last->newest_us = row.at_us > last->newest_us ? row.at_us : last->newest_us;
    last->row[last->n++] = row;
    return row.account && row.type ? MARU_OK : arena_refusal(&last->arena, err);
}

static maru_status load_last(struct database *database, struct last_rows *last, maru_error *err) {
    struct query query;
    query_open(&query, database,
               "SELECT account, type, at_us, n, idle_mw, busy_mw FROM pool_past AS p WHERE at_us ="
               " (SELECT max(at_us) FROM pool_past WHERE account = p.account AND type = p.type)"
               " ORDER BY account, type");
    return query_each(&query, NULL, take_last, last, err);
}

static maru_status insert(struct database *database, const struct pool_past_row *row, int64_t at_us,
                          maru_error *err) {
    struct query query;
    query_open(&query, database, "INSERT INTO pool_past VALUES(?, ?, ?, ?, ?, ?)");
    query_bind_text(&query, row->account);
    query_bind_text(&query, row->type);
    query_bind_integer(&query, at_us);
    query_bind_integer(&query, row->n);
    query_bind_integer(&query, row->idle_mw);
    query_bind_integer(&query, row->busy_mw);
    query_row(&query);
    return query_close(&query, err);
}

static int compare(const struct pool_past_row *a, const struct pool_past_row *b) {
    const int order = strcmp(a->account, b->account);
    return order ? order : strcmp(a->type, b->type);
}

static bool is_same(const struct pool_past_row *a, const struct pool_past_row *b) {
    return a->n == b->n && (a->n == 0 || (a->idle_mw == b->idle_mw && a->busy_mw == b->busy_mw));
}

static maru_status merge(struct database *database, const struct last_rows *last,
                         const struct pool_past_row *row, size_t n, int64_t at_us,
                         maru_error *err) {
    maru_status st = MARU_OK;
    size_t i = 0, k = 0;
    at_us = at_us > last->newest_us ? at_us : last->newest_us + 1;
    while (st == MARU_OK && (i < n || k < last->n)) {
        const int order = i == n ? 1 : k == last->n ? -1 : compare(&row[i], &last->row[k]);
        struct pool_past_row now = order <= 0 ? row[i] : last->row[k];
        now.n = order <= 0 ? now.n : 0;
        const bool is_new = order < 0 ? now.n > 0 : !is_same(&now, &last->row[k]);
        if (is_new) {
            st = insert(database, &now, at_us, err);
        }
        i += order <= 0;
        k += order >= 0;
    }
    return st;
}

maru_status tenant_keep_pool_past(struct tenant *tenant, const struct pool_past_row *row, size_t n,
                                  int64_t at_us, maru_error *err) {
    struct database *database = &tenant->database;
    struct last_rows last = {.newest_us = INT64_MIN};
    int64_t n_kept = 0;
    arena_init(&last.arena, ARENA_BYTES);
    database_enter(database);
    maru_status st = database_begin(database, err);
    st = st == MARU_OK ? load_last(database, &last, err) : st;
    st = st == MARU_OK ? merge(database, &last, row, n, at_us, err) : st;
    st = st == MARU_OK ? store_count(database, "SELECT count(*) FROM pool_past", NULL, &n_kept, err)
                       : st;
    if (st == MARU_OK && n_kept > CHANGES_MAX_ROWS) {
        st = fail(err, MARU_E_LIMIT, "more than %d changes of the pool", CHANGES_MAX_ROWS);
    }
    st = database_leave(database, st, err);
    alloc_free(last.row);
    arena_fini(&last.arena);
    return st;
}

struct telling {
    tenant_see_pool_past see;
    void *context;
};

static maru_status tell(void *context, const struct query *query, maru_error *err) {
    const struct telling *to = context;
    const struct pool_past_row row = row_of(query);
    return to->see(to->context, &row, err);
}

maru_status tenant_each_pool_past(struct tenant *tenant, tenant_see_pool_past see, void *context,
                                  maru_error *err) {
    struct query query;
    struct telling to = {see, context};
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT account, type, at_us, n, idle_mw, busy_mw FROM pool_past"
               " ORDER BY at_us, account, type");
    return query_tell(&query, NULL, tell, &to, err);
}
