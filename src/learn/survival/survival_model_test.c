#include "learn/survival/survival_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "learn/survival/trial_lives.h"

static const struct recipe_column columns[] = {{"load", "kN", NULL, 0, FRAME_NUMBER}};
static const struct feature features[] = {{FEATURE_NUMBER, 0, 0}};
static const struct survival_effect effects[] = {{0, 0.7, 2, 1, 2.01, 1.5, 2.7, 0.001, false}};
static const struct survival_point points[] = {{10, 0.9, 0.8, 0.95}, {20, 0.5, 0.3, 0.7}};

static struct survival_model ball_bearings(const struct survival_curve *curve) {
    uint8_t is_failed[BEARINGS];
    memset(is_failed, 1, sizeof is_failed);
    const struct lifetimes lives = {bearings_time, is_failed, NULL, BEARINGS};
    struct survival_model m = {
        .age = "revolutions",
        .counted_in = "10⁶",
        .ended = "",
        .group = "",
        .recipe = {.column = columns, .feature = features, .n_column = 1, .n_feature = 1},
        .effect = effects,
        .n_effect = 1,
        .cost_planned = 1,
        .cost_failure = 10,
        .horizon = 20,
        .curve = curve,
        .n_curve = 1,
        .group_p = (double)NAN,
        .level = 0.8,
        .n_life = BEARINGS,
        .n_failed = BEARINGS,
        .seed = 1,
        .title = "베어링",
        .version = "1",
        .data = "0123"};
    assert_int_equal(weibull_fit(&lives, 0.95, &m.weibull, NULL), MARU_OK);
    assert_int_equal(weibull_replacement(&m.weibull, 1, 10, &m.replacement, NULL), MARU_OK);
    return m;
}

static void what_is_written_is_read(void **state) {
    (void)state;
    const struct survival_curve curve = {"", BEARINGS, BEARINGS, 2, {15, 10, 20}, points};
    const struct survival_model m = ball_bearings(&curve);
    struct survival_model back;
    struct text bytes, again;
    text_init(&bytes, 1 << 20);
    text_init(&again, 1 << 20);
    assert_int_equal(survival_model_write(&m, &bytes, NULL), MARU_OK);
    assert_true(survival_model_is(bytes.bytes, bytes.n_bytes));
    assert_int_equal(survival_model_read(bytes.bytes, bytes.n_bytes, &back, NULL), MARU_OK);
    assert_int_equal(survival_model_write(&back, &again, NULL), MARU_OK);
    assert_int_equal(again.n_bytes, bytes.n_bytes);
    assert_memory_equal(again.bytes, bytes.bytes, bytes.n_bytes);
    for (size_t n = 0; n < bytes.n_bytes; n++) { // cut off anywhere, or one bit changed
        struct survival_model none;
        assert_int_equal(survival_model_read(bytes.bytes, n, &none, NULL), MARU_E_INPUT);
        bytes.bytes[n] ^= 4;
        assert_int_equal(survival_model_read(bytes.bytes, bytes.n_bytes, &none, NULL),
                         MARU_E_INPUT);
        bytes.bytes[n] ^= 4;
    }
    survival_model_fini(&back);
    text_fini(&again);
    text_fini(&bytes);
}

// A clock that goes twice as fast halves what remains of a new unit, and when to replace it.
static void a_faster_clock_shortens_all(void **state) {
    (void)state;
    const struct survival_curve curve = {"", BEARINGS, BEARINGS, 2, {15, 10, 20}, points};
    const struct survival_model m = ball_bearings(&curve);
    const double twice = log(2.0) / m.weibull.sigma;
    const struct survival_answer usual = survival_ask(&m, 0, 0), fast = survival_ask(&m, twice, 0);
    assert_true(fabs(fast.remaining.value - usual.remaining.value / 2) < 1e-9);
    assert_true(fabs(fast.remaining.high - usual.remaining.high / 2) < 1e-9);
    assert_true(fabs(fast.replace_in - usual.replace_in / 2) < 1e-9);
    assert_true(fast.surviving.value < usual.surviving.value);
    // Lawless gives 81.9 and 2.10 for these bearings; the median is scale (ln 2)^(1 / shape).
    assert_true(fabs(usual.remaining.value - 81.9 * pow(log(2.0), 1 / 2.10)) < 0.2);
    assert_true(survival_ask(&m, 0, 1e6).replace_in == 0);
}

static void risk_is_bounded_and_missing_is_usual(void **state) {
    (void)state;
    const struct survival_curve curve = {"", BEARINGS, BEARINGS, 2, {15, 10, 20}, points};
    const struct survival_model m = ball_bearings(&curve);
    const float cases[] = {NAN, INFINITY, 2, 3, 1e30F, -1e30F};
    const double want[] = {0, 0, 0, 0.7, 20, -20};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double risk = survival_risk(&m, &cases[i]);
        assert_true(fabs(risk - want[i]) < 1e-12);
        const struct survival_answer a = survival_ask(&m, risk, 50);
        assert_true(isfinite(a.remaining.value) && a.remaining.value >= 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_faster_clock_shortens_all),
        cmocka_unit_test(risk_is_bounded_and_missing_is_usual),
    };
    return cmocka_run_group_tests_name("survival_model", tests, NULL, NULL);
}
