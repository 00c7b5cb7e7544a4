// One fake edge node: its state machine, its connection, and what it keeps while it is away. Used by one thread.
#ifndef CONNECT_FAKE_NODE_H
#define CONNECT_FAKE_NODE_H

#include "connect/fake/fake_plan.h"
#include "connect/fake/fake_sparkplug.h"
#include "connect/mqtt_address.h"
#include "wire/sparkplug/edge.h"

struct mosquitto;

struct fake_kept { // a value whose text is its own
    uint32_t tag;
    struct sample sample;
    char *text; // NULL: it has none
};

struct fake_node {
    const struct fake_plan *plan;
    const struct mqtt_address *address;
    const struct fake_sparkplug_options *options;
    struct fake_sparkplug_look *look; // of all nodes together
    char name[256], client_id[64];
    struct edge *edge;
    const uint32_t *tag_metric; // metric of each tag, (plan.n_tag)
    struct mosquitto *mosq;     // NULL: not connected
    bool is_accepted;           // by the broker
    bool was_online;
    maru_time try_us, wait_us; // when it is tried next, and how long it is waited after that
    maru_time accept_us;       // until when the broker has to answer
    uint64_t random;
    struct fake_kept *kept; // a ring
    size_t first_kept, n_kept, kept_room;
};

// A node with all devices of the plan that name it. tag_metric is filled for their tags.
//   memory  fake_node_fini, also after an error
MARU_MUST_USE maru_status fake_node_init(struct fake_node *node, const char *name,
                                         const struct fake_plan *plan, uint32_t *tag_metric,
                                         maru_error *err);
void fake_node_fini(struct fake_node *node);

// Try to connect where it is time.
void fake_node_try(struct fake_node *node, maru_time now);
// The connection is lost, or is cut.
void fake_node_lost(struct fake_node *node, const char *problem, maru_time now);
// Read, write and what else is due; ready: POLLIN, POLLOUT.
void fake_node_serve(struct fake_node *node, short ready, maru_time now);
// Values of one device. Those that cannot be sent are kept.
void fake_node_put(struct fake_node *node, const struct fake_value *value, uint32_t n,
                   maru_time now);
// Send some of what was kept.
void fake_node_catch_up(struct fake_node *node, maru_time now);
// Does the broker not take what was sent already?
bool fake_node_is_blocked(const struct fake_node *node);
// Deaths, and the end of the connection.
void fake_node_stop(struct fake_node *node, maru_time now);

#endif
