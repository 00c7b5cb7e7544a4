#include "pool/pool_homes.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// GPUs are dealt out type by type, to accounts in the order of their rows: whole nodes first, the largest first, as long as the
// need is no smaller; then what is left of each need is cut off the node, cut into already, that has the fewest that suffice,
// else off the smallest whole node that does, else off several. The sum of all guarantees is no more than the cluster has
// (accounts.c), so it always comes out. A part of a node brings its share of CPUs and memory, rounded down, so homes on one
// node never get into each other's way: all that is at home fits together.

#define NONE UINT32_MAX

struct piece {
    uint32_t home;
    struct home_node at;
};

struct dealing {
    const struct cluster *cluster;
    const struct accounts *accounts;
    uint32_t *holder; // (accounts) nearest that has a guarantee
    uint32_t *need;   // (accounts) of the type at hand
    uint32_t *next;   // (nodes) lists of nodes by how many GPUs nobody has yet
    uint8_t *n_left;  // (nodes)
    uint32_t whole[CLUSTER_MAX_NODE_GPUS + 1], cut[CLUSTER_MAX_NODE_GPUS + 1]; // firsts of them
    struct piece *piece;
    uint32_t n_piece, cap_piece;
};

// ---- dealing

static maru_status deal(struct dealing *it, uint32_t account, uint32_t node, uint8_t n,
                        maru_error *err) {
    if (it->n_piece == it->cap_piece) {
        const uint32_t cap = it->cap_piece ? 2 * it->cap_piece : 64;
        struct piece *more = alloc_resize(it->piece, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory for private guarantees");
        }
        it->piece = more;
        it->cap_piece = cap;
    }
    const uint8_t first = (uint8_t)(it->cluster->node[node].n_gpu - it->n_left[node]);
    it->piece[it->n_piece++] = (struct piece){account, {node, first, n}};
    it->need[account] -= n;
    it->n_left[node] = (uint8_t)(it->n_left[node] - n);
    if (it->n_left[node] > 0) {
        it->next[node] = it->cut[it->n_left[node]];
        it->cut[it->n_left[node]] = node;
    }
    return MARU_OK;
}

static uint32_t take_first(const struct dealing *it, uint32_t *first) {
    const uint32_t node = *first;
    *first = it->next[node];
    return node;
}

static maru_status deal_whole(struct dealing *it, uint32_t account, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t n = CLUSTER_MAX_NODE_GPUS; n > 0; n--) {
        while (st == MARU_OK && it->need[account] >= n && it->whole[n] != NONE) {
            st = deal(it, account, take_first(it, &it->whole[n]), (uint8_t)n, err);
        }
    }
    return st;
}

static uint32_t node_to_cut(struct dealing *it, uint32_t need) {
    for (uint32_t n = need; n <= CLUSTER_MAX_NODE_GPUS; n++) {
        if (it->cut[n] != NONE) {
            return take_first(it, &it->cut[n]);
        }
    }
    for (uint32_t n = need; n <= CLUSTER_MAX_NODE_GPUS; n++) {
        if (it->whole[n] != NONE) {
            return take_first(it, &it->whole[n]);
        }
    }
    for (uint32_t n = need < CLUSTER_MAX_NODE_GPUS ? need : CLUSTER_MAX_NODE_GPUS; n > 0; n--) {
        if (it->cut[n] != NONE) {
            return take_first(it, &it->cut[n]);
        }
    }
    return NONE;
}

static maru_status deal_rest(struct dealing *it, uint32_t account, maru_error *err) {
    maru_status st = MARU_OK;
    while (st == MARU_OK && it->need[account] > 0) {
        const uint32_t node = node_to_cut(it, it->need[account]);
        if (node == NONE) {
            return fail(err, MARU_E_RANGE, "more GPUs are guaranteed than there are");
        }
        const uint32_t left = it->n_left[node], need = it->need[account];
        st = deal(it, account, node, (uint8_t)(left < need ? left : need), err);
    }
    return st;
}

static maru_status deal_type(struct dealing *it, uint32_t type, maru_error *err) {
    const struct account *row = it->accounts->row;
    const uint32_t n_account = it->accounts->n;
    memset(it->whole, 0xff, sizeof it->whole);
    memset(it->cut, 0xff, sizeof it->cut);
    for (uint32_t i = it->cluster->n_node; i-- > 0;) {
        const struct cluster_node *node = &it->cluster->node[i];
        if (node->type == type) {
            it->n_left[i] = node->n_gpu;
            it->next[i] = it->whole[node->n_gpu];
            it->whole[node->n_gpu] = i;
        }
    }
    for (uint32_t a = 0; a < n_account; a++) {
        it->need[a] = row[a].guarantee ? row[a].guarantee[type] : 0;
        if (a > 0 && row[a].guarantee && it->holder[row[a].parent] != NONE) {
            it->need[it->holder[row[a].parent]] -= it->need[a];
        }
    }
    maru_status st = MARU_OK;
    for (uint32_t a = 0; st == MARU_OK && a < n_account; a++) {
        st = deal_whole(it, a, err);
    }
    for (uint32_t a = 0; st == MARU_OK && a < n_account; a++) {
        st = deal_rest(it, a, err);
    }
    return st;
}

// ---- homes

// Pieces by home and node: a counting sort by node, then one by account, each stable.
static maru_status sort_pieces(struct dealing *it, maru_error *err) {
    const uint32_t n_key[2] = {it->cluster->n_node, it->accounts->n};
    const uint32_t n_most = n_key[0] > n_key[1] ? n_key[0] : n_key[1];
    struct piece *to = alloc_new((size_t)it->n_piece + 1, sizeof *to);
    uint32_t *at = alloc_new((size_t)n_most + 2, sizeof *at);
    maru_status st =
        to && at ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory for private guarantees");
    for (uint32_t pass = 0; st == MARU_OK && pass < 2; pass++) {
        memset(at, 0, ((size_t)n_most + 2) * sizeof *at);
        for (uint32_t i = 0; i < it->n_piece; i++) {
            at[(pass ? it->piece[i].home : it->piece[i].at.node) + 1]++;
        }
        for (uint32_t k = 0; k < n_key[pass]; k++) {
            at[k + 1] += at[k];
        }
        for (uint32_t i = 0; i < it->n_piece; i++) {
            to[at[pass ? it->piece[i].home : it->piece[i].at.node]++] = it->piece[i];
        }
        struct piece *const swap = it->piece;
        it->piece = to;
        to = swap;
    }
    alloc_free(to);
    alloc_free(at);
    return st;
}

static maru_status make_cluster(const struct cluster *from, struct home *home, uint32_t n,
                                struct arena *arena, maru_error *err) {
    struct cluster_node *node = arena_take(arena, (size_t)n + 1, sizeof *node);
    if (!node) {
        return arena_refusal(arena, err);
    }
    uint32_t n_island = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct home_node *at = &home->node[i];
        const struct cluster_node *all = &from->node[at->node];
        node[i] = *all;
        node[i].n_gpu = at->n_gpu;
        node[i].cpu_milli = (uint32_t)((uint64_t)all->cpu_milli * at->n_gpu / all->n_gpu);
        node[i].memory_mib = (uint32_t)((uint64_t)all->memory_mib * at->n_gpu / all->n_gpu);
        node[i].site = 0;
        // Neighbors stay neighbors: nodes are rising, and islands are runs of them almost always.
        n_island += i > 0 && from->node[home->node[i - 1].node].island != all->island;
        node[i].island = n_island;
    }
    const struct cluster_rows rows = {
        .type = from->type, .node = node, .n_type = from->n_type, .n_node = n};
    return cluster_make(&rows, arena, &home->cluster, err);
}

static maru_status make_accounts(const struct dealing *it, struct homes *homes, uint32_t holder,
                                 maru_error *err) {
    const struct account *from = it->accounts->row;
    struct home *home = &homes->home[homes->of[holder]];
    uint32_t n = 0;
    struct account *row = alloc_new(homes->row[holder], sizeof *row); // as many as were counted
    if (!row) {
        return fail(err, MARU_E_MEMORY, "no memory for private guarantees");
    }
    for (uint32_t a = holder; a < it->accounts->n; a++) {
        if (it->holder[a] == holder) {
            row[n] = from[a];
            row[n].parent = a == holder ? 0 : homes->row[from[a].parent];
            row[n].guarantee = NULL;
            homes->row[a] = n++;
        }
    }
    const maru_status st =
        accounts_make(row, n, &home->cluster, &homes->arena, &home->accounts, err);
    alloc_free(row);
    return st;
}

// Pieces by node: counted two places on, so that each place moves up to where the next node begins while it is filled.
static void list_pieces(const struct dealing *it, struct homes *homes) {
    uint32_t *at = homes->piece_at;
    for (uint32_t i = 0; i < it->n_piece; i++) {
        at[it->piece[i].at.node + 2]++;
    }
    for (uint32_t k = 0; k < it->cluster->n_node; k++) {
        at[k + 2] += at[k + 1];
    }
    for (uint32_t i = 0, first = 0; i < it->n_piece; i++) {
        first = i > 0 && it->piece[i].home != it->piece[i - 1].home ? i : first;
        homes->piece[at[it->piece[i].at.node + 1]++] =
            (struct home_piece){homes->of[it->piece[i].home], i - first};
    }
}

static maru_status make_homes(struct dealing *it, struct homes *homes, maru_error *err) {
    const uint32_t n_account = it->accounts->n, n_node = it->cluster->n_node;
    for (uint32_t i = 0; i < it->n_piece; i++) {
        homes->n += i == 0 || it->piece[i].home != it->piece[i - 1].home;
    }
    homes->home = arena_take(&homes->arena, (size_t)homes->n + 1, sizeof *homes->home);
    homes->of = arena_take(&homes->arena, (size_t)n_account + 1, sizeof *homes->of);
    homes->row = arena_take(&homes->arena, (size_t)n_account + 1, sizeof *homes->row);
    homes->piece_at = arena_take(&homes->arena, (size_t)n_node + 2, sizeof *homes->piece_at);
    homes->piece = arena_take(&homes->arena, (size_t)it->n_piece + 1, sizeof *homes->piece);
    struct home_node *node = arena_take(&homes->arena, (size_t)it->n_piece + 1, sizeof *node);
    if (!homes->home || !homes->of || !homes->row || !homes->piece_at || !homes->piece || !node) {
        return arena_refusal(&homes->arena, err);
    }
    memset(homes->of, 0xff, n_account * sizeof *homes->of);
    for (uint32_t a = 0; a < n_account; a++) {
        if (it->holder[a] != NONE) {
            homes->row[it->holder[a]]++;
        }
    }
    maru_status st = MARU_OK;
    for (uint32_t i = 0, h = 0; st == MARU_OK && i < it->n_piece; h++) {
        const uint32_t first = i, holder = it->piece[i].home;
        for (; i < it->n_piece && it->piece[i].home == holder; i++) {
            node[i] = it->piece[i].at;
        }
        homes->of[holder] = h;
        homes->home[h].node = node + first;
        st = make_cluster(it->cluster, &homes->home[h], i - first, &homes->arena, err);
        st = st == MARU_OK ? make_accounts(it, homes, holder, err) : st;
    }
    for (uint32_t a = 0; a < n_account; a++) {
        homes->of[a] = it->holder[a] == NONE ? NONE : homes->of[it->holder[a]];
    }
    list_pieces(it, homes);
    return st;
}

static maru_status deal_all(struct dealing *it, struct homes *homes, maru_error *err) {
    const struct account *row = it->accounts->row;
    for (uint32_t a = 0; a < it->accounts->n; a++) {
        it->holder[a] = row[a].guarantee ? a : a ? it->holder[row[a].parent] : NONE;
    }
    maru_status st = MARU_OK;
    for (uint32_t t = 0; st == MARU_OK && t < it->cluster->n_type; t++) {
        st = deal_type(it, t, err);
    }
    st = st == MARU_OK ? sort_pieces(it, err) : st;
    return st == MARU_OK ? make_homes(it, homes, err) : st;
}

maru_status homes_new(const struct cluster *cluster, const struct accounts *accounts,
                      struct homes **out, maru_error *err) {
    struct dealing it = {.cluster = cluster, .accounts = accounts};
    struct homes *homes = alloc_new(1, sizeof *homes);
    it.holder = alloc_new(accounts->n, sizeof *it.holder);
    it.need = alloc_new(accounts->n, sizeof *it.need);
    it.next = alloc_new((size_t)cluster->n_node + 1, sizeof *it.next);
    it.n_left = alloc_new((size_t)cluster->n_node + 1, sizeof *it.n_left);
    maru_status st = MARU_OK;
    if (!homes || !it.holder || !it.need || !it.next || !it.n_left) {
        st = fail(err, MARU_E_MEMORY, "no memory for private guarantees");
    }
    if (st == MARU_OK) {
        atomic_init(&homes->n_user, 1);
        arena_init(&homes->arena, HOMES_MAX_BYTES);
        st = deal_all(&it, homes, err);
    }
    alloc_free(it.holder);
    alloc_free(it.need);
    alloc_free(it.next);
    alloc_free(it.n_left);
    alloc_free(it.piece);
    if (st == MARU_OK) {
        *out = homes;
    } else {
        homes_free(homes);
    }
    return st;
}

struct homes *homes_keep(struct homes *homes) {
    if (homes) {
        atomic_fetch_add(&homes->n_user, 1);
    }
    return homes;
}

void homes_free(struct homes *homes) {
    if (homes && atomic_fetch_sub(&homes->n_user, 1) <= 1) {
        arena_fini(&homes->arena);
        alloc_free(homes);
    }
}

// ---- places

void homes_part_out(const struct home *home, struct pool_part *part) {
    const struct home_node *at = &home->node[part->node];
    part->node = at->node;
    part->gpus = (uint16_t)(part->gpus << at->first_gpu);
}

bool homes_part_in(const struct home *home, struct pool_part *part) {
    uint32_t low = 0, high = home->cluster.n_node;
    while (low < high) {
        const uint32_t mid = low + (high - low) / 2;
        *(home->node[mid].node < part->node ? &low : &high) =
            home->node[mid].node < part->node ? mid + 1 : mid;
    }
    if (low == home->cluster.n_node || home->node[low].node != part->node) {
        return false;
    }
    const struct home_node *at = &home->node[low];
    const uint32_t own = ((UINT32_C(1) << at->n_gpu) - 1) << at->first_gpu;
    if (part->gpus & ~own) {
        return false;
    }
    part->node = low;
    part->gpus = (uint16_t)(part->gpus >> at->first_gpu);
    return true;
}
