#include "study/words/numerals.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void numbers_are_written_for_people(void **state) {
    (void)state;
    static const struct {
        double value;
        int decimals;
        const char *plain, *with_sign;
    } cases[] = {
        {0, 0, "0", "0"},
        {1234567.891, 1, "1,234,567.9", "+1,234,567.9"},
        {-1234.5, 2, "-1,234.50", "−1,234.50"},
        {999, 0, "999", "+999"},
        {1000, 0, "1,000", "+1,000"},
        {-0.001, 2, "0.00", "0.00"},
        {0.1, 3, "0.100", "+0.100"},
        {1e300, 2, "1e+300", "+1e+300"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(numeral(cases[i].value, cases[i].decimals).text, cases[i].plain);
        assert_string_equal(numeral_signed(cases[i].value, cases[i].decimals).text,
                            cases[i].with_sign);
    }
    assert_string_equal(numeral((double)NAN, 2).text, "–");
    assert_string_equal(numeral_percent((double)NAN, 2).text, "–");
    assert_string_equal(numeral_percent(0.1234, 1).text, "12.3 %");
    assert_string_equal(numeral_count(UINT64_MAX).text, "18,446,744,073,709,551,615");
    assert_string_equal(numeral_short(1234567).text, "1.23 M");
    assert_string_equal(numeral_short(42).text, "42");
    assert_string_equal(numeral_interval((struct interval){39.012, 0.1234, 1, 20}, 1, 2).text,
                        "39.01 ± 0.12");
    assert_string_equal(
        numeral_interval((struct interval){39.012, (double)NAN, (double)NAN, 1}, 1, 2).text,
        "39.01");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_written_for_people)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
