// Numbers and texts as bytes, low byte first, and back: what files and states of our own are made of.
//
// Writing appends to a text, whose errors stick. Reading goes on from where it stands; what runs over the end gives zeros from then
// on, and is_bad tells, so that a reader asks once.
#ifndef BASE_BINARY_H
#define BASE_BINARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

void binary_add_u8(struct text *out, uint8_t value);
void binary_add_u32(struct text *out, uint32_t value);
void binary_add_u64(struct text *out, uint64_t value);
void binary_add_double(struct text *out, double value); // its bits; every NaN as one
void binary_add_floats(struct text *out, const float *value, size_t n);
void binary_add_doubles(struct text *out, const double *value, size_t n);
void binary_add_block(struct text *out, const void *bytes,
                      size_t n); // n as 64 bits, then the bytes
void binary_add_string(struct text *out, const char *zero_terminated);

struct binary {
    const unsigned char *at;
    size_t left;
    bool is_bad;
};

struct binary binary_of(const void *bytes, size_t n);
uint8_t binary_u8(struct binary *in);
uint32_t binary_u32(struct binary *in);
uint64_t binary_u64(struct binary *in);
double binary_double(struct binary *in); // bad: a NaN that binary_add_double does not write

// n finite numbers: bad where one is none. Before memory for n of them is taken: binary_has.
void binary_floats(struct binary *in, float *out, size_t n);
void binary_doubles(struct binary *in, double *out, size_t n);
bool binary_has(const struct binary *in, size_t n, size_t size); // are n x size bytes left?
bool binary_is_end(const struct binary *in); // all was read, and nothing was bad

// The next n bytes where they lie; NULL where so many are not left.
const void *binary_skip(struct binary *in, size_t n);

// A block where it lies; NULL where it is bad, or of 0 bytes.
const void *binary_block(struct binary *in, size_t *n);

// A number of things that take at least `least_bytes` each: bad, and 0, where so many cannot follow, or it is above max.
uint32_t binary_count(struct binary *in, uint32_t max, size_t least_bytes);

// A text of valid UTF-8 without a 0 inside, copied into the arena; "" where it is bad.
//   memory  arena; where that is full, is_bad too
const char *binary_string(struct binary *in, struct arena *arena);
// The same into an array of n bytes, n > 0: bad where it does not fit with a 0 behind it.
void binary_letters(struct binary *in, char *out, size_t n);

#endif
