#include "pool/trace/generated_trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/random.h"
#include "pool/pool.h"

static void make_cluster(struct arena *arena, uint32_t n_node, struct cluster *out) {
    static const struct gpu_type types[] = {{.name = "a"}, {.name = "b"}};
    struct cluster_node *node = arena_take(arena, n_node, sizeof *node);
    assert_non_null(node);
    for (uint32_t i = 0; i < n_node; i++) {
        node[i] = (struct cluster_node){.name = "n",
                                        .cpu_milli = 192000,
                                        .memory_mib = 1 << 20,
                                        .island = i / 32,
                                        .type = (uint8_t)(i % 2),
                                        .n_gpu = 8};
    }
    const struct cluster_rows rows = {.type = types, .node = node, .n_type = 2, .n_node = n_node};
    assert_int_equal(cluster_make(&rows, arena, out, NULL), MARU_OK);
}

static int by_value(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// What it promises: the load, rising times, a mean run far above the median, limits that hold their runs.
static void has_the_shape_that_is_asked_for(void **state) {
    (void)state;
    static const double loads[] = {0.5, 0.9, 1.3};
    struct arena arena;
    struct cluster cluster;
    arena_init(&arena, 1 << 24);
    make_cluster(&arena, 500, &cluster);
    for (uint32_t k = 0; k < 3; k++) {
        const struct generated_shape shape = {
            .seed = k + 1, .n_job = 20000, .n_account = 200, .load = loads[k]};
        struct job_trace trace;
        assert_int_equal(generated_trace(&trace, &shape, &cluster, NULL), MARU_OK);
        assert_int_equal(trace.n, shape.n_job);
        assert_true(trace.has_times);
        static int64_t run[20000];
        double gpu_us = 0, mean = 0;
        uint32_t n_one = 0;
        for (uint32_t i = 0; i < trace.n; i++) {
            const struct trace_job *job = &trace.job[i];
            assert_true(i == 0 || job->submit_us >= job[-1].submit_us);
            assert_true(job->run_us > 0 && job->run_us <= job->limit_us);
            assert_in_range(job->n_part, 1, POOL_MAX_PARTS);
            assert_true(job->account < shape.n_account);
            gpu_us += (double)trace_job_milli(job) / GPU_WHOLE * (double)job->run_us;
            mean += (double)job->run_us / trace.n;
            n_one += trace_job_milli(job) <= GPU_WHOLE;
            run[i] = job->run_us;
        }
        const double asked = gpu_us / (double)trace.job[trace.n - 1].submit_us;
        assert_true(asked > 0.99 * loads[k] * (double)cluster.n_gpu_all);
        assert_true(asked < 1.01 * loads[k] * (double)cluster.n_gpu_all);
        qsort(run, trace.n, sizeof *run, by_value);
        const int64_t middle = run[trace.n / 2];
        assert_true(mean > 3 * (double)middle);
        assert_true(n_one > trace.n / 2 && n_one < trace.n / 10 * 8);
        job_trace_free(&trace);
    }
    arena_fini(&arena);
}

// The jobs of a seed are the same in a longer trace, but for the time in which they come.
static void a_longer_trace_begins_alike(void **state) {
    (void)state;
    struct arena arena;
    struct cluster cluster;
    struct job_trace few, many;
    struct generated_shape shape = {.seed = 7, .n_job = 300, .n_account = 20, .load = 0.9};
    arena_init(&arena, 1 << 20);
    make_cluster(&arena, 16, &cluster);
    assert_int_equal(generated_trace(&few, &shape, &cluster, NULL), MARU_OK);
    shape.n_job = 900;
    assert_int_equal(generated_trace(&many, &shape, &cluster, NULL), MARU_OK);
    for (uint32_t i = 0; i < few.n; i++) {
        assert_int_equal(few.job[i].run_us, many.job[i].run_us);
        assert_int_equal(few.job[i].limit_us, many.job[i].limit_us);
        assert_int_equal(few.job[i].account, many.job[i].account);
        assert_int_equal(trace_job_milli(&few.job[i]), trace_job_milli(&many.job[i]));
    }
    job_trace_free(&few);
    job_trace_free(&many);
    arena_fini(&arena);
}

static uint32_t pick(uint64_t seed, uint64_t *at, uint32_t n) {
    return random_at(seed, 9, (*at)++).word[0] % n;
}

// Nodes of all sizes, some without GPUs, of two types, or none of one of them.
static void make_mixed(struct arena *arena, uint64_t seed, struct cluster *out) {
    static const struct gpu_type types[] = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
    struct cluster_node node[40];
    uint64_t at = 0;
    const uint32_t n_node = 2 + pick(seed, &at, 39), n_type = 1 + pick(seed, &at, 3);
    for (uint32_t i = 0; i < n_node; i++) {
        const uint8_t n_gpu = i == 0 ? 1 : (uint8_t)pick(seed, &at, 17);
        const uint32_t type = pick(seed, &at, n_type);
        node[i] = (struct cluster_node){.name = "n", .n_gpu = n_gpu};
        node[i].type = n_gpu ? (uint8_t)type : CLUSTER_NO_TYPE;
        node[i].cpu_milli = 500 * pick(seed, &at, 300);
        node[i].memory_mib = pick(seed, &at, 100000);
    }
    const struct cluster_rows rows = {
        .type = types, .node = node, .n_type = n_type, .n_node = n_node};
    assert_int_equal(cluster_make(&rows, arena, out, NULL), MARU_OK);
}

// Whatever nodes there are, each job could run on them when they are empty.
static void all_fit_the_cluster(void **state) {
    (void)state;
    uint32_t n_gang = 0, n_share = 0;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        const struct account all = {.name = "all", .weight = 1};
        const struct generated_shape shape = {
            .seed = seed, .n_job = 200, .n_account = 5, .load = 0.9};
        struct arena arena;
        struct cluster cluster;
        struct accounts accounts;
        struct pool_policy policy;
        struct pool *pool = NULL;
        struct job_trace trace;
        arena_init(&arena, 1 << 20);
        make_mixed(&arena, seed, &cluster);
        pool_policy_default(&policy);
        assert_int_equal(accounts_make(&all, 1, &cluster, &arena, &accounts, NULL), MARU_OK);
        assert_int_equal(generated_trace(&trace, &shape, &cluster, NULL), MARU_OK);
        const struct pool_world world = {
            .cluster = &cluster, .accounts = &accounts, .policy = &policy};
        assert_int_equal(pool_new(&world, &pool, NULL), MARU_OK);
        for (uint32_t i = 0; i < trace.n; i++) {
            const struct pool_ask ask = {.want = trace.job[i].want, .n_part = trace.job[i].n_part};
            uint32_t job = 0;
            assert_int_equal(pool_submit(pool, 0, &ask, &job, NULL), MARU_OK);
            n_gang += ask.n_part > 1;
            n_share += ask.want.n_gpu == 1 && ask.want.gpu_milli < GPU_WHOLE;
        }
        pool_free(pool);
        job_trace_free(&trace);
        arena_fini(&arena);
    }
    assert_true(n_gang > 200 && n_share > 500);
}

// A cluster of one GPU has jobs that fit into it; shapes without sense, and too little memory, have a status.
static void small_and_senseless(void **state) {
    (void)state;
    const struct cluster_node node = {.name = "n", .cpu_milli = 8000, .n_gpu = 1};
    const struct gpu_type type = {.name = "a"};
    const struct cluster_rows rows = {.type = &type, .node = &node, .n_type = 1, .n_node = 1};
    struct arena arena;
    struct cluster cluster;
    struct job_trace trace;
    arena_init(&arena, 1 << 20);
    assert_int_equal(cluster_make(&rows, &arena, &cluster, NULL), MARU_OK);
    const struct generated_shape good = {.seed = 1, .n_job = 500, .n_account = 1, .load = 1};
    assert_int_equal(generated_trace(&trace, &good, &cluster, NULL), MARU_OK);
    for (uint32_t i = 0; i < trace.n; i++) {
        assert_true(trace_job_milli(&trace.job[i]) <= GPU_WHOLE);
    }
    job_trace_free(&trace);
    const struct generated_shape bad[] = {{.n_job = 0, .n_account = 1, .load = 1},
                                          {.n_job = 1, .n_account = 0, .load = 1},
                                          {.n_job = 1, .n_account = 1, .load = 0},
                                          {.n_job = TRACE_MAX_JOBS + 1, .n_account = 1, .load = 1}};
    for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(generated_trace(&trace, &bad[i], &cluster, NULL), MARU_E_RANGE);
        job_trace_free(&trace);
    }
    maru_status st = MARU_E_MEMORY;
    for (uint64_t k = 0; st == MARU_E_MEMORY; k++) {
        alloc_fail_after(k);
        st = generated_trace(&trace, &good, &cluster, NULL);
        alloc_fail_after(UINT64_MAX);
        job_trace_free(&trace);
        assert_true(k < 100);
    }
    assert_int_equal(st, MARU_OK);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_the_shape_that_is_asked_for),
        cmocka_unit_test(a_longer_trace_begins_alike),
        cmocka_unit_test(all_fit_the_cluster),
        cmocka_unit_test(small_and_senseless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
