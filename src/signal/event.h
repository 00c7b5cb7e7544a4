// Something that happened on the floor, with what it happened to: an alarm, a change of state, a lot that moved, a measurement, a gap
// in the data.
#ifndef SIGNAL_EVENT_H
#define SIGNAL_EVENT_H

#include "base/text.h"
#include "signal/packing.h"
#include "signal/sample.h"

enum { EVENT_MAX_TEXT_BYTES = 512, EVENT_MAX_DETAIL_BYTES = 65536, N_EVENT_TEXT = 8 };

// Texts are UTF-8 of at most EVENT_MAX_TEXT_BYTES - 1 bytes, "" where there is nothing to say.
struct event {
    maru_time at_us; // since 1970-01-01 UTC
    union {
        struct {
            const char *kind;   // what sort: EVENT_ALARM, ...
            const char *source; // who says so: the equipment, or the connection
            const char *name;   // what: "E10", "lot_started", the alarm's name
            const char *lot, *wafer, *recipe, *step; // what it happened to
            const char *detail; // a JSON object, at most EVENT_MAX_DETAIL_BYTES - 1 bytes
        };
        const char *text[N_EVENT_TEXT]; // the same, one after the other
    };
};

// Kinds that maru itself knows; others are kept, too.
#define EVENT_ALARM "alarm"             // name: the alarm; detail: state, priority, text
#define EVENT_STATE "state"             // name: what of; detail: from, to
#define EVENT_LOT "lot"                 // name: arrived, started, finished, ...
#define EVENT_MEASUREMENT "measurement" // name: the characteristic; detail: values
#define EVENT_GAP "gap"         // at_us: its end; name: the cause; detail: from, until, missed
#define EVENT_COMMAND "command" // what maru was told to tell the equipment

// Are all texts in order? The sentence names the first that is not.
//   errors  MARU_E_INPUT, MARU_E_LIMIT
MARU_MUST_USE maru_status event_check(const struct event *event, maru_error *err);

// Append an event as bytes; errors stick in `out`.
void event_write(struct text *out, const struct event *event);

// The next event of such bytes; its texts lie in them.
//   errors  MARU_MORE: there is none any more; MARU_E_INPUT: these are no events
MARU_MUST_USE maru_status event_next(struct packed_bytes *from, struct event *out, maru_error *err);

#endif
