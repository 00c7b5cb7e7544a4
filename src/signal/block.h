// Some thousand samples of one signal as few bytes, lossless, and back.
#ifndef SIGNAL_BLOCK_H
#define SIGNAL_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "signal/packing.h"
#include "signal/sample.h"

enum { BLOCK_MAX_SAMPLES = PACKING_MAX_VALUES };

// Bytes that a block of these samples needs at most.
size_t block_bound(const struct sample *sample, size_t n);

// Write 1 to BLOCK_MAX_SAMPLES samples, in any order of time; types may differ.
//   out   at least block_bound(sample, n) bytes
//   cost  about 50 ns a sample
size_t block_write(uint8_t *out, const struct sample *sample, size_t n);

// How many samples are in a block, 0 where it is none.
size_t block_n_sample(const uint8_t *bytes, size_t n_bytes);

// Read a block back, bit for bit. The bytes may be anything.
//   out     sample (BLOCK_MAX_SAMPLES), of which *n are written; a text lies in `bytes`
//   errors  MARU_E_INPUT: it is no block; `sample` may have been touched
//   cost    about 8 ns a sample
MARU_MUST_USE maru_status block_read(const uint8_t *bytes, size_t n_bytes, struct sample *sample,
                                     size_t *n, maru_error *err);

#endif
