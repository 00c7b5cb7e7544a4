#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/clock.h"
#include "store/replay.h"
#include "store/tenant.h"

// The audit log: entries are only appended, numbered without gaps, and each carries a BLAKE2b hash of
// its fields and of the hash before it. Who edits or takes out an entry must redo all that follow;
// the newest hash, written down elsewhere, shows even that.

enum { HASH_BYTES = 32, HEX_BYTES = 2 * HASH_BYTES + 1 };

static void hash_text(crypto_generichash_state *state, const char *text) { // its 0 ends it
    crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

static void hash_entry(const struct audit_row *row, const char *before, char hex[HEX_BYTES]) {
    crypto_generichash_state state;
    unsigned char hash[HASH_BYTES];
    char numbers[64];
    snprintf(numbers, sizeof numbers, "%lld %lld", (long long)row->number, (long long)row->at_ms);
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    hash_text(&state, before);
    hash_text(&state, numbers);
    hash_text(&state, row->who);
    hash_text(&state, row->action);
    hash_text(&state, row->subject);
    hash_text(&state, row->detail);
    crypto_generichash_final(&state, hash, sizeof hash);
    sodium_bin2hex(hex, HEX_BYTES, hash, sizeof hash);
}

maru_status audit_append(struct database *database, const char *who, const char *action,
                         const char *subject, const char *detail, maru_error *err) {
    struct audit_row row = {.at_ms = clock_unix_ms(),
                            .who = who,
                            .action = action,
                            .subject = subject,
                            .detail = detail};
    char before[HEX_BYTES] = "", hash[HEX_BYTES];
    struct query query;
    query_open(&query, database, "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1");
    if (query_row(&query)) {
        row.number = query_integer(&query, 0);
        snprintf(before, sizeof before, "%s", query_text(&query, 1));
    }
    const maru_status st = query_close(&query, err);
    if (st != MARU_OK) {
        return st;
    }
    row.number++;
    hash_entry(&row, before, hash);
    query_open(&query, database, "INSERT INTO audit VALUES(?, ?, ?, ?, ?, ?, ?)");
    query_bind_integer(&query, row.number);
    query_bind_integer(&query, row.at_ms);
    query_bind_text(&query, who);
    query_bind_text(&query, action);
    query_bind_text(&query, subject);
    query_bind_text(&query, detail);
    query_bind_text(&query, hash);
    query_row(&query);
    const maru_status kept = query_close(&query, err);
    return kept == MARU_OK ? replay_note(database, subject, detail, err) : kept;
}

maru_status tenant_audit(struct tenant *tenant, const char *who, const char *action,
                         const char *subject, const char *detail, maru_error *err) {
    database_enter(&tenant->database);
    maru_status st = database_begin(&tenant->database, err);
    st = st == MARU_OK ? audit_append(&tenant->database, who, action, subject, detail, err) : st;
    return database_leave(&tenant->database, st, err);
}

static struct audit_row read_row(const struct query *query) {
    return (struct audit_row){.number = query_integer(query, 0),
                              .at_ms = query_integer(query, 1),
                              .who = query_text(query, 2),
                              .action = query_text(query, 3),
                              .subject = query_text(query, 4),
                              .detail = query_text(query, 5),
                              .hash = query_text(query, 6)};
}

struct telling {
    tenant_see_audit see;
    void *context;
};

static maru_status tell_entry(void *context, const struct query *query, maru_error *err) {
    const struct telling *to = context;
    const struct audit_row row = read_row(query);
    return to->see(to->context, &row, err);
}

maru_status tenant_each_audit(struct tenant *tenant, const struct page *page, tenant_see_audit see,
                              void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT number, at_ms, who, action, subject, detail, hash FROM audit"
               " WHERE number < ?1 ORDER BY number DESC LIMIT ?2");
    query_bind_integer(&query, store_before(page));
    query_bind_integer(&query, page->limit);
    struct telling to = {see, context};
    return query_tell(&query, NULL, tell_entry, &to, err);
}

// A 0 byte inside a text would hide what stands behind it from the hash.
static bool is_whole(const struct query *query) {
    for (int column = 2; column <= 6; column++) {
        size_t n = 0;
        (void)query_bytes(query, column, &n);
        if (strlen(query_text(query, column)) != n) {
            return false;
        }
    }
    return true;
}

maru_status tenant_verify_audit(struct tenant *tenant, uint64_t *n, maru_error *err) {
    struct query query;
    char before[HEX_BYTES] = "", hash[HEX_BYTES];
    int64_t number = 0;
    maru_status st = MARU_OK;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT number, at_ms, who, action, subject, detail, hash FROM audit"
               " ORDER BY number");
    while (st == MARU_OK && query_row(&query)) {
        const struct audit_row row = read_row(&query);
        hash_entry(&row, before, hash);
        if (row.number != number + 1) {
            st = fail_at(err, MARU_E_INPUT, "audit", (uint32_t)(number + 1), 0,
                         "entry %lld is missing", (long long)(number + 1));
        } else if (strcmp(hash, row.hash) != 0 || !is_whole(&query)) {
            st = fail_at(err, MARU_E_INPUT, "audit", (uint32_t)row.number, 0,
                         "entry %lld does not follow from the one before: it, or that one, was "
                         "changed",
                         (long long)row.number);
        }
        number++;
        memcpy(before, hash, sizeof before);
    }
    const maru_status closed = query_close(&query, st == MARU_OK ? err : NULL);
    st = database_leave(&tenant->database, st == MARU_OK ? closed : st, err);
    if (st == MARU_OK) {
        *n = (uint64_t)number;
    }
    return st;
}

maru_status tenant_audit_head(struct tenant *tenant, const char *wanted,
                              char head[STORE_HASH_BYTES], maru_error *err) {
    struct query query;
    int64_t number = 0, n = 1;
    char newest[STORE_HASH_BYTES] = "";
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT number, hash, CAST(?1 AS TEXT) IS NULL OR EXISTS"
               " (SELECT 1 FROM audit WHERE hash = ?1) FROM audit ORDER BY number DESC LIMIT 1");
    query_bind_text(&query, wanted);
    if (query_row(&query)) {
        number = query_integer(&query, 0);
        snprintf(newest, sizeof newest, "%s", query_text(&query, 1));
        n = query_integer(&query, 2);
    } else {
        n = wanted == NULL;
    }
    maru_status st = query_close(&query, err);
    st = database_leave(&tenant->database, st, err);
    if (st == MARU_OK && n == 0) {
        st = fail_at(err, MARU_E_INPUT, "audit", (uint32_t)number, 0,
                     "no entry has the hash that is wanted: the log now ends with entry %lld, and "
                     "what came behind it was cut off",
                     (long long)number);
    }
    if (st == MARU_OK) {
        memcpy(head, newest, sizeof newest);
    }
    return st;
}
