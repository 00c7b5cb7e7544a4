// What a model at work has seen, as bytes: `MARULIVE`, version, fingerprint of the model, what its kind writes, digest of all this.

#include <string.h>

#include "base/sealed.h"
#include "base/status.h"
#include "learn/living/living_kind.h"

static const char its_name[] = "MARULIVE";

maru_status living_bytes_write(const struct living_kind *kind, const void *model, struct text *out,
                               maru_error *err) {
    const size_t from = sealed_begin(out, its_name, LIVING_VERSION);
    binary_add_string(out, kind->fingerprint(model));
    kind->write(model, out);
    return sealed_end(out, from, err);
}

static bool is_of(struct binary *in, const char *fingerprint) {
    struct arena arena;
    arena_init(&arena, 1 << 12);
    const bool is_its = strcmp(binary_string(in, &arena), fingerprint) == 0;
    arena_fini(&arena);
    return is_its && !in->is_bad;
}

maru_status living_bytes_read(const struct living_kind *kind, void *model, const void *bytes,
                              size_t n, maru_error *err) {
    maru_status st = kind->clear(model, err);
    if (st != MARU_OK) {
        return st;
    }
    struct binary in;
    char fingerprint[33];
    if (n > LIVING_MAX_STATE_BYTES ||
        sealed_open(bytes, n, its_name, LIVING_VERSION, &in, fingerprint, NULL) != MARU_OK) {
        return fail(err, MARU_E_INPUT, "the state of a model is damaged, or of another version");
    }
    if (!is_of(&in, kind->fingerprint(model))) {
        return fail(err, MARU_E_INPUT, "the state of another model");
    }
    st = kind->read(model, &in, err);
    if (st == MARU_OK && !in.is_bad && in.left == 0) {
        return MARU_OK;
    }
    const maru_status anew = kind->clear(model, err);
    return anew != MARU_OK ? anew
           : st != MARU_OK ? st
                           : fail(err, MARU_E_INPUT, "the state of a model contradicts itself");
}
