#include "store/replay.h"

#include <stdio.h>
#include <string.h>

#include "io/clock.h"

// Every change has an entry in the audit log, inside its transaction. So the claim rides along with the
// thread (replay_carry), and audit_append writes its row: no function that makes something has to know of
// keys. Rows older than a day go when a new one comes.

static _Thread_local struct replay_claim *carried;

void replay_carry(struct replay_claim *claim) { carried = claim; }

static int64_t oldest_ms(void) { return clock_unix_ms() - (int64_t)REPLAY_KEEP_H * 3600 * 1000; }

static maru_status make_room(struct database *database, maru_error *err) {
    struct query query;
    query_open(&query, database,
               "DELETE FROM replay WHERE at_ms < ?1 OR key IN"
               " (SELECT key FROM replay ORDER BY at_ms DESC LIMIT ?3 OFFSET ?2)");
    query_bind_integer(&query, oldest_ms());
    query_bind_integer(&query, REPLAY_MAX_KEYS - 1);
    query_bind_integer(&query, INT32_MAX); // all of them
    query_row(&query);
    return query_close(&query, err);
}

static maru_status insert(struct database *database, const struct replay_claim *claim,
                          const char *subject, const char *detail, maru_error *err) {
    struct query query;
    const maru_status st = make_room(database, err);
    if (st != MARU_OK) {
        return st;
    }
    query_open(&query, database, "INSERT INTO replay VALUES(?, ?, ?, ?, ?, ?, ?, 0, NULL)");
    query_bind_text(&query, claim->key);
    query_bind_integer(&query, clock_unix_ms());
    query_bind_bytes(&query, claim->request, sizeof claim->request);
    query_bind_integer(&query, claim->epoch);
    query_bind_text(&query, claim->nonce);
    query_bind_text(&query, subject);
    query_bind_text(&query, detail);
    query_row(&query);
    return query_close(&query, err);
}

maru_status replay_note(struct database *database, const char *subject, const char *detail,
                        maru_error *err) {
    if (!carried) {
        return MARU_OK;
    }
    if (!carried->is_made) {
        const maru_status st = insert(database, carried, subject, detail, err);
        carried->is_made = st == MARU_OK;
        return st;
    }
    const char *const text[] = {subject, detail, carried->key, carried->nonce, NULL};
    return query_do(database,
                    "UPDATE replay SET subject = ?, detail = ? WHERE key = ? AND nonce = ?"
                    " AND subject = ''",
                    text, err);
}

maru_status replay_reserve(struct tenant *tenant, struct replay_claim *claim, maru_error *err) {
    database_enter(&tenant->database);
    maru_status st = database_begin(&tenant->database, err);
    st = st == MARU_OK ? insert(&tenant->database, claim, "", "", err) : st;
    st = database_leave(&tenant->database, st, err);
    claim->is_made = st == MARU_OK;
    return st;
}

maru_status replay_find(struct tenant *tenant, const struct replay_claim *claim, struct replay *out,
                        struct text *answer, maru_error *err) {
    struct query query;
    *out = (struct replay){.is_there = false};
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT request, epoch, status, subject, detail, answer FROM replay"
               " WHERE key = ? AND at_ms >= ?");
    query_bind_text(&query, claim->key);
    query_bind_integer(&query, oldest_ms());
    if (query_row(&query)) {
        size_t n = 0;
        const void *request = query_bytes(&query, 0, &n);
        out->is_there = true;
        out->is_same = n == sizeof claim->request && memcmp(request, claim->request, n) == 0;
        out->is_of_epoch = query_integer(&query, 1) == claim->epoch;
        out->status = (int)query_integer(&query, 2);
        snprintf(out->subject, sizeof out->subject, "%s", query_text(&query, 3));
        snprintf(out->detail, sizeof out->detail, "%s", query_text(&query, 4));
        const void *body = query_bytes(&query, 5, &n);
        out->is_answered = n > 0;
        text_add(answer, body, n);
    }
    const maru_status st = query_close(&query, err);
    return database_leave(&tenant->database, st, err);
}

maru_status replay_keep(struct tenant *tenant, const struct replay_claim *claim, int status,
                        const struct text *answer, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    maru_status st = database_begin(&tenant->database, err);
    if (st == MARU_OK) {
        query_open(&query, &tenant->database,
                   "UPDATE replay SET status = ?, answer = ? WHERE key = ? AND nonce = ?");
        query_bind_integer(&query, status);
        if (answer && answer->n_bytes > 0 && answer->n_bytes <= REPLAY_MAX_ANSWER_BYTES) {
            query_bind_bytes(&query, answer->bytes, answer->n_bytes);
        } else {
            query_bind_text(&query, NULL);
        }
        query_bind_text(&query, claim->key);
        query_bind_text(&query, claim->nonce);
        query_row(&query);
        st = query_close(&query, err);
    }
    return database_leave(&tenant->database, st, err);
}

maru_status replay_drop(struct tenant *tenant, const struct replay_claim *claim, maru_error *err) {
    const char *const text[] = {claim->key, claim->nonce, NULL};
    database_enter(&tenant->database);
    const maru_status st =
        query_do(&tenant->database, "DELETE FROM replay WHERE key = ? AND nonce = ?", text, err);
    return database_leave(&tenant->database, st, err);
}
