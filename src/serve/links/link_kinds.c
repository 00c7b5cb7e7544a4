#include <jansson.h>
#include <string.h>

#include "base/status.h"
#include "connect/folder_connection.h"
#include "connect/hsms_connection.h"
#include "connect/modbus_connection.h"
#include "connect/mqtt_json_connection.h"
#include "connect/sparkplug_connection.h"
#include "serve/api/fields.h"
#include "serve/links/hsms_asking.h"
#include "serve/links/link_kind.h"
#include "serve/links/sparkplug_asking.h"
#include "study/words/korean.h"
#include "wire/modbus/registers.h"

// The kinds that take in, and what their settings mean. Those that give away: link_givers.c.

enum { MAX_TABLE = 250000, MAX_PATH_BYTES = 500, SEOUL_MIN = 9 * 60 };

maru_status link_read_mqtt(const struct json_t *settings, struct mqtt_options *out,
                           maru_error *err) {
    maru_status st = field_text(settings, "url", MQTT_MAX_URL_BYTES - 1, &out->url, err);
    st = st == MARU_OK ? field_text(settings, "caFile", MAX_PATH_BYTES, &out->ca_file, err) : st;
    return st == MARU_OK
               ? field_text(settings, "clientId", MQTT_MAX_ID_BYTES - 1, &out->client_id, err)
               : st;
}

static void forget_mqtt(const struct json_t *settings) {
    struct mqtt_options options = {.name = "", .url = "", .ca_file = "", .client_id = ""};
    if (link_read_mqtt(settings, &options, NULL) == MARU_OK) {
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
    maru_status st = link_read_mqtt(settings, &options.mqtt, err);
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

static maru_status ask_sparkplug(void *connection, const struct json_t *body, bool is_dry,
                                 struct text *out, maru_error *err) {
    return sparkplug_asking(connection, body, is_dry, out, err);
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
    maru_status st = link_read_mqtt(settings, &options.mqtt, err);
    st = st == MARU_OK ? field_text(settings, "table", MAX_TABLE, &options.table, err) : st;
    st = st == MARU_OK ? field_count(settings, "offsetMinutes", -MOMENT_MAX_OFFSET_MIN,
                                     MOMENT_MAX_OFFSET_MIN, &offset_min, err)
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

// ---- hsms

static const char *const hsms_known[] = {"mode",  "host",    "port",     "deviceId", "unknown",
                                         "tools", "profile", "profiles", "t3",       "t5",
                                         "t6",    "t7",      "t8",       "linktest", NULL};

// Seconds, at least a millisecond as the session wants it.
static maru_status field_seconds(const struct json_t *settings, const char *key, double lowest,
                                 int64_t *us, maru_error *err) {
    double seconds = -1;
    const maru_status st = field_number(settings, key, lowest, 86400, &seconds, err);
    *us = st == MARU_OK && seconds >= 0 ? (int64_t)(seconds * 1e6 + 0.5) : -1;
    return st;
}

static maru_status read_hsms_times(const struct json_t *settings, struct hsms_times *times,
                                   maru_error *err) {
    maru_status st = field_seconds(settings, "t3", 0.001, &times->t3_us, err);
    st = st == MARU_OK ? field_seconds(settings, "t5", 0.001, &times->t5_us, err) : st;
    st = st == MARU_OK ? field_seconds(settings, "t6", 0.001, &times->t6_us, err) : st;
    st = st == MARU_OK ? field_seconds(settings, "t7", 0.001, &times->t7_us, err) : st;
    st = st == MARU_OK ? field_seconds(settings, "t8", 0.001, &times->t8_us, err) : st;
    return st == MARU_OK ? field_seconds(settings, "linktest", 0, &times->linktest_us, err) : st;
}

static maru_status read_hsms_mode(const struct json_t *settings, struct hsms_options *options,
                                  maru_error *err) {
    const char *mode = "passive";
    const maru_status st = field_text(settings, "mode", 16, &mode, err);
    options->is_active = strcmp(mode, "active") == 0;
    return st != MARU_OK || options->is_active || strcmp(mode, "passive") == 0
               ? st
               : field_wrong(err, "/mode", "passive or active is wanted");
}

// {"etch": "row,id,...", ...}
static maru_status read_hsms_profiles(const json_t *settings, struct hsms_options *options,
                                      struct hsms_named_profile room[HSMS_MAX_PROFILES],
                                      maru_error *err) {
    json_t *profiles = json_object_get(settings, "profiles");
    for (void *at = json_object_iter(profiles); at; at = json_object_iter_next(profiles, at)) {
        const char *csv = json_string_value(json_object_iter_value(at));
        if (!csv || options->n_profile == HSMS_MAX_PROFILES) {
            return field_wrong(
                err, "/profiles",
                "the tables of tools are an object of texts, a name and a table each");
        }
        room[options->n_profile++] = (struct hsms_named_profile){json_object_iter_key(at), csv};
    }
    options->profiles = room;
    return !profiles || json_is_object(profiles)
               ? MARU_OK
               : field_wrong(err, "/profiles",
                             "the tables of tools are an object of texts, a name and a table each");
}

static maru_status open_hsms(struct signals *signals, const char *name,
                             const struct json_t *settings, void **out, maru_error *err) {
    struct hsms_named_profile room[HSMS_MAX_PROFILES];
    struct hsms_options options = hsms_usual(name);
    int64_t port = options.port;
    maru_status st = read_hsms_mode(settings, &options, err);
    st = st == MARU_OK ? field_text(settings, "host", 64, &options.host, err) : st;
    st = st == MARU_OK ? field_count(settings, "port", 1, 65535, &port, err) : st;
    st = st == MARU_OK ? field_count(settings, "deviceId", 0, 32767, &options.device, err) : st;
    st = st == MARU_OK ? field_bool(settings, "unknown", &options.takes_unknown, err) : st;
    st = st == MARU_OK ? field_text(settings, "tools", HSMS_MAX_TOOLS_BYTES, &options.tools, err)
                       : st;
    st = st == MARU_OK
             ? field_text(settings, "profile", PROFILE_MAX_FILE_BYTES, &options.profile, err)
             : st;
    st = st == MARU_OK ? read_hsms_profiles(settings, &options, room, err) : st;
    st = st == MARU_OK ? read_hsms_times(settings, &options.times, err) : st;
    options.port = (int)port;
    st = st == MARU_OK ? hsms_check(&options, err) : st;
    if (st != MARU_OK || !signals) {
        return st;
    }
    struct hsms_connection *hsms = NULL;
    st = hsms_open(signals, &options, &hsms, err);
    *out = hsms;
    return st;
}

static void close_hsms(void *connection) { hsms_close(connection); }
static void look_at_hsms(void *connection, struct connection_look *out) {
    hsms_look_at(connection, out);
}
static maru_status ask_hsms(void *connection, const struct json_t *body, bool is_dry,
                            struct text *out, maru_error *err) {
    return hsms_asking(connection, body, is_dry, out, err);
}

// ---- modbus

static const char *const modbus_known[] = {"url",           "table", "timeoutMs",
                                           "mostRegisters", "gap",   NULL};

static maru_status open_modbus(struct signals *signals, const char *name,
                               const struct json_t *settings, void **out, maru_error *err) {
    struct modbus_options options = {.name = name,
                                     .url = "",
                                     .table = "",
                                     .timeout_ms = 1000,
                                     .most_words = REGISTERS_MAX_READ,
                                     .gap = 0};
    maru_status st = field_text(settings, "url", MODBUS_MAX_URL_BYTES - 1, &options.url, err);
    st = st == MARU_OK ? field_text(settings, "table", MAX_TABLE, &options.table, err) : st;
    st = st == MARU_OK ? field_count(settings, "timeoutMs", 10, MODBUS_MAX_TIMEOUT_MS,
                                     &options.timeout_ms, err)
                       : st;
    st = st == MARU_OK ? field_count(settings, "mostRegisters", 1, REGISTERS_MAX_READ,
                                     &options.most_words, err)
                       : st;
    st = st == MARU_OK ? field_count(settings, "gap", 0, MODBUS_MAX_GAP, &options.gap, err) : st;
    st = st == MARU_OK ? in_table(modbus_check(&options, err), err) : st;
    if (st != MARU_OK || !signals) {
        return st;
    }
    struct modbus_connection *modbus = NULL;
    st = modbus_open(signals, &options, &modbus, err);
    *out = modbus;
    return st;
}

static void end_modbus(void *connection) { modbus_end(connection); }
static void look_at_modbus(void *connection, struct connection_look *out) {
    modbus_look_at(connection, out);
}

static const struct link_kind kinds[] = {
    {"folder", folder_known, open_folder, close_folder, look_at_folder, NULL, NULL},
    {"hsms", hsms_known, open_hsms, close_hsms, look_at_hsms, NULL, ask_hsms},
    {"json", json_known, open_json, close_json, look_at_json, forget_mqtt, NULL},
    {"modbus", modbus_known, open_modbus, end_modbus, look_at_modbus, NULL, NULL},
    {"sparkplug", sparkplug_known, open_sparkplug, close_sparkplug, look_at_sparkplug, NULL,
     ask_sparkplug},
};
static const struct link_kind *const others[] = {&link_mqtt_out, &link_sparkplug_out};

const struct link_kind *link_kind_find(const char *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(others[i]->name, name) == 0) {
            return others[i];
        }
    }
    return NULL;
}
