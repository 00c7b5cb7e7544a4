// A connection to a broker of MQTT as a host application of Sparkplug B 3.0.
#ifndef CONNECT_SPARKPLUG_CONNECTION_H
#define CONNECT_SPARKPLUG_CONNECTION_H

#include "connect/mqtt_client.h"
#include "wire/sparkplug/host.h"

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

// Write a metric of a node or device: NCMD or DCMD. It is kept as an event of kind "command" before it is sent, and nobody answers:
// whether it was done, the node's data tells.
//   in       sample: where it is a text, one that ends with 0
//   errors   MARU_E_INPUT: the node, device or metric is not born, or the value does not fit the metric; MARU_E_RANGE: the connection is
//            not up; MARU_E_IO: it did not come to it within wait_us. Nothing was sent then
//   threads  any but its own
MARU_MUST_USE maru_status sparkplug_write(struct sparkplug_connection *sparkplug,
                                          const struct host_target *to, const struct sample *sample,
                                          maru_time wait_us, maru_error *err);

void sparkplug_look_at(struct sparkplug_connection *sparkplug, struct connection_look *out);

#endif
