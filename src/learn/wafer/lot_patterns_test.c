#include "learn/wafer/lot_patterns.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"

enum { LOTS = 40, OF_LOT = 25, MAPS = LOTS * OF_LOT, CLASSES = 3 };

// Fisher's tea: 4 of 4 right of 8 cups is 1 of 70, 3 or more 17 of 70. Whatever is at least 0 is sure.
static void chance_is_that_of_the_exact_test(void **state) {
    (void)state;
    assert_true(fabs(lot_pattern_chance(4, 4, 4, 8) - 1.0 / 70) < 1e-12);
    assert_true(fabs(lot_pattern_chance(3, 4, 4, 8) - 17.0 / 70) < 1e-12);
    assert_true(fabs(lot_pattern_chance(0, 25, 40, 1000) - 1) < 1e-9);
    assert_true(lot_pattern_chance(5, 4, 4, 8) == 0);
}

static double number(uint64_t seed, uint64_t at) {
    const struct random_block block = random_at(seed, 1, at);
    return random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

static uint32_t find(uint64_t seed, uint32_t planted, struct lot_pattern *first) {
    uint32_t class[MAPS], lot[MAPS], n = 0;
    struct lot_pattern *found;
    struct arena arena;
    arena_init(&arena, 1 << 24);
    for (uint32_t i = 0; i < MAPS; i++) {
        lot[i] = i / OF_LOT;
        class[i] = number(seed, i) < 0.1 ? 1 + (uint32_t)(number(seed + 1, i) * 2) : 0;
        class[i] = lot[i] == 7 && i % OF_LOT < planted ? 2 : class[i];
    }
    const struct lot_patterns_input input = {class, lot, MAPS, CLASSES, LOTS, 0};
    assert_int_equal(lot_patterns_find(&input, &arena, &found, &n, NULL), MARU_OK);
    if (n > 0) {
        *first = found[0];
    }
    arena_fini(&arena);
    return n;
}

// A lot that was hit is found; where nothing was, hardly any is.
static void lots_that_share_a_pattern_are_found(void **state) {
    (void)state;
    struct lot_pattern first = {0};
    uint32_t n_false = 0;
    assert_true(find(1, 10, &first) >= 1);
    assert_int_equal(first.class, 2);
    assert_int_equal(first.lot, 7);
    assert_true(first.n >= 10 && first.of == OF_LOT);
    assert_true(first.share.low > first.others.high);
    for (uint64_t seed = 100; seed < 160; seed += 2) {
        n_false += find(seed, 0, &first) > 0;
    }
    assert_true(n_false <= 4); // 5 % of 30, and a little
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chance_is_that_of_the_exact_test),
        cmocka_unit_test(lots_that_share_a_pattern_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
