// Doubles into few bytes and back, lossless.
#ifndef SIGNAL_DECIMALS_H
#define SIGNAL_DECIMALS_H

#include "signal/packing.h"

// Bytes that n doubles need at most.
size_t decimals_bound(size_t n);

// Pack the bits of n <= PACKING_MAX_VALUES doubles.
//   out   at least decimals_bound(n) bytes
size_t decimals_write(uint8_t *out, const int64_t *bits, size_t n);

// Read them back; the bytes may be anything. As packing_read.
bool decimals_read(struct packed_bytes *from, int64_t *bits, size_t n);

#endif
