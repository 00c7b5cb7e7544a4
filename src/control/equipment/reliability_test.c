#include "control/equipment/reliability.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

// Law: the interval covers the truth as often as it says. Failures of a Poisson process of mean 100 in
// windows of 500, many times over.
static void the_interval_covers(void **state) {
    (void)state;
    enum { ROUNDS = 4000 };
    int n_covered = 0;
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        struct reliability_sums sums = {.productive_us = 500};
        double at = 0.0;
        for (uint64_t i = 0;; i++) {
            const struct random_block block = random_at(seed, 9, i);
            at -= 100.0 * exact_ln(random_open((uint64_t)block.word[0] << 32 | block.word[1]));
            if (at > 500.0) {
                break;
            }
            sums.n_failure++;
            sums.n_failure_productive++;
        }
        const struct reliability r = reliability_of(&sums, 0.9);
        n_covered += r.mtbf_least_us <= 100.0 && r.mtbf_most_us >= 100.0;
        assert_true(sums.n_failure == 0 || (r.mtbf_least_us < r.mtbf_productive_us &&
                                            r.mtbf_most_us > r.mtbf_productive_us));
    }
    const double covered = n_covered / (double)ROUNDS;
    assert_true(covered > 0.9 && covered < 0.97); // of counts: at least 0.9, somewhat more
}

static void failures_are_told_apart(void **state) {
    (void)state;
    static const struct timeline_event event[] = {
        {.at_us = 0, .kind = TIMELINE_SAY, .substate = E10_SUB_REGULAR},
        {.at_us = 100, .subject = 1, .kind = TIMELINE_BEGIN, .substate = E10_SUB_REPAIR_DELAY},
        {.at_us = 130, .subject = 1, .kind = TIMELINE_BEGIN, .substate = E10_SUB_REPAIR}, // goes on
        {.at_us = 200, .subject = 1, .kind = TIMELINE_END, .substate = E10_SUB_REPAIR},
        {.at_us = 300, .subject = 1, .kind = TIMELINE_BEGIN, .substate = E10_SUB_FAILED}, // again
        {.at_us = 310, .subject = 2, .kind = TIMELINE_BEGIN, .substate = E10_SUB_FAILED}, // hidden
        {.at_us = 350, .subject = 1, .kind = TIMELINE_END, .substate = E10_SUB_FAILED}, // 2 is seen
        {.at_us = 400, .subject = 2, .kind = TIMELINE_END, .substate = E10_SUB_FAILED},
        {.at_us = 500, .subject = 3, .kind = TIMELINE_BEGIN, .substate = E10_SUB_REPAIR_DELAY},
        {.at_us = 510, .subject = 9, .kind = TIMELINE_BEGIN, .substate = E10_SUB_OFF},
        {.at_us = 600, .subject = 9, .kind = TIMELINE_END, .substate = E10_SUB_OFF},
        {.at_us = 620, .subject = 3, .kind = TIMELINE_BEGIN, .substate = E10_SUB_REPAIR},
        {.at_us = 650, .subject = 3, .kind = TIMELINE_END, .substate = E10_SUB_REPAIR},
        {.at_us = 700, .subject = 4, .kind = TIMELINE_BEGIN, .substate = E10_SUB_MAINTENANCE},
        {.at_us = 800, .subject = 4, .kind = TIMELINE_END, .substate = E10_SUB_MAINTENANCE},
    };
    struct timeline timeline;
    assert_int_equal(timeline_init(&timeline, 64, NULL), MARU_OK);
    for (size_t i = 0; i < sizeof event / sizeof *event; i++) {
        assert_int_equal(timeline_put(&timeline, &event[i], NULL), MARU_OK);
    }
    struct reliability_sums sums = {0};
    reliability_add(&timeline, NULL, 0, 1000, &sums);
    assert_int_equal(sums.n_failure, 4);
    assert_int_equal(sums.n_failure_productive, 3);
    assert_int_equal(sums.n_attended, 2);
    assert_int_equal(sums.unmanned_us, 30 + 10 + 20);
    assert_int_equal(sums.failed_us, 100 + 100 + 10 + 50);
    assert_int_equal(sums.repair_us, 70 + 100 + 30);
    assert_int_equal(sums.n_stop, 5); // the failure that time off cuts stops the tool twice
    assert_int_equal(sums.down_us, 260 + 100);
    assert_int_equal(sums.productive_us, 1000 - 100 - 100 - 150 - 100);
    // Law: what is cut in two adds up, wherever the cut lies.
    for (maru_time cut = 0; cut <= 1000; cut += 5) {
        struct reliability_sums parts = {0};
        reliability_add(&timeline, NULL, 0, cut, &parts);
        reliability_add(&timeline, NULL, cut, 1000, &parts);
        assert_int_equal(parts.n_failure, 4);
        assert_int_equal(parts.n_stop, 5);
        assert_int_equal(parts.n_attended, sums.n_attended);
        assert_int_equal(parts.unmanned_us, sums.unmanned_us);
        assert_int_equal(parts.failed_us, sums.failed_us);
        assert_int_equal(parts.repair_us, sums.repair_us);
        assert_int_equal(parts.productive_us, sums.productive_us);
        assert_int_equal(parts.uptime_us, sums.uptime_us);
    }
    // What is forgotten leaves no failure behind that seems to begin there.
    struct reliability_sums rest = {0};
    timeline_forget(&timeline, 150);
    reliability_add(&timeline, NULL, 150, 1000, &rest);
    assert_int_equal(rest.n_failure, 3);
    assert_int_equal(rest.n_stop, 4);
    timeline_fini(&timeline);
}

static void no_failure_has_no_mean_but_a_bound(void **state) {
    (void)state;
    const struct reliability_sums sums = {.productive_us = 1000, .uptime_us = 1200};
    const struct reliability r = reliability_of(&sums, 0.9);
    assert_true(isnan(r.mtbf_productive_us) && isnan(r.mttr_us) && isnan(r.mtta_us));
    assert_true(isinf(r.mtbf_most_us));
    assert_true(fabs(r.mtbf_least_us - 1000 / 2.995732) < 1e-3); // -ln(0.05)
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_interval_covers),
        cmocka_unit_test(failures_are_told_apart),
        cmocka_unit_test(no_failure_has_no_mean_but_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
