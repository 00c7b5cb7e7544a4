#include "learn/nets/small_net.h"

#include "base/alloc.h"
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 2000, FEATURES = 5, TEST_ROWS = 300 };

struct trial {
    float x[ROWS * FEATURES], y[ROWS];
    struct net_rows rows;
};

static float uniform(uint64_t seed, uint64_t place) {
    return (float)(random_at(seed, 3, place).word[0] / 2147483648.0 - 1.0);
}

// What is wanted: a corner and a product, which no sum of columns gives.
static float wanted(const float *x) { return 100 + 30 * fabsf(x[0]) + 20 * x[1] * x[2]; }

static void make(struct trial *t, uint64_t seed) {
    for (uint32_t i = 0; i < ROWS; i++) {
        float *x = t->x + (size_t)i * FEATURES;
        for (uint32_t k = 0; k < FEATURES; k++) {
            x[k] = uniform(seed, (size_t)i * FEATURES + k);
        }
        x[4] = 7; // does not vary
        t->y[i] = wanted(x);
    }
    t->rows = (struct net_rows){t->x, t->y, NULL, ROWS, FEATURES};
}

static struct net *fit(const struct net_rows *rows, const struct net_options *options) {
    struct net *net = NULL;
    assert_int_equal(net_fit(rows, options, &net, NULL), MARU_OK);
    return net;
}

static double rmse(const struct net *net, const struct trial *t) {
    double sum = 0;
    for (uint32_t i = 0; i < TEST_ROWS; i++) {
        const double error = net_answer(net, t->x + (size_t)i * FEATURES) - (double)t->y[i];
        sum += error * error;
    }
    return sqrt(sum / TEST_ROWS);
}

// Rows that it has not seen, where what is wanted has a deviation of 11: the best sum of columns errs by that much.
static void bends(void **state) {
    (void)state;
    struct trial train, test;
    make(&train, 1);
    make(&test, 2);
    struct net_options options = net_usual();
    options.n_epoch = 40;
    for (uint32_t k = 0; k < 3; k++) { // as it is; with values left out; with many rows a step
        options.dropout = k == 1 ? 0.1 : 0.0;
        options.n_batch = k == 2 ? 16 : 64;
        struct net *net = fit(&train.rows, &options);
        const double error = rmse(net, &test);
        if (!(error < (k == 1 ? 5.0 : 2.5))) {
            fail_msg("case %u: off by %g", k, error);
        }
        net_free(net);
    }
}

// A weight of 0 is the same as no row: the net then learns the other half alone, which says something else.
static void weights_count(void **state) {
    (void)state;
    struct trial train, test;
    make(&train, 1);
    make(&test, 2);
    static float weight[ROWS];
    for (uint32_t i = 0; i < ROWS; i++) {
        weight[i] = (float)(i % 2);
        train.y[i] = i % 2 ? train.y[i] : -500;
    }
    train.rows.weight = weight;
    struct net_options options = net_usual();
    options.n_epoch = 60;
    struct net *net = fit(&train.rows, &options);
    const double error = rmse(net, &test);
    if (!(error < 15)) {
        fail_msg("off by %g", error);
    }
    net_free(net);
}

static struct text written(const struct net *net) {
    struct text out;
    text_init(&out, 1 << 24);
    assert_int_equal(net_write(net, &out, NULL), MARU_OK);
    return out;
}

static void same_bytes(void **state) {
    (void)state;
    struct trial train;
    make(&train, 1);
    train.rows.n_row = 400;
    struct net_options options = net_usual();
    options.n_epoch = 3;
    options.dropout = 0.2;
    struct text first = {0};
    for (uint32_t k = 0; k < 3; k++) {
        options.seed = k == 2 ? 9 : 4;
        struct net *net = fit(&train.rows, &options);
        struct text bytes = written(net);
        net_free(net);
        if (k == 0) {
            first = bytes;
            continue;
        }
        const bool is_same =
            bytes.n_bytes == first.n_bytes && memcmp(bytes.bytes, first.bytes, first.n_bytes) == 0;
        assert_int_equal(is_same, k == 1);
        text_fini(&bytes);
    }
    text_fini(&first);
}

// What is read answers as what was written; no prefix and no changed byte is taken.
static void bytes_back(void **state) {
    (void)state;
    struct trial train;
    make(&train, 1);
    struct net_options options = net_usual();
    options.n_layer = 1;
    options.width[0] = 6;
    options.n_epoch = 1;
    struct net *net = fit(&train.rows, &options), *again = NULL;
    struct text bytes = written(net);
    assert_int_equal(net_read(bytes.bytes, bytes.n_bytes, &again, NULL), MARU_OK);
    for (uint32_t i = 0; i < TEST_ROWS; i++) {
        const float *x = train.x + (size_t)i * FEATURES;
        assert_true(net_answer(net, x) == net_answer(again, x));
    }
    struct net *none = NULL;
    for (size_t n = 0; n < bytes.n_bytes; n++) {
        assert_int_equal(net_read(bytes.bytes, n, &none, NULL), MARU_E_INPUT);
        bytes.bytes[n] = (char)(bytes.bytes[n] ^ 1);
        assert_int_equal(net_read(bytes.bytes, bytes.n_bytes, &none, NULL), MARU_E_INPUT);
        bytes.bytes[n] = (char)(bytes.bytes[n] ^ 1);
    }
    assert_null(none);
    net_free(net);
    net_free(again);
    text_fini(&bytes);
}

static void odd_rows(void **state) {
    (void)state;
    struct trial t;
    make(&t, 1);
    struct net_options options = net_usual();
    options.n_epoch = 2;
    t.rows.n_row = 1; // one row: its answer is the answer
    struct net *net = fit(&t.rows, &options);
    const float nothing[FEATURES] = {NAN, NAN, NAN, NAN, NAN};
    const float wild[FEATURES] = {INFINITY, -INFINITY, 1e38F, -1e38F, 0};
    assert_true(fabs(net_answer(net, nothing) - (double)t.y[0]) < 1e-3);
    net_free(net);
    t.rows.n_row = 200;
    for (uint32_t i = 0; i < 200; i++) {
        t.x[(size_t)i * FEATURES + 3] = NAN; // never there
        t.x[(size_t)i * FEATURES] = i % 3 ? NAN : t.x[(size_t)i * FEATURES];
    }
    net = fit(&t.rows, &options);
    assert_true(isfinite(net_answer(net, nothing)) && isfinite(net_answer(net, wild)));
    net_free(net);
}

static void refused(void **state) {
    (void)state;
    struct trial t;
    make(&t, 1);
    t.rows.n_row = 50;
    struct net *none = NULL;
    const struct net_options usual = net_usual();
    struct net_options bad[8];
    for (uint32_t k = 0; k < 8; k++) {
        bad[k] = usual;
    }
    bad[0].n_layer = 0;
    bad[1].n_layer = NET_MAX_LAYERS + 1;
    bad[2].width[1] = NET_MAX_WIDTH + 1;
    bad[3].n_epoch = 0;
    bad[4].n_batch = 0;
    bad[5].rate = (double)NAN;
    bad[6].dropout = 1;
    bad[7].decay = -1;
    for (uint32_t k = 0; k < 8; k++) {
        assert_int_equal(net_fit(&t.rows, &bad[k], &none, NULL), MARU_E_RANGE);
    }
    t.y[7] = NAN;
    maru_error err = {0};
    assert_int_equal(net_fit(&t.rows, &usual, &none, &err), MARU_E_RANGE);
    assert_int_equal(err.row, 8);
    t.y[7] = 0;
    t.x[3 * FEATURES + 1] = INFINITY;
    assert_int_equal(net_fit(&t.rows, &usual, &none, &err), MARU_E_RANGE);
    assert_int_equal(err.row, 4);
    assert_int_equal(err.column, 2);
    t.rows.n_row = 0;
    assert_int_equal(net_fit(&t.rows, &usual, &none, NULL), MARU_E_RANGE);
    t.rows.n_row = NET_MAX_ROWS + 1;
    assert_int_equal(net_fit(&t.rows, &usual, &none, NULL), MARU_E_LIMIT);
    assert_null(none);
}

static void no_memory(void **state) {
    (void)state;
    struct trial t;
    make(&t, 1);
    t.rows.n_row = 50;
    struct net_options options = net_usual();
    options.n_epoch = 1;
    maru_status st = MARU_E_MEMORY;
    for (uint64_t k = 0; st != MARU_OK; k++) {
        struct net *net = NULL;
        alloc_fail_after(k);
        st = net_fit(&t.rows, &options, &net, NULL);
        alloc_fail_after(UINT64_MAX);
        assert_true(st == (net ? MARU_OK : MARU_E_MEMORY));
        assert_true(k < 50);
        net_free(net);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bends),      cmocka_unit_test(weights_count), cmocka_unit_test(same_bytes),
        cmocka_unit_test(bytes_back), cmocka_unit_test(odd_rows),      cmocka_unit_test(refused),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
