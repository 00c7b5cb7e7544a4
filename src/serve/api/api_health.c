#include "serve/http/request.h"

#include "base/status.h"
#include "serve/api/openapi.h"
#include "study/json_writer.h"

static void add_ok(struct text *out) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "status", "ok");
    json_add_string(&json, "version", maru_version());
    json_close(&json);
}

maru_status api_health(struct request *request, maru_error *err) {
    (void)err;
    add_ok(&request->out);
    return MARU_OK;
}

maru_status api_ready(struct request *request, maru_error *err) {
    if (store_n_tenant(request->server->store) == SIZE_MAX) {
        return request_refuse(request, 503, err, "the store does not answer");
    }
    add_ok(&request->out);
    return MARU_OK;
}

maru_status api_openapi(struct request *request, maru_error *err) {
    (void)err;
    text_add(&request->out, openapi_json, openapi_json_bytes);
    return MARU_OK;
}
