// A model of wafer maps as it is kept: what tells the pattern of a map (wafer_model.h), together with the names of the columns of a table with
// a row for each die, the words of the patterns, and how good it was on lots that it had never seen.
#ifndef TRAIN_MAP_MODEL_H
#define TRAIN_MAP_MODEL_H

#include "learn/models/fitted_model.h"
#include "learn/wafer/wafer_table.h"
#include "train/maps/wafer_model.h"

enum {
    MAP_MAX_CLASSES = WAFER_MAX_LABEL + 1,
    MAP_MAX_WORD_BYTES = 200,
    MAP_MAX_BYTES = 1 << 30,
};

enum map_column { MAP_LOT, MAP_WAFER, MAP_X, MAP_Y, MAP_BIN, MAP_PATTERN, N_MAP_COLUMN };

struct map_figure {
    double value, low, high, constant; // 95 %, by lots; NaN: not known
};

struct map_class {
    const char *name;
    uint32_t n_train, n_test;
    struct map_figure f1; // on the maps set aside
};

struct map_model {
    struct arena arena;
    const char *column[N_MAP_COLUMN]; // names; MAP_LOT may be ""
    double good_bin;
    const struct map_class *class; // (n_class); the label of a class is its number
    uint32_t n_class;
    struct wafer_model *model;
    const char *title, *version; // of the data, of the program
    char data[33], fingerprint[33];
    uint64_t seed;
    uint32_t n_map, n_train, n_test,
        n_lot;                  // all with a pattern; learned from; tried on; lots of all
    uint32_t n_unknown, n_rare; // maps without a pattern, of one that is too rare
    uint8_t split;              // CARD_SPLIT_GROUP or CARD_SPLIT_RANDOM
    uint32_t warnings;          // bit of each enum card_warning
    struct map_figure accuracy, macro_f1;
};

// Bytes: "MARUMAPS", version, names, figures, the model's bytes, digest.
//   in      model (n_model): as wafer_model_write made it; map->model is not looked at
//   errors  what sticks to `out`
MARU_MUST_USE maru_status map_model_write(const struct map_model *map, const void *model,
                                          size_t n_model, struct text *out, maru_error *err);

// Do the bytes begin like those of such a model?
bool map_model_is(const void *bytes, size_t n);

//   memory  map_model_fini
//   errors  MARU_E_INPUT: none, of another version, cut off, changed, or contradicting itself; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status map_model_read(const void *bytes, size_t n, struct map_model *out,
                                         maru_error *err);
void map_model_fini(struct map_model *map); // accepts an all-zero one

// The columns of a table that say where a die lies and what it is, by the names that they usually have in Korean and English.
//   out     column (N_MAP_COLUMN), UINT32_MAX: no such column
void map_columns_find(const struct frame *frame, uint32_t column[N_MAP_COLUMN]);

// The bin of a good die: 1; where bins are 0 and 1 alone, the one that more dies have; ignored where bins are words.
double map_good_bin(const struct frame *frame, uint32_t bin);

#endif
