#include <string.h>

#include "base/status.h"
#include "connect/folder_connection.h"
#include "connect/mqtt_json_connection.h"
#include "connect/sparkplug_connection.h"
#include "serve/api/fields.h"
#include "serve/links/link_kind.h"
#include "study/words/korean.h"

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

// ---- folder

static const char *const folder_known[] = {
    "path",  "settleSeconds", "perFile",    "separator", "decimal",
    "times", "offsetMinutes", "timeColumn", "wide",      NULL};

static void add_korean(struct text *out, const char *sentence) { (void)korean_add(out, sentence); }

static maru_status read_hints(const struct json_t *settings, struct samples_hints *hints,
                              maru_error *err) {
    const char *separator = "", *decimal = "", *times = "";
    int64_t offset_min = hints->offset_min, column = 0;
    maru_status st = field_text(settings, "separator", 20, &separator, err);
    st = st == MARU_OK ? field_text(settings, "decimal", 20, &decimal, err) : st;
    st = st == MARU_OK ? field_text(settings, "times", 20, &times, err) : st;
    st = st == MARU_OK ? measured_hint(hints, separator, decimal, times, err) : st;
    st = st == MARU_OK ? field_count(settings, "offsetMinutes", -MOMENT_MAX_OFFSET_MIN,
                                     MOMENT_MAX_OFFSET_MIN, &offset_min, err)
                       : st;
    st = st == MARU_OK ? field_count(settings, "timeColumn", 1, CSV_MAX_FIELDS, &column, err) : st;
    hints->offset_min = (int32_t)offset_min;
    hints->time_column = (uint32_t)column;
    return st == MARU_OK ? field_bool(settings, "wide", &hints->is_wide, err) : st;
}

static maru_status open_folder(struct signals *signals, const char *name,
                               const struct json_t *settings, void **out, maru_error *err) {
    struct watched_options options = {.name = name,
                                      .root = "",
                                      .path = "",
                                      .hints = measured_hints(),
                                      .settle_s = 3,
                                      .add_korean = add_korean};
    maru_status st = field_text(settings, "root", WATCHED_MAX_PATH_BYTES - 1, &options.root, err);
    st = st == MARU_OK
             ? field_text(settings, "path", WATCHED_MAX_PATH_BYTES - 1, &options.path, err)
             : st;
    st = st == MARU_OK ? field_count(settings, "settleSeconds", 0, WATCHED_MAX_SETTLE_S,
                                     &options.settle_s, err)
                       : st;
    st = st == MARU_OK ? field_bool(settings, "perFile", &options.is_file_in_name, err) : st;
    st = st == MARU_OK ? read_hints(settings, &options.hints, err) : st;
    st = st == MARU_OK ? watched_check(&options, err) : st;
    if (st != MARU_OK || !signals) {
        return st;
    }
    struct watched *watched = NULL;
    st = watched_open(signals, &options, &watched, err);
    *out = watched;
    return st;
}

static void close_folder(void *connection) { watched_close(connection); }
static void look_at_folder(void *connection, struct connection_look *out) {
    watched_look_at(connection, out);
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
    {"folder", folder_known, open_folder, close_folder, look_at_folder},
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
