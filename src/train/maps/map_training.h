// From a table with a row for each die to a model that knows the pattern of a wafer map (map_model.h). A map's pattern is what its first row
// says; a quarter of the lots is set aside, and the model is tried on it once.
#ifndef TRAIN_MAP_TRAINING_H
#define TRAIN_MAP_TRAINING_H

#include "train/maps/map_model.h"

enum {
    MAP_LEAST_MAPS = 40,
    MAP_LEAST_OF_CLASS = 5, // maps of a pattern; those of a rarer one are left out
    MAP_ROUNDS = 1000,      // of resampling
    MAP_PARTS = 4,          // one of so many is set aside
};

struct map_training {
    const struct frame *frame;
    uint32_t column[N_MAP_COLUMN]; // of the frame; MAP_LOT may be UINT32_MAX
    uint64_t seed;
    uint32_t n_thread; // bytes do not depend on it
    uint32_t n_pass;   // of the net; 0: as usual
    const char *title, *version;
    bool (*progress)(void *context, double share,
                     const char *what); // false: stop; NULL: nobody looks
    void *context;
};

// Train. The same table and options give the same bytes.
//   out     bytes: as map_model_write makes them, appended
//   errors  of wafer_table_read and wafer_model_fit; MARU_E_INPUT: too few maps, or fewer than two patterns; MARU_E_STOPPED; MARU_E_LIMIT,
//           MARU_E_MEMORY
MARU_MUST_USE maru_status map_training_run(const struct map_training *input, struct text *bytes,
                                           maru_error *err);

#endif
