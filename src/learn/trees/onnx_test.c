#include "learn/trees/onnx.h"

#include "learn/models/onnx_bytes.h"

#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// What another runtime makes of these models: tests/onnx.sh.

#define TREE                                                                                       \
    "{\"default_left\":[1,0,0,0,0],\"left_children\":[1,-1,3,-1,-1],"                              \
    "\"right_children\":[2,-1,4,-1,-1],\"split_conditions\":[2,10,5E-1,20,30],"                    \
    "\"split_indices\":[1,0,0,0,0]}"
#define MODEL(objective, n_class, groups)                                                          \
    "{\"learner\":{\"gradient_booster\":{\"model\":{\"tree_info\":" groups ",\"trees\":[" TREE     \
    "," TREE "," TREE "]},\"name\":\"gbtree\"},\"learner_model_param\":{\"base_score\":\"5E-1\","  \
    "\"num_class\":\"" n_class "\",\"num_feature\":\"2\"},\"objective\":{\"name\":\"" objective    \
    "\"}}}"

static const struct onnx_case {
    const char *model, *op;
    unsigned n_weight; // 9 leaves; those of the first tree have one for each class
} cases[] = {
    {MODEL("binary:logistic", "0", "[0,0,0]"), "TreeEnsembleClassifier", 12},
    {MODEL("multi:softprob", "2", "[0,1,0]"), "TreeEnsembleClassifier", 12},
    {MODEL("multi:softprob", "3", "[0,1,2]"), "TreeEnsembleClassifier", 15},
    {MODEL("reg:squarederror", "0", "[0,0,0]"), "TreeEnsembleRegressor", 9},
};

static struct forest *forest_of(const char *model) {
    struct forest *made = NULL;
    maru_error err = {0};
    if (forest_read_xgboost(model, strlen(model), &made, &err) != MARU_OK) {
        fail_msg("%s at %u", err.text, err.column);
    }
    return made;
}

struct field {
    uint64_t number, value; // value: of a number; bytes of a message
    const uint8_t *bytes;
};

static uint64_t read_varint(const uint8_t **at, const uint8_t *end) {
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        assert_true(*at < end && shift < 64);
        const uint8_t byte = *(*at)++;
        value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            return value;
        }
    }
}

static struct field read_field(const uint8_t **at, const uint8_t *end) {
    const uint64_t key = read_varint(at, end);
    struct field field = {key >> 3, 4, NULL};
    assert_true((key & 7) == 0 || (key & 7) == 2 || (key & 7) == 5);
    if ((key & 7) != 5) {
        field.value = read_varint(at, end);
    }
    field.bytes = *at;
    if ((key & 7) != 0) {
        assert_true(field.value <= (size_t)(end - *at));
        *at += field.value;
    }
    return field;
}

// The n-th field of a number in a message; each message must end where its last field does.
static struct field find(struct field message, uint64_t number, size_t n) {
    const uint8_t *at = message.bytes, *end = at + message.value;
    struct field found = {0};
    while (at < end) {
        const struct field field = read_field(&at, end);
        if (field.number == number && n-- == 0) {
            found = field;
        }
    }
    assert_ptr_equal(at, end);
    return found;
}

static size_t count(struct field message, uint64_t number) {
    size_t n = 0;
    while (find(message, number, n).number != 0) {
        n++;
    }
    return n;
}

static bool is_text(struct field field, const char *text) {
    return field.bytes && field.value == strlen(text) &&
           memcmp(field.bytes, text, field.value) == 0;
}

// An attribute of the node, by its name.
static struct field attribute(struct field node, const char *name) {
    for (size_t i = 0; i < count(node, 5); i++) {
        const struct field one = find(node, 5, i);
        if (is_text(find(one, 1, 0), name)) {
            return one;
        }
    }
    fail_msg("no attribute %s", name);
    return (struct field){0};
}

static void has_its_lists(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct forest *forest = forest_of(cases[i].model);
        struct text out;
        text_init(&out, 1 << 20);
        assert_int_equal(onnx_write(forest, NULL, &out, NULL), MARU_OK);
        const struct field model = {0, out.n_bytes, (const uint8_t *)out.bytes};
        assert_int_equal(find(model, 1, 0).value, ONNX_IR);
        assert_int_equal(count(model, 8), 2);
        assert_int_equal(find(find(model, 8, 0), 2, 0).value, ONNX_OPSET);
        assert_true(is_text(find(find(model, 8, 1), 1, 0), "ai.onnx.ml"));
        assert_int_equal(find(find(model, 8, 1), 2, 0).value, ONNX_OPSET_ML);
        char print[33];
        forest_fingerprint(forest, print);
        assert_true(is_text(find(find(model, 14, 0), 2, 0), print));
        const struct field node = find(find(model, 7, 0), 1, 0);
        assert_true(is_text(find(node, 4, 0), cases[i].op));
        static const char *const lists[] = {
            "nodes_treeids",     "nodes_nodeids",      "nodes_featureids",
            "nodes_truenodeids", "nodes_falsenodeids", "nodes_missing_value_tracks_true"};
        for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
            assert_int_equal(count(attribute(node, lists[k]), 8), 15);
        }
        assert_int_equal(count(attribute(node, "nodes_values"), 7), 15);
        assert_int_equal(count(attribute(node, "nodes_modes"), 9), 15);
        assert_true(is_text(find(attribute(node, "nodes_modes"), 9, 0), "BRANCH_LT"));
        assert_true(is_text(find(attribute(node, "nodes_modes"), 9, 1), "LEAF"));
        assert_int_equal(find(attribute(node, "nodes_featureids"), 8, 0).value, 1);
        assert_int_equal(find(attribute(node, "nodes_missing_value_tracks_true"), 8, 0).value, 1);
        const bool is_number = strstr(cases[i].op, "Regressor") != NULL;
        const struct field weights =
            attribute(node, is_number ? "target_weights" : "class_weights");
        const struct field ids = attribute(node, is_number ? "target_nodeids" : "class_nodeids");
        assert_int_equal(count(weights, 7), cases[i].n_weight);
        assert_int_equal(count(ids, 8), cases[i].n_weight);
        text_fini(&out);
        forest_free(forest);
    }
}

static void says_when_there_is_no_room(void **state) {
    (void)state;
    struct forest *forest = forest_of(cases[2].model);
    struct text whole;
    text_init(&whole, 1 << 20);
    assert_int_equal(onnx_write(forest, NULL, &whole, NULL), MARU_OK);
    for (size_t n = 1; n < whole.n_bytes; n += 37) {
        struct text out;
        maru_error err = {0};
        text_init(&out, n);
        assert_int_equal(onnx_write(forest, NULL, &out, &err), MARU_E_LIMIT);
        assert_true(err.text[0]);
        text_fini(&out);
    }
    bool is_written = false;
    for (uint64_t k = 0; k < 200 && !is_written; k++) {
        struct text out;
        text_init(&out, 1 << 20);
        alloc_fail_after(k);
        const maru_status st = onnx_write(forest, NULL, &out, NULL);
        alloc_fail_after(UINT64_MAX);
        is_written = st == MARU_OK;
        assert_true(is_written || st == MARU_E_MEMORY);
        assert_true(!is_written || out.n_bytes == whole.n_bytes);
        text_fini(&out);
    }
    assert_true(is_written);
    text_fini(&whole);
    forest_free(forest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_its_lists),
        cmocka_unit_test(says_when_there_is_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
