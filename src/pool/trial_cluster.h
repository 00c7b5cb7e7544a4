// Small random clusters and wants for the tests of this folder.
#ifndef POOL_TRIAL_CLUSTER_H
#define POOL_TRIAL_CLUSTER_H

#include <stddef.h>

#include "base/random.h"
#include "pool/placement.h"

struct trial_luck {
    uint64_t seed, n;
};

static inline uint32_t trial_below(struct trial_luck *luck, uint32_t n) {
    return random_at(luck->seed, 7, luck->n++).word[0] % n;
}

// Nodes of three types and without GPUs, of 1 to 8 GPUs, in islands of about four; names are "".
static inline maru_status trial_cluster(struct trial_luck *luck, uint32_t n_node,
                                        struct arena *arena, struct cluster *out) {
    static const struct gpu_type type[3] = {
        {.name = "a", .memory_mib = 16384}, {.name = "b"}, {.name = "c"}};
    static const uint8_t gpus[4] = {1, 2, 4, 8};
    struct cluster_node *const node = arena_take(arena, n_node + 1, sizeof *node);
    if (!node) {
        return MARU_E_MEMORY;
    }
    for (uint32_t i = 0; i < n_node; i++) {
        const uint32_t t = trial_below(luck, 4);
        node[i] = (struct cluster_node){
            .cpu_milli = 8000 * (1 + trial_below(luck, 4)),
            .memory_mib = 16384 * (1 + trial_below(luck, 4)),
            .island = i / 4,
            .type = t < 3 ? (uint8_t)t : CLUSTER_NO_TYPE,
            .n_gpu = t < 3 ? gpus[trial_below(luck, 4)] : 0,
        };
    }
    const struct cluster_rows rows = {.type = type, .node = node, .n_type = 3, .n_node = n_node};
    return cluster_make(&rows, arena, out, NULL);
}

static inline struct want trial_want(struct trial_luck *luck) {
    static const uint16_t share[4] = {100, 250, 460, 810};
    static const uint8_t gpus[4] = {1, 2, 4, 8};
    const uint32_t kind = trial_below(luck, 4);
    struct want want = {.types = trial_below(luck, 2) ? 0 : 1 + trial_below(luck, 7),
                        .cpu_milli = 1000 * trial_below(luck, 9),
                        .memory_mib = 1024 * trial_below(luck, 9)};
    if (kind > 0) {
        want.n_gpu = kind == 1 ? gpus[trial_below(luck, 4)] : 1;
        want.gpu_milli = kind == 3 ? share[trial_below(luck, 4)] : GPU_WHOLE;
    }
    return want;
}

#endif
