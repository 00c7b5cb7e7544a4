// What is free on each node, and taking and giving it back. All in one block: a copy is one memcpy and a new set of addresses.
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

// What a node has free, and what it is.
enum { // sizes of parts: bits of node_free.sizes
    SIZE_SHARE = 1,
    SIZE_ONE = 2,
    SIZE_TWO = 4,
    SIZE_FOUR = 8,
    SIZE_EIGHT = 16,
    SIZE_OTHER = 32,
};
struct node_free {
    uint32_t cpu_milli, memory_mib;
    uint16_t gpu_milli[CLUSTER_MAX_NODE_GPUS]; // (n_gpu), 0 behind them
    uint8_t n_whole;                           // GPUs nothing of which is taken
    uint8_t n_gpu, type;                       // of the node
    uint8_t sizes;                             // of the parts with GPUs that run there
};
const struct node_free *space_row(const struct space *space, uint32_t node);

// Why not everybody may stand on a node: bits of its mark, 0 at first. Nodes of different marks are never in one class.
enum { MARK_HOME = 1, MARK_CLAIMED = 2, MARK_PROMISED = 4, MARKS = 8 };
void space_set_mark(struct space *space, uint32_t node, uint8_t marks);
uint8_t space_mark(const struct space *space, uint32_t node);
void space_look(const struct space *space, uint32_t node, struct node_free *out);
// Does a want fit into what is free? The node's state is not looked at.
bool node_free_fits(const struct node_free *free, const struct want *want);
// Which size a part of so many GPUs, or of a share of one, is; 0: it has none.
uint8_t part_size(uint32_t n_gpu, uint32_t gpu_milli);

// Whole free GPUs of a type, or of all types of a set (0: any), on nodes that are up.
uint32_t space_n_free(const struct space *space, uint8_t type);
uint32_t space_n_free_of(const struct space *space, uint32_t types);

// Nodes of an island, by rising number, and whole free GPUs on those that are up.
//   out     *n; the nodes (*n) are the space's
const uint32_t *space_island(const struct space *space, uint32_t island, uint32_t *n);
uint32_t space_island_of(const struct space *space, uint32_t node);
uint32_t space_island_free(const struct space *space, uint32_t island);
// Parts of so many whole GPUs (at least 1) that an island, or all, have room for as far as free GPUs tell: never too few.
uint64_t space_island_room(const struct space *space, uint32_t island, uint32_t n_gpu);
uint64_t space_room(const struct space *space, uint32_t n_gpu);

// ---- classes
//
// Nodes that are up and alike in type, number of GPUs, mark and all that is free (GPUs in any order) are one class, so that
// a rule looks at each state once, however many nodes there are. Numbers of classes are below space_n_class and are given
// again; a state is known by its key, which is the same in every space.

uint32_t space_n_class(const struct space *space);
// The next class from `from` on whose nodes all fit a want; UINT32_MAX: none.
//   cost    64 classes whose GPUs are too few are passed in one step
uint32_t space_next_class(const struct space *space, const struct want *want, uint32_t from);
uint32_t space_class_of(const struct space *space, uint32_t node); // UINT32_MAX: it is not up
uint64_t space_class_key(const struct space *space, uint32_t class);
const struct node_free *space_class_row(const struct space *space,
                                        uint32_t class); // of some node of it
uint8_t space_class_mark(const struct space *space, uint32_t class);
uint32_t space_class_size(const struct space *space, uint32_t class);
// Its k-th node by rising number, k below its size.
//   cost    O(log nodes)
uint32_t space_class_node(const struct space *space, uint32_t class, uint32_t k);

// Take what a part says; it has to be free (assert). The node may be drained or down: what runs there is adopted so.
void space_take(struct space *space, const struct pool_part *part);
void space_give(struct space *space, const struct pool_part *part);

#endif
