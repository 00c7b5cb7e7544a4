// The tree of assets: those that a table describes, and those that signals stand in, each with all that is above it.
#ifndef CONTROL_ASSET_TREE_H
#define CONTROL_ASSET_TREE_H

#include "control/assets/asset_table.h"

enum { TREE_MAX_ASSETS = 400000, TREE_MAX_BYTES = 256 << 20 };

#define TREE_NONE UINT32_MAX

struct tree_asset {
    const char *path;
    const struct asset *asset;  // of the table; NULL: it is not described
    uint32_t parent;            // TREE_NONE: it stands on top
    uint32_t first, last, next; // children and siblings in the order of coming, TREE_NONE: none
    uint32_t depth;             // 0: on top
    uint32_t n_own, n_all;      // signals in it; with those below, after asset_tree_add_up
};

struct asset_tree {
    struct arena arena;
    struct name_list paths;
    struct tree_asset *asset; // (paths.n)
    uint32_t cap;
    uint32_t first, last; // of those on top
    uint32_t n_nowhere;   // signals of no asset
};

// An empty tree.
void asset_tree_init(struct asset_tree *tree);
void asset_tree_fini(struct asset_tree *tree); // accepts an all-zero one

// All assets of a table, in its order. The table outlives the tree.
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status asset_tree_take(struct asset_tree *tree, const struct asset_table *table,
                                          maru_error *err);

// A signal stands here; "": nowhere.
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status asset_tree_count(struct asset_tree *tree, const char *path,
                                           maru_error *err);

// Fill n_all.
void asset_tree_add_up(struct asset_tree *tree);

// Walk it from above, what stands in an asset behind it: the one after `at`; TREE_NONE at first, and at the end.
uint32_t asset_tree_next(const struct asset_tree *tree, uint32_t at);
// The next one that does not stand in it.
uint32_t asset_tree_skip(const struct asset_tree *tree, uint32_t at);

uint32_t asset_tree_find(const struct asset_tree *tree, const char *path); // TREE_NONE

#endif
