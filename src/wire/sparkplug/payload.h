// A payload of Sparkplug B 3.0: bytes in, a tree of plain structs out, and back.
//
// MQTT hands over whole messages, so a payload is read whole. Bit n of `has` says that the field with
// number n was there; numbers are those of the specification. Fields that the specification does not
// know (extensions) are skipped.
#ifndef WIRE_SPARKPLUG_PAYLOAD_H
#define WIRE_SPARKPLUG_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "maru/status.h"

enum {
    PAYLOAD_MAX_BYTES = 8 << 20,
    PAYLOAD_MAX_METRICS = 200000,
    PAYLOAD_MAX_NAME_BYTES = 1024,
    PAYLOAD_MAX_UNIT_BYTES = 64,
    PAYLOAD_MAX_DEPTH = 24,
};

// Data types, with the numbers of the specification (clause 6.4.16).
enum payload_type {
    PAYLOAD_UNKNOWN,
    PAYLOAD_INT8,
    PAYLOAD_INT16,
    PAYLOAD_INT32,
    PAYLOAD_INT64,
    PAYLOAD_UINT8,
    PAYLOAD_UINT16,
    PAYLOAD_UINT32,
    PAYLOAD_UINT64,
    PAYLOAD_FLOAT,
    PAYLOAD_DOUBLE,
    PAYLOAD_BOOLEAN,
    PAYLOAD_STRING,
    PAYLOAD_DATE_TIME,
    PAYLOAD_TEXT,
    PAYLOAD_UUID,
    PAYLOAD_DATA_SET,
    PAYLOAD_BYTES,
    PAYLOAD_FILE,
    PAYLOAD_TEMPLATE,
    PAYLOAD_PROPERTY_SET,
    PAYLOAD_PROPERTY_SET_LIST,
    PAYLOAD_INT8_ARRAY,
    PAYLOAD_INT16_ARRAY,
    PAYLOAD_INT32_ARRAY,
    PAYLOAD_INT64_ARRAY,
    PAYLOAD_UINT8_ARRAY,
    PAYLOAD_UINT16_ARRAY,
    PAYLOAD_UINT32_ARRAY,
    PAYLOAD_UINT64_ARRAY,
    PAYLOAD_FLOAT_ARRAY,
    PAYLOAD_DOUBLE_ARRAY,
    PAYLOAD_BOOLEAN_ARRAY,
    PAYLOAD_STRING_ARRAY,
    PAYLOAD_DATE_TIME_ARRAY,
    N_PAYLOAD_TYPE,
};

// How a value came over the wire; what it means is the data type's to say.
enum payload_kind {
    PAYLOAD_HAS_NOTHING,
    PAYLOAD_HAS_INT,    // .number, 32 bits
    PAYLOAD_HAS_LONG,   // .number
    PAYLOAD_HAS_FLOAT,  // .single
    PAYLOAD_HAS_DOUBLE, // .real
    PAYLOAD_HAS_FLAG,   // .number, 0 or 1
    PAYLOAD_HAS_TEXT,   // .text, UTF-8
    PAYLOAD_HAS_BYTES,  // .text, any bytes
    PAYLOAD_HAS_DATA_SET,
    PAYLOAD_HAS_TEMPLATE,
    PAYLOAD_HAS_PROPERTIES,
    PAYLOAD_HAS_PROPERTIES_LIST,
};

struct payload_text {
    const char *bytes; // not 0-terminated
    uint32_t n;
};

struct payload_list {
    uint32_t n;
    const void *item; // (n) of the struct that stands behind the member
};

struct payload_value {
    uint8_t kind; // enum payload_kind
    union {
        uint64_t number;
        float single;
        double real;
        struct payload_text text;
        const struct payload_data_set *data_set;
        const struct payload_template *templ;
        const struct payload_properties *properties;
        const struct payload_properties_list *properties_list;
    };
};

struct payload_property {
    uint32_t has;
    uint32_t type;
    bool is_null;
    struct payload_value value;
};

struct payload_properties {
    uint32_t has;
    struct payload_list keys;   // struct payload_text
    struct payload_list values; // struct payload_property, as many as keys
};

struct payload_properties_list {
    uint32_t has;
    struct payload_list sets; // struct payload_properties
};

struct payload_metadata {
    uint32_t has;
    bool is_multi_part;
    struct payload_text content_type, file_name, file_type, md5, description;
    uint64_t size, seq;
};

struct payload_element {
    uint32_t has;
    struct payload_value value;
};

struct payload_row {
    uint32_t has;
    struct payload_list elements; // struct payload_element, as many as the data set has columns
};

struct payload_data_set {
    uint32_t has;
    uint64_t n_column;
    struct payload_list columns; // struct payload_text (n_column)
    struct payload_list types;   // uint32_t (n_column)
    struct payload_list rows;    // struct payload_row
};

struct payload_parameter {
    uint32_t has;
    uint32_t type;
    struct payload_text name;
    struct payload_value value;
};

struct payload_template {
    uint32_t has;
    bool is_definition;
    struct payload_text version, reference;
    struct payload_list metrics;    // struct payload_metric
    struct payload_list parameters; // struct payload_parameter
};

enum {
    PAYLOAD_METRIC_NAME = 1,
    PAYLOAD_METRIC_ALIAS = 2,
    PAYLOAD_METRIC_TIMESTAMP = 3,
    PAYLOAD_METRIC_TYPE = 4,
    PAYLOAD_METRIC_HISTORICAL = 5,
    PAYLOAD_METRIC_TRANSIENT = 6,
    PAYLOAD_METRIC_NULL = 7,
    PAYLOAD_METRIC_METADATA = 8,
    PAYLOAD_METRIC_PROPERTIES = 9,
};

struct payload_metric {
    uint32_t has;
    uint32_t type; // enum payload_type, or what else the sender wrote
    bool is_historical, is_transient, is_null;
    struct payload_text name;
    uint64_t alias;
    uint64_t timestamp_ms; // since 1970 UTC
    const struct payload_metadata *metadata;
    const struct payload_properties *properties;
    struct payload_value value;
};

enum {
    PAYLOAD_TIMESTAMP = 1,
    PAYLOAD_METRICS = 2,
    PAYLOAD_SEQ = 3,
    PAYLOAD_UUID_ID = 4,
    PAYLOAD_BODY = 5
};

struct payload {
    uint32_t has;
    uint64_t timestamp_ms; // since 1970 UTC
    uint64_t seq;
    struct payload_list metrics; // struct payload_metric
    struct payload_text uuid, body;
};

// Read one message.
//   out     *payload
//   memory  what it points to lies in the arena and in `bytes`
//   errors  MARU_E_INPUT with the byte, counted from 1, as column: what is no Sparkplug B, a field
//           given twice, text that is not UTF-8, properties or rows that do not fit their keys or columns.
//           MARU_E_LIMIT: bytes, metrics, a name, depth, or the arena's cap
//   cost    O(n)
maru_status payload_read(const void *bytes, size_t n, struct arena *arena, struct payload *payload,
                         maru_error *err);

// Append the payload as bytes to `out`; errors stick there. Reading it gives the same payload again.
//   in      fields that `has` does not name are left out; nested at most PAYLOAD_MAX_DEPTH deep
void payload_write(const struct payload *payload, struct text *out);

// The property with this key, or NULL.
const struct payload_property *payload_find_property(const struct payload_properties *properties,
                                                     const char *key);

// "Int8", "DataSet", ...: the specification's names; "Unknown" for other numbers.
//   memory  static
const char *payload_type_name(uint32_t type);

// Is it this text?
bool payload_text_is(struct payload_text text, const char *zero_terminated);

#endif
