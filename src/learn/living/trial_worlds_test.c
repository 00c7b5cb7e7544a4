#include "learn/living/trial_worlds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

// In short what bench/drift_worlds.c tells at length.

static uint32_t count_off(const struct world_input *of, uint32_t n_world) {
    uint32_t n = 0;
    for (uint32_t w = 0; w < n_world; w++) {
        struct world_input in = *of;
        in.seed = w + 1001;
        n += world_live(&in).is_off;
    }
    return n;
}

// Where nothing drifts, and in campaigns of what training has seen, inputs end next to nothing, however few the rows of training are and however alike.
static void calm_worlds_go_on(void **state) {
    (void)state;
    static const uint32_t sizes[] = {100, 400, 2000};
    static const double alikes[] = {0, 0.8, 0.95};
    uint32_t n_off = 0;
    for (uint32_t k = 0; k < N_CALM_WORLD; k++) {
        for (uint32_t i = 0; i < 9; i++) {
            const struct world_input in = {.scene = &world_scenes[k],
                                           .n_train = sizes[i / 3],
                                           .n_row = 4000,
                                           .alike = alikes[i % 3],
                                           .goal = MODEL_YES_NO};
            n_off += count_off(&in, 2);
        }
    }
    assert_in_range(n_off, 0, 2); // of 90
}

// A column that moves is found, also where rows are alike, where the move is slow, and within a campaign of a product by name.
static void moves_are_found(void **state) {
    (void)state;
    static const struct {
        uint32_t scene, n_train;
        double alike;
        uint32_t n_row, least; // found of 12
    } cases[] = {
        {WORLD_ONE_SD, 400, 0, 1000, 9},        {WORLD_ONE_SD, 2000, 0, 1000, 10},
        {WORLD_ONE_SD, 2000, 0.8, 4000, 11},    {WORLD_TWO_SD, 100, 0, 400, 11},
        {WORLD_TWO_SD, 400, 0.8, 1200, 11},     {WORLD_TWO_SD, 2000, 0.95, 3000, 10},
        {WORLD_TREND, 400, 0, 1500, 11},        {WORLD_TREND, 2000, 0.8, 2000, 11},
        {WORLD_NAMED_ONE_SD, 400, 0, 1000, 10}, {WORLD_NAMED_TWO_SD, 400, 0.8, 2000, 11},
    };
    for (uint32_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct world_input in = {.scene = &world_scenes[cases[k].scene],
                                       .n_train = cases[k].n_train,
                                       .n_row = cases[k].n_row,
                                       .alike = cases[k].alike,
                                       .goal = MODEL_YES_NO};
        const uint32_t n = count_off(&in, 12);
        if (n < cases[k].least) {
            fail_msg("world %u, %u rows, r %g: %u of 12 found within %u rows", cases[k].scene,
                     in.n_train, in.alike, n, in.n_row);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calm_worlds_go_on),
        cmocka_unit_test(moves_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
