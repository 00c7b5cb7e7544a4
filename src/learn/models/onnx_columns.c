// Each line is a node; a_k and b_k are constants, the numbers of the columns:
//
//     left_k = Gather(x, a_k)  right_k = Gather(x, b_k)  made_k = Mul, Div, Sub or Add(left_k, right_k)
//     made = Concat(made_0, ...)  is_finite = Less(Abs(made), infinity)  combined = Where(is_finite, made, nan)  wide = Concat(x, combined)
//
// What is missing makes its combinations missing, and so does a number that is none: Less is false for NaN.

#include "learn/models/onnx_columns.h"

#include <math.h>
#include <stdio.h>

#include "learn/models/onnx_bytes.h"

enum { NAME_BYTES = 32 };

static void name_of(char out[NAME_BYTES], const char *what, uint32_t k) {
    snprintf(out, NAME_BYTES, "%s_%u", what, k);
}

static void add_node(struct text *graph, const char *operator, const char * a, const char *b,
                     const char *to) {
    const struct onnx_node node = {.operator= operator, .input = {a, b}, .output = to};
    onnx_add_node(graph, &node);
}

static void add_gather(struct text *graph, const char *index, uint32_t column, const char *to) {
    const struct onnx_node node = {.operator= "Gather",
                                   .input = {"x", index},
                                   .output = to,
                                   .attribute = {"axis"},
                                   .value = {1}};
    onnx_add_index(graph, index, column);
    onnx_add_node(graph, &node);
}

static void add_one(struct text *graph, const struct combination *of, uint32_t k) {
    static const char *const operators[N_COMBINATION_KIND] = {"Mul", "Div", "Sub", "Add"};
    char a[NAME_BYTES], b[NAME_BYTES], left[NAME_BYTES], right[NAME_BYTES], made[NAME_BYTES];
    name_of(a, "a", k);
    name_of(b, "b", k);
    name_of(left, "left", k);
    name_of(right, "right", k);
    name_of(made, "made", k);
    add_gather(graph, a, of->a, left);
    add_gather(graph, b, of->b, right);
    add_node(graph, operators[of->kind], left, right, made);
}

// made = Concat(made_0, ...), which may be one.
static void join(struct text *graph, uint32_t n) {
    struct text node, attribute;
    text_init(&node, 1 << 16);
    text_init(&attribute, 1 << 10);
    for (uint32_t k = 0; k < n; k++) {
        char made[NAME_BYTES];
        name_of(made, "made", k);
        onnx_add_text(&node, NODE_INPUT, made);
    }
    onnx_add_text(&node, NODE_OUTPUT, "made");
    onnx_add_text(&node, NODE_NAME, "made");
    onnx_add_text(&node, NODE_OPERATOR, "Concat");
    onnx_add_integer(&attribute, ATTRIBUTE_INTEGER, 1);
    onnx_add_text(&attribute, ATTRIBUTE_NAME, "axis");
    onnx_add_integer(&attribute, ATTRIBUTE_TYPE, TYPE_INTEGER);
    onnx_add_message(&node, NODE_ATTRIBUTE, &attribute);
    onnx_add_message(graph, GRAPH_NODE, &node);
    text_fini(&attribute);
    text_fini(&node);
}

const char *onnx_add_columns(struct text *graph, const struct onnx_columns *columns,
                             uint32_t n_feature) {
    static const float infinity = INFINITY, missing = NAN;
    static const struct onnx_node ends[] = {
        {"Abs", {"made"}, "size", {NULL}, {0}},
        {"Less", {"size", "infinity"}, "is_finite", {NULL}, {0}},
        {"Where", {"is_finite", "made", "nan"}, "combined", {NULL}, {0}},
        {"Concat", {"x", "combined"}, "wide", {"axis"}, {1}},
    };
    const uint32_t n = columns ? columns->n : 0;
    onnx_add_value(graph, GRAPH_INPUT, "x", ELEMENT_FLOAT, n_feature - n);
    if (n == 0) {
        return "x";
    }
    for (uint32_t k = 0; k < n; k++) {
        add_one(graph, &columns->combination[k], k);
    }
    join(graph, n);
    onnx_add_constant(graph, "infinity", &infinity, 1, 1);
    onnx_add_constant(graph, "nan", &missing, 1, 1);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        onnx_add_node(graph, &ends[i]);
    }
    return "wide";
}
