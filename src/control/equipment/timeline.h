// The states of one tool over time, from events that come late, repeated and out of order.
//
// Events are kept sorted; the states are a fold over them. So an event that is put into the past
// gives the same states as if all had come in order, and a repeated one changes nothing. Memory is
// bounded: the oldest events are folded into sums, and what comes later than that is refused.
// The rules, which event moves which state: docs/EQUIPMENT.md.
#ifndef CONTROL_TIMELINE_H
#define CONTROL_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "control/equipment/e10.h"
#include "maru/status.h"

// In the order in which events of the same microsecond are taken.
enum timeline_kind {
    TIMELINE_BACK,       // the link is back; what happened meanwhile is not known
    TIMELINE_BACK_WHOLE, // it is back, and everything that happened meanwhile was told
    TIMELINE_END,        // what `subject` began in a state of this kind is over
    TIMELINE_HAND_END,   // the state said by hand is withdrawn
    TIMELINE_SAY,        // the tool's whole state: what was open is over
    TIMELINE_BEGIN,      // something begins that holds the tool: a lot, a failure, a maintenance
    TIMELINE_HAND,       // a person says the state: it holds until withdrawn, against the tool
    TIMELINE_LOST,       // the link is lost
    N_TIMELINE_KIND,
};

struct timeline_event {
    maru_time at_us;  // since 1970-01-01 UTC
    uint32_t subject; // whose: lot, alarm, order; 0: nobody's
    uint32_t reason;  // a code of the caller's, kept with the state; 0: none
    uint8_t kind;     // enum timeline_kind
    uint8_t substate; // enum e10_substate; END: any of the state that ends; else 0
};

#define TIMELINE_MAX_TIME (INT64_MAX / 4) // us, either way
enum { TIMELINE_MAX_OPEN = 16, TIMELINE_MAX_EVENTS = 1 << 20, TIMELINE_MIN_EVENTS = 16 };

struct timeline_open {
    maru_time since_us;
    uint32_t subject, reason;
    uint8_t substate;
};

// What is known of the tool at one moment.
struct timeline_knowledge {
    struct timeline_open open[TIMELINE_MAX_OPEN]; // (n_open)
    struct timeline_open hand;                    // while is_by_hand
    uint8_t n_open;
    bool is_by_hand, is_lost, is_known;
    uint64_t n_contradiction; // a lot that began while the tool was down, was off or in engineering
    uint64_t n_stray;         // ends of what was not open
    uint64_t n_too_many;      // begun while TIMELINE_MAX_OPEN were open, and so not kept
};

struct timeline_point {
    struct timeline_event event;
    uint32_t subject, reason; // what holds from here to the next
    uint8_t substate;
};

struct timeline {
    struct timeline_point *point; // (n), sorted
    uint32_t n, cap, max;
    bool is_folded;     // something is; else the next two mean nothing
    maru_time since_us; // of the first event folded
    maru_time base_us;  // everything before it is in the sums
    struct timeline_knowledge base, last;
    struct timeline_point before; // what held at base_us
    maru_time folded_us[N_E10_SUBSTATE];
    uint64_t n_repeated, n_too_late;
};

struct timeline_interval {
    maru_time from_us, to_us;
    uint32_t subject, reason;
    uint8_t substate;
};

struct timeline_walk {
    const struct timeline *timeline;
    maru_time at_us, to_us;
    uint32_t next; // point
};

// An empty one that keeps at most max_events (TIMELINE_MIN_EVENTS to TIMELINE_MAX_EVENTS).
//   errors  MARU_E_RANGE
MARU_MUST_USE maru_status timeline_init(struct timeline *timeline, uint32_t max_events,
                                        maru_error *err);
void timeline_fini(struct timeline *timeline);

// Put an event where it belongs. When there are as many as may be kept, the oldest quarter is folded.
//   errors  MARU_E_RANGE: older than what is folded (counted), or out of TIMELINE_MAX_TIME;
//           MARU_E_INPUT: no such kind or substate; MARU_E_MEMORY. All leave the states as they were
//   cost    O(1) behind the last, else linear in the events kept
MARU_MUST_USE maru_status timeline_put(struct timeline *timeline,
                                       const struct timeline_event *event, maru_error *err);

// As if no whole state had been said of this moment, as far as it is not folded.
//   cost    linear in the events kept where there was one
void timeline_take_back(struct timeline *timeline, maru_time at_us);

// Fold what happened before until_us into the sums. Later events of that time are refused.
void timeline_forget(struct timeline *timeline, maru_time until_us);

// When the first event was; INT64_MAX while there is none.
maru_time timeline_since(const struct timeline *timeline);

// What holds at a moment, since when as far as it is kept.
struct timeline_interval timeline_at(const struct timeline *timeline, maru_time at_us);

// Walk over the intervals of [from_us, to_us) in order, neighbors with the same substate, subject and
// reason as one. Time before base_us is left out, time before the first event is not known.
//   cost    O(log events) to begin
struct timeline_walk timeline_walk(const struct timeline *timeline, maru_time from_us,
                                   maru_time to_us);
bool timeline_next(struct timeline_walk *walk, struct timeline_interval *out);

// Add the time of each substate in [from_us, to_us) to us[0 .. N_E10_SUBSTATE).
//   errors  MARU_E_RANGE: from_us lies before what is kept, or after to_us; us is as it was
MARU_MUST_USE maru_status timeline_sum(const struct timeline *timeline, maru_time from_us,
                                       maru_time to_us, maru_time us[N_E10_SUBSTATE],
                                       maru_error *err);

#endif
