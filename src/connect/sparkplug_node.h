// The tenant's signals as the metrics of an edge node: which of them are given away, as what, and what births tell of them. No socket.
//
// An asset is a device, its path with ':' for '/'; signals of no asset are the node's own. A signal keeps the type of its metric as
// long as it can: where it brings values of another type, the metric becomes a double, or a text.
#ifndef CONNECT_SPARKPLUG_NODE_H
#define CONNECT_SPARKPLUG_NODE_H

#include "base/names.h"
#include "store/signals/signals.h"
#include "wire/sparkplug/edge.h"

enum { NODE_MAX_WANTED = 100, NODE_MAX_NAMES_BYTES = 256 << 20 };

struct node_signal { // of a signal, by id
    uint32_t metric;
    uint8_t type; // enum sample_type of the metric
    bool is_given;
};

struct sparkplug_node {
    struct signals *signals;
    struct edge *edge;
    const char *own;           // connection whose own signals are not given away
    const char *const *asset;  // (n_asset) paths: what stands there and below
    const char *const *prefix; // (n_prefix) beginnings of the source's names
    size_t n_asset, n_prefix;
    struct names devices;       // paths of assets
    uint32_t *device;           // (devices.n, cap_device) of the edge
    struct names metrics;       // device, line break, name
    struct node_signal *signal; // (n_signal) by id
    size_t n_signal, n_given;
    uint32_t cap_device;
    int64_t last_id; // learned up to this one
    uint64_t naming; // by which it was learned
    bool needs_birth;
};

// A node without metrics.
//   in      *node: signals, own, asset, prefix are set; they and the options outlive it
//   memory  sparkplug_node_fini, also after an error
//   errors  of edge_new
MARU_MUST_USE maru_status sparkplug_node_init(struct sparkplug_node *node,
                                              const struct edge_options *options,
                                              struct edge_sink sink, maru_error *err);
void sparkplug_node_fini(struct sparkplug_node *node); // accepts an all-zero one

// Make metrics of signals that are new, and of all anew where they stand elsewhere. needs_birth says whether there was something.
//   errors  MARU_E_IO, MARU_E_LIMIT, MARU_E_MEMORY: some are missing; to be tried again
MARU_MUST_USE maru_status sparkplug_node_learn(struct sparkplug_node *node, maru_error *err);

// Let the next births tell the newest values.
//   errors  as sparkplug_node_learn
MARU_MUST_USE maru_status sparkplug_node_refresh(struct sparkplug_node *node, maru_error *err);

// NULL: it is not given away. Signals up to last_id are known.
const struct node_signal *sparkplug_node_find(const struct sparkplug_node *node, int64_t signal);

// A sample as a value of its metric; numbers that have to be texts are written into the arena. False: its metric has another type from
// now on, and the node needs a birth first.
bool sparkplug_node_fit(struct sparkplug_node *node, int64_t signal, const struct sample *sample,
                        struct arena *arena, struct edge_value *out);

#endif
