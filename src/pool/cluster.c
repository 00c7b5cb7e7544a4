#include "pool/cluster.h"

#include <string.h>

#include "base/status.h"

// Rows are looked at one after the other, then copied; what they add up to is kept beside them.

static const struct cluster_site only_site = {.name = "site", .pue_milli = 1000};

static maru_status refuse_row(maru_error *err, uint32_t row, const char *what, const char *name) {
    return fail_at(err, MARU_E_INPUT, "", row, 0, "'%s': %s", name, what);
}

static maru_status check_node(const struct cluster_node *node, uint32_t row,
                              const struct cluster *cluster, maru_error *err) {
    if (node->type != CLUSTER_NO_TYPE && node->type >= cluster->n_type) {
        return refuse_row(err, row, "no such type of GPU", node->name);
    }
    if (node->n_gpu > CLUSTER_MAX_NODE_GPUS) {
        return fail_at(err, MARU_E_LIMIT, "", row, 0, "'%s' has %u GPUs; a node has at most %d",
                       node->name, node->n_gpu, CLUSTER_MAX_NODE_GPUS);
    }
    if ((node->type == CLUSTER_NO_TYPE) != (node->n_gpu == 0)) {
        return refuse_row(err, row, "GPUs go with their type, and a type with GPUs", node->name);
    }
    return node->site < cluster->n_site ? MARU_OK
                                        : refuse_row(err, row, "no such site", node->name);
}

static maru_status check_sizes(const struct cluster_rows *rows, maru_error *err) {
    if (rows->n_type > CLUSTER_MAX_TYPES || rows->n_node > CLUSTER_MAX_NODES ||
        rows->n_site > CLUSTER_MAX_SITES) {
        return fail(err, MARU_E_LIMIT,
                    "at most %d types of GPU, %d nodes and %d sites are possible",
                    CLUSTER_MAX_TYPES, CLUSTER_MAX_NODES, CLUSTER_MAX_SITES);
    }
    for (uint32_t i = 0; i < rows->n_site; i++) {
        if (rows->site[i].pue_milli < 1000) {
            return refuse_row(err, i + 1, "a PUE below 1", rows->site[i].name);
        }
    }
    return MARU_OK;
}

// A name of the rows in the arena; false: there is no memory.
static bool keep_name(struct arena *arena, const char **name) {
    *name = *name ? arena_text(arena, *name, strlen(*name)) : "";
    return *name != NULL;
}

static maru_status copy_rows(const struct cluster_rows *rows, struct arena *arena,
                             struct cluster *out, maru_error *err) {
    const struct cluster_site *from_site = rows->n_site ? rows->site : &only_site;
    struct gpu_type *type = arena_take(arena, rows->n_type + 1, sizeof *type);
    struct cluster_node *node = arena_take(arena, (size_t)rows->n_node + 1, sizeof *node);
    struct cluster_site *site = arena_take(arena, out->n_site, sizeof *site);
    if (!type || !node || !site) {
        return arena_refusal(arena, err);
    }
    bool is_kept = true;
    for (uint32_t i = 0; i < rows->n_type; i++) {
        type[i] = rows->type[i];
        is_kept = is_kept && keep_name(arena, &type[i].name);
    }
    for (uint32_t i = 0; i < rows->n_node; i++) {
        node[i] = rows->node[i];
        is_kept = is_kept && keep_name(arena, &node[i].name);
    }
    for (uint32_t i = 0; i < out->n_site; i++) {
        site[i] = from_site[i];
        is_kept = is_kept && keep_name(arena, &site[i].name);
    }
    out->type = type;
    out->node = node;
    out->site = site;
    return is_kept ? MARU_OK : arena_refusal(arena, err);
}

static void add_up(struct cluster *cluster) {
    for (uint32_t i = 0; i < cluster->n_node; i++) {
        const struct cluster_node *node = &cluster->node[i];
        if (node->type != CLUSTER_NO_TYPE) {
            cluster->n_gpu[node->type] += node->n_gpu;
        }
        cluster->n_gpu_all += node->n_gpu;
        cluster->cpu_milli += node->cpu_milli;
        cluster->memory_mib += node->memory_mib;
        cluster->n_island =
            node->island >= cluster->n_island ? node->island + 1 : cluster->n_island;
    }
}

maru_status cluster_make(const struct cluster_rows *rows, struct arena *arena, struct cluster *out,
                         maru_error *err) {
    struct cluster made = {
        .n_type = rows->n_type, .n_node = rows->n_node, .n_site = rows->n_site ? rows->n_site : 1};
    maru_status st = check_sizes(rows, err);
    for (uint32_t i = 0; st == MARU_OK && i < rows->n_node; i++) {
        st = check_node(&rows->node[i], i + 1, &made, err);
        if (st == MARU_OK && rows->node[i].island >= rows->n_node) {
            st = refuse_row(err, i + 1, "an island beyond the number of nodes", rows->node[i].name);
        }
    }
    st = st == MARU_OK ? copy_rows(rows, arena, &made, err) : st;
    if (st == MARU_OK) {
        add_up(&made);
        *out = made;
    }
    return st;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool is_same_name(const char *a, const char *b) {
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

uint8_t cluster_find_type(const struct cluster *cluster, const char *name) {
    for (uint32_t i = 0; i < cluster->n_type; i++) {
        if (is_same_name(cluster->type[i].name, name)) {
            return (uint8_t)i;
        }
    }
    return CLUSTER_NO_TYPE;
}
