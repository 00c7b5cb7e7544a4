#include "study/quality/quality_charts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "base/alloc.h"
#include "base/random.h"

// Steady processes are called out of control as seldom as the charts promise, whatever the limits come from, and one that moves is, since
// it moved.

enum { N_PERIOD = 30, N_COLUMN = 10, N_FILE = 400, N_RATE = 2000, CAP = 1 << 24 };

static double uniform(uint64_t seed, uint64_t k) {
    const struct random_block block = random_at(seed, 5, k);
    return random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

static double normal(uint64_t seed, uint64_t k) { return exact_normal_quantile(uniform(seed, k)); }

struct tried {
    struct quality q;
    struct period period[PERIODS_MOST];
    double *mean;
};

static void begin(struct tried *tried, uint32_t n_period, uint32_t n_column) {
    *tried = (struct tried){.mean = alloc_new((size_t)n_column * n_period + 1, sizeof(double))};
    assert_non_null(tried->mean);
    arena_init(&tried->q.arena, CAP);
    tried->q.periods = (struct periods){.n = n_period, .period = tried->period};
    tried->q.mean = tried->mean;
    tried->q.n_column = n_column;
}

static void end(struct tried *tried) {
    arena_fini(&tried->q.arena);
    alloc_free(tried->mean);
}

// Of files of ten steady columns at most one in twenty has a column that is called out of control; points beyond limits are as rare as
// they should be, or rarer: means of moving ranges are seldom as small as the chi-square of their degrees of freedom says.
static void steady_columns_are_in_control(void **state) {
    (void)state;
    uint32_t n_file = 0, n_beyond = 0, n_file_beyond = 0;
    for (uint32_t file = 0; file < N_FILE; file++) {
        struct tried tried;
        begin(&tried, N_PERIOD, N_COLUMN);
        for (uint32_t i = 0; i < N_COLUMN * N_PERIOD; i++) {
            tried.mean[i] = 50 + 3 * normal(1, file * 1000 + i);
        }
        assert_int_equal(quality_charts_find(&tried.q, NULL), MARU_OK);
        assert_int_equal(tried.q.n_chart, N_COLUMN);
        assert_int_equal(tried.q.chart[0].n_reference, 12);
        assert_int_equal(tried.q.chart[0].n_judged, 18);
        for (uint32_t i = 0; i < N_COLUMN; i++) {
            n_beyond += tried.q.chart[i].n_beyond;
        }
        n_file += tried.q.n_chart_out > 0;
        n_file_beyond += tried.q.n_chart_out + tried.q.n_chart_weak > 0;
        end(&tried);
    }
    const double rate = (double)n_beyond / ((double)N_FILE * N_COLUMN * 18);
    if (n_file > N_FILE / 20 || rate > 0.0030 || rate < 0.0008 || n_file_beyond <= n_file) {
        fail_msg("%u files are out of control, %u have a point beyond, %.5f of all", n_file,
                 n_file_beyond, rate);
    }
}

// A column that moves by ten of its sigmas in period 20 is out of control since then, and chance does not make it.
static void a_column_that_moves_is_not(void **state) {
    (void)state;
    struct tried tried;
    begin(&tried, N_PERIOD, 3);
    for (uint32_t i = 0; i < 3 * N_PERIOD; i++) {
        tried.mean[i] = normal(2, i) + (i >= N_PERIOD + 20 && i < 2 * N_PERIOD ? 10 : 0);
    }
    assert_int_equal(quality_charts_find(&tried.q, NULL), MARU_OK);
    assert_int_equal(tried.q.n_chart_out, 1);
    assert_true(tried.q.chart[1].is_out && tried.q.chart[1].p < 0.001);
    assert_int_equal(tried.q.chart[1].since, 20);
    assert_int_equal(tried.q.chart[1].n_beyond, 10);
    assert_true(tried.q.chart[1].is_beyond[29] && !tried.q.chart[1].is_beyond[19]);
    end(&tried);
}

static void make_rates(struct tried *tried, uint64_t seed, double share, double wander,
                       double later) {
    for (uint32_t i = 0; i < N_PERIOD; i++) {
        const double is = (i >= 20 ? later : share) * exact_exp(wander * normal(seed, 1000000 + i));
        struct period *period = &tried->period[i];
        *period = (struct period){.n = 50};
        for (uint32_t k = 0; k < 50; k++) {
            period->bad += uniform(seed, i * 50 + k) < is;
        }
    }
}

// How many of N_RATE files have a p chart that is out of control.
static double share_out(double share, double wander, double later, uint32_t *since) {
    uint32_t n_out = 0;
    *since = 0;
    for (uint32_t i = 0; i < N_RATE; i++) {
        struct tried tried;
        begin(&tried, N_PERIOD, 0);
        tried.q.roles.target.form = TARGET_FLAG;
        make_rates(&tried, 100 + i, share, wander, later);
        assert_int_equal(quality_charts_find(&tried.q, NULL), MARU_OK);
        n_out += tried.q.rate_chart.since != UINT32_MAX;
        *since += tried.q.rate_chart.since == 20;
        end(&tried);
    }
    return (double)n_out / N_RATE;
}

static void rates_are_judged_by_what_is_usual(void **state) {
    (void)state;
    uint32_t since = 0;
    static const double steady[][2] = {{0.02, 0}, {0.1, 0}, {0.5, 0}, {0.1, 0.4}};
    for (size_t i = 0; i < sizeof steady / sizeof steady[0]; i++) {
        const double out = share_out(steady[i][0], steady[i][1], steady[i][0], &since);
        if (out > 0.06) { // 1 - 0.9973^18 = 0.048
            fail_msg("%.3f of files at %g are out of control", out, steady[i][0]);
        }
    }
    assert_true(share_out(0.05, 0, 0.4, &since) > 0.99);
    assert_true(since > 0.9 * N_RATE);
}

// Nothing, one period, no spread, missing values, nobody bad, all bad, huge numbers: a chart or none, and never a crash.
static void what_cannot_be_charted_is_not(void **state) {
    (void)state;
    static const double value[] = {0, 1e308, -1e308, (double)NAN, (double)INFINITY};
    for (uint32_t n = 0; n <= PERIODS_MOST; n++) {
        for (size_t k = 0; k < sizeof value / sizeof value[0]; k++) {
            struct tried tried;
            begin(&tried, n, 2);
            tried.q.roles.target.form = k % 2 ? TARGET_NUMBER : TARGET_WORD;
            for (uint32_t i = 0; i < n; i++) {
                tried.mean[i] = value[k];
                tried.mean[n + i] = i % 2 ? value[k] : 1;
                tried.period[i] = (struct period){.n = i % 3, .bad = k == 0 ? 0 : i % 3};
            }
            assert_int_equal(quality_charts_find(&tried.q, NULL), MARU_OK);
            assert_int_equal(tried.q.chart[0].n_reference, 0); // no spread
            assert_int_equal(tried.q.chart[0].since, UINT32_MAX);
            assert_false(tried.q.chart[0].is_out);
            for (uint32_t i = 0; i < 2; i++) { // what is told of one has a period since when
                assert_true(!tried.q.chart[i].is_out || tried.q.chart[i].since < n);
            }
            end(&tried);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steady_columns_are_in_control),
        cmocka_unit_test(a_column_that_moves_is_not),
        cmocka_unit_test(rates_are_judged_by_what_is_usual),
        cmocka_unit_test(what_cannot_be_charted_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
