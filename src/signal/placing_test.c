#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "signal/placing.h"

#include <stdio.h>
#include <string.h>

// Laws: the first rule that meets holds, however many there are and wherever they lie; a signal that no rule meets is as it was.

static void patterns_meet_level_by_level(void **state) {
    static const struct {
        const char *pattern, *source;
        bool want;
    } cases[] = {
        {"line1/press/temp", "line1/press/temp", true},
        {"line1/press/temp", "line1/press/tem", false},
        {"line1/press/temp", "line1/press/temp2", false},
        {"line1/*/temp", "line1/press/temp", true},
        {"line1/*/temp", "line1/temp", false},
        {"line1/*/temp", "line1/a/b/temp", false},
        {"line1/*/temp", "line1//temp", true},
        {"*", "temp", true},
        {"*", "a/temp", false},
        {"*/*", "a/temp", true},
        {"Etch*/temp", "Etch-1/temp", true},
        {"Etch*/temp", "Etch/temp", true},
        {"*-*-x", "a-b-c-x", true},
        {"*-*-x", "a-x", false},
        {"a*b*c", "aXbYbZc", true},
        {"a*b*c", "aXbYbZ", false},
        {"**", "a", true},
        {"**", "a/b/c", true},
        {"line1/**", "line1", false},
        {"line1/**", "line1/", false},
        {"line1/**", "line1/a", true},
        {"line1/**", "line1/a/b", true},
        {"line1/**/temp", "line1/temp", false},
        {"line1/**/temp", "line1/a/temp", true},
        {"line1/**/temp", "line1/a/b/c/temp", true},
        {"line1/**/temp", "line1/a/b/c/tempo", false},
        {"*/**/*/v", "a/b/c/v", true},
        {"*/**/*/v", "a/c/v", false},
        {"**/t*", "a/b/temp", true},
        {"**/t*", "temp", false},
        {"설비/*/온도", "설비/프레스/온도", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *source = cases[i].source;
        if (placing_meets(cases[i].pattern, source, strlen(source)) != cases[i].want) {
            fail_msg("row %zu: %s and %s", i, cases[i].pattern, source);
        }
    }
}

static struct placing *placing_of(const struct placing_rule *rule, size_t n) {
    struct placing *placing = NULL;
    assert_int_equal(placing_new(&placing, NULL), MARU_OK);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(placing_add(placing, &rule[i], NULL), MARU_OK);
    }
    return placing;
}

static void rules_say_asset_name_and_unit(void **state) {
    static const struct placing_rule rules[] = {
        {"mqtt/line1/press/speed", "ulsan/press/press-1", "SPM", ""},
        {"mqtt/line1/press/**", "ulsan/press/press-1", "", ""},
        {"mqtt/*/oven-*/**", "ulsan/{1}/oven {2}", "", ""},
        {"mqtt/**/temp", "", "", "°C"},
        {"mqtt/line9/*/temp", "ulsan/{1}", "온도", "K"},
        {"mqtt/line9/**", "", "{1}!", ""},
        {"x/*/*", "{1}/{2}", "n", ""},
    };
    static const struct {
        const char *source, *want;
    } cases[] = {
        {"mqtt/line1/press/speed", "ulsan/press/press-1|SPM|u"},
        {"mqtt/line1/press/motor/temp", "ulsan/press/press-1|motor/temp|°C"},
        {"mqtt/line2/oven-7/zone/1", "ulsan/line2/oven 7|zone/1|u"},
        {"mqtt/line2/oven-/zone", "ulsan/line2/oven |zone|u"},
        {"mqtt/line3/x/temp", "a|n|°C"},
        {"mqtt/line9/x/temp", "ulsan/x|온도|°C"},
        {"mqtt/line9/y", "a|y!|u"},
        {"x/a/b", "a/b|n|u"},
        {"x//b", "a|n|u"}, // an empty level is no asset
        {"other", "a|n|u"},
        {"", "a|n|u"},
    };
    struct placing *placing = placing_of(rules, sizeof rules / sizeof rules[0]);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct placing_room room;
        struct placed placed = {"a", "n", "u"};
        char got[2000];
        placing_apply(placing, cases[i].source, strlen(cases[i].source), &placed, &room);
        snprintf(got, sizeof got, "%s|%s|%s", placed.asset, placed.name, placed.unit);
        if (strcmp(got, cases[i].want) != 0) {
            fail_msg("row %zu: %s, want %s", i, got, cases[i].want);
        }
    }
    placing_free(placing);
}

// Rules of all sorts against asking each in turn.
static void the_first_rule_that_meets_holds(void **state) {
    static const char *const part[] = {"a", "b", "*", "a*", "**", "b*b", "ab"};
    static const char *const level[] = {"a", "b", "ab", "bb", "bab"};
    enum { N_RULE = 300, N_NAME = 400 };
    struct placing *placing = NULL;
    char pattern[N_RULE][64];
    uint32_t n = 0;
    uint64_t x = 1;
    (void)state;
    assert_int_equal(placing_new(&placing, NULL), MARU_OK);
    while (n < N_RULE) {
        char *to = pattern[n], said[16];
        *to = '\0';
        for (int k = 0; k < 3; k++) {
            x = x * UINT64_C(6364136223846793005) + 1442695040888963407U;
            snprintf(to + strlen(to), 20, "%s%s", k > 0 ? "/" : "", part[(x >> 33) % 7]);
        }
        if (!placing_pattern_fault(to)) {
            snprintf(said, sizeof said, "%u", n);
            const struct placing_rule rule = {to, said, n % 3 ? "" : "x", n % 2 ? said : ""};
            assert_int_equal(placing_add(placing, &rule, NULL), MARU_OK);
            n++;
        }
    }
    for (int i = 0; i < N_NAME; i++) {
        char source[64] = "", want[16] = "-", want_unit[16] = "-";
        const int n_level = 1 + i % 4;
        for (int k = 0; k < n_level; k++) {
            x = x * UINT64_C(6364136223846793005) + 1442695040888963407U;
            snprintf(source + strlen(source), 20, "%s%s", k > 0 ? "/" : "", level[(x >> 33) % 5]);
        }
        for (uint32_t r = N_RULE; r-- > 0;) {
            if (placing_meets(pattern[r], source, strlen(source))) {
                snprintf(want, sizeof want, "%u", r);
                if (r % 2) {
                    snprintf(want_unit, sizeof want_unit, "%u", r);
                }
            }
        }
        struct placing_room room;
        struct placed placed = {"-", "-", "-"};
        placing_apply(placing, source, strlen(source), &placed, &room);
        if (strcmp(placed.asset, want) != 0 || strcmp(placed.unit, want_unit) != 0) {
            fail_msg("%s: rule %s and %s, want %s and %s", source, placed.asset, placed.unit, want,
                     want_unit);
        }
    }
    placing_free(placing);
}

static void what_cannot_be_is_refused(void **state) {
    static const struct {
        struct placing_rule rule;
        const char *want; // NULL: it is good
    } cases[] = {
        {{"a/b", "x/y", "", ""}, NULL},
        {{"", "x", "", ""}, "a name of a signal has 1 to 511 bytes of UTF-8"},
        {{"a**", "x", "", ""}, "** stands for whole levels, between slashes"},
        {{"a/***", "x", "", ""}, "** stands in a pattern once at most"},
        {{"**/**", "x", "", ""}, "** stands in a pattern once at most"},
        {{"*/*/*/*/*/*/*/*/*/*", "x", "", ""}, "a pattern has at most 9 stars"},
        {{"*/*", "{3}", "", ""}, "the pattern has fewer stars than this number"},
        {{"*/*", "{0}", "", ""}, "braces are for the number of a star, from 1 to 9"},
        {{"*/*", "a{", "", ""}, "braces are for the number of a star, from 1 to 9"},
        {{"*/*", "a}", "", ""}, "braces are for the number of a star, from 1 to 9"},
        {{"*/*", "/a", "", ""}, "a level of the path is empty"},
        {{"*/*", "a//b", "", ""}, "a level of the path is empty"},
        {{"*", "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", "", ""},
         "a path has at most 16 levels"},
        {{"\xff", "x", "", ""}, "a name of a signal has 1 to 511 bytes of UTF-8"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct placing *placing = placing_of(NULL, 0);
        maru_error err = {0};
        const maru_status st = placing_add(placing, &cases[i].rule, &err);
        if (st != (cases[i].want ? MARU_E_INPUT : MARU_OK) ||
            (cases[i].want && strcmp(err.text, cases[i].want) != 0)) {
            fail_msg("row %zu: %d %s", i, (int)st, err.text);
        }
        assert_int_equal(placing_count(placing), cases[i].want ? 0 : 1);
        placing_free(placing);
    }
}

static void what_would_be_too_long_stays(void **state) {
    static const struct placing_rule rule = {"*", "{1}{1}{1}", "", "{1}{1}"};
    struct placing *placing = placing_of(&rule, 1);
    struct placing_room room;
    char source[400];
    (void)state;
    for (size_t n = 1; n < sizeof source; n++) {
        struct placed placed = {"a", "n", "u"};
        memset(source, 'x', n);
        placing_apply(placing, source, n, &placed, &room);
        assert_int_equal(strlen(placed.asset), 3 * n < PLACING_MAX_NAME_BYTES ? 3 * n : 1);
        assert_int_equal(strlen(placed.unit), 2 * n < PLACING_MAX_NAME_BYTES ? 2 * n : 1);
    }
    placing_free(placing);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_meet_level_by_level),
        cmocka_unit_test(rules_say_asset_name_and_unit),
        cmocka_unit_test(the_first_rule_that_meets_holds),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(what_would_be_too_long_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
