#include "train/maps/wafer_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"

enum { SIDE = 24, N_MAP = 150, N_KIND = 3 };
static const uint32_t labels[N_KIND] = {0, 8, 64}; // nothing, a ring at the edge, a line

static uint8_t die[N_MAP][SIDE * SIDE];
static struct wafer_map map[N_MAP];

static void make_maps(uint64_t seed) {
    for (uint32_t i = 0; i < N_MAP; i++) {
        const struct random_block at = random_at(seed, 0, i);
        for (uint32_t k = 0; k < SIDE * SIDE; k++) {
            const double y = (2.0 * floor((double)k / SIDE) + 1) / SIDE - 1,
                         x = (2.0 * (k % SIDE) + 1) / SIDE - 1;
            const double r = sqrt(y * y + x * x);
            const uint32_t chance = random_at(seed, 1 + i, k).word[0] % 100;
            const bool is_ring = i % N_KIND == 1 && r > 0.85 && chance < 80;
            const bool is_line = i % N_KIND == 2 && r < 0.8 && k % SIDE == 8 + at.word[0] % 8;
            die[i][k] = r > 1                              ? WAFER_NO_DIE
                        : is_ring || is_line || chance < 3 ? WAFER_BAD
                                                           : WAFER_GOOD;
        }
        map[i] = (struct wafer_map){SIDE, SIDE, labels[i % N_KIND], i, die[i]};
    }
}

static struct wafer_fit_options options(void) {
    struct wafer_fit_options o = wafer_fit_usual();
    o.n_pass = 3;
    o.n_round = 10;
    o.n_depth = 3;
    o.most_of_class = 40;
    return o;
}

static struct wafer_model *fitted(const struct wafer_fit_options *o) {
    struct wafer_model *model = NULL;
    make_maps(1);
    assert_int_equal(wafer_model_fit(map, N_MAP, o, &model, NULL), MARU_OK);
    return model;
}

static void write_model(const struct wafer_model *model, struct text *out) {
    text_init(out, 16 << 20);
    assert_int_equal(wafer_model_write(model, out, NULL), MARU_OK);
}

static void patterns_are_told_apart(void **state) {
    (void)state;
    static float probability[N_MAP * N_KIND];
    const struct wafer_fit_options o = options();
    struct wafer_model *model = fitted(&o);
    assert_int_equal(wafer_model_n_class(model), N_KIND);
    assert_memory_equal(wafer_model_labels(model), labels, sizeof labels);
    make_maps(2); // maps that it has not seen
    assert_int_equal(wafer_model_answer(model, map, N_MAP, 2, probability, NULL), MARU_OK);
    uint32_t n_right = 0;
    for (uint32_t i = 0; i < N_MAP; i++) {
        const float *p = probability + (size_t)i * N_KIND;
        assert_true(fabsf(p[0] + p[1] + p[2] - 1) < 1e-5F);
        n_right += p[i % N_KIND] >= fmaxf(p[0], fmaxf(p[1], p[2]));
    }
    assert_in_range(n_right, N_MAP * 95 / 100, N_MAP);

    struct wafer_reason reason[WAFER_MAX_REASONS];
    uint32_t n_reason = 0;
    assert_int_equal(wafer_model_reasons(model, &map[1], 1, reason, &n_reason, NULL), MARU_OK);
    assert_in_range(n_reason, 1, WAFER_MAX_REASONS);
    for (uint32_t i = 0; i < n_reason; i++) {
        assert_true(reason[i].weight > 0 && reason[i].feature < WAFER_N_FEATURE);
        assert_true(i == 0 || reason[i].weight <= reason[i - 1].weight);
    }
    assert_int_equal(wafer_model_reasons(model, &map[1], 3, reason, &n_reason, NULL), MARU_E_RANGE);
    wafer_model_free(model);
}

static void the_same_maps_give_the_same_bytes(void **state) {
    (void)state;
    struct wafer_fit_options o = options();
    o.n_pass = 1;
    struct wafer_model *one = fitted(&o);
    o.n_thread = 2;
    struct wafer_model *two = fitted(&o);
    o.seed = 5;
    struct wafer_model *other = fitted(&o);
    struct text bytes[3];
    write_model(one, &bytes[0]);
    write_model(two, &bytes[1]);
    write_model(other, &bytes[2]);
    assert_int_equal(bytes[0].n_bytes, bytes[1].n_bytes);
    assert_memory_equal(bytes[0].bytes, bytes[1].bytes, bytes[0].n_bytes);
    assert_true(bytes[0].n_bytes != bytes[2].n_bytes ||
                memcmp(bytes[0].bytes, bytes[2].bytes, bytes[0].n_bytes) != 0);
    for (int i = 0; i < 3; i++) {
        text_fini(&bytes[i]);
    }
    wafer_model_free(one);
    wafer_model_free(two);
    wafer_model_free(other);
}

static void bytes_come_back_or_are_refused(void **state) {
    (void)state;
    static float first[N_MAP * N_KIND], second[N_MAP * N_KIND];
    struct wafer_fit_options o = options();
    o.n_pass = 1;
    o.n_round = 2;
    struct wafer_model *model = fitted(&o), *again = NULL;
    struct text bytes, copy;
    write_model(model, &bytes);
    assert_int_equal(wafer_model_read(bytes.bytes, bytes.n_bytes, &again, NULL), MARU_OK);
    write_model(again, &copy);
    assert_int_equal(bytes.n_bytes, copy.n_bytes);
    assert_memory_equal(bytes.bytes, copy.bytes, bytes.n_bytes);
    assert_int_equal(wafer_model_answer(model, map, N_MAP, 1, first, NULL), MARU_OK);
    assert_int_equal(wafer_model_answer(again, map, N_MAP, 2, second, NULL), MARU_OK);
    assert_memory_equal(first, second, sizeof first);
    wafer_model_free(again);
    again = NULL;
    for (size_t k = 0; k < bytes.n_bytes; k += k < 100 ? 1 : 997) {
        assert_int_equal(wafer_model_read(bytes.bytes, k, &again, NULL), MARU_E_INPUT);
        bytes.bytes[k] ^= 1;
        assert_int_equal(wafer_model_read(bytes.bytes, bytes.n_bytes, &again, NULL), MARU_E_INPUT);
        bytes.bytes[k] ^= 1;
    }
    assert_null(again);
    text_fini(&bytes);
    text_fini(&copy);
    wafer_model_free(model);
}

static void what_cannot_be_learned_is_refused(void **state) {
    (void)state;
    struct wafer_fit_options o = options();
    struct wafer_model *model = NULL;
    make_maps(1);
    assert_int_equal(wafer_model_fit(map, 0, &o, &model, NULL), MARU_E_RANGE);
    assert_int_equal(wafer_model_fit(map, 1, &o, &model, NULL), MARU_E_RANGE); // one class alone
    map[7].label = WAFER_MAX_LABEL + 1;
    assert_int_equal(wafer_model_fit(map, N_MAP, &o, &model, NULL), MARU_E_RANGE);
    map[7].label = 8;
    o.net_share = NAN;
    assert_int_equal(wafer_model_fit(map, N_MAP, &o, &model, NULL), MARU_E_RANGE);
    o = options();
    o.n_pass = 0;
    assert_int_equal(wafer_model_fit(map, N_MAP, &o, &model, NULL), MARU_E_RANGE);
    assert_null(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_are_told_apart),
        cmocka_unit_test(the_same_maps_give_the_same_bytes),
        cmocka_unit_test(bytes_come_back_or_are_refused),
        cmocka_unit_test(what_cannot_be_learned_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
