#include "signal/block.h"

#include <math.h>
#include <string.h>

#include "base/status.h"

// A block is columns: times, qualities, types, values, each packed by packing.c. What is the same for all samples is
// said once.
//
// Doubles in factories are decimals that somebody's program has printed or scaled (23.75, 0.0012), so the value is
// an integer over a power of ten, and integers pack well (ALP: Afroozeh, Kuffó, Boncz, SIGMOD 2023). The division of an
// integer below 2^53 by a power of ten up to 10^22 is correctly rounded, so it gives the double that the decimal text is
// read as. Where a sensor speaks in 32-bit floats the same is tried on floats. A value that was computed (20 + 7 * 0.01)
// is often a neighbor of its decimal: place and distance in doubles are kept apart, two bytes; and so is what
// is no decimal at all. Where most are none, the bits themselves are packed as integers. Measured on real sets:
// docs/PERFORMANCE.md.
//
// Layout: FORMAT, varint n, times, qualities, types, with texts their dictionary (varint n, then varint length and bytes
// each), then a byte with the scheme, for decimals the exponent, the packed values, and for decimals varint n, and of
// each value kept apart the places since the last one (varint) and the distance of bits (svarint). A column that is the
// same for all is a byte 0 and its byte, else a byte 1 and the packed values.

enum { FORMAT = 1, HEAD_BYTES = 32, APART_BYTES = 12, SAME = 0, VARIED = 1 };
enum { MAX_EXPONENT = 18, N_TRIED = 32, NEAR = 64 };
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
    int64_t digits[BLOCK_MAX_SAMPLES], distance[BLOCK_MAX_SAMPLES];
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
    int64_t bits[BLOCK_MAX_SAMPLES];
    for (size_t i = 0; i < n; i++) {
        bits[i] = float_bits_of(double_of(word[i]));
    }
    return 1 + packing_write(out + 1, bits, n);
}

// The shorter of decimals and bits. Where decimals take less than four bytes a value, bits are not tried.
static size_t put_doubles(uint8_t *out, const int64_t *word, size_t n) {
    const bool narrow = are_floats(word, n);
    const size_t n_decimal = put_decimals(out, word, n, narrow);
    if (n_decimal <= 16 + (narrow ? 2 : 4) * n) {
        return n_decimal;
    }
    uint8_t other[HEAD_BYTES + 8 * BLOCK_MAX_SAMPLES + 64];
    const size_t n_bits = put_bits(other, word, n, narrow);
    if (n_bits >= n_decimal) {
        return n_decimal;
    }
    memcpy(out, other, n_bits);
    return n_bits;
}

// ---- writing

size_t block_bound(const struct sample *sample, size_t n) {
    size_t n_bytes = HEAD_BYTES + 4 * packing_bound(n) + n * APART_BYTES;
    for (size_t i = 0; i < n; i++) {
        n_bytes += sample[i].type == SAMPLE_TEXT ? (size_t)sample[i].n_text + 10 : 0;
    }
    return n_bytes;
}

static uint8_t *put_small(uint8_t *at, const int64_t *value, size_t n) {
    size_t i = 1;
    while (i < n && value[i] == value[0]) {
        i++;
    }
    if (i == n) {
        *at++ = SAME;
        *at++ = (uint8_t)value[0];
        return at;
    }
    *at++ = VARIED;
    return at + packing_write(at, value, n);
}

// Texts are numbered in the order in which they first come; signals repeat a few.
struct dictionary {
    uint32_t n;
    uint16_t slot[2 * BLOCK_MAX_SAMPLES]; // 1 + number, 0: free; open addressing
    const struct sample *text[BLOCK_MAX_SAMPLES];
};

static uint32_t number_of(struct dictionary *dictionary, const struct sample *sample) {
    uint64_t hash = 14695981039346656037u; // FNV-1a
    for (uint32_t i = 0; i < sample->n_text; i++) {
        hash = (hash ^ (uint8_t)sample->value.text[i]) * 1099511628211u;
    }
    const size_t n_slot = sizeof dictionary->slot / sizeof *dictionary->slot;
    size_t slot = (size_t)(hash >> 32) % n_slot;
    while (dictionary->slot[slot] != 0) {
        const uint32_t number = dictionary->slot[slot] - 1u;
        if (sample_is_same_value(dictionary->text[number], sample)) {
            return number;
        }
        slot = (slot + 1) % n_slot;
    }
    dictionary->text[dictionary->n] = sample;
    dictionary->slot[slot] = (uint16_t)(dictionary->n + 1);
    return dictionary->n++;
}

static uint8_t *put_texts(uint8_t *at, int64_t *word, const struct sample *sample, size_t n) {
    struct dictionary dictionary = {0};
    for (size_t i = 0; i < n; i++) {
        if (sample[i].type == SAMPLE_TEXT) {
            word[i] = number_of(&dictionary, &sample[i]);
        }
    }
    at += varint_write(at, dictionary.n);
    for (uint32_t i = 0; i < dictionary.n; i++) {
        const struct sample *text = dictionary.text[i];
        at += varint_write(at, text->n_text);
        if (text->n_text > 0) {
            memcpy(at, text->value.text, text->n_text);
        }
        at += text->n_text;
    }
    return at;
}

size_t block_write(uint8_t *out, const struct sample *sample, size_t n) {
    int64_t column[BLOCK_MAX_SAMPLES], word[BLOCK_MAX_SAMPLES];
    uint8_t *at = out;
    *at++ = FORMAT;
    at += varint_write(at, n);
    for (size_t i = 0; i < n; i++) {
        column[i] = sample[i].at_us;
    }
    at += packing_write(at, column, n);
    for (size_t i = 0; i < n; i++) {
        column[i] = sample[i].quality;
    }
    at = put_small(at, column, n);
    bool is_double = true, has_text = false;
    for (size_t i = 0; i < n; i++) {
        column[i] = sample[i].type;
        is_double = is_double && sample[i].type == SAMPLE_DOUBLE;
        has_text = has_text || sample[i].type == SAMPLE_TEXT;
        word[i] = sample[i].type == SAMPLE_DOUBLE ? bits_of(sample[i].value.number)
                                                  : sample[i].value.integer;
    }
    at = put_small(at, column, n);
    if (has_text) {
        at = put_texts(at, word, sample, n);
    }
    at += is_double ? put_doubles(at, word, n) : put_bits(at, word, n, false);
    return (size_t)(at - out);
}

// ---- reading

static maru_status broken(const struct packed_bytes *from, const uint8_t *bytes, maru_error *err) {
    return fail(err, MARU_E_INPUT, "a block of samples is damaged near byte %zu",
                (size_t)(from->at - bytes));
}

static bool get_byte(struct packed_bytes *from, unsigned *byte) {
    if (from->at == from->end) {
        return false;
    }
    *byte = *from->at++;
    return true;
}

static bool get_small(struct packed_bytes *from, int64_t *value, size_t n, int64_t limit) {
    unsigned how = 0, same = 0;
    if (!get_byte(from, &how) || how > VARIED) {
        return false;
    }
    if (how == SAME) {
        if (!get_byte(from, &same) || same >= limit) {
            return false;
        }
        for (size_t i = 0; i < n; i++) {
            value[i] = same;
        }
        return true;
    }
    if (!packing_read(from, value, n)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (value[i] < 0 || value[i] >= limit) {
            return false;
        }
    }
    return true;
}

static bool get_head(struct packed_bytes *from, size_t *n) {
    unsigned format = 0;
    uint64_t n_sample = 0;
    if (!get_byte(from, &format) || format != FORMAT || !varint_read(from, &n_sample) ||
        n_sample == 0 || n_sample > BLOCK_MAX_SAMPLES) {
        return false;
    }
    *n = (size_t)n_sample;
    return true;
}

size_t block_n_sample(const uint8_t *bytes, size_t n_bytes) {
    struct packed_bytes from = {bytes, bytes + n_bytes};
    size_t n = 0;
    return get_head(&from, &n) ? n : 0;
}

// Where each text of the dictionary lies.
struct texts {
    uint32_t n;
    uint32_t n_byte[BLOCK_MAX_SAMPLES];
    const uint8_t *bytes[BLOCK_MAX_SAMPLES];
};

static bool get_texts(struct packed_bytes *from, struct texts *texts, size_t n) {
    uint64_t n_text = 0;
    if (!varint_read(from, &n_text) || n_text > n) {
        return false;
    }
    texts->n = (uint32_t)n_text;
    for (uint32_t i = 0; i < texts->n; i++) {
        uint64_t n_byte = 0;
        if (!varint_read(from, &n_byte) || n_byte > SAMPLE_MAX_TEXT_BYTES ||
            n_byte > (uint64_t)(from->end - from->at)) {
            return false;
        }
        texts->n_byte[i] = (uint32_t)n_byte;
        texts->bytes[i] = from->at;
        from->at += n_byte;
    }
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

static bool get_words(struct packed_bytes *from, int64_t *word, size_t n, bool is_double) {
    unsigned scheme = 0;
    if (!get_byte(from, &scheme) || scheme >= N_SCHEME || (scheme != BITS && !is_double)) {
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

// One value of any type; false where the word is none.
static bool set_value(struct sample *sample, int64_t word, const struct texts *texts) {
    switch ((enum sample_type)sample->type) {
    case SAMPLE_DOUBLE:
        sample->value.number = double_of(word);
        return true;
    case SAMPLE_BOOL:
        sample->value.integer = word;
        return word == 0 || word == 1;
    case SAMPLE_TEXT:
        if (word < 0 || word >= texts->n) {
            return false;
        }
        sample->n_text = texts->n_byte[word];
        sample->value.text = (const char *)texts->bytes[word];
        return true;
    case SAMPLE_INTEGER:
    case N_SAMPLE_TYPE:
    default:
        sample->value.integer = word;
        return true;
    }
}

maru_status block_read(const uint8_t *bytes, size_t n_bytes, struct sample *sample, size_t *n,
                       maru_error *err) {
    struct packed_bytes from = {bytes, bytes + n_bytes};
    int64_t column[BLOCK_MAX_SAMPLES], word[BLOCK_MAX_SAMPLES];
    size_t n_sample = 0;
    if (!get_head(&from, &n_sample)) {
        return broken(&from, bytes, err);
    }
    if (!packing_read(&from, column, n_sample)) {
        return broken(&from, bytes, err);
    }
    for (size_t i = 0; i < n_sample; i++) {
        sample[i].at_us = column[i];
    }
    if (!get_small(&from, column, n_sample, 256)) {
        return broken(&from, bytes, err);
    }
    for (size_t i = 0; i < n_sample; i++) {
        sample[i].quality = (uint8_t)column[i];
    }
    if (!get_small(&from, column, n_sample, N_SAMPLE_TYPE)) {
        return broken(&from, bytes, err);
    }
    bool is_double = true, has_text = false;
    for (size_t i = 0; i < n_sample; i++) {
        sample[i].type = (uint8_t)column[i];
        sample[i].n_text = 0;
        is_double = is_double && column[i] == SAMPLE_DOUBLE;
        has_text = has_text || column[i] == SAMPLE_TEXT;
    }
    struct texts texts;
    texts.n = 0;
    if (has_text && !get_texts(&from, &texts, n_sample)) {
        return broken(&from, bytes, err);
    }
    if (!get_words(&from, word, n_sample, is_double) || from.at != from.end) {
        return broken(&from, bytes, err);
    }
    for (size_t i = 0; i < n_sample; i++) {
        if (!set_value(&sample[i], word[i], &texts)) {
            return broken(&from, bytes, err);
        }
    }
    *n = n_sample;
    return MARU_OK;
}
