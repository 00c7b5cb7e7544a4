#include "study/models/cards/dependence_words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct recipe_column columns[] = {
    {"heat", "°C", NULL, 0, FRAME_NUMBER}, {"tool", "", (const char *const[]){"B"}, 1, FRAME_WORD}};
static const struct feature features[] = {{FEATURE_NUMBER, 0, 0}, {FEATURE_WORD, 1, 0}};
static const char *const classes[] = {"void", "균열"};

static struct card_dependence curve(const double *value, uint32_t n) {
    struct card_dependence made = {.n_point = n, .of_class = UINT32_MAX};
    for (uint32_t i = 0; i < n; i++) {
        made.point[i] = (struct dependence_point){180 + i, value[i]};
    }
    return made;
}

static void what_a_curve_does(void **state) {
    (void)state;
    static const struct {
        double value[6];
        uint8_t form;
        uint32_t from, to;
    } cases[] = {
        {{1, 1, 1, 1, 1, 1}, CURVE_FLAT, 0, 5}, {{1, 1.05, 1, 1, 1, 1.1}, CURVE_FLAT, 0, 5},
        {{1, 2, 3, 4, 5, 6}, CURVE_RISE, 0, 5}, {{1, 1, 1, 6, 6, 6}, CURVE_RISE, 2, 3},
        {{1, 1, 2, 4, 6, 6}, CURVE_RISE, 1, 4}, {{6, 6, 1, 1, 1, 1}, CURVE_FALL, 1, 2},
        {{1, 3, 6, 6, 3, 1}, CURVE_PEAK, 2, 2}, {{6, 3, 1, 2, 4, 6}, CURVE_VALLEY, 2, 2},
        {{1, 1, 1, 1, 1, 6}, CURVE_RISE, 4, 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct card_dependence d = curve(cases[i].value, 6);
        const struct curve got = curve_of(d.point, 6, 0.2);
        if (got.form != cases[i].form || got.from != cases[i].from || got.to != cases[i].to) {
            fail_msg("case %zu: %u from %u to %u", i, got.form, got.from, got.to);
        }
    }
}

// A curve turned upside down rises where it fell; read from behind it does the same between the same points.
static void a_mirrored_curve_does_the_mirrored(void **state) {
    (void)state;
    static const uint8_t mirrored[] = {CURVE_FLAT, CURVE_FALL, CURVE_RISE, CURVE_PEAK,
                                       CURVE_VALLEY};
    static const double values[][6] = {{1, 1, 2, 4, 6, 6}, {6, 5, 5, 1, 1, 0}, {0, 7, 1, 0, 0, 1}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        double turned[6];
        for (uint32_t p = 0; p < 6; p++) {
            turned[p] = -values[i][p];
        }
        const struct card_dependence d = curve(values[i], 6), m = curve(turned, 6);
        const struct curve one = curve_of(d.point, 6, 0.2), other = curve_of(m.point, 6, 0.2);
        assert_int_equal(other.form, mirrored[one.form]);
        assert_int_equal(other.from, one.from);
        assert_int_equal(other.to, one.to);
    }
}

static void what_is_said_of_it(void **state) {
    (void)state;
    static const double share[] = {0.02, 0.02, 0.05, 0.09, 0.09}, flat[] = {0.02, 0.0201, 0.02},
                        two[] = {0.02, 0.09}, number[] = {1, 2, 3};
    static const double half[] = {0.5};
    struct fitted_model model = {
        .goal = MODEL_YES_NO,
        .target = "두께",
        .class_name = classes,
        .n_class = 2,
        .recipe = {.column = columns, .feature = features, .n_column = 2, .n_feature = 2},
        .conformal = {.above = half}};
    struct card_dependence of_word = curve(two, 2), of_class = curve(two, 2);
    of_word.feature = 1;
    of_class.of_class = 1;
    const struct {
        uint8_t goal;
        enum lang lang;
        struct card_dependence of;
        const char *want;
    } cases[] = {
        {MODEL_YES_NO, LANG_EN, curve(share, 5),
         "heat [°C]: from 181 to 183, the share of bad ones rises from 2.0 % to 9.0 %; below and "
         "above that it hardly changes"},
        {MODEL_YES_NO, LANG_KO, curve(share, 5),
         "heat [°C]: 181에서 183까지 불량 비율이 2.0 %에서 9.0 %로 높아집니다. 그 아래와 위에서는 "
         "거의 "
         "달라지지 않습니다"},
        {MODEL_YES_NO, LANG_EN, curve(flat, 3),
         "heat [°C]: the share of bad ones hardly changes, 2.0 % to 2.0 %"},
        {MODEL_YES_NO, LANG_EN, of_word,
         "tool = B: the share of bad ones is 9.0 %, otherwise 2.0 %"},
        {MODEL_CLASS, LANG_KO, of_class,
         "heat [°C]: 180에서 181까지 \"균열\" 비율이 2.0 %에서 9.0 %로 높아집니다"},
        {MODEL_NUMBER, LANG_KO, curve(number, 3),
         "heat [°C]: 180에서 182까지 두께가 1에서 3으로 높아집니다"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text out;
        text_init(&out, 1 << 12);
        model.goal = cases[i].goal;
        dependence_add_words(&out, &model, &cases[i].of, cases[i].lang);
        assert_string_equal(out.bytes, cases[i].want);
        text_fini(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_curve_does),
        cmocka_unit_test(a_mirrored_curve_does_the_mirrored),
        cmocka_unit_test(what_is_said_of_it),
    };
    return cmocka_run_group_tests_name("dependence_words", tests, NULL, NULL);
}
