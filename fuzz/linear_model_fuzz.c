#include "target.h"

#include "learn/models/linear_model.h"

#include <math.h>
#include <string.h>

// Linear models from strangers. The first byte chooses: our bytes, or numbers as they would stand in a draft, since no fuzzer finds a
// digest. Properties: what is taken is written, read again and written the same; our bytes have one form; what each column adds comes to
// the margin.

enum { MOST_FEATURE = 40, MOST_GROUP = 5, N_ROW = 8 };

static double real_at(const uint8_t *bytes, size_t n, size_t i) {
    double value = 0;
    uint8_t part[8];
    for (size_t k = 0; k < sizeof part; k++) {
        part[k] = bytes[(i * 8 + k) % n];
    }
    memcpy(&value, part, sizeof value);
    return value;
}

static struct linear_model *from_numbers(const uint8_t *bytes, size_t n) {
    if (n < 4) {
        return NULL;
    }
    float bound[3][MOST_FEATURE];
    double base[MOST_GROUP], weight[2][MOST_GROUP * MOST_FEATURE];
    size_t at = 0;
    for (size_t k = 0; k < (size_t)3 * MOST_FEATURE; k++) {
        bound[k % 3][k / 3] = (float)real_at(bytes, n, at++);
    }
    for (size_t g = 0; g < MOST_GROUP; g++) {
        base[g] = real_at(bytes, n, at++);
    }
    for (size_t i = 0; i < (size_t)2 * MOST_GROUP * MOST_FEATURE; i++) {
        weight[i % 2][i / 2] = real_at(bytes, n, at++);
    }
    const struct linear_draft draft = {
        {bytes[0] % N_LINEAR_GOAL, bytes[1] % MOST_FEATURE, bytes[2] % MOST_GROUP},
        bound[0],
        bound[1],
        bound[2],
        base,
        weight[0],
        weight[1]};
    struct linear_model *made = NULL;
    const maru_status st = linear_model_make(&draft, &made, NULL);
    must((st == MARU_OK) == (made != NULL));
    return made;
}

static struct text written(const struct linear_model *model) {
    struct text out;
    text_init(&out, 1 << 28);
    must(linear_model_write(model, &out, NULL) == MARU_OK);
    return out;
}

static void check_bytes(const struct linear_model *model) {
    struct text once = written(model);
    struct linear_model *again = NULL;
    must(linear_model_read(once.bytes, once.n_bytes, &again, NULL) == MARU_OK);
    struct text twice = written(again);
    must(once.n_bytes == twice.n_bytes && memcmp(once.bytes, twice.bytes, once.n_bytes) == 0);
    text_fini(&once);
    text_fini(&twice);
    linear_model_free(again);
}

static void check_answers(const struct linear_model *model) {
    const struct linear_draft *d = linear_model_draft(model);
    static const float odd[] = {NAN, INFINITY, -INFINITY, 0, -1e30F, 1};
    float x[MOST_FEATURE];
    double margin[MOST_GROUP], added[MOST_FEATURE];
    for (uint32_t i = 0; i < N_ROW; i++) {
        for (uint32_t k = 0; k < d->shape.n_feature; k++) {
            x[k] = i % 2 ? odd[(i + k) % 6] : d->center[k];
        }
        linear_model_margins(model, x, 1, margin);
        for (uint32_t g = 0; g < d->shape.n_group; g++) {
            double sum = d->base[g];
            linear_model_why(model, x, g, added);
            for (uint32_t k = 0; k < d->shape.n_feature; k++) {
                sum += added[k];
            }
            must(sum == margin[g] || !isfinite(sum));
        }
        linear_model_answers(model, 1, margin);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n == 0) {
        return 0;
    }
    struct linear_model *model = NULL;
    maru_error err = {0};
    if (bytes[0] % 2 == 0) {
        const maru_status st = linear_model_read(bytes + 1, n - 1, &model, &err);
        must(st == MARU_OK || (st != MARU_MORE && !model && err.text[0]));
    } else {
        model = from_numbers(bytes + 1, n - 1);
    }
    if (model) {
        check_bytes(model);
        const struct linear_shape shape = linear_model_draft(model)->shape;
        if (shape.n_feature <= MOST_FEATURE && shape.n_group <= MOST_GROUP) {
            check_answers(model);
        }
    }
    linear_model_free(model);
    return 0;
}
