#include "wire/secs/gem_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "wire/secs/item_text.h"

struct time_case {
    const char *text;
    maru_time at_us; // -1: no time
};

static const struct time_case times[] = {
    {"1970010100000000", 0},
    {"1970010100000001", 10000},
    {"2026010203040500", INT64_C(1767323045000000)},
    {"20260102030405", INT64_C(1767323045000000)},
    {"260102030405", INT64_C(1767323045000000)},
    {"700101000000", 0},
    {"691231235959", INT64_C(3155759999000000)},
    {"2000022900000000", INT64_C(951782400000000)},
    {"2024123123595999", INT64_C(1735689599990000)},
    {"9999123123595999", INT64_C(253402300799990000)},
    {"2100022900000000", -1}, // no leap year
    {"2026043100000000", -1},
    {"2026130100000000", -1},
    {"2026000100000000", -1},
    {"2026010024000000", -1},
    {"2026010124000000", -1},
    {"2026010100006000", -1},
    {"1969123123595900", -1},
    {"not a time", -1},
    {"2026-01-02 03:04", -1},
    {"", -1},
};

static void reads_times(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        const char *text = times[i].text;
        maru_time at = -1;
        const bool is_good = gem_time_read((const uint8_t *)text, (uint32_t)strlen(text), &at);
        if (is_good != (times[i].at_us >= 0) || at != times[i].at_us) {
            fail_msg("'%s': %lld, want %lld", text, (long long)at, (long long)times[i].at_us);
        }
    }
}

// The law: a time that is written reads back to the same, up to its last digit.
static void times_survive(void **state) {
    (void)state;
    for (uint64_t k = 0; k < 20000; k++) {
        const struct random_block r = random_at(3, 1, k);
        const maru_time at =
            (maru_time)(((uint64_t)r.word[0] << 32 | r.word[1]) % UINT64_C(253402300800000000));
        char text[GEM_TIME_BYTES];
        maru_time back = -1;
        gem_time_text(at, 16, text);
        assert_int_equal(strlen(text), 16);
        assert_true(gem_time_read((const uint8_t *)text, 16, &back));
        assert_int_equal(back, at - at % 10000);
        gem_time_text(at, 14, text);
        assert_true(gem_time_read((const uint8_t *)text, 14, &back));
        assert_int_equal(back, at - at % 1000000);
        const maru_time near = at % INT64_C(3155760000000000); // before 2070
        gem_time_text(near, 12, text);
        assert_true(gem_time_read((const uint8_t *)text, 12, &back));
        assert_int_equal(back, near - near % 1000000);
    }
}

static void codes_of_answers(void **state) {
    (void)state;
    static const struct {
        int32_t stream, function;
        const char *item;
        int64_t code;
    } cases[] = {
        {2, 34, "<B 0x03>", 3},
        {2, 34, "<U1 3>", 3},
        {2, 42, "<L <B 0x01> <L>>", 1},
        {2, 50, "<L <B 0x01> <L>>", 1},
        {1, 14, "<L <B 0x00> <L>>", 0},
        {2, 42, "<B 0x01>", -1},
        {2, 34, "<L <B 0x01>>", -1},
        {2, 34, "<B 0x01 0x02>", -1},
        {2, 34, "<B>", -1},
        {1, 4, "<B 0x01>", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text bytes;
        struct arena arena;
        text_init(&bytes, 1000);
        arena_init(&arena, 10000);
        assert_int_equal(secs_read_text(cases[i].item, strlen(cases[i].item), &bytes, NULL),
                         MARU_OK);
        const struct secs_item *root = NULL;
        assert_int_equal(
            secs_decode((const uint8_t *)bytes.bytes, bytes.n_bytes, &arena, &root, NULL), MARU_OK);
        int32_t code = -1;
        (void)gem_code_of((uint8_t)cases[i].stream, (uint8_t)cases[i].function, root, &code);
        if (code != cases[i].code) {
            fail_msg("row %zu: %d, want %d", i, (int)code, (int)cases[i].code);
        }
        arena_fini(&arena);
        text_fini(&bytes);
    }
    int32_t code = -1;
    assert_false(gem_code_of(2, 34, NULL, &code));
    assert_string_equal(gem_code_text(2, 50, 1), gem_code_text(2, 42, 1));
    assert_string_equal(gem_code_text(2, 34, 200), "");
    assert_string_equal(gem_error_text(7), "illegal data");
    assert_string_equal(gem_error_text(8), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_times),
        cmocka_unit_test(times_survive),
        cmocka_unit_test(codes_of_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
