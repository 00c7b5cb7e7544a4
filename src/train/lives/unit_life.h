// Fit a model of remaining life to units that ran until they failed.
//
// Nothing is chosen on rows that were learned from: whole units are held out in turn, and cut at ages at which answers will be asked. What the
// held-out cuts say decides the shares of nets and trees and the width of intervals. Then all units are learned from. The same
// rows, options and seed give the same bytes.
#ifndef TRAIN_UNIT_LIFE_H
#define TRAIN_UNIT_LIFE_H

#include <stdint.h>

#include "base/text.h"
#include "learn/history/life_model.h"
#include "maru/status.h"

enum {
    LIFE_LEAST_UNITS = 4,
    LIFE_MAX_VALUES = 1 << 29, // features of all rows
    LIFE_MAX_FOLDS = 20,
    LIFE_MAX_AGES = 1000000,
};

struct life_options {
    double cap;   // longest life told apart, in the unit of order; 0: six tenths of the median life
    double level; // of intervals, in [0.5, 0.99]
    const uint32_t *age; // (n_age) rows that a unit has behind it when it is asked about; NULL: any
    uint32_t n_age;
    uint32_t n_fold;   // times that units are held out, 2 to LIFE_MAX_FOLDS
    uint32_t n_net;    // 1 to LIFE_MAX_NETS
    uint32_t n_round;  // of trees
    uint32_t n_epoch;  // of nets
    uint32_t n_thread; // of trees; the bytes do not depend on it
    uint64_t seed;
    bool (*progress)(void *context, double share); // false: stop; NULL: nobody looks
    void *context;
};

// Level 0.8, 4 folds, 5 nets of 15 passes, 250 rounds, one thread.
struct life_options life_usual(void);

// What the held-out cuts showed: root mean square errors of remaining life, both sides capped.
struct life_report {
    uint32_t n_unit, n_cut, n_signal, n_regime;
    double cap, tree_share;
    double rmse_nets, rmse_trees, rmse; // rmse: with shares as chosen
};

// Fit.
//   in      rows of units each of which ran until its last row, where its life ended; n_setting up to REGIMES_MAX_SETTINGS
//   out     the bytes that life_model_read takes, appended; report may be NULL
//   errors  MARU_E_RANGE: fewer than LIFE_LEAST_UNITS units, an option or a row outside; MARU_E_LIMIT; MARU_E_MEMORY; MARU_E_STOPPED
//   cost    (n_fold + 1) fits of nets and trees; 20 000 rows of 14 signals take about a minute
//   source  T. Wang, J. Yu, D. Siegel, J. Lee, PHM 2008 (regimes first, units held out); F. O. Heimes, PHM 2008 (the cap); J. Lei et al., JASA 113
//           (2018) 1094-1111, section 5.2 (width by level)
MARU_MUST_USE maru_status life_fit(const struct unit_rows *rows, const struct life_options *options,
                                   struct text *out, struct life_report *report, maru_error *err);

#endif
