#include "stopwatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/database.h"
#include "store/postgres.h"
#include "store/trial_place.h"

// Rows into a database, in transactions of N_BATCH: in bulk, and one statement a row. SQLite in a temporary
// folder; PostgreSQL where MARU_POSTGRES names one (tests/with_postgres bench/run.sh bulk). A row is
// two integers, the key, a number and 40 bytes.

enum { N_ROW = 200000, N_ONE_BY_ONE = 20000, N_BATCH = 10000 };

static const char *const migration[] = {
    "CREATE TABLE thing(series INTEGER NOT NULL, at INTEGER NOT NULL, number REAL NOT NULL,"
    "  packed BLOB NOT NULL, PRIMARY KEY(series, at)) STRICT, WITHOUT ROWID"};
static const char *const column[] = {"series", "at", "number", "packed"};

struct wanted {
    bool is_bulk, is_postgres;
};

static void fill(struct value value[4], int64_t i) {
    static const char packed[40] = "0123456789012345678901234567890123456789";
    value[0] = (struct value){.kind = VALUE_INTEGER, .integer = i % 100};
    value[1] = (struct value){.kind = VALUE_INTEGER, .integer = i};
    value[2] = (struct value){.kind = VALUE_NUMBER, .number = (double)i / 7};
    value[3] = (struct value){.kind = VALUE_BYTES, .bytes = packed, .n = sizeof packed};
}

static maru_status add_bulk(struct database *database, int64_t from, int64_t to, maru_error *err) {
    struct bulk bulk;
    bulk_open(&bulk, database, "thing", column, 4);
    for (int64_t i = from; i < to; i++) {
        struct value value[4];
        fill(value, i);
        bulk_row(&bulk, value);
    }
    return bulk_close(&bulk, err);
}

static maru_status add_rows(struct database *database, int64_t from, int64_t to, maru_error *err) {
    maru_status st = MARU_OK;
    for (int64_t i = from; st == MARU_OK && i < to; i++) {
        struct value value[4];
        struct query query;
        fill(value, i);
        query_open(&query, database, "INSERT INTO thing VALUES(?, ?, ?, ?)");
        for (int k = 0; k < 4; k++) {
            query_bind(&query, &value[k]);
        }
        query_row(&query);
        st = query_close(&query, err);
    }
    return st;
}

static maru_status add(struct database *database, bool is_bulk, int64_t n, maru_error *err) {
    maru_status st = MARU_OK;
    for (int64_t i = 0; st == MARU_OK && i < n; i += N_BATCH) {
        database_enter(database);
        st = database_begin(database, err);
        if (st == MARU_OK) {
            st = (is_bulk ? add_bulk : add_rows)(database, i, i + N_BATCH, err);
        }
        st = database_leave(database, st, err);
    }
    return st;
}

static double one_round(const struct wanted *wanted, int64_t n, maru_error *err) {
    struct trial_place place;
    struct postgres_pool *pool = NULL;
    struct database database = {0};
    double seconds = -1;
    char path[128];
    const bool is_made =
        wanted->is_postgres ? trial_place_make(&place) : trial_place_make_folder(&place);
    if (!is_made || postgres_new_pool(&pool, err) != MARU_OK) {
        return -1;
    }
    snprintf(path, sizeof path, "%s/bulk.db", place.folder);
    const maru_status st =
        wanted->is_postgres ? postgres_open(&database, pool, place.text, "bulk", migration, 1, err)
                            : database_open(&database, path, migration, 1, err);
    if (st == MARU_OK) {
        const double begin_s = bench_wall_s();
        seconds =
            add(&database, wanted->is_bulk, n, err) == MARU_OK ? bench_wall_s() - begin_s : -1;
    }
    database_close(&database);
    postgres_free_pool(pool);
    trial_place_remove(&place);
    return seconds;
}

static void run(const char *name, void *context) {
    const struct wanted *wanted = context;
    const int64_t n = wanted->is_postgres && !wanted->is_bulk ? N_ONE_BY_ONE : N_ROW;
    double seconds[N_REPEAT];
    maru_error err = {0};
    if (wanted->is_postgres && !trial_postgres()) {
        bench_skip(name, "MARU_POSTGRES names no PostgreSQL");
        return;
    }
    (void)one_round(wanted, N_BATCH, &err);
    for (size_t i = 0; i < N_REPEAT; i++) {
        seconds[i] = one_round(wanted, n, &err);
        if (seconds[i] < 0) {
            fprintf(stderr, "%s: %s\n", name, err.text);
            exit(1);
        }
    }
    bench_line(name, "rows", (double)n, bench_median(seconds), "\"batch\":10000");
}

int main(int argc, char **argv) {
    struct bench bench = bench_init(argc, argv);
    bench_case(&bench, "bulk_sqlite", run, &(struct wanted){.is_bulk = true});
    bench_case(&bench, "bulk_sqlite_rows", run, &(struct wanted){.is_bulk = false});
    bench_case(&bench, "bulk_postgres", run,
               &(struct wanted){.is_bulk = true, .is_postgres = true});
    bench_case(&bench, "bulk_postgres_rows", run, &(struct wanted){.is_postgres = true});
    return bench.is_bad ? 1 : 0;
}
