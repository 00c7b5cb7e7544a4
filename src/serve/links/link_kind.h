// What a kind of connection is to the server.
#ifndef SERVE_LINK_KIND_H
#define SERVE_LINK_KIND_H

#include "connect/connection.h"

struct json_t;

struct link_kind {
    const char *name;
    const char *const *known; // members of its settings, ends with NULL
    // Open it with these settings; with `signals` NULL only look at them.
    maru_status (*open)(struct signals *signals, const char *name, const struct json_t *settings,
                        void **out, maru_error *err);
    void (*close)(void *connection);
    void (*look_at)(void *connection, struct connection_look *out);
    // It will never be opened again: give back what the other side keeps for it. NULL: nothing.
    void (*forget)(const struct json_t *settings);
    // Ask its equipment something, or with is_dry look whether it could be asked; the answer is appended as members of a JSON object.
    // NULL: it cannot be asked.
    maru_status (*ask)(void *connection, const struct json_t *body, bool is_dry, struct text *out,
                       maru_error *err);
};

// What all kinds with a broker have: url, caFile, clientId.
struct mqtt_options;
MARU_MUST_USE maru_status link_read_mqtt(const struct json_t *settings, struct mqtt_options *out,
                                         maru_error *err);

// Those that give away (link_givers.c).
extern const struct link_kind link_mqtt_out, link_sparkplug_out;

// NULL: there is no such kind.
const struct link_kind *link_kind_find(const char *name);

#endif
