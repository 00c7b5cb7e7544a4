// A host application of Sparkplug B 3.0 as a state machine: messages in; samples, events and messages to
// publish out. It has no socket and no clock: the caller says what came, and when.
//
//     host_will -> connect -> host_connected -> subscribe to spBv1.0/# -> host_message, host_tick ...
//
// What it promises: samples of a node are given in the order of their sequence numbers, where the
// messages come within the reordering timeout; a number that never comes is a gap, told with its count,
// and asks for a rebirth; whatever is not known to be true any more becomes bad, once; memory stays
// below max_bytes whatever nodes send.
#ifndef WIRE_SPARKPLUG_HOST_H
#define WIRE_SPARKPLUG_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"
#include "signal/sample.h"

enum {
    HOST_MAX_NODES = 10000,
    HOST_MAX_DEVICES = 1000,
    HOST_MAX_HELD = 64,
    HOST_MAX_MESSAGE_BYTES = 64 << 20,
};

struct host_options {
    const char *host_id;
    bool is_primary;      // publishes STATE, and asks nodes for rebirths
    maru_time reorder_us; // how long a message waits for those before it; 0: not at all
    maru_time rebirth_us; // between two requests to one node, doubled while it does not answer
    size_t max_bytes;     // memory of all nodes together
    uint64_t hash_key;    // any number that nodes cannot know
};

// The usual ones for this host: primary, 2 s, 10 s, 256 MiB.
struct host_options host_usual(const char *host_id, uint64_t hash_key);

struct host_sample {
    const char *name; // "group/node/metric" or "group/node/device/metric", 0-terminated
    uint32_t n_name;
    uint32_t n_place;   // bytes of it that say where: "group/node" or "group/node/device"
    const char *unit;   // as its properties say, 0-terminated; "" where they do not
    bool is_historical; // late by the sender's word: not the current value
    bool is_transient;  // the sender asks not to keep it
    struct sample sample;
};

enum host_event_kind {
    HOST_NODE_BORN,
    HOST_NODE_DIED,
    HOST_DEVICE_BORN,
    HOST_DEVICE_DIED,
    HOST_GAP,           // data was lost, or may have been: `cause`, `n_missing`, `n_dropped`
    HOST_LATE,          // a message that was counted as missing has come after all
    HOST_DUPLICATE,     // a message came twice; the second was left out
    HOST_OLD_DEATH,     // of a session that is over: left out
    HOST_REBIRTH_ASKED, // with `cause`
    HOST_REFUSED,       // a message, or metrics of it, could not be read: `text`
    N_HOST_EVENT,
};

enum host_cause {
    HOST_NO_CAUSE,
    HOST_SEQUENCE,       // sequence numbers are missing
    HOST_UNKNOWN_NODE,   // data of a node without its birth
    HOST_UNKNOWN_DEVICE, // data of a device without its birth
    HOST_UNKNOWN_METRIC, // a name or alias that is not in the birth, or with another type; given as uncertain
    HOST_CONNECTION, // this host was not connected
    N_HOST_CAUSE,
};

struct host_event {
    uint8_t kind;  // enum host_event_kind
    uint8_t cause; // enum host_cause
    maru_time at_us;
    const char *name;   // "group/node" or "group/node/device", 0-terminated
    uint32_t n_missing; // sequence numbers that never came
    uint32_t
        n_dropped; // metrics, or messages where no birth is known, that came and could not be used
    const char *text; // HOST_REFUSED: what was wrong; else ""
};

struct host_message {
    const char *topic; // 0-terminated
    const char *bytes;
    size_t n;
    uint8_t qos;
    bool is_retained;
};

// What the host calls, at once, from within the functions below; all pointers are good until it returns.
struct host_sink {
    void *of;
    void (*sample)(void *of, const struct host_sample *sample);
    void (*event)(void *of, const struct host_event *event);
    void (*publish)(void *of, const struct host_message *message);
};

struct host;

// "born", ... and "sequence numbers missing", ...: short names for logs.
//   memory  static
const char *host_event_name(enum host_event_kind kind);
const char *host_cause_name(enum host_cause cause);

// A host without nodes.
//   memory  free with host_free; the options are copied
//   errors  MARU_E_USAGE: no name for a host. MARU_E_MEMORY
MARU_MUST_USE maru_status host_new(const struct host_options *options, struct host_sink sink,
                                   struct host **host, maru_error *err);
void host_free(struct host *host);

// The last will to connect with: QoS 1, retained. The birth that host_connected publishes has the same
// time, as clause 5.13 wants.
void host_will(struct host *host, maru_time now, struct text *topic, struct text *payload);

// The connection stands: the birth of the host is published. It is gone: all that is known goes bad.
// stop: publish the death before disconnecting by one's own will.
void host_connected(struct host *host, maru_time now);
void host_disconnected(struct host *host, maru_time now);
void host_stop(struct host *host, maru_time now);

// A message has come.
//   errors  MARU_E_INPUT, MARU_E_LIMIT: it was refused, which a HOST_REFUSED has told, too.
//           MARU_E_MEMORY. In each case the host stands as before
maru_status host_message_in(struct host *host, const char *topic, const void *bytes, size_t n,
                            maru_time now, maru_error *err);

// Time has passed. To be called at host_due at the latest (INT64_MAX: nothing is waited for).
void host_tick(struct host *host, maru_time now);
maru_time host_due(const struct host *host);

struct host_target {
    const char *group, *node, *device, *metric; // device: "" for the node itself
};

// Write a metric: publishes NCMD, or DCMD for a device, with type and alias of the birth.
//   errors  MARU_E_INPUT: the node, device or metric is not born. MARU_E_RANGE, MARU_E_USAGE: not a value
//           for its type. MARU_E_MEMORY
maru_status host_write(struct host *host, const struct host_target *to, const struct sample *sample,
                       maru_time now, maru_error *err);

struct host_counts {
    uint32_t n_node, n_online, n_device_online;
    uint64_t n_metric;
    size_t n_bytes; // of all nodes together
};
struct host_counts host_count(const struct host *host);

#endif
