#include "train/faults/diagnosis.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/distribution.h"
#include "base/status.h"

// Each fold is answered by forests that learn from the others: of its answers come the least probability (the quantile `lost` of the
// right ones) and the share of features outside (the quantile 1 - lost of all). Then forests learn from all rows.

struct diagnosis_options diagnosis_usual(void) {
    struct diagnosis_options o = {
        .trees = boosting_usual(BOOSTING_CLASS), .n_member = 1, .lost = 0.05};
    o.trees.n_round = 40;
    o.trees.n_depth = 4;
    o.trees.eta = 0.2;
    o.trees.subsample = 0.7;
    o.trees.colsample = 0.2;
    return o;
}

static maru_status check(const struct diagnosis_rows *rows, const struct splits *splits,
                         const struct diagnosis_options *o, maru_error *err) {
    if (o->n_member < 1 || o->n_member > DIAGNOSIS_MAX_MEMBERS ||
        !(o->lost >= 0.0 && o->lost <= 0.5)) {
        return fail(err, MARU_E_RANGE, "%u boosters, 1 to %d; share lost %g, 0 to 0.5", o->n_member,
                    DIAGNOSIS_MAX_MEMBERS, o->lost);
    }
    if (rows->n_row == 0 || rows->n_feature == 0 || rows->n_fault < 2 ||
        splits->n_row != rows->n_row) {
        return fail(err, MARU_E_RANGE,
                    "%u rows of %u columns and %u faults, split as %u rows: at least 1, 1 and 2",
                    rows->n_row, rows->n_feature, rows->n_fault, splits->n_row);
    }
    for (uint32_t i = 0; i < rows->n_row; i++) {
        if (rows->fault[i] >= rows->n_fault) {
            return fail(err, MARU_E_RANGE, "row %u has fault %u of %u", i, rows->fault[i],
                        rows->n_fault);
        }
    }
    return MARU_OK;
}

// ---- what was seen

static void see(struct fault_trees *t, const float *x) {
    for (uint32_t k = 0; k < t->n_feature; k++) {
        if (!isnan(x[k])) {
            t->low[k] = x[k] < t->low[k] ? x[k] : t->low[k];
            t->high[k] = x[k] > t->high[k] ? x[k] : t->high[k];
        }
    }
}

static void forget(struct fault_trees *t) {
    for (uint32_t k = 0; k < t->n_feature; k++) {
        t->low[k] = INFINITY;
        t->high[k] = -INFINITY;
    }
}

// ---- one set of forests

// Rows that are gathered for a fit or a question.
struct gathered {
    float *x, *y;
    float *probability; // (n_fault)
    uint32_t *row;      // (n)
    uint32_t n;
};

static void free_gathered(struct gathered *g) {
    alloc_free(g->x);
    alloc_free(g->y);
    alloc_free(g->probability);
    alloc_free(g->row);
}

static bool make_gathered(struct gathered *g, const struct diagnosis_rows *rows) {
    const size_t n = rows->n_row;
    g->x = alloc_new(n * rows->n_feature, sizeof *g->x);
    g->y = alloc_new(n, sizeof *g->y);
    g->probability = alloc_new(rows->n_fault, sizeof *g->probability);
    g->row = alloc_new(n, sizeof *g->row);
    return g->x && g->y && g->probability && g->row;
}

static void gather(struct gathered *g, const struct diagnosis_rows *rows) {
    for (uint32_t i = 0; i < g->n; i++) {
        memcpy(g->x + (size_t)i * rows->n_feature, rows->x + (size_t)g->row[i] * rows->n_feature,
               rows->n_feature * sizeof *g->x);
        g->y[i] = (float)rows->fault[g->row[i]];
    }
}

static void free_members(struct fault_trees *t) {
    for (uint32_t k = 0; k < DIAGNOSIS_MAX_MEMBERS; k++) {
        forest_free(t->member[k]);
        t->member[k] = NULL;
    }
}

// A booster as the forest that answers for it.
static maru_status fit_member(const struct boosting_rows *rows, const struct boosting_options *o,
                              struct forest **out, maru_error *err) {
    struct boosting *booster = NULL;
    struct text json;
    text_init(&json, FOREST_MAX_BYTES);
    maru_status st = boosting_fit(rows, NULL, o, &booster, err);
    st = st == MARU_OK ? boosting_model(booster, &json, err) : st;
    st = st == MARU_OK ? forest_read_xgboost(json.bytes, json.n_bytes, out, err) : st;
    boosting_free(booster);
    text_fini(&json);
    return st;
}

static maru_status fit_members(struct fault_trees *t, const struct diagnosis_options *options,
                               const struct gathered *g, maru_error *err) {
    struct boosting_options o = options->trees;
    o.goal = BOOSTING_CLASS;
    o.n_class = t->n_fault;
    const struct boosting_rows rows = {
        .x = g->x, .y = g->y, .n_row = g->n, .n_feature = t->n_feature};
    maru_status st = MARU_OK;
    for (uint32_t k = 0; k < t->n_member && st == MARU_OK; k++) {
        o.seed = options->trees.seed + k;
        st = fit_member(&rows, &o, &t->member[k], err);
    }
    return st;
}

// ---- rows held out

struct held {
    double *right, *outside; // (n_right), (n)
    uint32_t n_right, n;
};

// Ask about the rows that were gathered.
static maru_status ask_gathered(const struct fault_trees *t, const struct diagnosis_rows *rows,
                                const struct gathered *g, struct held *held, maru_error *err) {
    void *scratch = alloc_new(1, fault_trees_scratch_bytes(t));
    if (!scratch) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; i < g->n; i++) {
        struct fault_name name;
        fault_trees_ask(t, g->x + (size_t)i * t->n_feature, scratch, g->probability, &name);
        held->outside[held->n++] = (double)name.outside;
        if (name.fault == rows->fault[g->row[i]]) {
            held->right[held->n_right++] = (double)name.probability;
        }
    }
    alloc_free(scratch);
    return MARU_OK;
}

static maru_status hold_out(struct fault_trees *t, const struct diagnosis_rows *rows,
                            const struct splits *splits, const struct diagnosis_options *options,
                            struct gathered *g, struct held *held, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t fold = splits->first; fold < splits->first + splits->n_fold && st == MARU_OK;
         fold++) {
        g->n = splits_rows(splits, fold, SPLITS_TRAIN, g->row);
        if (g->n == 0) {
            continue;
        }
        gather(g, rows);
        forget(t);
        for (uint32_t i = 0; i < g->n; i++) {
            see(t, g->x + (size_t)i * rows->n_feature);
        }
        st = fit_members(t, options, g, err);
        g->n = splits_rows(splits, fold, SPLITS_TEST, g->row);
        gather(g, rows);
        st = st == MARU_OK ? ask_gathered(t, rows, g, held, err) : st;
        free_members(t);
    }
    return st;
}

static void take_facts(struct fault_trees *t, struct held *held, double lost) {
    empirical_sort(held->right, held->n_right);
    empirical_sort(held->outside, held->n);
    t->accuracy = held->n > 0 ? (double)held->n_right / held->n : (double)NAN;
    t->least = held->n_right > 0 ? empirical_quantile(held->right, held->n_right, lost) : 1.0;
    t->most_outside = held->n > 0 ? empirical_quantile(held->outside, held->n, 1.0 - lost) : 0.0;
    t->n_held = held->n;
}

static maru_status fit_all(struct fault_trees *t, const struct diagnosis_rows *rows,
                           const struct diagnosis_options *options, struct gathered *g,
                           maru_error *err) {
    g->n = rows->n_row;
    forget(t);
    for (uint32_t i = 0; i < rows->n_row; i++) {
        g->row[i] = i;
        see(t, rows->x + (size_t)i * rows->n_feature);
    }
    gather(g, rows);
    return fit_members(t, options, g, err);
}

maru_status diagnosis_fit(const struct diagnosis_rows *rows, const struct splits *splits,
                          const struct diagnosis_options *options, struct fault_trees *out,
                          maru_error *err) {
    maru_status st = check(rows, splits, options, err);
    if (st != MARU_OK) {
        return st;
    }
    struct gathered g = {0};
    struct held held = {.right = alloc_new(rows->n_row, sizeof *held.right),
                        .outside = alloc_new(rows->n_row, sizeof *held.outside)};
    struct fault_trees t = {.n_member = options->n_member,
                            .n_feature = rows->n_feature,
                            .n_fault = rows->n_fault,
                            .low = alloc_new(rows->n_feature, sizeof *t.low),
                            .high = alloc_new(rows->n_feature, sizeof *t.high)};
    if (!t.low || !t.high || !held.right || !held.outside || !make_gathered(&g, rows)) {
        st = fail(err, MARU_E_MEMORY, "no memory");
        goto done;
    }
    st = hold_out(&t, rows, splits, options, &g, &held, err);
    if (st == MARU_OK) {
        take_facts(&t, &held, options->lost);
        st = fit_all(&t, rows, options, &g, err);
    }
done:
    free_gathered(&g);
    alloc_free(held.right);
    alloc_free(held.outside);
    if (st == MARU_OK) {
        *out = t;
    } else {
        fault_trees_fini(&t);
    }
    return st;
}
