#include "pool/placement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "pool/placement/gang.h"
#include "pool/placement/scoring.h"
#include "pool/trial_cluster.h"

enum { NODES = 60, KINDS = 40, STEPS = 1500, PARTS = 3000 };

struct trial {
    struct arena arena;
    struct cluster cluster;
    struct space *space;
    struct want_kind kind[KINDS];
    struct pool_part part[PARTS];
    uint32_t n_part;
    struct trial_luck luck;
};

static struct trial *new_trial(uint64_t seed, uint32_t n_node) {
    struct trial *const trial = calloc(1, sizeof *trial);
    assert_non_null(trial);
    trial->luck.seed = seed;
    arena_init(&trial->arena, 1 << 24);
    assert_int_equal(trial_cluster(&trial->luck, n_node, &trial->arena, &trial->cluster), MARU_OK);
    assert_int_equal(space_new(&trial->cluster, &trial->space, NULL), MARU_OK);
    double sum = 0;
    for (uint32_t i = 0; i < KINDS; i++) {
        trial->kind[i].want = trial_want(&trial->luck);
        trial->kind[i].share = 1 + trial_below(&trial->luck, 9);
        sum += trial->kind[i].share;
    }
    for (uint32_t i = 0; i < KINDS; i++) {
        trial->kind[i].share /= sum;
    }
    return trial;
}

static void free_trial(struct trial *trial) {
    space_free(trial->space);
    arena_fini(&trial->arena);
    free(trial);
}

// F by the words of the paper: kind by kind, GPU by GPU.
static int64_t slow_fragmentation(const struct trial *trial, const struct node_free *free) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < KINDS; i++) {
        const struct want *const want = &trial->kind[i].want;
        struct want without_memory = *want;
        without_memory.memory_mib = 0;
        const bool fits = want->n_gpu > 0 && node_free_fits(free, &without_memory);
        int64_t lost = 0;
        for (uint32_t g = 0; g < free->n_gpu; g++) {
            lost += !fits || free->gpu_milli[g] < want->gpu_milli ? free->gpu_milli[g] : 0;
        }
        sum += lost * fragmentation_weight(trial->kind[i].share);
    }
    return sum;
}

// The cost of FGD by trying each GPU.
static int64_t slow_cost(const struct trial *trial, const struct node_free *free,
                         const struct want *want) {
    int64_t best = INT64_MAX;
    if (want->n_gpu == 1 && want->gpu_milli < GPU_WHOLE) {
        for (uint32_t g = 0; g < free->n_gpu; g++) {
            if (free->gpu_milli[g] >= want->gpu_milli) {
                struct node_free after = *free;
                node_free_take(&after, want, (uint16_t)(1U << g));
                const int64_t cost = slow_fragmentation(trial, &after);
                best = cost < best ? cost : best;
            }
        }
    } else {
        struct node_free after = *free;
        node_free_take(&after, want, gpus_with(free, want, GPU_WHOLE));
        best = slow_fragmentation(trial, &after);
    }
    return best - slow_fragmentation(trial, free);
}

static void check_part(const struct trial *trial, const struct want *want,
                       const struct pool_part *part) {
    const struct node_free *const free = space_row(trial->space, part->node);
    assert_int_equal(__builtin_popcount(part->gpus), want->n_gpu);
    assert_true(space_fits(trial->space, part->node, want));
    assert_int_equal(part->cpu_milli, want->cpu_milli);
    assert_int_equal(part->memory_mib, want->memory_mib);
    for (uint32_t g = 0; g < 16; g++) {
        assert_true(!(part->gpus >> g & 1) ||
                    (g < free->n_gpu && free->gpu_milli[g] >= want->gpu_milli &&
                     part->gpu_milli == want->gpu_milli));
    }
}

static bool fits_somewhere(const struct trial *trial, const struct want *want) {
    for (uint32_t i = 0; i < trial->cluster.n_node; i++) {
        if (space_fits(trial->space, i, want)) {
            return true;
        }
    }
    return false;
}

// FGD takes the lowest node among those of the least cost, by the slow definition.
static void check_steepest(const struct trial *trial, const struct want *want,
                           const struct pool_part *part) {
    const struct node_free *const found = space_row(trial->space, part->node);
    struct node_free after = *found;
    node_free_take(&after, want, part->gpus);
    const int64_t cost = slow_fragmentation(trial, &after) - slow_fragmentation(trial, found);
    for (uint32_t i = 0; i < trial->cluster.n_node; i++) {
        if (space_fits(trial->space, i, want)) {
            const int64_t other = slow_cost(trial, space_row(trial->space, i), want);
            assert_true(i < part->node ? other > cost : other >= cost);
        }
    }
}

static void give_some(struct trial *trial) {
    while (trial->n_part > 0 && trial_below(&trial->luck, 3) == 0) {
        const uint32_t i = trial_below(&trial->luck, trial->n_part);
        space_give(trial->space, &trial->part[i]);
        trial->part[i] = trial->part[--trial->n_part];
    }
}

// Every rule: what is found fits, nothing is found only where nothing fits, and FGD's choice is the paper's.
static void test_what_is_found_fits(void **state) {
    (void)state;
    for (uint32_t rule = 0; rule < PLACEMENT_RULES; rule++) {
        struct trial *const trial = new_trial(20 + rule, NODES);
        struct placement *placement = NULL;
        uint32_t n_found = 0;
        uint32_t n_refused = 0;
        assert_int_equal(placement_new(&trial->cluster, (enum placement_rule)rule, trial->kind,
                                       KINDS, 5, &placement, NULL),
                         MARU_OK);
        for (int i = 0; i < STEPS; i++) {
            const struct placement_ask ask = {.want = trial_want(&trial->luck), .n_part = 1};
            struct pool_part part = {.node = 77777};
            if (!placement_find(placement, trial->space, &ask, &part)) {
                assert_false(fits_somewhere(trial, &ask.want));
                assert_int_equal(part.node, 77777);
                n_refused++;
                give_some(trial);
                continue;
            }
            check_part(trial, &ask.want, &part);
            if (rule == PLACEMENT_FGD) {
                check_steepest(trial, &ask.want, &part);
            }
            space_take(trial->space, &part);
            trial->part[trial->n_part++] = part;
            n_found++;
        }
        assert_true(n_found > 200 && n_refused > 50);
        placement_free(placement);
        free_trial(trial);
    }
}

// Fragmentation is the definition's, to the last unit, on random states.
static void test_fragmentation_is_exact(void **state) {
    (void)state;
    struct trial *const trial = new_trial(9, NODES);
    struct fragmentation *fragmentation = NULL;
    struct fragmentation *copy = NULL;
    assert_int_equal(
        fragmentation_new(&trial->cluster, trial->kind, KINDS, false, &fragmentation, NULL),
        MARU_OK);
    assert_int_equal(fragmentation_copy(fragmentation, &copy, NULL), MARU_OK);
    int n_between = 0;
    for (int i = 0; i < 20000; i++) {
        struct node_free free =
            *space_row(trial->space, trial_below(&trial->luck, trial->cluster.n_node));
        free.n_whole = 0;
        free.cpu_milli -= 1000 * trial_below(&trial->luck, 9);
        for (uint32_t g = 0; g < free.n_gpu; g++) {
            const bool is_whole = trial_below(&trial->luck, 2) == 0;
            free.gpu_milli[g] = (uint16_t)(is_whole ? GPU_WHOLE : trial_below(&trial->luck, 1000));
            free.n_whole = (uint8_t)(free.n_whole + is_whole);
        }
        const int64_t want = slow_fragmentation(trial, &free);
        assert_int_equal(fragmentation_of(fragmentation, &free), want);
        assert_int_equal(fragmentation_of(copy, &free), want);
        n_between += want > 0;
    }
    assert_true(n_between > 1000);
    fragmentation_free(fragmentation);
    fragmentation_free(copy);
    free_trial(trial);
}

// The paper's own kind of case: two kinds, one node, by hand.
static void test_fragmentation_by_hand(void **state) {
    (void)state;
    const struct gpu_type type = {.name = "a"};
    const struct cluster_node node = {.cpu_milli = 10000, .type = 0, .n_gpu = 2};
    const struct cluster_rows rows = {.type = &type, .node = &node, .n_type = 1, .n_node = 1};
    struct arena arena;
    struct cluster cluster;
    struct fragmentation *f = NULL;
    arena_init(&arena, 1 << 20);
    assert_int_equal(cluster_make(&rows, &arena, &cluster, NULL), MARU_OK);
    const struct want_kind kind[2] = {
        {{.cpu_milli = 4000, .n_gpu = 1, .gpu_milli = 500}, 0.5},
        {{.cpu_milli = 8000, .n_gpu = 2, .gpu_milli = 1000}, 0.5},
    };
    assert_int_equal(fragmentation_new(&cluster, kind, 2, false, &f, NULL), MARU_OK);
    static const struct {
        struct node_free free;
        double gpus;
    } cases[] = {
        {{.cpu_milli = 10000, .gpu_milli = {1000, 1000}, .n_whole = 2}, 0},
        {{.cpu_milli = 6000, .gpu_milli = {1000, 1000}, .n_whole = 2}, 0.5 * 2},
        {{.cpu_milli = 3000, .gpu_milli = {1000, 1000}, .n_whole = 2}, 2},
        {{.cpu_milli = 9000, .gpu_milli = {400, 1000}, .n_whole = 1}, 0.5 * 0.4 + 0.5 * 1.4},
        {{.cpu_milli = 9000, .gpu_milli = {0, 499}, .n_whole = 0}, 0.499},
        {{.cpu_milli = 9000, .gpu_milli = {0, 500}, .n_whole = 0}, 0.25},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct node_free free = cases[i].free;
        free.n_gpu = 2;
        const double got = (double)fragmentation_of(f, &free) / (1000.0 * FRAGMENTATION_ONE);
        if (fabs(got - cases[i].gpus) > 1e-9) {
            fail_msg("case %zu: %g, want %g", i, got, cases[i].gpus);
        }
    }
    fragmentation_free(f);
    arena_fini(&arena);
}

// ---- gangs

static uint32_t islands_of(const struct trial *trial, const struct pool_part *part, uint32_t n) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool is_new = true;
        for (uint32_t k = 0; k < i && is_new; k++) {
            is_new = trial->cluster.node[part[k].node].island !=
                     trial->cluster.node[part[i].node].island;
        }
        count += is_new;
    }
    return count;
}

// The fewest islands that hold n parts: the largest first. `room` is changed.
static uint32_t fewest_islands(uint32_t *room, uint32_t n_island, uint32_t n) {
    for (uint32_t count = 1;; count++) {
        uint32_t best = 0;
        for (uint32_t i = 1; i < n_island; i++) {
            best = room[i] > room[best] ? i : best;
        }
        if (room[best] == 0) {
            return 0;
        }
        if (room[best] >= n) {
            return count;
        }
        n -= room[best];
        room[best] = 0;
    }
}

static bool is_even(const void *context, uint32_t node) {
    (void)context;
    return node % 2 == 0;
}

// Gangs stand all at once, in the fewest islands there are for them; refused only where there is too little room.
static void test_gangs_in_few_islands(void **state) {
    (void)state;
    for (uint32_t rule = 0; rule < PLACEMENT_RULES; rule++) {
        struct trial *const trial = new_trial(40 + rule, NODES);
        struct placement *placement = NULL;
        uint32_t n_several = 0;
        uint32_t n_refused = 0;
        assert_int_equal(placement_new(&trial->cluster, (enum placement_rule)rule, trial->kind,
                                       KINDS, 5, &placement, NULL),
                         MARU_OK);
        for (int i = 0; i < 1200; i++) {
            struct pool_part part[40];
            uint32_t room[NODES] = {0};
            uint32_t sum = 0;
            const struct placement_ask ask = {.want = trial_want(&trial->luck),
                                              .n_part = 2 + trial_below(&trial->luck, 39),
                                              .allows = i % 3 == 0 ? is_even : NULL};
            for (uint32_t k = 0; k < NODES; k++) {
                const uint32_t n = ask.allows && k % 2 ? 0
                                                       : parts_that_fit(space_row(trial->space, k),
                                                                        &ask.want, ask.n_part);
                room[trial->cluster.node[k].island] += n;
                sum += n;
            }
            const bool is_found = placement_find(placement, trial->space, &ask, part);
            assert_int_equal(is_found, sum >= ask.n_part);
            for (uint32_t k = 0; is_found && k < ask.n_part; k++) {
                assert_true(k == 0 || part[k].node >= part[k - 1].node);
                assert_true(!ask.allows || part[k].node % 2 == 0);
                check_part(trial, &ask.want, &part[k]);
                space_take(trial->space, &part[k]); // asserts that it is free
            }
            if (!is_found) {
                n_refused++;
                give_some(trial);
                continue;
            }
            const uint32_t n = islands_of(trial, part, ask.n_part);
            assert_int_equal(n, fewest_islands(room, trial->cluster.n_island, ask.n_part));
            n_several += n > 1;
            for (uint32_t k = 0; k < ask.n_part; k++) {
                if (trial->n_part < PARTS && i % 2) {
                    trial->part[trial->n_part++] = part[k];
                } else {
                    space_give(trial->space, &part[k]);
                }
            }
        }
        assert_true(n_several > 20 && n_refused > 20);
        placement_free(placement);
        free_trial(trial);
    }
}

// parts_that_fit is what placing one after the other gives.
static void test_room_by_trying(void **state) {
    (void)state;
    struct trial *const trial = new_trial(11, NODES);
    for (int i = 0; i < 5000; i++) {
        const struct want want = trial_want(&trial->luck);
        struct node_free free =
            *space_row(trial->space, trial_below(&trial->luck, trial->cluster.n_node));
        if (free.n_gpu > 0 && trial_below(&trial->luck, 2)) {
            free.gpu_milli[0] = (uint16_t)trial_below(&trial->luck, 1000);
            free.n_whole--;
        }
        const uint32_t n = parts_that_fit(&free, &want, 50);
        uint32_t tried = 0;
        while (tried < 50 && node_free_fits(&free, &want)) {
            uint16_t milli = 0;
            for (uint32_t g = 0; g < free.n_gpu; g++) {
                milli = free.gpu_milli[g] >= want.gpu_milli ? free.gpu_milli[g] : milli;
            }
            node_free_take(&free, &want, gpus_with(&free, &want, milli));
            tried++;
        }
        assert_int_equal(n, tried);
    }
    free_trial(trial);
}

// ---- rules by hand

static struct pool_part find_on(enum placement_rule rule, const struct pool_part *taken,
                                uint32_t n_taken, const struct want *want) {
    static const struct gpu_type type = {.name = "a"};
    static const struct cluster_node node[3] = {
        {.cpu_milli = 96000, .memory_mib = 1000, .type = 0, .n_gpu = 8},
        {.cpu_milli = 32000, .memory_mib = 1000, .type = 0, .n_gpu = 4},
        {.cpu_milli = 64000, .memory_mib = 1000, .type = 0, .n_gpu = 4},
    };
    const struct cluster_rows rows = {.type = &type, .node = node, .n_type = 1, .n_node = 3};
    struct arena arena;
    struct cluster cluster;
    struct space *space = NULL;
    struct placement *placement = NULL;
    struct pool_part part = {0};
    arena_init(&arena, 1 << 20);
    assert_int_equal(cluster_make(&rows, &arena, &cluster, NULL), MARU_OK);
    assert_int_equal(space_new(&cluster, &space, NULL), MARU_OK);
    assert_int_equal(placement_new(&cluster, rule, NULL, 0, 1, &placement, NULL), MARU_OK);
    for (uint32_t i = 0; i < n_taken; i++) {
        space_take(space, &taken[i]);
    }
    const struct placement_ask ask = {.want = *want, .n_part = 1};
    assert_true(placement_find(placement, space, &ask, &part));
    placement_free(placement);
    space_free(space);
    arena_fini(&arena);
    return part;
}

static void test_rules_by_hand(void **state) {
    (void)state;
    const struct want half = {.cpu_milli = 1000, .n_gpu = 1, .gpu_milli = 500};
    const struct want two = {.cpu_milli = 1000, .n_gpu = 2, .gpu_milli = 1000};
    // Half of GPU 1 of node 2; a fifth of GPU 3 and all of GPU 0 of node 0.
    const struct pool_part taken[3] = {{.node = 2, .gpus = 2, .gpu_milli = 500},
                                       {.node = 0, .gpus = 8, .gpu_milli = 200},
                                       {.node = 0, .gpus = 1, .gpu_milli = 1000}};
    static const struct {
        enum placement_rule rule;
        uint32_t half_node, half_gpus, two_node, two_gpus;
    } cases[] = {
        {PLACEMENT_FIRST_FIT, 0, 2, 0, 6},  // the lowest numbers
        {PLACEMENT_BEST_FIT, 1, 1, 1, 3},   // node 1: 31 CPUs and 3.5 or 2 GPUs are left
        {PLACEMENT_PACKING, 2, 2, 0, 6},    // the half GPU; free GPUs of a node in use
        {PLACEMENT_CLUSTERING, 2, 2, 1, 3}, // beside a share only; an idle node
        {PLACEMENT_DOT, 2, 2, 2, 5},        // the least alike: the half GPU; 3.5 GPUs
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct pool_part a = find_on(cases[i].rule, taken, 3, &half);
        const struct pool_part b = find_on(cases[i].rule, taken, 3, &two);
        if (a.node != cases[i].half_node || a.gpus != cases[i].half_gpus ||
            b.node != cases[i].two_node || b.gpus != cases[i].two_gpus) {
            fail_msg("%s: half on %u (%x), two on %u (%x)", placement_rule_names[cases[i].rule],
                     a.node, a.gpus, b.node, b.gpus);
        }
    }
}

// Nine nodes of type a and one of type b. Of the tasks three in ten take only a and one in ten only b, so b is asked for three times as
// much as there is of it: FGD puts a task that may go anywhere on b, because fewer could use it; by supply it goes to a. Where
// no task is choosy both rules are one.
static void test_supply(void **state) {
    (void)state;
    const struct gpu_type type[2] = {{.name = "a"}, {.name = "b"}};
    struct cluster_node node[10];
    for (uint32_t i = 0; i < 10; i++) {
        node[i] = (struct cluster_node){.cpu_milli = 8000, .type = i == 9, .n_gpu = 1};
    }
    const struct cluster_rows rows = {.type = type, .node = node, .n_type = 2, .n_node = 10};
    const struct want any = {.n_gpu = 1, .gpu_milli = GPU_WHOLE};
    const struct want_kind kind[3] = {{any, 0.6},
                                      {{.types = 1, .n_gpu = 1, .gpu_milli = GPU_WHOLE}, 0.3},
                                      {{.types = 2, .n_gpu = 1, .gpu_milli = GPU_WHOLE}, 0.1}};
    static const struct {
        enum placement_rule rule;
        uint32_t n_kind, node;
    } cases[] = {{PLACEMENT_FGD, 3, 9},
                 {PLACEMENT_FGD_SUPPLY, 3, 0},
                 {PLACEMENT_FGD, 1, 0},
                 {PLACEMENT_FGD_SUPPLY, 1, 0}};
    struct arena arena;
    struct cluster cluster;
    struct space *space = NULL;
    arena_init(&arena, 1 << 20);
    assert_int_equal(cluster_make(&rows, &arena, &cluster, NULL), MARU_OK);
    assert_int_equal(space_new(&cluster, &space, NULL), MARU_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct placement_ask ask = {.want = any, .n_part = 1};
        struct placement *placement = NULL;
        struct pool_part part;
        assert_int_equal(
            placement_new(&cluster, cases[i].rule, kind, cases[i].n_kind, 1, &placement, NULL),
            MARU_OK);
        assert_true(placement_find(placement, space, &ask, &part));
        if (part.node != cases[i].node) {
            fail_msg("case %zu: node %u, want %u", i, part.node, cases[i].node);
        }
        placement_free(placement);
    }
    space_free(space);
    arena_fini(&arena);
}

// Random: every node and GPU that fits is as likely, by a chi-square of 16 GPUs.
static void test_random_is_even(void **state) {
    (void)state;
    struct trial *const trial = new_trial(1, 1);
    const struct gpu_type type = {.name = "a"};
    const struct cluster_node node[4] = {{.type = 0, .n_gpu = 4},
                                         {.type = 0, .n_gpu = 4},
                                         {.type = 0, .n_gpu = 4},
                                         {.type = 0, .n_gpu = 4}};
    const struct cluster_rows rows = {.type = &type, .node = node, .n_type = 1, .n_node = 4};
    struct cluster cluster;
    struct space *space = NULL;
    struct placement *placement = NULL;
    enum { DRAWS = 16000 };
    double n[16] = {0};
    assert_int_equal(cluster_make(&rows, &trial->arena, &cluster, NULL), MARU_OK);
    assert_int_equal(space_new(&cluster, &space, NULL), MARU_OK);
    assert_int_equal(placement_new(&cluster, PLACEMENT_RANDOM, NULL, 0, 8, &placement, NULL),
                     MARU_OK);
    for (int i = 0; i < DRAWS; i++) {
        const struct placement_ask ask = {.want = {.n_gpu = 1, .gpu_milli = 100}, .n_part = 1};
        struct pool_part part;
        assert_true(placement_find(placement, space, &ask, &part));
        n[part.node * 4 + (uint32_t)__builtin_ctz(part.gpus)]++;
    }
    double chi = 0;
    for (int i = 0; i < 16; i++) {
        chi += (n[i] - DRAWS / 16.0) * (n[i] - DRAWS / 16.0) / (DRAWS / 16.0);
    }
    assert_true(chi < 37.7); // 15 degrees of freedom, 1 in 1000
    placement_free(placement);
    space_free(space);
    free_trial(trial);
}

// Ties at random: every node is taken, and as often as the others, over classes of different sizes that cost the same.
static void test_ties_at_random(void **state) {
    (void)state;
    struct trial *const trial = new_trial(2, 1);
    const struct gpu_type type = {.name = "a"};
    const struct cluster_node node[4] = {{.cpu_milli = 1, .type = 0, .n_gpu = 2},
                                         {.cpu_milli = 1, .type = 0, .n_gpu = 2},
                                         {.cpu_milli = 1, .type = 0, .n_gpu = 2},
                                         {.cpu_milli = 2, .type = 0, .n_gpu = 2}};
    const struct cluster_rows rows = {.type = &type, .node = node, .n_type = 1, .n_node = 4};
    struct cluster cluster;
    struct space *space = NULL;
    struct placement *placement = NULL;
    double n[4] = {0};
    assert_int_equal(cluster_make(&rows, &trial->arena, &cluster, NULL), MARU_OK);
    assert_int_equal(space_new(&cluster, &space, NULL), MARU_OK);
    assert_int_equal(placement_new(&cluster, PLACEMENT_PACKING, NULL, 0, 8, &placement, NULL),
                     MARU_OK);
    placement_set_ties(placement, PLACEMENT_TIES_RANDOM);
    for (int i = 0; i < 8000; i++) {
        const struct placement_ask ask = {.want = {.n_gpu = 1, .gpu_milli = 1000}, .n_part = 1};
        struct pool_part part;
        assert_true(placement_find(placement, space, &ask, &part));
        n[part.node]++;
    }
    double chi = 0;
    for (int i = 0; i < 4; i++) {
        chi += (n[i] - 2000) * (n[i] - 2000) / 2000;
    }
    assert_true(chi < 16.3); // 3 degrees of freedom, 1 in 1000
    placement_free(placement);
    space_free(space);
    free_trial(trial);
}

// ---- copies, refusals

// A copy goes on as the original would, and what is remembered changes no answer.
static void test_copies_find_the_same(void **state) {
    (void)state;
    for (uint32_t rule = 0; rule < PLACEMENT_RULES; rule++) {
        struct trial *const trial = new_trial(60 + rule, NODES);
        struct placement *one = NULL;
        struct placement *two = NULL;
        assert_int_equal(placement_new(&trial->cluster, (enum placement_rule)rule, trial->kind,
                                       KINDS, 5, &one, NULL),
                         MARU_OK);
        for (int i = 0; i < 300; i++) {
            const struct placement_ask ask = {.want = trial_want(&trial->luck), .n_part = 1};
            struct pool_part a = {0};
            struct pool_part b = {0};
            if (i % 10 == 0) {
                placement_free(two);
                assert_int_equal(placement_copy(one, &two, NULL), MARU_OK);
            }
            const bool is_found = placement_find(one, trial->space, &ask, &a);
            assert_int_equal(placement_find(two, trial->space, &ask, &b), is_found);
            assert_memory_equal(&a, &b, sizeof a);
            if (is_found) {
                space_take(trial->space, &a);
            }
        }
        placement_free(one);
        placement_free(two);
        free_trial(trial);
    }
}

// Nodes whose marks are passed over are as good as forbidden: the place is the same whether a rule is told of them as marks, or
// looks at a space without marks and asks node by node. Taking the marks off again leaves what there was.
static bool is_unmarked(const void *context, uint32_t node) {
    const struct space *const space = context;
    return !(space_mark(space, node) & MARK_HOME);
}

static void test_marks_forbid(void **state) {
    (void)state;
    struct trial *const trial = new_trial(12, 200);
    struct space *plain = NULL;
    assert_int_equal(space_copy(trial->space, &plain, NULL), MARU_OK);
    uint32_t n_found = 0, n_refused = 0;
    for (int rule = 0; rule < PLACEMENT_RANDOM; rule++) {
        struct placement *marked = NULL, *asked = NULL;
        assert_int_equal(placement_new(&trial->cluster, (enum placement_rule)rule, trial->kind,
                                       KINDS, 1, &marked, NULL),
                         MARU_OK);
        assert_int_equal(placement_copy(marked, &asked, NULL), MARU_OK);
        for (uint32_t i = 0; i < 400; i++) {
            const uint32_t node = trial_below(&trial->luck, 200);
            space_set_mark(trial->space, node, (uint8_t)trial_below(&trial->luck, MARKS));
            struct pool_part part[8] = {{0}}, other[8] = {{0}};
            struct placement_ask ask = {.want = trial_want(&trial->luck), .skips = MARK_HOME};
            ask.n_part = i % 3 ? 1 : 1 + trial_below(&trial->luck, 8);
            const bool is_found = placement_find(marked, trial->space, &ask, part);
            ask.skips = 0;
            ask.allows = is_unmarked;
            ask.context = trial->space;
            assert_int_equal(placement_find(asked, plain, &ask, other), is_found);
            assert_memory_equal(part, other, sizeof part);
            for (uint32_t k = 0; is_found && k < ask.n_part; k++) {
                space_take(trial->space, &part[k]);
                space_take(plain, &part[k]);
            }
            n_found += is_found;
            n_refused += !is_found;
        }
        placement_free(marked);
        placement_free(asked);
    }
    static const struct want any = {0};
    for (uint32_t i = 0; i < 200; i++) {
        space_set_mark(trial->space, i, 0);
        assert_int_equal(space_class_key(trial->space, space_class_of(trial->space, i)),
                         space_class_key(plain, space_class_of(plain, i)));
    }
    uint32_t n = 0, n_plain = 0;
    for (uint32_t c = 0; (c = space_next_class(trial->space, &any, c)) != UINT32_MAX; c++) {
        n++;
    }
    for (uint32_t c = 0; (c = space_next_class(plain, &any, c)) != UINT32_MAX; c++) {
        n_plain++;
    }
    assert_int_equal(n, n_plain);
    assert_true(n_found > 300 && n_refused > 300);
    space_free(plain);
    free_trial(trial);
}

static void test_refusals(void **state) {
    (void)state;
    struct trial *const trial = new_trial(70, 8);
    static struct want_kind many[PLACEMENT_MAX_KINDS + 1];
    struct placement *placement = NULL;
    assert_int_equal(placement_new(&trial->cluster, PLACEMENT_FGD, many, PLACEMENT_MAX_KINDS + 1, 0,
                                   &placement, NULL),
                     MARU_E_LIMIT);
    static const double bad[] = {NAN, -0.1, 1.5, INFINITY};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        many[0].share = bad[i];
        assert_int_equal(
            placement_new(&trial->cluster, PLACEMENT_FGD, many, 1, 0, &placement, NULL),
            MARU_E_RANGE);
    }
    maru_status st = MARU_E_MEMORY;
    for (uint64_t k = 0; st == MARU_E_MEMORY; k++) { // the k-th allocation fails, then all do
        alloc_fail_after(k);
        st = placement_new(&trial->cluster, PLACEMENT_FGD, trial->kind, KINDS, 0, &placement, NULL);
        alloc_fail_after(UINT64_MAX);
        assert_true(st == MARU_OK || (st == MARU_E_MEMORY && !placement));
    }
    const struct placement_ask ask = {.want = {.n_gpu = 1, .gpu_milli = 1000}, .n_part = 1};
    struct pool_part a;
    struct pool_part b;
    alloc_fail_after(0); // without memory it is slower, not wrong
    assert_true(placement_find(placement, trial->space, &ask, &a));
    alloc_fail_after(UINT64_MAX);
    assert_true(placement_find(placement, trial->space, &ask, &b));
    assert_memory_equal(&a, &b, sizeof a);
    assert_int_equal(placement_set_kinds(placement, many, 1, NULL), MARU_E_RANGE);
    assert_true(placement_fragmentation(placement, trial->space) >= 0);
    assert_int_equal(placement_set_kinds(placement, NULL, 0, NULL), MARU_OK);
    assert_true(placement_fragmentation(placement, trial->space) == 0);
    placement_free(placement);
    placement_free(NULL);
    free_trial(trial);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_found_fits),
        cmocka_unit_test(test_fragmentation_is_exact),
        cmocka_unit_test(test_fragmentation_by_hand),
        cmocka_unit_test(test_gangs_in_few_islands),
        cmocka_unit_test(test_room_by_trying),
        cmocka_unit_test(test_rules_by_hand),
        cmocka_unit_test(test_supply),
        cmocka_unit_test(test_random_is_even),
        cmocka_unit_test(test_ties_at_random),
        cmocka_unit_test(test_copies_find_the_same),
        cmocka_unit_test(test_marks_forbid),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
