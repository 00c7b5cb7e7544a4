// Has the model become worse? Each new error is ranked among errors of rows it has not learned from; ranks of an unchanged world are uniform,
// whatever errors look like, and so their normal scores are normal. A CUSUM of these scores has a run length that is known.
#ifndef LEARN_ERROR_WATCH_H
#define LEARN_ERROR_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "maru/status.h"

enum { ERROR_WATCH_LEAST = 50 };

struct error_watch {
    const double *sorted; // (n) reference errors, rising, kept by reference
    uint32_t n;
    double slack, bound; // k and h of the CUSUM, in standard deviations
    double sum;          // at least 0
    double last;         // normal score of the last error
    // steps; steps since the sum was last 0, which is where the change began
    uint64_t n_step, since;
    bool is_alarm; // stays until error_watch_reset
};

// One-sided CUSUM for larger errors, with a false alarm once in about `run_length` steps.
//   in      sorted (n), n at least ERROR_WATCH_LEAST, rising and finite; slack in [0.1, 2]: half of the change to be found (0.5: one
//           standard deviation); run_length in [10, 1e6]
//   errors  MARU_E_RANGE
//   source  E. S. Page, Biometrika 41 (1954) 100-115; D. Siegmund: Sequential Analysis, 1985 (run length)
MARU_MUST_USE maru_status error_watch_init(struct error_watch *watch, const double *sorted,
                                           uint32_t n, double slack, double run_length,
                                           maru_error *err);

// The next error; whether the alarm stands. NaN is no error and changes nothing; errors equal to some of the reference get their middle rank.
bool error_watch_step(struct error_watch *watch, double error);
void error_watch_reset(struct error_watch *watch);

// Steps until a one-sided CUSUM with slack k and bound h alarms, on average, for normal values with mean `shift` and standard deviation 1.
//   source  D. Brook, D. A. Evans, Biometrika 59 (1972) 539-549 (a Markov chain of 100 states); within 1 % for h up to 10
double cusum_run_length(double k, double h, double shift);

#endif
