#include "learn/survival/weibull.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "learn/survival/trial_lives.h"

enum { N = 80 };

static void near(double got, double want, double by) {
    if (!(fabs(got - want) <= by)) {
        fail_msg("%.9g, want %.9g", got, want);
    }
}

static double uniform(uint64_t seed, uint64_t stream, uint64_t at) {
    const struct random_block r = random_at(seed, stream, at);
    return random_open(r.word[0] | (uint64_t)r.word[1] << 32);
}

static double power(double x, double y) { return exact_exp(y * exact_ln(x)); }

static struct weibull fit(const struct lifetimes *lives, double level) {
    struct weibull w;
    assert_int_equal(weibull_fit(lives, level, &w, NULL), MARU_OK);
    return w;
}

// Shock absorbers: Meeker and Escobar 1998, chapter 8: mu 10.23 (0.1099), sigma 0.3164 (0.0731); scale 27719, shape 3.16. Bearings: Lawless
// 2003: shape 2.10, scale 81.9.
static void published(void **state) {
    static uint8_t all[BEARINGS];
    (void)state;
    const struct weibull s = fit(&(struct lifetimes){shock_km, shock_is_failed, NULL, SHOCK}, 0.95);
    near(s.ln_scale, 10.23, 5e-3);
    near(sqrt(s.v_ln_scale), 0.1099, 5e-5);
    near(s.sigma, 0.3164, 5e-5);
    near(s.sigma * sqrt(s.v_ln_sigma), 0.0731, 1e-4);
    near(s.scale.value, 27719, 5.0);
    near(s.shape.value, 3.16, 5e-3);
    assert_true(s.n_failed == 11 && !s.is_few);
    memset(all, 1, sizeof all);
    const struct weibull b = fit(&(struct lifetimes){bearings_time, all, NULL, BEARINGS}, 0.95);
    near(b.shape.value, 2.102, 5e-4);
    near(b.scale.value, 81.88, 5e-3);
    near(b.log_likelihood, -113.69, 5e-3);
}

struct data {
    double time[N], entry[N];
    uint8_t is_failed[N];
};

// Weibull lives of scale 100, some of them watched from an age on, some only up to an age.
static void make(struct data *d, uint64_t seed, double shape) {
    uint32_t n = 0;
    for (uint64_t k = 0; n < N; k++) {
        const double life = 100.0 * power(-exact_ln(uniform(seed, 1, k)), 1.0 / shape);
        d->entry[n] = k % 3 ? 0.0 : 60.0 * uniform(seed, 2, k);
        const double end = d->entry[n] + 40.0 + 150.0 * uniform(seed, 3, k);
        d->time[n] = fmin(life, end);
        d->is_failed[n] = life <= end;
        n += life > d->entry[n];
    }
}

static double by_hand(const struct data *d, double shape, double scale) {
    double sum = 0;
    for (uint32_t i = 0; i < N; i++) {
        const double t = d->time[i];
        sum -= power(t / scale, shape);
        sum += d->entry[i] > 0.0 ? power(d->entry[i] / scale, shape) : 0.0;
        sum += d->is_failed[i] ? exact_ln(shape / t) + shape * exact_ln(t / scale) : 0.0;
    }
    return sum;
}

// Law: the likelihood is what its definition says, flat at the estimate, lower around, and its curvature gives the covariance; units change
// nothing but the scale.
static void definition(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        static struct data d;
        make(&d, seed, 0.6 + 0.3 * (double)(seed % 6));
        const struct lifetimes lives = {d.time, d.is_failed, d.entry, N};
        const struct weibull w = fit(&lives, 0.9);
        const double k = w.shape.value, c = w.scale.value, by = 1e-3;
        const double best = by_hand(&d, k, c);
        near(w.log_likelihood, best, 1e-8);
        const double m_up = by_hand(&d, k, c * exact_exp(by)),
                     m_down = by_hand(&d, k, c * exact_exp(-by));
        const double s_up = by_hand(&d, k * exact_exp(-by), c),
                     s_down = by_hand(&d, k * exact_exp(by), c);
        const double both = by_hand(&d, k * exact_exp(-by), c * exact_exp(by));
        assert_true(m_up < best && m_down < best && s_up < best && s_down < best);
        const double mm = (m_up - 2 * best + m_down) / (by * by),
                     ss = (s_up - 2 * best + s_down) / (by * by);
        const double ms = (both - m_up - s_up + best) / (by * by), det = mm * ss - ms * ms;
        near(w.v_ln_scale / (-ss / det), 1.0, 0.01);
        near(w.v_ln_sigma / (-mm / det), 1.0, 0.01);
        near((w.cov - ms / det) / sqrt(w.v_ln_scale * w.v_ln_sigma), 0.0, 0.02);
        for (uint32_t i = 0; i < N; i++) {
            d.time[i] *= 1e-9;
            d.entry[i] *= 1e-9;
        }
        const struct weibull small = fit(&lives, 0.9);
        near(small.sigma / w.sigma, 1.0, 1e-9);
        near(small.scale.value * 1e9 / c, 1.0, 1e-9);
    }
}

// Law: 90 % intervals of shape (both kinds), scale and B10 hold the truth in about nine of ten samples.
static void holds(void **state) {
    enum { TRIALS = 400 };
    double shape = 0, profile = 0, scale = 0, b10 = 0, within = 0;
    (void)state;
    for (uint64_t seed = 0; seed < TRIALS; seed++) {
        static struct data d;
        struct weibull_value v;
        make(&d, seed + 50, 1.8);
        const struct lifetimes lives = {d.time, d.is_failed, d.entry, N};
        const struct weibull w = fit(&lives, 0.9);
        assert_int_equal(weibull_profile_shape(&lives, &w, &v, NULL), MARU_OK);
        assert_true(v.low < v.value && v.value < v.high);
        const struct weibull_value q = weibull_quantile(&w, 0.1);
        const struct weibull_value f = weibull_fails_within(&w, 80.0, 20.0);
        const double truth = 100.0 * power(-exact_ln(0.9), 1.0 / 1.8);
        const double fails = 1.0 - exact_exp(power(0.8, 1.8) - 1.0);
        shape += w.shape.low <= 1.8 && 1.8 <= w.shape.high;
        profile += v.low <= 1.8 && 1.8 <= v.high;
        scale += w.scale.low <= 100.0 && 100.0 <= w.scale.high;
        b10 += q.low <= truth && truth <= q.high;
        within += f.low <= fails && fails <= f.high;
    }
    near(shape / TRIALS, 0.9, 0.045);
    near(profile / TRIALS, 0.9, 0.045);
    near(scale / TRIALS, 0.9, 0.045);
    near(b10 / TRIALS, 0.9, 0.045);
    near(within / TRIALS, 0.9, 0.045);
}

// Laws of what follows: quantile and survival undo each other; of the rest of life the given share ends between its bounds; failing within a
// span is one less the ratio of survivals; with shape 1 age means nothing.
static void consequences(void **state) {
    (void)state;
    for (double shape = 0.5; shape < 4.0; shape += 0.5) {
        const struct weibull w = {.ln_scale = exact_ln(50.0),
                                  .sigma = 1.0 / shape,
                                  .v_ln_scale = 0.01,
                                  .v_ln_sigma = 0.02,
                                  .cov = -0.003,
                                  .level = 0.9};
        for (double p = 0.05; p < 1.0; p += 0.1) {
            const struct weibull_value q = weibull_quantile(&w, p);
            const struct weibull_value s = weibull_surviving(&w, q.value);
            near(s.value, 1.0 - p, 1e-12);
            assert_true(q.low < q.value && q.value < q.high && s.low < s.value && s.value < s.high);
        }
        for (double age = 0.0; age < 200.0; age += 25.0) {
            const struct weibull_value r = weibull_remaining(&w, age, 0.8);
            const double now = weibull_surviving(&w, age).value;
            near(weibull_surviving(&w, age + r.value).value, 0.5 * now, 1e-9);
            near(weibull_surviving(&w, age + r.low).value, 0.9 * now, 1e-9);
            near(weibull_surviving(&w, age + r.high).value, 0.1 * now, 1e-9);
            const struct weibull_value f = weibull_fails_within(&w, age, 30.0);
            near(f.value, 1.0 - weibull_surviving(&w, age + 30.0).value / now, 1e-9);
            assert_true(f.low <= f.value && f.value <= f.high && (f.low < f.high || f.low == 1.0));
            if (shape == 1.0) {
                near(r.value, 50.0 * exact_ln(2.0), 1e-9);
            }
        }
    }
    const struct weibull w = {.sigma = 1.0, .level = 0.9};
    assert_true(weibull_surviving(&w, 0.0).low == 1.0 && isnan(weibull_surviving(&w, -1.0).value));
    assert_true(isnan(weibull_quantile(&w, 1.0).value) &&
                isnan(weibull_remaining(&w, -1.0, 0.8).low));
    assert_true(weibull_fails_within(&w, 3.0, 0.0).value == 0.0);
}

static double rate_at(double shape, double scale, double planned, double failure, double age) {
    enum { STEPS = 20000 };
    double use = 0; // by Simpson's rule
    for (int i = 0; i <= STEPS; i++) {
        const double t = age * i / STEPS, weight = i % STEPS == 0 ? 1.0 : i % 2 ? 4.0 : 2.0;
        use += weight * (t > 0.0 ? exact_exp(-power(t / scale, shape)) : 1.0) * age / STEPS / 3.0;
    }
    const double left = exact_exp(-power(age / scale, shape));
    return (planned * left + failure * (1.0 - left)) / use;
}

// Law: the cost rate is the one of its integral, and other ages cost more; failing costs no more than planning, or no wear: run to failure.
static void replacement(void **state) {
    struct replacement r;
    (void)state;
    for (double shape = 1.3; shape < 5.0; shape += 0.9) {
        const struct weibull w = {.shape = {shape, shape - 0.2, shape + 0.2},
                                  .scale = {100, 90, 110},
                                  .ln_scale = exact_ln(100.0),
                                  .sigma = 1.0 / shape,
                                  .level = 0.9};
        assert_int_equal(weibull_replacement(&w, 1.0, 20.0, &r, NULL), MARU_OK);
        assert_true(r.is_planned && r.is_sure);
        near(rate_at(shape, 100.0, 1.0, 20.0, r.age) / r.cost_rate, 1.0, 1e-5);
        near(rate_at(shape, 100.0, 1.0, 20.0, 1000.0) / r.cost_rate_to_failure, 1.0, 2e-3);
        near(r.saving.value, 1.0 - r.cost_rate / r.cost_rate_to_failure, 1e-9);
        assert_true(rate_at(shape, 100.0, 1.0, 20.0, 1.05 * r.age) > r.cost_rate);
        assert_true(rate_at(shape, 100.0, 1.0, 20.0, 0.95 * r.age) > r.cost_rate);
        assert_true(r.saving.low < r.saving.value && r.saving.value < r.saving.high);
        near(r.surviving, exact_exp(-power(r.age / 100.0, shape)), 1e-9);
        assert_int_equal(weibull_replacement(&w, 3.0, 3.0, &r, NULL), MARU_OK);
        assert_true(!r.is_planned && isinf(r.age));
    }
    const struct weibull early = {.shape = {0.8, 0.5, 1.1},
                                  .scale = {100, 90, 110},
                                  .ln_scale = exact_ln(100.0),
                                  .sigma = 1.25,
                                  .level = 0.9};
    assert_int_equal(weibull_replacement(&early, 1.0, 100.0, &r, NULL), MARU_OK);
    assert_true(!r.is_planned && !r.is_sure && isinf(r.age) && r.saving.high > 0.0);
    near(r.cost_rate, 100.0 / (100.0 * 1.1330030963), 1e-8); // Gamma(2.25)
    assert_int_equal(weibull_replacement(&early, 0.0, 1.0, &r, NULL), MARU_E_RANGE);
    assert_int_equal(weibull_replacement(&early, 1.0, (double)NAN, &r, NULL), MARU_E_RANGE);
}

// Law: of samples from a Weibull a tenth is doubtful; of mixtures of two far apart nearly all.
static void fits(void **state) {
    enum { TRIALS = 500 };
    uint32_t n_doubt = 0, n_doubt_mixed = 0;
    (void)state;
    for (uint64_t seed = 0; seed < TRIALS; seed++) {
        for (int mixed = 0; mixed < 2; mixed++) {
            double time[N];
            uint8_t all[N];
            struct arena arena;
            struct weibull_fit_check check;
            for (uint32_t i = 0; i < N; i++) {
                const double life = power(-exact_ln(uniform(seed, 1, i)), 0.5);
                time[i] = mixed && i % 2 ? 0.02 * life : life;
                all[i] = 1;
            }
            const struct lifetimes lives = {time, all, NULL, N};
            const struct weibull w = fit(&lives, 0.9);
            arena_init(&arena, 1 << 20);
            assert_int_equal(weibull_check(&lives, &w, &arena, &check, NULL), MARU_OK);
            assert_true(check.distance > 0.0 && check.distance < (mixed ? 0.6 : 0.2));
            *(mixed ? &n_doubt_mixed : &n_doubt) += check.is_doubtful;
            arena_fini(&arena);
        }
    }
    near(n_doubt / (double)TRIALS, 0.1, 0.04);
    assert_true(n_doubt_mixed > 0.95 * TRIALS);
}

static void refused(void **state) {
    static const double time[] = {3, 3, 5, 1e308}, tiny[] = {1e-300, 1e300};
    static const uint8_t one[] = {1, 1, 0, 0}, none[] = {0, 0, 0, 0}, two[] = {1, 0, 1, 1};
    struct weibull w;
    (void)state;
    assert_int_equal(weibull_fit(&(struct lifetimes){time, one, NULL, 4}, 0.9, &w, NULL),
                     MARU_E_RANGE);
    assert_int_equal(weibull_fit(&(struct lifetimes){time, none, NULL, 4}, 0.9, &w, NULL),
                     MARU_E_RANGE);
    assert_int_equal(weibull_fit(&(struct lifetimes){time, two, NULL, 0}, 0.9, &w, NULL),
                     MARU_E_RANGE);
    assert_int_equal(weibull_fit(&(struct lifetimes){time, two, NULL, 3}, 1.0, &w, NULL),
                     MARU_E_RANGE);
    assert_int_equal(weibull_fit(&(struct lifetimes){time, two, NULL, 3}, 0.9, &w, NULL), MARU_OK);
    assert_true(w.is_few && w.shape.low < w.shape.value);
    const maru_status st = weibull_fit(&(struct lifetimes){tiny, one, NULL, 2}, 0.9, &w, NULL);
    assert_true(st == MARU_E_RANGE || isfinite(w.ln_scale));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published),    cmocka_unit_test(definition),  cmocka_unit_test(holds),
        cmocka_unit_test(consequences), cmocka_unit_test(replacement), cmocka_unit_test(fits),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
