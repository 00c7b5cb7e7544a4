// What a span of a tool was: its samples are read from the store, become values, are judged, and told.
#ifndef SERVE_WINDOW_MAKING_H
#define SERVE_WINDOW_MAKING_H

#include "serve/floor/windows/window_watch.h"

enum {
    WINDOW_MAX_TOLD_OUTSIDE = 100,   // values outside of their limits that an event names
    WINDOW_MAX_OUT_SAMPLES = 1 << 14 // of values that wait to be written
};

// Make windows that are due, for at most about budget_s, and one at least.
//   out     true: some are left
//   errors  of the store; the window that it was about is made later, or not where it cannot be
MARU_MUST_USE maru_status window_make_due(struct window_watch *watch, struct signals *signals,
                                          double budget_s, bool *is_left, maru_error *err);

// Add what a window is judged by, and who is to blame, to a JSON object that is open: members behind a comma.
struct window_told {
    const struct window_def *def;
    const double *value; // (values)
    const struct window_verdict *verdict;
    struct reference *reference;
    const struct context_key *key;
};
void window_tell_blame(struct text *out, const struct window_told *told);

const char *window_severity_name(uint8_t severity);

#endif
