#include "learn/calibration/threshold.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"

enum { N = 3000 };

static void near(double got, double want, double by) {
    if (!(fabs(got - want) <= by)) {
        fail_msg("%.9g, want %.9g", got, want);
    }
}

static double uniform(uint64_t seed, uint64_t stream, uint64_t at) {
    const struct random_block r = random_at(seed, stream, at);
    return random_open(r.word[0] | (uint64_t)r.word[1] << 32);
}

// Probabilities uniform in [0, 1] that come true.
static struct scored draw(uint64_t seed, uint32_t n, double *p, uint8_t *is_yes,
                          struct arena *arena) {
    struct scored s;
    for (uint32_t i = 0; i < n; i++) {
        p[i] = uniform(seed, 1, i);
        is_yes[i] = uniform(seed, 2, i) < p[i];
    }
    assert_int_equal(scored_init(p, is_yes, n, arena, &s, NULL), MARU_OK);
    return s;
}

// Law: with probabilities that come true, alarms from t on cost miss t^2 / 2 + false_alarm (1 - t)^2 / 2 a row, least at
// false_alarm / (false_alarm + miss); intervals hold that curve nearly everywhere, and points are what measure_decided counts.
static void curve(void **state) {
    static double p[N];
    static uint8_t is_yes[N];
    static const struct costs costs[] = {{9, 1}, {1, 1}, {1, 4}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct arena arena;
        struct cost_curve c;
        arena_init(&arena, 1 << 24);
        const struct scored s = draw(i, N, p, is_yes, &arena);
        const struct cost_input in = {.scored = &s,
                                      .costs = costs[i],
                                      .n_point = 101,
                                      .n_round = 300,
                                      .level = 0.99,
                                      .seed = 1};
        assert_int_equal(cost_curve_of(&in, &arena, &c, NULL), MARU_OK);
        assert_int_equal(c.n_point, 101);
        assert_true(isinf(c.point[0].threshold) && c.point[0].alarms == 0);
        assert_int_equal(c.point[100].alarms, N);
        uint32_t n_held = 0;
        for (uint32_t k = 0; k < c.n_point; k++) {
            const struct cost_point *at = &c.point[k];
            const double t = fmin(at->threshold, 1.0);
            const double want =
                costs[i].miss * t * t / 2 + costs[i].false_alarm * (1 - t) * (1 - t) / 2;
            const struct decided d = measure_decided(&s, NULL, at->threshold);
            assert_int_equal(at->misses, d.misses);
            assert_int_equal(at->false_alarms, d.false_alarms);
            near(
                at->cost,
                (costs[i].miss * (double)d.misses + costs[i].false_alarm * (double)d.false_alarms) /
                    N,
                1e-12);
            assert_true(at->cost >= c.point[c.best].cost);
            assert_true(k == 0 || at->threshold < c.point[k - 1].threshold);
            n_held += at->low <= want && want <= at->high;
        }
        assert_true(n_held > 90);
        near(c.point[c.best].threshold, threshold_of_costs(&costs[i]), 0.12);
        assert_true(c.best_share_less > 0.99);
        arena_fini(&arena);
    }
}

// Scores that say nothing: no threshold is surely better than never or always.
static void nothing_known(void **state) {
    static double p[N];
    static uint8_t is_yes[N];
    struct arena arena;
    struct scored s;
    struct cost_curve c;
    (void)state;
    arena_init(&arena, 1 << 24);
    for (uint32_t i = 0; i < N; i++) {
        p[i] = uniform(1, 1, i);
        is_yes[i] = uniform(1, 2, i) < 0.3;
    }
    assert_int_equal(scored_init(p, is_yes, N, &arena, &s, NULL), MARU_OK);
    const struct cost_input in = {
        .scored = &s, .costs = {1, 1}, .n_point = 50, .n_round = 200, .level = 0.9};
    assert_int_equal(cost_curve_of(&in, &arena, &c, NULL), MARU_OK);
    assert_true(c.best_share_less < 0.95);
    arena_fini(&arena);
}

static void small_and_wrong(void **state) {
    static const struct costs wrong[] = {{0, 0}, {-1, 2}, {(double)NAN, 1}, {(double)INFINITY, 1}};
    double p[4] = {0.5, 0.5, 0.5, 0.5};
    uint8_t is_yes[4] = {1, 0, 1, 0};
    struct arena arena;
    struct scored s;
    struct cost_curve c;
    (void)state;
    arena_init(&arena, 1 << 20);
    assert_int_equal(scored_init(p, is_yes, 4, &arena, &s, NULL), MARU_OK);
    struct cost_input in = {
        .scored = &s, .costs = {2, 1}, .n_point = 5, .n_round = 20, .level = 0.9};
    assert_int_equal(cost_curve_of(&in, &arena, &c, NULL), MARU_OK);
    assert_int_equal(c.n_point, 2); // one score: never or always
    assert_int_equal(c.best, 1);
    near(c.point[1].cost, 0.5, 1e-12);
    in.n_point = 1;
    assert_int_equal(cost_curve_of(&in, &arena, &c, NULL), MARU_E_RANGE);
    in.n_point = 5;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        in.costs = wrong[i];
        assert_true(isnan(threshold_of_costs(&wrong[i])));
        assert_int_equal(cost_curve_of(&in, &arena, &c, NULL), MARU_E_RANGE);
    }
    in.costs = (struct costs){1, 1};
    s.n = 0;
    assert_int_equal(cost_curve_of(&in, &arena, &c, NULL), MARU_E_RANGE);
    arena_fini(&arena);
}

// With memory for a part of it alone: a refusal each time, and once there is enough an answer.
static void short_of_memory(void **state) {
    static const double p[] = {0.1, 0.4, 0.4, 0.8};
    static const uint8_t is_yes[] = {0, 1, 0, 1};
    static const uint32_t order[] = {3, 1, 2, 0}, cluster[] = {0, 1, 1, 2};
    const struct scored s = {p, is_yes, order, 4};
    const struct cost_input in = {.scored = &s,
                                  .costs = {2, 1},
                                  .cluster = cluster,
                                  .n_cluster = 3,
                                  .n_point = 5,
                                  .n_round = 20,
                                  .level = 0.9};
    struct cost_curve c;
    bool is_enough = false;
    (void)state;
    for (size_t cap = 0; !is_enough; cap += 32) {
        struct arena arena;
        arena_init(&arena, cap);
        const maru_status st = cost_curve_of(&in, &arena, &c, NULL);
        assert_true(st == MARU_OK || st == MARU_E_LIMIT);
        is_enough = st == MARU_OK;
        arena_fini(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curve),
        cmocka_unit_test(nothing_known),
        cmocka_unit_test(small_and_wrong),
        cmocka_unit_test(short_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
