#include "learn/trees/forest.h"

#include "base/alloc.h"
#include "base/random.h"
#include "learn/trees/forest_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t draw(uint64_t *state) { // splitmix64
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static uint32_t draw_below(uint64_t *state, uint32_t n) {
    return (uint32_t)(draw(state) >> 33) % n;
}

struct plan {
    uint32_t n_tree, n_group, n_feature, n_depth;
    uint32_t leaf_of_8; // how many of 8 nodes are leaves before the depth is reached
    uint32_t n_value;   // thresholds that differ, 0: all of them
};

// A tree drawn level by level.
static void draw_tree(struct forest_draft *draft, const struct plan *plan, uint64_t *seed) {
    uint32_t n_level = 1;
    for (uint32_t depth = 0; n_level > 0; depth++) {
        uint32_t n_next = 0;
        for (uint32_t i = 0; i < n_level; i++) {
            const bool is_leaf =
                depth == plan->n_depth || (depth > 0 && draw_below(seed, 8) < plan->leaf_of_8);
            struct forest_node node = {FOREST_LEAF, 0, (float)draw_below(seed, 2001) / 1e3F - 1};
            if (!is_leaf) {
                node.what = draw_below(seed, 2 * plan->n_feature);
                node.value = plan->n_value > 0 ? (float)draw_below(seed, plan->n_value) / 4
                                               : (float)draw_below(seed, 1 << 24) / 16777216.0F;
                n_next += 2;
            }
            assert_int_equal(forest_draft_add_node(draft, &node, NULL), MARU_OK);
        }
        n_level = n_next;
    }
}

static struct forest *draw_forest(const struct plan *plan, uint64_t seed) {
    struct forest_draft draft = {.goal = plan->n_group > 1 ? FOREST_CLASS : FOREST_YES_NO,
                                 .n_group = plan->n_group,
                                 .n_feature = plan->n_feature,
                                 .base = 0.25F};
    for (uint32_t i = 0; i < plan->n_tree; i++) {
        assert_int_equal(forest_draft_add_tree(&draft, i % plan->n_group, NULL), MARU_OK);
        draw_tree(&draft, plan, &seed);
    }
    struct forest *made = NULL;
    assert_int_equal(forest_make(&draft, &made, NULL), MARU_OK);
    forest_draft_fini(&draft);
    return made;
}

static const struct plan plans[] = {
    {1, 1, 1, 0, 0, 0},   {3, 1, 1, 1, 0, 1},    {9, 1, 5, 2, 0, 3},     {20, 1, 4, 3, 2, 40},
    {64, 1, 30, 6, 1, 0}, {300, 1, 30, 6, 0, 0}, {33, 3, 7, 5, 3, 9},    {40, 9, 12, 7, 2, 0},
    {17, 1, 3, 8, 0, 0},  {12, 2, 3, 12, 3, 30}, {5, 1, 2000, 6, 1, 50}, {30, 1, 2, 9, 4, 0},
    {100, 1, 1, 6, 1, 0}, {8, 256, 4, 3, 1, 5},  {11, 1, 6, 20, 4, 100},
};

enum { N_PLAN = sizeof plans / sizeof *plans, N_ROW = 300 };

// Values at thresholds, between them, missing, and infinite.
static float *draw_rows(const struct plan *plan, uint64_t seed) {
    float *x = malloc((size_t)N_ROW * plan->n_feature * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < (size_t)N_ROW * plan->n_feature; i++) {
        const uint32_t kind = draw_below(&seed, 16);
        const float value = plan->n_value > 0
                                ? (float)draw_below(&seed, 4 * plan->n_value + 8) / 16 - 0.25F
                                : (float)draw_below(&seed, 1 << 24) / 16777216.0F;
        x[i] = kind == 0   ? NAN
               : kind == 1 ? INFINITY
               : kind == 2 ? -INFINITY
               : kind == 3 ? -0.0F
                           : value;
    }
    return x;
}

// What the nodes say, in the plainest way.
static void walk_all(const struct forest *forest, const float *x, float *margin) {
    for (uint32_t g = 0; g < forest->shape.n_group; g++) {
        margin[g] = forest->shape.base;
    }
    for (uint32_t i = 0; i < forest->shape.n_tree; i++) {
        margin[forest->group[i]] += forest_walk(forest, i, x);
    }
}

static void layouts_agree(void **state) {
    (void)state;
    for (size_t p = 0; p < N_PLAN; p++) {
        struct forest *forest = draw_forest(&plans[p], p);
        float *x = draw_rows(&plans[p], p + 1000);
        const uint32_t n_group = plans[p].n_group, n_feature = plans[p].n_feature;
        const size_t n_bytes = (size_t)N_ROW * n_group * sizeof(float);
        float *want = malloc(n_bytes), *one = malloc(n_bytes), *many = malloc(n_bytes);
        void *scratch = malloc(forest_scratch_bytes(forest)); // exact, for the sanitizer
        assert_true(want && one && many && scratch);
        for (size_t i = 0; i < N_ROW; i++) {
            walk_all(forest, x + i * n_feature, want + i * n_group);
            forest_margin(forest, x + i * n_feature, scratch, one + i * n_group);
        }
        if (memcmp(want, one, n_bytes) != 0) {
            fail_msg("plan %zu: one row is not what the nodes say", p);
        }
        static const size_t n_rows[] = {N_ROW, 1, 7, 8, 9, 31, 32, 33, 127, 128, 129, 256};
        for (size_t k = 0; k < 2 * sizeof n_rows / sizeof *n_rows; k++) {
            const size_t n = n_rows[k / 2];
            if (k == 1 && !forest_is_wide(forest)) {
                print_message("no wide instructions here\n");
            }
            const bool was_wide = forest->is_wide;
            forest->is_wide = was_wide && k % 2 == 0;
            memset(many, 0, n_bytes);
            forest_margins(forest, x, n, scratch, many);
            forest->is_wide = was_wide;
            if (memcmp(want, many, n * n_group * sizeof *many) != 0) {
                fail_msg("plan %zu: %zu rows at once are not what the nodes say", p, n);
            }
        }
        free(want);
        free(one);
        free(many);
        free(scratch);
        free(x);
        forest_free(forest);
    }
}

static struct text bytes_of(const struct forest *forest) {
    struct text out;
    text_init(&out, 1 << 26);
    assert_int_equal(forest_write(forest, &out, NULL), MARU_OK);
    return out;
}

static void saves_and_loads(void **state) {
    (void)state;
    for (size_t p = 0; p < N_PLAN; p++) {
        struct forest *forest = draw_forest(&plans[p], p);
        struct text bytes = bytes_of(forest);
        struct forest *loaded = NULL;
        assert_int_equal(forest_read(bytes.bytes, bytes.n_bytes, &loaded, NULL), MARU_OK);
        struct text again = bytes_of(loaded);
        assert_int_equal(again.n_bytes, bytes.n_bytes);
        assert_memory_equal(again.bytes, bytes.bytes, bytes.n_bytes);
        char one[33], other[33];
        forest_fingerprint(forest, one);
        forest_fingerprint(loaded, other);
        assert_string_equal(one, other);
        text_fini(&bytes);
        text_fini(&again);
        forest_free(forest);
        forest_free(loaded);
    }
}

// No prefix is a model, nor are bytes of which one bit has changed.
static void refuses_what_changed(void **state) {
    (void)state;
    struct forest *forest = draw_forest(&plans[6], 3);
    struct text bytes = bytes_of(forest);
    for (size_t n = 0; n < bytes.n_bytes; n++) {
        struct forest *none = NULL;
        maru_error err = {0};
        char *exact = malloc(n + 1);
        assert_non_null(exact);
        memcpy(exact, bytes.bytes, n);
        assert_int_equal(forest_read(exact, n, &none, &err), MARU_E_INPUT);
        assert_true(!none && err.text[0]);
        free(exact);
    }
    for (size_t i = 0; i < 8 * bytes.n_bytes; i++) {
        struct forest *none = NULL;
        bytes.bytes[i / 8] = (char)(bytes.bytes[i / 8] ^ 1 << i % 8);
        const maru_status st = forest_read(bytes.bytes, bytes.n_bytes, &none, NULL);
        if ((st != MARU_E_INPUT && st != MARU_E_LIMIT) || none) {
            fail_msg("bit %zu has changed: %s", i, maru_status_name(st));
        }
        bytes.bytes[i / 8] = (char)(bytes.bytes[i / 8] ^ 1 << i % 8);
    }
    text_fini(&bytes);
    forest_free(forest);
}

// ---- XGBoost's bytes

#define AROUND(base, goal, info, trees)                                                            \
    "{\"learner\":{\"attributes\":{},\"gradient_booster\":{\"model\":{\"tree_info\":" info         \
    ",\"trees\":[" trees "]},\"name\":\"gbtree\"},\"learner_model_param\":{\"base_score\":\"" base \
    "\",\"num_class\":\"0\",\"num_feature\":\"2\",\"num_target\":\"1\"},\"objective\":{\"name\":"  \
    "\"" goal "\"}},\"version\":[1,7,4]}"
#define TREE(left, right, feature, condition, missing)                                             \
    "{\"default_left\":" missing ",\"id\":0,\"left_children\":" left ",\"right_children\":" right  \
    ",\"split_conditions\":" condition ",\"split_indices\":" feature "}"
#define NUMBERS(info, trees) AROUND("1", "reg:squarederror", info, trees)

// Column 1 below 2: 10; else, and missing: column 0 below 0.5, or missing: 20, else 30. The nodes stand in another order than ours.
#define SMALL                                                                                      \
    "{\"default_left\":[0,0,1,0,0,0],\"left_children\":[4,-1,3,-1,-1,-1],"                         \
    "\"right_children\":[2,-1,5,-1,-1,-1],\"split_conditions\":[2E0,77,5E-1,20,10,30],"            \
    "\"split_indices\":[1,0,0,0,0,0]}"

static void reads_xgboost(void **state) {
    (void)state;
    static const char model[] =
        NUMBERS("[0,0]", SMALL "," TREE("[-1]", "[-1]", "[0]", "[0.5]", "[0]"));
    static const char with_type[] = NUMBERS(
        "[0]",
        "{\"split_type\":[0,0,0,0,0,0],\"x\":{\"y\":[[1]]},\"default_left\":[false,false,true,"
        "false,false,false],\"left_children\":[4,-1,3,-1,-1,-1],\"right_children\":[2,-1,5,-1,-1,-"
        "1],\"split_conditions\":[2E0,77,5E-1,20,10,30],\"split_indices\":[1,0,0,0,0,0]}");
    static const struct {
        float x[2], want;
    } rows[] = {{{0, 1.99F}, 10},    {{0, 2}, 20},        {{0.5F, 2}, 30},   {{NAN, 2}, 20},
                {{NAN, NAN}, 20},    {{0.4F, NAN}, 20},   {{0.6F, NAN}, 30}, {{1, -INFINITY}, 10},
                {{INFINITY, 5}, 30}, {{-INFINITY, 5}, 20}};
    for (int k = 0; k < 2; k++) {
        struct forest *forest = NULL;
        maru_error err = {0};
        const char *bytes = k == 0 ? model : with_type;
        if (forest_read_xgboost(bytes, strlen(bytes), &forest, &err) != MARU_OK) {
            fail_msg("%s at %u", err.text, err.column);
        }
        assert_int_equal(forest_shape_of(forest).n_node, k == 0 ? 6 : 5);
        assert_int_equal(forest_shape_of(forest).n_depth, 2);
        void *room = malloc(forest_scratch_bytes(forest));
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            float got = 0;
            forest_margin(forest, rows[i].x, room, &got);
            if (got != rows[i].want + (k == 0 ? 1.5F : 1.0F)) {
                fail_msg("row %zu: %g", i, (double)got);
            }
        }
        free(room);
        forest_free(forest);
    }
}

static void refuses_what_is_no_model(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        NUMBERS("[0]", ""),
        NUMBERS("[]", ""),
        NUMBERS("[0,0]", SMALL),
        NUMBERS("[1]", SMALL),
        NUMBERS("[0.5]", SMALL),
        NUMBERS("[-1]", SMALL),
        NUMBERS("[0]", SMALL) "x",
        AROUND("1", "survival:cox", "[0]", SMALL),
        AROUND("1", "binary:logistic", "[0]", SMALL),
        AROUND("0", "binary:logistic", "[0]", SMALL),
        AROUND("nan", "reg:squarederror", "[0]", SMALL),
        AROUND("1e39", "reg:squarederror", "[0]", SMALL),
        AROUND("1", "multi:softprob", "[0]", SMALL),
        NUMBERS("[0]", TREE("[]", "[]", "[]", "[]", "[]")),
        NUMBERS("[0]", TREE("[1,-1,-1]", "[2,-1,-1]", "[0,0]", "[1,2,3]", "[0,0,0]")),
        NUMBERS("[0]", TREE("[1,-1,-1]", "[2,-1,-1]", "[2,0,0]", "[1,2,3]", "[0,0,0]")), // column 2
        NUMBERS("[0]", TREE("[1,-1,-1]", "[2,-1,-1]", "[-1,0,0]", "[1,2,3]", "[0,0,0]")),
        NUMBERS("[0]", TREE("[1,-1,-1]", "[2,-1,-1]", "[0,0,0]", "[1,2,3]", "[2,0,0]")),
        NUMBERS("[0]", TREE("[1,-1,-1]", "[2,-1,-1]", "[0,0,0]", "[1e39,2,3]", "[0,0,0]")),
        NUMBERS("[0]", TREE("[1,-1,-1]", "[2,-1,-1]", "[0,0,0]", "[1,-1e39,3]", "[0,0,0]")),
        NUMBERS("[0]", TREE("[1,-1,-1]", "[-1,-1,-1]", "[0,0,0]", "[1,2,3]", "[0,0,0]")),
        NUMBERS("[0]", TREE("[1,-1,-1]", "[3,-1,-1]", "[0,0,0]", "[1,2,3]", "[0,0,0]")),
        NUMBERS("[0]", TREE("[1,-1,-1]", "[1,-1,-1]", "[0,0,0]", "[1,2,3]", "[0,0,0]")),
        NUMBERS("[0]", TREE("[0,-1,-1]", "[2,-1,-1]", "[0,0,0]", "[1,2,3]", "[0,0,0]")), // a circle
        NUMBERS("[0]", TREE("[1,2,0]", "[2,-1,-1]", "[0,0,0]", "[1,2,3]", "[0,0,0]")),
        NUMBERS("[0]", TREE("[1,-1,\"-1\"]", "[2,-1,-1]", "[0,0,0]", "[1,2,3]", "[0,0,0]")),
        NUMBERS("[0]", TREE("[1.5,-1,-1]", "[2,-1,-1]", "[0,0,0]", "[1,2,3]", "[0,0,0]")),
        NUMBERS("[0]", "{\"split_type\":[1],\"default_left\":[0],\"left_children\":[-1],"
                       "\"left_children\":[-1],\"right_children\":[-1],\"split_conditions\":[1],"
                       "\"split_indices\":[0]}"),
        NUMBERS("[0]",
                "{\"split_type\":[1,0,0],\"default_left\":[0,0,0],\"left_children\":[1,-1,-1],"
                "\"right_children\":[2,-1,-1],\"split_conditions\":[1,1,1],"
                "\"split_indices\":[0,0,0]}"),
        NUMBERS("[0]", "[1]"),
    };
    // binary:logistic with base_score 1 is refused; with a half it is a model: the frame is not what is wrong.
    struct forest *good = NULL;
    const char *fine = AROUND("5E-1", "binary:logistic", "[0]", SMALL);
    assert_int_equal(forest_read_xgboost(fine, strlen(fine), &good, NULL), MARU_OK);
    assert_true(forest_shape_of(good).base == 0);
    forest_free(good);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct forest *none = NULL;
        maru_error err = {0};
        const maru_status st = forest_read_xgboost(bad[i], strlen(bad[i]), &none, &err);
        if (st == MARU_OK || st == MARU_MORE || none || !err.text[0]) {
            fail_msg("row %zu is taken: %s", i, bad[i]);
        }
    }
    // No prefix is a model.
    for (size_t n = 0; n < strlen(fine); n++) {
        struct forest *none = NULL;
        assert_int_equal(forest_read_xgboost(fine, n, &none, NULL), MARU_E_INPUT);
        assert_null(none);
    }
}

static void survives_no_memory(void **state) {
    (void)state;
    const char *fine = NUMBERS("[0]", SMALL);
    bool is_read = false;
    for (uint64_t k = 0; k < 100 && !is_read; k++) {
        struct forest *made = NULL;
        alloc_fail_after(k);
        const maru_status st = forest_read_xgboost(fine, strlen(fine), &made, NULL);
        alloc_fail_after(UINT64_MAX);
        assert_true(st == (made ? MARU_OK : MARU_E_MEMORY));
        is_read = made;
        forest_free(made);
    }
    assert_true(is_read);
}

static void answers_are_shares(void **state) {
    (void)state;
    struct forest *forest = draw_forest(&plans[7], 1);
    uint64_t seed = 9;
    float value[9 * 50];
    for (size_t i = 0; i < sizeof value / sizeof *value; i++) {
        value[i] = (float)draw_below(&seed, 2001) / 20 - 50;
    }
    forest_answers(forest, 50, value);
    for (size_t i = 0; i < 50; i++) {
        double sum = 0;
        for (size_t k = 0; k < 9; k++) {
            assert_true(value[9 * i + k] >= 0 && value[9 * i + k] <= 1);
            sum += (double)value[9 * i + k];
        }
        assert_true(fabs(sum - 1) < 1e-6);
    }
    forest_free(forest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts_agree),
        cmocka_unit_test(saves_and_loads),
        cmocka_unit_test(refuses_what_changed),
        cmocka_unit_test(reads_xgboost),
        cmocka_unit_test(refuses_what_is_no_model),
        cmocka_unit_test(survives_no_memory),
        cmocka_unit_test(answers_are_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
