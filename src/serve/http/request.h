// One request on its way: who asks, what for, and the answer as it is made.
#ifndef SERVE_REQUEST_H
#define SERVE_REQUEST_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "serve/http/answers.h"
#include "serve/http/server.h"
#include "serve/runs/jobs.h"
#include "store/tenant.h"
#include "study/words/words.h"

enum {
    REQUEST_MAX_PATH = 1024, // as it is written: a name of 255 bytes may take three times as many
    REQUEST_MAX_PARTS = 16,  // of a path
    REQUEST_MAX_PARAMS = 3,
    REQUEST_MAX_JSON_BYTES = 256 << 10,
    REQUEST_MAX_UPLOAD_BYTES = 64 << 20,
    REQUEST_MAX_SHEET_BYTES = 128 << 20, // of a spreadsheet, with what is said of it
    REQUEST_MAX_ANSWER_BYTES = 1 << 28,
    REQUEST_MAX_PAGE = 200,
    REQUEST_DEFAULT_PAGE = 50,
};

struct server {
    struct store *store;
    struct jobs *jobs;
    struct hands *hands;
    struct twins *twins;
    struct links *links;
    struct upkeep *upkeep;
    struct floors *floors;
    struct replays *replays;
    struct compute *compute; // NULL: this server runs no jobs
    char no_compute[320];    // why
    struct awarding *awarding;
    struct watching *watching;
    struct signal_streams *signal_streams;
    struct MHD_Daemon *daemon;
    const char *page;
    bool is_loopback;
    _Atomic uint16_t port;  // known when it listens, which threads do already
    bool is_ending;         // with the lock of the jobs
    struct stream *streams; // the same
    struct pace *pace;
    struct metrics *metrics;
    struct answers *answers;
    _Atomic uint64_t n_stream; // event streams that are followed
    const char *data;          // where the store is: a folder, or a URL
    int64_t quota_bytes;       // of one tenant's file
    int64_t started_ms;
    double tended_s;    // when server_tend last looked at connections
    bool is_store_away; // the store did not answer it then
};

struct request;
typedef maru_status (*route_handler)(struct request *request, maru_error *err);

struct route {
    const char *method;
    const char *pattern; // as in docs/openapi.json: {name} stands for one part of the path
    enum role role;      // that is needed at least
    bool is_public;      // nobody has to say who he is
    bool is_of_server;   // only for the tenant local
    bool is_slow;        // handled by the hands, not by a thread of the network
    uint32_t max_body;
    route_handler handle;
};

struct request {
    struct server *server;
    struct MHD_Connection *connection;
    const struct route *route;
    char path[REQUEST_MAX_PATH]; // as written, from route_find on cut into its parts
    char authority[256];         // of a target that is a whole address, else ""
    const char *param[REQUEST_MAX_PARAMS];
    struct token who;
    bool is_path_too_long, has_zero; // of the target
    bool is_begun;                   // the header is there
    bool is_open;                    // no token was needed
    bool is_immutable;               // of the answer: a browser may keep it for good
    bool is_last;                    // the connection ends with it
    struct tenant *tenant;           // of who
    struct text body;
    // the answer
    int status; // of HTTP; 0: it follows from the maru_status
    struct text out;
    const char *type;
    const struct embedded *file;     // instead of `out`: a file of the program
    char allow[48];                  // with 405: the methods that are possible
    char disposition[200];           // "": none
    int64_t n_whole;                 // bytes of what the answer is a piece of; 0: nothing is said
    struct MHD_Response *stream;     // instead of `out`
    struct kept_answer *kept;        // the same; held
    char kept_as[ANSWERS_KEY_BYTES]; // "", or keep what is in `out` for who asks next
    // in the hands
    bool is_in_hands, is_handled;
    maru_status outcome;
    maru_error err;
    struct request *next_waiting;
    // for the log
    double began_s;
    uint64_t n_sent;            // bytes of the answer's body
    bool is_stream, is_counted; // of the tenant's streams
    char method[16];
};

// The route of a method and of request->path, whose parts are taken apart (base/percent.h) and stand in request->param.
// NULL with status 404, or 405 when the path is there for other methods, which are in request->allow.
const struct route *route_find(struct request *request, const char *method, int *status);
const struct route *route_at(size_t i); // NULL behind the last

// Let the route handle it, once for its Idempotency-Key: the outcome and the answer are in `request`.
void request_handle(struct request *request);

// Count one more stream of the tenant, until the request ends.
//   errors  MARU_E_USAGE: it has as many as it may
MARU_MUST_USE maru_status request_begin_stream(struct request *request, maru_error *err);

// Is there an answer that is kept under this key? Then it goes out. Else a handler on a thread of the network
// returns MARU_MORE, is called again in the hands, and what it puts into `out` is kept. The key has to
// say all that the answer depends on, but how it is compressed.
bool request_has_kept(struct request *request, const char *key);

// "" when it is not given.
const char *request_query(const struct request *request, const char *name);
const char *request_header(const struct request *request, const char *name);
//   errors  MARU_E_INPUT
MARU_MUST_USE maru_status request_page(const struct request *request, struct page *page,
                                       maru_error *err);
MARU_MUST_USE maru_status request_page_of(const struct request *request, uint32_t most,
                                          struct page *page, maru_error *err);
// Refuse with a status of HTTP and a sentence.
maru_status request_refuse(struct request *request, int status, maru_error *err, const char *format,
                           ...) MARU_PRINTF(4, 5);

// The language of the one who asks: ?lang=, else what Accept-Language names first of the two.
enum lang request_language(const struct request *request);

// A time as RFC 3339 has it; key of a JSON object.
struct json;
void request_add_time(struct json *json, const char *key, int64_t unix_ms);

// A version of a plant as the API tells it, in request->out.
MARU_MUST_USE maru_status plant_tell_version(struct request *request, const char *plant,
                                             int64_t number, maru_error *err);
// A dataset as the API tells it, in request->out.
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status dataset_tell(struct request *request, const char *id, maru_error *err);
// Its name and its bytes.
//   errors  as tenant_get_dataset
MARU_MUST_USE maru_status dataset_read(struct request *request, const char *id,
                                       char name[STORE_NAME_BYTES], struct text *out,
                                       maru_error *err);

// A model that was made, with its first training; a training of a version. In request->out.
MARU_MUST_USE maru_status model_tell_made(struct request *request, const char *id, maru_error *err);
MARU_MUST_USE maru_status model_tell_run(struct request *request, const char *run, maru_error *err);

// One run as the API tells it, as one object, its waiting and progress as they are now.
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status run_add_json(struct text *out, struct server *server,
                                       struct tenant *tenant, const char *run, maru_error *err);

// Does this server run jobs?
//   errors  with status 503: why it does not
MARU_MUST_USE maru_status compute_require(struct request *request, maru_error *err);
// Is who asks an operator of this server: of tenant `local`?
bool request_is_operator(const struct request *request);
// Jobs that were submitted together, in request->out.
MARU_MUST_USE maru_status job_tell_batch(struct request *request, const char *batch,
                                         maru_error *err);

// ---- handlers: api_health.c, api_admin.c, api_plants.c, api_runs.c, api_scenes.c, api_twins.c, api_floor.c

maru_status api_health(struct request *request, maru_error *err);
maru_status api_ready(struct request *request, maru_error *err);
maru_status api_metrics(struct request *request, maru_error *err);
maru_status api_openapi(struct request *request, maru_error *err);
maru_status api_me(struct request *request, maru_error *err);
maru_status api_list_tenants(struct request *request, maru_error *err);
maru_status api_create_tenant(struct request *request, maru_error *err);
maru_status api_delete_tenant(struct request *request, maru_error *err);
maru_status api_list_tokens(struct request *request, maru_error *err);
maru_status api_create_token(struct request *request, maru_error *err);
maru_status api_delete_token(struct request *request, maru_error *err);
maru_status api_list_audit(struct request *request, maru_error *err);
maru_status api_list_options(struct request *request, maru_error *err);
maru_status api_list_examples(struct request *request, maru_error *err);
maru_status api_list_plants(struct request *request, maru_error *err);
maru_status api_create_plant(struct request *request, maru_error *err);
maru_status api_get_plant(struct request *request, maru_error *err);
maru_status api_rename_plant(struct request *request, maru_error *err);
maru_status api_delete_plant(struct request *request, maru_error *err);
maru_status api_list_versions(struct request *request, maru_error *err);
maru_status api_create_version(struct request *request, maru_error *err);
maru_status api_get_version(struct request *request, maru_error *err);
maru_status api_check_version(struct request *request, maru_error *err);
maru_status api_get_table(struct request *request, maru_error *err);
maru_status api_get_archive(struct request *request, maru_error *err);
maru_status api_diff_versions(struct request *request, maru_error *err);
maru_status api_list_runs(struct request *request, maru_error *err);
maru_status api_create_run(struct request *request, maru_error *err);
maru_status api_get_run(struct request *request, maru_error *err);
maru_status api_rename_run(struct request *request, maru_error *err);
maru_status api_delete_run(struct request *request, maru_error *err);
maru_status api_cancel_run(struct request *request, maru_error *err);
maru_status api_follow_run(struct request *request, maru_error *err);
maru_status api_get_result(struct request *request, maru_error *err);
maru_status api_get_report(struct request *request, maru_error *err);
maru_status api_get_layout(struct request *request, maru_error *err);
maru_status api_get_scene(struct request *request, maru_error *err);
maru_status api_list_twins(struct request *request, maru_error *err);
maru_status api_create_twin(struct request *request, maru_error *err);
maru_status api_get_twin(struct request *request, maru_error *err);
maru_status api_delete_twin(struct request *request, maru_error *err);
maru_status api_play_twin(struct request *request, maru_error *err);
maru_status api_pause_twin(struct request *request, maru_error *err);
maru_status api_seek_twin(struct request *request, maru_error *err);
maru_status api_fork_twin(struct request *request, maru_error *err);
maru_status api_inject_event(struct request *request, maru_error *err);
maru_status api_forecast_twin(struct request *request, maru_error *err);
maru_status api_follow_twin(struct request *request, maru_error *err);
maru_status api_get_floor(struct request *request, maru_error *err);
maru_status api_get_state(struct request *request, maru_error *err);
maru_status api_list_groups(struct request *request, maru_error *err);
maru_status api_get_day(struct request *request, maru_error *err);
maru_status api_get_tool(struct request *request, maru_error *err);
maru_status api_list_lots(struct request *request, maru_error *err);
maru_status api_get_lot(struct request *request, maru_error *err);
maru_status api_list_connections(struct request *request, maru_error *err);
maru_status api_create_connection(struct request *request, maru_error *err);
maru_status api_get_connection(struct request *request, maru_error *err);
maru_status api_change_connection(struct request *request, maru_error *err);
maru_status api_delete_connection(struct request *request, maru_error *err);
maru_status api_list_series(struct request *request, maru_error *err);
maru_status api_ask_connection(struct request *request, maru_error *err);
maru_status api_list_signals(struct request *request, maru_error *err);
maru_status api_chart_signal(struct request *request, maru_error *err);
maru_status api_get_samples(struct request *request, maru_error *err);
maru_status api_follow_signals(struct request *request, maru_error *err);
maru_status api_list_events(struct request *request, maru_error *err);
maru_status api_write_lines(struct request *request, maru_error *err);
maru_status api_write_samples(struct request *request, maru_error *err);
maru_status api_list_documents(struct request *request, maru_error *err);
maru_status api_get_document(struct request *request, maru_error *err);
maru_status api_put_document(struct request *request, maru_error *err);
maru_status api_list_document_versions(struct request *request, maru_error *err);
maru_status api_get_document_version(struct request *request, maru_error *err);
maru_status api_list_alarms(struct request *request, maru_error *err);
maru_status api_acknowledge_alarm(struct request *request, maru_error *err);
maru_status api_shelve_alarm(struct request *request, maru_error *err);
maru_status api_unshelve_alarm(struct request *request, maru_error *err);
maru_status api_remove_alarm(struct request *request, maru_error *err);
maru_status api_return_alarm(struct request *request, maru_error *err);
maru_status api_tune_alarms(struct request *request, maru_error *err);
maru_status api_list_charts(struct request *request, maru_error *err);
maru_status api_get_chart(struct request *request, maru_error *err);
maru_status api_freeze_chart(struct request *request, maru_error *err);
maru_status api_list_windows(struct request *request, maru_error *err);
maru_status api_get_window(struct request *request, maru_error *err);
maru_status api_freeze_window(struct request *request, maru_error *err);
maru_status api_get_capability(struct request *request, maru_error *err);
maru_status api_ask_quality(struct request *request, maru_error *err);
maru_status api_list_datasets(struct request *request, maru_error *err);
maru_status api_create_dataset(struct request *request, maru_error *err);
maru_status api_get_dataset(struct request *request, maru_error *err);
maru_status api_delete_dataset(struct request *request, maru_error *err);
maru_status api_get_dataset_file(struct request *request, maru_error *err);
maru_status api_get_dataset_quality(struct request *request, maru_error *err);
maru_status api_create_window_dataset(struct request *request, maru_error *err);
maru_status api_list_predictions(struct request *request, maru_error *err);
maru_status api_list_models(struct request *request, maru_error *err);
maru_status api_create_model(struct request *request, maru_error *err);
maru_status api_get_model(struct request *request, maru_error *err);
maru_status api_change_model(struct request *request, maru_error *err);
maru_status api_delete_model(struct request *request, maru_error *err);
maru_status api_create_model_version(struct request *request, maru_error *err);
maru_status api_get_model_version(struct request *request, maru_error *err);
maru_status api_get_model_file(struct request *request, maru_error *err);
maru_status api_get_model_onnx(struct request *request, maru_error *err);
maru_status api_promote_model(struct request *request, maru_error *err);
maru_status api_roll_back_model(struct request *request, maru_error *err);
maru_status api_predict_model(struct request *request, maru_error *err);
maru_status api_list_assets(struct request *request, maru_error *err);
maru_status api_propose_assets(struct request *request, maru_error *err);
maru_status api_list_equipment(struct request *request, maru_error *err);
maru_status api_list_states(struct request *request, maru_error *err);
maru_status api_get_oee(struct request *request, maru_error *err);
maru_status api_get_history(struct request *request, maru_error *err);
maru_status api_get_following(struct request *request, maru_error *err);
struct live_twin;
// The series of a floor that is followed (api_following.c).
maru_status api_tell_floor_history(struct request *request, struct live_twin *live);

// serve/compute/
maru_status api_list_jobs(struct request *request, maru_error *err);
maru_status api_create_job(struct request *request, maru_error *err);
maru_status api_get_job(struct request *request, maru_error *err);
maru_status api_delete_job(struct request *request, maru_error *err);
maru_status api_cancel_job(struct request *request, maru_error *err);
maru_status api_get_job_forecast(struct request *request, maru_error *err);
maru_status api_forecast_job(struct request *request, maru_error *err);
maru_status api_retry_job(struct request *request, maru_error *err);
maru_status api_get_job_log(struct request *request, maru_error *err);
maru_status api_list_job_files(struct request *request, maru_error *err);
maru_status api_get_job_file(struct request *request, maru_error *err);
maru_status api_get_pool(struct request *request, maru_error *err);
maru_status api_get_pool_queue(struct request *request, maru_error *err);
maru_status api_create_replay(struct request *request, maru_error *err);
maru_status api_get_replay(struct request *request, maru_error *err);
maru_status api_get_pool_policy(struct request *request, maru_error *err);
maru_status api_put_pool_policy(struct request *request, maru_error *err);
maru_status api_get_pool_accounts(struct request *request, maru_error *err);
maru_status api_put_pool_accounts(struct request *request, maru_error *err);
maru_status api_get_pool_reservations(struct request *request, maru_error *err);
maru_status api_put_pool_reservations(struct request *request, maru_error *err);
maru_status api_set_pool_node(struct request *request, maru_error *err);
maru_status api_get_usage(struct request *request, maru_error *err);
maru_status api_compare_sacct(struct request *request, maru_error *err);
maru_status api_get_owned_cost(struct request *request, maru_error *err);
maru_status api_put_owned_cost(struct request *request, maru_error *err);
maru_status api_get_prices(struct request *request, maru_error *err);
maru_status api_add_prices(struct request *request, maru_error *err);
maru_status api_grant_credits(struct request *request, maru_error *err);
maru_status api_get_credits(struct request *request, maru_error *err);
maru_status api_list_credit_entries(struct request *request, maru_error *err);
maru_status api_set_budget(struct request *request, maru_error *err);
maru_status api_remove_budget(struct request *request, maru_error *err);

// serve/rounds/
maru_status api_list_rounds(struct request *request, maru_error *err);
maru_status api_create_round(struct request *request, maru_error *err);
maru_status api_get_round(struct request *request, maru_error *err);
maru_status api_get_round_file(struct request *request, maru_error *err);
maru_status api_put_round_file(struct request *request, maru_error *err);
maru_status api_create_application(struct request *request, maru_error *err);
maru_status api_list_applications(struct request *request, maru_error *err);
maru_status api_award_round(struct request *request, maru_error *err);
maru_status api_cancel_round_award(struct request *request, maru_error *err);
maru_status api_get_round_award(struct request *request, maru_error *err);
maru_status api_lease_round(struct request *request, maru_error *err);
maru_status api_watch_round(struct request *request, maru_error *err);
maru_status api_reclaim_round(struct request *request, maru_error *err);
maru_status api_get_round_report(struct request *request, maru_error *err);

#endif
