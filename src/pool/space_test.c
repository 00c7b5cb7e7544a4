#include "pool/space.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "pool/placement/gang.h"
#include "pool/trial_cluster.h"

enum { NODES = 150, STEPS = 4000, PARTS = 2000 };

// The law of classes: each node that is up is in one class, with all that are in the same state and no other, by rising
// number; and what is found for a want is what fits it.
static void check_classes(const struct space *space, uint32_t n_node, const struct want *want) {
    static uint32_t seen[NODES];
    memset(seen, 0, sizeof seen);
    const struct want any = {0};
    uint32_t n_class = 0;
    for (uint32_t c = 0; (c = space_next_class(space, &any, c)) != UINT32_MAX; c++) {
        const uint32_t size = space_class_size(space, c);
        assert_true(size > 0 && c < space_n_class(space));
        for (uint32_t k = 0; k < size; k++) {
            const uint32_t node = space_class_node(space, c, k);
            assert_true(k == 0 || node > space_class_node(space, c, k - 1));
            assert_int_equal(seen[node], 0);
            seen[node] = c + 1;
        }
        n_class++;
    }
    uint32_t n_fit = 0;
    for (uint32_t c = 0; (c = space_next_class(space, want, c)) != UINT32_MAX; c++) {
        n_fit += space_class_size(space, c);
    }
    for (uint32_t i = 0; i < n_node; i++) {
        assert_int_equal(seen[i] > 0, space_node_state(space, i) == NODE_UP);
        n_fit -= space_fits(space, i, want);
        for (uint32_t k = 0; k < i && seen[i]; k += 7) { // the same key, the same class
            const bool is_same = seen[k] && space_class_key(space, seen[i] - 1) ==
                                                space_class_key(space, seen[k] - 1);
            assert_int_equal(is_same, seen[i] == seen[k]);
        }
    }
    assert_int_equal(n_fit, 0);
    assert_true(n_class <= n_node);
}

// Sums that are kept are what they say.
static void check_sums(const struct space *space, const struct cluster *cluster) {
    uint32_t of_type[3] = {0};
    uint32_t of_island[NODES] = {0};
    for (uint32_t i = 0; i < cluster->n_node; i++) {
        const struct node_free *const row = space_row(space, i);
        uint32_t n_whole = 0;
        for (uint32_t g = 0; g < row->n_gpu; g++) {
            n_whole += row->gpu_milli[g] == GPU_WHOLE;
        }
        assert_int_equal(n_whole, row->n_whole);
        if (space_node_state(space, i) == NODE_UP) {
            of_island[cluster->node[i].island] += n_whole;
            if (row->n_gpu > 0) {
                of_type[row->type] += n_whole;
            }
        }
    }
    for (uint8_t t = 0; t < 3; t++) {
        assert_int_equal(space_n_free(space, t), of_type[t]);
    }
    assert_int_equal(space_n_free_of(space, 0), of_type[0] + of_type[1] + of_type[2]);
    assert_int_equal(space_n_free_of(space, 5), of_type[0] + of_type[2]);
    for (uint32_t k = 0; k < cluster->n_island; k++) {
        uint32_t n = 0;
        const uint32_t *const node = space_island(space, k, &n);
        assert_int_equal(space_island_free(space, k), of_island[k]);
        for (uint32_t i = 0; i < n; i++) {
            assert_int_equal(cluster->node[node[i]].island, k);
        }
    }
}

struct trial {
    struct cluster cluster;
    struct space *space;
    struct pool_part part[PARTS];
    uint32_t n_part;
};

static void step(struct trial *trial, struct trial_luck *luck) {
    const uint32_t node = trial_below(luck, trial->cluster.n_node);
    const struct want want = trial_want(luck);
    if (trial_below(luck, 20) == 0) {
        space_set_node(trial->space, node, (enum node_state)trial_below(luck, 3));
    } else if (trial->n_part > 0 && trial_below(luck, 6) == 0) {
        const uint32_t i = trial_below(luck, trial->n_part);
        space_give(trial->space, &trial->part[i]);
        trial->part[i] = trial->part[--trial->n_part];
    } else if (trial->n_part < PARTS && node_free_fits(space_row(trial->space, node), &want)) {
        const struct node_free *const row = space_row(trial->space, node);
        uint16_t milli = 0;
        for (uint32_t g = 0; g < row->n_gpu; g++) {
            milli = row->gpu_milli[g] >= want.gpu_milli ? row->gpu_milli[g] : milli;
        }
        const struct pool_part part = part_on(node, &want, gpus_with(row, &want, milli));
        assert_int_equal(__builtin_popcount(part.gpus), want.n_gpu);
        space_take(trial->space, &part);
        trial->part[trial->n_part++] = part;
    }
}

static void test_classes_and_sums_hold(void **state) {
    (void)state;
    struct trial_luck luck = {.seed = 3};
    struct arena arena;
    arena_init(&arena, 1 << 24);
    struct trial *const trial = calloc(1, sizeof *trial);
    assert_non_null(trial);
    assert_int_equal(trial_cluster(&luck, NODES, &arena, &trial->cluster), MARU_OK);
    assert_int_equal(space_new(&trial->cluster, &trial->space, NULL), MARU_OK);
    for (int i = 0; i < STEPS; i++) {
        step(trial, &luck);
        if (i % 20 == 0) {
            const struct want want = trial_want(&luck);
            check_classes(trial->space, NODES, &want);
            check_sums(trial->space, &trial->cluster);
        }
    }
    assert_true(trial->n_part > 50);
    while (trial->n_part > 0) { // all is given back: as new
        space_give(trial->space, &trial->part[--trial->n_part]);
    }
    for (uint32_t i = 0; i < NODES; i++) {
        struct node_free free;
        space_set_node(trial->space, i, NODE_UP);
        space_look(trial->space, i, &free);
        assert_int_equal(free.cpu_milli, trial->cluster.node[i].cpu_milli);
        assert_int_equal(free.memory_mib, trial->cluster.node[i].memory_mib);
        assert_int_equal(free.n_whole, trial->cluster.node[i].n_gpu);
        assert_int_equal(free.sizes, 0);
    }
    space_free(trial->space);
    free(trial);
    arena_fini(&arena);
}

// A copy goes its own way, and assigning brings it back.
static void test_copies_stand_alone(void **state) {
    (void)state;
    struct trial_luck luck = {.seed = 4};
    struct arena arena;
    arena_init(&arena, 1 << 24);
    struct trial *const trial = calloc(1, sizeof *trial);
    assert_non_null(trial);
    assert_int_equal(trial_cluster(&luck, NODES, &arena, &trial->cluster), MARU_OK);
    assert_int_equal(space_new(&trial->cluster, &trial->space, NULL), MARU_OK);
    struct space *copy = NULL;
    assert_int_equal(space_copy(trial->space, &copy, NULL), MARU_OK);
    for (int i = 0; i < 300; i++) {
        step(trial, &luck);
    }
    check_sums(copy, &trial->cluster);
    for (uint32_t i = 0; i < NODES; i++) {
        assert_int_equal(space_row(copy, i)->cpu_milli, trial->cluster.node[i].cpu_milli);
    }
    space_assign(copy, trial->space);
    const struct want want = trial_want(&luck);
    check_classes(copy, NODES, &want);
    for (uint32_t i = 0; i < NODES; i++) {
        assert_memory_equal(space_row(copy, i), space_row(trial->space, i),
                            sizeof(struct node_free));
    }
    space_free(trial->space);
    space_free(copy);
    free(trial);
    arena_fini(&arena);
}

static void test_could_is_of_the_empty_node(void **state) {
    (void)state;
    const struct gpu_type type = {.name = "a"};
    const struct cluster_node node[2] = {
        {.cpu_milli = 8000, .memory_mib = 100, .type = 0, .n_gpu = 2},
        {.cpu_milli = 8000, .memory_mib = 100, .type = CLUSTER_NO_TYPE}};
    const struct cluster_rows rows = {.type = &type, .node = node, .n_type = 1, .n_node = 2};
    struct arena arena;
    struct cluster cluster;
    arena_init(&arena, 1 << 20);
    assert_int_equal(cluster_make(&rows, &arena, &cluster, NULL), MARU_OK);
    static const struct {
        struct want want;
        bool on[2];
    } cases[] = {
        {{.n_gpu = 2, .gpu_milli = 1000}, {true, false}},
        {{.n_gpu = 3, .gpu_milli = 1000}, {false, false}},
        {{.n_gpu = 17, .gpu_milli = 1000}, {false, false}},
        {{.n_gpu = 255, .gpu_milli = 1}, {false, false}},
        {{.n_gpu = 1, .gpu_milli = 1001}, {false, false}},
        {{.n_gpu = 1, .gpu_milli = 0}, {true, false}},
        {{.cpu_milli = 8000}, {true, true}},
        {{.types = 1, .cpu_milli = 8000}, {true, false}},
        {{.types = 2}, {false, false}},
        {{.cpu_milli = 8001}, {false, false}},
        {{.memory_mib = 101}, {false, false}},
    };
    struct space *space = NULL;
    assert_int_equal(space_new(&cluster, &space, NULL), MARU_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (uint32_t k = 0; k < 2; k++) {
            if (space_could(&cluster, k, &cases[i].want) != cases[i].on[k] ||
                space_fits(space, k, &cases[i].want) != cases[i].on[k]) {
                fail_msg("case %zu, node %u", i, k);
            }
        }
    }
    space_free(space);
    arena_fini(&arena);
}

static void test_no_nodes_and_no_memory(void **state) {
    (void)state;
    struct arena arena;
    struct cluster cluster;
    const struct cluster_rows rows = {0};
    arena_init(&arena, 1 << 20);
    assert_int_equal(cluster_make(&rows, &arena, &cluster, NULL), MARU_OK);
    struct space *space = NULL;
    alloc_fail_after(0);
    assert_int_equal(space_new(&cluster, &space, NULL), MARU_E_MEMORY);
    alloc_fail_after(UINT64_MAX);
    assert_null(space);
    assert_int_equal(space_new(&cluster, &space, NULL), MARU_OK);
    const struct want any = {0};
    assert_int_equal(space_next_class(space, &any, 0), UINT32_MAX);
    assert_int_equal(space_n_free_of(space, 0), 0);
    space_free(space);
    space_free(NULL);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes_and_sums_hold),
        cmocka_unit_test(test_copies_stand_alone),
        cmocka_unit_test(test_could_is_of_the_empty_node),
        cmocka_unit_test(test_no_nodes_and_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
