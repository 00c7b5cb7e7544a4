#include "study/replay/trace_replay.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <string.h>

#include "base/random.h"
#include "study/replay/trial_replay.h"

// Laws that every replay obeys, and waits that are known by hand or by a formula.

static void add(struct trial *t, int64_t submit_us, int64_t run_us, uint32_t n_part, uint32_t n_gpu,
                const char *account) {
    const struct trace_job job = {.want = {.n_gpu = (uint8_t)n_gpu,
                                           .gpu_milli = n_gpu ? GPU_WHOLE : 0,
                                           .cpu_milli = n_gpu ? 0 : 1000},
                                  .n_part = n_part,
                                  .submit_us = submit_us,
                                  .run_us = run_us};
    trial_add(t, job, account);
}

static struct replay run(struct trial *t) {
    struct replay replay;
    maru_error err = {0};
    const struct replay_ask ask = {
        .cluster = &t->cluster, .trace = &t->trace, .policy = &t->policy};
    if (replay_run(&ask, &replay, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    return replay;
}

static double uniform(uint64_t seed, uint64_t stream, uint64_t k) {
    return (random_at(seed, stream, k).word[0] + 0.5) / 4294967296.0;
}

// Jobs of mixed sizes, of several tenants, that come so fast that many wait.
static void fill(struct trial *t, uint64_t seed, uint32_t n) {
    static const uint8_t sizes[] = {0, 1, 1, 1, 2, 4, 8};
    double at = 0;
    for (uint32_t i = 0; i < n; i++) {
        char account[16];
        snprintf(account, sizeof account, "t%u", random_at(seed, 3, i).word[0] % 5);
        at += -log(uniform(seed, 1, i)) * 200;
        const uint32_t size = sizes[random_at(seed, 4, i).word[0] % 7];
        const uint32_t n_part = size == 8 && random_at(seed, 4, i).word[1] % 2 ? 3 : 1;
        add(t, (int64_t)(at * 1e6), (int64_t)(-log(uniform(seed, 2, i)) * 3600e6), n_part, size,
            account);
    }
}

static const char four_nodes[] = "name,gpu_type,gpus,cpus,memory,count\na,H100,8,96,1024,4\n";

// What everybody waited, added up job by job, is the mean number that waits times the time; the same with GPUs.
static void test_sums(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct trial t;
        trial_init(&t, four_nodes);
        fill(&t, seed, 1500);
        struct replay replay = run(&t);
        double waits = 0;
        double gpu_hours = 0;
        double waiting = 0;
        double used = 0;
        for (uint32_t i = 0; i < replay.n_wait; i++) {
            waits += (double)replay.wait_us[i] / HOUR;
            gpu_hours += (double)trace_job_milli(&t.trace.job[i]) / GPU_WHOLE *
                         (double)t.trace.job[i].run_us / HOUR;
        }
        for (uint32_t i = 0; i < replay.n_point; i++) {
            const double width = fmin(replay.point_hours, replay.hours - i * replay.point_hours);
            waiting += replay.waiting_at[i] * width;
            used += replay.used_at[i] * width;
        }
        assert_int_equal(replay.n_job, 1500);
        assert_int_equal(replay.n_left + replay.n_unfit + replay.n_without + replay.n_stopped, 0);
        assert_true(waits > 1000); // they do wait
        assert_true(fabs(waits - waiting) < 1e-6 * waits);
        assert_true(fabs(waits / replay.n_job - replay.waits.mean) < 1e-9 * waits);
        assert_true(fabs(gpu_hours - replay.gpu_hours) < 1e-6 * gpu_hours);
        assert_true(fabs(gpu_hours - used) < 1e-6 * gpu_hours);
        assert_true(fabs(replay.used * 32 * replay.hours - gpu_hours) < 1e-6 * gpu_hours);
        double by_account = 0;
        uint32_t n = 0;
        for (uint32_t k = 0; k < replay.n_account; k++) {
            by_account += replay.by_account[k].gpu_hours;
            n += replay.by_account[k].waits.n;
        }
        assert_true(fabs(by_account - gpu_hours) < 1e-6 * gpu_hours);
        assert_int_equal(n, 1500);
        assert_true(replay.jain > 0.2 && replay.jain <= 1);
        // An hour of a busy H100 and its share of idle ones is between all idle and all busy.
        assert_true(replay.kwh >= 32 * 0.105 * replay.hours * (1 - 1e-9));
        assert_true(replay.kwh <= 32 * 0.700 * replay.hours * (1 + 1e-9));
        replay_free(&replay);
        trial_fini(&t);
    }
}

static void test_all_fit(void **state) {
    (void)state;
    struct trial t;
    trial_init(&t, "name,gpu_type,gpus,cpus,memory,count\na,H100,8,96,1024,600\n");
    fill(&t, 1, 600); // at most a node for each
    for (uint32_t i = 0; i < t.trace.n; i++) {
        t.trace.job[i].n_part = 1;
    }
    for (int rule = 0; rule < PLACEMENT_RULES; rule++) {
        t.policy.placement = (enum placement_rule)rule;
        struct replay replay = run(&t);
        assert_true(replay.waits.most == 0 && replay.hours_waited == 0 && replay.jain == 1);
        replay_free(&replay);
    }
    trial_fini(&t);
}

static void test_same_policy(void **state) {
    (void)state;
    struct trial t;
    struct replay_difference difference;
    trial_init(&t, four_nodes);
    fill(&t, 2, 800);
    struct replay a = run(&t);
    struct replay b = run(&t);
    assert_memory_equal(a.wait_us, b.wait_us, a.n_wait * sizeof *a.wait_us);
    assert_int_equal(replay_compare(&a, &b, 1, &difference, NULL), MARU_OK);
    assert_true(difference.mean == 0 && difference.low == 0 && difference.high == 0);
    assert_int_equal(difference.n, 800);
    assert_int_equal(difference.n_sooner + difference.n_later, 0);
    replay_free(&b);
    t.policy.backfill = BACKFILL_NONE; // now it does differ, and the interval says so
    b = run(&t);
    assert_int_equal(replay_compare(&a, &b, 1, &difference, NULL), MARU_OK);
    assert_true(difference.low > 0 && difference.low < difference.mean);
    assert_true(difference.mean < difference.high);
    assert_true(fabs(difference.mean - (b.waits.mean - a.waits.mean)) < 1e-9 * b.waits.mean);
    replay_free(&a);
    replay_free(&b);
    trial_fini(&t);
}

// The probability that all c servers are busy where a = arrival rate * service time (Erlang's C formula).
static double erlang_c(uint32_t c, double a) {
    double blocked = 1; // Erlang's B by its recursion
    for (uint32_t k = 1; k <= c; k++) {
        blocked = a * blocked / (k + a * blocked);
    }
    return blocked / (1 - a / c * (1 - blocked));
}

// M/M/c: the mean wait is C / (c mu - lambda). Waits come in busy periods, so 60 stretches of the trace give the doubt.
static void test_erlang(void **state) {
    (void)state;
    enum { SERVERS = 8, STRETCH = 1000, STRETCHES = 60, JOBS = STRETCH * STRETCHES };
    const double load = 0.8;
    struct trial t;
    trial_init(&t, "name,gpu_type,gpus,cpus,memory\na,H100,8,96,1024\n");
    double at = 0;
    for (uint32_t i = 0; i < JOBS; i++) {
        at += -log(uniform(9, 1, i)) / (SERVERS * load);
        add(&t, (int64_t)(at * HOUR), (int64_t)(-log(uniform(9, 2, i)) * HOUR), 1, 1, "all");
    }
    struct replay replay = run(&t);
    double squares = 0;
    for (uint32_t s = 0; s < STRETCHES; s++) {
        double sum = 0;
        for (uint32_t i = 0; i < STRETCH; i++) {
            sum += (double)replay.wait_us[s * STRETCH + i] / HOUR;
        }
        const double off = sum / STRETCH - replay.waits.mean;
        squares += off * off;
    }
    const double doubt = sqrt(squares / (STRETCHES - 1) / STRETCHES);
    const double want = erlang_c(SERVERS, SERVERS * load) / (SERVERS * (1 - load));
    if (fabs(replay.waits.mean - want) > 3 * doubt || doubt > 0.1 * want) {
        fail_msg("mean wait %g h, Erlang C %g h, standard error %g h", replay.waits.mean, want,
                 doubt);
    }
    replay_free(&replay);
    trial_fini(&t);
}

// One GPU. 1 runs 10:00 to 11:00; 2 came 10:10, 3 came 10:30 and runs longer than 2; 4 began never, 5 asks for what there is not.
static const char sacct[] =
    "JobID|User|Account|Submit|Start|End|Elapsed|Timelimit|State|AllocTRES|ReqTRES|NNodes\n"
    "1|kim|ai|2026-05-01T10:00:00|2026-05-01T10:00:00|2026-05-01T11:00:00|01:00:00|01:30:00|"
    "COMPLETED|cpu=1,gres/gpu=1,node=1||1\n"
    "1.batch||ai|2026-05-01T10:00:00||||||cpu=1||\n"
    "2|kim|ai|2026-05-01T10:10:00|2026-05-01T12:00:00|2026-05-01T12:20:00|00:20:00|00:30:00|"
    "COMPLETED|cpu=1,gres/gpu=1,node=1||1\n"
    "3|kim|ai|2026-05-01T10:30:00|2026-05-01T12:30:00|2026-05-01T14:30:00|02:00:00|02:00:00|"
    "TIMEOUT|cpu=1,gres/gpu=1,node=1||1\n"
    "4|kim|ai|2026-05-01T10:31:00|None|2026-05-01T10:32:00|00:00:00|02:00:00|CANCELLED by 7||"
    "cpu=1,gres/gpu=1|1\n"
    "5|kim|ai|2026-05-01T10:31:00|2026-05-01T12:30:00|2026-05-01T14:30:00|02:00:00|02:00:00|"
    "COMPLETED|cpu=1,gres/gpu=2,node=1||1\n";

static void test_sacct(void **state) {
    (void)state;
    static const double waits_min[] = {0, 50, 50, NAN};
    struct trial t;
    struct sheet_faults faults;
    trial_init(&t, "name,gpu_type,gpus,cpus\na,H100,1,8\n");
    assert_int_equal(job_trace_read(&t.trace, sacct, strlen(sacct), &t.cluster, &faults, NULL),
                     MARU_OK);
    struct replay replay = run(&t);
    assert_int_equal(replay.n_wait, 4);
    assert_int_equal(replay.n_job, 3);
    assert_int_equal(replay.n_unfit, 1);
    for (uint32_t i = 0; i < 4; i++) {
        if (isnan(waits_min[i])) {
            assert_true(replay.wait_us[i] == TRACE_NEVER);
        } else if (replay.wait_us[i] != (int64_t)(waits_min[i] * 60e6)) {
            fail_msg("job %u waits %lld us", i + 1, (long long)replay.wait_us[i]);
        }
    }
    assert_true(fabs(replay.gpu_hours - 3 - 1 / 3.0) < 1e-9);
    assert_true(fabs(replay.hours - 3 - 1 / 3.0) < 1e-9);
    assert_true(fabs(replay.waits.mean - 100 / 180.0) < 1e-9);
    assert_true(fabs(replay.hours_waited - 70 / 60.0) < 1e-9);
    replay_free(&replay);
    trial_fini(&t);
}

// Of a job that was requeued the last run counts, from the first submission on; a number that comes again otherwise is another job, and
// words that are no times are none.
static const char odd_sacct[] =
    "JobID|User|Account|Submit|Start|End|Elapsed|Timelimit|State|AllocTRES|ReqTRES|NNodes\n"
    "14|c|ai|2026-05-01T10:00:00|2026-05-01T10:10:00|2026-05-01T10:40:00|00:30:00|01:00:00|"
    "NODE_FAIL|cpu=4,gres/gpu=1,node=1||1\n"
    "14.batch||ai||||||CANCELLED|cpu=4||1\n"
    "14|c|ai|2026-05-01T10:45:00|2026-05-01T10:50:00|2026-05-01T12:50:00|1-02:03:04|2-00:00:00|"
    "CANCELLED by 1000|billing=9,cpu=4,energy=18446744073709551614,gres/gpu:h100=1,gres/gpu=1,"
    "gres/gpumem=0,mem=62.50G,node=1||1\n"
    "15|c|ai|2026-05-01T10:01:00|2026-05-01T10:10:00|2026-05-01T10:40:00|00:30:00|UNLIMITED|"
    "REQUEUED|cpu=4,gres/gpu=1,node=1||1\n"
    "15|c|ai|2026-05-01T10:41:00|Unknown|Unknown|00:00:00|1-00:00:00|PENDING||cpu=4,gres/gpu=1|1\n"
    "16|c|ai|2026-05-01T10:02:00|2026-05-01T10:10:00|2026-05-01T10:40:00|INVALID|Partition_Limit|"
    "TIMEOUT|cpu=4,node=1||1\n"
    "16|c|ai|2026-05-01T10:03:00|2026-05-01T10:10:00|2026-05-01T10:11:00|01:00|10:00|"
    "OUT_OF_MEMORY|cpu=4,node=1||1\n"
    "12_[1-5%2]|c|ai|2026-05-01T10:04:00|Unknown|Unknown|00:00:00|1-00:00:00|PENDING||cpu=4|1\n"
    "12+1|c|ai|2026-05-01T10:05:00|2026-05-01T10:06:00|Unknown|00:30:00.512|1:00:00|RUNNING|"
    "cpu=4,node=2,gres/gpu=2||2\n";

static void test_odd_sacct(void **state) {
    (void)state;
    static const struct {
        double submit_min, run_min, limit_min;
        uint32_t n_part;
    } want[] = {{0, 26 * 60 + 3 + 4 / 60.0, 48 * 60, 1},
                {1, 30, 0, 1},
                {2, 30, 0, 1},
                {3, 1, 10, 1},
                {5, 30 + 0.512 / 60, 60, 2}};
    struct trial t;
    struct sheet_faults faults;
    maru_error err = {0};
    trial_init(&t, "name,gpu_type,gpus,cpus\na,H100,4,64\n");
    if (job_trace_read(&t.trace, odd_sacct, strlen(odd_sacct), &t.cluster, &faults, &err) !=
        MARU_OK) {
        fail_msg("row %u: %s", err.row, err.text);
    }
    assert_int_equal(t.trace.n, 5);
    assert_int_equal(t.trace.n_again, 1);
    for (uint32_t i = 0; i < t.trace.n; i++) {
        const struct trace_job *const job = &t.trace.job[i];
        const double submit_min = (double)(job->submit_us - t.trace.job[0].submit_us) / 60e6;
        if (fabs(submit_min - want[i].submit_min) > 1e-9 ||
            fabs((double)job->run_us / 60e6 - want[i].run_min) > 1e-9 ||
            fabs((double)job->limit_us / 60e6 - want[i].limit_min) > 1e-9) {
            fail_msg("job %u: %g, %g, %g", i, submit_min, (double)job->run_us / 60e6,
                     (double)job->limit_us / 60e6);
        }
        assert_int_equal(job->n_part, want[i].n_part);
    }
    trial_fini(&t);
}

// A guarantee is had within the grace that a borrower has, and what a borrower lost it does again, or not where it keeps it. One
// that may not be stopped cannot borrow what is guaranteed to others: it never comes in.
static void test_reclaim(void **state) {
    (void)state;
    static const uint32_t all[] = {1};
    const struct account rows[] = {{.name = "all", .weight = 1000},
                                   {.name = "owner", .weight = 1000, .guarantee = all},
                                   {.name = "guest", .weight = 1000}};
    static const uint32_t account_row[] = {2, 1}; // the guest's name comes first
    static const struct {
        bool all_keep, it_keeps, is_fixed;
        double hours_lost; // and the grace, where any
    } cases[] = {{false, false, false, 2},
                 {true, false, false, 0},
                 {false, true, false, 0},
                 {true, true, true, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trial t;
        struct accounts accounts;
        struct replay replay;
        trial_init(&t, "name,gpu_type,gpus,cpus\na,H100,1,8\n");
        assert_int_equal(accounts_make(rows, 3, &t.cluster, &t.arena, &accounts, NULL), MARU_OK);
        add(&t, 0, 4 * HOUR, 1, 1, "guest");
        add(&t, 2 * HOUR, HOUR, 1, 1, "owner");
        t.trace.job[0].checkpoints = cases[i].it_keeps;
        t.trace.job[0].is_fixed = cases[i].is_fixed;
        const struct replay_ask ask = {.cluster = &t.cluster,
                                       .trace = &t.trace,
                                       .policy = &t.policy,
                                       .accounts = &accounts,
                                       .account_row = account_row,
                                       .checkpoints = cases[i].all_keep};
        assert_int_equal(replay_run(&ask, &replay, NULL), MARU_OK);
        assert_int_equal(replay.n_stopped, !cases[i].is_fixed);
        assert_int_equal(replay.n_unfit, cases[i].is_fixed);
        assert_true(replay.wait_us[0] == (cases[i].is_fixed ? TRACE_NEVER : 0));
        assert_true(replay.wait_us[1] == (cases[i].is_fixed ? 0 : t.policy.grace_us));
        const double grace_h = (double)t.policy.grace_us / HOUR;
        const double lost_h = cases[i].hours_lost + (cases[i].hours_lost > 0 ? grace_h : 0);
        const double want_h = cases[i].is_fixed ? 1 : 5 + lost_h;
        if (fabs(replay.gpu_hours - want_h) > 1e-9) {
            fail_msg("case %zu: %g GPU-hours, want %g", i, replay.gpu_hours, want_h);
        }
        replay_free(&replay);
        trial_fini(&t);
    }
}

static void test_refusals(void **state) {
    (void)state;
    struct trial t;
    struct replay replay;
    maru_error err = {0};
    trial_init(&t, four_nodes);
    const struct replay_ask ask = {.cluster = &t.cluster, .trace = &t.trace, .policy = &t.policy};
    assert_int_equal(replay_run(&ask, &replay, &err), MARU_E_INPUT); // no job
    add(&t, 0, TRACE_NEVER, 1, 1, "a");
    assert_int_equal(replay_run(&ask, &replay, &err), MARU_E_INPUT); // nobody knows how long
    add(&t, 0, HOUR, 1, 16, "a");
    assert_int_equal(replay_run(&ask, &replay, &err), MARU_E_INPUT); // no node has 16
    add(&t, TRACE_NEVER, HOUR, 1, 1, "a");
    assert_int_equal(replay_run(&ask, &replay, &err), MARU_E_INPUT); // no times
    trial_fini(&t);
}

static bool go_on(void *context, double share) {
    (void)context;
    return share < 0;
}

static void test_stopped(void **state) {
    (void)state;
    struct trial t;
    struct replay replay;
    trial_init(&t, four_nodes);
    fill(&t, 3, 100);
    const struct replay_ask ask = {
        .cluster = &t.cluster, .trace = &t.trace, .policy = &t.policy, .go_on = go_on};
    assert_int_equal(replay_run(&ask, &replay, NULL), MARU_E_STOPPED);
    trial_fini(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),        cmocka_unit_test(test_all_fit),
        cmocka_unit_test(test_same_policy), cmocka_unit_test(test_erlang),
        cmocka_unit_test(test_sacct),       cmocka_unit_test(test_odd_sacct),
        cmocka_unit_test(test_reclaim),     cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
