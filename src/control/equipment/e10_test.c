#include "control/equipment/e10.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct word_case {
    const char *text;
    int want; // -1: refused
};

static const struct word_case words[] = {
    {"productive", E10_SUB_REGULAR},
    {"Productive", E10_SUB_REGULAR},
    {"RUN", E10_SUB_REGULAR},
    {"가공", E10_SUB_REGULAR},
    {"가동", E10_SUB_REGULAR},
    {"standby", E10_SUB_IDLE},
    {"no product", E10_SUB_NO_PRODUCT},
    {"NO_PRODUCT", E10_SUB_NO_PRODUCT},
    {"자재 없음", E10_SUB_NO_PRODUCT},
    {"Non-Scheduled", E10_SUB_OFF},
    {"nonscheduled", E10_SUB_OFF},
    {"unscheduled down: repair", E10_SUB_REPAIR},
    {"비계획정지/수리", E10_SUB_REPAIR},
    {"비계획정지: repair", E10_SUB_REPAIR},
    {"standby: repair", -1},
    {"repair: unscheduled down", -1},
    {"unscheduled down:", -1},
    {":", -1},
    {"", -1},
    {"  ", -1},
    {"productiv", -1},
    {"PM", E10_SUB_MAINTENANCE},
    {"정기보전", E10_SUB_MAINTENANCE},
    {"준비교체", E10_SUB_SETUP},
    {"고장", E10_SUB_FAILED},
    {"계획 정지", E10_SUB_MAINTENANCE},
    {"a word that is far too long to be any of those that are known here, really", -1},
};

static void words_mean_states(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        uint8_t substate = 99;
        const bool is_known = e10_read(words[i].text, strlen(words[i].text), &substate);
        const int got = is_known ? substate : -1;
        if (got != words[i].want || (!is_known && substate != 99)) {
            fail_msg("'%s': %d, want %d", words[i].text, got, words[i].want);
        }
    }
}

static void every_name_reads_back(void **state) {
    (void)state;
    for (uint8_t sub = 0; sub < N_E10_SUBSTATE; sub++) {
        for (int is_korean = 0; is_korean < 2; is_korean++) {
            const char *name = e10_substate_name(sub, is_korean != 0);
            char whole[3 * E10_MAX_WORD_BYTES];
            uint8_t back = 0;
            snprintf(whole, sizeof whole, "%s: %s",
                     e10_state_name(e10_state_of(sub), is_korean != 0), name);
            if (!e10_read(name, strlen(name), &back) || back != sub ||
                !e10_read(whole, strlen(whole), &back) || back != sub) {
                fail_msg("'%s' or '%s' is %u, want %u", name, whole, back, sub);
            }
        }
    }
    for (enum e10_state s = 0; s < N_E10_STATE; s++) {
        for (int is_korean = 0; is_korean < 2; is_korean++) {
            const char *name = e10_state_name(s, is_korean != 0);
            uint8_t back = 0;
            assert_true(e10_read(name, strlen(name), &back));
            assert_int_equal(e10_state_of(back), s);
        }
    }
    assert_string_equal(e10_state_name(N_E10_STATE, false), "");
    assert_string_equal(e10_substate_name(N_E10_SUBSTATE, true), "");
}

static void states_of_e116(void **state) {
    (void)state;
    static const struct {
        int64_t ept, task;
        int want;
    } cases[] = {
        {0, 0, E10_SUB_IDLE},
        {1, 1, E10_SUB_REGULAR},
        {1, 2, E10_SUB_REGULAR},
        {1, 3, E10_SUB_REGULAR},
        {1, 6, E10_SUB_REGULAR},
        {1, 4, E10_SUB_MAINTENANCE},
        {1, 5, E10_SUB_MAINTENANCE},
        {2, 0, E10_SUB_FAILED},
        {3, 0, -1},
        {-1, 0, -1},
        {1, 7, -1},
        {1, -1, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t substate = 99;
        const bool is_known = e10_of_ept(cases[i].ept, cases[i].task, &substate);
        const int got = is_known ? substate : -1;
        if (got != cases[i].want) {
            fail_msg("row %zu: %d, want %d", i, got, cases[i].want);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_mean_states),
        cmocka_unit_test(every_name_reads_back),
        cmocka_unit_test(states_of_e116),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
