#include "sim/rule/guess.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const known[] = {"priority", "setup", "due", "now", "winq", "remaining"};

static const struct {
    const char *wrong, *want; // NULL: nothing is near
} cases[] = {
    {"priority", "priority"},
    {"PRIORITY", "priority"},
    {"priorty", "priority"},
    {"prio", "priority"},
    {"pr", NULL},
    {"set_up", "setup"},
    {"setpu", "setup"},
    {"due_date", "due"},
    {"de", NULL},
    {"duw", "due"},
    {"npw", "now"},
    {"n", NULL},
    {"remaining_time", "remaining"},
    {"x", NULL},
    {"", NULL},
    {"something", NULL},
    {"wnq", "winq"},
    {"priority_of_the_lot_in_the_queue", NULL},
};

static void test_nearest(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct guess guess = guess_for(cases[i].wrong, strlen(cases[i].wrong));
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
            guess_offer(&guess, known[k]);
        }
        const char *const name = guess.name ? guess.name : "nothing";
        const char *const want = cases[i].want ? cases[i].want : "nothing";
        if (strcmp(name, want) != 0) {
            fail_msg("row %zu: '%s' gives %s, want %s", i, cases[i].wrong, name, want);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nearest)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
