#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/equipment/ideals.h"

#include <string.h>

// Laws: the most special row wins, and each fault of a table is told with its place.

static maru_status read_text(const char *text, maru_faults *faults, struct ideals *out,
                             maru_error *err) {
    return ideals_read("ideals.csv", text, strlen(text), faults, out, err);
}

static void the_most_special_row_wins(void **state) {
    static const struct {
        const char *product, *step, *tool;
        int64_t want_s;
    } cases[] = {
        {"A", "etch", "E/1", 10}, {"A", "etch", "E/2", 20}, {"A", "wash", "E/1", 30},
        {"A", "wash", "E/2", 40}, {"B", "etch", "E/9", 50}, {"B", "cut", "E/1", 60},
        {"B", "cut", "E/2", 70},  {"", "", "", 70},
    };
    struct ideals ideals;
    (void)state;
    maru_faults *faults = maru_faults_new();
    assert_int_equal(
        read_text("제품,공정,호기,이론시간\nA,etch,E/1,10 s\nA,etch,,20 s\nA,,E/1,30 s\n"
                  "A,,,40 s\n,etch,,50 s\n,,E/1,1 min\n,,,70 s\n",
                  faults, &ideals, NULL),
        MARU_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const maru_time got = ideals_find(&ideals, cases[i].product, cases[i].step, cases[i].tool);
        if (got != cases[i].want_s * 1000000) {
            fail_msg("row %zu: %lld us", i, (long long)got);
        }
    }
    ideals_fini(&ideals);
    maru_faults_free(faults);
    const struct ideals none = {0};
    assert_int_equal(ideals_find(&none, "A", "etch", "E/1"), 0);
}

static void faults_have_their_place(void **state) {
    static const struct {
        const char *text, *want;
        uint32_t row;
    } cases[] = {
        {"product,ideal\nA,60\n", "the unit is missing", 2},
        {"product,ideal\nA,0 s\n", "a unit takes no time", 2},
        {"product,ideal\nA,1 s\n\nA,2 s\n", "this product, step and tool have a row already", 4},
        {"product\nA\n", "a required column is missing", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ideals ideals;
        maru_error err = {0};
        maru_faults *faults = maru_faults_new();
        assert_int_equal(read_text(cases[i].text, faults, &ideals, &err), MARU_E_INPUT);
        const maru_fault *fault = maru_faults_get(faults, 0);
        if (!strstr(fault->wrong, cases[i].want) || fault->row != cases[i].row) {
            fail_msg("row %zu: %u %s", i, fault->row, fault->wrong);
        }
        maru_faults_free(faults);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_special_row_wins),
        cmocka_unit_test(faults_have_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
