#include "study/quality/odd_words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"pressure", "유량", "recipe"};

static void is_said(enum lang lang, const struct odd_row *row, const char *want) {
    struct text out;
    text_init(&out, 1 << 12);
    odd_words_add(&out, lang, row);
    assert_int_equal(out.status, MARU_OK);
    assert_string_equal(out.bytes, want);
    text_fini(&out);
}

static void both_languages(void **state) {
    (void)state;
    const struct anomaly anomaly = {.n_column = 3, .n_held = 1999};
    const struct anomaly_cause cause[] = {
        {.column = 0, .value = 214, .expected = 198.04, .sd = 4.02},
        {.column = 2, .value = 7, .expected = 5, .is_new = true},
        {.column = 1, .value = 7, .expected = (double)NAN, .is_new = true},
    };
    struct anomaly_verdict v = {.score = 9, .tail = 3 / 2000.0};
    struct odd_row row = {&anomaly, &v, cause, 1, names, 0.01};
    is_said(LANG_EN, &row,
            "This row is odd: only 2 of 1,999 known rows lie as far off.\n"
            "pressure is 214; by the other columns it should be 198, give or take 4.02.\n");
    is_said(LANG_KO, &row,
            "이 행은 이상합니다. 알려진 1,999행 가운데 2행만 이만큼 벗어나 있습니다.\n"
            "pressure: 214. 다른 열로 미루어 보면 198 ± 4.02가 맞습니다.\n");
    v.tail = 1 / 2000.0;
    row.n_cause = 0;
    is_said(LANG_EN, &row, "This row is odd: none of 1,999 known rows lies as far off.\n");
    row.alpha = 0.0001;
    is_said(LANG_EN, &row,
            "None of 1,999 known rows lies as far off, but 1,999 are too few to call it odd.\n");
    row.alpha = 0.01;
    v.tail = 0.5;
    row.n_cause = 1; // not told of a row that is like others
    is_said(LANG_EN, &row, "This row is like others: 999 of 1,999 known rows lie as far off.\n");
    v.tail = (double)NAN;
    is_said(LANG_KO, &row, "이 행에는 판단할 값이 없습니다.\n");
    v.n_new = 2;
    row.cause = cause + 1;
    row.n_cause = 2;
    is_said(LANG_EN, &row,
            "This row is odd: a value has changed that never changed before.\n"
            "recipe is 7, and was always 5.\n"
            "유량 is 7, and never had a value before.\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(both_languages)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
