#include "serve/http/request.h"

#include <stdio.h>
#include <string.h>

#include "base/percent.h"

// The only list of what can be asked, who may, and how large it may be. docs/openapi.json tells the same;
// a test holds the two against each other.

#define JSON REQUEST_MAX_JSON_BYTES
#define UPLOAD REQUEST_MAX_UPLOAD_BYTES
#define SHEET REQUEST_MAX_SHEET_BYTES
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
    {"GET", "/v1/twins/{twin}/day", ROLE_VIEWER, false, false, SLOW, 0, api_get_day},
    {"GET", "/v1/twins/{twin}/tools/{group}/{number}", ROLE_VIEWER, false, false, SLOW, 0,
     api_get_tool},
    {"GET", "/v1/twins/{twin}/lots", ROLE_VIEWER, false, false, SLOW, 0, api_list_lots},
    {"GET", "/v1/twins/{twin}/lots/{lot}", ROLE_VIEWER, false, false, SLOW, 0, api_get_lot},
    {"GET", "/v1/twins/{twin}/history", ROLE_VIEWER, false, false, SLOW, 0, api_get_history},
    {"GET", "/v1/twins/{twin}/following", ROLE_VIEWER, false, false, SLOW, 0, api_get_following},
    {"GET", "/v1/connections", ROLE_VIEWER, false, false, SLOW, 0, api_list_connections},
    {"POST", "/v1/connections", ROLE_ENGINEER, false, false, SLOW, JSON, api_create_connection},
    {"GET", "/v1/connections/{connection}", ROLE_VIEWER, false, false, SLOW, 0, api_get_connection},
    {"PATCH", "/v1/connections/{connection}", ROLE_ENGINEER, false, false, SLOW, JSON,
     api_change_connection},
    {"DELETE", "/v1/connections/{connection}", ROLE_ENGINEER, false, false, SLOW, 0,
     api_delete_connection},
    {"POST", "/v1/connections/{connection}/ask", ROLE_ENGINEER, false, false, SLOW, UPLOAD,
     api_ask_connection},
    {"GET", "/v1/signals", ROLE_VIEWER, false, false, SLOW, 0, api_list_signals},
    {"GET", "/v1/series", ROLE_VIEWER, false, false, SLOW, 0, api_list_series},
    {"GET", "/v1/signals/stream", ROLE_VIEWER, false, false, SLOW, 0, api_follow_signals},
    {"GET", "/v1/signals/{signal}/chart", ROLE_VIEWER, false, false, SLOW, 0, api_chart_signal},
    {"GET", "/v1/signals/{signal}/samples", ROLE_VIEWER, false, false, SLOW, 0, api_get_samples},
    {"POST", "/v1/samples", ROLE_ENGINEER, false, false, SLOW, UPLOAD, api_write_samples},
    {"GET", "/v1/events", ROLE_VIEWER, false, false, SLOW, 0, api_list_events},
    {"GET", "/v1/documents", ROLE_VIEWER, false, false, SLOW, 0, api_list_documents},
    {"GET", "/v1/documents/{document}", ROLE_VIEWER, false, false, SLOW, 0, api_get_document},
    {"PUT", "/v1/documents/{document}", ROLE_ENGINEER, false, false, SLOW, UPLOAD,
     api_put_document},
    {"GET", "/v1/documents/{document}/versions", ROLE_VIEWER, false, false, SLOW, 0,
     api_list_document_versions},
    {"GET", "/v1/documents/{document}/versions/{version}", ROLE_VIEWER, false, false, SLOW, 0,
     api_get_document_version},
    {"GET", "/v1/alarms", ROLE_VIEWER, false, false, SLOW, 0, api_list_alarms},
    {"POST", "/v1/alarms/tune", ROLE_ENGINEER, false, false, SLOW, JSON, api_tune_alarms},
    {"POST", "/v1/alarms/{alarm}/acknowledge", ROLE_ENGINEER, false, false, SLOW, JSON,
     api_acknowledge_alarm},
    {"POST", "/v1/alarms/{alarm}/shelve", ROLE_ENGINEER, false, false, SLOW, JSON,
     api_shelve_alarm},
    {"POST", "/v1/alarms/{alarm}/unshelve", ROLE_ENGINEER, false, false, SLOW, JSON,
     api_unshelve_alarm},
    {"POST", "/v1/alarms/{alarm}/out-of-service", ROLE_ENGINEER, false, false, SLOW, JSON,
     api_remove_alarm},
    {"POST", "/v1/alarms/{alarm}/in-service", ROLE_ENGINEER, false, false, SLOW, JSON,
     api_return_alarm},
    {"GET", "/v1/charts", ROLE_VIEWER, false, false, SLOW, 0, api_list_charts},
    {"GET", "/v1/charts/{chart}", ROLE_VIEWER, false, false, SLOW, 0, api_get_chart},
    {"POST", "/v1/charts/{chart}/freeze", ROLE_ENGINEER, false, false, SLOW, JSON,
     api_freeze_chart},
    {"GET", "/v1/charts/{chart}/capability", ROLE_VIEWER, false, false, SLOW, 0,
     api_get_capability},
    {"GET", "/v1/windows", ROLE_VIEWER, false, false, SLOW, 0, api_list_windows},
    {"GET", "/v1/windows/{window}", ROLE_VIEWER, false, false, SLOW, 0, api_get_window},
    {"POST", "/v1/windows/{window}/freeze", ROLE_ENGINEER, false, false, SLOW, JSON,
     api_freeze_window},
    {"POST", "/v1/quality", ROLE_ENGINEER, false, false, SLOW, SHEET, api_ask_quality},
    {"GET", "/v1/datasets", ROLE_VIEWER, false, false, SLOW, 0, api_list_datasets},
    {"POST", "/v1/datasets", ROLE_ENGINEER, false, false, SLOW, SHEET, api_create_dataset},
    {"GET", "/v1/datasets/{dataset}", ROLE_VIEWER, false, false, SLOW, 0, api_get_dataset},
    {"DELETE", "/v1/datasets/{dataset}", ROLE_ENGINEER, false, false, SLOW, 0, api_delete_dataset},
    {"GET", "/v1/datasets/{dataset}/file", ROLE_VIEWER, false, false, SLOW, 0,
     api_get_dataset_file},
    {"GET", "/v1/datasets/{dataset}/quality", ROLE_VIEWER, false, false, SLOW, 0,
     api_get_dataset_quality},
    {"POST", "/v1/datasets/from-windows", ROLE_ENGINEER, false, false, SLOW, JSON,
     api_create_window_dataset},
    {"GET", "/v1/models/{model}/predictions", ROLE_VIEWER, false, false, SLOW, 0,
     api_list_predictions},
    {"GET", "/v1/models", ROLE_VIEWER, false, false, SLOW, 0, api_list_models},
    {"POST", "/v1/models", ROLE_ENGINEER, false, false, SLOW, SHEET, api_create_model},
    {"GET", "/v1/models/{model}", ROLE_VIEWER, false, false, SLOW, 0, api_get_model},
    {"PATCH", "/v1/models/{model}", ROLE_ENGINEER, false, false, SLOW, JSON, api_change_model},
    {"DELETE", "/v1/models/{model}", ROLE_ENGINEER, false, false, SLOW, 0, api_delete_model},
    {"POST", "/v1/models/{model}/versions", ROLE_ENGINEER, false, false, SLOW, SHEET,
     api_create_model_version},
    {"GET", "/v1/models/{model}/versions/{version}", ROLE_VIEWER, false, false, SLOW, 0,
     api_get_model_version},
    {"GET", "/v1/models/{model}/versions/{version}/file", ROLE_VIEWER, false, false, SLOW, 0,
     api_get_model_file},
    {"GET", "/v1/models/{model}/versions/{version}/onnx", ROLE_VIEWER, false, false, SLOW, 0,
     api_get_model_onnx},
    {"POST", "/v1/models/{model}/versions/{version}/promote", ROLE_ENGINEER, false, false, SLOW,
     JSON, api_promote_model},
    {"POST", "/v1/models/{model}/rollback", ROLE_ENGINEER, false, false, SLOW, JSON,
     api_roll_back_model},
    {"POST", "/v1/models/{model}/predict", ROLE_ENGINEER, false, false, SLOW, SHEET,
     api_predict_model},
    {"GET", "/v1/assets", ROLE_VIEWER, false, false, SLOW, 0, api_list_assets},
    {"GET", "/v1/assets/proposal", ROLE_VIEWER, false, false, SLOW, 0, api_propose_assets},
    {"GET", "/v1/equipment", ROLE_VIEWER, false, false, SLOW, 0, api_list_equipment},
    {"GET", "/v1/equipment/states", ROLE_VIEWER, false, false, SLOW, 0, api_list_states},
    {"GET", "/v1/equipment/oee", ROLE_VIEWER, false, false, SLOW, 0, api_get_oee},
    {"GET", "/v1/jobs", ROLE_VIEWER, false, false, FAST, 0, api_list_jobs},
    {"POST", "/v1/jobs", ROLE_ENGINEER, false, false, SLOW, UPLOAD, api_create_job},
    {"GET", "/v1/jobs/{job}", ROLE_VIEWER, false, false, FAST, 0, api_get_job},
    {"DELETE", "/v1/jobs/{job}", ROLE_ENGINEER, false, false, SLOW, 0, api_delete_job},
    {"POST", "/v1/jobs/{job}/cancel", ROLE_ENGINEER, false, false, SLOW, JSON, api_cancel_job},
    {"POST", "/v1/jobs/{job}/retry", ROLE_ENGINEER, false, false, SLOW, JSON, api_retry_job},
    {"GET", "/v1/jobs/{job}/forecast", ROLE_VIEWER, false, false, SLOW, 0, api_get_job_forecast},
    {"POST", "/v1/jobs/forecast", ROLE_ENGINEER, false, false, SLOW, JSON, api_forecast_job},
    {"GET", "/v1/jobs/{job}/log", ROLE_VIEWER, false, false, SLOW, 0, api_get_job_log},
    {"GET", "/v1/jobs/{job}/files", ROLE_VIEWER, false, false, SLOW, 0, api_list_job_files},
    {"GET", "/v1/jobs/{job}/files/{file}", ROLE_VIEWER, false, false, SLOW, 0, api_get_job_file},
    {"GET", "/v1/pool", ROLE_VIEWER, false, false, FAST, 0, api_get_pool},
    {"GET", "/v1/pool/queue", ROLE_VIEWER, false, false, SLOW, 0, api_get_pool_queue},
    {"GET", "/v1/rounds", ROLE_VIEWER, false, false, SLOW, 0, api_list_rounds},
    {"POST", "/v1/rounds", ROLE_OPERATOR, false, true, SLOW, UPLOAD, api_create_round},
    {"GET", "/v1/rounds/{round}", ROLE_VIEWER, false, false, SLOW, 0, api_get_round},
    {"GET", "/v1/rounds/{round}/files/{file}", ROLE_OPERATOR, false, true, SLOW, 0,
     api_get_round_file},
    {"PUT", "/v1/rounds/{round}/files/{file}", ROLE_OPERATOR, false, true, SLOW, UPLOAD,
     api_put_round_file},
    {"GET", "/v1/rounds/{round}/applications", ROLE_VIEWER, false, false, SLOW, 0,
     api_list_applications},
    {"POST", "/v1/rounds/{round}/applications", ROLE_ENGINEER, false, false, SLOW, JSON,
     api_create_application},
    {"GET", "/v1/rounds/{round}/award", ROLE_OPERATOR, false, true, SLOW, 0, api_get_round_award},
    {"POST", "/v1/rounds/{round}/award", ROLE_OPERATOR, false, true, SLOW, JSON, api_award_round},
    {"POST", "/v1/rounds/{round}/award/cancel", ROLE_OPERATOR, false, true, SLOW, JSON,
     api_cancel_round_award},
    {"POST", "/v1/rounds/{round}/lease", ROLE_OPERATOR, false, true, SLOW, JSON, api_lease_round},
    {"POST", "/v1/rounds/{round}/watch", ROLE_OPERATOR, false, true, SLOW, JSON, api_watch_round},
    {"POST", "/v1/rounds/{round}/reclaim", ROLE_OPERATOR, false, true, SLOW, JSON,
     api_reclaim_round},
    {"GET", "/v1/rounds/{round}/report", ROLE_OPERATOR, false, true, SLOW, 0, api_get_round_report},
    {"GET", "/v1/pool/policy", ROLE_VIEWER, false, false, SLOW, 0, api_get_pool_policy},
    {"PUT", "/v1/pool/policy", ROLE_OPERATOR, false, true, SLOW, JSON, api_put_pool_policy},
    {"GET", "/v1/pool/accounts", ROLE_VIEWER, false, false, SLOW, 0, api_get_pool_accounts},
    {"PUT", "/v1/pool/accounts", ROLE_OPERATOR, false, true, SLOW, UPLOAD, api_put_pool_accounts},
    {"GET", "/v1/pool/reservations", ROLE_VIEWER, false, false, SLOW, 0, api_get_pool_reservations},
    {"PUT", "/v1/pool/reservations", ROLE_OPERATOR, false, true, SLOW, UPLOAD,
     api_put_pool_reservations},
    {"POST", "/v1/pool/replays", ROLE_OPERATOR, false, true, SLOW, UPLOAD, api_create_replay},
    {"GET", "/v1/pool/replays/{replay}", ROLE_OPERATOR, false, true, FAST, 0, api_get_replay},
    {"POST", "/v1/pool/nodes/{node}", ROLE_OPERATOR, false, true, SLOW, JSON, api_set_pool_node},
    {"GET", "/v1/pool/usage", ROLE_VIEWER, false, false, SLOW, 0, api_get_usage},
    {"POST", "/v1/pool/agreement", ROLE_OPERATOR, false, true, SLOW, UPLOAD, api_compare_sacct},
    {"GET", "/v1/pool/owned-cost", ROLE_OPERATOR, false, true, SLOW, 0, api_get_owned_cost},
    {"PUT", "/v1/pool/owned-cost", ROLE_OPERATOR, false, true, SLOW, JSON, api_put_owned_cost},
    {"GET", "/v1/pool/prices", ROLE_VIEWER, false, false, SLOW, 0, api_get_prices},
    {"POST", "/v1/pool/prices", ROLE_OPERATOR, false, true, SLOW, UPLOAD, api_add_prices},
    {"POST", "/v1/pool/grants", ROLE_OPERATOR, false, true, SLOW, JSON, api_grant_credits},
    {"GET", "/v1/credits", ROLE_VIEWER, false, false, SLOW, 0, api_get_credits},
    {"GET", "/v1/credits/entries", ROLE_VIEWER, false, false, SLOW, 0, api_list_credit_entries},
    {"POST", "/v1/credits/budgets", ROLE_OPERATOR, false, false, SLOW, JSON, api_set_budget},
    {"DELETE", "/v1/credits/budgets", ROLE_OPERATOR, false, false, SLOW, 0, api_remove_budget},
    {"POST", "/api/v2/write", ROLE_ENGINEER, false, false, SLOW, UPLOAD, api_write_lines},
    {"GET", "/v1/audit", ROLE_ADMIN, false, false, FAST, 0, api_list_audit},
};

enum { N_ROUTE = sizeof routes / sizeof routes[0] };

const struct route *route_at(size_t i) { return i < N_ROUTE ? &routes[i] : NULL; }

// The parts of a path, each taken apart on its own, so that a slash in a name parts nothing. 0: it has none, or too many.
static size_t cut(char *path, char *part[REQUEST_MAX_PARTS]) {
    size_t n = 0;
    if (path[0] != '/') {
        return 0;
    }
    for (char *at = path; at; n++) {
        *at++ = '\0';
        if (n == REQUEST_MAX_PARTS) {
            return 0;
        }
        part[n] = at;
        at = strchr(at, '/');
    }
    for (size_t i = 0; i < n; i++) {
        if (!percent_decode(part[i])) {
            return 0;
        }
    }
    return n;
}

// Do the parts fit? Those that are free are in `param` then.
static bool fits(const char *pattern, char *const *part, size_t n_part,
                 const char *param[REQUEST_MAX_PARAMS]) {
    size_t n = 0;
    for (size_t i = 0; i < n_part; i++) {
        if (*pattern++ != '/') { // or the pattern has ended
            return false;
        }
        const size_t n_pattern = strcspn(pattern, "/");
        if (pattern[0] == '{') {
            if (part[i][0] == '\0') {
                return false;
            }
            param[n++] = part[i];
        } else if (strlen(part[i]) != n_pattern || strncmp(pattern, part[i], n_pattern) != 0) {
            return false;
        }
        pattern += n_pattern;
        if (*pattern == '\0') {
            return i + 1 == n_part;
        }
    }
    return false;
}

static void allow(struct request *request, const char *method) {
    const size_t n = strlen(request->allow);
    snprintf(request->allow + n, sizeof request->allow - n, "%s%s", n > 0 ? ", " : "",
             strcmp(method, "GET") == 0 ? "GET, HEAD" : method);
}

const struct route *route_find(struct request *request, const char *method, int *status) {
    char *part[REQUEST_MAX_PARTS];
    const size_t n_part = cut(request->path, part);
    *status = 404;
    for (size_t i = 0; i < N_ROUTE; i++) {
        const char *param[REQUEST_MAX_PARAMS] = {"", "", ""};
        if (!fits(routes[i].pattern, part, n_part, param)) {
            continue;
        }
        *status = 405;
        if (strcmp(routes[i].method, method) == 0 ||
            (strcmp(method, "HEAD") == 0 && strcmp(routes[i].method, "GET") == 0)) {
            memcpy(request->param, param, sizeof param);
            return &routes[i];
        }
        allow(request, routes[i].method);
    }
    return NULL;
}
