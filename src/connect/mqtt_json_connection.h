// A connection to a broker of MQTT whose messages are plain JSON, read by a table (wire/json/topic_table.h).
//
// With a client id the broker keeps what comes while maru is down, so that what a publisher was told is taken (QoS 1) gets here.
#ifndef CONNECT_MQTT_JSON_CONNECTION_H
#define CONNECT_MQTT_JSON_CONNECTION_H

#include "connect/mqtt_client.h"

struct mqtt_json_options {
    struct mqtt_options mqtt;
    const char *table;  // CSV
    int32_t offset_min; // of ISO times without a zone
};

struct mqtt_json;

// Can it be opened with these?
//   errors  MARU_E_USAGE; as topic_table_read's
MARU_MUST_USE maru_status mqtt_json_check(const struct mqtt_json_options *options, maru_error *err);

// Connect, and stay connected, in a thread of its own.
//   memory  mqtt_json_close; the signals outlive it
//   errors  as mqtt_json_check; MARU_E_MEMORY, MARU_E_IO
MARU_MUST_USE maru_status mqtt_json_open(struct signals *signals,
                                         const struct mqtt_json_options *options,
                                         struct mqtt_json **out, maru_error *err);
void mqtt_json_close(struct mqtt_json *json); // accepts NULL

void mqtt_json_look_at(struct mqtt_json *json, struct connection_look *out);

#endif
