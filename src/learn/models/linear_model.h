// A linear model that answers: each column adds its weight times how far its value lies from the usual one.
//
// A value is first held between two bounds, so that one wild reading cannot decide; a missing one (NaN) adds what the model says for
// missing. A model is hostile input: what is read here is checked whole. It is fitted by train/linear/linear.h.
#ifndef LEARN_MODELS_LINEAR_MODEL_H
#define LEARN_MODELS_LINEAR_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"

enum {
    LINEAR_MAX_FEATURES = 1 << 16,
    LINEAR_MAX_CLASSES = 256,
    LINEAR_MAX_WEIGHTS = 1 << 24,
};

enum linear_goal {
    LINEAR_YES_NO, // a probability
    LINEAR_CLASS,  // a probability for each class
    LINEAR_NUMBER, // a number
    N_LINEAR_GOAL
};

struct linear_shape {
    enum linear_goal goal;
    uint32_t n_feature;
    uint32_t n_group; // values of an answer: classes, else 1
};

// What a model is made of. All finite; low <= high.
struct linear_draft {
    struct linear_shape shape;
    const float *low, *high; // (n_feature) the bounds of a value
    const float *center;     // (n_feature) the value that adds nothing
    const double *base;      // (n_group) where margins begin
    const double *weight;    // (n_group, n_feature)
    const double *missing;   // (n_group, n_feature) what a missing value adds
};

struct linear_model;

// A model of a draft, which is copied.
//   out     *out, to be freed with linear_model_free
//   errors  MARU_E_INPUT: it contradicts itself; MARU_E_LIMIT; MARU_E_MEMORY
MARU_MUST_USE maru_status linear_model_make(const struct linear_draft *draft,
                                            struct linear_model **out, maru_error *err);
void linear_model_free(struct linear_model *model); // accepts NULL

// Our own bytes: a header, the numbers, a digest. The same model gives the same bytes on every machine.
//   errors  linear_model_read: MARU_E_INPUT: no linear model, of another version, cut off, changed, or contradicting itself;
//           MARU_E_LIMIT; MARU_E_MEMORY. linear_model_write: what sticks to `out`
MARU_MUST_USE maru_status linear_model_read(const void *bytes, size_t n, struct linear_model **out,
                                            maru_error *err);
MARU_MUST_USE maru_status linear_model_write(const struct linear_model *model, struct text *out,
                                             maru_error *err);

// What it is made of.
//   memory  lasts as long as the model
const struct linear_draft *linear_model_draft(const struct linear_model *model);

// The digest of the model's bytes as 32 hex digits and a 0: which model has answered.
void linear_model_fingerprint(const struct linear_model *model, char out[33]);

// What the columns add up to.
//   in      x (n_row, n_feature), NaN: missing; infinite values are held between the bounds
//   out     margin (n_row, n_group)
//   cost    O(n_row x n_feature x n_group), no memory taken
//   threads any number on one model
void linear_model_margins(const struct linear_model *model, const float *x, size_t n_row,
                          double *margin);

// Make answers of margins, in place: probabilities that add up to 1, or numbers as they are.
//   in      value (n_row, n_group)
void linear_model_answers(const struct linear_model *model, size_t n_row, double *value);

// What each column adds to the margin of a group for one row; with the base they add up to it.
//   in      x (n_feature); group below n_group
//   out     added (n_feature)
void linear_model_why(const struct linear_model *model, const float *x, uint32_t group,
                      double *added);

#endif
