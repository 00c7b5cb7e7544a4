// A linear model as ONNX, for programs that are not ours.
#ifndef LEARN_ONNX_LINEAR_H
#define LEARN_ONNX_LINEAR_H

#include "base/text.h"
#include "learn/models/linear_model.h"
#include "learn/models/onnx_columns.h"

// Append the model, of operators of opset 9 alone: input `x`, float (rows, n_feature), NaN where missing. For yes or no, and for classes:
// the outputs `label`, int64 (rows), and `probabilities`, float (rows, classes; no and yes are two). For a number: `value`, float
// (rows, 1).
//   errors  what sticks to `out`; MARU_E_MEMORY
MARU_MUST_USE maru_status onnx_write_linear(const struct linear_model *model,
                                            const struct onnx_columns *columns, struct text *out,
                                            maru_error *err);

#endif
