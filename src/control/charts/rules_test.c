#include "control/charts/rules.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 40 };

static struct rule_set all_rules(void) {
    struct rule_set set;
    memset(set.severity, SEVERITY_VIOLATION, sizeof set.severity);
    return set;
}

struct course {
    enum rule rule;
    int n;       // points
    int n_first; // points until the rule rings first, 0: never
    double z[MANY];
};

static const struct course courses[] = {
    {RULE_BEYOND, 2, 2, {2.9, -3.1}},
    {RULE_NINE, 9, 9, {.1, .2, .1, .3, .1, .4, .1, .2, .1}},
    {RULE_NINE, 9, 0, {.1, .2, .1, .3, .0, .4, .1, .2, .1}}, // the center is on no side
    {RULE_EIGHT, 9, 8, {-.1, -.2, -.1, -.3, -1.1, -.4, -.1, -.2, -.1}},
    {RULE_TREND, 6, 6, {-1, -.5, 0, .1, .2, .3}},
    {RULE_TREND, 7, 0, {-1, -.5, 0, .1, .1, .3, .4}}, // a standstill ends it
    {RULE_TREND, 7, 7, {1, 2, 1.5, 1, .5, 0, -.5}},
    {RULE_ZIGZAG, 14, 14, {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}},
    {RULE_ZIGZAG, 14, 0, {0, 1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0}},
    {RULE_TWO, 3, 3, {2.1, 0, 2.2}},
    {RULE_TWO, 4, 0, {2.1, 0, 0, 2.2}},
    {RULE_TWO, 3, 0, {2.1, -2.2, 0}},
    {RULE_TWO, 4, 2, {-2.1, -2.2, 0, 0}},
    {RULE_FOUR, 5, 5, {1.1, 1.1, 0, 1.2, 1.5}},
    {RULE_FOUR, 6, 0, {1.1, 1.1, 0, 1.2, 0, 1.5}},
    {RULE_QUIET, 15, 15, {.1, -.1, .9, .1, -.1, .9, .1, -.1, .9, .1, -.1, .9, .1, -.1, .9}},
    {RULE_QUIET, 15, 0, {.1, -.1, .9, .1, -.1, .9, .1, -.1, 1., .1, -.1, .9, .1, -.1, .9}},
    {RULE_AVOIDANCE, 8, 8, {1.1, -1.1, 1.2, -1.2, 1.1, 1.1, -1.5, 1.3}},
    {RULE_AVOIDANCE, 8, 0, {1.1, -1.1, 1.2, -1.2, 1.1, .9, -1.5, 1.3}},
};

static void courses_that_ring(void **state) {
    (void)state;
    const struct rule_set set = all_rules();
    for (size_t c = 0; c < sizeof courses / sizeof *courses; c++) {
        struct rule_state s;
        rule_start(&s);
        int n_first = 0;
        for (int i = 0; i < courses[c].n; i++) {
            const double z = courses[c].z[i];
            const uint32_t bits = rule_step(&set, &s, z, fabs(z) > 3.0);
            if (bits >> courses[c].rule & 1 && n_first == 0) {
                n_first = i + 1;
            }
        }
        if (n_first != courses[c].n_first) {
            fail_msg("row %zu: rings at %d, want %d", c, n_first, courses[c].n_first);
        }
    }
}

// Each rule again from its words, over the last points themselves.
static bool is_by_words(enum rule rule, const double *z, int n) {
    static const int length[N_RULE] = {
        [RULE_NINE] = 9, [RULE_TREND] = 6,  [RULE_ZIGZAG] = 14,   [RULE_TWO] = 3,
        [RULE_FOUR] = 5, [RULE_QUIET] = 15, [RULE_AVOIDANCE] = 8, [RULE_EIGHT] = 8,
    };
    int n_upper = 0, n_lower = 0, n_up = 0, n_down = 0, n_turn = 0, n_inside = 0, n_outside = 0;
    int n_far[2] = {0, 0}, n_near[2] = {0, 0};
    const int from = n - length[rule] > 0 ? n - length[rule] : 0;
    for (int i = from; i < n; i++) {
        n_upper += z[i] > 0;
        n_lower += z[i] < 0;
        n_inside += fabs(z[i]) < 1;
        n_outside += fabs(z[i]) > 1;
        n_far[0] += z[i] > 2;
        n_far[1] += z[i] < -2;
        n_near[0] += z[i] > 1;
        n_near[1] += z[i] < -1;
        n_up += i > from && z[i] > z[i - 1];
        n_down += i > from && z[i] < z[i - 1];
        n_turn += i > from + 1 && (z[i] - z[i - 1]) * (z[i - 1] - z[i - 2]) < 0;
    }
    const double last = z[n - 1];
    switch (rule) {
    case RULE_BEYOND:
        return fabs(last) > 3;
    case RULE_NINE:
        return n_upper == 9 || n_lower == 9;
    case RULE_TREND:
        return n_up == 5 || n_down == 5;
    case RULE_ZIGZAG:
        return n_turn == 12;
    case RULE_TWO:
        return (n_far[0] >= 2 && last > 2) || (n_far[1] >= 2 && last < -2);
    case RULE_FOUR:
        return (n_near[0] >= 4 && last > 1) || (n_near[1] >= 4 && last < -1);
    case RULE_QUIET:
        return n_inside == 15;
    case RULE_AVOIDANCE:
        return n_outside == 8;
    case RULE_EIGHT:
        return n_upper == 8 || n_lower == 8;
    case RULE_SPREAD:
    case N_RULE:
        break;
    }
    return false;
}

static void as_the_words_say(void **state) {
    (void)state;
    enum { N = 400 };
    const struct rule_set set = all_rules();
    uint32_t seen = 0;
    for (uint64_t run = 0; run < 300; run++) {
        struct rule_state s;
        rule_start(&s);
        double z[N] = {0};
        for (int i = 0; i < N; i++) {
            // Coarse values of a wandering mean, so that runs and standstills are frequent.
            const uint32_t word = random_at(run, 0, (uint64_t)i).word[0];
            const double step = (double)(word % 7) - 3.0;
            z[i] = run % 3 == 0   ? step * 0.45
                   : run % 3 == 1 ? (i > 0 ? z[i - 1] * 0.75 : 0.0) + 0.5 * step
                                  : (i % 2 ? 1.05 : -1.05) + 0.3 * step;
            const uint32_t bits = rule_step(&set, &s, z[i], fabs(z[i]) > 3);
            seen |= bits;
            for (uint32_t rule = 0; rule < N_RULE; rule++) {
                if ((bits >> rule & 1) != is_by_words((enum rule)rule, z, i + 1)) {
                    fail_msg("run %u, point %d, rule %s", (unsigned)run, i,
                             rule_name((enum rule)rule));
                }
            }
        }
    }
    assert_int_equal(seen, ((1u << N_RULE) - 1) & ~(1u << RULE_SPREAD));
}

static void severities(void **state) {
    (void)state;
    const struct rule_set set = rule_set_of(RULES_DEFAULT);
    struct rule_state s;
    rule_start(&s);
    uint32_t bits = 0;
    for (int i = 0; i < 9; i++) {
        bits = rule_step(&set, &s, 0.1 * i + 0.1, false);
    }
    assert_int_equal(bits, 1u << RULE_NINE); // the trend is ignored
    assert_int_equal(rule_severity(&set, bits), SEVERITY_WARNING);
    bits = rule_step(&set, &s, 3.5, true);
    assert_int_equal(bits, 1u << RULE_NINE | 1u << RULE_BEYOND);
    assert_int_equal(rule_severity(&set, bits), SEVERITY_VIOLATION);
    assert_int_equal(rule_severity(&set, 0), SEVERITY_IGNORE);
    bits = rule_step(&set, &s, NAN, false); // a gap ends all runs
    assert_int_equal(bits, 0);
    assert_int_equal(rule_step(&set, &s, 1.0, false), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(courses_that_ring),
        cmocka_unit_test(as_the_words_say),
        cmocka_unit_test(severities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
