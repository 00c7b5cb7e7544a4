#include "study/comparison.h"

#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

// What a variant means: "a=1|b=2" is wanted for the settings a=1 and b=2, NULL for a refusal.
static void variants_are_cut_into_settings(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"rule=cr", "rule=cr"},
        {"rule=cr,queue_rule=qts", "rule=cr|queue_rule=qts"},
        {" rule = cr ; max_lot=5 ", NULL}, // no blank between name and =
        {"rule=cr ; max_lot=5 ", "rule=cr|max_lot=5"},
        {"rule=priority desc, setup, due - now", "rule=priority desc, setup, due - now"},
        {"rule=priority desc, setup; plant=a/b", "rule=priority desc, setup|plant=a/b"},
        {"rule=a == 1, b, max_lot=3", "rule=a == 1, b|max_lot=3"},
        {"rule:Litho=cr,rule=fifo", "rule:Litho=cr|rule=fifo"},
        {"tools:CVD/3%3BA=+1;downtime:a%3Db=50", "tools:CVD/3;A=+1|downtime:a=b=50"},
        {"tools:노광#2=+1, priority:A, B=3", "tools:노광#2=+1|priority:A, B=3"},
        {"tools:%EB%85%B8%EA%B4%91=5", "tools:노광=5"},
        {"tools:50%=+1; tools:50%25=+1; tools:50%2541=2",
         "tools:50%=+1|tools:50%=+1|tools:50%41=2"},
        {"tools:a%20 =+1", "tools:a =+1"}, // a blank that belongs to the name
        {"rule:노광%3B=cr, rule:CVD/3 A=priority desc, fifo",
         "rule:노광;=cr|rule:CVD/3 A=priority desc, fifo"},
        {"rule=50%3B", "rule=50%3B"}, // values are as they stand
        {"tools:a%00b=+1", NULL},
        {"rule=", "rule="},
        {"", ""},
        {"cr", NULL},
        {"=cr", NULL},
        {"rule=cr;;max_lot=3", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct variant variant = {.name = "A", .text = cases[i].text};
        maru_error err = {0};
        struct text got;
        text_init(&got, 1 << 12);
        const maru_status st = variant_parse(&variant, &err);
        for (size_t k = 0; k < variant.n_setting; k++) {
            text_addf(&got, "%s%s=%s", k > 0 ? "|" : "", variant.setting[k].name,
                      variant.setting[k].value);
        }
        if (!cases[i].want) {
            assert_int_equal(st, MARU_E_USAGE);
        } else if (st != MARU_OK || strcmp(got.bytes ? got.bytes : "", cases[i].want) != 0) {
            fail_msg("'%s' gives '%s', wanted '%s' (%s)", cases[i].text, got.bytes ? got.bytes : "",
                     cases[i].want, err.text);
        }
        text_fini(&got);
        alloc_free(variant.pairs);
    }
}

static void large_changes_are_told_as_factors(void **state) {
    (void)state;
    const struct interval ten = {10, 1, 1, 5}, eleven = {11, 1, 1, 5}, hundred = {100, 1, 1, 5},
                          none = {0, 0, 0, 5};
    assert_string_equal(
        comparison_change((struct difference){ten, eleven, ten, VERDICT_NONE}, true).text,
        "+10.0 %");
    assert_string_equal(
        comparison_change((struct difference){eleven, ten, ten, VERDICT_NONE}, true).text,
        "−9.1 %");
    assert_string_equal(
        comparison_change((struct difference){ten, hundred, ten, VERDICT_NONE}, true).text,
        "×10.0");
    assert_string_equal(
        comparison_change((struct difference){none, ten, ten, VERDICT_NONE}, true).text, "–");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variants_are_cut_into_settings),
        cmocka_unit_test(large_changes_are_told_as_factors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
