#include "signal/block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

enum { MANY = 1000 };

static struct sample at_second(size_t i, double value) {
    return (struct sample){.at_us = 1700000000000000 + (int64_t)i * 1000000,
                           .type = SAMPLE_DOUBLE,
                           .quality = QUALITY_GOOD,
                           .value.number = value};
}

// The law: whatever goes in comes out bit for bit, and every prefix is refused.
static size_t there_and_back(const struct sample *sample, size_t n) {
    static struct sample back[BLOCK_MAX_SAMPLES];
    const size_t bound = block_bound(sample, n);
    uint8_t *bytes = malloc(bound);
    assert_non_null(bytes);
    const size_t n_bytes = block_write(bytes, sample, n);
    assert_true(n_bytes <= bound);
    assert_int_equal(block_n_sample(bytes, n_bytes), n);
    size_t n_back = 0;
    assert_int_equal(block_read(bytes, n_bytes, back, &n_back, NULL), MARU_OK);
    assert_int_equal(n_back, n);
    for (size_t i = 0; i < n; i++) {
        assert_true(back[i].at_us == sample[i].at_us);
        assert_int_equal(back[i].quality, sample[i].quality);
        if (!sample_is_same_value(&back[i], &sample[i])) {
            fail_msg("sample %zu of %zu differs", i, n);
        }
    }
    for (size_t k = 0; k < n_bytes; k += 1 + n_bytes / 200) {
        assert_int_equal(block_read(bytes, k, back, &n_back, NULL), MARU_E_INPUT);
    }
    free(bytes);
    return n_bytes;
}

static void test_doubles_of_all_kinds(void **state) {
    (void)state;
    static struct sample sample[MANY];
    size_t n_bytes[6] = {0};
    for (size_t kind = 0; kind < 6; kind++) {
        for (size_t i = 0; i < MANY; i++) {
            const struct random_block block = random_at(3, kind, i);
            const double walk = (double)(2000 + block.word[0] % 500) / 100;
            const double any = random_open((uint64_t)block.word[1] << 32 | block.word[2]);
            const double value[] = {walk,        (double)(float)walk,
                                    any,         (double)(float)any,
                                    1e300 * any, 20 + (double)(block.word[0] % 500) / 100};
            sample[i] = at_second(i, value[kind]);
        }
        n_bytes[kind] = there_and_back(sample, MANY);
    }
    assert_true(n_bytes[0] < 1250); // 500 levels: 9 bits
    assert_true(n_bytes[1] < 1250); // and as floats
    assert_true(n_bytes[2] < 7600); // noise stays what it is
    assert_true(n_bytes[3] < 3700);
    assert_true(n_bytes[5] < 1500); // some lie beside their decimal
}

static void test_doubles_that_are_no_decimals(void **state) {
    (void)state;
    const double odd[] = {(double)NAN,
                          -(double)NAN,
                          (double)INFINITY,
                          -(double)INFINITY,
                          0.0,
                          -0.0,
                          5e-324,
                          2.2250738585072014e-308,
                          1.7976931348623157e308,
                          0.1,
                          1e22,
                          1e23,
                          9007199254740993.0,
                          -2251799813685249.0,
                          3.4028235677973366e38,
                          1.0 / 3};
    struct sample sample[sizeof odd / sizeof *odd];
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        sample[i] = at_second(i, odd[i]);
        there_and_back(&sample[i], 1);
    }
    there_and_back(sample, sizeof odd / sizeof *odd);
}

static void test_other_types(void **state) {
    (void)state;
    static struct sample sample[BLOCK_MAX_SAMPLES];
    static const char *const word[] = {"", "RUN", "IDLE", "비가동", "RUNNING"};
    for (size_t i = 0; i < BLOCK_MAX_SAMPLES; i++) {
        const struct random_block block = random_at(5, 0, i);
        sample[i] = at_second(i, 0);
        sample[i].type = SAMPLE_BOOL;
        sample[i].value.integer = block.word[0] & 1;
        sample[i].quality = i < 100 ? QUALITY_BAD : QUALITY_GOOD;
    }
    assert_true(there_and_back(sample, BLOCK_MAX_SAMPLES) < BLOCK_MAX_SAMPLES / 8 + 1200);
    for (size_t i = 0; i < BLOCK_MAX_SAMPLES; i++) {
        const char *text = word[random_at(5, 1, i).word[0] % 5];
        sample[i].type = SAMPLE_TEXT;
        sample[i].value.text = text;
        sample[i].n_text = (uint32_t)strlen(text);
        sample[i].quality = QUALITY_GOOD;
    }
    assert_true(there_and_back(sample, BLOCK_MAX_SAMPLES) < 3 * BLOCK_MAX_SAMPLES / 8 + 100);
    for (size_t i = 0; i < BLOCK_MAX_SAMPLES; i += 3) { // all types in one signal
        sample[i].type = i % 2 == 0 ? SAMPLE_INTEGER : SAMPLE_DOUBLE;
        sample[i].n_text = 0;
        sample[i].value.integer = INT64_MIN + (int64_t)i;
    }
    there_and_back(sample, BLOCK_MAX_SAMPLES);
    static char name[BLOCK_MAX_SAMPLES][8]; // every text another one
    for (size_t i = 0; i < BLOCK_MAX_SAMPLES; i++) {
        snprintf(name[i], sizeof name[i], "L%zu", i);
        sample[i] = at_second(i, 0);
        sample[i].type = SAMPLE_TEXT;
        sample[i].value.text = name[i];
        sample[i].n_text = (uint32_t)strlen(name[i]);
    }
    there_and_back(sample, BLOCK_MAX_SAMPLES);
}

static void test_times_in_any_order(void **state) {
    (void)state;
    struct sample sample[3] = {at_second(2, 1), at_second(0, 2), at_second(0, 2)};
    sample[0].at_us = INT64_MAX;
    sample[1].at_us = INT64_MIN;
    there_and_back(sample, 3);
}

// Flip each bit of a block in turn: it is refused or read as some samples, never worse.
static void test_flipped_bits(void **state) {
    (void)state;
    struct sample sample[20], back[BLOCK_MAX_SAMPLES];
    uint8_t bytes[4096];
    for (size_t i = 0; i < 20; i++) {
        sample[i] = at_second(i, (double)i / 8);
        if (i % 3 == 0) {
            sample[i].type = SAMPLE_TEXT;
            sample[i].value.text = "abc";
            sample[i].n_text = (uint32_t)(i % 4);
        }
    }
    const size_t n_bytes = block_write(bytes, sample, 20);
    size_t n_refused = 0;
    for (size_t bit = 0; bit < 8 * n_bytes; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        size_t n = 0;
        n_refused += block_read(bytes, n_bytes, back, &n, NULL) != MARU_OK;
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(n_refused > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doubles_of_all_kinds),
        cmocka_unit_test(test_doubles_that_are_no_decimals),
        cmocka_unit_test(test_other_types),
        cmocka_unit_test(test_times_in_any_order),
        cmocka_unit_test(test_flipped_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
