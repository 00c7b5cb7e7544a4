#include "signal/level.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/random.h"

enum { N = 5000 };
static const maru_time minute = 60000000;

static void fill(struct sample *sample) {
    for (size_t i = 0; i < N; i++) {
        const struct random_block block = random_at(9, 0, i);
        sample[i] = (struct sample){.at_us = -100000000 + (int64_t)i * 1700000,
                                    .type = block.word[0] % 30 == 0 ? SAMPLE_TEXT : SAMPLE_INTEGER,
                                    .quality = block.word[1] % 40 == 0 ? QUALITY_BAD : QUALITY_GOOD,
                                    .value.integer = (int64_t)(block.word[2] % 100)};
        if (sample[i].type == SAMPLE_TEXT) {
            sample[i].value.text = "x";
            sample[i].n_text = 1;
        }
    }
}

static void assert_same(const struct bucket *a, const struct bucket *b) {
    assert_true(a->at_us == b->at_us && a->n == b->n && a->n_number == b->n_number);
    if (a->n_number > 0) {
        assert_true(a->low == b->low && a->high == b->high && a->last == b->last);
        assert_true(a->last_us == b->last_us);
        assert_true(fabs(a->mean - b->mean) < 1e-9);
    }
}

// The law: minutes of two halves, taken alternately, join to the minutes of all; and hours of minutes are hours of samples.
static void test_levels_add_up(void **state) {
    (void)state;
    static struct sample sample[N], half[2][N];
    static struct bucket all[LEVEL_MAX_BUCKETS], part[2][LEVEL_MAX_BUCKETS],
        joined[2 * LEVEL_MAX_BUCKETS], hours[LEVEL_MAX_BUCKETS];
    size_t n_all = 0, n_part[2] = {0}, n_half[2] = {0}, n_hours = 0;
    fill(sample);
    for (size_t i = 0; i < N; i++) {
        const size_t k = random_at(9, 1, i).word[0] % 2;
        half[k][n_half[k]++] = sample[i];
    }
    assert_int_equal(level_add(all, &n_all, LEVEL_MAX_BUCKETS, minute, sample, N), N);
    for (int k = 0; k < 2; k++) {
        level_add(part[k], &n_part[k], LEVEL_MAX_BUCKETS, minute, half[k], n_half[k]);
    }
    assert_int_equal(level_join(joined, minute, part[0], n_part[0], part[1], n_part[1]), n_all);
    for (size_t i = 0; i < n_all; i++) {
        assert_true(all[i].at_us % minute == 0);
        assert_same(&joined[i], &all[i]);
    }
    level_add(hours, &n_hours, LEVEL_MAX_BUCKETS, 60 * minute, sample, N);
    assert_int_equal(level_join(joined, 60 * minute, all, n_all, NULL, 0), n_hours);
    for (size_t i = 0; i < n_hours; i++) {
        assert_same(&joined[i], &hours[i]);
    }
}

static void test_no_room_is_said(void **state) {
    (void)state;
    static struct sample sample[N];
    struct bucket bucket[3];
    size_t n = 0;
    fill(sample);
    const size_t n_put = level_add(bucket, &n, 3, minute, sample, N);
    assert_int_equal(n, 3);
    assert_true(n_put < N);
    assert_true(level_floor(sample[n_put].at_us, minute) != bucket[2].at_us);
}

static void test_bytes(void **state) {
    (void)state;
    static struct sample sample[N];
    static struct bucket bucket[LEVEL_MAX_BUCKETS], back[LEVEL_MAX_BUCKETS];
    static uint8_t bytes[1 << 18];
    size_t n = 0, n_back = 0;
    fill(sample);
    level_add(bucket, &n, LEVEL_MAX_BUCKETS, minute, sample, N);
    assert_true(level_bound(n) <= sizeof bytes);
    const size_t n_bytes = level_write(bytes, bucket, n);
    assert_int_equal(level_read(bytes, n_bytes, back, &n_back, NULL), MARU_OK);
    assert_int_equal(n_back, n);
    for (size_t i = 0; i < n; i++) {
        assert_same(&back[i], &bucket[i]);
        assert_true(bucket[i].n_number == 0 || back[i].mean == bucket[i].mean);
    }
    for (size_t k = 0; k < n_bytes; k++) {
        assert_int_equal(level_read(bytes, k, back, &n_back, NULL), MARU_E_INPUT);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_add_up),
        cmocka_unit_test(test_no_room_is_said),
        cmocka_unit_test(test_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
