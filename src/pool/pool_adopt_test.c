#include "pool/pool_trial.h"

// After a restart: what runs is adopted, what waits is handed in again, and the new pool goes on as the old one would have.

static struct trial *world(uint64_t seed) {
    struct trial *trial = trial_new(seed);
    trial_some_cluster(trial, 4, 12, 2);
    trial_accounts(trial, 0);
    trial_jobs(trial, 200, 60);
    for (uint32_t i = 0; i < trial->n_job;
         i++) { // who was first, and stays it, is known by no other order
        trial->job[i].ask.account = 3;
        trial->job[i].ask.priority = 0;
    }
    trial->policy.placement = PLACEMENT_FIRST_FIT; // the others learn from jobs that are over
    trial->policy.backfill = BACKFILL_NONE;        // whose plan is older than the restart
    trial->policy.half_life_us = 0;
    trial->policy.memory_milli = 0;
    return trial;
}

static uint32_t n_adopted;

static void adopt_all(struct trial *trial, uint32_t next) {
    struct pool *old = trial->pool;
    trial->pool = NULL; // it is looked at beside the new one
    trial_pool(trial);
    for (uint32_t round = 0; round < 2; round++) { // who runs, then who waits
        for (uint32_t i = 0; i < next; i++) {
            struct trial_job *job = &trial->job[i];
            const uint32_t was_number = job->number;
            if (job->is_there && job->is_running && round == 0) {
                assert_int_equal(pool_adopt(trial->pool, trial->now_us, &job->ask, job->part,
                                            job->started_us, &job->number, NULL),
                                 MARU_OK);
                struct pool_look was, is;
                pool_look(old, was_number, &was);
                pool_look(trial->pool, job->number, &is);
                assert_true(is.state == POOL_RUNNING && is.started_us == was.started_us);
                assert_true(is.left_us == was.left_us && is.is_borrowed == was.is_borrowed);
                n_adopted++;
            } else if (job->is_there && !job->is_running && round == 1) {
                assert_int_equal(
                    pool_submit(trial->pool, trial->now_us, &job->ask, &job->number, NULL),
                    MARU_OK);
            }
        }
    }
    for (uint32_t a = 0; a < 9; a++) {
        struct account_look was, is;
        pool_look_account(old, a, &was);
        pool_look_account(trial->pool, a, &is);
        assert_int_equal(was.n_running, is.n_running);
        assert_int_equal(was.n_waiting, is.n_waiting);
        assert_true(was.share == is.share && was.standing == is.standing);
        assert_memory_equal(was.milli, is.milli, trial->cluster.n_type * sizeof *is.milli);
    }
    assert_int_equal(pool_watts(old), pool_watts(trial->pool));
    pool_free(old);
}

static void a_restart_changes_nothing(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        int64_t start_us[2][TRIAL_JOBS];
        for (uint32_t is_restarted = 0; is_restarted < 2; is_restarted++) {
            struct trial *trial = world(seed);
            trial_pool(trial);
            uint32_t next = 0;
            for (uint32_t n = 0; trial_step(trial, &next); n++) {
                if (is_restarted && n % 50 == 49) {
                    const int64_t now_us = trial->now_us;
                    adopt_all(trial, next);
                    trial->now_us = now_us;
                    trial_decide(trial);
                }
            }
            for (uint32_t i = 0; i < trial->n_job; i++) {
                start_us[is_restarted][i] = trial->job[i].first_start_us;
                assert_true(trial->job[i].is_done);
            }
            trial_free(trial);
        }
        assert_memory_equal(start_us[0], start_us[1], 200 * sizeof start_us[0][0]);
    }
    assert_true(n_adopted > 500);
}

// What is not there, or not free, is not adopted, and nothing is left of the try.
static void what_is_not_free_is_not_adopted(void **state) {
    (void)state;
    struct trial *trial = world(3);
    trial_pool(trial);
    const struct pool_ask ask = {
        .want = {.n_gpu = 1, .gpu_milli = GPU_WHOLE}, .n_part = 1, .account = 3, .can_stop = true};
    const struct pool_part good = {.node = 0, .gpus = 1, .gpu_milli = GPU_WHOLE};
    const struct pool_part bad[] = {
        {.node = trial->cluster.n_node, .gpus = 1, .gpu_milli = GPU_WHOLE},
        {.node = 0, .gpus = 1, .gpu_milli = GPU_WHOLE}, // taken by then
        {.node = 0, .gpus = (uint16_t)(1U << trial->cluster.node[0].n_gpu), .gpu_milli = GPU_WHOLE},
        {.node = 0, .cpu_milli = trial->cluster.node[0].cpu_milli + 1},
        {.node = 1, .memory_mib = UINT32_MAX},
    };
    uint32_t job = 0;
    maru_error err;
    assert_int_equal(pool_adopt(trial->pool, 5, &ask, &good, 1, &job, &err), MARU_OK);
    const uint64_t watts = pool_watts(trial->pool);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint32_t other = 77;
        assert_int_equal(pool_adopt(trial->pool, 5, &ask, &bad[i], 1, &other, &err), MARU_E_RANGE);
        assert_int_equal(other, 77);
        assert_int_equal(pool_watts(trial->pool), watts);
    }
    struct pool_ask inner = ask;
    inner.account = 1; // it has accounts below it
    assert_int_equal(pool_adopt(trial->pool, 5, &inner, &good, 1, &job, &err), MARU_E_RANGE);
    pool_end(trial->pool, 6, job);
    assert_int_equal(pool_adopt(trial->pool, 7, &ask, &good, 1, &job, &err), MARU_OK);
    trial_free(trial);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restart_changes_nothing),
        cmocka_unit_test(what_is_not_free_is_not_adopted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
