// Integers into few bytes and back: differences of order 0, 1 or 2, bit-packed, with the odd ones kept apart.
#ifndef SIGNAL_PACKING_H
#define SIGNAL_PACKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum { PACKING_MAX_VALUES = 4096 };

// Bytes that n packed values need at most.
size_t packing_bound(size_t n);

// Pack n <= PACKING_MAX_VALUES values, in whichever way is shortest.
//   out   at least packing_bound(n) bytes
//   cost  about 15 ns a value
size_t packing_write(uint8_t *out, const int64_t *value, size_t n);

// A place in bytes that are read; `at` never passes `end`.
struct packed_bytes {
    const uint8_t *at, *end;
};
// Those of a text, which may be empty.
static inline struct packed_bytes packed_text(const struct text *text) {
    const uint8_t *bytes = (const uint8_t *)text->bytes;
    return (struct packed_bytes){bytes, bytes ? bytes + text->n_bytes : NULL};
}

// Read n values back; the bytes may be anything.
//   out     value (n), touched also when it fails
//   errors  false: they are not what packing_write gives for n values
bool packing_read(struct packed_bytes *from, int64_t *value, size_t n);

// An unsigned number in 1 to 10 bytes, 7 bits each, lowest first.
size_t varint_write(uint8_t *out, uint64_t value);
bool varint_read(struct packed_bytes *from, uint64_t *value);
// The same for one that may be below 0 (0, -1, 1, -2, ...).
size_t svarint_write(uint8_t *out, int64_t value);
bool svarint_read(struct packed_bytes *from, int64_t *value);

#endif
