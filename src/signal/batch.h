// Samples of many signals in the order in which they came, as bytes: what the store's log holds until they are in blocks.
#ifndef SIGNAL_BATCH_H
#define SIGNAL_BATCH_H

#include "base/text.h"
#include "signal/packing.h"
#include "signal/sample.h"

struct batch_sample {
    int64_t signal; // its number, above 0
    struct sample sample;
};

// Append samples; several batches may follow each other. Errors stick in `out`.
//   cost  about 10 ns a sample
void batch_write(struct text *out, const struct batch_sample *sample, size_t n);

// Reads a batch after another; start with all zero but `from`.
struct batch_reader {
    struct packed_bytes from;
    uint64_t n_left; // of this batch
    struct batch_sample last;
};

// The next sample; a text lies in the bytes.
//   errors  MARU_MORE: there is none any more; MARU_E_INPUT: the bytes are no batches
MARU_MUST_USE maru_status batch_next(struct batch_reader *reader, struct batch_sample *out,
                                     maru_error *err);

#endif
