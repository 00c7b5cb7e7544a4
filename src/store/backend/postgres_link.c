#include "store/backend/postgres_link.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"

// Connecting. A connection sees its schema alone (search_path), waits as long for another writer as SQLite
// does, and is refused where PostgreSQL could lose what it has acknowledged. A server that is down is
// asked again after 0.1 s, then half as often each time, so that callers are refused at once meanwhile.
//
// Tenants are many, connections few: all of one store are in a pool, and the one that was idle longest is
// closed where one more is wanted. It is made again when its tenant is next worked with.

enum {
    OWNER_KEY = 0x6d617275, // "maru"
    OWNER_KIND = 1,
    SCRIPT_BYTES = 1024,
    N_LOOK = 3,
};
static const double first_wait_s = 0.1, longest_wait_s = 5;

struct postgres_pool {
    pthread_mutex_t lock; // of the list, of used_s and of n_connected
    struct postgres_link *link;
    size_t n_connected;
};

// ---- where

bool postgres_is_url(const char *place) {
    return strncmp(place, "postgresql://", 13) == 0 || strncmp(place, "postgres://", 11) == 0;
}

// A password stands behind the first colon of what is before the @, or in a parameter of that name.
void postgres_show_url(const char *url, char out[POSTGRES_MAX_URL_BYTES]) {
    const char *host = strstr(url, "://") ? strstr(url, "://") + 3 : url;
    const size_t n_head = strcspn(host, "/?");
    const char *at = memrchr(host, '@', n_head);
    const char *colon = at ? memchr(host, ':', (size_t)(at - host)) : NULL;
    const char *rest = colon ? at : host;
    const size_t n = strcspn(rest, "?"); // parameters may hold anything
    snprintf(out, POSTGRES_MAX_URL_BYTES, "%.*s%.*s", (int)((colon ? colon : host) - url), url,
             (int)n, rest);
}

// ---- the pool

maru_status postgres_new_pool(struct postgres_pool **out, maru_error *err) {
    struct postgres_pool *pool = alloc_new(1, sizeof *pool);
    if (!pool) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    pthread_mutex_init(&pool->lock, NULL);
    *out = pool;
    return MARU_OK;
}

void postgres_free_pool(struct postgres_pool *pool) {
    if (pool) {
        pthread_mutex_destroy(&pool->lock);
        alloc_free(pool);
    }
}

void link_join(struct postgres_link *link) {
    pthread_mutex_lock(&link->pool->lock);
    link->next = link->pool->link;
    link->pool->link = link;
    pthread_mutex_unlock(&link->pool->lock);
}

void link_part(struct postgres_link *link) {
    pthread_mutex_lock(&link->pool->lock);
    struct postgres_link **at = &link->pool->link;
    while (*at && *at != link) {
        at = &(*at)->next;
    }
    if (*at) {
        *at = link->next;
    }
    pthread_mutex_unlock(&link->pool->lock);
}

static void forget_prepared(struct postgres_link *link) {
    for (size_t i = 0; i < DATABASE_KEPT_STATEMENTS; i++) {
        alloc_free(link->prepared[i].text);
        link->prepared[i] = (struct prepared){.sql = NULL};
    }
    link->next_prepared = 0;
}

// With the lock of the pool.
static void let_go(struct postgres_link *link) {
    if (link->connection) {
        PQfinish(link->connection);
        link->connection = NULL;
        link->pool->n_connected--;
        forget_prepared(link);
    }
}

void link_disconnect(struct postgres_link *link) {
    pthread_mutex_lock(&link->pool->lock);
    let_go(link);
    pthread_mutex_unlock(&link->pool->lock);
}

// Close the one that was idle longest, if all that may be are open. Where every one of them works, there is
// one more for a while.
static void make_room(struct postgres_link *link) {
    struct postgres_pool *pool = link->pool;
    pthread_mutex_lock(&pool->lock);
    struct postgres_link *oldest = NULL;
    bool is_full = pool->n_connected >= POSTGRES_MAX_CONNECTIONS;
    for (struct postgres_link *other = pool->link; is_full && other; other = other->next) {
        if (other == link || (oldest && other->used_s >= oldest->used_s) ||
            pthread_mutex_trylock(&other->lock) != 0) {
            continue;
        }
        if (!other->connection || other->in_transaction || other->streaming || other->is_owner) {
            pthread_mutex_unlock(&other->lock);
            continue;
        }
        if (oldest) {
            pthread_mutex_unlock(&oldest->lock);
        }
        oldest = other;
    }
    if (oldest) {
        let_go(oldest);
        pthread_mutex_unlock(&oldest->lock);
    }
    pthread_mutex_unlock(&pool->lock);
}

// ---- what PostgreSQL says

static bool is_state(const char *state, const char *start) {
    return strncmp(state, start, strlen(start)) == 0;
}

static maru_status tell(const struct postgres_link *link, const char *state, const char *said,
                        maru_error *err) {
    const char *place = link->place;
    const int n = (int)strcspn(said, "\n");
    if (is_state(state, "53100")) {
        return fail(err, MARU_E_IO,
                    "the disk is full: nothing was changed in %.100s; make room and try again",
                    place);
    }
    if (is_state(state, "23") || is_state(state, "22") || is_state(state, "P0001")) {
        return fail(err, MARU_E_INPUT, "%.100s: %.*s", place, n, said);
    }
    if (is_state(state, "54")) {
        return fail(err, MARU_E_LIMIT, "too large for one row of %.100s", place);
    }
    if (is_state(state, "55P03") || is_state(state, "40")) {
        return fail(err, MARU_E_IO, "%.100s is in use by another process for too long", place);
    }
    if (is_state(state, "42501") || is_state(state, "25006")) {
        return fail(err, MARU_E_IO, "%.100s cannot be written: %.*s", place, n, said);
    }
    if (is_state(state, "XX001") || is_state(state, "XX002")) {
        return fail(err, MARU_E_IO, "%.100s is damaged: restore it from the last pg_dump", place);
    }
    return fail(err, MARU_E_IO, "%.100s: %.*s", place, n, said);
}

maru_status link_refusal(struct postgres_link *link, const PGresult *result, maru_error *err) {
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    if (state && is_state(state, "57P0")) { // it is going down, and this was its farewell
        link_disconnect(link);
    }
    if (PQstatus(link->connection) != CONNECTION_OK) {
        return fail(err, MARU_E_IO,
                    "the connection to PostgreSQL was lost: what was not acknowledged is not kept; "
                    "try again");
    }
    const char *said = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    return tell(link, state ? state : "", said ? said : PQerrorMessage(link->connection), err);
}

maru_status link_run(struct postgres_link *link, const char *sql, maru_error *err) {
    PGresult *result = PQexec(link->connection, sql);
    const ExecStatusType status = PQresultStatus(result);
    const maru_status st = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
                               ? MARU_OK
                               : link_refusal(link, result, err);
    PQclear(result);
    return st;
}

// ---- connecting

static void hear_nothing(void *context, const PGresult *result) { (void)context, (void)result; }

// Is PostgreSQL set so that a commit it has told of is on its disk, and does it keep UTF-8?
static maru_status judge(const struct postgres_link *link, const PGresult *settings,
                         maru_error *err) {
    const char *commit = PQgetvalue(settings, 0, 0), *fsync = PQgetvalue(settings, 0, 1);
    const char *letters = PQgetvalue(settings, 0, 2), *version = PQgetvalue(settings, 0, 3);
    const char *place = link->place;
    if (strcmp(commit, "off") == 0) {
        return fail(err, MARU_E_INPUT,
                    "%.100s has synchronous_commit off, so what it has acknowledged may be lost: "
                    "turn it on",
                    place);
    }
    if (strcmp(fsync, "off") == 0) {
        return fail(err, MARU_E_INPUT,
                    "%.100s has fsync off, so what it has acknowledged may be lost: turn it on",
                    place);
    }
    if (strcmp(letters, "UTF8") != 0) {
        return fail(err, MARU_E_INPUT,
                    "%.100s keeps its texts as %.20s: a database with ENCODING 'UTF8' is wanted",
                    place, letters);
    }
    return strlen(version) >= 6 && strcmp(version, "120000") >= 0
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "%.100s is older than PostgreSQL 12", place);
}

static maru_status take_lock(struct postgres_link *link, maru_error *err) {
    char sql[96];
    snprintf(sql, sizeof sql, "SELECT pg_try_advisory_lock(%d, %d)", OWNER_KEY, OWNER_KIND);
    PGresult *result = PQexec(link->connection, sql);
    maru_status st = MARU_OK;
    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        st = link_refusal(link, result, err);
    } else if (strcmp(PQgetvalue(result, 0, 0), "t") != 0) {
        st = fail(err, MARU_E_IO, "another maru works in %.200s: end that one first", link->place);
    }
    PQclear(result);
    return st;
}

// What holds for a session is said once and stays, whatever the settings of the server become.
static maru_status greet(struct postgres_link *link, maru_error *err) {
    char sql[SCRIPT_BYTES];
    PQsetNoticeReceiver(link->connection, hear_nothing, NULL);
    PGresult *settings =
        PQexec(link->connection,
               "SELECT set_config('synchronous_commit', current_setting('synchronous_commit'),"
               " false), current_setting('fsync'), current_setting('server_encoding'),"
               " current_setting('server_version_num')");
    maru_status st = PQresultStatus(settings) == PGRES_TUPLES_OK
                         ? judge(link, settings, err)
                         : link_refusal(link, settings, err);
    PQclear(settings);
    snprintf(sql, sizeof sql,
             "SET search_path TO \"%s\", pg_temp; SET lock_timeout = 5000;"
             "SET client_min_messages = warning; SET standard_conforming_strings = on;"
             "SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0;"
             "SET default_transaction_isolation = 'read committed'",
             link->schema);
    st = st == MARU_OK ? link_run(link, sql, err) : st;
    return st == MARU_OK && link->is_owner ? take_lock(link, err) : st;
}

static maru_status reach(struct postgres_link *link, maru_error *err) {
    // what stands before dbname is said by the URL where it says it; what stands behind holds
    static const char *const key[] = {"connect_timeout",  "target_session_attrs",
                                      "application_name", "keepalives_idle",
                                      "tcp_user_timeout", "dbname",
                                      "client_encoding",  NULL};
    const char *const value[] = {"5", "read-write", "maru", "30", "15000", link->url, "UTF8", NULL};
    make_room(link);
    PGconn *connection = PQconnectdbParams(key, value, 1);
    maru_status st = MARU_OK;
    if (!connection || PQstatus(connection) != CONNECTION_OK) {
        const char *said = connection ? PQerrorMessage(connection) : "no memory";
        st = fail(err, MARU_E_IO, "PostgreSQL cannot be reached: %.*s", (int)strcspn(said, "\n"),
                  said);
        PQfinish(connection);
        return st;
    }
    pthread_mutex_lock(&link->pool->lock);
    link->connection = connection;
    link->pool->n_connected++;
    pthread_mutex_unlock(&link->pool->lock);
    st = greet(link, err);
    if (st != MARU_OK) {
        link_disconnect(link);
    }
    return st;
}

maru_status link_connect(struct postgres_link *link, maru_error *err) {
    const bool is_there = PQstatus(link->connection) == CONNECTION_OK;
    if (is_there || link->in_transaction) {
        return is_there ? MARU_OK : link_refusal(link, NULL, err);
    }
    link_disconnect(link);
    if (clock_seconds() < link->try_s) {
        if (err) {
            *err = link->refused;
        }
        return link->refused.code;
    }
    const maru_status st = reach(link, &link->refused);
    if (st == MARU_OK) {
        link->wait_s = 0;
        link->try_s = 0;
        return MARU_OK;
    }
    link->wait_s = link->wait_s > 0 ? 2 * link->wait_s : first_wait_s;
    link->wait_s = link->wait_s < longest_wait_s ? link->wait_s : longest_wait_s;
    link->try_s = clock_seconds() + link->wait_s;
    if (err) {
        *err = link->refused;
    }
    return st;
}

void link_look(struct postgres_link *link) {
    pthread_mutex_lock(&link->pool->lock);
    link->used_s = clock_seconds();
    pthread_mutex_unlock(&link->pool->lock);
    if (!link->connection || link->in_transaction) {
        return;
    }
    struct pollfd look = {.fd = PQsocket(link->connection), .events = POLLIN};
    for (int i = 0; i < N_LOOK && poll(&look, 1, 0) > 0; i++) { // farewell, then the end
        if (!PQconsumeInput(link->connection) || PQstatus(link->connection) != CONNECTION_OK) {
            link_disconnect(link);
            return;
        }
    }
}

// ---- the owner

maru_status postgres_own(struct database *server, maru_error *err) {
    struct postgres_link *link = server->link;
    database_enter(server);
    maru_status st = link_connect(link, err);
    st = st == MARU_OK ? take_lock(link, err) : st;
    link->is_owner = st == MARU_OK;
    return database_leave(server, st, err);
}

void postgres_disown(struct database *server) {
    struct postgres_link *link = server->link;
    char sql[96];
    if (link && link->is_owner) {
        snprintf(sql, sizeof sql, "SELECT pg_advisory_unlock(%d, %d)", OWNER_KEY, OWNER_KIND);
        database_enter(server);
        link->is_owner = false;
        const maru_status st = link->connection ? link_run(link, sql, NULL) : MARU_OK;
        (void)!database_leave(server, st, NULL);
    }
}

// ---- schemas

maru_status postgres_has_schema(struct database *server, const char *schema, bool *has,
                                maru_error *err) {
    struct query query;
    query_open(&query, server, "SELECT count(*) FROM pg_namespace WHERE nspname = ?");
    query_bind_text(&query, schema);
    const bool is_there = query_row(&query) && query_integer(&query, 0) > 0;
    const maru_status st = query_close(&query, err);
    *has = is_there;
    return st;
}

maru_status postgres_find_schema(const char *url, const char *schema, bool *has, maru_error *err) {
    struct postgres_pool *pool = NULL;
    struct database database = {0};
    maru_status st = postgres_new_pool(&pool, err);
    st = st == MARU_OK ? postgres_attach(&database, pool, url, schema, err) : st;
    st = st == MARU_OK ? postgres_has_schema(&database, schema, has, err) : st;
    database_close(&database);
    postgres_free_pool(pool);
    return st;
}

maru_status postgres_drop_schema(struct database *server, const char *schema, maru_error *err) {
    struct postgres_link *link = server->link;
    char sql[SCRIPT_BYTES];
    const maru_status st = link_connect(link, err);
    snprintf(sql, sizeof sql, "DROP SCHEMA IF EXISTS \"%s\" CASCADE", schema);
    return st == MARU_OK ? link_run(link, sql, err) : st;
}
