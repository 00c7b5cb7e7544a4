// What lives held out say: whether those of higher risk fail first, whether lives end within their intervals; and whether an effect
// stays the same from young to old.

#include <math.h>
#include <string.h>

#include "base/distribution.h"
#include "base/random.h"
#include "base/status.h"
#include "learn/drift/many_tests.h"
#include "learn/measures/bootstrap.h"
#include "learn/measures/row_order.h"
#include "learn/splits/splits.h"
#include "train/lives/survival_inside.h"

#define PART_MAX_BYTES ((size_t)4 << 30)
enum { MOST_PAIRED = 2000, CLOCK_STEPS = 50 };

static const double ridge = 1.0; // as much doubt of an effect as one of a deviation each

// ---- fitting a part

maru_status survival_fit_effects(const struct survival_work *w, const struct survival_part *part,
                                 struct arena *arena, struct cox *out, maru_error *err) {
    const uint32_t n_feature = w->model.recipe.n_feature;
    double *time = arena_take(arena, (size_t)part->n + 1, sizeof *time);
    uint8_t *is_failed = arena_take(arena, (size_t)part->n + 1, sizeof *is_failed);
    double *x = arena_take(arena, (size_t)part->n * n_feature + 1, sizeof *x);
    if (!time || !is_failed || !x) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; i < part->n; i++) {
        time[i] = w->time[part->life[i]];
        is_failed[i] = w->is_failed[part->life[i]];
        memcpy(x + (size_t)i * n_feature, w->x + (size_t)part->life[i] * n_feature,
               n_feature * sizeof *x);
    }
    const struct cox_input input = {{time, is_failed, NULL, part->n}, x, n_feature, ridge, 0.95};
    return cox_fit(&input, arena, out, err);
}

maru_status survival_fit_clock(const struct survival_work *w, const struct survival_part *part,
                               const double *risk, struct weibull *out, maru_error *err) {
    struct arena arena;
    arena_init(&arena, PART_MAX_BYTES);
    double *time = arena_take(&arena, (size_t)part->n + 1, sizeof *time);
    uint8_t *is_failed = arena_take(&arena, (size_t)part->n + 1, sizeof *is_failed);
    maru_status st = time && is_failed ? MARU_OK : arena_refusal(&arena, err);
    double sigma = 0; // clocks go alike to begin with
    for (int step = 0; st == MARU_OK && step < CLOCK_STEPS; step++) {
        for (uint32_t i = 0; i < part->n; i++) {
            time[i] = w->time[part->life[i]] * (risk ? exact_exp(risk[i] * sigma) : 1.0);
            is_failed[i] = w->is_failed[part->life[i]];
        }
        const struct lifetimes lives = {time, is_failed, NULL, part->n};
        st = weibull_fit(&lives, 0.95, out, err);
        if (st == MARU_OK && (!risk || fabs(out->sigma - sigma) < 1e-9 * out->sigma)) {
            break;
        }
        sigma = st == MARU_OK ? out->sigma : sigma;
    }
    arena_fini(&arena);
    return st;
}

// ---- measures, in the form that resampling wants

struct tried {
    const struct survival_work *w;
    const uint32_t *life; // (n) by age of their end, then failures first
    uint32_t n;
};

static uint32_t times(const uint32_t *count, uint32_t i) { return count ? count[i] : 1; }

// Pairs of one fold whose order is known; ties of risk count half.
static double concordance(const void *data, const uint32_t *count) {
    const struct tried *tried = data;
    const struct survival_work *w = tried->w;
    double right = 0, all = 0;
    for (uint32_t i = 0; i < tried->n; i++) {
        const uint32_t a = tried->life[i], n_a = times(count, i);
        for (uint32_t j = i + 1; w->is_failed[a] && n_a > 0 && j < tried->n; j++) {
            const uint32_t b = tried->life[j];
            const bool is_pair =
                w->fold[a] == w->fold[b] && (w->time[b] > w->time[a] || !w->is_failed[b]);
            const double n = is_pair ? (double)n_a * times(count, j) : 0.0;
            all += n;
            right += n * (w->risk[a] > w->risk[b] ? 1.0 : w->risk[a] == w->risk[b] ? 0.5 : 0.0);
        }
    }
    return all > 0 ? right / all : (double)NAN;
}

// Of lives in the order of the share of their like that had ended by then: how many end between two such shares (Kaplan and Meier).
static double coverage(const void *data, const uint32_t *count) {
    const struct tried *tried = data;
    const struct survival_work *w = tried->w;
    const double low = (1 - w->in->level) / 2, high = 1 - low;
    double at_risk = 0, left = 1, left_at_low = 1;
    bool is_beyond = false;
    for (uint32_t i = 0; i < tried->n; i++) {
        at_risk += times(count, i);
    }
    for (uint32_t i = 0; i < tried->n; i++) {
        const uint32_t life = tried->life[i], n = times(count, i);
        if (w->share[life] > high) {
            is_beyond = is_beyond || n > 0;
            break;
        }
        if (n > 0 && w->is_failed[life]) {
            left *= 1 - n / at_risk;
            left_at_low = w->share[life] < low ? left : left_at_low;
        }
        at_risk -= n;
    }
    return is_beyond || left < 1e-12 ? left_at_low - left : (double)NAN;
}

// Lives in the order of a key, spread evenly over all where they are more than `most`.
static maru_status order_by(struct survival_work *w, const double *key, uint32_t most,
                            struct tried *out, maru_error *err) {
    uint32_t *order = arena_take(w->arena, (size_t)w->n + 1, sizeof *order);
    uint32_t *spare = arena_take(w->arena, (size_t)w->n + 1, sizeof *spare);
    if (!order || !spare) {
        return arena_refusal(w->arena, err);
    }
    row_order(key, w->n, order, spare);
    const uint32_t n = w->n < most ? w->n : most;
    for (uint32_t i = 0; i < n; i++) {
        order[i] = order[(uint64_t)i * w->n / n];
    }
    *out = (struct tried){w, order, n};
    return MARU_OK;
}

static maru_status measure(struct survival_work *w, const struct tried *tried,
                           bootstrap_measure *its, struct survival_figure *out, maru_error *err) {
    const struct bootstrap_input input = {.measure = its,
                                          .data = tried,
                                          .n_row = tried->n,
                                          .n_round = SURVIVAL_ROUNDS,
                                          .level = 0.95,
                                          .seed = w->in->seed};
    struct bootstrap found;
    const maru_status st = bootstrap_interval(&input, w->arena, &found, err);
    if (st == MARU_OK) {
        *out = (struct survival_figure){found.value, found.low, found.high};
    }
    return st;
}

// ---- folds

static maru_status try_fold(struct survival_work *w, const struct splits *splits, uint32_t k,
                            maru_error *err) {
    struct arena arena;
    arena_init(&arena, PART_MAX_BYTES);
    uint32_t *life = arena_take(&arena, (size_t)w->n + 1, sizeof *life);
    uint32_t *test = arena_take(&arena, (size_t)w->n + 1, sizeof *test);
    double *risk = arena_take(&arena, (size_t)w->n + 1, sizeof *risk);
    struct cox cox = {0};
    struct weibull weibull, alike;
    maru_status st = life && test && risk ? MARU_OK : arena_refusal(&arena, err);
    if (st != MARU_OK) {
        arena_fini(&arena);
        return st;
    }
    const uint32_t n_feature = w->x ? w->model.recipe.n_feature : 0;
    const struct survival_part part = {life, splits_rows(splits, k, SPLITS_TRAIN, life)};
    const uint32_t n_test = splits_rows(splits, k, SPLITS_TEST, test);
    st = w->x ? survival_fit_effects(w, &part, &arena, &cox, err) : MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < part.n; i++) {
        risk[i] = w->x ? cox_risk(&cox, w->x + (size_t)life[i] * n_feature) : 0;
    }
    st = st == MARU_OK ? survival_fit_clock(w, &part, risk, &weibull, err) : st;
    st = st == MARU_OK ? survival_fit_clock(w, &part, NULL, &alike, err) : st;
    for (uint32_t i = 0; st == MARU_OK && i < n_test; i++) {
        const uint32_t at = test[i];
        w->fold[at] = (uint8_t)k;
        w->risk[at] = w->x ? cox_risk(&cox, w->x + (size_t)at * n_feature) : 0;
        const double age = w->time[at] * exact_exp(w->risk[at] * weibull.sigma);
        w->share[at] = 1 - weibull_surviving(&weibull, age).value;
        w->plain[at] = 1 - weibull_surviving(&alike, w->time[at]).value;
    }
    arena_fini(&arena);
    return st;
}

// Concordance first: where it says that the columns are worth nothing, coverage is that of answers by age alone.
static maru_status judge_folds(struct survival_work *w, maru_error *err) {
    const struct survival_figure unknown = {(double)NAN, (double)NAN, (double)NAN};
    struct tried tried;
    maru_status st = MARU_OK;
    w->model.concordance = w->model.coverage = unknown;
    if (w->x) {
        st = order_by(w, w->time, MOST_PAIRED, &tried, err);
        st = st == MARU_OK ? measure(w, &tried, concordance, &w->model.concordance, err) : st;
    }
    if (!(w->model.concordance.low > 0.5)) {
        w->share = w->plain;
    }
    st = st == MARU_OK ? order_by(w, w->share, w->n, &tried, err) : st;
    return st == MARU_OK ? measure(w, &tried, coverage, &w->model.coverage, err) : st;
}

maru_status survival_try(struct survival_work *w, maru_error *err) {
    struct splits splits;
    uint32_t *stratum = arena_take(w->arena, (size_t)w->n + 1, sizeof *stratum);
    w->risk = arena_take(w->arena, (size_t)w->n + 1, sizeof *w->risk);
    w->share = arena_take(w->arena, (size_t)w->n + 1, sizeof *w->share);
    w->plain = arena_take(w->arena, (size_t)w->n + 1, sizeof *w->plain);
    w->fold = arena_take(w->arena, (size_t)w->n + 1, sizeof *w->fold);
    if (!stratum || !w->risk || !w->share || !w->plain || !w->fold) {
        return arena_refusal(w->arena, err);
    }
    for (uint32_t i = 0; i < w->n; i++) {
        stratum[i] = w->is_failed[i];
    }
    const struct splits_input input = {.kind = SPLITS_RANDOM,
                                       .n_row = w->n,
                                       .n_fold = SURVIVAL_FOLDS,
                                       .stratum = stratum,
                                       .seed = w->in->seed};
    maru_status st = splits_make(&input, w->arena, &splits, err);
    for (uint32_t k = 0; st == MARU_OK && k < SURVIVAL_FOLDS; k++) {
        if (w->in->progress &&
            !w->in->progress(w->in->context, (double)k / (SURVIVAL_FOLDS + 2), "")) {
            return fail(err, MARU_E_STOPPED, "stopped");
        }
        st = try_fold(w, &splits, k, err);
    }
    return st == MARU_OK ? judge_folds(w, err) : st;
}

// ---- young and old

// Cox's regression on what happens up to an age, or from it on.
static maru_status fit_ages(const struct survival_work *w, double age, bool is_old,
                            struct arena *arena, struct cox *out, maru_error *err) {
    const uint32_t n_feature = w->model.recipe.n_feature;
    double *time = arena_take(arena, (size_t)w->n + 1, sizeof *time);
    double *entry = arena_take(arena, (size_t)w->n + 1, sizeof *entry);
    uint8_t *is_failed = arena_take(arena, (size_t)w->n + 1, sizeof *is_failed);
    double *x = arena_take(arena, (size_t)w->n * n_feature + 1, sizeof *x);
    if (!time || !entry || !is_failed || !x) {
        return arena_refusal(arena, err);
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < w->n; i++) {
        const bool is_later = w->time[i] > age;
        if (is_old && !is_later) {
            continue;
        }
        time[n] = is_old || !is_later ? w->time[i] : age;
        entry[n] = is_old ? age : 0;
        is_failed[n] = w->is_failed[i] && (is_old || !is_later);
        memcpy(x + (size_t)n * n_feature, w->x + (size_t)i * n_feature, n_feature * sizeof *x);
        n++;
    }
    const struct cox_input input = {{time, is_failed, entry, n}, x, n_feature, ridge, 0.95};
    return cox_fit(&input, arena, out, err);
}

static double median_failure(const struct survival_work *w, struct arena *arena) {
    double *time = arena_take(arena, (size_t)w->n + 1, sizeof *time);
    uint32_t n = 0;
    for (uint32_t i = 0; time && i < w->n; i++) {
        time[n] = w->time[i];
        n += w->is_failed[i];
    }
    if (n < 2) {
        return (double)NAN;
    }
    empirical_sort(time, n);
    return empirical_quantile(time, n, 0.5);
}

static maru_status compare_ages(struct survival_work *w, const struct cox *young,
                                const struct cox *old, struct arena *arena, maru_error *err) {
    static const double sure = 0.01;
    double *p = arena_take(arena, (size_t)w->model.n_effect + 1, sizeof *p);
    if (!p) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; i < w->model.n_effect; i++) {
        const uint32_t f = w->model.effect[i].feature;
        const struct cox_effect *a = &young->effect[f], *b = &old->effect[f];
        const double se = sqrt(a->se * a->se + b->se * b->se);
        const double z = fabs(a->coefficient - b->coefficient) / se;
        const bool is_known = !a->is_constant && !b->is_constant && se > 0;
        p[i] = is_known ? 2 * normal_below(-z) : 1.0;
    }
    maru_status st = many_tests_holm(p, w->model.n_effect, arena, p, err);
    for (uint32_t i = 0; st == MARU_OK && i < w->model.n_effect; i++) {
        w->effect[i].changes_with_age = p[i] < sure;
    }
    return st;
}

maru_status survival_check_ages(struct survival_work *w, maru_error *err) {
    struct arena arena;
    struct cox young, old;
    arena_init(&arena, PART_MAX_BYTES);
    const double age = median_failure(w, &arena);
    maru_status st = isfinite(age) ? fit_ages(w, age, false, &arena, &young, err) : MARU_E_RANGE;
    st = st == MARU_OK ? fit_ages(w, age, true, &arena, &old, err) : st;
    st = st == MARU_OK ? compare_ages(w, &young, &old, &arena, err) : st;
    arena_fini(&arena);
    return st == MARU_E_RANGE ? MARU_OK : st; // too few on a side to compare
}
