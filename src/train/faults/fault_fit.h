// Fits what knows process faults from samples of runs: the monitor from the normal ones, the trees from the faulty ones. Which rows are
// learned from is said; a table's roles, trials and words are fault_training's.
#ifndef TRAIN_FAULT_FIT_H
#define TRAIN_FAULT_FIT_H

#include "learn/faults/fault_model.h"
#include "train/faults/diagnosis.h"

enum {
    FAULT_FIT_LEAST_ROWS = 20,      // of a fault whose name is learnt
    DIAGNOSIS_MAX_VALUES = 1 << 26, // of features that names are learnt from; of more rows a part
};
#define FAULT_NORMAL 0U
#define FAULT_NOT_SAID UINT32_MAX

// Rows of one run follow each other.
struct fault_samples {
    const double *x;       // (n_row, n_column), NaN: missing
    const uint32_t *run;   // (n_row) rising
    const uint32_t *fault; // (n_row) FAULT_NORMAL, 1 .. n_fault, or FAULT_NOT_SAID
    uint32_t n_row, n_column, n_fault;
};

struct fault_fit_options {
    double alpha;                          // share of normal samples that may be alarms
    uint32_t window[TRAILING_MAX_WINDOWS]; // (n_window) rising
    uint32_t n_window;
    uint32_t n_fold; // that names are tried on; as far from what is learnt as the longest window is
    uint32_t every;  // row of a fault that is learned from; 1: all
    const uint8_t *is_used;  // (n_row) 0: not learned from; NULL: all are used
    const bool *is_left_out; // (n_fault + 1) faults that are not learned from; NULL: none
    struct diagnosis_options names;
};

// The monitor of the normal rows that are used.
//   memory  *out stands in `arena`
//   errors  MARU_E_INPUT: no normal row; of monitor_fit
//   cost    of monitor_fit
MARU_MUST_USE maru_status fault_fit_monitor(const struct fault_samples *samples,
                                            const struct fault_fit_options *options,
                                            struct arena *arena, struct monitor *out,
                                            maru_error *err);

// The trees of the faults of which FAULT_FIT_LEAST_ROWS rows are used. A fault with rows in two runs or more is held out by whole runs, another
// by blocks of its run.
//   in      monitor: of fault_fit_monitor
//   out     *out, freed with fault_trees_fini; all-zero where fewer than two faults have rows enough; class_fault (n_fault) the
//           fault of each class, from 1
//   errors  of diagnosis_fit; MARU_E_LIMIT, MARU_E_MEMORY
//   cost    (n_fold + 1) fits of trees
MARU_MUST_USE maru_status fault_fit_names(const struct fault_samples *samples,
                                          const struct fault_fit_options *options,
                                          const struct monitor *monitor, struct fault_trees *out,
                                          uint32_t *class_fault, maru_error *err);

#endif
