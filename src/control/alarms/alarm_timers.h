// The timers of alarms: each runs at most once, and the one due first is at hand.
//
// A binary heap of timer numbers in the order of (due, number), with the place of each timer beside it.
#ifndef CONTROL_ALARM_TIMERS_H
#define CONTROL_ALARM_TIMERS_H

#include "control/alarms/alarms.h"

static inline uint32_t alarm_timer_of(const struct alarms *alarms, enum alarm_timer kind,
                                      uint32_t alarm) {
    return (uint32_t)kind * alarms->n_alarm + alarm;
}

static inline uint32_t alarm_timer_of_leaf(const struct alarms *alarms, uint32_t leaf) {
    return N_ALARM_TIMER * alarms->n_alarm + leaf;
}

static inline uint32_t alarm_timer_of_operator(const struct alarms *alarms, uint32_t operator_) {
    return N_ALARM_TIMER * alarms->n_alarm + alarms->n_leaf + operator_;
}

// Let it run until due_us, also where it runs already.
//   cost    O(log timers)
void alarm_timer_set(struct alarms *alarms, uint32_t timer, maru_time due_us);

// Let it run no more; nothing where it does not.
void alarm_timer_stop(struct alarms *alarms, uint32_t timer);

// Is the timer due before the other?
bool alarm_timer_is_before(const struct alarms *alarms, uint32_t timer, uint32_t other);

#endif
