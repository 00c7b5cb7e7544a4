// What a process is good for: its spread against its specification, with intervals.
#ifndef CONTROL_CHARTS_CAPABILITY_H
#define CONTROL_CHARTS_CAPABILITY_H

#include <stdbool.h>
#include <stddef.h>

#include "control/charts/normality.h"
#include "maru/status.h"

struct specification {
    double lower, upper; // NaN: there is none on this side
    double target;       // NaN: the middle, where there are both limits
};

struct estimate {
    double value, low,
        high; // all NaN where there is none; the interval NaN where it has no formula
};

// Indices from one standard deviation: Cp ... from that within subgroups, Pp ... from the overall one.
struct indices {
    double sigma;
    struct estimate cp;        // both limits: their distance over 6 sigma
    struct estimate cpk;       // the nearer limit's distance from the mean over 3 sigma
    struct estimate cpm;       // Cp with the distance from the target in sigma (Taguchi)
    double to_lower, to_upper; // the two distances over 3 sigma
    double below, above;       // share out of specification, if the values are normal
};

struct capability {
    size_t n; // values
    double mean;
    struct indices within;  // all NaN where sigma within subgroups is not known
    struct indices overall; // Pp, Ppk, Cpm
    double below, above;    // share out of specification, as found
    struct normality normality;
    bool is_non_normal; // at 5 %: the shares above and the intervals cannot be relied on
};

// Judge n values against a specification.
//   in      values (n), those that are not finite do not count; sigma within subgroups with its degrees of
//           freedom, as control limits have them (NaN: not known); level of the intervals, such as 0.95
//   out     *out; scratch (n) is overwritten
//   errors  MARU_E_INPUT: fewer than two values, or no spread; MARU_E_RANGE: no limits, limits that cross,
//           a level outside (0, 1)
//   cost    O(n log n)
//   source  Montgomery, chapter 8; A. F. Bissell: How reliable is your capability index? Applied
//           Statistics 39 (1990) 331-340 (Cpk); R. A. Boyles: The Taguchi capability index. Journal of
//           Quality Technology 23 (1991) 17-26 (Cpm); chi-square (Cp)
MARU_MUST_USE maru_status capability_of(const double *values, size_t n,
                                        const struct specification *specification,
                                        const double sigma_within[2], double level, double *scratch,
                                        struct capability *out, maru_error *err);

// The indices of a process whose mean and sigma were estimated: sigma from `df` degrees of freedom, the
// mean from n values.
struct indices indices_of(const struct specification *specification, double mean, double sigma,
                          double df, double n, double level);

#endif
