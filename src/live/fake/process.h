// What the sensors of one fake tool would show: set points of the recipe, the way there, noise, wear that
// maintenance takes back, and for some failures a rise before them.
//
// A value is a function of (seed, tool, time) and of what happened to the tool: it does not matter how
// often, or in which order, it is asked for. Times are the plant's, us.
#ifndef LIVE_FAKE_PROCESS_H
#define LIVE_FAKE_PROCESS_H

#include <stdint.h>

#include "live/fake/variable_list.h"
#include "maru/status.h"

enum fake_variable {
#define X(name, ...) FAKE_##name,
    FAKE_VARIABLES(X)
#undef X
        N_FAKE_VARIABLE
};

struct fake_variable_kind {
    const char *name, *unit;
    double off, idle, run_low, run_high, tau_s, noise, by_wear, by_failure, deadband;
    enum fake_variable with; // whose noise is in its own
    double share;            // correlation of the two
};
extern const struct fake_variable_kind fake_variable_kinds[N_FAKE_VARIABLE];

enum process_mode { PROCESS_OFF, PROCESS_IDLE, PROCESS_RUN };

struct process {
    uint64_t seed;
    uint32_t tool, group;
    maru_time since_us;                    // when it was last turned
    double from[N_FAKE_VARIABLE];          // where each variable was then
    double to[N_FAKE_VARIABLE];            // and where it goes
    double activity_from[N_FAKE_VARIABLE]; // how much of wear and noise shows, 0 to 1
    double activity_to;
    double wear, wear_per_us; // at since_us; 1: as much as it has when maintenance comes
};

// What is to come of it, as far as it shows already.
struct process_trouble {
    maru_time fail_us, length_us; // it shows from fail_us - length_us on
    enum fake_variable variable;  // where
};

// A tool that is off and new.
void process_init(struct process *process, uint64_t seed, uint32_t tool, uint32_t group,
                  maru_time at_us);

// From now on it does something else. step: whose recipe, of PROCESS_RUN. wear_us: how long it runs
// until it is worn.
void process_turn(struct process *process, enum process_mode mode, uint32_t step, maru_time wear_us,
                  maru_time at_us);

// Somebody has worked on it: this share of its wear stays.
void process_renew(struct process *process, double share, maru_time at_us);

// How worn it is, and how far the rise before a failure has come, 0 to 1; trouble may be NULL.
double process_wear(const struct process *process, maru_time at_us);
double process_rise(const struct process_trouble *trouble, maru_time at_us);

// A measured value, not before it was last turned.
double process_value(const struct process *process, enum fake_variable variable,
                     const struct process_trouble *trouble, maru_time at_us);

// The set point of a step's recipe on the tools of a group: the same for every seed.
double process_set_point(uint32_t group, uint32_t step, enum fake_variable variable);

#endif
