#include "serve/api/asked_window.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/status.h"
#include "serve/api/fields.h"
#include "serve/models/model_feed.h"
#include "serve/models/window_rows.h"
#include "study/json_writer.h"

// Windows of a time as a spreadsheet that is kept: what a model of the floor is trained from. Who asks the same of the same store gets the
// same bytes, and so the same dataset.

struct asked_rows {
    const char *name; // of the dataset
    double from_s, to_s;
    struct model_feed feed; // the window, and its truth
};

static maru_status read_asked(json_t *body, struct asked_rows *asked, maru_error *err) {
    const char *window = "";
    asked->from_s = asked->to_s = NAN;
    asked->name = "";
    maru_status st = field_text(body, "name", STORE_NAME_BYTES - 1, &asked->name, err);
    st = st == MARU_OK ? field_text(body, "window", FEED_MAX_TEXT_BYTES - 1, &window, err) : st;
    st = st == MARU_OK ? field_number(body, "from", 0, 1e10, &asked->from_s, err) : st;
    st = st == MARU_OK ? field_number(body, "to", 0, 1e10, &asked->to_s, err) : st;
    if (st == MARU_OK && !(asked->from_s < asked->to_s)) {
        st = field_wrong(err, isnan(asked->from_s) ? "/from" : "/to",
                         "seconds since 1970-01-01 UTC are wanted");
    }
    if (st == MARU_OK && !window[0]) {
        st = field_wrong(err, "/window", "a name is wanted that is not too long");
    }
    snprintf(asked->feed.window, sizeof asked->feed.window, "%s", window);
    asked->name = asked->name[0] ? asked->name : asked->feed.window;
    return st == MARU_OK ? model_feed_take_truth(json_object_get(body, "truth"), &asked->feed, err)
                         : st;
}

// What was asked, as the dataset remembers it.
static void add_made_from(const struct asked_rows *asked, const struct window_rows_found *found,
                          struct text *out) {
    const struct model_feed *feed = &asked->feed;
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "window", feed->window);
    json_add_number(&json, "from", asked->from_s);
    json_add_number(&json, "to", asked->to_s);
    if (feed->has_truth) {
        json_open_object(&json, "truth");
        json_add_string(&json, "event", feed->event);
        json_add_string(&json, "value", feed->value);
        json_add_number(&json, "within_h", (double)feed->within_us / 3.6e9);
        json_close(&json);
        json_add_count(&json, "truths", found->n_truth);
    }
    json_close(&json);
}

static maru_status keep(struct request *request, const struct asked_rows *asked,
                        const struct window_rows_found *found, const struct text *bytes,
                        maru_error *err) {
    char id[STORE_ID_BYTES];
    bool is_new = false;
    struct text made_from;
    text_init(&made_from, 1 << 14);
    add_made_from(asked, found, &made_from);
    const struct dataset_row row = {.name = asked->name,
                                    .by = request->who.name,
                                    .n_bytes = (int64_t)bytes->n_bytes,
                                    .n_row = found->n_row,
                                    .source = "windows",
                                    .made_from = made_from.bytes ? made_from.bytes : ""};
    maru_status st = tenant_add_dataset(request->tenant, &row, bytes->bytes, id, &is_new, err);
    text_fini(&made_from);
    if (st == MARU_OK) {
        request->status = is_new ? 201 : 200;
        st = dataset_tell(request, id, err);
    }
    return st;
}

static maru_status make(struct request *request, const struct asked_rows *asked, maru_error *err) {
    const struct truth_wanted truth = model_feed_truth(&asked->feed);
    struct window_rows_asked rows = {.from_us = (maru_time)llround(asked->from_s * 1e6),
                                     .to_us = (maru_time)llround(asked->to_s * 1e6),
                                     .truth = asked->feed.has_truth ? &truth : NULL};
    struct window_rows_found found = {0};
    struct signals *signals = NULL;
    struct window_watch *watch = NULL;
    struct text bytes;
    text_init(&bytes, WINDOW_MAX_ROWS_BYTES);
    maru_status st = asked_window_watch(request, asked->feed.window, &watch, &rows.row, err);
    st = st == MARU_OK ? tenant_open_signals(request->server->store, request->tenant, &signals, err)
                       : st;
    if (st == MARU_OK) {
        st = window_rows_read(watch, signals, &rows, &found, &bytes, err);
        request->status = st == MARU_E_INPUT ? 422 : 0;
    }
    window_watch_free(watch);
    st = st == MARU_OK ? keep(request, asked, &found, &bytes, err) : st;
    text_fini(&bytes);
    return st;
}

maru_status api_create_window_dataset(struct request *request, maru_error *err) {
    static const char *const known[] = {"name", "window", "from", "to", "truth", NULL};
    struct asked_rows asked = {0};
    json_t *body = NULL;
    maru_status st = fields_open(&body, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? read_asked(body, &asked, err) : st;
    st = st == MARU_OK ? make(request, &asked, err) : st;
    fields_close(body);
    return st;
}
