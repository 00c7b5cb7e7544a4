#include "control/assets/asset_tree.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// Assets get numbers as they come, a parent always before its children, so sums go up in one pass from the last to the first.

void asset_tree_init(struct asset_tree *tree) {
    *tree = (struct asset_tree){.first = TREE_NONE, .last = TREE_NONE};
    arena_init(&tree->arena, TREE_MAX_BYTES);
    name_list_init(&tree->paths, &tree->arena);
}

void asset_tree_fini(struct asset_tree *tree) {
    name_list_fini(&tree->paths);
    arena_fini(&tree->arena);
    alloc_free(tree->asset);
    *tree = (struct asset_tree){0};
}

static void hang_up(struct asset_tree *tree, uint32_t at, uint32_t parent) {
    uint32_t *first = parent == TREE_NONE ? &tree->first : &tree->asset[parent].first;
    uint32_t *last = parent == TREE_NONE ? &tree->last : &tree->asset[parent].last;
    if (*first == TREE_NONE) {
        *first = at;
    } else {
        tree->asset[*last].next = at;
    }
    *last = at;
}

// One asset whose parent is there.
static maru_status add_one(struct asset_tree *tree, const char *path, size_t n, uint32_t parent,
                           uint32_t *out, maru_error *err) {
    if (tree->paths.n >= TREE_MAX_ASSETS) {
        return fail(err, MARU_E_LIMIT, "more than %d assets", TREE_MAX_ASSETS);
    }
    if (tree->paths.n == tree->cap) {
        const uint32_t cap = tree->cap < 64 ? 64 : 2 * tree->cap;
        struct tree_asset *more = alloc_resize(tree->asset, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        tree->asset = more;
        tree->cap = cap;
    }
    const uint32_t at = name_list_add(&tree->paths, path, n);
    if (at == NAME_NONE) {
        return arena_refusal(&tree->arena, err);
    }
    tree->asset[at] =
        (struct tree_asset){.path = tree->paths.name[at],
                            .parent = parent,
                            .first = TREE_NONE,
                            .last = TREE_NONE,
                            .next = TREE_NONE,
                            .depth = parent == TREE_NONE ? 0 : tree->asset[parent].depth + 1};
    hang_up(tree, at, parent);
    *out = at;
    return MARU_OK;
}

// The asset, with all above it.
static maru_status get(struct asset_tree *tree, const char *path, uint32_t *out, maru_error *err) {
    const size_t n = strlen(path);
    uint32_t parent = TREE_NONE;
    maru_status st = MARU_OK;
    for (size_t end = 0; st == MARU_OK && end < n;) {
        end += strcspn(path + end, "/");
        const uint32_t known = name_list_find(&tree->paths, path, end);
        if (known != NAME_NONE) {
            parent = known;
        } else {
            st = add_one(tree, path, end, parent, &parent, err);
        }
        end += path[end] == '/';
    }
    *out = parent;
    return st;
}

maru_status asset_tree_take(struct asset_tree *tree, const struct asset_table *table,
                            maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < table->paths.n; i++) {
        uint32_t at = TREE_NONE;
        st = get(tree, table->asset[i].path, &at, err);
        if (st == MARU_OK && at != TREE_NONE) {
            tree->asset[at].asset = &table->asset[i];
        }
    }
    return st;
}

// A path as sources write it: empty levels and those below the deepest are left out.
static void tidy(const char *path, char out[PLACING_MAX_NAME_BYTES]) {
    size_t n_out = 0;
    int n_level = 0;
    while (*path) {
        const size_t n = strcspn(path, "/");
        if (n > 0 && n_level < PLACING_MAX_LEVELS && n + n_out + 2 < PLACING_MAX_NAME_BYTES) {
            if (n_out > 0) {
                out[n_out++] = '/';
            }
            memcpy(out + n_out, path, n);
            n_out += n;
            n_level++;
        }
        path += n + (path[n] == '/');
    }
    out[n_out] = '\0';
}

maru_status asset_tree_count(struct asset_tree *tree, const char *path, maru_error *err) {
    char tidied[PLACING_MAX_NAME_BYTES];
    uint32_t at = name_list_find(&tree->paths, path, strlen(path));
    maru_status st = MARU_OK;
    if (at == NAME_NONE) {
        tidy(path, tidied);
        at = TREE_NONE;
        st = get(tree, tidied, &at, err);
    }
    if (st == MARU_OK && at == TREE_NONE) {
        tree->n_nowhere++;
    } else if (st == MARU_OK) {
        tree->asset[at].n_own++;
    }
    return st;
}

void asset_tree_add_up(struct asset_tree *tree) {
    for (uint32_t i = 0; i < tree->paths.n; i++) {
        tree->asset[i].n_all = tree->asset[i].n_own;
    }
    for (uint32_t i = tree->paths.n; i-- > 0;) {
        const uint32_t parent = tree->asset[i].parent;
        if (parent != TREE_NONE) {
            tree->asset[parent].n_all += tree->asset[i].n_all;
        }
    }
}

uint32_t asset_tree_skip(const struct asset_tree *tree, uint32_t at) {
    while (at != TREE_NONE && tree->asset[at].next == TREE_NONE) {
        at = tree->asset[at].parent;
    }
    return at == TREE_NONE ? TREE_NONE : tree->asset[at].next;
}

uint32_t asset_tree_next(const struct asset_tree *tree, uint32_t at) {
    if (at == TREE_NONE) {
        return tree->first;
    }
    return tree->asset[at].first != TREE_NONE ? tree->asset[at].first : asset_tree_skip(tree, at);
}

uint32_t asset_tree_find(const struct asset_tree *tree, const char *path) {
    const uint32_t at = name_list_find(&tree->paths, path, strlen(path));
    return at == NAME_NONE ? TREE_NONE : at;
}
