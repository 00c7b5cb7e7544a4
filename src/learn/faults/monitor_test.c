#include "learn/faults/monitor.h"

#include "base/alloc.h"
#include "base/distribution.h"
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { P = 6, N = 600, CAP = 1 << 24 };

static double noise(uint64_t stream, uint64_t i) {
    const struct random_block r = random_at(91, stream, i);
    return exact_normal_quantile(random_open((uint64_t)r.word[0] << 32 | r.word[1]));
}

// Six variables of two hidden factors; `memory` is how much of a factor stays from sample to sample. From
// `onset` on variable 4 is shifted.
static void make(double *values, uint32_t n, uint64_t stream, double memory, size_t onset,
                 double shift) {
    double factor[2] = {0.0, 0.0};
    static const double load[P][2] = {{1, 0}, {1, .3}, {.7, -.7}, {0, 1}, {.5, .5}, {-.6, .8}};
    for (size_t i = 0; i < n; i++) {
        for (uint64_t k = 0; k < 2; k++) {
            factor[k] =
                memory * factor[k] + sqrt(1.0 - memory * memory) * noise(stream, i * 16 + k);
        }
        for (size_t j = 0; j < P; j++) {
            values[i * P + j] = 10.0 * (double)j + load[j][0] * factor[0] + load[j][1] * factor[1] +
                                0.3 * noise(stream, i * 16 + 2 + j);
        }
        values[i * P + 4] += i >= onset ? shift : 0.0;
    }
}

struct rooms {
    struct arena arena, scratch;
    struct monitor monitor;
};

static void fit(struct rooms *rooms, const struct monitor_options *options, const double *values,
                uint32_t n) {
    const struct monitor_part part = {values, n};
    const struct monitor_data data = {&part, 1, P};
    maru_error err = {0};
    arena_init(&rooms->arena, CAP);
    arena_init(&rooms->scratch, CAP);
    if (monitor_fit(options, &data, &rooms->arena, &rooms->scratch, &rooms->monitor, &err) !=
        MARU_OK) {
        fail_msg("%s", err.text);
    }
    arena_fini(&rooms->scratch);
}

static double share_of_alarms(const struct monitor *m, const double *values, uint32_t n,
                              size_t first) {
    double history[MONITOR_MAX_LAG * P];
    struct monitor_state state;
    monitor_start(m, history, &state);
    size_t n_alarm = 0;
    for (size_t i = 0; i < n; i++) {
        struct monitor_verdict verdict;
        monitor_step(m, &state, values + i * P, NULL, &verdict);
        n_alarm += i >= first && verdict.is_alarm ? 1 : 0;
    }
    return (double)n_alarm / (double)(n - first);
}

static struct monitor_options pca(uint32_t n_component) {
    struct monitor_options options = monitor_defaults();
    options.dynamics = MONITOR_STATIC;
    options.n_lag = 0;
    options.n_component = n_component;
    options.lambda = 1.0;
    return options;
}

// Independent normal samples: all three kinds of limits agree, and give the rate of alarms that was asked
// for.
static void limits_hold_what_they_promise(void **state) {
    (void)state;
    static double values[4 * N * P], later[20 * N * P];
    make(values, 4 * N, 1, 0.0, SIZE_MAX, 0.0);
    make(later, 20 * N, 2, 0.0, SIZE_MAX, 0.0);
    for (uint32_t limit = 0; limit < N_LIMIT; limit++) {
        struct monitor_options options = pca(2);
        options.limit = (uint8_t)limit;
        options.alpha = 0.02;
        struct rooms rooms;
        fit(&rooms, &options, values, 4 * N);
        const struct monitor *m = &rooms.monitor;
        assert_int_equal(m->n_active, 2);
        for (int s = 0; s <= MONITOR_SPE; s++) {
            const double theory = m->limit[s][LIMIT_THEORY];
            assert_true(fabs(m->limit[s][LIMIT_MATCHED] / theory - 1.0) < 0.12);
            assert_true(fabs(m->limit[s][LIMIT_QUANTILE] / theory - 1.0) < 0.15);
        }
        const double share = share_of_alarms(m, later, 20 * N, 0);
        assert_true(share > 0.012 && share < 0.028);
        arena_fini(&rooms.arena);
    }
}

// The limit of T2 for many samples is that of chi-square.
static void theory_for_many(void **state) {
    (void)state;
    static double values[20 * N * P];
    make(values, 20 * N, 3, 0.0, SIZE_MAX, 0.0);
    struct monitor_options options = pca(3);
    struct rooms rooms;
    fit(&rooms, &options, values, 20 * N);
    const double want = chi_square_quantile(1.0 - 0.005, 3);
    assert_true(fabs(rooms.monitor.limit[MONITOR_T2][LIMIT_THEORY] / want - 1.0) < 2e-3);
    arena_fini(&rooms.arena);
}

// A law: T2 with all components is the distance by the covariance of the data, here for two variables
// worked out by hand; and the mean of T2 over the data it was fitted on is k (n - 1) / n.
static void t2_is_a_distance(void **state) {
    (void)state;
    static double values[N * P];
    make(values, N, 4, 0.0, SIZE_MAX, 0.0);
    for (uint32_t k = 1; k <= P; k++) {
        struct monitor_options options = pca(k);
        struct rooms rooms;
        fit(&rooms, &options, values, N);
        double sum = 0.0;
        double history[1];
        struct monitor_state s;
        monitor_start(&rooms.monitor, history, &s);
        for (size_t i = 0; i < N; i++) {
            struct monitor_verdict v;
            monitor_step(&rooms.monitor, &s, values + i * P, NULL, &v);
            sum += v.statistic[MONITOR_T2];
            assert_true(isnan(v.statistic[MONITOR_SPE]) == (k == P));
        }
        assert_true(fabs(sum / N - (double)k * (N - 1) / N) < 1e-9);
        arena_fini(&rooms.arena);
    }
}

// What variables contribute adds up, and the shifted one leads.
static void blame_adds_up(void **state) {
    (void)state;
    static double values[N * P], faulty[N * P];
    make(values, N, 5, 0.6, SIZE_MAX, 0.0);
    make(faulty, N, 6, 0.6, 100, 3.0);
    for (uint32_t kind = 0; kind < N_MONITOR_DYNAMICS; kind++) {
        struct monitor_options options = pca(kind == MONITOR_LAGGED ? 4 : 2);
        options.dynamics = (uint8_t)kind;
        options.n_lag = kind == MONITOR_STATIC ? 0 : 2;
        struct rooms rooms;
        fit(&rooms, &options, values, N);
        double history[2 * P], blame[2 * P], total[P] = {0};
        struct monitor_state s;
        monitor_start(&rooms.monitor, history, &s);
        for (size_t i = 0; i < N; i++) {
            struct monitor_verdict v;
            monitor_step(&rooms.monitor, &s, faulty + i * P, blame, &v);
            assert_int_equal(v.is_ready, i >= options.n_lag);
            if (!v.is_ready) {
                continue;
            }
            double t2 = 0.0, spe = 0.0;
            for (size_t j = 0; j < P; j++) {
                t2 += blame[j];
                spe += blame[P + j];
                total[j] += i >= 100 ? blame[P + j] : 0.0;
            }
            assert_true(fabs(t2 - v.statistic[MONITOR_T2]) < 1e-9 * (1.0 + t2));
            assert_true(fabs(spe - v.statistic[MONITOR_SPE]) < 1e-9 * (1.0 + spe));
        }
        for (size_t j = 0; j < P; j++) {
            assert_true(j == 4 || total[4] > total[j]);
        }
        arena_fini(&rooms.arena);
    }
}

// By how much a statistic falls when one feature is set to what the others let expect: the least of a parabola through three of its values.
static void reconstruction_is_the_least(void **state) {
    (void)state;
    static double values[N * P];
    make(values, N, 5, 0.6, SIZE_MAX, 0.0);
    for (uint32_t k = 2; k <= P; k += P - 2) {
        const struct monitor_options options = pca(k);
        struct rooms rooms;
        double weight[2 * P], part[2 * P], f[P], at[3][2];
        fit(&rooms, &options, values, N);
        monitor_weights(&rooms.monitor, weight);
        for (size_t i = 0; i < 50; i++) {
            memcpy(f, values + i * P, sizeof f);
            monitor_raw(&rooms.monitor, f, at[1], NULL);
            monitor_reconstruct(&rooms.monitor, f, weight, part);
            for (size_t j = 0; j < P; j++) {
                const double was = f[j], step = 1.0 / rooms.monitor.feature_scale[j];
                for (int side = 0; side < 3; side += 2) {
                    f[j] = was + (side - 1) * step;
                    monitor_raw(&rooms.monitor, f, at[side], NULL);
                }
                f[j] = was;
                for (int s = 0; s < (k < P ? 2 : 1); s++) {
                    const double bend = at[0][s] + at[2][s] - 2.0 * at[1][s];
                    const double slope = (at[2][s] - at[0][s]) / 2.0;
                    const double fall = slope * slope / (2.0 * bend);
                    assert_true(fabs(fall - part[(size_t)s * P + j]) < 1e-6 * (1.0 + at[1][s]));
                    assert_true(part[(size_t)s * P + j] <= at[1][s] + 1e-9);
                }
            }
        }
        arena_fini(&rooms.arena);
    }
}

// A process with memory: limits learnt from innovations hold on later data though the samples are not
// independent, and smoothing finds a small fault that stays, which single samples do not show.
static void memory_and_small_faults(void **state) {
    (void)state;
    static double values[N * P], normal[5 * N * P], faulty[N * P];
    make(values, N, 7, 0.9, SIZE_MAX, 0.0);
    make(normal, 5 * N, 8, 0.9, SIZE_MAX, 0.0);
    make(faulty, N, 9, 0.9, 100, 0.6);
    struct monitor_options options = monitor_defaults();
    struct rooms smooth, single;
    fit(&smooth, &options, values, N);
    options.lambda = 1.0;
    fit(&single, &options, values, N);
    assert_true(share_of_alarms(&smooth.monitor, normal, 5 * N, 0) < 0.03);
    assert_true(share_of_alarms(&single.monitor, normal, 5 * N, 0) < 0.03);
    const double found_smooth = share_of_alarms(&smooth.monitor, faulty, N, 100);
    const double found_single = share_of_alarms(&single.monitor, faulty, N, 100);
    assert_true(found_smooth > 0.5 && found_smooth > 3.0 * found_single);
    arena_fini(&smooth.arena);
    arena_fini(&single.arena);
}

// Values that are missing stand for their mean; a variable that never moved and now does is an alarm.
static void gaps_and_still_variables(void **state) {
    (void)state;
    static double values[N * P];
    make(values, N, 10, 0.0, SIZE_MAX, 0.0);
    for (size_t i = 0; i < N; i++) {
        values[i * P + 3] = 7.5;
        values[i * P + 5] = i % 7 == 0 ? (double)NAN : values[i * P + 5];
    }
    struct monitor_options options = pca(2);
    struct rooms rooms;
    fit(&rooms, &options, values, N);
    double sample[P], history[1];
    memcpy(sample, rooms.monitor.mean, sizeof sample);
    struct monitor_state s;
    struct monitor_verdict v;
    monitor_start(&rooms.monitor, history, &s);
    sample[0] = NAN;
    sample[1] = INFINITY;
    monitor_step(&rooms.monitor, &s, sample, NULL, &v);
    assert_true(!v.is_alarm && v.n_missing == 2 && v.statistic[MONITOR_T2] < 1e-3);
    sample[3] = 7.6;
    monitor_step(&rooms.monitor, &s, sample, NULL, &v);
    assert_true(v.is_alarm && v.n_moved == 1);
    arena_fini(&rooms.arena);
}

// One spike at the end of all numbers: an alarm at once, and none any more after some tens of samples.
static void a_spike(void **state) {
    (void)state;
    static double values[N * P], later[N * P];
    make(values, N, 14, 0.5, SIZE_MAX, 0.0);
    make(later, N, 15, 0.5, SIZE_MAX, 0.0);
    later[200 * P + 2] = -1.7e308;
    const struct monitor_options options = monitor_defaults();
    struct rooms rooms;
    fit(&rooms, &options, values, N);
    double history[P];
    struct monitor_state s;
    monitor_start(&rooms.monitor, history, &s);
    size_t n_late = 0;
    for (size_t i = 0; i < N; i++) {
        struct monitor_verdict v;
        monitor_step(&rooms.monitor, &s, later + i * P, NULL, &v);
        assert_true(i == 0 || isfinite(v.statistic[MONITOR_T2_SMOOTH]));
        assert_true(i != 200 || v.is_alarm);
        n_late += i >= 320 && v.is_alarm ? 1 : 0;
    }
    assert_true(n_late < 20);
    arena_fini(&rooms.arena);
}

// Two parts: the past never reaches from one into the other. The same data cut in two gives other
// features only at the cut, so as many fewer samples as there are lags.
static void parts_do_not_touch(void **state) {
    (void)state;
    static double values[N * P];
    make(values, N, 11, 0.5, SIZE_MAX, 0.0);
    struct monitor_options options = monitor_defaults();
    options.n_lag = 3;
    const struct monitor_part part[] = {{values, 200}, {values + (size_t)200 * P, N - 200}};
    size_t n_sample[2];
    for (size_t k = 0; k < 2; k++) {
        const struct monitor_part whole = {values, N};
        const struct monitor_data data = {k == 0 ? &whole : part, k + 1, P};
        struct arena arena, scratch;
        arena_init(&arena, CAP);
        arena_init(&scratch, CAP);
        struct monitor m;
        assert_int_equal(monitor_fit(&options, &data, &arena, &scratch, &m, NULL), MARU_OK);
        n_sample[k] = m.n_sample;
        arena_fini(&arena);
        arena_fini(&scratch);
    }
    assert_int_equal(n_sample[0], N - 3);
    assert_int_equal(n_sample[1], N - 6);
}

static void expect_refusal(struct monitor_options options, size_t n, uint32_t n_variable,
                           maru_status status, const char *words) {
    static double values[N * P];
    make(values, N, 12, 0.0, SIZE_MAX, 0.0);
    const struct monitor_part part = {values, n};
    const struct monitor_data data = {&part, 1, n_variable};
    struct arena arena, scratch;
    arena_init(&arena, CAP);
    arena_init(&scratch, CAP);
    struct monitor m;
    maru_error err = {0};
    assert_int_equal(monitor_fit(&options, &data, &arena, &scratch, &m, &err), status);
    assert_non_null(strstr(err.text, words));
    arena_fini(&arena);
    arena_fini(&scratch);
}

static void what_is_refused(void **state) {
    (void)state;
    struct monitor_options options = monitor_defaults();
    expect_refusal(options, 30, P, MARU_E_INPUT, "at least 40");
    expect_refusal(options, N, 0, MARU_E_LIMIT, "variables");
    expect_refusal(options, N, MONITOR_MAX_VARIABLES + 1, MARU_E_LIMIT, "variables");
    options.n_lag = 0;
    expect_refusal(options, N, P, MARU_E_RANGE, "past samples");
    options = monitor_defaults();
    options.n_lag = 8;
    expect_refusal(options, 1, 100, MARU_E_LIMIT, "features");
    options = monitor_defaults();
    options.lambda = 0.0;
    expect_refusal(options, N, P, MARU_E_RANGE, "smoothing");
    options = monitor_defaults();
    options.alpha = 0.0;
    expect_refusal(options, N, P, MARU_E_RANGE, "false alarms");
    options = monitor_defaults();
    options.n_block = 1;
    expect_refusal(options, N, P, MARU_E_RANGE, "blocks");
    options = monitor_defaults();
    options.dynamics = N_MONITOR_DYNAMICS;
    expect_refusal(options, N, P, MARU_E_RANGE, "unknown");
}

static void nothing_moves(void **state) {
    (void)state;
    static double values[N * P];
    const struct monitor_part part = {values, N};
    const struct monitor_data data = {&part, 1, P};
    const struct monitor_options options = monitor_defaults();
    struct arena arena, scratch;
    arena_init(&arena, CAP);
    arena_init(&scratch, CAP);
    struct monitor m;
    maru_error err = {0};
    assert_int_equal(monitor_fit(&options, &data, &arena, &scratch, &m, &err), MARU_E_INPUT);
    assert_non_null(strstr(err.text, "moves"));
    arena_fini(&arena);
    arena_fini(&scratch);
}

// The k-th request for memory fails: an error, no crash, and nothing left behind.
static void memory_runs_out(void **state) {
    (void)state;
    static double values[N * P];
    make(values, N, 13, 0.5, SIZE_MAX, 0.0);
    const struct monitor_part part = {values, N};
    const struct monitor_data data = {&part, 1, P};
    const struct monitor_options options = monitor_defaults();
    maru_status st = MARU_E_MEMORY;
    for (uint64_t k = 0; st != MARU_OK; k++) {
        struct arena arena, scratch;
        arena_init(&arena, CAP);
        arena_init(&scratch, CAP);
        struct monitor m;
        alloc_fail_after(k);
        st = monitor_fit(&options, &data, &arena, &scratch, &m, NULL);
        alloc_fail_after(UINT64_MAX);
        assert_true(st == MARU_OK || st == MARU_E_MEMORY);
        assert_true(k < 1000);
        arena_fini(&arena);
        arena_fini(&scratch);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_hold_what_they_promise),
        cmocka_unit_test(theory_for_many),
        cmocka_unit_test(t2_is_a_distance),
        cmocka_unit_test(blame_adds_up),
        cmocka_unit_test(reconstruction_is_the_least),
        cmocka_unit_test(memory_and_small_faults),
        cmocka_unit_test(gaps_and_still_variables),
        cmocka_unit_test(a_spike),
        cmocka_unit_test(parts_do_not_touch),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(nothing_moves),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
