#include "pool/placement/scoring.h"

// Costs are integers, so that what is the same in theory is the same here, and the lowest number of a node decides.
//
//   FGD         F after - F before (placement/fragmentation.h)
//   fgd-supply  the same with F by supply
//   best fit    what is left of CPU and GPUs, each as a part of the largest node's, half and half
//   dot         free * wanted, added up over CPU and GPUs, each as a part of the largest node's; a share is compared with its
//               one GPU
//   packing     a GPU that is shared already, least free first; then free GPUs of a node in use; then the node with the fewest
//   clustering  a node whose parts all are of the same size, one with some, an idle one, one with others; in each the one
//               with the least free
//
//   source  Weng et al., USENIX ATC 2023, section 6.1, and their simulator, whose scores are rounded to 0..100 and tied at
//           random, where these are exact

void node_free_take(struct node_free *free, const struct want *want, uint16_t gpus) {
    free->cpu_milli -= want->cpu_milli;
    free->memory_mib -= want->memory_mib;
    for (uint32_t left = gpus; left; left &= left - 1) {
        uint16_t *const milli = &free->gpu_milli[__builtin_ctz(left)];
        free->n_whole = (uint8_t)(free->n_whole - (*milli == GPU_WHOLE && want->gpu_milli > 0));
        *milli = (uint16_t)(*milli - want->gpu_milli);
    }
}

uint16_t gpus_with(const struct node_free *free, const struct want *want, uint16_t gpu_milli) {
    uint32_t gpus = 0;
    uint32_t n = 0;
    for (uint32_t g = 0; n < want->n_gpu && g < free->n_gpu; g++) {
        if (want->n_gpu == 1 ? free->gpu_milli[g] == gpu_milli
                             : free->gpu_milli[g] >= want->gpu_milli) {
            gpus |= 1U << g;
            n++;
        }
    }
    return (uint16_t)gpus;
}

static uint32_t all_free(const struct node_free *free) {
    uint32_t sum = 0;
    for (uint32_t g = 0; g < free->n_gpu; g++) {
        sum += free->gpu_milli[g];
    }
    return sum;
}

// The least that is free on a GPU that has enough, which is a whole one where no other does.
static uint16_t tightest(const struct node_free *free, const struct want *want) {
    uint16_t best = GPU_WHOLE;
    for (uint32_t g = 0; want->n_gpu == 1 && g < free->n_gpu; g++) {
        const uint16_t milli = free->gpu_milli[g];
        best = milli >= want->gpu_milli && milli < best ? milli : best;
    }
    return best;
}

static uint32_t wanted_milli(const struct want *want) {
    return (uint32_t)want->n_gpu * want->gpu_milli;
}

static int64_t fragments_after(const struct scoring *scoring, const struct node_free *free,
                               const struct want *want, uint16_t gpu_milli) {
    struct node_free after = *free;
    node_free_take(&after, want, gpus_with(free, want, gpu_milli));
    return fragmentation_of(scoring->fragmentation, &after);
}

// Every GPU that has enough is tried, those that are alike once; among equals the one with the least free.
static struct score steepest(const struct scoring *scoring, const struct node_free *free,
                             const struct want *want) {
    const int64_t before = fragmentation_of(scoring->fragmentation, free);
    const uint16_t first = tightest(free, want);
    struct score best = {fragments_after(scoring, free, want, first), first};
    uint16_t last = first;
    for (uint32_t g = 0; want->n_gpu == 1 && want->gpu_milli < GPU_WHOLE && g < free->n_gpu; g++) {
        const uint16_t milli = free->gpu_milli[g];
        if (milli < want->gpu_milli || milli == last || milli == first) {
            continue;
        }
        const int64_t cost = fragments_after(scoring, free, want, milli);
        if (cost < best.cost || (cost == best.cost && milli < best.gpu_milli)) {
            best = (struct score){cost, milli};
        }
        last = milli;
    }
    best.cost -= before;
    return best;
}

static int64_t left_over(const struct scoring *scoring, const struct node_free *free,
                         const struct want *want) {
    const int64_t cpu = (int64_t)free->cpu_milli - want->cpu_milli;
    const int64_t gpu = (int64_t)all_free(free) - wanted_milli(want);
    return cpu * scoring->max_gpu_milli + gpu * scoring->max_cpu_milli;
}

// Parts of the largest node are counted in 2^-20, so that no product is too large.
static int64_t alike(const struct scoring *scoring, const struct node_free *free,
                     const struct want *want, uint16_t gpu_milli) {
    const int64_t one = INT64_C(1) << 20;
    const bool is_one = want->n_gpu == 1 && want->gpu_milli < GPU_WHOLE;
    const int64_t cpu_free = one * free->cpu_milli / scoring->max_cpu_milli;
    const int64_t cpu_want = one * want->cpu_milli / scoring->max_cpu_milli;
    const int64_t gpu_free = one * (is_one ? gpu_milli : all_free(free)) / scoring->max_gpu_milli;
    const int64_t gpu_want = one * wanted_milli(want) / scoring->max_gpu_milli;
    return cpu_free * cpu_want + gpu_free * gpu_want;
}

static int64_t packing(const struct node_free *free, const struct want *want, uint16_t gpu_milli) {
    if (want->n_gpu == 0) {
        return 0;
    }
    if (want->n_gpu == 1 && gpu_milli < GPU_WHOLE) {
        return gpu_milli;
    }
    return free->n_whole < free->n_gpu ? 2 * GPU_WHOLE : 3 * GPU_WHOLE + free->n_whole;
}

static int64_t clustering(const struct node_free *free, const struct want *want) {
    const uint8_t size = part_size(want->n_gpu, want->gpu_milli);
    const int64_t step = CLUSTER_MAX_NODE_GPUS * GPU_WHOLE + 1;
    if (size == 0) {
        return 0;
    }
    const int64_t kind = free->sizes == size  ? 0
                         : free->sizes & size ? 1
                         : free->sizes == 0   ? 2
                                              : 3;
    return kind * step + all_free(free);
}

struct score score_of(const struct scoring *scoring, const struct node_free *free,
                      const struct want *want) {
    const uint16_t tight = tightest(free, want);
    switch (scoring->rule) {
    case PLACEMENT_FGD:
    case PLACEMENT_FGD_SUPPLY:
        return steepest(scoring, free, want);
    case PLACEMENT_BEST_FIT:
        return (struct score){left_over(scoring, free, want), tight};
    case PLACEMENT_DOT:
        return (struct score){alike(scoring, free, want, tight), tight};
    case PLACEMENT_PACKING:
        return (struct score){packing(free, want, tight), tight};
    case PLACEMENT_CLUSTERING:
        return (struct score){clustering(free, want), tight};
    case PLACEMENT_FIRST_FIT:
    case PLACEMENT_RANDOM:
        break;
    }
    return (struct score){0, tight};
}
