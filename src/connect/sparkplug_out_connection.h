// A connection that gives away: the tenant's signals as an edge node of Sparkplug B 3.0, for hosts such as Ignition, or another maru.
//
// Sparkplug sends data with QoS 0, so the broker is asked for an echo behind each batch: what it has not echoed goes out again, and after
// a break of the connection, or of the primary host, so does the last minute, as historical data.
#ifndef CONNECT_SPARKPLUG_OUT_CONNECTION_H
#define CONNECT_SPARKPLUG_OUT_CONNECTION_H

#include "connect/mqtt_client.h"
#include "connect/sparkplug_node.h"

struct sparkplug_out_options {
    struct mqtt_options mqtt;
    const char *group, *node;
    const char *primary_host;  // the node is online only while this host is; "": always
    const char *const *asset;  // (n_asset) paths of assets: what stands there and below
    const char *const *prefix; // (n_prefix) beginnings of the source's names
    size_t n_asset, n_prefix;
};

struct sparkplug_out;

// Can it be opened with these?
//   errors  MARU_E_USAGE
MARU_MUST_USE maru_status sparkplug_out_check(const struct sparkplug_out_options *options,
                                              maru_error *err);

// Connect, and stay connected, in a thread of its own.
//   memory  sparkplug_out_close; the signals outlive it
//   errors  as sparkplug_out_check; MARU_E_MEMORY, MARU_E_IO; MARU_E_LIMIT: too many follow the signals
MARU_MUST_USE maru_status sparkplug_out_open(struct signals *signals,
                                             const struct sparkplug_out_options *options,
                                             struct sparkplug_out **out, maru_error *err);
void sparkplug_out_close(struct sparkplug_out *out); // accepts NULL

// Its samples are those that the broker has.
void sparkplug_out_look_at(struct sparkplug_out *out, struct connection_look *look);

#endif
