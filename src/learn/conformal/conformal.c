#include "learn/conformal/conformal.h"

#include <math.h>

#include "base/distribution.h"
#include "base/status.h"

// Rows are laid out by category, each category's scores next to each other and sorted; then all of them once more. Fit and answer compute
// the score of a class by the same function, so that sums agree to the last bit.

// Levels are decimals, which doubles round: 0.55 * 100 is a little more than 55 and has to count as 55.
static double rank_of(uint32_t n, double level) { return ceil((n + 1.0) * level * (1.0 - 1e-12)); }

double conformal_quantile(const double *sorted, uint32_t n, double level) {
    if (!(level > 0.0 && level < 1.0)) {
        return NAN;
    }
    const double rank = rank_of(n, level);
    return rank > n ? (double)INFINITY : sorted[(uint32_t)rank - 1];
}

// Scores in groups: those of group g are score[begin[g]] .. score[begin[g + 1] - 1].
struct grouped {
    double *score;   // (n)
    uint32_t *begin; // (n_group + 1)
    uint32_t *at;    // (n_group) where the next one goes
    double *all;     // (n)
    uint32_t n, n_group, least;
    double level;
};

static maru_status grouped_init(struct grouped *g, const uint32_t *group, struct arena *arena,
                                maru_error *err) {
    g->score = arena_take(arena, g->n, sizeof *g->score);
    g->all = arena_take(arena, g->n, sizeof *g->all);
    g->begin = arena_take(arena, (size_t)g->n_group + 1, sizeof *g->begin);
    g->at = arena_take(arena, g->n_group, sizeof *g->at);
    if (!g->score || !g->all || !g->begin || !g->at) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; group && i < g->n; i++) {
        g->begin[group[i] + 1]++;
    }
    for (uint32_t k = 0; k < g->n_group; k++) {
        g->begin[k + 1] += g->begin[k];
    }
    return MARU_OK;
}

// Fill it with the scores of the rows, and give each group its quantile, the last one that of all.
static void grouped_quantiles(struct grouped *g, const double *score, const uint32_t *group,
                              double *quantile, bool *is_own) {
    for (uint32_t k = 0; k < g->n_group; k++) {
        g->at[k] = g->begin[k];
    }
    for (uint32_t i = 0; i < g->n; i++) {
        g->all[i] = score[i];
        if (group) {
            g->score[g->at[group[i]]++] = score[i];
        }
    }
    empirical_sort(g->all, g->n);
    quantile[g->n_group] = conformal_quantile(g->all, g->n, g->level);
    for (uint32_t k = 0; k < g->n_group; k++) {
        const uint32_t n = g->begin[k + 1] - g->begin[k];
        empirical_sort(g->score + g->begin[k], n);
        is_own[k] = n >= g->least && rank_of(n, g->level) <= n;
        quantile[k] = is_own[k] ? conformal_quantile(g->score + g->begin[k], n, g->level)
                                : quantile[g->n_group];
    }
}

// ---- numbers

static maru_status check(const struct conformal_input *in, maru_error *err) {
    if (in->kind >= N_CONFORMAL_KIND || !(in->level > 0.0 && in->level < 1.0)) {
        return fail(err, MARU_E_RANGE, "there are no intervals of level %g", in->level);
    }
    if (in->n_category > CONFORMAL_MAX_CATEGORIES) {
        return fail(err, MARU_E_LIMIT, "%u categories, at most %d", in->n_category,
                    CONFORMAL_MAX_CATEGORIES);
    }
    for (uint32_t i = 0; i < in->n; i++) {
        if (!isfinite(in->truth[i]) || !isfinite(in->low[i]) || !isfinite(in->high[i]) ||
            in->low[i] > in->high[i]) {
            return fail(err, MARU_E_RANGE, "row %u has no finite value, or ends in the wrong order",
                        i + 1);
        }
        if (in->scale && !(in->scale[i] > 0.0 && isfinite(in->scale[i]))) {
            return fail(err, MARU_E_RANGE, "row %u has no scale above 0", i + 1);
        }
        if (in->category && in->category[i] >= in->n_category) {
            return fail(err, MARU_E_RANGE, "row %u has category %u, there are %u", i + 1,
                        in->category[i], in->n_category);
        }
    }
    return MARU_OK;
}

// How far the truth lies outside of a side, or of the worse side; negative inside.
enum side { BELOW, ABOVE, WORSE };

static void score_rows(const struct conformal_input *in, enum side side, double *score) {
    for (uint32_t i = 0; i < in->n; i++) {
        const double below = in->low[i] - in->truth[i], above = in->truth[i] - in->high[i];
        const double off = side == BELOW ? below : side == ABOVE ? above : fmax(below, above);
        score[i] = in->scale ? off / in->scale[i] : off;
    }
}

maru_status conformal_fit(const struct conformal_input *in, struct arena *arena,
                          struct conformal *out, maru_error *err) {
    maru_status st = check(in, err);
    const uint32_t n_category = in->category ? in->n_category : 0;
    const bool is_one = in->kind == CONFORMAL_SYMMETRIC;
    struct grouped g = {.n = in->n,
                        .n_group = n_category,
                        .least = in->least ? in->least : CONFORMAL_LEAST_ROWS,
                        .level = is_one ? in->level : (1.0 + in->level) / 2.0};
    st = st == MARU_OK ? grouped_init(&g, in->category, arena, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    double *score = arena_take(arena, in->n, sizeof *score);
    double *below = arena_take(arena, (size_t)n_category + 1, sizeof *below);
    double *above = arena_take(arena, (size_t)n_category + 1, sizeof *above);
    bool *is_own = arena_take(arena, n_category, sizeof *is_own);
    if (!score || !below || !above || !is_own) {
        return arena_refusal(arena, err);
    }
    score_rows(in, is_one ? WORSE : BELOW, score);
    grouped_quantiles(&g, score, in->category, below, is_own);
    if (!is_one) {
        score_rows(in, ABOVE, score);
        grouped_quantiles(&g, score, in->category, above, is_own);
    }
    *out = (struct conformal){.kind = in->kind,
                              .is_scaled = in->scale != NULL,
                              .level = in->level,
                              .below = below,
                              .above = is_one ? below : above,
                              .is_own = is_own,
                              .n = in->n,
                              .n_category = n_category};
    return MARU_OK;
}

maru_status conformal_check(const struct conformal *c, maru_error *err) {
    bool is_right = c->kind < N_CONFORMAL_KIND && c->level > 0.0 && c->level < 1.0 &&
                    c->n_category <= CONFORMAL_MAX_CATEGORIES;
    for (uint32_t k = 0; is_right && k <= c->n_category; k++) { // infinite ones are wide, not wrong
        is_right = c->below[k] > (double)-INFINITY && c->above[k] > (double)-INFINITY;
    }
    return is_right ? MARU_OK : fail(err, MARU_E_INPUT, "widths that contradict themselves");
}

struct conformal_interval conformal_around(const struct conformal *c, double low, double high,
                                           double scale, uint32_t category) {
    const uint32_t k = category < c->n_category ? category : c->n_category;
    if (c->is_scaled && !(scale > 0.0)) {
        return (struct conformal_interval){(double)-INFINITY, (double)INFINITY};
    }
    const double by = c->is_scaled ? scale : 1.0;
    return (struct conformal_interval){low - by * c->below[k], high + by * c->above[k]};
}

// ---- classes

// The score of a class: how unlikely it is, or what it and all likelier ones have together.
static double class_score(uint8_t kind, const double *probability, uint32_t n_class, uint32_t of) {
    const double p = probability[of];
    if (kind == CONFORMAL_LEAST) {
        return 1.0 - p;
    }
    double sum = 0;
    for (uint32_t k = 0; k < n_class; k++) {
        const bool is_before = probability[k] > p || (k <= of && probability[k] == p);
        sum += is_before ? probability[k] : 0.0;
    }
    return sum;
}

static maru_status check_sets(const struct conformal_sets_input *in, maru_error *err) {
    if (in->kind >= N_CONFORMAL_SETS_KIND || !(in->level > 0.0 && in->level < 1.0)) {
        return fail(err, MARU_E_RANGE, "there are no sets of level %g", in->level);
    }
    if (in->n_class == 0 || in->n_class > CONFORMAL_MAX_CLASSES) {
        return fail(err, MARU_E_LIMIT, "%u classes, at most %d", in->n_class,
                    CONFORMAL_MAX_CLASSES);
    }
    for (uint32_t i = 0; i < in->n; i++) {
        if (in->truth[i] >= in->n_class) {
            return fail(err, MARU_E_RANGE, "row %u has class %u, there are %u", i + 1, in->truth[i],
                        in->n_class);
        }
        for (uint32_t k = 0; k < in->n_class; k++) {
            const double p = in->probability[(size_t)i * in->n_class + k];
            if (!(p >= 0.0 && p <= 1.0)) {
                return fail(err, MARU_E_RANGE, "row %u has no probability, or no truth", i + 1);
            }
        }
    }
    return MARU_OK;
}

maru_status conformal_sets_fit(const struct conformal_sets_input *in, struct arena *arena,
                               struct conformal_sets *out, maru_error *err) {
    maru_status st = check_sets(in, err);
    const uint32_t *group = in->by_class ? in->truth : NULL;
    struct grouped g = {.n = in->n,
                        .n_group = in->by_class ? in->n_class : 0,
                        .least = in->least ? in->least : CONFORMAL_LEAST_ROWS,
                        .level = in->level};
    st = st == MARU_OK ? grouped_init(&g, group, arena, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    double *score = arena_take(arena, in->n, sizeof *score);
    double *bound = arena_take(arena, (size_t)in->n_class + 1, sizeof *bound);
    bool *is_own = arena_take(arena, in->n_class, sizeof *is_own);
    if (!score || !bound || !is_own) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; i < in->n; i++) {
        score[i] = class_score(in->kind, in->probability + (size_t)i * in->n_class, in->n_class,
                               in->truth[i]);
    }
    grouped_quantiles(&g, score, group, bound, is_own);
    for (uint32_t k = 1; k < in->n_class && !group; k++) {
        bound[k] = bound[0];
    }
    *out = (struct conformal_sets){.kind = in->kind,
                                   .level = in->level,
                                   .n = in->n,
                                   .n_class = in->n_class,
                                   .bound = bound,
                                   .is_own = is_own};
    return MARU_OK;
}

uint32_t conformal_set_of(const struct conformal_sets *sets, const double *probability,
                          bool *is_in) {
    uint32_t n = 0, likeliest = 0;
    for (uint32_t k = 0; k < sets->n_class; k++) {
        is_in[k] = class_score(sets->kind, probability, sets->n_class, k) <= sets->bound[k];
        n += is_in[k];
        likeliest = probability[k] > probability[likeliest] ? k : likeliest;
    }
    if (sets->kind == CONFORMAL_ADAPTIVE && n == 0) {
        is_in[likeliest] = true;
        n = 1;
    }
    return n;
}
