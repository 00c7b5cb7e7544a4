// What answers a row of numbers, whichever kind of model it is: the sum of trees, or of weights. One enum, one line a kind.
#ifndef LEARN_PREDICTOR_H
#define LEARN_PREDICTOR_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "learn/models/onnx_columns.h"
#include "maru/status.h"

enum predictor_kind { PREDICTOR_TREES, PREDICTOR_LINEAR, N_PREDICTOR_KIND };

struct predictor;
struct linear_model;

struct predictor_shape {
    uint8_t kind, goal;          // enum predictor_kind, enum model_goal
    uint32_t n_feature, n_group; // columns of a row, values of an answer
};

// From the bytes that fitting made, which are the kind's own. Hostile bytes are refused.
//   errors  as forest_read
MARU_MUST_USE maru_status predictor_read(enum predictor_kind kind, const void *bytes, size_t n,
                                         struct predictor **out, maru_error *err);
MARU_MUST_USE maru_status predictor_write(const struct predictor *predictor, struct text *out,
                                          maru_error *err);
void predictor_free(struct predictor *predictor); // accepts NULL

struct predictor_shape predictor_shape_of(const struct predictor *predictor);

// The weights of a linear model; NULL for another kind.
//   memory  lasts as long as the predictor
const struct linear_model *predictor_linear(const struct predictor *predictor);

// Are these bytes of the fitting library the very model? Trees: XGBoost's JSON, whose trees are read and compared.
//   errors  MARU_E_INPUT: they are none, or of another model; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status predictor_is_of(const struct predictor *predictor, const void *source,
                                          size_t n, maru_error *err);

// What rows add up to: log odds for yes or no, a log weight for each class, a number.
//   in      x (n_row, n_feature), NaN: missing; scratch (predictor_scratch_bytes)
//   out     margin (n_row, n_group)
//   threads any number on one predictor, each with a scratch of its own
size_t predictor_scratch_bytes(const struct predictor *predictor);
void predictor_margins(const struct predictor *predictor, const float *x, size_t n_row,
                       void *scratch, float *margin);

// Log weights of classes become probabilities that add up to 1, in place.
//   in      margin (n), n at least 1
void predictor_soften(double *margin, uint32_t n);

// The model as ONNX, which works out the combinations of `columns` itself; NULL: there are none.
//   errors  what sticks to `out`
MARU_MUST_USE maru_status predictor_onnx(const struct predictor *predictor,
                                         const struct onnx_columns *columns, struct text *out,
                                         maru_error *err);

#endif
