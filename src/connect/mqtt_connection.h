// A connection to a broker of MQTT: as a host application of Sparkplug B 3.0.
//
// Messages of QoS 1 are acknowledged when what they brought is durable: until then the broker keeps them, also over a kill.
#ifndef CONNECT_MQTT_CONNECTION_H
#define CONNECT_MQTT_CONNECTION_H

#include "connect/connection.h"

enum { MQTT_MAX_URL_BYTES = 512 };

struct mqtt_options {
    const char *name;    // of the connection, the first part of its signals' names
    const char *url;     // mqtt://[user:password@]host[:1883], mqtts://...[:8883]
    const char *ca_file; // certificates that are trusted, "": the system's; of mqtts alone
    const char *host_id; // in Sparkplug's STATE
    bool is_primary;
    const char *group; // only this group of Sparkplug, "": all
};

struct mqtt_connection;

// Can it be opened with these?
//   errors  MARU_E_USAGE
MARU_MUST_USE maru_status mqtt_check(const struct mqtt_options *options, maru_error *err);

// Connect, and stay connected, in a thread of its own.
//   memory  mqtt_close; the signals outlive it
//   errors  MARU_E_USAGE: the URL or a name cannot be; MARU_E_MEMORY, MARU_E_IO
MARU_MUST_USE maru_status mqtt_open(struct signals *signals, const struct mqtt_options *options,
                                    struct mqtt_connection **out, maru_error *err);
void mqtt_close(struct mqtt_connection *mqtt); // accepts NULL

void mqtt_look_at(struct mqtt_connection *mqtt, struct connection_look *out);

#endif
