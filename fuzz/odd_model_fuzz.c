#include "target.h"

#include "base/binary.h"
#include "base/digest.h"
#include "learn/anomaly/odd_model.h"

#include <math.h>
#include <stdlib.h>

// Models of odd rows from strangers, without the name in front and the digest behind, which no fuzzer finds. Properties: what is read can be
// written, and judges any row with a share of good rows within 0 and 1.

enum { MOST_FEATURE = 200 };

static void ask(const struct odd_model *model) {
    static const double value[] = {NAN, 0, 1, -1e30};
    const uint32_t n = model->recipe.n_feature;
    double *row = calloc((size_t)n + 1, sizeof *row);
    double *room = calloc(anomaly_work(&model->anomaly) + 1, sizeof *room);
    must(row && room);
    for (size_t i = 0; i < sizeof value / sizeof *value; i++) {
        struct anomaly_verdict verdict;
        struct anomaly_cause cause[ANOMALY_MAX_CAUSES];
        for (uint32_t f = 0; f < n; f++) {
            row[f] = f % 3 == 2 ? NAN : value[i];
        }
        anomaly_judge(&model->anomaly, row, room, &verdict);
        must(isnan(verdict.tail) || (verdict.tail > 0 && verdict.tail <= 1));
        const uint32_t n_cause = anomaly_explain(&model->anomaly, row, room, cause);
        must(n_cause <= ANOMALY_MAX_CAUSES);
        for (uint32_t k = 0; k < n_cause; k++) {
            must(cause[k].column < n);
        }
    }
    free(room);
    free(row);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct text whole, again;
    text_init(&whole, 1 << 28);
    text_add(&whole, "MARUODDS", 8);
    binary_add_u32(&whole, 1);
    text_add(&whole, (const char *)bytes, n);
    struct digest digest;
    digest_init(&digest);
    digest_bytes(&digest, whole.bytes, whole.n_bytes);
    binary_add_u64(&whole, digest.lane[0]);
    binary_add_u64(&whole, digest.lane[1]);
    struct odd_model model;
    if (odd_model_read(whole.bytes, whole.n_bytes, &model, NULL) == MARU_OK) {
        text_init(&again, 1 << 28);
        must(odd_model_write(&model, &again, NULL) == MARU_OK);
        if (model.recipe.n_feature <= MOST_FEATURE) {
            ask(&model);
        }
        text_fini(&again);
        odd_model_fini(&model);
    }
    text_fini(&whole);
    return 0;
}
