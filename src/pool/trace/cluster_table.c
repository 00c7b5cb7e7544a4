#include "pool/trace/cluster_table.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/names.h"
#include "base/status.h"

// A row is one node, or `count` of them. Types, islands and sites get numbers as their names come; a node without an island
// stands in one with all others of its site that have none. Figures of a type are those of the first row that has them, or
// else of the maker's data sheets.

enum {
    NAME,
    TYPE,
    GPUS,
    CPUS,
    CPU_MILLI,
    MEMORY,
    MEMORY_MIB,
    ISLAND,
    SITE,
    COUNT,
    GPU_MEMORY,
    GPU_WATTS,
    GPU_IDLE,
    IDLE,
    PUE,
    SITE_KW,
    HEADINGS
};
static const char *const heading[HEADINGS] = {
    [NAME] = "name|node|sn|host|이름|노드",
    [TYPE] = "gpu_type|model|gpu_model|type|gpu종류",
    [GPUS] = "gpus|gpu|n_gpu|gpu수",
    [CPUS] = "cpus|cpu|cores",
    [CPU_MILLI] = "cpu_milli",
    [MEMORY] = "memory|memory_gib|memory_gb|mem|메모리",
    [MEMORY_MIB] = "memory_mib|memory_mb",
    [ISLAND] = "island|rack|switch|랙",
    [SITE] = "site|region|zone|사이트|지역",
    [COUNT] = "count|nodes|수",
    [GPU_MEMORY] = "gpu_memory|gpu_memory_gib|gpu_memory_gb",
    [GPU_WATTS] = "gpu_watts|gpu_busy_watts",
    [GPU_IDLE] = "gpu_idle_watts",
    [IDLE] = "idle_watts|node_idle_watts",
    [PUE] = "pue",
    [SITE_KW] = "site_kw|site_cap_kw",
};

// Memory, board power and what an idle one draws, of the makers' data sheets; idle: 15 % of it where they say nothing.
static const struct gpu_type known[] = {
    {"T4", 16384, 10, 70},         {"P100", 16384, 30, 250},     {"V100", 16384, 40, 300},
    {"V100M16", 16384, 40, 300},   {"V100M32", 32768, 40, 300},  {"A10", 24576, 22, 150},
    {"A30", 24576, 25, 165},       {"L4", 24576, 11, 72},        {"L40S", 49152, 52, 350},
    {"A40", 49152, 45, 300},       {"A100", 81920, 60, 400},     {"A100-40G", 40960, 60, 400},
    {"A100-80G", 81920, 60, 400},  {"H100", 81920, 105, 700},    {"H200", 144384, 105, 700},
    {"B200", 184320, 150, 1000},   {"B300", 294912, 210, 1400},  {"MI250X", 131072, 84, 560},
    {"MI300X", 196608, 112, 750},  {"L40", 49152, 45, 300},      {"A100-PCIE", 40960, 38, 250},
    {"H100-PCIE", 81920, 53, 350}, {"H100-NVL", 96256, 60, 400}, {"A100-80GB-PCIE", 81920, 45, 300},
};

struct reading {
    struct pool_sheet sheet;
    struct names types, islands, sites;
    struct gpu_type type[CLUSTER_MAX_TYPES];
    struct cluster_site site[CLUSTER_MAX_SITES];
    struct cluster_node *node; // (n_node)
    uint32_t n_node, cap;
    struct arena text; // names of nodes
};

static char small(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

// How many letters of a name are a known one, whole or up to a '-'; 0: they are not.
static size_t is_of_type(const char *name, const char *type) {
    size_t k = 0;
    while (type[k] && small(name[k]) == small(type[k])) {
        k++;
    }
    return type[k] == '\0' && (name[k] == '\0' || name[k] == '-') ? k : 0;
}

const struct gpu_type *gpu_type_known(const char *name) {
    static const char brand[] = "tesla-";
    const struct gpu_type *is = NULL;
    size_t most = 0;
    name += strncmp(name, brand, strlen(brand)) == 0 ? strlen(brand) : 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const size_t k = is_of_type(name, known[i].name);
        is = k > most ? &known[i] : is;
        most = k > most ? k : most;
    }
    return is;
}

// ---- names as numbers

static maru_status add_type(struct reading *r, struct csv_field cell, uint32_t *type,
                            maru_error *err) {
    *type = names_find(&r->types, cell.bytes, cell.n);
    if (*type != UINT32_MAX) {
        return MARU_OK;
    }
    if (r->types.n == CLUSTER_MAX_TYPES) {
        return fail(err, MARU_E_LIMIT,
                    "at most %d types of GPU, %d nodes and %d sites are possible",
                    CLUSTER_MAX_TYPES, CLUSTER_MAX_NODES, CLUSTER_MAX_SITES);
    }
    const maru_status st = names_add(&r->types, cell.bytes, cell.n, type, err);
    if (st == MARU_OK) {
        const struct gpu_type *const is = gpu_type_known(r->types.name[*type]);
        r->type[*type] = is ? *is : (struct gpu_type){0};
    }
    return st;
}

static maru_status add_site(struct reading *r, struct csv_field cell, uint32_t *site,
                            maru_error *err) {
    const char *const name = cell.n ? cell.bytes : "site";
    const size_t n = cell.n ? cell.n : 4;
    *site = names_find(&r->sites, name, n);
    if (*site != UINT32_MAX) {
        return MARU_OK;
    }
    if (r->sites.n == CLUSTER_MAX_SITES) {
        return fail(err, MARU_E_LIMIT,
                    "at most %d types of GPU, %d nodes and %d sites are possible",
                    CLUSTER_MAX_TYPES, CLUSTER_MAX_NODES, CLUSTER_MAX_SITES);
    }
    const maru_status st = names_add(&r->sites, name, n, site, err);
    if (st == MARU_OK) {
        r->site[*site] = (struct cluster_site){.pue_milli = 1000};
    }
    return st;
}

// An island's name counts inside its site.
static maru_status add_island(struct reading *r, uint32_t site, struct csv_field cell,
                              uint32_t *island, maru_error *err) {
    char text[300];
    const int n = snprintf(text, sizeof text, "%u/%.*s", site, (int)(cell.n < 255 ? cell.n : 255),
                           cell.bytes);
    return names_add(&r->islands, text, (size_t)n, island, err);
}

// ---- a row

static bool read_figures(struct pool_sheet *sheet, struct gpu_type *type,
                         struct cluster_site *site) {
    int64_t memory = type->memory_mib;
    int64_t busy = type->busy_watts;
    int64_t idle = type->idle_watts;
    int64_t pue = site->pue_milli;
    int64_t cap = (int64_t)site->cap_watts;
    bool is_good = pool_sheet_memory(sheet, GPU_MEMORY, 1024, &memory);
    is_good = pool_sheet_number(sheet, GPU_WATTS, 1, 100000, &busy) && is_good;
    is_good = pool_sheet_number(sheet, GPU_IDLE, 1, 100000, &idle) && is_good;
    is_good = pool_sheet_number(sheet, PUE, 1000, 10000, &pue) && is_good;
    is_good = pool_sheet_number(sheet, SITE_KW, 1000, INT64_C(1000000000000), &cap) && is_good;
    if (is_good && pue < 1000) {
        pool_sheet_fault(sheet, PUE, "a PUE below 1");
        is_good = false;
    }
    if (is_good) {
        type->memory_mib = (uint32_t)memory;
        type->busy_watts = (uint32_t)busy;
        type->idle_watts = (uint32_t)(idle < busy ? idle : busy);
        site->pue_milli = (uint32_t)pue;
        site->cap_watts = (uint64_t)cap;
    }
    return is_good;
}

static bool read_sizes(struct pool_sheet *sheet, struct cluster_node *node, int64_t *count) {
    int64_t cpu = 0;
    int64_t memory = 0;
    int64_t n_gpu = 0;
    int64_t idle = 0;
    bool is_good = pool_sheet_number(sheet, CPUS, 1000, UINT32_MAX, &cpu);
    is_good = pool_sheet_number(sheet, CPU_MILLI, 1, UINT32_MAX, &cpu) && is_good;
    is_good = pool_sheet_memory(sheet, MEMORY, 1024, &memory) && is_good;
    is_good = pool_sheet_memory(sheet, MEMORY_MIB, 1, &memory) && is_good;
    is_good = pool_sheet_number(sheet, GPUS, 1, CLUSTER_MAX_NODE_GPUS, &n_gpu) && is_good;
    is_good = pool_sheet_number(sheet, IDLE, 1, 100000, &idle) && is_good;
    is_good = pool_sheet_number(sheet, COUNT, 1, CLUSTER_MAX_NODES, count) && is_good;
    if (is_good) {
        node->cpu_milli = (uint32_t)cpu;
        node->memory_mib = (uint32_t)memory;
        node->n_gpu = (uint8_t)n_gpu;
        node->idle_watts = (uint32_t)idle;
    }
    return is_good;
}

static maru_status add_node(struct reading *r, const struct cluster_node *node, maru_error *err) {
    if (r->n_node == CLUSTER_MAX_NODES) {
        return fail(err, MARU_E_LIMIT,
                    "at most %d types of GPU, %d nodes and %d sites are possible",
                    CLUSTER_MAX_TYPES, CLUSTER_MAX_NODES, CLUSTER_MAX_SITES);
    }
    if (r->n_node == r->cap) {
        const uint32_t cap = r->cap * 2 + 256;
        struct cluster_node *const more = alloc_resize(r->node, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory for the nodes of a cluster");
        }
        r->node = more;
        r->cap = cap;
    }
    r->node[r->n_node++] = *node;
    return MARU_OK;
}

static maru_status add_nodes(struct reading *r, struct cluster_node *node, int64_t count,
                             maru_error *err) {
    const struct csv_field cell = pool_sheet_cell(&r->sheet, NAME);
    for (int64_t i = 0; i < count; i++) {
        char text[300];
        const int n_name = (int)(cell.n < 255 ? cell.n : 255);
        const int n = count > 1 ? snprintf(text, sizeof text, "%.*s-%lld", n_name, cell.bytes,
                                           (long long)i + 1)
                                : snprintf(text, sizeof text, "%.*s", n_name, cell.bytes);
        node->name = arena_text(&r->text, text, (size_t)n);
        const maru_status st = node->name ? add_node(r, node, err) : arena_refusal(&r->text, err);
        if (st != MARU_OK) {
            return st;
        }
    }
    return MARU_OK;
}

static maru_status read_node(struct reading *r, maru_error *err) {
    struct cluster_node node = {.type = CLUSTER_NO_TYPE};
    struct gpu_type none = {0};
    const struct csv_field type_cell = pool_sheet_cell(&r->sheet, TYPE);
    uint32_t type = 0;
    uint32_t site = 0;
    int64_t count = 1;
    const bool is_good = read_sizes(&r->sheet, &node, &count);
    if (is_good && (node.n_gpu == 0) != (type_cell.n == 0)) {
        pool_sheet_fault(&r->sheet, TYPE, "GPUs go with their type, and a type with GPUs");
        return MARU_OK;
    }
    if (count == 0) {
        return MARU_OK;
    }
    maru_status st = add_site(r, pool_sheet_cell(&r->sheet, SITE), &site, err);
    if (st == MARU_OK && node.n_gpu > 0) {
        st = add_type(r, type_cell, &type, err);
        node.type = (uint8_t)type;
    }
    st = st == MARU_OK ? add_island(r, site, pool_sheet_cell(&r->sheet, ISLAND), &node.island, err)
                       : st;
    if (st != MARU_OK ||
        !read_figures(&r->sheet, node.n_gpu ? &r->type[type] : &none, &r->site[site]) || !is_good) {
        return st;
    }
    node.site = (uint16_t)site;
    return add_nodes(r, &node, count, err);
}

// ---- the table

static maru_status read_nodes(struct reading *r, maru_error *err) {
    if (!pool_sheet_has(&r->sheet, GPUS) ||
        (!pool_sheet_has(&r->sheet, CPUS) && !pool_sheet_has(&r->sheet, CPU_MILLI))) {
        return fail_at(
            err, MARU_E_INPUT, "", 1, 0,
            "no table of nodes: it needs columns 'gpus', 'gpu_type' and 'cpus', or those "
            "of openb (gpu, model, cpu_milli)");
    }
    maru_status st = MARU_OK;
    while (st == MARU_OK && (st = pool_sheet_next(&r->sheet, err)) == MARU_OK) {
        st = read_node(r, err);
    }
    return st == MARU_MORE ? MARU_OK : st;
}

static maru_status freeze(struct reading *r, struct arena *arena, struct cluster *out,
                          maru_error *err) {
    for (uint32_t i = 0; i < r->types.n; i++) {
        r->type[i].name = r->types.name[i];
    }
    for (uint32_t i = 0; i < r->sites.n; i++) {
        r->site[i].name = r->sites.name[i];
    }
    const struct cluster_rows rows = {.type = r->type,
                                      .node = r->node,
                                      .site = r->site,
                                      .n_type = r->types.n,
                                      .n_node = r->n_node,
                                      .n_site = r->sites.n};
    return cluster_make(&rows, arena, out, err);
}

maru_status cluster_table_read(const char *bytes, size_t n, struct arena *arena,
                               struct cluster *out, struct sheet_faults *faults, maru_error *err) {
    struct reading *const r = alloc_new(1, sizeof *r);
    if (!r) {
        return fail(err, MARU_E_MEMORY, "no memory for the nodes of a cluster");
    }
    *faults = (struct sheet_faults){0};
    names_init(&r->types, 1 << 20);
    names_init(&r->islands, 64 << 20);
    names_init(&r->sites, 1 << 20);
    arena_init(&r->text, 256 << 20);
    maru_status st = pool_sheet_open(&r->sheet, bytes, n, heading, HEADINGS, faults, err);
    st = st == MARU_OK ? read_nodes(r, err) : st;
    st = st == MARU_OK ? pool_sheet_faults_status(faults, err) : st;
    st = st == MARU_OK ? freeze(r, arena, out, err) : st;
    pool_sheet_close(&r->sheet);
    names_fini(&r->types);
    names_fini(&r->islands);
    names_fini(&r->sites);
    arena_fini(&r->text);
    alloc_free(r->node);
    alloc_free(r);
    return st;
}
