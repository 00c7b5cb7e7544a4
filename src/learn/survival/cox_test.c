#include "learn/survival/cox.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "learn/survival/trial_lives.h"

enum { N = 60, P = 3 };

static void near(double got, double want, double by) {
    if (!(fabs(got - want) <= by)) {
        fail_msg("%.9g, want %.9g", got, want);
    }
}

static double uniform(uint64_t seed, uint64_t stream, uint64_t at) {
    const struct random_block r = random_at(seed, stream, at);
    return random_open(r.word[0] | (uint64_t)r.word[1] << 32);
}

static struct cox fit(const struct cox_input *input, struct arena *arena) {
    struct cox c;
    assert_int_equal(cox_fit(input, arena, &c, NULL), MARU_OK);
    return c;
}

// Placebo against 6-MP with Efron's ties, as R's coxph gives it: coefficient 1.572 (0.412), ratio 4.82 (2.15 to 10.8), likelihood ratio 16.35,
// concordance 0.69.
static void leukemia(void **state) {
    double x[LEUKEMIA];
    struct arena arena;
    (void)state;
    arena_init(&arena, 1 << 20);
    for (uint32_t i = 0; i < LEUKEMIA; i++) {
        x[i] = i >= LEUKEMIA_TREATED;
    }
    const struct cox c =
        fit(&(struct cox_input){.lives = {leukemia_time, leukemia_is_failed, NULL, LEUKEMIA},
                                .x = x,
                                .n_column = 1,
                                .level = 0.95},
            &arena);
    near(c.effect[0].coefficient, 1.5721, 5e-5);
    near(c.effect[0].se, 0.4124, 5e-5);
    near(c.effect[0].ratio, 4.817, 5e-4);
    near(c.effect[0].low, 2.147, 5e-4);
    near(c.effect[0].high, 10.81, 5e-3);
    near(c.likelihood_ratio, 16.35, 5e-3);
    near(c.concordance, 0.69, 5e-3);
    near(c.p, 5.3e-5, 1e-6);
    arena_fini(&arena);
}

struct data {
    double time[N], entry[N], x[N * P];
    uint8_t is_failed[N];
};

// Lives with ties in tenths, hazards exp(0.8 x0 - 0.5 x1), the third column means nothing.
static void make(struct data *d, uint64_t seed) {
    for (uint32_t i = 0; i < N; i++) {
        double *x = d->x + (size_t)i * P;
        for (uint32_t c = 0; c < P; c++) {
            x[c] = exact_normal_quantile(uniform(seed, c, i)) * (c + 1.0) + 10.0;
        }
        const double risk = 0.8 * (x[0] - 10.0) - 0.25 * (x[1] - 10.0);
        const double life = -exact_ln(uniform(seed, 7, i)) / exact_exp(risk);
        const double seen = 4.0 * uniform(seed, 8, i);
        d->entry[i] = i % 3 ? 0.0 : 0.04 * (i % 5);
        d->time[i] = (floor(10.0 * fmin(life, seen)) + 2.0) / 10.0;
        d->is_failed[i] = life <= seen;
    }
}

// Efron's log partial likelihood by its definition, and Harrell's concordance by every pair.
static double by_hand(const struct data *d, const double *beta, bool has_entry,
                      double *concordance) {
    double r[N], sum = 0, right = 0, pairs = 0;
    for (uint32_t i = 0; i < N; i++) {
        r[i] = 0;
        for (uint32_t c = 0; c < P; c++) {
            r[i] += beta[c] * (d->x[(size_t)i * P + c] - 10.0);
        }
    }
    for (uint32_t i = 0; i < N; i++) {
        double zero = 0, tied = 0, n_tied = 0, n_before = 0;
        for (uint32_t j = 0; j < N && d->is_failed[i]; j++) {
            const bool is_tied = d->time[j] == d->time[i] && d->is_failed[j];
            const bool is_there =
                d->time[j] >= d->time[i] && (!has_entry || d->entry[j] < d->time[i]);
            zero += is_there ? exact_exp(r[j]) : 0.0;
            tied += is_tied ? exact_exp(r[j]) : 0.0;
            n_tied += is_tied;
            n_before += is_tied && j < i;
            if (is_there && !is_tied) {
                right += fabs(r[i] - r[j]) < 1e-12 ? 0.5 : r[i] > r[j];
                pairs += 1.0;
            }
        }
        sum += d->is_failed[i] ? r[i] - exact_ln(zero - n_before / n_tied * tied) : 0.0;
    }
    *concordance = right / pairs;
    return sum;
}

// Law: the likelihood is what its definition says, no coefficients near have a larger one, and its curvature is what the errors say.
static void definition(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        static struct data d;
        struct arena arena;
        double beta[P], concordance = 0;
        arena_init(&arena, 1 << 20);
        make(&d, seed);
        const bool has_entry = seed % 2;
        const struct cox c =
            fit(&(struct cox_input){.lives = {d.time, d.is_failed, has_entry ? d.entry : NULL, N},
                                    .x = d.x,
                                    .n_column = P,
                                    .level = 0.9},
                &arena);
        for (uint32_t k = 0; k < P; k++) {
            beta[k] = c.effect[k].coefficient;
        }
        const double best = by_hand(&d, beta, has_entry, &concordance);
        near(c.log_likelihood, best, 1e-9);
        near(c.concordance, concordance, 1e-9);
        for (uint32_t k = 0; k < P; k++) {
            const double at = beta[k], by = 1e-3 * c.effect[k].se;
            double unused = 0;
            beta[k] = at + by;
            const double more = by_hand(&d, beta, has_entry, &unused);
            beta[k] = at - by;
            const double less = by_hand(&d, beta, has_entry, &unused);
            beta[k] = at;
            near((more - less) / (2.0 * by) * c.effect[k].se, 0.0, 1e-6); // flat
            assert_true(more < best && less < best);
        }
        assert_true(c.likelihood_ratio > 0.0);
        const double mean_unit[P] = {c.effect[0].mean, c.effect[1].mean, c.effect[2].mean};
        near(cox_risk(&c, mean_unit), 0.0, 1e-12);
        assert_true(cox_surviving(&c, 0.0, 0.05) == 1.0);
        double last = 1.0;
        for (uint32_t i = 0; i < c.n_step; i++) {
            const double s = cox_surviving(&c, 0.0, c.time[i]);
            assert_true(s < last && s > 0.0 && cox_surviving(&c, 1.0, c.time[i]) < s);
            last = s;
        }
        assert_true(isnan(cox_surviving(&c, 0.0, 1e9)));
        arena_fini(&arena);
    }
}

// Law: another unit of a column changes its coefficient by that factor and nothing else.
static void units(void **state) {
    static struct data d, e;
    struct arena arena;
    (void)state;
    arena_init(&arena, 1 << 20);
    make(&d, 3);
    make(&e, 3);
    for (uint32_t i = 0; i < N; i++) {
        e.x[(size_t)i * P] = 1e6 * d.x[(size_t)i * P] - 5e7;
    }
    struct cox_input in = {.lives = {d.time, d.is_failed, NULL, N},
                           .x = d.x,
                           .n_column = P,
                           .ridge = 0.5,
                           .level = 0.9};
    const struct cox a = fit(&in, &arena);
    in.x = e.x;
    const struct cox b = fit(&in, &arena);
    near(b.effect[0].coefficient * 1e6, a.effect[0].coefficient, 1e-8);
    near(b.effect[1].coefficient, a.effect[1].coefficient, 1e-8);
    near(b.effect[0].p, a.effect[0].p, 1e-8);
    in.ridge = 0.0;
    assert_true(fabs(fit(&in, &arena).effect[1].coefficient) > fabs(b.effect[1].coefficient));
    arena_fini(&arena);
}

// Law: 90 % intervals hold the truth in nine of ten samples.
static void holds(void **state) {
    enum { TRIALS = 300 };
    uint32_t n_held = 0, n_small = 0;
    (void)state;
    for (uint64_t seed = 0; seed < TRIALS; seed++) {
        static struct data d;
        struct arena arena;
        arena_init(&arena, 1 << 20);
        make(&d, seed + 100);
        const struct cox c = fit(
            &(struct cox_input){
                .lives = {d.time, d.is_failed, NULL, N}, .x = d.x, .n_column = P, .level = 0.9},
            &arena);
        n_held += c.effect[0].low <= exact_exp(0.8) && exact_exp(0.8) <= c.effect[0].high;
        n_small += c.effect[2].p < 0.1;
        arena_fini(&arena);
    }
    near(n_held / (double)TRIALS, 0.9, 0.06);
    near(n_small / (double)TRIALS, 0.1, 0.06);
}

static void odd_columns(void **state) {
    static struct data d;
    static double x[N * 2];
    struct arena arena;
    struct cox c;
    (void)state;
    arena_init(&arena, 1 << 22);
    make(&d, 1);
    struct cox_input in = {
        .lives = {d.time, d.is_failed, NULL, N}, .x = x, .n_column = 2, .level = 0.9};
    for (uint32_t i = 0; i < N; i++) { // a constant one
        x[(size_t)2 * i] = d.x[(size_t)i * P];
        x[2 * i + 1] = 7.0;
    }
    c = fit(&in, &arena);
    assert_true(c.effect[1].is_constant && c.effect[1].ratio == 1.0 && isinf(c.effect[1].se));
    assert_true(!c.effect[0].is_constant);
    for (uint32_t i = 0; i < N; i++) { // one that is told twice
        x[2 * i + 1] = 3.0 * x[(size_t)2 * i];
    }
    c = fit(&in, &arena);
    assert_true(c.effect[1].is_constant && c.effect[0].p < 0.05);
    for (uint32_t i = 0; i < N; i++) { // one that says all
        x[2 * i + 1] = -d.time[i];
    }
    assert_int_equal(cox_fit(&in, &arena, &c, NULL), MARU_E_RANGE);
    in.ridge = 0.1;
    assert_int_equal(cox_fit(&in, &arena, &c, NULL), MARU_OK);
    near(c.concordance, 1.0, 0.03);
    in.ridge = -1.0;
    assert_int_equal(cox_fit(&in, &arena, &c, NULL), MARU_E_RANGE);
    in.ridge = 0.0;
    in.n_column = COX_MAX_COLUMNS + 1;
    assert_int_equal(cox_fit(&in, &arena, &c, NULL), MARU_E_LIMIT);
    in.n_column = 2;
    x[5] = (double)NAN;
    assert_int_equal(cox_fit(&in, &arena, &c, NULL), MARU_E_RANGE);
    x[5] = 0.0;
    static const uint8_t none[N] = {0};
    in.lives.is_failed = none;
    assert_int_equal(cox_fit(&in, &arena, &c, NULL), MARU_E_RANGE);
    static const double one_time[] = {3};
    static const uint8_t one_failed[] = {1};
    in.lives = (struct lifetimes){one_time, one_failed, NULL, 1};
    c = fit(&in, &arena); // one row: nothing known
    assert_true(c.effect[0].is_constant && c.effect[1].is_constant && isnan(c.concordance));
    arena_fini(&arena);
}

// With memory for a part of it alone: a refusal each time, and once there is enough an answer.
static void short_of_memory(void **state) {
    static struct data d;
    make(&d, 1);
    const struct cox_input in = {
        .lives = {d.time, d.is_failed, d.entry, N}, .x = d.x, .n_column = P, .level = 0.9};
    struct cox c;
    bool is_enough = false;
    (void)state;
    for (size_t cap = 0; !is_enough; cap += 200) {
        struct arena arena;
        arena_init(&arena, cap);
        const maru_status st = cox_fit(&in, &arena, &c, NULL);
        assert_true(st == MARU_OK || st == MARU_E_LIMIT);
        is_enough = st == MARU_OK;
        arena_fini(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leukemia),    cmocka_unit_test(definition),
        cmocka_unit_test(units),       cmocka_unit_test(holds),
        cmocka_unit_test(odd_columns), cmocka_unit_test(short_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
