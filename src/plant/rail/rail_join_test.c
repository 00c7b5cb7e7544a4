#include "plant/rail/rail_join.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void joins_what_is_one_place(void **state) {
    (void)state;
    static const struct {
        double x, y;
        uint32_t node;
    } cases[] = {
        {0, 0, 0},
        {0.0009, 0, 0},
        {-0.0007, -0.0007, 0},
        {0.0011, 0, 1},
        {0.00055, 0, 0}, // within reach of both: the first
        {100000, -100000, 2},
        {100000.0009, -100000, 2},
        {100000, 100000, 3},
        {-0.0011, 0, 4},
        {0.5, 0.25, 5},
        {0.4999999, 0.2499999, 5},
        {0.5000001, 0.2500001, 5},
    };
    enum { N = sizeof cases / sizeof *cases };
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct arena arena;
        struct rail_join join;
        arena_init(&arena, 1 << 20);
        assert_true(rail_join_init(&join, &arena, N, seed));
        for (size_t i = 0; i < N; i++) {
            const uint32_t node = rail_join_node(&join, cases[i].x, cases[i].y);
            if (node != cases[i].node) {
                fail_msg("case %zu: node %u, want %u", i, node, cases[i].node);
            }
        }
        assert_int_equal(join.n_node, 6);
        arena_fini(&arena);
    }
}

// The law: whatever has come, no two nodes are one place, and each place finds its node again.
static void keeps_nodes_apart(void **state) {
    (void)state;
    enum { N = 4000 };
    static uint32_t node_of[N];
    static double x[N], y[N];
    struct arena arena;
    struct rail_join join;
    uint64_t random = 7;
    arena_init(&arena, 1 << 22);
    assert_true(rail_join_init(&join, &arena, N, 3));
    for (uint32_t i = 0; i < N; i++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        x[i] = (double)(random >> 50) * 1e-6; // a square of 16 mm
        y[i] = (double)(random >> 36 & 0x3fff) * 1e-6;
        node_of[i] = rail_join_node(&join, x[i], y[i]);
    }
    assert_true(join.n_node > 50 && join.n_node < 600);
    for (uint32_t a = 0; a < join.n_node; a++) {
        for (uint32_t b = 0; b < a; b++) {
            const double dx = join.node[a].x_m - join.node[b].x_m;
            const double dy = join.node[a].y_m - join.node[b].y_m;
            assert_true(dx * dx + dy * dy > 1e-6);
        }
    }
    const uint32_t n_node = join.n_node;
    for (uint32_t i = 0; i < n_node; i++) {
        assert_int_equal(rail_join_node(&join, join.node[i].x_m, join.node[i].y_m), i);
    }
    for (uint32_t i = 0; i < N; i++) {
        const double dx = join.node[node_of[i]].x_m - x[i], dy = join.node[node_of[i]].y_m - y[i];
        assert_true(dx * dx + dy * dy <= 1.0000001e-6);
    }
    assert_int_equal(join.n_node, n_node);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_what_is_one_place),
        cmocka_unit_test(keeps_nodes_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
