#include "base/binary.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

void binary_add_u8(struct text *out, uint8_t value) {
    const char byte = (char)value;
    text_add(out, &byte, 1);
}

static void add_low_first(struct text *out, uint64_t value, unsigned n) {
    char bytes[8];
    for (unsigned i = 0; i < n; i++) {
        bytes[i] = (char)(unsigned char)(value >> 8 * i);
    }
    text_add(out, bytes, n);
}

void binary_add_u32(struct text *out, uint32_t value) { add_low_first(out, value, 4); }

void binary_add_u64(struct text *out, uint64_t value) { add_low_first(out, value, 8); }

static const uint64_t not_a_number = UINT64_C(0x7FF8000000000000); // the one that is written

void binary_add_double(struct text *out, double value) {
    uint64_t bits = not_a_number;
    if (!isnan(value)) {
        memcpy(&bits, &value, sizeof bits);
    }
    binary_add_u64(out, bits);
}

void binary_add_block(struct text *out, const void *bytes, size_t n) {
    binary_add_u64(out, n);
    if (n > 0) {
        text_add(out, bytes, n);
    }
}

void binary_add_string(struct text *out, const char *zero_terminated) {
    binary_add_block(out, zero_terminated, strlen(zero_terminated));
}

struct binary binary_of(const void *bytes, size_t n) {
    return (struct binary){.at = bytes, .left = n};
}

static uint64_t read_low_first(struct binary *in, unsigned n) {
    if (in->is_bad || n > in->left) {
        in->is_bad = true;
        return 0;
    }
    uint64_t value = 0;
    for (unsigned i = 0; i < n; i++) {
        value |= (uint64_t)in->at[i] << 8 * i;
    }
    in->at += n;
    in->left -= n;
    return value;
}

uint8_t binary_u8(struct binary *in) { return (uint8_t)read_low_first(in, 1); }

uint32_t binary_u32(struct binary *in) { return (uint32_t)read_low_first(in, 4); }

uint64_t binary_u64(struct binary *in) { return read_low_first(in, 8); }

double binary_double(struct binary *in) {
    const uint64_t bits = binary_u64(in);
    double value;
    memcpy(&value, &bits, sizeof value);
    in->is_bad = in->is_bad || (isnan(value) && bits != not_a_number);
    return value;
}

void binary_add_floats(struct text *out, const float *value, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &value[i], sizeof bits);
        binary_add_u32(out, bits);
    }
}

void binary_add_doubles(struct text *out, const double *value, size_t n) {
    for (size_t i = 0; i < n; i++) {
        binary_add_double(out, value[i]);
    }
}

void binary_floats(struct binary *in, float *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const uint32_t bits = binary_u32(in);
        memcpy(&out[i], &bits, sizeof bits);
        in->is_bad = in->is_bad || !isfinite(out[i]);
    }
}

void binary_doubles(struct binary *in, double *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        out[i] = binary_double(in);
        in->is_bad = in->is_bad || !isfinite(out[i]);
    }
}

bool binary_has(const struct binary *in, size_t n, size_t size) {
    return !in->is_bad && n <= in->left / size;
}

bool binary_is_end(const struct binary *in) { return !in->is_bad && in->left == 0; }

const void *binary_skip(struct binary *in, size_t n) {
    if (!binary_has(in, n, 1)) {
        in->is_bad = true;
        return NULL;
    }
    const void *at = in->at;
    in->at += n;
    in->left -= n;
    return at;
}

const void *binary_block(struct binary *in, size_t *n) {
    const uint64_t n_bytes = binary_u64(in);
    *n = 0;
    if (in->is_bad || n_bytes > in->left) {
        in->is_bad = true;
        return NULL;
    }
    const void *block = n_bytes > 0 ? in->at : NULL;
    in->at += n_bytes;
    in->left -= (size_t)n_bytes;
    *n = (size_t)n_bytes;
    return block;
}

uint32_t binary_count(struct binary *in, uint32_t max, size_t least_bytes) {
    const uint32_t n = binary_u32(in);
    if (in->is_bad || n > max || (least_bytes > 0 && n > in->left / least_bytes)) {
        in->is_bad = true;
        return 0;
    }
    return n;
}

const char *binary_string(struct binary *in, struct arena *arena) {
    size_t n;
    const char *bytes = binary_block(in, &n);
    if (!bytes) {
        return "";
    }
    char *copy = NULL;
    if (!memchr(bytes, 0, n) && text_is_utf8(bytes, n)) {
        copy = arena_text(arena, bytes, n);
    }
    in->is_bad = in->is_bad || !copy;
    return copy ? copy : "";
}

void binary_letters(struct binary *in, char *out, size_t n) {
    size_t its = 0;
    const char *bytes = binary_block(in, &its);
    out[0] = '\0';
    if (!bytes) {
        return;
    }
    if (its >= n || memchr(bytes, 0, its) || !text_is_utf8(bytes, its)) {
        in->is_bad = true;
        return;
    }
    memcpy(out, bytes, its);
    out[its] = '\0';
}
