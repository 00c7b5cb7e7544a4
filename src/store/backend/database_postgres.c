#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "store/backend/dialect.h"
#include "store/backend/postgres_link.h"

// One schema of PostgreSQL.
//
// A transaction begins with a lock on the schema's table maru_version, so writers come one after the other, as
// in a file of SQLite, and each sees all of those before it; who only reads waits for nobody. Values and
// rows travel in binary: int8, float8, text and bytea, which are all the types there are. Rows come
// one by one, while they are asked for; what a second statement finds under way is fetched and kept.
//
// A statement is prepared with the types of the values that it is first run with; null fits each of them, and a
// type that was null before is prepared anew.

enum {
    NAME_BYTES = 16,
    SQL_BYTES = 1 << 20,
    FLUSH_BYTES = 1 << 18,
    NUMBER_BYTES = 8,
    MOST_PIPED = 1000
};

static const size_t bulk_max_bytes = (size_t)1 << 30; // what PostgreSQL takes for one value

enum { // of types: their numbers in pg_type
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_FLOAT8 = 701,
    OID_NUMERIC = 1700,
};

static struct postgres_link *link_of(const struct database *database) { return database->link; }

static Oid oid_of(enum value_kind kind) {
    switch (kind) {
    case VALUE_INTEGER:
        return OID_INT8;
    case VALUE_NUMBER:
        return OID_FLOAT8;
    case VALUE_TEXT:
        return OID_TEXT;
    case VALUE_BYTES:
        return OID_BYTEA;
    case VALUE_NULL:
        break;
    }
    return 0; // PostgreSQL finds out what is meant
}

// ---- numbers as they travel: the highest byte first

static void put(uint64_t value, size_t n, char *out) {
    for (size_t i = 0; i < n; i++) {
        out[i] = (char)(value >> (8 * (n - 1 - i)));
    }
}

static int64_t take(const char *bytes, size_t n) {
    uint64_t value = n > 0 && (bytes[0] & 0x80) ? UINT64_MAX : 0;
    for (size_t i = 0; i < n; i++) {
        value = value << 8 | (unsigned char)bytes[i];
    }
    return (int64_t)value;
}

static void put_number(double value, char *out) {
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    put(bits, sizeof bits, out);
}

static double take_number(const char *bytes) {
    const int64_t bits = take(bytes, sizeof bits);
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// What sum() gives: number of digits, place of the first, sign, digits shown; then digits, base 10000.
static struct value take_numeric(const char *bytes, size_t n) {
    enum { BASE = 10000, HEAD = 8 };
    struct value value = {.kind = VALUE_INTEGER};
    const int64_t n_digit = n >= HEAD ? take(bytes, 2) : 0,
                  first = n >= HEAD ? take(bytes + 2, 2) : 0;
    const bool is_negative = n >= HEAD && take(bytes + 4, 2) == 0x4000;
    double number = 0, scale = 1;
    bool is_whole = first < 4; // 16 decimal digits, exactly
    for (int64_t i = 0; i < n_digit && HEAD + 2 * (i + 1) <= (int64_t)n; i++) {
        number = number * BASE + (double)take(bytes + HEAD + 2 * i, 2);
    }
    for (int64_t i = n_digit - 1; i < first; i++) {
        number *= BASE;
    }
    for (int64_t i = first; i < n_digit - 1; i++) {
        scale *= BASE;
        is_whole = false;
    }
    number = (is_negative ? -number : number) / scale;
    if (is_whole) {
        value.integer = (int64_t)number;
    } else {
        value.kind = VALUE_NUMBER;
        value.number = number;
    }
    return value;
}

// ---- rows

static void fail_with(struct query *query, const PGresult *result) {
    if (query->status == MARU_OK) {
        query->status = link_refusal(link_of(query->database), result, &query->problem);
    }
}

// The next row of what is under way, or NULL, and then nothing is under way any more.
static PGresult *fetch(struct postgres_link *link) {
    struct query *query = link->streaming;
    PGresult *result = NULL;
    while (query && (result = PQgetResult(link->connection)) != NULL) {
        const ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_SINGLE_TUPLE) {
            return result;
        }
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
            fail_with(query, result);
        }
        PQclear(result);
        if (PQstatus(link->connection) != CONNECTION_OK) {
            break;
        }
    }
    link->streaming = NULL;
    return NULL;
}

static bool keep_row(struct query *query, PGresult *row) {
    if ((query->n_kept_row & (query->n_kept_row - 1)) == 0) { // 0, 1, 2, 4, ...
        const size_t cap = query->n_kept_row > 0 ? 2 * query->n_kept_row : 1;
        void **larger = alloc_resize(query->kept_row, cap, sizeof *larger);
        if (!larger) {
            return false;
        }
        query->kept_row = larger;
    }
    query->kept_row[query->n_kept_row++] = row;
    return true;
}

// Read all answers to a statement that is run again and again. The first that is none tells why; those behind it were not run.
static void end_piping(struct postgres_link *link) {
    struct query *query = link->piping;
    if (!query) {
        return;
    }
    bool is_more = PQpipelineSync(link->connection) == 1;
    for (size_t n_silent = 0; is_more && n_silent < 2;) { // an end behind each answer, but the last
        PGresult *result = PQgetResult(link->connection);
        const ExecStatusType status = PQresultStatus(result);
        n_silent = result ? 0 : n_silent + 1;
        is_more = status != PGRES_PIPELINE_SYNC;
        if (result && is_more && status != PGRES_COMMAND_OK && status != PGRES_PIPELINE_ABORTED) {
            fail_with(query, result);
        }
        PQclear(result);
    }
    if (is_more || PQexitPipelineMode(link->connection) != 1) {
        fail_with(query, NULL);
        link_disconnect(link); // what it would answer next is not known
    }
    link->piping = NULL;
    link->n_piped = 0;
}

// Another statement is to be run: rows of the one under way are kept for it.
static void make_way(struct postgres_link *link) {
    end_piping(link);
    struct query *query = link->streaming;
    for (PGresult *row = fetch(link); row; row = fetch(link)) {
        if (!keep_row(query, row)) {
            query_fail(query, MARU_E_MEMORY, "no memory");
            PQclear(row);
        }
    }
}

static struct value get(const struct query *query, int column) {
    const PGresult *row = query->statement;
    struct value value = {.kind = VALUE_NULL};
    if (!row || PQgetisnull(row, 0, column)) {
        return value;
    }
    const char *bytes = PQgetvalue(row, 0, column);
    const size_t n = (size_t)PQgetlength(row, 0, column);
    switch (PQftype(row, column)) {
    case OID_BOOL:
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
        value.kind = VALUE_INTEGER;
        value.integer = take(bytes, n);
        break;
    case OID_FLOAT8:
        value.kind = VALUE_NUMBER;
        value.number = take_number(bytes);
        break;
    case OID_NUMERIC:
        value = take_numeric(bytes, n);
        break;
    case OID_BYTEA:
        value.kind = VALUE_BYTES;
        value.bytes = bytes;
        value.n = n;
        break;
    default: // text and what looks like it; libpq puts a 0 behind
        value.kind = VALUE_TEXT;
        value.bytes = bytes;
        value.n = n;
        break;
    }
    return value;
}

// ---- statements

static void open_query(struct query *query) { (void)query; } // prepared when its values are known

static bool fits(const struct prepared *prepared, const struct query *query) {
    if (prepared->sql != query->sql || strcmp(prepared->text, query->sql) != 0) {
        return false;
    }
    for (size_t i = 0; i < query->n_value; i++) {
        if (query->value[i].kind != VALUE_NULL && prepared->kind[i] != (char)query->value[i].kind) {
            return false;
        }
    }
    return true;
}

static bool prepare(struct query *query, struct prepared *prepared, const char *name) {
    struct postgres_link *link = link_of(query->database);
    struct text sql;
    Oid oid[QUERY_MAX_VALUES] = {0};
    text_init(&sql, SQL_BYTES);
    const size_t n = dialect_add_statement(&sql, query->sql), n_text = strlen(query->sql) + 1;
    prepared->text = alloc_new(n_text, 1);
    if (sql.status != MARU_OK || !prepared->text) {
        query_fail(query, MARU_E_MEMORY, "no memory");
    } else if (n > QUERY_MAX_VALUES || query->n_value > n) {
        query_fail(query, MARU_E_LIMIT, "a statement takes at most %d values", QUERY_MAX_VALUES);
    } else {
        memcpy(prepared->text, query->sql, n_text);
        for (size_t i = 0; i < n; i++) {
            prepared->kind[i] = i < query->n_value ? (char)query->value[i].kind : VALUE_NULL;
            oid[i] = oid_of((enum value_kind)prepared->kind[i]);
        }
        PGresult *result = PQprepare(link->connection, name, sql.bytes, (int)n, oid);
        if (PQresultStatus(result) != PGRES_COMMAND_OK) {
            fail_with(query, result);
        }
        PQclear(result);
    }
    text_fini(&sql);
    prepared->sql = query->status == MARU_OK ? query->sql : NULL;
    prepared->n_value = n;
    return query->status == MARU_OK;
}

static bool drop_prepared(struct query *query, struct prepared *prepared, const char *name) {
    struct postgres_link *link = link_of(query->database);
    if (prepared->sql) {
        char sql[NAME_BYTES + 16];
        snprintf(sql, sizeof sql, "DEALLOCATE %s", name);
        query->status = link_run(link, sql, &query->problem);
    }
    if (query->status == MARU_OK) {
        alloc_free(prepared->text);
        *prepared = (struct prepared){.sql = NULL};
    }
    return query->status == MARU_OK;
}

static size_t find_fitting(const struct postgres_link *link, const struct query *query) {
    size_t i = 0;
    while (i < DATABASE_KEPT_STATEMENTS && link->prepared[i].sql &&
           !fits(&link->prepared[i], query)) {
        i++;
    }
    return i;
}

// The prepared statement of a query, and its name; NULL: the query has failed.
static struct prepared *find_prepared(struct query *query, char name[NAME_BYTES]) {
    struct postgres_link *link = link_of(query->database);
    size_t i = find_fitting(link, query);
    const bool is_known = i < DATABASE_KEPT_STATEMENTS && link->prepared[i].sql;
    if (i == DATABASE_KEPT_STATEMENTS) {
        i = link->next_prepared++ % DATABASE_KEPT_STATEMENTS;
    }
    struct prepared *prepared = &link->prepared[i];
    snprintf(name, NAME_BYTES, "m%zu", i);
    const bool is_ready =
        is_known || (drop_prepared(query, prepared, name) && prepare(query, prepared, name));
    return is_ready ? prepared : NULL;
}

static bool send(struct query *query, const char *name, size_t n) {
    struct postgres_link *link = link_of(query->database);
    const char *bytes[QUERY_MAX_VALUES] = {NULL};
    int n_bytes[QUERY_MAX_VALUES] = {0}, is_binary[QUERY_MAX_VALUES];
    char number[QUERY_MAX_VALUES][NUMBER_BYTES];
    for (size_t i = 0; i < n; i++) {
        is_binary[i] = 1;
        const struct value *value = &query->value[i];
        if (i >= query->n_value || value->kind == VALUE_NULL) {
            continue;
        }
        bytes[i] = number[i];
        n_bytes[i] = NUMBER_BYTES;
        if (value->kind == VALUE_INTEGER) {
            put((uint64_t)value->integer, NUMBER_BYTES, number[i]);
        } else if (value->kind == VALUE_NUMBER) {
            put_number(value->number, number[i]);
        } else if (value->n > INT32_MAX) {
            query_fail(query, MARU_E_LIMIT, "too large for one row of %s", query->database->path);
            return false;
        } else {
            bytes[i] = value->bytes;
            n_bytes[i] = (int)value->n;
        }
    }
    if (!PQsendQueryPrepared(link->connection, name, (int)n, bytes, n_bytes, is_binary, 1)) {
        fail_with(query, NULL);
        return false;
    }
    return true;
}

static void run(struct query *query) {
    struct postgres_link *link = link_of(query->database);
    char name[NAME_BYTES];
    query->is_run = true;
    const maru_status st = link_connect(link, &query->problem);
    if (st != MARU_OK) {
        query->status = st;
        return;
    }
    make_way(link);
    const struct prepared *prepared = find_prepared(query, name);
    if (prepared && send(query, name, prepared->n_value)) {
        (void)PQsetSingleRowMode(link->connection);
        link->streaming = query;
    }
}

static void again(struct query *query) {
    struct postgres_link *link = link_of(query->database);
    char name[NAME_BYTES];
    const size_t i = link->piping == query ? find_fitting(link, query) : DATABASE_KEPT_STATEMENTS;
    const bool goes_on =
        i < DATABASE_KEPT_STATEMENTS && link->prepared[i].sql && link->n_piped < MOST_PIPED;
    const maru_status st = goes_on ? MARU_OK : link_connect(link, &query->problem);
    if (st != MARU_OK) {
        query->status = st;
        return;
    }
    if (!goes_on) {
        make_way(link);
    }
    const struct prepared *prepared = query->status == MARU_OK ? find_prepared(query, name) : NULL;
    if (prepared && !goes_on && PQenterPipelineMode(link->connection) != 1) {
        fail_with(query, NULL);
        return;
    }
    if (prepared) {
        link->piping = query;
        link->n_piped += send(query, name, prepared->n_value);
    }
}

static bool next_row(struct query *query) {
    struct postgres_link *link = link_of(query->database);
    if (!query->is_run) {
        run(query);
    }
    PQclear(query->statement);
    query->statement = NULL;
    if (query->next_kept_row < query->n_kept_row) {
        query->statement = query->kept_row[query->next_kept_row++];
    } else if (link->streaming == query) {
        query->statement = fetch(link);
    }
    return query->status == MARU_OK && query->statement;
}

static void close_query(struct query *query) {
    struct postgres_link *link = link_of(query->database);
    PQclear(query->statement);
    query->statement = NULL;
    while (query->next_kept_row < query->n_kept_row) {
        PQclear(query->kept_row[query->next_kept_row++]);
    }
    if (link->piping == query) {
        end_piping(link);
    }
    if (link->streaming == query) {
        for (PGresult *row = fetch(link); row; row = fetch(link)) {
            PQclear(row);
        }
    }
}

// ---- transactions

static void enter(struct database *database) {
    struct postgres_link *link = link_of(database);
    pthread_mutex_lock(&link->lock);
    link_look(link);
}

static maru_status begin(struct database *database, bool reads, maru_error *err) {
    static const char *const sql[] = {
        "BEGIN; LOCK TABLE maru_version IN SHARE ROW EXCLUSIVE MODE",
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1 FROM maru_version"};
    struct postgres_link *link = link_of(database);
    maru_status st = link_connect(link, err);
    if (st != MARU_OK) {
        return st;
    }
    make_way(link);
    st = link_run(link, sql[reads], err);
    if (PQstatus(link->connection) != CONNECTION_OK) { // it was lost since it was last used
        st = link_connect(link, err);
        st = st == MARU_OK ? link_run(link, sql[reads], err) : st;
    }
    link->in_transaction = true;
    return st;
}

static maru_status end_transaction(struct postgres_link *link, maru_status st, maru_error *err) {
    if (PQstatus(link->connection) == CONNECTION_OK) {
        make_way(link);
    }
    const bool was_good = st == MARU_OK;
    if (PQstatus(link->connection) != CONNECTION_OK) {
        st = was_good ? link_refusal(link, NULL, err) : st;
    } else if (was_good) {
        PGresult *result = PQexec(link->connection, "COMMIT");
        if (PQresultStatus(result) != PGRES_COMMAND_OK) {
            st = PQstatus(link->connection) == CONNECTION_OK
                     ? link_refusal(link, result, err)
                     : fail(err, MARU_E_IO,
                            "the connection to PostgreSQL was lost at the last moment: look "
                            "whether the change is there");
        } else if (strcmp(PQcmdStatus(result), "COMMIT") != 0) { // a statement in it had failed
            st = fail(err, MARU_E_IO, "%s: the change was not kept", link->place);
        }
        PQclear(result);
    } else {
        PQclear(PQexec(link->connection, "ROLLBACK"));
    }
    link->in_transaction = false;
    return st;
}

static maru_status end(struct database *database, maru_status st, maru_error *err) {
    struct postgres_link *link = link_of(database);
    st = link->in_transaction ? end_transaction(link, st, err) : st;
    pthread_mutex_unlock(&link->lock);
    return st;
}

// ---- migrations

static maru_status migrate(struct database *database, const char *sql, maru_error *err) {
    struct text script;
    text_init(&script, SQL_BYTES);
    maru_status st = dialect_add_migration(&script, sql, err);
    st = st == MARU_OK ? link_run(link_of(database), script.bytes, err) : st;
    text_fini(&script);
    return st;
}

static maru_status get_version(struct database *database, int64_t *version, maru_error *err) {
    struct query query;
    query_open(&query, database, "SELECT version FROM maru_version");
    const int64_t n = query_row(&query) ? query_integer(&query, 0) : -1;
    const maru_status st = query_close(&query, err);
    *version = st == MARU_OK ? n : *version;
    return st;
}

static maru_status set_version(struct database *database, int64_t version, maru_error *err) {
    char sql[64];
    snprintf(sql, sizeof sql, "UPDATE maru_version SET version = %lld", (long long)version);
    return link_run(link_of(database), sql, err);
}

// ---- bytes in use

// Of all rows, by their columns: what lies apart because it is large is counted without being read. Rows that
// were deleted leave their room in the files to later ones, so the sizes of the files would tell nothing.
static const char count_statement[] =
    "SELECT 'SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM (' ||"
    " string_agg('SELECT sum(' || size || ') AS n FROM ' || quote_ident(relname), ' UNION ALL ')"
    " || ') AS part' FROM (SELECT r.relname, '28' || string_agg(' + coalesce(pg_column_size(' ||"
    " quote_ident(a.attname) || '), 0)', '') AS size FROM pg_class r JOIN pg_attribute a"
    " ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE r.relkind = 'r'"
    " AND r.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
    " GROUP BY r.relname) AS of_table";

static maru_status count_now(struct postgres_link *link, maru_error *err) {
    maru_status st = link_connect(link, err);
    if (st != MARU_OK) {
        return st;
    }
    make_way(link);
    PGresult *statement = PQexec(link->connection, count_statement), *result = NULL;
    if (PQresultStatus(statement) != PGRES_TUPLES_OK) {
        st = link_refusal(link, statement, err);
    } else {
        result = PQexecParams(link->connection, PQgetvalue(statement, 0, 0), 0, NULL, NULL, NULL,
                              NULL, 1);
        if (PQresultStatus(result) != PGRES_TUPLES_OK) {
            st = link_refusal(link, result, err);
        } else {
            link->n_bytes = take(PQgetvalue(result, 0, 0), (size_t)PQgetlength(result, 0, 0));
        }
    }
    PQclear(result);
    PQclear(statement);
    return st;
}

// Counted again after twenty times as long as it took: at most a twentieth of the time goes into it.
static maru_status count_bytes(struct database *database, int64_t *n_bytes, maru_error *err) {
    enum { REST = 20 };
    struct postgres_link *link = link_of(database);
    const double now_s = clock_seconds();
    if (link->counted_s == 0 || now_s - link->counted_s > REST * link->counting_s) {
        const maru_status st = count_now(link, err);
        if (st != MARU_OK) {
            return st;
        }
        link->counted_s = clock_seconds();
        link->counting_s = link->counted_s - now_s;
    }
    *n_bytes = link->n_bytes;
    return MARU_OK;
}

// ---- many rows: COPY in its binary form

static void open_bulk(struct bulk *bulk, const char *table, const char *const *column) {
    static const char head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"; // its last 0 is the string's
    struct query *query = &bulk->query;
    struct postgres_link *link = link_of(query->database);
    struct table_shape shape = {.n_column = 0};
    struct text sql;
    query->status = link_connect(link, &query->problem);
    if (query->status == MARU_OK) {
        query->status = database_shape(query->database, table, &shape, &query->problem);
    }
    text_init(&bulk->buffer, bulk_max_bytes);
    text_init(&sql, SQL_BYTES);
    text_addf(&sql, "COPY %s(", table);
    for (size_t i = 0; query->status == MARU_OK && i < bulk->n_column; i++) {
        size_t k = 0;
        while (k < shape.n_column && strcmp(shape.column[k], column[i]) != 0) {
            k++;
        }
        if (k == shape.n_column) {
            query_fail(query, MARU_E_USAGE, "table %.60s has no column %.60s", table, column[i]);
        } else {
            bulk->kind[i] = shape.kind[k];
            text_addf(&sql, "%s%s", i > 0 ? ", " : "", column[i]);
        }
    }
    text_addz(&sql, ") FROM STDIN (FORMAT binary)");
    if (query->status == MARU_OK) {
        make_way(link);
        PGresult *result = PQexec(link->connection, sql.bytes);
        bulk->is_open = PQresultStatus(result) == PGRES_COPY_IN;
        if (!bulk->is_open) {
            fail_with(query, result);
        }
        PQclear(result);
        text_add(&bulk->buffer, head, sizeof head - 1);
    }
    text_fini(&sql);
}

static void flush(struct bulk *bulk) {
    struct postgres_link *link = link_of(bulk->query.database);
    if (bulk->buffer.status != MARU_OK) {
        query_fail(&bulk->query, bulk->buffer.status, "too large for one row of %s",
                   bulk->query.database->path);
    } else if (PQputCopyData(link->connection, bulk->buffer.bytes, (int)bulk->buffer.n_bytes) !=
               1) {
        fail_with(&bulk->query, NULL);
    }
    text_clear(&bulk->buffer);
}

static void add_bulk(struct bulk *bulk, const struct value *value) {
    struct text *buffer = &bulk->buffer;
    char field[4 + NUMBER_BYTES];
    put(bulk->n_column, 2, field);
    text_add(buffer, field, 2);
    for (size_t i = 0; i < bulk->n_column; i++) {
        const struct value *one = &value[i];
        if (one->kind == VALUE_NULL) {
            text_add(buffer, "\377\377\377\377", 4);
            continue;
        }
        if (one->kind != bulk->kind[i]) {
            query_fail(&bulk->query, MARU_E_USAGE, "value %zu of a row is of another kind than %s",
                       i + 1, "its column");
            return;
        }
        const bool is_number = one->kind == VALUE_INTEGER || one->kind == VALUE_NUMBER;
        put(is_number ? NUMBER_BYTES : one->n, 4, field);
        if (one->kind == VALUE_INTEGER) {
            put((uint64_t)one->integer, NUMBER_BYTES, field + 4);
        } else if (one->kind == VALUE_NUMBER) {
            put_number(one->number, field + 4);
        }
        text_add(buffer, field, is_number ? sizeof field : 4);
        if (!is_number) {
            text_add(buffer, one->bytes, one->n);
        }
    }
    if (buffer->n_bytes >= FLUSH_BYTES || buffer->status != MARU_OK) {
        flush(bulk);
    }
}

static void close_bulk(struct bulk *bulk) {
    struct query *query = &bulk->query;
    struct postgres_link *link = link_of(query->database);
    if (!bulk->is_open) {
        return;
    }
    if (query->status == MARU_OK) {
        text_add(&bulk->buffer, "\377\377", 2);
        flush(bulk);
    }
    const char *why = query->status == MARU_OK ? NULL : "given up";
    if (PQputCopyEnd(link->connection, why) != 1) {
        fail_with(query, NULL);
    }
    for (PGresult *result = PQgetResult(link->connection); result;
         result = PQgetResult(link->connection)) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK) {
            fail_with(query, result);
        }
        PQclear(result);
        if (PQstatus(link->connection) != CONNECTION_OK) {
            break;
        }
    }
    bulk->is_open = false;
}

// ---- opening

static void close_link(struct database *database) {
    struct postgres_link *link = link_of(database);
    if (link) {
        link_part(link);
        link_disconnect(link);
        pthread_mutex_destroy(&link->lock);
        alloc_free(link->url);
        alloc_free(link);
    }
}

static const struct backend postgres_backend = {
    .close = close_link,
    .enter = enter,
    .begin = begin,
    .end = end,
    .migrate = migrate,
    .get_version = get_version,
    .set_version = set_version,
    .count_bytes = count_bytes,
    .shape_sql =
        "SELECT a.attname, t.typname, coalesce(array_position(CAST(i.indkey AS SMALLINT[]),"
        " a.attnum) + 1, 0) FROM pg_class r JOIN pg_attribute a ON a.attrelid = r.oid"
        " JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_index i ON i.indrelid = r.oid"
        " AND i.indisprimary WHERE r.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname ="
        " current_schema()) AND r.relkind = 'r' AND r.relname = ? AND a.attnum > 0"
        " AND NOT a.attisdropped ORDER BY a.attnum",
    .open_query = open_query,
    .next_row = next_row,
    .again = again,
    .close_query = close_query,
    .get = get,
    .open_bulk = open_bulk,
    .add_bulk = add_bulk,
    .close_bulk = close_bulk,
};

maru_status postgres_attach(struct database *database, struct postgres_pool *pool, const char *url,
                            const char *schema, maru_error *err) {
    const size_t n = strlen(url) + 1;
    char shown[POSTGRES_MAX_URL_BYTES];
    if (n > POSTGRES_MAX_URL_BYTES) {
        *database = (struct database){0};
        return fail(err, MARU_E_LIMIT, "the URL of PostgreSQL is longer than %d bytes",
                    POSTGRES_MAX_URL_BYTES - 1);
    }
    postgres_show_url(url, shown);
    const maru_status st = database_init(database, &postgres_backend, shown, err);
    if (st != MARU_OK) {
        return st;
    }
    struct postgres_link *link = alloc_new(1, sizeof *link);
    char *copy = alloc_new(n, 1);
    if (!link || !copy) {
        alloc_free(link);
        alloc_free(copy);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    memcpy(copy, url, n);
    link->url = copy;
    snprintf(link->schema, sizeof link->schema, "%s", schema);
    link->place = database->path;
    pthread_mutex_init(&link->lock, NULL);
    link->pool = pool;
    database->link = link;
    return link_connect(link, err);
}

// Two that make it at the same time come one after the other. What is there is not made: that would want
// rights that a careful administrator has taken away again.
static maru_status make_schema(struct postgres_link *link, maru_error *err) {
    enum { MAKING_KIND = 2, OWNER_KEY = 0x6d617275, SCRIPT_BYTES = 512 };
    char sql[SCRIPT_BYTES];
    snprintf(sql, sizeof sql,
             "BEGIN; SELECT pg_advisory_xact_lock(%d, %d); CREATE SCHEMA IF NOT EXISTS \"%s\";"
             "CREATE TABLE IF NOT EXISTS maru_version(version BIGINT NOT NULL);"
             "INSERT INTO maru_version SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM maru_version);"
             "COMMIT",
             OWNER_KEY, MAKING_KIND, link->schema);
    const maru_status st = link_run(link, sql, err);
    if (st != MARU_OK && link->connection) {
        PQclear(PQexec(link->connection, "ROLLBACK"));
    }
    return st;
}

static maru_status is_made(struct postgres_link *link, bool *is_it, maru_error *err) {
    PGresult *result = PQexec(link->connection, "SELECT to_regclass('maru_version') IS NOT NULL");
    const maru_status st =
        PQresultStatus(result) == PGRES_TUPLES_OK ? MARU_OK : link_refusal(link, result, err);
    *is_it = st == MARU_OK && strcmp(PQgetvalue(result, 0, 0), "t") == 0;
    PQclear(result);
    return st;
}

maru_status postgres_open(struct database *database, struct postgres_pool *pool, const char *url,
                          const char *schema, const char *const *migration, size_t n_migration,
                          maru_error *err) {
    bool is_it = false;
    maru_status st = postgres_attach(database, pool, url, schema, err);
    st = st == MARU_OK ? is_made(database->link, &is_it, err) : st;
    st = st == MARU_OK && !is_it ? make_schema(database->link, err) : st;
    st = st == MARU_OK ? database_migrate(database, migration, n_migration, err) : st;
    if (st != MARU_OK) {
        database_close(database);
        return st;
    }
    database->is_open = true;
    link_join(database->link); // from here on it may give way
    return MARU_OK;
}
