#include "learn/drift/drift.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/distribution.h"
#include "base/random.h"
#include "learn/drift/error_watch.h"
#include "learn/drift/many_tests.h"

enum { N = 1000, M = 300, N_COLUMN = 500 };

static void near(double got, double want, double by) {
    if (!(fabs(got - want) <= by)) {
        fail_msg("%.9g, want %.9g", got, want);
    }
}

static double uniform(uint64_t seed, uint64_t stream, uint64_t at) {
    const struct random_block r = random_at(seed, stream, at);
    return random_open(r.word[0] | (uint64_t)r.word[1] << 32);
}

static double normal(uint64_t seed, uint64_t stream, uint64_t at) {
    return exact_normal_quantile(uniform(seed, stream, at));
}

static struct drift compare(const struct drift_reference *r, const double *recent, uint32_t n) {
    uint64_t count[DRIFT_MAX_BINS + 2] = {0};
    for (uint32_t i = 0; i < n; i++) {
        drift_count_number(r, recent[i], count);
    }
    return drift_of(r, count);
}

static struct drift_reference keep(const double *x, uint32_t n, uint32_t n_bin,
                                   struct arena *arena) {
    struct drift_reference r;
    assert_int_equal(drift_keep_numbers(x, n, n_bin, arena, &r, NULL), MARU_OK);
    return r;
}

// Column c of a quiet world: normal, with ties, or with a tenth missing. A column of words has few or many of them.
static double quiet(uint64_t seed, uint32_t c, uint32_t i) {
    const double z = normal(seed, c, i);
    return c % 3 == 1 ? floor(2.0 * z) : c % 3 == 2 && z < -1.28 ? (double)NAN : z;
}

// Law: without drift the index is on average what chance gives, p is uniform, and of 500 columns in 12 worlds adjusted p-values raise an alarm in
// about one of twenty worlds, not in each.
static void quiet_worlds(void **state) {
    enum { WORLDS = 12 };
    static double x[N], y[M], p[N_COLUMN], holm[N_COLUMN], bh[N_COLUMN];
    double index = 0, by_chance = 0;
    uint32_t n_small = 0, n_alarm = 0, n_bh = 0, n_size = 0;
    (void)state;
    for (uint64_t world = 0; world < WORLDS; world++) {
        struct arena arena;
        arena_init(&arena, 1 << 26);
        for (uint32_t c = 0; c < N_COLUMN; c++) {
            for (uint32_t i = 0; i < N; i++) {
                x[i] = quiet(world, c, i);
            }
            for (uint32_t i = 0; i < M; i++) {
                y[i] = quiet(world, c, N + i);
            }
            const struct drift_reference r = keep(x, N, 10, &arena);
            const struct drift d = compare(&r, y, M);
            index += d.index;
            by_chance += d.by_chance;
            p[c] = d.p;
            n_small += d.p < 0.05;
            n_size += d.size > DRIFT_NONE;
        }
        assert_int_equal(many_tests_holm(p, N_COLUMN, &arena, holm, NULL), MARU_OK);
        assert_int_equal(many_tests_bh(p, N_COLUMN, &arena, bh, NULL), MARU_OK);
        bool is_alarm = false, is_bh = false;
        for (uint32_t c = 0; c < N_COLUMN; c++) {
            is_alarm = is_alarm || holm[c] <= 0.05;
            is_bh = is_bh || bh[c] <= 0.05;
        }
        n_alarm += is_alarm;
        n_bh += is_bh;
        arena_fini(&arena);
    }
    near(index / by_chance, 1.0, 0.05);
    near(n_small / (double)(WORLDS * N_COLUMN), 0.05, 0.01);
    assert_true(n_alarm <= 3 && n_bh <= 3); // more than three of twelve at 5 % is once in 500
    assert_true(n_size <= 5);               // of 10 000: size alone is no alarm
}

// Law: a shift of one standard deviation is found in all columns, by size and by p among 500; PSI of large samples is its integral:
// shift^2 between two normal distributions in ever finer bins, a little less in 64.
static void drifted(void **state) {
    enum { LARGE = 200000 };
    static double x[LARGE], y[LARGE];
    struct arena arena;
    (void)state;
    arena_init(&arena, 1 << 26);
    for (uint32_t i = 0; i < LARGE; i++) {
        x[i] = normal(1, 1, i);
        y[i] = normal(1, 2, i) + 0.5;
    }
    const struct drift_reference r = keep(x, LARGE, DRIFT_MAX_BINS, &arena);
    assert_int_equal(drift_check(&r, NULL), MARU_OK);
    near(compare(&r, y, LARGE).index, 0.25, 0.01);
    for (uint32_t i = 0; i < 3000; i++) {
        y[i] -= 0.1; // 0.4 squared is 0.16
    }
    assert_int_equal(compare(&r, y, 3000).size, DRIFT_SOME);
    const struct drift_reference ten = keep(x, N, 10, &arena);
    for (uint32_t i = 0; i < M; i++) {
        y[i] += 0.6;
    }
    const struct drift d = compare(&ten, y, M);
    assert_int_equal(d.size, DRIFT_MUCH);
    assert_true(d.p * N_COLUMN < 1e-6);
    arena_fini(&arena);
}

static void columns_of_a_kind(void **state) {
    static const double constant[] = {7, 7, 7, 7}, below[] = {6.999, 6.999}, hole = (double)NAN;
    static const double odd[] = {1, 2, 3, (double)INFINITY, (double)-INFINITY, (double)NAN};
    static const uint32_t word[] = {0, 0, 1, 1, 1, UINT32_MAX}, wrong[] = {9};
    struct arena arena;
    struct drift_reference r;
    uint64_t count[5] = {0};
    (void)state;
    arena_init(&arena, 1 << 20);
    r = keep(constant, 4, 10, &arena);
    assert_true(compare(&r, below, 2).index > 1.0); // a constant that changes is seen
    near(compare(&r, constant, 4).index, 0.0, 1e-12);
    assert_int_equal(compare(&r, constant, 0).size, DRIFT_UNKNOWN);
    r = keep(odd, 6, 3, &arena);
    near(r.least, 1.0, 0.0);
    near(r.most, 3.0, 0.0);
    assert_int_equal(compare(&r, odd, 6).n_missing, 1);
    near(compare(&r, odd, 6).p, 1.0, 1e-12);
    r = keep(&hole, 1, 10, &arena); // all missing
    assert_true(compare(&r, constant, 4).index > 0.5);
    r = keep(&hole, 0, 10, &arena);
    assert_int_equal(compare(&r, constant, 4).size, DRIFT_UNKNOWN);
    assert_int_equal(drift_keep_numbers(constant, 4, 1, &arena, &r, NULL), MARU_E_LIMIT);
    assert_int_equal(drift_keep_words(word, 6, 3, &arena, &r, NULL), MARU_OK);
    drift_count_word(&r, 1, count);
    drift_count_word(&r, 77, count);
    drift_count_word(&r, UINT32_MAX, count);
    const struct drift d = drift_of(&r, count);
    assert_true(d.n == 3 && d.n_unseen == 1 && d.n_missing == 1 && d.n_reference == 6);
    near(d.by_chance, 3.0 * (1.0 / 6 + 1.0 / 3), 1e-12); // word 2 is nowhere
    assert_int_equal(drift_keep_words(wrong, 1, 3, &arena, &r, NULL), MARU_E_RANGE);
    assert_int_equal(drift_keep_words(wrong, 1, DRIFT_MAX_WORDS + 1, &arena, &r, NULL),
                     MARU_E_LIMIT);
    struct drift_outside out = {0};
    r = keep(odd, 6, 3, &arena);
    for (size_t i = 0; i < 6; i++) {
        drift_outside_number(&r, odd[i], &out);
    }
    drift_outside_number(&r, 3.5, &out);
    assert_true(out.n == 6 && out.n_above == 2 && out.n_below == 1);
    arena_fini(&arena);
}

static void contradictions(void **state) {
    static const double edge[] = {1, 2}, falls[] = {2, 1}, hole[] = {1, (double)NAN};
    static const uint64_t count[] = {3, 4, 5, 6}, many[] = {UINT64_MAX, 1, 0, 17};
    const struct drift_reference good = {
        .edge = edge, .n_edge = 2, .count = count, .n = 18, .least = 0, .most = 9};
    struct drift_reference bad[8];
    (void)state;
    assert_int_equal(drift_check(&good, NULL), MARU_OK);
    assert_int_equal(
        drift_check(
            &(struct drift_reference){
                .n_word = 2, .count = count, .n = 18, .least = (double)NAN, .most = (double)NAN},
            NULL),
        MARU_OK);
    for (size_t i = 0; i < 8; i++) {
        bad[i] = good;
    }
    bad[0].edge = falls;
    bad[1].edge = hole;
    bad[2].n = 17;
    bad[3].n = 19;
    bad[4].count = many;
    bad[5].least = (double)NAN;
    bad[6].most = -1;
    bad[7].n_edge = UINT32_MAX;
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(drift_check(&bad[i], NULL), MARU_E_INPUT);
    }
}

// Many rare words: the law of quiet worlds holds for them too.
static void rare_words(void **state) {
    enum { WORDS = 400, TRIALS = 400 };
    static uint32_t word[N];
    uint32_t n_small = 0;
    (void)state;
    for (uint64_t seed = 0; seed < TRIALS; seed++) {
        struct arena arena;
        struct drift_reference r;
        uint64_t count[WORDS + 2] = {0};
        arena_init(&arena, 1 << 20);
        for (uint32_t i = 0; i < N; i++) { // a few are common, most are rare
            const double u = uniform(seed, 1, i);
            word[i] = (uint32_t)(WORDS * u * u * u * u);
        }
        assert_int_equal(drift_keep_words(word, N, WORDS, &arena, &r, NULL), MARU_OK);
        for (uint32_t i = 0; i < M; i++) {
            const double u = uniform(seed, 2, i);
            drift_count_word(&r, (uint32_t)(WORDS * u * u * u * u), count);
        }
        n_small += drift_of(&r, count).p < 0.05;
        arena_fini(&arena);
    }
    near(n_small / (double)TRIALS, 0.05, 0.035);
}

// Law: p of Kolmogorov and Smirnov's test is uniform without drift. And 1.358 is its 5 % point (Smirnov 1948).
static void without_bins(void **state) {
    enum { TRIALS = 2000 };
    uint32_t n_small = 0, n_half = 0;
    (void)state;
    for (uint64_t seed = 0; seed < TRIALS; seed++) {
        double a[80], b[50];
        for (uint32_t i = 0; i < 80; i++) {
            a[i] = normal(seed, 1, i);
            b[i % 50] = normal(seed, 2, i % 50);
        }
        empirical_sort(a, 80);
        empirical_sort(b, 50);
        const struct two_samples s = two_samples_compare(a, 80, b, 50);
        n_small += s.p < 0.05;
        n_half += s.p < 0.5;
        assert_true(two_samples_compare(b, 50, a, 80).d == s.d);
    }
    near(n_small / (double)TRIALS, 0.05, 0.02);
    near(n_half / (double)TRIALS, 0.5, 0.06);
    static double even[20000], moved[20000];
    for (uint32_t i = 0; i < 20000; i++) { // moved by d in all of [0, 1]
        even[i] = i;
        moved[i] = i + 0.01358 * 20000;
    }
    near(two_samples_compare(even, 20000, moved, 20000).d, 0.01358, 1e-4);
    near(two_samples_compare(even, 20000, moved, 20000).p, 0.05, 0.003);
    static const double one[] = {1}, two[] = {1, 1};
    near(two_samples_compare(one, 1, two, 2).d, 0.0, 0.0);
    near(two_samples_compare(one, 1, two, 2).p, 1.0, 0.0);
    assert_true(isnan(two_samples_compare(one, 1, two, 0).p));
}

// Fifteen p-values of Benjamini and Hochberg 1995, 4.2: at 0.05 theirs believes four, Holm's three. And laws.
static void published_tests(void **state) {
    double p[16] = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,    (double)NAN};
    double holm[16], bh[16];
    uint32_t n_holm = 0, n_bh = 0;
    struct arena arena;
    (void)state;
    arena_init(&arena, 1 << 16);
    assert_int_equal(many_tests_holm(p, 16, &arena, holm, NULL), MARU_OK);
    assert_int_equal(many_tests_bh(p, 16, &arena, bh, NULL), MARU_OK);
    for (int i = 0; i < 15; i++) {
        n_holm += holm[i] <= 0.05;
        n_bh += bh[i] <= 0.05;
        assert_true(p[i] <= bh[i] && bh[i] <= holm[i] && holm[i] <= 1.0);
    }
    assert_true(n_holm == 3 && n_bh == 4 && isnan(holm[15]) && isnan(bh[15]));
    near(bh[3], 0.0095 * 15 / 4, 1e-12);
    assert_int_equal(many_tests_bh(p, 16, &arena, p, NULL), MARU_OK);
    assert_memory_equal(p, bh, 15 * sizeof *p);
    p[3] = 1.5;
    assert_int_equal(many_tests_bh(p, 16, &arena, p, NULL), MARU_E_RANGE);
    assert_int_equal(many_tests_holm(p, 0, &arena, p, NULL), MARU_OK);
    arena_fini(&arena);
}

// Run lengths of two-sided CUSUMs with k = 0.5: D. C. Montgomery, Introduction to Statistical Quality Control, table 9.3: without shift 168 (h = 4)
// and 465 (h = 5), where each side has twice that.
static void run_lengths(void **state) {
    (void)state;
    near(cusum_run_length(0.5, 4.0, 0.0) / 2.0, 168.0, 1.7);
    near(cusum_run_length(0.5, 5.0, 0.0) / 2.0, 465.0, 4.7);
    near(cusum_run_length(0.5, 4.0, 1.0), 8.38, 0.05);
    near(cusum_run_length(0.5, 5.0, 1.0), 10.4, 0.06);
    near(cusum_run_length(0.5, 5.0, 2.0), 4.01, 0.03);
    assert_true(isnan(cusum_run_length(0.5, 0.0, 0.0)));
    double reference[ERROR_WATCH_LEAST] = {0};
    for (double slack = 0.1; slack <= 2.0; slack += 0.38) {
        for (double steps = 10.0; steps <= 1e6; steps *= 10.0) {
            struct error_watch w;
            assert_int_equal(error_watch_init(&w, reference, ERROR_WATCH_LEAST, slack, steps, NULL),
                             MARU_OK);
            const double got = cusum_run_length(slack, w.bound, 0.0) / steps;
            assert_true(fabs(got - 1.0) < 1e-3 || (got > 1.0 && w.bound < 0.02));
        }
    }
}

// Law: errors of any form alarm about as rarely as was asked, and soon once they have grown.
static void watch(void **state) {
    enum { TRIALS = 250, ASKED = 200 };
    static double reference[2000];
    double steps = 0, late = 0;
    struct error_watch w;
    (void)state;
    assert_int_equal(error_watch_init(&w, reference, 2000, 0.5, ASKED, NULL), MARU_OK);
    for (uint64_t seed = 0; seed < TRIALS; seed++) { // the reference is read where it stands
        for (uint32_t i = 0; i < 2000; i++) {
            const double z = normal(seed, 1, i);
            reference[i] = exact_exp(2.0 * z); // far from normal
        }
        empirical_sort(reference, 2000);
        error_watch_reset(&w);
        const uint64_t start = w.n_step;
        uint32_t t = 0;
        while (!error_watch_step(&w, exact_exp(2.0 * normal(seed, 2, t))) && t < 100 * ASKED) {
            t++;
        }
        steps += (double)(w.n_step - start) / TRIALS;
        error_watch_reset(&w);
        const uint64_t before = w.n_step;
        while (!error_watch_step(&w, exact_exp(2.0 * normal(seed, 3, t) + 2.0)) &&
               w.n_step - before < 1000) {
            t++;
        }
        late += (double)(w.n_step - before) / TRIALS;
        assert_true(w.since > 0 && w.since <= w.n_step - before);
        assert_true(error_watch_step(&w, (double)NAN));
    }
    near(steps, ASKED, 0.2 * ASKED);
    assert_true(late < 10.0);
}

static void watch_refused(void **state) {
    double reference[60];
    struct error_watch w;
    (void)state;
    for (uint32_t i = 0; i < 60; i++) {
        reference[i] = floor(i / 10.0); // with ties
    }
    assert_int_equal(error_watch_init(&w, reference, 60, 0.5, 100, NULL), MARU_OK);
    for (int i = 0; i < 1000; i++) { // the middle, for ever
        assert_false(error_watch_step(&w, 2.5));
    }
    assert_int_equal(error_watch_init(&w, reference, 49, 0.5, 100, NULL), MARU_E_RANGE);
    assert_int_equal(error_watch_init(&w, reference, 60, 0.0, 100, NULL), MARU_E_RANGE);
    assert_int_equal(error_watch_init(&w, reference, 60, 0.5, 1e9, NULL), MARU_E_RANGE);
    reference[5] = 9.0;
    assert_int_equal(error_watch_init(&w, reference, 60, 0.5, 100, NULL), MARU_E_RANGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quiet_worlds),
        cmocka_unit_test(drifted),
        cmocka_unit_test(columns_of_a_kind),
        cmocka_unit_test(rare_words),
        cmocka_unit_test(contradictions),
        cmocka_unit_test(without_bins),
        cmocka_unit_test(published_tests),
        cmocka_unit_test(run_lengths),
        cmocka_unit_test(watch),
        cmocka_unit_test(watch_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
