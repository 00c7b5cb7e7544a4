#include "signal/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

static const struct batch_sample some[] = {
    {5, {.at_us = 1000, .type = SAMPLE_DOUBLE, .quality = QUALITY_GOOD, .value.number = 1.5}},
    {4, {.at_us = 900, .type = SAMPLE_DOUBLE, .quality = 7, .value.number = (double)INFINITY}},
    {INT64_MAX, {.at_us = INT64_MIN, .type = SAMPLE_INTEGER, .quality = 0, .value.integer = -9}},
    {1, {.at_us = INT64_MAX, .type = SAMPLE_BOOL, .quality = QUALITY_GOOD, .value.integer = 1}},
    {2,
     {.at_us = 0, .type = SAMPLE_TEXT, .quality = QUALITY_GOOD, .n_text = 3, .value.text = "RUN"}},
    {2, {.at_us = 1, .type = SAMPLE_TEXT, .quality = QUALITY_GOOD, .n_text = 0, .value.text = ""}},
};
enum { N_SOME = sizeof some / sizeof *some };

static void assert_same(const struct batch_sample *a, const struct batch_sample *b) {
    assert_true(a->signal == b->signal && a->sample.at_us == b->sample.at_us);
    assert_int_equal(a->sample.quality, b->sample.quality);
    assert_true(sample_is_same_value(&a->sample, &b->sample));
}

static size_t read_all(const char *bytes, size_t n, maru_status *st) {
    struct batch_reader reader = {.from = {(const uint8_t *)bytes, (const uint8_t *)bytes + n}};
    struct batch_sample one;
    size_t n_read = 0;
    while ((*st = batch_next(&reader, &one, NULL)) == MARU_OK) {
        assert_same(&one, &some[n_read % N_SOME]);
        n_read++;
    }
    return n_read;
}

static void test_batches_come_back(void **state) {
    (void)state;
    struct text text;
    maru_status st = MARU_OK;
    text_init(&text, 1 << 20);
    batch_write(&text, some, N_SOME);
    batch_write(&text, some, 0);
    batch_write(&text, some, N_SOME);
    assert_int_equal(text.status, MARU_OK);
    assert_int_equal(read_all(text.bytes, text.n_bytes, &st), 2 * N_SOME);
    assert_int_equal(st, MARU_MORE);
    size_t n_whole = 0; // prefixes that end with a batch: nothing, one, one and the empty one, all
    for (size_t n = 0; n <= text.n_bytes; n++) {
        (void)read_all(text.bytes, n, &st);
        n_whole += st == MARU_MORE;
    }
    assert_int_equal(n_whole, 4);
    text_fini(&text);
}

static void test_many(void **state) {
    (void)state;
    static struct batch_sample many[1000];
    struct text text;
    text_init(&text, 1 << 20);
    for (size_t i = 0; i < 1000; i++) { // one moment of many signals
        many[i] = some[0];
        many[i].signal = (int64_t)i + 1;
    }
    batch_write(&text, many, 1000);
    assert_true(text.n_bytes < 11 * 1000 + 20);
    struct batch_reader reader = {
        .from = {(const uint8_t *)text.bytes, (const uint8_t *)text.bytes + text.n_bytes}};
    struct batch_sample one;
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(batch_next(&reader, &one, NULL), MARU_OK);
        assert_same(&one, &many[i]);
    }
    text_fini(&text);
}

static void test_what_is_no_batch(void **state) {
    (void)state;
    const struct {
        const char *bytes;
        size_t n;
    } bad[] = {
        {"\x02", 1},                      // another format
        {"\x01\x01\x08\x02\x00\x00", 6},  // no such type
        {"\x01\x01\x05\x00\x00\x00", 6},  // signal 0
        {"\x01\x01\x06\x02\x00\x04", 6},  // a bool of 2
        {"\x01\x01\x07\x02\x00\x05z", 7}, // a text longer than what is left
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        maru_status st = MARU_OK;
        assert_int_equal(read_all(bad[i].bytes, bad[i].n, &st), 0);
        assert_int_equal(st, MARU_E_INPUT);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches_come_back),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_what_is_no_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
