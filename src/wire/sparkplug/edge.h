// An edge node of Sparkplug B 3.0 as a state machine: its metrics and those of its devices in; births,
// data and deaths to publish out. What maru itself sends, and what fake equipment speaks.
//
//     edge_new, edge_add_... -> edge_will -> connect -> edge_connected -> edge_data ...
//
// It has no socket and no clock. What could not be sent (edge_data says so) the caller keeps and sends
// later with is_historical.
#ifndef WIRE_SPARKPLUG_EDGE_H
#define WIRE_SPARKPLUG_EDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"
#include "signal/sample.h"

enum { EDGE_MAX_DEVICES = 1000, EDGE_MAX_METRICS = 200000 };

struct edge_options {
    const char *group, *node;
    const char *primary_host; // births wait until it is online; "": they do not
    bool has_aliases;         // data names metrics by numbers, which is shorter
    uint8_t session;          // bdSeq of the next will: one more than that of the last session
};

struct edge_message {
    const char *topic; // 0-terminated
    const char *bytes;
    size_t n;
};

// Called at once from within the functions below. Everything is published with QoS 0, not retained.
struct edge_sink {
    void *of;
    void (*publish)(void *of, const struct edge_message *message);
    // A host wants this metric to have this value. What is made of it is the caller's to say, with edge_data.
    void (*command)(void *of, uint32_t metric, const struct sample *sample);
};

struct edge_value {
    uint32_t metric;
    struct sample sample; // a text may be any memory until the call returns
};

struct edge;

// A node without devices and metrics.
//   memory  free with edge_free; the options are copied
//   errors  MARU_E_USAGE: names that cannot stand in a topic. MARU_E_MEMORY
MARU_MUST_USE maru_status edge_new(const struct edge_options *options, struct edge_sink sink,
                                   struct edge **edge, maru_error *err);
void edge_free(struct edge *edge);

// A device, and a metric of simple type (payload.h: Int8 to UUID). Device 0 is the node itself. They are
// told of by the next birth.
//   out     their number, from 1 and from 0 on
//   errors  MARU_E_USAGE: a name that cannot be, or a type that is not simple. MARU_E_LIMIT. MARU_E_MEMORY
maru_status edge_add_device(struct edge *edge, const char *name, uint32_t *device, maru_error *err);
maru_status edge_add_metric(struct edge *edge, uint32_t device, const char *name, uint32_t type,
                            uint32_t *metric, maru_error *err);

// The unit that births tell of a metric, as property engUnit; "": none.
//   errors  MARU_E_MEMORY, MARU_E_USAGE: no UTF-8, or more than PAYLOAD_MAX_UNIT_BYTES
maru_status edge_set_unit(struct edge *edge, uint32_t metric, const char *unit, maru_error *err);

// The metric has another type from the next birth on, and no value until it is given one.
//   errors  MARU_E_USAGE: a type that is not simple
maru_status edge_set_type(struct edge *edge, uint32_t metric, uint32_t type, maru_error *err);

// No devices and metrics any more: to be added anew, and told with edge_rebirth. The session goes on.
void edge_clear(struct edge *edge);

// Births again, as if a host had asked for them; nothing while the node is not online.
void edge_rebirth(struct edge *edge, maru_time now);

// The last will to connect with; each connection needs a new one.
void edge_will(struct edge *edge, maru_time now, struct text *topic, struct text *bytes);

// The connection stands: births are published, or wait for the primary host. It is gone.
void edge_connected(struct edge *edge, maru_time now);
void edge_disconnected(struct edge *edge);

// Publish the node's death before disconnecting by one's own will.
void edge_stop(struct edge *edge, maru_time now);

// Births were published and nothing has ended since.
bool edge_is_online(const struct edge *edge);

// A message has come, of the topics spBv1.0/STATE/HOST and spBv1.0/GROUP/NCMD and DCMD of this node.
//   errors  MARU_E_INPUT, MARU_E_LIMIT: refused, nothing has changed
maru_status edge_message_in(struct edge *edge, const char *topic, const void *bytes, size_t n,
                            maru_time now, maru_error *err);

// Values in the order in which they were taken. Unless they are historical they are what the next birth
// says. They go out as one message for the node and one for each device that has some.
//   out     *is_sent: false while the node is not online
//   errors  MARU_E_RANGE, MARU_E_USAGE: a value that its metric cannot have; nothing was sent or kept.
//           MARU_E_MEMORY
maru_status edge_data(struct edge *edge, const struct edge_value *value, uint32_t n,
                      bool is_historical, maru_time now, bool *is_sent, maru_error *err);

// Values that the next births tell, and nothing is sent: where what goes out is older than what is known.
//   errors  as edge_data
maru_status edge_keep(struct edge *edge, const struct edge_value *value, uint32_t n,
                      maru_error *err);

// A device has gone, or has come back: DDEATH, DBIRTH. All are there at first.
void edge_set_device(struct edge *edge, uint32_t device, bool is_there, maru_time now);

#endif
