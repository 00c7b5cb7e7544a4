#include "study/replay/outages.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <string.h>

#include "base/random.h"
#include "study/replay/trial_replay.h"

// What outages do to a replay: cases known by hand, the mean of a server that breaks down by its formula, books that agree; and what a
// table of events says.

#define DAY (24 * HOUR)

static void add(struct trial *t, int64_t submit_us, int64_t run_us, uint32_t n_gpu,
                const char *account) {
    const struct trace_job job = {.want = {.n_gpu = (uint8_t)n_gpu, .gpu_milli = GPU_WHOLE},
                                  .n_part = 1,
                                  .submit_us = submit_us,
                                  .run_us = run_us,
                                  .limit_us = run_us + 1};
    trial_add(t, job, account);
}

static maru_status read(struct trial *t, const char *table, struct sheet_faults *faults,
                        maru_error *err) {
    outages_free(&t->outages);
    outages_init(&t->outages);
    return outages_read(&t->outages, table, strlen(table), &t->cluster, 0, faults, err);
}

static void events(struct trial *t, const char *table) {
    struct sheet_faults faults;
    maru_error err = {0};
    if (read(t, table, &faults, &err) != MARU_OK) {
        fail_msg("row %u: %s", err.row, err.text);
    }
}

static struct replay run(struct trial *t, int64_t checkpoint_us) {
    struct replay replay;
    maru_error err = {0};
    const struct replay_ask ask = {.cluster = &t->cluster,
                                   .trace = &t->trace,
                                   .policy = &t->policy,
                                   .outages = &t->outages,
                                   .checkpoints = checkpoint_us > 0,
                                   .checkpoint_us = checkpoint_us};
    if (replay_run(&ask, &replay, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    return replay;
}

static void is_near(double got, double want, const char *what) {
    if (!(fabs(got - want) < 1e-9 * (1 + fabs(want)))) {
        fail_msg("%s: %.9g, want %.9g", what, got, want);
    }
}

static const char one_gpu[] =
    "name,gpu_type,gpus,cpus,gpu_watts,gpu_idle_watts,idle_watts\na,H100,1,8,700,100,200\n";

// One job of 4 h on one GPU; its node fails after 2.5 h and is back half an hour later.
static void test_failure(void **state) {
    (void)state;
    static const struct {
        int64_t checkpoint_us;
        double lost_h;
    } cases[] = {{0, 2.5}, {HOUR, 0.5}, {2 * HOUR, 0.5}, {3 * HOUR, 2.5}, {HOUR / 2, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trial t;
        trial_init(&t, one_gpu);
        add(&t, 0, 4 * HOUR, 1, "x");
        events(&t, "time,kind,node,until\n+2.5h,down,a,+30m\n");
        struct replay replay = run(&t, cases[i].checkpoint_us);
        assert_int_equal(replay.n_lost, 1);
        assert_int_equal(replay.n_down, 1);
        is_near(replay.lost_gpu_hours, cases[i].lost_h, "lost");
        is_near(replay.gpu_hours, 4 + cases[i].lost_h, "given");
        is_near(replay.hours, 4.5 + cases[i].lost_h, "hours");
        is_near(replay.out_gpu_hours, 0.5, "out");
        is_near(replay.hours_waited, 0.5, "waited");
        is_near(replay.free_while_waited, 0, "free");
        // Nothing is drawn by what is down; 300 W idle, 600 W more where it is busy.
        is_near(replay.kwh, 0.3 * (replay.hours - 0.5) + 0.6 * replay.gpu_hours, "kWh");
        assert_true(replay.waits.most == 0); // to the first start
        replay_free(&replay);
        trial_fini(&t);
    }
}

// A drained node lets go on what runs, and takes nothing; the node beside it does. A job on both kinds of trouble is lost once.
static void test_drain(void **state) {
    (void)state;
    struct trial t;
    trial_init(&t, "name,gpu_type,gpus,cpus\na,H100,2,8\nb,H100,2,8\n");
    add(&t, 0, 4 * HOUR, 2, "x");
    add(&t, 0, 4 * HOUR, 2, "x");
    add(&t, 2 * HOUR, HOUR, 2, "x");
    add(&t, 2 * HOUR, HOUR, 2, "x");
    events(&t, "time,kind,node\n+1h,drain,a\n+5h,undrain,a\n");
    struct replay replay = run(&t, 0);
    assert_int_equal(replay.n_lost, 0);
    assert_int_equal(replay.n_drained, 1);
    assert_true(replay.wait_us[0] == 0 && replay.wait_us[1] == 0);
    assert_true(replay.wait_us[2] == 2 * HOUR && replay.wait_us[3] == 3 * HOUR);
    is_near(replay.out_gpu_hours, 2, "the hour in which nobody has the two GPUs");
    replay_free(&replay);
    events(&t, "time,kind,node,until\n+1h,drain,a,+8h\n+2h,down,a,+1h\n+3.5h,down,a,+1h\n");
    replay = run(&t, 0);
    assert_int_equal(replay.n_lost, 1); // it begins again on b, since a is drained all the time
    is_near(replay.lost_gpu_hours, 4, "lost");
    is_near(replay.gpu_hours, 2 * (4 + 4 + 1 + 1 + 2), "given");
    replay_free(&replay);
    trial_fini(&t);
}

// Nodes kept for an account: others wait, its own get in, and what did not fit goes on as any other when it is over.
static void test_reservation(void **state) {
    (void)state;
    struct trial t;
    trial_init(&t, "name,gpu_type,gpus,cpus\na,H100,1,8\n");
    add(&t, HOUR, 3 * HOUR, 1, "other");      // would run into it
    add(&t, 2 * HOUR, HOUR, 1, "uni/course"); // comes in it
    add(&t, 2 * HOUR, HOUR, 1, "uni/course"); // in it, behind the other
    add(&t, 2 * HOUR, 2 * HOUR, 1,
        "uni/course");                     // would move back who waits first: until it is released
    add(&t, 2 * HOUR, 9 * HOUR, 1, "uni"); // too long for it
    add(&t, 2 * HOUR, HOUR, 1, "united");  // nobody of uni
    events(&t, "time,kind,node,until,account\n+2h,reserve,a,+4h,uni\n+4.5h,release,a,,\n");
    assert_int_equal(t.outages.n_hold, 1);
    struct replay replay = run(&t, 0);
    assert_int_equal(replay.n_reserved, 3);
    assert_int_equal(replay.n_left, 0);
    assert_true(replay.wait_us[1] == 0 && replay.wait_us[2] == HOUR);
    assert_true(replay.wait_us[3] >= 2 * HOUR + HOUR / 2);
    assert_true(replay.wait_us[0] >= 3 * HOUR + HOUR / 2);
    assert_true(replay.wait_us[4] >= 2 * HOUR + HOUR / 2);
    assert_true(replay.wait_us[5] >= 2 * HOUR + HOUR / 2);
    is_near(replay.gpu_hours, 3 + 1 + 1 + 2 + 9 + 1, "given");
    replay_free(&replay);
    events(&t, "time,kind,node,until,account\n");
    replay = run(&t, 0);
    assert_int_equal(replay.n_reserved, 0);
    assert_true(replay.wait_us[0] == 0);
    replay_free(&replay);
    trial_fini(&t);
}

static double uniform(uint64_t seed, uint64_t stream, uint64_t k) {
    return (random_at(seed, stream, k).word[0] + 0.5) / 4294967296.0;
}

// M/M/1 whose server breaks down (f) and is mended (r), at any time, and goes on where it was: the mean number there is
// l ((f + r)^2 + m f) / ((f + r) (m r - l (f + r))) (White, Christie, Operations Research 6(1), 1958). Jobs here are in order, which
// changes no number; a checkpoint each second is near enough to going on.
static void test_breakdowns(void **state) {
    (void)state;
    enum { JOBS = 40000, WORLDS = 8 };
    const double l = 0.5, m = 1, f = 0.05, r = 0.4; // an hour
    const double want = l * ((f + r) * (f + r) + m * f) / ((f + r) * (m * r - l * (f + r)));
    double sum = 0, squares = 0, out = 0;
    for (uint64_t w = 0; w < WORLDS; w++) {
        struct trial t;
        double at = 0;
        const struct failures failures = {(int64_t)(HOUR / f), (int64_t)(HOUR / r), 100 + w};
        trial_init(&t, one_gpu);
        for (uint32_t i = 0; i < JOBS / WORLDS; i++) {
            at += -log(uniform(w, 1, i)) / l;
            add(&t, (int64_t)(at * HOUR), (int64_t)(-log(uniform(w, 2, i)) / m * HOUR), 1, "x");
        }
        assert_int_equal(
            outages_draw(&t.outages, &failures, &t.cluster, 0, (int64_t)(at * HOUR), NULL),
            MARU_OK);
        struct replay replay = run(&t, SECOND);
        double waiting = 0;
        for (uint32_t i = 0; i < replay.n_point; i++) {
            waiting += replay.waiting_at[i] *
                       fmin(replay.point_hours, replay.hours - i * replay.point_hours);
        }
        const double mean = (waiting + replay.gpu_hours) / replay.hours;
        assert_true(replay.n_lost > 100);
        sum += mean;
        squares += mean * mean;
        out += replay.out / WORLDS;
        replay_free(&replay);
        trial_fini(&t);
    }
    const double mean = sum / WORLDS;
    const double doubt = sqrt((squares / WORLDS - mean * mean) / (WORLDS - 1));
    if (fabs(mean - want) > 3 * doubt || doubt > 0.1 * want) {
        fail_msg("%g jobs there on average, want %g, standard error %g", mean, want, doubt);
    }
    if (fabs(out - f / (f + r)) > 0.01) { // the share of time under repair
        fail_msg("under repair %g of the time, want %g", out, f / (f + r));
    }
}

// Whatever fails: what was given is what the jobs ran and what was lost; nothing is lost where nothing runs; the same again.
static void test_books(void **state) {
    (void)state;
    static const uint8_t sizes[] = {1, 1, 2, 4, 8};
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct trial t;
        const struct failures failures = {3 * DAY, 6 * HOUR, seed};
        double at = 0;
        double work = 0;
        trial_init(&t, "name,gpu_type,gpus,cpus,count\na,H100,8,96,4\nb,A100,4,96,4\n");
        t.policy.reclaim = RECLAIM_NONE;
        for (uint32_t i = 0; i < 600; i++) {
            at += -log(uniform(seed, 1, i)) * 1000;
            const int64_t run_us = (int64_t)(-log(uniform(seed, 2, i)) * 4 * HOUR);
            const uint32_t n_gpu = sizes[random_at(seed, 3, i).word[0] % 5];
            add(&t, (int64_t)(at * SECOND), run_us, n_gpu, i % 3 ? "x" : "y");
            work += n_gpu * (double)run_us / HOUR;
        }
        events(&t, "time,kind,node,count,gpu_type,until,account\n+1d,down,a-1 b-2,,,+2h,\n"
                   "+2d,reserve,,1,A100,+1d,y\n+30h,drain,,2,H100,+1d,\n+4d,reserve,,2,,,x\n"
                   "+5d,release,,2,,,\n+5d,reserve,,,A100,+6h,y\n");
        assert_int_equal(outages_draw(&t.outages, &failures, &t.cluster, 0, 6 * DAY, NULL),
                         MARU_OK);
        struct replay replay = run(&t, seed % 2 ? HOUR : 0);
        struct replay again = run(&t, seed % 2 ? HOUR : 0);
        assert_true(replay.n_lost > 5 && replay.n_reserved > 5);
        assert_int_equal(replay.n_left, 0);
        assert_true(fabs(replay.gpu_hours - work - replay.lost_gpu_hours - replay.again_gpu_hours) <
                    1e-6 * work);
        assert_memory_equal(replay.wait_us, again.wait_us, replay.n_wait * sizeof *replay.wait_us);
        double out = 0;
        double used = 0;
        for (uint32_t i = 0; i < replay.n_point; i++) {
            const double width = fmin(replay.point_hours, replay.hours - i * replay.point_hours);
            assert_true(replay.out_at[i] >= -1e-9);
            assert_true(replay.out_at[i] + replay.used_at[i] <=
                        (double)t.cluster.n_gpu_all * (1 + 1e-9));
            out += replay.out_at[i] * width;
            used += replay.used_at[i] * width;
        }
        assert_true(fabs(out - replay.out_gpu_hours) < 1e-6 * out);
        assert_true(fabs(used - replay.gpu_hours) < 1e-6 * used);
        assert_true(replay.free_while_waited >= 0);
        replay_free(&replay);
        replay_free(&again);
        trial_fini(&t);
    }
}

// A node's failures are its own: another cluster, or a longer time, changes none of them.
static void test_drawn(void **state) {
    (void)state;
    struct trial few, more;
    const struct failures failures = {10 * DAY, DAY, 7};
    trial_init(&few, "name,gpu_type,gpus,cpus,count\na,H100,8,96,3\n");
    trial_init(&more, "name,gpu_type,gpus,cpus,count\na,H100,8,96,5\n");
    assert_int_equal(outages_draw(&few.outages, &failures, &few.cluster, 0, 100 * DAY, NULL),
                     MARU_OK);
    assert_int_equal(outages_draw(&more.outages, &failures, &more.cluster, 0, 200 * DAY, NULL),
                     MARU_OK);
    uint32_t n = 0;
    for (uint32_t i = 0; i < more.outages.n; i++) {
        const struct outage *const it = &more.outages.row[i];
        if (it->node < 3 && it->from_us < 100 * DAY) {
            assert_memory_equal(it, &few.outages.row[n], sizeof *it);
            n++;
        }
    }
    assert_int_equal(n, few.outages.n);
    assert_in_range(n, 10, 60);
    const struct failures many = {SECOND, SECOND, 7};
    assert_int_equal(outages_draw(&few.outages, &many, &few.cluster, 0, 100 * DAY, NULL),
                     MARU_E_LIMIT);
    trial_fini(&few);
    trial_fini(&more);
}

static void test_failures_read(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      "mtbf=1d",
                                      "repair=1h",
                                      "mtbf=1d,",
                                      "mtbf=0,repair=1h",
                                      "mtbf=1d,repair=1h,x=1",
                                      "1d,1h",
                                      "mtbf=1d,mtbf=2d,repair=1h",
                                      "mtbf=-1,repair=1h",
                                      "mtbf=,repair=1h",
                                      "mtbf=1d;repair=1h",
                                      "mtbf=nan,repair=1h"};
    struct failures failures = {.seed = 5};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (failures_read(&failures, bad[i], NULL) != MARU_E_INPUT || failures.mtbf_us != 0) {
            fail_msg("'%s' is taken", bad[i]);
        }
    }
    assert_int_equal(failures_read(&failures, "repair=12:30:00,mtbf=150d", NULL), MARU_OK);
    assert_true(failures.mtbf_us == 150 * DAY && failures.repair_us == 12 * HOUR + HOUR / 2);
    assert_int_equal(failures.seed, 5);
}

// What a table must not say, and where it is told.
static void test_table(void **state) {
    (void)state;
    static const struct {
        const char *rows;
        uint32_t row;
        const char *says;
    } cases[] = {
        {"+1h,explode,a-1,,,,,,\n", 2, "no kind of event"},
        {",down,a-1,,,,,,\n", 2, "has a time"},
        {"soon,down,a-1,,,,,,\n", 2, "no time"},
        {"+soon,down,a-1,,,,,,\n", 2, "no span"},
        {"+1h,down,c-9,,,,,,\n", 2, "no node of the table"},
        {"+1h,down,a-1 a-1,,,,,,\n", 2, "named twice"},
        {"+1h,down,,,,,,,\n", 2, "names its nodes"},
        {"+1h,down,a-1,2,,,,,\n", 2, "names its nodes"},
        {"+1h,down,,0,,,,,\n", 2, "names its nodes"},
        {"+1h,down,,7,,,,,\n", 2, "only 6 nodes"},
        {"+1h,down,,4,H100,,,,\n", 2, "only 3 nodes"},
        {"+1h,down,,1,T4,,,,\n", 2, "no type of GPU"},
        {"+1h,down,,1,,moon,,,\n", 2, "no site"},
        {"+1h,down,a-1,,,,+0h,,\n", 2, "ends before it begins"},
        {"+1h,up,a-1,,,,+1h,,\n", 2, "has no end"},
        {"+1h,up,a-1,,,,,,\n", 2, "is not down then"},
        {"+1h,down,a-1,,,,,,\n+2h,down,a-2 a-1,,,,,,\n", 3, "is down already"},
        {"+2h,down,a-1,,,,,,\n+1h,down,a-1,,,,,,\n", 2, "is down already"},
        {"+1h,down,a-1,,,,+1h,,\n+2h,up,a-1,,,,,,\n", 3, "is not down then"},
        {"+1h,reserve,a-1,,,,,,\n", 2, "for an account"},
        {"+1h,drain,a-1,,,,,x,\n", 2, "only a reservation"},
        {"+1h,reserve,a-1,,,,,x,\n+2h,reserve,a-1,,,,,y,\n", 3, "is reserved already"},
        {"+1h,release,a-1,,,,,,\n", 2, "is not reserved then"},
        {"+1h,reserve,a-1,,,,,x,never\n", 2, "no span"},
    };
    struct trial t;
    trial_init(&t, "name,gpu_type,gpus,cpus,count\na,H100,8,96,3\nb,A100,8,96,3\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sheet_faults faults;
        char table[400];
        maru_error err = {0};
        snprintf(table, sizeof table, "time,kind,node,count,gpu_type,site,until,account,notice\n%s",
                 cases[i].rows);
        const maru_status st = read(&t, table, &faults, &err);
        if (st != MARU_E_INPUT || err.row != cases[i].row || !strstr(err.text, cases[i].says)) {
            fail_msg("%s: %d, row %u: %s", cases[i].rows, (int)st, err.row, err.text);
        }
    }
    events(&t, "시각;종류;노드;수;GPU종류;끝;계정;예고\n+1h;고장;a-1 a-2;;;;;\n+2h;복구;;2;;;;\n"
               "+2h;예약;;2;a100;+1h;x/y;1d\n+3h;비움;;2;;;;\n");
    assert_int_equal(t.outages.n, 4);
    assert_true(t.outages.row[0].until_us == 2 * HOUR && t.outages.row[1].until_us == 2 * HOUR);
    assert_true(t.outages.row[2].node == 0 && t.outages.row[3].node == 1);
    assert_true(t.outages.row[2].until_us == INT64_MAX);
    assert_int_equal(t.outages.n_hold, 1);
    assert_true(t.outages.hold[0].known_us == 2 * HOUR - DAY);
    assert_true(hold_is_for(&t.outages.hold[0], "x/y") && !hold_is_for(&t.outages.hold[0], "x"));
    events(&t, "NodeName|TimeStart|TimeEnd|State|Reason\n"
               "|2026-05-01T08:00:00|Unknown||Cluster Registered TRES\n"
               "a-1|2026-05-01T09:00:00|2026-05-01T10:00:00|DOWN*|Not responding\n"
               "a-1|2026-05-01T10:00:00|2026-05-01T11:00:00|DOWN*+DRAIN|fan\n"
               "a-1|2026-05-01T11:00:00|Unknown|IDLE+DRAIN|fan\n"
               "b-2|2026-05-01T09:30:00|2026-05-02T10:00:00|FAIL|\n");
    static const enum outage_kind want[] = {OUTAGE_DOWN, OUTAGE_DOWN, OUTAGE_DOWN, OUTAGE_DRAIN};
    assert_int_equal(t.outages.n, 4); // in the order of time
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(t.outages.row[i].kind, want[i]);
        assert_int_equal(t.outages.row[i].node, i == 1 ? 4 : 0);
    }
    assert_true(t.outages.row[3].until_us == INT64_MAX);
    trial_fini(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failure),       cmocka_unit_test(test_drain),
        cmocka_unit_test(test_reservation),   cmocka_unit_test(test_breakdowns),
        cmocka_unit_test(test_books),         cmocka_unit_test(test_drawn),
        cmocka_unit_test(test_failures_read), cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
