// Products of two 64-bit integers without overflow, for shares of spans of time.
#ifndef BASE_WIDE_H
#define BASE_WIDE_H

#include <stdint.h>

__extension__ typedef unsigned __int128 wide_u128;
__extension__ typedef __int128 wide_i128;

// span * bits / 2^64: a uniform draw from 0 to span - 1 when the bits are random.
static inline int64_t wide_share(int64_t span, uint64_t bits) {
    return (int64_t)((wide_u128)(uint64_t)span * bits >> 64);
}

// a * b / c, cut towards zero; c > 0 and the result must fit.
static inline int64_t wide_mul_div(int64_t a, int64_t b, int64_t c) {
    return (int64_t)((wide_i128)a * b / c);
}

#endif
