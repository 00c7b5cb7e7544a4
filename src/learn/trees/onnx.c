#include "learn/trees/onnx.h"

#include <string.h>

#include "base/status.h"
#include "learn/models/onnx_bytes.h"
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

// ---- the ensemble's lists

struct onnx_writing {
    const struct forest *forest;
    struct text node, attribute; // scratch
    uint32_t n_class;            // of the output
    bool is_class, is_two;
};

// What a list has of a tree's node.
typedef void entry_adder(struct onnx_writing *w, uint32_t tree, uint32_t id,
                         const struct forest_node *node);

static bool is_leaf(const struct forest_node *node) { return node->what == FOREST_LEAF; }

static void add_entry(struct onnx_writing *w, uint64_t value) {
    onnx_add_integer(&w->attribute, ATTRIBUTE_INTEGERS, value);
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
    onnx_add_text(&w->attribute, ATTRIBUTE_TEXTS, is_leaf(node) ? "LEAF" : "BRANCH_LT");
}

static void add_threshold(struct onnx_writing *w, uint32_t tree, uint32_t id,
                          const struct forest_node *node) {
    (void)tree;
    (void)id;
    onnx_add_real(&w->attribute, ATTRIBUTE_REALS, is_leaf(node) ? 0 : node->value);
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
            onnx_add_real(&w->attribute, ATTRIBUTE_REALS,
                          (tree == 0 ? base_of(w, k) : 0) + (k == class_of(w, tree) ? value : 0));
        }
    }
}

// The attribute that has been written, into its node.
static void end_attribute(struct onnx_writing *w, const char *name, uint32_t type) {
    onnx_add_text(&w->attribute, ATTRIBUTE_NAME, name);
    onnx_add_integer(&w->attribute, ATTRIBUTE_TYPE, type);
    onnx_add_message(&w->node, NODE_ATTRIBUTE, &w->attribute);
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

static void add_trees(struct onnx_writing *w, struct text *graph, const char *x) {
    onnx_add_text(&w->node, NODE_INPUT, x);
    onnx_add_text(&w->node, NODE_OUTPUT, w->is_class ? "label" : "value");
    if (w->is_class) {
        onnx_add_text(&w->node, NODE_OUTPUT, "probabilities");
    }
    onnx_add_text(&w->node, NODE_NAME, "trees");
    onnx_add_text(&w->node, NODE_OPERATOR,
                  w->is_class ? "TreeEnsembleClassifier" : "TreeEnsembleRegressor");
    onnx_add_text(&w->node, NODE_DOMAIN, ONNX_DOMAIN_ML);
    add_lists(w);
    if (w->is_class) {
        for (uint32_t i = 0; i < w->n_class; i++) {
            add_entry(w, i);
        }
        end_attribute(w, "classlabels_int64s", TYPE_INTEGERS);
    } else {
        onnx_add_integer(&w->attribute, ATTRIBUTE_INTEGER, 1);
        end_attribute(w, "n_targets", TYPE_INTEGER);
    }
    onnx_add_text(&w->attribute, ATTRIBUTE_TEXT, w->is_class ? "SOFTMAX" : "NONE");
    end_attribute(w, "post_transform", TYPE_TEXT);
    onnx_add_message(graph, GRAPH_NODE, &w->node);
}

// ---- around it

static void add_graph(struct onnx_writing *w, const struct onnx_columns *columns,
                      struct text *graph) {
    add_trees(w, graph, onnx_add_columns(graph, columns, w->forest->shape.n_feature));
    onnx_add_text(graph, GRAPH_NAME, "forest");
    if (w->is_class) {
        onnx_add_value(graph, GRAPH_OUTPUT, "label", ELEMENT_INT64, 0);
        onnx_add_value(graph, GRAPH_OUTPUT, "probabilities", ELEMENT_FLOAT, w->n_class);
    } else {
        onnx_add_value(graph, GRAPH_OUTPUT, "value", ELEMENT_FLOAT, 1);
    }
}

maru_status onnx_write(const struct forest *forest, const struct onnx_columns *columns,
                       struct text *out, maru_error *err) {
    const struct forest_shape shape = forest->shape;
    struct onnx_writing w = {.forest = forest, .is_class = shape.goal != FOREST_NUMBER};
    w.is_two = w.is_class && shape.n_group <= 2;
    w.n_class = w.is_two ? 2 : shape.n_group;
    struct text graph;
    text_init(&graph, out->max_bytes);
    text_init(&w.node, out->max_bytes);
    text_init(&w.attribute, out->max_bytes);
    add_graph(&w, columns, &graph);
    char print[33];
    forest_fingerprint(forest, print);
    onnx_add_model(out, &graph, print, true);
    text_fini(&graph);
    text_fini(&w.node);
    text_fini(&w.attribute);
    return out->status == MARU_OK ? MARU_OK
                                  : fail(err, out->status, "no room for the bytes of the trees");
}
