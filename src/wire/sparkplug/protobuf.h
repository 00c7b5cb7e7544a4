// The wire format of Protocol Buffers: fields in, fields out, and nothing of what they mean.
#ifndef WIRE_SPARKPLUG_PROTOBUF_H
#define WIRE_SPARKPLUG_PROTOBUF_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"

enum protobuf_wire {
    PROTOBUF_VARINT = 0,
    PROTOBUF_FIXED64 = 1,
    PROTOBUF_BYTES = 2,
    PROTOBUF_FIXED32 = 5,
};

struct protobuf_reader {
    const uint8_t *bytes;
    size_t n, at;
    size_t origin; // where `bytes` lies in the whole message, for the place of an error
};

struct protobuf_field {
    uint32_t number;      // 1 to 2^29 - 1
    uint8_t wire;         // enum protobuf_wire
    uint64_t value;       // of a number
    const uint8_t *bytes; // of PROTOBUF_BYTES
    size_t n;
    size_t origin; // where `bytes`, or the number, lies in the whole message
};

// Reads the next field of the message that the reader stands on.
//   out     *field; its bytes lie in the input
//   errors  MARU_MORE at the end of the message; MARU_E_INPUT with the byte, counted from 1, as column:
//           cut off, a number of more than 64 bits, field number 0, groups (gone since proto3)
maru_status protobuf_next(struct protobuf_reader *reader, struct protobuf_field *field,
                          maru_error *err);

// Append to `out`: a number as a varint, and one field each. Errors stick to the text.
void protobuf_add_varint(struct text *out, uint64_t value);
void protobuf_add_number(struct text *out, uint32_t number, uint64_t value);
void protobuf_add_fixed32(struct text *out, uint32_t number, uint32_t bits);
void protobuf_add_fixed64(struct text *out, uint32_t number, uint64_t bits);
void protobuf_add_bytes(struct text *out, uint32_t number, const void *bytes, size_t n);

// A field that holds a message: open it, write the message, close it with what open gave.
size_t protobuf_open(struct text *out, uint32_t number);
void protobuf_close(struct text *out, size_t opened);

#endif
