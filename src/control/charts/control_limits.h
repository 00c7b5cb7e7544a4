// Control limits: estimated from a reference period (Phase I), then frozen and known by a version and by
// what they came from.
#ifndef CONTROL_CHARTS_CONTROL_LIMITS_H
#define CONTROL_CHARTS_CONTROL_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maru/status.h"

enum chart_kind {
    CHART_I_MR,   // single values, with their moving range
    CHART_XBAR_R, // means of subgroups, with their ranges
    CHART_XBAR_S, // means of subgroups, with their standard deviations
    CHART_EWMA,   // exponentially weighted mean
    CHART_CUSUM,  // sums of what goes beyond the allowance, up and down
    CHART_P,      // share of bad units
    CHART_NP,     // number of bad units
    CHART_C,      // number of defects
    CHART_U,      // defects per unit
    N_CHART_KIND
};

// How a chart is drawn. chart_defaults gives the usual numbers.
struct chart_options {
    uint8_t kind;       // enum chart_kind
    bool has_headstart; // CUSUM: begin at half of h (Lucas and Crosier's fast initial response)
    uint32_t size;      // values in a subgroup; 1 for single values; not used by p, np, c and u
    double width;       // limits stand this many standard errors from the center (not CUSUM)
    double lambda;      // EWMA: weight of the last point, in (0, 1]
    double k, h;        // CUSUM: allowance and decision interval, in standard errors
    double target;      // what EWMA and CUSUM look for departures from; NaN: the estimated center
};

// One point's data. For p, np, c and u: level is the count.
struct subgroup {
    double level;  // mean of the values, or the count; NaN: missing
    double spread; // range or standard deviation; NaN where one value has none
    double size;   // values that counted, or units looked at
};

struct chart_line {
    double lower, center, upper; // all NaN where the chart has no such line
};

// Where limits come from. Times are the caller's.
struct chart_period {
    maru_time from_us, until_us;
    uint32_t n_point;    // that counted
    uint32_t n_excluded; // left out by hand
    uint32_t n_missing;  // without a value
};

// Frozen limits: no pointers, may be saved as bytes.
struct chart_limits {
    struct chart_options options;
    struct chart_period period;
    uint32_t version;  // the caller's count of estimations
    bool is_given;     // center and sigma were set by hand, not estimated
    double center;     // of single values; bad units or defects per unit for p, np, c and u
    double sigma;      // of single values within subgroups; NaN for p, np, c and u
    double df;         // degrees of freedom that sigma is worth; NaN for p, np, c and u
    double mean_size;  // of the reference period
    double usual_size; // whose lines are worked out below
    struct chart_line usual_level, usual_spread;
};

// The usual chart of its kind: 3 standard errors; EWMA with lambda 0.2 and 2.962, CUSUM with k 0.5 and
// h 5 (in-control run lengths 500 and 465); 5 values in a subgroup of X-bar charts, 1 elsewhere.
struct chart_options chart_defaults(enum chart_kind kind);

// Are these options of a chart that can be drawn?
//   errors  MARU_E_USAGE: an unknown kind; MARU_E_RANGE: a number outside what is allowed
MARU_MUST_USE maru_status chart_options_check(const struct chart_options *options, maru_error *err);

// Reduce the values of a subgroup to a point of a chart of `kind` (not p, np, c or u). Values that are
// not finite do not count; of none the level is NaN.
struct subgroup subgroup_of(enum chart_kind kind, const double *values, size_t n);

// Estimate limits from a reference period and freeze them.
//   in      points in the order of time (n_point); is_excluded (n_point) or NULL: points whose cause was
//           found, they count neither for the center nor for the spread, and no moving range reaches
//           across them
//   out     *out; version and the period's times are 0, for the caller to fill in
//   errors  of chart_options_check; MARU_E_INPUT: too few points, a count that its size cannot hold, no
//           spread at all; MARU_E_LIMIT: more values in a subgroup than there are constants for
//   cost    O(n_point)
//   source  D. C. Montgomery, Introduction to Statistical Quality Control, 8th edition, chapters 6, 7, 9
MARU_MUST_USE maru_status chart_estimate(const struct chart_options *options,
                                         const struct subgroup *points, const bool *is_excluded,
                                         size_t n_point, struct chart_limits *out, maru_error *err);

// Limits from a center and sigma that are known. For p, np, c and u sigma is not used.
//   errors  of chart_options_check; MARU_E_RANGE: center or sigma
MARU_MUST_USE maru_status chart_set(const struct chart_options *options, double center,
                                    double sigma, struct chart_limits *out, maru_error *err);

// The lines for a point of `size` values or units: of what is charted, and of the spread beside it. For
// EWMA those of a chart that has run long; CUSUM's are those of its two sums, -h and h.
struct chart_line chart_level_line(const struct chart_limits *limits, double size);
struct chart_line chart_spread_line(const struct chart_limits *limits, double size);

// The standard error of what is charted, for a point of `size` values or units.
double chart_error_of(const struct chart_limits *limits, double size);

// Is it p, np, c or u?
bool chart_is_counted(enum chart_kind kind);

#endif
