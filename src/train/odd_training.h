// From a table to a model of its odd rows (learn/anomaly/odd_model.h): rows in the order of time, learned from the earlier three quarters,
// whose blocks judge each other; the later quarter says, once, how often good rows are called odd. A label is never an input.
#ifndef TRAIN_ODD_TRAINING_H
#define TRAIN_ODD_TRAINING_H

#include "base/text.h"
#include "learn/roles/roles.h"

enum { ODD_LEAST_ROWS = 60, ODD_PARTS = 4, ODD_ROUNDS = 500 };

struct odd_training {
    const struct frame *frame;
    const struct roles *roles; // inputs and tools are looked at; time orders the rows
    bool has_label;            // the roles' target says which rows are bad: told on the card alone
    double alpha;              // share of good rows that may be called odd
    uint64_t seed;
    const char *title, *version; // of the data, of the program
    bool (*progress)(void *context, double share,
                     const char *what); // false: stop; NULL: nobody looks
    void *context;
};

// Train. The same table and options give the same bytes.
//   out     bytes: as odd_model_write makes them, appended
//   errors  MARU_E_INPUT: fewer than ODD_LEAST_ROWS rows, nothing that moves; MARU_E_RANGE: an option; MARU_E_STOPPED; MARU_E_LIMIT,
//           MARU_E_MEMORY
//   cost    that of anomaly_fit, and one verdict a row
MARU_MUST_USE maru_status odd_training_run(const struct odd_training *input, struct text *bytes,
                                           maru_error *err);

#endif
