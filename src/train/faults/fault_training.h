// From a table to a model of process faults (learn/faults/fault_model.h): the monitor from rows that are normal, the names from rows that say
// which fault they are. What it is worth is found on rows set aside: whole runs where there are several, else the last quarter of a run; then the
// model that is kept learns from all rows.
#ifndef TRAIN_FAULT_TRAINING_H
#define TRAIN_FAULT_TRAINING_H

#include "base/text.h"
#include "signal/frame.h"

enum { FAULT_LEAST_NORMAL = 60, FAULT_PARTS = 4, FAULT_FOLDS = 5, FAULT_ROUNDS = 500 };

struct fault_training {
    const struct frame *frame;
    const uint32_t *column; // (n_column) of numbers that are watched
    uint32_t n_column;
    uint32_t
        target; // column of words or numbers that says the fault; UINT32_MAX: every row is normal
    uint32_t
        unit; // column of runs, units or tools, whose rows follow each other; UINT32_MAX: one run
    uint32_t
        order; // column of numbers or times that orders the rows of a run; UINT32_MAX: as they stand
    const char
        *normal;  // the target's word or number for no fault; NULL: a word that means it, or 0
    double alpha; // share of normal rows that may be alarms
    uint64_t seed;
    uint32_t n_round;            // trees of each fault; 0: the usual number
    uint32_t n_thread;           // the bytes do not depend on it
    const char *title, *version; // of the data, of the program
    bool (*progress)(void *context, double share,
                     const char *what); // false: stop; NULL: nobody looks
    void *context;
};

// Train. The same table and options give the same bytes. A row that says neither normal nor a fault, is of no run, or has no time is left out.
//   out     bytes: as fault_model_write makes them, appended
//   errors  MARU_E_INPUT: fewer than FAULT_LEAST_NORMAL normal rows, no word that means normal, nothing that moves, a column of a kind
//           that says nothing; MARU_E_RANGE: an option; MARU_E_STOPPED; MARU_E_LIMIT: columns, faults; MARU_E_MEMORY
//   cost    two of monitor_fit, up to 4 FAULT_FOLDS fits of trees
MARU_MUST_USE maru_status fault_training_run(const struct fault_training *input, struct text *bytes,
                                             maru_error *err);

#endif
