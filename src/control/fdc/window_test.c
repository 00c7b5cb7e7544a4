#include "control/fdc/window.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct sample number(maru_time at_us, double value) {
    return (struct sample){
        .at_us = at_us, .type = SAMPLE_DOUBLE, .quality = QUALITY_GOOD, .value.number = value};
}

static void expect(double got, double want, const char *what) {
    if (!(fabs(got - want) <= 1e-12 * (1.0 + fabs(want)) || (isnan(got) && isnan(want)))) {
        fail_msg("%s: %.17g, want %.17g", what, got, want);
    }
}

static struct window window(const struct window_options *options, maru_time start, maru_time end,
                            const struct sample *samples, size_t n) {
    struct window out;
    maru_error err = {0};
    if (window_of(options, start, end, samples, n, &out, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    return out;
}

// Values 1, 3, 2, 6 at 0, 1, 2 and 4 seconds, by hand.
static void by_hand(void **state) {
    (void)state;
    const struct sample samples[] = {number(-1, 99),     number(0, 1),       number(1000000, 3),
                                     number(2000000, 2), number(4000000, 6), number(5000000, 99)};
    const struct window_options options = {.period_us = 1000000};
    const struct window w = window(&options, 0, 5000000, samples, 6);
    expect(w.feature[WINDOW_MEAN], 3.0, "mean");
    expect(w.feature[WINDOW_SD], sqrt(14.0 / 3.0), "sd");
    expect(w.feature[WINDOW_MIN], 1.0, "min");
    expect(w.feature[WINDOW_MAX], 6.0, "max");
    expect(w.feature[WINDOW_RANGE], 5.0, "range");
    // times from their mean: -1.75 -0.75 0.25 2.25; sum of products 10, of squares 8.75
    expect(w.feature[WINDOW_SLOPE], 10.0 / 8.75, "slope");
    expect(w.feature[WINDOW_AREA], 2.0 + 2.5 + 8.0, "area");
    expect(w.feature[WINDOW_TIME_MEAN], 12.5 / 4.0, "time mean");
    expect(w.feature[WINDOW_COUNT], 4.0, "count");
    expect(w.feature[WINDOW_MISSING], 0.2, "missing"); // five were expected
}

static void bad_samples(void **state) {
    (void)state;
    struct sample samples[] = {number(0, 1), number(1, 500), number(2, NAN), number(3, 3),
                               number(4, 0)};
    samples[1].quality = QUALITY_BAD;
    samples[3].quality = QUALITY_UNCERTAIN;
    samples[4] =
        (struct sample){.at_us = 4, .type = SAMPLE_TEXT, .quality = QUALITY_GOOD, .value.text = ""};
    const struct window_options options = {0};
    struct window w = window(&options, 0, 5, samples, 5);
    expect(w.feature[WINDOW_COUNT], 2.0, "count");
    expect(w.feature[WINDOW_MEAN], 2.0, "mean");
    expect(w.feature[WINDOW_MISSING], 0.6, "missing");
    w = window(&options, 1, 3, samples, 5);
    expect(w.feature[WINDOW_MISSING], 1.0, "missing");
    expect(w.feature[WINDOW_MEAN], NAN, "mean of none");
    w = window(&options, 3, 4, samples, 5);
    expect(w.feature[WINDOW_MEAN], 3.0, "mean of one");
    expect(w.feature[WINDOW_TIME_MEAN], 3.0, "time mean of one");
    expect(w.feature[WINDOW_AREA], 0.0, "area of one");
    expect(w.feature[WINDOW_SD], NAN, "sd of one");
    expect(w.feature[WINDOW_SLOPE], NAN, "slope of one");
}

static void trimmed(void **state) {
    (void)state;
    struct sample samples[100];
    for (int i = 0; i < 100; i++) {
        samples[i] = number(i * 1000, i < 10 || i >= 80 ? 1e6 : 5.0);
    }
    struct window_options options = {.head_share = 0.1, .tail_share = 0.15, .tail_us = 5000};
    struct window w = window(&options, 0, 100000, samples, 100);
    expect(w.feature[WINDOW_COUNT], 70.0, "count");
    expect(w.feature[WINDOW_RANGE], 0.0, "range");
    assert_true(w.from_us == 10000 && w.until_us == 80000);
    options.head_us = 200000; // more than there is
    w = window(&options, 0, 100000, samples, 100);
    expect(w.feature[WINDOW_COUNT], 0.0, "count of nothing");
}

// Laws: a line has its slope and its area; a change of units changes features as it should; more trimming
// than the step never gives more samples.
static void laws(void **state) {
    (void)state;
    for (uint64_t t = 0; t < 200; t++) {
        struct sample line[60], other[60];
        maru_time at = INT64_C(1700000000000000);
        const double slope = (double)(int)(random_at(1, t, 0).word[0] % 200) - 100.0;
        const size_t n = 2 + random_at(1, t, 1).word[0] % 58;
        for (uint64_t i = 0; i < n; i++) {
            at += 1 + random_at(2, t, i).word[0] % 3000000;
            const double x = slope * (double)(at - INT64_C(1700000000000000)) * 1e-6;
            line[i] = number(at, x);
            other[i] = number(at, 3.0 * x + 1000.0);
        }
        const struct window_options options = {0};
        const struct window a = window(&options, INT64_C(1700000000000000), at + 1, line, n);
        const struct window b = window(&options, INT64_C(1700000000000000), at + 1, other, n);
        assert_true(fabs(a.feature[WINDOW_SLOPE] - slope) < 1e-8 * (1.0 + fabs(slope)));
        assert_true(fabs(b.feature[WINDOW_SLOPE] - 3.0 * slope) < 1e-7 * (1.0 + fabs(slope)));
        const double ends = 0.5 * (line[0].value.number + line[n - 1].value.number);
        assert_true(fabs(a.feature[WINDOW_TIME_MEAN] - ends) < 1e-9 * (1.0 + fabs(ends)));
        assert_true(fabs(b.feature[WINDOW_SD] - 3.0 * a.feature[WINDOW_SD]) <
                    1e-9 * (1.0 + b.feature[WINDOW_SD]));
        assert_true(a.feature[WINDOW_MIN] <= a.feature[WINDOW_MEAN] &&
                    a.feature[WINDOW_MEAN] <= a.feature[WINDOW_MAX]);
    }
}

static void what_is_refused(void **state) {
    (void)state;
    const struct sample samples[] = {number(5, 1), number(4, 1)};
    struct window out;
    maru_error err = {0};
    struct window_options options = {0};
    assert_int_equal(window_of(&options, 0, 9, samples, 2, &out, &err), MARU_E_INPUT);
    assert_non_null(strstr(err.text, "older"));
    assert_int_equal(window_of(&options, 9, 0, samples, 1, &out, &err), MARU_E_RANGE);
    options.head_share = 0.5;
    options.tail_share = 0.5;
    assert_int_equal(window_of(&options, 0, 9, samples, 1, &out, &err), MARU_E_RANGE);
    options = (struct window_options){.head_share = NAN};
    assert_int_equal(window_of(&options, 0, 9, samples, 1, &out, &err), MARU_E_RANGE);
    options = (struct window_options){.head_us = -1};
    assert_int_equal(window_of(&options, 0, 9, samples, 1, &out, &err), MARU_E_RANGE);
    options =
        (struct window_options){.head_share = 0.3, .head_us = INT64_MAX, .tail_us = INT64_MAX};
    assert_int_equal(window_of(&options, INT64_MIN, INT64_MAX, samples, 1, &out, &err), MARU_OK);
    expect(out.feature[WINDOW_COUNT], 0.0, "count");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand), cmocka_unit_test(bad_samples),     cmocka_unit_test(trimmed),
        cmocka_unit_test(laws),    cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
