#include "control/alarms/tune.h"

#include "base/alloc.h"
#include "base/random.h"
#include "control/alarms/alarms.h"
#include "signal/sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#define S_US INT64_C(1000000)
#define HOUR_US (3600 * S_US)

static void read_table(const char *rows, struct alarm_table *table) {
    maru_faults *faults = maru_faults_new();
    maru_error err = {0};
    if (alarm_table_read("a.csv", rows, strlen(rows), faults, table, &err) != MARU_OK) {
        fail_msg("%u:%u %s", err.row, err.column, err.text);
    }
    maru_faults_free(faults);
}

static double normal(uint64_t seed, uint64_t k) {
    const struct random_block r = random_at(seed, 3, k);
    return exact_normal_quantile(random_open((uint64_t)r.word[0] << 32 | r.word[1]));
}

// Two days, a sample every 10 s and signal: noise around `mean`, and before each stop ten minutes high up.
struct past {
    struct tune_sample *sample;
    struct tune_history history;
    maru_time stop_us[8];
};

static void past_init(struct past *past, uint32_t n_signal, double mean, double noise,
                      uint32_t n_stop, double high) {
    enum { N = 2 * 8640 };
    past->sample = calloc((size_t)N * n_signal, sizeof *past->sample);
    assert_non_null(past->sample);
    for (uint32_t i = 0; i < n_stop; i++) {
        past->stop_us[i] = (5 * (maru_time)i + 3) * HOUR_US;
    }
    size_t n = 0;
    for (uint32_t t = 0; t < N; t++) {
        const maru_time at_us = (maru_time)t * 10 * S_US;
        for (uint32_t signal = 0; signal < n_signal; signal++) {
            double value = mean + noise * normal(signal + 1, t);
            for (uint32_t i = 0; i < n_stop; i++) {
                const maru_time left_us = past->stop_us[i] - at_us;
                value += left_us >= 0 && left_us < 600 * S_US ? high : 0;
            }
            past->sample[n++] = (struct tune_sample){at_us, value, signal, QUALITY_GOOD};
        }
    }
    past->history = (struct tune_history){.sample = past->sample,
                                          .n_sample = n,
                                          .stop_us = past->stop_us,
                                          .n_stop = n_stop,
                                          .to_us = 48 * HOUR_US};
}

static void noise_gets_a_deadband_and_stops_keep_their_alarm(void **state) {
    (void)state;
    struct alarm_table table;
    read_table("alarm,condition,operator\nHOT,s0 > 101,ops\n", &table);
    for (uint32_t n_stop = 0; n_stop <= 8; n_stop += 8) {
        struct past past;
        past_init(&past, 1, 100, 1, n_stop, 4);
        struct arena arena;
        arena_init(&arena, 64 << 20);
        struct tune_result result;
        const struct tune_options options = tune_usual();
        assert_int_equal(tune_run(&table, &past.history, &options, &arena, &result, NULL), MARU_OK);
        const struct tune_proposal *p = &result.proposal[0];
        assert_true(p->is_tunable && p->is_changed && !p->is_over);
        assert_true(p->n_before > 1000); // 16 % of the samples are above
        assert_true(p->n_after <= 6 * 48);
        assert_true(result.operator_[1].before_per_h > 20 && result.operator_[1].after_per_h <= 6);
        assert_true(p->n_gone > 0 && p->n_gone <= p->n_before);
        assert_int_equal(p->n_warned, n_stop);
        assert_int_equal(p->n_missed, 0);
        assert_int_equal(result.n_unwarned, 0);
        assert_int_equal(result.has_statement[TUNE_NO_STOPS], n_stop == 0);
        assert_int_equal(result.has_statement[TUNE_NONE_MISSED], n_stop > 0);
        assert_true(p->now.high >= p->was.high && p->now.on_us >= p->was.on_us);
        for (uint32_t i = 0; i < p->n_gone && i < TUNE_MAX_GONE; i++) {
            bool has_stop = false;
            for (uint32_t k = 0; k < n_stop; k++) {
                const maru_time left_us = past.stop_us[k] - p->gone[i].at_us;
                has_stop = has_stop || (left_us >= 0 && left_us <= options.before_us);
            }
            assert_int_equal(p->gone[i].has_stop, has_stop);
        }
        struct text text;
        text_init(&text, 1 << 20);
        tune_write(&table, &result, n_stop > 0, &text);
        json_t *json = json_loads(text.bytes, 0, NULL);
        assert_non_null(json);
        const json_t *first = json_array_get(json_object_get(json, "proposals"), 0);
        assert_int_equal(json_integer_value(json_object_get(first, "before")), p->n_before);
        assert_int_equal(json_integer_value(json_object_get(first, "after")), p->n_after);
        assert_int_equal(json_array_size(json_object_get(json, "statements")), 1);
        json_decref(json);
        text_fini(&text);
        arena_fini(&arena);
        free(past.sample);
    }
    alarm_table_fini(&table);
}

// What comes just before stops and is too short for any delay: nothing may be proposed that misses it.
static void a_setting_that_misses_a_stop_is_not_proposed(void **state) {
    (void)state;
    struct alarm_table table;
    read_table("alarm,condition,operator\nHOT,s0 > 101,ops\n", &table);
    struct past past;
    past_init(&past, 1, 100, 1, 8,
              0); // before stops nothing is otherwise: any alarm near is the warning
    struct arena arena;
    arena_init(&arena, 64 << 20);
    struct tune_result result;
    struct tune_options options = tune_usual();
    options.budget_per_h = 0.01;
    options.before_us = 600 * S_US;
    assert_int_equal(tune_run(&table, &past.history, &options, &arena, &result, NULL), MARU_OK);
    const struct tune_proposal *p = &result.proposal[0];
    assert_int_equal(p->n_warned, 8);
    assert_int_equal(p->n_missed, 0);
    assert_true(p->is_over); // the budget cannot be had without missing one
    assert_true(p->n_after >= 8);
    arena_fini(&arena);
    free(past.sample);
    alarm_table_fini(&table);
}

static void what_is_within_its_share_stays(void **state) {
    (void)state;
    struct alarm_table table;
    read_table("alarm,condition,operator\n"
               "HOT,s0 > 101,ops\n"
               "RARE,s1 > 103.2,ops\n"
               "OTHER,s1 > 101,night\n"
               "BOTH,s0 > 102 and s1 > 102,ops\n",
               &table);
    struct past past;
    past_init(&past, 2, 100, 1, 0, 0);
    struct arena arena;
    arena_init(&arena, 64 << 20);
    struct tune_result result;
    const struct tune_options options = tune_usual();
    const uint32_t n_told[] = {7, 8, 9, 10};
    past.history.n_told = n_told;
    assert_int_equal(tune_run(&table, &past.history, &options, &arena, &result, NULL), MARU_OK);
    const struct tune_proposal *p = result.proposal;
    assert_true(p[0].is_changed && p[2].is_changed);
    assert_true(!p[1].is_changed && p[1].n_before > 0 && p[1].n_before == p[1].n_after);
    assert_true(!p[3].is_tunable && !p[3].is_changed && p[3].n_before > 0);
    assert_int_equal(p[3].n_told, 10);
    // HOT has what RARE and BOTH leave.
    const double share = result.operator_[1].share_per_h * 48;
    assert_true(fabs(share + p[1].n_before + p[3].n_before - 6 * 48) < 1e-6);
    assert_true(result.operator_[1].after_per_h <= 6 && result.operator_[2].after_per_h <= 6);
    arena_fini(&arena);
    free(past.sample);
    alarm_table_fini(&table);
}

// Law: the replay of one test is what the real alarms do.
static void the_replay_is_the_real_thing(void **state) {
    (void)state;
    struct alarm_table table;
    read_table("alarm,condition,on_delay,off_delay,dead_time,ack\n"
               "A,s0 > 10 deadband 2,3 s,2 s,9 s,no\n"
               "B,s0 < 4 deadband 1,,5 s,,no\n"
               "C,s1 outside 3 to 12 deadband 2,2 s,,4 s,no\n"
               "D,s1 > 9,,,,no\n",
               &table);
    for (uint64_t seed = 1; seed <= 200; seed++) {
        enum { N = 400 };
        struct tune_sample sample[N];
        for (uint32_t i = 0; i < N; i++) {
            const struct random_block r = random_at(seed, 1, i);
            sample[i] =
                (struct tune_sample){i * S_US + r.word[0] % 1000000, r.word[1] % 15, r.word[2] % 2,
                                     r.word[3] % 16 ? QUALITY_GOOD : QUALITY_BAD};
        }
        const struct tune_history history = {.sample = sample, .n_sample = N, .to_us = 420 * S_US};
        struct arena arena;
        arena_init(&arena, 16 << 20);
        struct tune_result result;
        const struct tune_options options = {.budget_per_h = 1e9};
        assert_int_equal(tune_run(&table, &history, &options, &arena, &result, NULL), MARU_OK);
        struct alarms alarms;
        const struct alarms_options usual = alarms_usual();
        assert_int_equal(alarms_init(&alarms, &table, &usual, 0, NULL), MARU_OK);
        for (uint32_t i = 0; i < N; i++) {
            assert_int_equal(alarms_sample(&alarms, sample[i].signal, sample[i].at_us,
                                           sample[i].value, sample[i].quality, NULL),
                             MARU_OK);
        }
        assert_int_equal(alarms_advance(&alarms, history.to_us, NULL), MARU_OK);
        for (uint32_t i = 0; i < table.n_alarm; i++) {
            if (result.proposal[i].n_before != alarms.n_came[i]) {
                fail_msg("seed %d, alarm %u: %u, in truth %u", (int)seed, i,
                         result.proposal[i].n_before, alarms.n_came[i]);
            }
            assert_true(!result.proposal[i].is_changed);
        }
        alarms_fini(&alarms);
        arena_fini(&arena);
    }
    alarm_table_fini(&table);
}

static void bad_histories_are_refused(void **state) {
    (void)state;
    struct alarm_table table;
    read_table("alarm,condition\nHOT,s0 > 101\n", &table);
    const struct tune_sample good[] = {{1, 0, 0, 192}, {2, 0, 0, 192}};
    const struct tune_sample back[] = {{2, 0, 0, 192}, {1, 0, 0, 192}};
    const struct tune_sample alien[] = {{1, 0, 1, 192}};
    const maru_time stops[] = {5, 4};
    const struct {
        struct tune_history history;
        struct tune_options options;
        maru_status want;
    } bad[] = {
        {{good, 2, NULL, 0, NULL, 0, 10}, {0, 0}, MARU_E_USAGE},
        {{good, 2, NULL, 0, NULL, 0, 10}, {(double)NAN, 0}, MARU_E_USAGE},
        {{good, 2, NULL, 0, NULL, 0, 10}, {6, -1}, MARU_E_USAGE},
        {{good, 2, NULL, 0, NULL, 10, 10}, {6, 0}, MARU_E_INPUT},
        {{good, 2, NULL, 0, NULL, 0, 1}, {6, 0}, MARU_E_INPUT},
        {{back, 2, NULL, 0, NULL, 0, 10}, {6, 0}, MARU_E_INPUT},
        {{alien, 1, NULL, 0, NULL, 0, 10}, {6, 0}, MARU_E_INPUT},
        {{good, 2, stops, 2, NULL, 0, 10}, {6, 0}, MARU_E_INPUT},
        {{good, 2, NULL, 0, NULL, INT64_MIN, 10}, {6, 0}, MARU_E_INPUT},
    };
    struct tune_result result;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena arena;
        arena_init(&arena, 1 << 20);
        maru_error err = {0};
        const maru_status st =
            tune_run(&table, &bad[i].history, &bad[i].options, &arena, &result, &err);
        if (st != bad[i].want || err.text[0] == '\0') {
            fail_msg("row %zu: %d", i, (int)st);
        }
        arena_fini(&arena);
    }
    const struct tune_history fine = {good, 2, NULL, 0, NULL, 0, 10};
    const struct tune_options options = tune_usual();
    for (uint64_t k = 0; k < 4; k++) {
        struct arena arena;
        arena_init(&arena, 1 << 20);
        alloc_fail_after(k);
        const maru_status st = tune_run(&table, &fine, &options, &arena, &result, NULL);
        alloc_fail_after(UINT64_MAX);
        assert_true(st == MARU_E_MEMORY || (k > 1 && st == MARU_OK));
        arena_fini(&arena);
    }
    struct arena tight;
    arena_init(&tight, 64);
    assert_int_equal(tune_run(&table, &fine, &options, &tight, &result, NULL), MARU_E_LIMIT);
    arena_fini(&tight);
    alarm_table_fini(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_gets_a_deadband_and_stops_keep_their_alarm),
        cmocka_unit_test(a_setting_that_misses_a_stop_is_not_proposed),
        cmocka_unit_test(what_is_within_its_share_stays),
        cmocka_unit_test(the_replay_is_the_real_thing),
        cmocka_unit_test(bad_histories_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
