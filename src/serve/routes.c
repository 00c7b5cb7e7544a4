#include "serve/request.h"

#include <string.h>

// The only list of what can be asked, who may, and how large it may be. docs/openapi.json tells the same;
// a test holds the two against each other.

#define JSON REQUEST_MAX_JSON_BYTES
#define UPLOAD REQUEST_MAX_UPLOAD_BYTES
#define FAST false
#define SLOW true

static const struct route routes[] = {
    {"GET", "/healthz", ROLE_VIEWER, true, false, FAST, 0, api_health},
    {"GET", "/readyz", ROLE_VIEWER, true, false, FAST, 0, api_ready},
    {"GET", "/metrics", ROLE_ADMIN, false, true, FAST, 0, api_metrics},
    {"GET", "/v1/openapi.json", ROLE_VIEWER, true, false, FAST, 0, api_openapi},
    {"GET", "/v1/me", ROLE_VIEWER, false, false, FAST, 0, api_me},
    {"GET", "/v1/tenants", ROLE_ADMIN, false, true, FAST, 0, api_list_tenants},
    {"POST", "/v1/tenants", ROLE_ADMIN, false, true, FAST, JSON, api_create_tenant},
    {"DELETE", "/v1/tenants/{tenant}", ROLE_ADMIN, false, true, SLOW, 0, api_delete_tenant},
    {"GET", "/v1/tokens", ROLE_ADMIN, false, false, FAST, 0, api_list_tokens},
    {"POST", "/v1/tokens", ROLE_ADMIN, false, false, FAST, JSON, api_create_token},
    {"DELETE", "/v1/tokens/{token}", ROLE_ADMIN, false, false, FAST, 0, api_delete_token},
    {"GET", "/v1/options", ROLE_VIEWER, false, false, FAST, 0, api_list_options},
    {"GET", "/v1/examples", ROLE_VIEWER, false, false, FAST, 0, api_list_examples},
    {"GET", "/v1/plants", ROLE_VIEWER, false, false, FAST, 0, api_list_plants},
    {"POST", "/v1/plants", ROLE_ENGINEER, false, false, SLOW, UPLOAD, api_create_plant},
    {"GET", "/v1/plants/{plant}", ROLE_VIEWER, false, false, FAST, 0, api_get_plant},
    {"PATCH", "/v1/plants/{plant}", ROLE_ENGINEER, false, false, FAST, JSON, api_rename_plant},
    {"DELETE", "/v1/plants/{plant}", ROLE_ENGINEER, false, false, SLOW, 0, api_delete_plant},
    {"GET", "/v1/plants/{plant}/versions", ROLE_VIEWER, false, false, FAST, 0, api_list_versions},
    {"POST", "/v1/plants/{plant}/versions", ROLE_ENGINEER, false, false, SLOW, UPLOAD,
     api_create_version},
    {"GET", "/v1/plants/{plant}/versions/{version}", ROLE_VIEWER, false, false, FAST, 0,
     api_get_version},
    {"GET", "/v1/plants/{plant}/versions/{version}/check", ROLE_VIEWER, false, false, FAST, 0,
     api_check_version},
    {"GET", "/v1/plants/{plant}/versions/{version}/tables/{table}", ROLE_VIEWER, false, false, FAST,
     0, api_get_table},
    {"GET", "/v1/plants/{plant}/versions/{version}/archive", ROLE_VIEWER, false, false, SLOW, 0,
     api_get_archive},
    {"GET", "/v1/plants/{plant}/versions/{version}/diff", ROLE_VIEWER, false, false, SLOW, 0,
     api_diff_versions},
    {"GET", "/v1/runs", ROLE_VIEWER, false, false, FAST, 0, api_list_runs},
    {"POST", "/v1/runs", ROLE_ENGINEER, false, false, SLOW, JSON, api_create_run},
    {"GET", "/v1/runs/{run}", ROLE_VIEWER, false, false, FAST, 0, api_get_run},
    {"PATCH", "/v1/runs/{run}", ROLE_ENGINEER, false, false, FAST, JSON, api_rename_run},
    {"DELETE", "/v1/runs/{run}", ROLE_ENGINEER, false, false, FAST, 0, api_delete_run},
    {"POST", "/v1/runs/{run}/cancel", ROLE_ENGINEER, false, false, FAST, JSON, api_cancel_run},
    {"GET", "/v1/runs/{run}/events", ROLE_VIEWER, false, false, FAST, 0, api_follow_run},
    {"GET", "/v1/runs/{run}/result", ROLE_VIEWER, false, false, FAST, 0, api_get_result},
    {"GET", "/v1/runs/{run}/report", ROLE_VIEWER, false, false, FAST, 0, api_get_report},
    {"GET", "/v1/plants/{plant}/versions/{version}/layout", ROLE_VIEWER, false, false, SLOW, 0,
     api_get_layout},
    {"GET", "/v1/plants/{plant}/versions/{version}/scene/{format}", ROLE_VIEWER, false, false, SLOW,
     0, api_get_scene},
    {"GET", "/v1/twins", ROLE_VIEWER, false, false, SLOW, 0, api_list_twins},
    {"POST", "/v1/twins", ROLE_ENGINEER, false, false, SLOW, UPLOAD, api_create_twin},
    {"GET", "/v1/twins/{twin}", ROLE_VIEWER, false, false, SLOW, 0, api_get_twin},
    {"DELETE", "/v1/twins/{twin}", ROLE_ENGINEER, false, false, SLOW, 0, api_delete_twin},
    {"POST", "/v1/twins/{twin}/play", ROLE_ENGINEER, false, false, SLOW, JSON, api_play_twin},
    {"POST", "/v1/twins/{twin}/pause", ROLE_ENGINEER, false, false, SLOW, JSON, api_pause_twin},
    {"POST", "/v1/twins/{twin}/seek", ROLE_ENGINEER, false, false, SLOW, JSON, api_seek_twin},
    {"POST", "/v1/twins/{twin}/fork", ROLE_ENGINEER, false, false, SLOW, JSON, api_fork_twin},
    {"POST", "/v1/twins/{twin}/events", ROLE_ENGINEER, false, false, SLOW, JSON, api_inject_event},
    {"POST", "/v1/twins/{twin}/forecast", ROLE_ENGINEER, false, false, SLOW, JSON,
     api_forecast_twin},
    {"GET", "/v1/twins/{twin}/stream", ROLE_VIEWER, false, false, SLOW, 0, api_follow_twin},
    {"GET", "/v1/twins/{twin}/floor", ROLE_VIEWER, false, false, SLOW, 0, api_get_floor},
    {"GET", "/v1/twins/{twin}/state", ROLE_VIEWER, false, false, SLOW, 0, api_get_state},
    {"GET", "/v1/twins/{twin}/groups", ROLE_VIEWER, false, false, SLOW, 0, api_list_groups},
    {"GET", "/v1/twins/{twin}/tools/{group}/{number}", ROLE_VIEWER, false, false, SLOW, 0,
     api_get_tool},
    {"GET", "/v1/twins/{twin}/lots", ROLE_VIEWER, false, false, SLOW, 0, api_list_lots},
    {"GET", "/v1/twins/{twin}/lots/{lot}", ROLE_VIEWER, false, false, SLOW, 0, api_get_lot},
    {"GET", "/v1/twins/{twin}/history", ROLE_VIEWER, false, false, SLOW, 0, api_get_history},
    {"GET", "/v1/audit", ROLE_ADMIN, false, false, FAST, 0, api_list_audit},
};

enum { N_ROUTE = sizeof routes / sizeof routes[0] };

const struct route *route_at(size_t i) { return i < N_ROUTE ? &routes[i] : NULL; }

static size_t part_length(const char *path) { return strcspn(path, "/"); }

// Does the path fit? Its free parts begin at part[k], in the path.
static bool fits(const char *pattern, const char *path, const char *part[REQUEST_MAX_PARAMS]) {
    size_t n = 0;
    while (*pattern == '/' && *path == '/') {
        pattern++;
        path++;
        const size_t n_pattern = part_length(pattern), n_path = part_length(path);
        if (pattern[0] == '{') {
            if (n_path == 0) {
                return false;
            }
            part[n++] = path;
        } else if (n_pattern != n_path || strncmp(pattern, path, n_path) != 0) {
            return false;
        }
        pattern += n_pattern;
        path += n_path;
    }
    return *pattern == '\0' && *path == '\0';
}

const struct route *route_find(struct request *request, const char *method, const char *path,
                               int *status) {
    const size_t n = strlen(path);
    *status = 404;
    if (n >= sizeof request->path) {
        return NULL;
    }
    memcpy(request->path, path, n + 1);
    for (size_t i = 0; i < N_ROUTE; i++) {
        const char *part[REQUEST_MAX_PARAMS] = {"", "", ""};
        if (!fits(routes[i].pattern, request->path, part)) {
            continue;
        }
        *status = 405;
        if (strcmp(routes[i].method, method) == 0 ||
            (strcmp(method, "HEAD") == 0 && strcmp(routes[i].method, "GET") == 0)) {
            memcpy(request->param, part, sizeof part);
            for (size_t k = 0; k < n; k++) { // so each part ends where the next begins
                request->path[k] = request->path[k] == '/' ? '\0' : request->path[k];
            }
            return &routes[i];
        }
    }
    return NULL;
}
