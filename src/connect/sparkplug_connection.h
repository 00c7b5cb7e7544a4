// A connection to a broker of MQTT as a host application of Sparkplug B 3.0.
#ifndef CONNECT_SPARKPLUG_CONNECTION_H
#define CONNECT_SPARKPLUG_CONNECTION_H

#include "connect/mqtt_client.h"

struct sparkplug_options {
    struct mqtt_options mqtt; // without a client id: sessions of Sparkplug's hosts are clean
    const char *host_id;      // in Sparkplug's STATE
    bool is_primary;
    const char *group; // only this group of Sparkplug, "": all
};

struct sparkplug_connection;

// Can it be opened with these?
//   errors  MARU_E_USAGE
MARU_MUST_USE maru_status sparkplug_check(const struct sparkplug_options *options, maru_error *err);

// Connect, and stay connected, in a thread of its own.
//   memory  sparkplug_close; the signals outlive it
//   errors  MARU_E_USAGE: the URL or a name cannot be; MARU_E_MEMORY, MARU_E_IO
MARU_MUST_USE maru_status sparkplug_open(struct signals *signals,
                                         const struct sparkplug_options *options,
                                         struct sparkplug_connection **out, maru_error *err);
void sparkplug_close(struct sparkplug_connection *sparkplug); // accepts NULL

void sparkplug_look_at(struct sparkplug_connection *sparkplug, struct connection_look *out);

#endif
