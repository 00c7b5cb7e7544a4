#include "learn/living/rivals.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"

enum { N_ROW = 3000, N_SEED = 400 };

static double chance(uint64_t seed, uint64_t row, uint64_t what) {
    const struct random_block block = random_at(seed, what, row);
    return random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

// The first row after which the verdict is no longer open, N_ROW: none. The first and the second have these shares of a full error.
static uint32_t decide(struct rivals *r, uint64_t seed, double first, double second) {
    for (uint32_t i = 0; i < N_ROW; i++) {
        const double error[2] = {first * chance(seed, i, 1), second * chance(seed, i, 2)};
        rivals_step(r, error, error);
        if (rivals_verdict_of(r) != RIVALS_UNDECIDED) {
            return i;
        }
    }
    return N_ROW;
}

// Looked at after every row, equals are told apart in fewer than 5 % of the worlds.
static void equals_stay_equal(void **state) {
    (void)state;
    uint32_t n_wrong = 0;
    for (uint64_t seed = 1; seed <= N_SEED; seed++) {
        struct rivals r = {0};
        n_wrong += decide(&r, seed, 1, 1) < N_ROW;
    }
    assert_in_range(n_wrong, 1, N_SEED / 20); // one or more: a test that never speaks is none
}

// A rival with a fifth less error is found, in every world, and never before RIVALS_LEAST rows.
static void the_better_one_is_found(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct rivals r = {0}, turned = {0};
        assert_in_range(decide(&r, seed, 1, 0.8), RIVALS_LEAST - 1, N_ROW - 1);
        assert_int_equal(rivals_verdict_of(&r), RIVALS_SECOND_BETTER);
        assert_true(r.second_sum < r.first_sum && r.n_nearer > r.n / 2);
        assert_in_range(decide(&turned, seed, 0.8, 1), RIVALS_LEAST - 1, N_ROW - 1);
        assert_int_equal(rivals_verdict_of(&turned), RIVALS_FIRST_BETTER);
    }
}

// What says nothing changes nothing; the state goes through bytes.
static void bytes_and_bounds(void **state) {
    (void)state;
    struct rivals r = {0};
    const double bad[][4] = {
        {(double)NAN, 0, 0, 0}, {0, (double)INFINITY, 0, 0}, {0, 0, -0.1, 0}, {0, 0, 0, 1.1}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        rivals_step(&r, bad[i], bad[i] + 2);
        assert_int_equal(r.n, 0);
    }
    const double error[2] = {1, 0};
    for (uint32_t i = 0; i < 2000; i++) { // wealth beyond all numbers
        rivals_step(&r, error, error);
    }
    assert_int_equal(rivals_verdict_of(&r), RIVALS_SECOND_BETTER);
    struct text bytes, again;
    text_init(&bytes, 1 << 12);
    text_init(&again, 1 << 12);
    rivals_write(&r, &bytes);
    struct binary in = binary_of(bytes.bytes, bytes.n_bytes);
    const struct rivals read = rivals_read(&in);
    assert_true(!in.is_bad && in.left == 0);
    rivals_write(&read, &again);
    assert_memory_equal(bytes.bytes, again.bytes, bytes.n_bytes);
    for (size_t n = 0; n < bytes.n_bytes; n++) {
        in = binary_of(bytes.bytes, n);
        const struct rivals none = rivals_read(&in);
        assert_true(in.is_bad && none.n == 0);
    }
    text_fini(&bytes);
    text_fini(&again);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_stay_equal),
        cmocka_unit_test(the_better_one_is_found),
        cmocka_unit_test(bytes_and_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
