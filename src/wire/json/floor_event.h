// What a manufacturing execution system tells of a floor, as one JSON object an event: lots that are released, arrive, start and finish,
// tools that change their state, alarms. docs/FAKE.md has the members.
#ifndef WIRE_JSON_FLOOR_EVENT_H
#define WIRE_JSON_FLOOR_EVENT_H

#include "base/arena.h"
#include "signal/event.h"

// Read one. `otherwise` is the source of an event that names no tool; `at_us` its time where it says none.
//   memory  texts in the arena
//   errors  MARU_E_INPUT: it is no JSON object, or has no member `event`; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status floor_event_read(const char *bytes, size_t n, const char *otherwise,
                                           maru_time at_us, struct arena *arena, struct event *out,
                                           maru_error *err);

#endif
