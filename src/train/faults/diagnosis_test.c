#include "train/faults/diagnosis.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"

enum { FEATURES = 6, FAULTS = 4, EACH = 150, ROWS = FAULTS * EACH };

static float normal(uint64_t stream, uint64_t i) {
    const struct random_block r = random_at(17, stream, i);
    return (float)exact_normal_quantile(random_open(((uint64_t)r.word[1] << 32) | r.word[0]));
}

// Fault k moves feature k by `far`; a fifth one moves feature 4, which no known fault does.
static void make(uint64_t stream, uint32_t fault, float far, uint32_t n, float *x) {
    for (uint32_t i = 0; i < n * FEATURES; i++) {
        x[i] = normal(stream, i) + (i % FEATURES == fault ? far : 0.0F);
    }
}

struct given {
    float x[ROWS * FEATURES];
    uint32_t fault[ROWS];
    struct arena arena;
    struct splits splits;
    struct diagnosis_rows rows;
};

static struct given *given(void) {
    static struct given g;
    for (uint32_t k = 0; k < FAULTS; k++) {
        make(k, k, 6.0F, EACH, g.x + (size_t)k * EACH * FEATURES);
        for (uint32_t i = 0; i < EACH; i++) {
            g.fault[k * EACH + i] = k;
        }
    }
    arena_init(&g.arena, 1 << 24);
    const struct splits_input input = {
        .kind = SPLITS_RANDOM, .n_row = ROWS, .n_fold = 4, .stratum = g.fault, .seed = 1};
    assert_int_equal(splits_make(&input, &g.arena, &g.splits, NULL), MARU_OK);
    g.rows = (struct diagnosis_rows){g.x, g.fault, ROWS, FEATURES, FAULTS};
    return &g;
}

static struct fault_trees fit(const struct given *g, const struct diagnosis_options *options) {
    struct fault_trees out = {0};
    maru_error err = {0};
    if (diagnosis_fit(&g->rows, &g->splits, options, &out, &err) != MARU_OK) {
        fail_msg("not fitted: %s", err.text);
    }
    return out;
}

// answer (n), p (n, FAULTS)
static void ask(const struct fault_trees *trees, const float *x, uint32_t n,
                struct fault_name *answer, float *p) {
    void *scratch = malloc(fault_trees_scratch_bytes(trees));
    assert_non_null(scratch);
    for (uint32_t i = 0; i < n; i++) {
        fault_trees_ask(trees, x + (size_t)i * FEATURES, scratch, p + (size_t)i * FAULTS,
                        &answer[i]);
    }
    free(scratch);
}

// Known faults get their names, and about the share that was asked for is lost; one that was never seen gets none.
static void known_and_unknown(void **state) {
    (void)state;
    struct given *g = given();
    const struct diagnosis_options options = diagnosis_usual();
    struct fault_trees d = fit(g, &options);
    assert_int_equal(d.n_held, ROWS);
    assert_true(d.accuracy > 0.95 && d.least > 0.3 && d.least <= 1.0);
    static float x[EACH * FEATURES], p[EACH * FAULTS];
    struct fault_name answer[EACH];
    uint32_t n_right = 0, n_lost = 0, n_unknown = 0;
    for (uint32_t k = 0; k < FAULTS; k++) {
        make(100 + k, k, 6.0F, EACH, x);
        ask(&d, x, EACH, answer, p);
        for (uint32_t i = 0; i < EACH; i++) {
            n_right += answer[i].fault == k ? 1 : 0;
            n_lost += answer[i].is_unknown ? 1 : 0;
            float sum = 0.0F;
            for (uint32_t c = 0; c < FAULTS; c++) {
                sum += p[i * FAULTS + c];
            }
            assert_true(fabsf(sum - 1.0F) < 1e-4F);
            assert_true(p[i * FAULTS + answer[i].fault] == answer[i].probability);
            assert_true(answer[i].is_unknown == (answer[i].is_unsure || answer[i].is_outside));
        }
    }
    assert_true(n_right > ROWS * 95 / 100);
    assert_in_range(n_lost, ROWS / 100, ROWS * 20 / 100); // 5 % for each reason
    make(200, 4, 6.0F, EACH, x);
    ask(&d, x, EACH, answer, p);
    for (uint32_t i = 0; i < EACH; i++) {
        n_unknown += answer[i].is_unknown ? 1 : 0;
    }
    assert_true(n_unknown > EACH * 90 / 100);
    fault_trees_fini(&d);
    arena_fini(&g->arena);
}

// The same again with two threads; another number of members is another model.
static void same_again(void **state) {
    (void)state;
    struct given *g = given();
    struct diagnosis_options options = diagnosis_usual();
    options.trees.n_round = 10;
    static float x[EACH * FEATURES];
    make(300, 1, 2.0F, EACH, x);
    static float p[4][EACH * FAULTS];
    for (int k = 0; k < 4; k++) {
        options.trees.n_thread = k == 1 ? 2 : 1;
        options.n_member = k == 3 ? 3 : 1;
        struct fault_trees d = fit(g, &options);
        struct fault_name answer[EACH];
        ask(&d, x, EACH, answer, p[k]);
        fault_trees_fini(&d);
    }
    assert_memory_equal(p[0], p[1], sizeof p[0]);
    assert_memory_equal(p[0], p[2], sizeof p[0]);
    assert_memory_not_equal(p[0], p[3], sizeof p[0]);
    arena_fini(&g->arena);
}

// A row without a value is unknown; so is one far beyond everything, whatever the trees say.
static void empty_and_wild(void **state) {
    (void)state;
    struct given *g = given();
    struct diagnosis_options options = diagnosis_usual();
    options.trees.n_round = 10;
    struct fault_trees d = fit(g, &options);
    float x[2 * FEATURES], p[2 * FAULTS];
    for (int k = 0; k < FEATURES; k++) {
        x[k] = NAN;
        x[FEATURES + k] = k % 2 ? 1e30F : -1e30F;
    }
    struct fault_name answer[2];
    ask(&d, x, 2, answer, p);
    assert_true(answer[0].is_outside && answer[1].is_outside);
    assert_true(answer[0].outside == 1.0F && answer[1].outside == 1.0F);
    fault_trees_fini(&d);
    arena_fini(&g->arena);
}

static void refusals(void **state) {
    (void)state;
    struct given *g = given();
    const struct diagnosis_options usual = diagnosis_usual();
    struct fault_trees d = {0};
    struct diagnosis_options o = usual;
    o.n_member = 0;
    assert_int_equal(diagnosis_fit(&g->rows, &g->splits, &o, &d, NULL), MARU_E_RANGE);
    o.n_member = DIAGNOSIS_MAX_MEMBERS + 1;
    assert_int_equal(diagnosis_fit(&g->rows, &g->splits, &o, &d, NULL), MARU_E_RANGE);
    o = usual;
    o.lost = NAN;
    assert_int_equal(diagnosis_fit(&g->rows, &g->splits, &o, &d, NULL), MARU_E_RANGE);
    struct diagnosis_rows rows = g->rows;
    rows.n_row = ROWS - 1;
    assert_int_equal(diagnosis_fit(&rows, &g->splits, &usual, &d, NULL), MARU_E_RANGE);
    rows.n_row = 0;
    assert_int_equal(diagnosis_fit(&rows, &g->splits, &usual, &d, NULL), MARU_E_RANGE);
    rows = g->rows;
    rows.n_fault = 1;
    assert_int_equal(diagnosis_fit(&rows, &g->splits, &usual, &d, NULL), MARU_E_RANGE);
    rows.n_fault = FAULTS - 1;
    assert_int_equal(diagnosis_fit(&rows, &g->splits, &usual, &d, NULL), MARU_E_RANGE);
    assert_int_equal(d.n_member, 0);
    arena_fini(&g->arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_and_unknown),
        cmocka_unit_test(same_again),
        cmocka_unit_test(empty_and_wild),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
