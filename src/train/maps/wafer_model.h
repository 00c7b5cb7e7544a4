// Which pattern a wafer map shows: trees on its features (learn/wafer/wafer_features.h) and a convolutional net on its picture, joined.
//
// Classes are the labels that the maps bring: a number for each kind of pattern, or bits of several at once; a set of bits that was never
// seen is never answered. The same maps, options and seed give the same bytes, on any number of threads.
#ifndef TRAIN_WAFER_MODEL_H
#define TRAIN_WAFER_MODEL_H

#include <stdint.h>

#include "base/text.h"
#include "learn/wafer/wafer_features.h"
#include "learn/wafer/wafer_map.h"
#include "maru/status.h"

enum {
    WAFER_SIDE = 48, // of the picture that the net sees
    WAFER_MAX_MAPS = 1000000,
    WAFER_MAX_LABEL = 255,
    WAFER_MAX_REASONS = 8,
};

struct wafer_fit_options {
    uint32_t n_pass; // of the net over the maps
    uint32_t
        most_of_class; // maps of a class that a pass of the net takes, drawn anew each time; 0: all
    uint32_t n_round;  // trees of each class
    uint32_t n_depth;  // of the trees
    uint32_t n_thread; // the model does not depend on it
    uint64_t seed;
    double
        net_share; // of the logarithms of the probabilities, 0 to 1; the rest is that of the trees
    double
        fairness; // 0: answers as often as classes are in the maps; 1: as if all were equally frequent. Macro F1 lies between
    // How far it is; false: stop. NULL: nobody looks.
    bool (*look)(void *context, const char *what, double share);
    void *context;
};

// Options that were chosen on folds of public maps: docs/MODELS.md.
struct wafer_fit_options wafer_fit_usual(void);

struct wafer_model;

// Fit.
//   in      map (n_map) with their labels, 0 to WAFER_MAX_LABEL; two labels or more
//   out     *out, to be freed with wafer_model_free
//   memory  while fitting: 6 kB a map
//   errors  MARU_E_RANGE: no map, one class alone, an option outside; MARU_E_LIMIT: above WAFER_MAX_MAPS; MARU_E_MEMORY
//   cost    10 ms a map and pass of one thread, and the trees
//   threads n_thread of its own
MARU_MUST_USE maru_status wafer_model_fit(const struct wafer_map *map, uint32_t n_map,
                                          const struct wafer_fit_options *options,
                                          struct wafer_model **out, maru_error *err);
void wafer_model_free(struct wafer_model *model); // accepts NULL

// Our own bytes: classes, trees, net, a digest.
//   errors  wafer_model_read: MARU_E_INPUT: no such model, of another version, cut off, changed or contradicting itself; MARU_E_LIMIT;
//           MARU_E_MEMORY. wafer_model_write: what sticks to `out`
MARU_MUST_USE maru_status wafer_model_write(const struct wafer_model *model, struct text *out,
                                            maru_error *err);
MARU_MUST_USE maru_status wafer_model_read(const void *bytes, size_t n, struct wafer_model **out,
                                           maru_error *err);

// Classes, and the label of each, growing.
uint32_t wafer_model_n_class(const struct wafer_model *model);
const uint32_t *wafer_model_labels(const struct wafer_model *model); // (n_class)

// Probability of each class for each map, after fairness: the largest is the answer.
//   out     probability (n_map x n_class)
//   errors  MARU_E_MEMORY
//   cost    some ms a map, of which the net's eight looks are most
//   threads n_thread of its own
MARU_MUST_USE maru_status wafer_model_answer(const struct wafer_model *model,
                                             const struct wafer_map *map, uint32_t n_map,
                                             uint32_t n_thread, float *probability,
                                             maru_error *err);

struct wafer_reason {
    uint32_t feature; // wafer_feature_name says which
    float value;      // of this map
    float usual;      // the mean of the maps that were learned from
    float
        weight; // how much of the trees' margin for the class it takes away to have the usual value instead
};

// What speaks most for a class in the trees' eyes, the strongest first.
//   in      at: the class, below n_class
//   out     reason (WAFER_MAX_REASONS), *n_reason of them, each with a weight above 0
//   errors  MARU_E_RANGE: no such class; MARU_E_MEMORY
//   cost    WAFER_N_FEATURE answers of the trees: some ms
MARU_MUST_USE maru_status wafer_model_reasons(const struct wafer_model *model,
                                              const struct wafer_map *map, uint32_t at,
                                              struct wafer_reason *reason, uint32_t *n_reason,
                                              maru_error *err);

#endif
