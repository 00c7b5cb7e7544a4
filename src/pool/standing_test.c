#include "pool/standing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "pool/trial_cluster.h"

enum { MAX_JOBS = 40, MAX_ROWS = 7, TYPES = 3 };

struct scene {
    struct arena arena;
    struct cluster cluster;
    struct accounts accounts;
    struct pool_policy policy;
    struct standing_job job[MAX_JOBS];
    struct standing_told told[MAX_JOBS];
    uint32_t n;
};

static void decide(struct scene *s) {
    maru_error err = {0};
    const struct standing_asked asked = {&s->accounts, &s->cluster, &s->policy, s->job, s->n};
    assert_int_equal(standing_decide(&asked, s->told, &err), MARU_OK);
}

static void begin(struct scene *s) {
    *s = (struct scene){.n = 0};
    arena_init(&s->arena, 1 << 22);
    pool_policy_default(&s->policy);
}

// Three tenants, of which the first two have two projects each; what is guaranteed fits into the cluster.
static void draw_accounts(struct scene *s, struct trial_luck *luck) {
    static uint32_t guarantee[MAX_ROWS][TYPES];
    static const uint32_t parent[MAX_ROWS] = {0, 0, 1, 1, 0, 4, 0};
    struct account row[MAX_ROWS];
    for (uint32_t a = 0; a < MAX_ROWS; a++) {
        for (uint32_t t = 0; t < TYPES; t++) {
            const uint32_t most = a == 0          ? 0
                                  : parent[a] > 0 ? guarantee[parent[a]][t] / 2
                                                  : s->cluster.n_gpu[t] / 3;
            guarantee[a][t] = trial_below(luck, most + 1);
        }
        row[a] = (struct account){.name = "x",
                                  .parent = parent[a],
                                  .weight = 1000,
                                  .guarantee = a > 0 && trial_below(luck, 4) ? guarantee[a] : NULL};
        // Without one above, what a project is guaranteed comes out of the whole cluster.
        if (parent[a] > 0 && !row[parent[a]].guarantee) {
            row[a].guarantee = NULL;
        }
    }
    maru_error err = {0};
    assert_int_equal(accounts_make(row, MAX_ROWS, &s->cluster, &s->arena, &s->accounts, &err),
                     MARU_OK);
}

static void draw_jobs(struct scene *s, struct trial_luck *luck) {
    s->n = trial_below(luck, MAX_JOBS + 1);
    for (uint32_t i = 0; i < s->n; i++) {
        s->job[i] = (struct standing_job){.account = trial_below(luck, MAX_ROWS),
                                          .types = trial_below(luck, 8),
                                          .n_gpu = trial_below(luck, 9),
                                          .priority = (int32_t)trial_below(luck, 3) - 1,
                                          .created_us = trial_below(luck, 5),
                                          .runs = trial_below(luck, 3) == 0,
                                          .can_stop = trial_below(luck, 3) > 0};
    }
}

// Inside of each holder is no more than it is guaranteed beside what runs and is charged; what runs is never moved inside; who may not be stopped
// never borrows; the same again, in another order, says the same of each.
static void inside_is_within(void **state) {
    (void)state;
    struct trial_luck luck = {.seed = 11};
    uint32_t n_inside = 0, n_borrowed = 0, n_firm = 0;
    for (int round = 0; round < 1500; round++) {
        struct scene s;
        uint32_t own[MAX_ROWS * TYPES], loose[TYPES];
        uint64_t sum[MAX_ROWS] = {0}, all = 0;
        begin(&s);
        assert_int_equal(trial_cluster(&luck, 1 + trial_below(&luck, 12), &s.arena, &s.cluster),
                         MARU_OK);
        draw_accounts(&s, &luck);
        draw_jobs(&s, &luck);
        const bool has_any = standing_own(&s.accounts, &s.cluster, own, loose);
        for (uint32_t i = 0; i < MAX_ROWS * TYPES; i++) {
            all += own[i];
        }
        assert_int_equal(all + loose[0] + loose[1] + loose[2],
                         s.cluster.n_gpu[0] + s.cluster.n_gpu[1] + s.cluster.n_gpu[2]);
        decide(&s);
        for (uint32_t i = 0; i < s.n; i++) {
            const struct standing_told *told = &s.told[i];
            assert_int_equal(told->standing == STANDING_NONE, !has_any);
            n_borrowed += told->standing == STANDING_BORROWED;
            n_firm += told->standing == STANDING_FIRM;
            if (told->standing != STANDING_INSIDE) {
                assert_true(told->standing != STANDING_BORROWED || s.job[i].can_stop);
                continue;
            }
            n_inside++;
            assert_true(!s.job[i].runs && s.job[i].n_gpu > 0);
            assert_non_null(s.accounts.row[told->holder].guarantee);
            sum[told->holder] += s.job[i].n_gpu;
        }
        for (uint32_t a = 0; a < MAX_ROWS; a++) {
            uint64_t its = 0;
            for (uint32_t t = 0; t < TYPES; t++) {
                its += own[a * TYPES + t];
            }
            assert_true(sum[a] <= its);
        }
        arena_fini(&s.arena);
    }
    assert_true(n_inside > 300 && n_borrowed > 300 && n_firm > 100);
}

static const uint32_t eight[1] = {8}, four[1] = {4};

// A cluster of 16 of one type; vision is guaranteed 8, of which its project base has 4.
static void one_type(struct scene *s) {
    static const struct gpu_type type = {.name = "h100"};
    struct cluster_node node[2] = {{.name = "n1", .cpu_milli = 64000, .n_gpu = 8},
                                   {.name = "n2", .cpu_milli = 64000, .n_gpu = 8}};
    const struct account row[] = {
        {.name = "all", .weight = 1000},
        {.name = "vision", .weight = 1000, .guarantee = eight},
        {.name = "vision/base", .parent = 1, .weight = 1000, .guarantee = four},
        {.name = "vision/side", .parent = 1, .weight = 1000},
        {.name = "speech", .weight = 1000}};
    const struct cluster_rows rows = {.type = &type, .node = node, .n_type = 1, .n_node = 2};
    maru_error err = {0};
    begin(s);
    assert_int_equal(cluster_make(&rows, &s->arena, &s->cluster, &err), MARU_OK);
    assert_int_equal(accounts_make(row, 5, &s->cluster, &s->arena, &s->accounts, &err), MARU_OK);
}

static void put(struct scene *s, uint32_t account, uint32_t n_gpu, bool runs) {
    s->job[s->n] = (struct standing_job){
        .account = account, .n_gpu = n_gpu, .created_us = s->n, .runs = runs, .can_stop = true};
    s->n++;
}

static void expect(struct scene *s, const char *want) { // i, b, f, n of each
    decide(s);
    for (uint32_t i = 0; i < s->n; i++) {
        const char is = "nibf"[s->told[i].standing];
        if (is != want[i]) {
            fail_msg("job %u is %c, not %c", i, is, want[i]);
        }
    }
}

static void in_its_own_order(void **state) {
    struct scene s;
    (void)state;
    one_type(&s);
    put(&s, 2, 3, false);
    put(&s, 2, 2, false); // does not fit beside the first, and keeps what is left
    put(&s, 2, 1, false);
    put(&s, 3, 4, false); // beside that the tenant has its own
    put(&s, 3, 9, false); // larger than all that is guaranteed: never, and it keeps nothing
    put(&s, 4, 1, false); // nothing is guaranteed to it
    put(&s, 3, 0, false); // no GPU, no guarantee
    expect(&s, "ibbibbb");
    s.job[2].priority = 1; // before the others of its account
    expect(&s, "ibiibbb");
    s.job[1].can_stop = false;
    expect(&s, "ifiibbb");
    s.policy.reclaim = RECLAIM_NONE; // nobody is stopped for others
    s.policy.guarantee = GUARANTEE_QUOTA;
    expect(&s, "ibiibbb");
    s.policy.can_borrow = false; // but nobody may stand on what is others'
    expect(&s, "ifiifff");
    arena_fini(&s.arena);
}

static void what_runs_counts_first(void **state) {
    struct scene s;
    (void)state;
    one_type(&s);
    put(&s, 2, 2, false);
    put(&s, 2, 4, true); // it has what it is guaranteed, inside or not
    put(&s, 3, 3, true);
    put(&s, 3, 1, false);
    put(&s, 3, 1, false);
    expect(&s, "bbbib");
    s.job[1].runs = s.job[2].runs = false; // both are to begin anew, the older before
    expect(&s, "ibiib");
    arena_fini(&s.arena);
}

static void nothing_guaranteed_is_nothing(void **state) {
    struct scene s;
    (void)state;
    one_type(&s);
    static const struct account row[] = {{.name = "all", .weight = 1000},
                                         {.name = "vision", .weight = 1000}};
    maru_error err = {0};
    assert_int_equal(accounts_make(row, 2, &s.cluster, &s.arena, &s.accounts, &err), MARU_OK);
    expect(&s, "");
    put(&s, 1, 4, false);
    put(&s, 1, 4, true);
    expect(&s, "nn");
    arena_fini(&s.arena);
}

static void each_allocation_may_fail(void **state) {
    struct scene s;
    maru_error err = {0};
    (void)state;
    one_type(&s);
    put(&s, 1, 4, false);
    const struct standing_asked asked = {&s.accounts, &s.cluster, &s.policy, s.job, s.n};
    for (uint64_t k = 0; k < 4; k++) {
        alloc_fail_after(k);
        const maru_status st = standing_decide(&asked, s.told, &err);
        alloc_fail_after(UINT64_MAX);
        assert_int_equal(st, MARU_E_MEMORY);
    }
    expect(&s, "i");
    arena_fini(&s.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inside_is_within),         cmocka_unit_test(in_its_own_order),
        cmocka_unit_test(what_runs_counts_first),   cmocka_unit_test(nothing_guaranteed_is_nothing),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
