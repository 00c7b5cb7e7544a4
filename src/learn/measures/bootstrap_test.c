#include "learn/measures/bootstrap.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "learn/measures/measures.h"
#include "learn/measures/number_measures.h"

enum { N = 200 };

static void near(double got, double want, double by) {
    if (!(fabs(got - want) <= by)) {
        fail_msg("%.9g, want %.9g", got, want);
    }
}

static double normal(uint64_t seed, uint64_t stream, uint64_t at) {
    const struct random_block r = random_at(seed, stream, at);
    return exact_normal_quantile(random_open(r.word[0] | (uint64_t)r.word[1] << 32));
}

static struct bootstrap interval(const struct bootstrap_input *input) {
    struct arena arena;
    struct bootstrap b;
    arena_init(&arena, 1 << 24);
    assert_int_equal(bootstrap_interval(input, &arena, &b, NULL), MARU_OK);
    arena_fini(&arena);
    return b;
}

// The mean as a measure, whose doubt has a closed form.
struct values {
    const double *x;
    uint32_t n;
};

static double mean(const void *data, const uint32_t *count) {
    const struct values *v = data;
    double sum = 0, n = 0;
    for (uint32_t i = 0; i < v->n; i++) {
        const double k = count ? (double)count[i] : 1.0;
        sum += k * v->x[i];
        n += k;
    }
    return sum / n;
}

// Law: the spread of resampled means is sd / sqrt(n), and the interval the normal one.
static void means(void **state) {
    double x[N], squares = 0;
    (void)state;
    for (uint32_t i = 0; i < N; i++) {
        x[i] = normal(3, 1, i);
    }
    const struct values v = {x, N};
    const double m = mean(&v, NULL);
    for (uint32_t i = 0; i < N; i++) {
        squares += (x[i] - m) * (x[i] - m);
    }
    const struct bootstrap b = interval(&(struct bootstrap_input){
        .measure = mean, .data = &v, .n_row = N, .n_round = 4000, .level = 0.9, .seed = 7});
    const double se = sqrt(squares) / N;
    near(b.value, m, 1e-12);
    near(b.sd, se, 0.05 * se);
    near(b.low, m - 1.645 * se, 0.15 * se);
    near(b.high, m + 1.645 * se, 0.15 * se);
    assert_int_equal(b.warnings, 0);
    assert_int_equal(b.n_round, 4000);
}

// Law: ten copies of each of 40 values, drawn as clusters, say as much as the 40; drawn as rows they claim more.
static void clusters(void **state) {
    double one[40], ten[400];
    uint32_t cluster[400];
    (void)state;
    for (uint32_t i = 0; i < 400; i++) {
        one[i % 40] = ten[i] = normal(4, 1, i % 40);
        cluster[i] = 3 * (i % 40) + 1; // most numbers have no row
    }
    const struct values few = {one, 40}, many = {ten, 400};
    struct bootstrap_input input = {
        .measure = mean, .data = &few, .n_row = 40, .n_round = 500, .level = 0.95, .seed = 1};
    const struct bootstrap a = interval(&input);
    input.data = &many;
    input.n_row = 400;
    const struct bootstrap too_sure = interval(&input);
    input.cluster = cluster;
    input.n_cluster = 120;
    const struct bootstrap b = interval(&input);
    near(b.low, a.low, 1e-12);
    near(b.high, a.high, 1e-12);
    assert_int_equal(b.n_cluster, 40);
    near(too_sure.sd / b.sd, 1.0 / sqrt(10.0), 0.05);
}

// DeLong's standard error of the AUC, by the placements of each row.
static double delong(const double *score, const uint8_t *is_yes, uint32_t n) {
    double sum[2] = {0, 0}, squares[2] = {0, 0}, size[2] = {0, 0};
    for (uint32_t i = 0; i < n; i++) {
        double placed = 0, others = 0;
        for (uint32_t j = 0; j < n; j++) {
            if (is_yes[j] != is_yes[i]) {
                const double above = is_yes[i] ? score[i] - score[j] : score[j] - score[i];
                placed += above > 0 ? 1.0 : above == 0 ? 0.5 : 0.0;
                others += 1.0;
            }
        }
        const double v = placed / others;
        sum[is_yes[i]] += v;
        squares[is_yes[i]] += v * v;
        size[is_yes[i]] += 1.0;
    }
    double variance = 0;
    for (int k = 0; k < 2; k++) {
        const double m = sum[k] / size[k];
        variance += (squares[k] / size[k] - m * m) * size[k] / (size[k] - 1.0) / size[k];
    }
    return sqrt(variance);
}

// The interval of an AUC is near DeLong's (E. R. DeLong et al., Biometrics 44 (1988) 837-845).
static void area(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 5; seed++) {
        double score[N];
        uint8_t is_yes[N];
        struct arena arena;
        struct scored s;
        for (uint32_t i = 0; i < N; i++) {
            is_yes[i] = i % 4 == 0;
            score[i] = floor(4.0 * (normal(seed, 2, i) + 1.2 * is_yes[i])); // with ties
        }
        arena_init(&arena, 1 << 20);
        assert_int_equal(scored_init(score, is_yes, N, &arena, &s, NULL), MARU_OK);
        const struct bootstrap b = interval(&(struct bootstrap_input){.measure = bootstrap_auc,
                                                                      .data = &s,
                                                                      .n_row = N,
                                                                      .is_rare = is_yes,
                                                                      .n_round = 2000,
                                                                      .level = 0.95,
                                                                      .seed = seed});
        const double se = delong(score, is_yes, N);
        near(b.sd, se, 0.1 * se);
        near(b.low, b.value - 1.96 * se, 0.5 * se);
        near(b.high, b.value + 1.96 * se, 0.5 * se);
        assert_int_equal(b.n_rare, N / 4);
        assert_int_equal(b.warnings, 0);
        arena_fini(&arena);
    }
}

// Law: a 90 % interval of an AUC holds its true value Phi(d / sqrt 2) in about nine of ten samples.
static void true_area(void **state) {
    enum { TRIALS = 400 };
    uint32_t n_held = 0;
    (void)state;
    for (uint64_t seed = 0; seed < TRIALS; seed++) {
        double score[N];
        uint8_t is_yes[N];
        struct arena arena;
        struct scored s;
        for (uint32_t i = 0; i < N; i++) {
            is_yes[i] = i % 3 == 0;
            score[i] = normal(seed, 3, i) + is_yes[i];
        }
        arena_init(&arena, 1 << 20);
        assert_int_equal(scored_init(score, is_yes, N, &arena, &s, NULL), MARU_OK);
        const struct bootstrap b = interval(&(struct bootstrap_input){.measure = bootstrap_auc,
                                                                      .data = &s,
                                                                      .n_row = N,
                                                                      .n_round = 200,
                                                                      .level = 0.9,
                                                                      .seed = seed});
        n_held += b.low <= 0.7602 && 0.7602 <= b.high;
        arena_fini(&arena);
    }
    if (n_held < 336 ||
        n_held > 380) { // 0.84 to 0.95; by chance alone it is outside once in thousands
        fail_msg("%u of %d hold it", n_held, TRIALS);
    }
}

static void too_small(void **state) {
    static const double score[] = {1, 2, 3, 4, 5, 6};
    static const uint8_t is_yes[] = {0, 0, 0, 0, 0, 1};
    static const uint32_t cluster[] = {0, 0, 1, 1, 2, 7};
    struct arena arena;
    struct scored s;
    struct bootstrap b = {0}, again = {0};
    (void)state;
    arena_init(&arena, 1 << 20);
    assert_int_equal(scored_init(score, is_yes, 6, &arena, &s, NULL), MARU_OK);
    struct bootstrap_input input = {.measure = bootstrap_auc,
                                    .data = &s,
                                    .n_row = 6,
                                    .is_rare = is_yes,
                                    .n_round = 300,
                                    .level = 0.9};
    assert_int_equal(bootstrap_interval(&input, &arena, &b, NULL), MARU_OK);
    assert_int_equal(b.warnings, BOOTSTRAP_TOO_FEW_RARE | BOOTSTRAP_TOO_FEW_CLUSTERS |
                                     BOOTSTRAP_OFTEN_UNDEFINED);
    assert_true(b.n_round > 150 && b.n_round < 250); // 1 - (5/6)^6 = 0.67 have the one
    assert_int_equal(bootstrap_interval(&input, &arena, &again, NULL), MARU_OK);
    assert_memory_equal(&b, &again, sizeof b);
    input.cluster = cluster;
    input.n_cluster = 7;
    assert_int_equal(bootstrap_interval(&input, &arena, &b, NULL), MARU_E_RANGE);
    input.cluster = NULL;
    input.level = (double)NAN;
    assert_int_equal(bootstrap_interval(&input, &arena, &b, NULL), MARU_E_RANGE);
    input.level = 0.9;
    input.n_row = 0;
    assert_int_equal(bootstrap_interval(&input, &arena, &b, NULL), MARU_E_RANGE);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means),     cmocka_unit_test(clusters),  cmocka_unit_test(area),
        cmocka_unit_test(true_area), cmocka_unit_test(too_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
