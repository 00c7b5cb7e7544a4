// What windows looked like while all was well, frozen: the values of each window of a reference time, and what follows from them,
// which are limits of each value in its context, and a monitor of all of them together. A window is judged by both.
#ifndef CONTROL_FDC_REFERENCE_H
#define CONTROL_FDC_REFERENCE_H

#include "control/fdc/context.h"
#include "learn/faults/monitor.h"

enum {
    REFERENCE_MAX_VALUES = 1 << 22,        // of all windows
    REFERENCE_MAX_MONITOR_BYTES = 1 << 28, // of those that are kept fitted
    REFERENCE_LEAST_WINDOWS = 30,          // that a monitor is fitted on
};

struct reference_options {
    double false_alarms; // share of good windows that may be called faulty, in (0, 0.5]
    uint32_t n_value;    // of a window, 1 to CONTEXT_MAX_FEATURES
    uint32_t n_least;    // windows that a context must have seen before it has limits
};

struct reference;

enum window_severity { WINDOW_GOOD, WINDOW_FAULTY, WINDOW_UNJUDGED };

struct window_verdict {
    uint8_t severity; // enum window_severity
    uint32_t n_outside;
    bool is_outside[CONTEXT_MAX_FEATURES];
    double statistic[2];                    // T2 and SPE; NaN: there is none
    double limit[2];                        // the same
    double blame[2 * CONTEXT_MAX_FEATURES]; // what each value contributes to T2, then to SPE
};

// Nothing is known yet.
//   memory  reference_free
//   errors  MARU_E_RANGE: an option; MARU_E_MEMORY
MARU_MUST_USE maru_status reference_new(const struct reference_options *options,
                                        struct reference **out, maru_error *err);
void reference_free(struct reference *reference); // accepts NULL

// A window of the reference time. What monitors were fitted is fitted anew.
//   in      value (n_value); NaN: there is none
//   errors  MARU_E_INPUT: a name is too long; MARU_E_LIMIT, MARU_E_MEMORY: the window counts for some or for none
MARU_MUST_USE maru_status reference_add(struct reference *reference, const struct context_key *key,
                                        const double *value, maru_error *err);

// How many windows, and the contexts in the order of their first windows.
uint32_t reference_windows(const struct reference *reference);
uint32_t reference_contexts(const struct reference *reference);

struct reference_context {
    struct context_key key; // its texts are the reference's
    const double *value;    // (n, n_value)
    uint32_t n;
};
struct reference_context reference_context(const struct reference *reference, uint32_t i);

// Window i in the order in which they were added, alone: n is 1. Who adds them again in this order has the same reference, bit for
// bit.
struct reference_context reference_window(const struct reference *reference, uint32_t i);

// Fit monitors now, as many as half of what is kept of them may take, so that nobody waits for it who judges.
//   errors  of monitor_fit but MARU_E_INPUT
MARU_MUST_USE maru_status reference_fit(struct reference *reference, maru_error *err);

// Limits of one value in a context; those of T2 and SPE, NaN where there are none.
struct context_limit reference_limit(const struct reference *reference,
                                     const struct context_key *key, uint32_t value);
MARU_MUST_USE maru_status reference_limits(struct reference *reference,
                                           const struct context_key *key, double limit[2],
                                           maru_error *err);

// Judge a window. Half of the false alarms are for single values, shared over them, half for T2 and SPE; all of them for single
// values where there is only one. T2 and SPE come from the context's own windows, where they are at least REFERENCE_LEAST_WINDOWS,
// twice the values and n_least; else from the same step on all tools, else there are none.
//   in      value (n_value)
//   errors  of monitor_fit but MARU_E_INPUT: *verdict is unset
//   cost    a fit where a context is judged for the first time; then O(n_value^2)
MARU_MUST_USE maru_status reference_judge(struct reference *reference,
                                          const struct context_key *key, const double *value,
                                          struct window_verdict *verdict, maru_error *err);

// Which values are to be looked at first: those outside of their limits, then those that contribute most to T2 or SPE, measured by
// its limit. Values that do neither are not named.
//   out     the number of values in `first`
enum { REFERENCE_MAX_BLAMED = 5 };
uint32_t window_verdict_blame(const struct window_verdict *verdict, uint32_t n_value,
                              uint32_t first[REFERENCE_MAX_BLAMED]);

#endif
