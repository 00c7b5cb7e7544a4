// What a model at work has seen, as bytes: `MARULIVE`, version, fingerprint of the model, the watch of inputs, that of truths, digest of all
// this.

#include <string.h>

#include "base/digest.h"
#include "base/status.h"
#include "learn/living/living_model.h"

enum { VERSION = 1, TAIL_BYTES = 16, FINGERPRINT_BYTES = 33 };

static const char its_name[8] = {'M', 'A', 'R', 'U', 'L', 'I', 'V', 'E'};

maru_status living_write(const struct living *l, struct text *out, maru_error *err) {
    const size_t from = out->n_bytes;
    struct digest digest;
    text_add(out, its_name, sizeof its_name);
    binary_add_u32(out, VERSION);
    binary_add_string(out, l->model.fingerprint);
    input_watch_write(&l->inputs, out);
    truth_watch_write(&l->truths, out);
    if (out->status != MARU_OK) {
        return fail(err, out->status, "no room for the state of a model");
    }
    digest_init(&digest);
    digest_bytes(&digest, out->bytes + from, out->n_bytes - from);
    binary_add_u64(out, digest.lane[0]);
    binary_add_u64(out, digest.lane[1]);
    return out->status == MARU_OK ? MARU_OK
                                  : fail(err, out->status, "no room for the state of a model");
}

static bool is_whole(const unsigned char *bytes, size_t n) {
    struct digest digest;
    if (n < sizeof its_name + 4 + TAIL_BYTES || n > LIVING_MAX_STATE_BYTES ||
        memcmp(bytes, its_name, sizeof its_name) != 0) {
        return false;
    }
    struct binary tail = binary_of(bytes + n - TAIL_BYTES, TAIL_BYTES);
    digest_init(&digest);
    digest_bytes(&digest, bytes, n - TAIL_BYTES);
    const uint64_t first = binary_u64(&tail), second = binary_u64(&tail);
    return first == digest.lane[0] && second == digest.lane[1];
}

static bool is_of(struct binary *in, const char *fingerprint) {
    struct arena arena;
    arena_init(&arena, 1 << 12);
    const bool is_its = binary_u32(in) == VERSION &&
                        strncmp(binary_string(in, &arena), fingerprint, FINGERPRINT_BYTES) == 0;
    arena_fini(&arena);
    return is_its && !in->is_bad;
}

static maru_status begin_anew(struct living *l, maru_error *err) {
    input_watch_reset(&l->inputs);
    l->inputs.n_row = l->inputs.n_judged = 0;
    return truth_watch_clear(&l->truths, err);
}

maru_status living_read(struct living *l, const void *bytes, size_t n, maru_error *err) {
    maru_status st = begin_anew(l, err);
    if (st != MARU_OK) {
        return st;
    }
    if (!is_whole(bytes, n)) {
        return fail(err, MARU_E_INPUT, "the state of a model is damaged");
    }
    struct binary in =
        binary_of((const char *)bytes + sizeof its_name, n - sizeof its_name - TAIL_BYTES);
    if (!is_of(&in, l->model.fingerprint)) {
        return fail(err, MARU_E_INPUT, "the state of another model, or of another version");
    }
    input_watch_read(&l->inputs, &in);
    st = truth_watch_read(&l->truths, &in, err);
    if (st == MARU_OK && !in.is_bad && in.left == 0) {
        return MARU_OK;
    }
    const maru_status anew = begin_anew(l, err);
    return anew != MARU_OK ? anew
           : st != MARU_OK ? st
                           : fail(err, MARU_E_INPUT, "the state of a model contradicts itself");
}
