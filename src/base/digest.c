#include "base/digest.h"

#include <math.h>
#include <string.h>

// Two 64-bit lanes, each a multiply-xorshift hash with constants of its own:
//
//     lane = (lane ^ value or + value) * odd number,  then lane ^= lane >> shift
//
// A step is a bijection of the lane for a given value and of the value for a given lane: one
// changed value always changes both lanes, and only 2^-128 of later values would change them back.
// Multiplying between values makes the order count. The second lane takes the value with its halves
// swapped, so that what the multiplication moves only upwards in one lane reaches the low bits in
// the other.
//
// Bytes go in as their number and then as words of eight, low byte first, the last one filled with
// zeros: "ab","c" and "a","bc" differ. Not for secrets: who wants a collision can build one.

static const uint64_t factor[2] = {UINT64_C(0x9E3779B97F4A7C15), UINT64_C(0xD1342543DE82EF95)};

void digest_init(struct digest *digest) {
    // The first 128 fraction bits of pi.
    *digest = (struct digest){{UINT64_C(0x243F6A8885A308D3), UINT64_C(0x13198A2E03707344)}};
}

void digest_u64(struct digest *digest, uint64_t value) {
    uint64_t a = (digest->lane[0] ^ value) * factor[0];
    uint64_t b = (digest->lane[1] + (value << 32 | value >> 32)) * factor[1];
    a ^= a >> 29;
    b ^= b >> 32;
    digest->lane[0] = a + 1; // so that zeros move on from zero
    digest->lane[1] = b + 1;
}

void digest_i64(struct digest *digest, int64_t value) { digest_u64(digest, (uint64_t)value); }

void digest_double(struct digest *digest, double value) {
    uint64_t bits =
        UINT64_C(0x7FF8000000000000); // for every NaN: machines differ in sign and payload
    if (value == 0.0) {
        bits = 0;
    } else if (!isnan(value)) {
        memcpy(&bits, &value, sizeof bits);
    }
    digest_u64(digest, bits);
}

static uint64_t word_of(const unsigned char *bytes, size_t n) {
    uint64_t word = 0;
    for (size_t i = 0; i < n; i++) {
        word |= (uint64_t)bytes[i] << (8 * i);
    }
    return word;
}

void digest_bytes(struct digest *digest, const void *bytes, size_t n) {
    const unsigned char *p = bytes;
    digest_u64(digest, n);
    for (; n >= 8; p += 8, n -= 8) {
        digest_u64(digest, word_of(p, 8));
    }
    if (n > 0) {
        digest_u64(digest, word_of(p, n));
    }
}

// A bijection that spreads every bit over the word.
static uint64_t spread(uint64_t x) {
    x = (x ^ x >> 32) * factor[0];
    x = (x ^ x >> 29) * factor[1];
    return x ^ x >> 32;
}

void digest_hex(const struct digest *digest, char out[33]) {
    static const char hex[] = "0123456789abcdef";
    uint64_t word[2];
    word[0] = spread(digest->lane[0]);
    word[1] = spread(digest->lane[1] ^ word[0]);
    word[0] ^= word[1];
    for (int i = 0; i < 32; i++) {
        out[i] = hex[word[i / 16] >> (60 - 4 * (i % 16)) & 15];
    }
    out[32] = '\0';
}
