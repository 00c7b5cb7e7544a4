// A 128-bit digest of results, to tell whether two runs are the same: not for secrets. Values go in
// as numbers, little endian by definition, so that it is the same on every machine.
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

struct digest {
    uint64_t lane[2];
};

void digest_init(struct digest *digest);
void digest_u64(struct digest *digest, uint64_t value);
void digest_i64(struct digest *digest, int64_t value);
void digest_double(struct digest *digest,
                   double value); // its bits; -0 counts as 0, every NaN as one
void digest_bytes(struct digest *digest, const void *bytes, size_t n); // their number counts too

// 32 hex digits and a 0. Does not change the digest.
void digest_hex(const struct digest *digest, char out[33]);

#endif
