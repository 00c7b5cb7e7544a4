#include <string.h>

#include "base/status.h"
#include "connect/mqtt_connection.h"
#include "serve/api/fields.h"
#include "serve/links/link_kind.h"

// The kinds, and what their settings mean.

// ---- sparkplug

static const char *const sparkplug_known[] = {"url", "hostId", "primary", "group", "caFile", NULL};

static maru_status open_sparkplug(struct signals *signals, const char *name,
                                  const struct json_t *settings, void **out, maru_error *err) {
    struct mqtt_options options = {
        .name = name, .url = "", .host_id = "maru", .is_primary = true, .group = "", .ca_file = ""};
    maru_status st = field_text(settings, "url", MQTT_MAX_URL_BYTES - 1, &options.url, err);
    st = st == MARU_OK ? field_text(settings, "hostId", 100, &options.host_id, err) : st;
    st = st == MARU_OK ? field_bool(settings, "primary", &options.is_primary, err) : st;
    st = st == MARU_OK ? field_text(settings, "group", 128, &options.group, err) : st;
    st = st == MARU_OK ? field_text(settings, "caFile", 500, &options.ca_file, err) : st;
    st = st == MARU_OK ? mqtt_check(&options, err) : st;
    if (st != MARU_OK || !signals) {
        return st;
    }
    struct mqtt_connection *mqtt = NULL;
    st = mqtt_open(signals, &options, &mqtt, err);
    *out = mqtt;
    return st;
}

static void close_mqtt(void *connection) { mqtt_close(connection); }
static void look_at_mqtt(void *connection, struct connection_look *out) {
    mqtt_look_at(connection, out);
}

static const struct link_kind kinds[] = {
    {"sparkplug", sparkplug_known, open_sparkplug, close_mqtt, look_at_mqtt},
};

const struct link_kind *link_kind_find(const char *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}
