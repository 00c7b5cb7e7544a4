#include "learn/trees/forest.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "learn/trees/forest_inside.h"

// Trees are kept level by level: the children of a tree's k-th question are the next two nodes that have no parent yet. So bytes need
// no indices at all: each node says whether it is a leaf, a tree ends where no child is missing any more, and neither a circle nor an
// index outside can be written down.
//
//     "MARUTREE"  version  goal  n_group  n_feature  n_tree  n_node  base      8 + 7 x 4 bytes
//     group of each tree                                                     4 each
//     what and value of each node                                           8 each
//     digest of all this                                                   16
//
// Numbers are of 32 bits, low byte first; reals as their bits of IEEE 754.

enum { VERSION = 1, HEAD_BYTES = 36, TAIL_BYTES = 16 };

static const char its_name[8] = {'M', 'A', 'R', 'U', 'T', 'R', 'E', 'E'};

// ---- a draft

void forest_draft_fini(struct forest_draft *draft) {
    alloc_free(draft->node);
    alloc_free(draft->group);
    *draft = (struct forest_draft){0};
}

// Room for one more of `size` bytes each; NULL: no memory, and what was there stays.
static void *with_room(void *items, uint32_t n, uint32_t *cap, size_t size) {
    if (items && n < *cap) {
        return items;
    }
    const uint32_t more = *cap > 0 ? *cap * 2 : 64;
    void *grown = alloc_resize(items, more, size);
    *cap = grown ? more : *cap;
    return grown;
}

maru_status forest_draft_add_tree(struct forest_draft *draft, uint32_t group, maru_error *err) {
    if (draft->n_tree == FOREST_MAX_TREES) {
        return fail(err, MARU_E_LIMIT, "more than %d trees", FOREST_MAX_TREES);
    }
    uint32_t *groups =
        with_room(draft->group, draft->n_tree, &draft->cap_tree, sizeof *draft->group);
    if (!groups) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    draft->group = groups;
    groups[draft->n_tree++] = group;
    return MARU_OK;
}

maru_status forest_draft_add_node(struct forest_draft *draft, const struct forest_node *node,
                                  maru_error *err) {
    if (draft->n_node == FOREST_MAX_NODES) {
        return fail(err, MARU_E_LIMIT, "trees with more than %d nodes", FOREST_MAX_NODES);
    }
    struct forest_node *nodes =
        with_room(draft->node, draft->n_node, &draft->cap_node, sizeof *draft->node);
    if (!nodes) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    draft->node = nodes;
    nodes[draft->n_node++] = *node;
    return MARU_OK;
}

// ---- a forest of it

static maru_status check_frame(const struct forest_draft *draft, maru_error *err) {
    const bool is_class = draft->goal == FOREST_CLASS;
    if ((unsigned)draft->goal >= N_FOREST_GOAL || draft->n_group < (is_class ? 2U : 1U) ||
        draft->n_group > (is_class ? FOREST_MAX_CLASSES : 1U)) {
        return fail(err, MARU_E_INPUT, "trees for %u classes", draft->n_group);
    }
    if (draft->n_feature == 0 || draft->n_feature > FOREST_MAX_FEATURES) {
        return fail(err, MARU_E_LIMIT, "trees know 1 to %d columns, these %u", FOREST_MAX_FEATURES,
                    draft->n_feature);
    }
    if (draft->n_tree == 0) {
        return fail(err, MARU_E_INPUT, "a model without trees");
    }
    return isfinite(draft->base) ? MARU_OK : fail(err, MARU_E_INPUT, "trees begin with no number");
}

static maru_status check_node(const struct forest_draft *draft, const struct forest_node *node,
                              maru_error *err) {
    if (!isfinite(node->value)) {
        return fail(err, MARU_E_INPUT, "a tree holds a number that is none");
    }
    if (node->what != FOREST_LEAF && node->what / 2 >= draft->n_feature) {
        return fail(err, MARU_E_INPUT, "a tree asks column %u, the model knows %u", node->what / 2,
                    draft->n_feature);
    }
    return MARU_OK;
}

// Take tree `tree` from node `at` on, find its children, and say where it ends.
static maru_status take_tree(const struct forest_draft *draft, uint32_t tree, struct forest *forest,
                             uint32_t *at, maru_error *err) {
    struct forest_node *root = forest->node + *at;
    const uint32_t n_left = draft->n_node - *at;
    uint32_t n = 0, n_known = 1, level_end = 1, depth = 0;
    for (; n < n_known; n++) {
        if (n == level_end) {
            level_end = n_known;
            depth++;
        }
        if (n_known > n_left || depth > FOREST_MAX_DEPTH) {
            return depth > FOREST_MAX_DEPTH
                       ? fail(err, MARU_E_LIMIT, "a tree deeper than %d", FOREST_MAX_DEPTH)
                       : fail(err, MARU_E_INPUT, "a tree whose nodes are missing");
        }
        const maru_status st = check_node(draft, &root[n], err);
        if (st != MARU_OK) {
            return st;
        }
        root[n].first = root[n].what == FOREST_LEAF ? 0 : n_known;
        n_known += root[n].what == FOREST_LEAF ? 0 : 2;
    }
    if (draft->group[tree] >= draft->n_group) {
        return fail(err, MARU_E_INPUT, "a tree for class %u of %u", draft->group[tree],
                    draft->n_group);
    }
    forest->root[tree] = *at;
    forest->group[tree] = (uint16_t)draft->group[tree];
    forest->shape.n_depth = depth > forest->shape.n_depth ? depth : forest->shape.n_depth;
    *at += n;
    return MARU_OK;
}

static maru_status take_trees(const struct forest_draft *draft, struct forest *forest,
                              maru_error *err) {
    struct arena *arena = &forest->arena;
    forest->root = arena_take(arena, (size_t)draft->n_tree + 1, sizeof *forest->root);
    forest->group = arena_take(arena, draft->n_tree, sizeof *forest->group);
    forest->node = arena_take(arena, (size_t)draft->n_node + 1, sizeof *forest->node);
    if (!forest->root || !forest->group || !forest->node) {
        return arena_refusal(arena, err);
    }
    if (draft->n_node > 0) {
        memcpy(forest->node, draft->node, draft->n_node * sizeof *draft->node);
    }
    uint32_t at = 0;
    for (uint32_t i = 0; i < draft->n_tree; i++) {
        const maru_status st = take_tree(draft, i, forest, &at, err);
        if (st != MARU_OK) {
            return st;
        }
    }
    forest->root[draft->n_tree] = at;
    return at == draft->n_node ? MARU_OK : fail(err, MARU_E_INPUT, "nodes that belong to no tree");
}

static void put32(uint8_t *to, uint32_t value) {
    for (int i = 0; i < 4; i++) {
        to[i] = (uint8_t)(value >> (8 * i));
    }
}

static uint32_t bits_of(float value) {
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void write_head(const struct forest *forest, uint8_t head[HEAD_BYTES]) {
    const struct forest_shape *s = &forest->shape;
    const uint32_t word[] = {VERSION,   (uint32_t)s->goal, s->n_group,      s->n_feature,
                             s->n_tree, s->n_node,         bits_of(s->base)};
    memcpy(head, its_name, sizeof its_name);
    for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
        put32(head + sizeof its_name + 4 * i, word[i]);
    }
}

static void make_digest(struct forest *forest) {
    uint8_t head[HEAD_BYTES];
    write_head(forest, head);
    digest_init(&forest->digest);
    digest_bytes(&forest->digest, head, sizeof head);
    for (uint32_t i = 0; i < forest->shape.n_tree; i++) {
        digest_u64(&forest->digest, forest->group[i]);
    }
    for (uint32_t i = 0; i < forest->shape.n_node; i++) {
        const struct forest_node *node = &forest->node[i];
        digest_u64(&forest->digest, (uint64_t)node->what << 32 | bits_of(node->value));
    }
}

maru_status forest_make(const struct forest_draft *draft, struct forest **out, maru_error *err) {
    maru_status st = check_frame(draft, err);
    if (st != MARU_OK) {
        return st;
    }
    struct forest *made = alloc_new(1, sizeof *made);
    if (!made) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    arena_init(&made->arena, FOREST_MAX_BYTES);
    made->shape = (struct forest_shape){.goal = draft->goal,
                                        .n_tree = draft->n_tree,
                                        .n_node = draft->n_node,
                                        .n_feature = draft->n_feature,
                                        .n_group = draft->n_group,
                                        .base = draft->base};
    st = take_trees(draft, made, err);
    if (st == MARU_OK) {
        make_digest(made);
        st = forest_lay_out(made, err);
    }
    if (st != MARU_OK) {
        forest_free(made);
        return st;
    }
    *out = made;
    return MARU_OK;
}

void forest_free(struct forest *forest) {
    if (forest) {
        arena_fini(&forest->arena);
        alloc_free(forest);
    }
}

struct forest_shape forest_shape_of(const struct forest *forest) {
    return forest->shape;
}

void forest_fingerprint(const struct forest *forest, char out[33]) {
    digest_hex(&forest->digest, out);
}

// ---- bytes

static void add32(struct text *out, uint32_t value) {
    uint8_t bytes[4];
    put32(bytes, value);
    text_add(out, (const char *)bytes, sizeof bytes);
}

maru_status forest_write(const struct forest *forest, struct text *out, maru_error *err) {
    uint8_t head[HEAD_BYTES];
    write_head(forest, head);
    text_add(out, (const char *)head, sizeof head);
    for (uint32_t i = 0; i < forest->shape.n_tree; i++) {
        add32(out, forest->group[i]);
    }
    for (uint32_t i = 0; i < forest->shape.n_node; i++) {
        add32(out, forest->node[i].what);
        add32(out, bits_of(forest->node[i].value));
    }
    for (size_t i = 0; i < 2; i++) {
        add32(out, (uint32_t)forest->digest.lane[i]);
        add32(out, (uint32_t)(forest->digest.lane[i] >> 32));
    }
    return out->status == MARU_OK ? MARU_OK
                                  : fail(err, out->status, "no room for the bytes of the trees");
}

static uint32_t get32(const uint8_t *from) {
    return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
           (uint32_t)from[3] << 24;
}

static float real_of(uint32_t bits) {
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static maru_status read_trees(const uint8_t *bytes, uint32_t n_tree, uint32_t n_node,
                              struct forest_draft *draft, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < n_tree; i++, bytes += 4) {
        st = forest_draft_add_tree(draft, get32(bytes), err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < n_node; i++, bytes += 8) {
        const struct forest_node node = {get32(bytes), 0, real_of(get32(bytes + 4))};
        st = forest_draft_add_node(draft, &node, err);
    }
    return st;
}

static bool has_digest(const struct forest *forest, const uint8_t *tail) {
    const struct digest *digest = &forest->digest;
    return digest->lane[0] == (get32(tail) | (uint64_t)get32(tail + 4) << 32) &&
           digest->lane[1] == (get32(tail + 8) | (uint64_t)get32(tail + 12) << 32);
}

maru_status forest_read(const void *bytes, size_t n, struct forest **out, maru_error *err) {
    const uint8_t *head = bytes;
    if (n < HEAD_BYTES + TAIL_BYTES || memcmp(head, its_name, sizeof its_name) != 0) {
        return fail(err, MARU_E_INPUT, "these bytes are no model of trees");
    }
    if (get32(head + 8) != VERSION) {
        return fail(err, MARU_E_INPUT, "a model of trees of another version");
    }
    const uint32_t n_tree = get32(head + 24), n_node = get32(head + 28);
    if (n - HEAD_BYTES - TAIL_BYTES != (uint64_t)n_tree * 4 + (uint64_t)n_node * 8) {
        return fail(err, MARU_E_INPUT, "a model of trees that is cut off, or has too much");
    }
    const uint32_t goal = get32(head + 12);
    struct forest_draft draft = {
        .goal = goal < N_FOREST_GOAL ? (enum forest_goal)goal : N_FOREST_GOAL,
        .n_group = get32(head + 16),
        .n_feature = get32(head + 20),
        .base = real_of(get32(head + 32)),
    };
    struct forest *made = NULL;
    maru_status st = read_trees(head + HEAD_BYTES, n_tree, n_node, &draft, err);
    if (st == MARU_OK) {
        st = forest_make(&draft, &made, err);
    }
    forest_draft_fini(&draft);
    if (made && !has_digest(made, head + n - TAIL_BYTES)) {
        forest_free(made);
        st = fail(err, MARU_E_INPUT, "a model of trees that has changed on its way");
    }
    if (st == MARU_OK) {
        *out = made;
    }
    return st;
}
