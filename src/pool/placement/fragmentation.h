// How much of a node's free GPUs the usual jobs cannot use: F_n(M) of FGD, exactly, in integers.
//
// A kind of want m that does not fit a node makes all its free GPUs fragments; one that fits makes those GPUs fragments on
// which less is free than it wants of each. F is the mean over the kinds by their shares. As in the paper CPU, GPUs and
// their type count, memory does not.
//
// F asks what one task that comes next could use, whatever there is of each type. So where a type is asked for seldom, and is rarer
// still, its free GPUs seem of little use, and tasks that could go anywhere are put there first: on the trace with type constraints
// that loses more than it saves (docs/POOL.md). By supply, a kind m that takes only some types weighs w_m * GPUs of all types / GPUs
// of those: what it wants of each such GPU. Without such kinds nothing is other; with them F may be below 0, and only its changes
// say something.
//
// source: Weng et al., Beware of Fragmentation, USENIX ATC 2023, section 4
#ifndef POOL_FRAGMENTATION_H
#define POOL_FRAGMENTATION_H

#include "pool/space.h"

// What is usually asked for: kinds of wants with how often they come.
enum { PLACEMENT_MAX_KINDS = 512 };
struct want_kind {
    struct want want;
    double share; // of all jobs; they add up to 1
};

struct fragmentation;

//   in      kind: n_kind 0: nothing is a fragment
//           by_supply: a kind that takes only some types counts by how scarce they are (see below)
//   memory  fragmentation_free
//   errors  MARU_E_LIMIT: too many kinds; MARU_E_RANGE: a share outside 0 to 1; MARU_E_MEMORY
MARU_MUST_USE maru_status fragmentation_new(const struct cluster *cluster,
                                            const struct want_kind *kind, uint32_t n_kind,
                                            bool by_supply, struct fragmentation **out,
                                            maru_error *err);
void fragmentation_free(struct fragmentation *fragmentation);
MARU_MUST_USE maru_status fragmentation_copy(const struct fragmentation *fragmentation,
                                             struct fragmentation **out, maru_error *err);

// F of a node with so much free, in thousandths of a GPU times FRAGMENTATION_ONE.
//   cost    O(log kinds + GPUs)
#define FRAGMENTATION_ONE (INT64_C(1) << 32)
int64_t fragmentation_of(const struct fragmentation *fragmentation, const struct node_free *free);

// The weight of a share in all these sums: shares times FRAGMENTATION_ONE, rounded.
int64_t fragmentation_weight(double share);

#endif
