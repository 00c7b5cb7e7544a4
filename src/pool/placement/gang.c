#include "pool/placement/gang.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// One island that holds the whole gang is best, and of those the one with the fewest free GPUs. Where none does, islands
// are taken with the most room first, which needs the fewest of them, and the rest goes into the one with the least room
// that holds it. Inside an island nodes are filled in the order of the rule's cost, then of their numbers, each as full as it gets,
// so that parts that talk to each other share nodes. Ties everywhere go to the lowest number: nothing is left to chance.

struct chosen { // a node that takes parts
    int64_t cost;
    uint32_t node, n_part;
};

struct gang_room {
    uint32_t n_island, n_node;
    uint32_t *island;      // (n_island): parts that it has room for
    struct chosen *heap;   // (n_node): of the island that is filled
    struct chosen *chosen; // (n_node): of the gang, so far
    uint32_t n_chosen;
    int64_t *cost;    // (n_node): by class, of the filling in `filling`
    uint64_t *costed; // (n_node): that filling, by class
    uint64_t filling;
};

maru_status gang_room_new(const struct cluster *cluster, struct gang_room **out, maru_error *err) {
    struct gang_room *const room = alloc_new(1, sizeof *room);
    if (room) {
        room->n_island = cluster->n_island;
        room->n_node = cluster->n_node;
        room->island = alloc_new((size_t)cluster->n_island + 1, sizeof *room->island);
        room->heap = alloc_new((size_t)cluster->n_node + 1, sizeof *room->heap);
        room->chosen = alloc_new((size_t)cluster->n_node + 1, sizeof *room->chosen);
        room->cost = alloc_new((size_t)cluster->n_node + 1, sizeof *room->cost);
        room->costed = alloc_new((size_t)cluster->n_node + 1, sizeof *room->costed);
    }
    if (!room || !room->island || !room->heap || !room->chosen || !room->cost || !room->costed) {
        gang_room_free(room);
        return fail(err, MARU_E_MEMORY, "no memory for gangs on %u nodes", cluster->n_node);
    }
    *out = room;
    return MARU_OK;
}

void gang_room_free(struct gang_room *room) {
    if (room) {
        alloc_free(room->island);
        alloc_free(room->heap);
        alloc_free(room->chosen);
        alloc_free(room->cost);
        alloc_free(room->costed);
        alloc_free(room);
    }
}

struct pool_part part_on(uint32_t node, const struct want *want, uint16_t gpus) {
    return (struct pool_part){.node = node,
                              .gpus = gpus,
                              .gpu_milli = want->n_gpu ? want->gpu_milli : 0,
                              .cpu_milli = want->cpu_milli,
                              .memory_mib = want->memory_mib};
}

// ---- room

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

uint32_t parts_that_fit(const struct node_free *free, const struct want *want, uint32_t most) {
    if (most == 0 || !node_free_fits(free, want)) {
        return 0;
    }
    uint32_t n = most;
    n = want->cpu_milli ? least(n, free->cpu_milli / want->cpu_milli) : n;
    n = want->memory_mib ? least(n, free->memory_mib / want->memory_mib) : n;
    if (want->n_gpu == 0 || want->gpu_milli == 0) {
        return n;
    }
    uint32_t gpus = 0; // parts for one GPU each, or GPUs with enough
    for (uint32_t g = 0; g < free->n_gpu; g++) {
        const uint32_t here = (uint32_t)free->gpu_milli[g] / want->gpu_milli;
        gpus += want->n_gpu == 1 ? here : here > 0;
    }
    return least(n, gpus / want->n_gpu);
}

static uint32_t node_room(const struct space *space, uint32_t node, const struct placement_ask *ask,
                          uint32_t most) {
    if (!space_fits(space, node, &ask->want) || (space_mark(space, node) & ask->skips) ||
        (ask->allows && !ask->allows(ask->context, node))) {
        return 0;
    }
    return parts_that_fit(space_row(space, node), &ask->want, most);
}

// Parts that an island has room for, at most `most`.
static uint32_t island_room(const struct space *space, uint32_t island,
                            const struct placement_ask *ask, uint32_t most) {
    uint32_t n = 0;
    uint32_t sum = 0;
    const uint32_t *const node = space_island(space, island, &n);
    for (uint32_t i = 0; i < n && sum < most; i++) {
        sum += node_room(space, node[i], ask, most - sum);
    }
    return sum;
}

// ---- a heap with the lowest cost on top

static bool is_before(const struct chosen *a, const struct chosen *b) {
    return a->cost != b->cost ? a->cost < b->cost : a->node < b->node;
}

static void sink(struct chosen *heap, uint32_t n, uint32_t at) {
    for (uint32_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
        child += child + 1 < n && is_before(&heap[child + 1], &heap[child]);
        if (!is_before(&heap[child], &heap[at])) {
            return;
        }
        const struct chosen kept = heap[at];
        heap[at] = heap[child];
        heap[child] = kept;
        at = child;
    }
}

static void make_heap(struct chosen *heap, uint32_t n) {
    for (uint32_t at = n / 2; at-- > 0;) {
        sink(heap, n, at);
    }
}

static struct chosen pop(struct chosen *heap, uint32_t *n) {
    const struct chosen top = heap[0];
    heap[0] = heap[--*n];
    sink(heap, *n, 0);
    return top;
}

// ---- filling

// Nodes of one class cost the same: each is scored once in a filling.
static int64_t cost_of(struct gang_room *room, const struct scoring *scoring,
                       const struct space *space, uint32_t node, const struct want *want) {
    const uint32_t class = space_class_of(space, node);
    if (room->costed[class] != room->filling) {
        room->costed[class] = room->filling;
        room->cost[class] = score_of(scoring, space_row(space, node), want).cost;
    }
    return room->cost[class];
}

// Choose nodes of an island for at most `most` parts; returns for how many.
static uint32_t fill_island(struct gang_room *room, const struct scoring *scoring,
                            const struct space *space, uint32_t island,
                            const struct placement_ask *ask, uint32_t most) {
    uint32_t n_node = 0;
    uint32_t n = 0;
    uint32_t n_placed = 0;
    const uint32_t *const node = space_island(space, island, &n_node);
    room->filling++;
    for (uint32_t i = 0; i < n_node; i++) {
        const uint32_t fits = node_room(space, node[i], ask, most);
        if (fits > 0) {
            const int64_t cost = cost_of(room, scoring, space, node[i], &ask->want);
            room->heap[n++] = (struct chosen){cost, node[i], fits};
        }
    }
    make_heap(room->heap, n);
    while (n > 0 && n_placed < most) {
        struct chosen next = pop(room->heap, &n);
        next.n_part = least(next.n_part, most - n_placed);
        n_placed += next.n_part;
        room->chosen[room->n_chosen++] = next;
    }
    return n_placed;
}

// Write the parts of all chosen nodes, in the order of their numbers.
static void write_parts(struct gang_room *room, const struct scoring *scoring,
                        const struct space *space, const struct want *want,
                        struct pool_part *part) {
    uint32_t n = room->n_chosen;
    for (uint32_t i = 0; i < n; i++) {
        room->chosen[i].cost = 0; // the order is now that of the numbers alone
    }
    make_heap(room->chosen, n);
    while (n > 0) {
        const struct chosen next = pop(room->chosen, &n);
        struct node_free free = *space_row(space, next.node);
        for (uint32_t k = 0; k < next.n_part; k++) {
            const uint16_t gpus = gpus_with(&free, want, score_of(scoring, &free, want).gpu_milli);
            node_free_take(&free, want, gpus);
            *part++ = part_on(next.node, want, gpus);
        }
    }
}

// ---- islands

static bool is_whole(const struct want *want) {
    return want->gpu_milli >= GPU_WHOLE && want->n_gpu > 0;
}

// Could an island hold so many parts, as far as its free GPUs tell?
static bool may_hold(const struct space *space, uint32_t island, const struct want *want,
                     uint32_t n_part) {
    return !is_whole(want) || space_island_room(space, island, want->n_gpu) >= n_part;
}

// The island with the fewest free GPUs that holds all parts; UINT32_MAX: none does.
static uint32_t find_island(const struct space *space, const struct placement_ask *ask,
                            uint32_t n_island) {
    uint32_t best = UINT32_MAX;
    for (uint32_t i = 0; i < n_island; i++) {
        if (may_hold(space, i, &ask->want, ask->n_part) &&
            (best == UINT32_MAX || space_island_free(space, i) < space_island_free(space, best)) &&
            island_room(space, i, ask, ask->n_part) == ask->n_part) {
            best = i;
        }
    }
    return best;
}

// Parts that there is room for, as far as free space tells, and how many nodes have any.
static uint64_t room_of_classes(const struct space *space, const struct placement_ask *ask,
                                uint64_t *n_node) {
    uint64_t n_part = 0;
    *n_node = 0;
    for (uint32_t c = space_next_class(space, &ask->want, 0); c != UINT32_MAX;
         c = space_next_class(space, &ask->want, c + 1)) {
        const uint64_t size =
            space_class_mark(space, c) & ask->skips ? 0 : space_class_size(space, c);
        n_part += size * parts_that_fit(space_class_row(space, c), &ask->want, ask->n_part);
        *n_node += size;
    }
    return n_part;
}

// The room of each island, from the nodes that have any; for when these are few.
static void sum_islands(struct gang_room *room, const struct space *space,
                        const struct placement_ask *ask) {
    memset(room->island, 0, room->n_island * sizeof *room->island);
    for (uint32_t c = space_next_class(space, &ask->want, 0); c != UINT32_MAX;
         c = space_next_class(space, &ask->want, c + 1)) {
        const uint32_t size =
            space_class_mark(space, c) & ask->skips ? 0 : space_class_size(space, c);
        for (uint32_t k = 0; k < size; k++) {
            const uint32_t node = space_class_node(space, c, k);
            uint32_t *const island = &room->island[space_island_of(space, node)];
            *island += node_room(space, node, ask, ask->n_part - *island);
        }
    }
}

// The same from all nodes.
static void scan_islands(struct gang_room *room, const struct space *space,
                         const struct placement_ask *ask) {
    for (uint32_t i = 0; i < room->n_island; i++) {
        room->island[i] =
            may_hold(space, i, &ask->want, 1) ? island_room(space, i, ask, ask->n_part) : 0;
    }
}

// As find_island, of rooms that are known.
static uint32_t find_summed(const struct gang_room *room, const struct space *space,
                            uint32_t n_part) {
    uint32_t best = UINT32_MAX;
    for (uint32_t i = 0; i < room->n_island; i++) {
        if (room->island[i] == n_part &&
            (best == UINT32_MAX || space_island_free(space, i) < space_island_free(space, best))) {
            best = i;
        }
    }
    return best;
}

// The island to take next for `left` parts: the least room that holds them, or else the most room.
static uint32_t next_island(const struct gang_room *room, uint32_t left) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < room->n_island; i++) {
        const uint32_t a = room->island[i];
        const uint32_t b = room->island[best];
        best = (a >= left ? b < left || a < b : a > b) ? i : best;
    }
    return best;
}

// Islands whose rooms are known.
static bool fill_several(struct gang_room *room, const struct scoring *scoring,
                         const struct space *space, const struct placement_ask *ask) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < room->n_island; i++) {
        sum += room->island[i];
    }
    for (uint32_t left = sum < ask->n_part ? 0 : ask->n_part; left > 0;) {
        const uint32_t island = next_island(room, left);
        left -= fill_island(room, scoring, space, island, ask, left);
        room->island[island] = 0;
    }
    return sum >= ask->n_part;
}

bool gang_find(struct gang_room *room, const struct scoring *scoring, const struct space *space,
               const struct placement_ask *ask, struct pool_part *part) {
    const struct want *const want = &ask->want;
    if (is_whole(want) &&
        (space_n_free_of(space, want->types) < (uint64_t)ask->n_part * want->n_gpu ||
         space_room(space, want->n_gpu) < ask->n_part)) {
        return false;
    }
    uint64_t n_node = 0;
    if (room_of_classes(space, ask, &n_node) < ask->n_part) {
        return false;
    }
    const bool are_few = n_node < room->n_node / 16;
    if (are_few) {
        sum_islands(room, space, ask);
    }
    room->n_chosen = 0;
    const uint32_t island =
        are_few ? find_summed(room, space, ask->n_part) : find_island(space, ask, room->n_island);
    if (island == UINT32_MAX && !are_few) {
        scan_islands(room, space, ask);
    }
    if (island != UINT32_MAX) {
        fill_island(room, scoring, space, island, ask, ask->n_part);
    } else if (!fill_several(room, scoring, space, ask)) {
        return false;
    }
    write_parts(room, scoring, space, want, part);
    return true;
}
