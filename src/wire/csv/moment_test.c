#include "wire/csv/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <inttypes.h>

struct moment_case {
    const char *text;
    enum moment_form form; // N_MOMENT_FORM: none reads it
    int64_t ms; // with Seoul's offset where the text has none; by date(1) of GNU coreutils
};

static const struct moment_case cases[] = {
    {"2025-10-31", MOMENT_YMD, 1761836400000},
    {"2025.10.31", MOMENT_YMD, 1761836400000},
    {"2025. 10. 31.", MOMENT_YMD, 1761836400000},
    {"2025/10/31 15:05", MOMENT_YMD, 1761890700000},
    {"2025-10-31 15:05:07", MOMENT_YMD, 1761890707000},
    {"2025-10-31T15:05:07.250", MOMENT_YMD, 1761890707250},
    {"2025-10-31T06:05:07Z", MOMENT_YMD, 1761890707000},
    {"2025-10-31T15:05:07+09:00", MOMENT_YMD, 1761890707000},
    {"2025-10-31T01:05:07-0500", MOMENT_YMD, 1761890707000},
    {"2025-10-31 15:05:07 +09", MOMENT_YMD, 1761890707000},
    {"20251031", MOMENT_YMD, 1761836400000},
    {"20251031150507", MOMENT_YMD, 1761890707000},
    {"20251031T150507Z", MOMENT_YMD, 1761923107000},
    {"20251031 15:05:07", MOMENT_YMD, 1761890707000},
    {"2025-10-31 \xEC\x98\xA4\xED\x9B\x84 3:05:07", MOMENT_YMD, 1761890707000}, // 오후
    {"2025. 10. 31. \xEC\x98\xA4\xEC\xA0\x84 12:00:00", MOMENT_YMD,
     1761836400000}, // 오전 12시 is 0
    {"2025\xEB\x85\x84 10\xEC\x9B\x94 31\xEC\x9D\xBC 15\xEC\x8B\x9C 05\xEB\xB6\x84", MOMENT_YMD,
     1761890700000},
    {"2025\xEB\x85\x84 10\xEC\x9B\x94 31\xEC\x9D\xBC 15\xEC\x8B\x9C 05\xEB\xB6\x84 07\xEC\xB4\x88",
     MOMENT_YMD, 1761890707000},
    {"2025\xEB\x85\x84 10\xEC\x9B\x94 31\xEC\x9D\xBC", MOMENT_YMD, 1761836400000},
    {"2025-1-2 3:4:5", MOMENT_YMD, 1735754645000},
    {"2024-02-29", MOMENT_YMD, 1709132400000},
    {"31-Oct-2025", MOMENT_YMD, 1761836400000},
    {"31-OCT-25 15:05:07", MOMENT_YMD, 1761890707000},
    {"31 October 2025", MOMENT_YMD, 1761836400000},
    {"2025-Oct-31", MOMENT_YMD, 1761836400000},
    {"Oct 31, 2025", MOMENT_YMD, 1761836400000},
    {"Oct. 31st, 2025, 3:05:07 PM", MOMENT_YMD, 1761890707000},
    {"Fri, 31 Oct 2025 06:05:07 +0000", MOMENT_YMD, 1761890707000},
    {"Friday 31 oct 2025 15:05", MOMENT_YMD, 1761890700000},
    {"2025/10/31(금) 15:05", MOMENT_YMD, 1761890700000},
    {"2025.10.31 (금요일)15:05", MOMENT_YMD, 1761890700000},
    {"2025년 10월 31일 금요일 오후 3:05", MOMENT_YMD, 1761890700000},
    {"2025-10-31(Fri) 15:05", MOMENT_YMD, 1761890700000},
    {"2025年10月31日(金) 15:05", MOMENT_YMD, 1761890700000},
    {"1 Sept 2025", MOMENT_YMD, 1756652400000},
    {"31 Octo 2025", N_MOMENT_FORM, 0},
    {"31 Feb 2025", N_MOMENT_FORM, 0},
    {"may 3", N_MOMENT_FORM, 0},
    {"Oct 31 2025 Oct", N_MOMENT_FORM, 0},
    {"10/31/2025", MOMENT_MDY, 1761836400000},
    {"10/31/2025 3:05:07 PM", MOMENT_MDY, 1761890707000},
    {"10/31/25 15:05", MOMENT_MDY, 1761890700000},
    {"31.10.2025 15:05:07", MOMENT_DMY, 1761890707000},
    {"31/10/2025", MOMENT_DMY, 1761836400000},
    {"25.10.31", MOMENT_YY, 1761836400000},
    {"25-10-31 15:05:07", MOMENT_YY, 1761890707000},
    {"25. 10. 31. \xEC\x98\xA4\xED\x9B\x84 3:05:07", MOMENT_YY, 1761890707000},
    {"45961", MOMENT_EXCEL, 1761836400000},
    {"45961.628553240742", MOMENT_EXCEL, 1761890707000},
    {"1761890707", MOMENT_S, 1761890707000},
    {"1761890707.25", MOMENT_S, 1761890707250},
    {"1761890707250", MOMENT_MS, 1761890707250},
    {"1761890707250000", MOMENT_US, 1761890707250},
    {"1761890707250000000", MOMENT_NS, 1761890707250},
    {"", N_MOMENT_FORM, 0},
    {"2025-02-29", N_MOMENT_FORM, 0},
    {"2025-13-01", N_MOMENT_FORM, 0},
    {"2025-10-31 24:00", N_MOMENT_FORM, 0},
    {"2025-10-31 13:00 PM", N_MOMENT_FORM, 0},
    {"2025-10-31 15:", N_MOMENT_FORM, 0},
    {"2025-10-31 15:05:", N_MOMENT_FORM, 0},
    {"2025-10-31 15:05:07+19:00", N_MOMENT_FORM, 0},
    {"2025-10-31x", N_MOMENT_FORM, 0},
    {"2025-10-3115:05", N_MOMENT_FORM, 0},
    {"2025-10-31 ", N_MOMENT_FORM, 0},
    {"2025-10-31T", N_MOMENT_FORM, 0},
    {"25-10-31", N_MOMENT_FORM, 0},
    {"32/13/2025", N_MOMENT_FORM, 0},
    {"12.5", N_MOMENT_FORM, 0},
    {"tomorrow", N_MOMENT_FORM, 0},
    {"-45961", N_MOMENT_FORM, 0},
};

static void test_times_as_they_are_written(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct moment_case *c = &cases[i];
        const size_t n = strlen(c->text);
        const bool is_told = c->form == MOMENT_YY; // never guessed
        const enum moment_form form = is_told ? c->form : moment_guess(c->text, n);
        assert_true(!is_told || moment_guess(c->text, n) == N_MOMENT_FORM);
        maru_time at_us = 0;
        if (form != c->form) {
            fail_msg("%s: %s, want %s", c->text, moment_form_name(form), moment_form_name(c->form));
        }
        if (form != N_MOMENT_FORM &&
            (!moment_read(c->text, n, form, MOMENT_SEOUL_MIN, &at_us) || at_us != c->ms * 1000)) {
            fail_msg("%s: %" PRId64 " us, want %" PRId64 " ms", c->text, at_us, c->ms);
        }
    }
}

// A law: every day of four hundred years is one later than the one before, and written it reads back.
static void test_days_follow_each_other(void **state) {
    (void)state;
    int64_t want = -25567; // 1900-01-01
    for (int year = 1900; year < 2300; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= 31; day++) {
                int64_t days = 0;
                if (!moment_day(year, month, day, &days)) {
                    assert_true(day > 28);
                    continue;
                }
                assert_int_equal(days, want);
                want++;
                char text[16];
                maru_time at_us = 1;
                (void)snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
                assert_true(moment_read(text, 10, MOMENT_YMD, 0, &at_us));
                assert_int_equal(at_us, days * INT64_C(86400000000));
            }
        }
    }
    assert_int_equal(want, 120530); // 2300-01-01
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_as_they_are_written),
        cmocka_unit_test(test_days_follow_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
