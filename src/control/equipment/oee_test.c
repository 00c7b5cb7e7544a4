#include "control/equipment/oee.h"

#include "base/alloc.h"
#include "base/random.h"
#include "control/equipment/shifts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

// The example of docs/EQUIPMENT.md: a press, three shifts, every number by hand.

#define MIN_US (INT64_C(60) * 1000000)
#define MONDAY_7_US                                                                                \
    ((INT64_C(20514) * 1440 + INT64_C(7) * 60 - 540) * MIN_US) // 2026-03-02 07:00 in Seoul

struct step { // minutes since 07:00
    int min;
    enum timeline_kind kind;
    enum e10_substate substate;
    uint32_t subject;
};

static const struct step steps[] = {
    {0, TIMELINE_SAY, E10_SUB_SETUP, 0},
    {30, TIMELINE_SAY, E10_SUB_REGULAR, 0},
    {180, TIMELINE_BEGIN, E10_SUB_REPAIR_DELAY, 1},
    {190, TIMELINE_BEGIN, E10_SUB_REPAIR, 1},
    {220, TIMELINE_END, E10_SUB_REPAIR, 1},
    {300, TIMELINE_SAY, E10_SUB_NO_OPERATOR, 0},
    {340, TIMELINE_SAY, E10_SUB_REGULAR, 0},
    {420, TIMELINE_SAY, E10_SUB_NO_PRODUCT, 0},
    {423, TIMELINE_SAY, E10_SUB_REGULAR, 0}, // the second shift
    {480, TIMELINE_SAY, E10_SUB_MAINTENANCE, 0},
    {570, TIMELINE_SAY, E10_SUB_PRODUCTION_TEST, 0},
    {585, TIMELINE_SAY, E10_SUB_REGULAR, 0},
    {720, TIMELINE_LOST, 0, 0},
    {735, TIMELINE_BACK, 0, 0},
    {740, TIMELINE_SAY, E10_SUB_REGULAR, 0},
    {840, TIMELINE_BEGIN, E10_SUB_REPAIR, 2},
    {915, TIMELINE_END, E10_SUB_REPAIR, 2},
    // the third
    {990, TIMELINE_SAY, E10_SUB_BLOCKED, 0},
    {994, TIMELINE_SAY, E10_SUB_REGULAR, 0},
    {1140, TIMELINE_SAY, E10_SUB_REPAIR_DELAY, 3},
    {1200, TIMELINE_BEGIN, E10_SUB_OFF, 9},
    {1380, TIMELINE_END, E10_SUB_OFF, 9},
    {1380, TIMELINE_BEGIN, E10_SUB_REPAIR, 3},
    {1400, TIMELINE_SAY, E10_SUB_EXPERIMENT, 0},
};

static const struct {
    int min;
    uint32_t item, good, scrap, rework;
} makes[] = {
    {40, 0, 0, 4, 0},    {290, 0, 200, 3, 2}, {470, 0, 120, 1, 0},
    {800, 1, 240, 0, 6}, {950, 1, 100, 0, 6}, {1130, 0, 150, 10, 0},
};

static const maru_time ideal_us[] = {MIN_US, INT64_C(45) * 1000000};
static const struct oee_options options = {ideal_us, 2, 5 * MIN_US, 15 * MIN_US};

static void fill(struct timeline *timeline, struct yield_log *log, bool is_backward) {
    const size_t n = sizeof steps / sizeof *steps, n_make = sizeof makes / sizeof *makes;
    assert_int_equal(timeline_init(timeline, 64, NULL), MARU_OK);
    assert_int_equal(yield_log_init(log, 64, NULL), MARU_OK);
    for (size_t i = 0; i < n; i++) {
        const struct step *s = &steps[is_backward ? n - 1 - i : i];
        const struct timeline_event event = {.at_us = MONDAY_7_US + s->min * MIN_US,
                                             .subject = s->subject,
                                             .kind = (uint8_t)s->kind,
                                             .substate = (uint8_t)s->substate};
        assert_int_equal(timeline_put(timeline, &event, NULL), MARU_OK);
    }
    for (size_t i = 0; i < n_make; i++) {
        const size_t k = is_backward ? n_make - 1 - i : i;
        const struct yield yield = {.at_us = MONDAY_7_US + makes[k].min * MIN_US,
                                    .item = makes[k].item,
                                    .good = makes[k].good,
                                    .scrap = makes[k].scrap,
                                    .rework = makes[k].rework};
        assert_int_equal(yield_log_put(log, &yield, NULL), MARU_OK);
        assert_int_equal(yield_log_put(log, &yield, NULL), MARU_OK); // told twice
    }
}

struct want {
    const char *shift;
    // minutes, in the order of OEE_LOSSES
    double loss_min[N_OEE_LOSS];
    double effective_min;
    double availability, operational, rate, quality, oee;             // E79
    double iso_availability, iso_effectiveness, iso_quality, iso_nee; // ISO 22400-2
    double uptime, utilization, known;
};

//            off  eng  plan down setup wait minor speed start defect unknown
static const struct want wants[] = {
    {"day",
     {0, 0, 0, 40, 30, 40, 3, 37, 4, 6, 0},
     320,
     410.0 / 480,
     367.0 / 410,
     330.0 / 367,
     320.0 / 330,
     320.0 / 480,
     367.0 / 480,
     330.0 / 367,
     320.0 / 330,
     397.0 / 480 * 330 / 367 * 320 / 330,
     410.0 / 480,
     367.0 / 480,
     1},
    {"evening",
     {0, 0, 105, 75, 0, 0, 0, 16, 0, 9, 20},
     255,
     280.0 / 460,
     1,
     264.0 / 280,
     255.0 / 264,
     255.0 / 460,
     280.0 / 355,
     264.0 / 280,
     340.0 / 352,
     280.0 / 355 * 264 / 280 * 340 / 352,
     280.0 / 460,
     280.0 / 460,
     460.0 / 480},
    {"night",
     {180, 40, 0, 80, 0, 0, 4, 16, 0, 10, 0},
     150,
     220.0 / 480,
     176.0 / 220,
     160.0 / 176,
     150.0 / 160,
     150.0 / 480,
     176.0 / 260,
     160.0 / 176,
     150.0 / 160,
     176.0 / 260 * 160 / 176 * 150 / 160,
     220.0 / 300,
     176.0 / 300,
     1},
};

static void expect(const char *where, const char *what, double got, double want) {
    if (!(fabs(got - want) < 1e-9)) {
        fail_msg("%s: %s is %.12g, want %.12g", where, what, got, want);
    }
}

static void check_figures(const struct oee_sums *sums, const struct want *w) {
    const struct oee f = oee_of(sums);
    for (uint32_t i = 0; i < N_OEE_LOSS; i++) {
        expect(w->shift, oee_loss_name((enum oee_loss)i, false), sums->loss_us[i] / (double)MIN_US,
               w->loss_min[i]);
    }
    expect(w->shift, "effective", sums->effective_us / (double)MIN_US, w->effective_min);
    expect(w->shift, "availability", f.availability, w->availability);
    expect(w->shift, "operational", f.operational, w->operational);
    expect(w->shift, "rate", f.rate, w->rate);
    expect(w->shift, "quality", f.quality, w->quality);
    expect(w->shift, "oee", f.oee, w->oee);
    expect(w->shift, "a * p * q", f.availability * f.performance * f.quality, w->oee);
    expect(w->shift, "iso availability", f.iso_availability, w->iso_availability);
    expect(w->shift, "iso effectiveness", f.iso_effectiveness, w->iso_effectiveness);
    expect(w->shift, "iso quality", f.iso_quality, w->iso_quality);
    expect(w->shift, "iso oee", f.iso_oee,
           w->iso_availability * w->iso_effectiveness * w->iso_quality);
    expect(w->shift, "iso nee", f.iso_nee, w->iso_nee);
    expect(w->shift, "uptime", f.uptime, w->uptime);
    expect(w->shift, "utilization", f.utilization, w->utilization);
    expect(w->shift, "known", f.known, w->known);
    assert_false(f.is_too_fast);
}

static void check_reliability(const struct reliability_sums *sums) {
    const struct reliability r = reliability_of(sums, 0.9);
    assert_int_equal(sums->n_failure, 3);
    assert_int_equal(sums->n_failure_productive, 3);
    expect("day", "MTBFp", r.mtbf_productive_us / (double)MIN_US, 823.0 / 3);
    expect("day", "MTBF of uptime", r.mtbf_uptime_us / (double)MIN_US, 910.0 / 3);
    expect("day", "MTTR", r.mttr_us / (double)MIN_US, 125.0 / 3);
    expect("day", "mean down", r.mean_down_us / (double)MIN_US, 195.0 / 3);
    expect("day", "MTTA", r.mtta_us / (double)MIN_US, 70.0 / 3);
    // chi-square 15.5073 and 1.63538, of the table
    assert_true(fabs(r.mtbf_least_us / (double)MIN_US - 106.14) < 0.005);
    assert_true(fabs(r.mtbf_most_us / (double)MIN_US - 1006.5) < 0.05);
}

static void the_example_shift_by_shift(void **state) {
    (void)state;
    const struct shifts shifts = shifts_usual();
    for (int is_backward = 0; is_backward < 2; is_backward++) {
        struct timeline timeline;
        struct yield_log log;
        fill(&timeline, &log, is_backward != 0);
        struct oee_sums day = {0};
        maru_time at_us = MONDAY_7_US;
        for (uint32_t i = 0; i < 3; i++) {
            struct shift_window w;
            assert_true(shifts_next(&shifts, at_us, &w));
            assert_string_equal(shifts.shift[w.shift].name, wants[i].shift);
            struct oee_sums sums = {0};
            assert_int_equal(oee_add(&timeline, &log, &options, w.from_us, w.to_us, &sums, NULL),
                             MARU_OK);
            check_figures(&sums, &wants[i]);
            oee_join(&day, &sums);
            at_us = w.to_us;
        }
        struct oee_sums whole = {0};
        const struct shift_window w = shifts_day(&shifts, MONDAY_7_US);
        assert_int_equal(oee_add(&timeline, &log, &options, w.from_us, w.to_us, &whole, NULL),
                         MARU_OK);
        assert_memory_equal(&whole, &day, sizeof day);
        check_reliability(&day.reliability);
        enum oee_loss order[N_OEE_LOSS];
        assert_int_equal(oee_rank(&day, order), 11);
        assert_int_equal(order[0], OEE_BREAKDOWN); // 195 min
        assert_int_equal(order[1], OEE_NON_SCHEDULED);
        assert_int_equal(order[2], OEE_PLANNED_STOP);
        expect("day", "oee", oee_of(&day).oee, 725.0 / 1420);
        timeline_fini(&timeline);
        yield_log_fini(&log);
    }
}

// Law: what was lost and what was won is the whole span, wherever it is cut.
static void losses_add_up(void **state) {
    (void)state;
    struct timeline timeline;
    struct yield_log log;
    fill(&timeline, &log, false);
    struct oee_sums whole = {0};
    const maru_time end_us = MONDAY_7_US + 1440 * MIN_US;
    assert_int_equal(oee_add(&timeline, &log, &options, MONDAY_7_US, end_us, &whole, NULL),
                     MARU_OK);
    for (uint32_t seed = 0; seed < 300; seed++) {
        const maru_time cut_us =
            MONDAY_7_US + (maru_time)(random_at(seed, 1, 1).word[0] % 1440) * MIN_US + seed;
        struct oee_sums sums = {0};
        assert_int_equal(oee_add(&timeline, &log, &options, MONDAY_7_US, cut_us, &sums, NULL),
                         MARU_OK);
        double sum = sums.effective_us;
        for (uint32_t i = 0; i < N_OEE_LOSS; i++) {
            sum += sums.loss_us[i];
        }
        assert_true(sum == (double)sums.span_us);
        assert_int_equal(oee_add(&timeline, &log, &options, cut_us, end_us, &sums, NULL), MARU_OK);
        assert_memory_equal(&sums, &whole, sizeof sums);
    }
    timeline_fini(&timeline);
    yield_log_fini(&log);
}

static void reasons_are_ranked(void **state) {
    (void)state;
    struct timeline timeline;
    struct yield_log log;
    fill(&timeline, &log, false);
    const maru_time end_us = MONDAY_7_US + 1440 * MIN_US;
    struct oee_reason reason[32];
    uint32_t n = 0;
    oee_reasons(&timeline, NULL, MONDAY_7_US, end_us, reason, 32, &n);
    assert_int_equal(n, 11);
    assert_int_equal(reason[0].substate, E10_SUB_OFF);
    assert_int_equal(reason[1].substate, E10_SUB_REPAIR);
    assert_int_equal(reason[1].n, 3);
    assert_int_equal(reason[1].us, 125 * MIN_US);
    maru_time sum = 0, few = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += reason[i].us;
        assert_true(i == 0 || reason[i].us <= reason[i - 1].us);
    }
    assert_int_equal(sum, (1440 - 823) * MIN_US);
    for (uint32_t max = 1; max < 12; max++) {
        n = 0;
        few = 0;
        oee_reasons(&timeline, NULL, MONDAY_7_US, end_us, reason, max, &n);
        assert_true(n <= max);
        for (uint32_t i = 0; i < n; i++) {
            few += reason[i].us;
        }
        assert_int_equal(few, sum);
    }
    timeline_fini(&timeline);
    yield_log_fini(&log);
}

static void what_is_not_kept_is_refused(void **state) {
    (void)state;
    struct timeline timeline;
    struct yield_log log;
    fill(&timeline, &log, false);
    struct oee_sums sums = {0};
    const struct oee_sums none = {0};
    maru_error err;
    assert_int_equal(oee_add(&timeline, &log, &options, 1, 0, &sums, &err), MARU_E_RANGE);
    assert_int_equal(oee_add(&timeline, &log, &options, INT64_MIN, 0, &sums, &err), MARU_E_RANGE);
    timeline_forget(&timeline, MONDAY_7_US + 60 * MIN_US);
    assert_int_equal(oee_add(&timeline, &log, &options, MONDAY_7_US, MONDAY_7_US + 1, &sums, &err),
                     MARU_E_RANGE);
    assert_memory_equal(&sums, &none, sizeof sums);
    const struct oee f = oee_of(&none);
    assert_true(isnan(f.oee) && isnan(f.iso_oee) && isnan(f.known));
    // Units of an item without an ideal time are counted, and said.
    const struct yield odd = {.at_us = MONDAY_7_US + 100 * MIN_US, .item = 7, .good = 5};
    assert_int_equal(yield_log_put(&log, &odd, NULL), MARU_OK);
    assert_int_equal(oee_add(&timeline, &log, &options, MONDAY_7_US + 60 * MIN_US,
                             MONDAY_7_US + 120 * MIN_US, &sums, NULL),
                     MARU_OK);
    assert_int_equal(sums.n_unpriced, 5);
    assert_int_equal(sums.good, 5);
    timeline_fini(&timeline);
    yield_log_fini(&log);
}

static void counts_have_a_bound(void **state) {
    (void)state;
    struct yield_log log;
    assert_int_equal(yield_log_init(&log, 15, NULL), MARU_E_RANGE);
    assert_int_equal(yield_log_init(&log, YIELDS_MAX_COUNTS + 1, NULL), MARU_E_RANGE);
    assert_int_equal(yield_log_init(&log, 16, NULL), MARU_OK);
    alloc_fail_after(0);
    assert_int_equal(yield_log_put(&log, &(struct yield){.good = 1}, NULL), MARU_E_MEMORY);
    alloc_fail_after(UINT64_MAX);
    for (uint32_t i = 0; i < 100; i++) {
        const struct yield yield = {.at_us = 100 - (maru_time)(i ^ 1), .good = 1};
        const maru_status st = yield_log_put(&log, &yield, NULL);
        assert_true(st == MARU_OK || st == MARU_E_RANGE);
        assert_true(log.n <= 16);
        for (uint32_t k = 1; k < log.n; k++) {
            assert_true(log.yield[k - 1].at_us < log.yield[k].at_us);
        }
    }
    assert_int_equal(log.folded_good + log.n + log.n_too_late, 100);
    assert_true(log.n_too_late > 0);
    yield_log_fini(&log);
    yield_log_fini(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_shift_by_shift), cmocka_unit_test(losses_add_up),
        cmocka_unit_test(reasons_are_ranked),         cmocka_unit_test(what_is_not_kept_is_refused),
        cmocka_unit_test(counts_have_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
