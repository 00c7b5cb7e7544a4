// How good answers of yes or no are: by their order (AUC, average precision), as probabilities (log loss, Brier), and once a threshold
// makes decisions of them (recall, precision, F1). Numbers and classes: number_measures.h, class_measures.h; how sure a measure is:
// bootstrap.h.
#ifndef LEARN_MEASURES_H
#define LEARN_MEASURES_H

#include <stdint.h>

#include "base/arena.h"

// Answers beside what was true.
struct scored {
    const double *score;   // (n) higher: rather yes; a probability where a measure asks for one
    const uint8_t *is_yes; // (n) 0 or 1
    const uint32_t *order; // (n) rows by falling score, equal ones next to each other
    uint32_t n;
};

// Check the rows and put them in order, once for all measures below.
//   in      score (n), is_yes (n), kept by reference; n may be 0
//   memory  order, from `arena`
//   errors  MARU_E_RANGE: a score is NaN, a truth is neither 0 nor 1; what the arena says
//   cost    O(n log n); each measure below is O(n)
MARU_MUST_USE maru_status scored_init(const double *score, const uint8_t *is_yes, uint32_t n,
                                      struct arena *arena, struct scored *out, maru_error *err);

// All measures take `count` (n): how often a row counts, NULL for once each. So resampled rows need no copies. A measure is NaN where
// it has no meaning: no row, one class alone where it compares two.

// Probability that a row of yes has a higher score than a row of no; ties count half.
//   source  J. A. Hanley, B. J. McNeil, Radiology 143 (1982) 29-36 (Mann and Whitney's U over its largest value)
double measure_auc(const struct scored *s, const uint32_t *count);

// Precision averaged over the rows of yes, each at the threshold that just takes it in, without interpolation; equal scores are taken
// in together. Answers by chance get the share of yes. NaN without a yes.
double measure_average_precision(const struct scored *s, const uint32_t *count);

// Mean of -ln(probability of what was true), of probabilities kept within 1e-15 of 0 and 1. NaN where a score is no probability.
double measure_log_loss(const struct scored *s, const uint32_t *count);

// Mean of (probability - truth)^2. NaN where a score is no probability.
//   source  G. W. Brier, Monthly Weather Review 78 (1950) 1-3
double measure_brier(const struct scored *s, const uint32_t *count);

// What an alarm where score >= threshold gets right.
struct decided {
    // true and false positives, false and true negatives
    uint64_t hits, false_alarms, misses, quiet;
    double precision;         // of the alarms, those that are right; NaN without alarms
    double recall;            // of the rows of yes, those found; NaN without any
    double specificity;       // of the rows of no, those left alone; NaN without any
    double f1;                // NaN where nothing is yes and nothing is an alarm
    double balanced_accuracy; // mean of recall and specificity
    double accuracy;
};
struct decided measure_decided(const struct scored *s, const uint32_t *count, double threshold);

// The largest F1 of any threshold, and (where not NULL) that threshold, which is a score, the highest one among equals. On the rows it was chosen
// on it flatters: choose on validation rows, then judge with measure_decided on others.
double measure_best_f1(const struct scored *s, const uint32_t *count, double *threshold);

#endif
