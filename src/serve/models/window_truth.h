// What is measured later of what a window saw: an event of kind `measurement` says the truth of a window of its lot, and of its wafer
// where both have one. Where neither has a lot it is of the tool that the window is of. Nothing here knows a store or a clock.
#ifndef SERVE_WINDOW_TRUTH_H
#define SERVE_WINDOW_TRUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "signal/event.h"

enum {
    TRUTH_MAX_VALUE_BYTES = 256, // of a truth that is a word, with its end
    TRUTH_WITHIN_H = 168,        // where nobody says how long
    TRUTH_MAX_WITHIN_H = 365 * 24,
};

struct truth_wanted {
    const char *event; // name of the event
    const char *value; // member of its detail, or of `values` in there
    maru_time within_us;
};

struct truth_key {   // of a window, or of an event
    maru_time at_us; // a window's end
    const char *tool, *lot, *wafer;
};

struct truth_key truth_key_of(const struct event *event);

// May an event be the truth of a window at all? Of what maru says itself nothing is.
bool truth_is_wanted(const struct truth_wanted *wanted, const struct event *event);

// May this event be the truth of this window: the same lot and wafer, at its end or later, and within the time?
bool truth_is_of(const struct truth_wanted *wanted, const struct truth_key *window,
                 const struct truth_key *event);

// What a detail says: a number as it reads back, a word, true or false; false where it says nothing, or nothing that fits a cell.
//   out     `out`, which is cleared first
bool truth_value(const struct truth_wanted *wanted, const char *detail, struct text *out);
// The same as a number; NaN: it is none.
double truth_number(const struct truth_wanted *wanted, const char *detail);

struct truth_list {
    const struct truth_key *key; // (n)
    uint32_t n;
};

// The truth of each window: the first of the events that truth_is_of lets be it; of two at the same moment the one whose tool, wafer and
// place in the list come first.
//   in      events in any order
//   out     match (windows->n): of events, UINT32_MAX: none has come
//   errors  MARU_E_MEMORY
//   cost    O((windows + events) log events)
MARU_MUST_USE maru_status truth_join(const struct truth_wanted *wanted,
                                     const struct truth_list *windows,
                                     const struct truth_list *events, uint32_t *match,
                                     maru_error *err);

#endif
