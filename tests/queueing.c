#include "small_plant.h"

#include <maru/sim.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

// The twin against queueing theory: figures with a closed form lie inside 99 % intervals over
// independent replications that are narrower than 2 % of the figure, so an error of 2 % would show;
// and shares that chance alone decides (rework, sampling, failures) lie inside theirs.
//
//     M/M/1   Lq = rho^2 / (1 - rho)            Wq = Lq / lambda      L = Lq + rho
//     M/M/c   Lq = C(c, a) rho / (1 - rho)      C: Erlang's delay formula, a = c rho
//     M/G/1   Wq = lambda E[S^2] / (2 (1 - rho))    Pollaczek and Khinchine
//     tandem  M/M/1 -> M/M/1: each as if it stood alone (Burke)
//
// Source: L. Kleinrock, Queueing Systems I, Wiley 1975, chapters 3 to 5.
//
// Where the program runs slowly (MARU_QUICK) a fifth of the length, and intervals of up to 7 % that
// it gives.

enum { N_REPLICATION = 20 };

static double length(void) { return getenv("MARU_QUICK") ? 0.2 : 1.0; }

static maru_time days(double n) { return (maru_time)(n * length() * (double)MARU_DAY); }

struct figure {
    const char *name;
    double want;
    double value[N_REPLICATION];
};

static void require_figure(const struct figure *f, const char *what) {
    const struct estimate e = estimate_99(f->value, N_REPLICATION);
    print_message("%s, %s: %.6g, want %.6g, %+.2f %% of +-%.2f %%\n", what, f->name, e.mean,
                  f->want, 100.0 * (e.mean / f->want - 1.0), 100.0 * e.half_width / f->want);
    const double widest = getenv("MARU_QUICK") ? 0.07 : 0.02;
    if (!(e.half_width < widest * f->want)) {
        fail_msg("%s, %s: interval of %.2f %% is too wide to show an error", what, f->name,
                 100.0 * e.half_width / f->want);
    }
    if (!(fabs(e.mean - f->want) <= e.half_width)) {
        fail_msg("%s, %s: %.6g +- %.2g does not hold %.6g", what, f->name, e.mean, e.half_width,
                 f->want);
    }
}

// ---- single stations ----

static const double PER_S = 1.0 / 1e6; // us to s

struct station {
    const char *name;
    const char *time, *tools;
    double wait_s; // closed form, in the queue; lots come once in 60 s
    double service_s;
    double days; // measured in each replication
};

static void run_station(const struct station *s) {
    const maru_time warm_up = 5 * MARU_DAY, end = warm_up + days(s->days);
    char routes[128];
    (void)snprintf(routes, sizeof routes, "r,Q,%s", s->time);
    const struct small_plant plant = {
        .routes = routes,
        .tools = s->tools,
        .releases = "all,r,exponential(60) s,,\n",
    };
    struct figure wait = {.name = "wait", .want = s->wait_s},
                  waiting = {.name = "lots waiting", .want = s->wait_s / 60.0},
                  lots = {.name = "lots", .want = (s->wait_s + s->service_s) / 60.0},
                  cycle = {.name = "cycle time", .want = s->wait_s + s->service_s};
    for (uint64_t i = 0; i < N_REPLICATION; i++) {
        struct small_run run = small_run_new(&plant, NULL, i, false);
        small_run_until(&run, warm_up);
        small_run_reset(&run);
        small_run_until(&run, end);
        wait.value[i] = small_run_group(&run, "Q")->wait_mean_us * PER_S;
        waiting.value[i] = small_run_group(&run, "Q")->queue_mean;
        lots.value[i] = run.results->wip_mean;
        cycle.value[i] = small_run_cycle_us(&run) * PER_S;
        small_run_free(&run);
    }
    require_figure(&wait, s->name);
    require_figure(&waiting, s->name);
    require_figure(&lots, s->name);
    require_figure(&cycle, s->name);
}

// Mean wait of M/G/1 at one lot in 60 s, from mean and standard deviation of the service.
static double khinchine(double mean, double sd) {
    const double rate = 1.0 / 60.0;
    return rate * (mean * mean + sd * sd) / (2.0 * (1.0 - rate * mean));
}

// Mean wait of M/M/c at one lot in 60 s.
static double erlang_wait(int c, double mean) {
    const double offered = mean / 60.0, load = offered / c;
    double term = 1.0, sum = 0.0; // a^k / k!
    for (int k = 0; k < c; k++) {
        sum += term;
        term *= offered / (k + 1);
    }
    const double last = term / (1.0 - load);
    return last / (sum + last) * mean / (c * (1.0 - load));
}

static void test_mm1(void **state) {
    (void)state;
    run_station(
        &(struct station){"M/M/1", "exponential(42) s\n", "Q,1\n", khinchine(42, 42), 42, 90});
}

static void test_mm3(void **state) {
    (void)state;
    assert_true(fabs(erlang_wait(1, 42.0) - khinchine(42, 42)) < 1e-9);
    run_station(
        &(struct station){"M/M/3", "exponential(126) s\n", "Q,3\n", erlang_wait(3, 126), 126, 130});
}

static void test_mg1_uniform(void **state) {
    (void)state;
    run_station(&(struct station){"M/U/1", "\"uniform(6, 78) s\"\n", "Q,1\n",
                                  khinchine(42, 72 / sqrt(12)), 42, 60});
}

static void test_mg1_lognormal(void **state) {
    (void)state;
    run_station(&(struct station){"M/lognormal/1", "\"lognormal(42, 30) s\"\n", "Q,1\n",
                                  khinchine(42, 30), 42, 90});
}

// ---- two stations in a row ----

static void test_tandem(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,A,exponential(42) s\n"
                  "r,B,exponential(36) s\n",
        .tools = "A,1\nB,1\n",
        .releases = "all,r,exponential(60) s,,\n",
    };
    const double wait_a = khinchine(42, 42), wait_b = khinchine(36, 36);
    struct figure a = {.name = "wait at the first", .want = wait_a},
                  b = {.name = "wait at the second", .want = wait_b},
                  lots = {.name = "lots", .want = (wait_a + 42 + wait_b + 36) / 60},
                  cycle = {.name = "cycle time", .want = wait_a + 42 + wait_b + 36};
    for (uint64_t i = 0; i < N_REPLICATION; i++) {
        struct small_run run = small_run_new(&plant, NULL, 100 + i, false);
        small_run_until(&run, 5 * MARU_DAY);
        small_run_reset(&run);
        small_run_until(&run, 5 * MARU_DAY + days(90));
        a.value[i] = small_run_group(&run, "A")->wait_mean_us * PER_S;
        b.value[i] = small_run_group(&run, "B")->wait_mean_us * PER_S;
        lots.value[i] = run.results->wip_mean;
        cycle.value[i] = small_run_cycle_us(&run) * PER_S;
        small_run_free(&run);
    }
    require_figure(&a, "tandem");
    require_figure(&b, "tandem");
    require_figure(&lots, "tandem");
    require_figure(&cycle, "tandem");
}

// ---- nothing left to chance ----

// Pairs of lots every 100 s, 40 s each: one starts at once, the other waits 40 s. Measured from
// 1000 s to 11000 s: 100 pairs, each 40 s with one lot waiting and 80 s of work.
static void test_dd1(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,Q,40 s\n",
        .tools = "Q,1\n",
        .releases = "all,r,100 s,,,2\n",
        .release_columns = "lots",
    };
    struct small_run run = small_run_new(&plant, NULL, 1, false);
    small_run_until(&run, 1000 * MARU_SECOND - 1);
    small_run_reset(&run);
    small_run_until(&run, 11000 * MARU_SECOND - 1);
    const maru_group_result *q = small_run_group(&run, "Q");
    assert_int_equal(q->n_lot, 200);
    assert_int_equal(run.results->n_out, 200);
    assert_true(q->wait_mean_us == 20e6);
    assert_true(small_run_cycle_us(&run) == 60e6);
    assert_true(fabs(q->queue_mean - 0.4) < 1e-12);
    assert_true(q->queue_max == 1.0);
    assert_true(fabs(run.results->wip_mean - 1.2) < 1e-12);
    assert_true(fabs(q->productive - 0.8) < 1e-12);
    assert_true(fabs(q->standby - 0.2) < 1e-12);
    assert_true(fabs(q->utilization - 0.8) < 1e-12);
    assert_int_equal(run.results->wip_max, 2);
    small_run_free(&run);
}

// ---- shares decided by chance ----

// 2.576 standard deviations of a count out of n with probability p, each side.
static void require_share(uint64_t count, uint64_t n, double p, const char *what) {
    const double want = (double)n * p, slack = 2.576 * sqrt(want * (1.0 - p));
    print_message("%s: %u of %u, want %.1f +- %.1f\n", what, (unsigned)count, (unsigned)n, want,
                  slack);
    if (!(fabs((double)count - want) <= slack)) {
        fail_msg("%s: %u of %u, want %.1f +- %.1f", what, (unsigned)count, (unsigned)n, want,
                 slack);
    }
}

static uint64_t count_events(const struct small_run *run, maru_event_kind kind, uint32_t step) {
    uint64_t n = 0;
    for (size_t i = 0; i < run->journal.n_event; i++) {
        n += run->journal.event[i].kind == kind && run->journal.event[i].step == step;
    }
    return n;
}

// One lot in 60 s for 40 days. A quarter goes back from step 3 to step 2; 30 % do step 4.
static void test_rework_and_sampling(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,A,1 s,,,\n"
                  "r,B,2 s,,,\n"
                  "r,C,3 s,25 %,2,\n"
                  "r,D,4 s,,,30 %\n"
                  "r,E,5 s,,,0\n",
        .route_columns = "rework,rework_to,sampling",
        .tools = "A,1\nB,1\nC,1\nD,1\nE,1\n",
        .releases = "all,r,60 s,,\n",
    };
    const uint64_t n_lot = 57600;
    struct small_run run = small_run_new(&plant, NULL, 1, true);
    small_run_until(&run, 40 * MARU_DAY - 1);
    const uint64_t n_done = count_events(&run, MARU_EV_END, 2);
    const uint64_t n_back = count_events(&run, MARU_EV_REWORK, 1);
    assert_int_equal(run.results->n_out, n_lot);
    assert_int_equal(n_done, n_lot + n_back);
    assert_int_equal(count_events(&run, MARU_EV_END, 1), n_done);
    assert_int_equal(count_events(&run, MARU_EV_END, 0), n_lot);
    require_share(n_back, n_done, 0.25, "rework");
    const uint64_t n_sampled = count_events(&run, MARU_EV_END, 3);
    require_share(n_sampled, n_lot, 0.3, "sampling");
    assert_int_equal(n_sampled + count_events(&run, MARU_EV_SKIP, 3), n_lot);
    assert_int_equal(count_events(&run, MARU_EV_END, 4), 0);
    assert_int_equal(count_events(&run, MARU_EV_SKIP, 4), n_lot);
    // nobody waits, so the cycle times add up: 1 s, (2 + 3) s a pass, 4 s where sampled
    const double want_us =
        1e6 * (1.0 * (double)n_lot + 5.0 * (double)n_done + 4.0 * (double)n_sampled);
    assert_true(fabs(small_run_cycle_us(&run) * (double)n_lot - want_us) < 1.0);
    small_run_free(&run);
}

// ---- failures ----

// Time to failure 50 h, repair 10 h, whatever the tool does: it is down 1/6 of the time. Lots of 1
// h come every 2 h, so the tools work half of all time, and their work goes on after the repair.
static void test_availability(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,Q,1 h\n",
        .tools = "Q,4\nidle,4\n",
        .calendars = "f,failure,Q,exponential(50) h,,exponential(10) h\n"
                     "g,failure,idle,exponential(50) h,,\"uniform(5, 15) h\"\n",
        .releases = "all,r,30 min,,\n",
    };
    struct figure down = {.name = "down", .want = 1.0 / 6.0},
                  idle = {.name = "down though idle", .want = 1.0 / 6.0},
                  productive = {.name = "productive", .want = 0.5};
    for (uint64_t i = 0; i < N_REPLICATION; i++) {
        struct small_run run = small_run_new(&plant, NULL, i, false);
        small_run_until(&run, 50 * MARU_DAY);
        small_run_reset(&run);
        small_run_until(&run, 50 * MARU_DAY + days(1950));
        down.value[i] = small_run_group(&run, "Q")->unscheduled_down;
        idle.value[i] = small_run_group(&run, "idle")->unscheduled_down;
        productive.value[i] = small_run_group(&run, "Q")->productive;
        small_run_free(&run);
    }
    require_figure(&down, "failures");
    require_figure(&idle, "failures");
    require_figure(&productive, "failures");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mm1),
        cmocka_unit_test(test_mm3),
        cmocka_unit_test(test_mg1_uniform),
        cmocka_unit_test(test_mg1_lognormal),
        cmocka_unit_test(test_tandem),
        cmocka_unit_test(test_dd1),
        cmocka_unit_test(test_rework_and_sampling),
        cmocka_unit_test(test_availability),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
