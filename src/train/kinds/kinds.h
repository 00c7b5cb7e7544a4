// Kinds of models: what fits rows into bytes that learn/models/predictor.h answers from. Another kind is one file kind_NAME.c, a line in
// kinds.c and a line in the predictor.
#ifndef TRAIN_KINDS_H
#define TRAIN_KINDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "learn/models/fitted_model.h"
#include "train/trees/boosting.h"

enum { KIND_NAME_BYTES = 64 };

struct kind_task {
    uint8_t goal; // enum model_goal
    uint32_t n_class;
    const struct boosting_rows *rows;
    uint64_t seed;
    uint32_t n_thread; // bytes do not depend on it
    bool (*goes_on)(
        const void *context); // of kinds that fit for long; false: stop. NULL: nobody stops it
    const void *context;
};

struct kind_fitted {
    struct text bytes;  // of the predictor
    struct text source; // what explains its answers later
    double *
        gain; // (n_feature) what each feature is worth to it, at least 0; the caller's, NULL: not wanted
};

struct kind {
    const char *name;
    uint8_t predictor; // enum predictor_kind
    uint32_t n_try;    // settings that tuning tries, the plainest first
    // What a try is, in a few words.
    void (*describe)(uint32_t try, char out[KIND_NAME_BYTES]);
    // Fit. errors: of the library, MARU_E_STOPPED; *fitted is then undefined but still to be freed.
    maru_status (*fit)(const struct kind_task *task, uint32_t try, struct kind_fitted *fitted,
                       maru_error *err);
};

extern const struct kind kind_linear, kind_trees;

// The kind of a name, or NULL; the i-th, or NULL behind the last.
const struct kind *kind_find(const char *name);
const struct kind *kind_at(uint32_t i);

#endif
