// Connections that trickle are cut: a client that sends a byte every few seconds, or takes an answer that
// slowly, would hold a place that others want.
#ifndef SERVE_PACE_H
#define SERVE_PACE_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maru/status.h"

enum {
    PACE_PATIENCE_S = 10, // a header is there in that time, from its first byte on
    PACE_WINDOWS = 3,     // in each so many times that time a transfer moves ...
    PACE_LEAST_BYTES_PER_S = 1024,
};

enum pace_phase {
    PACE_WAITING, // for a request: nothing of it has come, or a part of its header
    PACE_TAKING,  // its body
    PACE_WORKING, // the server's own time
    PACE_SENDING, // the answer
    PACE_EXEMPT,  // an event stream may be silent for hours
};

struct pace;

MARU_MUST_USE maru_status pace_new(double patience_s, struct pace **out, maru_error *err);
void pace_free(struct pace *pace); // when there are no connections any more; accepts NULL

// What libmicrohttpd calls for each connection (MHD_OPTION_NOTIFY_CONNECTION), context is the pace.
void pace_notify(void *context, struct MHD_Connection *connection, void **own,
                 enum MHD_ConnectionNotificationCode code);

// A request of this connection has come so far.
void pace_enter(struct pace *pace, struct MHD_Connection *connection, enum pace_phase phase);

// Cut what is too slow; to be called a few times in each `patience`. Gives how many were cut.
size_t pace_sweep(struct pace *pace);

size_t pace_n_connection(struct pace *pace);

#endif
