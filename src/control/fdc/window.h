// What a signal did during a step of a recipe, in a few numbers: samples in, features out.
#ifndef CONTROL_FDC_WINDOW_H
#define CONTROL_FDC_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "maru/status.h"
#include "signal/sample.h"

// What is left of the step: ramps at its ends are no fault and hide those in between.
struct window_options {
    double head_share, tail_share; // of the step's length, in [0, 1), together below 1
    maru_time head_us, tail_us;    // left out besides, at least 0
    maru_time period_us;           // that samples are expected in; 0: unknown
};

enum window_feature {
    WINDOW_MEAN,
    WINDOW_SD, // sample standard deviation
    WINDOW_MIN,
    WINDOW_MAX,
    WINDOW_RANGE,
    WINDOW_SLOPE,     // per second, least squares
    WINDOW_AREA,      // value times seconds, by trapezoids between first and last sample
    WINDOW_TIME_MEAN, // area over its span: the mean where samples stand unevenly
    WINDOW_COUNT,     // samples with a good value
    WINDOW_MISSING,   // share of samples without one, or of the expected ones, whichever is more
    N_WINDOW_FEATURE
};

struct window {
    maru_time from_us, until_us;      // after trimming
    double feature[N_WINDOW_FEATURE]; // NaN where there are too few samples
};

// Features of the good samples (quality uncertain or good, a finite number, from <= time < until) of a
// step.
//   in      samples in the order of time (n_sample); those outside of the step do not count
//   errors  MARU_E_RANGE: options, or a step that ends before it begins; MARU_E_INPUT: samples out of order
//   cost    O(n_sample)
MARU_MUST_USE maru_status window_of(const struct window_options *options, maru_time start_us,
                                    maru_time end_us, const struct sample *samples, size_t n_sample,
                                    struct window *out, maru_error *err);

// "mean", "sd", "min", "max", "range", "slope", "area", "time_mean", "count", "missing".
//   memory  static
const char *window_feature_name(enum window_feature feature);

#endif
