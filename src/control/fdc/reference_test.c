#include "control/fdc/reference.h"

#include "base/alloc.h"
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

// Laws: who adds the same windows in the same order judges the same, bit for bit; good windows are called faulty as often as was asked
// for; a new tool is judged by the others; an unknown step by nobody.

enum { P = 12, N = 60 };

static double noise(uint64_t stream, uint64_t i) {
    const struct random_block r = random_at(17, stream, i);
    return exact_normal_quantile(random_open((uint64_t)r.word[0] << 32 | r.word[1]));
}

// Twelve values: the first two are nearly the same, the others have a part in common.
static void make(double *value, uint64_t stream, uint64_t i, double level) {
    const double common = noise(stream, i * 32), pair = noise(stream, i * 32 + 1);
    for (uint64_t j = 0; j < P; j++) {
        value[j] = level + (j < 2 ? pair + 0.1 * noise(stream, i * 32 + 2 + j)
                                  : 0.7 * common + 0.7 * noise(stream, i * 32 + 2 + j));
    }
}

static struct reference *learn(uint64_t stream, const char *const *tool, uint32_t n_tool,
                               uint32_t n) {
    const struct reference_options options = {0.01, P, 20};
    struct reference *reference = NULL;
    double value[P];
    assert_int_equal(reference_new(&options, &reference, NULL), MARU_OK);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < n_tool; k++) {
            const struct context_key key = {"ox", "main", tool[k]};
            make(value, stream, i * n_tool + k, 10.0);
            assert_int_equal(reference_add(reference, &key, value, NULL), MARU_OK);
        }
    }
    return reference;
}

static struct window_verdict judge(struct reference *reference, const char *tool,
                                   const double *value) {
    const struct context_key key = {"ox", "main", tool};
    struct window_verdict verdict;
    assert_int_equal(reference_judge(reference, &key, value, &verdict, NULL), MARU_OK);
    return verdict;
}

static const char *const tools[] = {"A", "B", "C"};

static void as_many_false_alarms_as_asked_for(void **state) {
    uint32_t n_fault = 0, n = 0;
    (void)state;
    for (uint64_t k = 0; k < 100; k++) {
        struct reference *reference = learn(k, tools, 1, N);
        for (uint64_t i = 0; i < 100; i++) {
            double value[P];
            make(value, 1000 + k, i, 10.0);
            n_fault += judge(reference, "A", value).severity == WINDOW_FAULTY;
            n++;
        }
        reference_free(reference);
    }
    print_message("%u of %u good windows are called faulty\n", n_fault, n);
    assert_true(n_fault <= n / 50 && n_fault >= n / 1000); // 1 % is asked for
}

// Each of the pair lies well within its limits, their difference does not.
static void together_they_are_wrong(void **state) {
    struct reference *reference = learn(5, tools, 1, N);
    double value[P];
    (void)state;
    for (uint64_t i = 0; i < 50; i++) {
        uint32_t first[REFERENCE_MAX_BLAMED];
        make(value, 77, i, 10.0);
        value[0] = 11.0;
        value[1] = 9.0;
        const struct window_verdict verdict = judge(reference, "A", value);
        assert_int_equal(verdict.severity, WINDOW_FAULTY);
        assert_false(verdict.is_outside[0] || verdict.is_outside[1]);
        assert_int_equal(window_verdict_blame(&verdict, P, first), REFERENCE_MAX_BLAMED);
        assert_true(verdict.n_outside > 0 || first[0] < 2);
    }
    reference_free(reference);
}

static void one_that_drifts_is_blamed(void **state) {
    struct reference *reference = learn(6, tools, 3, N);
    double value[P];
    uint32_t first[REFERENCE_MAX_BLAMED];
    (void)state;
    make(value, 78, 1, 10.0);
    value[7] += 8.0;
    const struct window_verdict verdict = judge(reference, "B", value);
    assert_int_equal(verdict.severity, WINDOW_FAULTY);
    assert_true(verdict.is_outside[7] && verdict.n_outside == 1);
    assert_true(window_verdict_blame(&verdict, P, first) > 0);
    assert_int_equal(first[0], 7);
    reference_free(reference);
}

static void contexts_fall_back(void **state) {
    struct reference *reference = learn(7, tools, 3, 15); // 15 of each tool, 45 of the step
    const struct context_key known = {"ox", "main", "A"}, fresh = {"ox", "main", "D"},
                             other = {"ox", "over", "A"};
    double value[P], limit[2];
    (void)state;
    make(value, 79, 1, 10.0);
    assert_int_equal(reference_windows(reference), 45);
    assert_int_equal(reference_contexts(reference), 3);
    assert_int_equal(reference_context(reference, 1).n, 15);
    assert_int_equal(reference_limit(reference, &known, 0).source, CONTEXT_ALL_TOOLS);
    assert_int_equal(judge(reference, "D", value).severity, WINDOW_GOOD);
    assert_int_equal(reference_limits(reference, &fresh, limit, NULL), MARU_OK);
    assert_true(limit[0] > 0.0);
    struct window_verdict verdict;
    assert_int_equal(reference_judge(reference, &other, value, &verdict, NULL), MARU_OK);
    assert_int_equal(verdict.severity, WINDOW_UNJUDGED);
    assert_true(isnan(verdict.statistic[0]) && isnan(verdict.limit[1]));
    assert_int_equal(reference_limits(reference, &other, limit, NULL), MARU_OK);
    assert_true(isnan(limit[0]) && isnan(limit[1]));
    reference_free(reference);
}

static void the_same_windows_judge_the_same(void **state) {
    struct reference *one = learn(8, tools, 3, N), *two = NULL;
    const struct reference_options options = {0.01, P, 20};
    (void)state;
    assert_int_equal(reference_new(&options, &two, NULL), MARU_OK);
    for (uint32_t i = 0; i < reference_windows(one); i++) {
        const struct reference_context window = reference_window(one, i);
        double value[P];
        if (i % 7 == 0) { // judging in between changes nothing
            make(value, 80, i, 10.0);
            (void)judge(two, "A", value);
        }
        assert_int_equal(reference_add(two, &window.key, window.value, NULL), MARU_OK);
    }
    for (uint64_t i = 0; i < 50; i++) {
        double value[P];
        make(value, 81, i, 10.0);
        const char *tool = i % 4 < 3 ? tools[i % 4] : "D";
        const struct window_verdict a = judge(one, tool, value), b = judge(two, tool, value);
        assert_memory_equal(a.statistic, b.statistic, sizeof a.statistic);
        assert_memory_equal(a.limit, b.limit, sizeof a.limit);
        assert_memory_equal(a.is_outside, b.is_outside, sizeof a.is_outside);
    }
    reference_free(one);
    reference_free(two);
}

// A value that never moved and now does, one that is missing, and windows that all are the same.
static void odd_values(void **state) {
    const struct reference_options options = {0.01, 3, 20};
    const struct context_key key = {"", "", "A"};
    struct reference *reference = NULL;
    double value[3] = {1.0, 2.0, NAN};
    (void)state;
    assert_int_equal(reference_new(&options, &reference, NULL), MARU_OK);
    for (uint32_t i = 0; i < 40; i++) {
        assert_int_equal(reference_add(reference, &key, value, NULL), MARU_OK);
    }
    struct window_verdict verdict;
    assert_int_equal(reference_judge(reference, &key, value, &verdict, NULL), MARU_OK);
    assert_int_equal(verdict.severity, WINDOW_GOOD);
    value[1] = 2.1;
    value[2] = 5.0; // was never there: nobody knows
    assert_int_equal(reference_judge(reference, &key, value, &verdict, NULL), MARU_OK);
    assert_int_equal(verdict.severity, WINDOW_FAULTY);
    assert_true(verdict.is_outside[1] && verdict.n_outside == 1);
    reference_free(reference);
}

static void what_is_refused(void **state) {
    static const struct reference_options bad[] = {{0.01, 0, 20},
                                                   {0.01, CONTEXT_MAX_FEATURES + 1, 20},
                                                   {0.0, 3, 20},
                                                   {NAN, 3, 20},
                                                   {0.01, 3, 1}};
    const struct reference_options options = {0.01, 3, 20};
    struct reference *reference = NULL;
    const double value[3] = {1.0, 2.0, 3.0};
    char long_name[CONTEXT_MAX_NAME_BYTES + 1];
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(reference_new(&bad[i], &reference, NULL), MARU_E_RANGE);
    }
    memset(long_name, 'x', CONTEXT_MAX_NAME_BYTES);
    long_name[CONTEXT_MAX_NAME_BYTES] = '\0';
    const struct context_key key = {"", long_name, "A"};
    assert_int_equal(reference_new(&options, &reference, NULL), MARU_OK);
    assert_int_equal(reference_add(reference, &key, value, NULL), MARU_E_INPUT);
    assert_int_equal(reference_windows(reference), 0);
    reference_free(reference);
}

static void memory_may_end(void **state) {
    (void)state;
    maru_status st = MARU_E_MEMORY;
    for (uint64_t k = 0; st != MARU_OK; k++) {
        const struct reference_options options = {0.01, P, 20};
        const struct context_key key = {"ox", "main", "A"};
        struct reference *reference = NULL;
        struct window_verdict verdict;
        double value[P] = {0};
        alloc_fail_after(k);
        st = reference_new(&options, &reference, NULL);
        for (uint32_t i = 0; st == MARU_OK && i < N; i++) {
            make(value, 9, i, 10.0);
            st = reference_add(reference, &key, value, NULL);
        }
        st = st == MARU_OK ? reference_judge(reference, &key, value, &verdict, NULL) : st;
        alloc_fail_after(UINT64_MAX);
        assert_true(st == MARU_OK || st == MARU_E_MEMORY);
        reference_free(reference);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_false_alarms_as_asked_for),
        cmocka_unit_test(together_they_are_wrong),
        cmocka_unit_test(one_that_drifts_is_blamed),
        cmocka_unit_test(contexts_fall_back),
        cmocka_unit_test(the_same_windows_judge_the_same),
        cmocka_unit_test(odd_values),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
