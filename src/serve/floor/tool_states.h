// What the tools of one tenant do, from samples and events, by the table of equipment: their states over time, what they make,
// and which lot they have. One caller at a time.
#ifndef SERVE_TOOL_STATES_H
#define SERVE_TOOL_STATES_H

#include "base/names.h"
#include "control/equipment/ideals.h"
#include "control/equipment/mapping.h"
#include "control/equipment/oee.h"
#include "control/equipment/production.h"
#include "control/equipment/shifts.h"
#include "serve/floor/news.h"
#include "signal/event.h"

enum {
    STATES_MAX_EVENTS = 1 << 17, // of one tool; older ones are folded
    STATES_MAX_NOTES = 1 << 17,  // the same of what it makes
    STATES_MAX_ITEMS = 100000,
    STATES_MAX_TOLD = 10000, // changes of a tool at a time
    STATES_MAX_NAMES_BYTES = 64 << 20,
    STATES_MAX_TOOLS = 20000,
};

struct tool_lot {
    maru_time at_us; // since when
    uint32_t word;   // of tool_states.words; 0: none
};

struct tool_state {
    struct timeline timeline;
    struct production production;
    struct tool_states *states; // it is one of
    struct timeline_event last; // that was put, by time
    maru_time heard_us;         // up to which samples said the same as `last`
    uint32_t last_key;
    bool has_last;
    maru_time touched_us; // from here on its states are to be told; INT64_MAX: all is told
    struct tool_lot lot;
};

struct tool_states {
    struct mapping mapping;
    struct ideals ideals;
    struct names words;  // lots, products, steps; 0 is ""
    struct names items;  // tool, product and step
    maru_time *ideal_us; // (items.n, cap_item)
    uint32_t cap_item, n_tool;
    struct tool_state *tool; // (n_tool), as mapping.tools
    int64_t *signal;         // (mapping.keys.n), 0: none
    uint32_t *source;        // (mapping.keys.n), its whole name, of words
    struct signals *signals; // for what was passed over, NULL: none
    uint64_t n_refused;      // older than what is kept, or no memory
};

// From the tables as they are kept; ideals: NULL: no ideal time is known.
//   memory  tool_states_free; the texts are not needed any more
//   errors  of mapping_read and ideals_read; MARU_E_LIMIT: too many tools
MARU_MUST_USE maru_status tool_states_new(const struct text *equipment, const struct text *ideals,
                                          struct signals *signals, struct tool_states **out,
                                          maru_error *err);
void tool_states_free(struct tool_states *states); // accepts NULL

// The key of a signal in the table, NAME_NONE: it means nothing; from then on it is known by it.
uint32_t tool_states_key(struct tool_states *states, const struct signal_row *row);

// Take what has come.
void tool_states_sample(struct tool_states *states, uint32_t key, const struct sample *sample);
void tool_states_event(struct tool_states *states, const struct event *event);

// Tell the states that began since the last telling.
void tool_states_tell(struct tool_states *states, struct news *news);
// All is told up to here, nothing before it.
void tool_states_hush(struct tool_states *states, maru_time from_us);

// What a tool may make of what it has, for oee_add.
struct oee_options tool_states_oee(const struct tool_states *states);

#endif
