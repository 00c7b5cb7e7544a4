// Fake equipment as edge nodes of Sparkplug B 3.0, each with its own connection to the broker, all on one
// thread. The plan's plant is the group.
//
// While a node is away from the broker, or its primary host is, its values are kept up to a limit, the oldest
// go first, and are sent as historical when it is back.
#ifndef CONNECT_FAKE_SPARKPLUG_H
#define CONNECT_FAKE_SPARKPLUG_H

#include "connect/fake/fake_plan.h"
#include "maru/status.h"

enum {
    FAKE_MAX_NODES = 1000,
    FAKE_MAX_WAITING = 200 * 1000,  // values that the thread has not taken yet: then putting waits
    FAKE_MAX_KEPT = 1000 * 1000,    // values that a node keeps while it is away
    FAKE_MAX_OUT_BYTES = 256 << 20, // of one message
};

struct fake_sparkplug_options {
    const char *url, *ca_file;
    const char *primary_host; // births wait for it, "": they do not
    bool is_held;             // nodes stay away until fake_sparkplug_begin
    // Port of 127.0.0.1 that a node connects to instead of where the URL says, 0: none. NULL: none for all
    int (*via)(void *of, const char *node);
    void *via_of;
};

struct fake_sparkplug_look {
    uint32_t n_node, n_online;                    // online: births are out
    uint64_t n_birth, n_message, n_value, n_byte; // births of nodes; all messages; values as data
    uint64_t n_historical;                        // of the values
    uint64_t n_kept, n_dropped;          // values that wait for a node to be back; that are lost
    char problem[MARU_ERROR_TEXT_BYTES]; // the last one; "": none
};

struct fake_sparkplug;

// Connect, and stay connected.
//   memory  fake_sparkplug_close
//   errors  MARU_E_USAGE: the URL, or a name that no topic can have; MARU_E_LIMIT, MARU_E_MEMORY, MARU_E_IO
MARU_MUST_USE maru_status fake_sparkplug_open(const struct fake_plan *plan,
                                              const struct fake_sparkplug_options *options,
                                              struct fake_sparkplug **out, maru_error *err);

// Send what has waited, say goodbye, and end. Accepts NULL.
//   out     *last, unless NULL: how it stood at the end
void fake_sparkplug_close(struct fake_sparkplug *fake, struct fake_sparkplug_look *last);

// Tell values, in the order of their times. Copied. Waits while too many wait.
//   errors  MARU_E_MEMORY: not all were taken
MARU_MUST_USE maru_status fake_sparkplug_put(struct fake_sparkplug *fake,
                                             const struct fake_value *value, size_t n,
                                             maru_error *err);

// Let nodes that are held come: what they were told until now they send as historical.
void fake_sparkplug_begin(struct fake_sparkplug *fake);

void fake_sparkplug_look(struct fake_sparkplug *fake, struct fake_sparkplug_look *out);

#endif
