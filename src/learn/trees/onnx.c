#include "learn/trees/onnx.h"

#include <string.h>

#include "base/status.h"
#include "learn/trees/forest_inside.h"

// ONNX is Protocol Buffers; what a message holds is written into a text of its own first, since its length stands before it. A node has
// one attribute a list, each with an entry for each node of all trees: node 0 of a tree is its root, as with us.
//
// BRANCH_LT is the comparison of XGBoost (value < threshold goes to the true branch), and nodes_missing_value_tracks_true its way for
// missing values. What margins begin with is added by the leaves of the first tree, to every class: each row comes to one of them.
//
// Two classes, and yes or no, are written as margins 0 and m under SOFTMAX, which is the logistic function of m; where there are trees
// for both, those of the first count against m. So the label is right for runtimes that take the larger one and for those that look
// whether the second is above 0, and none needs base_values, which runtimes read differently for two classes.

// Field numbers of onnx-ml.proto, IR version 4.
enum {
    MODEL_IR = 1,
    MODEL_PRODUCER = 2,
    MODEL_PRODUCER_VERSION = 3,
    MODEL_GRAPH = 7,
    MODEL_OPSET = 8,
    MODEL_METADATA = 14
};
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum {
    NODE_INPUT = 1,
    NODE_OUTPUT = 2,
    NODE_NAME = 3,
    NODE_OPERATOR = 4,
    NODE_ATTRIBUTE = 5,
    NODE_DOMAIN = 7
};
enum {
    ATTRIBUTE_NAME = 1,
    ATTRIBUTE_INTEGER = 3,
    ATTRIBUTE_TEXT = 4,
    ATTRIBUTE_REALS = 7,
    ATTRIBUTE_INTEGERS = 8,
    ATTRIBUTE_TEXTS = 9,
    ATTRIBUTE_TYPE = 20
};
enum { TYPE_INTEGER = 2, TYPE_TEXT = 3, TYPE_REALS = 6, TYPE_INTEGERS = 7, TYPE_TEXTS = 8 };
enum { ELEMENT_FLOAT = 1, ELEMENT_INT64 = 7 };

static const char domain_ml[] = "ai.onnx.ml";

// ---- Protocol Buffers

static void add_varint(struct text *out, uint64_t value) {
    char bytes[10];
    size_t n = 0;
    for (; value > 127; value >>= 7) {
        bytes[n++] = (char)(value | 128);
    }
    bytes[n++] = (char)value;
    text_add(out, bytes, n);
}

static void add_integer(struct text *out, uint32_t field, uint64_t value) {
    add_varint(out, (uint64_t)field << 3);
    add_varint(out, value);
}

static void add_bytes(struct text *out, uint32_t field, const char *bytes, size_t n) {
    add_varint(out, (uint64_t)field << 3 | 2);
    add_varint(out, n);
    text_add(out, n > 0 ? bytes : "", n);
}

static void add_text(struct text *out, uint32_t field, const char *text) {
    add_bytes(out, field, text, strlen(text));
}

static void add_real(struct text *out, uint32_t field, float value) {
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    const char bytes[4] = {(char)bits, (char)(bits >> 8), (char)(bits >> 16), (char)(bits >> 24)};
    add_varint(out, (uint64_t)field << 3 | 5);
    text_add(out, bytes, sizeof bytes);
}

// A message into another, and the room of it for the next one.
static void add_message(struct text *out, uint32_t field, struct text *message) {
    if (message->status != MARU_OK && out->status == MARU_OK) {
        out->status = message->status;
    }
    add_bytes(out, field, message->bytes, message->n_bytes);
    text_clear(message);
}

// ---- the ensemble's lists

struct onnx_writing {
    const struct forest *forest;
    struct text node, attribute;
    uint32_t n_class; // of the output
    bool is_class, is_two;
};

// What a list has of a tree's node.
typedef void entry_adder(struct onnx_writing *w, uint32_t tree, uint32_t id,
                         const struct forest_node *node);

static bool is_leaf(const struct forest_node *node) { return node->what == FOREST_LEAF; }

static void add_entry(struct onnx_writing *w, uint64_t value) {
    add_integer(&w->attribute, ATTRIBUTE_INTEGERS, value);
}

static void add_tree_id(struct onnx_writing *w, uint32_t tree, uint32_t id,
                        const struct forest_node *node) {
    (void)id;
    (void)node;
    add_entry(w, tree);
}

static void add_node_id(struct onnx_writing *w, uint32_t tree, uint32_t id,
                        const struct forest_node *node) {
    (void)tree;
    (void)node;
    add_entry(w, id);
}

static void add_feature(struct onnx_writing *w, uint32_t tree, uint32_t id,
                        const struct forest_node *node) {
    (void)tree;
    (void)id;
    add_entry(w, is_leaf(node) ? 0 : node->what / 2);
}

static void add_mode(struct onnx_writing *w, uint32_t tree, uint32_t id,
                     const struct forest_node *node) {
    (void)tree;
    (void)id;
    add_text(&w->attribute, ATTRIBUTE_TEXTS, is_leaf(node) ? "LEAF" : "BRANCH_LT");
}

static void add_threshold(struct onnx_writing *w, uint32_t tree, uint32_t id,
                          const struct forest_node *node) {
    (void)tree;
    (void)id;
    add_real(&w->attribute, ATTRIBUTE_REALS, is_leaf(node) ? 0 : node->value);
}

static void add_true(struct onnx_writing *w, uint32_t tree, uint32_t id,
                     const struct forest_node *node) {
    (void)tree;
    (void)id;
    add_entry(w, node->first);
}

static void add_false(struct onnx_writing *w, uint32_t tree, uint32_t id,
                      const struct forest_node *node) {
    (void)tree;
    (void)id;
    add_entry(w, is_leaf(node) ? 0 : node->first + 1);
}

static void add_missing(struct onnx_writing *w, uint32_t tree, uint32_t id,
                        const struct forest_node *node) {
    (void)tree;
    (void)id;
    add_entry(w, is_leaf(node) ? 0 : node->what & 1);
}

// The class to which a tree adds.
static uint32_t class_of(const struct onnx_writing *w, uint32_t tree) {
    return w->is_two ? 1 : w->forest->group[tree];
}

// Does a leaf of the tree add to class k? Those of the first tree add to each.
static bool adds_to(const struct onnx_writing *w, uint32_t tree, uint32_t k) {
    return tree == 0 || k == class_of(w, tree);
}

static void add_leaf_tree(struct onnx_writing *w, uint32_t tree, uint32_t id,
                          const struct forest_node *node) {
    (void)id;
    for (uint32_t k = 0; is_leaf(node) && k < w->n_class; k++) {
        if (adds_to(w, tree, k)) {
            add_entry(w, tree);
        }
    }
}

static void add_leaf_id(struct onnx_writing *w, uint32_t tree, uint32_t id,
                        const struct forest_node *node) {
    for (uint32_t k = 0; is_leaf(node) && k < w->n_class; k++) {
        if (adds_to(w, tree, k)) {
            add_entry(w, id);
        }
    }
}

static void add_leaf_class(struct onnx_writing *w, uint32_t tree, uint32_t id,
                           const struct forest_node *node) {
    (void)id;
    for (uint32_t k = 0; is_leaf(node) && k < w->n_class; k++) {
        if (adds_to(w, tree, k)) {
            add_entry(w, k);
        }
    }
}

// Where the margin of class k begins.
static float base_of(const struct onnx_writing *w, uint32_t k) {
    const struct forest_shape *shape = &w->forest->shape;
    const bool is_none = w->is_two && (k == 0 || shape->goal == FOREST_CLASS);
    return is_none ? 0 : shape->base;
}

static void add_leaf_weight(struct onnx_writing *w, uint32_t tree, uint32_t id,
                            const struct forest_node *node) {
    (void)id;
    const bool is_against =
        w->is_two && w->forest->shape.goal == FOREST_CLASS && w->forest->group[tree] == 0;
    for (uint32_t k = 0; is_leaf(node) && k < w->n_class; k++) {
        if (adds_to(w, tree, k)) {
            const float value = is_against ? -node->value : node->value;
            add_real(&w->attribute, ATTRIBUTE_REALS,
                     (tree == 0 ? base_of(w, k) : 0) + (k == class_of(w, tree) ? value : 0));
        }
    }
}

// The attribute that has been written, into its node.
static void end_attribute(struct onnx_writing *w, const char *name, uint32_t type) {
    add_text(&w->attribute, ATTRIBUTE_NAME, name);
    add_integer(&w->attribute, ATTRIBUTE_TYPE, type);
    add_message(&w->node, NODE_ATTRIBUTE, &w->attribute);
}

static void add_list(struct onnx_writing *w, const char *name, uint32_t type, entry_adder *add) {
    const struct forest *forest = w->forest;
    for (uint32_t tree = 0; tree < forest->shape.n_tree; tree++) {
        const uint32_t begin = forest->root[tree], n = forest->root[tree + 1] - begin;
        for (uint32_t id = 0; id < n; id++) {
            add(w, tree, id, &forest->node[begin + id]);
        }
    }
    end_attribute(w, name, type);
}

static void add_lists(struct onnx_writing *w) {
    static const struct {
        const char *of_class, *of_number; // their names for what leaves add differ
        uint32_t type;
        entry_adder *add;
    } lists[] = {
        {"nodes_treeids", "nodes_treeids", TYPE_INTEGERS, add_tree_id},
        {"nodes_nodeids", "nodes_nodeids", TYPE_INTEGERS, add_node_id},
        {"nodes_featureids", "nodes_featureids", TYPE_INTEGERS, add_feature},
        {"nodes_modes", "nodes_modes", TYPE_TEXTS, add_mode},
        {"nodes_values", "nodes_values", TYPE_REALS, add_threshold},
        {"nodes_truenodeids", "nodes_truenodeids", TYPE_INTEGERS, add_true},
        {"nodes_falsenodeids", "nodes_falsenodeids", TYPE_INTEGERS, add_false},
        {"nodes_missing_value_tracks_true", "nodes_missing_value_tracks_true", TYPE_INTEGERS,
         add_missing},
        {"class_treeids", "target_treeids", TYPE_INTEGERS, add_leaf_tree},
        {"class_nodeids", "target_nodeids", TYPE_INTEGERS, add_leaf_id},
        {"class_ids", "target_ids", TYPE_INTEGERS, add_leaf_class},
        {"class_weights", "target_weights", TYPE_REALS, add_leaf_weight},
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        add_list(w, w->is_class ? lists[i].of_class : lists[i].of_number, lists[i].type,
                 lists[i].add);
    }
}

static void add_node(struct onnx_writing *w, struct text *graph) {
    add_text(&w->node, NODE_INPUT, "x");
    add_text(&w->node, NODE_OUTPUT, w->is_class ? "label" : "value");
    if (w->is_class) {
        add_text(&w->node, NODE_OUTPUT, "probabilities");
    }
    add_text(&w->node, NODE_NAME, "trees");
    add_text(&w->node, NODE_OPERATOR,
             w->is_class ? "TreeEnsembleClassifier" : "TreeEnsembleRegressor");
    add_text(&w->node, NODE_DOMAIN, domain_ml);
    add_lists(w);
    if (w->is_class) {
        for (uint32_t i = 0; i < w->n_class; i++) {
            add_entry(w, i);
        }
        end_attribute(w, "classlabels_int64s", TYPE_INTEGERS);
    } else {
        add_integer(&w->attribute, ATTRIBUTE_INTEGER, 1);
        end_attribute(w, "n_targets", TYPE_INTEGER);
    }
    add_text(&w->attribute, ATTRIBUTE_TEXT, w->is_class ? "SOFTMAX" : "NONE");
    end_attribute(w, "post_transform", TYPE_TEXT);
    add_message(graph, GRAPH_NODE, &w->node);
}

// ---- around it

// A tensor (rows, n), or with n = 0 (rows).
static void add_tensor(struct onnx_writing *w, struct text *graph, uint32_t field, const char *name,
                       uint32_t element, uint32_t n) {
    struct text *dim = &w->attribute, shape, type;
    text_init(&shape, 1 << 10);
    text_init(&type, 1 << 10);
    add_text(dim, 2, "rows");
    add_message(&shape, 1, dim);
    if (n > 0) {
        add_integer(dim, 1, n);
        add_message(&shape, 1, dim);
    }
    add_integer(&type, 1, element); // TypeProto.Tensor: elem_type, shape
    add_message(&type, 2, &shape);
    add_message(dim, 1, &type);  // TypeProto: tensor_type
    add_text(&w->node, 1, name); // ValueInfoProto: name, type
    add_message(&w->node, 2, dim);
    add_message(graph, field, &w->node);
    text_fini(&shape);
    text_fini(&type);
}

static void add_graph(struct onnx_writing *w, struct text *graph) {
    const struct forest_shape *shape = &w->forest->shape;
    add_node(w, graph);
    add_text(graph, GRAPH_NAME, "forest");
    add_tensor(w, graph, GRAPH_INPUT, "x", ELEMENT_FLOAT, shape->n_feature);
    if (w->is_class) {
        add_tensor(w, graph, GRAPH_OUTPUT, "label", ELEMENT_INT64, 0);
        add_tensor(w, graph, GRAPH_OUTPUT, "probabilities", ELEMENT_FLOAT, w->n_class);
    } else {
        add_tensor(w, graph, GRAPH_OUTPUT, "value", ELEMENT_FLOAT, 1);
    }
}

static void add_opset(struct onnx_writing *w, struct text *out, const char *domain,
                      uint64_t version) {
    add_text(&w->node, 1, domain);
    add_integer(&w->node, 2, version);
    add_message(out, MODEL_OPSET, &w->node);
}

maru_status onnx_write(const struct forest *forest, struct text *out, maru_error *err) {
    const struct forest_shape shape = forest->shape;
    struct onnx_writing w = {.forest = forest, .is_class = shape.goal != FOREST_NUMBER};
    w.is_two = w.is_class && shape.n_group <= 2;
    w.n_class = w.is_two ? 2 : shape.n_group;
    struct text graph;
    text_init(&graph, out->max_bytes);
    text_init(&w.node, out->max_bytes);
    text_init(&w.attribute, out->max_bytes);
    add_graph(&w, &graph);
    add_integer(out, MODEL_IR, ONNX_IR);
    add_text(out, MODEL_PRODUCER, "maru");
    add_text(out, MODEL_PRODUCER_VERSION, maru_version());
    add_message(out, MODEL_GRAPH, &graph);
    add_opset(&w, out, "", ONNX_OPSET);
    add_opset(&w, out, domain_ml, ONNX_OPSET_ML);
    char print[33];
    forest_fingerprint(forest, print);
    add_text(&w.node, 1, "maru.fingerprint");
    add_text(&w.node, 2, print);
    add_message(out, MODEL_METADATA, &w.node);
    text_fini(&graph);
    text_fini(&w.node);
    text_fini(&w.attribute);
    return out->status == MARU_OK ? MARU_OK
                                  : fail(err, out->status, "no room for the bytes of the trees");
}
