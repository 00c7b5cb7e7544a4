// Distributions that tests and control limits are taken from: normal, chi-square, F, beta, and that of
// the data itself. The same bits on every machine.
#ifndef BASE_DISTRIBUTION_H
#define BASE_DISTRIBUTION_H

#include <stddef.h>

// Probability that a standard normal value is at most, or above, z. Relative error below 1e-13 in
// the smaller of the two. NaN for NaN.
double normal_below(double z);
double normal_above(double z);

// Density of the standard normal distribution.
double normal_density(double z);

// Natural logarithm of Gamma(x), x > 0; NaN for other arguments. Absolute error below 1e-14 times
// max(1, |result|).
double gamma_ln(double x);

// Probability that chi-square with `df` > 0 degrees of freedom (any real) is at most, or above, x.
// Relative error below 1e-12 for df up to 1e6. NaN for other arguments; x below 0 counts as 0.
double chi_square_below(double x, double df);
double chi_square_above(double x, double df);

// The x with chi_square_below(x, df) = p, for p in (0, 1) and df in (0, 1e6]; NaN for other
// arguments. Relative error below 1e-11.
double chi_square_quantile(double p, double df);

// Probability that a beta value with shapes a, b > 0 (at most 1e6) is at most x in [0, 1]; NaN for
// other arguments. Relative error below 1e-11.
double beta_below(double x, double a, double b);

// The x with beta_below(x, a, b) = p, p in (0, 1). Relative error below 1e-10.
double beta_quantile(double p, double a, double b);

// The x with probability p below it under F with df1 and df2 degrees of freedom; NaN for arguments
// out of range. Relative error below 1e-9.
double f_quantile(double p, double df1, double df2);

// The continued fraction of the incomplete beta function I_x(a, b) without its power in front
// (DLMF 8.17.22); it converges quickly for x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x);

// Sort n values upwards, in place; NaN comes last. O(n log n), no memory.
void empirical_sort(double *values, size_t n);

// Quantile p in [0, 1] of n > 0 sorted values without NaN, between neighbors linear in the rank
// (n - 1) p (R's type 7). NaN for other arguments.
double empirical_quantile(const double *sorted, size_t n, double p);

#endif
