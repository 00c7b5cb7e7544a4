#include "live/fake/process.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/random.h"
#include "maru/sim.h"

// What sensors show is a function of time: asking changes nothing, set points are reached as a first-order
// system reaches them, wear comes with work and goes with maintenance.

enum { TOOL = 7, GROUP = 3, STEP = 12, N_MEAN = 4000 };

static struct process running(uint64_t seed) {
    struct process process;
    process_init(&process, seed, TOOL, GROUP, 0);
    process_turn(&process, PROCESS_RUN, STEP, MARU_DAY, 10 * MARU_SECOND);
    return process;
}

static double mean(const struct process *process, enum fake_variable variable, maru_time from_us,
                   maru_time step_us) {
    double sum = 0;
    for (int i = 0; i < N_MEAN; i++) {
        sum += process_value(process, variable, NULL, from_us + i * step_us);
    }
    return sum / N_MEAN;
}

static void asking_changes_nothing(void **state) {
    (void)state;
    const struct process a = running(1), b = running(1);
    for (maru_time at = MARU_HOUR; at > 10 * MARU_SECOND; at -= 7 * MARU_SECOND) {
        (void)process_value(&b, FAKE_POWER, NULL, at);
    }
    for (int v = 0; v < N_FAKE_VARIABLE; v++) {
        for (maru_time at = 11 * MARU_SECOND; at < MARU_MINUTE; at += 333333) {
            const double x = process_value(&a, (enum fake_variable)v, NULL, at);
            assert_true(x == process_value(&b, (enum fake_variable)v, NULL, at));
            assert_true(isfinite(x));
        }
    }
    const struct process other = running(2);
    assert_true(process_value(&a, FAKE_FLOW, NULL, MARU_MINUTE) !=
                process_value(&other, FAKE_FLOW, NULL, MARU_MINUTE));
    assert_true(a.to[FAKE_FLOW] == other.to[FAKE_FLOW]); // the same recipe
}

// 63.2 % of the way after one time constant, whole after ten; cutting the way changes nothing.
static void set_points_are_reached(void **state) {
    (void)state;
    for (int v = 0; v < N_FAKE_VARIABLE; v++) {
        const struct fake_variable_kind *kind = &fake_variable_kinds[v];
        struct process whole = running(1), cut = running(1);
        const maru_time tau_us = (maru_time)(kind->tau_s * 1e6);
        const double goal = process_set_point(GROUP, STEP, (enum fake_variable)v);
        assert_true(goal >= kind->run_low && goal <= kind->run_high);
        const maru_time at = 10 * MARU_SECOND + tau_us;
        process_turn(&cut, PROCESS_RUN, STEP, MARU_DAY, 10 * MARU_SECOND + tau_us / 3);
        const double left = kind->noise > 0 ? kind->noise : 1;
        const double x = process_value(&whole, (enum fake_variable)v, NULL, at);
        assert_true(fabs(x - process_value(&cut, (enum fake_variable)v, NULL, at)) < 1e-9);
        const double way = kind->off + (goal - kind->off) * 0.6321205588;
        assert_true(fabs(x - way) < 8 * left + 0.05 * fabs(kind->by_wear));
        // Many knots of the slow noise, so that the mean is that of the set point; all wear is taken off.
        whole.wear_per_us = 0;
        const double m = mean(&whole, (enum fake_variable)v, MARU_DAY, 11 * MARU_MINUTE);
        assert_true(fabs(m - goal) <
                    4.5 * left); // the tool's own difference is within 4.5 of its sd
    }
}

static void wear_comes_and_goes(void **state) {
    (void)state;
    struct process process = running(1);
    assert_true(fabs(process_wear(&process, 10 * MARU_SECOND + MARU_DAY / 2) - 0.5) < 1e-9);
    const double fresh = mean(&process, FAKE_VIBRATION, MARU_MINUTE, 100000);
    const double worn = mean(&process, FAKE_VIBRATION, MARU_DAY, 100000);
    const double more = fake_variable_kinds[FAKE_VIBRATION].by_wear;
    assert_true(worn - fresh > 0.7 * more && worn - fresh < 1.4 * more);
    process_turn(&process, PROCESS_IDLE, MARU_NONE, MARU_DAY, 2 * MARU_DAY);
    const double before = process_wear(&process, 2 * MARU_DAY);
    assert_true(process_wear(&process, 3 * MARU_DAY) == before); // none while it stands
    process_renew(&process, 0, 3 * MARU_DAY);
    assert_true(process_wear(&process, 4 * MARU_DAY) == 0);
}

// The noise of two variables goes together as far as the list says, and no other's does; its size is the list's.
static void what_moves_together(void **state) {
    (void)state;
    struct process process = running(1);
    process.wear_per_us = 0;
    static double noise[N_FAKE_VARIABLE][N_MEAN];
    double sd[N_FAKE_VARIABLE];
    for (int v = 0; v < N_FAKE_VARIABLE; v++) {
        const double m = mean(&process, (enum fake_variable)v, MARU_DAY, 11 * MARU_MINUTE);
        double squares = 0;
        for (int i = 0; i < N_MEAN; i++) {
            noise[v][i] = process_value(&process, (enum fake_variable)v, NULL,
                                        MARU_DAY + (maru_time)i * 11 * MARU_MINUTE) -
                          m;
            squares += noise[v][i] * noise[v][i];
        }
        sd[v] = sqrt(squares / N_MEAN);
        // white 1, slow between two knots 2/3 on average
        assert_true(fabs(sd[v] / fake_variable_kinds[v].noise - sqrt(5.0 / 3)) < 0.08);
    }
    for (int a = 0; a < N_FAKE_VARIABLE; a++) {
        for (int b = 0; b < a; b++) {
            double product = 0;
            for (int i = 0; i < N_MEAN; i++) {
                product += noise[a][i] * noise[b][i];
            }
            const double found = product / N_MEAN / sd[a] / sd[b];
            const double want = fake_variable_kinds[a].with == (enum fake_variable)b
                                    ? fake_variable_kinds[a].share
                                    : 0;
            if (fabs(found - want) > 0.08) { // 5 standard deviations of no correlation
                fail_msg("%s with %s: %.3f, not %.3f", fake_variable_kinds[a].name,
                         fake_variable_kinds[b].name, found, want);
            }
        }
    }
}

static void a_failure_shows_before(void **state) {
    (void)state;
    const struct process process = running(1);
    const struct process_trouble trouble = {
        .fail_us = 5 * MARU_HOUR, .length_us = MARU_HOUR, .variable = FAKE_CURRENT};
    assert_true(process_rise(NULL, MARU_HOUR) == 0);
    assert_true(process_rise(&trouble, 4 * MARU_HOUR) == 0);
    assert_true(fabs(process_rise(&trouble, 4 * MARU_HOUR + MARU_HOUR / 2) - 0.25) < 1e-12);
    assert_true(process_rise(&trouble, 5 * MARU_HOUR) == 1);
    assert_true(process_rise(&trouble, 5 * MARU_HOUR + 1) == 0);
    for (int v = 0; v < N_FAKE_VARIABLE; v++) {
        const double more =
            process_value(&process, (enum fake_variable)v, &trouble, 5 * MARU_HOUR) -
            process_value(&process, (enum fake_variable)v, NULL, 5 * MARU_HOUR);
        const double want = v == FAKE_CURRENT ? fake_variable_kinds[v].by_failure : 0;
        assert_true(fabs(more - want) < 1e-9);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asking_changes_nothing), cmocka_unit_test(set_points_are_reached),
        cmocka_unit_test(wear_comes_and_goes),    cmocka_unit_test(what_moves_together),
        cmocka_unit_test(a_failure_shows_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
