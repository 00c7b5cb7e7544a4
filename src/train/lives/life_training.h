// From a table of units that ran until they failed to a model of remaining life that knows its columns.
#ifndef TRAIN_LIFE_TRAINING_H
#define TRAIN_LIFE_TRAINING_H

#include "learn/history/life_table.h"
#include "train/lives/unit_life.h"

struct life_training {
    const struct frame *frame;
    uint32_t unit, order; // columns of the frame
    const uint8_t *use;   // (n_column of the frame) enum life_use
    double cap, level;    // as life_options has them
    uint64_t seed;
    uint32_t n_thread;
    const char *title, *version;
    bool (*progress)(void *context, double share); // false: stop; NULL: nobody looks
    void *context;
};

enum life_use { LIFE_LEFT_OUT, LIFE_SIGNAL, LIFE_SETTING };

// Train. The last row of each unit is where its life ended. The same table and options give the same bytes.
//   out     bytes: as life_table_write makes them, appended
//   errors  of life_rows_make and life_fit; MARU_E_INPUT: no column of numbers is left; MARU_E_STOPPED
MARU_MUST_USE maru_status life_training_run(const struct life_training *input, struct text *bytes,
                                            maru_error *err);

#endif
