// What the files of a forest share: its trees as they are kept, and the layouts in which they are asked.
#ifndef LEARN_TREES_FOREST_INSIDE_H
#define LEARN_TREES_FOREST_INSIDE_H

#include "base/arena.h"
#include "base/digest.h"
#include "learn/trees/forest.h"

#include <math.h>

#define FOREST_LEAF UINT32_MAX

enum {
    FOREST_FULL_DEPTH = 8, // trees up to this depth are laid out as complete ones
    FOREST_RUN = 8,        // trees that are walked side by side
    FOREST_LANES = 32,     // rows that wide instructions take at once
    FOREST_BLOCK = 4 * FOREST_LANES,
    FOREST_CODES = 255, // thresholds that one column of codes can tell apart
};

struct forest_node {
    uint32_t what;  // FOREST_LEAF, or twice the feature, and 1 more where a missing value goes left
    uint32_t first; // left child, counted from the tree's root; the right one lies behind it
    float value;    // threshold, or what a leaf adds
};

// A complete tree's question in the layout for one row: node i asks, and goes on at 2 i, or at 2 i + 1 where row[slot] < threshold.
struct forest_question {
    uint32_t slot;
    float threshold;
};

// Trees next to each other that are walked side by side: complete trees of one depth, or a deeper one as its nodes.
struct forest_run {
    uint32_t tree, n_tree;
    uint32_t depth; // FOREST_MAX_DEPTH + 1: one deep tree
    uint32_t
        at; // of the first tree's node 0; each has 1 << depth nodes, and as many leaves at the same places
};

// A value that a node may ask: a feature, and what stands for it where it is missing.
struct forest_slot {
    uint32_t feature;
    float missing;
};

// A feature's thresholds, sorted, in levels of a search tree with 16 branches: level 0 are the thresholds, each level above has every
// 16th of the one below; each is filled up with NaN.
struct forest_scale {
    uint32_t feature, n_level;
    uint32_t level[8]; // where each begins
    uint32_t column, n_column;
};

// A byte a row: how many of the thresholds first to first + 254 are not above the row's value.
struct forest_column {
    uint32_t first;
    bool is_missing_left;
};

struct forest {
    struct arena arena; // all of it
    struct forest_shape shape;
    struct digest digest;
    struct forest_node *node; // (n_node), tree after tree, each level by level
    uint32_t *root;           // (n_tree + 1)
    uint16_t *group;          // (n_tree)

    struct forest_run *run; // (n_run)
    struct forest_slot *slot;
    uint32_t n_run, n_slot,
        n_place; // n_place: nodes of all complete trees, with what fills them up
    struct forest_question *question; // (n_place)
    float *leaf;                      // (n_place)

    bool is_wide;
    struct forest_scale *scale; // (n_scale)
    struct forest_column *column;
    uint32_t n_scale, n_column;
    float *threshold;   // of all levels of all scales
    uint32_t *place_at; // (n_place) where the node's column lies in a block: column x FOREST_LANES
    int8_t *place_code; // (n_place) the row goes left where its code is less than this one
};

// Trees on their way into a forest.
struct forest_draft {
    enum forest_goal goal;
    uint32_t n_group, n_feature;
    float base;
    struct forest_node *node;
    uint32_t *group; // of each tree
    uint32_t n_node, cap_node, n_tree, cap_tree;
};

void forest_draft_fini(struct forest_draft *draft);

// Add a tree without nodes for values of `group`; a node to the last tree.
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
maru_status forest_draft_add_tree(struct forest_draft *draft, uint32_t group, maru_error *err);
maru_status forest_draft_add_node(struct forest_draft *draft, const struct forest_node *node,
                                  maru_error *err);

// Check the trees and make a forest of them.
maru_status forest_make(const struct forest_draft *draft, struct forest **out, maru_error *err);

// Lay the trees of a forest out, so that they can be asked.
maru_status forest_lay_out(struct forest *forest, maru_error *err);

// The margins of n_row <= FOREST_BLOCK rows with AVX2; only where forest->is_wide.
void forest_margins_wide(const struct forest *forest, const float *x, size_t n_row, void *scratch,
                         float *margin);
bool forest_machine_is_wide(void);
size_t forest_scratch_wide(const struct forest *forest);

// What a tree adds for a row, found along its nodes as they stand.
static inline float forest_walk(const struct forest *forest, uint32_t tree, const float *x) {
    const struct forest_node *root = forest->node + forest->root[tree], *node = root;
    while (node->what != FOREST_LEAF) {
        const float value = x[node->what / 2];
        const bool is_left = isnan(value) ? (node->what & 1) != 0 : value < node->value;
        node = root + node->first + !is_left;
    }
    return node->value;
}

#endif
