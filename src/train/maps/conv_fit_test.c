#include "train/maps/conv_fit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"

enum { SIDE = 12, N_CELL = SIDE * SIDE, N_ROW = 240 };

static const struct conv_shape shape = {.side = SIDE,
                                        .n_channel = 1,
                                        .n_class = 3,
                                        .n_layer = 2,
                                        .layer = {{8, 3, 1, true}, {16, 3, 1, false}}};
static uint8_t cell[N_ROW * N_CELL];
static uint32_t class[N_ROW];

// Noise; noise and a line, along rows or columns; noise and a block.
static void make_pictures(uint64_t seed) {
    for (uint32_t i = 0; i < N_ROW; i++) {
        uint8_t *picture = cell + (size_t)i * N_CELL;
        const struct random_block at = random_at(seed, 1, i);
        const uint32_t from = 1 + at.word[0] % (SIDE - 4), other = at.word[1] % (SIDE - 4);
        class[i] = i % 3;
        for (uint32_t k = 0; k < N_CELL; k++) {
            picture[k] = random_at(seed, 2 + i, k).word[0] % 16 == 0 ? 255 : 0;
        }
        for (uint32_t k = 0; k < 9 && class[i] > 0; k++) {
            const uint32_t a = class[i] == 1 ? from : from + k / 3;
            const uint32_t b = class[i] == 1 ? k : other + k % 3;
            picture[at.word[2] % 2 ? a * SIDE + b : b * SIDE + a] = 255;
        }
    }
}

static struct conv_fit_options options(void) {
    struct conv_fit_options o = conv_fit_usual();
    o.n_epoch = 20;
    o.n_batch = 16;
    o.rate = 5e-3;
    return o;
}

static struct conv_net *fitted(const struct conv_fit_options *o) {
    const struct conv_pictures pictures = {cell, class, N_ROW};
    struct conv_net *net = NULL;
    assert_int_equal(conv_fit(&shape, &pictures, o, &net, NULL), MARU_OK);
    return net;
}

static void threads_change_no_bit(void **state) {
    (void)state;
    struct conv_fit_options o = options();
    make_pictures(1);
    o.n_epoch = 2;
    o.most_of_class = 50;
    struct conv_net *one = fitted(&o);
    o.n_thread = 3;
    struct conv_net *three = fitted(&o);
    o.seed = 1;
    struct conv_net *other = fitted(&o);
    const size_t n = conv_n_weight(one) * sizeof(float);
    assert_memory_equal(conv_weights(one), conv_weights(three), n);
    assert_memory_not_equal(conv_weights(one), conv_weights(other), n);
    conv_free(one);
    conv_free(three);
    conv_free(other);
}

static void shapes_are_learned(void **state) {
    (void)state;
    static float probability[N_ROW * 3];
    const struct conv_fit_options o = options();
    make_pictures(1);
    struct conv_net *net = fitted(&o);
    make_pictures(2); // pictures that it has not seen
    uint32_t n_right = 0;
    assert_int_equal(conv_ask(net, cell, N_ROW, true, 2, probability, NULL), MARU_OK);
    for (uint32_t i = 0; i < N_ROW; i++) {
        const float *p = probability + (size_t)i * 3;
        const uint32_t best = p[0] >= p[1] && p[0] >= p[2] ? 0 : p[1] >= p[2] ? 1 : 2;
        n_right += best == class[i];
    }
    assert_true(n_right > N_ROW * 9 / 10);
    conv_free(net);
}

// Asked under all symmetries, a turned picture gets the answer of the picture.
static void turns_change_no_answer(void **state) {
    (void)state;
    struct conv_net *net = NULL;
    float turned[N_CELL], first[3], second[3];
    uint8_t picture[N_CELL];
    make_pictures(1);
    assert_int_equal(conv_new(&shape, 5, &net, NULL), MARU_OK);
    assert_int_equal(conv_ask(net, cell, 1, true, 1, first, NULL), MARU_OK);
    for (uint32_t symmetry = 0; symmetry < FIT_SYMMETRIES; symmetry++) {
        conv_turn(cell, SIDE, 1, symmetry, turned);
        for (uint32_t k = 0; k < N_CELL; k++) {
            picture[k] = turned[k] > 0 ? 255 : 0;
        }
        assert_true(symmetry == 0 || memcmp(picture, cell, N_CELL) != 0);
        assert_int_equal(conv_ask(net, picture, 1, true, 1, second, NULL), MARU_OK);
        for (int c = 0; c < 3; c++) {
            assert_true(second[c] - first[c] < 1e-6F && first[c] - second[c] < 1e-6F);
        }
    }
    conv_free(net);
}

static void what_cannot_be_learned_is_refused(void **state) {
    (void)state;
    struct conv_fit_options o = options();
    struct conv_net *net = NULL;
    make_pictures(1);
    const struct conv_pictures none = {cell, class, 0}, all = {cell, class, N_ROW};
    assert_int_equal(conv_fit(&shape, &none, &o, &net, NULL), MARU_E_RANGE);
    class[5] = 3;
    assert_int_equal(conv_fit(&shape, &all, &o, &net, NULL), MARU_E_RANGE);
    class[5] = 2;
    o.n_batch = 12;
    assert_int_equal(conv_fit(&shape, &all, &o, &net, NULL), MARU_E_RANGE);
    o = options();
    o.rate = 0;
    assert_int_equal(conv_fit(&shape, &all, &o, &net, NULL), MARU_E_RANGE);
    assert_null(net);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(shapes_are_learned),
        cmocka_unit_test(turns_change_no_answer),
        cmocka_unit_test(what_cannot_be_learned_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
