// What range and standard deviation of n normal values are in units of their sigma: the constants that
// control limits are made of.
#ifndef CONTROL_CHARTS_SPREAD_H
#define CONTROL_CHARTS_SPREAD_H

#include <stdint.h>

enum { SPREAD_MAX_RANGE = 25, SPREAD_MAX_SD = 1000 }; // values in a subgroup

// Mean (d2) and standard deviation (d3) of the range of n standard normal values, n from 2 to
// SPREAD_MAX_RANGE; NaN for other n. Absolute error below 1e-14.
double spread_d2(uint32_t n);
double spread_d3(uint32_t n);

// Mean of the standard deviation of n standard normal values, n from 2 to SPREAD_MAX_SD; NaN for other
// n. Relative error below 1e-13.
double spread_c4(uint32_t n);

#endif
