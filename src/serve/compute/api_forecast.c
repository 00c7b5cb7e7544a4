#include "serve/http/request.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "serve/compute/compute.h"
#include "serve/compute/job_request.h"
#include "serve/compute/wait_words.h"
#include "store/jobs/kept_jobs.h"
#include "study/json_writer.h"

// When a job starts, of one that waits or of one that is not handed in yet; nothing is kept.

static const char *const changes[HELP_KINDS] = {
    [HELP_GPUS] = "gpus", [HELP_TYPE] = "type", [HELP_TIME] = "time", [HELP_CAN_STOP] = "can_stop"};

static void add_time(struct json *json, const char *key, int64_t us) {
    if (us != INT64_MAX) {
        request_add_time(json, key, us / 1000);
    }
}

static void add_band(struct json *json, const struct forecast_band *band) {
    json_open_object(json, "start");
    add_time(json, "p10", band->p10_us);
    add_time(json, "p50", band->p50_us);
    add_time(json, "p90", band->p90_us);
    json_close(json);
}

// In both languages; help NULL: of the job as it is.
static void add_sentence(struct json *json, const struct compute_forecast *it,
                         const struct forecast_help *help) {
    json_open_object(json, "sentence");
    for (int lang = 0; lang < N_LANG; lang++) {
        struct text text;
        text_init(&text, 2048);
        if (help) {
            help_sentence(&text, it, help, (enum lang)lang);
        } else {
            start_sentence(&text, it, (enum lang)lang);
        }
        json_add_string(json, lang == LANG_EN ? "en" : "ko", text.bytes ? text.bytes : "");
        text_fini(&text);
    }
    json_close(json);
}

static void add_value(struct json *json, const struct forecast_help *help) {
    switch (help->kind) {
    case HELP_GPUS:
        json_add_count(json, "value", (uint64_t)help->ask.n_part * help->ask.want.n_gpu);
        break;
    case HELP_TIME:
        json_add_integer(json, "value", help->ask.limit_us / 1000000);
        break;
    case HELP_TYPE:
        json_add_string(json, "value", "");
        break;
    case HELP_CAN_STOP:
    case HELP_KINDS:
        json_add_bool(json, "value", true);
        break;
    }
}

static void tell_forecast(struct request *request, const struct compute_forecast *it) {
    struct json json;
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    request_add_time(&json, "at", it->at_us / 1000);
    json_add_count(&json, "futures", it->start.n_future);
    if (it->is_foretold && it->start.p50_us != INT64_MAX) {
        add_band(&json, &it->start);
    } else {
        json_add_raw(&json, "start", "null");
    }
    add_sentence(&json, it, NULL);
    json_open_list(&json, "helps");
    for (uint32_t i = 0; i < it->n_help; i++) {
        json_open_object(&json, NULL);
        json_add_string(&json, "change", changes[it->help[i].kind]);
        add_value(&json, &it->help[i]);
        add_band(&json, &it->help[i].start);
        add_sentence(&json, it, &it->help[i]);
        json_close(&json);
    }
    json_close(&json);
    json_close(&json);
}

static maru_status see_job(void *context, const struct job_row *row, maru_error *err) {
    (void)context;
    (void)row;
    (void)err;
    return MARU_OK;
}

static maru_status answer(struct request *request, const struct forecast_of *of, maru_error *err) {
    struct compute_forecast forecast;
    const maru_status st = compute_forecast(request->server->compute, of, &forecast, err);
    if (st == MARU_OK) {
        tell_forecast(request, &forecast);
    } else if (st == MARU_E_RANGE) {
        request->status = 422;
    }
    return st;
}

maru_status api_get_job_forecast(struct request *request, maru_error *err) {
    const struct forecast_of of = {.tenant = request->who.tenant, .job = request->param[0]};
    maru_status st = compute_require(request, err);
    st = st == MARU_OK ? tenant_see_one_job(request->tenant, request->param[0], see_job, NULL, err)
                       : st;
    return st == MARU_OK ? answer(request, &of, err) : st;
}

maru_status api_forecast_job(struct request *request, maru_error *err) {
    struct job_request asked = {0};
    const char *body = request->body.bytes ? request->body.bytes : "";
    maru_status st = compute_require(request, err);
    if (st != MARU_OK) {
        return st;
    }
    st = job_request_read(&asked, body, request->body.n_bytes, err);
    if (st == MARU_OK) {
        const struct forecast_of of = {
            .tenant = request->who.tenant, .project = asked.project, .needs = &asked.needs};
        st = answer(request, &of, err);
    }
    job_request_fini(&asked);
    return st;
}
