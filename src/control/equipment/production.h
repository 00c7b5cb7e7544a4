// What a tool makes, and of what, from what was said of it in any order.
//
// A count belongs to the product and the step that the tool had at that time, and a counter has made what it grew since its value
// before. So neither is known when a count comes: what was said is kept in the order of time, and the counts follow from it, again
// from where something came late. At one moment words come before counts, and the order of coming leaves no trace.
#ifndef CONTROL_PRODUCTION_H
#define CONTROL_PRODUCTION_H

#include "control/equipment/yield_log.h"

enum production_kind {
    PRODUCTION_PRODUCT, // the value is a word's number
    PRODUCTION_STEP,
    PRODUCTION_GOOD, // units since the last value
    PRODUCTION_SCRAP,
    PRODUCTION_REWORK,
    PRODUCTION_GOOD_TOTAL, // a counter; one that goes back has begun again
    PRODUCTION_SCRAP_TOTAL,
    PRODUCTION_REWORK_TOTAL,
    N_PRODUCTION_KIND
};
enum { PRODUCTION_WORDS = PRODUCTION_STEP + 1 };

struct production_note {
    maru_time at_us;
    double value;
    uint32_t key; // the signal that said so, the caller's number
    uint8_t kind;
};

struct production_state { // at a time
    struct production_note word[PRODUCTION_WORDS];
    bool has_word[PRODUCTION_WORDS];
    struct production_note *total; // (n_total, cap_total), the last of each counter
    uint32_t n_total, cap_total;
};

// The number of a product at a step, for struct yield.
typedef uint32_t (*production_item_of)(void *context, uint32_t product, uint32_t step);

struct production {
    struct production_note *note; // (n), sorted
    uint32_t n, cap, max;
    uint32_t n_counted; // of them are in the yields
    bool is_rewound;    // n_counted went back since `counted` was right
    bool is_folded;
    maru_time base_us;                          // of the last note that was let go
    maru_time heard_us[N_PRODUCTION_KIND];      // the newest of all that were put, also of repeats
    struct production_state base, counted, end; // before note[0], before note[n_counted], now
    struct yield_log yields;
    production_item_of item_of;
    void *context;
    uint64_t n_too_late;
};

// An empty one that keeps at most max_notes (YIELDS_MIN_COUNTS to YIELDS_MAX_COUNTS / 2).
//   errors  MARU_E_RANGE
MARU_MUST_USE maru_status production_init(struct production *p, uint32_t max_notes,
                                          production_item_of item_of, void *context,
                                          maru_error *err);
void production_fini(struct production *p); // accepts a zeroed one

// Put what was said where it belongs. What a signal says again of the same moment replaces what it said. What it repeats is passed
// over; where another word or value comes late in front of repeats, they are none any more, and the next of them has to be put after all.
//   out     *again: the key of which the next note behind this one is to be put again (at its moment, of a higher key); UINT32_MAX: none
//   in      value: a word's number or units, 0 to 4e9, or a counter's value, 0 to 9e15
//   errors  MARU_E_RANGE: older than what is kept (counted), or no such value; MARU_E_MEMORY. Both change nothing else
//   cost    O(1) behind the last, else linear in the notes kept
MARU_MUST_USE maru_status production_put(struct production *p, const struct production_note *note,
                                         uint32_t *again, maru_error *err);

// Bring the yields up to date.
//   errors  MARU_E_MEMORY: some are missing, until the next call
//   cost    linear in what is new; in all that is kept where something came late
MARU_MUST_USE maru_status production_count(struct production *p, maru_error *err);

// The word of what the tool has, by what is newest; 0: nothing.
uint32_t production_now(const struct production *p, enum production_kind kind);

#endif
