#include "pool/pool_private.h"
#include "pool/pool_trial.h"

// Who is before whom, and that it keeps its word: the time that is planned for the first that waits, who has waited too long,
// what a guarantee is worth, and who is stopped for it. The state is looked into, since a plan is nobody else's business.

static struct trial *usual(uint64_t seed, uint32_t percent, uint32_t n_job, uint32_t gap_s) {
    struct trial *trial = trial_new(seed);
    trial_some_cluster(trial, 4, 12, 2);
    trial_accounts(trial, percent);
    trial_jobs(trial, n_job, gap_s);
    return trial;
}

// ---- the first that waits

// While one is the first that waits its planned time never moves back, though others are let before it, and it begins then
// at the latest.
static void the_planned_time_never_moves_back(void **state) {
    (void)state;
    uint32_t n_head = 0, n_backfill = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct trial *trial = usual(seed, 0, 200, 60);
        trial->policy.longest_wait_us = 0;
        trial_pool(trial);
        uint32_t next = 0, head = NONE;
        int64_t planned_us = INT64_MAX;
        while (trial_step(trial, &next)) {
            const struct pool *pool = trial->pool;
            struct pool_look look;
            if (head != NONE && pool->head != head) { // it has begun, and not too late
                pool_look(pool, head, &look);
                assert_true(look.state == POOL_RUNNING && look.started_us <= planned_us);
                n_head++;
            }
            planned_us = pool->head == head ? planned_us : INT64_MAX;
            head = pool->head;
            assert_true(head == NONE || pool->head_us <= planned_us);
            assert_true(head == NONE || trial->now_us <= planned_us);
            planned_us = head == NONE ? INT64_MAX : pool->head_us;
        }
        for (uint32_t i = 0; i < trial->n_job; i++) {
            n_backfill += trial->job[i].is_backfill;
        }
        trial_free(trial);
    }
    assert_true(n_head > 500 && n_backfill > 200);
}

// One account, which has used a lot, asks for all of the cluster at once; the other, who weighs a thousand times as much,
// always wants something. With
// longest_wait the big one begins when it has waited so long and all who ran then are done; without, it waits to the end.
static void nobody_starves(void **state) {
    (void)state;
    const int64_t longest = 2000 * TRIAL_S, limit = 500 * TRIAL_S;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        int64_t waited[2];
        for (uint32_t has_limit = 0; has_limit < 2; has_limit++) {
            struct trial *trial = trial_new(seed);
            trial_cluster(trial, 4, 1);
            uint32_t n_gpu = trial->cluster.n_gpu[0];
            const struct account row[3] = {{.name = "all", .weight = 1},
                                           {.name = "big", .weight = 1},
                                           {.name = "many", .weight = 1000}};
            assert_int_equal(
                accounts_make(row, 3, &trial->cluster, &trial->arena, &trial->accounts, NULL),
                MARU_OK);
            for (uint32_t i = 0; i < 1200; i++) {
                struct trial_job *job = &trial->job[i];
                job->ask = (struct pool_ask){.want = {.n_gpu = 1, .gpu_milli = GPU_WHOLE},
                                             .n_part = 1,
                                             .account = 2,
                                             .limit_us = limit,
                                             .tag = i};
                job->run_us = job->left_us = limit / 100 * (50 + trial_draw(trial, 51));
                job->submit_us = (int64_t)(i / n_gpu) * limit / 2;
                job->end_us = INT64_MAX;
                job->first_start_us = -1;
            }
            trial->n_job = 1200;
            trial->job[50].ask.account = 1;
            trial->job[50].ask.n_part = n_gpu < 16 ? n_gpu : 16;
            trial->policy.longest_wait_us = has_limit ? longest : 0;
            trial->policy.memory_milli = 1000;
            trial->policy.half_life_us = INT64_MAX / 4;
            trial_pool(trial);
            pool_remember(trial->pool, 0, 1, 1.0);
            uint32_t next = 0;
            while (trial_step(trial, &next)) {
            }
            assert_true(trial->job[50].is_done && trial->job[50].n_start == 1);
            waited[has_limit] = trial->job[50].first_start_us - trial->job[50].submit_us;
            trial_free(trial);
        }
        assert_true(waited[1] <= longest + limit);
        assert_true(waited[0] > longest + limit);
    }
}

static maru_status see_start(void *context, const struct decision *decision, maru_error *err) {
    (void)err;
    assert_int_equal(decision->kind, DECISION_START);
    *(uint32_t *)context = decision->job;
    return MARU_OK;
}

// Half of a node is free, and kept for one who wants all of it. Who is behind him, and came before him, begins there when he
// has waited too long, though nothing else happens then.
static void a_wait_gets_too_long_by_itself(void **state) {
    (void)state;
    struct trial *trial = trial_new(1);
    do {
        trial_cluster(trial, 1, 1);
    } while (trial->cluster.n_gpu[0] < 2);
    const struct account row[3] = {
        {.name = "all", .weight = 1}, {.name = "few", .weight = 1}, {.name = "many", .weight = 1}};
    assert_int_equal(accounts_make(row, 3, &trial->cluster, &trial->arena, &trial->accounts, NULL),
                     MARU_OK);
    trial->policy.longest_wait_us = 500 * TRIAL_S;
    trial->policy.memory_milli = 1000;
    trial->policy.half_life_us = INT64_MAX / 4;
    trial_pool(trial);
    pool_remember(trial->pool, 0, 2, 1.0);
    const uint8_t all = (uint8_t)trial->cluster.n_gpu[0], half = all / 2;
    const struct {
        int64_t at_s, limit_s;
        uint32_t account;
        uint8_t n_gpu;
    } come[4] = {{0, 1000, 1, half}, {5, 10, 1, all}, {10, 5000, 2, half}, {40, 10, 1, all}};
    uint32_t job[4], started = NONE;
    for (uint32_t i = 0; i < 4; i++) {
        const struct pool_ask ask = {.want = {.n_gpu = come[i].n_gpu, .gpu_milli = GPU_WHOLE},
                                     .n_part = 1,
                                     .account = come[i].account,
                                     .limit_us = come[i].limit_s * TRIAL_S};
        const int64_t at_us = come[i].at_s * TRIAL_S;
        assert_int_equal(pool_submit(trial->pool, at_us, &ask, &job[i], NULL), MARU_OK);
        assert_int_equal(pool_decide(trial->pool, at_us, see_start, &started, NULL), MARU_OK);
        assert_int_equal(started, job[0]);
    }
    pool_end(trial->pool, 50 * TRIAL_S, job[1]); // the one that it was kept for first is taken back
    for (int64_t at_us = 50 * TRIAL_S; at_us <= 510 * TRIAL_S; at_us += 92 * TRIAL_S - 1) {
        assert_int_equal(pool_decide(trial->pool, at_us, see_start, &started, NULL), MARU_OK);
        assert_int_equal(started, job[0]);
        assert_int_equal(pool_next_us(trial->pool), 510 * TRIAL_S);
    }
    assert_int_equal(pool_decide(trial->pool, 510 * TRIAL_S, see_start, &started, NULL), MARU_OK);
    assert_int_equal(started, job[2]);
    trial_free(trial);
}

static maru_status see_any(void *context, const struct decision *decision, maru_error *err) {
    (void)decision;
    (void)err;
    ++*(uint32_t *)context;
    return MARU_OK;
}

// When the next happens of what the player knows of and what the pool says.
static int64_t next_of_all(const struct trial *trial, uint32_t next) {
    int64_t us = pool_next_us(trial->pool);
    if (next < trial->n_job && trial->job[next].submit_us < us) {
        us = trial->job[next].submit_us;
    }
    for (uint32_t i = 0; i < next; i++) {
        us = trial->job[i].end_us < us ? trial->job[i].end_us : us;
    }
    return us;
}

// Whoever decides when something was told, and when pool_next_us says, misses nothing: between, there is nothing to decide. But
// beside a plan each job is tried at two places only, so that what another takes may show it a third: once in 5000.
static void between_there_is_nothing_to_decide(void **state) {
    (void)state;
    uint32_t n_asked = 0, n_own = 0, n_late = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct trial *trial = usual(seed, seed % 3 ? 60 : 0, 150, 60);
        trial->policy.longest_wait_us = (int64_t)(100 + trial_draw(trial, 4000)) * TRIAL_S;
        trial->policy.guarantee = seed % 2 ? GUARANTEE_PRIVATE : GUARANTEE_QUOTA;
        trial_pool(trial);
        uint32_t next = 0;
        while (trial_step(trial, &next)) {
            const int64_t own_us = pool_next_us(trial->pool), until_us = next_of_all(trial, next);
            assert_true(own_us > trial->now_us);
            n_own += own_us < INT64_MAX;
            if (until_us <= trial->now_us + 1 || until_us == INT64_MAX) {
                continue;
            }
            struct pool *copy = NULL;
            uint32_t n_decided = 0;
            assert_int_equal(pool_copy(trial->pool, &copy, NULL), MARU_OK);
            assert_int_equal(pool_decide(copy, until_us - 1, see_any, &n_decided, NULL), MARU_OK);
            assert_true(n_decided == 0 || trial->pool->head != NONE);
            n_late += n_decided > 0;
            n_asked++;
            pool_free(copy);
        }
        trial_free(trial);
    }
    assert_true(n_asked > 10000 && n_own > 1000 && n_late * 5000 <= n_asked);
}

// ---- guarantees

// With private guarantees: who is covered is not borrowed, who is not is, where anybody has one (a small cluster gives all
// tenants less than a GPU); and what is planned for the first that waits is where it may stand.
static void the_covered_are_not_borrowed(void **state) {
    (void)state;
    uint32_t n_covered = 0, n_borrowed = 0, n_planned = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct trial *trial = usual(seed, 70, 200, 60);
        for (uint32_t i = 0; i < trial->n_job; i++) {
            trial->job[i].ask.checkpoints = i % 3 > 0;
        }
        trial->policy.guarantee = GUARANTEE_PRIVATE;
        trial_pool(trial);
        uint32_t next = 0;
        while (trial_step(trial, &next)) {
            const struct pool *pool = trial->pool;
            for (uint32_t i = 0; i < pool->n_ends; i++) {
                const struct pool_job *job = &pool->job[pool->ends[i]];
                struct pool_look look;
                pool_look(pool, pool->ends[i], &look);
                assert_int_equal(look.is_borrowed, pool->has_guarantees && !job->is_covered);
                n_covered += job->is_covered;
                n_borrowed += look.is_borrowed;
            }
            for (uint32_t i = 0; pool->head != NONE && i < pool->n_plan_node; i++) {
                const uint32_t node = pool->plan_node[i].node;
                assert_false(pool->node[node].is_home &&
                             !private_is_guest(pool, &pool->job[pool->head].ask));
                n_planned++;
            }
        }
        trial_free(trial);
    }
    assert_true(n_covered > 1000 && n_borrowed > 1000 && n_planned > 100);
}

struct owing { // a job that is inside its account's guarantee from the first
    bool is_owed;
};

// Single GPUs that all may be stopped: whoever is inside his guarantee when he comes begins within the grace, and each stop is
// for one who begins when the stopped are gone.
static void a_guarantee_is_there_within_the_grace(void **state) {
    (void)state;
    uint32_t n_owed = 0, n_stop = 0, n_waited = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct trial *trial = usual(seed, 90, 300, 20);
        struct owing owing[TRIAL_JOBS] = {0};
        for (uint32_t i = 0; i < trial->n_job; i++) {
            struct pool_ask *ask = &trial->job[i].ask;
            ask->want = (struct want){.n_gpu = 1, .gpu_milli = GPU_WHOLE};
            ask->want.types = 1U << trial_draw(trial, trial->cluster.n_type);
            ask->n_part = 1;
            ask->priority = 0;
            ask->can_stop = true;
            ask->account = trial_draw(trial, 3) ? 3 : ask->account; // one wants most
        }
        trial->policy.protect_us = 0;
        trial_pool(trial);
        uint32_t next = 0, seen = 0;
        while (trial_step(trial, &next)) {
            for (; seen < next; seen++) {
                const struct pool_ask *ask = &trial->job[seen].ask;
                uint32_t type = 0, n = 0;
                while (!(ask->want.types >> type & 1)) {
                    type++;
                }
                for (uint32_t i = 0; i <= seen; i++) {
                    n += trial->job[i].is_there && trial->job[i].ask.account == ask->account &&
                         trial->job[i].ask.want.types == ask->want.types;
                }
                owing[seen].is_owed = trial->job[seen].is_there &&
                                      n <= trial->accounts.row[ask->account].guarantee[type];
            }
        }
        for (uint32_t i = 0; i < trial->n_job; i++) {
            const struct trial_job *job = &trial->job[i];
            const int64_t waited = job->first_start_us - job->submit_us;
            assert_true(job->is_done);
            assert_true(!owing[i].is_owed ||
                        (waited <= trial->policy.grace_us && job->n_stop == 0));
            n_owed += owing[i].is_owed;
            n_waited += owing[i].is_owed && waited > 0;
        }
        n_stop += trial->n_stop;
        trial_free(trial);
    }
    assert_true(n_owed > 1000 && n_waited > 100 && n_stop > 100);
}

// Books of who was stopped for whom, in one deciding.
enum { MOST_VICTIMS = 64 };
struct stopped {
    uint32_t for_job, n, victim[MOST_VICTIMS];
    int64_t at_us;
};
static struct stopped stopped;
static uint32_t n_checked;

// Would it fit, were these gone but one, and those who stop anyway?
static bool fits_without(struct trial *trial, const struct trial_job *job, uint32_t left_out) {
    for (uint32_t i = 0; i < stopped.n; i++) {
        if (i != left_out) {
            trial_hold(trial, &trial->job[stopped.victim[i]], -1);
        }
    }
    const bool is_fitting = trial_fits(trial, &job->ask);
    for (uint32_t i = 0; i < stopped.n; i++) {
        if (i != left_out) {
            trial_hold(trial, &trial->job[stopped.victim[i]], 1);
        }
    }
    return is_fitting;
}

static struct trial_job *of_number(struct trial *trial, uint32_t number) {
    for (uint32_t i = 0; i < trial->n_job; i++) {
        if (trial->job[i].is_there && trial->job[i].number == number) {
            return &trial->job[i];
        }
    }
    fail_msg("job %u is stopped for, and is not there", number);
    return NULL;
}

static void note_stop(struct trial *trial, const struct decision *decision, struct trial_job *job) {
    if (decision->kind == DECISION_STOP) {
        assert_true(job->ask.can_stop && job->is_borrowed);
        assert_true(trial->now_us >= job->started_us + trial->policy.protect_us);
        assert_int_equal(decision->reason, STOP_RECLAIM);
        assert_true(stopped.n < MOST_VICTIMS);
        stopped.for_job = stopped.n && stopped.for_job != decision->for_job
                              ? POOL_NO_JOB // several in one deciding
                              : decision->for_job;
        stopped.victim[stopped.n++] = (uint32_t)decision->tag;
        assert_false(of_number(trial, decision->for_job)->is_running);
    }
}

static uint32_t n_stopping(const struct trial *trial) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < trial->n_job; i++) {
        n += trial->job[i].is_stopping;
    }
    return n;
}

// Only borrowed jobs are stopped that may be, and are past their protection; for whom they are stopped begins when they are
// gone, and of those stopped for one part none could have stayed.
static void nobody_is_stopped_in_vain(void **state) {
    (void)state;
    uint32_t n_promise = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct trial *trial = usual(seed, 80, 200, 60);
        int64_t due_us[TRIAL_JOBS];
        memset(due_us, 0x7f, sizeof due_us);
        trial->policy.protect_us = seed % 2 ? 0 : 200 * TRIAL_S;
        trial->watch = note_stop;
        trial_pool(trial);
        uint32_t next = 0;
        for (bool is_more = true; is_more;) {
            const uint32_t n_before = n_stopping(trial);
            stopped.n = 0;
            is_more = trial_step(trial, &next);
            if (stopped.n && n_before == 0 && stopped.for_job != POOL_NO_JOB) {
                const struct trial_job *job = of_number(trial, stopped.for_job);
                assert_true(fits_without(trial, job, UINT32_MAX));
                for (uint32_t i = 0; i < stopped.n && job->ask.n_part == 1 && job->ask.can_stop;
                     i++) {
                    assert_false(fits_without(trial, job, i));
                    n_checked++;
                }
                due_us[job - trial->job] = trial->now_us + trial->policy.grace_us;
                n_promise++;
            }
            for (uint32_t i = 0; i < trial->n_job; i++) {
                assert_true(trial->job[i].is_running || trial->job[i].is_done ||
                            trial->now_us <= due_us[i]);
                due_us[i] = trial->job[i].is_running ? INT64_MAX : due_us[i];
            }
        }
        trial_free(trial);
    }
    assert_true(n_promise > 100 && n_checked > 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_planned_time_never_moves_back),
        cmocka_unit_test(nobody_starves),
        cmocka_unit_test(a_wait_gets_too_long_by_itself),
        cmocka_unit_test(between_there_is_nothing_to_decide),
        cmocka_unit_test(the_covered_are_not_borrowed),
        cmocka_unit_test(a_guarantee_is_there_within_the_grace),
        cmocka_unit_test(nobody_is_stopped_in_vain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
