#include "serve/api/listing.h"
#include "serve/http/request.h"
#include "serve/runs/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "serve/api/excerpt.h"
#include "serve/api/upload.h"
#include "serve/runs/asking.h"
#include "study/words/korean.h"
#include "study/words/option_words.h"

// ---- as JSON

static void add_what(struct json *json, const char *what) {
    struct text korean;
    text_init(&korean, 1024);
    korean_add(&korean, what);
    json_open_object(json, "what");
    json_add_string(json, "ko", korean.n_bytes > 0 ? korean.bytes : what);
    json_add_string(json, "en", what);
    json_close(json);
    text_fini(&korean);
}

static void add_run(struct json *json, struct server *server, const char *tenant,
                    const struct run_row *row) {
    struct job_view view = {.state = row->state, .progress = row->progress};
    const bool goes_on =
        row->state <= RUN_RUNNING && jobs_look(server->jobs, tenant, row->id, &view);
    json_open_object(json, NULL);
    json_add_string(json, "id", row->id);
    json_add_string(json, "name", row->name);
    json_add_string(json, "plant", row->plant);
    json_add_string(json, "plant_name", row->plant_name);
    json_add_integer(json, "version", row->version);
    if (row->model[0]) {
        json_add_string(json, "model", row->model);
    }
    json_add_string(json, "kind", row->kind);
    json_add_string(json, "state", run_state_name(goes_on ? view.state : row->state));
    json_add_number(json, "progress", view.progress);
    if (goes_on && view.state == RUN_WAITING) {
        json_add_count(json, "ahead", view.n_ahead);
    }
    if (goes_on && view.what[0]) {
        add_what(json, view.what);
    }
    request_add_time(json, "created", row->created_ms);
    if (row->started_ms > 0) {
        request_add_time(json, "started", row->started_ms);
    }
    if (row->ended_ms > 0) {
        request_add_time(json, "ended", row->ended_ms);
    }
    json_add_string(json, "by", row->by);
    json_add_raw(json, "request", row->request);
    if (row->sentence_en[0]) {
        json_open_object(json, "sentence");
        json_add_string(json, "ko", row->sentence_ko);
        json_add_string(json, "en", row->sentence_en);
        json_close(json);
    }
    if (row->figures[0]) {
        json_add_raw(json, "figures", row->figures);
    }
    if (row->problem[0]) {
        json_add_raw(json, "problem", row->problem);
    }
    json_close(json);
}

struct one_run {
    struct json json;
    struct server *server;
    const char *tenant;
};

static maru_status see_run(void *context, const struct run_row *row, maru_error *err) {
    (void)err;
    struct one_run *one = context;
    add_run(&one->json, one->server, one->tenant, row);
    return MARU_OK;
}

maru_status run_add_json(struct text *out, struct server *server, struct tenant *tenant,
                         const char *run, maru_error *err) {
    struct one_run one = {.server = server, .tenant = tenant_name(tenant)};
    json_writer_init(&one.json, out);
    return tenant_see_one_run(tenant, run, see_run, &one, err);
}

struct run_list {
    struct list list; // first
    struct server *server;
    const char *tenant;
};

static maru_status list_run(void *context, const struct run_row *row, maru_error *err) {
    (void)err;
    struct run_list *runs = context;
    add_run(&runs->list.json, runs->server, runs->tenant, row);
    runs->list.n++;
    snprintf(runs->list.last, sizeof runs->list.last, "%s", row->id);
    return MARU_OK;
}

maru_status api_list_runs(struct request *request, maru_error *err) {
    struct page page;
    struct run_list runs = {.server = request->server, .tenant = request->who.tenant};
    maru_status st = request_page(request, &page, err);
    if (st == MARU_OK) {
        list_begin(&runs.list, &request->out, page.limit);
        const struct run_filter filter = {.plant = request_query(request, "plant"),
                                          .kind = request_query(request, "kind"),
                                          .state = request_query(request, "state"),
                                          .model = request_query(request, "model")};
        st = tenant_each_run(request->tenant, &filter, &page, list_run, &runs, err);
        list_end(&runs.list);
    }
    return st;
}

// ---- asking for one

maru_status api_list_options(struct request *request, maru_error *err) {
    (void)err;
    options_add_json(&request->out);
    return MARU_OK;
}

static maru_status see_number(void *context, const struct version_row *row, maru_error *err) {
    (void)err;
    *(int64_t *)context = row->number;
    return MARU_OK;
}

// Is the plant sound, and can this be asked of it? So that a run that is accepted does not fail for what
// could have been said at once.
static maru_status look_ahead(struct request *request, struct asking *asking, maru_error *err) {
    maru_plant *plant = NULL;
    maru_status st =
        upload_open_plant(request->tenant, asking->plant, asking->version, &plant, err);
    if (st == MARU_E_INPUT) {
        st = request_refuse(request, 409, err,
                            "this version has faults and cannot run: mend them first");
    }
    if (st == MARU_OK) {
        asking->enquiry.plant = plant;
        asking->enquiry.name = asking->plant;
        st = enquiry_check(&asking->enquiry, err);
        request->status = st == MARU_OK ? 0 : 422;
    }
    maru_plant_free(plant);
    return st;
}

maru_status api_create_run(struct request *request, maru_error *err) {
    struct asking asking;
    char id[STORE_ID_BYTES];
    maru_status st = asking_read(&asking, request->body.bytes, request->body.n_bytes, err);
    if (st == MARU_OK &&
        jobs_have_room(request->server->jobs, request->who.tenant, err) != MARU_OK) {
        st = MARU_E_LIMIT;
        request->status = 429;
    }
    if (st == MARU_OK) {
        st = tenant_see_one_version(request->tenant, asking.plant, asking.version, see_number,
                                    &asking.version, err);
    }
    st = st == MARU_OK ? look_ahead(request, &asking, err) : st;
    if (st == MARU_OK) {
        const struct run_row row = {.name = asking.name,
                                    .plant = asking.plant,
                                    .version = asking.version,
                                    .kind = asking.enquiry.n_variant > 0 ? "compare" : "simulate",
                                    .by = request->who.name,
                                    .request = request->body.bytes};
        st = tenant_add_run(request->tenant, &row, id, err);
    }
    if (st == MARU_OK) {
        st = jobs_add(request->server->jobs, request->who.tenant, id, err);
        if (st != MARU_OK) { // somebody else was faster
            (void)!tenant_delete_run(request->tenant, id, request->who.name, NULL);
            request->status = 429;
        }
    }
    if (st == MARU_OK) {
        st = run_add_json(&request->out, request->server, request->tenant, id, err);
        request->status = 202;
    }
    asking_fini(&asking);
    return st;
}

// ---- one run

maru_status api_get_run(struct request *request, maru_error *err) {
    return run_add_json(&request->out, request->server, request->tenant, request->param[0], err);
}

maru_status api_rename_run(struct request *request, maru_error *err) {
    struct asked_name asked;
    maru_status st = asked_name_read(&asked, request->body.bytes, request->body.n_bytes, err);
    if (st == MARU_OK) {
        st = tenant_rename_run(request->tenant, request->param[0], asked.name, request->who.name,
                               err);
    }
    asked_name_fini(&asked);
    return st == MARU_OK ? run_add_json(&request->out, request->server, request->tenant,
                                        request->param[0], err)
                         : st;
}

maru_status api_delete_run(struct request *request, maru_error *err) {
    jobs_cancel(request->server->jobs, request->who.tenant, request->param[0]);
    const maru_status st =
        tenant_delete_run(request->tenant, request->param[0], request->who.name, err);
    request->status = st == MARU_OK ? 204 : 0;
    return st;
}

maru_status api_cancel_run(struct request *request, maru_error *err) {
    if (!jobs_cancel(request->server->jobs, request->who.tenant, request->param[0])) {
        const maru_status st =
            run_add_json(&request->out, request->server, request->tenant, request->param[0], err);
        return st == MARU_OK
                   ? request_refuse(request, 409, err, "the run has ended, or was stopped, already")
                   : st;
    }
    maru_status st =
        tenant_audit(request->tenant, request->who.name, "cancel run", request->param[0], "", err);
    st = st == MARU_OK
             ? run_add_json(&request->out, request->server, request->tenant, request->param[0], err)
             : st;
    request->status = st == MARU_OK ? 202 : 0;
    return st;
}

maru_status api_follow_run(struct request *request, maru_error *err) {
    const maru_status st =
        run_add_json(&request->out, request->server, request->tenant, request->param[0], err);
    return st == MARU_OK ? stream_follow(request, request->param[0], err) : st;
}

// An output of a run that is there never changes: is it kept? Else, on a thread of the network, MARU_MORE.
static maru_status look_for_output(struct request *request, enum run_output output, long most,
                                   bool *is_kept, maru_error *err) {
    char key[ANSWERS_KEY_BYTES];
    const maru_status st = tenant_has_output(request->tenant, request->param[0], output, err);
    if (st == MARU_OK) {
        snprintf(key, sizeof key, "%s %s %d %ld", request->who.tenant, request->param[0],
                 (int)output, most);
        *is_kept = request_has_kept(request, key);
    }
    return st == MARU_OK && !*is_kept && !request->is_in_hands ? MARU_MORE : st;
}

maru_status api_get_result(struct request *request, maru_error *err) {
    const char *asked = request_query(request, "replications");
    char *end = NULL;
    const long most = asked[0] ? strtol(asked, &end, 10) : 0;
    if (asked[0] && (*end || most < 1 || most > RUNS_MAX)) {
        return fail(err, MARU_E_INPUT, "replications: a whole number from 1 to %d is wanted",
                    RUNS_MAX);
    }
    bool is_kept = false;
    maru_status st = look_for_output(request, RUN_RESULT, most, &is_kept, err);
    if (st == MARU_OK && !is_kept) {
        struct text whole;
        text_init(&whole, REQUEST_MAX_ANSWER_BYTES);
        st = tenant_get_output(request->tenant, request->param[0], RUN_RESULT, &whole, err);
        if (st == MARU_OK) {
            excerpt_add(&request->out, whole.bytes ? whole.bytes : "", (size_t)most);
        }
        text_fini(&whole);
    }
    return st;
}

maru_status api_get_report(struct request *request, maru_error *err) {
    const bool is_korean = strcmp(request_query(request, "lang"), "ko") == 0;
    const enum run_output output = is_korean ? RUN_REPORT_KO : RUN_REPORT_EN;
    bool is_kept = false;
    request->type = "text/html; charset=utf-8";
    const maru_status st = look_for_output(request, output, 0, &is_kept, err);
    return st == MARU_OK && !is_kept
               ? tenant_get_output(request->tenant, request->param[0], output, &request->out, err)
               : st;
}
