#include "signal/packing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdint.h>
#include <string.h>

#include "base/random.h"

enum { MANY = 1000 };

static uint64_t draw(uint64_t stream, uint64_t i) {
    const struct random_block block = random_at(7, stream, i);
    return (uint64_t)block.word[0] | (uint64_t)block.word[1] << 32;
}

// The law: whatever goes in comes out, every prefix is refused, nothing behind it is touched.
static size_t there_and_back(const int64_t *value, size_t n) {
    static uint8_t bytes[2 + 3 * 10 + 3 + 8 * PACKING_MAX_VALUES + 8];
    static int64_t back[PACKING_MAX_VALUES];
    assert_true(packing_bound(n) <= sizeof bytes);
    const size_t n_bytes = packing_write(bytes, value, n);
    assert_true(n_bytes <= packing_bound(n));
    struct packed_bytes from = {bytes, bytes + n_bytes};
    assert_true(packing_read(&from, back, n));
    assert_ptr_equal(from.at, from.end);
    assert_memory_equal(back, value, n * sizeof *value);
    for (size_t k = 0; k < n_bytes; k++) {
        from = (struct packed_bytes){bytes, bytes + k};
        assert_false(packing_read(&from, back, n));
    }
    bytes[n_bytes] = 0xff; // what follows is left to who comes next
    from = (struct packed_bytes){bytes, bytes + n_bytes + 1};
    assert_true(packing_read(&from, back, n));
    assert_ptr_equal(from.at, bytes + n_bytes);
    assert_memory_equal(back, value, n * sizeof *value);
    return n_bytes;
}

static void test_any_integers_come_back(void **state) {
    (void)state;
    int64_t value[MANY];
    for (unsigned width = 0; width <= 64; width++) {
        for (size_t i = 0; i < MANY; i++) {
            value[i] = width == 0 ? 0 : (int64_t)(draw(width, i) >> (64 - width));
        }
        there_and_back(value, width % 2 == 0 ? MANY : 1 + width);
    }
    const int64_t edge[] = {INT64_MIN, INT64_MAX, 0, -1, INT64_MAX, INT64_MIN, 1};
    for (size_t n = 1; n <= sizeof edge / sizeof *edge; n++) {
        there_and_back(edge, n);
    }
}

static void test_what_is_regular_is_short(void **state) {
    (void)state;
    int64_t value[MANY];
    for (size_t i = 0; i < MANY; i++) {
        value[i] = 1700000000000000 + (int64_t)i * 1000000;
    }
    assert_true(there_and_back(value, MANY) < 24); // a clock
    value[500] += 3600000000;                      // one late tick: kept apart
    assert_true(there_and_back(value, MANY) < 80);
    for (size_t i = 0; i < MANY; i++) {
        value[i] = 20000 + (int64_t)(draw(1, i) % 16);
    }
    assert_true(there_and_back(value, MANY) < 520); // a noisy level: 4 bits
    for (size_t i = 1; i < MANY; i++) {
        value[i] = value[i - 1] + (int64_t)(draw(2, i) % 3) - 1;
    }
    assert_true(there_and_back(value, MANY) < 270); // a walk: 2 bits
}

static void test_varints(void **state) {
    (void)state;
    const int64_t value[] = {0, 1, -1, 63, 64, -64, -65, INT64_MAX, INT64_MIN};
    uint8_t bytes[10];
    for (size_t i = 0; i < sizeof value / sizeof *value; i++) {
        const size_t n = svarint_write(bytes, value[i]);
        struct packed_bytes from = {bytes, bytes + n};
        int64_t back = 0;
        assert_true(svarint_read(&from, &back));
        assert_true(back == value[i]);
    }
    const uint8_t too_long[] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02};
    struct packed_bytes from = {too_long, too_long + sizeof too_long};
    uint64_t any = 0;
    assert_false(varint_read(&from, &any)); // 65 bits
}

static void test_what_is_no_packing_is_refused(void **state) {
    (void)state;
    int64_t value[4];
    const struct {
        const char *bytes;
        size_t n;
    } bad[] = {
        {"\x03\x00\x00\x00", 4},                  // order 3
        {"\x10\x00\x00\x00", 4},                  // a bit that means nothing
        {"\x00\x41\x00\x00", 4},                  // 65 bits
        {"\x0c\x00\x05\x00\x00", 5},              // more patches than values
        {"\x0c\x00\x01\x04\x00xxxxxxxx\x00", 14}, // a patch behind the last value
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const uint8_t *bytes = (const uint8_t *)bad[i].bytes;
        struct packed_bytes from = {bytes, bytes + bad[i].n};
        if (packing_read(&from, value, 4)) {
            fail_msg("row %zu is read", i);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_integers_come_back),
        cmocka_unit_test(test_what_is_regular_is_short),
        cmocka_unit_test(test_varints),
        cmocka_unit_test(test_what_is_no_packing_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
