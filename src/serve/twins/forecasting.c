#include "serve/twins/forecasting.h"

#include <stdio.h>

#include "base/status.h"
#include "serve/api/fields.h"
#include "serve/twins/live_twin.h"
#include "study/json_writer.h"

void forecasting_write(const struct forecasting *forecasting, struct text *out) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "twin", forecasting->twin);
    json_add_integer(&json, "time_us", forecasting->time_us);
    json_add_integer(&json, "span_us", forecasting->span_us);
    json_add_count(&json, "replications", forecasting->n_rep);
    json_close(&json);
}

maru_status forecasting_read(struct forecasting *forecasting, const char *bytes, size_t n,
                             maru_error *err) {
    static const char *const known[] = {"twin", "time_us", "span_us", "replications", NULL};
    struct json_t *json = NULL;
    const char *twin = "";
    int64_t n_rep = 0;
    *forecasting = (struct forecasting){0};
    maru_status st = fields_open(&json, bytes, n, known, err);
    st = st == MARU_OK ? field_text(json, "twin", STORE_ID_BYTES - 1, &twin, err) : st;
    st =
        st == MARU_OK ? field_count(json, "time_us", 0, INT64_MAX, &forecasting->time_us, err) : st;
    st =
        st == MARU_OK ? field_count(json, "span_us", 0, INT64_MAX, &forecasting->span_us, err) : st;
    st = st == MARU_OK ? field_count(json, "replications", 1, FUTURES_MAX, &n_rep, err) : st;
    snprintf(forecasting->twin, sizeof forecasting->twin, "%s", twin);
    forecasting->n_rep = (size_t)n_rep;
    fields_close(json);
    return st;
}

static void tell(const struct forecasting *forecasting, const struct futures *futures,
                 struct answer *answer) {
    struct json json;
    text_init(&answer->json, ENQUIRY_MAX_ANSWER_BYTES);
    text_init(&answer->sentence_ko, 1 << 14);
    text_init(&answer->sentence_en, 1 << 14);
    text_init(&answer->report_ko, 1);
    text_init(&answer->report_en, 1);
    json_writer_init(&json, &answer->json);
    json_open_object(&json, NULL);
    json_add_string(&json, "twin", forecasting->twin);
    futures_add_json(&json, futures);
    json_close(&json);
    futures_add_sentence(&answer->sentence_ko, futures, true);
    futures_add_sentence(&answer->sentence_en, futures, false);
}

struct telling {
    const struct forecasting *forecasting;
    struct answer *answer;
};

static void tell_live(void *context, const struct futures *futures) {
    const struct telling *telling = context;
    tell(telling->forecasting, futures, telling->answer);
}

// Of a floor: its present is that of the moment in which the futures are run.
static maru_status do_live(const struct forecasting *forecasting, struct twin *twin,
                           const struct futures_plan *plan, struct answer *answer,
                           maru_error *err) {
    struct telling telling = {forecasting, answer};
    struct futures_plan its = *plan;
    its.seed = twin->seed + (uint64_t)forecasting->time_us;
    its.n_rep = forecasting->n_rep;
    its.span_us = forecasting->span_us;
    const maru_status st = live_twin_forecast(twin->live, &its, tell_live, &telling, err);
    return st == MARU_OK ? answer->json.status : st;
}

maru_status forecasting_do(const struct forecasting *forecasting, struct twin *twin,
                           const struct futures_plan *plan, struct answer *answer,
                           maru_error *err) {
    struct moment now = {0};
    struct acts acts = {0};
    struct futures futures = {0};
    if (twin->live) {
        return do_live(forecasting, twin, plan, answer, err);
    }
    maru_status st = player_moment(twin->player, forecasting->time_us, &now, &acts, err);
    if (st == MARU_OK) {
        struct futures_plan its = *plan;
        its.now = &now;
        its.acts = &acts;
        its.seed = twin->seed;
        its.n_rep = forecasting->n_rep;
        its.span_us = forecasting->span_us;
        st = futures_run(&its, &futures, err);
    }
    if (st == MARU_OK) {
        tell(forecasting, &futures, answer);
        st = answer->json.status;
    }
    futures_fini(&futures);
    acts_fini(&acts);
    moment_fini(&now);
    return st;
}
