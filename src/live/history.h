// The past of a twin, such that any moment of it can be had again exactly: what was done to it, and whole
// states at intervals to go on from.
//
// Not for several threads at once; whoever shares one has a lock around it.
#ifndef LIVE_HISTORY_H
#define LIVE_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "maru/sim.h"

enum { HISTORY_MAX_ACTS = 10000 };

enum act_kind { ACT_STOP, ACT_MEND, ACT_RESEED };
struct act { // what somebody did to a tool, or to the luck of all
    maru_time at_us;
    uint64_t seed; // of ACT_RESEED
    uint32_t tool; // of the others
    enum act_kind kind;
};

struct acts { // in the order of their times
    struct act *act;
    size_t n, cap;
};

// Put one in, behind those of the same time.
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status acts_add(struct acts *acts, struct act act, maru_error *err);
// A tool goes down at a time, for a span or until it is mended; or is mended. What was planned to mend
// it later is off.
MARU_MUST_USE maru_status acts_stop(struct acts *acts, uint32_t tool, maru_time at_us,
                                    maru_time for_us, maru_error *err); // for_us 0: until mended
MARU_MUST_USE maru_status acts_mend(struct acts *acts, uint32_t tool, maru_time at_us,
                                    maru_error *err);
//   out     *out: the same list again; acts_fini frees, also after an error
MARU_MUST_USE maru_status acts_copy(const struct acts *acts, struct acts *out, maru_error *err);
void acts_fini(struct acts *acts);

// A twin somewhere on a timeline: all acts up to `acted_us` are done, none later.
struct moment {
    maru_sim *sim;
    maru_time acted_us;
};
void moment_fini(struct moment *moment);

// Go on to `until_us`; nothing happens where it lies behind.
//   errors  as maru_sim_run
MARU_MUST_USE maru_status moment_go(struct moment *moment, const struct acts *acts,
                                    maru_time until_us, maru_error *err);

struct history;

// Of a twin that begins as `first`, which is copied. States take at most max_bytes, but for that one.
//   memory  the caller frees; the model of `first` must outlive it
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status history_new(const maru_sim *first, size_t max_bytes, struct history **out,
                                      maru_error *err);
void history_free(struct history *history);

// What was done; who changes it calls history_forget from the earliest change on.
struct acts *history_acts(struct history *history);
void history_forget(struct history *history, maru_time from_us);

// The time of its first state: there is no past before it.
maru_time history_begin(const struct history *history);

// A copy of the last kept state that is not after `at_us`, which is not before the beginning.
//   memory  moment_fini frees
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status history_find(const struct history *history, maru_time at_us,
                                       struct moment *out, maru_error *err);

// moment_go with the acts of the history, keeping states on the way where there is room.
MARU_MUST_USE maru_status history_go(struct history *history, struct moment *moment,
                                     maru_time until_us, maru_error *err);

// How many states are kept.
size_t history_count(const struct history *history);

#endif
