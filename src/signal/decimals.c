#include "signal/decimals.h"

#include <math.h>
#include <string.h>

// Doubles in factories are decimals that somebody's program has printed or scaled (23.75, 0.0012), so the value is
// an integer over a power of ten, and integers pack well (ALP: Afroozeh, Kuffó, Boncz, SIGMOD 2024). The division of an
// integer below 2^53 by a power of ten up to 10^22 is correctly rounded, so it gives the double that the decimal text is
// read as. Where a sensor speaks in 32-bit floats the same is tried on floats. A value that was computed (20 + 7 * 0.01)
// is often a neighbor of its decimal: place and distance in doubles are kept apart, two bytes; and so is what
// is no decimal at all. Where most are none, the bits themselves are packed as integers. Measured on real sets:
// docs/PERFORMANCE.md.
//
// Layout: a byte with the scheme, for decimals the exponent, the packed values, and for decimals varint n, and of each
// value kept apart the places since the last one (varint) and the distance of bits (svarint).

enum { APART_BYTES = 12, MAX_EXPONENT = 18, N_TRIED = 32, NEAR = 64 };
enum scheme { BITS, FLOAT_BITS, DECIMAL, FLOAT_DECIMAL, N_SCHEME };

static const double power[MAX_EXPONENT + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,
                                               1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13,
                                               1e14, 1e15, 1e16, 1e17, 1e18};
// |integer| up to here: its product with a power of ten, rounded, is off by less than a half.
static const double most = 2251799813685248.0; // 2^51

static int64_t bits_of(double value) {
    int64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double double_of(int64_t bits) {
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static int64_t float_bits_of(double value) {
    const float narrow = (float)value;
    int32_t bits = 0;
    memcpy(&bits, &narrow, sizeof bits);
    return bits;
}

static double double_of_float(int64_t bits) {
    const int32_t narrow = (int32_t)bits;
    float value = 0;
    memcpy(&value, &narrow, sizeof value);
    return (double)value;
}

static double decimal(int64_t digits, unsigned exponent, bool is_float) {
    const double value = (double)digits / power[exponent];
    return is_float ? (double)(float)value : value;
}

// The value as digits / 10^exponent and how many doubles it lies beside that. `otherwise` are the digits where the
// value has none.
static int64_t distance_from(double value, unsigned exponent, bool is_float, int64_t otherwise,
                             int64_t *digits) {
    const double scaled = rint(value * power[exponent]);
    *digits = fabs(scaled) <= most ? (int64_t)scaled : otherwise;
    return (int64_t)((uint64_t)bits_of(value) -
                     (uint64_t)bits_of(decimal(*digits, exponent, is_float)));
}

// ---- the scheme of doubles

static bool is_float(double value) {
    return fabs(value) <= 3.4e38 && bits_of((double)(float)value) == bits_of(value);
}

static bool are_floats(const int64_t *word, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (!is_float(double_of(word[i]))) {
            return false;
        }
    }
    return true;
}

// What some of the values cost with this exponent, in bits.
static double cost_of(const int64_t *word, size_t n, unsigned exponent, bool narrow) {
    const size_t n_tried = n < N_TRIED ? n : N_TRIED;
    double least = INFINITY, largest = -INFINITY, bits = 0;
    int64_t digits = 0;
    for (size_t i = 0; i < n_tried; i++) {
        const int64_t distance =
            distance_from(double_of(word[i * n / n_tried]), exponent, narrow, digits, &digits);
        least = fmin(least, (double)digits);
        largest = fmax(largest, (double)digits);
        const bool is_near = distance > -NEAR && distance < NEAR;
        bits += distance == 0 ? 0 : is_near ? 16 : 8 * APART_BYTES;
    }
    int n_bit = 0;
    (void)frexp(largest - least, &n_bit);
    return bits + (double)n_bit * (double)n_tried;
}

static unsigned guess_exponent(const int64_t *word, size_t n, bool narrow) {
    unsigned best = 0;
    double least = INFINITY;
    for (unsigned e = 0; e <= MAX_EXPONENT; e++) {
        const double cost = cost_of(word, n, e, narrow);
        if (cost < least) {
            least = cost;
            best = e;
        }
    }
    return best;
}

static size_t put_decimals(uint8_t *out, const int64_t *word, size_t n, bool narrow) {
    const unsigned exponent = guess_exponent(word, n, narrow);
    int64_t digits[PACKING_MAX_VALUES] = {0}, distance[PACKING_MAX_VALUES];
    size_t n_apart = 0;
    for (size_t i = 0; i < n; i++) {
        const int64_t before = i > 0 ? digits[i - 1] : 0;
        distance[i] = distance_from(double_of(word[i]), exponent, narrow, before, &digits[i]);
        n_apart += distance[i] != 0;
    }
    uint8_t *at = out;
    *at++ = narrow ? FLOAT_DECIMAL : DECIMAL;
    *at++ = (uint8_t)exponent;
    at += packing_write(at, digits, n);
    at += varint_write(at, n_apart);
    size_t last = 0;
    for (size_t i = 0; i < n && n_apart > 0; i++) {
        if (distance[i] != 0) {
            at += varint_write(at, i - last);
            at += svarint_write(at, distance[i]);
            last = i;
        }
    }
    return (size_t)(at - out);
}

static size_t put_bits(uint8_t *out, const int64_t *word, size_t n, bool narrow) {
    out[0] = narrow ? FLOAT_BITS : BITS;
    if (!narrow) {
        return 1 + packing_write(out + 1, word, n);
    }
    int64_t bits[PACKING_MAX_VALUES];
    for (size_t i = 0; i < n; i++) {
        bits[i] = float_bits_of(double_of(word[i]));
    }
    return 1 + packing_write(out + 1, bits, n);
}

// The shorter of decimals and bits. Where decimals take less than four bytes a value, bits are not tried.
size_t decimals_write(uint8_t *out, const int64_t *word, size_t n) {
    const bool narrow = are_floats(word, n);
    const size_t n_decimal = put_decimals(out, word, n, narrow);
    if (n_decimal <= 16 + (narrow ? 2 : 4) * n) {
        return n_decimal;
    }
    uint8_t other[8 * PACKING_MAX_VALUES + 128];
    const size_t n_bits = put_bits(other, word, n, narrow);
    if (n_bits >= n_decimal) {
        return n_decimal;
    }
    memcpy(out, other, n_bits);
    return n_bits;
}

size_t decimals_bound(size_t n) { return packing_bound(n) + n * APART_BYTES + 16; }

// ---- reading

static bool get_byte(struct packed_bytes *from, unsigned *byte) {
    if (from->at == from->end) {
        return false;
    }
    *byte = *from->at++;
    return true;
}

static bool get_decimals(struct packed_bytes *from, int64_t *word, size_t n, bool narrow) {
    unsigned exponent = 0;
    uint64_t n_apart = 0;
    if (!get_byte(from, &exponent) || exponent > MAX_EXPONENT || !packing_read(from, word, n)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        word[i] = bits_of(decimal(word[i], exponent, narrow));
    }
    if (!varint_read(from, &n_apart) || n_apart > n) {
        return false;
    }
    uint64_t place = 0;
    for (uint64_t i = 0; i < n_apart; i++) {
        uint64_t n_place = 0;
        int64_t distance = 0;
        if (!varint_read(from, &n_place) || n_place >= n - place ||
            !svarint_read(from, &distance)) {
            return false;
        }
        place += n_place;
        word[place] = (int64_t)((uint64_t)word[place] + (uint64_t)distance);
    }
    return true;
}

bool decimals_read(struct packed_bytes *from, int64_t *word, size_t n) {
    unsigned scheme = 0;
    if (!get_byte(from, &scheme) || scheme >= N_SCHEME) {
        return false;
    }
    if (scheme == DECIMAL || scheme == FLOAT_DECIMAL) {
        return get_decimals(from, word, n, scheme == FLOAT_DECIMAL);
    }
    if (!packing_read(from, word, n)) {
        return false;
    }
    for (size_t i = 0; i < n && scheme == FLOAT_BITS; i++) {
        word[i] = bits_of(double_of_float(word[i]));
    }
    return true;
}
