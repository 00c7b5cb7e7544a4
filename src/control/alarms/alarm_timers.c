#include "control/alarms/alarm_timers.h"

// Invariants: heap[0 .. n_heap) are different timers, timer_at[heap[i]] == i, all others have ALARM_NONE;
// heap[(i - 1) / 2] is not after heap[i].

bool alarm_timer_is_before(const struct alarms *alarms, uint32_t timer, uint32_t other) {
    const maru_time a = alarms->due_us[timer], b = alarms->due_us[other];
    return a != b ? a < b : timer < other;
}

static void put(struct alarms *alarms, uint32_t at, uint32_t timer) {
    alarms->heap[at] = timer;
    alarms->timer_at[timer] = at;
}

// Moves the timer to its place, upwards or downwards from `at`.
static void sift(struct alarms *alarms, uint32_t at, uint32_t timer) {
    while (at > 0 && alarm_timer_is_before(alarms, timer, alarms->heap[(at - 1) / 2])) {
        put(alarms, at, alarms->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < alarms->n_heap &&
            alarm_timer_is_before(alarms, alarms->heap[child + 1], alarms->heap[child])) {
            child++;
        }
        if (child >= alarms->n_heap || !alarm_timer_is_before(alarms, alarms->heap[child], timer)) {
            break;
        }
        put(alarms, at, alarms->heap[child]);
        at = child;
    }
    put(alarms, at, timer);
}

void alarm_timer_set(struct alarms *alarms, uint32_t timer, maru_time due_us) {
    uint32_t at = alarms->timer_at[timer];
    if (at == ALARM_NONE) {
        at = alarms->n_heap++;
    }
    alarms->due_us[timer] = due_us;
    sift(alarms, at, timer);
}

void alarm_timer_stop(struct alarms *alarms, uint32_t timer) {
    const uint32_t at = alarms->timer_at[timer];
    if (at == ALARM_NONE) {
        return;
    }
    alarms->timer_at[timer] = ALARM_NONE;
    const uint32_t last = alarms->heap[--alarms->n_heap];
    if (last != timer) {
        sift(alarms, at, last);
    }
}
