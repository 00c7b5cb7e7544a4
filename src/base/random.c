#include "base/random.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

// What turns random bits into values, in arithmetic that IEEE 754 fixes to the last bit: + - * /
// and sqrt of doubles, and integers. libm's log and exp differ between versions, and are not used.
//
// ln x. x = 2^k m with m in [sqrt(1/2), sqrt 2), f = m - 1, s = f / (2 + f). Then ln m = 2 atanh s,
// and
//
//     ln m = f - s (f - R),    R = 2 s^2/3 + 2 s^4/5 + 2 s^6/7 + ...,    |s| < 0.1716
//
// which keeps the exact f in front, so that only a sixth of it carries rounding errors.
//
// exp x. x = k ln 2 + r with |r| <= ln 2 / 2, exp r by its Taylor series up to r^13 (rest below
// 2^-57). In both ln 2 is a sum: LN2_HIGH has 32 bits, so that k LN2_HIGH is exact, and LN2_LOW the
// rest.
//
// Normal quantile: M. J. Wichura, Algorithm AS 241, PPND16, Applied Statistics 37 (1988) 477-484,
// doi 10.2307/2347330: three ratios of polynomials of degree 7, for the middle, the tails and the
// far tails.

#define LN2_HIGH 0x1.62e42fee00000p-1
#define LN2_LOW 0x1.a39ef35793c76p-33
#define INVERSE_LN2 0x1.71547652b82fep+0

double random_open(uint64_t bits) {
    // The middle of one of 2^52 equal cells: an odd multiple of 2^-53, exact.
    return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

static uint64_t bits_of(double x) {
    uint64_t bits = 0;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits) {
    double x = 0.0;
    memcpy(&x, &bits, sizeof x);
    return x;
}

// coefficient[0] + coefficient[1] x + ... + coefficient[n - 1] x^(n - 1), in this order of
// operations.
static double polynomial(const double *coefficient, size_t n, double x) {
    double sum = coefficient[n - 1];
    for (size_t i = n - 1; i > 0; i--) {
        sum = sum * x + coefficient[i - 1];
    }
    return sum;
}

// Writes a finite x > 0 as 2^k m with m in [sqrt(1/2), sqrt 2).
static double split(double x, int *k) {
    *k = 0;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        *k = -54;
    }
    const uint64_t bits = bits_of(x);
    *k += (int)(bits >> 52) - 1023;
    const double m = double_of((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000);
    if (m < 0x1.6a09e667f3bcdp+0) {
        return m;
    }
    *k += 1;
    return m * 0.5;
}

double exact_ln(double x) {
    static const double series[] = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11,
                                    2.0 / 13, 2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21};
    if (x == 0.0) {
        return -INFINITY;
    }
    if (!(x > 0.0)) {
        return NAN;
    }
    if (x == INFINITY) {
        return x;
    }
    int k = 0;
    const double f = split(x, &k) - 1.0;
    const double s = f / (2.0 + f);
    const double r = s * s * polynomial(series, sizeof series / sizeof *series, s * s);
    const double correction = s * (f - r);
    return k * LN2_HIGH - ((correction - k * LN2_LOW) - f);
}

double exact_exp(double x) {
    // 1/2!, 1/3!, ..., 1/13!
    static const double series[] = {1.0 / 2,        1.0 / 6,         1.0 / 24,
                                    1.0 / 120,      1.0 / 720,       1.0 / 5040,
                                    1.0 / 40320,    1.0 / 362880,    1.0 / 3628800,
                                    1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};
    if (isnan(x)) {
        return x;
    }
    if (x > 709.79) {
        return INFINITY;
    }
    if (x < -745.14) {
        return 0.0;
    }
    const int k = (int)(x * INVERSE_LN2 + (x < 0.0 ? -0.5 : 0.5));
    const double r = (x - k * LN2_HIGH) - k * LN2_LOW;
    const double y = 1.0 + (r + r * r * polynomial(series, sizeof series / sizeof *series, r));
    // Two factors, since 2^k itself may lie outside the normal range; rounding happens in the
    // second.
    const int half = k / 2;
    return y * double_of((uint64_t)(half + 1023) << 52) *
           double_of((uint64_t)(k - half + 1023) << 52);
}

struct ratio {
    double above[8], below[8];
};

static double ratio_at(const struct ratio *ratio, double x) {
    return polynomial(ratio->above, 8, x) / polynomial(ratio->below, 8, x);
}

static const struct ratio middle = {
    {3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3,
     1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
     3.3430575583588128105e+4, 2.5090809287301226727e+3},
    {1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
     2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4,
     5.2264952788528545610e+3},
};

static const struct ratio tail = {
    {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
     3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
     2.27238449892691845833e-2, 7.74545014278341407640e-4},
    {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
     1.05075007164441684324e-9},
};

static const struct ratio far_tail = {
    {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
     2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
     2.71155556874348757815e-5, 2.01033439929228813265e-7},
    {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
     2.04426310338993978564e-15},
};

double exact_normal_quantile(double p) {
    const double q = p - 0.5;
    if (q >= -0.425 && q <= 0.425) {
        return q * ratio_at(&middle, 0.180625 - q * q);
    }
    const double outside = q < 0.0 ? p : 1.0 - p;
    if (!(outside >= 0.0)) {
        return NAN;
    }
    if (outside == 0.0) {
        return q < 0.0 ? -INFINITY : INFINITY;
    }
    const double r = sqrt(-exact_ln(outside));
    const double z = r <= 5.0 ? ratio_at(&tail, r - 1.6) : ratio_at(&far_tail, r - 5.0);
    return q < 0.0 ? -z : z;
}
