#include "learn/measures/group_share.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ROWS = 1200, BLOCK = 20 };

static struct bootstrap ask(const struct group_share_rows *rows) {
    struct arena arena;
    struct bootstrap out;
    arena_init(&arena, 1 << 20);
    assert_int_equal(group_share(rows, &arena, &out, NULL), MARU_OK);
    arena_fini(&arena);
    return out;
}

// Each group counts the same: 1000 rows of which a tenth are hit and 200 of which half are make 0.3, not what the rows together have.
static void groups_count_the_same(void **state) {
    (void)state;
    static uint8_t hit[ROWS];
    static uint32_t group[ROWS], each[ROWS];
    for (uint32_t i = 0; i < ROWS; i++) {
        group[i] = i < 1000 ? 3 : 200;
        hit[i] = i < 1000 ? i % 10 == 0 : i % 2 == 0;
        each[i] = i;
    }
    const struct group_share_rows rows = {hit, group, each, ROWS, ROWS, 400, 1};
    const struct bootstrap got = ask(&rows);
    assert_true(fabs(got.value - 0.3) < 1e-12);
    // Two shares of 1000 and 200 rows: the deviation of half their sum.
    const double sd = 0.5 * sqrt(0.1 * 0.9 / 1000 + 0.5 * 0.5 / 200);
    assert_true(fabs((got.high - got.low) / (2 * 1.96) - sd) < 0.2 * sd);
}

// Rows that agree within blocks say as little as the blocks are: wider by about the root of their length.
static void blocks_share_their_luck(void **state) {
    (void)state;
    static uint8_t hit[ROWS];
    static uint32_t group[ROWS], each[ROWS], block[ROWS];
    for (uint32_t i = 0; i < ROWS; i++) {
        each[i] = i;
        block[i] = i / BLOCK;
        hit[i] = block[i] % 3 == 0;
    }
    const struct group_share_rows single = {hit, group, each, ROWS, ROWS, 400, 1};
    const struct group_share_rows whole = {hit, group, block, ROWS, ROWS / BLOCK, 400, 1};
    const struct bootstrap one = ask(&single), other = ask(&whole);
    const double times = (other.high - other.low) / (one.high - one.low);
    assert_true(one.value == other.value && times > 0.8 * sqrt(BLOCK) && times < 1.2 * sqrt(BLOCK));
}

static void nothing_and_refusals(void **state) {
    (void)state;
    static const uint8_t hit[] = {1};
    static const uint32_t group[] = {SHARES_MAX_GROUPS}, cluster[] = {0};
    const struct group_share_rows none = {hit, cluster, cluster, 0, 0, 100, 1};
    const struct group_share_rows wrong = {hit, group, cluster, 1, 1, 100, 1};
    const struct bootstrap got = ask(&none);
    assert_true(isnan(got.value) && isnan(got.low) && isnan(got.high));
    struct arena arena;
    struct bootstrap out;
    arena_init(&arena, 1 << 16);
    assert_int_equal(group_share(&wrong, &arena, &out, NULL), MARU_E_RANGE);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_count_the_same),
        cmocka_unit_test(blocks_share_their_luck),
        cmocka_unit_test(nothing_and_refusals),
    };
    return cmocka_run_group_tests_name("group_share", tests, NULL, NULL);
}
