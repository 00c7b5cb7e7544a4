#include "signal/block.h"

#include <string.h>

#include "base/status.h"
#include "signal/decimals.h"

// A block is columns: times, qualities, types, values, each packed by packing.c, doubles by decimals.c. What is the same for all
// samples is said once. A block whose values are all doubles has them as such; in any other a value is a word: an integer, the
// bits of a double, the number of a text.
//
// Layout: FORMAT, varint n, times, qualities, types, with texts their dictionary (varint n, then varint length and bytes
// each), then the values. A column that is the same for all is a byte 0 and its byte, else a byte 1 and the packed values.

enum { FORMAT = 1, HEAD_BYTES = 32, SAME = 0, VARIED = 1 };

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

// ---- writing

size_t block_bound(const struct sample *sample, size_t n) {
    size_t n_bytes = HEAD_BYTES + 3 * packing_bound(n) + decimals_bound(n);
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
    at += is_double ? decimals_write(at, word, n) : packing_write(at, word, n);
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
    const bool has_values =
        is_double ? decimals_read(&from, word, n_sample) : packing_read(&from, word, n_sample);
    if (!has_values || from.at != from.end) {
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
