// From a table of lives to a model of how long units live (learn/survival/survival_model.h). A life is a row: an age, whether it failed
// then or was still running, and what was known of the unit. Where a column of units repeats, a unit's rows are one life: it ended at its
// greatest age, and what was known is what its first row said.
//
// What the columns are worth is found on lives held out (four parts): the model goes by them only where they surely tell which unit fails first.
#ifndef TRAIN_SURVIVAL_TRAINING_H
#define TRAIN_SURVIVAL_TRAINING_H

#include "base/text.h"
#include "signal/frame.h"

enum {
    SURVIVAL_LEAST_LIVES = 10,
    SURVIVAL_MAX_LIVES = 1000000,
    SURVIVAL_FOLDS = 4,
    SURVIVAL_ROUNDS = 200, // of resampling
};

struct survival_training {
    const struct frame *frame;
    uint32_t age;  // column of numbers
    uint32_t unit; // UINT32_MAX: each row is a life
    // (n_row) 1 failed at its age, 0 was still running, NaN: not known; NULL: all failed
    const double *failed;
    const char *ended;      // the column that said so, "": none
    const uint32_t *column; // (n_column) of numbers and words that were known beforehand
    uint32_t n_column;
    double cost_planned, cost_failure;
    double level;   // of intervals of remaining life, such as 0.8
    double horizon; // how far ahead failures are told; 0: a quarter of the median life
    uint64_t seed;
    const char *title, *version; // of the data, of the program
    bool (*progress)(void *context, double share,
                     const char *what); // false: stop; NULL: nobody looks
    void *context;
};

// Train. The same table and options give the same bytes.
//   out     bytes: as survival_model_write makes them, appended
//   errors  MARU_E_INPUT: ages that are no numbers, fewer than SURVIVAL_LEAST_LIVES lives, fewer than two ages of failures; MARU_E_RANGE: an
//           option; MARU_E_STOPPED; MARU_E_LIMIT, MARU_E_MEMORY
//   cost    SURVIVAL_FOLDS + 3 fits of Cox's regression
//   source  proportional hazards under Weibull lives are accelerated clocks: J. D. Kalbfleisch, R. L. Prentice: The Statistical Analysis of
//           Failure Time Data, 2nd ed. 2002, 2.3.3
MARU_MUST_USE maru_status survival_training_run(const struct survival_training *input,
                                                struct text *bytes, maru_error *err);

#endif
