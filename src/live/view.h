// What is told of a twin at one moment: an immutable copy, shared by all who look, and the bytes of its
// stream (docs/TWIN.md).
#ifndef LIVE_VIEW_H
#define LIVE_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/sim.h"

enum view_flag { // of a message
    VIEW_PLAYS = 1,
    VIEW_JUMPED = 2,
    VIEW_SEEKS = 4,
    VIEW_FAILED = 8,
};

enum view_lot_flag { // `what` of a lot; the lowest two bits are a maru_lot_where
    VIEW_LOT_DETAILS = 4,
    VIEW_LOT_LATE = 8,
    VIEW_LOT_AT_RISK = 16,
    VIEW_LOT_HOT = 32,
};

struct view_lot {
    uint32_t lot, place, step, product, wafers; // step: in its route
    int32_t priority;
    uint8_t what;
};

struct view {
    uint64_t version; // grows with each view of a twin
    uint64_t n_jump;  // how often the time was moved so far
    uint8_t flags;    // without VIEW_JUMPED
    float speed;
    maru_time time_us, end_us;
    uint32_t n_tool, n_lot;
    uint8_t *tool;        // maru_tool_state (n_tool)
    struct view_lot *lot; // in the order of their numbers (n_lot)
    _Atomic int n_holder;
};

// A view of a state, held once; its version, flags, speed and end are the caller's to set. Hot are lots
// whose priority is above `usual`.
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status view_new(const maru_sim *sim, int32_t usual, struct view **out,
                                   maru_error *err);
void view_hold(struct view *view);
void view_release(struct view *view); // accepts NULL

// Usual priority of a plant: that of the lots that are released most often.
int32_t view_usual_priority(const maru_plant *plant);

// Has its open queue-time limit passed, or is less than a tenth of it left?
bool view_is_at_risk(const maru_plant *plant, const maru_lot_now *lot, maru_time now_us);

// Append one message: all of `now`, or with `before` only what has changed since.
void view_write(struct text *out, const struct view *before, const struct view *now);

#endif
