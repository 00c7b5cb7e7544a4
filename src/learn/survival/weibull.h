// Lives as a Weibull distribution: S(t) = exp(-(t / scale)^shape). Shape below 1: early failures, above 1: wear. From it: the age by which a
// tenth has failed, what life remains, and whether planned replacement pays.
#ifndef LEARN_WEIBULL_H
#define LEARN_WEIBULL_H

#include <stdbool.h>

#include "base/arena.h"
#include "learn/survival/lifetimes.h"

struct weibull_value {
    double value, low, high;
};

struct weibull {
    double ln_scale, sigma; // sigma: 1 / shape; the form in which it is estimated
    // covariance of (ln scale, ln sigma), from the observed information
    double v_ln_scale, v_ln_sigma, cov;
    double log_likelihood; // of the lives (densities of time)
    double level;
    struct weibull_value shape, scale; // intervals on the scale of their logarithms
    uint32_t n, n_failed;
    bool is_few; // fewer than 10 failures: intervals from the information are too narrow
};

// Maximum likelihood with units still running (right censored) and watched from some age on (left truncated).
//   in      level of intervals
//   memory  none kept
//   errors  MARU_E_RANGE: fewer than 2 different ages of failures; the likelihood has no maximum (some left truncated lives)
//   cost    O(n) a step, about 20
//   source  J. F. Lawless: Statistical Models and Methods for Lifetime Data, 2nd ed. 2003, 5.2; W. Q. Meeker, L. A. Escobar: Statistical
//           Methods for Reliability Data, 1998, ch. 8 and 11
MARU_MUST_USE maru_status weibull_fit(const struct lifetimes *lives, double level,
                                      struct weibull *out, maru_error *err);

// Interval of the shape by profile of the likelihood: better than that of the information where failures are few.
MARU_MUST_USE maru_status weibull_profile_shape(const struct lifetimes *lives,
                                                const struct weibull *w, struct weibull_value *out,
                                                maru_error *err);

// The age by which a share p in (0, 1) has failed; p 0.1 is the B10 life.
struct weibull_value weibull_quantile(const struct weibull *w, double p);

// The share that survives `age` >= 0, interval on the scale of ln(-ln S).
struct weibull_value weibull_surviving(const struct weibull *w, double age);

// Life that remains to a unit that has reached `age`: half of such units live longer than value, and the middle `share` (such as 0.8) of them end
// between low and high. The interval is that of lives, with the estimates taken as true; age >= 0.
struct weibull_value weibull_remaining(const struct weibull *w, double age, double share);

// Probability that a unit of this age fails within the next `span`, with its interval from the estimates' doubt.
struct weibull_value weibull_fails_within(const struct weibull *w, double age, double span);

// Does a Weibull distribution fit? The largest distance of it from Kaplan and Meier's curve, and the correlation of the points on Weibull
// paper with a line (1: on it). Nine of ten samples of as many lives have `usual` or more; less is doubtful. `usual` is that of complete
// samples; NaN for both below three ages of failures.
//   memory  scratch from `arena`
//   errors  MARU_E_RANGE; what the arena says
struct weibull_fit_check {
    double distance, correlation, usual;
    bool is_doubtful;
};
MARU_MUST_USE maru_status weibull_check(const struct lifetimes *lives, const struct weibull *w,
                                        struct arena *arena, struct weibull_fit_check *out,
                                        maru_error *err);

// ---- planned replacement

struct replacement {
    bool is_planned; // false: run to failure is better: no age costs at least 1 % less
    double age;      // +infinity where not planned
    double cost_rate, cost_rate_to_failure; // cost a unit of time
    // share saved, 1 - rate / rate to failure, with its interval from the estimates' doubt
    struct weibull_value saving;
    double surviving; // share of units that reach the age
    bool is_sure;     // the shape's whole interval is above 1
};

// The age at which to replace a unit that has not failed, such that cost over time is least.
//   in      costs above 0, finite: of a planned replacement and of a failure
//   errors  MARU_E_RANGE
//   source  R. E. Barlow, F. Proschan: Mathematical Theory of Reliability, 1965, ch. 4.2 (age replacement)
MARU_MUST_USE maru_status weibull_replacement(const struct weibull *w, double cost_planned,
                                              double cost_failure, struct replacement *out,
                                              maru_error *err);

#endif
