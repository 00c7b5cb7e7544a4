// Are these values such as a normal distribution gives? Without that, the share out of specification that
// capability indices promise is not to be believed.
#ifndef CONTROL_CHARTS_NORMALITY_H
#define CONTROL_CHARTS_NORMALITY_H

#include <stddef.h>

struct normality {
    double a2; // Anderson and Darling's statistic, adjusted for n; NaN for fewer than 8 values
    double
        p_value; // chance of at least this under a normal distribution with estimated mean and sigma
};

// Anderson and Darling's test with mean and sigma estimated from the values.
//   in      sorted upwards, finite (n)
//   source  R. B. D'Agostino, M. A. Stephens, Goodness-of-Fit Techniques, 1986, table 4.9, case 3
struct normality normality_of(const double *sorted, size_t n);

#endif
