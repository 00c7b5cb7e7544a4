#include "pool/placement/fragmentation.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// By the definition F = sum over m of w_m * (all free, if m does not fit; else what is free on GPUs with less than m wants).
// Turned round: F = W * all free - sum over the m that fit of w_m * what is free on GPUs with at least what m wants.
// A want of a share fits if one GPU has it, so each GPU with r free adds r * share[cpu][r], the weight of the kinds that
// want no more CPU and no more than r. A want of k whole GPUs fits if there are k, and then all whole ones are useful:
// 1000 * n_whole * whole[cpu][n_whole]. Both tables are cumulative, one a type, over the ranks of the values that occur.
//
//   layout  struct | cpu | share | whole
//   source  Weng et al., USENIX ATC 2023, section 4

struct fragmentation {
    size_t n_bytes;
    uint32_t n_cpu, n_share, n_type;
    int64_t all;                           // W
    uint16_t rank_of_share[GPU_WHOLE + 1]; // how many of the shares that occur are no larger
    uint32_t *cpu;                         // (n_cpu), rising
    int64_t *share;                        // (n_type, n_cpu + 1, n_share + 1)
    int64_t *whole;                        // (n_type, n_cpu + 1, CLUSTER_MAX_NODE_GPUS + 1)
};

enum { WHOLES = CLUSTER_MAX_NODE_GPUS + 1 };

static size_t lay_out(struct fragmentation *f, unsigned char *block) {
    const size_t cpu_at = (sizeof *f + 15) / 16 * 16;
    const size_t share_at = cpu_at + ((size_t)f->n_cpu * sizeof *f->cpu + 15) / 16 * 16;
    const size_t rows = (size_t)f->n_type * (f->n_cpu + 1);
    const size_t whole_at = share_at + rows * (f->n_share + 1) * sizeof *f->share;
    if (block) {
        f->cpu = (void *)(block + cpu_at);
        f->share = (void *)(block + share_at);
        f->whole = (void *)(block + whole_at);
    }
    return whole_at + rows * WHOLES * sizeof *f->whole;
}

static bool is_share(const struct want *want) {
    return want->n_gpu == 1 && want->gpu_milli < GPU_WHOLE;
}

// How many of n rising values are at most x.
static uint32_t rank_of(const uint32_t *value, uint32_t n, uint32_t x) {
    uint32_t low = 0;
    for (uint32_t high = n; low < high;) {
        const uint32_t middle = low + (high - low) / 2;
        if (value[middle] <= x) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// The different CPU values of kinds with GPUs, rising; returns how many.
static uint32_t list_cpu(const struct want_kind *kind, uint32_t n_kind, uint32_t *cpu) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_kind; i++) {
        const uint32_t at = rank_of(cpu, n, kind[i].want.cpu_milli);
        if (kind[i].want.n_gpu > 0 && (at == 0 || cpu[at - 1] != kind[i].want.cpu_milli)) {
            memmove(cpu + at + 1, cpu + at, (n - at) * sizeof *cpu);
            cpu[at] = kind[i].want.cpu_milli;
            n++;
        }
    }
    return n;
}

static void rank_shares(struct fragmentation *f, const struct want_kind *kind, uint32_t n_kind) {
    memset(f->rank_of_share, 0, sizeof f->rank_of_share);
    for (uint32_t i = 0; i < n_kind; i++) {
        if (is_share(&kind[i].want)) {
            f->rank_of_share[kind[i].want.gpu_milli] = 1;
        }
    }
    for (uint32_t r = 1; r <= GPU_WHOLE; r++) {
        f->rank_of_share[r] = (uint16_t)(f->rank_of_share[r] + f->rank_of_share[r - 1]);
    }
    f->n_share = f->rank_of_share[GPU_WHOLE];
}

int64_t fragmentation_weight(double share) { return llround(share * (double)FRAGMENTATION_ONE); }

// The rows of a table of `n` columns that a type and a rank of CPU have.
static int64_t *row_of(const struct fragmentation *f, int64_t *table, uint32_t n, uint32_t type,
                       uint32_t rank) {
    return table + ((size_t)type * (f->n_cpu + 1) + rank) * n;
}

// So that no sum of 16 GPUs leaves 64 bits.
enum { SCARCEST = 10000 };

// How many GPUs there are of all types for each that the want takes, at most SCARCEST; 1 where it takes any, or there is none.
static double scarcity(const struct cluster *cluster, const struct want *want) {
    uint64_t n = 0;
    for (uint32_t t = 0; t < cluster->n_type; t++) {
        n += !want->types || (want->types >> t & 1) ? cluster->n_gpu[t] : 0;
    }
    const double times = n > 0 ? (double)cluster->n_gpu_all / (double)n : 1;
    return times < SCARCEST ? times : SCARCEST;
}

// Add a kind whose useful GPUs count `times` as much.
static void add_kind(struct fragmentation *f, const struct want_kind *kind, double times) {
    const struct want *const want = &kind->want;
    const int64_t weight = fragmentation_weight(kind->share * times);
    f->all += fragmentation_weight(kind->share);
    if (want->n_gpu == 0 || want->n_gpu > CLUSTER_MAX_NODE_GPUS) {
        return;
    }
    const uint32_t cpu = rank_of(f->cpu, f->n_cpu, want->cpu_milli);
    for (uint32_t t = 0; t < f->n_type; t++) {
        if (want->types && !(want->types >> t & 1)) {
            continue;
        }
        if (is_share(want)) {
            row_of(f, f->share, f->n_share + 1, t, cpu)[f->rank_of_share[want->gpu_milli]] +=
                weight;
        } else {
            row_of(f, f->whole, WHOLES, t, cpu)[want->n_gpu] += weight;
        }
    }
}

// Make sums over all smaller ranks, along both sides.
static void add_up(const struct fragmentation *f, int64_t *table, uint32_t n) {
    for (uint32_t t = 0; t < f->n_type; t++) {
        for (uint32_t c = 0; c <= f->n_cpu; c++) {
            int64_t *const row = row_of(f, table, n, t, c);
            for (uint32_t i = 1; i < n; i++) {
                row[i] += row[i - 1];
            }
            for (uint32_t i = 0; c > 0 && i < n; i++) {
                row[i] += row_of(f, table, n, t, c - 1)[i];
            }
        }
    }
}

static maru_status check_kinds(const struct want_kind *kind, uint32_t n_kind, maru_error *err) {
    if (n_kind > PLACEMENT_MAX_KINDS) {
        return fail(err, MARU_E_LIMIT, "%u kinds of jobs; at most %d are told apart", n_kind,
                    PLACEMENT_MAX_KINDS);
    }
    for (uint32_t i = 0; i < n_kind; i++) {
        if (!(kind[i].share >= 0 && kind[i].share <= 1) || kind[i].want.gpu_milli > GPU_WHOLE) {
            return fail(err, MARU_E_RANGE,
                        "kind %u: shares of jobs and of a GPU are between 0 and 1", i + 1);
        }
    }
    return MARU_OK;
}

maru_status fragmentation_new(const struct cluster *cluster, const struct want_kind *kind,
                              uint32_t n_kind, bool by_supply, struct fragmentation **out,
                              maru_error *err) {
    uint32_t cpu[PLACEMENT_MAX_KINDS + 1];
    struct fragmentation plan = {.n_type = cluster->n_type};
    const maru_status st = check_kinds(kind, n_kind, err);
    if (st != MARU_OK) {
        return st;
    }
    plan.n_cpu = list_cpu(kind, n_kind, cpu);
    rank_shares(&plan, kind, n_kind);
    plan.n_bytes = lay_out(&plan, NULL);
    struct fragmentation *const f = alloc_new(1, plan.n_bytes);
    if (!f) {
        return fail(err, MARU_E_MEMORY, "no memory for %u kinds of jobs", n_kind);
    }
    *f = plan;
    lay_out(f, (unsigned char *)f);
    memcpy(f->cpu, cpu, f->n_cpu * sizeof *cpu);
    for (uint32_t i = 0; i < n_kind; i++) {
        add_kind(f, &kind[i], by_supply ? scarcity(cluster, &kind[i].want) : 1);
    }
    add_up(f, f->share, f->n_share + 1);
    add_up(f, f->whole, WHOLES);
    *out = f;
    return MARU_OK;
}

void fragmentation_free(struct fragmentation *fragmentation) { alloc_free(fragmentation); }

maru_status fragmentation_copy(const struct fragmentation *fragmentation,
                               struct fragmentation **out, maru_error *err) {
    struct fragmentation *const copy = alloc_new(1, fragmentation->n_bytes);
    if (!copy) {
        return fail(err, MARU_E_MEMORY, "no memory for a copy of the kinds of jobs");
    }
    memcpy(copy, fragmentation, fragmentation->n_bytes);
    lay_out(copy, (unsigned char *)copy);
    *out = copy;
    return MARU_OK;
}

int64_t fragmentation_of(const struct fragmentation *fragmentation, const struct node_free *free) {
    const struct fragmentation *const f = fragmentation;
    if (free->n_gpu == 0) {
        return 0;
    }
    const uint32_t cpu = rank_of(f->cpu, f->n_cpu, free->cpu_milli);
    const int64_t *const share = row_of(f, f->share, f->n_share + 1, free->type, cpu);
    const int64_t *const whole = row_of(f, f->whole, WHOLES, free->type, cpu);
    int64_t sum = -INT64_C(1000) * free->n_whole * whole[free->n_whole];
    for (uint32_t g = 0; g < free->n_gpu; g++) {
        const int64_t r = free->gpu_milli[g];
        sum += r * (f->all - share[f->rank_of_share[r]]);
    }
    return sum;
}
