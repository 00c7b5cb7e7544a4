#include "plant/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct distance_case {
    const char *a, *b;
    unsigned want;
};

static const struct distance_case distances[] = {
    {"", "", 0},       {"abc", "abc", 0}, {"abc", "abd", 2},
    {"abc", "ABC", 3}, {"abc", "acb", 2}, {"abc", "abcd", 2},
    {"abc", "", 6},    {"", "ab", 4},     {"Litho_FE_89", "Litho_FE_98", 2},
};

// The law of a distance: the same both ways, 0 only for equals (case aside), never above the
// triangle's other sides for these words.
static void is_a_distance(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof distances / sizeof *distances; i++) {
        const struct distance_case *c = &distances[i];
        const unsigned there = nearest_distance(c->a, strlen(c->a), c->b, strlen(c->b));
        const unsigned back = nearest_distance(c->b, strlen(c->b), c->a, strlen(c->a));
        if (there != c->want || back != c->want) {
            fail_msg("'%s' to '%s': %u and %u, want %u", c->a, c->b, there, back, c->want);
        }
    }
}

static uint32_t add_name(struct draft *draft, const char *name) {
    return draft_name(draft, name, strlen(name));
}

static void finds_the_nearest(void **state) {
    (void)state;
    maru_faults *faults = maru_faults_new();
    struct draft draft;
    draft_init(&draft, NULL, 0, faults);
    const uint32_t near = add_name(&draft, "Litho_FE_98");
    const uint32_t far = add_name(&draft, "Implant_128");
    const uint32_t typo = add_name(&draft, "litho_FE_89");
    const uint32_t strange = add_name(&draft, "oven");
    uint32_t *of_name = draft_ids(&draft);
    assert_non_null(of_name);
    of_name[near] = 0;
    of_name[far] = 1;
    assert_int_equal(nearest_name(&draft, typo, of_name), near);
    assert_int_equal(nearest_name(&draft, strange, of_name), 0);
    draft_fini(&draft);
    maru_faults_free(faults);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(is_a_distance),
                                       cmocka_unit_test(finds_the_nearest)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
