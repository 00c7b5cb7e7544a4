// Bytes of fitted models: numbers low byte first behind a name of eight letters, and a digest at the end. What is read is hostile: a number
// behind the end makes the reader bad, once and for all.
#ifndef LEARN_MODEL_BYTES_H
#define LEARN_MODEL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"

void bytes_add_u32(struct text *out, uint32_t value);
void bytes_add_u64(struct text *out, uint64_t value);
void bytes_add_floats(struct text *out, const float *value, size_t n);
void bytes_add_doubles(struct text *out, const double *value, size_t n);

// The digest of all from `from` on, behind it.
//   errors  what sticks to `out`
MARU_MUST_USE maru_status bytes_seal(struct text *out, size_t from, maru_error *err);

struct bytes_in {
    const unsigned char *bytes;
    size_t n, at; // n: without the digest
    bool is_bad;  // something behind the end was asked for, or a number was not finite
};

// Check name and digest; what is read next stands behind the name.
//   in      name of 8 letters
//   memory  `bytes` stays the caller's and has to live as long as `in`
//   errors  MARU_E_INPUT
MARU_MUST_USE maru_status bytes_open(struct bytes_in *in, const void *bytes, size_t n,
                                     const char *name, maru_error *err);

// 0 where nothing is left.
uint32_t bytes_u32(struct bytes_in *in);
uint64_t bytes_u64(struct bytes_in *in);

// n finite numbers. Before memory for n of them is taken: bytes_has.
void bytes_floats(struct bytes_in *in, float *out, size_t n);
void bytes_doubles(struct bytes_in *in, double *out, size_t n);

bool bytes_has(const struct bytes_in *in, size_t n, size_t size); // are n x size bytes left?
const unsigned char *bytes_skip(struct bytes_in *in, size_t n);   // the next n bytes, or NULL
bool bytes_is_end(const struct bytes_in *in); // all was read, and nothing was bad

#endif
