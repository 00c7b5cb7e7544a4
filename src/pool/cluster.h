// What there is to give out: types of GPUs, nodes, where they stand and what they draw. Frozen once made.
//
// A node has at most one type of GPU. An island is a set of nodes whose links are short (a rack, a switch): the parts of a
// gang like to stand in one. A site is what has one power line: a cap in watts, and a PUE (what cooling and losses add).
#ifndef POOL_CLUSTER_H
#define POOL_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "maru/status.h"

enum {
    CLUSTER_MAX_TYPES = 32, // of GPUs: a set of them is one uint32_t
    CLUSTER_MAX_NODES = 200000,
    CLUSTER_MAX_NODE_GPUS = 16,
    CLUSTER_MAX_SITES = 256,
    CLUSTER_NO_TYPE = 255, // of a node without GPUs
    GPU_WHOLE = 1000,      // shares of a GPU are counted in thousandths
};

struct gpu_type {
    const char *name;
    uint32_t memory_mib;             // of one; 0: not known
    uint32_t idle_watts, busy_watts; // of one, without its node
};

struct cluster_site {
    const char *name;
    uint64_t cap_watts; // at the meter, PUE included; 0: none
    uint32_t pue_milli; // 1000 and more
};

struct cluster_node {
    const char *name;
    uint32_t cpu_milli;
    uint32_t memory_mib;
    uint32_t island;
    uint32_t idle_watts; // without its GPUs
    uint16_t site;
    uint8_t type; // of its GPUs, CLUSTER_NO_TYPE: none
    uint8_t n_gpu;
};

struct cluster {
    const struct gpu_type *type;     // (n_type)
    const struct cluster_node *node; // (n_node)
    const struct cluster_site *site; // (n_site), at least one
    uint32_t n_type, n_node, n_site, n_island;
    uint32_t n_gpu[CLUSTER_MAX_TYPES];         // of each type
    uint64_t n_gpu_all, cpu_milli, memory_mib; // of all nodes
};

// Freeze copies of rows into the arena. Islands are numbered by the caller, 0 to n_island - 1.
//   errors  MARU_E_INPUT: err->row is the row at fault, from 1; MARU_E_LIMIT, MARU_E_MEMORY
struct cluster_rows {
    const struct gpu_type *type;
    const struct cluster_node *node;
    const struct cluster_site *site; // n_site 0: one without a cap
    uint32_t n_type, n_node, n_site;
};
MARU_MUST_USE maru_status cluster_make(const struct cluster_rows *rows, struct arena *arena,
                                       struct cluster *out, maru_error *err);

// The type of this name (upper and lower case are alike), or CLUSTER_NO_TYPE.
uint8_t cluster_find_type(const struct cluster *cluster, const char *name);

#endif
