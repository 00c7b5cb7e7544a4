// maru pool drain | undrain NODE: a node of a server's pool is taken out of work, or back.

#include <string.h>

#include "cli/pool/pool_verbs.h"
#include "study/json_writer.h"

int pool_run_drain(struct call *call) {
    const struct pool_values *values = call->args.values;
    const char *node = call->args.word[1];
    const bool is_up = strcmp(call->args.word[0], "undrain") == 0;
    char key[REMOTE_KEY_BYTES];
    struct remote *remote = NULL;
    struct text path, body, answer;
    struct json json;
    maru_error err = {0};
    int status = EXIT_GOOD;
    text_init(&path, 1 << 12);
    text_init(&body, 1 << 14);
    text_init(&answer, REMOTE_MAX_ANSWER_BYTES);
    remote_make_key(key);
    text_addz(&path, "/v1/pool/nodes/");
    remote_add_part(&path, node);
    json_writer_init(&json, &body);
    json_open_object(&json, NULL);
    json_add_string(&json, "state", is_up ? "up" : values->now ? "down" : "drained");
    json_add_string(&json, "reason", values->reason ? values->reason : "");
    json_close(&json);
    const struct remote_ask ask = {
        .method = "POST", .path = path.bytes, .json = body.bytes, .key = key};
    if (remote_open(call, &remote, &err) != MARU_OK ||
        remote_do(remote, &ask, &answer, &err) != MARU_OK) {
        status = verb_refuse(call, &err);
    } else if (call->json) {
        status = verb_print(call, &answer, EXIT_GOOD);
    } else {
        verb_note(call, is_up ? W_POOL_UNDRAINED : W_POOL_DRAINED,
                  (const char *const[]){node, NULL});
    }
    remote_close(remote);
    text_fini(&path);
    text_fini(&body);
    text_fini(&answer);
    return status;
}
