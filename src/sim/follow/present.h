// The present of a floor as a twin: what is believed of it, as a valid state of the simulator.
#ifndef SIM_FOLLOW_PRESENT_H
#define SIM_FOLLOW_PRESENT_H

#include "sim/follow/belief.h"

struct present_plan {
    const struct belief *belief;
    const maru_model *model; // the belief's, or one of a plant changed in its times (floor_pace.h)
    maru_time now_us;        // not before time 0; at least the last event's time is taken
    uint64_t seed; // of what nobody can see: what is left of jobs and repairs, and all luck
};

// A twin that stands where the floor does: lots at their steps, waiting or in process since when they
// were, tools up or down, setups, the calendar of maintenance and releases from now on. What is under
// way ends by the plant's own distributions given what has elapsed; lots on hold come to their queue
// when holds have usually ended; a lot in work nobody knows where waits for its step.
//   memory  the caller frees; the model must outlive it
//   errors  MARU_E_USAGE: a model of another plant; MARU_E_RANGE: a time before 0; MARU_E_LIMIT: more
//           lots than max_lot; MARU_E_MEMORY
//   cost    O(lots and tools); under 3 ms for 2300 lots in 1400 tools
//   threads any number on one belief
MARU_MUST_USE maru_status present_new(const struct present_plan *plan, maru_sim **out,
                                      maru_error *err);

// ---- tools (present_tools.c)

struct present {
    const struct belief *belief;
    const maru_model *model;
    maru_sim *sim;
    maru_time now;
    uint64_t seed;
    uint32_t *lot_of; // (n_lot_room of the belief) its place in the state
};

// What fresh luck is for; streams beside those of the twin itself (twin.h).
enum present_stream {
    PRESENT_JOB = 16,
    PRESENT_DOWN,
    PRESENT_DOWN_AGAIN,
    PRESENT_MOVE,
    PRESENT_RELEASE,
    PRESENT_BEGAN
};
uint64_t present_bits(const struct present *present, enum present_stream stream, uint64_t whose);

// Put a tool into its state with the jobs that are in it.
void present_put_tool(const struct present *present, uint32_t tool);

// Once all tools are put: a lot that has arrived at a place to wait (a delay) is in it since then, though nobody
// told that it started. False: no place is free.
bool present_put_delayed(const struct present *present, uint32_t which);

#endif
