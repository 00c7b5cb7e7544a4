#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/number.h"
#include "base/random.h"
#include "base/status.h"
#include "learn/trees/forest_inside.h"

// A model as XGBoost saves it, JSON of version 1.7:
//
//     learner: gradient_booster: name, model: tree_info: [class of each tree], trees: [tree ...]
//              learner_model_param: base_score, num_class, num_feature, num_target (numbers as texts)
//              objective: name
//     tree:    left_children, right_children (-1: a leaf), split_indices, split_conditions (of a leaf: what it adds), default_left,
//              split_type (0: numeric)
//
// Read event by event, since a large model has more values than a tree of JSON may have. What we do not need is stepped over; a member
// that we need may come once. Nodes are numbered anew, level by level: XGBoost's numbers may have holes.
//
// Source: "Introduction to Model IO" of XGBoost's documentation, with its JSON schema.

struct column {
    double *value;
    uint32_t n, cap;
    bool is_there;
};

enum part { LEFT, RIGHT, FEATURE, CONDITION, DEFAULT_LEFT, SPLIT_TYPE, TREE_INFO, N_PART };

enum seen {
    SEEN_NAME = 1,
    SEEN_OBJECTIVE = 2,
    SEEN_BASE = 4,
    SEEN_CLASSES = 8,
    SEEN_FEATURES = 16,
    SEEN_TREES = 32
};

struct booster_reading {
    struct json_reader json;
    const char *bytes;
    size_t n;
    struct json_event event; // the newest one
    struct column part[N_PART];
    uint32_t *order; // (cap_order) nodes of a tree in our order
    uint8_t *is_reached;
    uint32_t cap_order;
    unsigned seen;
    double base, n_class, n_feature;
    struct forest_draft draft;
    maru_error *err;
};

typedef maru_status member_reader(struct booster_reading *r, const char *key, size_t n_key);

static maru_status wrong(struct booster_reading *r, const char *what) {
    return fail_at(r->err, MARU_E_INPUT, NULL, 0, (uint32_t)r->json.at, "%s", what);
}

static maru_status next(struct booster_reading *r) {
    return json_next(&r->json, r->bytes, r->n, true, &r->event, r->err);
}

// Steps over the value that begins with the next event.
static maru_status skip(struct booster_reading *r) {
    const uint32_t depth = r->json.depth;
    maru_status st = next(r);
    while (st == MARU_OK && r->json.depth > depth) {
        st = next(r);
    }
    return st;
}

static bool is_key(const char *key, size_t n, const char *wanted) {
    return n == strlen(wanted) && memcmp(key, wanted, n) == 0;
}

// Reads an object, member by member.
static maru_status read_object(struct booster_reading *r, member_reader *member) {
    maru_status st = next(r);
    if (st == MARU_OK && r->event.kind != JSON_OBJECT) {
        return wrong(r, "the model of trees has something else where an object is wanted");
    }
    while (st == MARU_OK) {
        st = next(r);
        if (st != MARU_OK || r->event.kind == JSON_OBJECT_END) {
            break;
        }
        st = member(r, r->event.bytes, r->event.n);
    }
    return st;
}

// A member that we need may come once.
static maru_status once(struct booster_reading *r, enum seen which) {
    if (r->seen & which) {
        return wrong(r, "the model of trees says the same twice");
    }
    r->seen |= which;
    return MARU_OK;
}

// A number, also one that is written as a text.
static maru_status read_number(struct booster_reading *r, double *out) {
    const maru_status st = next(r);
    if (st != MARU_OK) {
        return st;
    }
    const bool is_number = r->event.kind == JSON_NUMBER || r->event.kind == JSON_TEXT;
    return is_number && number_double(r->event.bytes, r->event.n, out)
               ? MARU_OK
               : wrong(r, "the model of trees has something else where a number is wanted");
}

// ---- arrays

static maru_status column_add(struct booster_reading *r, struct column *column, double value) {
    if (column->n == FOREST_MAX_NODES) {
        return fail(r->err, MARU_E_LIMIT, "trees with more than %d nodes", FOREST_MAX_NODES);
    }
    if (column->n == column->cap) {
        const uint32_t cap = column->cap > 0 ? 2 * column->cap : 128;
        double *grown = alloc_resize(column->value, cap, sizeof *grown);
        if (!grown) {
            return fail(r->err, MARU_E_MEMORY, "no memory");
        }
        column->value = grown;
        column->cap = cap;
    }
    column->value[column->n++] = value;
    return MARU_OK;
}

static maru_status read_column(struct booster_reading *r, struct column *column) {
    if (column->is_there) {
        return wrong(r, "the model of trees says the same twice");
    }
    column->is_there = true;
    maru_status st = next(r);
    if (st == MARU_OK && r->event.kind != JSON_ARRAY) {
        return wrong(r, "the model of trees has something else where numbers are wanted");
    }
    while (st == MARU_OK) {
        st = next(r);
        if (st != MARU_OK || r->event.kind == JSON_ARRAY_END) {
            break;
        }
        double value = r->event.kind == JSON_TRUE;
        if (r->event.kind != JSON_TRUE && r->event.kind != JSON_FALSE &&
            (r->event.kind != JSON_NUMBER || !number_double(r->event.bytes, r->event.n, &value))) {
            return wrong(r, "the model of trees has something else where numbers are wanted");
        }
        st = column_add(r, column, value);
    }
    return st;
}

// ---- one tree

static bool is_index(double value, uint32_t n) {
    return value >= 0 && value < (double)n && value == floor(value);
}

static maru_status check_columns(struct booster_reading *r) {
    for (enum part p = LEFT; p < TREE_INFO; p++) {
        if (p != SPLIT_TYPE && !r->part[p].is_there) {
            return wrong(r, "a tree lacks one of its lists");
        }
        if (r->part[p].is_there && r->part[p].n != r->part[LEFT].n) {
            return wrong(r, "the lists of a tree differ in length");
        }
    }
    return r->part[LEFT].n > 0 ? MARU_OK : wrong(r, "a tree without nodes");
}

// Room for the order of n nodes, none of them reached.
static maru_status make_room(struct booster_reading *r, uint32_t n) {
    if (n > r->cap_order) {
        uint32_t *order = alloc_resize(r->order, n, sizeof *order);
        r->order = order ? order : r->order;
        uint8_t *is_reached = alloc_resize(r->is_reached, n, 1);
        r->is_reached = is_reached ? is_reached : r->is_reached;
        if (!order || !is_reached) {
            return fail(r->err, MARU_E_MEMORY, "no memory");
        }
        r->cap_order = n;
    }
    memset(r->is_reached, 0, n);
    return MARU_OK;
}

static maru_status reach(struct booster_reading *r, double node, uint32_t *n_known) {
    if (!is_index(node, r->part[LEFT].n)) {
        return wrong(r, "a node of a tree is not there");
    }
    const uint32_t id = (uint32_t)node;
    if (r->is_reached[id]) {
        return wrong(r, "two nodes of a tree go on at the same one");
    }
    r->is_reached[id] = 1;
    r->order[(*n_known)++] = id;
    return MARU_OK;
}

static maru_status question(struct booster_reading *r, uint32_t id, struct forest_node *node,
                            uint32_t *n_known) {
    const double feature = r->part[FEATURE].value[id], missing = r->part[DEFAULT_LEFT].value[id];
    if (r->part[SPLIT_TYPE].is_there && r->part[SPLIT_TYPE].value[id] != 0) {
        return wrong(r, "a tree asks for categories: only numbers are known here");
    }
    if (!is_index(feature, FOREST_MAX_FEATURES) || !is_index(missing, 2)) {
        return wrong(r, "a tree asks a column that cannot be");
    }
    node->what = 2 * (uint32_t)feature + (uint32_t)missing;
    const maru_status st = reach(r, r->part[LEFT].value[id], n_known);
    return st == MARU_OK ? reach(r, r->part[RIGHT].value[id], n_known) : st;
}

static maru_status add_tree(struct booster_reading *r) {
    maru_status st = check_columns(r);
    if (st == MARU_OK) {
        st = make_room(r, r->part[LEFT].n);
    }
    if (st == MARU_OK) {
        st = forest_draft_add_tree(&r->draft, 0, r->err);
    }
    uint32_t n_known = 0;
    if (st == MARU_OK) {
        st = reach(r, 0, &n_known);
    }
    for (uint32_t i = 0; st == MARU_OK && i < n_known; i++) {
        const uint32_t id = r->order[i];
        struct forest_node node = {FOREST_LEAF, 0, (float)r->part[CONDITION].value[id]};
        const bool is_leaf = r->part[LEFT].value[id] == -1;
        if (is_leaf != (r->part[RIGHT].value[id] == -1)) {
            return wrong(r, "a node of a tree with one child");
        }
        if (!is_leaf) {
            st = question(r, id, &node, &n_known);
        }
        if (st == MARU_OK) {
            st = forest_draft_add_node(&r->draft, &node, r->err);
        }
    }
    return st;
}

static maru_status tree_member(struct booster_reading *r, const char *key, size_t n) {
    static const char *const names[TREE_INFO] = {"left_children", "right_children",
                                                 "split_indices", "split_conditions",
                                                 "default_left",  "split_type"};
    for (enum part p = LEFT; p < TREE_INFO; p++) {
        if (is_key(key, n, names[p])) {
            return read_column(r, &r->part[p]);
        }
    }
    return skip(r);
}

// The closing bracket of the array comes where a tree would begin, so the reader is kept to look twice.
static maru_status read_trees(struct booster_reading *r) {
    maru_status st = next(r);
    if (st == MARU_OK && r->event.kind != JSON_ARRAY) {
        return wrong(r, "the model of trees has something else where a list is wanted");
    }
    while (st == MARU_OK) {
        const struct json_reader before = r->json;
        st = next(r);
        if (st != MARU_OK || r->event.kind == JSON_ARRAY_END) {
            break;
        }
        r->json = before;
        for (enum part p = LEFT; p < TREE_INFO; p++) {
            r->part[p].n = 0;
            r->part[p].is_there = false;
        }
        st = read_object(r, tree_member);
        if (st == MARU_OK) {
            st = add_tree(r);
        }
    }
    return st;
}

// ---- around the trees

static maru_status model_member(struct booster_reading *r, const char *key, size_t n) {
    if (is_key(key, n, "tree_info")) {
        return read_column(r, &r->part[TREE_INFO]);
    }
    if (is_key(key, n, "trees")) {
        const maru_status st = once(r, SEEN_TREES);
        return st == MARU_OK ? read_trees(r) : st;
    }
    return skip(r);
}

static maru_status booster_member(struct booster_reading *r, const char *key, size_t n) {
    if (is_key(key, n, "model")) {
        return read_object(r, model_member);
    }
    if (is_key(key, n, "name")) {
        maru_status st = once(r, SEEN_NAME);
        if (st == MARU_OK) {
            st = next(r);
        }
        if (st != MARU_OK) {
            return st;
        }
        return r->event.kind == JSON_TEXT && is_key(r->event.bytes, r->event.n, "gbtree")
                   ? MARU_OK
                   : wrong(r, "the model is none of plain trees (gbtree)");
    }
    return skip(r);
}

static maru_status param_member(struct booster_reading *r, const char *key, size_t n) {
    static const struct {
        const char *name;
        enum seen seen;
    } known[] = {
        {"base_score", SEEN_BASE}, {"num_class", SEEN_CLASSES}, {"num_feature", SEEN_FEATURES}};
    double *const to[] = {&r->base, &r->n_class, &r->n_feature};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (is_key(key, n, known[i].name)) {
            const maru_status st = once(r, known[i].seen);
            return st == MARU_OK ? read_number(r, to[i]) : st;
        }
    }
    if (is_key(key, n, "num_target")) {
        double n_target = 0;
        const maru_status st = read_number(r, &n_target);
        return st != MARU_OK || n_target == 1
                   ? st
                   : wrong(r, "a model that predicts several things at once");
    }
    return skip(r);
}

static maru_status objective_member(struct booster_reading *r, const char *key, size_t n) {
    static const struct {
        const char *name;
        enum forest_goal goal;
    } known[] = {{"binary:logistic", FOREST_YES_NO},
                 {"multi:softprob", FOREST_CLASS},
                 {"multi:softmax", FOREST_CLASS},
                 {"reg:squarederror", FOREST_NUMBER}};
    if (!is_key(key, n, "name")) {
        return skip(r);
    }
    maru_status st = once(r, SEEN_OBJECTIVE);
    if (st == MARU_OK) {
        st = next(r);
    }
    for (size_t i = 0; st == MARU_OK && i < sizeof known / sizeof *known; i++) {
        if (r->event.kind == JSON_TEXT && is_key(r->event.bytes, r->event.n, known[i].name)) {
            r->draft.goal = known[i].goal;
            return MARU_OK;
        }
    }
    return st == MARU_OK ? wrong(r, "the model is for something that is not known here") : st;
}

static maru_status learner_member(struct booster_reading *r, const char *key, size_t n) {
    if (is_key(key, n, "gradient_booster")) {
        return read_object(r, booster_member);
    }
    if (is_key(key, n, "learner_model_param")) {
        return read_object(r, param_member);
    }
    return is_key(key, n, "objective") ? read_object(r, objective_member) : skip(r);
}

static maru_status document_member(struct booster_reading *r, const char *key, size_t n) {
    return is_key(key, n, "learner") ? read_object(r, learner_member) : skip(r);
}

// Trees for yes or no begin at the log odds of the score.
static maru_status begin_at(struct booster_reading *r) {
    const float score = (float)r->base;
    r->draft.base = score;
    if (r->draft.goal == FOREST_YES_NO) {
        if (!(score > 0 && score < 1)) {
            return wrong(r, "the model begins with no probability");
        }
        r->draft.base = (float)-exact_ln((double)(1.0F / score - 1.0F));
    }
    return MARU_OK;
}

static maru_status finish(struct booster_reading *r) {
    const unsigned all =
        SEEN_NAME | SEEN_OBJECTIVE | SEEN_BASE | SEEN_CLASSES | SEEN_FEATURES | SEEN_TREES;
    if (r->seen != all || r->part[TREE_INFO].n != r->draft.n_tree) {
        return wrong(r, "the model of trees lacks a part");
    }
    if (!is_index(r->n_class, FOREST_MAX_CLASSES + 1) ||
        !is_index(r->n_feature, FOREST_MAX_FEATURES + 1)) {
        return fail(r->err, MARU_E_LIMIT, "a model with more than %d classes or %d columns",
                    FOREST_MAX_CLASSES, FOREST_MAX_FEATURES);
    }
    r->draft.n_feature = (uint32_t)r->n_feature;
    r->draft.n_group = r->n_class > 0 ? (uint32_t)r->n_class : 1;
    for (uint32_t i = 0; i < r->draft.n_tree; i++) {
        const double group = r->part[TREE_INFO].value[i];
        if (!is_index(group, r->draft.n_group)) {
            return wrong(r, "a tree for a class that is not there");
        }
        r->draft.group[i] = (uint32_t)group;
    }
    return begin_at(r);
}

maru_status forest_read_xgboost(const char *bytes, size_t n, struct forest **out, maru_error *err) {
    struct booster_reading r = {.bytes = bytes, .n = n, .err = err};
    json_init(&r.json);
    maru_status st = n > UINT32_MAX ? fail(err, MARU_E_LIMIT, "a model with too many bytes")
                                    : read_object(&r, document_member);
    if (st == MARU_OK) {
        st = next(&r); // the end, and nothing behind it
    }
    if (st == MARU_OK) {
        st = finish(&r);
    }
    if (st == MARU_OK) {
        st = forest_make(&r.draft, out, err);
    }
    forest_draft_fini(&r.draft);
    for (enum part p = LEFT; p < N_PART; p++) {
        alloc_free(r.part[p].value);
    }
    alloc_free(r.order);
    alloc_free(r.is_reached);
    return st;
}
