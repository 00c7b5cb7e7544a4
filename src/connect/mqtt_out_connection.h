// A connection that gives away: what becomes durable in some signals is published to a broker of MQTT as JSON.
//
// Each sample is published at least once, with QoS 1. While the broker is away what comes waits in memory, and when that is full, or maru was
// stopped, it is read back from the store, from a little before the time up to which the broker has all.
#ifndef CONNECT_MQTT_OUT_CONNECTION_H
#define CONNECT_MQTT_OUT_CONNECTION_H

#include "connect/mqtt_client.h"

enum { OUT_MAX_PREFIXES = 100, OUT_MAX_TOPIC_BYTES = 1024 };

struct mqtt_out_options {
    struct mqtt_options mqtt;
    const char *topic; // with {source}, {asset}, {name}
    const char *const
        *prefix; // (n_prefix) of the source's names of the signals that are given away
    size_t n_prefix;
};

struct mqtt_out;

// Can it be opened with these?
//   errors  MARU_E_USAGE
MARU_MUST_USE maru_status mqtt_out_check(const struct mqtt_out_options *options, maru_error *err);

// Connect, and stay connected, in a thread of its own.
//   memory  mqtt_out_close; the signals outlive it
//   errors  as mqtt_out_check; MARU_E_MEMORY, MARU_E_IO; MARU_E_LIMIT: too many follow the signals
MARU_MUST_USE maru_status mqtt_out_open(struct signals *signals,
                                        const struct mqtt_out_options *options,
                                        struct mqtt_out **out, maru_error *err);
void mqtt_out_close(struct mqtt_out *out); // accepts NULL

// Its samples are those that the broker has acknowledged.
void mqtt_out_look_at(struct mqtt_out *out, struct connection_look *look);

#endif
