#include "target.h"

#include <math.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "train/maps/wafer_model.h"

// A model of wafer maps as bytes. The first byte tells how the rest is meant: bit 0, without its digest, which is put behind it here; bit
// 1, with a net whose digest is made anew: in bytes with digests of their own hardly any change is read.
//
// Properties: a model that is read is written as the same bytes, and says of any map probabilities that make a whole, and reasons that
// are there.

enum { MAX_BYTES = 1 << 22, SIZES_AT = 16, TAIL_BYTES = 16, SIDE = 12 };

static void put_digest(char *bytes, size_t n) { // behind the n bytes
    struct digest digest;
    digest_init(&digest);
    digest_bytes(&digest, bytes, n);
    for (int i = 0; i < TAIL_BYTES; i++) {
        bytes[n + (size_t)i] = (char)(digest.lane[i / 8] >> (i % 8 * 8) & 0xFF);
    }
}

static size_t u32_at(const char *bytes) {
    uint32_t value = 0;
    memcpy(&value, bytes, sizeof value);
    return value;
}

// The net stands last, in front of the digest of all.
static void mend_net(char *bytes, size_t n) {
    const size_t n_net = n > SIZES_AT + 8 ? u32_at(bytes + SIZES_AT + 4) : 0;
    if (n_net > TAIL_BYTES && n_net < n - SIZES_AT - 8) {
        put_digest(bytes + n - n_net, n_net - TAIL_BYTES);
    }
}

static void ask(const struct wafer_model *model) {
    uint8_t die[SIDE * SIDE];
    const struct wafer_map map = {SIDE, SIDE, 0, 0, die};
    float probability[WAFER_MAX_LABEL + 1];
    struct wafer_reason reason[WAFER_MAX_REASONS];
    double sum = 0;
    uint32_t n_reason = 0;
    for (uint32_t i = 0; i < sizeof die; i++) {
        die[i] = (uint8_t)(i % 7 == 0 ? WAFER_NO_DIE : i % 5 == 0 ? WAFER_BAD : WAFER_GOOD);
    }
    must(wafer_model_answer(model, &map, 1, 1, probability, NULL) == MARU_OK);
    for (uint32_t c = 0; c < wafer_model_n_class(model); c++) {
        must(probability[c] >= 0 && probability[c] <= 1);
        sum += (double)probability[c];
    }
    must(fabs(sum - 1) < 1e-3);
    must(wafer_model_reasons(model, &map, 0, reason, &n_reason, NULL) == MARU_OK);
    must(n_reason <= WAFER_MAX_REASONS);
    for (uint32_t i = 0; i < n_reason; i++) {
        must(reason[i].feature < WAFER_N_FEATURE && reason[i].weight > 0);
    }
}

static void check(const char *bytes, size_t n) {
    struct wafer_model *model = NULL;
    struct text again;
    maru_error err = {0};
    if (wafer_model_read(bytes, n, &model, &err) != MARU_OK) {
        must(!model && err.text[0] != '\0');
        return;
    }
    text_init(&again, MAX_BYTES);
    must(wafer_model_write(model, &again, NULL) == MARU_OK);
    must(again.n_bytes == n && memcmp(again.bytes, bytes, n) == 0);
    text_fini(&again);
    ask(model);
    wafer_model_free(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n < 2 || n > MAX_BYTES / 2) {
        return 0;
    }
    char *copy = calloc(n + TAIL_BYTES, 1);
    must(copy);
    memcpy(copy, bytes + 1, --n);
    if (bytes[0] & 1) {
        if (bytes[0] & 2) {
            mend_net(copy, n);
        }
        put_digest(copy, n);
        n += TAIL_BYTES;
    }
    check(copy, n);
    free(copy);
    return 0;
}
