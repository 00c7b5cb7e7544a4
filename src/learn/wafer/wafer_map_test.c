#include "learn/wafer/wafer_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"

static const uint8_t record[] = {2, 0, 3, 0, 5, 0, 0x15, 0xCD, 0x5B, 7, 0, 1, 2, 2, 1, 0};

static void a_record_is_read(void **state) {
    (void)state;
    struct wafer_map map;
    size_t n_used = 0;
    assert_int_equal(wafer_map_read(record, sizeof record, &map, &n_used, NULL), MARU_OK);
    assert_int_equal(n_used, sizeof record);
    assert_int_equal(map.height, 2);
    assert_int_equal(map.width, 3);
    assert_int_equal(map.label, 5);
    assert_int_equal(map.number, 123456789);
    assert_memory_equal(map.die, record + 10, 6);
}

static void every_prefix_asks_for_more(void **state) {
    (void)state;
    struct wafer_map map = {.height = 77};
    size_t n_used = 77;
    for (size_t n = 0; n < sizeof record; n++) {
        assert_int_equal(wafer_map_read(record, n, &map, &n_used, NULL), MARU_MORE);
    }
    assert_true(map.height == 77 && n_used == 77);
}

static void faults_are_named(void **state) {
    (void)state;
    static const struct {
        size_t at;
        uint8_t value;
        maru_status want;
        uint32_t column;
    } faults[] = {{0, 0, MARU_E_INPUT, 1},    {2, 0, MARU_E_INPUT, 3}, {1, 3, MARU_E_LIMIT, 1},
                  {3, 3, MARU_E_LIMIT, 3},    {5, 1, MARU_E_INPUT, 6}, {10, 3, MARU_E_INPUT, 11},
                  {15, 255, MARU_E_INPUT, 16}};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        uint8_t bad[sizeof record];
        struct wafer_map map;
        size_t n_used = 0;
        maru_error err = {0};
        memcpy(bad, record, sizeof record);
        bad[faults[i].at] = faults[i].value;
        assert_int_equal(wafer_map_read(bad, sizeof bad, &map, &n_used, &err), faults[i].want);
        assert_int_equal(err.column, faults[i].column);
        assert_true(n_used == 0);
    }
}

static void all_records_are_read_or_none(void **state) {
    (void)state;
    enum { N = 9 };
    uint8_t bytes[N * sizeof record];
    for (uint32_t i = 0; i < N; i++) {
        memcpy(bytes + i * sizeof record, record, sizeof record);
        bytes[i * sizeof record + 4] = (uint8_t)i;
    }
    for (size_t n = 0; n <= sizeof bytes; n++) {
        struct wafer_map *map = NULL;
        uint32_t n_map = 77;
        maru_error err = {0};
        const maru_status st = wafer_maps_read(bytes, n, &map, &n_map, &err);
        assert_int_equal(st, n % sizeof record == 0 ? MARU_OK : MARU_E_INPUT);
        if (st == MARU_OK) {
            assert_int_equal(n_map, n / sizeof record);
            for (uint32_t i = 0; i < n_map; i++) {
                assert_int_equal(map[i].label, i);
            }
        } else {
            assert_true(!map && n_map == 77 && err.row == n / sizeof record + 1);
        }
        alloc_free(map);
    }
}

// A picture of the map's own size is the map; of any size its channels keep their sums; of a turned map it is the turned picture.
static void pictures_keep_what_there_is(void **state) {
    (void)state;
    enum { HEIGHT = 13, WIDTH = 9, MOST = 40 };
    uint8_t die[HEIGHT * WIDTH], turned[HEIGHT * WIDTH];
    static uint8_t cell[MOST * MOST * 2], other[MOST * MOST * 2];
    uint32_t n_bad = 0;
    for (uint32_t i = 0; i < HEIGHT * WIDTH; i++) {
        die[i] = (uint8_t)(i * i % 7 < 3 ? WAFER_BAD : WAFER_GOOD);
        turned[HEIGHT * WIDTH - 1 - i] = die[i];
        n_bad += die[i] == WAFER_BAD;
    }
    const struct wafer_map map = {HEIGHT, WIDTH, 0, 0, die}, back = {HEIGHT, WIDTH, 0, 0, turned};
    for (uint32_t side = 1; side <= MOST; side++) {
        double sum = 0;
        wafer_picture(&map, side, cell);
        wafer_picture(&back, side, other);
        for (uint32_t i = 0; i < side * side; i++) {
            sum += cell[2 * (size_t)i] / 255.0;
            assert_int_equal(cell[2 * (size_t)i + 1], 255);
            assert_int_equal(cell[2 * (size_t)i], other[2 * (size_t)(side * side - 1 - i)]);
        }
        const double mean = sum / (side * side), want = (double)n_bad / (HEIGHT * WIDTH);
        assert_true(mean - want < 0.003 && want - mean < 0.003); // rounded to 255ths
    }
    const struct wafer_map square = {3, 3, 0, 0, (const uint8_t *)"\0\1\2\2\2\1\0\0\1"};
    wafer_picture(&square, 3, cell);
    for (uint32_t i = 0; i < 9; i++) {
        assert_int_equal(cell[(size_t)2 * i], square.die[i] == WAFER_BAD ? 255 : 0);
        assert_int_equal(cell[2 * i + 1], square.die[i] == WAFER_NO_DIE ? 0 : 255);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_read),
        cmocka_unit_test(every_prefix_asks_for_more),
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(all_records_are_read_or_none),
        cmocka_unit_test(pictures_keep_what_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
