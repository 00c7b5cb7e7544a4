// A forest as an ONNX model, for programs that are not ours.
#ifndef LEARN_TREES_ONNX_H
#define LEARN_TREES_ONNX_H

#include "base/text.h"
#include "learn/models/onnx_columns.h"
#include "learn/trees/forest.h"
#include "maru/status.h"

// Append the model: input `x`, float (rows, n_feature), NaN where missing; without the combinations of `columns`, which may be NULL. For yes or no, and for classes: TreeEnsembleClassifier with
// the outputs `label`, int64 (rows), and `probabilities`, float (rows, classes; no and yes are two). For a number:
// TreeEnsembleRegressor with the output `value`, float (rows, 1).
//   errors  what sticks to `out`
//   source  ONNX IR specification, version 4; operators of ai.onnx.ml, version 1
MARU_MUST_USE maru_status onnx_write(const struct forest *forest,
                                     const struct onnx_columns *columns, struct text *out,
                                     maru_error *err);

#endif
