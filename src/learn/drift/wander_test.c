#include "learn/drift/wander.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/distribution.h"
#include "base/random.h"

enum { N = 4000, N_FEATURE = 4, N_BIN = 10, N_WORD = 2 }; // two numbers, then the words of a column

static void near(double got, double want, double by) {
    if (!(fabs(got - want) <= by)) {
        fail_msg("%.9g, want %.9g", got, want);
    }
}

static double uniform(uint64_t seed, uint64_t stream, uint64_t at) {
    const struct random_block r = random_at(seed, stream, at);
    return random_open(r.word[0] | (uint64_t)r.word[1] << 32);
}

struct world {
    uint64_t seed;
    uint32_t n;
    double alike, gap; // of neighbors; between the means of products in the first number
    uint32_t campaign; // rows of a product, 0: each row draws its own
    double rare;       // share of rows whose product is none of the words
};

static void fill(const struct world *w, float *x) {
    double z[2] = {0};
    for (uint32_t i = 0; i < w->n; i++) {
        const double luck = uniform(w->seed, 5, i);
        const uint32_t product = luck < w->rare    ? 2
                                 : w->campaign > 0 ? i / w->campaign % 2
                                                   : luck < 0.5 * (1 + w->rare);
        for (uint32_t k = 0; k < 2; k++) {
            const double step = exact_normal_quantile(uniform(w->seed, k, i));
            z[k] = i == 0 ? step : w->alike * z[k] + sqrt(1 - w->alike * w->alike) * step;
        }
        float *row = x + (size_t)i * N_FEATURE;
        row[0] = (float)(z[0] + w->gap * product);
        row[1] = (float)z[1];
        row[2] = product == 0;
        row[3] = product == 1;
    }
}

// How x (n, N_FEATURE) wandered; references of the same rows.
static struct wander find(const float *x, uint32_t n, struct arena *arena) {
    static const double weight[N_FEATURE] = {0.5, 0.5};
    static const struct wander_words words = {2, N_WORD};
    struct drift_reference reference[N_FEATURE];
    struct wander out;
    double *value = arena_take(arena, (size_t)n + 1, sizeof *value);
    assert_non_null(value);
    for (uint32_t f = 0; f < N_FEATURE; f++) {
        for (uint32_t i = 0; i < n; i++) {
            value[i] = (double)x[(size_t)i * N_FEATURE + f];
        }
        assert_int_equal(drift_keep_numbers(value, n, N_BIN, arena, &reference[f], NULL), MARU_OK);
    }
    const struct wander_input in = {x, n, N_FEATURE, reference, weight, &words, 1};
    assert_int_equal(wander_find(&in, arena, &out, NULL), MARU_OK);
    return out;
}

static struct wander find_in(const struct world *world, struct arena *arena) {
    float *x = arena_take(arena, (size_t)world->n * N_FEATURE + 1, sizeof *x);
    assert_non_null(x);
    fill(world, x);
    return find(x, world->n, arena);
}

// Scores of bins are the normal distribution's: over the rows of the reference their mean is 0, they rise, and of many bins their variance is nearly 1.
static void scores_are_normal(void **state) {
    (void)state;
    static double value[N];
    static const uint32_t bins[] = {2, 3, 10, 64};
    for (uint32_t k = 0; k < 4; k++) {
        const double n_value = N * 0.8;
        double score[DRIFT_MAX_BINS + 3], sum = 0, square = 0;
        struct drift_reference r;
        struct arena arena;
        arena_init(&arena, 1 << 22);
        for (uint32_t i = 0; i < N; i++) {
            const double u = uniform(k, 1, i);
            value[i] = i % 5 == 4 ? (double)NAN : k == 2 ? floor(8 * u * u) : u * u * u;
        }
        assert_int_equal(drift_keep_numbers(value, N, bins[k], &arena, &r, NULL), MARU_OK);
        drift_scores(&r, score);
        for (uint32_t i = 0; i < N; i++) {
            const double z = score[drift_bin_of_number(&r, value[i])];
            assert_true(!isnan(value[i]) || z == 0);
            sum += z / n_value;
            square += z * z / n_value;
        }
        near(sum, 0, 1e-12);
        assert_true(k < 3 ? square < 1 : square > 0.99 && square < 1);
        for (uint32_t i = 1; i + 1 < drift_bins_of(&r); i++) {
            assert_true(score[i] > score[i - 1]);
        }
        arena_fini(&arena);
    }
}

// Of two halves each is worth the mean of half a normal distribution, sqrt(2 / pi); what lies beside a column of one value is far out; of nothing nothing is known.
static void scores_by_hand(void **state) {
    (void)state;
    struct arena arena;
    struct drift_reference r;
    double score[8];
    arena_init(&arena, 1 << 16);
    static const double two[] = {1, 2, 1, 2}, one[] = {3, 3, 3, 3}, none[] = {(double)NAN};
    assert_int_equal(drift_keep_numbers(two, 4, 2, &arena, &r, NULL), MARU_OK);
    drift_scores(&r, score);
    near(score[0], -sqrt(2 / 3.14159265358979324), 1e-12);
    near(score[1], sqrt(2 / 3.14159265358979324), 1e-12);
    assert_int_equal(drift_keep_numbers(one, 4, 10, &arena, &r, NULL), MARU_OK);
    drift_scores(&r, score);
    assert_int_equal(drift_bins_of(&r), 4);
    near(score[0], exact_normal_quantile(0.5 / 5), 1e-12);
    near(score[1], 0, 1e-12);
    near(score[2], -score[0], 1e-12);
    assert_int_equal(drift_keep_numbers(none, 1, 10, &arena, &r, NULL), MARU_OK);
    drift_scores(&r, score);
    near(score[0], 0, 0);
    near(score[1], 0, 0);
    arena_fini(&arena);
}

// (1 + r) / (1 - r), a little more where rows are few; never below 1 nor above n.
static void spells_by_hand(void **state) {
    (void)state;
    near(wander_spell(1, 1, 1e9), 1, 1e-6);
    near(wander_spell(0.2, 1, 1e9), 9, 1e-5);
    near(wander_spell(0.05, 1, 1e9), 39, 1e-3);
    near(wander_spell(0.5, 1, 100), 1.525 / 0.475, 1e-12);
    near(wander_spell(2, 1, 1e9), 1, 1e-6);
    near(wander_spell(0, 1, 50), 50, 0);
    near(wander_spell(0.01, 1, 50), 50, 0);
    near(wander_spell(0, 0, 50), 1, 0);
}

// Rows that are alike by r are worth (1 - r) / (1 + r) of others, in the median of worlds; few rows may say less, and hardly ever more.
static void alike_rows_are_worth_less(void **state) {
    (void)state;
    enum { N_SEED = 40 };
    static const double alike[] = {0, 0.5, 0.8, 0.9};
    static const uint32_t sizes[] = {100, 400, N};
    for (uint32_t k = 0; k < 12; k++) {
        const double r = alike[k % 4], want = (1 + r) / (1 - r);
        const uint32_t n = sizes[k / 4];
        uint32_t n_low = 0, n_fair = 0;
        for (uint64_t seed = 1; seed <= N_SEED; seed++) {
            struct arena arena;
            arena_init(&arena, 1 << 24);
            const struct world world = {.seed = seed, .n = n, .alike = r};
            const struct wander w = find_in(&world, &arena);
            assert_true(w.spell[1] >= 1 && w.spell[1] <= n);
            n_low += w.spell[1] < 0.6 * want;
            n_fair += w.spell[1] < 1.6 * want;
            arena_fini(&arena);
        }
        if (n_low > N_SEED / 4 || 2 * n_fair < N_SEED) {
            fail_msg("%u rows alike by %g: %u of %d spells too low, %u fair", n, r, n_low, N_SEED,
                     n_fair);
        }
    }
}

// Codes whose neighbors are alike by r are worth (1 - r) / (1 + r) as much; blocks of equal rows as much as there are blocks.
static void alike_codes_are_worth_less(void **state) {
    (void)state;
    enum { N_CODE = 20000 };
    static uint8_t code[N_CODE];
    static const double alike[] = {0, 0.3, 0.6, 0.9};
    for (uint32_t k = 0; k < 4; k++) {
        double z = 0;
        for (uint32_t i = 0; i < N_CODE; i++) {
            const double luck = exact_normal_quantile(uniform(k, 1, i));
            z = alike[k] * z + sqrt(1 - alike[k] * alike[k]) * luck;
            code[i] = (uint8_t)(255 * normal_below(z));
        }
        const double want = (1 - alike[k]) / (1 + alike[k]);
        const double worth = rows_worth(code, N_CODE, 1, N_CODE / 3);
        assert_in_range((uint32_t)(1000 * worth), (uint32_t)(250 * want), (uint32_t)(1100 * want));
    }
    for (uint32_t i = 0; i < 200; i++) {
        code[i] = uniform(9, 1, i / 20) < 0.5;
    }
    assert_true(rows_worth(code, 200, 1, 0) < 0.1);
    for (uint32_t i = 0; i < 200; i++) {
        code[i] = 7;
    }
    near(rows_worth(code, 200, 1, 0), 1, 0);
}

// Where a product's name says what a number is about, its levels are kept, and rows are alone within them; without a name a campaign is one spell or longer. A column of
// words that says nothing is not taken.
static void products_have_levels(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 24);
    struct world world = {.seed = 3, .n = N, .gap = 3, .campaign = 700};
    struct wander w = find_in(&world, &arena);
    assert_int_equal(w.first, 2);
    assert_int_equal(w.n_word, N_WORD);
    assert_int_equal(w.n_row[0] + w.n_row[1], N);
    assert_int_equal(w.n_row[2], 0);
    near(w.level[N_FEATURE] + w.level[0], 0, 0.1);   // the two are as far from all of them
    near(w.level[N_FEATURE] - w.level[0], 1.6, 0.1); // nearly two halves of a normal distribution
    near(w.level[1], 0, 0.1);
    near(w.level[(size_t)2 * N_FEATURE], 0, 0); // of no rows
    assert_true(w.spread[0] < 0.5 && w.spread[1] > 0.85);
    assert_true(w.spell[0] < 3 && w.spell[1] < 3);
    const float none[N_FEATURE] = {0}, second[N_FEATURE] = {0, 0, 0, 1},
                missing[N_FEATURE] = {NAN, NAN, NAN, NAN};
    assert_int_equal(wander_product(&w, none), 2);
    assert_int_equal(wander_product(&w, second), 1);
    assert_int_equal(wander_product(&w, missing), 2);
    world.gap = 0;
    w = find_in(&world, &arena);
    assert_int_equal(w.n_word, 0);
    assert_int_equal(w.n_row[0], N);
    assert_int_equal(wander_product(&w, second), 0);

    float *x = arena_take(&arena, (size_t)N * N_FEATURE, sizeof *x);
    assert_non_null(x);
    world.gap = 3;
    fill(&world, x);
    for (uint32_t i = 0; i < N; i++) {
        x[(size_t)i * N_FEATURE + 2] = x[(size_t)i * N_FEATURE + 3] = 0;
    }
    w = find(x, N, &arena);
    assert_int_equal(w.n_word, 0);
    assert_true(w.spell[0] > 100 && w.spell[1] < 3);
    arena_fini(&arena);
}

// A product of fewer than WANDER_LEAST_ROWS rows has no level of its own; others keep theirs.
static void rare_products_have_none(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 24);
    const struct world world = {.seed = 4, .n = 400, .gap = 3, .rare = 0.01};
    const struct wander w = find_in(&world, &arena);
    assert_int_equal(w.n_word, N_WORD);
    assert_in_range(w.n_row[2], 1, WANDER_LEAST_ROWS - 1);
    near(w.level[(size_t)2 * N_FEATURE], 0, 0);
    assert_true(w.level[0] < w.level[N_FEATURE] ? w.level[0] < -0.5 : w.level[N_FEATURE] < -0.5);
    arena_fini(&arena);
}

// No row, one, all missing, one value: spells are as long as there are rows, or 1 where nothing moves; no memory is refused.
static void hard_cases(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    float x[30 * N_FEATURE];
    for (uint32_t kind = 0; kind < 3; kind++) {
        for (uint32_t i = 0; i < 30 * N_FEATURE; i++) {
            x[i] = kind == 0 ? NAN : kind == 1 ? 7 : (float)uniform(1, 2, i);
        }
        static const uint32_t sizes[] = {0, 1, 2, 19, 30};
        for (uint32_t k = 0; k < 5; k++) {
            const uint32_t n = sizes[k];
            const struct wander w = find(x, n, &arena);
            const bool moves = kind == 2 && n > 1;
            assert_true(w.spell[0] == (moves && n < 20 ? n : w.spell[0]));
            assert_true(w.spell[0] >= 1 && (moves || w.spell[0] == 1));
            assert_true(w.spread[0] >= 0 && w.spread[0] <= 2);
        }
    }
    struct wander untouched = {.first = 77};
    struct arena small;
    arena_init(&small, 64);
    static const double weight[N_FEATURE];
    const struct wander_input in = {x, 30, N_FEATURE, NULL, weight, NULL, 0};
    assert_int_equal(wander_find(&in, &small, &untouched, NULL), MARU_E_LIMIT);
    assert_int_equal(untouched.first, 77);
    arena_fini(&small);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_are_normal),
        cmocka_unit_test(scores_by_hand),
        cmocka_unit_test(spells_by_hand),
        cmocka_unit_test(alike_rows_are_worth_less),
        cmocka_unit_test(alike_codes_are_worth_less),
        cmocka_unit_test(products_have_levels),
        cmocka_unit_test(rare_products_have_none),
        cmocka_unit_test(hard_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
