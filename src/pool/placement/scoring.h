// What each rule thinks of a part on a node: a cost, the lowest is best, and which GPU it would share.
#ifndef POOL_SCORING_H
#define POOL_SCORING_H

#include "pool/placement.h"
#include "pool/placement/fragmentation.h"

struct scoring {
    enum placement_rule rule;
    const struct fragmentation *fragmentation;
    uint32_t max_cpu_milli, max_gpu_milli; // of one node: what costs are measured by; at least 1
};

struct score {
    int64_t cost;
    uint16_t gpu_milli; // free on the GPU to share, before; for whole GPUs GPU_WHOLE
};

// In units of the rule; PLACEMENT_FIRST_FIT and PLACEMENT_RANDOM find all nodes alike.
//   in      the want fits
struct score score_of(const struct scoring *scoring, const struct node_free *free,
                      const struct want *want);

// The GPUs of a part on a node that has such a GPU to share, or whole ones: those with the lowest numbers.
uint16_t gpus_with(const struct node_free *free, const struct want *want, uint16_t gpu_milli);

// Take a want from what is free.
void node_free_take(struct node_free *free, const struct want *want, uint16_t gpus);

#endif
