#include "learn/conformal/conformal.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/distribution.h"
#include "base/random.h"

enum { N = 600, N_CLASS = 4, N_TRIAL = 300 };

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

// The rank is that of the decimal level, for all sizes: (n + 1) percent / 100 in whole numbers.
static void ranks(void **state) {
    static double sorted[N];
    (void)state;
    for (uint32_t i = 0; i < N; i++) {
        sorted[i] = i + 1.0;
    }
    for (uint32_t percent = 1; percent < 100; percent++) {
        for (uint32_t n = 0; n < N; n++) {
            const uint32_t rank = ((n + 1) * percent + 99) / 100;
            const double q = conformal_quantile(sorted, n, percent / 100.0);
            assert_true(rank > n ? isinf(q) : q == rank);
        }
    }
    assert_true(isnan(conformal_quantile(sorted, 5, 1.0)));
    assert_true(isnan(conformal_quantile(sorted, 5, (double)NAN)));
}

struct data {
    double truth[N], low[N], high[N], scale[N];
    uint32_t category[N];
};

// A world whose spread differs by category and by a scale that the model knows, and errors that are far from symmetric.
static void make(struct data *d, uint64_t seed, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        d->category[i] = i % 7 == 0 ? 2 : i % 2;
        d->scale[i] = 0.5 + 2.0 * uniform(seed, 1, i);
        const double error = -exact_ln(uniform(seed, 2, i)) - 0.2;
        d->low[i] = 10.0 * uniform(seed, 3, i);
        d->high[i] = d->low[i] + 0.1;
        d->truth[i] = d->low[i] + error * d->scale[i] * (1.0 + 2.0 * d->category[i]);
    }
}

// Law: over many worlds a new row is held with probability k / (n + 1) exactly, so on average within what chance allows; in each category of its
// own too; and each side of the asymmetric one misses half.
static void holds(void **state) {
    static struct data d, next;
    enum { LEARN = 99, ASK = 200 };
    (void)state;
    for (int kind = 0; kind < N_CONFORMAL_KIND; kind++) {
        double held = 0, below = 0, above = 0, n = 0, held_in[3] = {0}, n_in[3] = {0};
        for (uint64_t seed = 0; seed < N_TRIAL; seed++) {
            struct arena arena;
            struct conformal c;
            arena_init(&arena, 1 << 20);
            make(&d, seed, LEARN);
            make(&next, seed + 5000, ASK);
            const struct conformal_input in = {.kind = (uint8_t)kind,
                                               .level = 0.8,
                                               .truth = d.truth,
                                               .low = d.low,
                                               .high = d.high,
                                               .scale = seed % 2 ? d.scale : NULL,
                                               .category = d.category,
                                               .n = LEARN,
                                               .n_category = 3,
                                               .least = 10};
            assert_int_equal(conformal_fit(&in, &arena, &c, NULL), MARU_OK);
            for (uint32_t i = 0; i < ASK; i++) {
                const uint32_t k = next.category[i];
                const struct conformal_interval at =
                    conformal_around(&c, next.low[i], next.high[i], next.scale[i], k);
                const double under = next.truth[i]<at.low, over = next.truth[i]> at.high;
                below += under;
                above += over;
                held += 1.0 - under - over;
                held_in[k] += 1.0 - under - over;
                n_in[k] += 1.0;
                n += 1.0;
            }
            arena_fini(&arena);
        }
        assert_true(held / n > 0.795 &&
                    held / n < 0.84); // ranks round up: few rows hold a little more
        for (int k = 0; k < 3; k++) {
            assert_true(held_in[k] / n_in[k] > 0.785 && held_in[k] / n_in[k] < 0.89);
        }
        if (kind == CONFORMAL_ASYMMETRIC) {
            assert_true(below / n > 0.06 && below / n < 0.105);
            assert_true(above / n > 0.06 && above / n < 0.105);
        } else {
            assert_true(below / n < 0.02); // all misses are on the long side
        }
    }
}

// A scale that the model knows makes intervals narrower; categories that are rare get the width of all.
static void scale_and_fallback(void **state) {
    static struct data d;
    struct arena arena;
    struct conformal c;
    (void)state;
    arena_init(&arena, 1 << 20);
    make(&d, 1, N);
    struct conformal_input in = {.kind = CONFORMAL_SYMMETRIC,
                                 .level = 0.9,
                                 .truth = d.truth,
                                 .low = d.low,
                                 .high = d.low,
                                 .category = d.category,
                                 .n = N,
                                 .n_category = 4,
                                 .least = 100};
    assert_int_equal(conformal_fit(&in, &arena, &c, NULL), MARU_OK);
    assert_true(c.is_own[0] && c.is_own[1] && !c.is_own[2] && !c.is_own[3]); // 86 rows, and none
    near(c.below[2], c.below[4], 0.0);
    const struct conformal_interval rare = conformal_around(&c, 5, 5, 1, 2);
    const struct conformal_interval new = conformal_around(&c, 5, 5, 1, UINT32_MAX);
    near(rare.low, new.low, 0.0);
    near(rare.high - 5.0, 5.0 - rare.low, 1e-12);
    in.category = NULL;
    in.scale = d.scale;
    assert_int_equal(conformal_fit(&in, &arena, &c, NULL), MARU_OK);
    const struct conformal_interval one = conformal_around(&c, 5, 5, 1, 0);
    const struct conformal_interval two = conformal_around(&c, 5, 5, 2, 0);
    near(two.high - two.low, 2.0 * (one.high - one.low), 1e-12);
    assert_true(isinf(conformal_around(&c, 5, 5, (double)NAN, 0).low));
    in.n = 8; // the ninth of nine cannot be known from eight
    assert_int_equal(conformal_fit(&in, &arena, &c, NULL), MARU_OK);
    assert_true(isinf(conformal_around(&c, 5, 5, 1, 0).high));
    in.n = 0;
    assert_int_equal(conformal_fit(&in, &arena, &c, NULL), MARU_OK);
    assert_true(isinf(conformal_around(&c, 5, 5, 1, 0).low));
    arena_fini(&arena);
}

// A model that is right about its probabilities, or too sure of itself (power above 1).
static uint32_t probabilities(uint64_t seed, uint32_t i, double power, double *p) {
    double sum = 0, own[N_CLASS], bent = 0;
    for (uint32_t k = 0; k < N_CLASS; k++) {
        own[k] = exact_exp(1.5 * normal(seed, k, i) - (k == 3 ? 2.0 : 0.0));
        sum += own[k];
    }
    double left = uniform(seed, 9, i) * sum;
    uint32_t truth = 0;
    while (truth + 1 < N_CLASS && left > own[truth]) {
        left -= own[truth++];
    }
    for (uint32_t k = 0; k < N_CLASS; k++) {
        p[k] = exact_exp(power * exact_ln(own[k] / sum));
        bent += p[k];
    }
    for (uint32_t k = 0; k < N_CLASS; k++) {
        p[k] /= bent;
    }
    return truth;
}

// Law: sets hold the truth as often as they say, also of a model that is too sure, and each class where asked for.
static void sets(void **state) {
    static double p[N * N_CLASS], q[N_CLASS];
    static uint32_t truth[N];
    (void)state;
    for (int way = 0; way < 4; way++) {
        double held[N_CLASS] = {0}, n[N_CLASS] = {0}, all = 0, members = 0;
        enum { WORLDS = 40 };
        for (uint64_t seed = 0; seed < WORLDS; seed++) {
            struct arena arena;
            struct conformal_sets s;
            arena_init(&arena, 1 << 20);
            for (uint32_t i = 0; i < N; i++) {
                truth[i] = probabilities(seed, i, 2.0, p + (size_t)i * N_CLASS);
            }
            const struct conformal_sets_input in = {.kind = (uint8_t)(way % 2),
                                                    .by_class = way > 1,
                                                    .level = 0.9,
                                                    .probability = p,
                                                    .truth = truth,
                                                    .n = N,
                                                    .n_class = N_CLASS,
                                                    .least = 20};
            assert_int_equal(conformal_sets_fit(&in, &arena, &s, NULL), MARU_OK);
            for (uint32_t i = 0; i < N; i++) {
                bool is_in[N_CLASS];
                const uint32_t t = probabilities(seed + 900, i, 2.0, q);
                const uint32_t n_in = conformal_set_of(&s, q, is_in);
                assert_true(way % 2 == 0 || n_in > 0);
                members += n_in;
                held[t] += is_in[t];
                n[t] += 1.0;
                all += is_in[t];
            }
            arena_fini(&arena);
        }
        assert_true(all / (N * WORLDS) > 0.89 && all / (N * WORLDS) < 0.93);
        assert_true(members / (N * WORLDS) < 0.8 * N_CLASS);
        for (uint32_t k = 0; k < N_CLASS && way > 1; k++) {
            assert_true(held[k] / n[k] > 0.88 && held[k] / n[k] < 0.97);
        }
        if (way == 0) { // without it the rare class pays for the others: what by_class is for
            assert_true(held[3] / n[3] < 0.85);
        }
    }
}

static void contradictions(void **state) {
    static const double width[] = {1, (double)INFINITY}, hole[] = {1, (double)NAN};
    static const double none[] = {1, (double)-INFINITY};
    const struct conformal good = {.level = 0.8, .below = width, .above = width, .n_category = 1};
    struct conformal bad[6];
    (void)state;
    assert_int_equal(conformal_check(&good, NULL), MARU_OK);
    for (size_t i = 0; i < 6; i++) {
        bad[i] = good;
    }
    bad[0].level = (double)NAN;
    bad[1].kind = N_CONFORMAL_KIND;
    bad[2].below = hole;
    bad[3].above = hole;
    bad[4].above = none;
    bad[5].n_category = CONFORMAL_MAX_CATEGORIES + 1;
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(conformal_check(&bad[i], NULL), MARU_E_INPUT);
    }
}

static void refused(void **state) {
    static const double one[] = {1, 2}, hole[] = {1, (double)NAN}, zero[] = {0, 1},
                        above[] = {3, 3};
    static const uint32_t category[] = {0, 5};
    struct arena arena;
    struct conformal c;
    struct conformal_sets s;
    const struct conformal_input good = {
        .level = 0.8, .truth = one, .low = one, .high = one, .n = 2, .n_category = 5};
    struct conformal_input bad[7];
    (void)state;
    for (size_t i = 0; i < 7; i++) {
        bad[i] = good;
    }
    bad[0].level = 1.0;
    bad[1].kind = N_CONFORMAL_KIND;
    bad[2].truth = hole;
    bad[3].low = above;
    bad[4].scale = zero;
    bad[5].category = category;
    bad[6].n_category = CONFORMAL_MAX_CATEGORIES + 1;
    arena_init(&arena, 1 << 16);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(conformal_fit(&bad[i], &arena, &c, NULL),
                         i == 6 ? MARU_E_LIMIT : MARU_E_RANGE);
    }
    struct conformal_sets_input in = {
        .level = 0.8, .probability = zero, .truth = category, .n = 1, .n_class = 2};
    assert_int_equal(conformal_sets_fit(&in, &arena, &s, NULL), MARU_OK);
    in.probability = above;
    assert_int_equal(conformal_sets_fit(&in, &arena, &s, NULL), MARU_E_RANGE);
    in.probability = zero;
    in.truth = category + 1;
    assert_int_equal(conformal_sets_fit(&in, &arena, &s, NULL), MARU_E_RANGE);
    in.n_class = 0;
    assert_int_equal(conformal_sets_fit(&in, &arena, &s, NULL), MARU_E_LIMIT);
    arena_fini(&arena);
    arena_init(&arena, 8);
    assert_int_equal(conformal_fit(&good, &arena, &c, NULL), MARU_E_LIMIT);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks), cmocka_unit_test(holds),   cmocka_unit_test(scale_and_fallback),
        cmocka_unit_test(sets),  cmocka_unit_test(refused), cmocka_unit_test(contradictions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
