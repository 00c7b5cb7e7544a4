// From a table to a model: which rows and columns, which of them the model is tried on in the end, tuning on the others, calibration and
// intervals from rows that it had not seen, and a card that says how good it is.
//
//     frame, roles -> rows in order -> last part set aside -> recipe, tuning on folds of the rest -> fit -> calibration, intervals
//                                   -> that part, once -> figures with intervals -> fitted_model_write
#ifndef TRAIN_TRAINING_H
#define TRAIN_TRAINING_H

#include "learn/roles/roles.h"
#include "train/kinds/kinds.h"

enum {
    TRAINING_LEAST_ROWS = 40,
    TRAINING_LEAST_RARE = 8, // of the rarer class, or of each class
    TRAINING_FOLDS = 4,      // of tuning
    TRAINING_PARTS = 4,      // the model is tried on one of so many parts
    TRAINING_ROUNDS = 1000,  // of resampling
};

struct training_input {
    const struct frame *frame;
    const struct roles *roles;
    uint8_t goal; // enum model_goal; N_MODEL_GOAL: what the target asks for
    uint8_t
        split; // enum card_split; N_CARD_SPLIT: by time where it is known, else by lots, else as rows stand
    uint32_t
        group_column; // of the frame: units or lots that are never on both sides; UINT32_MAX: the roles' lot
    const struct kind *kind;            // NULL: all of them are tried
    double miss_cost, false_alarm_cost; // YES_NO
    double level;                       // of intervals, such as 0.8
    uint64_t seed;
    uint32_t n_thread; // bytes do not depend on it
    size_t cap_bytes;  // of memory of its own, without the fitting library's; 0: TRAINING_MAX_BYTES
    const char *title, *version; // of the data, of the program
    // false: stop; NULL: nobody looks. share NaN: there is nothing new, it is only asked whether to stop
    bool (*progress)(void *context, double share, const char *what);
    void *context;
};

// Options of a table about which nothing is said: 80 %, a miss costs ten false alarms.
struct training_input training_usual(const struct frame *frame, const struct roles *roles);

// Train. The same table and options give the same bytes.
//   out     bytes: the model as fitted_model_write makes it, appended
//   errors  MARU_E_INPUT: no target, one class alone, too few rows, nothing to learn from; MARU_E_RANGE: an option; MARU_E_LIMIT,
//           MARU_E_MEMORY; MARU_E_STOPPED
//   cost    TRAINING_FOLDS + 2 times the tries of each kind
MARU_MUST_USE maru_status training_run(const struct training_input *input, struct text *bytes,
                                       maru_error *err);

#endif
