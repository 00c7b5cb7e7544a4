#include "wire/sparkplug/protobuf.h"

#include <string.h>

#include "base/status.h"

// A message is a row of fields, each a key (number << 3 | wire type, a varint) and its content:
//
//     varint    7 bits a byte, the low ones first, the high bit says that one more follows; 10 at most
//     fixed     4 or 8 bytes, little-endian
//     bytes     a varint with their number, then they: texts, messages, packed numbers
//
// The length of a message stands in front of it, and is known only behind it: protobuf_open leaves no
// room, protobuf_close moves the message up by the few bytes that its length needs.
//
// Source: Protocol Buffers, Encoding (protobuf.dev/programming-guides/encoding).

enum { KEY_BITS = 3, VARINT_BYTES = 10, NUMBER_MOST = (1 << 29) - 1 };

static maru_status wrong(const struct protobuf_reader *reader, const char *what, maru_error *err) {
    return fail_at(err, MARU_E_INPUT, NULL, 0, (uint32_t)(reader->origin + reader->at) + 1, "%s",
                   what);
}

static maru_status read_varint(struct protobuf_reader *reader, uint64_t *value, maru_error *err) {
    uint64_t sum = 0;
    for (size_t i = 0; i < VARINT_BYTES; i++) {
        if (reader->at == reader->n) {
            return wrong(reader, "the message ends inside a number", err);
        }
        const uint8_t byte = reader->bytes[reader->at];
        if (i == VARINT_BYTES - 1 && byte > 1) {
            break;
        }
        reader->at++;
        sum |= (uint64_t)(byte & 0x7F) << (7 * i);
        if (byte < 0x80) {
            *value = sum;
            return MARU_OK;
        }
    }
    return wrong(reader, "a number of more than 64 bits", err);
}

static maru_status read_fixed(struct protobuf_reader *reader, size_t n, uint64_t *value,
                              maru_error *err) {
    if (n > reader->n - reader->at) {
        return wrong(reader, "the message ends inside a number", err);
    }
    *value = 0;
    for (size_t i = 0; i < n; i++) {
        *value |= (uint64_t)reader->bytes[reader->at + i] << (8 * i);
    }
    reader->at += n;
    return MARU_OK;
}

static maru_status read_bytes(struct protobuf_reader *reader, struct protobuf_field *field,
                              maru_error *err) {
    uint64_t n = 0;
    const maru_status st = read_varint(reader, &n, err);
    if (st != MARU_OK) {
        return st;
    }
    if (n > reader->n - reader->at) {
        return wrong(reader, "a field is longer than what holds it", err);
    }
    field->bytes = reader->bytes + reader->at;
    field->n = (size_t)n;
    field->origin = reader->origin + reader->at;
    reader->at += field->n;
    return MARU_OK;
}

maru_status protobuf_next(struct protobuf_reader *reader, struct protobuf_field *field,
                          maru_error *err) {
    if (reader->at == reader->n) {
        return MARU_MORE;
    }
    uint64_t key = 0;
    maru_status st = read_varint(reader, &key, err);
    if (st != MARU_OK) {
        return st;
    }
    const uint64_t number = key >> KEY_BITS;
    if (number == 0 || number > NUMBER_MOST) {
        return wrong(reader, "a field with a number that cannot be", err);
    }
    struct protobuf_field found = {.number = (uint32_t)number,
                                   .wire = (uint8_t)(key & 7),
                                   .origin = reader->origin + reader->at};
    if (found.wire == PROTOBUF_VARINT) {
        st = read_varint(reader, &found.value, err);
    } else if (found.wire == PROTOBUF_FIXED64) {
        st = read_fixed(reader, 8, &found.value, err);
    } else if (found.wire == PROTOBUF_FIXED32) {
        st = read_fixed(reader, 4, &found.value, err);
    } else if (found.wire == PROTOBUF_BYTES) {
        st = read_bytes(reader, &found, err);
    } else {
        return wrong(reader, "a field of a kind that is not in use any more", err);
    }
    if (st == MARU_OK) {
        *field = found;
    }
    return st;
}

// ---- writing

static size_t put_varint(char bytes[VARINT_BYTES], uint64_t value) {
    size_t n = 0;
    while (value >= 0x80) {
        bytes[n++] = (char)(0x80 | (value & 0x7F));
        value >>= 7;
    }
    bytes[n++] = (char)value;
    return n;
}

void protobuf_add_varint(struct text *out, uint64_t value) {
    char bytes[VARINT_BYTES];
    text_add(out, bytes, put_varint(bytes, value));
}

static void add_key(struct text *out, uint32_t number, enum protobuf_wire wire) {
    protobuf_add_varint(out, (uint64_t)number << KEY_BITS | (uint64_t)wire);
}

void protobuf_add_number(struct text *out, uint32_t number, uint64_t value) {
    add_key(out, number, PROTOBUF_VARINT);
    protobuf_add_varint(out, value);
}

static void add_fixed(struct text *out, uint64_t bits, size_t n) {
    char bytes[8];
    for (size_t i = 0; i < n; i++) {
        bytes[i] = (char)(bits >> (8 * i) & 0xFF);
    }
    text_add(out, bytes, n);
}

void protobuf_add_fixed32(struct text *out, uint32_t number, uint32_t bits) {
    add_key(out, number, PROTOBUF_FIXED32);
    add_fixed(out, bits, 4);
}

void protobuf_add_fixed64(struct text *out, uint32_t number, uint64_t bits) {
    add_key(out, number, PROTOBUF_FIXED64);
    add_fixed(out, bits, 8);
}

void protobuf_add_bytes(struct text *out, uint32_t number, const void *bytes, size_t n) {
    add_key(out, number, PROTOBUF_BYTES);
    protobuf_add_varint(out, n);
    if (n > 0) {
        text_add(out, bytes, n);
    }
}

size_t protobuf_open(struct text *out, uint32_t number) {
    add_key(out, number, PROTOBUF_BYTES);
    return out->n_bytes;
}

void protobuf_close(struct text *out, size_t opened) {
    if (out->status != MARU_OK) {
        return;
    }
    const size_t n_message = out->n_bytes - opened;
    char length[VARINT_BYTES];
    const size_t n_length = put_varint(length, n_message);
    text_add(out, length, n_length); // makes the room
    if (out->status == MARU_OK) {
        memmove(out->bytes + opened + n_length, out->bytes + opened, n_message);
        memcpy(out->bytes + opened, length, n_length);
    }
}
