#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"
#include "pool/pool.h"

// Where the theory of queues knows the answer: Poisson arrivals of jobs that want one GPU each, exponential run times, c GPUs.
// The mean wait is Erlang's C(c, a) / (c mu - lambda); among equals backfill changes nothing. The interval is by means of
// batches, 99.9 %.
//
// source: Erlang C, as in Kleinrock, Queueing Systems I, 1975, section 3.5.

enum { N_BATCH = 20, BATCH = 16000, WARM = 4000, MOST_GPUS = 16 };
#define MEAN_RUN_US INT64_C(1000000000)
#define T_19_999 3.883 // Student, 19 degrees of freedom, two-sided 99.9 %

static double erlang_wait(uint32_t c, double load) { // in mean run times
    double blocking = 1;
    for (uint32_t k = 1; k <= c; k++) {
        blocking = load * blocking / (k + load * blocking);
    }
    const double waits = blocking / (1 - load / c * (1 - blocking));
    return waits / (c - load);
}

struct queueing {
    struct pool *pool;
    uint64_t seed, n_drawn;
    int64_t now_us, end_us[MOST_GPUS];
    uint32_t job[MOST_GPUS];
    int64_t *submit_us; // by tag
    double sum[N_BATCH];
    uint32_t c;
};

static int64_t draw_exponential(struct queueing *it, double mean) {
    const struct random_block block = random_at(it->seed, 4, it->n_drawn++);
    const double u = random_open((uint64_t)block.word[0] << 32 | block.word[1]);
    return (int64_t)(-exact_ln(u) * mean);
}

static maru_status see(void *context, const struct decision *decision, maru_error *err) {
    struct queueing *it = context;
    (void)err;
    const uint32_t gpu = decision->part->node;
    assert_int_equal(decision->kind, DECISION_START);
    assert_true(it->end_us[gpu] == INT64_MAX);
    it->end_us[gpu] = it->now_us + draw_exponential(it, (double)MEAN_RUN_US);
    it->job[gpu] = decision->job;
    if (decision->tag >= WARM) {
        it->sum[(decision->tag - WARM) / BATCH] +=
            (double)(it->now_us - it->submit_us[decision->tag]) / (double)MEAN_RUN_US;
    }
    return MARU_OK;
}

static void run(struct queueing *it, double load) {
    const uint32_t n_job = WARM + N_BATCH * BATCH;
    int64_t arrival_us = 0;
    for (uint32_t i = 0; i < n_job || it->now_us < INT64_MAX;) {
        uint32_t first = 0;
        for (uint32_t g = 1; g < it->c; g++) {
            first = it->end_us[g] < it->end_us[first] ? g : first;
        }
        if (i < n_job && arrival_us <= it->end_us[first]) {
            const struct pool_ask ask = {.want = {.n_gpu = 1, .gpu_milli = GPU_WHOLE},
                                         .n_part = 1,
                                         .account = 1 + i % 2,
                                         .tag = i};
            uint32_t job = 0;
            it->now_us = arrival_us;
            it->submit_us[i++] = arrival_us;
            assert_int_equal(pool_submit(it->pool, it->now_us, &ask, &job, NULL), MARU_OK);
            arrival_us += draw_exponential(it, (double)MEAN_RUN_US / load);
        } else if (it->end_us[first] < INT64_MAX) {
            it->now_us = it->end_us[first];
            it->end_us[first] = INT64_MAX;
            pool_end(it->pool, it->now_us, it->job[first]);
        } else {
            break;
        }
        assert_int_equal(pool_decide(it->pool, it->now_us, see, it, NULL), MARU_OK);
    }
}

static void check(uint32_t c, double load, uint64_t seed) {
    struct arena arena;
    struct cluster cluster;
    struct accounts accounts;
    struct pool_policy policy;
    struct cluster_node node[MOST_GPUS] = {0};
    const struct gpu_type type = {.name = "a"};
    const struct account row[3] = {
        {.name = "all", .weight = 1}, {.name = "x", .weight = 1}, {.name = "y", .weight = 1}};
    for (uint32_t i = 0; i < c; i++) {
        node[i] = (struct cluster_node){.name = "n", .n_gpu = 1};
    }
    const struct cluster_rows rows = {.type = &type, .node = node, .n_type = 1, .n_node = c};
    arena_init(&arena, 1 << 20);
    assert_int_equal(cluster_make(&rows, &arena, &cluster, NULL), MARU_OK);
    assert_int_equal(accounts_make(row, 3, &cluster, &arena, &accounts, NULL), MARU_OK);
    pool_policy_default(&policy);
    const struct pool_world world = {.cluster = &cluster, .accounts = &accounts, .policy = &policy};
    struct queueing it = {.seed = seed, .c = c};
    it.submit_us = calloc(WARM + N_BATCH * BATCH, sizeof *it.submit_us);
    assert_non_null(it.submit_us);
    for (uint32_t g = 0; g < MOST_GPUS; g++) {
        it.end_us[g] = INT64_MAX;
    }
    assert_int_equal(pool_new(&world, &it.pool, NULL), MARU_OK);
    run(&it, load);
    double mean = 0, square = 0;
    for (uint32_t b = 0; b < N_BATCH; b++) {
        mean += it.sum[b] / BATCH / N_BATCH;
    }
    for (uint32_t b = 0; b < N_BATCH; b++) {
        square += (it.sum[b] / BATCH - mean) * (it.sum[b] / BATCH - mean);
    }
    const double half = T_19_999 * sqrt(square / (N_BATCH - 1) / N_BATCH);
    const double want = erlang_wait(c, load);
    if (fabs(mean - want) > half || half > 0.25 * want) {
        fail_msg("c %u, load %.2f: mean wait %.4f +- %.4f, Erlang %.4f", c, load, mean, half, want);
    }
    pool_free(it.pool);
    free(it.submit_us);
    arena_fini(&arena);
}

static void waits_are_as_the_theory_has_them(void **state) {
    (void)state;
    check(1, 0.7, 1);
    check(4, 3.2, 2);
    check(16, 14.0, 3);
}

int main(void) {
    assert_true(erlang_wait(1, 0.5) == 1.0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_are_as_the_theory_has_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
