// What the files of a training of process faults share.
#ifndef TRAIN_FAULT_INSIDE_H
#define TRAIN_FAULT_INSIDE_H

#include "train/faults/fault_fit.h"
#include "train/faults/fault_training.h"

enum fault_side { FAULT_TRAIN, FAULT_GAP, FAULT_TEST };

struct fault_work {
    const struct fault_training *in;
    struct arena *arena;
    struct fault_samples samples; // rows that say something, run by run, each in its order
    const char **name;  // (n_fault + 1) classes, the first is normal; "": no column says it
    uint8_t *side;      // (n_row) enum fault_side
    uint32_t *n_run_of; // (n_fault + 1) runs that have rows of a class
    struct fault_fit_options options;
    struct fault_told *told;  // (n_fault)
    struct fault_model model; // being put together; its arena is not used
};

// Progress, and whether to go on.
//   errors  MARU_E_STOPPED
MARU_MUST_USE maru_status fault_tell(const struct fault_work *w, double share, maru_error *err);
void fault_warn(struct fault_work *w, enum fault_warning warning);

// From the frame: samples, names, sides, windows.
//   errors  as fault_training_run
MARU_MUST_USE maru_status fault_find_rows(struct fault_work *w, maru_error *err);

// What rows set aside say: all figures, told and confusion of the model.
//   errors  of fault_fit_monitor, fault_fit_names; MARU_E_STOPPED
MARU_MUST_USE maru_status fault_try(struct fault_work *w, maru_error *err);

#endif
