#include "pool/trace/usual_kinds.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"

// Kinds are counted by parts, the most frequent first; more than there is room for leave the rarest out.

static void add(struct job_trace *trace, uint32_t n_gpu, uint32_t n_part, uint32_t types,
                uint32_t cpu) {
    const struct trace_job job = {.want = {.types = types,
                                           .cpu_milli = cpu,
                                           .n_gpu = (uint8_t)n_gpu,
                                           .gpu_milli = n_gpu ? GPU_WHOLE : 0},
                                  .n_part = n_part,
                                  .submit_us = TRACE_NEVER};
    assert_int_equal(job_trace_add(trace, &job, NULL), MARU_OK);
}

static void test_by_hand(void **state) {
    (void)state;
    struct job_trace trace;
    struct want_kind kind[PLACEMENT_MAX_KINDS];
    uint32_t n = 77;
    job_trace_init(&trace);
    assert_int_equal(usual_kinds(&trace, kind, &n, NULL), MARU_OK);
    assert_int_equal(n, 0); // nobody asks for anything
    add(&trace, 1, 1, 0, 1000);
    add(&trace, 8, 6, 0, 1000); // a gang of six counts six times
    add(&trace, 1, 1, 2, 1000); // of a type: another kind
    add(&trace, 1, 1, 0, 1000);
    assert_int_equal(usual_kinds(&trace, kind, &n, NULL), MARU_OK);
    assert_int_equal(n, 3);
    assert_int_equal(kind[0].want.n_gpu, 8);
    assert_true(fabs(kind[0].share - 6.0 / 9) < 1e-12);
    assert_int_equal(kind[1].want.types, 0);
    assert_true(fabs(kind[1].share - 2.0 / 9) < 1e-12);
    assert_int_equal(kind[2].want.types, 2);
    job_trace_free(&trace);
}

// Whatever comes: shares fall, add up to 1, and are those of counts made anew; no kind stands twice.
static void test_many(void **state) {
    (void)state;
    enum { CPUS = 700 }; // more kinds than there is room for
    struct job_trace trace;
    struct want_kind kind[PLACEMENT_MAX_KINDS];
    uint32_t count[CPUS] = {0};
    uint32_t n = 0;
    double sum = 0;
    uint64_t kept = 0;
    job_trace_init(&trace);
    for (uint32_t i = 0; i < 20000; i++) { // low numbers come more often
        const struct random_block block = random_at(3, 1, i);
        const uint32_t a = block.word[0] % CPUS;
        const uint32_t b = block.word[1] % CPUS;
        const uint32_t cpu = a < b ? a : b;
        add(&trace, 1, 1, 0, cpu);
        count[cpu]++;
    }
    assert_int_equal(usual_kinds(&trace, kind, &n, NULL), MARU_OK);
    assert_int_equal(n, PLACEMENT_MAX_KINDS);
    for (uint32_t i = 0; i < n; i++) {
        kept += count[kind[i].want.cpu_milli];
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t *const its = &count[kind[i].want.cpu_milli];
        assert_true(*its > 0); // 0: it stood already
        assert_true(fabs(kind[i].share - *its / (double)kept) < 1e-12);
        assert_true(i == 0 || kind[i].share <= kind[i - 1].share);
        sum += kind[i].share;
        *its = 0;
    }
    assert_true(fabs(sum - 1) < 1e-9);
    for (uint32_t c = 0; c < CPUS; c++) { // what was left out is no more frequent than the last
        assert_true(count[c] <= kind[n - 1].share * (double)kept + 1e-9);
    }
    job_trace_free(&trace);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_by_hand), cmocka_unit_test(test_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
