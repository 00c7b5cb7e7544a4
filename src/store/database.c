#include "store/database.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "store/backend/backend.h"

// The common front of both backends: what callers see of a database, its migrations, statements with their
// values. A backend is a table of functions (backend.h) that is chosen by what is opened.

maru_status database_init(struct database *database, const struct backend *backend,
                          const char *path, maru_error *err) {
    const size_t n = strlen(path) + 1;
    *database = (struct database){.backend = backend, .path = alloc_new(n, 1)};
    if (!database->path) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    memcpy(database->path, path, n);
    pthread_mutex_init(&database->lock, NULL);
    return MARU_OK;
}

void database_close(struct database *database) {
    if (database->path) {
        database->backend->close(database);
        alloc_free(database->path);
        pthread_mutex_destroy(&database->lock);
    }
    *database = (struct database){0};
}

// ---- who has which for himself

enum { MAX_ENTERED = 4 }; // of one thread: the store's, a tenant's, the other end of a copy

static _Thread_local struct {
    const struct database *database[MAX_ENTERED];
    size_t n;
} entered;

static void note_enter(const struct database *database) {
    for (size_t i = 0; i < entered.n; i++) {
        assert(entered.database[i] != database); // it would wait for itself
    }
    assert(entered.n < MAX_ENTERED);
    entered.database[entered.n++] = database;
}

static void note_leave(const struct database *database) {
    size_t i = 0;
    while (i < entered.n && entered.database[i] != database) {
        i++;
    }
    assert(i < entered.n); // who leaves is who entered
    entered.database[i] = entered.database[--entered.n];
}

void database_require_none(void) { assert(entered.n == 0); }

void database_enter(struct database *database) {
    note_enter(database);
    pthread_mutex_lock(&database->lock);
    if (database->backend->enter) {
        database->backend->enter(database);
    }
}

maru_status database_begin(struct database *database, maru_error *err) {
    return database->backend->begin(database, false, err);
}

maru_status database_begin_reading(struct database *database, maru_error *err) {
    return database->backend->begin(database, true, err);
}

maru_status database_leave(struct database *database, maru_status st, maru_error *err) {
    st = database->backend->end(database, st, err);
    pthread_mutex_unlock(&database->lock);
    note_leave(database);
    return st;
}

maru_status database_count_bytes(struct database *database, int64_t *n_bytes, maru_error *err) {
    return database->backend->count_bytes(database, n_bytes, err);
}

maru_status database_migrate(struct database *database, const char *const *migration, size_t n,
                             maru_error *err) {
    int64_t version = 0;
    maru_status st = database->backend->get_version(database, &version, err);
    if (st == MARU_OK && (version < 0 || (uint64_t)version > n)) {
        return fail(err, MARU_E_INPUT,
                    "%s was written by a newer maru (version %lld, this one knows %zu)",
                    database->path, (long long)version, n);
    }
    for (size_t i = (size_t)version; st == MARU_OK && i < n; i++) {
        database_enter(database);
        st = database_begin(database, err);
        int64_t now = version; // of another process that opened it at the same time
        st = st == MARU_OK ? database->backend->get_version(database, &now, err) : st;
        if (st == MARU_OK && now <= (int64_t)i) {
            st = database->backend->migrate(database, migration[i], err);
            st = st == MARU_OK ? database->backend->set_version(database, (int64_t)i + 1, err) : st;
        }
        st = database_leave(database, st, err);
    }
    return st;
}

// ---- statements

void query_fail(struct query *query, maru_status status, const char *format, ...) {
    if (query->status == MARU_OK) {
        char text[MARU_ERROR_TEXT_BYTES];
        va_list args;
        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        query->status = fail(&query->problem, status, "%s", text);
    }
}

// Member by member: the values are large, and most stay unused.
static void init(struct query *query, struct database *database, const char *sql) {
    query->database = database;
    query->sql = sql;
    query->n_value = 0;
    query->is_run = false;
    query->status = MARU_OK;
    query->statement = NULL;
    query->kept_row = NULL;
    query->n_kept_row = query->next_kept_row = 0;
}

void query_open(struct query *query, struct database *database, const char *sql) {
    init(query, database, sql);
    database->backend->open_query(query);
}

void query_bind(struct query *query, const struct value *value) {
    if (query->n_value == QUERY_MAX_VALUES) {
        query_fail(query, MARU_E_LIMIT, "a statement takes at most %d values", QUERY_MAX_VALUES);
        return;
    }
    query->value[query->n_value++] = *value;
}

void query_bind_text(struct query *query, const char *text) {
    const struct value value = {
        .kind = text ? VALUE_TEXT : VALUE_NULL, .bytes = text, .n = text ? strlen(text) : 0};
    query_bind(query, &value);
}

void query_bind_integer(struct query *query, int64_t value) {
    query_bind(query, &(struct value){.kind = VALUE_INTEGER, .integer = value});
}

void query_bind_number(struct query *query, double value) {
    query_bind(query, &(struct value){.kind = VALUE_NUMBER, .number = value});
}

void query_bind_bytes(struct query *query, const void *bytes, size_t n) {
    const struct value value = {.kind = VALUE_BYTES, .bytes = n > 0 ? bytes : "", .n = n};
    query_bind(query, &value);
}

bool query_row(struct query *query) {
    return query->status == MARU_OK && query->database->backend->next_row(query);
}

void query_again(struct query *query) {
    if (query->status == MARU_OK) {
        query->database->backend->again(query);
    }
    query->n_value = 0;
}

struct value query_value(const struct query *query, int column) {
    return query->database->backend->get(query, column);
}

const char *query_text(const struct query *query, int column) {
    const struct value value = query_value(query, column);
    return value.kind == VALUE_TEXT || value.kind == VALUE_BYTES ? value.bytes : "";
}

int64_t query_integer(const struct query *query, int column) {
    const struct value value = query_value(query, column);
    return value.kind == VALUE_INTEGER  ? value.integer
           : value.kind == VALUE_NUMBER ? (int64_t)value.number
                                        : 0;
}

double query_number(const struct query *query, int column) {
    const struct value value = query_value(query, column);
    return value.kind == VALUE_NUMBER    ? value.number
           : value.kind == VALUE_INTEGER ? (double)value.integer
                                         : 0;
}

const void *query_bytes(const struct query *query, int column, size_t *n) {
    const struct value value = query_value(query, column);
    const bool has_bytes = value.kind == VALUE_TEXT || value.kind == VALUE_BYTES;
    *n = has_bytes ? value.n : 0;
    return has_bytes ? value.bytes : "";
}

maru_status query_close(struct query *query, maru_error *err) {
    query->database->backend->close_query(query);
    alloc_free(query->kept_row);
    query->kept_row = NULL;
    if (query->status != MARU_OK && err) {
        *err = query->problem;
    }
    return query->status;
}

maru_status query_one(struct query *query, const char *none, maru_error *err) {
    const bool is_there = query_row(query);
    while (query_row(query)) {
    }
    const maru_status st = query_close(query, err);
    return st == MARU_OK && !is_there ? fail(err, MARU_E_USAGE, "%s", none) : st;
}

maru_status query_each(struct query *query, const char *none, query_see see, void *context,
                       maru_error *err) {
    maru_status st = MARU_OK;
    bool is_there = false;
    while (st == MARU_OK && query_row(query)) {
        is_there = true;
        st = see(context, query, err);
    }
    const maru_status closed = query_close(query, st == MARU_OK ? err : NULL);
    st = st == MARU_OK ? closed : st;
    return st == MARU_OK && none && !is_there ? fail(err, MARU_E_USAGE, "%s", none) : st;
}

maru_status query_tell(struct query *query, const char *none, query_see see, void *context,
                       maru_error *err) {
    struct database *database = query->database;
    return database_leave(database, query_each(query, none, see, context, err), err);
}

maru_status query_do(struct database *database, const char *sql, const char *const *text,
                     maru_error *err) {
    struct query query;
    query_open(&query, database, sql);
    for (; *text; text++) {
        query_bind_text(&query, *text);
    }
    query_row(&query);
    return query_close(&query, err);
}

// ---- many rows

void bulk_open(struct bulk *bulk, struct database *database, const char *table,
               const char *const *column, size_t n_column) {
    init(&bulk->query, database, "");
    bulk->buffer = (struct text){0};
    bulk->n_column = n_column;
    bulk->n_row = 0;
    bulk->is_open = false;
    if (n_column < 1 || n_column > BULK_MAX_COLUMNS) {
        query_fail(&bulk->query, MARU_E_LIMIT, "a table has 1 to %d columns here",
                   BULK_MAX_COLUMNS);
        return;
    }
    database->backend->open_bulk(bulk, table, column);
}

void bulk_row(struct bulk *bulk, const struct value *value) {
    if (bulk->query.status == MARU_OK) {
        bulk->query.database->backend->add_bulk(bulk, value);
        bulk->n_row++;
    }
}

maru_status bulk_close(struct bulk *bulk, maru_error *err) {
    bulk->query.database->backend->close_bulk(bulk);
    text_fini(&bulk->buffer);
    if (bulk->query.status != MARU_OK && err) {
        *err = bulk->query.problem;
    }
    return bulk->query.status;
}

// ---- what a table is

// Of a STRICT table of SQLite, or of PostgreSQL as dialect.c writes it.
static enum value_kind kind_of(const char *name) {
    static const struct {
        const char *name;
        enum value_kind kind;
    } kinds[] = {
        {"INTEGER", VALUE_INTEGER}, {"int8", VALUE_INTEGER}, {"REAL", VALUE_NUMBER},
        {"float8", VALUE_NUMBER},   {"TEXT", VALUE_TEXT},    {"text", VALUE_TEXT},
        {"BLOB", VALUE_BYTES},      {"bytea", VALUE_BYTES},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return kinds[i].kind;
        }
    }
    return VALUE_NULL;
}

static maru_status add_column(struct table_shape *shape, const struct query *query,
                              const char *table, maru_error *err) {
    const int64_t key = query_integer(query, 2);
    const enum value_kind kind = kind_of(query_text(query, 1));
    if (shape->n_column == BULK_MAX_COLUMNS || strlen(query_text(query, 0)) >= TABLE_NAME_BYTES ||
        kind == VALUE_NULL || key < 0 || key > BULK_MAX_COLUMNS) {
        return fail(err, MARU_E_LIMIT, "table %.60s has a column %.60s that cannot be carried",
                    table, query_text(query, 0));
    }
    const size_t i = shape->n_column++;
    snprintf(shape->column[i], TABLE_NAME_BYTES, "%s", query_text(query, 0));
    shape->kind[i] = kind;
    if (key > 0) {
        shape->key[key - 1] = (uint8_t)i;
        shape->n_key++;
    }
    return MARU_OK;
}

maru_status database_shape(struct database *database, const char *table, struct table_shape *out,
                           maru_error *err) {
    struct query query;
    maru_status st = MARU_OK;
    *out = (struct table_shape){.n_column = 0};
    query_open(&query, database, database->backend->shape_sql);
    query_bind_text(&query, table);
    while (st == MARU_OK && query_row(&query)) {
        st = add_column(out, &query, table, err);
    }
    const maru_status closed = query_close(&query, st == MARU_OK ? err : NULL);
    return st == MARU_OK ? closed : st;
}
