#include "pool/trace/trace_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "pool/trace/cluster_table.h"
#include "pool/trace/generated_trace.h"

// What is written reads back the same, and written again gives the same bytes.

static void test_reads_back(void **state) {
    (void)state;
    static const char nodes[] =
        "name,gpu_type,gpus,cpus,memory,count\na,H100,8,96,1024,20\nb,L40S,4,64,256,5\n";
    const struct generated_shape shape = {.seed = 3, .n_job = 2000, .n_account = 20, .load = 0.9};
    struct arena arena;
    struct cluster cluster;
    struct sheet_faults faults;
    struct job_trace made, back;
    struct text text, again;
    maru_error err = {0};
    arena_init(&arena, 1 << 24);
    text_init(&text, 1 << 24);
    text_init(&again, 1 << 24);
    assert_int_equal(cluster_table_read(nodes, strlen(nodes), &arena, &cluster, &faults, NULL),
                     MARU_OK);
    assert_int_equal(generated_trace(&made, &shape, &cluster, NULL), MARU_OK);
    made.job[0].want.types = 3; // of both types
    made.job[1].priority = 7;
    made.job[2].limit_us = 0;
    job_trace_write(&text, &made, &cluster);
    assert_int_equal(text.status, MARU_OK);
    if (job_trace_read(&back, text.bytes, text.n_bytes, &cluster, &faults, &err) != MARU_OK) {
        fail_msg("row %u, column %u: %s", err.row, err.column, err.text);
    }
    assert_int_equal(back.n, made.n);
    assert_string_equal(back.form, "plain");
    for (uint32_t i = 0; i < made.n; i++) {
        const struct trace_job *const a = &made.job[i];
        const struct trace_job *const b = &back.job[i];
        if (a->submit_us != b->submit_us || a->run_us != b->run_us || a->limit_us != b->limit_us ||
            a->n_part != b->n_part || a->priority != b->priority ||
            a->want.types != b->want.types || a->want.n_gpu != b->want.n_gpu ||
            a->want.gpu_milli != b->want.gpu_milli || a->want.cpu_milli != b->want.cpu_milli ||
            a->want.memory_mib != b->want.memory_mib ||
            strcmp(made.account.name[a->account], back.account.name[b->account]) != 0) {
            fail_msg("job %u is another", i);
        }
    }
    job_trace_write(&again, &back, &cluster);
    assert_int_equal(again.n_bytes, text.n_bytes);
    assert_memory_equal(again.bytes, text.bytes, text.n_bytes);
    job_trace_free(&made);
    job_trace_free(&back);
    text_fini(&text);
    text_fini(&again);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reads_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
