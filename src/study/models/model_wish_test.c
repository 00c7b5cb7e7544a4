#include "study/models/model_wish.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void a_wish_is_taken_by_either_name(void **state) {
    (void)state;
    struct model_wish wish;
    model_wish_init(&wish);
    assert_true(isnan(wish.level) && isnan(wish.cost_miss) && !wish.goal);
    assert_int_equal(model_wish_take(&wish, "cost_miss", "7", NULL), MARU_OK);
    assert_int_equal(model_wish_take(&wish, "cost-alarm", "0.5", NULL), MARU_OK);
    assert_int_equal(model_wish_take(&wish, "goal", "number", NULL), MARU_OK);
    assert_int_equal(model_wish_take(&wish, "leave_out", "pressure", NULL), MARU_OK);
    assert_int_equal(model_wish_take(&wish, "setting", "speed", NULL), MARU_OK);
    assert_int_equal(model_wish_take(&wish, "setting", "load", NULL), MARU_OK);
    assert_int_equal(model_wish_take(&wish, "seed", "42", NULL), MARU_OK);
    assert_true(wish.cost_miss == 7 && wish.cost_alarm == 0.5);
    assert_string_equal(wish.goal, "number");
    assert_int_equal(wish.n_setting, 2);
    assert_string_equal(wish.setting[1], "load");
    assert_int_equal(wish.hints.n_role, 1);
    assert_int_equal(wish.seed, 42);
    model_wish_fini(&wish);
}

static void what_makes_no_sense_is_refused_and_changes_nothing(void **state) {
    (void)state;
    static const struct {
        const char *name, *value;
    } cases[] = {{"wings", "2"},
                 {"", "x"},
                 {"level", "high"},
                 {"level", "nan"},
                 {"cap", "inf"},
                 {"seed", "-1"},
                 {"seed", "1.5"},
                 {"cost-miss", "7x"},
                 {"limits", "a=b"},
                 {"first-line", "2"}, // a hint of reading, none of training
                 {"a-name-longer-than-any-that-training-knows", "1"}};
    struct model_wish wish, before;
    model_wish_init(&wish);
    before = wish;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        maru_error err = {0};
        const maru_status st = model_wish_take(&wish, cases[i].name, cases[i].value, &err);
        if (st != MARU_E_INPUT || !err.text[0]) {
            fail_msg("%s=%s gives %d", cases[i].name, cases[i].value, (int)st);
        }
    }
    assert_true(isnan(wish.level) && isnan(wish.cap) && wish.seed == before.seed);
    assert_int_equal(wish.hints.n_limit, 0);
    model_wish_fini(&wish);
}

static void an_empty_value_says_nothing(void **state) {
    (void)state;
    static const char *const names[] = {"goal",   "split",   "kind",     "unit", "order",
                                        "normal", "setting", "level",    "cap",  "seed",
                                        "target", "time",    "leave_out"};
    struct model_wish wish;
    model_wish_init(&wish);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_true(model_wish_has(names[i]));
        assert_int_equal(model_wish_take(&wish, names[i], "", NULL), MARU_OK);
    }
    assert_true(!wish.goal && !wish.unit && isnan(wish.level) && wish.n_setting == 0);
    assert_true(!wish.hints.target && wish.hints.n_role == 0 && wish.seed == 1);
    assert_false(model_wish_has("wings"));
    model_wish_fini(&wish);
}

static void too_many_settings_are_refused(void **state) {
    (void)state;
    struct model_wish wish;
    model_wish_init(&wish);
    for (int i = 0; i < WISH_MAX_SETTINGS; i++) {
        assert_int_equal(model_wish_take(&wish, "setting", "x", NULL), MARU_OK);
    }
    assert_int_equal(model_wish_take(&wish, "setting", "x", NULL), MARU_E_LIMIT);
    assert_int_equal(wish.n_setting, WISH_MAX_SETTINGS);
    model_wish_fini(&wish);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wish_is_taken_by_either_name),
        cmocka_unit_test(what_makes_no_sense_is_refused_and_changes_nothing),
        cmocka_unit_test(an_empty_value_says_nothing),
        cmocka_unit_test(too_many_settings_are_refused),
    };
    return cmocka_run_group_tests_name("model_wish", tests, NULL, NULL);
}
