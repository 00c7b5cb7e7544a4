// What is free on each node, and taking and giving it back. All in one block without pointers: a copy is one memcpy.
//
//   invariant  0 <= free <= what the node has, for CPU, memory and each GPU; a node that is not up offers nothing
#ifndef POOL_SPACE_H
#define POOL_SPACE_H

#include <stdbool.h>

#include "pool/cluster.h"

// What one part of a job wants of one node.
struct want {
    uint32_t types; // bit t: a GPU of type t will do; 0: any
    uint32_t cpu_milli;
    uint32_t memory_mib; // of the node
    uint16_t gpu_milli;  // of each GPU; below GPU_WHOLE only where n_gpu is 1
    uint8_t n_gpu;       // 0: none
};

// Where a part stands.
struct pool_part {
    uint32_t node;
    uint16_t gpus;      // bit g: GPU g of the node
    uint16_t gpu_milli; // of each of them
    uint32_t cpu_milli;
    uint32_t memory_mib;
};

enum node_state {
    NODE_UP,
    NODE_DRAINED, // what runs goes on, nothing new
    NODE_DOWN,
};

struct space;

//   memory  space_free; errors MARU_E_MEMORY
MARU_MUST_USE maru_status space_new(const struct cluster *cluster, struct space **out,
                                    maru_error *err);
void space_free(struct space *space);
MARU_MUST_USE maru_status space_copy(const struct space *space, struct space **out,
                                     maru_error *err);
// `to` is of the same cluster.
void space_assign(struct space *to, const struct space *from);

void space_set_node(struct space *space, uint32_t node, enum node_state state);
enum node_state space_node_state(const struct space *space, uint32_t node);

// Could this want ever stand on the node, were it empty and up? Does it now?
bool space_could(const struct cluster *cluster, uint32_t node, const struct want *want);
bool space_fits(const struct space *space, uint32_t node, const struct want *want);

// Free GPUs (whole ones) and free thousandths of a GPU, CPU, memory of a node.
struct node_free {
    uint32_t cpu_milli, memory_mib;
    uint16_t gpu_milli[CLUSTER_MAX_NODE_GPUS]; // (n_gpu)
    uint8_t n_whole;                           // GPUs nothing of which is taken
};
void space_look(const struct space *space, uint32_t node, struct node_free *out);
// Whole free GPUs of a type on nodes that are up.
uint32_t space_n_free(const struct space *space, uint8_t type);

// Take what a part says; it has to be free (assert). The node may be drained or down: what runs there is adopted so.
void space_take(struct space *space, const struct pool_part *part);
void space_give(struct space *space, const struct pool_part *part);

#endif
