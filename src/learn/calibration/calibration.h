// Of rows that were told 20 %, a fifth should come true. Calibration maps what a model answers to such probabilities, learned on rows
// that the model has not learned from.
#ifndef LEARN_CALIBRATION_H
#define LEARN_CALIBRATION_H

#include <stdint.h>

#include "base/arena.h"
#include "learn/share.h"

enum { CALIBRATION_ENOUGH_ROWS = 1000, CALIBRATION_ENOUGH_RARE = 100, RELIABILITY_MAX_BINS = 100 };

enum calibration_kind {
    CALIBRATION_BY_SIZE, // fit only: isotonic from ENOUGH_ROWS rows and ENOUGH_RARE of each class on, else Platt
    CALIBRATION_PLATT,    // 1 / (1 + exp(-(slope margin + offset)))
    CALIBRATION_ISOTONIC, // any rising curve, linear between knots
    CALIBRATION_CONSTANT, // one class alone was seen, or one margin: its smoothed share, and nothing else
    N_CALIBRATION_KIND
};

struct calibration {
    double slope, offset; // PLATT; slope is at least 0. CONSTANT: offset is the probability
    const double *margin, *probability; // (n_knot) ISOTONIC, both rising, margins strictly
    uint32_t n_knot;
    uint32_t n_row, n_yes; // learned from
    uint8_t kind;          // enum calibration_kind, never BY_SIZE
};

// Learn from margins (log odds, such as the sum of trees) beside what came true. Platt's targets are smoothed as if one more yes and one
// more no had been seen; a slope that would fall becomes a constant. Isotonic answers stay within 1 / (n + 2) of 0 and 1.
//   in      margin (n) finite, is_yes (n) 0 or 1, n at least 1
//   memory  knots and scratch from `arena`
//   errors  MARU_E_RANGE; what the arena says
//   cost    O(n log n)
//   source  J. C. Platt: Probabilistic outputs for support vector machines, 1999; H.-T. Lin, C.-J. Lin, R. C. Weng, Machine Learning 68
//           (2007) 267-276 (Newton); M. Ayer et al., Ann. Math. Stat. 26 (1955) 641-647 (isotonic); B. Zadrozny, C. Elkan, KDD 2002
MARU_MUST_USE maru_status calibration_fit(enum calibration_kind kind, const double *margin,
                                          const uint8_t *is_yes, uint32_t n, struct arena *arena,
                                          struct calibration *out, maru_error *err);

// Is it one that calibration_answer may be asked? For those that were kept as bytes.
MARU_MUST_USE maru_status calibration_check(const struct calibration *c, maru_error *err);

// The probability of yes, in [0, 1]; never falls where the margin rises. NaN for NaN.
double calibration_answer(const struct calibration *c, double margin);

// ---- how well probabilities are calibrated

struct reliability_bin {
    double low, high;       // smallest and largest probability in it
    double mean;            // of the probabilities
    struct share came_true; // with its interval
};

// Rows by rising probability in bins of about the same number, equal probabilities in one bin; bins without a row are left out.
//   in      p (n) in [0, 1], is_yes (n), n_bin 1 to RELIABILITY_MAX_BINS, level of the intervals
//   out     bin (n_bin), *n_used how many are filled
//   memory  scratch from `arena`
//   errors  MARU_E_RANGE, MARU_E_LIMIT; what the arena says
struct reliability_input {
    const double *p;       // (n)
    const uint8_t *is_yes; // (n)
    uint32_t n, n_bin;
    double level;
};
MARU_MUST_USE maru_status reliability_table(const struct reliability_input *input,
                                            struct arena *arena, struct reliability_bin *bin,
                                            uint32_t *n_used, maru_error *err);

// Expected calibration error: |mean probability - share that came true| of the bins, weighted by their rows. Well calibrated answers
// too have one above 0, about sqrt(2 p (1 - p) / (pi rows a bin)). NaN without bins.
//   source  M. P. Naeini, G. F. Cooper, M. Hauskrecht, AAAI 2015
double reliability_error(const struct reliability_bin *bin, uint32_t n);

#endif
