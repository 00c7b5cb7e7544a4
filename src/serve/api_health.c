#include "serve/request.h"

#include <stdatomic.h>

#include "base/status.h"
#include "serve/openapi.h"
#include "study/json_writer.h"

static void add_ok(struct text *out) {
    struct json json;
    json_init(&json, out);
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

maru_status api_metrics(struct request *request, maru_error *err) {
    (void)err;
    struct server *server = request->server;
    struct text *out = &request->out;
    request->type = "text/plain; version=0.0.4; charset=utf-8";
    text_addz(out, "# HELP maru_requests_total Requests answered, by outcome.\n"
                   "# TYPE maru_requests_total counter\n");
    text_addf(out, "maru_requests_total{outcome=\"good\"} %llu\n",
              (unsigned long long)atomic_load(&server->n_request));
    text_addf(out, "maru_requests_total{outcome=\"refused\"} %llu\n",
              (unsigned long long)atomic_load(&server->n_refused));
    text_addz(out, "# HELP maru_runs Runs that wait or run.\n# TYPE maru_runs gauge\n");
    text_addf(out, "maru_runs{state=\"waiting\"} %zu\n", jobs_count(server->jobs, RUN_WAITING));
    text_addf(out, "maru_runs{state=\"running\"} %zu\n", jobs_count(server->jobs, RUN_RUNNING));
    text_addz(out, "# HELP maru_tenants Tenants of this server.\n# TYPE maru_tenants gauge\n");
    text_addf(out, "maru_tenants %zu\n", store_n_tenant(server->store));
    return MARU_OK;
}

maru_status api_openapi(struct request *request, maru_error *err) {
    (void)err;
    text_add(&request->out, openapi_json, openapi_json_bytes);
    return MARU_OK;
}
