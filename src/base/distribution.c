#include "base/distribution.h"

#include "base/random.h"

#include <math.h>
#include <stdbool.h>

// All of these come from the incomplete gamma and beta functions, and both from one idea: the power in
// front is written by what is left of Gamma after Stirling's main part (C. Loader: Fast and accurate
// computation of binomial probabilities, 2000),
//
//     Gamma(a) = sqrt(2 pi / a) (a / e)^a exp(rest(a)),        excess(t) = t - 1 - ln t >= 0
//     x^a e^-x / Gamma(a)                  = sqrt(a / (2 pi)) exp(-rest(a) - a excess(x / a))
//     x^a y^b Gamma(a + b) / (Gamma(a) Gamma(b))
//         = sqrt(a b / (2 pi n)) exp(rest(n) - rest(a) - rest(b) - a excess(x n / a) - b excess(y n / b))
//
// with n = a + b and y = 1 - x, so that nothing large is subtracted from something large. Behind the
// power stand a series (DLMF 8.7.1) or continued fractions (DLMF 8.9.2, 8.17.22, by Lentz's method).
// Quantiles are found by Newton inside a bracket that only shrinks, on the smaller of the two tails.

#define LN_2PI 0x1.d67f1c864beb5p+0
#define SQRT_2PI 0x1.40d931ff62706p+1
#define TINY 1e-300

// ---- in front ----

// What Stirling's main part leaves of ln Gamma(a), a > 0.
static double stirling_rest(double a) {
    double sum = 0.0;
    for (; a < 16.0; a += 1.0) {
        sum += (a + 0.5) * exact_ln((a + 1.0) / a) - 1.0;
    }
    const double w = 1.0 / (a * a);
    const double series =
        1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w * (1.0 / 1680 - w * (1.0 / 1188))));
    return sum + series / a;
}

// t - 1 - ln t, without cancellation near 1.
static double excess(double t) {
    const double u = t - 1.0;
    if (u < -0.2 || u > 0.2) {
        return u - exact_ln(t);
    }
    const double v = u / (2.0 + u); // ln t = 2 (v + v^3 / 3 + v^5 / 5 + ...)
    double sum = 0.0;
    for (int k = 21; k >= 3; k -= 2) {
        sum = sum * (v * v) + 1.0 / k;
    }
    return u * v - 2.0 * v * (v * v) * sum;
}

double gamma_ln(double x) {
    if (!(x > 0.0)) {
        return NAN;
    }
    if (x == INFINITY) {
        return x;
    }
    double lift = 0.0;
    double product = 1.0;
    for (; x < 16.0; x += 1.0) { // Gamma(x) = Gamma(x + 1) / x
        product *= x;
    }
    lift = exact_ln(product);
    return (x - 0.5) * exact_ln(x) - x + 0.5 * LN_2PI + stirling_rest(x) - lift;
}

// ---- the incomplete gamma function ----

struct tails {
    double below, above;
    double density; // of x
};

static double gamma_series(double a, double x) {
    double term = 1.0 / a;
    double sum = term;
    for (double k = a + 1.0; term > sum * 1e-17; k += 1.0) {
        term *= x / k;
        sum += term;
    }
    return sum;
}

static double gamma_fraction(double a, double x) {
    double b = x + 1.0 - a;
    double c = 1.0 / TINY;
    double d = 1.0 / b;
    double h = d;
    for (int k = 1; k < 1000000; k++) {
        const double numerator = k * (a - k);
        b += 2.0;
        d = numerator * d + b;
        d = 1.0 / (d == 0.0 ? TINY : d);
        c = b + numerator / c;
        c = c == 0.0 ? TINY : c;
        h *= d * c;
        if (fabs(d * c - 1.0) < 1e-16) {
            break;
        }
    }
    return h;
}

// Both tails of the gamma distribution with shape a and scale 1 at x >= 0.
static struct tails gamma_tails(double a, double x) {
    struct tails t = {0.0, 1.0, 0.0};
    if (x <= 0.0) {
        return t;
    }
    if (x == INFINITY) {
        return (struct tails){1.0, 0.0, 0.0};
    }
    const double front = sqrt(a) / SQRT_2PI *
                         exact_exp(-stirling_rest(a) - a * excess(x / a)); // x^a e^-x / Gamma(a)
    t.density = front / x;
    if (x < a + 1.0) {
        t.below = front * gamma_series(a, x);
        t.above = 1.0 - t.below;
    } else {
        t.above = front * gamma_fraction(a, x);
        t.below = 1.0 - t.above;
    }
    return t;
}

double normal_above(double z) {
    if (isnan(z)) {
        return z;
    }
    const struct tails t = gamma_tails(0.5, 0.5 * z * z);
    return z >= 0.0 ? 0.5 * t.above : 0.5 + 0.5 * t.below;
}

double normal_below(double z) { return normal_above(-z); }

double normal_density(double z) { return exact_exp(-0.5 * z * z) / SQRT_2PI; }

double chi_square_below(double x, double df) {
    return isnan(x) || !(df > 0.0 && df < INFINITY) ? NAN : gamma_tails(0.5 * df, 0.5 * x).below;
}

double chi_square_above(double x, double df) {
    return isnan(x) || !(df > 0.0 && df < INFINITY) ? NAN : gamma_tails(0.5 * df, 0.5 * x).above;
}

// ---- the incomplete beta function ----

double beta_fraction(double a, double b, double x) {
    double c = 1.0;
    double d = 1.0 - (a + b) * x / (a + 1.0);
    d = 1.0 / (d == 0.0 ? TINY : d);
    double h = d;
    for (int m = 1; m < 100000; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1.0 + even * d;
        c = 1.0 + even / c;
        d = 1.0 / (d == 0.0 ? TINY : d);
        c = c == 0.0 ? TINY : c;
        h *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1.0 + odd * d;
        c = 1.0 + odd / c;
        d = 1.0 / (d == 0.0 ? TINY : d);
        c = c == 0.0 ? TINY : c;
        h *= d * c;
        if (d * c > 1.0 - 1e-15 && d * c < 1.0 + 1e-15) {
            break;
        }
    }
    return h;
}

// Both tails of the beta distribution at x; y = 1 - x comes along, since it may be the exact one.
static struct tails beta_tails(double a, double b, double x, double y) {
    if (x <= 0.0) {
        return (struct tails){0.0, 1.0, 0.0};
    }
    if (y <= 0.0) {
        return (struct tails){1.0, 0.0, 0.0};
    }
    const double n = a + b;
    const double power = stirling_rest(n) - stirling_rest(a) - stirling_rest(b) -
                         a * excess(x * n / a) - b * excess(y * n / b);
    const double front = sqrt(a / n * b) / SQRT_2PI * exact_exp(power);
    struct tails t = {.density = front / x / y};
    if (x < (a + 1.0) / (n + 2.0)) {
        t.below = front / a * beta_fraction(a, b, x);
        t.above = 1.0 - t.below;
    } else {
        t.above = front / b * beta_fraction(b, a, y);
        t.below = 1.0 - t.above;
    }
    return t;
}

static bool is_shape(double a) { return a > 0.0 && a <= 1e6; }

double beta_below(double x, double a, double b) {
    if (!(x >= 0.0 && x <= 1.0) || !is_shape(a) || !is_shape(b)) {
        return NAN;
    }
    return beta_tails(a, b, x, 1.0 - x).below;
}

// ---- quantiles ----

// What is solved for: odds = x / y for beta, x itself for gamma.
struct target {
    bool is_beta;
    double a, b;
    double p;
};

// Both tails and the density, of what is solved for, at u > 0.
static struct tails tails_at(const struct target *target, double u) {
    if (!target->is_beta) {
        return gamma_tails(target->a, u);
    }
    const double y = 1.0 / (1.0 + u);
    struct tails t = beta_tails(target->a, target->b, u * y, y);
    t.density *= y * y;
    return t;
}

// How far the probability below u is above p, from the smaller tail.
static double surplus(const struct target *target, const struct tails *t) {
    return target->p <= 0.5 ? t->below - target->p : (1.0 - target->p) - t->above;
}

// The u > 0 with probability p below it.
static double solve(const struct target *target) {
    double low = 1.0;
    double high = 1.0;
    struct tails t = tails_at(target, 1.0);
    while (surplus(target, &t) > 0.0 && low > 1e-300) {
        high = low;
        low *= 0.0625;
        t = tails_at(target, low);
    }
    t = tails_at(target, high);
    while (surplus(target, &t) < 0.0 && high < 1e300) {
        low = high;
        high *= 16.0;
        t = tails_at(target, high);
    }
    double u = sqrt(low) * sqrt(high);
    for (int i = 0; i < 200; i++) {
        t = tails_at(target, u);
        const double over = surplus(target, &t);
        if (over > 0.0) {
            high = u;
        } else {
            low = u;
        }
        double next = u - over / t.density;
        if (fabs(next - u) <= 4e-16 * u) {
            break;
        }
        if (!(next > low && next < high)) {
            next = sqrt(low) * sqrt(high);
        }
        u = next;
    }
    return u;
}

static bool is_open_probability(double p) { return p > 0.0 && p < 1.0; }

double chi_square_quantile(double p, double df) {
    if (!is_open_probability(p) || !(df > 0.0 && df <= 1e6)) {
        return NAN;
    }
    return 2.0 * solve(&(struct target){false, 0.5 * df, 0.0, p});
}

double beta_quantile(double p, double a, double b) {
    if (!is_open_probability(p) || !is_shape(a) || !is_shape(b)) {
        return NAN;
    }
    const double odds = solve(&(struct target){true, a, b, p});
    return odds / (1.0 + odds);
}

double f_quantile(double p, double df1, double df2) {
    if (!is_open_probability(p) || !is_shape(0.5 * df1) || !is_shape(0.5 * df2)) {
        return NAN;
    }
    return solve(&(struct target){true, 0.5 * df1, 0.5 * df2, p}) * df2 / df1;
}

// ---- the data itself ----

// Is a to stand before b? NaN after all numbers.
static bool is_before(double a, double b) { return a < b || (isnan(b) && !isnan(a)); }

static void sift(double *values, size_t at, size_t n) {
    const double moved = values[at];
    for (size_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
        if (child + 1 < n && is_before(values[child], values[child + 1])) {
            child++;
        }
        if (!is_before(moved, values[child])) {
            break;
        }
        values[at] = values[child];
        at = child;
    }
    values[at] = moved;
}

void empirical_sort(double *values, size_t n) {
    for (size_t i = n / 2; i > 0; i--) {
        sift(values, i - 1, n);
    }
    for (size_t left = n; left > 1; left--) {
        const double last = values[left - 1];
        values[left - 1] = values[0];
        values[0] = last;
        sift(values, 0, left - 1);
    }
}

double empirical_quantile(const double *sorted, size_t n, double p) {
    if (n == 0 || !(p >= 0.0 && p <= 1.0)) {
        return NAN;
    }
    const double rank = (double)(n - 1) * p;
    const size_t below = (size_t)rank;
    const double rest = rank - (double)below;
    const double value = sorted[below];
    return rest > 0.0 ? value + rest * (sorted[below + 1] - value) : value;
}
