// The columns that an ONNX model asks: those that come in, and combinations of them, worked out by the graph itself.
#ifndef LEARN_ONNX_COLUMNS_H
#define LEARN_ONNX_COLUMNS_H

#include <stdint.h>

#include "base/text.h"
#include "learn/combinations/combinations.h"

struct onnx_columns {
    const struct combination *combination; // (n) of columns that come in
    uint32_t n;
};

// Declare the input `x`, float (rows, n_feature - n), and add what works out combinations.
//   in      n_feature: columns that the model asks; columns NULL: all of them come in
//   out     the name of the tensor (rows, n_feature), static
const char *onnx_add_columns(struct text *graph, const struct onnx_columns *columns,
                             uint32_t n_feature);

#endif
