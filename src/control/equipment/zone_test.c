#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/equipment/zone.h"

#include <string.h>

// Moments of 2026 as the IANA database has them; and the law that the clock on the wall and UTC agree.

#define S_US INT64_C(1000000)
#define NEW_YEAR_S INT64_C(1767225600) // 2026-01-01 00:00 UTC

static struct zone zone_of(const char *name) {
    struct zone zone;
    if (!zone_read(name, strlen(name), &zone)) {
        fail_msg("%s is not read", name);
    }
    return zone;
}

static void changes_come_when_they_should(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t change_s; // UTC
        int32_t before_s, after_s;
    } cases[] = {
        {"Europe/Berlin", 1774746000, 3600, 7200},        // 2026-03-29 01:00
        {"Europe/Berlin", 1792890000, 7200, 3600},        // 2026-10-25 01:00
        {"America/New_York", 1772953200, -18000, -14400}, // 2026-03-08 07:00
        {"America/New_York", 1793512800, -14400, -18000}, // 2026-11-01 06:00
        {"Australia/Sydney", 1775318400, 39600, 36000},   // 2026-04-04 16:00
        {"Australia/Sydney", 1791043200, 36000, 39600},   // 2026-10-03 16:00
        {"America/Santiago", 1775358000, -10800, -14400}, // 2026-04-05 03:00
        {"Europe/Dublin", 1774746000, 0, 3600},           // 2026-03-29 01:00
        {"EST5EDT,M3.2.0,M11.1.0", 1772953200, -18000, -14400},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct zone zone = zone_of(cases[i].name);
        const maru_time at_us = cases[i].change_s * S_US;
        const int32_t before_s = zone_offset(&zone, at_us - 1), after_s = zone_offset(&zone, at_us);
        if (before_s != cases[i].before_s || after_s != cases[i].after_s) {
            fail_msg("row %zu %s: %d, %d", i, cases[i].name, before_s, after_s);
        }
    }
}

static void clocks_agree(void **state) {
    (void)state;
    static const char *const name[] = {"Asia/Seoul",
                                       "Europe/Berlin",
                                       "America/New_York",
                                       "Australia/Sydney",
                                       "America/Santiago",
                                       "Europe/Dublin",
                                       "Asia/Kolkata",
                                       "UTC-3",
                                       "+05:45"};
    for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
        const struct zone zone = zone_of(name[i]);
        maru_time last_us = INT64_MIN;
        for (int64_t s = NEW_YEAR_S; s < NEW_YEAR_S + INT64_C(400) * 86400; s += 901) {
            const maru_time at_us = s * S_US, shown_us = at_us + zone_offset(&zone, at_us) * S_US;
            const maru_time back_us = zone_utc(&zone, shown_us);
            const maru_time again_us = back_us + zone_offset(&zone, back_us) * S_US;
            if (back_us > at_us || again_us != shown_us || at_us - back_us > 3600 * S_US) {
                fail_msg("%s at %lld: back %lld", name[i], (long long)s, (long long)back_us);
            }
            const maru_time utc_us = zone_utc(&zone, at_us); // any local time
            if (utc_us < last_us) {
                fail_msg("%s: %lld goes back", name[i], (long long)s);
            }
            last_us = utc_us;
        }
    }
}

static void what_is_no_zone_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "Seoul",
        "KST",
        "+9x",
        "UTC+25",
        "CET-1CEST",
        "CET-1CEST,M3.5.0",
        "UTC+",
        "CE-1",
        "<+03-3",
        "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.0.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0",
        "CET-1CEST,M3.5.0,M10.5.0/168",
        "CET-1CEST,J60,J300",
        "CET-1CEST,M3.5.0,M4.1.0",
        "CET-1CET-1,M3.5.0,M10.5.0",
        "CET-1CEST,M1.5.0,M10.5.0",
        "CET-1:60",
        "Asia/Seoul ",
        "CET-1CEST,M3.5.0,M10.5.0/3x",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct zone zone;
        if (zone_read(bad[i], strlen(bad[i]), &zone)) {
            fail_msg("'%s' is read", bad[i]);
        }
    }
    // Every prefix of a rule is another zone or none, never more than was given.
    const char rule[] = "<+0330>-3:30<+0430>,M3.3.5/24,M9.3.6/24:00:01";
    assert_true(zone_of(rule).has_other);
    for (size_t n = 0; n < sizeof rule; n++) {
        struct zone zone;
        if (zone_read(rule, n, &zone)) {
            assert_int_equal(strlen(zone.name), n);
            assert_true(n == sizeof "<+0330>-3" - 1 || n >= sizeof "<+0330>-3:3" - 1);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_come_when_they_should),
        cmocka_unit_test(clocks_agree),
        cmocka_unit_test(what_is_no_zone_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
