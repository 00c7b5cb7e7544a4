// What the last samples of several signals looked like, in a few numbers: samples in, one after the other, and after each of them its
// features. A window is short for what happens fast and long for what only shows in many samples, so there may be several.
//
// Features of a column stand together: its value, then level, slope and spread of each window. A window that is longer than what has
// come so far is what has come so far. A table and live samples get the same numbers, bit for bit: both come through trailing_step.
#ifndef LEARN_TRAILING_H
#define LEARN_TRAILING_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum {
    TRAILING_MAX_COLUMNS = 4096,
    TRAILING_MAX_WINDOWS = 4,
    TRAILING_MAX_LENGTH = 4096, // samples of a window
    TRAILING_MAX_FEATURES = 16384,
};

enum trailing_kind {
    TRAILING_LEVEL,  // mean of the window's values
    TRAILING_SLOPE,  // per sample, least squares; NaN below TRAILING_LEAST values
    TRAILING_SPREAD, // standard deviation around that line; NaN below TRAILING_LEAST values
    N_TRAILING_KIND
};
enum { TRAILING_LEAST = 3 };

struct trailing_options {
    uint32_t n_column, n_window;
    uint32_t window[TRAILING_MAX_WINDOWS]; // samples, 2 or more
};

struct trailing {
    struct trailing_options options;
    uint32_t n_feature; // n_column * (1 + N_TRAILING_KIND * n_window)
    uint32_t n_kept;    // the longest window
    uint64_t n_sample;  // since the start
    double *past;       // (n_kept, n_column), a ring
};

// Begin to look.
//   memory  from `arena`, until that is reset
//   errors  MARU_E_RANGE: no column, a window too short; MARU_E_LIMIT; what the arena says
MARU_MUST_USE maru_status trailing_init(const struct trailing_options *options, struct arena *arena,
                                        struct trailing *out, maru_error *err);

// Forget what has come: another run begins, or there was a gap.
void trailing_start(struct trailing *trailing);

// Take the next sample and tell its features.
//   in      sample (n_column); what is not finite is missing and is left out of its windows
//   out     feature (n_feature), NaN where there are too few values
//   cost    O(n_column * sum of the windows)
void trailing_step(struct trailing *trailing, const double *sample, float *feature);

struct trailing_place {
    uint32_t column;
    uint32_t window; // of the options; n_window: the value itself
    enum trailing_kind kind;
};

// What a feature is of, feature below n_feature.
struct trailing_place trailing_place_of(const struct trailing *trailing, uint32_t feature);

#endif
