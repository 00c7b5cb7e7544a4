// Means with their doubt: Student intervals over independent replications and over paired
// differences.
#ifndef BASE_INTERVAL_H
#define BASE_INTERVAL_H

#include <stddef.h>

struct interval {
    double mean;
    // Of the two-sided interval at the asked level; NaN for fewer than two values.
    double half_width;
    double sd; // sample standard deviation; NaN for fewer than two values
    size_t n;  // values that counted
};

// Quantile of Student's t with `df` >= 1 degrees of freedom (any real, infinity too) at p in
// (0, 1). Absolute error below 1e-6, relative error below 1e-9 for p in [1e-100, 1 - 1e-15]. NaN
// for other arguments.
double student_quantile(double p, double df);

// Mean and interval at `level` (such as 0.95) of the finite ones of n values. The mean of none is
// NaN.
struct interval interval_of(const double *values, size_t n, double level);

// The same for b[i] - a[i]: pairs on common random numbers. A pair counts when both are finite.
struct interval interval_paired(const double *a, const double *b, size_t n, double level);

#endif
