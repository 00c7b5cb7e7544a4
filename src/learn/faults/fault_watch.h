// A process that is watched sample by sample: is it as it was when all was well (monitor.h), and what do its last samples look like? The
// second is what trees name faults by: each variable and what the monitor could not predict of it, both in standard deviations, each with level,
// slope and spread over windows (learn/trailing.h).
#ifndef LEARN_FAULT_WATCH_H
#define LEARN_FAULT_WATCH_H

#include "learn/faults/monitor.h"
#include "learn/trailing.h"

struct fault_watch {
    const struct monitor *monitor; // of MONITOR_INNOVATIONS
    struct monitor_state state;
    struct trailing trailing;
    uint32_t n_feature;
    double *history, *left, *x;
    double *weight, *part; // (2, n_variable) of monitor_reconstruct
    double *smooth;        // (2, n_variable) the parts, smoothed as the statistics are
};

// Begin to watch.
//   in      monitor, of MONITOR_INNOVATIONS, which outlives the watch; window (n_window) samples
//   memory  from `arena`, until that is reset
//   errors  MARU_E_RANGE: another kind of monitor; of trailing_init
MARU_MUST_USE maru_status fault_watch_init(const struct monitor *monitor, const uint32_t *window,
                                           uint32_t n_window, struct arena *arena,
                                           struct fault_watch *out, maru_error *err);

// Forget what has come: another run begins, or there was a gap.
void fault_watch_start(struct fault_watch *watch);

// Take the next sample.
//   in      sample (n_variable); what is not finite is missing
//   out     *verdict; feature (n_feature) or NULL
//   cost    O(n_variable^2 + n_variable * sum of the windows)
void fault_watch_step(struct fault_watch *watch, const double *sample,
                      struct monitor_verdict *verdict, float *feature);

// Which variables make the statistic that is furthest over its limit, after the last sample.
//   out     share (n_variable) of the statistic that would not be there if this variable were as the others let expect, 0 to 1; they
//           do not add up to 1
void fault_watch_shares(const struct fault_watch *watch, const struct monitor_verdict *verdict,
                        double *share);

#endif
