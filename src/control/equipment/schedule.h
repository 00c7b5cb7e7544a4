// The states of a tool by the shifts of its factory: in breaks, on holidays and outside of shifts nobody is scheduled, so that time in
// which the tool only waits is time off. Work in such time is work, and so is a repair.
#ifndef CONTROL_SCHEDULE_H
#define CONTROL_SCHEDULE_H

#include "control/equipment/shifts.h"
#include "control/equipment/timeline.h"

struct schedule_walk {
    struct timeline_walk walk;
    const struct shifts *shifts;
    struct timeline_interval rest; // of an interval that was cut, while has_rest
    bool has_rest;
};

// A walk over a timeline in which standby, and waiting for a repair or for maintenance, is off where nobody is scheduled.
//   in      shifts that shifts_check let through; NULL: everything as it is
struct schedule_walk schedule_walk(const struct timeline_walk *walk, const struct shifts *shifts);
bool schedule_next(struct schedule_walk *walk, struct timeline_interval *out);

#endif
