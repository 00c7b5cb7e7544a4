#include "io/snapshot.h"

#include "base/digest.h"
#include "base/status.h"
#include "io/files.h"

#include <assert.h>
#include <string.h>

// Header, little endian:
//    0  magic "MARUSAVE"        16  length of the state, u64
//    8  version, u32            24  digest of the state, 32 hex digits
//   12  header bytes, u32       56  zero, 8 bytes

static const char magic[8] = {'M', 'A', 'R', 'U', 'S', 'A', 'V', 'E'};

static void put(unsigned char *at, uint64_t value, int n) {
    for (int i = 0; i < n; i++) {
        at[i] = (unsigned char)(value >> (8 * i));
    }
}

static uint64_t get(const unsigned char *at, int n) {
    uint64_t value = 0;
    for (int i = 0; i < n; i++) {
        value |= (uint64_t)at[i] << (8 * i);
    }
    return value;
}

static void make_header(unsigned char header[SNAPSHOT_HEADER_BYTES], const void *bytes, size_t n) {
    memset(header, 0, SNAPSHOT_HEADER_BYTES);
    memcpy(header, magic, sizeof magic);
    put(header + 8, SNAPSHOT_VERSION, 4);
    put(header + 12, SNAPSHOT_HEADER_BYTES, 4);
    put(header + 16, n, 8);
    struct digest digest;
    char hex[33];
    digest_init(&digest);
    digest_bytes(&digest, bytes, n);
    digest_hex(&digest, hex);
    memcpy(header + 24, hex, 32);
}

maru_status snapshot_add(struct text *out, const void *bytes, size_t n, maru_error *err) {
    unsigned char header[SNAPSHOT_HEADER_BYTES];
    make_header(header, bytes, n);
    text_add(out, (const char *)header, sizeof header);
    text_add(out, bytes, n);
    return out->status == MARU_OK
               ? MARU_OK
               : fail(err, out->status, "no memory for a copy of the state (%zu bytes)", n);
}

maru_status snapshot_write(const char *path, const void *bytes, size_t n, maru_error *err) {
    struct text file;
    text_init(&file, SIZE_MAX / 2);
    maru_status st = snapshot_add(&file, bytes, n, err);
    st = st == MARU_OK ? files_replace(path, file.bytes, file.n_bytes, err) : st;
    text_fini(&file);
    return st;
}

maru_status snapshot_open(const char *name, const void *bytes, size_t n, const void **state,
                          size_t *n_state, maru_error *err) {
    const unsigned char *header = bytes;
    if (n < SNAPSHOT_HEADER_BYTES || memcmp(header, magic, sizeof magic) != 0) {
        return fail(err, MARU_E_INPUT, "%s is not a saved state of maru", name);
    }
    if (get(header + 8, 4) != SNAPSHOT_VERSION || get(header + 12, 4) != SNAPSHOT_HEADER_BYTES) {
        return fail(err, MARU_E_INPUT, "%s was saved by another version of maru", name);
    }
    const size_t left = n - SNAPSHOT_HEADER_BYTES;
    if (get(header + 16, 8) != left) {
        return fail(err, MARU_E_INPUT, "%s is damaged: %zu bytes of state, the header says %llu",
                    name, left, (unsigned long long)get(header + 16, 8));
    }
    unsigned char want[SNAPSHOT_HEADER_BYTES];
    make_header(want, header + SNAPSHOT_HEADER_BYTES, left);
    if (memcmp(want, header, sizeof want) != 0) {
        return fail(err, MARU_E_INPUT,
                    "%s is damaged: its bytes do not have the digest of its header", name);
    }
    *state = header + SNAPSHOT_HEADER_BYTES;
    *n_state = left;
    return MARU_OK;
}

maru_status snapshot_read(const char *path, struct text *out, maru_error *err) {
    const void *state = NULL;
    size_t n_state = 0;
    maru_status st = files_read(path, out, err);
    if (st == MARU_OK) {
        st = snapshot_open(path, out->bytes ? out->bytes : "", out->n_bytes, &state, &n_state, err);
    }
    if (st == MARU_OK) {
        assert(out->bytes && state); // a header has been found in them
        memmove(out->bytes, state, n_state);
        out->bytes[n_state] = '\0';
        out->n_bytes = n_state;
    }
    return st;
}
