#include "pool/space.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// A row a node says what is free there. Nodes in the same state are a class: a hash table finds the class of a state, and
// each class keeps its nodes as a treap over their numbers, whose priorities are a fixed hash of the number. So its shape
// says nothing of the past, the smallest member and the k-th are a few steps away, and joining or leaving is O(log nodes).
//
// The index over classes is by level: below 16, sixteenths of the largest share that is free on one GPU; from 16 on, 15 and
// the number of whole free GPUs. Row L of the bitmaps has the classes of level L or more, so that one `and` with the bits of
// a type tells 64 classes that may have what is wanted from those that cannot.
//
//   layout  struct space | row | sizes | link | class_of | key | root | slot | at_least | of_type | island lists and sums | state | mark
//   invariant  a node is in the class of its row if it is up, and in none if not; a class without nodes does not exist

enum { LEVELS = 32, SIZES = 6, WHOLES = CLUSTER_MAX_NODE_GPUS + 1 };
#define NONE UINT32_MAX

struct link { // of the treap of a node's class
    uint32_t left, right, size;
};

struct space {
    const struct cluster *cluster;
    size_t n_bytes;
    uint32_t n_node, n_slot; // slots of the hash table, a power of two
    uint32_t n_word;         // of a bitmap over classes
    uint32_t n_class;        // all numbers in use are below
    uint32_t free_of[CLUSTER_MAX_TYPES];
    uint32_t with_whole[WHOLES]; // nodes that are up, by their whole free GPUs
    // Addresses inside the block, set by lay_out.
    struct node_free *row;    // (n_node)
    uint16_t (*sizes)[SIZES]; // (n_node): parts of each size that run there
    struct link *link;        // (n_node)
    uint32_t *class_of;       // (n_node), NONE: it is not up
    uint64_t *key;            // (n_node), by class
    uint32_t *root;           // (n_node), by class; NONE: the number is not in use
    uint32_t *slot;           // (n_slot), 1 + class, 0: free
    uint64_t *at_least;       // (LEVELS, n_word)
    uint64_t *of_type;        // (CLUSTER_MAX_TYPES + 1, n_word), the last: without GPUs
    uint32_t *island_at;      // (n_island + 1)
    uint32_t *island_node;    // (n_node)
    uint32_t *island_free;    // (n_island)
    uint32_t *island_whole;   // (n_island, WHOLES): nodes that are up, by their whole free GPUs
    uint8_t *state;           // (n_node)
    uint8_t *mark;            // (n_node)
};

// ---- the block

// Hand out n * size bytes of the block, or only count them where it is NULL.
static void *part_of(unsigned char *block, size_t *at, size_t n, size_t size) {
    const size_t from = *at;
    *at += (n * size + 15) / 16 * 16;
    return block ? block + from : NULL;
}

// Set the addresses of a space whose counts are set; with a NULL block, count its bytes.
static size_t lay_out(struct space *space, unsigned char *block) {
    const size_t n = space->n_node, n_island = space->cluster->n_island;
    size_t at = (sizeof *space + 15) / 16 * 16;
    space->row = part_of(block, &at, n, sizeof *space->row);
    space->sizes = part_of(block, &at, n, sizeof *space->sizes);
    space->link = part_of(block, &at, n, sizeof *space->link);
    space->class_of = part_of(block, &at, n, sizeof *space->class_of);
    space->key = part_of(block, &at, n, sizeof *space->key);
    space->root = part_of(block, &at, n, sizeof *space->root);
    space->slot = part_of(block, &at, space->n_slot, sizeof *space->slot);
    space->at_least = part_of(block, &at, (size_t)LEVELS * space->n_word, sizeof(uint64_t));
    space->of_type =
        part_of(block, &at, (size_t)(CLUSTER_MAX_TYPES + 1) * space->n_word, sizeof(uint64_t));
    space->island_at = part_of(block, &at, n_island + 1, sizeof(uint32_t));
    space->island_node = part_of(block, &at, n, sizeof(uint32_t));
    space->island_free = part_of(block, &at, n_island, sizeof(uint32_t));
    space->island_whole = part_of(block, &at, n_island * WHOLES, sizeof(uint32_t));
    space->state = part_of(block, &at, n, 1);
    space->mark = part_of(block, &at, n, 1);
    return at;
}

// ---- the treap of a class

static uint32_t priority(uint32_t node) { // one to one
    node ^= node >> 16;
    node *= UINT32_C(0x7feb352d);
    node ^= node >> 15;
    node *= UINT32_C(0x846ca68b);
    return node ^ node >> 16;
}

static uint32_t size_of(const struct link *link, uint32_t t) {
    return t == NONE ? 0 : link[t].size;
}

static void count(struct link *link, uint32_t t) {
    link[t].size = 1 + size_of(link, link[t].left) + size_of(link, link[t].right);
}

// Below `node` into *low, the others into *high.
static void split(struct link *link, uint32_t t, uint32_t node, uint32_t *low, uint32_t *high) {
    if (t == NONE) {
        *low = *high = NONE;
        return;
    }
    if (t < node) {
        split(link, link[t].right, node, &link[t].right, high);
        *low = t;
    } else {
        split(link, link[t].left, node, low, &link[t].left);
        *high = t;
    }
    count(link, t);
}

// All of `low` are below all of `high`.
static uint32_t join(struct link *link, uint32_t low, uint32_t high) {
    if (low == NONE || high == NONE) {
        return low == NONE ? high : low;
    }
    if (priority(low) > priority(high)) {
        link[low].right = join(link, link[low].right, high);
        count(link, low);
        return low;
    }
    link[high].left = join(link, low, link[high].left);
    count(link, high);
    return high;
}

static void insert(struct link *link, uint32_t *root, uint32_t node) {
    while (*root != NONE && priority(*root) > priority(node)) {
        link[*root].size++;
        root = node < *root ? &link[*root].left : &link[*root].right;
    }
    const uint32_t below = *root;
    split(link, below, node, &link[node].left, &link[node].right);
    count(link, node);
    *root = node;
}

static void erase(struct link *link, uint32_t *root, uint32_t node) {
    while (*root != node) {
        link[*root].size--;
        root = node < *root ? &link[*root].left : &link[*root].right;
    }
    *root = join(link, link[node].left, link[node].right);
}

// ---- states and classes

static uint64_t mix(uint64_t x) {
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static uint64_t key_of(const struct node_free *row, uint8_t marks) {
    uint64_t gpus = 0; // a sum: GPUs stand in any order
    for (uint32_t g = 0; g < row->n_gpu; g++) {
        gpus += mix(row->gpu_milli[g] + UINT64_C(0x9e3779b97f4a7c15));
    }
    const uint64_t main = (uint64_t)row->cpu_milli << 32 | row->memory_mib;
    const uint64_t kind =
        (uint64_t)marks << 24 | (uint64_t)row->sizes << 16 | (uint64_t)row->type << 8 | row->n_gpu;
    return mix(mix(main ^ UINT64_C(0x632be59bd9b4e019)) + mix(gpus) * 3 + mix(kind + 1) * 5);
}

// A few GPUs: each value is as often in the one as in the other.
static bool has_same_gpus(const struct node_free *a, const struct node_free *b) {
    for (uint32_t g = 0; g < a->n_gpu; g++) {
        int n = 0;
        for (uint32_t k = 0; k < a->n_gpu; k++) {
            n += (a->gpu_milli[k] == a->gpu_milli[g]) - (b->gpu_milli[k] == a->gpu_milli[g]);
        }
        if (n != 0) {
            return false;
        }
    }
    return true;
}

static bool is_alike(const struct node_free *a, const struct node_free *b) {
    return a->cpu_milli == b->cpu_milli && a->memory_mib == b->memory_mib && a->type == b->type &&
           a->n_gpu == b->n_gpu && a->n_whole == b->n_whole && a->sizes == b->sizes &&
           (memcmp(a->gpu_milli, b->gpu_milli, sizeof a->gpu_milli) == 0 || has_same_gpus(a, b));
}

static uint32_t level_of_share(uint32_t milli) { return milli * 16 / (GPU_WHOLE + 1); }

static uint32_t level_of(const struct node_free *row) {
    uint32_t most = 0;
    if (row->n_whole > 0) {
        return 15U + row->n_whole;
    }
    for (uint32_t g = 0; g < row->n_gpu; g++) {
        most = row->gpu_milli[g] > most ? row->gpu_milli[g] : most;
    }
    return level_of_share(most);
}

static uint32_t type_row(uint8_t type) {
    return type == CLUSTER_NO_TYPE ? CLUSTER_MAX_TYPES : type;
}

static void mark(struct space *space, uint32_t class, const struct node_free *row, bool is_on) {
    const uint64_t bit = UINT64_C(1) << (class % 64);
    const size_t word = class / 64;
    const uint32_t level = level_of(row);
    for (uint32_t l = 0; l <= level; l++) {
        uint64_t *const at = &space->at_least[(size_t)l * space->n_word + word];
        *at = is_on ? *at | bit : *at & ~bit;
    }
    uint64_t *const at = &space->of_type[(size_t)type_row(row->type) * space->n_word + word];
    *at = is_on ? *at | bit : *at & ~bit;
}

// The slot of the class of a node's state, or the free slot where it would stand.
static uint32_t find_slot(const struct space *space, uint64_t key, uint32_t node) {
    const struct node_free *const row = &space->row[node];
    uint32_t at = (uint32_t)key & (space->n_slot - 1);
    for (; space->slot[at]; at = (at + 1) & (space->n_slot - 1)) {
        const uint32_t class = space->slot[at] - 1;
        const uint32_t other = space->root[class];
        if (space->key[class] == key && space->mark[other] == space->mark[node] &&
            is_alike(&space->row[other], row)) {
            break;
        }
    }
    return at;
}

// Level 0 has all classes: the first zero bit is the smallest number that is not in use.
static uint32_t free_class(const struct space *space) {
    size_t word = 0;
    while (space->at_least[word] == UINT64_MAX) {
        word++;
    }
    return (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(~space->at_least[word]);
}

static void add_free(struct space *space, uint32_t node, bool is_plus) {
    const struct node_free *const row = &space->row[node];
    const uint32_t at = space->cluster->node[node].island;
    uint32_t *const island = &space->island_free[at];
    *island = is_plus ? *island + row->n_whole : *island - row->n_whole;
    space->island_whole[(size_t)at * WHOLES + row->n_whole] += is_plus ? 1 : UINT32_MAX;
    space->with_whole[row->n_whole] += is_plus ? 1 : UINT32_MAX;
    if (row->type != CLUSTER_NO_TYPE) {
        uint32_t *const of = &space->free_of[row->type];
        *of = is_plus ? *of + row->n_whole : *of - row->n_whole;
    }
}

static void enter(struct space *space, uint32_t node) {
    const struct node_free *const row = &space->row[node];
    if (space->state[node] != NODE_UP) {
        return;
    }
    const uint64_t key = key_of(row, space->mark[node]);
    const uint32_t at = find_slot(space, key, node);
    uint32_t class = space->slot[at] - 1;
    if (!space->slot[at]) {
        class = free_class(space);
        space->slot[at] = class + 1;
        space->key[class] = key;
        space->root[class] = NONE;
        space->n_class = class >= space->n_class ? class + 1 : space->n_class;
        mark(space, class, row, true);
    }
    insert(space->link, &space->root[class], node);
    space->class_of[node] = class;
    add_free(space, node, true);
}

// Take a class out of the hash table: those behind it move up, as linear probing wants it.
static void drop_slot(struct space *space, uint32_t at) {
    const uint32_t mask = space->n_slot - 1;
    for (uint32_t next = (at + 1) & mask; space->slot[next]; next = (next + 1) & mask) {
        const uint32_t home = (uint32_t)space->key[space->slot[next] - 1] & mask;
        if (((next - home) & mask) >= ((next - at) & mask)) {
            space->slot[at] = space->slot[next];
            at = next;
        }
    }
    space->slot[at] = 0;
}

static void leave(struct space *space, uint32_t node) {
    const uint32_t class = space->class_of[node];
    if (class == NONE) {
        return;
    }
    add_free(space, node, false);
    if (space->link[space->root[class]].size == 1) {
        drop_slot(space, find_slot(space, space->key[class], node));
        mark(space, class, &space->row[node], false);
    }
    erase(space->link, &space->root[class], node);
    space->class_of[node] = NONE;
    while (space->n_class > 0 && space->root[space->n_class - 1] == NONE) {
        space->n_class--;
    }
}

// ---- making

static void list_islands(struct space *space) {
    const struct cluster *const cluster = space->cluster;
    for (uint32_t i = 0; i < space->n_node; i++) {
        space->island_at[cluster->node[i].island + 1]++;
    }
    for (uint32_t k = 0; k < cluster->n_island; k++) {
        space->island_at[k + 1] += space->island_at[k];
    }
    for (uint32_t i = 0; i < space->n_node; i++) { // island_free counts what is placed already
        const uint32_t island = cluster->node[i].island;
        space->island_node[space->island_at[island] + space->island_free[island]++] = i;
    }
    memset(space->island_free, 0, cluster->n_island * sizeof *space->island_free);
}

static void fill_row(struct node_free *row, const struct cluster_node *node) {
    *row = (struct node_free){.cpu_milli = node->cpu_milli,
                              .memory_mib = node->memory_mib,
                              .n_whole = node->n_gpu,
                              .n_gpu = node->n_gpu,
                              .type = node->type};
    for (uint32_t g = 0; g < node->n_gpu; g++) {
        row->gpu_milli[g] = GPU_WHOLE;
    }
}

maru_status space_new(const struct cluster *cluster, struct space **out, maru_error *err) {
    struct space plan = {.cluster = cluster, .n_node = cluster->n_node, .n_slot = 16};
    while (plan.n_slot < 2 * (uint64_t)plan.n_node) {
        plan.n_slot *= 2;
    }
    plan.n_word = plan.n_node / 64 + 1;
    plan.n_bytes = lay_out(&plan, NULL);
    struct space *const space = alloc_new(1, plan.n_bytes);
    if (!space) {
        return fail(err, MARU_E_MEMORY, "no memory for what is free on %u nodes", plan.n_node);
    }
    *space = plan;
    lay_out(space, (unsigned char *)space);
    memset(space->root, 0xff, space->n_node * sizeof *space->root);
    memset(space->class_of, 0xff, space->n_node * sizeof *space->class_of);
    list_islands(space);
    for (uint32_t i = 0; i < space->n_node; i++) {
        fill_row(&space->row[i], &cluster->node[i]);
        enter(space, i);
    }
    *out = space;
    return MARU_OK;
}

void space_free(struct space *space) { alloc_free(space); }

void space_assign(struct space *to, const struct space *from) {
    assert(to->n_bytes == from->n_bytes);
    memcpy(to, from, from->n_bytes);
    lay_out(to, (unsigned char *)to);
}

maru_status space_copy(const struct space *space, struct space **out, maru_error *err) {
    struct space *const copy = alloc_new(1, space->n_bytes);
    if (!copy) {
        return fail(err, MARU_E_MEMORY, "no memory for what is free on %u nodes", space->n_node);
    }
    copy->n_bytes = space->n_bytes;
    space_assign(copy, space);
    *out = copy;
    return MARU_OK;
}

// ---- looking

void space_set_node(struct space *space, uint32_t node, enum node_state state) {
    leave(space, node);
    space->state[node] = (uint8_t)state;
    enter(space, node);
}

void space_set_mark(struct space *space, uint32_t node, uint8_t marks) {
    leave(space, node);
    space->mark[node] = marks;
    enter(space, node);
}

uint8_t space_mark(const struct space *space, uint32_t node) { return space->mark[node]; }

enum node_state space_node_state(const struct space *space, uint32_t node) {
    return (enum node_state)space->state[node];
}

static bool is_of(uint8_t type, uint32_t types) {
    return types == 0 || (type != CLUSTER_NO_TYPE && types >> type & 1);
}

bool node_free_fits(const struct node_free *free, const struct want *want) {
    if (!is_of(free->type, want->types) || free->cpu_milli < want->cpu_milli ||
        free->memory_mib < want->memory_mib || free->n_gpu < want->n_gpu) {
        return false;
    }
    uint32_t n = free->n_whole;
    for (uint32_t g = 0; n < want->n_gpu && g < free->n_gpu; g++) {
        n += free->gpu_milli[g] != GPU_WHOLE && free->gpu_milli[g] >= want->gpu_milli;
    }
    return want->n_gpu == 0 || (n >= want->n_gpu && want->gpu_milli <= GPU_WHOLE);
}

bool space_could(const struct cluster *cluster, uint32_t node, const struct want *want) {
    struct node_free empty;
    fill_row(&empty, &cluster->node[node]);
    return node_free_fits(&empty, want);
}

bool space_fits(const struct space *space, uint32_t node, const struct want *want) {
    return space->state[node] == NODE_UP && node_free_fits(&space->row[node], want);
}

const struct node_free *space_row(const struct space *space, uint32_t node) {
    return &space->row[node];
}

void space_look(const struct space *space, uint32_t node, struct node_free *out) {
    *out = space->row[node];
}

uint32_t space_n_free(const struct space *space, uint8_t type) {
    return type < CLUSTER_MAX_TYPES ? space->free_of[type] : 0;
}

uint32_t space_n_free_of(const struct space *space, uint32_t types) {
    uint32_t n = 0;
    for (uint32_t t = 0; t < space->cluster->n_type; t++) {
        n += is_of((uint8_t)t, types) ? space->free_of[t] : 0;
    }
    return n;
}

const uint32_t *space_island(const struct space *space, uint32_t island, uint32_t *n) {
    *n = space->island_at[island + 1] - space->island_at[island];
    return space->island_node + space->island_at[island];
}

uint32_t space_island_free(const struct space *space, uint32_t island) {
    return space->island_free[island];
}

static uint64_t room_of(const uint32_t *with_whole, uint32_t n_gpu) {
    uint64_t n = 0;
    for (uint32_t w = n_gpu; w < WHOLES; w++) {
        n += (uint64_t)with_whole[w] * (w / n_gpu);
    }
    return n;
}

uint32_t space_island_of(const struct space *space, uint32_t node) {
    return space->cluster->node[node].island;
}

uint64_t space_island_room(const struct space *space, uint32_t island, uint32_t n_gpu) {
    return room_of(space->island_whole + (size_t)island * WHOLES, n_gpu);
}

uint64_t space_room(const struct space *space, uint32_t n_gpu) {
    return room_of(space->with_whole, n_gpu);
}

uint32_t space_n_class(const struct space *space) { return space->n_class; }

// The classes of a word that are of one of the types.
static uint64_t typed(const struct space *space, uint32_t types, size_t word) {
    uint64_t bits = 0;
    for (uint32_t left = types; left; left &= left - 1) {
        bits |= space->of_type[(size_t)__builtin_ctz(left) * space->n_word + word];
    }
    return types ? bits : UINT64_MAX;
}

uint32_t space_next_class(const struct space *space, const struct want *want, uint32_t from) {
    const bool is_whole = want->gpu_milli >= GPU_WHOLE;
    const uint32_t level = want->n_gpu == 0 ? 0
                           : is_whole       ? 15U + want->n_gpu
                                            : level_of_share(want->gpu_milli);
    if (level >= LEVELS || from >= space->n_class) {
        return UINT32_MAX;
    }
    const uint64_t *const may = &space->at_least[(size_t)level * space->n_word];
    uint64_t skip = UINT64_MAX << (from % 64);
    for (size_t word = from / 64; word * 64 < space->n_class; word++, skip = UINT64_MAX) {
        uint64_t bits = may[word] & skip;
        for (bits = bits ? bits & typed(space, want->types, word) : 0; bits; bits &= bits - 1) {
            const uint32_t class = (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(bits);
            if (node_free_fits(&space->row[space->root[class]], want)) {
                return class;
            }
        }
    }
    return UINT32_MAX;
}

uint32_t space_class_of(const struct space *space, uint32_t node) { return space->class_of[node]; }

uint64_t space_class_key(const struct space *space, uint32_t class) { return space->key[class]; }

const struct node_free *space_class_row(const struct space *space, uint32_t class) {
    return &space->row[space->root[class]];
}

uint8_t space_class_mark(const struct space *space, uint32_t class) {
    return space->mark[space->root[class]];
}

uint32_t space_class_size(const struct space *space, uint32_t class) {
    return space->link[space->root[class]].size;
}

uint32_t space_class_node(const struct space *space, uint32_t class, uint32_t k) {
    const struct link *const link = space->link;
    uint32_t t = space->root[class];
    for (;;) {
        const uint32_t n_low = size_of(link, link[t].left);
        if (k == n_low) {
            return t;
        }
        if (k < n_low) {
            t = link[t].left;
        } else {
            k -= n_low + 1;
            t = link[t].right;
        }
    }
}

// ---- taking and giving

static uint32_t size_number(uint32_t n_gpu, uint32_t gpu_milli) {
    static const uint8_t number[9] = {5, 1, 2, 5, 3, 5, 5, 5, 4};
    return gpu_milli < GPU_WHOLE ? 0 : n_gpu <= 8 ? number[n_gpu] : 5;
}

uint8_t part_size(uint32_t n_gpu, uint32_t gpu_milli) {
    return n_gpu ? (uint8_t)(1U << size_number(n_gpu, gpu_milli)) : 0;
}

static void count_size(struct space *space, const struct pool_part *part, int by) {
    const uint32_t n_gpu = (uint32_t)__builtin_popcount(part->gpus);
    if (n_gpu == 0) {
        return;
    }
    const uint32_t i = size_number(n_gpu, part->gpu_milli);
    uint16_t *const n = &space->sizes[part->node][i];
    *n = (uint16_t)(*n + by);
    uint8_t *const sizes = &space->row[part->node].sizes;
    *sizes = (uint8_t)(*n ? *sizes | 1U << i : *sizes & ~(1U << i));
}

void space_take(struct space *space, const struct pool_part *part) {
    struct node_free *const row = &space->row[part->node];
    assert(row->cpu_milli >= part->cpu_milli && row->memory_mib >= part->memory_mib);
    assert(part->gpus >> row->n_gpu == 0);
    leave(space, part->node);
    row->cpu_milli -= part->cpu_milli;
    row->memory_mib -= part->memory_mib;
    for (uint32_t left = part->gpus; left; left &= left - 1) {
        uint16_t *const milli = &row->gpu_milli[__builtin_ctz(left)];
        assert(*milli >= part->gpu_milli);
        row->n_whole = (uint8_t)(row->n_whole - (*milli == GPU_WHOLE && part->gpu_milli > 0));
        *milli = (uint16_t)(*milli - part->gpu_milli);
    }
    count_size(space, part, 1);
    enter(space, part->node);
}

void space_give(struct space *space, const struct pool_part *part) {
    struct node_free *const row = &space->row[part->node];
    leave(space, part->node);
    row->cpu_milli += part->cpu_milli;
    row->memory_mib += part->memory_mib;
    for (uint32_t left = part->gpus; left; left &= left - 1) {
        uint16_t *const milli = &row->gpu_milli[__builtin_ctz(left)];
        *milli = (uint16_t)(*milli + part->gpu_milli);
        assert(*milli <= GPU_WHOLE);
        row->n_whole = (uint8_t)(row->n_whole + (*milli == GPU_WHOLE && part->gpu_milli > 0));
    }
    assert(row->cpu_milli <= space->cluster->node[part->node].cpu_milli);
    assert(row->memory_mib <= space->cluster->node[part->node].memory_mib);
    count_size(space, part, -1);
    enter(space, part->node);
}
