#include <string.h>

#include "base/status.h"
#include "connect/mqtt_json_connection.h"
#include "connect/sparkplug_connection.h"
#include "serve/api/fields.h"
#include "serve/links/link_kind.h"

// The kinds, and what their settings mean.

enum { MAX_TABLE = 250000, MAX_PATH_BYTES = 500, SEOUL_MIN = 9 * 60 };

static maru_status read_mqtt(const struct json_t *settings, struct mqtt_options *out,
                             maru_error *err) {
    maru_status st = field_text(settings, "url", MQTT_MAX_URL_BYTES - 1, &out->url, err);
    st = st == MARU_OK ? field_text(settings, "caFile", MAX_PATH_BYTES, &out->ca_file, err) : st;
    return st == MARU_OK
               ? field_text(settings, "clientId", MQTT_MAX_ID_BYTES - 1, &out->client_id, err)
               : st;
}

static void forget_mqtt(const struct json_t *settings) {
    struct mqtt_options options = {.name = "", .url = "", .ca_file = "", .client_id = ""};
    if (read_mqtt(settings, &options, NULL) == MARU_OK) {
        mqtt_forget(&options);
    }
}

// What is wrong with a table stands in a member of the settings.
static maru_status in_table(maru_status st, maru_error *err) {
    if (st == MARU_OK || st == MARU_E_USAGE || !err || err->row == 0) {
        return st;
    }
    const maru_error inner = *err;
    st = field_wrong(err, "/table", inner.text);
    err->row = inner.row;
    err->column = inner.column;
    return st;
}

// ---- sparkplug

static const char *const sparkplug_known[] = {"url", "hostId", "primary", "group", "caFile", NULL};

static maru_status open_sparkplug(struct signals *signals, const char *name,
                                  const struct json_t *settings, void **out, maru_error *err) {
    struct sparkplug_options options = {
        .mqtt = {.name = name, .url = "", .ca_file = "", .client_id = ""},
        .host_id = "maru",
        .is_primary = true,
        .group = ""};
    maru_status st = read_mqtt(settings, &options.mqtt, err);
    st = st == MARU_OK ? field_text(settings, "hostId", 100, &options.host_id, err) : st;
    st = st == MARU_OK ? field_bool(settings, "primary", &options.is_primary, err) : st;
    st = st == MARU_OK ? field_text(settings, "group", 128, &options.group, err) : st;
    st = st == MARU_OK ? sparkplug_check(&options, err) : st;
    if (st != MARU_OK || !signals) {
        return st;
    }
    struct sparkplug_connection *sparkplug = NULL;
    st = sparkplug_open(signals, &options, &sparkplug, err);
    *out = sparkplug;
    return st;
}

static void close_sparkplug(void *connection) { sparkplug_close(connection); }
static void look_at_sparkplug(void *connection, struct connection_look *out) {
    sparkplug_look_at(connection, out);
}

// ---- json

static const char *const json_known[] = {"url",   "caFile",        "clientId",
                                         "table", "offsetMinutes", NULL};

static maru_status open_json(struct signals *signals, const char *name,
                             const struct json_t *settings, void **out, maru_error *err) {
    struct mqtt_json_options options = {
        .mqtt = {.name = name, .url = "", .ca_file = "", .client_id = ""}, .table = ""};
    int64_t offset_min = SEOUL_MIN;
    maru_status st = read_mqtt(settings, &options.mqtt, err);
    st = st == MARU_OK ? field_text(settings, "table", MAX_TABLE, &options.table, err) : st;
    st = st == MARU_OK ? field_count(settings, "offsetMinutes", -18 * 60, 18 * 60, &offset_min, err)
                       : st;
    options.offset_min = (int32_t)offset_min;
    st = st == MARU_OK ? mqtt_json_check(&options, err) : st;
    st = in_table(st, err);
    if (st != MARU_OK || !signals) {
        return st;
    }
    struct mqtt_json *json = NULL;
    st = mqtt_json_open(signals, &options, &json, err);
    *out = json;
    return st;
}

static void close_json(void *connection) { mqtt_json_close(connection); }
static void look_at_json(void *connection, struct connection_look *out) {
    mqtt_json_look_at(connection, out);
}

static const struct link_kind kinds[] = {
    {"json", json_known, open_json, close_json, look_at_json, forget_mqtt},
    {"sparkplug", sparkplug_known, open_sparkplug, close_sparkplug, look_at_sparkplug},
};

const struct link_kind *link_kind_find(const char *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}
