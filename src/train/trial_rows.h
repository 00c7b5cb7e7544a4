// Rows for the tests of trees: values between 0 and 1, some of them missing, and an answer that hangs on the first four.
#ifndef TRAIN_TRIAL_ROWS_H
#define TRAIN_TRIAL_ROWS_H

#include <math.h>
#include <stdlib.h>

#include "train/trees/boosting.h"

struct trial_rows {
    float *x, *y;
    struct boosting_rows rows;
};

// A number from 0 to 1, always the same for a place of a seed.
static inline float trial_number(uint64_t seed, uint64_t place) {
    uint64_t z = seed * UINT64_C(0x9E3779B97F4A7C15) + place * UINT64_C(0xBF58476D1CE4E5B9) + 1;
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (float)((z ^ z >> 31) >> 40) / 16777216.0F;
}

// missing: the share of values that are missing; n_step: above 0, values are multiples of 1 / n_step, so that many are equal.
static inline struct trial_rows trial_rows_new(uint64_t seed, uint32_t n_row, uint32_t n_feature,
                                               const struct boosting_options *options,
                                               float missing, uint32_t n_step) {
    struct trial_rows made = {.x = malloc(sizeof(float) * n_row * n_feature),
                              .y = malloc(sizeof(float) * n_row)};
    if (!made.x || !made.y) {
        abort();
    }
    for (uint32_t i = 0; i < n_row; i++) {
        float sum = trial_number(seed + 1, i);
        for (uint32_t k = 0; k < n_feature; k++) {
            const uint64_t place = (uint64_t)i * n_feature + k;
            float value = trial_number(seed + 2, place);
            value = n_step > 0 ? floorf(value * (float)n_step) / (float)n_step : value;
            sum += k < 4 ? value * (k == 2 ? 2 - sum : 1) : 0;
            made.x[place] = trial_number(seed + 3, place) < missing ? NAN : value;
        }
        const float share = sum / 4.5F;
        made.y[i] = options->goal == BOOSTING_NUMBER ? 10 + 5 * sum
                    : options->goal == BOOSTING_YES_NO
                        ? (share > 0.45F ? 1.0F : 0.0F)
                        : floorf(fminf(fmaxf(share, 0), 0.999F) * (float)options->n_class);
    }
    made.rows = (struct boosting_rows){made.x, made.y, NULL, n_row, n_feature};
    return made;
}

static inline void trial_rows_free(struct trial_rows *rows) {
    free(rows->x);
    free(rows->y);
}

#endif
