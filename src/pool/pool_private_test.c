#include "pool/pool_homes.h"
#include "pool/pool_trial.h"

// "A tenant inside its guarantee never waits longer than on a private cluster of that size" (Zhao et al., HiveD, OSDI 2020), by
// running both: the pool with everybody's jobs, then for each account a pool of its own over its home, with its jobs only.

static struct trial *bursts(uint64_t seed, uint32_t n_job) {
    struct trial *trial = trial_new(seed);
    trial_some_cluster(trial, 4, 16, 2);
    trial_accounts(trial, 60 + trial_draw(trial, 41));
    trial_jobs(trial, n_job, 60);
    int64_t at = 0;
    uint32_t account = 3, n_left = 0;
    for (uint32_t i = 0; i < n_job; i++) { // one account hands in a lot, then another
        struct trial_job *job = &trial->job[i];
        if (n_left == 0) {
            account = 3 + trial_draw(trial, 6);
            n_left = 1 + trial_draw(trial, 25);
            at += (int64_t)trial_draw(trial, 1500) * TRIAL_S;
        }
        n_left--;
        at += 1 + trial_draw(trial, 1000000); // no two things happen at the same time
        job->submit_us = at;
        job->ask.account = account;
        job->ask.checkpoints = job->ask.can_stop && trial_draw(trial, 8) > 0;
        job->run_us -= trial_draw(trial, 10000);
        job->run_us = job->run_us > 0 ? job->run_us : 1;
        job->left_us = job->run_us;
    }
    trial->policy.guarantee = GUARANTEE_PRIVATE;
    trial->policy.placement = (enum placement_rule)(seed % PLACEMENT_RULES);
    trial->policy.backfill = seed % 4 ? BACKFILL_EASY : BACKFILL_NONE;
    trial->policy.reclaim = (enum reclaim_rule)(seed % RECLAIM_RULES);
    trial->policy.grace_us = seed % 2 ? 0 : 120 * TRIAL_S;
    return trial;
}

// ---- the private cluster

struct private_run {
    struct trial *trial;
    uint32_t account;
    struct pool *pool;
    uint32_t number[TRIAL_JOBS];
    int64_t start_us[TRIAL_JOBS]; // -1: not yet
    bool is_there[TRIAL_JOBS];
    int64_t now_us;
};

static maru_status see_private(void *context, const struct decision *decision, maru_error *err) {
    struct private_run *run = context;
    (void)err;
    assert_int_equal(decision->kind, DECISION_START);
    run->start_us[decision->tag] = run->now_us;
    return MARU_OK;
}

// It runs there as long as it really did; one that a guest's grace has kept waiting in the pool leaves no sooner than there.
static int64_t private_end_us(const struct private_run *run, uint32_t i) {
    const struct trial_job *job = &run->trial->job[i];
    const int64_t end_us = run->start_us[i] + job->run_us;
    assert_true(job->over_us <= end_us + run->trial->policy.grace_us);
    return job->over_us > end_us ? job->over_us : end_us;
}

static bool private_step(struct private_run *run, uint32_t *next) {
    const struct trial *trial = run->trial;
    while (*next < trial->n_job && trial->job[*next].ask.account != run->account) {
        (*next)++;
    }
    int64_t at = *next < trial->n_job ? trial->job[*next].submit_us : INT64_MAX;
    uint32_t who = UINT32_MAX;
    for (uint32_t i = 0; i < *next; i++) {
        if (run->is_there[i] && run->start_us[i] >= 0 && private_end_us(run, i) < at) {
            at = private_end_us(run, i);
            who = i;
        }
    }
    if (at == INT64_MAX) {
        return false;
    }
    run->now_us = at;
    if (who != UINT32_MAX) {
        pool_end(run->pool, at, run->number[who]);
        run->is_there[who] = false;
    } else {
        uint32_t row = 0;
        (void)pool_home(trial->pool, run->account, &row);
        struct pool_ask ask = trial->job[*next].ask;
        ask.account = row;
        const maru_status st = pool_submit(run->pool, at, &ask, &run->number[*next], NULL);
        assert_true(st == MARU_OK || st == MARU_E_RANGE);
        run->is_there[(*next)++] = st == MARU_OK;
    }
    assert_int_equal(pool_decide(run->pool, at, see_private, run, NULL), MARU_OK);
    return true;
}

struct counted {
    uint32_t n_inside, n_sooner, n_later, n_same;
};

static void run_private(struct trial *trial, uint32_t account, struct counted *counted) {
    uint32_t row = 0;
    const struct home *home = pool_home(trial->pool, account, &row);
    struct private_run *run = calloc(1, sizeof *run);
    assert_non_null(run);
    run->trial = trial;
    run->account = account;
    memset(run->start_us, 0xff, sizeof run->start_us);
    struct pool_policy policy = trial->policy;
    policy.guarantee = GUARANTEE_QUOTA;
    policy.reclaim = RECLAIM_NONE;
    const struct pool_world world = {
        .cluster = &home->cluster, .accounts = &home->accounts, .policy = &policy};
    assert_int_equal(pool_new(&world, &run->pool, NULL), MARU_OK);
    uint32_t next = 0;
    while (private_step(run, &next)) {
    }
    for (uint32_t i = 0; i < trial->n_job; i++) {
        const struct trial_job *job = &trial->job[i];
        if (job->ask.account == account && run->start_us[i] >= 0) {
            assert_true(job->first_start_us >= 0);
            assert_true(job->first_start_us <= run->start_us[i] + trial->policy.grace_us);
            counted->n_inside++;
            counted->n_sooner += job->first_start_us < run->start_us[i];
            counted->n_later += job->first_start_us > run->start_us[i];
            counted->n_same += job->first_start_us == run->start_us[i];
        }
    }
    pool_free(run->pool);
    free(run);
}

static void nobody_waits_longer_than_alone(void **state) {
    (void)state;
    struct counted counted = {0};
    uint32_t n_stop = 0;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct trial *trial = bursts(seed, 160);
        trial_pool(trial);
        uint32_t next = 0;
        while (trial_step(trial, &next)) {
            assert_true(trial->n_start < 10000);
        }
        for (uint32_t i = 0; i < trial->n_job; i++) {
            assert_true(trial->job[i].is_done);
        }
        for (uint32_t a = 3; a < 9; a++) {
            uint32_t row = 0;
            if (pool_home(trial->pool, a, &row)) {
                run_private(trial, a, &counted);
            }
        }
        n_stop += trial->n_stop;
        trial_free(trial);
    }
    print_message("inside %u, sooner %u, same %u, within the grace %u, stops %u\n",
                  counted.n_inside, counted.n_sooner, counted.n_same, counted.n_later, n_stop);
    assert_true(counted.n_sooner > 1000 && counted.n_same > 1000 && counted.n_later > 50);
    assert_true(n_stop > 200);
}

// Two homes of one node each, and a third account without. Account 1 runs on its own node and, as a guest, on that of 2; when
// its first job ends its second is covered where it is, and account 3 becomes its guest. Then 2 comes: who makes room for it is
// at home again within the grace, since its own guest went at the same time.
static void who_moves_is_home_within_the_grace(void **state) {
    (void)state;
    struct trial *trial = trial_new(1);
    const struct gpu_type type = {.name = "a"};
    const struct cluster_node node[2] = {{.name = "x", .n_gpu = 4}, {.name = "y", .n_gpu = 4}};
    const struct cluster_rows rows = {.type = &type, .node = node, .n_type = 1, .n_node = 2};
    const uint32_t four = 4;
    const struct account row[4] = {{.name = "all", .weight = 1},
                                   {.name = "one", .weight = 1, .guarantee = &four},
                                   {.name = "two", .weight = 1, .guarantee = &four},
                                   {.name = "none", .weight = 1}};
    static const struct {
        int64_t submit_s, run_s;
        uint32_t account;
        bool is_guest;
    } jobs[4] = {{0, 50, 1, false}, {1, 1000, 1, true}, {60, 1000, 3, true}, {100, 1000, 2, false}};
    assert_int_equal(cluster_make(&rows, &trial->arena, &trial->cluster, NULL), MARU_OK);
    assert_int_equal(accounts_make(row, 4, &trial->cluster, &trial->arena, &trial->accounts, NULL),
                     MARU_OK);
    for (uint32_t i = 0; i < 4; i++) {
        trial->job[i] = (struct trial_job){.ask = {.want = {.n_gpu = 4, .gpu_milli = GPU_WHOLE},
                                                   .n_part = 1,
                                                   .account = jobs[i].account,
                                                   .can_stop = jobs[i].is_guest,
                                                   .checkpoints = jobs[i].is_guest,
                                                   .tag = i},
                                           .submit_us = jobs[i].submit_s * TRIAL_S,
                                           .run_us = jobs[i].run_s * TRIAL_S,
                                           .left_us = jobs[i].run_s * TRIAL_S,
                                           .end_us = INT64_MAX,
                                           .first_start_us = -1};
        for (uint32_t g = 0; g < 4; g++) {
            trial->gpu[i % 2][g] = GPU_WHOLE;
        }
    }
    trial->n_job = 4;
    trial->policy.guarantee = GUARANTEE_PRIVATE;
    trial->policy.grace_us = 100 * TRIAL_S;
    trial_pool(trial);
    uint32_t next = 0;
    while (trial_step(trial, &next)) {
    }
    assert_int_equal(trial->job[1].first_start_us, 1 * TRIAL_S);
    assert_int_equal(trial->job[1].n_start, 2);
    assert_int_equal(trial->job[1].started_us, 200 * TRIAL_S); // at home
    assert_int_equal(trial->job[1].part[0].node, 0);
    assert_int_equal(trial->job[3].first_start_us, 200 * TRIAL_S);
    assert_int_equal(trial->job[3].part[0].node, 1);
    assert_int_equal(trial->job[2].n_stop, 1);
    trial_free(trial);
}

// What could never run is refused: no guest, too large for its home and for what is nobody's.
static void what_fits_nowhere_is_refused(void **state) {
    (void)state;
    struct trial *trial = bursts(5, 1);
    trial_accounts(trial, 100);
    trial_pool(trial);
    uint32_t job = 0, row = 0;
    maru_error err;
    assert_non_null(pool_home(trial->pool, 3, &row));
    struct pool_ask ask = {.want = {.types = 1, .n_gpu = 1, .gpu_milli = GPU_WHOLE},
                           .n_part = trial->cluster.n_gpu[0], // some are somebody's home
                           .account = 3};
    assert_int_equal(pool_submit(trial->pool, 0, &ask, &job, &err), MARU_E_RANGE);
    ask.can_stop = true; // and loses all it did
    assert_int_equal(pool_submit(trial->pool, 0, &ask, &job, &err), MARU_E_RANGE);
    ask.checkpoints = true;
    ask.grace_us = trial->policy.grace_us + 1;
    assert_int_equal(pool_submit(trial->pool, 0, &ask, &job, &err), MARU_E_RANGE);
    ask.grace_us = 0;
    assert_int_equal(pool_submit(trial->pool, 0, &ask, &job, &err), MARU_OK);
    trial_free(trial);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_waits_longer_than_alone),
        cmocka_unit_test(who_moves_is_home_within_the_grace),
        cmocka_unit_test(what_fits_nowhere_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
