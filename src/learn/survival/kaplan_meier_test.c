#include "learn/survival/kaplan_meier.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "learn/survival/trial_lives.h"

static void near(double got, double want, double by) {
    if (!(fabs(got - want) <= by)) {
        fail_msg("%.9g, want %.9g", got, want);
    }
}

static double uniform(uint64_t seed, uint64_t stream, uint64_t at) {
    const struct random_block r = random_at(seed, stream, at);
    return random_open(r.word[0] | (uint64_t)r.word[1] << 32);
}

static struct survival estimate(const struct lifetimes *lives, struct arena *arena) {
    struct survival s;
    assert_int_equal(survival_estimate(lives, 0.95, arena, &s, NULL), MARU_OK);
    return s;
}

// The curve of 6-MP as in D. R. Cox, D. Oakes: Analysis of Survival Data (1984), and J. P. Klein, M. L. Moeschberger: Survival Analysis (2003),
// table 4.1; medians with their log-log intervals as R's survfit and Stata's stci give them.
static void leukemia(void **state) {
    static const struct {
        double time, n, surviving, se;
    } want[] = {{6, 21, 0.857, 0.0764},  {7, 17, 0.807, 0.0869},  {10, 15, 0.753, 0.0963},
                {13, 12, 0.690, 0.1068}, {16, 11, 0.627, 0.1141}, {22, 7, 0.538, 0.1282},
                {23, 6, 0.448, 0.1346}};
    struct arena arena;
    (void)state;
    arena_init(&arena, 1 << 20);
    const struct lifetimes treated = {leukemia_time, leukemia_is_failed, NULL, LEUKEMIA_TREATED};
    const struct survival s = estimate(&treated, &arena);
    assert_int_equal(s.n_step, 7);
    for (size_t i = 0; i < 7; i++) {
        near(s.step[i].time, want[i].time, 0.0);
        near(s.step[i].n_at_risk, want[i].n, 0.0);
        near(s.step[i].surviving, want[i].surviving, 5e-4);
        near(s.step[i].se, want[i].se, 5e-5);
    }
    near(s.step[0].hazard, 3.0 / 21.0, 1e-12);
    near(s.step[1].hazard, 3.0 / 21.0 + 1.0 / 17.0, 1e-12);
    const struct survival_age median = survival_quantile(&s, 0.5);
    assert_true(median.value == 23.0 && median.low == 13.0 && isinf(median.high));
    assert_true(survival_at(&s, 5.9) == 1.0 && isnan(survival_at(&s, 36.0)));
    const struct lifetimes control = {leukemia_time + LEUKEMIA_TREATED,
                                      leukemia_is_failed + LEUKEMIA_TREATED, NULL,
                                      LEUKEMIA - LEUKEMIA_TREATED};
    const struct survival c = estimate(&control, &arena);
    const struct survival_age of_control = survival_quantile(&c, 0.5);
    assert_true(of_control.value == 8.0 && of_control.low == 4.0 && of_control.high == 11.0);
    assert_true(survival_at(&c, 50.0) == 0.0); // all have failed
    arena_fini(&arena);
}

// Log-rank of the two: 16.79 (R's survdiff), expected 19.25 and 10.75. Three groups whose third is empty say the same.
static void leukemia_groups(void **state) {
    uint32_t group[LEUKEMIA];
    struct arena arena;
    struct log_rank test;
    (void)state;
    arena_init(&arena, 1 << 20);
    for (uint32_t i = 0; i < LEUKEMIA; i++) {
        group[i] = i >= LEUKEMIA_TREATED;
    }
    const struct lifetimes all = {leukemia_time, leukemia_is_failed, NULL, LEUKEMIA};
    for (uint32_t n_group = 2; n_group < 4; n_group++) {
        assert_int_equal(log_rank_test(&all, group, n_group, &arena, &test, NULL), MARU_OK);
        near(test.chi_square, 16.793, 5e-3);
        near(test.expected[0], 19.25, 5e-3);
        near(test.expected[1], 10.75, 5e-3);
        assert_true(test.observed[0] == 9.0 && test.observed[1] == 21.0 && test.df == 1);
        near(test.p, 4.17e-5, 2e-7);
    }
    arena_fini(&arena);
}

// Law: without censoring the curve is the share that is left, and its error that of a share; who comes late changes nothing where nobody fails before.
static void is_the_share(void **state) {
    enum { N = 50 };
    double time[N], entry[N];
    uint8_t is_failed[N];
    struct arena arena;
    (void)state;
    arena_init(&arena, 1 << 20);
    for (uint32_t i = 0; i < N; i++) {
        time[i] = floor(30.0 * uniform(1, 1, i)) + 5.0;
        entry[i] = i % 5;
        is_failed[i] = 1;
    }
    const struct lifetimes lives = {time, is_failed, NULL, N}, late = {time, is_failed, entry, N};
    const struct survival s = estimate(&lives, &arena), t = estimate(&late, &arena);
    assert_int_equal(s.n_step, t.n_step);
    for (uint32_t i = 0; i < s.n_step; i++) {
        double left = 0;
        for (uint32_t k = 0; k < N; k++) {
            left += time[k] > s.step[i].time;
        }
        near(s.step[i].surviving, left / N, 1e-12);
        near(t.step[i].surviving, left / N, 1e-12);
        if (left > 0) {
            near(s.step[i].se, sqrt(left / N * (1.0 - left / N) / N), 1e-12);
            assert_true(0.0 < s.step[i].low && s.step[i].low < s.step[i].surviving &&
                        s.step[i].surviving < s.step[i].high && s.step[i].high < 1.0);
        } else {
            assert_true(isnan(s.step[i].low));
        }
    }
    arena_fini(&arena);
}

// Law: of exponential lives, some of them seen from an age on and some only up to an age, the curve is near exp(-t), its 95 % interval at 1 holds it
// in 19 of 20 samples, and the log-rank test of two such groups has p below 0.1 in a tenth.
static void of_exponential_lives(void **state) {
    enum { N = 120, TRIALS = 500 };
    uint32_t n_held = 0, n_small = 0;
    (void)state;
    for (uint64_t seed = 0; seed < TRIALS; seed++) {
        double time[N], entry[N];
        uint8_t is_failed[N];
        uint32_t group[N], n = 0;
        struct arena arena;
        struct log_rank test;
        arena_init(&arena, 1 << 20);
        for (uint64_t k = 0; n < N; k++) {
            const double life = -exact_ln(uniform(seed, 1, k)), seen = 3.0 * uniform(seed, 2, k);
            entry[n] = k % 2 ? 0.0 : 0.5 * uniform(seed, 3, k);
            time[n] = fmin(life, entry[n] + seen);
            is_failed[n] = life <= entry[n] + seen;
            group[n] = k % 3 == 0;
            n += life > entry[n]; // who failed before is never seen
        }
        const struct lifetimes lives = {time, is_failed, entry, N};
        const struct survival s = estimate(&lives, &arena);
        uint32_t at = 0;
        while (at + 1 < s.n_step && s.step[at + 1].time <= 1.0) {
            at++;
        }
        n_held += s.step[at].low <= exact_exp(-1.0) && exact_exp(-1.0) <= s.step[at].high;
        assert_int_equal(log_rank_test(&lives, group, 2, &arena, &test, NULL), MARU_OK);
        n_small += test.p < 0.1;
        arena_fini(&arena);
    }
    near(n_held / (double)TRIALS, 0.95, 0.03);
    near(n_small / (double)TRIALS, 0.1, 0.045);
}

static void little_and_wrong(void **state) {
    static const double time[] = {3, 4}, wrong[] = {0, 1}, late[] = {3, 0};
    static const uint8_t none[] = {0, 0}, all[] = {1, 1}, odd[] = {2, 0};
    static const uint32_t same[] = {1, 1}, two[] = {0, 1}, far[] = {0, 7};
    struct arena arena;
    struct survival s;
    struct log_rank test;
    (void)state;
    arena_init(&arena, 1 << 20);
    const struct lifetimes running = {time, none, NULL, 2}, failed = {time, all, NULL, 2};
    const struct lifetimes bad[] = {
        {time, all, NULL, 0}, {wrong, all, NULL, 2}, {time, odd, NULL, 2}, {time, all, late, 2}};
    assert_int_equal(survival_estimate(&running, 0.9, &arena, &s, NULL), MARU_OK);
    assert_int_equal(s.n_step, 0);
    assert_true(isinf(survival_quantile(&s, 0.5).value) && survival_at(&s, 4.0) == 1.0);
    assert_true(isnan(survival_quantile(&s, 0.0).value) && isnan(survival_at(&s, 4.1)));
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(survival_estimate(&bad[i], 0.9, &arena, &s, NULL), MARU_E_RANGE);
        assert_int_equal(log_rank_test(&bad[i], two, 2, &arena, &test, NULL), MARU_E_RANGE);
    }
    assert_int_equal(survival_estimate(&failed, 1.0, &arena, &s, NULL), MARU_E_RANGE);
    assert_int_equal(log_rank_test(&failed, same, 2, &arena, &test, NULL), MARU_E_RANGE);
    assert_int_equal(log_rank_test(&running, two, 2, &arena, &test, NULL), MARU_E_RANGE);
    assert_int_equal(log_rank_test(&failed, far, 2, &arena, &test, NULL), MARU_E_RANGE);
    assert_int_equal(log_rank_test(&failed, two, 1, &arena, &test, NULL), MARU_E_RANGE);
    assert_int_equal(log_rank_test(&failed, two, 2, &arena, &test, NULL), MARU_OK);
    arena_fini(&arena);
}

// With memory for a part of it alone: a refusal each time, and once there is enough an answer.
static void short_of_memory(void **state) {
    static const uint32_t group[LEUKEMIA] = {0, 1};
    const struct lifetimes lives = {leukemia_time, leukemia_is_failed, NULL, LEUKEMIA};
    struct survival s;
    struct log_rank test;
    bool is_enough = false;
    (void)state;
    for (size_t cap = 0; !is_enough; cap += 64) {
        struct arena arena;
        arena_init(&arena, cap);
        const maru_status st = cap / 64 % 2 ? survival_estimate(&lives, 0.9, &arena, &s, NULL)
                                            : log_rank_test(&lives, group, 2, &arena, &test, NULL);
        assert_true(st == MARU_OK || st == MARU_E_LIMIT);
        is_enough = st == MARU_OK;
        arena_fini(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leukemia),         cmocka_unit_test(leukemia_groups),
        cmocka_unit_test(is_the_share),     cmocka_unit_test(of_exponential_lives),
        cmocka_unit_test(little_and_wrong), cmocka_unit_test(short_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
