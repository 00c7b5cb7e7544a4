// A forest of decision trees that answers: read from the bytes of a fitted model, frozen, asked row by row or in batches.
//
// Answers are those of XGBoost: a row goes left where value < threshold, a missing value (NaN) goes the way that its node says, and
// leaves are added in single precision in the order of the trees. A model is hostile input: what is read here is checked whole.
#ifndef LEARN_TREES_FOREST_H
#define LEARN_TREES_FOREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"

enum {
    FOREST_MAX_TREES = 1 << 20,
    FOREST_MAX_NODES = 1 << 24,
    FOREST_MAX_FEATURES = 1 << 16,
    FOREST_MAX_CLASSES = 256,
    FOREST_MAX_DEPTH = 64,
    FOREST_MAX_BYTES = 1 << 30,
};

enum forest_goal {
    FOREST_YES_NO, // a probability
    FOREST_CLASS,  // a probability for each class
    FOREST_NUMBER, // a number
    N_FOREST_GOAL
};

struct forest_shape {
    enum forest_goal goal;
    uint32_t n_tree, n_node, n_feature;
    uint32_t n_group; // values of an answer: classes, else 1
    uint32_t n_depth; // of the deepest tree
    float base;       // where margins begin
};

struct forest;

// Read a model as XGBoost saves it (JSON, as of 1.7): gbtree with numeric features, for the objectives binary:logistic,
// multi:softprob, multi:softmax and reg:squarederror.
//   out     *out, to be freed with forest_free
//   errors  MARU_E_INPUT with the byte, counted from 1, as column where one place is at fault; MARU_E_LIMIT; MARU_E_MEMORY
//   cost    O(n)
MARU_MUST_USE maru_status forest_read_xgboost(const char *bytes, size_t n, struct forest **out,
                                              maru_error *err);

// Our own bytes: a header, the trees, a digest. The same forest gives the same bytes on every machine.
//   errors  forest_read: MARU_E_INPUT: no forest, of another version, cut off, changed, or contradicting itself; MARU_E_LIMIT;
//           MARU_E_MEMORY. forest_write: what sticks to `out`
MARU_MUST_USE maru_status forest_read(const void *bytes, size_t n, struct forest **out,
                                      maru_error *err);
MARU_MUST_USE maru_status forest_write(const struct forest *forest, struct text *out,
                                       maru_error *err);
void forest_free(struct forest *forest); // accepts NULL

struct forest_shape forest_shape_of(const struct forest *forest);

// The digest of the forest's bytes as 32 hex digits and a 0: which model has answered.
void forest_fingerprint(const struct forest *forest, char out[33]);

// Bytes that a question needs as its scratch: one for each thread, aligned for a double, kept between questions.
size_t forest_scratch_bytes(const struct forest *forest);

// What the trees add up to for one row.
//   in      x (n_feature), NaN: missing; infinite values are values
//   out     margin (n_group)
//   cost    O(trees x depth), no memory taken; 300 trees of depth 6 in about 3 us
//   threads any number on one forest, each with a scratch of its own
void forest_margin(const struct forest *forest, const float *x, void *scratch, float *margin);

// The same for many rows: x (n_row, n_feature), margin (n_row, n_group). Each row's bits are those of forest_margin.
void forest_margins(const struct forest *forest, const float *x, size_t n_row, void *scratch,
                    float *margin);

// Make answers of margins, in place: probabilities that add up to 1, or numbers as they are.
//   in      value (n_row, n_group)
void forest_answers(const struct forest *forest, size_t n_row, float *value);

// Does this machine have wide instructions (AVX2), so that forest_margins uses them? forest_forgo_wide: not any more, for tests and
// benchmarks.
bool forest_is_wide(const struct forest *forest);
void forest_forgo_wide(struct forest *forest);

#endif
