// Intervals that stay honest while the world drifts. Of the scores of late (how far off the model was) a quantile is the next width; which
// one is learned on the way: every miss makes the next intervals wider, every hit a little narrower. Several learners do so at
// different speeds, and those that were right lately are listened to most.
//
// For one width on both sides a score is |truth - answer| (over a scale, where there is one). For sides of their own keep two states, each
// with half of what may be missed: scores low - truth and truth - high.
#ifndef LEARN_ADAPTIVE_H
#define LEARN_ADAPTIVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"

enum {
    ADAPTIVE_MAX_WINDOW = 2000,
    ADAPTIVE_LEAST_WINDOW = 20,
    ADAPTIVE_N_EXPERT = 8,
};

struct adaptive_options {
    double level;    // such as 0.8; in [0.5, 0.99]
    uint32_t window; // scores kept, ADAPTIVE_LEAST_WINDOW to ADAPTIVE_MAX_WINDOW; 200 is usual
    // 0: several speeds at once (DtACI); above 0, up to 1: this one alone (ACI), such as 0.02
    double speed;
};

// No pointers: a state can be copied. Fields are read by others, written here alone.
struct adaptive {
    double level, speed;
    uint32_t window, n, next; // n of the window are filled; the next one goes to `next`
    uint32_t n_expert;
    uint64_t n_step, n_hit; // scores since the start, those within the width that stood before them
    double miss[ADAPTIVE_N_EXPERT];     // what each expert lets miss now (alpha)
    double weight[ADAPTIVE_N_EXPERT];   // sum 1
    double recent[ADAPTIVE_MAX_WINDOW]; // (window) a ring
    double sorted[ADAPTIVE_MAX_WINDOW]; // (n) the same, rising
};

// A state without scores, or with those of rows that the model has not learned from, oldest first: only the last `window` are kept, and
// none of them counts as a step.
//   in      score (n) finite; n may be 0
//   errors  MARU_E_RANGE
MARU_MUST_USE maru_status adaptive_init(struct adaptive *state,
                                        const struct adaptive_options *options, const double *score,
                                        uint32_t n, maru_error *err);

// What the next score is at most, with probability `level`. +infinity: too few scores, or so many misses lately that nothing
// seen is wide enough.
double adaptive_width(const struct adaptive *state);

// Learn from the score that came. Until ADAPTIVE_LEAST_WINDOW are there, scores are kept and are no steps.
//   errors  MARU_E_RANGE: not finite; the state is as before
//   cost    O(window)
//   source  I. Gibbs, E. J. Candes: Adaptive conformal inference under distribution shift, NeurIPS 2021 (ACI); Conformal inference for
//           online prediction with arbitrary distribution shifts, 2022, arXiv:2208.08401 (DtACI, with the mean of the experts by weight
//           in place of one of them by lot, so that the same scores give the same widths)
MARU_MUST_USE maru_status adaptive_step(struct adaptive *state, double score, maru_error *err);

// The state as bytes, the same on every machine: `MARUADPT`, version, numbers low byte first, digest.
MARU_MUST_USE maru_status adaptive_write(const struct adaptive *state, struct text *out,
                                         maru_error *err);

// Read it back: what goes on is what would have gone on.
//   errors  MARU_E_INPUT: no state, of another version, cut off, too long, changed, or contradicting itself; *state is then undefined
MARU_MUST_USE maru_status adaptive_read(const void *bytes, size_t n, struct adaptive *state,
                                        maru_error *err);

#endif
