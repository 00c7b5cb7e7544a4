#include "signal/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/random.h"

enum { N = 200 };

static void fill(struct sample sample[N], uint64_t stream) {
    for (size_t i = 0; i < N; i++) {
        const struct random_block block = random_at(1, stream, i);
        sample[i] = (struct sample){.at_us = (int64_t)i * 10,
                                    .type = SAMPLE_INTEGER,
                                    .quality = block.word[1] % 4 == 0 ? QUALITY_BAD : QUALITY_GOOD,
                                    .value.integer = (int64_t)(block.word[0] % 50)};
        if (block.word[2] % 5 == 0) {
            sample[i].type = SAMPLE_DOUBLE;
            sample[i].value.number = (double)NAN;
        } else if (block.word[2] % 5 == 1) {
            sample[i].type = SAMPLE_TEXT;
            sample[i].n_text = 1;
            sample[i].value.text = "x";
        }
    }
}

// The law: cut anywhere, the summaries of the parts join to that of the whole.
static void test_parts_join_to_the_whole(void **state) {
    (void)state;
    struct sample sample[N];
    for (uint64_t stream = 0; stream < 5; stream++) {
        fill(sample, stream);
        struct summary whole = {0};
        summary_add(&whole, sample, N);
        for (size_t cut = 0; cut <= N; cut++) {
            struct summary a = {0}, b = {0};
            summary_add(&a, sample, cut);
            summary_add(&b, sample + cut, N - cut);
            summary_join(&a, &b);
            assert_memory_equal(&a, &whole, sizeof whole);
        }
    }
}

static void test_only_numbers_have_extremes(void **state) {
    (void)state;
    const struct sample sample[] = {
        {.at_us = 1, .type = SAMPLE_DOUBLE, .quality = QUALITY_BAD, .value.number = 1000},
        {.at_us = 2, .type = SAMPLE_DOUBLE, .quality = QUALITY_GOOD, .value.number = 3},
        {.at_us = 3, .type = SAMPLE_DOUBLE, .quality = QUALITY_UNCERTAIN, .value.number = -1},
        {.at_us = 4, .type = SAMPLE_DOUBLE, .quality = QUALITY_GOOD, .value.number = 3},
        {.at_us = 5, .type = SAMPLE_TEXT, .quality = QUALITY_GOOD, .n_text = 1, .value.text = "9"},
    };
    struct summary summary = {0};
    assert_true(isnan(summary_mean(&summary)));
    summary_add(&summary, sample, 5);
    assert_true(summary.n == 5 && summary.n_number == 3);
    assert_true(summary.from_us == 1 && summary.to_us == 5);
    assert_true(summary.low == -1 && summary.low_us == 3);
    assert_true(summary.high == 3 && summary.high_us == 2); // when it stood there first
    assert_true(summary.first_us == 2 && summary.last_us == 4);
    assert_true(summary_mean(&summary) == 5.0 / 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_join_to_the_whole),
        cmocka_unit_test(test_only_numbers_have_extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
