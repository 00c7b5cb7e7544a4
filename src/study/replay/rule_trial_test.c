#include "study/replay/rule_trial.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "pool/trace/cluster_table.h"
#include "pool/trace/usual_kinds.h"

// Filling a cluster: what is known without trying, and what is known by hand.

struct trial {
    struct arena arena;
    struct cluster cluster;
    struct job_trace trace;
    struct want_kind kind[PLACEMENT_MAX_KINDS];
    uint32_t n_kind;
    struct rule_trial out;
};

static struct trial *new_trial(const char *nodes, const char *jobs) {
    struct trial *const t = alloc_new(1, sizeof *t);
    struct sheet_faults faults;
    assert_non_null(t);
    arena_init(&t->arena, 1 << 24);
    assert_int_equal(
        cluster_table_read(nodes, strlen(nodes), &t->arena, &t->cluster, &faults, NULL), MARU_OK);
    assert_int_equal(job_trace_read(&t->trace, jobs, strlen(jobs), &t->cluster, &faults, NULL),
                     MARU_OK);
    assert_int_equal(usual_kinds(&t->trace, t->kind, &t->n_kind, NULL), MARU_OK);
    return t;
}

static void free_trial(struct trial *t) {
    job_trace_free(&t->trace);
    arena_fini(&t->arena);
    alloc_free(t);
}

static struct rule_ask ask_of(const struct trial *t, uint32_t percent, uint32_t n_seed) {
    return (struct rule_ask){.title = "t",
                             .cluster = &t->cluster,
                             .trace = &t->trace,
                             .kind = t->kind,
                             .n_kind = t->n_kind,
                             .ties = PLACEMENT_TIES_RANDOM,
                             .percent = percent,
                             .seed = 1,
                             .n_seed = n_seed};
}

static const char nodes[] = "name,gpu_type,gpus,cpus,count\na,H100,8,96,5\nb,L40S,4,64,5\n";

// Tasks of one whole GPU and little CPU fit in any order: no rule leaves a GPU idle, and none is lost.
static void test_no_way_to_fail(void **state) {
    (void)state;
    struct trial *const t = new_trial(nodes, "gpus,duration,cpus\n1,1h,2\n");
    const struct rule_ask ask = ask_of(t, 100, 3);
    assert_int_equal(rule_trial_run(&ask, &t->out, NULL), MARU_OK);
    for (uint32_t r = 0; r < PLACEMENT_RULES; r++) {
        assert_true(t->out.rule[r].idle.mean == 0 && t->out.rule[r].lost == 0);
        for (uint32_t p = 0; p <= 100; p++) { // a point stands where the sum of tasks passes it
            const double want = 60 - ceil(p * 60 / 100.0 - 1e-9);
            if (fabs(t->out.rule[r].idle_at[p] - want) > 1e-9) {
                fail_msg("rule %u, %u %%: %g idle, want %g", r, p, t->out.rule[r].idle_at[p], want);
            }
        }
    }
    free_trial(t);
}

// Tasks of three GPUs on nodes of four or eight: one GPU of four and two of eight are of no use to anybody.
static void test_by_hand(void **state) {
    (void)state;
    struct trial *const t = new_trial(nodes, "gpus,duration,cpus\n3,1h,2\n");
    const struct rule_ask ask = ask_of(t, 200, 2);
    assert_int_equal(rule_trial_run(&ask, &t->out, NULL), MARU_OK);
    for (uint32_t r = 0; r < PLACEMENT_RULES; r++) {
        assert_true(t->out.rule[r].idle.mean == 5 * 2 + 5 * 1);
        assert_true(t->out.rule[r].fragmented_at[200] == 15);
        assert_true(t->out.rule[r].fragmented_at[0] == 0);
        assert_true(fabs(t->out.rule[r].lost - 25 / 40.0) < 1e-12); // 40 tasks ask for 120 GPUs
    }
    free_trial(t);
}

// Shares of a GPU and whole ones: any rule keeps between what is asked for and what there is, curves never rise, and FGD leaves
// no more idle than random does.
static void test_laws(void **state) {
    (void)state;
    struct trial *const t =
        new_trial("name,gpu_type,gpus,cpus,count\na,H100,8,96,30\nb,L40S,4,64,30\n",
                  "gpus,duration,cpus,gpu_share,gpu_type\n1,1h,4,0.3,\n1,1h,2,0.6,\n8,1h,60,,\n"
                  "4,1h,20,,\n1,1h,8,,L40S\n1,1h,12,0.8,\n");
    const struct rule_ask ask = ask_of(t, 120, 20);
    assert_int_equal(rule_trial_run(&ask, &t->out, NULL), MARU_OK);
    for (uint32_t r = 0; r < PLACEMENT_RULES; r++) {
        const struct rule_result *const it = &t->out.rule[r];
        for (uint32_t p = 1; p <= 120; p++) {
            assert_true(it->idle_at[p] <= it->idle_at[p - 1] + 1e-9);
            assert_true(it->idle_at[p] >= -1e-9 && it->fragmented_at[p] <= it->idle_at[p] + 1e-9);
            assert_true(360 - it->idle_at[p] <= p * 3.6 + 8);
        }
        assert_true(fabs(it->idle.mean - it->idle_at[120]) < 1e-9);
        assert_true(fabs(it->more.mean - (it->idle.mean - t->out.rule[0].idle.mean)) < 1e-9);
    }
    const struct interval more = t->out.rule[PLACEMENT_RANDOM].more;
    assert_true(more.mean - more.half_width > 0);
    assert_true(rule_trial_best_other(&t->out) != PLACEMENT_FGD);
    free_trial(t);
}

static bool go_on(void *context, double share) {
    *(double *)context = share;
    return share < 0.5;
}

static void test_refusals(void **state) {
    (void)state;
    struct trial *const t = new_trial(nodes, "gpus,duration,cpus\n1,1h,2\n");
    double share = 0;
    struct rule_ask ask = ask_of(t, 100, 0);
    assert_int_equal(rule_trial_run(&ask, &t->out, NULL), MARU_E_RANGE);
    ask.n_seed = RULE_MAX_SEEDS + 1;
    assert_int_equal(rule_trial_run(&ask, &t->out, NULL), MARU_E_RANGE);
    ask.n_seed = 1;
    ask.percent = INFLATION_MAX_PERCENT + 1;
    assert_int_equal(rule_trial_run(&ask, &t->out, NULL), MARU_E_RANGE);
    ask.percent = 100;
    ask.go_on = go_on;
    ask.context = &share;
    assert_int_equal(rule_trial_run(&ask, &t->out, NULL), MARU_E_STOPPED);
    assert_true(share == 0.5);
    free_trial(t);
    struct trial *const cpu = new_trial(nodes, "gpus,duration,cpus\n0,1h,2\n");
    ask = ask_of(cpu, 100, 1);
    assert_int_equal(rule_trial_run(&ask, &cpu->out, NULL), MARU_E_INPUT); // nobody wants a GPU
    free_trial(cpu);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_way_to_fail),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_laws),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
