// The stored samples of windows, read for several windows of a tool at once where many are due.
#ifndef SERVE_WINDOW_SAMPLES_H
#define SERVE_WINDOW_SAMPLES_H

#include "serve/floor/windows/window_watch.h"

enum {
    WINDOW_MAX_SAMPLES = 1 << 20,       // of a signal in a window
    WINDOW_MAX_AHEAD_SAMPLES = 1 << 20, // of all signals of windows that are read together
    WINDOW_AHEAD_SPANS = 64,
};

struct window_samples { // all-zero but `signals` to begin with
    struct signals *signals;
    struct sample *sample; // (n, cap)
    size_t n, cap, most;
    bool is_too_many, is_refused;          // refused: there were too many ahead
    const struct window_place *place;      // whose samples are there, NULL: nobody's
    maru_time from_us, until_us;           // the time that they are of
    size_t first[WINDOWS_MAX_SIGNALS + 1]; // signal i has those from first[i] to first[i + 1]
};

// Read for this window and those behind it that are due and follow it closely, where there are some.
//   errors  of the store
MARU_MUST_USE maru_status window_samples_ahead(struct window_samples *samples,
                                               const struct window_place *place, uint32_t n_signal,
                                               const struct window_span *span, maru_time now_us,
                                               maru_error *err);

// Are samples of this window there?
bool window_samples_cover(const struct window_samples *samples, const struct window_place *place,
                          const struct window_span *span);

// Those of one signal of the place in a window, and perhaps some around it; is_too_many: more than WINDOW_MAX_SAMPLES, and none is
// there.
//   memory  *out until the next call
MARU_MUST_USE maru_status window_samples_of(struct window_samples *samples,
                                            const struct window_place *place, uint32_t signal,
                                            const struct window_span *span,
                                            const struct sample **out, size_t *n, maru_error *err);

void window_samples_fini(struct window_samples *samples);

#endif
