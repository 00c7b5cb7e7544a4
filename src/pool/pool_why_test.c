#include "pool/pool_storm.h"

// Why many wait, asked at once, is why each of them waits, in every storm.

static void assert_same(const struct pool_why *a, const struct pool_why *b) {
    assert_int_equal(a->reason, b->reason);
    assert_int_equal(a->n_ahead, b->n_ahead);
    assert_int_equal(a->blocker, b->blocker);
    assert_int_equal(a->n_free, b->n_free);
    assert_int_equal(a->n_missing, b->n_missing);
    assert_true(a->planned_us == b->planned_us);
}

static void compare_all(struct trial *trial, uint32_t n_of[WAIT_REASONS]) {
    uint32_t job[TRIAL_JOBS];
    static struct pool_why all[TRIAL_JOBS];
    uint32_t n = pool_queue(trial->pool, trial->now_us, job, TRIAL_JOBS - 1);
    for (uint32_t i = 0; i < n / 2; i++) { // in any order
        const uint32_t kept = job[i];
        job[i] = job[n - 1 - i];
        job[n - 1 - i] = kept;
    }
    job[n++] = UINT32_MAX; // one that is none
    assert_int_equal(pool_whys(trial->pool, trial->now_us, job, n, all, NULL), MARU_OK);
    for (uint32_t i = 0; i < n; i++) {
        struct pool_why one;
        pool_why(trial->pool, trial->now_us, job[i], &one);
        assert_same(&all[i], &one);
        n_of[one.reason]++;
    }
}

static void all_at_once_as_one_by_one(void **state) {
    (void)state;
    uint32_t n_of[WAIT_REASONS] = {0};
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct storm *storm = storm_new(seed, 120);
        if (storm->trial->policy.placement == PLACEMENT_RANDOM) { // each asking draws anew
            storm->trial->policy.placement = PLACEMENT_FGD;
            trial_pool(storm->trial);
        }
        for (uint32_t n = 0; storm_step(storm); n++) {
            if (n % 24 == 0) {
                compare_all(storm->trial, n_of);
            }
        }
        storm_free(storm);
    }
    for (uint32_t r = 0; r < WAIT_REASONS; r++) { // each was there to be compared
        assert_true(n_of[r] > 5);
    }
}

static void without_memory_it_says_so(void **state) {
    (void)state;
    struct storm *storm = storm_new(2, 120);
    struct pool_why why;
    const uint32_t job = 0;
    for (uint32_t n = 0; n < 60; n++) {
        assert_true(storm_step(storm));
    }
    for (uint64_t k = 0; k < 4; k++) {
        alloc_fail_after(k);
        const maru_status st =
            pool_whys(storm->trial->pool, storm->trial->now_us, &job, 1, &why, NULL);
        alloc_fail_after(UINT64_MAX);
        assert_int_equal(st, MARU_E_MEMORY);
    }
    storm_free(storm);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_at_once_as_one_by_one),
                                       cmocka_unit_test(without_memory_it_says_so)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
