#include "serve/http/admission.h"

#include <string.h>
#include <strings.h>

#include "base/status.h"

// Without a token only loopback is served, and only while there is no other tenant: then whoever reaches
// the port is the admin of `local`. A page of somebody else in the same browser must not: the name in
// Host has to be one of loopback (DNS rebinding), and Origin, where a browser sends it, has to be
// this server (cross-site requests). The same holds for tokens in cookies.

static bool is_loopback_name(const char *host) {
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const size_t n = strlen(names[i]);
        if (strncmp(host, names[i], n) == 0 && (host[n] == '\0' || host[n] == ':')) {
            return true;
        }
    }
    return false;
}

// A browser says where the page stands that asks.
static bool is_same_site(const struct request *request) {
    const char *origin = request_header(request, "Origin"), *host = request_header(request, "Host");
    const char *site = request_header(request, "Sec-Fetch-Site");
    const char *slashes = strstr(origin, "://");
    if (origin[0] && (!slashes || strcmp(slashes + 3, host) != 0)) {
        return false;
    }
    return site[0] == '\0' || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}

static const char *secret_of(const struct request *request, bool *is_cookie) {
    const char *bearer = request_header(request, "Authorization");
    const char *cookie =
        MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, "maru_token");
    *is_cookie = false;
    if (strncasecmp(bearer, "Bearer ", 7) == 0) {
        return bearer + 7;
    }
    if (strncasecmp(bearer, "Token ", 6) == 0) { // as InfluxDB's clients say it
        return bearer + 6;
    }
    *is_cookie = cookie != NULL;
    return cookie;
}

static maru_status identify(struct request *request, maru_error *err) {
    struct server *server = request->server;
    bool is_cookie = false;
    const char *secret = secret_of(request, &is_cookie);
    if (secret) {
        if (is_cookie && !is_same_site(request)) {
            return request_refuse(request, 403, err, "this request comes from another site");
        }
        if (store_find_token(server->store, secret, &request->who, err) != MARU_OK) {
            request->status = err->code == MARU_E_USAGE ? 401 : 0;
            return err->code;
        }
        return MARU_OK;
    }
    if (!server->is_loopback || store_n_tenant(server->store) > 1) {
        return request_refuse(request, 401, err,
                              "a token is needed: Authorization: Bearer maru_...");
    }
    if (!is_loopback_name(request_header(request, "Host")) || !is_same_site(request)) {
        return request_refuse(request, 403, err,
                              "without a token only http://localhost:%u is answered", server->port);
    }
    request->is_open = true;
    request->who = (struct token){.tenant = "local", .name = "local", .role = ROLE_ADMIN};
    return MARU_OK;
}

// What a tenant that has used up its room may not do; to stop, to delete and to look on is always possible.
static maru_status have_room(struct request *request, maru_error *err) {
    static const route_handler growing[] = {
        api_write_lines,          api_create_plant,   api_create_version, api_create_run,
        api_create_twin,          api_fork_twin,      api_forecast_twin,  api_inject_event,
        api_write_samples,        api_create_dataset, api_create_model,   api_create_model_version,
        api_create_window_dataset};
    int64_t n_bytes = 0;
    for (size_t i = 0; i < sizeof growing / sizeof growing[0]; i++) {
        if (request->route->handle != growing[i]) {
            continue;
        }
        const maru_status st = tenant_count_bytes(request->tenant, &n_bytes, err);
        if (st == MARU_OK && n_bytes >= request->server->quota_bytes) {
            return request_refuse(request, 507, err,
                                  "you keep %lld MiB, and %lld MiB is what you may: delete plants, "
                                  "datasets, models, runs or twins first",
                                  (long long)(n_bytes >> 20),
                                  (long long)(request->server->quota_bytes >> 20));
        }
        return st;
    }
    return MARU_OK;
}

maru_status admission_let_in(struct request *request, maru_error *err) {
    if (request->route->is_public) {
        return MARU_OK;
    }
    maru_status st = identify(request, err);
    if (st != MARU_OK) {
        return st;
    }
    if (request->who.role < request->route->role) {
        return request_refuse(request, 403, err, "this needs the role %s, and the token has %s",
                              role_name(request->route->role), role_name(request->who.role));
    }
    if (request->route->is_of_server && strcmp(request->who.tenant, "local") != 0) {
        return request_refuse(request, 403, err, "only an admin of the server may do this");
    }
    st = store_hold(request->server->store, request->who.tenant, &request->tenant, err);
    if (st == MARU_OK) {
        return have_room(request, err);
    }
    // a damaged file is not the caller's fault
    request->status = st == MARU_E_INPUT ? 503 : 0;
    return st;
}
