// A stored event of a floor, tied to the plant: what it tells of a lot or a tool, in the numbers of a model.
//
// Names are taken as the floor's own table says (follow_table.h), then as the table of equipment says, then
// by their usual words: what `maru fake` and GEM tools tell needs no table. What cannot be tied has a
// sentence that says why.
//
//   threads  one at a time
#ifndef LIVE_TYING_H
#define LIVE_TYING_H

#include "control/equipment/mapping.h"
#include "live/following/follow_table.h"
#include "signal/event.h"
#include "sim/model.h"

enum { TYING_MAX_DETAIL_BYTES = 8 << 20 }; // of an event's detail, read

struct tying;

struct tying_options {
    const maru_model *model;          // must outlive it
    const struct follow_table *table; // NULL: there is none; copied
    const struct mapping *equipment;  // the same
    maru_time zero_us;                // since 1970: when the plant's time was 0
    double speed;                     // seconds of the floor in a second
};

//   out     faults: rows of the table that the plant does not bear out; they are left out
//   memory  the caller frees
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status tying_new(const struct tying_options *options, maru_faults *faults,
                                    struct tying **out, maru_error *err);
void tying_free(struct tying *tying); // accepts NULL

// Where a lot is believed to be, for events that do not say at which step.
struct tying_lot {
    uint32_t route; // MARU_NONE: nothing is known of the lot
    uint32_t step;
};
typedef struct tying_lot (*tying_find_lot)(void *context, const char *lot);

struct tied {
    struct told told;
    const char *lot;     // "" where it is of none; the event's
    bool is_needed;      // false: understood, and nothing follows from it
    bool is_assumed;     // its step is the one where the lot is believed to be
    bool has_plant_time; // it told the plant's time itself
};

// Tie one event; `number` is its number in the store.
//   in      find: asked where an event names no step; may be NULL
//   errors  MARU_E_INPUT: it cannot be tied, and err says why; MARU_E_MEMORY
MARU_MUST_USE maru_status tying_read(struct tying *tying, const struct event *event, int64_t number,
                                     tying_find_lot find, void *context, struct tied *out,
                                     maru_error *err);

// The floor's time at a time since 1970.
maru_time tying_time(const struct tying *tying, maru_time unix_us);

#endif
