#include "learn/nets/model_bytes.h"

#include <math.h>
#include <string.h>

#include "base/digest.h"
#include "base/status.h"

// Bytes of fitted models: name, numbers, digest.

enum { NAME_BYTES = 8, DIGEST_BYTES = 16 };

static void add_low_first(struct text *out, uint64_t value, uint32_t n) {
    char byte[8];
    for (uint32_t i = 0; i < n; i++) {
        byte[i] = (char)(unsigned char)(value >> 8 * i);
    }
    text_add(out, byte, n);
}

void bytes_add_u32(struct text *out, uint32_t value) { add_low_first(out, value, 4); }
void bytes_add_u64(struct text *out, uint64_t value) { add_low_first(out, value, 8); }

void bytes_add_floats(struct text *out, const float *value, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = 0;
        memcpy(&bits, &value[i], sizeof bits);
        add_low_first(out, bits, 4);
    }
}

void bytes_add_doubles(struct text *out, const double *value, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = 0;
        memcpy(&bits, &value[i], sizeof bits);
        add_low_first(out, bits, 8);
    }
}

static struct digest digest_of(const void *bytes, size_t n) {
    struct digest digest;
    digest_init(&digest);
    digest_bytes(&digest, bytes, n);
    return digest;
}

maru_status bytes_seal(struct text *out, size_t from, maru_error *err) {
    if (out->status == MARU_OK) {
        const struct digest digest =
            digest_of(out->bytes ? out->bytes + from : "", out->n_bytes - from);
        bytes_add_u64(out, digest.lane[0]);
        bytes_add_u64(out, digest.lane[1]);
    }
    return out->status == MARU_OK ? MARU_OK : fail(err, out->status, "the model does not fit");
}

static uint64_t low_first(const unsigned char *byte, uint32_t n) {
    uint64_t value = 0;
    for (uint32_t i = 0; i < n; i++) {
        value |= (uint64_t)byte[i] << 8 * i;
    }
    return value;
}

maru_status bytes_open(struct bytes_in *in, const void *bytes, size_t n, const char *name,
                       maru_error *err) {
    if (n < NAME_BYTES + DIGEST_BYTES || memcmp(bytes, name, NAME_BYTES) != 0) {
        return fail(err, MARU_E_INPUT, "no model of this kind, it does not begin with %.8s", name);
    }
    const unsigned char *byte = bytes;
    const struct digest digest = digest_of(bytes, n - DIGEST_BYTES);
    if (low_first(byte + n - DIGEST_BYTES, 8) != digest.lane[0] ||
        low_first(byte + n - 8, 8) != digest.lane[1]) {
        return fail(err, MARU_E_INPUT, "the model was cut off or changed");
    }
    *in = (struct bytes_in){.bytes = byte, .n = n - DIGEST_BYTES, .at = NAME_BYTES};
    return MARU_OK;
}

bool bytes_has(const struct bytes_in *in, size_t n, size_t size) {
    return !in->is_bad && n <= (in->n - in->at) / size;
}

const unsigned char *bytes_skip(struct bytes_in *in, size_t n) {
    if (!bytes_has(in, n, 1)) {
        in->is_bad = true;
        return NULL;
    }
    in->at += n;
    return in->bytes + in->at - n;
}

uint32_t bytes_u32(struct bytes_in *in) {
    const unsigned char *byte = bytes_skip(in, 4);
    return byte ? (uint32_t)low_first(byte, 4) : 0;
}

uint64_t bytes_u64(struct bytes_in *in) {
    const unsigned char *byte = bytes_skip(in, 8);
    return byte ? low_first(byte, 8) : 0;
}

void bytes_floats(struct bytes_in *in, float *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const uint32_t bits = bytes_u32(in);
        memcpy(&out[i], &bits, sizeof bits);
        in->is_bad |= !isfinite(out[i]);
    }
}

void bytes_doubles(struct bytes_in *in, double *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const uint64_t bits = bytes_u64(in);
        memcpy(&out[i], &bits, sizeof bits);
        in->is_bad |= !isfinite(out[i]);
    }
}

bool bytes_is_end(const struct bytes_in *in) { return !in->is_bad && in->at == in->n; }
