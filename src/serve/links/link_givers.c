#include "serve/links/link_kind.h"

#include <jansson.h>
#include <stdio.h>

#include "connect/mqtt_out_connection.h"
#include "connect/sparkplug_out_connection.h"
#include "serve/api/fields.h"

// The kinds that give away, and what their settings mean.

// A list of texts; one of more than `most` has its count, and no more than `most` of its texts.
static maru_status read_list(const json_t *settings, const char *key, const char **out, size_t most,
                             size_t *n, maru_error *err) {
    const json_t *list = json_object_get(settings, key);
    char place[64];
    *n = json_array_size(list);
    for (size_t i = 0; i < *n && i < most; i++) {
        out[i] = json_string_value(json_array_get(list, i));
        if (!out[i]) {
            snprintf(place, sizeof place, "/%s", key);
            return field_wrong(err, place, "texts are wanted");
        }
    }
    return MARU_OK;
}

// ---- mqtt_out

static const char *const mqtt_out_known[] = {"url", "caFile", "topic", "signals", NULL};

static maru_status open_mqtt_out(struct signals *signals, const char *name,
                                 const struct json_t *settings, void **out, maru_error *err) {
    const char *prefix[OUT_MAX_PREFIXES];
    struct mqtt_out_options options = {
        .mqtt = {.name = name, .url = "", .ca_file = "", .client_id = ""},
        .topic = "maru/{source}",
        .prefix = prefix};
    maru_status st =
        read_list(settings, "signals", prefix, OUT_MAX_PREFIXES, &options.n_prefix, err);
    st = st == MARU_OK ? link_read_mqtt(settings, &options.mqtt, err) : st;
    st = st == MARU_OK ? field_text(settings, "topic", OUT_MAX_TOPIC_BYTES - 1, &options.topic, err)
                       : st;
    st = st == MARU_OK ? mqtt_out_check(&options, err) : st;
    if (st != MARU_OK || !signals) {
        return st;
    }
    struct mqtt_out *made = NULL;
    st = mqtt_out_open(signals, &options, &made, err);
    *out = made;
    return st;
}

static void close_mqtt_out(void *connection) { mqtt_out_close(connection); }
static void look_at_mqtt_out(void *connection, struct connection_look *out) {
    mqtt_out_look_at(connection, out);
}

const struct link_kind link_mqtt_out = {
    "mqtt_out", mqtt_out_known, open_mqtt_out, close_mqtt_out, look_at_mqtt_out, NULL, NULL};

// ---- sparkplug_out

enum { MAX_NAME_BYTES = 255 };

static const char *const sparkplug_out_known[] = {"url",    "caFile", "group",   "node",
                                                  "hostId", "assets", "signals", NULL};

static maru_status open_sparkplug_out(struct signals *signals, const char *name,
                                      const struct json_t *settings, void **out, maru_error *err) {
    const char *asset[NODE_MAX_WANTED], *prefix[NODE_MAX_WANTED];
    struct sparkplug_out_options options = {
        .mqtt = {.name = name, .url = "", .ca_file = "", .client_id = ""},
        .group = "maru",
        .node = name,
        .primary_host = "",
        .asset = asset,
        .prefix = prefix};
    maru_status st = read_list(settings, "assets", asset, NODE_MAX_WANTED, &options.n_asset, err);
    st = st == MARU_OK
             ? read_list(settings, "signals", prefix, NODE_MAX_WANTED, &options.n_prefix, err)
             : st;
    st = st == MARU_OK ? link_read_mqtt(settings, &options.mqtt, err) : st;
    st = st == MARU_OK ? field_text(settings, "group", MAX_NAME_BYTES, &options.group, err) : st;
    st = st == MARU_OK ? field_text(settings, "node", MAX_NAME_BYTES, &options.node, err) : st;
    st = st == MARU_OK ? field_text(settings, "hostId", MAX_NAME_BYTES, &options.primary_host, err)
                       : st;
    st = st == MARU_OK ? sparkplug_out_check(&options, err) : st;
    if (st != MARU_OK || !signals) {
        return st;
    }
    struct sparkplug_out *made = NULL;
    st = sparkplug_out_open(signals, &options, &made, err);
    *out = made;
    return st;
}

static void close_sparkplug_out(void *connection) { sparkplug_out_close(connection); }
static void look_at_sparkplug_out(void *connection, struct connection_look *out) {
    sparkplug_out_look_at(connection, out);
}

const struct link_kind link_sparkplug_out = {"sparkplug_out",
                                             sparkplug_out_known,
                                             open_sparkplug_out,
                                             close_sparkplug_out,
                                             look_at_sparkplug_out,
                                             NULL,
                                             NULL};
