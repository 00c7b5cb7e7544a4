// The first two fifths of the periods say what is usual. Limits from so few points are uncertain themselves, so that they stand as far
// out as a prediction interval of 99.73 %: t times sqrt(1 + 1/m) instead of 3. Days of one factory differ more than chance alone would make
// them: the p chart takes the scatter between its reference periods, where that is larger (Laney's p'). A share of few units is skewed, so a
// point is beyond only if the binomial distribution says so, too. Among hundreds of charts some have a point beyond their limits by chance:
// a column is called out of control if chance gives a chart like it to at most one of twenty files.
#include "study/quality/quality_charts.h"

#include <math.h>

#include "base/distribution.h"
#include "base/random.h"
#include "control/charts/control_limits.h"

static const double usual = 0.9973; // of points within limits, as for 3 standard errors
static const double surely =
    0.05; // that any of the charts of a file is called out of control by chance

static double width_of(double df, uint32_t m) {
    return sqrt(f_quantile(usual, 1, df)) * sqrt(1.0 + 1.0 / m);
}

// Center and sigma of the reference by moving ranges. False: too few points, or no spread.
static bool estimate(const double *value, uint32_t n, struct chart_limits *out) {
    struct subgroup point[PERIODS_MOST];
    const struct chart_options options = chart_defaults(CHART_I_MR);
    double before = (double)NAN;
    for (uint32_t i = 0; i < n; i++) {
        point[i] = (struct subgroup){value[i], fabs(value[i] - before), 1};
        before = value[i];
    }
    return chart_estimate(&options, point, NULL, n, out, NULL) == MARU_OK &&
           out->period.n_point >= QUALITY_REFERENCE_LEAST && out->sigma > 0 && out->df > 0;
}

// The periods that limits come from; 0: too few in all.
static uint32_t reference_of(const struct quality *q) {
    const uint32_t n = q->periods.n, part = 2 * n / 5;
    const uint32_t m = part > QUALITY_REFERENCE_LEAST ? part : QUALITY_REFERENCE_LEAST;
    return n >= m + QUALITY_JUDGED_LEAST && n <= PERIODS_MOST ? m : 0;
}

static maru_status take_lines(struct quality *q, struct quality_chart *chart, maru_error *err) {
    chart->lower = arena_take(&q->arena, (size_t)q->periods.n + 1, sizeof *chart->lower);
    chart->upper = arena_take(&q->arena, (size_t)q->periods.n + 1, sizeof *chart->upper);
    chart->is_beyond = arena_take(&q->arena, (size_t)q->periods.n + 1, sizeof *chart->is_beyond);
    return chart->lower && chart->upper && chart->is_beyond ? MARU_OK
                                                            : arena_refusal(&q->arena, err);
}

// How likely at least k of n points of a steady process lie beyond its limits: sigma of `df` degrees of freedom and the center of m points
// are wrong for all of them alike, so that such points come together. A mean over both errors, by their quantiles.
static double chance_of_points(const struct quality_chart *chart) {
    enum { N_PART = 24 };
    const double reach = width_of(chart->df, chart->n_reference);
    const double k = chart->n_beyond, n = chart->n_judged;
    double sum = 0;
    for (uint32_t i = 0; i < N_PART; i++) {
        const double sigma = sqrt(chi_square_quantile((i + 0.5) / N_PART, chart->df) / chart->df);
        for (uint32_t j = 0; j < N_PART; j++) {
            const double off = exact_normal_quantile((j + 0.5) / N_PART) / sqrt(chart->n_reference);
            const double out =
                normal_above(reach * sigma - off) + normal_above(reach * sigma + off);
            sum += beta_below(out < 1 ? out : 1, k, n - k + 1);
        }
    }
    return sum / (N_PART * N_PART);
}

// How likely the farthest of n points is as far out as this one.
static double chance_of_distance(const struct quality_chart *chart, double farthest) {
    const double t = farthest / sqrt(1.0 + 1.0 / chart->n_reference);
    return chart->n_judged * beta_below(chart->df / (chart->df + t * t), chart->df / 2, 0.5);
}

// Many points, or one far out: either may say it, so each counts twice.
static double chance_of(const struct quality_chart *chart, double farthest) {
    return chart->n_beyond == 0
               ? 1.0
               : fmin(1.0, 2 * fmin(chance_of_points(chart), chance_of_distance(chart, farthest)));
}

static void judge(struct quality_chart *chart, uint32_t period, bool is_beyond) {
    chart->n_judged++;
    chart->is_beyond[period] = is_beyond;
    chart->n_beyond += is_beyond;
    chart->since = is_beyond && chart->since == UINT32_MAX ? period : chart->since;
}

// ---- measured columns, and a target that is a number

static maru_status chart_means(struct quality *q, const double *mean, uint32_t m,
                               struct quality_chart *chart, maru_error *err) {
    struct chart_limits limits;
    if (!estimate(mean, m, &limits)) {
        return MARU_OK;
    }
    const maru_status st = take_lines(q, chart, err);
    const double reach = width_of(limits.df, limits.period.n_point) * limits.sigma;
    double farthest = 0;
    for (uint32_t i = 0; st == MARU_OK && i < q->periods.n; i++) {
        chart->lower[i] = limits.center - reach;
        chart->upper[i] = limits.center + reach;
        if (i >= m && isfinite(mean[i])) {
            const double away = fabs(mean[i] - limits.center);
            judge(chart, i, away > reach);
            farthest = fmax(farthest, away / limits.sigma);
        }
    }
    chart->n_reference = limits.period.n_point;
    chart->center = limits.center;
    chart->df = limits.df;
    chart->p = chance_of(chart, farthest);
    return st;
}

// ---- the share of bad units

static double error_of(double share, double n) { return sqrt(share * (1.0 - share) / n); }

// Could so many bad ones, or so few, come of the share by the binomial distribution?
static bool is_likely(double share, const struct period *period) {
    const double n = round(period->n), bad = round(period->bad), rare = (1.0 - usual) / 2;
    const double at_least = bad > 0 ? beta_below(share, bad, n - bad + 1) : 1.0;
    const double at_most = bad < n ? 1.0 - beta_below(share, bad + 1, n - bad) : 1.0;
    return at_least > rare && at_most > rare;
}

// What the scatter between the reference periods is, in standard errors of chance.
static bool find_scatter(const struct quality *q, double share, uint32_t m, double *width) {
    double z[PERIODS_MOST];
    struct chart_limits limits;
    for (uint32_t i = 0; i < m; i++) {
        const struct period *p = &q->periods.period[i];
        z[i] = p->n > 0 ? (p->bad / p->n - share) / error_of(share, p->n) : (double)NAN;
    }
    if (!estimate(z, m, &limits)) {
        return false;
    }
    *width = width_of(limits.df, limits.period.n_point) * (limits.sigma > 1 ? limits.sigma : 1);
    return true;
}

static maru_status chart_share(struct quality *q, uint32_t m, struct quality_chart *chart,
                               maru_error *err) {
    double n = 0, bad = 0, width = 0;
    for (uint32_t i = 0; i < m; i++) {
        n += q->periods.period[i].n;
        bad += q->periods.period[i].bad;
    }
    const double share = bad / n;
    if (!(bad > 0) || !(bad < n) || !find_scatter(q, share, m, &width)) {
        return MARU_OK;
    }
    const maru_status st = take_lines(q, chart, err);
    for (uint32_t i = 0; st == MARU_OK && i < q->periods.n; i++) {
        const struct period *p = &q->periods.period[i];
        const double reach = p->n > 0 ? width * error_of(share, p->n) : (double)NAN;
        chart->lower[i] = fmax(0.0, share - reach);
        chart->upper[i] = fmin(1.0, share + reach);
        if (i >= m && p->n > 0) {
            const double is = p->bad / p->n;
            judge(chart, i, fabs(is - share) > reach && !is_likely(share, p));
        }
    }
    chart->n_reference = m;
    chart->center = share;
    return st;
}

static maru_status chart_rate(struct quality *q, uint32_t m, maru_error *err) {
    double mean[PERIODS_MOST] = {0};
    if (q->roles.target.form == TARGET_NONE) {
        return MARU_OK;
    }
    if (q->roles.target.form != TARGET_NUMBER) {
        return chart_share(q, m, &q->rate_chart, err);
    }
    for (uint32_t i = 0; i < q->periods.n; i++) {
        const struct period *p = &q->periods.period[i];
        mean[i] = p->n > 0 ? p->bad / p->n : (double)NAN;
    }
    return chart_means(q, mean, m, &q->rate_chart, err);
}

// ---- all of them

maru_status quality_charts_find(struct quality *quality, maru_error *err) {
    const struct quality_chart none = {.since = UINT32_MAX, .center = (double)NAN, .p = 1};
    const uint32_t n = quality->n_column, m = reference_of(quality);
    struct quality_chart *chart = arena_take(&quality->arena, (size_t)n + 1, sizeof *chart);
    if (!chart) {
        return arena_refusal(&quality->arena, err);
    }
    quality->chart = chart;
    quality->rate_chart = none;
    maru_status st = m > 0 ? chart_rate(quality, m, err) : MARU_OK;
    for (uint32_t i = 0; i < n; i++) {
        chart[i] = none;
        if (st == MARU_OK && m > 0) {
            st = chart_means(quality, quality->mean + (size_t)i * quality->periods.n, m, &chart[i],
                             err);
        }
        quality->n_chart += chart[i].n_reference > 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        chart[i].is_out = chart[i].n_beyond > 0 && chart[i].p * quality->n_chart <= surely;
        quality->n_chart_out += chart[i].is_out;
        quality->n_chart_weak += chart[i].n_beyond > 0 && !chart[i].is_out;
    }
    return st;
}
