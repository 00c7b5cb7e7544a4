#include "learn/faults/fault_trees.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// Trees know no outside: they answer as at the edge of what they have seen, and are often sure there; so the ranges of features are looked at
// beside them.

// A forest's own scratch is followed by one margin of each fault.
static size_t aligned(size_t n) { return (n + 15) / 16 * 16; }

static size_t forest_bytes(const struct fault_trees *trees) {
    size_t most = 0;
    for (uint32_t k = 0; k < trees->n_member; k++) {
        const size_t n = forest_scratch_bytes(trees->member[k]);
        most = n > most ? n : most;
    }
    return aligned(most);
}

size_t fault_trees_scratch_bytes(const struct fault_trees *trees) {
    return forest_bytes(trees) + (size_t)trees->n_fault * sizeof(float);
}

void fault_trees_fini(struct fault_trees *trees) {
    for (uint32_t k = 0; k < DIAGNOSIS_MAX_MEMBERS; k++) {
        forest_free(trees->member[k]);
    }
    alloc_free(trees->low);
    alloc_free(trees->high);
    *trees = (struct fault_trees){0};
}

uint32_t fault_trees_likeliest(const float *probability, uint32_t n) {
    uint32_t best = 0;
    for (uint32_t k = 1; k < n; k++) {
        best = probability[k] > probability[best] ? k : best;
    }
    return best;
}

float fault_trees_outside(const struct fault_trees *trees, const float *x) {
    uint32_t n = 0, n_out = 0;
    for (uint32_t k = 0; k < trees->n_feature; k++) {
        n += isnan(x[k]) ? 0 : 1;
        n_out += x[k] < trees->low[k] || x[k] > trees->high[k] ? 1 : 0;
    }
    return n > 0 ? (float)n_out / (float)n : 1.0F;
}

void fault_trees_ask(const struct fault_trees *trees, const float *x, void *scratch,
                     float *probability, struct fault_name *name) {
    void *behind = (unsigned char *)scratch + forest_bytes(trees);
    float *margin = behind;
    memset(probability, 0, trees->n_fault * sizeof *probability);
    for (uint32_t k = 0; k < trees->n_member; k++) {
        forest_margin(trees->member[k], x, scratch, margin);
        forest_answers(trees->member[k], 1, margin);
        for (uint32_t i = 0; i < trees->n_fault; i++) {
            probability[i] += margin[i] / (float)trees->n_member;
        }
    }
    struct fault_name made = {.fault = fault_trees_likeliest(probability, trees->n_fault)};
    made.probability = probability[made.fault];
    made.outside = fault_trees_outside(trees, x);
    made.is_unsure = (double)made.probability < trees->least;
    made.is_outside = (double)made.outside > trees->most_outside;
    made.is_unknown = made.is_unsure || made.is_outside;
    *name = made;
}

// ---- bytes

maru_status fault_trees_write(const struct fault_trees *trees, struct text *out, maru_error *err) {
    maru_status st = MARU_OK;
    binary_add_u32(out, trees->n_member);
    binary_add_u32(out, trees->n_feature);
    binary_add_u32(out, trees->n_fault);
    binary_add_double(out, trees->accuracy);
    binary_add_double(out, trees->least);
    binary_add_double(out, trees->most_outside);
    binary_add_u32(out, trees->n_held);
    for (uint32_t k = 0; k < trees->n_feature; k++) {
        const bool is_seen = trees->low[k] <= trees->high[k];
        binary_add_u8(out, is_seen);
        if (is_seen) {
            binary_add_floats(out, (const float[]){trees->low[k], trees->high[k]}, 2);
        }
    }
    for (uint32_t k = 0; k < trees->n_member && st == MARU_OK; k++) {
        struct text forest;
        text_init(&forest, FOREST_MAX_BYTES);
        st = forest_write(trees->member[k], &forest, err);
        binary_add_block(out, forest.bytes, forest.n_bytes);
        text_fini(&forest);
    }
    return st == MARU_OK && out->status != MARU_OK
               ? fail(err, out->status, "a model with too many bytes")
               : st;
}

static maru_status damaged(maru_error *err) {
    return fail(err, MARU_E_INPUT, "the model is damaged");
}

static maru_status read_ranges(struct binary *in, struct fault_trees *t, maru_error *err) {
    t->low = alloc_new((size_t)t->n_feature + 1, sizeof *t->low);
    t->high = alloc_new((size_t)t->n_feature + 1, sizeof *t->high);
    if (!t->low || !t->high) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t k = 0; k < t->n_feature && !in->is_bad; k++) {
        float range[2] = {INFINITY, -INFINITY};
        if (binary_u8(in) != 0) {
            binary_floats(in, range, 2);
            in->is_bad = in->is_bad || !(range[0] <= range[1]);
        }
        t->low[k] = range[0];
        t->high[k] = range[1];
    }
    return in->is_bad ? damaged(err) : MARU_OK;
}

static maru_status read_forests(struct binary *in, struct fault_trees *t, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t k = 0; k < t->n_member && st == MARU_OK; k++) {
        size_t n = 0;
        const void *bytes = binary_block(in, &n);
        st = bytes ? forest_read(bytes, n, &t->member[k], err) : damaged(err);
        if (st == MARU_OK) {
            const struct forest_shape shape = forest_shape_of(t->member[k]);
            st = shape.goal == FOREST_CLASS && shape.n_group == t->n_fault &&
                         shape.n_feature == t->n_feature
                     ? MARU_OK
                     : damaged(err);
        }
    }
    return st;
}

maru_status fault_trees_read(struct binary *in, struct fault_trees *out, maru_error *err) {
    struct fault_trees t = {0};
    t.n_member = binary_count(in, DIAGNOSIS_MAX_MEMBERS, 8);
    t.n_feature = binary_count(in, FOREST_MAX_FEATURES, 1);
    t.n_fault = binary_u32(in);
    t.accuracy = binary_double(in);
    t.least = binary_double(in);
    t.most_outside = binary_double(in);
    t.n_held = binary_u32(in);
    if (in->is_bad || t.n_member == 0 || t.n_feature == 0 || t.n_fault < 2 ||
        t.n_fault > FOREST_MAX_CLASSES || !(t.least >= 0) || !(t.most_outside >= 0)) {
        return damaged(err);
    }
    maru_status st = read_ranges(in, &t, err);
    st = st == MARU_OK ? read_forests(in, &t, err) : st;
    if (st != MARU_OK) {
        fault_trees_fini(&t);
        return st;
    }
    *out = t;
    return MARU_OK;
}
