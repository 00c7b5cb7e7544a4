#include "learn/models/onnx_bytes.h"

#include <string.h>

#include "maru/status.h"

enum {
    MODEL_IR = 1,
    MODEL_PRODUCER = 2,
    MODEL_PRODUCER_VERSION = 3,
    MODEL_GRAPH = 7,
    MODEL_OPSET = 8,
    MODEL_METADATA = 14
};
enum { TENSOR_DIMS = 1, TENSOR_TYPE = 2, TENSOR_NAME = 8, TENSOR_RAW = 9 };
enum { SMALL_BYTES = 1 << 12 };

static void add_varint(struct text *out, uint64_t value) {
    char bytes[10];
    size_t n = 0;
    for (; value > 127; value >>= 7) {
        bytes[n++] = (char)(value | 128);
    }
    bytes[n++] = (char)value;
    text_add(out, bytes, n);
}

void onnx_add_integer(struct text *out, uint32_t field, uint64_t value) {
    add_varint(out, (uint64_t)field << 3);
    add_varint(out, value);
}

void onnx_add_bytes(struct text *out, uint32_t field, const char *bytes, size_t n) {
    add_varint(out, (uint64_t)field << 3 | 2);
    add_varint(out, n);
    text_add(out, n > 0 ? bytes : "", n);
}

void onnx_add_text(struct text *out, uint32_t field, const char *text) {
    onnx_add_bytes(out, field, text, strlen(text));
}

static void add_float(struct text *out, float value) {
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    const char bytes[4] = {(char)bits, (char)(bits >> 8), (char)(bits >> 16), (char)(bits >> 24)};
    text_add(out, bytes, sizeof bytes);
}

void onnx_add_real(struct text *out, uint32_t field, float value) {
    add_varint(out, (uint64_t)field << 3 | 5);
    add_float(out, value);
}

void onnx_add_message(struct text *out, uint32_t field, struct text *message) {
    if (message->status != MARU_OK && out->status == MARU_OK) {
        out->status = message->status;
    }
    onnx_add_bytes(out, field, message->bytes, message->n_bytes);
    text_clear(message);
}

void onnx_add_value(struct text *graph, uint32_t field, const char *name, uint32_t element,
                    uint32_t n) {
    struct text part, shape, type, value;
    text_init(&part, SMALL_BYTES);
    text_init(&shape, SMALL_BYTES);
    text_init(&type, SMALL_BYTES);
    text_init(&value, SMALL_BYTES);
    onnx_add_text(&part, 2, "rows");
    onnx_add_message(&shape, 1, &part);
    if (n > 0) {
        onnx_add_integer(&part, 1, n);
        onnx_add_message(&shape, 1, &part);
    }
    onnx_add_integer(&type, 1, element); // TypeProto.Tensor: elem_type, shape
    onnx_add_message(&type, 2, &shape);
    onnx_add_message(&part, 1, &type); // TypeProto: tensor_type
    onnx_add_text(&value, 1, name);    // ValueInfoProto: name, type
    onnx_add_message(&value, 2, &part);
    onnx_add_message(graph, field, &value);
    text_fini(&value);
    text_fini(&type);
    text_fini(&shape);
    text_fini(&part);
}

void onnx_add_constant(struct text *graph, const char *name, const float *value, uint32_t n_row,
                       uint32_t n_column) {
    struct text tensor, raw;
    text_init(&tensor, graph->max_bytes);
    text_init(&raw, graph->max_bytes);
    onnx_add_integer(&tensor, TENSOR_DIMS, n_row);
    onnx_add_integer(&tensor, TENSOR_DIMS, n_column);
    onnx_add_integer(&tensor, TENSOR_TYPE, ELEMENT_FLOAT);
    onnx_add_text(&tensor, TENSOR_NAME, name);
    for (size_t i = 0; i < (size_t)n_row * n_column; i++) {
        add_float(&raw, value[i]);
    }
    onnx_add_message(&tensor, TENSOR_RAW, &raw);
    onnx_add_message(graph, GRAPH_INITIALIZER, &tensor);
    text_fini(&raw);
    text_fini(&tensor);
}

void onnx_add_index(struct text *graph, const char *name, uint32_t value) {
    struct text tensor;
    char raw[8];
    text_init(&tensor, SMALL_BYTES);
    for (int i = 0; i < 8; i++) {
        raw[i] = i < 4 ? (char)(value >> (8 * i) & 255) : 0;
    }
    onnx_add_integer(&tensor, TENSOR_DIMS, 1);
    onnx_add_integer(&tensor, TENSOR_TYPE, ELEMENT_INT64);
    onnx_add_text(&tensor, TENSOR_NAME, name);
    onnx_add_bytes(&tensor, TENSOR_RAW, raw, sizeof raw);
    onnx_add_message(graph, GRAPH_INITIALIZER, &tensor);
    text_fini(&tensor);
}

void onnx_add_node(struct text *graph, const struct onnx_node *of) {
    struct text node, attribute;
    text_init(&node, SMALL_BYTES);
    text_init(&attribute, SMALL_BYTES);
    for (size_t i = 0; i < 3 && of->input[i]; i++) {
        onnx_add_text(&node, NODE_INPUT, of->input[i]);
    }
    onnx_add_text(&node, NODE_OUTPUT, of->output);
    onnx_add_text(&node, NODE_NAME, of->output);
    onnx_add_text(&node, NODE_OPERATOR, of->operator);
    for (size_t i = 0; i < 2 && of->attribute[i]; i++) {
        onnx_add_integer(&attribute, ATTRIBUTE_INTEGER, of->value[i]);
        onnx_add_text(&attribute, ATTRIBUTE_NAME, of->attribute[i]);
        onnx_add_integer(&attribute, ATTRIBUTE_TYPE, TYPE_INTEGER);
        onnx_add_message(&node, NODE_ATTRIBUTE, &attribute);
    }
    onnx_add_message(graph, GRAPH_NODE, &node);
    text_fini(&attribute);
    text_fini(&node);
}

static void add_opset(struct text *out, const char *domain, uint64_t version) {
    struct text opset;
    text_init(&opset, SMALL_BYTES);
    onnx_add_text(&opset, 1, domain);
    onnx_add_integer(&opset, 2, version);
    onnx_add_message(out, MODEL_OPSET, &opset);
    text_fini(&opset);
}

void onnx_add_model(struct text *out, struct text *graph, const char *fingerprint, bool has_ml) {
    struct text entry;
    text_init(&entry, SMALL_BYTES);
    onnx_add_integer(out, MODEL_IR, ONNX_IR);
    onnx_add_text(out, MODEL_PRODUCER, "maru");
    onnx_add_text(out, MODEL_PRODUCER_VERSION, maru_version());
    onnx_add_message(out, MODEL_GRAPH, graph);
    add_opset(out, "", ONNX_OPSET);
    if (has_ml) {
        add_opset(out, ONNX_DOMAIN_ML, ONNX_OPSET_ML);
    }
    onnx_add_text(&entry, 1, "maru.fingerprint");
    onnx_add_text(&entry, 2, fingerprint);
    onnx_add_message(out, MODEL_METADATA, &entry);
    text_fini(&entry);
}
