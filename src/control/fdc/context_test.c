#include "control/fdc/context.h"

#include "base/alloc.h"
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct context_options usual = {.n_feature = 2, .alpha = 0.01, .n_least = 10};

static double noise(uint64_t stream, uint64_t i) {
    const struct random_block r = random_at(6, stream, i);
    return exact_normal_quantile(random_open((uint64_t)r.word[0] << 32 | r.word[1]));
}

static struct context_table table_with(size_t cap) {
    struct context_table table;
    assert_int_equal(context_init(&table, &usual, cap, NULL), MARU_OK);
    return table;
}

static void learn(struct context_table *table, const struct context_key *key, double a, double b) {
    const double feature[2] = {a, b};
    assert_int_equal(context_learn(table, key, feature, NULL), MARU_OK);
}

// Tools differ, and each is judged by itself; a new tool by what all of them do.
static void tools_differ(void **state) {
    (void)state;
    struct context_table table = table_with(1 << 20);
    const struct context_key a = {"etch", "3", "E1"}, b = {"etch", "3", "E2"},
                             new = {"etch", "3", "E3"}, other = {"etch", "4", "E1"};
    for (uint64_t i = 0; i < 200; i++) {
        learn(&table, &a, 100.0 + noise(1, i), 7.0);
        learn(&table, &b, 110.0 + noise(2, i), NAN);
    }
    bool is_outside[2];
    const double high[2] = {110.0, 7.0}, low[2] = {100.0, 7.5}, middle[2] = {105.0, NAN},
                 far[2] = {200, 0};
    assert_int_equal(context_judge(&table, &a, high, is_outside), 1);
    assert_true(is_outside[0] && !is_outside[1]);
    assert_int_equal(context_judge(&table, &b, high, is_outside), 0);
    assert_int_equal(context_judge(&table, &a, low, is_outside), 1); // it never was anything but 7
    assert_true(!is_outside[0] && is_outside[1]);
    assert_int_equal(context_judge(&table, &new, middle, is_outside), 0);
    assert_int_equal(context_limit_of(&table, &new, 0).source, CONTEXT_ALL_TOOLS);
    assert_int_equal(context_limit_of(&table, &new, 0).n, 400);
    assert_int_equal(context_limit_of(&table, &a, 0).source, CONTEXT_OWN);
    assert_int_equal(context_limit_of(&table, &b, 1).source, CONTEXT_ALL_TOOLS);
    assert_int_equal(context_limit_of(&table, &other, 0).source, CONTEXT_NONE);
    assert_int_equal(context_judge(&table, &other, far, is_outside), 0);
    context_fini(&table);
}

// Limits from few windows are wide enough: the next value lies outside as often as was asked for.
static void limits_from_few(void **state) {
    (void)state;
    enum { N_TRY = 20000 };
    int n_outside = 0;
    struct context_table table = table_with(1 << 26);
    for (uint64_t t = 0; t < N_TRY; t++) {
        char tool[32];
        snprintf(tool, sizeof tool, "tool %u", (unsigned)t);
        const struct context_key key = {"recipe", "step", tool};
        for (uint64_t i = 0; i < 10; i++) {
            learn(&table, &key, 1000.0 + 5.0 * noise(t + 10, i), 0.0);
        }
        bool is_outside[2];
        const double next[2] = {1000.0 + 5.0 * noise(t + 10, 10), 0.0};
        context_judge(&table, &key, next, is_outside);
        n_outside += is_outside[0];
    }
    assert_int_equal(table.n_context, N_TRY + 1);
    assert_true(fabs(n_outside / (double)N_TRY - 0.01) < 5.0 * sqrt(0.0099 / N_TRY));
    context_fini(&table);
}

static void names(void **state) {
    (void)state;
    struct context_table table = table_with(1 << 20);
    const struct context_key one = {"a", "bc", "d"}, two = {"ab", "c", "d"};
    for (int i = 0; i < 10; i++) {
        learn(&table, &one, i, 0.0);
    }
    assert_int_equal(context_limit_of(&table, &one, 0).source, CONTEXT_OWN);
    assert_int_equal(context_limit_of(&table, &two, 0).source, CONTEXT_NONE);
    char text[CONTEXT_MAX_NAME_BYTES + 1];
    memset(text, 'x', sizeof text);
    text[CONTEXT_MAX_NAME_BYTES] = '\0';
    const struct context_key lengthy = {"a", text, "d"};
    const double feature[2] = {0, 0};
    maru_error err = {0};
    assert_int_equal(context_learn(&table, &lengthy, feature, &err), MARU_E_INPUT);
    assert_non_null(strstr(err.text, "bytes"));
    assert_int_equal(context_limit_of(&table, &lengthy, 0).source, CONTEXT_NONE);
    text[CONTEXT_MAX_NAME_BYTES - 1] = '\0'; // the longest there may be
    assert_int_equal(context_learn(&table, &lengthy, feature, NULL), MARU_OK);
    context_fini(&table);
}

static void no_room(void **state) {
    (void)state;
    struct context_options options = usual;
    options.n_least = 1;
    struct context_table table;
    assert_int_equal(context_init(&table, &options, 1 << 20, NULL), MARU_E_RANGE);
    table = table_with(2000);
    maru_status st = MARU_OK;
    for (int i = 0; i < 100 && st == MARU_OK; i++) {
        char tool[8];
        snprintf(tool, sizeof tool, "%d", i);
        const double feature[2] = {0, 0};
        st = context_learn(&table, &(struct context_key){"r", "s", tool}, feature, NULL);
    }
    assert_int_equal(st, MARU_E_LIMIT);
    context_fini(&table);
    for (uint64_t k = 0; k < 3; k++) {
        table = table_with(1 << 20);
        const double feature[2] = {0, 0};
        alloc_fail_after(0);
        assert_int_equal(context_learn(&table, &(struct context_key){"r", "s", "t"}, feature, NULL),
                         MARU_E_MEMORY);
        alloc_fail_after(UINT64_MAX);
        context_fini(&table);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tools_differ),
        cmocka_unit_test(limits_from_few),
        cmocka_unit_test(names),
        cmocka_unit_test(no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
