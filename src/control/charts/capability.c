#include "control/charts/capability.h"

#include "base/distribution.h"
#include "base/interval.h"
#include "base/random.h"
#include "base/status.h"

#include <math.h>

// Intervals, with nu the degrees of freedom of sigma and z the normal quantile for the level:
//
//     Cp     Cp sqrt(chi-square quantiles of nu / nu)
//     Cpk    Cpk (1 -+ z sqrt(1 / (9 n Cpk^2) + 1 / (2 nu)))
//     Cpm    as Cp, with nu (1 + a^2)^2 / (1 + 2 a^2) for nu, a the distance from the target in sigmas
//
// For nu = n - 1 the first two are those of qcc, which takes a normal approximation for the third.

static const struct estimate none = {NAN, NAN, NAN};

static struct estimate with_chi_square(double value, double df, double level) {
    if (!(df > 0.0 && df <= 1e6)) {
        return (struct estimate){value, NAN, NAN};
    }
    return (struct estimate){value, value * sqrt(chi_square_quantile(0.5 * (1.0 - level), df) / df),
                             value * sqrt(chi_square_quantile(0.5 * (1.0 + level), df) / df)};
}

static struct estimate with_bissell(double cpk, double df, double n, double level) {
    const double z = exact_normal_quantile(0.5 * (1.0 + level));
    const double reach = z * sqrt(1.0 / (9.0 * n) + cpk * cpk / (2.0 * df));
    return (struct estimate){cpk, cpk - reach, cpk + reach};
}

static double target_of(const struct specification *s) {
    return isnan(s->target) ? s->lower + 0.5 * (s->upper - s->lower) : s->target;
}

struct indices indices_of(const struct specification *specification, double mean, double sigma,
                          double df, double n, double level) {
    const struct specification *s = specification;
    struct indices out = {.sigma = sigma,
                          .cp = none,
                          .cpk = none,
                          .cpm = none,
                          .to_lower = (mean - s->lower) / (3.0 * sigma),
                          .to_upper = (s->upper - mean) / (3.0 * sigma)};
    if (isnan(sigma)) {
        out.below = out.above = NAN;
        return out;
    }
    out.below = isnan(s->lower) ? 0.0 : normal_below((s->lower - mean) / sigma);
    out.above = isnan(s->upper) ? 0.0 : normal_above((s->upper - mean) / sigma);
    // fmin leaves a NaN out: with one limit this is that limit's.
    out.cpk = with_bissell(fmin(out.to_lower, out.to_upper), df, n, level);
    if (!isnan(s->lower) && !isnan(s->upper)) {
        const double cp = (s->upper - s->lower) / (6.0 * sigma);
        const double a = (mean - target_of(s)) / sigma;
        const double a2 = a * a;
        out.cp = with_chi_square(cp, df, level);
        out.cpm = with_chi_square(cp / sqrt(1.0 + a2),
                                  df * (1.0 + a2) * (1.0 + a2) / (1.0 + 2.0 * a2), level);
    }
    return out;
}

static maru_status check(const struct specification *s, double level, maru_error *err) {
    if (isnan(s->lower) && isnan(s->upper)) {
        return fail(err, MARU_E_RANGE, "a specification needs a lower or an upper limit");
    }
    if (s->lower >= s->upper || isinf(s->lower) || isinf(s->upper)) {
        return fail(err, MARU_E_RANGE,
                    "specification from %g to %g: finite, and the upper one larger", s->lower,
                    s->upper);
    }
    if (!(level > 0.0 && level < 1.0)) {
        return fail(err, MARU_E_RANGE, "the level of intervals is %g, must lie between 0 and 1",
                    level);
    }
    return MARU_OK;
}

maru_status capability_of(const double *values, size_t n, const struct specification *specification,
                          const double sigma_within[2], double level, double *scratch,
                          struct capability *out, maru_error *err) {
    const maru_status st = check(specification, level, err);
    if (st != MARU_OK) {
        return st;
    }
    const struct interval m = interval_of(values, n, level);
    if (m.n < 2) {
        return fail(err, MARU_E_INPUT, "%zu values are left, capability needs at least 2", m.n);
    }
    if (!(m.sd > 0.0 && isfinite(m.sd) && isfinite(m.mean))) {
        return fail(err, MARU_E_INPUT,
                    "the values show no spread that capability could be told from");
    }
    size_t n_below = 0, n_above = 0, n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(values[i])) {
            n_below += values[i] < specification->lower ? 1 : 0;
            n_above += values[i] > specification->upper ? 1 : 0;
            scratch[n_kept++] = values[i];
        }
    }
    empirical_sort(scratch, n_kept);
    const double size = (double)m.n;
    *out = (struct capability){
        .n = m.n,
        .mean = m.mean,
        .within = indices_of(specification, m.mean, sigma_within[0], sigma_within[1], size, level),
        .overall = indices_of(specification, m.mean, m.sd, size - 1.0, size, level),
        .below = (double)n_below / size,
        .above = (double)n_above / size,
        .normality = normality_of(scratch, n_kept),
    };
    out->is_non_normal = out->normality.p_value < 0.05;
    return MARU_OK;
}
