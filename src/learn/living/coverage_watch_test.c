#include "learn/living/coverage_watch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "learn/living/far_watch.h"

// Laws: intervals that hold as often as they say alarm no sooner than once in COVERAGE_RUN_LENGTH lives, whatever their windows have in common;
// those that hold less often do soon. Most of the last 32 windows that lie far away are too many, in whatever order.

enum { N_WORLD = 300 };

static double luck(uint64_t seed, uint64_t i) {
    const struct random_block block = random_at(seed, 1, i);
    return random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

// Lives until it is sure, at most `most`. What a life's windows hold: all or none of them (is_whole), or a share that differs.
static uint32_t lives_until(uint64_t seed, double mean, double level, bool is_whole,
                            uint32_t most) {
    struct coverage_watch w = {0};
    const double wide = fmin(0.3, 2 * fmin(mean, 1 - mean));
    uint32_t n = 0;
    while (n < most && !coverage_watch_is_less(&w)) {
        const double u = luck(seed, n++);
        coverage_watch_step(&w, is_whole ? u < mean : mean + wide * (u - 0.5), level);
    }
    return n;
}

static void what_holds_goes_on(void **state) {
    (void)state;
    static const double levels[] = {0.5, 0.8, 0.95};
    for (uint32_t k = 0; k < 6; k++) {
        double sum = 0;
        for (uint64_t seed = 1; seed <= N_WORLD; seed++) {
            sum += lives_until(seed, levels[k / 2], levels[k / 2], k % 2, 3 * COVERAGE_RUN_LENGTH);
        }
        if (sum / N_WORLD <
            COVERAGE_RUN_LENGTH) { // cut at three times, so that it is below the truth
            fail_msg("level %g: %g lives on average", levels[k / 2], sum / N_WORLD);
        }
    }
}

static void what_does_not_hold_ends(void **state) {
    (void)state;
    assert_in_range(lives_until(1, 0, 0.8, true, 100), 5, 12);    // none holds
    assert_in_range(lives_until(1, 0.5, 0.8, false, 100), 8, 25); // half of the windows
    double sum = 0;
    for (uint64_t seed = 1; seed <= N_WORLD; seed++) {
        sum += lives_until(seed, 0.6, 0.8, true, 1000);
    }
    assert_in_range((uint32_t)(sum / N_WORLD), 20, 120);
}

// A change is found as soon after a thousand good lives as after none.
static void good_lives_are_no_capital(void **state) {
    (void)state;
    struct coverage_watch w = {0};
    uint32_t n = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        coverage_watch_step(&w, 1, 0.8);
    }
    while (!coverage_watch_is_less(&w)) {
        coverage_watch_step(&w, 0, 0.8);
        n++;
    }
    assert_in_range(n, 5, 12);
}

static void test_coverage_bytes(void **state) {
    (void)state;
    struct coverage_watch w = {0};
    struct text text;
    text_init(&text, 1 << 10);
    coverage_watch_step(&w, 0.5, 0.8);
    coverage_watch_write(&w, &text);
    for (size_t n = 0; n <= text.n_bytes; n++) {
        struct binary in = binary_of(text.bytes, n);
        const struct coverage_watch again = coverage_watch_read(&in);
        assert_int_equal(in.is_bad, n < text.n_bytes);
        assert_int_equal(again.n, in.is_bad ? 0 : 1);
    }
    text_fini(&text);
}

static void most_windows_far_away_are_too_many(void **state) {
    (void)state;
    const struct input_options options = input_options_usual();
    for (uint32_t share = 0; share <= 8; share++) {
        struct far_watch w;
        uint32_t n_judged = 0;
        assert_int_equal(far_watch_init(&w, &options, 3, NULL), MARU_OK);
        assert_int_equal(far_watch_verdict(&w), DRIFT_UNKNOWN);
        for (uint32_t i = 0; i < 100; i++) {
            n_judged += far_watch_step(&w, i * 5 % 8 < share ? 2 : UINT32_MAX);
        }
        assert_int_equal(n_judged, 100 / options.cycle);
        assert_int_equal(far_watch_verdict(&w), 4 * share >= options.far ? DRIFT_MUCH : DRIFT_NONE);
        assert_true(far_watch_share(&w) == share / 8.0);
        far_watch_reset(&w);
        assert_int_equal(far_watch_verdict(&w), DRIFT_UNKNOWN);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_holds_goes_on),
        cmocka_unit_test(what_does_not_hold_ends),
        cmocka_unit_test(good_lives_are_no_capital),
        cmocka_unit_test(test_coverage_bytes),
        cmocka_unit_test(most_windows_far_away_are_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
