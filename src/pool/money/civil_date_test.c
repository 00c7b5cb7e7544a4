#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pool/money/civil_date.h"

#include <string.h>

// Laws: what is written is read back as the same moment, months follow each other without a gap, and a text has one meaning or none.

static const int64_t day_us = INT64_C(86400) * 1000000;

static void known_moments(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int32_t offset_min;
        int64_t want_s;
    } cases[] = {
        {"1970-01-01", 0, 0},
        {"1970-01-01", 540, -32400},
        {"2000-02-29T12:00:00Z", 540, 951825600},
        {"2026-04-01 00:00", 540, 1774969200},
        {"2026-04-01T00:00:00+09:00", 0, 1774969200},
        {"2026-03-31T11:30:00-03:30", 0, 1774969200},
        {"2026-03-31 24:00", 540, 1774969200},
        {"2038-01-19T03:14:07Z", 0, 2147483647},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t us = 0;
        assert_true(civil_read(cases[i].text, strlen(cases[i].text), cases[i].offset_min, &us));
        if (us != cases[i].want_s * 1000000) {
            fail_msg("%s is %lld", cases[i].text, (long long)us);
        }
    }
}

static void no_other_text(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      "2026",
                                      "2026-04",
                                      "2026-4-1",
                                      "2026-02-29",
                                      "1900-02-29",
                                      "2026-04-31",
                                      "2026-13-01",
                                      "2026-00-01",
                                      "1899-12-31",
                                      "2200-01-01",
                                      "2026-04-01 25:00",
                                      "2026-04-01T24:01",
                                      "2026-04-01T12",
                                      "2026-04-01T12:00:00.",
                                      "2026-04-01T12:00:00.1234567",
                                      "2026-04-01T12:00+19:00",
                                      "2026-04-01T12:00Zx",
                                      " 2026-04-01",
                                      "2026-04-01 ",
                                      "2026-04-01Z"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t us = 7;
        if (civil_read(bad[i], strlen(bad[i]), 0, &us) || us != 7) {
            fail_msg("'%s' is taken for a time", bad[i]);
        }
    }
}

static void written_and_read(void **state) {
    (void)state;
    static const int32_t offsets[] = {0, 540, -210, 1080};
    struct text out;
    text_init(&out, 1 << 10);
    uint64_t bits = 1;
    for (int i = 0; i < 20000; i++) {
        bits = bits * UINT64_C(6364136223846793005) + 1442695040888963407;
        const int64_t us = (int64_t)(bits % (UINT64_C(7000000000) * 1000000));
        int64_t again = 0;
        text_clear(&out);
        civil_add(&out, us, offsets[i % 4]);
        assert_true(civil_read(out.bytes, out.n_bytes, 0, &again));
        assert_int_equal(again, us);
    }
    text_fini(&out);
}

static void months_follow_each_other(void **state) {
    (void)state;
    for (int64_t month = 1950 * 12; month < 2100 * 12; month++) {
        const int64_t from = civil_month_start(month, 540), to = civil_month_start(month + 1, 540);
        assert_true(to - from >= 28 * day_us && to - from <= 31 * day_us);
        assert_int_equal(civil_month(from, 540), month);
        assert_int_equal(civil_month(to - 1, 540), month);
    }
    // A year has 365.2425 days.
    assert_int_equal(civil_month_start(2400 * 12, 0) - civil_month_start(2000 * 12, 0),
                     146097 * day_us);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_moments),
        cmocka_unit_test(no_other_text),
        cmocka_unit_test(written_and_read),
        cmocka_unit_test(months_follow_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
