#include "pool/placement.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"
#include "pool/placement/gang.h"
#include "pool/placement/scoring.h"

// One part: each class of nodes (space.h) that it fits gets a score by the rule; the class with the lowest cost gives its
// first node that is allowed, and among equals the node with the lowest number. Scores are remembered by what is wanted and
// the key of the state, so a state is scored once for each kind of want, however often the job comes again.
//
// What is remembered is only time: dropping it changes no answer. A copy begins without.

const char *const placement_rule_names[PLACEMENT_RULES] = {
    "fgd", "best-fit", "dot", "first-fit", "packing", "clustering", "fgd-supply", "random"};

enum {
    REMEMBERED_WANTS = 1024, // then all is forgotten
    SLOTS = 2048,
    REMEMBERED_BYTES = 1 << 28,
};

struct remembered { // of one class number
    uint64_t key;   // of the state that was scored
    struct score score;
};

struct memory { // of one want
    struct want want;
    uint32_t n;            // classes that there is room for
    struct remembered *of; // (n)
};

struct placement {
    struct scoring scoring;
    const struct cluster *cluster;
    uint64_t seed, n_found;
    enum placement_ties ties;
    struct fragmentation *fragmentation;
    struct gang_room *room; // scratch of gangs
    struct memory memory[REMEMBERED_WANTS];
    uint16_t slot[SLOTS]; // 1 + number of a memory, 0: free
    uint32_t n_memory;
    size_t memory_bytes;
};

// ---- what is remembered

static void forget(struct placement *placement) {
    for (uint32_t i = 0; i < placement->n_memory; i++) {
        alloc_free(placement->memory[i].of);
    }
    memset(placement->memory, 0, sizeof placement->memory);
    memset(placement->slot, 0, sizeof placement->slot);
    placement->n_memory = 0;
    placement->memory_bytes = 0;
}

static bool is_same(const struct want *a, const struct want *b) {
    return a->types == b->types && a->cpu_milli == b->cpu_milli && a->memory_mib == b->memory_mib &&
           a->gpu_milli == b->gpu_milli && a->n_gpu == b->n_gpu;
}

static uint32_t slot_of(const struct want *want) {
    const uint64_t a = (uint64_t)want->cpu_milli << 32 | want->memory_mib;
    const uint64_t b = (uint64_t)want->types << 32 | (uint64_t)want->gpu_milli << 8 | want->n_gpu;
    const uint64_t x = (a * UINT64_C(0x9E3779B97F4A7C15)) ^ (b * UINT64_C(0xD2B74407B1CE6E93));
    return (uint32_t)((x ^ x >> 29) * UINT64_C(0xbf58476d1ce4e5b9) >> 53);
}

// The memory of a want, with room for n classes; NULL: there is none to be had.
static struct remembered *recall(struct placement *placement, const struct want *want, uint32_t n) {
    if (placement->n_memory == REMEMBERED_WANTS || placement->memory_bytes > REMEMBERED_BYTES) {
        forget(placement);
    }
    uint32_t at = slot_of(want);
    while (placement->slot[at] &&
           !is_same(&placement->memory[placement->slot[at] - 1].want, want)) {
        at = (at + 1) % SLOTS;
    }
    if (!placement->slot[at]) {
        placement->memory[placement->n_memory].want = *want;
        placement->slot[at] = (uint16_t)++placement->n_memory;
    }
    struct memory *const memory = &placement->memory[placement->slot[at] - 1];
    if (memory->n < n) {
        const uint32_t cap = n + n / 2 + 16;
        struct remembered *const more = alloc_resize(memory->of, cap, sizeof *more);
        if (!more) {
            return NULL;
        }
        memset(more + memory->n, 0, (cap - memory->n) * sizeof *more);
        placement->memory_bytes += (cap - memory->n) * sizeof *more;
        memory->of = more;
        memory->n = cap;
    }
    return memory->of;
}

// ---- making

maru_status placement_new(const struct cluster *cluster, enum placement_rule rule,
                          const struct want_kind *kind, uint32_t n_kind, uint64_t seed,
                          struct placement **out, maru_error *err) {
    struct placement *const placement = alloc_new(1, sizeof *placement);
    if (!placement) {
        return fail(err, MARU_E_MEMORY, "no memory for a rule of placement");
    }
    placement->cluster = cluster;
    placement->seed = seed;
    placement->scoring = (struct scoring){.rule = rule, .max_cpu_milli = 1, .max_gpu_milli = 1};
    struct scoring *const scoring = &placement->scoring;
    for (uint32_t i = 0; i < cluster->n_node; i++) {
        const uint32_t cpu = cluster->node[i].cpu_milli;
        const uint32_t gpu = cluster->node[i].n_gpu * (uint32_t)GPU_WHOLE;
        scoring->max_cpu_milli = cpu > scoring->max_cpu_milli ? cpu : scoring->max_cpu_milli;
        scoring->max_gpu_milli = gpu > scoring->max_gpu_milli ? gpu : scoring->max_gpu_milli;
    }
    maru_status st = gang_room_new(cluster, &placement->room, err);
    st = st == MARU_OK ? placement_set_kinds(placement, kind, n_kind, err) : st;
    if (st != MARU_OK) {
        placement_free(placement);
        return st;
    }
    *out = placement;
    return MARU_OK;
}

maru_status placement_set_kinds(struct placement *placement, const struct want_kind *kind,
                                uint32_t n_kind, maru_error *err) {
    struct fragmentation *fragmentation = NULL;
    const maru_status st =
        fragmentation_new(placement->cluster, kind, n_kind,
                          placement->scoring.rule == PLACEMENT_FGD_SUPPLY, &fragmentation, err);
    if (st == MARU_OK) {
        fragmentation_free(placement->fragmentation);
        placement->fragmentation = fragmentation;
        placement->scoring.fragmentation = fragmentation;
        forget(placement);
    }
    return st;
}

void placement_set_ties(struct placement *placement, enum placement_ties ties) {
    placement->ties = ties;
}

void placement_free(struct placement *placement) {
    if (placement) {
        forget(placement);
        fragmentation_free(placement->fragmentation);
        gang_room_free(placement->room);
        alloc_free(placement);
    }
}

maru_status placement_copy(const struct placement *placement, struct placement **out,
                           maru_error *err) {
    struct placement *const copy = alloc_new(1, sizeof *copy);
    if (!copy) {
        return fail(err, MARU_E_MEMORY, "no memory for a copy of a rule of placement");
    }
    copy->cluster = placement->cluster;
    copy->seed = placement->seed;
    copy->n_found = placement->n_found;
    copy->ties = placement->ties;
    copy->scoring = placement->scoring;
    maru_status st = gang_room_new(copy->cluster, &copy->room, err);
    st = st == MARU_OK ? fragmentation_copy(placement->fragmentation, &copy->fragmentation, err)
                       : st;
    if (st != MARU_OK) {
        placement_free(copy);
        return st;
    }
    copy->scoring.fragmentation = copy->fragmentation;
    *out = copy;
    return MARU_OK;
}

// ---- one part

#define NO_NODE UINT32_MAX

// The first node of a class that is allowed.
static uint32_t first_allowed(const struct space *space, uint32_t class,
                              const struct placement_ask *ask) {
    const uint32_t n = ask->allows ? space_class_size(space, class) : 1;
    for (uint32_t k = 0; k < n; k++) {
        const uint32_t node = space_class_node(space, class, k);
        if (!ask->allows || ask->allows(ask->context, node)) {
            return node;
        }
    }
    return NO_NODE;
}

static struct score look_up(const struct placement *placement, const struct space *space,
                            uint32_t class, const struct want *want, struct remembered *known) {
    const uint64_t key = space_class_key(space, class);
    if (known && known[class].key == key) {
        return known[class].score;
    }
    const struct score score = score_of(&placement->scoring, space_class_row(space, class), want);
    if (known) {
        known[class] = (struct remembered){key, score};
    }
    return score;
}

// One of n, each as likely as the others. Streams of numbers are apart for what is drawn.
static uint32_t below(const struct placement *placement, uint32_t n, uint64_t stream) {
    const struct random_block block = random_at(placement->seed, stream, placement->n_found);
    return (uint32_t)((uint64_t)block.word[0] * n >> 32);
}

struct best {
    int64_t cost;
    uint32_t node;
    uint16_t gpu_milli;
    uint32_t n_tied; // nodes with this cost, so far
};

// A class that costs no more than the best so far: the lowest node is better, or each tied one as likely.
static void take_better(const struct placement *placement, const struct space *space,
                        uint32_t class, const struct placement_ask *ask, struct score score,
                        struct best *best) {
    const bool is_equal = best->node != NO_NODE && score.cost == best->cost;
    uint32_t node = first_allowed(space, class, ask);
    if (node == NO_NODE) {
        return;
    }
    const uint32_t n = space_class_size(space, class);
    const uint32_t n_tied = (is_equal ? best->n_tied : 0) + n;
    if (placement->ties == PLACEMENT_TIES_RANDOM &&
        placement->scoring.rule != PLACEMENT_FIRST_FIT) {
        const uint32_t k = below(placement, n_tied, 2 + (uint64_t) class);
        const uint32_t at = k < n ? space_class_node(space, class, k) : node;
        if (is_equal && k >= n) {
            best->n_tied = n_tied;
            return;
        }
        node = !ask->allows || ask->allows(ask->context, at) ? at : node;
    } else if (is_equal && best->node < node) {
        return;
    }
    *best = (struct best){score.cost, node, score.gpu_milli, n_tied};
}

static uint32_t find_best(struct placement *placement, const struct space *space,
                          const struct placement_ask *ask, uint16_t *gpu_milli) {
    struct remembered *const known = recall(placement, &ask->want, space_n_class(space));
    struct best best = {.cost = INT64_MAX, .node = NO_NODE, .gpu_milli = GPU_WHOLE};
    for (uint32_t c = 0; (c = space_next_class(space, &ask->want, c)) != UINT32_MAX; c++) {
        if (space_class_mark(space, c) & ask->skips) {
            continue;
        }
        const struct score score = look_up(placement, space, c, &ask->want, known);
        if (score.cost <= best.cost) {
            take_better(placement, space, c, ask, score, &best);
        }
    }
    *gpu_milli = best.gpu_milli;
    return best.node;
}

// Nodes that fit and are allowed: the k-th of them over all classes, or how many there are where k is NO_NODE.
static uint32_t count_or_pick(const struct space *space, const struct placement_ask *ask,
                              uint32_t k, uint32_t *node) {
    uint32_t n = 0;
    for (uint32_t c = 0; (c = space_next_class(space, &ask->want, c)) != UINT32_MAX; c++) {
        const uint32_t size =
            space_class_mark(space, c) & ask->skips ? 0 : space_class_size(space, c);
        if (!ask->allows) {
            if (k != NO_NODE && k - n < size) {
                *node = space_class_node(space, c, k - n);
                return n;
            }
            n += size;
            continue;
        }
        for (uint32_t i = 0; i < size; i++) {
            const uint32_t at = space_class_node(space, c, i);
            if (ask->allows(ask->context, at) && n++ == k) {
                *node = at;
                return n;
            }
        }
    }
    return n;
}

// Any GPU that has enough, each as likely as the others.
static uint16_t any_gpu(const struct node_free *free, const struct want *want, uint32_t draw) {
    uint32_t n = 0;
    for (uint32_t g = 0; g < free->n_gpu; g++) {
        n += free->gpu_milli[g] >= want->gpu_milli;
    }
    uint32_t left = (uint32_t)((uint64_t)draw * n >> 32);
    for (uint32_t g = 0; g < free->n_gpu; g++) {
        if (free->gpu_milli[g] >= want->gpu_milli && left-- == 0) {
            return (uint16_t)(1U << g);
        }
    }
    return 0;
}

// The first GPU that has enough.
static uint16_t first_gpu(const struct node_free *free, const struct want *want) {
    return any_gpu(free, want, 0);
}

static uint16_t choose_gpus(const struct placement *placement, const struct node_free *free,
                            const struct want *want, uint16_t gpu_milli) {
    const bool is_one = want->n_gpu == 1;
    if (is_one && placement->scoring.rule == PLACEMENT_RANDOM) {
        return any_gpu(free, want, random_at(placement->seed, 1, placement->n_found).word[1]);
    }
    return is_one && placement->scoring.rule == PLACEMENT_FIRST_FIT
               ? first_gpu(free, want)
               : gpus_with(free, want, gpu_milli);
}

static bool find_one(struct placement *placement, const struct space *space,
                     const struct placement_ask *ask, struct pool_part *part) {
    uint32_t node = NO_NODE;
    uint16_t gpu_milli = GPU_WHOLE;
    if (placement->scoring.rule == PLACEMENT_RANDOM) {
        const uint32_t n = count_or_pick(space, ask, NO_NODE, &node);
        if (n > 0) {
            count_or_pick(space, ask, below(placement, n, 0), &node);
        }
    } else {
        node = find_best(placement, space, ask, &gpu_milli);
    }
    if (node == NO_NODE) {
        return false;
    }
    *part = part_on(node, &ask->want,
                    choose_gpus(placement, space_row(space, node), &ask->want, gpu_milli));
    return true;
}

bool placement_find(struct placement *placement, const struct space *space,
                    const struct placement_ask *ask, struct pool_part *part) {
    if (ask->n_part == 0) {
        return true;
    }
    const bool is_found = ask->n_part == 1
                              ? find_one(placement, space, ask, part)
                              : gang_find(placement->room, &placement->scoring, space, ask, part);
    placement->n_found += is_found;
    return is_found;
}

double placement_fragmentation(const struct placement *placement, const struct space *space) {
    static const struct want any = {0};
    double sum = 0;
    for (uint32_t c = 0; (c = space_next_class(space, &any, c)) != UINT32_MAX; c++) {
        const int64_t f = fragmentation_of(placement->fragmentation, space_class_row(space, c));
        sum += (double)f * space_class_size(space, c);
    }
    return sum / ((double)FRAGMENTATION_ONE * GPU_WHOLE);
}
