#include "serve/models/model_feed.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "serve/api/fields.h"

// A name is 1 to FEED_MAX_TEXT_BYTES - 1 bytes without control characters; hours are kept as microseconds, so that what is written reads
// back the same.

#define HOUR_US 3.6e9

static maru_status refuse_unknown(json_t *object, const char *const *known, const char *pointer,
                                  maru_error *err) {
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value) {
        size_t i = 0;
        while (known[i] && strcmp(known[i], name) != 0) {
            i++;
        }
        if (!known[i]) {
            return field_wrong(err, pointer, "a member is not known here");
        }
    }
    return MARU_OK;
}

static maru_status take_name(const json_t *object, const char *key, const char *pointer,
                             char out[FEED_MAX_TEXT_BYTES], maru_error *err) {
    const char *name = json_string_value(json_object_get(object, key));
    bool is_name = name && name[0] && strlen(name) < FEED_MAX_TEXT_BYTES &&
                   strlen(name) == json_string_length(json_object_get(object, key));
    for (size_t i = 0; is_name && name[i]; i++) {
        is_name = (unsigned char)name[i] >= ' ' && name[i] != 127;
    }
    if (!is_name) {
        return field_wrong(err, pointer, "a name is wanted that is not too long");
    }
    snprintf(out, FEED_MAX_TEXT_BYTES, "%s", name);
    return MARU_OK;
}

maru_status model_feed_take_truth(json_t *truth, struct model_feed *out, maru_error *err) {
    static const char *const known[] = {"event", "value", "within_h", NULL};
    out->has_truth = truth != NULL;
    if (!truth) {
        return MARU_OK;
    }
    if (!json_is_object(truth)) {
        return field_wrong(err, "/truth", "an object with event and value is wanted");
    }
    maru_status st = refuse_unknown(truth, known, "/truth", err);
    st = st == MARU_OK ? take_name(truth, "event", "/truth/event", out->event, err) : st;
    st = st == MARU_OK ? take_name(truth, "value", "/truth/value", out->value, err) : st;
    const json_t *within = json_object_get(truth, "within_h");
    const double hours = within ? json_number_value(within) : TRUTH_WITHIN_H;
    if (st == MARU_OK &&
        ((within && !json_is_number(within)) || !(hours > 0 && hours <= TRUTH_MAX_WITHIN_H))) {
        st = field_wrong(err, "/truth/within_h", "hours above 0 and up to 8760 are wanted");
    }
    out->within_us = st == MARU_OK ? (maru_time)llround(hours * HOUR_US) : 0;
    return st;
}

static maru_status take_end(json_t *end, struct model_feed *out, maru_error *err) {
    static const char *const known[] = {"event", NULL};
    out->has_end = end != NULL;
    if (!end) {
        return MARU_OK;
    }
    if (!json_is_object(end)) {
        return field_wrong(err, "/end", "an object with event is wanted");
    }
    const maru_status st = refuse_unknown(end, known, "/end", err);
    return st == MARU_OK ? take_name(end, "event", "/end/event", out->end, err) : st;
}

maru_status model_feed_take(json_t *feed, struct model_feed *out, maru_error *err) {
    static const char *const known[] = {"window", "truth", "end", NULL};
    if (!json_is_object(feed)) {
        return field_wrong(err, "/feed", "an object with window is wanted");
    }
    maru_status st = refuse_unknown(feed, known, "/feed", err);
    st = st == MARU_OK ? take_name(feed, "window", "/feed/window", out->window, err) : st;
    st = st == MARU_OK ? model_feed_take_truth(json_object_get(feed, "truth"), out, err) : st;
    return st == MARU_OK ? take_end(json_object_get(feed, "end"), out, err) : st;
}

maru_status model_feed_read(const char *bytes, size_t n, struct model_feed *out, maru_error *err) {
    json_t *feed = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, NULL);
    const maru_status st = model_feed_take(feed, out, err);
    json_decref(feed);
    return st;
}

void model_feed_write(const struct model_feed *feed, struct text *out) {
    text_addz(out, "{\"window\":");
    text_add_json(out, feed->window);
    if (feed->has_truth) {
        text_addz(out, ",\"truth\":{\"event\":");
        text_add_json(out, feed->event);
        text_addz(out, ",\"value\":");
        text_add_json(out, feed->value);
        text_addz(out, ",\"within_h\":");
        text_add_double(out, (double)feed->within_us / HOUR_US);
        text_addz(out, "}");
    }
    if (feed->has_end) {
        text_addz(out, ",\"end\":{\"event\":");
        text_add_json(out, feed->end);
        text_addz(out, "}");
    }
    text_addz(out, "}");
}

bool model_feed_ends(const struct model_feed *feed, const struct event *event) {
    return feed->has_end && strcmp(event->name, feed->end) == 0 &&
           strcmp(event->kind, "prediction") != 0 && strcmp(event->source, "maru") != 0;
}

struct truth_wanted model_feed_truth(const struct model_feed *feed) {
    return (struct truth_wanted){feed->event, feed->value, feed->within_us};
}
