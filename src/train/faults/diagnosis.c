#include "train/faults/diagnosis.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/distribution.h"
#include "base/status.h"

// Each fold is answered by boosters that learn from the others: of its answers come the least probability (the quantile `lost` of the
// right ones) and the share of features outside (the quantile 1 - lost of all). Then boosters learn from all rows. Trees know no
// outside, they answer as at the edge of what they have seen, and are often sure there; so the ranges of features are looked at beside them.

struct diagnosis {
    struct boosting *member[DIAGNOSIS_MAX_MEMBERS];
    uint32_t n_member, n_feature, n_fault;
    float *low, *high; // (n_feature) of all rows; low > high: no value was there
    struct diagnosis_facts facts;
};

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

static void see(struct diagnosis *d, const float *x) {
    for (uint32_t k = 0; k < d->n_feature; k++) {
        if (!isnan(x[k])) {
            d->low[k] = x[k] < d->low[k] ? x[k] : d->low[k];
            d->high[k] = x[k] > d->high[k] ? x[k] : d->high[k];
        }
    }
}

static void forget(struct diagnosis *d) {
    for (uint32_t k = 0; k < d->n_feature; k++) {
        d->low[k] = INFINITY;
        d->high[k] = -INFINITY;
    }
}

static float outside_of(const struct diagnosis *d, const float *x) {
    uint32_t n = 0, n_out = 0;
    for (uint32_t k = 0; k < d->n_feature; k++) {
        n += isnan(x[k]) ? 0 : 1;
        n_out += x[k] < d->low[k] || x[k] > d->high[k] ? 1 : 0;
    }
    return n > 0 ? (float)n_out / (float)n : 1.0F;
}

// ---- one set of boosters

// Rows that are gathered for a fit or a question.
struct gathered {
    float *x, *y;
    float *probability, *one; // (n, n_fault)
    uint32_t *row;            // (n)
    uint32_t n;
};

static void free_gathered(struct gathered *g) {
    alloc_free(g->x);
    alloc_free(g->y);
    alloc_free(g->probability);
    alloc_free(g->one);
    alloc_free(g->row);
}

static bool make_gathered(struct gathered *g, const struct diagnosis_rows *rows) {
    const size_t n = rows->n_row;
    g->x = alloc_new(n * rows->n_feature, sizeof *g->x);
    g->y = alloc_new(n, sizeof *g->y);
    g->probability = alloc_new(n * rows->n_fault, sizeof *g->probability);
    g->one = alloc_new(n * rows->n_fault, sizeof *g->one);
    g->row = alloc_new(n, sizeof *g->row);
    return g->x && g->y && g->probability && g->one && g->row;
}

static void gather(struct gathered *g, const struct diagnosis_rows *rows) {
    for (uint32_t i = 0; i < g->n; i++) {
        memcpy(g->x + (size_t)i * rows->n_feature, rows->x + (size_t)g->row[i] * rows->n_feature,
               rows->n_feature * sizeof *g->x);
        g->y[i] = (float)rows->fault[g->row[i]];
    }
}

static void free_members(struct diagnosis *d) {
    for (uint32_t k = 0; k < DIAGNOSIS_MAX_MEMBERS; k++) {
        boosting_free(d->member[k]);
        d->member[k] = NULL;
    }
}

static maru_status fit_members(struct diagnosis *d, const struct diagnosis_options *options,
                               const struct gathered *g, maru_error *err) {
    struct boosting_options o = options->trees;
    o.goal = BOOSTING_CLASS;
    o.n_class = d->n_fault;
    const struct boosting_rows rows = {
        .x = g->x, .y = g->y, .n_row = g->n, .n_feature = d->n_feature};
    maru_status st = MARU_OK;
    for (uint32_t k = 0; k < d->n_member && st == MARU_OK; k++) {
        o.seed = options->trees.seed + k;
        st = boosting_fit(&rows, NULL, &o, &d->member[k], err);
    }
    return st;
}

// Mean of the members' probabilities; one: spare, of the same shape.
static maru_status ask_members(struct diagnosis *d, const float *x, uint32_t n_row, float *one,
                               float *probability, maru_error *err) {
    const struct boosting_rows rows = {.x = x, .n_row = n_row, .n_feature = d->n_feature};
    const size_t n = (size_t)n_row * d->n_fault;
    memset(probability, 0, n * sizeof *probability);
    maru_status st = MARU_OK;
    for (uint32_t k = 0; k < d->n_member && st == MARU_OK; k++) {
        st = boosting_ask(d->member[k], &rows, BOOSTING_ANSWER, one, err);
        for (size_t i = 0; i < n && st == MARU_OK; i++) {
            probability[i] += one[i] / (float)d->n_member;
        }
    }
    return st;
}

static uint32_t likeliest(const float *probability, uint32_t n) {
    uint32_t best = 0;
    for (uint32_t k = 1; k < n; k++) {
        best = probability[k] > probability[best] ? k : best;
    }
    return best;
}

// ---- rows held out

struct held {
    double *right, *outside; // (n_right), (n)
    uint32_t n_right, n;
};

static maru_status hold_out(struct diagnosis *d, const struct diagnosis_rows *rows,
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
        forget(d);
        for (uint32_t i = 0; i < g->n; i++) {
            see(d, g->x + (size_t)i * rows->n_feature);
        }
        st = fit_members(d, options, g, err);
        g->n = splits_rows(splits, fold, SPLITS_TEST, g->row);
        gather(g, rows);
        if (st == MARU_OK) {
            st = ask_members(d, g->x, g->n, g->one, g->probability, err);
        }
        for (uint32_t i = 0; i < g->n && st == MARU_OK; i++) {
            const float *p = g->probability + (size_t)i * d->n_fault;
            const uint32_t best = likeliest(p, d->n_fault);
            held->outside[held->n++] = (double)outside_of(d, g->x + (size_t)i * d->n_feature);
            if (best == rows->fault[g->row[i]]) {
                held->right[held->n_right++] = (double)p[best];
            }
        }
        free_members(d);
    }
    return st;
}

static struct diagnosis_facts facts_of(struct held *held, double lost) {
    empirical_sort(held->right, held->n_right);
    empirical_sort(held->outside, held->n);
    return (struct diagnosis_facts){
        .accuracy = held->n > 0 ? (double)held->n_right / held->n : (double)NAN,
        .least = held->n_right > 0 ? empirical_quantile(held->right, held->n_right, lost) : 1.0,
        .most_outside = held->n > 0 ? empirical_quantile(held->outside, held->n, 1.0 - lost) : 0.0,
        .n_held = held->n};
}

static maru_status fit_all(struct diagnosis *d, const struct diagnosis_rows *rows,
                           const struct diagnosis_options *options, struct gathered *g,
                           maru_error *err) {
    g->n = rows->n_row;
    forget(d);
    for (uint32_t i = 0; i < rows->n_row; i++) {
        g->row[i] = i;
        see(d, rows->x + (size_t)i * rows->n_feature);
    }
    gather(g, rows);
    return fit_members(d, options, g, err);
}

maru_status diagnosis_fit(const struct diagnosis_rows *rows, const struct splits *splits,
                          const struct diagnosis_options *options, struct diagnosis **out,
                          maru_error *err) {
    maru_status st = check(rows, splits, options, err);
    if (st != MARU_OK) {
        return st;
    }
    struct gathered g = {0};
    struct held held = {0};
    struct diagnosis *d = alloc_new(1, sizeof *d);
    if (d) {
        d->n_member = options->n_member;
        d->n_feature = rows->n_feature;
        d->n_fault = rows->n_fault;
        d->low = alloc_new(rows->n_feature, sizeof *d->low);
        d->high = alloc_new(rows->n_feature, sizeof *d->high);
    }
    held.right = alloc_new(rows->n_row, sizeof *held.right);
    held.outside = alloc_new(rows->n_row, sizeof *held.outside);
    if (!d || !d->low || !d->high || !held.right || !held.outside || !make_gathered(&g, rows)) {
        st = fail(err, MARU_E_MEMORY, "no memory");
        goto done;
    }
    st = hold_out(d, rows, splits, options, &g, &held, err);
    if (st == MARU_OK) {
        d->facts = facts_of(&held, options->lost);
        st = fit_all(d, rows, options, &g, err);
    }
done:
    free_gathered(&g);
    alloc_free(held.right);
    alloc_free(held.outside);
    if (st == MARU_OK) {
        *out = d;
    } else {
        diagnosis_free(d);
    }
    return st;
}

void diagnosis_free(struct diagnosis *diagnosis) {
    if (diagnosis) {
        free_members(diagnosis);
        alloc_free(diagnosis->low);
        alloc_free(diagnosis->high);
        alloc_free(diagnosis);
    }
}

struct diagnosis_facts diagnosis_facts_of(const struct diagnosis *diagnosis) {
    return diagnosis->facts;
}

maru_status diagnosis_ask(struct diagnosis *diagnosis, const float *x, uint32_t n_row,
                          struct diagnosis_answer *answer, float *probability, maru_error *err) {
    struct diagnosis *d = diagnosis;
    if (n_row == 0) {
        return MARU_OK;
    }
    const size_t n = (size_t)n_row * d->n_fault;
    float *one = alloc_new(n, sizeof *one), *mean = alloc_new(n, sizeof *mean);
    maru_status st = MARU_OK;
    if (!one || !mean) {
        st = fail(err, MARU_E_MEMORY, "no memory");
        goto done;
    }
    st = ask_members(d, x, n_row, one, mean, err);
    for (uint32_t i = 0; i < n_row && st == MARU_OK; i++) {
        const float *p = mean + (size_t)i * d->n_fault;
        struct diagnosis_answer a = {.fault = likeliest(p, d->n_fault)};
        a.probability = p[a.fault];
        a.outside = outside_of(d, x + (size_t)i * d->n_feature);
        a.is_unsure = (double)a.probability < d->facts.least;
        a.is_outside = (double)a.outside > d->facts.most_outside;
        a.is_unknown = a.is_unsure || a.is_outside;
        answer[i] = a;
    }
    if (st == MARU_OK && probability) {
        memcpy(probability, mean, n * sizeof *probability);
    }
done:
    alloc_free(one);
    alloc_free(mean);
    return st;
}
