// Who of a broker's nodes and devices is heard, and since when one is not: what a host of Sparkplug (wire/sparkplug/host.h) tells
// becomes gaps, so that every span in which samples may be missing lies in one.
//
// It has no clock and no socket; one thread uses it.
#ifndef CONNECT_PRESENCE_H
#define CONNECT_PRESENCE_H

#include "connect/connection.h"
#include "wire/sparkplug/host.h"

enum { PRESENCE_MAX_BYTES = 64 << 20 };

struct presence;

// What calls for a gap calls this, at once; its source is "group/node" or "group/node/device".
typedef void (*presence_gap)(void *of, const struct connection_gap *gap);

// Nobody is known yet.
//   memory  presence_free
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status presence_new(presence_gap gap, void *of, struct presence **out,
                                       maru_error *err);
void presence_free(struct presence *presence); // accepts NULL

// A signal, "group/node/metric" or "group/node/device/metric", had its newest sample at `at_us`, before this program ran. Its node
// is lost from then on until it is born.
void presence_recall(struct presence *presence, const char *name, size_t n, maru_time at_us);

// A host has given this sample, event.
void presence_take_sample(struct presence *presence, const struct host_sample *sample,
                          maru_time now);
void presence_take_event(struct presence *presence, const struct host_event *event);

// The host has been told all of a message, or of a moment: what it said belongs together.
void presence_settle(struct presence *presence, maru_time now);

#endif
