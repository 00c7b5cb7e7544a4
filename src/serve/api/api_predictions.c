#include "serve/api/asked_time.h"
#include "serve/http/request.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "serve/api/listing.h"
#include "serve/models/kept_truths.h"
#include "serve/models/model_feed.h"

// What a model has said of the windows of the floor, newest first, with the truth of each where it has come. Predictions are events of kind
// `prediction` that carry the model's id, so that a model that is called otherwise now keeps its own, and none of another one that was
// called as it is.

enum {
    PREDICTIONS_LIMIT = 200,
    PREDICTIONS_MOST = 2000,    // of an answer
    PREDICTIONS_LOOKED = 20000, // events that are looked through for it
    PREDICTIONS_BYTES = 160 << 20,
};

#define EVENT_PREDICTION "prediction"

struct asked_predictions {
    const char *model;
    struct event_filter filter;
    struct model_feed feed;
    bool has_feed;
    struct arena arena;
    struct event *event;   // (n), newest first
    struct truth_key *key; // (n), the windows that they are of
    uint32_t *match;       // (n), of the truths, UINT32_MAX: none has come
    int64_t limit;
    uint32_t n, n_looked;
    maru_time last_us; // of the last event that was looked at
    int64_t last_id;
    bool is_more;
};

// ---- what is asked for

static maru_status take_model(void *context, const struct model_row *row, maru_error *err) {
    struct asked_predictions *asked = context;
    (void)err;
    asked->has_feed =
        row->feed[0] &&
        model_feed_read(row->feed, strlen(row->feed), &asked->feed, NULL) == MARU_OK &&
        asked->feed.has_truth;
    return MARU_OK;
}

static maru_status read_after(const char *after, struct event_filter *filter, maru_error *err) {
    const char *dash = strrchr(after, '-');
    if (after[0] && (!dash || !number_int64(after, (size_t)(dash - after), &filter->before_us) ||
                     !number_int64(dash + 1, strlen(dash + 1), &filter->before_id))) {
        return fail(err, MARU_E_INPUT, "after: the `next` of the page before is wanted");
    }
    return MARU_OK;
}

static maru_status read_asked(struct request *request, struct asked_predictions *asked,
                              maru_error *err) {
    const char *limit = request_query(request, "limit");
    *asked = (struct asked_predictions){.model = request->param[0],
                                        .limit = PREDICTIONS_LIMIT,
                                        .filter = {.from_us = SIGNALS_FROM_US,
                                                   .to_us = SIGNALS_TO_US,
                                                   .before_us = INT64_MAX,
                                                   .limit = PREDICTIONS_LOOKED,
                                                   .kind = EVENT_PREDICTION,
                                                   .source = request_query(request, "tool"),
                                                   .lot = request_query(request, "lot")}};
    arena_init(&asked->arena, PREDICTIONS_BYTES);
    maru_status st = asked_time(request, "from", &asked->filter.from_us, err);
    st = st == MARU_OK ? asked_time(request, "to", &asked->filter.to_us, err) : st;
    st = st == MARU_OK ? read_after(request_query(request, "after"), &asked->filter, err) : st;
    if (st == MARU_OK && limit[0] &&
        (!number_int64(limit, strlen(limit), &asked->limit) || asked->limit < 1 ||
         asked->limit > PREDICTIONS_MOST)) {
        st = fail(err, MARU_E_INPUT, "limit is a number from 1 to %d", PREDICTIONS_MOST);
    }
    return st == MARU_OK
               ? tenant_see_one_model(request->tenant, asked->model, take_model, asked, err)
               : st;
}

// ---- events

static bool is_of_model(const struct event *event, const char *model) {
    json_t *detail = json_loads(event->detail, 0, NULL);
    const char *its = json_string_value(json_object_get(detail, "model"));
    const bool is = its && strcmp(its, model) == 0;
    json_decref(detail);
    return is;
}

static maru_status see_event(void *context, int64_t id, const struct event *event,
                             maru_error *err) {
    struct asked_predictions *asked = context;
    if (asked->n == asked->limit) {
        asked->is_more = true;
        return fail(err, MARU_E_STOPPED, "enough");
    }
    if (is_of_model(event, asked->model)) {
        struct event *copy = &asked->event[asked->n];
        copy->at_us = event->at_us;
        for (int i = 0; i < N_EVENT_TEXT; i++) {
            copy->text[i] = arena_text(&asked->arena, event->text[i], strlen(event->text[i]));
            if (!copy->text[i]) {
                return arena_refusal(&asked->arena, err);
            }
        }
        asked->n++;
    }
    asked->last_us = event->at_us;
    asked->last_id = id;
    asked->is_more = ++asked->n_looked == PREDICTIONS_LOOKED;
    return MARU_OK;
}

static maru_status read_events(struct signals *signals, struct asked_predictions *asked,
                               maru_error *err) {
    asked->event = arena_take(&asked->arena, (size_t)asked->limit, sizeof *asked->event);
    asked->key = arena_take(&asked->arena, (size_t)asked->limit, sizeof *asked->key);
    asked->match = arena_take(&asked->arena, (size_t)asked->limit, sizeof *asked->match);
    const bool is_there = asked->event && asked->key && asked->match;
    const maru_status st = is_there
                               ? signals_each_event(signals, &asked->filter, see_event, asked, err)
                               : arena_refusal(&asked->arena, err);
    return st == MARU_E_STOPPED && asked->is_more ? MARU_OK : st;
}

// ---- their truths

// Was this lot, or where there is none this tool, met before?
static bool is_met(const struct truth_key *key, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (strcmp(key[i].lot, key[n].lot) == 0 &&
            (key[n].lot[0] || strcmp(key[i].tool, key[n].tool) == 0)) {
            return true;
        }
    }
    return false;
}

static maru_status find_truths(struct signals *signals, const struct asked_predictions *asked,
                               struct kept_truths *truths, maru_error *err) {
    const struct truth_wanted wanted = model_feed_truth(&asked->feed);
    struct truth_key *key = asked->key;
    maru_status st = MARU_OK;
    for (uint32_t i = 0; i < asked->n; i++) {
        key[i] = truth_key_of(&asked->event[i]);
        asked->match[i] = UINT32_MAX;
    }
    if (!asked->has_feed || asked->n == 0) {
        return MARU_OK;
    }
    const maru_time span[2] = {key[asked->n - 1].at_us, key[0].at_us + wanted.within_us + 1};
    for (uint32_t i = 0; st == MARU_OK && i < asked->n; i++) {
        if (!is_met(key, i)) {
            st = kept_truths_add(truths, signals, &wanted, span, key[i].lot,
                                 key[i].lot[0] ? "" : key[i].tool, err);
        }
    }
    const struct truth_list windows = {key, asked->n};
    return st == MARU_OK ? kept_truths_join(truths, &wanted, &windows, asked->match, err) : st;
}

// ---- as JSON

static void add_member(struct json *json, const char *key, const json_t *value) {
    if (json_is_integer(value)) {
        json_add_integer(json, key, json_integer_value(value));
    } else if (json_is_real(value)) {
        json_add_number(json, key, json_real_value(value));
    } else if (json_is_boolean(value)) {
        json_add_bool(json, key, json_is_true(value));
    } else if (json_is_string(value) || json_is_null(value)) {
        json_add_string(json, key, json_string_value(value));
    }
}

static void add_said(struct json *json, const json_t *said) {
    static const char *const member[] = {
        "version",   "value",   "low",        "high",     "score", "limit",   "age",    "within",
        "surviving", "is_open", "replace_in", "is_alarm", "class", "outside", "is_used"};
    static const char *const cause[] = {"feature", "value", "expected", "sd"};
    const json_t *why = json_object_get(said, "why");
    for (size_t i = 0; i < sizeof member / sizeof *member; i++) {
        add_member(json, member[i], json_object_get(said, member[i]));
    }
    if (json_is_array(why)) {
        json_open_list(json, "why");
        for (size_t i = 0; i < json_array_size(why); i++) {
            json_open_object(json, NULL);
            for (size_t k = 0; k < sizeof cause / sizeof *cause; k++) {
                add_member(json, cause[k], json_object_get(json_array_get(why, i), cause[k]));
            }
            json_close(json);
        }
        json_close(json);
    }
}

static void add_truth(struct json *json, const char *cell) {
    double number = 0;
    if (number_double(cell, strlen(cell), &number)) {
        json_add_number(json, "truth", number);
    } else {
        json_add_string(json, "truth", cell);
    }
}

// truth NULL: it has not come.
static void add_prediction(struct json *json, const struct event *event, const char *truth) {
    json_t *detail = json_loads(event->detail, 0, NULL);
    const json_t *challenger = json_object_get(detail, "challenger");
    json_open_object(json, NULL);
    json_add_number(json, "at", (double)event->at_us * 1e-6);
    json_add_string(json, "tool", event->source);
    json_add_string(json, "lot", event->lot);
    json_add_string(json, "wafer", event->wafer);
    json_add_string(json, "recipe", event->recipe);
    json_add_string(json, "step", event->step);
    add_said(json, detail);
    if (json_is_object(challenger)) {
        json_open_object(json, "challenger");
        add_said(json, challenger);
        json_close(json);
    }
    if (truth) {
        add_truth(json, truth);
    }
    json_close(json);
    json_decref(detail);
}

static maru_status tell(struct request *request, struct signals *signals,
                        struct asked_predictions *asked, maru_error *err) {
    struct kept_truths truths;
    struct list list;
    kept_truths_init(&truths);
    const maru_status st = find_truths(signals, asked, &truths, err);
    if (st == MARU_OK) {
        list_begin(&list, &request->out, asked->n + !asked->is_more);
        for (; list.n < asked->n; list.n++) {
            const uint32_t at = asked->match[list.n];
            add_prediction(&list.json, &asked->event[list.n],
                           at == UINT32_MAX ? NULL : truths.cell[at]);
        }
        snprintf(list.last, sizeof list.last, "%lld-%lld", (long long)asked->last_us,
                 (long long)asked->last_id);
        list_end(&list);
    }
    kept_truths_fini(&truths);
    return st;
}

maru_status api_list_predictions(struct request *request, maru_error *err) {
    struct asked_predictions asked;
    struct signals *signals = NULL;
    maru_status st = read_asked(request, &asked, err);
    st = st == MARU_OK ? tenant_open_signals(request->server->store, request->tenant, &signals, err)
                       : st;
    st = st == MARU_OK ? read_events(signals, &asked, err) : st;
    st = st == MARU_OK ? tell(request, signals, &asked, err) : st;
    arena_fini(&asked.arena);
    return st;
}
