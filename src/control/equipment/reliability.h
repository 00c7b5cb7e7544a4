// How often a tool fails and how long it stays down, as SEMI E10 counts it, with the doubt of small
// numbers.
//
// A failure is an unscheduled down that begins. It is the same failure while the same subject goes on,
// also through time off and time that is not known; another subject, or any other state between, makes
// a new one.
#ifndef CONTROL_RELIABILITY_H
#define CONTROL_RELIABILITY_H

#include <stdint.h>

#include "control/equipment/schedule.h"

// What adds up over shifts and tools.
struct reliability_sums {
    uint64_t n_failure;            // that began
    uint64_t n_failure_productive; // of these, out of productive time
    uint64_t n_attended;           // of these, with a repair that began
    uint64_t n_stop;               // scheduled and unscheduled downs that began
    maru_time productive_us, uptime_us;
    maru_time failed_us;   // unscheduled down
    maru_time repair_us;   // the same without waiting for repair
    maru_time unmanned_us; // of attended failures: down before the first repair
    maru_time down_us;     // scheduled and unscheduled
};

struct reliability {
    double mtbf_productive_us;          // E10's MTBFp
    double mtbf_uptime_us;              // the same over productive, standby and engineering
    double mtbf_least_us, mtbf_most_us; // two-sided interval of MTBFp; most may be infinite
    double mttr_us;                     // repair without waiting for it, a failure
    double mean_down_us;                // the whole unscheduled down, a failure
    double mtta_us;                     // from the failure to the first repair
    double mean_stop_us;                // E10's mean time off-line: of all downs
};

// Add what happened in [from_us, to_us): failures count where they begin.
//   in      shifts: waiting outside of them is off (schedule.h); NULL: all time is scheduled
//   cost    linear in the events kept
//   source  SEMI E10, reliability and maintainability measurements
void reliability_add(const struct timeline *timeline, const struct shifts *shifts,
                     maru_time from_us, maru_time to_us, struct reliability_sums *sums);

// The figures of the sums; NaN where there was no failure to divide by.
//   in      level of the interval, such as 0.9
//   source  MIL-HDBK-338B 8.3.2: time-truncated tests, exponential times between failures
struct reliability reliability_of(const struct reliability_sums *sums, double level);

#endif
