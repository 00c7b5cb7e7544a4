#include "train/lives/survival_training.h"

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "base/status.h"
#include "train/frame_digest.h"
#include "train/lives/survival_inside.h"

#define SURVIVAL_TRAINING_BYTES ((size_t)16 << 30)

static const double normal_95 = 1.959963984540054;
static const double horizon_share = 0.25; // of the median life
static const double ks_5_percent = 1.36;  // of Kolmogorov's distance times the root of the failures

static void warn(struct survival_work *w, enum survival_warning warning) {
    w->model.warnings |= UINT32_C(1) << warning;
}

static maru_status all_lives(struct survival_work *w, struct survival_part *out, maru_error *err) {
    uint32_t *life = arena_take(w->arena, (size_t)w->n + 1, sizeof *life);
    if (!life) {
        return arena_refusal(w->arena, err);
    }
    for (uint32_t i = 0; i < w->n; i++) {
        life[i] = i;
    }
    *out = (struct survival_part){life, w->n};
    return MARU_OK;
}

// ---- effects

static maru_status keep_effects(struct survival_work *w, const struct cox *cox, bool is_used,
                                maru_error *err) {
    w->effect = arena_take(w->arena, (size_t)cox->n_column + 1, sizeof *w->effect);
    if (!w->effect) {
        return arena_refusal(w->arena, err);
    }
    for (uint32_t f = 0; f < cox->n_column; f++) {
        const struct cox_effect *e = &cox->effect[f];
        const double step = w->model.recipe.feature[f].form == FEATURE_WORD ? 1 : e->sd;
        const double doubt = normal_95 * e->se;
        if (!e->is_constant) {
            w->effect[w->model.n_effect++] =
                (struct survival_effect){.feature = f,
                                         .coefficient = is_used ? e->coefficient : 0,
                                         .mean = e->mean,
                                         .step = step,
                                         .ratio = exact_exp(e->coefficient * step),
                                         .low = exact_exp((e->coefficient - doubt) * step),
                                         .high = exact_exp((e->coefficient + doubt) * step),
                                         .p = e->p};
        }
    }
    w->model.effect = w->effect;
    return MARU_OK;
}

static maru_status find_effects(struct survival_work *w, const struct survival_part *all,
                                maru_error *err) {
    struct cox cox;
    const bool is_used = w->model.concordance.low > 0.5;
    maru_status st = survival_fit_effects(w, all, w->arena, &cox, err);
    st = st == MARU_OK ? keep_effects(w, &cox, is_used, err) : st;
    st = st == MARU_OK ? survival_check_ages(w, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    if (cox.is_few) {
        warn(w, SURVIVAL_WARN_FEW_FOR_COLUMNS);
    }
    if (!is_used) {
        warn(w, SURVIVAL_WARN_NO_BETTER);
    }
    for (uint32_t i = 0; is_used && i < w->model.n_effect; i++) {
        if (w->effect[i].changes_with_age) {
            warn(w, SURVIVAL_WARN_CHANGES_WITH_AGE);
        }
    }
    return MARU_OK;
}

// ---- the distribution

static maru_status check_form(struct survival_work *w, const double *risk, maru_error *err) {
    double *time = arena_take(w->arena, (size_t)w->n + 1, sizeof *time);
    if (!time) {
        return arena_refusal(w->arena, err);
    }
    const struct lifetimes lives = {time, w->is_failed, NULL, w->n};
    struct weibull_fit_check check;
    for (uint32_t i = 0; i < w->n; i++) {
        time[i] = w->time[i] * exact_exp(risk[i] * w->model.weibull.sigma);
    }
    const maru_status st = weibull_check(&lives, &w->model.weibull, w->arena, &check, err);
    // The points on Weibull paper are judged as those of complete samples, so the curve has to be far off as well.
    const double far = ks_5_percent / sqrt(w->model.n_failed > 0 ? w->model.n_failed : 1.0);
    if (st == MARU_OK && check.is_doubtful && check.distance > far) {
        warn(w, SURVIVAL_WARN_FORM);
    }
    return st;
}

static maru_status find_distribution(struct survival_work *w, const struct survival_part *all,
                                     maru_error *err) {
    const uint32_t n_feature = w->model.recipe.n_feature;
    float *x = arena_take(w->arena, (size_t)n_feature + 1, sizeof *x);
    double *risk = arena_take(w->arena, (size_t)w->n + 1, sizeof *risk);
    if (!x || !risk) {
        return arena_refusal(w->arena, err);
    }
    for (uint32_t i = 0; i < w->n; i++) {
        for (uint32_t f = 0; f < n_feature; f++) {
            x[f] = (float)w->x[(size_t)i * n_feature + f];
        }
        risk[i] = survival_risk(&w->model, x);
    }
    struct weibull *weibull = &w->model.weibull;
    maru_status st = survival_fit_clock(w, all, risk, weibull, err);
    if (st == MARU_E_RANGE) {
        return fail(err, MARU_E_INPUT, "lives without two ages of failures say nothing");
    }
    w->model.horizon = w->in->horizon > 0 ? w->in->horizon
                       : st == MARU_OK    ? horizon_share * weibull_quantile(weibull, 0.5).value
                                          : 1;
    st = st == MARU_OK ? check_form(w, risk, err) : st;
    return st == MARU_OK ? weibull_replacement(weibull, w->in->cost_planned, w->in->cost_failure,
                                               &w->model.replacement, err)
                         : st;
}

// ---- the whole

static maru_status check(const struct survival_training *in, maru_error *err) {
    if (!(in->level > 0 && in->level < 1)) {
        return fail(err, MARU_E_RANGE, "the level of intervals lies between 0 and 1");
    }
    if (!(in->cost_planned > 0 && in->cost_failure > 0 && isfinite(in->cost_planned) &&
          isfinite(in->cost_failure))) {
        return fail(err, MARU_E_RANGE, "costs of a failure and of a replacement are above 0");
    }
    return in->horizon >= 0 && isfinite(in->horizon)
               ? MARU_OK
               : fail(err, MARU_E_RANGE, "how far ahead is a length of time above 0");
}

static void judge(struct survival_work *w) {
    const struct survival_model *m = &w->model;
    if (m->weibull.is_few) {
        warn(w, SURVIVAL_WARN_FEW_FAILURES);
    }
    if (m->coverage.low > m->level || m->coverage.high < m->level) {
        warn(w, SURVIVAL_WARN_COVERAGE);
    }
    if ((uint64_t)m->n_failed * 10 < m->n_life) {
        warn(w, SURVIVAL_WARN_MANY_RUNNING);
    }
}

static maru_status run(struct survival_work *w, struct text *bytes, maru_error *err) {
    struct survival_part all;
    struct survival_model *m = &w->model;
    maru_status st = survival_find_lives(w, err);
    st = st == MARU_OK ? survival_find_curves(w, err) : st;
    st = st == MARU_OK ? survival_find_columns(w, err) : st;
    st = st == MARU_OK ? survival_try(w, err) : st;
    if (st == MARU_E_RANGE) {
        return fail(err, MARU_E_INPUT, "lives without two ages of failures say nothing");
    }
    st = st == MARU_OK ? all_lives(w, &all, err) : st;
    st = st == MARU_OK && w->x ? find_effects(w, &all, err) : st;
    st = st == MARU_OK ? find_distribution(w, &all, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    const struct frame_column *age = &w->in->frame->column[w->in->age];
    m->age = age->name;
    m->counted_in = age->unit[0] ? age->unit : age->name;
    m->ended = w->in->ended;
    m->cost_planned = w->in->cost_planned;
    m->cost_failure = w->in->cost_failure;
    m->level = w->in->level;
    m->seed = w->in->seed;
    m->title = w->in->title;
    m->version = w->in->version;
    frame_digest(w->in->frame, m->data);
    judge(w);
    return survival_model_write(m, bytes, err);
}

maru_status survival_training_run(const struct survival_training *input, struct text *bytes,
                                  maru_error *err) {
    struct arena arena;
    arena_init(&arena, SURVIVAL_TRAINING_BYTES);
    struct survival_work w = {.in = input, .arena = &arena};
    maru_status st = check(input, err);
    st = st == MARU_OK ? run(&w, bytes, err) : st;
    arena_fini(&arena);
    return st;
}
