#include "target.h"

#include "base/binary.h"
#include "base/digest.h"
#include "learn/survival/survival_model.h"

#include <math.h>
#include <string.h>

// Models of lives from strangers, without the name in front and the digest behind, which no fuzzer finds. Properties: what is read can be
// written, and tells any unit shares within 0 and 1 and a life that is not below 0.

static void ask(const struct survival_model *model) {
    static const double age[] = {0, 1, 1e6}, risk[] = {-20, 0, 20};
    for (size_t i = 0; i < sizeof age / sizeof *age; i++) {
        const struct survival_answer a = survival_ask(model, risk[i], age[i]);
        must(isnan(a.surviving.value) || (a.surviving.value >= 0 && a.surviving.value <= 1));
        must(isnan(a.remaining.value) || a.remaining.value >= 0);
        must(isnan(a.replace_in) || a.replace_in >= 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct text whole, again;
    text_init(&whole, 1 << 28);
    text_add(&whole, "MARUSURV", 8);
    binary_add_u32(&whole, 1);
    text_add(&whole, (const char *)bytes, n);
    struct digest digest;
    digest_init(&digest);
    digest_bytes(&digest, whole.bytes, whole.n_bytes);
    binary_add_u64(&whole, digest.lane[0]);
    binary_add_u64(&whole, digest.lane[1]);
    struct survival_model model;
    if (survival_model_read(whole.bytes, whole.n_bytes, &model, NULL) == MARU_OK) {
        text_init(&again, 1 << 28);
        must(survival_model_write(&model, &again, NULL) == MARU_OK);
        ask(&model);
        text_fini(&again);
        survival_model_fini(&model);
    }
    text_fini(&whole);
    return 0;
}
