#include "signal/batch.h"

#include <string.h>

#include "base/status.h"

// A batch mostly is one moment of many signals, or many moments of one, so signal and time are told as differences. Values
// are not compressed: that is the blocks' work, a little later, and here each sample waits for the disk.
//
// Layout: FORMAT, varint n, then of each sample a byte (type | GOOD), unless GOOD its quality, svarints of the differences of
// signal and time, and the value: doubles 8 bytes, lowest first; integers and bools svarint; texts varint length and bytes.

enum { FORMAT = 1, GOOD = 4, TYPE_MASK = 3, MAX_SAMPLE_BYTES = 2 + 10 + 10 + 10, PART = 128 };

static uint8_t *put_double(uint8_t *at, double value) {
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    for (unsigned i = 0; i < 8; i++) {
        at[i] = (uint8_t)(bits >> (8 * i));
    }
    return at + 8;
}

static uint8_t *put_sample(uint8_t *at, const struct batch_sample *last,
                           const struct batch_sample *one) {
    const struct sample *sample = &one->sample;
    const bool is_good = sample->quality == QUALITY_GOOD;
    *at++ = (uint8_t)(sample->type | (is_good ? GOOD : 0));
    if (!is_good) {
        *at++ = sample->quality;
    }
    at += svarint_write(at, (int64_t)((uint64_t)one->signal - (uint64_t)last->signal));
    at += svarint_write(at, (int64_t)((uint64_t)sample->at_us - (uint64_t)last->sample.at_us));
    if (sample->type == SAMPLE_DOUBLE) {
        return put_double(at, sample->value.number);
    }
    return at + (sample->type == SAMPLE_TEXT ? varint_write(at, sample->n_text)
                                             : svarint_write(at, sample->value.integer));
}

void batch_write(struct text *out, const struct batch_sample *sample, size_t n) {
    uint8_t part[PART * MAX_SAMPLE_BYTES];
    uint8_t *at = part;
    struct batch_sample last = {0};
    *at++ = FORMAT;
    at += varint_write(at, n);
    for (size_t i = 0; i < n; i++) {
        const struct sample *one = &sample[i].sample;
        at = put_sample(at, &last, &sample[i]);
        last = sample[i];
        const bool is_text = one->type == SAMPLE_TEXT && one->n_text > 0;
        if (is_text || (size_t)(part + sizeof part - at) < MAX_SAMPLE_BYTES) {
            text_add(out, (const char *)part, (size_t)(at - part));
            at = part;
        }
        if (is_text) {
            text_add(out, one->value.text, one->n_text);
        }
    }
    text_add(out, (const char *)part, (size_t)(at - part));
}

static bool get_double(struct packed_bytes *from, double *value) {
    if (from->end - from->at < 8) {
        return false;
    }
    uint64_t bits = 0;
    for (unsigned i = 0; i < 8; i++) {
        bits |= (uint64_t)from->at[i] << (8 * i);
    }
    from->at += 8;
    memcpy(value, &bits, sizeof bits);
    return true;
}

static bool get_value(struct packed_bytes *from, struct sample *sample) {
    sample->n_text = 0;
    if (sample->type == SAMPLE_DOUBLE) {
        return get_double(from, &sample->value.number);
    }
    if (sample->type != SAMPLE_TEXT) {
        return svarint_read(from, &sample->value.integer) &&
               (sample->type != SAMPLE_BOOL || (sample->value.integer | 1) == 1);
    }
    uint64_t n_text = 0;
    if (!varint_read(from, &n_text) || n_text > SAMPLE_MAX_TEXT_BYTES ||
        n_text > (uint64_t)(from->end - from->at)) {
        return false;
    }
    sample->n_text = (uint32_t)n_text;
    sample->value.text = (const char *)from->at;
    from->at += n_text;
    return true;
}

static bool get_sample(struct packed_bytes *from, struct batch_sample *last) {
    if (from->at == from->end) {
        return false;
    }
    const unsigned how = *from->at++;
    int64_t signal = 0, at_us = 0;
    last->sample.type = (uint8_t)(how & TYPE_MASK);
    last->sample.quality = QUALITY_GOOD;
    if (!(how & GOOD)) {
        if (from->at == from->end) {
            return false;
        }
        last->sample.quality = *from->at++;
    }
    if (how > (GOOD | TYPE_MASK) || !svarint_read(from, &signal) || !svarint_read(from, &at_us)) {
        return false;
    }
    last->signal = (int64_t)((uint64_t)last->signal + (uint64_t)signal);
    last->sample.at_us = (int64_t)((uint64_t)last->sample.at_us + (uint64_t)at_us);
    return last->signal > 0 && get_value(from, &last->sample);
}

maru_status batch_next(struct batch_reader *reader, struct batch_sample *out, maru_error *err) {
    struct packed_bytes *from = &reader->from;
    while (reader->n_left == 0) {
        if (from->at == from->end) {
            return MARU_MORE;
        }
        reader->last = (struct batch_sample){0};
        if (*from->at++ != FORMAT || !varint_read(from, &reader->n_left)) {
            return fail(err, MARU_E_INPUT, "a batch of samples is damaged");
        }
    }
    if (!get_sample(from, &reader->last)) {
        return fail(err, MARU_E_INPUT, "a batch of samples is damaged");
    }
    reader->n_left--;
    *out = reader->last;
    return MARU_OK;
}
