// A table of alarms against a budget, on what a tenant has kept: proposals, which nobody applies but people.
#ifndef SERVE_TUNING_H
#define SERVE_TUNING_H

#include "control/alarms/tune.h"
#include "store/signals/signals.h"

enum { TUNING_MAX_SAMPLES = 5000000, TUNING_MAX_EVENTS = 1000000 };

struct tuning {
    const struct text *table; // of alarms, as it is kept
    double budget_per_h;      // alarms an hour and operator; 0: the usual 6
    maru_time from_us, to_us;
    void (*look)(void *watcher, double share); // how far it is, 0 to 1; NULL: nobody looks
    void *watcher;
};

// What was found, while table and result are there.
typedef void (*tuning_tell)(void *context, const struct alarm_table *table,
                            const struct tune_result *result);

// Replay and search. Stops are the states of tools that maru has told as unscheduled downs, and how often each alarm came is
// counted in the events.
//   out     tell was called once, with MARU_OK only
//   errors  MARU_E_LIMIT: more than TUNING_MAX_SAMPLES in that time; of alarm_table_read, tune_run and the store
MARU_MUST_USE maru_status tuning_run(struct signals *signals, const struct tuning *tuning,
                                     tuning_tell tell, void *context, maru_error *err);

#endif
