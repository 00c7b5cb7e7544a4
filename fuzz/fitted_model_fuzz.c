#include "target.h"

#include "base/binary.h"
#include "base/digest.h"
#include "learn/models/fitted_model.h"

#include <math.h>
#include <string.h>

// Models from strangers, without the name in front and the digest behind, which no fuzzer finds. Properties: what is read is written the
// same, has the fingerprint of its bytes, and answers any row with a probability where it should.

enum { N_ROW = 3, MOST_FEATURE = 2000 };

static struct text framed(const uint8_t *bytes, size_t n) {
    struct text out;
    text_init(&out, 1 << 28);
    text_add(&out, "MARUMODL", 8);
    binary_add_u32(&out, MODEL_VERSION);
    text_add(&out, (const char *)bytes, n);
    struct digest digest;
    digest_init(&digest);
    digest_bytes(&digest, out.bytes, out.n_bytes);
    binary_add_u64(&out, digest.lane[0]);
    binary_add_u64(&out, digest.lane[1]);
    return out;
}

static void ask(const struct fitted_model *model) {
    static const float value[N_ROW] = {NAN, -1e30F, 1};
    const uint32_t n_feature = model->recipe.n_feature;
    float *x = calloc((size_t)n_feature * N_ROW, sizeof *x);
    double *probability = calloc((size_t)model->n_class * N_ROW + 1, sizeof *probability);
    struct model_answer answer[N_ROW];
    must(x && probability);
    for (uint32_t i = 0; i < N_ROW * n_feature; i++) {
        x[i] = value[i / n_feature];
    }
    must(fitted_model_answer_rows(model, x, N_ROW, answer, probability, NULL) == MARU_OK);
    for (uint32_t i = 0; i < N_ROW; i++) {
        must(model->goal == MODEL_NUMBER || isnan(answer[i].value) ||
             (answer[i].value >= 0 && answer[i].value <= 1));
        must(model->goal != MODEL_CLASS || answer[i].answer < model->n_class);
    }
    free(probability);
    free(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct text whole = framed(bytes, n), again;
    struct fitted_model model;
    if (fitted_model_read(whole.bytes, whole.n_bytes, &model, NULL) == MARU_OK) {
        text_init(&again, 1 << 28);
        must(fitted_model_write(&model, &again, NULL) == MARU_OK);
        must(again.n_bytes == whole.n_bytes &&
             memcmp(again.bytes, whole.bytes, whole.n_bytes) == 0);
        if (model.recipe.n_feature <= MOST_FEATURE) {
            ask(&model);
        }
        text_fini(&again);
        fitted_model_fini(&model);
    }
    text_fini(&whole);
    return 0;
}
