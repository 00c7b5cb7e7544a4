// What a floor tells of itself: one thing that happened to a lot or a tool, in the numbers of a model.
#ifndef SIM_FOLLOW_TOLD_H
#define SIM_FOLLOW_TOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "maru/sim.h"

// In the order in which things follow each other where they have the same time and the teller does
// not number them.
enum told_kind {
    TOLD_RELEASED,    // lot: it enters the plant. product; maybe step, priority, wafers, due
    TOLD_ENDED,       // lot, step, maybe tool: it has done the step
    TOLD_REWORK,      // lot, step: it goes back there
    TOLD_SKIPPED,     // lot, step: it does not do it
    TOLD_FINISHED,    // lot: it leaves the plant, done
    TOLD_SCRAPPED,    // lot: it leaves the plant, not done
    TOLD_UP,          // tool: it can work again
    TOLD_SENT,        // lot, step: it is on its way there
    TOLD_ARRIVED,     // lot, step: it waits there
    TOLD_FREED,       // lot: no longer on hold
    TOLD_SETUP,       // tool, step: it is set up for this step
    TOLD_STARTED,     // lot, step, maybe tool: taken; lots of one batch at the same time
    TOLD_HELD,        // lot: on hold
    TOLD_DOWN,        // tool: unscheduled; maybe downtime
    TOLD_MAINTENANCE, // tool: scheduled; maybe downtime
    N_TOLD
};

#define TOLD_MAX_TIME (INT64_MAX / 64) // us, either way: what a state can stand at
#define TOLD_NO_PRIORITY INT32_MIN

struct told {
    maru_time at_us; // since the start of the plant
    uint64_t order;  // among those of the same time, as the teller numbers all of them; or 0
    uint64_t tie;  // of what else is the same: the hash of the lot\'s name, filled in by the mirror
    uint32_t lot;  // number of its name (mirror.h), MARU_NONE where it has no meaning
    uint32_t tool; // of the model; MARU_NONE: not told
    uint32_t step; // plant-wide index; MARU_NONE: not told
    uint32_t product;  // MARU_NONE: not told
    uint32_t downtime; // row of the plant; MARU_NONE: not told
    uint32_t wafers;   // 0: not told
    int32_t priority;  // TOLD_NO_PRIORITY: not told
    enum told_kind kind;
    maru_time due_us; // INT64_MIN: not told, INT64_MAX: never
    bool is_hot;      // it may reserve tools
    bool is_known;    // TOLD_UP: said of a tool that may have been up all along
};

// An event of which nothing is told but its kind and time.
static inline struct told told_new(enum told_kind kind, maru_time at_us) {
    return (struct told){.at_us = at_us,
                         .lot = MARU_NONE,
                         .tool = MARU_NONE,
                         .step = MARU_NONE,
                         .product = MARU_NONE,
                         .downtime = MARU_NONE,
                         .priority = TOLD_NO_PRIORITY,
                         .kind = kind,
                         .due_us = INT64_MIN};
}

static inline bool told_is_of_lot(enum told_kind kind) {
    return kind != TOLD_UP && kind != TOLD_SETUP && kind != TOLD_DOWN && kind != TOLD_MAINTENANCE;
}

// Which comes first: below 0 a, above 0 b, 0: they are the same event.
int told_compare(const struct told *a, const struct told *b);

// Does it say what its kind needs, in numbers that the model has?
//   errors  MARU_E_INPUT, MARU_E_RANGE
MARU_MUST_USE maru_status told_check(const maru_model *model, const struct told *told,
                                     maru_error *err);

#endif
