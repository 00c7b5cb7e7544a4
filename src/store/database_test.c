#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/database.h"

#include <float.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/postgres.h"
#include "store/trial_place.h"

// The same laws for both backends: what is written is read, of each kind and at its ends; statements may be
// under way together; what was undone is not there; many rows at once are the rows one by one.

static const char *const migration[] = {
    "CREATE TABLE thing(id INTEGER PRIMARY KEY, number REAL, name TEXT, packed BLOB) STRICT;"
    "CREATE TABLE pair(b TEXT NOT NULL, a INTEGER NOT NULL, PRIMARY KEY(a, b)) STRICT,"
    "  WITHOUT ROWID;",
    "ALTER TABLE pair ADD COLUMN more INTEGER NOT NULL DEFAULT 7;",
};

struct scene {
    struct trial_place place;
    struct postgres_pool *pool;
    struct database database;
};

static maru_status open_it(struct scene *s, maru_error *err) {
    char path[256];
    if (s->place.name[0]) {
        return postgres_open(&s->database, s->pool, s->place.text, "trial", migration, 2, err);
    }
    snprintf(path, sizeof path, "%s/trial.db", s->place.folder);
    return database_open(&s->database, path, migration, 2, err);
}

static int setup(void **state) {
    struct scene *s = calloc(1, sizeof *s);
    maru_error err = {0};
    if (!s || !trial_place_make(&s->place) || postgres_new_pool(&s->pool, &err) != MARU_OK ||
        open_it(s, &err) != MARU_OK) {
        fprintf(stderr, "%s\n", err.text);
        return -1;
    }
    *state = s;
    return 0;
}

static int teardown(void **state) {
    struct scene *s = *state;
    database_close(&s->database);
    postgres_free_pool(s->pool);
    trial_place_remove(&s->place);
    free(s);
    return 0;
}

static void good(struct scene *s, const char *sql) {
    static const char *const none[] = {NULL};
    maru_error err = {0};
    if (query_do(&s->database, sql, none, &err) != MARU_OK) {
        fail_msg("%s: %s", sql, err.text);
    }
}

static int64_t number_of(struct scene *s, const char *sql) {
    struct query query;
    query_open(&query, &s->database, sql);
    const int64_t n = query_row(&query) ? query_integer(&query, 0) : -1;
    assert_int_equal(query_close(&query, NULL), MARU_OK);
    return n;
}

static void same(const struct value *got, const struct value *want) {
    assert_int_equal(got->kind, want->kind);
    if (want->kind == VALUE_INTEGER) {
        assert_true(got->integer == want->integer);
    } else if (want->kind == VALUE_NUMBER) {
        assert_memory_equal(&got->number, &want->number, sizeof got->number);
    } else if (want->kind != VALUE_NULL) {
        assert_int_equal(got->n, want->n);
        assert_memory_equal(got->bytes, want->bytes, want->n);
    }
}

static void every_value_comes_back(void **state) {
    struct scene *s = *state;
    static const char bytes[] = "a\0b\377'\\";
    char *large = calloc(1, 3 << 20);
    assert_non_null(large);
    const struct value cases[][3] = {
        {{.kind = VALUE_NUMBER, .number = 0.1},
         {.kind = VALUE_TEXT, .bytes = "", .n = 0},
         {.kind = VALUE_BYTES, .bytes = bytes, .n = sizeof bytes}},
        {{.kind = VALUE_NULL}, {.kind = VALUE_NULL}, {.kind = VALUE_NULL}},
        {{.kind = VALUE_NUMBER, .number = -DBL_MAX},
         {.kind = VALUE_TEXT, .bytes = "마루 'q' \\ \"", .n = strlen("마루 'q' \\ \"")},
         {.kind = VALUE_BYTES, .bytes = "", .n = 0}},
        {{.kind = VALUE_NUMBER, .number = DBL_MIN / 4},
         {.kind = VALUE_TEXT, .bytes = "$1 ?1", .n = 5},
         {.kind = VALUE_BYTES, .bytes = large, .n = 3 << 20}},
    };
    static const int64_t ids[] = {INT64_MIN, -1, 0, INT64_MAX};
    for (size_t i = 0; i < 4; i++) { // null first bound as null, then as something
        struct query query;
        query_open(&query, &s->database, "INSERT INTO thing VALUES(?1, ?2, ?3, ?4)");
        query_bind_integer(&query, ids[i]);
        for (size_t k = 0; k < 3; k++) {
            query_bind(&query, &cases[i][k]);
        }
        query_row(&query);
        assert_int_equal(query_close(&query, NULL), MARU_OK);
    }
    for (size_t i = 0; i < 4; i++) {
        struct query query;
        query_open(&query, &s->database, "SELECT id, number, name, packed FROM thing WHERE id = ?");
        query_bind_integer(&query, ids[i]);
        assert_true(query_row(&query));
        assert_true(query_integer(&query, 0) == ids[i]);
        for (size_t k = 0; k < 3; k++) {
            const struct value got = query_value(&query, (int)k + 1);
            same(&got, &cases[i][k]);
        }
        assert_false(query_row(&query));
        assert_int_equal(query_close(&query, NULL), MARU_OK);
    }
    free(large);
}

static void add_pairs(struct scene *s, int64_t n) {
    maru_error err = {0};
    database_enter(&s->database);
    maru_status st = database_begin(&s->database, &err);
    for (int64_t i = 0; st == MARU_OK && i < n; i++) {
        struct query query;
        query_open(&query, &s->database, "INSERT INTO pair(a, b) VALUES(?, ?)");
        query_bind_integer(&query, i / 10);
        query_bind_text(
            &query, (const char *[]){"b", "a", "B", "가", "_", "ab", "", "z", "Z", "-"}[i % 10]);
        query_row(&query);
        st = query_close(&query, &err);
    }
    st = database_leave(&s->database, st, &err);
    assert_int_equal(st, MARU_OK);
}

static void statements_are_under_way_together(void **state) {
    struct scene *s = *state;
    struct query outer;
    int64_t n = 0, sum = 0;
    add_pairs(s, 200);
    query_open(&outer, &s->database, "SELECT a, b FROM pair ORDER BY a, b");
    while (query_row(&outer)) {
        struct query inner;
        char before[8];
        snprintf(before, sizeof before, "%s", query_text(&outer, 1));
        query_open(&inner, &s->database, "SELECT b FROM pair WHERE a = ? ORDER BY b");
        query_bind_integer(&inner, query_integer(&outer, 0));
        assert_true(query_row(&inner)); // and its other nine are left
        assert_int_equal(query_close(&inner, NULL), MARU_OK);
        assert_string_equal(query_text(&outer, 1), before);
        sum += query_integer(&outer, 0);
        n++;
    }
    assert_int_equal(query_close(&outer, NULL), MARU_OK);
    assert_int_equal(n, 200);
    assert_int_equal(sum, 10 * 19 * 20 / 2);
    query_open(&outer, &s->database, "SELECT a FROM pair");
    assert_true(query_row(&outer));
    assert_int_equal(query_close(&outer, NULL), MARU_OK); // the rest is not wanted
    assert_int_equal(number_of(s, "SELECT count(*) FROM pair"), 200);
    assert_int_equal(number_of(s, "SELECT sum(a) FROM pair"), 1900);
    assert_int_equal(number_of(s, "SELECT count(*) > 3 FROM pair"), 1);
}

struct seen {
    int64_t n, until;
    int64_t sum;
};

static maru_status see_pair(void *context, const struct query *query, maru_error *err) {
    struct seen *seen = context;
    (void)err;
    seen->sum += query_integer(query, 0);
    return ++seen->n < seen->until ? MARU_OK : MARU_E_RANGE;
}

static maru_status tell_pairs(struct scene *s, int64_t below, const char *none, struct seen *seen,
                              maru_error *err) {
    struct query query;
    query_open(&query, &s->database, "SELECT a FROM pair WHERE a < ? ORDER BY a");
    query_bind_integer(&query, below);
    return query_each(&query, none, see_pair, seen, err);
}

// Each row once, until one is refused; what is missing is said only where it is.
static void each_row_is_told(void **state) {
    struct scene *s = *state;
    maru_error err = {0};
    add_pairs(s, 200);
    struct seen all = {.until = INT64_MAX};
    assert_int_equal(tell_pairs(s, 100, "none of these", &all, &err), MARU_OK);
    assert_int_equal(all.n, 200);
    assert_int_equal(all.sum, 1900);
    struct seen few = {.until = 15};
    assert_int_equal(tell_pairs(s, 100, "none of these", &few, &err), MARU_E_RANGE);
    assert_int_equal(few.n, 15);
    assert_int_equal(few.sum, 5);
    struct seen none = {.until = 1};
    assert_int_equal(tell_pairs(s, 0, NULL, &none, &err), MARU_OK);
    assert_int_equal(tell_pairs(s, 0, "none of these", &none, &err), MARU_E_USAGE);
    assert_string_equal(err.text, "none of these");
    assert_int_equal(none.n, 0);
    struct query wrong;
    query_open(&wrong, &s->database, "SELECT a FROM pears");
    assert_int_not_equal(query_each(&wrong, "none of these", see_pair, &none, &err), MARU_OK);
    assert_string_not_equal(err.text, "none of these");
}

static void texts_are_in_the_order_of_their_bytes(void **state) {
    struct scene *s = *state;
    static const char *const want[] = {"", "-", "B", "Z", "_", "a", "ab", "b", "z", "가"};
    struct query query;
    size_t i = 0;
    add_pairs(s, 10);
    query_open(&query, &s->database, "SELECT b FROM pair WHERE b < ?1 OR b >= ?1 ORDER BY b");
    query_bind_text(&query, "a");
    for (; query_row(&query); i++) {
        assert_string_equal(query_text(&query, 0), want[i]);
    }
    assert_int_equal(query_close(&query, NULL), MARU_OK);
    assert_int_equal(i, 10);
}

static void many_statements_are_more_than_are_kept(void **state) {
    struct scene *s = *state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3 * DATABASE_KEPT_STATEMENTS; i++) {
            char sql[64]; // at one place, with another text each time
            snprintf(sql, sizeof sql, "SELECT %d + CAST(? AS BIGINT)", i);
            struct query query;
            query_open(&query, &s->database, sql);
            query_bind_integer(&query, 1);
            assert_true(query_row(&query));
            assert_int_equal(query_integer(&query, 0), i + 1);
            assert_int_equal(query_close(&query, NULL), MARU_OK);
        }
    }
}

static void a_failure_undoes_all(void **state) {
    struct scene *s = *state;
    static const char *const none[] = {NULL};
    maru_error err = {0};
    good(s, "INSERT INTO thing(id) VALUES(1)");
    database_enter(&s->database);
    assert_int_equal(database_begin(&s->database, &err), MARU_OK);
    good(s, "INSERT INTO thing(id) VALUES(2)");
    maru_status st = query_do(&s->database, "INSERT INTO thing(id) VALUES(1)", none, &err);
    assert_int_equal(st, MARU_E_INPUT);
    assert_int_equal(database_leave(&s->database, st, &err), MARU_E_INPUT);
    assert_int_equal(number_of(s, "SELECT count(*) FROM thing"), 1);
    assert_int_equal(query_do(&s->database, "SELECT nonsense", none, &err), MARU_E_IO);
    assert_true(err.text[0] != '\0');
    struct query query; // one statement with too many values
    query_open(&query, &s->database, "SELECT 1");
    for (int i = 0; i <= QUERY_MAX_VALUES; i++) {
        query_bind_integer(&query, i);
    }
    assert_false(query_row(&query));
    assert_int_equal(query_close(&query, &err), MARU_E_LIMIT);
    assert_int_equal(number_of(s, "SELECT count(*) FROM thing"), 1);
}

static void add_bulk(struct scene *s, int64_t n, maru_status want) {
    static const char *const column[] = {"packed", "id", "number", "name"};
    struct bulk bulk;
    maru_error err = {0};
    database_enter(&s->database);
    maru_status st = database_begin(&s->database, &err);
    assert_int_equal(st, MARU_OK);
    bulk_open(&bulk, &s->database, "thing", column, 4);
    for (int64_t i = 0; i < n; i++) {
        const struct value row[] = {
            {.kind = VALUE_BYTES, .bytes = "\0\1\2", .n = 3},
            {.kind = VALUE_INTEGER, .integer = i},
            {.kind = VALUE_NUMBER, .number = (double)i / 3},
            {.kind = i % 2 ? VALUE_TEXT : VALUE_NULL, .bytes = "둘", .n = 3}};
        bulk_row(&bulk, row);
    }
    st = bulk_close(&bulk, &err);
    if (st != want) {
        fail_msg("%d: %s", st, err.text);
    }
    assert_int_equal(database_leave(&s->database, st, &err), want);
}

static void many_rows_at_once_are_rows(void **state) {
    struct scene *s = *state;
    enum { N = 20000 };
    add_bulk(s, 0, MARU_OK);
    add_bulk(s, N, MARU_OK);
    assert_int_equal(number_of(s, "SELECT count(*) FROM thing"), N);
    assert_int_equal(number_of(s, "SELECT count(name) FROM thing WHERE name = '둘'"), N / 2);
    struct query query;
    query_open(&query, &s->database, "SELECT number, packed FROM thing WHERE id = 12345");
    assert_true(query_row(&query));
    size_t n = 0;
    assert_true(query_number(&query, 0) == 12345.0 / 3);
    assert_memory_equal(query_bytes(&query, 1, &n), "\0\1\2", 3);
    assert_int_equal(n, 3);
    assert_int_equal(query_close(&query, NULL), MARU_OK);
    add_bulk(s, 3, MARU_E_INPUT); // they are there
    assert_int_equal(number_of(s, "SELECT count(*) FROM thing"), N);
}

static void a_row_of_another_kind_is_refused(void **state) {
    struct scene *s = *state;
    static const char *const column[] = {"id", "number"}, *const wrong[] = {"id", "nothing"};
    struct bulk bulk;
    const struct value row[] = {{.kind = VALUE_INTEGER, .integer = 1},
                                {.kind = VALUE_TEXT, .bytes = "text", .n = 4}};
    for (int i = 0; i < 2; i++) {
        database_enter(&s->database);
        assert_int_equal(database_begin(&s->database, NULL), MARU_OK);
        bulk_open(&bulk, &s->database, "thing", i ? wrong : column, 2);
        bulk_row(&bulk, row);
        const maru_status st = bulk_close(&bulk, NULL);
        assert_int_not_equal(st, MARU_OK);
        assert_int_equal(database_leave(&s->database, st, NULL), st);
        assert_int_equal(number_of(s, "SELECT count(*) FROM thing"), 0);
    }
}

static void a_table_tells_its_shape(void **state) {
    struct scene *s = *state;
    struct table_shape shape;
    assert_int_equal(database_shape(&s->database, "pair", &shape, NULL), MARU_OK);
    assert_int_equal(shape.n_column, 3);
    assert_string_equal(shape.column[0], "b");
    assert_int_equal(shape.kind[0], VALUE_TEXT);
    assert_string_equal(shape.column[2], "more");
    assert_int_equal(shape.kind[2], VALUE_INTEGER);
    assert_int_equal(shape.n_key, 2);
    assert_int_equal(shape.key[0], 1); // (a, b)
    assert_int_equal(shape.key[1], 0);
    assert_int_equal(database_shape(&s->database, "thing", &shape, NULL), MARU_OK);
    assert_int_equal(shape.kind[1], VALUE_NUMBER);
    assert_int_equal(shape.kind[3], VALUE_BYTES);
    assert_int_equal(database_shape(&s->database, "none", &shape, NULL), MARU_OK);
    assert_int_equal(shape.n_column, 0);
}

static int64_t count_bytes(struct scene *s) {
    int64_t n = -1;
    database_enter(&s->database);
    assert_int_equal(database_count_bytes(&s->database, &n, NULL), MARU_OK);
    assert_int_equal(database_leave(&s->database, MARU_OK, NULL), MARU_OK);
    return n;
}

// It is counted again when that is cheap: on a busy machine later.
static void what_is_deleted_makes_room_again(void **state) {
    struct scene *s = *state;
    const int64_t empty = count_bytes(s);
    int64_t full = 0, again = INT64_MAX;
    add_bulk(s, 20000, MARU_OK);
    for (int i = 0; i < 300 && full < empty + 400000; i++) {
        usleep(100000);
        full = count_bytes(s);
    }
    assert_true(full >= empty + 400000);
    good(s, "DELETE FROM thing");
    for (int i = 0; i < 300 && again > empty + (full - empty) / 10; i++) {
        usleep(100000);
        again = count_bytes(s);
    }
    assert_true(again <= empty + (full - empty) / 10);
}

static void a_newer_one_is_left_alone(void **state) {
    struct scene *s = *state;
    maru_error err = {0};
    database_close(&s->database);
    assert_int_equal(open_it(s, &err), MARU_OK); // again, and nothing is to be done
    good(s, s->place.name[0] ? "UPDATE maru_version SET version = 3" : "PRAGMA user_version = 3");
    database_close(&s->database);
    assert_int_equal(open_it(s, &err), MARU_E_INPUT);
    assert_non_null(strstr(err.text, "newer maru"));
}

// ---- of PostgreSQL alone

static void end_connections(const struct scene *s) {
    assert_true(trial_sql(s->place.text,
                          "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE"
                          " application_name = 'maru' AND datname = current_database()",
                          NULL, 0));
    usleep(100000);
}

static void a_lost_connection_is_made_again(void **state) {
    struct scene *s = *state;
    static const char *const none[] = {NULL};
    maru_error err = {0};
    if (!s->place.name[0]) {
        skip();
    }
    good(s, "INSERT INTO thing(id) VALUES(1)");
    end_connections(s); // while nobody works: nobody learns of it
    database_enter(&s->database);
    good(s, "INSERT INTO thing(id) VALUES(2)");
    assert_int_equal(database_leave(&s->database, MARU_OK, &err), MARU_OK);
    for (int i = 0; i < 2; i++) { // in a transaction, before a statement or before its end
        database_enter(&s->database);
        assert_int_equal(database_begin(&s->database, &err), MARU_OK);
        good(s, "INSERT INTO thing(id) VALUES(3)");
        end_connections(s);
        maru_status st = MARU_OK;
        if (i == 0) {
            st = query_do(&s->database, "INSERT INTO thing(id) VALUES(4)", none, &err);
            assert_int_equal(st, MARU_E_IO);
            assert_non_null(strstr(err.text, "connection to PostgreSQL was lost"));
            st = query_do(&s->database, "INSERT INTO thing(id) VALUES(5)", none, &err);
            assert_int_equal(st, MARU_E_IO); // not in a transaction of its own
        }
        assert_int_equal(database_leave(&s->database, st, &err), MARU_E_IO);
        assert_non_null(strstr(err.text, "connection to PostgreSQL was lost"));
        database_enter(&s->database);
        assert_int_equal(number_of(s, "SELECT count(*) FROM thing"), 2);
        assert_int_equal(database_leave(&s->database, MARU_OK, &err), MARU_OK);
    }
}

static void a_server_that_may_lose_is_refused(void **state) {
    struct scene *s = *state;
    maru_error err = {0};
    char sql[160];
    if (!s->place.name[0]) {
        skip();
    }
    database_close(&s->database);
    snprintf(sql, sizeof sql, "ALTER DATABASE %s SET synchronous_commit = off", s->place.name);
    assert_true(trial_sql(s->place.text, sql, NULL, 0));
    assert_int_equal(open_it(s, &err), MARU_E_INPUT);
    assert_non_null(strstr(err.text, "synchronous_commit"));
}

// More schemas than connections, in the hands of some threads; and a database may move in memory.
enum { N_SCHEMA = POSTGRES_MAX_CONNECTIONS + 12, N_THREAD = 6 };

struct many {
    struct database database[N_SCHEMA];
    _Atomic uint32_t seed;
};

static void *use_many(void *context) {
    static const char *const none[] = {NULL};
    struct many *many = context;
    uint32_t luck = 12345 * ++many->seed;
    for (int i = 0; i < 150; i++) {
        luck = luck * 1664525 + 1013904223;
        struct database *database = &many->database[(luck >> 8) % N_SCHEMA];
        database_enter(database);
        maru_status st = database_begin(database, NULL);
        st = st == MARU_OK ? query_do(database, "UPDATE pair SET a = a + 1", none, NULL) : st;
        st = database_leave(database, st, NULL);
        if (st != MARU_OK) {
            return many;
        }
    }
    return NULL;
}

static void many_schemas_share_few_connections(void **state) {
    struct scene *s = *state;
    maru_error err = {0};
    char schema[POSTGRES_SCHEMA_BYTES], n_open[16];
    int64_t sum = 0;
    if (!s->place.name[0]) {
        skip();
    }
    struct many *many = calloc(1, sizeof *many);
    assert_non_null(many);
    for (int i = 0; i < N_SCHEMA; i++) {
        struct database opened;
        snprintf(schema, sizeof schema, "many_%d", i);
        if (postgres_open(&opened, s->pool, s->place.text, schema, migration, 2, &err) != MARU_OK) {
            fail_msg("%s", err.text);
        }
        many->database[i] = opened;
        static const char *const none[] = {NULL};
        database_enter(&many->database[i]);
        assert_int_equal(
            query_do(&many->database[i], "INSERT INTO pair VALUES('', 0, 0)", none, &err), MARU_OK);
        assert_int_equal(database_leave(&many->database[i], MARU_OK, &err), MARU_OK);
    }
    pthread_t thread[N_THREAD];
    for (size_t i = 0; i < N_THREAD; i++) {
        assert_int_equal(pthread_create(&thread[i], NULL, use_many, many), 0);
    }
    for (size_t i = 0; i < N_THREAD; i++) {
        void *failed = NULL;
        pthread_join(thread[i], &failed);
        assert_null(failed);
    }
    assert_true(trial_sql(s->place.text,
                          "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'maru'"
                          " AND datname = current_database()",
                          n_open, sizeof n_open));
    assert_in_range((uint64_t)strtoul(n_open, NULL, 10), 2, POSTGRES_MAX_CONNECTIONS + N_THREAD);
    for (int i = 0; i < N_SCHEMA; i++) {
        struct query query;
        database_enter(&many->database[i]);
        query_open(&query, &many->database[i], "SELECT a FROM pair");
        sum += query_row(&query) ? query_integer(&query, 0) : 0;
        assert_int_equal(query_close(&query, NULL), MARU_OK);
        assert_int_equal(database_leave(&many->database[i], MARU_OK, &err), MARU_OK);
        database_close(&many->database[i]);
    }
    assert_int_equal(sum, N_THREAD * 150);
    free(many);
}

static void a_password_is_in_no_sentence(void **state) {
    (void)state;
    static const struct {
        const char *url, *shown;
    } cases[] = {
        {"postgresql://u:secret@h:5432/db?sslmode=require", "postgresql://u@h:5432/db"},
        {"postgresql://u:se@cret@h/db", "postgresql://u@h/db"},
        {"postgres://u@h/db?password=secret", "postgres://u@h/db"},
        {"postgresql:///db?host=/run/a@b:c", "postgresql:///db"},
        {"postgresql://h:1/db", "postgresql://h:1/db"},
        {"postgresql://", "postgresql://"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char shown[POSTGRES_MAX_URL_BYTES];
        assert_true(postgres_is_url(cases[i].url));
        postgres_show_url(cases[i].url, shown);
        assert_string_equal(shown, cases[i].shown);
    }
    assert_false(postgres_is_url("/var/lib/maru"));
    struct postgres_pool *pool = NULL;
    struct database database;
    maru_error err = {0};
    assert_int_equal(postgres_new_pool(&pool, &err), MARU_OK);
    assert_int_equal(postgres_open(&database, pool, "postgresql://u:secret@127.0.0.1:1/db", "x",
                                   migration, 2, &err),
                     MARU_E_IO);
    assert_non_null(strstr(err.text, "PostgreSQL cannot be reached"));
    assert_null(strstr(err.text, "secret"));
    postgres_free_pool(pool);
}

// ---- who has one for himself waits for nobody who may ask one

static void require_death(void (*act)(struct scene *s), struct scene *s) {
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) { // the sentence of its end is nobody's concern here
        (void)!freopen("/dev/null", "w", stderr);
        signal(SIGABRT, SIG_DFL);
        act(s);
        _exit(0);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGABRT);
}

static void wait_within(struct scene *s) {
    database_enter(&s->database);
    database_require_none();
}

static void enter_twice(struct scene *s) {
    database_enter(&s->database);
    database_enter(&s->database);
}

static void leave_for_another(struct scene *s) {
    (void)!database_leave(&s->database, MARU_OK, NULL);
}

static void *wait_elsewhere(void *context) {
    (void)context;
    database_require_none(); // it has none: another thread has
    return context;
}

static void nobody_waits_within_a_query(void **state) {
    struct scene *s = *state;
    require_death(wait_within, s);
    require_death(enter_twice, s);
    require_death(leave_for_another, s);
    database_require_none();
    database_enter(&s->database);
    pthread_t other;
    void *back = NULL;
    assert_int_equal(pthread_create(&other, NULL, wait_elsewhere, s), 0);
    assert_int_equal(pthread_join(other, &back), 0);
    assert_ptr_equal(back, s);
    assert_int_equal(database_leave(&s->database, MARU_OK, NULL), MARU_OK);
    database_require_none();
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH(every_value_comes_back),
        WITH(statements_are_under_way_together),
        WITH(each_row_is_told),
        WITH(texts_are_in_the_order_of_their_bytes),
        WITH(many_statements_are_more_than_are_kept),
        WITH(a_failure_undoes_all),
        WITH(many_rows_at_once_are_rows),
        WITH(a_row_of_another_kind_is_refused),
        WITH(a_table_tells_its_shape),
        WITH(what_is_deleted_makes_room_again),
        WITH(a_newer_one_is_left_alone),
        WITH(a_lost_connection_is_made_again),
        WITH(a_server_that_may_lose_is_refused),
        WITH(nobody_waits_within_a_query),
        WITH(many_schemas_share_few_connections),
        cmocka_unit_test(a_password_is_in_no_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
