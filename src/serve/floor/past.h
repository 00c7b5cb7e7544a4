// What is kept of many signals, and of what happened, as if it came again: in the order of time.
#ifndef SERVE_PAST_H
#define SERVE_PAST_H

#include "store/signals/signals.h"

enum { PAST_MAX_ENTRIES = 1 << 18, PAST_MAX_BYTES = 64 << 20 };

struct past_signal {
    int64_t signal;
    uint32_t tag;      // the caller's
    maru_time from_us; // what is older is left out
};

struct past {
    const struct past_signal *signal; // (n_signal)
    size_t n_signal;
    maru_time from_us, to_us;
    // Samples of the same moment in the order of `signal`; a text is valid during the call.
    maru_status (*take)(void *context, uint32_t tag, const struct sample *sample, maru_error *err);
    // Events but maru's own; NULL: none are wanted. They come before samples of the same moment.
    maru_status (*take_event)(void *context, const struct event *event, maru_error *err);
    void *context;
};

// Read all of it, in spans that fit into memory.
//   errors  MARU_E_LIMIT: more than memory may hold in one microsecond; of the store, of `take`
//   cost    a look for each signal and span, then linear
MARU_MUST_USE maru_status past_read(struct signals *signals, const struct past *past,
                                    maru_error *err);

#endif
