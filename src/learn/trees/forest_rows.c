#include <math.h>
#include <string.h>

#include "base/random.h"
#include "learn/trees/forest_inside.h"

// One row. What the trees ask is first put into one small array of slots, where a missing value is minus infinity for the nodes that
// send it left, and infinity for those that send it right; so a node is one comparison without a branch. Eight complete trees of one
// depth are walked side by side: each step waits for the memory of its own tree only, and eight such waits overlap.
//
// Leaves are added tree after tree in single precision, as XGBoost does, so sums agree to the last bit.

static void fill_slots(const struct forest *forest, const float *x, float *slot) {
    for (uint32_t i = 0; i < forest->n_slot; i++) {
        const float value = x[forest->slot[i].feature];
        slot[i] = isnan(value) ? forest->slot[i].missing : value;
    }
}

static void add_run(const struct forest *forest, const struct forest_run *run, const float *slot,
                    float *margin) {
    const struct forest_question *question = forest->question + run->at;
    uint32_t at[FOREST_RUN];
    for (uint32_t k = 0; k < FOREST_RUN; k++) {
        at[k] = 1;
    }
    for (uint32_t level = 0; level < run->depth; level++) {
        for (uint32_t k = 0; k < FOREST_RUN; k++) {
            const struct forest_question *q = &question[(k << run->depth) + at[k]];
            at[k] = 2 * at[k] + (slot[q->slot] < q->threshold);
        }
    }
    const float *leaf = forest->leaf + run->at;
    for (uint32_t k = 0; k < FOREST_RUN; k++) {
        margin[forest->group[run->tree + k]] +=
            leaf[(k << run->depth) + at[k] - (1U << run->depth)];
    }
}

// The same for fewer than FOREST_RUN trees.
static void add_short_run(const struct forest *forest, const struct forest_run *run,
                          const float *slot, float *margin) {
    for (uint32_t k = 0; k < run->n_tree; k++) {
        const uint32_t begin = run->at + (k << run->depth);
        uint32_t at = 1;
        for (uint32_t level = 0; level < run->depth; level++) {
            const struct forest_question *q = &forest->question[begin + at];
            at = 2 * at + (slot[q->slot] < q->threshold);
        }
        margin[forest->group[run->tree + k]] += forest->leaf[begin + at - (1U << run->depth)];
    }
}

static void ask(const struct forest *forest, const float *x, const float *slot, float *margin) {
    for (uint32_t g = 0; g < forest->shape.n_group; g++) {
        margin[g] = forest->shape.base;
    }
    for (uint32_t i = 0; i < forest->n_run; i++) {
        const struct forest_run *run = &forest->run[i];
        if (run->depth > FOREST_FULL_DEPTH) {
            margin[forest->group[run->tree]] += forest_walk(forest, run->tree, x);
        } else if (run->n_tree == FOREST_RUN) {
            add_run(forest, run, slot, margin);
        } else {
            add_short_run(forest, run, slot, margin);
        }
    }
}

size_t forest_scratch_bytes(const struct forest *forest) {
    const size_t narrow = forest->n_slot * sizeof(float), wide = forest_scratch_wide(forest);
    return (narrow > wide ? narrow : wide) + sizeof(double);
}

void forest_margin(const struct forest *forest, const float *x, void *scratch, float *margin) {
    fill_slots(forest, x, scratch);
    ask(forest, x, scratch, margin);
}

void forest_margins(const struct forest *forest, const float *x, size_t n_row, void *scratch,
                    float *margin) {
    while (n_row > 0) {
        size_t n = 1;
        if (forest->is_wide &&
            n_row >= FOREST_RUN) { // below that, packing costs more than it saves
            n = n_row < FOREST_BLOCK ? n_row : FOREST_BLOCK;
            forest_margins_wide(forest, x, n, scratch, margin);
        } else {
            forest_margin(forest, x, scratch, margin);
        }
        x += n * forest->shape.n_feature;
        margin += n * forest->shape.n_group;
        n_row -= n;
    }
}

bool forest_is_wide(const struct forest *forest) { return forest->is_wide; }

void forest_forgo_wide(struct forest *forest) { forest->is_wide = false; }

// ---- answers

static void share_out(float *value, uint32_t n) {
    float most = value[0];
    for (uint32_t i = 1; i < n; i++) {
        most = value[i] > most ? value[i] : most;
    }
    double sum = 0, part[FOREST_MAX_CLASSES];
    for (uint32_t i = 0; i < n; i++) {
        part[i] = exact_exp((double)value[i] - (double)most);
        sum += part[i];
    }
    for (uint32_t i = 0; i < n; i++) {
        value[i] = (float)(part[i] / sum);
    }
}

void forest_answers(const struct forest *forest, size_t n_row, float *value) {
    const uint32_t n_group = forest->shape.n_group;
    for (size_t i = 0; i < n_row; i++) {
        if (forest->shape.goal == FOREST_YES_NO) {
            value[i] = (float)(1 / (1 + exact_exp(-(double)value[i])));
        } else if (forest->shape.goal == FOREST_CLASS) {
            share_out(value + i * n_group, n_group);
        }
    }
}
