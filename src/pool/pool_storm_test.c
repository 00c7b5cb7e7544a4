#include "pool/pool_storm.h"

// Whatever happens, and in whatever order: capacity, whole gangs, limits, holds, nodes, reservations and power, each checked
// after each deciding (pool_storm.h), and in the end everybody has run.

static void all_holds_whatever_happens(void **state) {
    (void)state;
    uint32_t n_of[STOP_REASONS] = {0}, n_event = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct storm *storm = storm_new(seed, 150);
        while (storm_step(storm)) {
            assert_true(storm->trial->n_start < 10000);
        }
        for (uint32_t i = 0; i < storm->trial->n_job && !storm->trial->site_cap[0]; i++) {
            assert_true(storm->trial->job[i].is_done || storm->trial->job[i].ask.calendar);
        }
        for (uint32_t r = 0; r < STOP_REASONS; r++) {
            n_of[r] += storm->trial->n_stop_of[r];
        }
        n_event += storm->n_event;
        storm_free(storm);
    }
    for (uint32_t r = 0; r < STOP_REASONS; r++) { // each was there to be checked
        assert_true(n_of[r] > 20);
    }
    assert_true(n_event > 1000);
}

// A copy that is told the same decides the same, to the last byte of where parts stand, and the original goes on unmoved.
static void a_copy_decides_the_same(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct storm *storm = storm_new(seed, 120);
        for (uint32_t n = 0; n < 20 + 4 * seed; n++) {
            assert_true(storm_step(storm));
        }
        struct storm copy = *storm;
        copy.trial = malloc(sizeof *copy.trial);
        assert_non_null(copy.trial);
        memcpy(copy.trial, storm->trial, sizeof *copy.trial);
        assert_int_equal(pool_copy(storm->trial->pool, &copy.trial->pool, NULL), MARU_OK);
        for (bool is_more = true, is_other = true; is_more || is_other;) { // in turns
            is_more = storm_step(storm);
            is_other = storm_step(&copy);
            assert_memory_equal(&storm->trial->digest, &copy.trial->digest,
                                sizeof copy.trial->digest);
            assert_int_equal(is_more, is_other);
        }
        pool_free(copy.trial->pool);
        free(copy.trial);
        storm_free(storm);
    }
}

// Where memory fails, now and then and in any call, nothing is lost or given out twice, and asking again goes on.
static void nothing_is_lost_without_memory(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct storm *storm = storm_new(seed, 120);
        storm->trial->is_poor = true;
        for (uint64_t k = 0; storm_step(storm);) {
            struct pool *copy = NULL;
            alloc_fail_after(k);
            const maru_status st = pool_copy(storm->trial->pool, &copy, NULL);
            alloc_fail_after(UINT64_MAX);
            assert_true(st == MARU_OK ? copy != NULL : (st == MARU_E_MEMORY && !copy));
            k = st == MARU_OK ? 0 : k + 1;
            pool_free(copy);
        }
        for (uint32_t i = 0; i < storm->trial->n_job && !storm->trial->site_cap[0]; i++) {
            assert_true(storm->trial->job[i].is_done || storm->trial->job[i].ask.calendar);
        }
        storm_free(storm);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_holds_whatever_happens),
        cmocka_unit_test(a_copy_decides_the_same),
        cmocka_unit_test(nothing_is_lost_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
