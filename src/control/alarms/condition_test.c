#include "control/alarms/condition.h"

#include "base/arena.h"
#include "control/equipment/name_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct names {
    struct arena arena;
    struct name_list list;
};

static uint32_t add_signal(void *context, const char *bytes, size_t n, maru_error *err) {
    (void)err;
    return name_list_add(&((struct names *)context)->list, bytes, n);
}

static const char *signal_name(const void *context, uint32_t signal) {
    return ((const struct names *)context)->list.name[signal];
}

static void names_init(struct names *names) {
    arena_init(&names->arena, 1 << 20);
    name_list_init(&names->list, &names->arena);
}

static void names_fini(struct names *names) {
    name_list_fini(&names->list);
    arena_fini(&names->arena);
}

// As it is written again; NULL: it is refused, with these words.
static const struct {
    const char *text, *want, *refusal;
    uint32_t column;
} cases[] = {
    {"T > 850", "T > 850", NULL, 0},
    {"T above 850 deadband 5", "T > 850 deadband 5", NULL, 0},
    {"T>850", "T > 850", NULL, 0},
    {"line/press-2.temp:pv below -1.5e3", "line/press-2.temp:pv < -1500", NULL, 0},
    {"온도 outside 10 to 20 deadband 1", "온도 outside 10 to 20 deadband 1", NULL, 0},
    {"door is 1", "door = 1", NULL, 0},
    {"P rises 5 per 1 min", "P rises 5 per 1 min", NULL, 0},
    {"P falls 5 per 90s", "P falls 5 per 90 s", NULL, 0},
    {"P changes 0.5 per 60 min", "P changes 0.5 per 1 h", NULL, 0},
    {"P silent 10 s", "P silent 10 s", NULL, 0},
    {"P bad", "P bad", NULL, 0},
    {"'and' > 1", "'and' > 1", NULL, 0},
    {"'it''s here' bad", "'it''s here' bad", NULL, 0},
    {"a bad and b bad or c bad", "a bad and b bad or c bad", NULL, 0},
    {"a bad and (b bad or c bad)", "a bad and (b bad or c bad)", NULL, 0},
    {"((a bad) and ((b bad)))", "a bad and b bad", NULL, 0},
    {"a bad or (b bad and c bad)", "a bad or b bad and c bad", NULL, 0},
    {"a bad or (b bad or c bad)", "a bad or (b bad or c bad)", NULL, 0},
    {"not (a bad or b bad) and not not c bad", "not (a bad or b bad) and not not c bad", NULL, 0},
    {"not a > 1 and b < 2", "not a > 1 and b < 2", NULL, 0},
    {"", NULL, "the name of a signal", 1},
    {"T", NULL, "a test is wanted", 2},
    {"T >", NULL, "a number is wanted", 4},
    {"T > 8x", NULL, "a number is wanted", 5},
    {"T > nan", NULL, "a number is wanted", 5},
    {"T > 1 deadband -1", NULL, "0 or more", 16},
    {"T > 1 deadband", NULL, "a number is wanted", 15},
    {"T outside 20 to 10", NULL, "above the second", 17},
    {"T outside 10 and 20", NULL, "`to` is wanted", 14},
    {"T outside 10 to 20 deadband 11", NULL, "wider", 17},
    {"T rises 5", NULL, "`per` is wanted", 10},
    {"T rises -5 per 1 s", NULL, "0 or more", 9},
    {"T rises 5 per 0 s", NULL, "a time is wanted", 15},
    {"T silent 5", NULL, "a time is wanted", 10},
    {"T silent 5 lightyears", NULL, "a time is wanted", 10},
    {"T > 1 and", NULL, "the name of a signal", 10},
    {"T > 1 T < 2", NULL, "`and`, `or` or the end", 7},
    {"(T > 1", NULL, "a ) is wanted", 7},
    {"T > 1)", NULL, "`and`, `or` or the end", 6},
    {"'T > 1", NULL, "never closed", 1},
    {"> 1", NULL, "the name of a signal", 1},
    {"and > 1", NULL, "the name of a signal", 1},
    {"T 'above' 1", NULL, "a test is wanted", 3},
};

static void conditions_read_and_are_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct names names;
        names_init(&names);
        struct condition condition = {0}, again = {0};
        maru_error err = {0};
        const maru_status st = condition_read(cases[i].text, strlen(cases[i].text), add_signal,
                                              &names, &condition, &err);
        if (cases[i].refusal) {
            if (st != MARU_E_INPUT || !strstr(err.text, cases[i].refusal) ||
                err.column != cases[i].column) {
                fail_msg("'%s': %d '%s' at %u", cases[i].text, (int)st, err.text, err.column);
            }
        } else {
            struct text text;
            text_init(&text, 1 << 16);
            assert_int_equal(st, MARU_OK);
            condition_write(&condition, signal_name, &names, &text);
            assert_string_equal(text.bytes, cases[i].want);
            assert_int_equal(
                condition_read(text.bytes, text.n_bytes, add_signal, &names, &again, NULL),
                MARU_OK);
            assert_memory_equal(&condition, &again, sizeof condition); // and means the same
            text_fini(&text);
        }
        names_fini(&names);
    }
}

static void limits_hold(void **state) {
    (void)state;
    static char text[CONDITION_MAX_TEXT + 2];
    struct names names;
    names_init(&names);
    struct condition condition;
    maru_error err;
    for (int n = 31; n <= 33; n++) { // tests
        size_t at = 0;
        for (int i = 0; i < n; i++) {
            at += (size_t)snprintf(text + at, sizeof text - at, "%sa > %d", i > 0 ? " or " : "", i);
        }
        assert_int_equal(condition_read(text, at, add_signal, &names, &condition, &err),
                         n <= CONDITION_MAX_LEAVES ? MARU_OK : MARU_E_LIMIT);
    }
    for (size_t n = 30; n <= 40; n++) { // brackets
        memset(text, '(', n);
        memcpy(text + n, "a bad", 5);
        memset(text + n + 5, ')', n);
        assert_int_equal(condition_read(text, 2 * n + 5, add_signal, &names, &condition, &err),
                         n <= CONDITION_MAX_DEPTH ? MARU_OK : MARU_E_LIMIT);
    }
    memset(text, ' ', sizeof text);
    memcpy(text, "a bad", 5);
    assert_int_equal(condition_read(text, CONDITION_MAX_TEXT, add_signal, &names, &condition, &err),
                     MARU_OK);
    assert_int_equal(
        condition_read(text, CONDITION_MAX_TEXT + 1, add_signal, &names, &condition, &err),
        MARU_E_LIMIT);
    names_fini(&names);
}

// Law: the code is true just when the formula is, for all values of its tests.
static void codes_are_their_formulas(void **state) {
    (void)state;
    struct names names;
    names_init(&names);
    static const char text[] = "not (a bad and b bad or not c bad) or d bad and (a bad or e bad)";
    struct condition condition;
    assert_int_equal(condition_read(text, sizeof text - 1, add_signal, &names, &condition, NULL),
                     MARU_OK);
    assert_int_equal(condition.n_leaf, 6); // a twice
    for (uint32_t bits = 0; bits < 32; bits++) {
        const bool a = bits & 1, b = bits & 2, c = bits & 4, d = bits & 8, e = bits & 16;
        const uint32_t leaves = (bits & 15) | (a ? 16 : 0) | (e ? 32 : 0);
        assert_int_equal(condition_is_true(condition.code, condition.n_code, leaves),
                         !((a && b) || !c) || (d && (a || e)));
    }
    // Every prefix of a good condition is read or refused, without harm.
    for (size_t n = 0; n < sizeof text - 1; n++) {
        maru_error err = {0};
        const maru_status st = condition_read(text, n, add_signal, &names, &condition, &err);
        assert_true(st == MARU_OK || (st == MARU_E_INPUT && err.text[0] != '\0'));
    }
    names_fini(&names);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_read_and_are_refused),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(codes_are_their_formulas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
