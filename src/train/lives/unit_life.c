#include "train/lives/unit_life.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/distribution.h"
#include "base/random.h"
#include "base/status.h"
#include "learn/conformal/conformal.h"
#include "learn/measures/row_order.h"
#include "train/trees/boosting.h"

// Features of all rows stand in one matrix, unit by unit. A fold is a set of units; its model learns from the rows of all other units and answers at
// the cuts of its own. A cut is a row at which a held-out unit is asked about: first an age of those given, then a unit that lives longer, so that
// ages are spread over cuts as they will be over questions.
//
// Regimes, means and deviations are those of all rows: they know no lives. Trees ask XGBoost's model through learn/trees/forest.h, in
// folds as later.
//
// Random numbers: stream 0 deals units to folds, stream 1 draws cuts, seeds of nets and trees are seed + a number of each.

enum { CUTS_EACH = 8, LEAST_CUTS = 60, FULL_FOLD = LIFE_MAX_FOLDS };

struct model {
    struct net *net[LIFE_MAX_NETS];
    struct forest *forest;
    uint32_t n_net;
};

struct fitting {
    const struct unit_rows *rows;
    const struct life_options *options;
    struct arena arena;
    struct unit_order order;
    struct unit_scale scale;
    uint32_t n_feature;
    double cap;
    float *x, *y;           // (n_row, n_feature), (n_row) in the order of order.row
    float *fold_x, *fold_y; // rows that a fold learns from
    uint32_t *fold;         // (n_unit)
    uint32_t n_cut;
    uint32_t *cut;           // (n_cut) rows of x
    uint32_t *cut_unit;      // (n_cut)
    double *nets, *trees;    // (n_cut) answers of models that did not learn from the unit
    uint32_t n_done, n_todo; // fits
    maru_error *err;
};

struct life_options life_usual(void) {
    return (struct life_options){
        .level = 0.8, .n_fold = 4, .n_net = 5, .n_round = 250, .n_epoch = 15, .n_thread = 1};
}

static maru_status check(const struct life_options *o, maru_error *err) {
    if (!(o->cap >= 0 && o->cap <= 1e12) || !(o->level >= 0.5 && o->level <= 0.99) ||
        o->n_fold < 2 || o->n_fold > LIFE_MAX_FOLDS || o->n_net == 0 || o->n_net > LIFE_MAX_NETS ||
        o->n_round == 0 || o->n_epoch == 0) {
        return fail(err, MARU_E_RANGE, "an option of remaining life is outside its range");
    }
    if (o->age && o->n_age > LIFE_MAX_AGES) {
        return fail(err, MARU_E_LIMIT, "more than %d ages", LIFE_MAX_AGES);
    }
    return MARU_OK;
}

static maru_status tell(struct fitting *f, double part) {
    const struct life_options *o = f->options;
    return !o->progress || o->progress(o->context, (f->n_done + part) / f->n_todo)
               ? MARU_OK
               : fail(f->err, MARU_E_STOPPED, "stopped");
}

// ---- rows

static uint32_t length_of(const struct fitting *f, uint32_t unit) {
    return f->order.start[unit + 1] - f->order.start[unit];
}

static double life_of(const struct fitting *f, uint32_t unit) {
    const uint32_t *row = f->order.row;
    return f->rows->order[row[f->order.start[unit + 1] - 1]] -
           f->rows->order[row[f->order.start[unit]]];
}

static maru_status choose_cap(struct fitting *f) {
    f->cap = f->options->cap;
    if (f->cap > 0) {
        return MARU_OK;
    }
    const uint32_t n = f->order.n_unit;
    double *life = arena_take(&f->arena, n, sizeof *life);
    uint32_t *order = arena_take(&f->arena, n, sizeof *order);
    uint32_t *spare = arena_take(&f->arena, n, sizeof *spare);
    if (!life || !order || !spare) {
        return arena_refusal(&f->arena, f->err);
    }
    for (uint32_t u = 0; u < n; u++) {
        life[u] = life_of(f, u);
    }
    row_order(life, n, order, spare);
    f->cap = 0.6 * life[order[n / 2]];
    return f->cap > 0 && f->cap <= 1e12
               ? MARU_OK
               : fail(f->err, MARU_E_RANGE, "units live no time at all, or without end");
}

static maru_status fill_rows(struct fitting *f) {
    struct unit_state unit;
    maru_status st = unit_history_begin(&f->scale, &f->arena, &unit, f->err);
    for (uint32_t u = 0; st == MARU_OK && u < f->order.n_unit; u++) {
        unit_history_clear(&unit);
        const uint32_t end = f->order.start[u + 1];
        const double last = f->rows->order[f->order.row[end - 1]];
        for (uint32_t i = f->order.start[u]; st == MARU_OK && i < end; i++) {
            const uint32_t row = f->order.row[i];
            const double left = last - f->rows->order[row];
            st = unit_history_add(&unit, f->rows->x + (size_t)row * f->rows->n_column,
                                  f->rows->order[row], f->err);
            unit_history_features(&unit, f->x + (size_t)i * f->n_feature);
            f->y[i] = (float)(left < f->cap ? left : f->cap);
        }
    }
    return st;
}

static maru_status make_room(struct fitting *f) {
    const size_t n = (size_t)f->rows->n_row * f->n_feature;
    if (n > LIFE_MAX_VALUES) {
        return fail(f->err, MARU_E_LIMIT, "more than %d features of all rows", LIFE_MAX_VALUES);
    }
    f->n_cut = f->order.n_unit * CUTS_EACH;
    f->x = alloc_new(n, sizeof *f->x);
    f->fold_x = alloc_new(n, sizeof *f->fold_x);
    f->y = alloc_new(f->rows->n_row, sizeof *f->y);
    f->fold_y = alloc_new(f->rows->n_row, sizeof *f->fold_y);
    f->fold = alloc_new(f->order.n_unit, sizeof *f->fold);
    f->cut = alloc_new(f->n_cut, sizeof *f->cut);
    f->cut_unit = alloc_new(f->n_cut, sizeof *f->cut_unit);
    f->nets = alloc_new(f->n_cut, sizeof *f->nets);
    f->trees = alloc_new(f->n_cut, sizeof *f->trees);
    return f->x && f->fold_x && f->y && f->fold_y && f->fold && f->cut && f->cut_unit && f->nets &&
                   f->trees
               ? MARU_OK
               : fail(f->err, MARU_E_MEMORY, "no memory");
}

static maru_status prepare(struct fitting *f) {
    maru_status st = unit_order_of(f->rows, &f->arena, &f->order, f->err);
    if (st != MARU_OK) {
        return st;
    }
    if (f->order.n_unit < LIFE_LEAST_UNITS) {
        return fail(f->err, MARU_E_RANGE, "remaining life is learned from %d units or more",
                    LIFE_LEAST_UNITS);
    }
    st = unit_history_fit(f->rows, &f->arena, &f->scale, f->err);
    if (st != MARU_OK || (st = choose_cap(f)) != MARU_OK) {
        return st;
    }
    f->n_feature = unit_history_n_feature(&f->scale);
    st = make_room(f);
    return st == MARU_OK ? fill_rows(f) : st;
}

// ---- folds and cuts

static uint32_t below(uint64_t seed, uint64_t stream, uint64_t place, uint32_t n) {
    return (uint32_t)((uint64_t)random_at(seed, stream, place).word[0] * n >> 32);
}

static uint32_t n_fold_of(const struct fitting *f) {
    return f->options->n_fold < f->order.n_unit ? f->options->n_fold : f->order.n_unit;
}

static void deal(struct fitting *f) {
    const uint32_t n = f->order.n_unit, n_fold = n_fold_of(f);
    assert(n_fold > 0);
    for (uint32_t u = 0; u < n; u++) {
        f->fold[u] = u % n_fold;
    }
    for (uint32_t u = n; u > 1; u--) {
        const uint32_t k = below(f->options->seed, 0, u, u), swap = f->fold[u - 1];
        f->fold[u - 1] = f->fold[k];
        f->fold[k] = swap;
    }
}

// The k-th unit with more than `age` rows; how many there are where there is no k-th.
static uint32_t longer_unit(const struct fitting *f, uint32_t age, uint32_t k, uint32_t *unit) {
    uint32_t n = 0;
    for (uint32_t u = 0; u < f->order.n_unit; u++) {
        if (length_of(f, u) > age && n++ == k) {
            *unit = u;
        }
    }
    return n;
}

static void cut_units(struct fitting *f) {
    const struct life_options *o = f->options;
    assert(f->order.n_unit > 0);
    for (uint32_t i = 0; i < f->n_cut; i++) {
        uint32_t unit = i % f->order.n_unit, age = 0;
        if (o->age && o->n_age > 0) {
            age = o->age[i % o->n_age];
            const uint32_t n = age > 0 ? longer_unit(f, age, UINT32_MAX, &unit) : 0;
            age = n > 0 ? age : 0;
            if (n > 0) {
                (void)longer_unit(f, age, below(o->seed, 1, i, n), &unit);
            }
        }
        if (age == 0) { // none was given, or no unit lives as long
            age = 1 + below(o->seed, 2, i, length_of(f, unit));
        }
        f->cut_unit[i] = unit;
        f->cut[i] = f->order.start[unit] + age - 1;
    }
}

// Rows of all units but those of a fold.
static uint32_t gather(struct fitting *f, uint32_t fold) {
    uint32_t n = 0;
    for (uint32_t u = 0; u < f->order.n_unit; u++) {
        if (f->fold[u] != fold) {
            const uint32_t start = f->order.start[u], length = length_of(f, u);
            memcpy(f->fold_x + (size_t)n * f->n_feature, f->x + (size_t)start * f->n_feature,
                   (size_t)length * f->n_feature * sizeof *f->x);
            memcpy(f->fold_y + n, f->y + start, length * sizeof *f->y);
            n += length;
        }
    }
    return n;
}

// ---- models

static void model_fini(struct model *model) {
    for (uint32_t k = 0; k < model->n_net; k++) {
        net_free(model->net[k]);
    }
    forest_free(model->forest);
    *model = (struct model){0};
}

static maru_status fit_nets(struct fitting *f, uint32_t n_row, uint32_t n_net, uint64_t seed,
                            struct model *model) {
    const struct net_rows rows = {f->fold_x, f->fold_y, NULL, n_row, f->n_feature};
    struct net_options options = net_usual();
    options.n_epoch = f->options->n_epoch;
    options.n_batch = 256;
    options.rate = 0.008;
    options.decay = 1;
    maru_status st = MARU_OK;
    for (uint32_t k = 0; st == MARU_OK && k < n_net; k++) {
        options.seed = seed + k;
        st = net_fit(&rows, &options, &model->net[k], f->err);
        model->n_net += st == MARU_OK;
        st = st == MARU_OK ? tell(f, 0.6 * (k + 1) / n_net) : st;
    }
    return st;
}

static maru_status fit_trees(struct fitting *f, uint32_t n_row, uint64_t seed,
                             struct model *model) {
    const struct boosting_rows rows = {f->fold_x, f->fold_y, NULL, n_row, f->n_feature};
    struct boosting_options options = boosting_usual(BOOSTING_NUMBER);
    options.n_round = f->options->n_round;
    options.n_thread = f->options->n_thread;
    options.eta = 0.05;
    options.min_child_weight = 30;
    options.subsample = 0.7;
    options.colsample = 0.3;
    options.seed = (uint32_t)(seed % 1000000);
    struct boosting *made = NULL;
    struct text bytes;
    text_init(&bytes, LIFE_MAX_BYTES);
    maru_status st = boosting_fit(&rows, NULL, &options, &made, f->err);
    if (st == MARU_OK && (st = boosting_model(made, &bytes, f->err)) == MARU_OK) {
        st = forest_read_xgboost(bytes.bytes, bytes.n_bytes, &model->forest, f->err);
    }
    text_fini(&bytes);
    boosting_free(made);
    return st;
}

static maru_status fit_model(struct fitting *f, uint32_t n_row, uint32_t n_net, uint64_t seed,
                             struct model *model) {
    maru_status st = fit_nets(f, n_row, n_net, seed, model);
    if (st == MARU_OK) {
        st = fit_trees(f, n_row, seed, model);
    }
    f->n_done++;
    return st == MARU_OK ? tell(f, 0) : st;
}

static struct life_parts parts_of(const struct fitting *f, const struct model *model) {
    return (struct life_parts){.scale = &f->scale,
                               .net = model->net,
                               .n_net = model->n_net,
                               .forest = model->forest,
                               .cap = f->cap,
                               .level = f->options->level};
}

// Answers of a fold's model at its cuts: of nets alone, and of trees alone.
static maru_status ask_cuts(struct fitting *f, const struct model *model, uint32_t fold) {
    double *scratch =
        alloc_new(forest_scratch_bytes(model->forest) / sizeof(double) + 1, sizeof *scratch);
    if (!scratch) {
        return fail(f->err, MARU_E_MEMORY, "no memory");
    }
    struct life_parts parts = parts_of(f, model);
    for (uint32_t i = 0; i < f->n_cut; i++) {
        if (f->fold[f->cut_unit[i]] == fold) {
            const float *x = f->x + (size_t)f->cut[i] * f->n_feature;
            parts.tree_share = 0;
            f->nets[i] = life_answer_of(&parts, x, scratch).remaining;
            parts.tree_share = 1;
            f->trees[i] = life_answer_of(&parts, x, scratch).remaining;
        }
    }
    alloc_free(scratch);
    return MARU_OK;
}

static maru_status hold_out(struct fitting *f) {
    maru_status st = MARU_OK;
    for (uint32_t fold = 0; st == MARU_OK && fold < n_fold_of(f); fold++) {
        struct model model = {0};
        const uint32_t n_row = gather(f, fold), n_net = (f->options->n_net + 1) / 2;
        st = fit_model(f, n_row, n_net, f->options->seed + UINT64_C(1000) * (fold + 1), &model);
        st = st == MARU_OK ? ask_cuts(f, &model, fold) : st;
        model_fini(&model);
    }
    return st;
}

// ---- what the cuts say

static double blend(const struct fitting *f, uint32_t cut, double share) {
    return share * f->trees[cut] + (1 - share) * f->nets[cut];
}

static double rmse_of(const struct fitting *f, double share) {
    double sum = 0;
    for (uint32_t i = 0; i < f->n_cut; i++) {
        const double error = blend(f, i, share) - (double)f->y[f->cut[i]];
        sum += error * error;
    }
    return sqrt(sum / f->n_cut);
}

static double best_share(const struct fitting *f) {
    double best = 0;
    for (uint32_t k = 1; k <= 20; k++) {
        best = rmse_of(f, k / 20.0) < rmse_of(f, best) ? k / 20.0 : best;
    }
    return best;
}

// Half an interval at each knot: of the cuts whose answers lie nearest to it, what the level asks of their errors.
static maru_status find_widths(struct fitting *f, double share, double *width) {
    const uint32_t n = f->n_cut, some = n / LIFE_KNOTS > LEAST_CUTS ? n / LIFE_KNOTS : LEAST_CUTS;
    const uint32_t n_near = some < n ? some : n;
    double *away = arena_take(&f->arena, n, sizeof *away);
    double *error = arena_take(&f->arena, n, sizeof *error);
    uint32_t *near = arena_take(&f->arena, n, sizeof *near);
    uint32_t *spare = arena_take(&f->arena, n, sizeof *spare);
    if (!away || !error || !near || !spare) {
        return arena_refusal(&f->arena, f->err);
    }
    for (uint32_t k = 0; k < LIFE_KNOTS; k++) {
        for (uint32_t i = 0; i < n; i++) {
            away[i] = fabs(blend(f, i, share) - f->cap * k / (LIFE_KNOTS - 1));
        }
        row_order(away, n, near, spare);
        for (uint32_t i = 0; i < n_near; i++) {
            error[i] = fabs(blend(f, near[i], share) - (double)f->y[f->cut[near[i]]]);
        }
        empirical_sort(error, n_near);
        const double found = conformal_quantile(error, n_near, f->options->level);
        width[k] = found < f->cap ? found : f->cap;
    }
    return MARU_OK;
}

static maru_status finish(struct fitting *f, struct text *out, struct life_report *report) {
    struct model model = {0};
    maru_status st =
        fit_model(f, gather(f, FULL_FOLD), f->options->n_net, f->options->seed, &model);
    if (st == MARU_OK) {
        struct life_parts parts = parts_of(f, &model);
        parts.tree_share = best_share(f);
        st = find_widths(f, parts.tree_share, parts.width);
        if (st == MARU_OK) {
            st = life_model_write(&parts, out, f->err);
        }
        if (st == MARU_OK && report) {
            *report = (struct life_report){.n_unit = f->order.n_unit,
                                           .n_cut = f->n_cut,
                                           .n_signal = f->scale.n_signal,
                                           .n_regime = f->scale.regimes.n_regime,
                                           .cap = f->cap,
                                           .tree_share = parts.tree_share,
                                           .rmse_nets = rmse_of(f, 0),
                                           .rmse_trees = rmse_of(f, 1),
                                           .rmse = rmse_of(f, parts.tree_share)};
        }
    }
    model_fini(&model);
    return st;
}

maru_status life_fit(const struct unit_rows *rows, const struct life_options *options,
                     struct text *out, struct life_report *report, maru_error *err) {
    maru_status st = check(options, err);
    if (st != MARU_OK) {
        return st;
    }
    struct fitting f = {.rows = rows, .options = options, .err = err};
    arena_init(&f.arena, LIFE_MAX_BYTES);
    st = prepare(&f);
    if (st == MARU_OK) {
        f.n_todo = n_fold_of(&f) + 1;
        deal(&f);
        cut_units(&f);
        st = hold_out(&f);
    }
    if (st == MARU_OK) {
        st = finish(&f, out, report);
    }
    alloc_free(f.x);
    alloc_free(f.y);
    alloc_free(f.fold_x);
    alloc_free(f.fold_y);
    alloc_free(f.fold);
    alloc_free(f.cut);
    alloc_free(f.cut_unit);
    alloc_free(f.nets);
    alloc_free(f.trees);
    arena_fini(&f.arena);
    return st;
}
