#include "target.h"

#include <math.h>
#include <string.h>

#include "base/digest.h"
#include "learn/conformal/adaptive.h"

// States of intervals from strangers. The first byte chooses: bytes as they are, or with the digest they ought to have, since no fuzzer finds one.
// Properties: what is taken is written the same; it takes scores as one that was never away does; widths are never NaN.

enum { DIGEST_BYTES = 16, MOST_BYTES = 1 << 16 };

static void seal(uint8_t *bytes, size_t n) {
    struct digest digest;
    if (n < DIGEST_BYTES) {
        return;
    }
    digest_init(&digest);
    digest_bytes(&digest, bytes, n - DIGEST_BYTES);
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        bytes[n - DIGEST_BYTES + i] = (uint8_t)(digest.lane[i / 8] >> (8 * (i % 8)));
    }
}

static struct text written(const struct adaptive *state) {
    struct text out;
    text_init(&out, MOST_BYTES);
    must(adaptive_write(state, &out, NULL) == MARU_OK);
    return out;
}

static void go_on(struct adaptive *a, struct adaptive *b) {
    static const double scores[] = {0, 1, -1, 1e300, -1e300, 0.5, 1e-300, 2};
    for (uint32_t i = 0; i < 64; i++) {
        const double width = adaptive_width(a), score = scores[i * 5 % 8];
        must(!isnan(width) && width == adaptive_width(b));
        must(adaptive_step(a, score, NULL) == MARU_OK && adaptive_step(b, score, NULL) == MARU_OK);
    }
    struct text once = written(a), twice = written(b);
    must(once.n_bytes == twice.n_bytes && memcmp(once.bytes, twice.bytes, once.n_bytes) == 0);
    text_fini(&once);
    text_fini(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    static struct adaptive a, b;
    static uint8_t copy[MOST_BYTES];
    if (n == 0 || n > MOST_BYTES) {
        return 0;
    }
    const size_t n_state = n - 1;
    memcpy(copy, bytes + 1, n_state);
    if (bytes[0] % 2) {
        seal(copy, n_state);
    }
    maru_error err = {0};
    const maru_status st = adaptive_read(copy, n_state, &a, &err);
    must(st == MARU_OK || (st == MARU_E_INPUT && err.text[0]));
    if (st == MARU_OK) {
        struct text same = written(&a);
        must(same.n_bytes == n_state && memcmp(same.bytes, copy, n_state) == 0);
        must(adaptive_read(same.bytes, same.n_bytes, &b, NULL) == MARU_OK);
        text_fini(&same);
        go_on(&a, &b);
    }
    return 0;
}
