#include "base/interval.h"

#include "base/distribution.h"
#include "base/random.h"

#include <math.h>
#include <stdbool.h>

// Student's t from the incomplete beta function, in the deterministic arithmetic of random.c.
//
// With a = df/2, x = df / (df + t^2), y = 1 - x, the probability above t > 0 is I_x(a, 1/2) / 2,
// where I is a power of x and y times a continued fraction (DLMF 8.17.22, by Lentz's method), taken
// from whichever end converges. The constant Gamma(a + 1/2) / Gamma(a) is a series in 1/a
// (DLMF 5.11.13) after the recurrence has lifted a above 20; so no logarithm of Gamma is needed.
//
// The quantile is found by Newton from the left. The probability above t is convex and falling for
// t > 0, so that each step stays left of the root and moves right: no bracket can be lost. Above
// MANY degrees of freedom the expansion in 1/df (Abramowitz and Stegun 26.7.5) is exact enough.
//
// Means are taken in two passes, the second of the rests, so that equal values have exactly that
// mean and no spread, and large offsets cost no digits.

#define MANY 1e5
#define SQRT_PI 0x1.c5bf891b4ef6bp+0

// Gamma(a + 1/2) / Gamma(a) for a >= 1/2.
static double gamma_ratio(double a) {
    double lift = 1.0;
    for (; a < 20.0; a += 1.0) {
        lift *= a / (a + 0.5);
    }
    const double w = 1.0 / a;
    const double w2 = w * w;
    const double sum = ((w2 * (17.0 / 14336) - 1.0 / 640) * w2 + 1.0 / 192) * w2 - 1.0 / 8;
    return lift * sqrt(a) * exact_exp(sum * w);
}

// Student's density at t and the probability above it, t >= 0.
struct student {
    double density;
    double above;
};

static struct student student_at(double t, double df, double ratio) {
    const double a = 0.5 * df;
    const double w = t / sqrt(df) * (t / sqrt(df));
    const double x = 1.0 / (1.0 + w);
    const double y = w / (1.0 + w);
    const double power = exact_exp(-a * exact_ln(1.0 + w)); // x^a
    const double front = power * sqrt(y) * ratio / SQRT_PI; // x^a y^(1/2) / B(a, 1/2)
    struct student at;
    at.density = ratio / (SQRT_PI * sqrt(df)) * power * sqrt(x);
    if (x < (a + 1.0) / (a + 2.5)) {
        at.above = 0.5 * front / a * beta_fraction(a, 0.5, x);
    } else {
        at.above = 0.5 - front * beta_fraction(0.5, a, y);
    }
    return at;
}

// The t > 0 with probability q < 1/2 above it.
static double upper_quantile(double q, double df) {
    const double ratio = gamma_ratio(0.5 * df);
    double t = 0.0;
    for (double next = 1.0; student_at(next, df, ratio).above > q; next *= 2.0) {
        t = next;
    }
    for (int i = 0; i < 200; i++) {
        const struct student at = student_at(t, df, ratio);
        const double next = t + (at.above - q) / at.density;
        if (!(next > t * (1.0 + 1e-15))) {
            break;
        }
        t = next;
    }
    return t;
}

// The expansion around the normal quantile z; its rest is below 1e-9 for df >= MANY.
static double expanded_quantile(double z, double df) {
    const double z2 = z * z;
    const double g1 = (z2 + 1) / 4;
    const double g2 = ((5 * z2 + 16) * z2 + 3) / 96;
    const double g3 = (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
    const double w = 1.0 / df;
    return z * (1.0 + w * (g1 + w * (g2 + w * g3)));
}

double student_quantile(double p, double df) {
    if (!(p > 0.0 && p < 1.0 && df >= 1.0)) {
        return NAN;
    }
    if (p == 0.5) {
        return 0.0;
    }
    if (df >= MANY) {
        return expanded_quantile(exact_normal_quantile(p), df);
    }
    return p < 0.5 ? -upper_quantile(p, df) : upper_quantile(1.0 - p, df);
}

// n values, or n differences b - a.
struct sample {
    const double *a; // NULL for none
    const double *b;
    size_t n;
};

static bool value_at(const struct sample *sample, size_t i, double *value) {
    *value = sample->b[i] - (sample->a ? sample->a[i] : 0.0);
    return isfinite(*value);
}

// Sums of d = value - center and of d^2 over the finite values, and their number.
struct moments {
    double sum;
    double sum_of_squares;
    size_t n;
};

static struct moments moments_around(const struct sample *sample, double center) {
    struct moments m = {0};
    for (size_t i = 0; i < sample->n; i++) {
        double value = 0.0;
        if (value_at(sample, i, &value)) {
            const double d = value - center;
            m.sum += d;
            m.sum_of_squares += d * d;
            m.n++;
        }
    }
    return m;
}

static double first_of(const struct sample *sample) {
    double value = NAN;
    for (size_t i = 0; i < sample->n; i++) {
        if (value_at(sample, i, &value)) {
            return value;
        }
    }
    return NAN;
}

static struct interval interval_around(const struct sample *sample, double level) {
    struct interval out = {NAN, NAN, NAN, 0};
    double center = first_of(sample);
    struct moments m = moments_around(sample, center);
    out.n = m.n;
    if (m.n == 0) {
        return out;
    }
    center += m.sum / (double)m.n;
    m = moments_around(sample, center);
    const double rest = m.sum / (double)m.n;
    out.mean = center + rest;
    if (m.n < 2) {
        return out;
    }
    const double squares = m.sum_of_squares - m.sum * rest;
    out.sd = sqrt((squares > 0.0 ? squares : 0.0) / (double)(m.n - 1));
    if (level > 0.0 && level < 1.0) {
        const double t = -student_quantile(0.5 * (1.0 - level), (double)(m.n - 1));
        out.half_width = t * out.sd / sqrt((double)m.n);
    }
    return out;
}

struct interval interval_of(const double *values, size_t n, double level) {
    return interval_around(&(struct sample){NULL, values, n}, level);
}

struct interval interval_paired(const double *a, const double *b, size_t n, double level) {
    return interval_around(&(struct sample){a, b, n}, level);
}
