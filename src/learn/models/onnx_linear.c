// The steps of linear_model_margins as a graph; each line is a node:
//
//     missing = IsNaN(x)                     filled = Where(missing, center, x)
//     held = Min(Max(filled, low), high)     moved = Where(missing, 0, held - center)
//     margin = moved weight + missing absent + base
//
// and then Sigmoid, Softmax or nothing.

#include "learn/models/onnx_linear.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "learn/models/onnx_bytes.h"

static const struct onnx_node to_margin[] = {
    {"IsNaN", {"x"}, "missing", {NULL}, {0}},
    {"Where", {"missing", "center", "x"}, "filled", {NULL}, {0}},
    {"Max", {"filled", "low"}, "above", {NULL}, {0}},
    {"Min", {"above", "high"}, "held", {NULL}, {0}},
    {"Sub", {"held", "center"}, "away", {NULL}, {0}},
    {"Where", {"missing", "zero", "away"}, "moved", {NULL}, {0}},
    {"MatMul", {"moved", "weight"}, "by_value", {NULL}, {0}},
    {"Cast", {"missing"}, "is_missing", {"to"}, {ELEMENT_FLOAT}},
    {"MatMul", {"is_missing", "absent"}, "by_absence", {NULL}, {0}},
    {"Add", {"by_value", "by_absence"}, "sum", {NULL}, {0}},
};
static const struct onnx_node to_number[] = {{"Add", {"sum", "base"}, "value", {NULL}, {0}}};
static const struct onnx_node to_yes_no[] = {
    {"Add", {"sum", "base"}, "margin", {NULL}, {0}},
    {"Sigmoid", {"margin"}, "yes", {NULL}, {0}},
    {"Sub", {"one", "yes"}, "no", {NULL}, {0}},
    {"Concat", {"no", "yes"}, "probabilities", {"axis"}, {1}},
    {"ArgMax", {"probabilities"}, "label", {"axis", "keepdims"}, {1, 0}},
};
static const struct onnx_node to_class[] = {
    {"Add", {"sum", "base"}, "margin", {NULL}, {0}},
    {"Softmax", {"margin"}, "probabilities", {"axis"}, {1}},
    {"ArgMax", {"probabilities"}, "label", {"axis", "keepdims"}, {1, 0}},
};

// `x`: the tensor of what the model asks.
static void add_steps(struct text *graph, const struct onnx_node *step, size_t n, const char *x) {
    for (size_t i = 0; i < n; i++) {
        struct onnx_node node = step[i];
        for (size_t k = 0; k < 3 && node.input[k]; k++) {
            node.input[k] = strcmp(node.input[k], "x") == 0 ? x : node.input[k];
        }
        onnx_add_node(graph, &node);
    }
}

// Weights stand group by group with us, column by column there.
static void add_turned(struct text *graph, const char *name, const double *value,
                       const struct linear_shape *shape, float *room) {
    for (uint32_t f = 0; f < shape->n_feature; f++) {
        for (uint32_t g = 0; g < shape->n_group; g++) {
            room[(size_t)f * shape->n_group + g] = (float)value[(size_t)g * shape->n_feature + f];
        }
    }
    onnx_add_constant(graph, name, room, shape->n_feature, shape->n_group);
}

static void add_constants(struct text *graph, const struct linear_draft *draft, float *room) {
    static const float zero = 0, one = 1;
    const uint32_t n = draft->shape.n_feature;
    onnx_add_constant(graph, "low", draft->low, 1, n);
    onnx_add_constant(graph, "high", draft->high, 1, n);
    onnx_add_constant(graph, "center", draft->center, 1, n);
    onnx_add_constant(graph, "zero", &zero, 1, 1);
    if (draft->shape.goal == LINEAR_YES_NO) {
        onnx_add_constant(graph, "one", &one, 1, 1);
    }
    add_turned(graph, "weight", draft->weight, &draft->shape, room);
    add_turned(graph, "absent", draft->missing, &draft->shape, room);
    for (uint32_t g = 0; g < draft->shape.n_group; g++) {
        room[g] = (float)draft->base[g];
    }
    onnx_add_constant(graph, "base", room, 1, draft->shape.n_group);
}

static void add_goal(struct text *graph, const struct linear_shape *shape) {
    if (shape->goal == LINEAR_NUMBER) {
        add_steps(graph, to_number, sizeof to_number / sizeof *to_number, "x");
        onnx_add_value(graph, GRAPH_OUTPUT, "value", ELEMENT_FLOAT, 1);
        return;
    }
    if (shape->goal == LINEAR_YES_NO) {
        add_steps(graph, to_yes_no, sizeof to_yes_no / sizeof *to_yes_no, "x");
    } else {
        add_steps(graph, to_class, sizeof to_class / sizeof *to_class, "x");
    }
    onnx_add_value(graph, GRAPH_OUTPUT, "label", ELEMENT_INT64, 0);
    onnx_add_value(graph, GRAPH_OUTPUT, "probabilities", ELEMENT_FLOAT,
                   shape->goal == LINEAR_YES_NO ? 2 : shape->n_group);
}

maru_status onnx_write_linear(const struct linear_model *model, const struct onnx_columns *columns,
                              struct text *out, maru_error *err) {
    const struct linear_draft *draft = linear_model_draft(model);
    const size_t n_room = (size_t)draft->shape.n_feature * draft->shape.n_group + 1;
    float *room = alloc_new(n_room + draft->shape.n_group, sizeof *room);
    if (!room) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    struct text graph;
    text_init(&graph, out->max_bytes);
    const char *x = onnx_add_columns(&graph, columns, draft->shape.n_feature);
    add_steps(&graph, to_margin, sizeof to_margin / sizeof *to_margin, x);
    add_goal(&graph, &draft->shape);
    onnx_add_text(&graph, GRAPH_NAME, "linear");
    add_constants(&graph, draft, room);
    char print[33];
    linear_model_fingerprint(model, print);
    onnx_add_model(out, &graph, print, false);
    text_fini(&graph);
    alloc_free(room);
    return out->status == MARU_OK
               ? MARU_OK
               : fail(err, out->status, "no room for the bytes of the linear model");
}
