#include "io/workers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { N_JOB = 1000 };

struct work {
    uint64_t done[N_JOB]; // each written by one thread
    size_t n_look;
};

static void square(void *context, size_t index) {
    struct work *work = context;
    work->done[index] += (uint64_t)index * index + 1;
}

static void look(void *context) {
    struct work *work = context;
    work->n_look++;
}

// Law: every number is done exactly once, with any number of threads.
static void each_job_is_done_once(void **state) {
    (void)state;
    static const size_t n_threads[] = {0, 1, 2, 7, WORKERS_MAX, 100000};
    for (size_t k = 0; k < sizeof n_threads / sizeof n_threads[0]; k++) {
        struct work work = {.n_look = 0};
        assert_int_equal(workers_run(N_JOB, n_threads[k], square, look, &work, NULL), MARU_OK);
        for (size_t i = 0; i < N_JOB; i++) {
            assert_int_equal(work.done[i], (uint64_t)i * i + 1);
        }
    }
}

static void nothing_to_do_is_fine(void **state) {
    (void)state;
    struct work work = {.n_look = 0};
    assert_int_equal(workers_run(0, 4, square, NULL, &work, NULL), MARU_OK);
    assert_int_equal(work.done[0], 0);
    assert_true(workers_cores() >= 1 && workers_cores() <= WORKERS_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_job_is_done_once),
        cmocka_unit_test(nothing_to_do_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
