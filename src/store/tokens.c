#include "store/store.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/clock.h"
#include "store/database.h"
#include "store/vault.h"

// A secret is "maru_", the token's id, "_", 32 random bytes in hex. The id finds the row, the
// BLAKE2b hash of the whole secret is compared in constant time. 256 random bits need no salt and no
// slow hash: there is nothing to guess.

enum { RANDOM_BYTES = 32, HASH_BYTES = 32 };

static void hash_of(const char *secret, unsigned char hash[HASH_BYTES]) {
    crypto_generichash(hash, HASH_BYTES, (const unsigned char *)secret, strlen(secret), NULL, 0);
}

maru_status store_add_token(struct store *store, struct token *token,
                            char secret[STORE_SECRET_BYTES], maru_error *err) {
    unsigned char random[RANDOM_BYTES], hash[HASH_BYTES];
    char hex[2 * RANDOM_BYTES + 1];
    struct database *server = store_server(store);
    store_make_id(token->id);
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(hex, sizeof hex, random, sizeof random);
    snprintf(secret, STORE_SECRET_BYTES, "maru_%s_%s", token->id, hex);
    hash_of(secret, hash);
    token->created_ms = clock_unix_ms();
    struct query query;
    database_enter(server);
    maru_status st = database_begin(server, err);
    if (st == MARU_OK) {
        // the rows make their own limits: no tenant, or too many tokens, and nothing is inserted
        query_open(&query, server,
                   "INSERT INTO token SELECT ?1, name, ?3, ?4, ?5, ?6, ?7 FROM tenant"
                   " WHERE name = ?2 AND (SELECT count(*) FROM token WHERE tenant = ?2) < ?8"
                   " RETURNING id");
        query_bind_text(&query, token->id);
        query_bind_text(&query, token->tenant);
        query_bind_text(&query, token->name);
        query_bind_integer(&query, token->role);
        query_bind_bytes(&query, hash, sizeof hash);
        query_bind_integer(&query, token->created_ms);
        query_bind_integer(&query, token->expires_ms);
        query_bind_integer(&query, STORE_MAX_TOKENS);
        const bool is_made = query_row(&query);
        while (query_row(&query)) {
        }
        st = query_close(&query, err);
        if (st == MARU_OK && !is_made) {
            st = fail(err, MARU_E_USAGE, "there is no tenant '%.40s', or it has %d tokens already",
                      token->tenant, STORE_MAX_TOKENS);
        }
    }
    st = database_leave(server, st, err);
    if (st != MARU_OK) {
        sodium_memzero(secret, STORE_SECRET_BYTES);
    }
    return st;
}

static void read_token(const struct query *query, struct token *out) {
    *out = (struct token){0};
    snprintf(out->id, sizeof out->id, "%s", query_text(query, 0));
    snprintf(out->tenant, sizeof out->tenant, "%s", query_text(query, 1));
    snprintf(out->name, sizeof out->name, "%s", query_text(query, 2));
    const int64_t role = query_integer(query, 3);
    out->role = role >= ROLE_VIEWER && role <= ROLE_ADMIN ? (enum role)role : ROLE_VIEWER;
    out->created_ms = query_integer(query, 4);
    out->expires_ms = query_integer(query, 5);
}

// The id inside a secret; false when it does not look like one.
static bool id_of(const char *secret, char id[STORE_ID_BYTES]) {
    static const char start[] = "maru_";
    const size_t n_start = sizeof start - 1, n_id = STORE_ID_BYTES - 2;
    if (strlen(secret) != n_start + n_id + 1 + (size_t)2 * RANDOM_BYTES ||
        strncmp(secret, start, n_start) != 0 || secret[n_start + n_id] != '_') {
        return false;
    }
    memcpy(id, secret + n_start, n_id);
    id[n_id] = '\0';
    return store_is_id(id);
}

maru_status store_find_token(struct store *store, const char *secret, struct token *out,
                             maru_error *err) {
    char id[STORE_ID_BYTES];
    struct token token = {0};
    unsigned char hash[HASH_BYTES];
    bool is_it = false;
    if (!id_of(secret, id)) {
        return fail(err, MARU_E_USAGE, "this is no token of maru");
    }
    struct database *server = store_server(store);
    struct query query;
    hash_of(secret, hash);
    database_enter(server);
    query_open(&query, server,
               "SELECT id, tenant, name, role, created_ms, expires_ms, hash FROM token"
               " WHERE id = ?");
    query_bind_text(&query, id);
    if (query_row(&query)) {
        size_t n = 0;
        const void *kept = query_bytes(&query, 6, &n);
        is_it = n == sizeof hash && sodium_memcmp(kept, hash, n) == 0;
        read_token(&query, &token);
    }
    maru_status st = query_close(&query, err);
    st = database_leave(server, st, err);
    if (st == MARU_OK && !is_it) {
        st = fail(err, MARU_E_USAGE, "this token is not known: it was taken back, or never given");
    }
    if (st == MARU_OK && token.expires_ms > 0 && token.expires_ms <= clock_unix_ms()) {
        st = fail(err, MARU_E_USAGE, "this token has expired");
    }
    if (st == MARU_OK) {
        *out = token;
    }
    return st;
}

maru_status store_delete_token(struct store *store, const char *tenant, const char *id,
                               maru_error *err) {
    struct database *server = store_server(store);
    struct query query;
    database_enter(server);
    query_open(&query, server, "DELETE FROM token WHERE tenant = ? AND id = ? RETURNING id");
    query_bind_text(&query, tenant);
    query_bind_text(&query, id);
    const maru_status st = query_one(&query, "there is no such token", err);
    return database_leave(server, st, err);
}

struct telling {
    store_see_token see;
    void *context;
};

static maru_status tell_token(void *context, const struct query *query, maru_error *err) {
    const struct telling *to = context;
    struct token token;
    read_token(query, &token);
    return to->see(to->context, &token, err);
}

maru_status store_each_token(struct store *store, const char *tenant, const struct page *page,
                             store_see_token see, void *context, maru_error *err) {
    struct database *server = store_server(store);
    struct query query;
    database_enter(server);
    query_open(&query, server,
               "SELECT id, tenant, name, role, created_ms, expires_ms FROM token"
               " WHERE tenant = ?1 AND (?2 = '' OR id < ?2) ORDER BY id DESC LIMIT ?3");
    query_bind_text(&query, tenant);
    query_bind_text(&query, page->after);
    query_bind_integer(&query, page->limit);
    struct telling to = {see, context};
    return query_tell(&query, NULL, tell_token, &to, err);
}
