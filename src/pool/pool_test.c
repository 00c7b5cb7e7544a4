#include "pool/pool.h"

#include "pool/pool_trial.h"

// Laws of the scheduler on random worlds and traces.

static struct trial *usual(uint64_t seed, uint32_t percent, uint32_t n_job, uint32_t gap_s) {
    struct trial *trial = trial_new(seed);
    trial_some_cluster(trial, 4, 20, 3);
    trial_accounts(trial, percent);
    trial_jobs(trial, n_job, gap_s);
    trial->policy.placement = (enum placement_rule)(seed % PLACEMENT_RULES);
    return trial;
}

// Work conserving: without guarantees, limits and reservations, whoever waits does not fit, or is behind the first that
// waits and would outlast its plan.
static void nobody_waits_beside_room(void **state) {
    (void)state;
    uint32_t n_looked = 0, n_behind = 0;
    for (uint64_t seed = 1; seed <= 14; seed++) {
        struct trial *trial = usual(seed, 0, 250, 90);
        trial->policy.backfill_depth = 1000000;
        trial_pool(trial);
        uint32_t next = 0;
        while (trial_step(trial, &next)) {
            uint32_t queue[TRIAL_JOBS];
            const uint32_t n = pool_queue(trial->pool, trial->now_us, queue, TRIAL_JOBS);
            for (uint32_t i = 0; i < n; i++) {
                struct pool_look look;
                pool_look(trial->pool, queue[i], &look);
                n_looked++;
                if (trial_fits(trial, look.ask)) {
                    struct pool_why why;
                    pool_why(trial->pool, trial->now_us, queue[i], &why);
                    assert_true(i > 0);
                    assert_int_equal(why.reason, WAIT_BEHIND);
                    n_behind++;
                }
            }
        }
        for (uint32_t i = 0; i < trial->n_job; i++) { // all have run, each once
            assert_true(trial->job[i].is_done);
            assert_in_range(trial->job[i].n_start, 0, 1);
        }
        assert_int_equal(trial->n_stop, 0);
        trial_free(trial);
    }
    assert_true(n_looked > 1000 && n_behind > 10);
}

// With guarantees and stopping: the same calls give the same decisions, nothing is given out twice (the player's books), and
// every job gets done.
static void same_calls_same_decisions(void **state) {
    (void)state;
    uint32_t n_stop = 0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct digest digest[2];
        for (uint32_t again = 0; again < 2; again++) {
            struct trial *trial = usual(seed, 60, 250, 90);
            trial->policy.reclaim = seed % 2 ? RECLAIM_BORROWED : RECLAIM_PRIORITY;
            trial->policy.protect_us = seed % 3 ? 0 : 600 * TRIAL_S;
            trial_pool(trial);
            uint32_t next = 0;
            while (trial_step(trial, &next)) {
                assert_true(trial->n_start < 10000);
            }
            for (uint32_t i = 0; i < trial->n_job; i++) {
                assert_true(trial->job[i].is_done);
            }
            digest[again] = trial->digest;
            n_stop += trial->n_stop;
            trial_free(trial);
        }
        assert_memory_equal(&digest[0], &digest[1], sizeof digest[0]);
    }
    assert_true(n_stop > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_waits_beside_room),
        cmocka_unit_test(same_calls_same_decisions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
