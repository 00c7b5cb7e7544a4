// What a model at work has seen, as bytes: `MARULIVE`, version, fingerprint of the model, the watch of inputs, that of truths, digest of all
// this.

#include <string.h>

#include "base/sealed.h"
#include "base/status.h"
#include "learn/living/living_model.h"

enum { VERSION = 2 };

static const char its_name[] = "MARULIVE";

maru_status living_write(const struct living *l, struct text *out, maru_error *err) {
    const size_t from = sealed_begin(out, its_name, VERSION);
    binary_add_string(out, l->model.fingerprint);
    input_watch_write(&l->inputs, out);
    truth_watch_write(&l->truths, out);
    return sealed_end(out, from, err);
}

static bool is_of(struct binary *in, const char *fingerprint) {
    struct arena arena;
    arena_init(&arena, 1 << 12);
    const bool is_its = strcmp(binary_string(in, &arena), fingerprint) == 0;
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
    struct binary in;
    char fingerprint[33];
    if (n > LIVING_MAX_STATE_BYTES ||
        sealed_open(bytes, n, its_name, VERSION, &in, fingerprint, NULL) != MARU_OK) {
        return fail(err, MARU_E_INPUT, "the state of a model is damaged, or of another version");
    }
    if (!is_of(&in, l->model.fingerprint)) {
        return fail(err, MARU_E_INPUT, "the state of another model");
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
