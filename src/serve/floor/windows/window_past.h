// Windows of the past, as they would have been had somebody listened: what is stored is heard again.
#ifndef SERVE_WINDOW_PAST_H
#define SERVE_WINDOW_PAST_H

#include "serve/floor/windows/window_watch.h"
#include "store/signals/signals.h"

enum { WINDOW_MAX_LENGTHS = 10000000 }; // of windows by time, that a time is looked through for

#define WINDOW_PAST_US (INT64_C(7) * 86400 * 1000000) // of which a new row makes windows

// Hear what the store has and the watch has not heard: of a new row the last week, of others what came since. Signals are known.
MARU_MUST_USE maru_status window_past_recall(struct window_watch *watch, struct signals *signals,
                                             maru_time now_us, maru_error *err);

// Hear the events that have become durable since the last ones that were heard.
MARU_MUST_USE maru_status window_past_hear(struct window_watch *watch, struct signals *signals,
                                           maru_time now_us, maru_error *err);

// Make the windows of a row that lie within span[0] and span[1], and some around them, from stored samples; `see` of the watch sees them.
//   in      a watch of its own, to which nothing has come yet, and which tells nobody
//   errors  MARU_E_LIMIT: more than WINDOW_MAX_SPANS, a time of more than WINDOW_MAX_LENGTHS; of the store, of `see`
//   cost    what the row's signals and all events have in that time is read
MARU_MUST_USE maru_status window_past_gather(struct window_watch *watch, uint32_t row,
                                             struct signals *signals, const maru_time span[2],
                                             maru_error *err);

// Make a reference of the windows of a row that lie within [from_us, to_us), from stored samples.
//   in      a watch of its own, to which nothing has come yet
//   out     *out, the caller's
//   errors  MARU_E_INPUT: there are none; MARU_E_LIMIT; of the store
MARU_MUST_USE maru_status window_past_reference(struct window_watch *watch, uint32_t row,
                                                struct signals *signals, maru_time from_us,
                                                maru_time to_us, struct reference **out,
                                                maru_error *err);

#endif
