// A downsampled signal: of each step of time (a minute, an hour) how many samples, the lowest, highest, mean and last. What is kept of
// a signal when its samples are too old to be kept.
#ifndef SIGNAL_LEVEL_H
#define SIGNAL_LEVEL_H

#include "maru/status.h"
#include "signal/packing.h"
#include "signal/summary.h"

enum { LEVEL_MAX_BUCKETS = 1024 };

// One step: [at_us, at_us + step). Texts, NaN and bad samples are counted in n alone.
struct bucket {
    maru_time at_us;
    uint64_t n, n_number;
    double low, high, mean, last; // meaningless where n_number is 0
    maru_time last_us;            // of the last number
};

// Where the step that holds a time begins; steps begin at multiples of their length since 1970.
maru_time level_floor(maru_time at_us, maru_time step_us);

// Put samples, in order, into buckets of a step; buckets come in order, the last one may still grow.
//   in   *n_bucket buckets are there already
//   out  how many samples were put in: fewer than n where there was no room for another bucket
size_t level_add(struct bucket *bucket, size_t *n_bucket, size_t cap, maru_time step_us,
                 const struct sample *sample, size_t n);

// Join two lists of buckets (both in order; of a longer step where b is finer) into `out`.
//   in   step_us of the result; the samples behind a and b are different ones
//   out  out (n_a + n_b), the number of buckets
size_t level_join(struct bucket *out, maru_time step_us, const struct bucket *a, size_t n_a,
                  const struct bucket *b, size_t n_b);

// A bucket as the summary of its step: for drawing.
struct summary bucket_summary(const struct bucket *bucket, maru_time step_us);

// As bytes, and back, bit for bit.
//   in    up to LEVEL_MAX_BUCKETS buckets
//   out   at least level_bound(n) bytes
size_t level_bound(size_t n);
size_t level_write(uint8_t *out, const struct bucket *bucket, size_t n);
//   out     bucket (LEVEL_MAX_BUCKETS)
//   errors  MARU_E_INPUT
MARU_MUST_USE maru_status level_read(const uint8_t *bytes, size_t n_bytes, struct bucket *bucket,
                                     size_t *n, maru_error *err);

#endif
