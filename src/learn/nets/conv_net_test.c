#include "learn/nets/conv_net.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "learn/nets/product.h"
#include "learn/trees/forest_inside.h"

static const struct conv_shape small = {
    .side = 9,
    .n_channel = 2,
    .n_class = 3,
    .n_layer = 3,
    .layer = {{8, 5, 2, false}, {16, 3, 1, true}, {8, 1, 1, false}}};

static float chance(uint64_t stream, uint64_t i) {
    return (float)random_at(7, stream, i).word[0] / 4294967296.0F - 0.5F;
}

static void fill(float *value, size_t n, uint64_t stream) {
    for (size_t i = 0; i < n; i++) {
        value[i] = chance(stream, i);
    }
}

// Each element is the sum of its terms in their order, to the last bit, with and without wide instructions, read straight or turned.
static void products_are_sums_in_order(void **state) {
    (void)state;
    enum { MOST = 40 };
    static float a[MOST * MOST], b[MOST * MOST], c[2][MOST * MOST];
    fill(a, (size_t)MOST * MOST, 1);
    fill(b, (size_t)MOST * MOST, 2);
    for (size_t n_row = 1; n_row < 15; n_row++) {
        for (size_t n_column = 8; n_column <= 40; n_column += 8) {
            const size_t n_term = n_row * 3 % 17;
            const bool is_turned = n_row % 2 == 0;
            const struct product_left left = {a, is_turned ? 1 : n_term, is_turned ? n_row : 1};
            const struct product_size size = {n_row, n_term, n_column};
            fill(c[0], (size_t)MOST * MOST, 3);
            fill(c[1], (size_t)MOST * MOST, 3);
            product_add(size, left, b, c[0], false);
            product_add(size, left, b, c[1], forest_machine_is_wide());
            for (size_t i = 0; i < n_row * n_column; i++) {
                float sum = chance(3, i);
                for (size_t k = 0; k < n_term; k++) {
                    sum += a[i / n_column * left.by_row + k * left.by_term] *
                           b[k * n_column + i % n_column];
                }
                assert_memory_equal(&c[0][i], &sum, sizeof sum);
            }
            assert_memory_equal(c[0], c[1], sizeof c[0]); // what lies beyond stays as well
        }
    }
}

static double loss_of(const struct conv_net *net, const float *picture, const float *target,
                      float *scratch) {
    float margin[3];
    double loss = 0;
    conv_answer(net, picture, scratch, margin);
    conv_probabilities(margin, 3);
    for (int c = 0; c < 3; c++) {
        loss -= (double)target[c] * log((double)margin[c]);
    }
    return loss;
}

// The gradient is the slope of the loss along each weight.
static void gradient_is_the_slope(void **state) {
    (void)state;
    static const float target[3] = {0, 0.75F, 0.25F};
    struct conv_net *net = NULL;
    float picture[9 * 9 * 2];
    fill(picture, (size_t)9 * 9 * 2, 4);
    assert_int_equal(conv_new(&small, 3, &net, NULL), MARU_OK);
    const size_t n = conv_n_weight(net);
    float *scratch = calloc(conv_scratch_floats(net), sizeof *scratch);
    float *gradient = calloc(n, sizeof *gradient), *weight = conv_weights(net);
    const double loss = conv_learn(net, picture, target, scratch, gradient);
    assert_true(fabs(loss - loss_of(net, picture, target, scratch)) < 1e-5);
    uint32_t n_far = 0, n_nonzero = 0;
    for (size_t i = 0; i < n; i++) {
        const float kept = weight[i], by = 1e-3F;
        weight[i] = kept + by;
        const double above = loss_of(net, picture, target, scratch);
        weight[i] = kept - by;
        const double below = loss_of(net, picture, target, scratch);
        weight[i] = kept;
        const double slope = (above - below) / (2 * (double)by);
        n_nonzero += fabs(slope) > 1e-3;
        n_far += fabs(slope - (double)gradient[i]) > 2e-3 + 0.05 * fabs(slope);
    }
    assert_true(n_nonzero > n / 4);
    assert_true(
        n_far <
        n / 50); // where a step passes the corner of a ReLU or another cell becomes the largest
    free(scratch);
    free(gradient);
    conv_free(net);
}

static void probabilities_add_up(void **state) {
    (void)state;
    float margin[4] = {1000, 999, -1e30F, 1000};
    conv_probabilities(margin, 4);
    assert_true(fabsf(margin[0] + margin[1] + margin[2] + margin[3] - 1) < 1e-6F);
    assert_true(fabsf(margin[1] / margin[0] - 0.36787944F) < 1e-6F);
    assert_true(margin[0] == margin[3] && margin[2] == 0);
}

static void shapes_that_cannot_be_are_refused(void **state) {
    (void)state;
    struct conv_shape bad[9];
    for (int i = 0; i < 9; i++) {
        bad[i] = small;
    }
    bad[0].side = 0;
    bad[1].side = CONV_MAX_SIDE + 1;
    bad[2].n_class = 1;
    bad[3].n_layer = 0;
    bad[4].layer[0].n_out = 12;
    bad[5].layer[0].kernel = 4;
    bad[6].layer[0].stride = 3;
    bad[7].layer[2].kernel = CONV_MAX_KERNEL + 2;
    bad[8].side = 2; // nothing is left after the second layer
    for (int i = 0; i < 9; i++) {
        struct conv_net *net = NULL;
        maru_error err = {0};
        assert_int_equal(conv_new(&bad[i], 1, &net, &err), MARU_E_RANGE);
        assert_true(!net && err.text[0] != '\0');
    }
}

static void bytes_come_back_or_are_refused(void **state) {
    (void)state;
    struct conv_net *net = NULL, *again = NULL;
    struct text bytes, second;
    text_init(&bytes, 1 << 20);
    text_init(&second, 1 << 20);
    assert_int_equal(conv_new(&small, 3, &net, NULL), MARU_OK);
    assert_int_equal(conv_write(net, &bytes, NULL), MARU_OK);
    assert_int_equal(conv_read(bytes.bytes, bytes.n_bytes, &again, NULL), MARU_OK);
    assert_memory_equal(conv_weights(net), conv_weights(again), conv_n_weight(net) * sizeof(float));
    assert_int_equal(conv_write(again, &second, NULL), MARU_OK);
    assert_int_equal(second.n_bytes, bytes.n_bytes);
    assert_memory_equal(second.bytes, bytes.bytes, bytes.n_bytes);
    conv_free(again);
    again = NULL;
    for (size_t k = 0; k < bytes.n_bytes; k += 7) {
        assert_int_equal(conv_read(bytes.bytes, k, &again, NULL), MARU_E_INPUT);
        bytes.bytes[k] ^= 4;
        assert_int_equal(conv_read(bytes.bytes, bytes.n_bytes, &again, NULL), MARU_E_INPUT);
        bytes.bytes[k] ^= 4;
    }
    assert_null(again);
    conv_free(net);
    text_fini(&bytes);
    text_fini(&second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_sums_in_order),
        cmocka_unit_test(gradient_is_the_slope),
        cmocka_unit_test(probabilities_add_up),
        cmocka_unit_test(shapes_that_cannot_be_are_refused),
        cmocka_unit_test(bytes_come_back_or_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
