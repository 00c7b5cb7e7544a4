#include "plant/rail/rail_finder.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct plant_rail_node square[] = {{0, 0}, {10, 0}, {10, 10}, {0, 10}};
static const struct plant_rail ring[] = {{0, 1}, {1, 2}, {2, 3}, {3, 0}};

static void finds_the_place_along_a_rail(void **state) {
    (void)state;
    static const struct {
        double x, y;
        uint32_t rail;
        double along, distance;
    } cases[] = {
        {4, 1, 0, 4, 1},    {9, 4, 1, 4, 1}, {4, 12, 2, 6, 2},
        {-3, 9, 3, 1, 3},   {5, 5, 0, 5, 5}, {13, -4, 0, 10, 5}, // a corner: the first of two
        {10, 10, 1, 10, 0}, {0, 5, 3, 5, 0},
    };
    struct arena arena;
    struct rail_finder finder;
    arena_init(&arena, 1 << 20);
    assert_true(rail_finder_init(&finder, &arena, square, ring, 4));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct rail_spot s = rail_finder_nearest(&finder, cases[i].x, cases[i].y);
        if (s.rail != cases[i].rail || fabs(s.along_m - cases[i].along) > 1e-12 ||
            fabs(s.distance_m - cases[i].distance) > 1e-12) {
            fail_msg("case %zu: rail %u, %g along, %g away", i, s.rail, s.along_m, s.distance_m);
        }
    }
    arena_fini(&arena);
}

// The law: what the tree finds is what looking at each rail finds.
static void finds_what_looking_at_all_finds(void **state) {
    (void)state;
    enum { N = 700, N_POINT = 2000 };
    static struct plant_rail_node node[N + 1];
    static struct plant_rail rail[N];
    uint64_t random = 11;
    for (uint32_t i = 0; i <= N; i++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        node[i] = (struct plant_rail_node){(double)(random >> 52), (double)(random >> 40 & 0xfff)};
    }
    for (uint32_t i = 0; i < N; i++) {
        rail[i] = i % 3 == 0 ? (struct plant_rail){i + 1, i} : (struct plant_rail){i, i + 1};
    }
    for (uint32_t n = 1; n <= N; n = n * 3 + 1) {
        struct arena arena;
        struct rail_finder finder;
        arena_init(&arena, 1 << 20);
        assert_true(rail_finder_init(&finder, &arena, node, rail, n));
        for (uint32_t p = 0; p < N_POINT; p++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
            const double x = (double)(random >> 51) - 2048, y = (double)(random >> 38 & 0x1fff);
            double least = INFINITY;
            for (uint32_t i = 0; i < n; i++) {
                struct rail_finder one;
                struct arena scratch;
                if (p % 100 == 0) { // a finder of one rail has nothing to leave out
                    arena_init(&scratch, 1 << 16);
                    assert_true(rail_finder_init(&one, &scratch, node, &rail[i], 1));
                    least = fmin(least, rail_finder_nearest(&one, x, y).distance_m);
                    arena_fini(&scratch);
                }
            }
            const struct rail_spot s = rail_finder_nearest(&finder, x, y);
            assert_true(s.rail < n && s.along_m >= 0);
            assert_true(s.along_m <= rail_length(node, &rail[s.rail]) + 1e-9);
            assert_true(p % 100 != 0 || !(s.distance_m < least || s.distance_m > least));
        }
        arena_fini(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_place_along_a_rail),
        cmocka_unit_test(finds_what_looking_at_all_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
