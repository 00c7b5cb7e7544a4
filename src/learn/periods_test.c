#include "learn/periods.h"

#include "base/random.h"
#include "signal/frame.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MAX = 20000 };
#define HOUR INT64_C(3600000000)
#define DAY (24 * HOUR)
#define SEOUL_MIN 540

static uint32_t order[MAX];
static maru_time at[MAX];
static double bad[MAX], weight[MAX];

static struct periods_input input(uint32_t n, bool has_time) {
    for (uint32_t i = 0; i < n; i++) {
        order[i] = i;
    }
    return (struct periods_input){order, n, has_time ? at : NULL, bad, NULL, SEOUL_MIN};
}

static double uniform(uint64_t seed, uint64_t k) {
    const struct random_block block = random_at(seed, 3, k);
    return random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

static void near(double got, double want, double by) {
    if (!(fabs(got - want) <= by)) {
        fail_msg("%.9g, want %.9g", got, want);
    }
}

// Days begin at midnight in Seoul, weeks on Monday, months on the first; the smallest unit that is not too many.
static void calendar(void **state) {
    static const struct {
        maru_time step_us;
        uint32_t n;
        uint8_t unit;
        uint32_t n_period;
        maru_time second_us; // begin of the second period
    } cases[] = {
        {HOUR / 10, 300, PERIOD_HOUR, 30, INT64_C(1764514800) * 1000000 + HOUR},
        {DAY / 20, 600, PERIOD_DAY, 30, INT64_C(1764514800) * 1000000 + DAY},
        {DAY, 300, PERIOD_WEEK, 43,
         INT64_C(1764514800) * 1000000 + 7 * DAY},                    // 2025-12-01 was a Monday
        {DAY, 1200, PERIOD_MONTH, 40, INT64_C(1767193200) * 1000000}, // 2026-01-01
        {DAY, 5000, PERIOD_ROWS, PERIODS_USUAL, INT64_C(1764514800) * 1000000 + 200 * DAY},
        {HOUR / 1000, 300, PERIOD_ROWS, 15, INT64_C(1764514800) * 1000000 + 20 * HOUR / 1000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        struct periods periods;
        struct periods_input in = input(cases[i].n, true);
        uint32_t n_row = 0;
        for (uint32_t k = 0; k < cases[i].n; k++) { // from 2025-12-01 00:00 in Seoul
            at[k] = INT64_C(1764514800) * 1000000 + k * cases[i].step_us;
            bad[k] = 0.0;
        }
        arena_init(&arena, 1 << 20);
        assert_int_equal(periods_cut(&in, &arena, &periods, NULL), MARU_OK);
        assert_int_equal(periods.unit, cases[i].unit);
        assert_int_equal(periods.n, cases[i].n_period);
        assert_int_equal(periods.period[1].from_us, cases[i].second_us);
        for (uint32_t k = 0; k < periods.n; k++) { // law: each row in one period
            assert_int_equal(periods.period[k].first, n_row);
            n_row += periods.period[k].n_row;
        }
        assert_int_equal(n_row, cases[i].n);
        arena_fini(&arena);
    }
}

static void unknown_times_and_verdicts(void **state) {
    struct arena arena;
    struct periods periods;
    struct periods_input in = input(100, true);
    (void)state;
    for (uint32_t k = 0; k < 100; k++) {
        at[k] = k % 10 == 3 ? FRAME_NO_TIME : (maru_time)k * DAY / 10;
        bad[k] = k % 7 == 0 ? (double)NAN : k % 2;
        weight[k] = 2.0;
    }
    in.weight = weight;
    arena_init(&arena, 1 << 20);
    assert_int_equal(periods_cut(&in, &arena, &periods, NULL), MARU_OK);
    double n = 0, n_bad = 0;
    for (uint32_t k = 0; k < periods.n; k++) {
        n += periods.period[k].n;
        n_bad += periods.period[k].bad;
    }
    near(n, 2.0 * (100 - 15), 1e-9);
    near(n_bad, 2.0 * (50 - 7), 1e-9);
    in.n_order = 0;
    assert_int_equal(periods_cut(&in, &arena, &periods, NULL), MARU_OK);
    assert_true(isnan(periods_trend(&periods, true, 0.95).mean));
    arena_fini(&arena);
}

// By hand: rates 0.1, 0.2, 0.3, 0.4, 0.6 of 100 each. Slope 0.12, scatter 0.4 / 3, chance 0.32 * 0.68.
static void by_hand(void **state) {
    struct period period[5];
    const double rate[5] = {0.1, 0.2, 0.3, 0.4, 0.6};
    (void)state;
    for (uint32_t i = 0; i < 5; i++) {
        period[i] = (struct period){.n = 100, .bad = 100 * rate[i]};
    }
    const struct periods periods = {PERIOD_ROWS, 5, period};
    const struct trend trend = periods_trend(&periods, true, 0.95);
    near(trend.mean, 0.32, 1e-12);
    near(trend.last - trend.first, 0.48, 1e-12);
    near(trend.dispersion, 1.0, 1e-12);
    near(trend.t, 0.12 / sqrt(0.32 * 0.68 / 1000.0), 1e-9);
    near(trend.early.value, 0.15, 1e-12);
    near(trend.late.value, 0.5, 1e-12);
    const struct trend numbers = periods_trend(&periods, false, 0.95);
    near(numbers.t, 0.12 / sqrt(0.4 / 3.0 / 1000.0), 1e-9); // by its own scatter
    near(numbers.p, 0.00190127466, 1e-10);                  // closed form with 3 degrees of freedom
}

// Law: a rate that only wanders from day to day is called a trend as often as the level says, though units of a day are alike.
static void false_alarms(void **state) {
    enum { ROUNDS = 2000, DAYS = 30, UNITS = 200 };
    uint32_t n_called = 0, n_found = 0;
    (void)state;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        struct period period[DAYS], worse[DAYS];
        for (uint32_t day = 0; day < DAYS; day++) {
            const double rate = 0.02 + 0.06 * uniform(round, day); // wanders far more than chance
            period[day] = (struct period){.n = UNITS};
            worse[day] = (struct period){.n = UNITS};
            for (uint32_t k = 0; k < UNITS; k++) {
                const double u = uniform(round, 1000 + day * UNITS + k);
                period[day].bad += u < rate;
                worse[day].bad += u < rate + 0.06 * day / DAYS;
            }
        }
        const struct periods still = {PERIOD_DAY, DAYS, period}, rising = {PERIOD_DAY, DAYS, worse};
        n_called += periods_trend(&still, true, 0.95).p < 0.05;
        n_found += periods_trend(&rising, true, 0.95).p < 0.05;
    }
    assert_in_range(n_called, ROUNDS * 3 / 100, ROUNDS * 7 / 100);
    assert_true(n_found > ROUNDS * 95 / 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendar),
        cmocka_unit_test(unknown_times_and_verdicts),
        cmocka_unit_test(by_hand),
        cmocka_unit_test(false_alarms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
