#include "signal/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>

static void test_same_is_the_same_bits(void **state) {
    (void)state;
    const struct sample nan = {.type = SAMPLE_DOUBLE, .value.number = (double)NAN};
    const struct sample zero = {.type = SAMPLE_DOUBLE, .value.number = 0.0};
    const struct sample minus = {.type = SAMPLE_DOUBLE, .value.number = -0.0};
    const struct sample whole = {.type = SAMPLE_INTEGER, .value.integer = 0};
    assert_true(sample_is_same_value(&nan, &nan));
    assert_false(sample_is_same_value(&zero, &minus));
    assert_false(sample_is_same_value(&zero, &whole));
    const struct sample ab = {.type = SAMPLE_TEXT, .n_text = 2, .value.text = "ab"};
    const struct sample abc = {.type = SAMPLE_TEXT, .n_text = 2, .value.text = "abc"};
    const struct sample ac = {.type = SAMPLE_TEXT, .n_text = 2, .value.text = "ac"};
    assert_true(sample_is_same_value(&ab, &abc));
    assert_false(sample_is_same_value(&ab, &ac));
}

static void test_numbers_of_all_types(void **state) {
    (void)state;
    const struct sample yes = {.type = SAMPLE_BOOL, .value.integer = 1};
    const struct sample word = {.type = SAMPLE_TEXT, .n_text = 1, .value.text = "1"};
    assert_true(sample_number(&yes) == 1);
    assert_true(isnan(sample_number(&word)));
    assert_string_equal(sample_type_name(SAMPLE_TEXT), "text");
    assert_string_equal(sample_type_name(N_SAMPLE_TYPE), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_is_the_same_bits),
        cmocka_unit_test(test_numbers_of_all_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
