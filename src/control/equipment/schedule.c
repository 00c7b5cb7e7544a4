#include "control/equipment/schedule.h"

#include "control/equipment/e10.h"

// An interval whose state gives way is cut where the shifts begin and end; the others pass whole.

struct schedule_walk schedule_walk(const struct timeline_walk *walk, const struct shifts *shifts) {
    return (struct schedule_walk){.walk = *walk, .shifts = shifts};
}

static bool gives_way(uint8_t substate) {
    return e10_state_of(substate) == E10_STANDBY || substate == E10_SUB_REPAIR_DELAY ||
           substate == E10_SUB_SCHEDULED_DELAY;
}

bool schedule_next(struct schedule_walk *walk, struct timeline_interval *out) {
    if (!walk->has_rest && !timeline_next(&walk->walk, &walk->rest)) {
        return false;
    }
    *out = walk->rest;
    walk->has_rest = false;
    if (!walk->shifts || !gives_way(out->substate)) {
        return true;
    }
    maru_time until_us = out->from_us;
    const bool is_scheduled = shifts_is_scheduled(walk->shifts, out->from_us, &until_us);
    while (until_us < out->to_us) { // what holds on behind it goes with it
        maru_time next_us = until_us;
        if (shifts_is_scheduled(walk->shifts, until_us, &next_us) != is_scheduled) {
            break;
        }
        until_us = next_us;
    }
    if (until_us < out->to_us) {
        out->to_us = until_us;
        walk->rest.from_us = until_us;
        walk->has_rest = true;
    }
    out->substate = is_scheduled ? out->substate : E10_SUB_OFF;
    return true;
}
