#include "base/sealed.h"

#include <string.h>

#include "base/digest.h"
#include "base/status.h"

size_t sealed_begin(struct text *out, const char *name, uint32_t version) {
    const size_t from = out->n_bytes;
    text_add(out, name, SEALED_NAME_BYTES);
    binary_add_u32(out, version);
    return from;
}

maru_status sealed_end(struct text *out, size_t from, maru_error *err) {
    struct digest digest;
    digest_init(&digest);
    if (out->status == MARU_OK) {
        digest_bytes(&digest, out->bytes ? out->bytes + from : "", out->n_bytes - from);
        binary_add_u64(out, digest.lane[0]);
        binary_add_u64(out, digest.lane[1]);
    }
    return out->status == MARU_OK ? MARU_OK : fail(err, out->status, "a model with too many bytes");
}

bool sealed_is(const void *bytes, size_t n, const char *name) {
    return n >= SEALED_NAME_BYTES && memcmp(bytes, name, SEALED_NAME_BYTES) == 0;
}

maru_status sealed_open(const void *bytes, size_t n, const char *name, uint32_t version,
                        struct binary *held, char fingerprint[33], maru_error *err) {
    if (n < SEALED_HEAD_BYTES + SEALED_TAIL_BYTES || !sealed_is(bytes, n, name)) {
        return fail(err, MARU_E_INPUT, "the file is no model");
    }
    const unsigned char *at = bytes;
    struct binary head = binary_of(at + SEALED_NAME_BYTES, SEALED_HEAD_BYTES - SEALED_NAME_BYTES);
    const uint32_t its_version = binary_u32(&head);
    if (its_version != version) {
        return fail(err, MARU_E_INPUT, "a model of version %u, and this program reads %u",
                    its_version, version);
    }
    struct digest digest;
    digest_init(&digest);
    digest_bytes(&digest, bytes, n - SEALED_TAIL_BYTES);
    struct binary tail = binary_of(at + n - SEALED_TAIL_BYTES, SEALED_TAIL_BYTES);
    const uint64_t first = binary_u64(&tail), second = binary_u64(&tail);
    if (first != digest.lane[0] || second != digest.lane[1]) {
        return fail(err, MARU_E_INPUT, "the model was changed or cut off");
    }
    *held = binary_of(at + SEALED_HEAD_BYTES, n - SEALED_HEAD_BYTES - SEALED_TAIL_BYTES);
    digest_hex(&digest, fingerprint);
    return MARU_OK;
}
