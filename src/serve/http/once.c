#include "serve/http/once.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"

// The key belongs to the tenant; "the same request" is the same path, query, kind of body and body.
//
// Three cases of a key that was used: its answer is kept and goes out again; it was made but the server was
// killed before the answer was kept, then the answer is made anew from what was made; it is being worked on
// right now, then 409. An answer with a secret is never kept: the key is reserved before the secret is
// made, and asking again says what was made.

static void hash_text(crypto_generichash_state *state, const char *text) { // its 0 ends it
    crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

static enum MHD_Result hash_argument(void *context, enum MHD_ValueKind kind, const char *key,
                                     const char *value) {
    (void)kind;
    hash_text(context, key);
    hash_text(context, value ? value : "");
    return MHD_YES;
}

static void hash_request(const struct request *request, unsigned char hash[REPLAY_HASH_BYTES]) {
    crypto_generichash_state state;
    const char *type = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                   MHD_HTTP_HEADER_CONTENT_TYPE);
    crypto_generichash_init(&state, NULL, 0, REPLAY_HASH_BYTES);
    hash_text(&state, request->route->pattern);
    for (size_t i = 0; i < REQUEST_MAX_PARAMS; i++) {
        hash_text(&state, request->param[i] ? request->param[i] : "");
    }
    hash_text(&state, type ? type : "");
    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, hash_argument, &state);
    hash_text(&state, "");
    if (request->body.n_bytes > 0) {
        crypto_generichash_update(&state, (const unsigned char *)request->body.bytes,
                                  request->body.n_bytes);
    }
    crypto_generichash_final(&state, hash, REPLAY_HASH_BYTES);
}

static maru_status read_key(const char *text, struct replay_claim *claim, maru_error *err) {
    const size_t n = text ? strlen(text) : 0;
    bool is_plain = n > 0 && n <= REPLAY_MAX_KEY_BYTES;
    for (size_t i = 0; i < n && is_plain; i++) {
        is_plain = text[i] > ' ' && text[i] < 0x7f;
    }
    if (!is_plain) {
        return fail(err, MARU_E_INPUT,
                    "Idempotency-Key: 1 to %d visible characters of ASCII are wanted",
                    REPLAY_MAX_KEY_BYTES);
    }
    memcpy(claim->key, text, n + 1);
    return MARU_OK;
}

// What was made, told as the handler would have: its answer was lost with a kill.
static maru_status tell_anew(struct request *request, const struct replay *replay,
                             maru_error *err) {
    text_clear(&request->out);
    if (request->route->handle == api_create_run) {
        request->status = 202;
        return run_add_json(&request->out, request->server, request->tenant, replay->subject, err);
    }
    if (request->route->handle == api_create_dataset) {
        request->status = 201;
        return dataset_tell(request, replay->subject, err);
    }
    if (request->route->handle == api_create_job) {
        request->status = 201;
        return job_tell_batch(request, replay->subject, err);
    }
    if (request->route->handle == api_create_model) {
        request->status = 201;
        return model_tell_made(request, replay->subject, err);
    }
    if (request->route->handle == api_create_model_version && replay->detail[0] &&
        strcmp(replay->detail, "train") == 0) {
        request->status = 202;
        return model_tell_run(request, replay->subject, err);
    }
    if (request->route->handle == api_create_plant ||
        request->route->handle == api_create_version) {
        static const char version[] = "version ";
        const bool has_number = strncmp(replay->detail, version, sizeof version - 1) == 0;
        const long long number =
            has_number ? strtoll(replay->detail + sizeof version - 1, NULL, 10) : 0;
        request->status = 201;
        return plant_tell_version(request, replay->subject, number, err);
    }
    return request_refuse(request, 409, err, "this request was done already: it made %s",
                          replay->subject);
}

static maru_status answer_again(struct once *once, struct request *request,
                                const struct replay *replay, maru_error *err) {
    if (!replay->is_same) {
        return request_refuse(request, 422, err,
                              "this Idempotency-Key belongs to another request of yours");
    }
    once->is_done = true;
    if (once->is_secret) {
        return replay->subject[0]
                   ? request_refuse(request, 409, err,
                                    "a request with this key was taken already, and its secret was "
                                    "told once: it made %s",
                                    replay->subject)
                   : request_refuse(
                         request, 409, err,
                         "a request with this key was taken already; look what there is");
    }
    if (replay->is_answered) {
        request->status = replay->status;
        return MARU_OK;
    }
    if (replay->is_of_epoch && replay->status == 0) {
        return request_refuse(request, 409, err,
                              "a request with this key is being worked on: ask again soon");
    }
    return tell_anew(request, replay, err);
}

maru_status once_begin(struct once *once, struct request *request, maru_error *err) {
    const char *key =
        MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, "Idempotency-Key");
    const bool is_kept_nowhere = request->route->handle == api_ask_quality ||
                                 request->route->handle == api_predict_model; // they make nothing
    *once = (struct once){.has_key = key && !is_kept_nowhere &&
                                     strcmp(request->route->method, "POST") == 0};
    if (!once->has_key) {
        return MARU_OK;
    }
    struct replay replay;
    once->is_secret =
        request->route->handle == api_create_token || request->route->handle == api_create_tenant;
    once->claim.epoch = request->server->started_ms;
    store_make_id(once->claim.nonce);
    maru_status st = read_key(key, &once->claim, err);
    if (st == MARU_OK) {
        hash_request(request, once->claim.request);
        st = replay_find(request->tenant, &once->claim, &replay, &request->out, err);
    }
    if (st == MARU_OK && replay.is_there) {
        return answer_again(once, request, &replay, err);
    }
    if (st == MARU_OK && once->is_secret) {
        st = replay_reserve(request->tenant, &once->claim, err);
        if (st == MARU_E_INPUT) {
            return request_refuse(request, 409, err, "a request with this key is being worked on");
        }
    }
    replay_carry(st == MARU_OK ? &once->claim : NULL);
    return st;
}

maru_status once_end(struct once *once, struct request *request, maru_status st, maru_error *err) {
    struct replay replay;
    replay_carry(NULL);
    if (!once->has_key) {
        return st;
    }
    if (st == MARU_OK) { // a full disk: then the next one with this key is told anew
        const int status = request->status ? request->status : 200;
        (void)!replay_keep(request->tenant, &once->claim, status,
                           once->is_secret ? NULL : &request->out, NULL);
        return st;
    }
    if (once->claim.is_made) {
        (void)!replay_drop(request->tenant, &once->claim, NULL);
    }
    struct text answer;
    text_init(&answer, REPLAY_MAX_ANSWER_BYTES);
    if (st == MARU_E_INPUT && !once->claim.is_made &&
        replay_find(request->tenant, &once->claim, &replay, &answer, NULL) == MARU_OK &&
        replay.is_there) { // another of the same key was faster
        text_clear(&request->out);
        text_add(&request->out, answer.bytes ? answer.bytes : "", answer.n_bytes);
        request->status = 0;
        st = answer_again(once, request, &replay, err);
    }
    text_fini(&answer);
    return st;
}
