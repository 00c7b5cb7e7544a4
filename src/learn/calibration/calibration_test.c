#include "learn/calibration/calibration.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"

enum { N = 4000 };

static void near(double got, double want, double by) {
    if (!(fabs(got - want) <= by)) {
        fail_msg("%.9g, want %.9g", got, want);
    }
}

static double uniform(uint64_t seed, uint64_t stream, uint64_t at) {
    const struct random_block r = random_at(seed, stream, at);
    return random_open(r.word[0] | (uint64_t)r.word[1] << 32);
}

struct rows {
    double margin[N];
    uint8_t is_yes[N];
    uint32_t n;
};

// Margins from -4 to 4; yes comes with probability 1 / (1 + exp(-(slope margin + offset))).
static void draw(struct rows *rows, uint64_t seed, uint32_t n, double slope, double offset) {
    rows->n = n;
    for (uint32_t i = 0; i < n; i++) {
        rows->margin[i] = 8.0 * uniform(seed, 1, i) - 4.0;
        const double p = 1.0 / (1.0 + exact_exp(-(slope * rows->margin[i] + offset)));
        rows->is_yes[i] = uniform(seed, 2, i) < p;
    }
}

static struct calibration fit(enum calibration_kind kind, const struct rows *rows,
                              struct arena *arena) {
    struct calibration c;
    assert_int_equal(calibration_fit(kind, rows->margin, rows->is_yes, rows->n, arena, &c, NULL),
                     MARU_OK);
    assert_int_equal(calibration_check(&c, NULL), MARU_OK);
    return c;
}

// Law: where the truth is a line of log odds, Platt finds it; and the score equations hold: probabilities sum to the smoothed targets, also
// weighted by the margin.
static void finds_the_line(void **state) {
    static struct rows rows;
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        draw(&rows, seed, N, 0.6, -1.0);
        const struct calibration c = fit(CALIBRATION_PLATT, &rows, NULL);
        near(c.slope, 0.6, 0.12);
        near(c.offset, -1.0, 0.16);
        const double yes = c.n_yes, no = N - yes;
        double sum = 0, weighted = 0;
        for (uint32_t i = 0; i < N; i++) {
            const double t = rows.is_yes[i] ? (yes + 1.0) / (yes + 2.0) : 1.0 / (no + 2.0);
            const double off = calibration_answer(&c, rows.margin[i]) - t;
            sum += off;
            weighted += off * rows.margin[i];
        }
        near(sum, 0.0, 1e-6);
        near(weighted, 0.0, 1e-6);
    }
}

// Law: isotonic answers rise, are the shares of their blocks (so they sum to the number of yes), and no rising curve is nearer: each block's
// first part has a share that is not below, and its last part one that is not above, that of the block.
static void pools(void **state) {
    static struct rows rows;
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct arena arena;
        arena_init(&arena, 1 << 22);
        draw(&rows, seed, 500, 1.0, 0.0);
        for (uint32_t i = 0; i < rows.n; i++) { // sorted, with ties
            rows.margin[i] = floor(i / 3.0);
        }
        const struct calibration c = fit(CALIBRATION_ISOTONIC, &rows, &arena);
        double sum = 0;
        for (uint32_t i = 0; i < rows.n;) {
            const double p = calibration_answer(&c, rows.margin[i]);
            uint32_t end = i;
            double yes = 0;
            while (end < rows.n && calibration_answer(&c, rows.margin[end]) == p) {
                yes += rows.is_yes[end++];
            }
            double part = 0;
            for (uint32_t k = i; k < end; k++) {
                part += rows.is_yes[k];
                if (k + 1 == end || rows.margin[k + 1] != rows.margin[k]) {
                    assert_true(part / (k + 1 - i) >= yes / (end - i) - 1e-12);
                }
            }
            near(p, fmin(fmax(yes / (end - i), 1.0 / 502.0), 501.0 / 502.0), 1e-12);
            assert_true(i == 0 || p > calibration_answer(&c, rows.margin[i - 1]));
            sum += yes;
            i = end;
        }
        near(sum, c.n_yes, 0.0);
        arena_fini(&arena);
    }
}

// Law: answers never fall where the margin rises, lie in [0, 1], and on other rows they come true: the error is that of chance.
static void comes_true(void **state) {
    static struct rows learned, other;
    static double p[N];
    (void)state;
    for (uint64_t seed = 0; seed < 10; seed++) {
        for (int kind = CALIBRATION_BY_SIZE; kind <= CALIBRATION_ISOTONIC; kind++) {
            struct arena arena;
            struct reliability_bin bin[10];
            uint32_t n_bin = 0, n_inside = 0;
            arena_init(&arena, 1 << 22);
            draw(&learned, seed, N, 1.5, -0.5);
            draw(&other, seed + 1000, N, 1.5, -0.5);
            const struct calibration c = fit((enum calibration_kind)kind, &learned, &arena);
            for (double margin = -50.0, last = 0.0; margin < 50.0; margin += 0.01) {
                const double here = calibration_answer(&c, margin);
                assert_true(here >= last && here <= 1.0);
                last = here;
            }
            for (uint32_t i = 0; i < N; i++) {
                p[i] = calibration_answer(&c, other.margin[i]);
            }
            const struct reliability_input in = {p, other.is_yes, N, 10, 0.99};
            assert_int_equal(reliability_table(&in, &arena, bin, &n_bin, NULL), MARU_OK);
            for (uint32_t i = 0; i < n_bin; i++) {
                n_inside +=
                    bin[i].came_true.low <= bin[i].mean && bin[i].mean <= bin[i].came_true.high;
            }
            assert_true(n_inside + 2 >= n_bin);
            assert_true(reliability_error(bin, n_bin) < 0.035);
            arena_fini(&arena);
        }
    }
}

// Bins hold each row once, in order, of about one size; equal probabilities stay together.
static void bins(void **state) {
    static const double p[] = {0.5, 0.1, 0.5, 0.9, 0.5, 0.2};
    static const uint8_t is_yes[] = {1, 0, 0, 1, 0, 0};
    struct reliability_bin bin[10];
    uint32_t n = 0;
    struct arena arena;
    (void)state;
    arena_init(&arena, 1 << 16);
    struct reliability_input in = {p, is_yes, 6, 3, 0.95};
    assert_int_equal(reliability_table(&in, &arena, bin, &n, NULL), MARU_OK);
    assert_int_equal(n, 3);
    near(bin[0].mean, 0.15, 1e-12);
    assert_int_equal(bin[1].came_true.n, 3);
    near(bin[1].came_true.value, 1.0 / 3.0, 1e-12);
    near(bin[2].low, 0.9, 0.0);
    near(reliability_error(bin, n), (0.3 + 0.5 + 0.1) / 6.0, 1e-12);
    in.n = 0;
    assert_int_equal(reliability_table(&in, &arena, bin, &n, NULL), MARU_OK);
    assert_int_equal(n, 0);
    assert_true(isnan(reliability_error(bin, 0)));
    in.n_bin = 0;
    assert_int_equal(reliability_table(&in, &arena, bin, &n, NULL), MARU_E_LIMIT);
    const double wrong[] = {1.5};
    in = (struct reliability_input){wrong, is_yes, 1, 3, 0.95};
    assert_int_equal(reliability_table(&in, &arena, bin, &n, NULL), MARU_E_RANGE);
    arena_fini(&arena);
}

static void little_to_learn_from(void **state) {
    static const double margin[] = {1, 2, 3, 4}, same[] = {2, 2, 2, 2},
                        far[] = {-1e308, -1e300, 1e300, 1e308};
    static const uint8_t all[] = {1, 1, 1, 1}, half[] = {0, 0, 1, 1}, falling[] = {1, 1, 0, 0};
    struct arena arena;
    struct calibration c;
    (void)state;
    arena_init(&arena, 1 << 16);
    for (int kind = 0; kind < N_CALIBRATION_KIND; kind++) {
        const enum calibration_kind k = (enum calibration_kind)kind;
        assert_int_equal(calibration_fit(k, margin, all, 4, &arena, &c, NULL), MARU_OK);
        assert_int_equal(c.kind, CALIBRATION_CONSTANT);
        near(calibration_answer(&c, 7.0), 5.0 / 6.0, 1e-12);
        assert_int_equal(calibration_fit(k, same, half, 4, &arena, &c, NULL), MARU_OK);
        near(calibration_answer(&c, -1.0), 0.5, 1e-12);
        assert_int_equal(calibration_fit(k, margin, falling, 4, &arena, &c, NULL), MARU_OK);
        near(calibration_answer(&c, 1.0), 0.5, 1e-12);
        near(calibration_answer(&c, 4.0), 0.5, 1e-12);
        assert_int_equal(calibration_fit(k, margin, half, 0, &arena, &c, NULL), MARU_E_RANGE);
        const maru_status st = calibration_fit(k, far, half, 4, &arena, &c, NULL);
        assert_true(st == MARU_E_RANGE || calibration_check(&c, NULL) == MARU_OK);
    }
    // Separated: Platt's targets keep it finite, isotonic stays off 0 and 1.
    assert_int_equal(calibration_fit(CALIBRATION_PLATT, margin, half, 4, &arena, &c, NULL),
                     MARU_OK);
    assert_true(calibration_answer(&c, 4.0) < 0.9 && calibration_answer(&c, 4.0) > 0.6);
    assert_int_equal(calibration_fit(CALIBRATION_ISOTONIC, margin, half, 4, &arena, &c, NULL),
                     MARU_OK);
    near(calibration_answer(&c, 9.0), 5.0 / 6.0, 1e-12);
    near(calibration_answer(&c, 2.5), 0.5, 1e-12);
    assert_true(isnan(calibration_answer(&c, (double)NAN)));
    near(calibration_answer(&c, (double)-INFINITY), 1.0 / 6.0, 1e-12);
    const double hole[] = {1, (double)NAN};
    assert_int_equal(calibration_fit(CALIBRATION_PLATT, hole, half, 2, &arena, &c, NULL),
                     MARU_E_RANGE);
    const double falls[] = {0.5, 0.4};
    const struct calibration bad[] = {
        {.kind = CALIBRATION_ISOTONIC, .margin = margin, .probability = falls, .n_knot = 2},
        {.kind = CALIBRATION_ISOTONIC, .margin = same, .probability = same, .n_knot = 1},
        {.kind = CALIBRATION_PLATT, .slope = -1.0},
        {.kind = CALIBRATION_CONSTANT, .offset = 2.0},
        {.kind = CALIBRATION_BY_SIZE},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(calibration_check(&bad[i], NULL), MARU_E_INPUT);
    }
    arena_fini(&arena);
}

// With memory for a part of it alone: a refusal each time, and once there is enough an answer.
static void short_of_memory(void **state) {
    static struct rows rows;
    draw(&rows, 1, 50, 1.0, 0.0);
    struct calibration c;
    bool is_enough = false;
    (void)state;
    for (size_t cap = 0; !is_enough; cap += 64) {
        struct arena arena;
        arena_init(&arena, cap);
        const maru_status st = calibration_fit(CALIBRATION_ISOTONIC, rows.margin, rows.is_yes,
                                               rows.n, &arena, &c, NULL);
        assert_true(st == MARU_OK || st == MARU_E_LIMIT);
        is_enough = st == MARU_OK;
        arena_fini(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_line),       cmocka_unit_test(pools),
        cmocka_unit_test(comes_true),           cmocka_unit_test(bins),
        cmocka_unit_test(little_to_learn_from), cmocka_unit_test(short_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
