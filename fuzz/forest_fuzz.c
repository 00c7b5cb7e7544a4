#include "target.h"

#include "learn/trees/forest.h"
#include "learn/trees/forest_inside.h"

#include <string.h>

// Models of trees from strangers. The first byte chooses: XGBoost's JSON, our own bytes, or nodes as they would stand in our bytes, since no
// fuzzer finds a digest. Properties: what is taken is written, read again and written the same; every layout answers as the nodes say;
// our bytes have one form.

enum { N_ROW = 40, MAX_FEATURES = 500, MAX_NODES = 100000 };

static uint32_t word(const uint8_t *from) {
    return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

// Groups of 8 bytes: a node each; a tree begins where the one before is whole.
static struct forest *from_nodes(const uint8_t *bytes, size_t n) {
    if (n < 4) {
        return NULL;
    }
    struct forest_draft draft = {.goal = bytes[0] % N_FOREST_GOAL,
                                 .n_group = bytes[1],
                                 .n_feature = bytes[2],
                                 .base = (float)bytes[3] / 16};
    uint64_t n_open = 0;
    maru_status st = MARU_OK;
    for (size_t at = 4; st == MARU_OK && n - at >= 8; at += 8) {
        struct forest_node node = {.what =
                                       bytes[at + 3] > 127 ? FOREST_LEAF : word(bytes + at) >> 8};
        memcpy(&node.value, bytes + at + 4, sizeof node.value);
        if (n_open == 0) {
            st = forest_draft_add_tree(&draft, bytes[at], NULL);
            n_open = 1;
        }
        if (st == MARU_OK) {
            st = forest_draft_add_node(&draft, &node, NULL);
        }
        n_open = node.what == FOREST_LEAF ? n_open - 1 : n_open + 1;
    }
    struct forest *made = NULL;
    if (st == MARU_OK) {
        st = forest_make(&draft, &made, NULL);
    }
    must((st == MARU_OK) == (made != NULL));
    forest_draft_fini(&draft);
    return made;
}

static struct text written(const struct forest *forest) {
    struct text out;
    text_init(&out, 1 << 28);
    must(forest_write(forest, &out, NULL) == MARU_OK);
    return out;
}

static void check_bytes(const struct forest *forest) {
    struct text once = written(forest);
    struct forest *again = NULL;
    must(forest_read(once.bytes, once.n_bytes, &again, NULL) == MARU_OK);
    struct text twice = written(again);
    must(once.n_bytes == twice.n_bytes && memcmp(once.bytes, twice.bytes, once.n_bytes) == 0);
    text_fini(&once);
    text_fini(&twice);
    forest_free(again);
}

// Rows of what matters: the model's own thresholds, their neighbors in memory, missing and infinite values.
static float value_at(const struct forest *forest, uint32_t i) {
    static const float odd[] = {NAN, INFINITY, -INFINITY, 0, -0.0F, 1, -1e30F, 1e30F};
    if (i % 3 == 0) {
        return odd[i / 3 % (sizeof odd / sizeof *odd)];
    }
    return forest->node[i * UINT32_C(2654435761) % forest->shape.n_node].value;
}

static bool is_same(const float *a, const float *b, size_t n) {
    for (size_t i = 0; i < n; i++) { // sums may run over into infinities, and these into NaN
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i]))) {
            return false;
        }
    }
    return true;
}

static void check_answers(struct forest *forest) {
    const struct forest_shape shape = forest_shape_of(forest);
    const size_t n = (size_t)N_ROW * shape.n_group;
    float *x = malloc((size_t)N_ROW * shape.n_feature * sizeof *x);
    float *want = malloc(n * sizeof *want), *got = malloc(n * sizeof *got);
    void *scratch = malloc(forest_scratch_bytes(forest));
    must(x && want && got && scratch);
    for (uint32_t i = 0; i < N_ROW * shape.n_feature; i++) {
        x[i] = value_at(forest, i);
    }
    for (size_t i = 0; i < N_ROW; i++) {
        for (uint32_t g = 0; g < shape.n_group; g++) {
            want[i * shape.n_group + g] = shape.base;
        }
        for (uint32_t t = 0; t < shape.n_tree; t++) {
            want[i * shape.n_group + forest->group[t]] +=
                forest_walk(forest, t, x + i * shape.n_feature);
        }
        forest_margin(forest, x + i * shape.n_feature, scratch, got + i * shape.n_group);
    }
    must(is_same(want, got, n));
    forest_margins(forest, x, N_ROW, scratch, got);
    must(is_same(want, got, n));
    forest_answers(forest, N_ROW, got);
    free(x);
    free(want);
    free(got);
    free(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n == 0) {
        return 0;
    }
    struct forest *forest = NULL;
    maru_error err = {0};
    maru_status st = MARU_OK;
    const uint8_t kind = bytes[0] % 3;
    if (kind == 0) {
        st = forest_read_xgboost((const char *)bytes + 1, n - 1, &forest, &err);
    } else if (kind == 1) {
        st = forest_read(bytes + 1, n - 1, &forest, &err);
    } else {
        forest = from_nodes(bytes + 1, n - 1);
    }
    must(st == MARU_OK || (st != MARU_MORE && !forest && err.text[0]));
    if (forest && kind == 1) {
        struct text same = written(forest);
        must(same.n_bytes == n - 1 && memcmp(same.bytes, bytes + 1, n - 1) == 0);
        text_fini(&same);
    }
    if (forest) {
        check_bytes(forest);
        const struct forest_shape shape = forest_shape_of(forest);
        if (shape.n_feature <= MAX_FEATURES && shape.n_node <= MAX_NODES) {
            check_answers(forest);
        }
    }
    forest_free(forest);
    return 0;
}
