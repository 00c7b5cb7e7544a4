// ONNX is Protocol Buffers: what writers of models share. What a message holds is written into a text of its own first, since its length
// stands before it.
#ifndef LEARN_ONNX_BYTES_H
#define LEARN_ONNX_BYTES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum { ONNX_IR = 4, ONNX_OPSET = 9, ONNX_OPSET_ML = 1 };
#define ONNX_DOMAIN_ML "ai.onnx.ml"

// Field numbers of onnx-ml.proto, IR version 4.
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum {
    NODE_INPUT = 1,
    NODE_OUTPUT = 2,
    NODE_NAME = 3,
    NODE_OPERATOR = 4,
    NODE_ATTRIBUTE = 5,
    NODE_DOMAIN = 7
};
enum {
    ATTRIBUTE_NAME = 1,
    ATTRIBUTE_INTEGER = 3,
    ATTRIBUTE_TEXT = 4,
    ATTRIBUTE_REALS = 7,
    ATTRIBUTE_INTEGERS = 8,
    ATTRIBUTE_TEXTS = 9,
    ATTRIBUTE_TYPE = 20
};
enum { TYPE_INTEGER = 2, TYPE_TEXT = 3, TYPE_REALS = 6, TYPE_INTEGERS = 7, TYPE_TEXTS = 8 };
enum { ELEMENT_FLOAT = 1, ELEMENT_INT64 = 7 };

void onnx_add_integer(struct text *out, uint32_t field, uint64_t value);
void onnx_add_bytes(struct text *out, uint32_t field, const char *bytes, size_t n);
void onnx_add_text(struct text *out, uint32_t field, const char *text);
void onnx_add_real(struct text *out, uint32_t field, float value);

// A message into another, and the room of it for the next one.
void onnx_add_message(struct text *out, uint32_t field, struct text *message);

// An input or output of a graph: a tensor (rows, n), or with n = 0 (rows).
void onnx_add_value(struct text *graph, uint32_t field, const char *name, uint32_t element,
                    uint32_t n);

// Constants of a graph: floats (n_row, n_column).
void onnx_add_constant(struct text *graph, const char *name, const float *value, uint32_t n_row,
                       uint32_t n_column);

// A constant of one whole number, for Gather.
void onnx_add_index(struct text *graph, const char *name, uint32_t value);

// A node of ai.onnx with one output and some whole numbers as attributes.
struct onnx_node {
    const char *operator, * input[3], *output; // inputs up to the first NULL
    const char *attribute[2];                  // NULL: none
    uint64_t value[2];
};
void onnx_add_node(struct text *graph, const struct onnx_node *node);

// The whole: versions, the graph (which is cleared), the fingerprint of the model; has_ml: it has operators of ai.onnx.ml.
void onnx_add_model(struct text *out, struct text *graph, const char *fingerprint, bool has_ml);

#endif
