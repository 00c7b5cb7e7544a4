// The steps of linear_model_margins as a graph; each line of `steps` is a node:
//
//     missing = IsNaN(x)                     filled = Where(missing, center, x)
//     held = Min(Max(filled, low), high)     moved = Where(missing, 0, held - center)
//     margin = moved weight + missing absent + base
//
// and then Sigmoid, Softmax or nothing.

#include "learn/models/onnx_linear.h"

#include "base/alloc.h"
#include "base/status.h"
#include "learn/models/onnx_bytes.h"

struct step {
    const char *operator, * input[3], *output;
    const char *attribute[2]; // integers, NULL: none
    uint64_t value[2];
};

static const struct step to_margin[] = {
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
static const struct step to_number[] = {{"Add", {"sum", "base"}, "value", {NULL}, {0}}};
static const struct step to_yes_no[] = {
    {"Add", {"sum", "base"}, "margin", {NULL}, {0}},
    {"Sigmoid", {"margin"}, "yes", {NULL}, {0}},
    {"Sub", {"one", "yes"}, "no", {NULL}, {0}},
    {"Concat", {"no", "yes"}, "probabilities", {"axis"}, {1}},
    {"ArgMax", {"probabilities"}, "label", {"axis", "keepdims"}, {1, 0}},
};
static const struct step to_class[] = {
    {"Add", {"sum", "base"}, "margin", {NULL}, {0}},
    {"Softmax", {"margin"}, "probabilities", {"axis"}, {1}},
    {"ArgMax", {"probabilities"}, "label", {"axis", "keepdims"}, {1, 0}},
};

static void add_step(struct text *graph, const struct step *step) {
    struct text node, attribute;
    text_init(&node, 1 << 12);
    text_init(&attribute, 1 << 12);
    for (size_t i = 0; i < 3 && step->input[i]; i++) {
        onnx_add_text(&node, NODE_INPUT, step->input[i]);
    }
    onnx_add_text(&node, NODE_OUTPUT, step->output);
    onnx_add_text(&node, NODE_NAME, step->output);
    onnx_add_text(&node, NODE_OPERATOR, step->operator);
    for (size_t i = 0; i < 2 && step->attribute[i]; i++) {
        onnx_add_integer(&attribute, ATTRIBUTE_INTEGER, step->value[i]);
        onnx_add_text(&attribute, ATTRIBUTE_NAME, step->attribute[i]);
        onnx_add_integer(&attribute, ATTRIBUTE_TYPE, TYPE_INTEGER);
        onnx_add_message(&node, NODE_ATTRIBUTE, &attribute);
    }
    onnx_add_message(graph, GRAPH_NODE, &node);
    text_fini(&attribute);
    text_fini(&node);
}

static void add_steps(struct text *graph, const struct step *step, size_t n) {
    for (size_t i = 0; i < n; i++) {
        add_step(graph, &step[i]);
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
        add_steps(graph, to_number, sizeof to_number / sizeof *to_number);
        onnx_add_value(graph, GRAPH_OUTPUT, "value", ELEMENT_FLOAT, 1);
        return;
    }
    if (shape->goal == LINEAR_YES_NO) {
        add_steps(graph, to_yes_no, sizeof to_yes_no / sizeof *to_yes_no);
    } else {
        add_steps(graph, to_class, sizeof to_class / sizeof *to_class);
    }
    onnx_add_value(graph, GRAPH_OUTPUT, "label", ELEMENT_INT64, 0);
    onnx_add_value(graph, GRAPH_OUTPUT, "probabilities", ELEMENT_FLOAT,
                   shape->goal == LINEAR_YES_NO ? 2 : shape->n_group);
}

maru_status onnx_write_linear(const struct linear_model *model, struct text *out, maru_error *err) {
    const struct linear_draft *draft = linear_model_draft(model);
    const size_t n_room = (size_t)draft->shape.n_feature * draft->shape.n_group + 1;
    float *room = alloc_new(n_room + draft->shape.n_group, sizeof *room);
    if (!room) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    struct text graph;
    text_init(&graph, out->max_bytes);
    add_steps(&graph, to_margin, sizeof to_margin / sizeof *to_margin);
    add_goal(&graph, &draft->shape);
    onnx_add_text(&graph, GRAPH_NAME, "linear");
    onnx_add_value(&graph, GRAPH_INPUT, "x", ELEMENT_FLOAT, draft->shape.n_feature);
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
