#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/distribution.h"
#include "base/status.h"
#include "learn/trees/forest_inside.h"

// Trees of up to FOREST_FULL_DEPTH questions become complete ones: a leaf that lies higher is repeated below, where whatever is asked
// leads to it. Node i of a tree goes on at 2 i, or at 2 i + 1 where the value is less than the threshold: no child is stored, and the
// first seven nodes of a tree lie in one cache line. Up to FOREST_RUN trees next to each other share one depth.
//
// For batches each value becomes one byte: how many of its feature's thresholds are not above it (its rank). Then value < threshold j
// is the same as rank < j + 1, exactly, also for values that are equal to thresholds; and 32 rows fit into a wide register. A feature
// with more than 255 thresholds gets further columns, each for 255 of them, in which ranks below are 0 and ranks above are 255. A
// missing value is 0 in a column whose nodes send it left, and 255 in one whose nodes send it right: such features have two.

// ---- runs

static uint32_t depth_of(const struct forest *forest, uint32_t tree) {
    const struct forest_node *root = forest->node + forest->root[tree];
    const uint32_t n = forest->root[tree + 1] - forest->root[tree];
    uint32_t depth = 0;
    for (uint32_t begin = 0, end = 1; end < n; depth++) { // where the next level ends
        uint32_t next = end;
        for (uint32_t i = begin; i < end; i++) {
            next = root[i].what == FOREST_LEAF ? next : root[i].first + 2;
        }
        begin = end;
        end = next;
    }
    return depth;
}

// Trees that are far less deep than those before them are not filled up to their depth.
static bool may_join(const struct forest_run *run, uint32_t depth) {
    return run->n_tree < FOREST_RUN && run->depth <= FOREST_FULL_DEPTH &&
           depth <= FOREST_FULL_DEPTH && run->depth <= depth + 3 && depth <= run->depth + 3;
}

static maru_status make_runs(struct forest *forest, maru_error *err) {
    forest->run = arena_take(&forest->arena, forest->shape.n_tree, sizeof *forest->run);
    if (!forest->run) {
        return arena_refusal(&forest->arena, err);
    }
    for (uint32_t tree = 0; tree < forest->shape.n_tree; tree++) {
        const uint32_t depth = depth_of(forest, tree);
        struct forest_run *run = forest->n_run > 0 ? &forest->run[forest->n_run - 1] : NULL;
        if (!run || !may_join(run, depth)) {
            run = &forest->run[forest->n_run++];
            *run = (struct forest_run){tree, 0, depth, 0};
        }
        run->n_tree++;
        run->depth = depth > run->depth ? depth : run->depth;
    }
    uint64_t at = 0;
    for (uint32_t i = 0; i < forest->n_run; i++) {
        struct forest_run *run = &forest->run[i];
        if (run->depth > FOREST_FULL_DEPTH) {
            continue;
        }
        run->at = (uint32_t)at;
        at += (uint64_t)run->n_tree << run->depth;
        if (at > FOREST_MAX_BYTES / sizeof(struct forest_question)) {
            return fail(err, MARU_E_LIMIT, "trees that take more than %d bytes", FOREST_MAX_BYTES);
        }
    }
    forest->n_place = (uint32_t)at;
    return MARU_OK;
}

// ---- slots: what is asked

// Two for each feature: for nodes that send a missing value right, and left. The first time something is asked it gets its number.
static maru_status make_slots(struct forest *forest, uint32_t *slot_of, maru_error *err) {
    const uint32_t n = 2 * forest->shape.n_feature;
    memset(slot_of, 0xFF, n * sizeof *slot_of);
    for (uint32_t i = 0; i < forest->shape.n_node; i++) {
        const uint32_t what = forest->node[i].what;
        if (what != FOREST_LEAF && slot_of[what] == UINT32_MAX) {
            slot_of[what] = forest->n_slot++;
        }
    }
    forest->slot = arena_take(&forest->arena, (size_t)forest->n_slot + 1, sizeof *forest->slot);
    if (!forest->slot) {
        return arena_refusal(&forest->arena, err);
    }
    for (uint32_t what = 0; what < n; what++) {
        if (slot_of[what] != UINT32_MAX) {
            forest->slot[slot_of[what]] =
                (struct forest_slot){what / 2, what % 2 == 1 ? -INFINITY : INFINITY};
        }
    }
    return MARU_OK;
}

// ---- scales: the thresholds of a feature

struct scaling {
    double *value;       // thresholds of all features, feature after feature, each sorted and once
    uint32_t *begin;     // (n_feature + 1)
    uint32_t *n;         // (n_feature) of them that differ
    uint32_t *column_of; // (2 n_feature) the first column of what is asked
    struct forest *forest;
};

static maru_status collect(struct scaling *scaling, struct arena *scratch, maru_error *err) {
    struct forest *forest = scaling->forest;
    const uint32_t n_feature = forest->shape.n_feature;
    scaling->begin = arena_take(scratch, (size_t)n_feature + 1, sizeof *scaling->begin);
    scaling->n = arena_take(scratch, n_feature, sizeof *scaling->n);
    scaling->column_of = arena_take(scratch, (size_t)2 * n_feature, sizeof *scaling->column_of);
    scaling->value = arena_take(scratch, (size_t)forest->shape.n_node + 1, sizeof *scaling->value);
    if (!scaling->begin || !scaling->n || !scaling->column_of || !scaling->value) {
        return arena_refusal(scratch, err);
    }
    for (uint32_t i = 0; i < forest->shape.n_node; i++) {
        const uint32_t what = forest->node[i].what;
        if (what != FOREST_LEAF) {
            scaling->begin[what / 2 + 1]++;
        }
    }
    for (uint32_t f = 0; f < n_feature; f++) {
        scaling->begin[f + 1] += scaling->begin[f];
    }
    for (uint32_t i = 0; i < forest->shape.n_node; i++) {
        const struct forest_node *node = &forest->node[i];
        if (node->what != FOREST_LEAF) {
            const uint32_t f = node->what / 2;
            scaling->value[scaling->begin[f] + scaling->n[f]++] = (double)node->value;
        }
    }
    for (uint32_t f = 0; f < n_feature; f++) {
        double *value = scaling->value + scaling->begin[f];
        const uint32_t n = scaling->n[f];
        empirical_sort(value, n);
        uint32_t n_other = 0;
        for (uint32_t i = 0; i < n; i++) {
            if (n_other == 0 || value[i] != value[n_other - 1]) {
                value[n_other++] = value[i];
            }
        }
        scaling->n[f] = n_other;
    }
    return MARU_OK;
}

// Numbers of a level for n thresholds or entries below: whole groups of 16, and one more for a value above all of them.
static uint32_t padded(uint32_t n) { return (n / 16 + 1) * 16; }

static uint32_t levels_bytes(uint32_t n) {
    uint32_t sum = padded(n);
    while (n >= 16) {
        n /= 16;
        sum += padded(n);
    }
    return sum;
}

static void make_levels(struct forest *forest, struct forest_scale *scale, const double *value,
                        uint32_t n, uint32_t *at) {
    scale->level[0] = *at;
    for (uint32_t i = 0; i < padded(n); i++) {
        forest->threshold[(*at)++] = i < n ? (float)value[i] : NAN;
    }
    scale->n_level = 1;
    while (n >= 16) { // the 16th of each whole group below
        const float *below = forest->threshold + scale->level[scale->n_level - 1];
        n /= 16;
        scale->level[scale->n_level++] = *at;
        for (uint32_t i = 0; i < padded(n); i++) {
            forest->threshold[(*at)++] = i < n ? below[16 * i + 15] : NAN;
        }
    }
}

static maru_status make_scales(struct scaling *scaling, const uint32_t *slot_of, maru_error *err) {
    struct forest *forest = scaling->forest;
    uint32_t n_threshold = 0, n_scale = 0, n_column = 0;
    for (uint32_t f = 0; f < forest->shape.n_feature; f++) {
        const uint32_t n_way = (slot_of[(size_t)2 * f] != UINT32_MAX) +
                               (uint32_t)(slot_of[(size_t)2 * f + 1] != UINT32_MAX);
        n_scale += n_way > 0;
        n_threshold += n_way > 0 ? levels_bytes(scaling->n[f]) : 0;
        n_column += n_way * ((scaling->n[f] + FOREST_CODES - 1) / FOREST_CODES);
    }
    forest->scale = arena_take(&forest->arena, (size_t)n_scale + 1, sizeof *forest->scale);
    forest->column = arena_take(&forest->arena, (size_t)n_column + 1, sizeof *forest->column);
    forest->threshold =
        arena_take(&forest->arena, (size_t)n_threshold + 1, sizeof *forest->threshold);
    if (!forest->scale || !forest->column || !forest->threshold) {
        return arena_refusal(&forest->arena, err);
    }
    uint32_t at = 0;
    for (uint32_t f = 0; f < forest->shape.n_feature; f++) {
        const uint32_t n = scaling->n[f];
        if (n == 0) {
            continue;
        }
        struct forest_scale *scale = &forest->scale[forest->n_scale++];
        *scale = (struct forest_scale){.feature = f, .column = forest->n_column};
        make_levels(forest, scale, scaling->value + scaling->begin[f], n, &at);
        for (uint32_t way = 0; way < 2; way++) {
            if (slot_of[(size_t)2 * f + way] == UINT32_MAX) {
                continue;
            }
            scaling->column_of[(size_t)2 * f + way] = forest->n_column;
            for (uint32_t first = 0; first < n; first += FOREST_CODES) {
                forest->column[forest->n_column++] = (struct forest_column){first, way == 1};
            }
        }
        scale->n_column = forest->n_column - scale->column;
    }
    assert(at == n_threshold && forest->n_column == n_column && forest->n_scale == n_scale);
    return MARU_OK;
}

// ---- complete trees

static uint32_t rank_of(const struct scaling *scaling, uint32_t feature, double threshold) {
    const double *value = scaling->value + scaling->begin[feature];
    uint32_t low = 0, high = scaling->n[feature];
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (value[middle] <= threshold) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static void place_question(struct forest *forest, const struct scaling *scaling,
                           const uint32_t *slot_of, uint32_t place,
                           const struct forest_node *node) {
    const uint32_t rank = rank_of(scaling, node->what / 2, (double)node->value);
    forest->question[place] = (struct forest_question){slot_of[node->what], node->value};
    forest->place_at[place] = (scaling->column_of[node->what] + rank / FOREST_CODES) * FOREST_LANES;
    forest->place_code[place] = (int8_t)((int)(rank % FOREST_CODES) + 1 - 128);
}

// Level by level: at each place stands a node of the tree, or the leaf that lies above it.
static void place_tree(struct forest *forest, const struct scaling *scaling,
                       const uint32_t *slot_of, uint32_t tree, uint32_t begin, uint32_t depth) {
    const struct forest_node *root = forest->node + forest->root[tree];
    uint32_t stands[2 << FOREST_FULL_DEPTH] = {0}; // by place, from 1
    for (size_t i = 1; i < (size_t)1 << depth; i++) {
        const struct forest_node *node = &root[stands[i]];
        if (node->what == FOREST_LEAF) {
            stands[2 * i] = stands[2 * i + 1] = stands[i];
            continue;
        }
        stands[2 * i] = node->first + 1;
        stands[2 * i + 1] = node->first;
        place_question(forest, scaling, slot_of, begin + (uint32_t)i, node);
    }
    for (uint32_t i = 0; i < 1U << depth; i++) {
        forest->leaf[begin + i] = root[stands[(1U << depth) + i]].value;
    }
}

static maru_status place_trees(struct forest *forest, const struct scaling *scaling,
                               const uint32_t *slot_of, maru_error *err) {
    struct arena *arena = &forest->arena;
    const size_t n = (size_t)forest->n_place + 1;
    forest->question = arena_take(arena, n, sizeof *forest->question);
    forest->leaf = arena_take(arena, n, sizeof *forest->leaf);
    forest->place_at = arena_take(arena, n, sizeof *forest->place_at);
    forest->place_code = arena_take(arena, n, sizeof *forest->place_code);
    if (!forest->question || !forest->leaf || !forest->place_at || !forest->place_code) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; i < forest->n_run; i++) {
        const struct forest_run *run = &forest->run[i];
        for (uint32_t k = 0; run->depth <= FOREST_FULL_DEPTH && k < run->n_tree; k++) {
            place_tree(forest, scaling, slot_of, run->tree + k, run->at + (k << run->depth),
                       run->depth);
        }
    }
    return MARU_OK;
}

maru_status forest_lay_out(struct forest *forest, maru_error *err) {
    struct arena scratch;
    arena_init(&scratch, FOREST_MAX_BYTES);
    struct scaling scaling = {.forest = forest};
    uint32_t *slot_of = arena_take(&scratch, (size_t)2 * forest->shape.n_feature, sizeof *slot_of);
    if (!slot_of) {
        return arena_refusal(&scratch, err); // nothing was taken
    }
    maru_status st = make_runs(forest, err);
    if (st == MARU_OK) {
        st = make_slots(forest, slot_of, err);
    }
    if (st == MARU_OK) {
        st = collect(&scaling, &scratch, err);
    }
    if (st == MARU_OK) {
        st = make_scales(&scaling, slot_of, err);
    }
    if (st == MARU_OK) {
        st = place_trees(forest, &scaling, slot_of, err);
    }
    forest->is_wide = st == MARU_OK && forest_machine_is_wide();
    arena_fini(&scratch);
    return st;
}
