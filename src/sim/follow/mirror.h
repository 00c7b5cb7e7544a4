// A mirror of a floor: what is believed of it now, fed by events that come late, twice, in any order,
// or never.
//
// Events that lie up to `window_us` back wait in the order of their times, and behind them stands a
// belief that is firm; the belief of now is the firm one and what waits. So any order within the
// window, and any repeats, give the belief that the events in order give. What comes later still is
// taken as long as nothing newer is known of its lot or tool.
//
// Not for several threads at once; the belief that mirror_look gives may be shared until the next call.
#ifndef SIM_FOLLOW_MIRROR_H
#define SIM_FOLLOW_MIRROR_H

#include "base/text.h"
#include "sim/follow/belief.h"

enum {
    MIRROR_FORMAT = 2,            // of its image
    MIRROR_MAX_NAME_BYTES = 128,  // of a lot
    MIRROR_MAX_PENDING = 1 << 18, // events that wait
    MIRROR_FIRST_LOTS = 256,      // room at first
};
#define MIRROR_MAX_WINDOW MARU_DAY

struct mirror;

struct mirror_options {
    maru_time window_us; // how far events may come out of order, 0 to MIRROR_MAX_WINDOW
    maru_time keep_us;   // lots that are gone are remembered so long, at least a window
    uint32_t max_lot;    // remembered at once
};

//   memory  the caller frees; the model must outlive it
//   errors  MARU_E_RANGE, MARU_E_MEMORY
MARU_MUST_USE maru_status mirror_new(const maru_model *model, const struct mirror_options *options,
                                     struct mirror **out, maru_error *err);
void mirror_free(struct mirror *mirror); // accepts NULL

// Take one event, told at now_us (the floor's time); `lot` is the name of its lot, and told->lot is
// filled in from it.
//   in      lot: 1 to MIRROR_MAX_NAME_BYTES bytes where the kind is of a lot
//   errors  MARU_E_INPUT, MARU_E_RANGE (also an event further ahead of now than the window): nothing
//           has changed; MARU_E_LIMIT: max_lot lots are remembered; MARU_E_MEMORY
//   cost    O(1) in order; out of order O(events after it)
MARU_MUST_USE maru_status mirror_take(struct mirror *mirror, const char *lot, size_t n_bytes,
                                      const struct told *told, maru_time now_us, maru_error *err);

// Time goes on: what lies a window back becomes firm, and lots that are gone are forgotten.
void mirror_settle(struct mirror *mirror, maru_time now_us);

// What is believed now.
//   memory  the mirror's, until the next event
//   cost    O(1) when the last events came in order, else one copy and what waits
const struct belief *mirror_look(struct mirror *mirror);

// What was believed at a moment of the last window, with all that is known by now.
//   memory  the mirror's, until the next event or look
//   cost    one copy and what waits
const struct belief *mirror_look_at(struct mirror *mirror, maru_time at_us);

// How long after it happened nearly all (99 %) is told, us: at most the window. Before this long ago the
// floor is known as well as it will be.
maru_time mirror_lag(const struct mirror *mirror);

maru_time mirror_now(const struct mirror *mirror);

// The place of a lot in the belief by its name, MARU_NONE: not heard of, or forgotten; and its name.
uint32_t mirror_find(const struct mirror *mirror, const char *lot, size_t n_bytes);
const char *mirror_name(const struct mirror *mirror, uint32_t lot); // valid until the next event

// The name of the lot of an event that was taken, "" where it is forgotten.
const char *mirror_name_of(const struct mirror *mirror, const struct told *told);

struct mirror_counts {
    uint64_t n_repeat;         // events told again
    uint64_t n_ancient;        // older than what is remembered: left out
    uint64_t n_ahead;          // from a future beyond the window: refused
    uint64_t n_rebuilt;        // how often what waits was gone through again
    uint32_t n_pending, n_lot; // that wait; lots remembered
};
struct mirror_counts mirror_count(const struct mirror *mirror);

// All of it as bytes, for the same model in the same program; errors stick in `out`.
void mirror_save(const struct mirror *mirror, struct text *out);
// As mirror_new, and goes on where mirror_save was: whatever comes then, the belief is the same.
//   errors  as mirror_new; MARU_E_INPUT: of another model, program or window, or damaged
MARU_MUST_USE maru_status mirror_load(const maru_model *model, const struct mirror_options *options,
                                      const void *bytes, size_t n, struct mirror **out,
                                      maru_error *err);

// A digest of what is believed of each lot on the floor by its name, of each tool, and of what was learned:
// whatever the order in which events came in.
void mirror_digest(struct mirror *mirror, char out[33]);

#endif
