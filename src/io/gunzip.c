#include "io/gunzip.h"

#include <stdbool.h>
#include <string.h>
#define ZLIB_CONST // its input is not written to
#include <zlib.h>

#include "base/status.h"
#include "io/files.h"

// zlib unpacks piece by piece into a buffer of our own, so that the cap of the text is what stops a small file that unpacks to a huge
// one. A member that ends is followed by the next one or by nothing: bytes that are neither are a fault and not silence.

enum { PIECE_BYTES = 1 << 16, GZIP_ONLY = 16 + MAX_WBITS, INPUT_BYTES = 1 << 30 };

static maru_status say(int said, maru_error *err) {
    if (said == Z_MEM_ERROR) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    return fail(err, MARU_E_INPUT,
                said == Z_BUF_ERROR ? "the gzip file is cut off" : "the gzip file is damaged");
}

// One member from the front of the input.
static maru_status unpack_member(z_stream *stream, const unsigned char **at, size_t *left,
                                 struct text *out, maru_error *err) {
    unsigned char piece[PIECE_BYTES];
    int said = Z_OK;
    while (said == Z_OK) {
        const size_t n_in = *left < INPUT_BYTES ? *left : INPUT_BYTES;
        stream->next_in = *at;
        stream->avail_in = (uInt)n_in;
        stream->next_out = piece;
        stream->avail_out = PIECE_BYTES;
        said = inflate(stream, Z_NO_FLUSH);
        *at += n_in - stream->avail_in;
        *left -= n_in - stream->avail_in;
        text_add(out, (const char *)piece, PIECE_BYTES - stream->avail_out);
        if (out->status != MARU_OK) {
            return fail(err, out->status, "the gzip file unpacks to more than %zu bytes",
                        out->max_bytes);
        }
    }
    return said == Z_STREAM_END ? MARU_OK : say(said, err);
}

maru_status gunzip_bytes(const void *bytes, size_t n, struct text *out, maru_error *err) {
    z_stream stream = {0};
    const unsigned char *at = bytes;
    if (n == 0) {
        return fail(err, MARU_E_INPUT, "the gzip file is empty");
    }
    int said = inflateInit2(&stream, GZIP_ONLY);
    if (said != Z_OK) {
        return say(said, err);
    }
    maru_status st = MARU_OK;
    while (st == MARU_OK && n > 0) {
        st = unpack_member(&stream, &at, &n, out, err);
        (void)inflateReset(&stream);
    }
    (void)inflateEnd(&stream);
    return st;
}

maru_status gunzip_file(const char *path, struct text *out, maru_error *err) {
    struct text packed;
    text_init(&packed, out->max_bytes);
    maru_status st = files_read(path, &packed, err);
    if (st == MARU_OK) {
        const bool is_gzip = packed.n_bytes >= 2 && memcmp(packed.bytes, "\x1f\x8b", 2) == 0;
        if (is_gzip) {
            st = gunzip_bytes(packed.bytes, packed.n_bytes, out, err);
        } else {
            text_add(out, packed.n_bytes > 0 ? packed.bytes : "", packed.n_bytes);
            st = out->status == MARU_OK
                     ? MARU_OK
                     : fail(err, out->status, "%s is larger than %zu bytes", path, out->max_bytes);
        }
    }
    text_fini(&packed);
    return st;
}
