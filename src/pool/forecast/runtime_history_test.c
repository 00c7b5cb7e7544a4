#include "pool/forecast/runtime_history.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/alloc.h"

#define S INT64_C(1000000)

static struct pool_ask ask_of(uint32_t account, uint8_t n_gpu) {
    return (struct pool_ask){
        .want = {.n_gpu = n_gpu, .gpu_milli = GPU_WHOLE}, .n_part = 1, .account = account};
}

static struct runtime_history *fresh(void) {
    struct runtime_history *history = NULL;
    assert_int_equal(runtimes_new(&history, NULL), MARU_OK);
    return history;
}

// A draw is above what has run, at most the limit, whatever was told before.
static void draws_are_within(void **state) {
    (void)state;
    struct runtime_history *history = fresh();
    for (uint32_t i = 0; i < 3000; i++) {
        const struct random_block b = random_at(1, 1, i), luck = random_at(2, 1, i);
        const struct pool_ask ask = ask_of(b.word[0] % 5, (uint8_t)(1U << b.word[1] % 4));
        const int64_t limit = b.word[2] % 7 == 0 ? INT64_MAX : (1 + b.word[2] % 5000) * S;
        const int64_t ran =
            limit == INT64_MAX ? b.word[3] % 9000 * S : (int64_t)(b.word[3] % 5000) * limit / 5000;
        const int64_t us = runtimes_draw(history, &ask, limit, ran, &luck);
        assert_true(us > ran && us <= limit);
        assert_int_equal(us, runtimes_draw(history, &ask, limit, ran, &luck));
        if (i % 3 == 0) {
            const int64_t run = limit == INT64_MAX ? ran : limit / (1 + b.word[0] % 9);
            assert_int_equal(runtimes_end(history, &ask, limit, run, NULL), MARU_OK);
        }
    }
    runtimes_free(history);
}

// Where all jobs of an account use a third of their limit, so do the next, with any limit; an account with other habits is
// drawn by its own, one without any by those of all.
static void habits_are_learned(void **state) {
    (void)state;
    struct runtime_history *history = fresh();
    for (uint32_t i = 0; i < 100; i++) {
        const struct pool_ask a = ask_of(1, 2), b = ask_of(2, 2);
        assert_int_equal(
            runtimes_end(history, &a, 300 * S * (1 + i % 4), 100 * S * (1 + i % 4), NULL), MARU_OK);
        assert_int_equal(runtimes_end(history, &b, 100 * S, 90 * S, NULL), MARU_OK);
    }
    uint32_t n_of[3] = {0};
    for (uint32_t i = 0; i < 900; i++) {
        const uint32_t account = 1 + i % 3;
        const struct pool_ask ask = ask_of(account, 2);
        const struct random_block luck = random_at(3, 1, i);
        n_of[account - 1] += runtimes_draw(history, &ask, 3000 * S, 0, &luck) < 1500 * S;
    }
    assert_true(n_of[0] > 280);                  // a third
    assert_true(n_of[1] < 20);                   // nine tenths
    assert_true(n_of[2] > 100 && n_of[2] < 200); // of either
    runtimes_free(history);
}

// What is given an hour uses a fiftieth of it, what is given a day nearly all: a draw for a day is not one for an hour.
static void limits_are_told_apart(void **state) {
    (void)state;
    struct runtime_history *history = fresh();
    const struct pool_ask ask = ask_of(1, 1), of_another = ask_of(2, 1);
    for (uint32_t i = 0; i < 400; i++) {
        const int64_t limit = (i % 4 ? 3600 : 86400) * S;
        assert_int_equal(
            runtimes_end(history, &ask, limit, i % 4 ? limit / 50 : limit * 9 / 10, NULL), MARU_OK);
    }
    uint32_t n_long[2] = {0};
    for (uint32_t i = 0; i < 400; i++) {
        const struct random_block luck = random_at(7, 1, i);
        n_long[0] += runtimes_draw(history, &ask, 86400 * S, 0, &luck) > 40000 * S;
        n_long[1] += runtimes_draw(history, &of_another, 86400 * S, 0, &luck) > 40000 * S;
    }
    assert_true(n_long[0] > 390 && n_long[1] > 380);
    runtimes_free(history);
}

// Five days on which two jobs come at ten o'clock: so they do on each day to come, in no other hour.
static void hours_of_the_day_come_again(void **state) {
    (void)state;
    const int64_t hour = 3600 * S, day = 24 * hour;
    struct runtime_history *history = fresh();
    const struct pool_ask ask = ask_of(1, 1);
    runtimes_come(history, 0, &ask);
    for (int64_t d = 0; d < 5; d++) {
        runtimes_come(history, d * day + 10 * hour + 10 * S, &ask);
        runtimes_come(history, d * day + 10 * hour + 1000 * S * (1 + d % 3), &ask);
    }
    const int64_t now = 5 * day;
    uint32_t n_at[24] = {0};
    for (uint32_t i = 0; i < 50; i++) {
        struct comings comings;
        const struct random_block luck = random_at(8, 1, i);
        comings_begin(&comings, history, now, &luck);
        for (int64_t at = comings_next_us(&comings); at < now + 20 * day;
             at = comings_next_us(&comings)) {
            assert_true(at >= now);
            n_at[(at - now) / hour % 24]++;
            (void)comings_take(&comings);
        }
    }
    assert_int_equal(n_at[10], 50 * 20 * 2);
    for (uint32_t h = 1; h < 24; h++) {
        assert_true(h == 10 || n_at[h] == 0);
    }
    assert_true(n_at[0] > 100 && n_at[0] < 300); // the one of the first day, a fifth of the days
    runtimes_free(history);
}

// A run that goes on is one of those that went on: of 50 short ones and 50 long ones only the long ones are left.
static void what_goes_on_is_long(void **state) {
    (void)state;
    struct runtime_history *history = fresh();
    const struct pool_ask ask = ask_of(1, 1);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(runtimes_end(history, &ask, INT64_MAX, (i % 2 ? 10 : 1000) * S, NULL),
                         MARU_OK);
    }
    for (uint32_t i = 0; i < 200; i++) {
        const struct random_block luck = random_at(4, 1, i);
        assert_int_equal(runtimes_draw(history, &ask, INT64_MAX, 20 * S, &luck), 1000 * S);
    }
    runtimes_free(history);
}

// More groups than are kept, and a copy: draws stay the same.
static void many_groups_and_a_copy(void **state) {
    (void)state;
    struct runtime_history *history = fresh(), *copy = NULL;
    for (uint32_t i = 0; i < 3 * RUNTIMES_MAX_GROUPS; i++) {
        const struct pool_ask ask = ask_of(i, (uint8_t)(1 + i % 8));
        assert_int_equal(runtimes_end(history, &ask, 100 * S, i % 100 * S, NULL), MARU_OK);
        runtimes_come(history, i * S, &ask);
    }
    assert_int_equal(runtimes_copy(history, &copy, NULL), MARU_OK);
    struct comings a, b;
    const struct random_block luck = random_at(5, 1, 1);
    comings_begin(&a, history, 20000 * S, &luck);
    comings_begin(&b, copy, 20000 * S, &luck);
    int64_t last = 20000 * S;
    for (uint32_t i = 0; i < 2 * RUNTIMES_MAX_COMINGS; i++) {
        const struct pool_ask ask = ask_of(i, (uint8_t)(1 + i % 8));
        const struct random_block one = random_at(6, 1, i);
        assert_int_equal(runtimes_draw(history, &ask, 100 * S, 0, &one),
                         runtimes_draw(copy, &ask, 100 * S, 0, &one));
        assert_int_equal(comings_next_us(&a), comings_next_us(&b));
        assert_true(comings_next_us(&a) >= last);
        last = comings_next_us(&a);
        assert_int_equal(comings_take(&a)->account, comings_take(&b)->account);
    }
    assert_true(last < 60000 * S); // they come as often as they did
    runtimes_free(copy);
    runtimes_free(history);
}

// Nothing came, or only now: nothing comes.
static void nothing_comes_of_nothing(void **state) {
    (void)state;
    struct runtime_history *history = fresh();
    const struct random_block luck = random_at(1, 1, 1);
    const struct pool_ask ask = ask_of(1, 1);
    struct comings comings;
    comings_begin(&comings, history, 5, &luck);
    assert_int_equal(comings_next_us(&comings), INT64_MAX);
    runtimes_come(history, 5, &ask);
    runtimes_come(history, 5, &ask);
    comings_begin(&comings, history, 5, &luck);
    assert_int_equal(comings_next_us(&comings), INT64_MAX);
    runtimes_free(history);
    runtimes_free(NULL);
}

static void no_memory(void **state) {
    (void)state;
    const struct pool_ask ask = ask_of(1, 1);
    maru_status st = MARU_E_MEMORY;
    for (uint64_t k = 0; st == MARU_E_MEMORY; k++) {
        struct runtime_history *history = NULL, *copy = NULL;
        alloc_fail_after(k);
        st = runtimes_new(&history, NULL);
        st = st == MARU_OK ? runtimes_end(history, &ask, INT64_MAX, S, NULL) : st;
        st = st == MARU_OK ? runtimes_copy(history, &copy, NULL) : st;
        alloc_fail_after(UINT64_MAX);
        runtimes_free(copy);
        runtimes_free(history);
        assert_true(k < 20);
    }
    assert_int_equal(st, MARU_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_told_apart),    cmocka_unit_test(hours_of_the_day_come_again),
        cmocka_unit_test(draws_are_within),         cmocka_unit_test(habits_are_learned),
        cmocka_unit_test(what_goes_on_is_long),     cmocka_unit_test(many_groups_and_a_copy),
        cmocka_unit_test(nothing_comes_of_nothing), cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
