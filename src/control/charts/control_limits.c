#include "control/charts/control_limits.h"

#include "base/status.h"
#include "control/charts/spread.h"

#include <math.h>

// Phase I. The center is the mean of all values. Sigma is that within subgroups: the unweighted mean of
// what each subgroup says about it,
//
//     range / d2(n)    (X-bar R; I-MR, EWMA and CUSUM of single values: moving ranges, n = 2)
//     sd / c4(n)       (X-bar S; EWMA and CUSUM of subgroups)
//
// so that subgroups of different sizes may stand side by side; for equal sizes these are R-bar / d2 and
// S-bar / c4. Limits are made from center and sigma for the size that each point has. For p, np, c and u
// the spread follows from the center: binomial or Poisson.
//
// Degrees of freedom of sigma: those of a chi whose coefficient of variation cv is the estimate's, 1 / (2
// cv^2) (P. B. Patnaik, Biometrika 37 (1950) 78-87, leading term). Neighboring moving ranges share a value,
// so that the variance of their mean is 0.8265 sigma^2 / n (J. D. Cryer, T. P. Ryan, Journal of Quality
// Technology 22 (1990) 187-192).

#define MOVING_RANGE_VARIANCE 0.8265

bool chart_is_counted(enum chart_kind kind) { return kind >= CHART_P && kind <= CHART_U; }

static bool has_range(const struct chart_options *options) {
    return options->kind == CHART_XBAR_R || (options->kind != CHART_XBAR_S && options->size == 1 &&
                                             !chart_is_counted(options->kind));
}

// Are there moving ranges, as single values have no spread of their own?
static bool is_moving(const struct chart_options *options) {
    return options->size == 1 && has_range(options);
}

struct chart_options chart_defaults(enum chart_kind kind) {
    const bool is_xbar = kind == CHART_XBAR_R || kind == CHART_XBAR_S;
    return (struct chart_options){
        .kind = (uint8_t)kind,
        .size = is_xbar ? 5 : 1,
        .width = kind == CHART_EWMA ? 2.962 : 3.0,
        .lambda = 0.2,
        .k = 0.5,
        .h = 5.0,
        .target = NAN,
    };
}

static maru_status size_check(const struct chart_options *options, maru_error *err) {
    const uint32_t n = options->size;
    switch ((enum chart_kind)options->kind) {
    case CHART_I_MR:
        return n == 1 ? MARU_OK
                      : fail(err, MARU_E_RANGE, "single values are subgroups of 1, not %u", n);
    case CHART_XBAR_R:
        return n >= 2 && n <= SPREAD_MAX_RANGE
                   ? MARU_OK
                   : fail(err, MARU_E_RANGE, "ranges are of 2 to %d values, not %u",
                          SPREAD_MAX_RANGE, n);
    case CHART_XBAR_S:
        return n >= 2 && n <= SPREAD_MAX_SD
                   ? MARU_OK
                   : fail(err, MARU_E_RANGE, "standard deviations are of 2 to %d values, not %u",
                          SPREAD_MAX_SD, n);
    case CHART_EWMA:
    case CHART_CUSUM:
        return n >= 1 && n <= SPREAD_MAX_SD
                   ? MARU_OK
                   : fail(err, MARU_E_RANGE, "subgroups are of 1 to %d values, not %u",
                          SPREAD_MAX_SD, n);
    case CHART_P:
    case CHART_NP:
    case CHART_C:
    case CHART_U:
    case N_CHART_KIND:
        break;
    }
    return MARU_OK;
}

maru_status chart_options_check(const struct chart_options *options, maru_error *err) {
    if (options->kind >= N_CHART_KIND) {
        return fail(err, MARU_E_USAGE, "there is no chart of kind %u", options->kind);
    }
    if (!(options->width > 0.0 && options->width <= 10.0)) {
        return fail(err, MARU_E_RANGE,
                    "limits at %g standard errors, must be above 0 and at most 10", options->width);
    }
    if (options->kind == CHART_EWMA && !(options->lambda > 0.0 && options->lambda <= 1.0)) {
        return fail(err, MARU_E_RANGE, "lambda is %g, must be above 0 and at most 1",
                    options->lambda);
    }
    if (options->kind == CHART_CUSUM &&
        !(options->k >= 0.0 && options->k <= 10.0 && options->h > 0.0 && options->h <= 100.0)) {
        return fail(err, MARU_E_RANGE, "k is %g, from 0 to 10; h is %g, above 0 and at most 100",
                    options->k, options->h);
    }
    return size_check(options, err);
}

// ---- points ----

struct subgroup subgroup_of(enum chart_kind kind, const double *values, size_t n) {
    size_t n_good = 0;
    double sum = 0.0;
    double least = INFINITY;
    double most = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(values[i])) {
            sum += values[i];
            n_good++;
            least = fmin(least, values[i]);
            most = fmax(most, values[i]);
        }
    }
    if (n_good == 0) {
        return (struct subgroup){NAN, NAN, 0.0};
    }
    const double rough = sum / (double)n_good;
    double rest = 0.0;
    double squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(values[i])) {
            const double d = values[i] - rough;
            rest += d;
            squares += d * d;
        }
    }
    struct subgroup out = {rough + rest / (double)n_good, NAN, (double)n_good};
    if (n_good > 1) {
        squares -= rest * rest / (double)n_good;
        out.spread =
            kind == CHART_XBAR_R ? most - least : sqrt(fmax(squares, 0.0) / (double)(n_good - 1));
    }
    return out;
}

static bool is_whole(double n) { return n >= 0.0 && n <= 0x1p53 && floor(n) == n; }

// Can a chart of this kind take the point? One without a level is missing, and no fault.
static maru_status point_check(const struct chart_options *options, const struct subgroup *point,
                               size_t i, maru_error *err) {
    if (!chart_is_counted((enum chart_kind)options->kind)) {
        const double most = options->kind == CHART_XBAR_R ? SPREAD_MAX_RANGE : SPREAD_MAX_SD;
        if (!(is_whole(point->size) && point->size >= 1.0) ||
            (options->size == 1 && point->size != 1.0)) {
            return fail(err, MARU_E_INPUT, "point %zu has %g values", i + 1, point->size);
        }
        if (point->size > most) {
            return fail(err, MARU_E_LIMIT, "point %zu has %g values, at most %g are allowed", i + 1,
                        point->size, most);
        }
        return MARU_OK;
    }
    if (!(point->size > 0.0 && point->size < INFINITY)) {
        return fail(err, MARU_E_INPUT, "point %zu was found among %g units", i + 1, point->size);
    }
    if (!is_whole(point->level)) {
        return fail(err, MARU_E_INPUT, "point %zu counts %g, which is no number of things", i + 1,
                    point->level);
    }
    const bool is_share = options->kind == CHART_P || options->kind == CHART_NP;
    if (is_share && point->level > point->size) {
        return fail(err, MARU_E_INPUT, "point %zu has %g bad units among %g", i + 1, point->level,
                    point->size);
    }
    return MARU_OK;
}

// ---- estimation ----

// What is summed up over the reference period.
struct sums {
    double level, size; // of level times size, and of sizes
    double sigma;       // what subgroups say about sigma
    double variance;    // relative variances of that
    size_t n_sigma;
    double previous; // single values: the last one, NaN behind a gap
};

static void add_sigma(struct sums *sums, double sigma, double cv) {
    sums->sigma += sigma;
    sums->variance += cv * cv;
    sums->n_sigma++;
}

static void add_spread(const struct chart_options *options, const struct subgroup *point,
                       struct sums *sums) {
    if (is_moving(options)) {
        if (!isnan(sums->previous)) {
            add_sigma(sums, fabs(point->level - sums->previous) / spread_d2(2),
                      sqrt(MOVING_RANGE_VARIANCE));
        }
        sums->previous = point->level;
    } else if (point->size >= 2.0 && isfinite(point->spread)) {
        const uint32_t n = (uint32_t)point->size;
        if (has_range(options)) {
            add_sigma(sums, point->spread / spread_d2(n), spread_d3(n) / spread_d2(n));
        } else {
            const double c4 = spread_c4(n);
            add_sigma(sums, point->spread / c4, sqrt(1.0 - c4 * c4) / c4);
        }
    }
}

static maru_status add_points(const struct chart_options *options, const struct subgroup *points,
                              const bool *is_excluded, size_t n_point, struct sums *sums,
                              struct chart_period *period, maru_error *err) {
    const bool is_counted = chart_is_counted((enum chart_kind)options->kind);
    for (size_t i = 0; i < n_point; i++) {
        const struct subgroup *point = &points[i];
        if (!isfinite(point->level) || (is_excluded && is_excluded[i])) {
            const bool is_missing = !isfinite(point->level);
            period->n_missing += is_missing ? 1 : 0;
            period->n_excluded += is_missing ? 0 : 1;
            sums->previous = NAN;
            continue;
        }
        const maru_status st = point_check(options, point, i, err);
        if (st != MARU_OK) {
            return st;
        }
        sums->level += is_counted ? point->level : point->level * point->size;
        sums->size += point->size;
        period->n_point++;
        if (!is_counted) {
            add_spread(options, point, sums);
        }
    }
    return MARU_OK;
}

// The mean again from the rests, so that large offsets cost no digits.
static double refined_center(const struct subgroup *points, const bool *is_excluded, size_t n_point,
                             double rough, double size) {
    double rest = 0.0;
    for (size_t i = 0; i < n_point; i++) {
        if (isfinite(points[i].level) && !(is_excluded && is_excluded[i])) {
            rest += (points[i].level - rough) * points[i].size;
        }
    }
    return rough + rest / size;
}

static maru_status counted_check(const struct chart_limits *limits, maru_error *err) {
    const uint8_t kind = limits->options.kind;
    const bool is_share = kind == CHART_P || kind == CHART_NP;
    if (!(limits->center > 0.0 && limits->center < (is_share ? 1.0 : INFINITY))) {
        return fail(err, MARU_E_INPUT,
                    "%g bad or defective per unit leave no limits: take a longer period",
                    limits->center);
    }
    return MARU_OK;
}

static void freeze(struct chart_limits *limits) {
    const bool is_counted = chart_is_counted((enum chart_kind)limits->options.kind);
    limits->usual_size = is_counted ? limits->mean_size : limits->options.size;
    limits->usual_level = chart_level_line(limits, limits->usual_size);
    limits->usual_spread = chart_spread_line(limits, limits->usual_size);
}

maru_status chart_estimate(const struct chart_options *options, const struct subgroup *points,
                           const bool *is_excluded, size_t n_point, struct chart_limits *out,
                           maru_error *err) {
    maru_status st = chart_options_check(options, err);
    if (st != MARU_OK) {
        return st;
    }
    struct chart_limits limits = {.options = *options, .sigma = NAN, .df = NAN};
    struct sums sums = {.previous = NAN};
    st = add_points(options, points, is_excluded, n_point, &sums, &limits.period, err);
    if (st != MARU_OK) {
        return st;
    }
    if (limits.period.n_point < 2) {
        return fail(err, MARU_E_INPUT, "%u points are left to estimate from, at least 2 are needed",
                    limits.period.n_point);
    }
    limits.center = sums.level / sums.size;
    limits.mean_size = sums.size / limits.period.n_point;
    if (chart_is_counted((enum chart_kind)options->kind)) {
        st = counted_check(&limits, err);
    } else {
        limits.center = refined_center(points, is_excluded, n_point, limits.center, sums.size);
        limits.sigma = sums.sigma / (double)sums.n_sigma;
        limits.df = 0.5 * (double)sums.n_sigma * (double)sums.n_sigma / sums.variance;
        if (!(limits.sigma > 0.0 && isfinite(limits.sigma) && isfinite(limits.center))) {
            st =
                fail(err, MARU_E_INPUT, "the points show no spread that limits could be made from");
        }
    }
    if (st == MARU_OK) {
        freeze(&limits);
        *out = limits;
    }
    return st;
}

maru_status chart_set(const struct chart_options *options, double center, double sigma,
                      struct chart_limits *out, maru_error *err) {
    const maru_status st = chart_options_check(options, err);
    if (st != MARU_OK) {
        return st;
    }
    const bool is_counted = chart_is_counted((enum chart_kind)options->kind);
    if (!isfinite(center) || (!is_counted && !(sigma > 0.0 && sigma < INFINITY))) {
        return fail(err, MARU_E_RANGE, "center %g and sigma %g: finite, and sigma above 0", center,
                    sigma);
    }
    struct chart_limits limits = {.options = *options,
                                  .is_given = true,
                                  .center = center,
                                  .sigma = is_counted ? (double)NAN : sigma,
                                  .df = is_counted ? (double)NAN : (double)INFINITY,
                                  .mean_size = options->size};
    if (is_counted && counted_check(&limits, err) != MARU_OK) {
        return MARU_E_INPUT;
    }
    freeze(&limits);
    *out = limits;
    return MARU_OK;
}

// ---- lines ----

double chart_error_of(const struct chart_limits *limits, double size) {
    const double center = limits->center;
    switch ((enum chart_kind)limits->options.kind) {
    case CHART_I_MR:
        return limits->sigma;
    case CHART_XBAR_R:
    case CHART_XBAR_S:
    case CHART_CUSUM:
        return limits->sigma / sqrt(size);
    case CHART_EWMA:
        return limits->sigma / sqrt(size) *
               sqrt(limits->options.lambda / (2.0 - limits->options.lambda));
    case CHART_P:
        return sqrt(center * (1.0 - center) / size);
    case CHART_NP:
        return sqrt(center * (1.0 - center) * size);
    case CHART_C:
        return sqrt(center * size);
    case CHART_U:
        return sqrt(center / size);
    case N_CHART_KIND:
        break;
    }
    return NAN;
}

struct chart_line chart_level_line(const struct chart_limits *limits, double size) {
    const struct chart_options *options = &limits->options;
    if (options->kind == CHART_CUSUM) {
        return (struct chart_line){-options->h, 0.0, options->h};
    }
    const bool is_counted = chart_is_counted((enum chart_kind)options->kind);
    const bool is_number = options->kind == CHART_NP || options->kind == CHART_C;
    const bool has_target = options->kind == CHART_EWMA && !isnan(options->target);
    const double center = has_target ? options->target : limits->center * (is_number ? size : 1.0);
    const double reach = options->width * chart_error_of(limits, size);
    struct chart_line line = {center - reach, center, center + reach};
    if (is_counted && line.lower < 0.0) {
        line.lower = 0.0;
    }
    return line;
}

struct chart_line chart_spread_line(const struct chart_limits *limits, double size) {
    struct chart_line line = {NAN, NAN, NAN};
    const struct chart_options *options = &limits->options;
    const bool has_spread = options->kind <= CHART_XBAR_S;
    const uint32_t n = is_moving(options)                     ? 2
                       : size >= 2.0 && size <= SPREAD_MAX_SD ? (uint32_t)size
                                                              : 0;
    if (!has_spread || n == 0) {
        return line;
    }
    const double c4 = has_range(options) ? 0.0 : spread_c4(n);
    const double mean = has_range(options) ? spread_d2(n) : c4;
    const double error = has_range(options) ? spread_d3(n) : sqrt(1.0 - c4 * c4);
    line.center = limits->sigma * mean;
    line.lower = fmax(0.0, limits->sigma * (mean - options->width * error));
    line.upper = limits->sigma * (mean + options->width * error);
    return line;
}
