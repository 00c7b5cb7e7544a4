// A table of alarms against a budget, on what a tenant has kept: proposals, which nobody applies but people.
#ifndef SERVE_TUNING_H
#define SERVE_TUNING_H

#include "base/text.h"
#include "store/signals/signals.h"

enum { TUNING_MAX_SAMPLES = 5000000, TUNING_MAX_EVENTS = 1000000 };

struct tuning {
    const struct text *table; // of alarms, as it is kept
    double budget_per_h;      // alarms an hour and operator; 0: the usual 6
    maru_time from_us, to_us;
    bool is_korean;
};

// Replay and search; the answer as JSON (tune_write). Stops are the states of tools that maru has told as unscheduled downs, and
// how often each alarm came is counted in the events.
//   errors  MARU_E_LIMIT: more than TUNING_MAX_SAMPLES in that time; of alarm_table_read, tune_run and the store
MARU_MUST_USE maru_status tuning_run(struct signals *signals, const struct tuning *tuning,
                                     struct text *out, maru_error *err);

#endif
