// Where the parts of a job go.
//
// FGD: Weng et al., Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent, USENIX
// ATC 2023. The others are those it is compared with there.
#ifndef POOL_PLACEMENT_H
#define POOL_PLACEMENT_H

#include "pool/placement/fragmentation.h"

enum placement_rule {
    PLACEMENT_FGD,      // where free GPUs become useless for the usual jobs the least
    PLACEMENT_BEST_FIT, // where the least is left
    PLACEMENT_DOT, // where want and what is free are least alike (Tetris' alignment, as the paper has it)
    PLACEMENT_FIRST_FIT,  // the first node
    PLACEMENT_PACKING,    // nodes and GPUs that are in use already, as the paper's GpuPacking
    PLACEMENT_CLUSTERING, // by the same kind of want, as the paper's GpuClustering
    PLACEMENT_FGD_SUPPLY, // as FGD, but GPUs of a scarce type are worth more, by who can use no other
    PLACEMENT_RANDOM,
};
enum { PLACEMENT_RULES = PLACEMENT_RANDOM + 1 };
extern const char *const placement_rule_names[PLACEMENT_RULES]; // "fgd", "best-fit", ...

// What a rule remembers between calls: scores by states, not by nodes, so that it may look at any space of the cluster.
struct placement;

//   memory  placement_free; kinds are copied
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status placement_new(const struct cluster *cluster, enum placement_rule rule,
                                        const struct want_kind *kind, uint32_t n_kind,
                                        uint64_t seed, struct placement **out, maru_error *err);
void placement_free(struct placement *placement);

// Which of several nodes of the same cost is taken; PLACEMENT_TIES_LOWEST until it is set. Gangs always take the lowest.
enum placement_ties {
    PLACEMENT_TIES_LOWEST, // the lowest number, which keeps high nodes empty
    PLACEMENT_TIES_RANDOM, // any of them, as Kubernetes does
};
void placement_set_ties(struct placement *placement, enum placement_ties ties);

// From now on these kinds are the usual ones.
//   errors  as placement_new, which leave the old ones
MARU_MUST_USE maru_status placement_set_kinds(struct placement *placement,
                                              const struct want_kind *kind, uint32_t n_kind,
                                              maru_error *err);
MARU_MUST_USE maru_status placement_copy(const struct placement *placement, struct placement **out,
                                         maru_error *err);

// Find room for n_part equal parts, all at once, and take nothing. Parts may share a node where they fit. Those of a gang
// come into as few islands as can be.
//   in      skips: marks (space.h) of nodes that no part may stand on; allows: NULL, or a function that says whether a part may
//           stand on a node of those that are left (reservations, power)
//   out     part (n_part), in the order of their nodes; untouched where false
//   cost    one part: a look at each class of nodes (space.h) that it fits, each scored once; a gang: O(islands + nodes of
//           the island), or of all where it needs several
typedef bool (*placement_allows)(const void *context, uint32_t node);
struct placement_ask {
    struct want want;
    uint32_t n_part;
    uint8_t skips;
    placement_allows allows;
    const void *context;
};
bool placement_find(struct placement *placement, const struct space *space,
                    const struct placement_ask *ask, struct pool_part *part);

// Fragmentation of all nodes that are up, F of the paper, in GPUs: what a usual job cannot use of what is free, on average.
double placement_fragmentation(const struct placement *placement, const struct space *space);

#endif
